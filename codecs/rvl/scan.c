/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a stream ends that comes in pieces: counts pixels by the runs, and looks at
 * nothing else. */
#include "rvl.h"

#include "bytes.h"

/* A value takes at most eleven nibbles of three bits. */
#define MAX_SHIFT (3 * 11)

void
rvl_scan_begin (RvlScanner * scanner, uint32_t width, uint32_t height)
{
  memset (scanner, 0, sizeof *scanner);
  scanner->left = (uint64_t) width *height;
}

static bool
give_up (RvlScanner * scanner)
{
  scanner->damaged = true;
  return false;
}

/* A whole value of what comes now. Returns false after the last one, or where a
 * decoder would give up. */
static bool
take_value (RvlScanner * scanner, uint64_t value)
{
  switch (scanner->expected) {
    case RVL_ZEROS:
      if (value > scanner->left)
        return give_up (scanner);
      scanner->run = value;
      scanner->left -= value;
      scanner->expected = RVL_NON_ZEROS;
      return true;
    case RVL_NON_ZEROS:
      if ((value == 0 && scanner->run == 0) || value > scanner->left)
        return give_up (scanner);
      scanner->run = value;
      scanner->expected = value > 0 ? RVL_DEPTHS : RVL_ZEROS;
      return scanner->left > 0;
    default:
      scanner->left--;
      if (--scanner->run == 0)
        scanner->expected = RVL_ZEROS;
      return scanner->left > 0;
  }
}

static bool
take_word (RvlScanner * scanner, uint32_t word)
{
  for (int shift = 28; shift >= 0; shift -= 4) {
    uint32_t nibble = word >> shift & 15;

    scanner->value |= (uint64_t) (nibble & 7) << scanner->shift;
    scanner->shift += 3;
    if (nibble & 8) {
      if (scanner->shift == MAX_SHIFT)
        return give_up (scanner);
      continue;
    }
    if (!take_value (scanner, scanner->value))
      return false;
    scanner->value = 0;
    scanner->shift = 0;
  }
  return true;
}

size_t
rvl_scan (RvlScanner * scanner, const uint8_t * data, size_t size, bool *ended)
{
  size_t at = 0;

  *ended = false;
  while (at < size && !*ended) {
    scanner->word[scanner->n++] = data[at++];
    if (scanner->n == 4) {
      scanner->n = 0;
      *ended = !take_word (scanner, load32 (scanner->word));
    }
  }
  return at;
}
