/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_up () of decode.h, after
 *
 *   LANES, Vector, words (), any_bits (), top_bits ()
 *   Vector load_some (const uint16_t *tokens, int n)
 *     a vector of which the lanes from n on are 0, be n below 0 or above LANES
 *   Sums: before, the depth before in all lanes; high, which has a top bit set
 *     if a depth had; wrong, not 0 if one left its range
 *   void add_up (Sums *, Vector tokens, uint8_t *depths, const bool check)
 *     without check, wrong is left alone
 */
#pragma once

typedef Vector Depth;

static inline Depth
depth_make (uint16_t depth)
{
  return words (depth);
}

/* From below 32768 no difference of 16 bits wraps around to below 32768: most
 * pictures need no check of each sum. */
static inline bool
sum_up (const uint16_t * tokens, unsigned n, Depth * before, uint8_t * depths,
    const bool check)
{
  Sums sums = { *before, words (0), words (0) };

  for (int i = 0; i < BLOCK; i += LANES)
    add_up (&sums, load_some (tokens + i, (int) n - i), depths + 2 * i, check);
  if (check ? any_bits (sums.wrong) : top_bits (sums.high))
    return false;
  *before = sums.before;
  return true;
}
