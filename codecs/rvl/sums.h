/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens to depths, behind
 *
 *   LANES, Vector, load (), words (), first_lanes (), top_bits (), any_bits ()
 *   Sums: before, the depth before in all lanes; high, which has a top bit set
 *     if a depth had; wrong, not 0 if one left its range
 *   void sum_up (Sums *, Vector tokens, uint8_t *depths, const bool check)
 *     without check, wrong is left alone
 */
#pragma once

static inline Sums
sum_up_all (const uint16_t * tokens, unsigned n, uint16_t previous,
    uint8_t * depths, const bool check)
{
  Sums sums = { words (previous), words (0), words (0) };

  for (; n > LANES; n -= LANES, tokens += LANES, depths += 2 * LANES)
    sum_up (&sums, load (tokens), depths, check);
  sum_up (&sums, first_lanes (load (tokens), n), depths, check);
  return sums;
}

/* From below 32768 no difference of 16 bits wraps around to below 32768: most
 * pictures need no check of each sum. */
static inline bool
make_depths (const uint16_t * tokens, unsigned n, uint16_t previous,
    uint8_t * depths)
{
  if (previous < 0x8000
      && !top_bits (sum_up_all (tokens, n, previous, depths, false).high))
    return true;
  return !any_bits (sum_up_all (tokens, n, previous, depths, true).wrong);
}
