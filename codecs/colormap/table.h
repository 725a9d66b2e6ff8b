/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a table is laid out; shared by what builds and what reads it. */

#pragma once

#include "colormap/colormap.h"

#include <math.h>

/* A table is indexed by what the host reads of a little-endian sample, so that
 * colouring a picture swaps no bytes. */
static inline uint16_t
table_slot (uint32_t sample)
{
#if defined (__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return (uint16_t) (sample << 8 | sample >> 8);
#else
  return (uint16_t) sample;
#endif
}

/* The samples of a range: from the first to the one before the end, within 1
 * to 65536. */
static inline uint32_t
table_first (const ColormapRange * range)
{
  return (uint32_t) fmin (fmax (ceil (range->near), 1), COLORMAP_TABLE_SIZE);
}

static inline uint32_t
table_end (const ColormapRange * range)
{
  uint32_t first = table_first (range);

  return (uint32_t) fmin (fmax (floor (range->far) + 1, first),
      COLORMAP_TABLE_SIZE);
}
