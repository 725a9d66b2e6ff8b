/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Byte shuffles of 16 bytes, for kernels that have no instruction to compress
 * or expand. Where a result is shorter, what follows is zero. */

#include <stdint.h>

typedef struct
{
  /* Eight pairs: every first byte, and the second where a bit is set. */
  uint8_t keep_seconds[256][16];

  /* Four quadruples: as many bytes of each as its two bits say, and one more;
   * and how many that are in all. */
  uint8_t keep_counts[256][16];
  uint8_t kept[256];

  /* Eight pairs: both bytes where a bit is set. */
  uint8_t keep_pairs[256][16];

  uint8_t ones[256];
} RvlTables;

extern RvlTables rvl_tables;

void rvl_tables_fill (void);
