/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fills the tables by which kernels shuffle bytes. */

#include "tables.h"

#include <string.h>

/* A shuffle takes a zero where the index has its top bit set. */
#define ZERO 0x80

RvlTables rvl_tables;

static void
fill_row (unsigned bits)
{
  uint8_t *seconds = rvl_tables.keep_seconds[bits];
  uint8_t *thirds = rvl_tables.keep_thirds[bits];
  uint8_t *pairs = rvl_tables.keep_pairs[bits];

  memset (seconds, ZERO, 16);
  memset (thirds, ZERO, 16);
  memset (pairs, ZERO, 16);
  rvl_tables.ones[bits] = 0;

  for (uint8_t i = 0; i < 8; i++) {
    *seconds++ = 2 * i;
    if (bits >> i & 1) {
      *seconds++ = 2 * i + 1;
      *pairs++ = 2 * i;
      *pairs++ = 2 * i + 1;
      rvl_tables.ones[bits]++;
    }
  }

  for (uint8_t i = 0; i < 4; i++) {
    *thirds++ = 4 * i;
    if (bits >> i & 1)
      *thirds++ = 4 * i + 1;
    if (bits >> i & 16)
      *thirds++ = 4 * i + 2;
  }
}

static void
fill_nibble_pairs (unsigned bits)
{
  uint8_t *pair = rvl_tables.nibble_pairs[bits];

  memset (pair, ZERO, 16);
  for (uint8_t i = 1; i < 9; i++) {
    if (bits >> i & 1)
      continue;
    if (bits >> (i - 1) & 1)
      *pair++ = i - 1;
    *pair++ = i;
    if (!(bits >> (i - 1) & 1))
      pair++;
  }
}

void
rvl_tables_fill (void)
{
  for (unsigned bits = 0; bits < 256; bits++)
    fill_row (bits);
  for (unsigned bits = 0; bits < 512; bits++)
    fill_nibble_pairs (bits);
}
