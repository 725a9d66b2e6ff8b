/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Anything if there is none. */
static inline uint32_t
lowest_bit (uint64_t bits)
{
  return (uint32_t) __builtin_ctzll (bits | UINT64_C (1) << 63);
}

/* One after the other. Most blocks have no more than four, and no branch tells
 * how many. */
static inline uint32_t *
put_edges (uint32_t * edge, uint32_t position, uint64_t changes)
{
  for (unsigned i = 0; i < 4; i++) {
    *edge = position + lowest_bit (changes);
    edge += changes != 0;
    changes &= changes - 1;
  }
  for (; changes; changes &= changes - 1)
    *edge++ = position + lowest_bit (changes);
  return edge;
}
