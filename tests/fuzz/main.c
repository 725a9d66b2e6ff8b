/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target without libFuzzer: on the files given, or, given none, on a
 * number of inputs made by damaging the target's own seeds. The same number gives
 * the same inputs. Arguments: [-runs=N] [FILE]...
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 20000
#define MAX_SIZE 65536

static uint64_t state = 1;

static uint32_t
next_random (uint32_t limit)
{
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (state >> 33) % limit;
}

static int
run_file (const char *path)
{
  FILE *file = fopen (path, "rb");
  uint8_t *data;
  long size;

  if (file == NULL) {
    perror (path);
    return 1;
  }
  fseek (file, 0, SEEK_END);
  size = ftell (file);
  rewind (file);
  data = malloc (size + 1);
  size = fread (data, 1, size, file);
  fclose (file);
  LLVMFuzzerTestOneInput (data, size);
  free (data);
  return 0;
}

/* One change: a bit, a byte, a part left out, a part said twice, or cut off. */
static size_t
damage (uint8_t * data, size_t size)
{
  uint32_t at = next_random (size), length = 1 + next_random (size - at);

  switch (next_random (6)) {
    case 0:
      data[at] ^= 1 << next_random (8);
      return size;
    case 1:
      data[at] = next_random (256);
      return size;
    case 2:
      data[at] = next_random (2) ? 0 : 255;
      return size;
    case 3:
      memmove (data + at, data + at + length, size - at - length);
      return size - length;
    case 4:
      if (size + length > MAX_SIZE)
        return size;
      memmove (data + at + length, data + at, size - at);
      return size + length;
    default:
      return at;
  }
}

static void
run_damaged (unsigned number)
{
  uint8_t seed[MAX_SIZE], *data;
  size_t size = fuzz_seed (number, seed, sizeof (seed));

  for (uint32_t changes = next_random (5); changes > 0 && size > 0; changes--)
    size = damage (seed, size);
  /* a block of the very size, so that tools see a byte read too far */
  data = malloc (size + !size);
  memcpy (data, seed, size);
  LLVMFuzzerTestOneInput (data, size);
  free (data);
}

int
main (int argc, char **argv)
{
  unsigned runs = RUNS;
  int files = 0, bad = 0;

  for (int i = 1; i < argc; i++) {
    if (sscanf (argv[i], "-runs=%u", &runs) == 1)
      continue;
    bad |= run_file (argv[i]);
    files++;
  }
  for (unsigned i = 0; files == 0 && i < runs; i++)
    run_damaged (i);
  return bad;
}
