/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Byte shuffles of 16 bytes, for kernels that have no instruction to compress
 * or expand. Where a result is shorter, what follows is zero. */

#include <stdint.h>

typedef struct
{
  /* Eight pairs: every first byte, and the second where a bit is set. */
  uint8_t keep_seconds[256][16];

  /* Four quadruples: every first byte, the second where one of the low four
   * bits is set, and the third where one of the high four is. */
  uint8_t keep_thirds[256][16];

  /* Eight pairs: both bytes where a bit is set. */
  uint8_t keep_pairs[256][16];

  /* From the second byte on: of eight bytes those where a bit is not set, each
   * after the one before it if that one's bit is, which is the lowest, for the
   * first byte; or else in front of a zero. */
  uint8_t nibble_pairs[512][16];

  uint8_t ones[256];
} RvlTables;

extern RvlTables rvl_tables;

void rvl_tables_fill (void);
