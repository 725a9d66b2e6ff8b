/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the answer of a RealSense camera: what is taken for intrinsics or
 * for a unit is one that can be.
 */
#include "fuzz.h"
#include "realsense/realsense.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 848
#define HEIGHT 480

static void
check (bool taken, const RealsenseIntrinsics * lens, const char *problem)
{
  if (!taken && problem == NULL)
    abort ();
  if (taken && !(lens->fx >= WIDTH / 10 && lens->fx <= WIDTH * 10
          && lens->fy >= WIDTH / 10 && lens->fy <= WIDTH * 10
          && lens->cx >= 0 && lens->cx <= WIDTH
          && lens->cy >= 0 && lens->cy <= HEIGHT))
    abort ();
}

typedef bool (*Read) (const uint8_t *, size_t, uint32_t, uint32_t,
    RealsenseIntrinsics *, const char **);

/* The data alone: their last byte is the block's last. */
static void
read_tables (const uint8_t * data, size_t size)
{
  const Read reads[] = {
    realsense_listed_intrinsics, realsense_table_intrinsics
  };
  const char *problem;
  uint32_t unit = 0;

  for (int i = 0; i < 2; i++) {
    RealsenseIntrinsics lens = { 0 };
    bool taken;

    problem = NULL;
    taken = reads[i] (data, size, WIDTH, HEIGHT, &lens, &problem);
    check (taken, &lens, problem);
  }
  if (realsense_depth_unit (data, size, &unit, &problem)
      && (unit < 1 || unit > 1000000))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  uint8_t message[REALSENSE_MESSAGE_SIZE] = { 0 };
  const uint8_t *found;
  const char *problem = NULL;
  size_t length;

  read_tables (data, size);
  memcpy (message, data, size < sizeof message ? size : sizeof message);
  if (realsense_answer (message, message[0], &found, &length, &problem)) {
    if (found < message || found + length > message + sizeof message)
      abort ();
    read_tables (found, length);
  } else if (problem == NULL) {
    abort ();
  }
  return 0;
}

static void
put (uint8_t * at, uint64_t value, int bytes)
{
  for (int i = 0; i < bytes; i++)
    at[i] = (uint8_t) (value >> 8 * i);
}

static void
put_lens (uint8_t * at, float width, float height)
{
  float lens[] = { width * 0.6f, width * 0.6f, width / 2, height / 2 };
  uint32_t bits[4];

  memcpy (bits, lens, sizeof bits);
  for (int i = 0; i < 4; i++)
    put (at + 4 * i, bits[i], 4);
}

/* Table 25, a list of two sizes, a depth table; each alone, and in an answer. */
size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  bool answer = number % 2;
  uint8_t *at = data + (answer ? 4 : 0);
  size_t size;

  memset (data, 0, REALSENSE_MESSAGE_SIZE);
  switch (number / 2 % 3) {
    case 0:
      size = 576;
      put_lens (at + 16 + 4 * 36 + 8 + 88 + 3 * 16, WIDTH, HEIGHT);
      put (at + 2, REALSENSE_COEFFICIENTS, 2);
      put (at + 4, size - 16, 4);
      put (at + 12, libdeflate_crc32 (0, at + 16, size - 16), 4);
      break;
    case 1:
      size = 40;
      put (at, 640 | 480 << 16, 4);
      put_lens (at + 4, 640, 480);
      put (at + 20, WIDTH | HEIGHT << 16, 4);
      put_lens (at + 24, WIDTH, HEIGHT);
      break;
    default:
      size = 20;
      put (at, 100, 4);
  }
  if (!answer)
    return size;
  put (data, REALSENSE_GET_TABLE, 4);
  put (data + REALSENSE_MESSAGE_SIZE - 4, size, 4);
  return REALSENSE_MESSAGE_SIZE;
}
