/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fills the table with a colour for each of the 65,536 samples. */

#include "colormap/table.h"

#include <math.h>
#include <string.h>

static void
fill (uint32_t table[COLORMAP_TABLE_SIZE], uint32_t from, uint32_t to,
    uint32_t color)
{
  for (uint32_t sample = from; sample < to; sample++)
    table[table_slot (sample)] = color;
}

static void
linear (const uint32_t * ramp, const ColormapRange * range, uint32_t from,
    uint32_t to, uint32_t table[COLORMAP_TABLE_SIZE])
{
  double span = range->far - range->near;
  double scale = span > 0 ? (COLORMAP_RAMP_SIZE - 1) / span : 0;

  for (uint32_t sample = from; sample < to; sample++) {
    double at = (sample - range->near) * scale + 0.5;

    table[table_slot (sample)] = ramp[(uint32_t) at];
  }
}

static void
equalized (const uint32_t * ramp, const ColormapRange * range,
    const float *curve, uint32_t from, uint32_t to,
    uint32_t table[COLORMAP_TABLE_SIZE])
{
  double span = range->far - range->near;
  double scale = span > 0 ? COLORMAP_BINS / span : 0;

  for (uint32_t sample = from; sample < to; sample++) {
    double at = (sample - range->near) * scale;
    uint32_t bin = at < COLORMAP_BINS ? (uint32_t) at : COLORMAP_BINS - 1;
    double t = curve[bin] + (at - bin) * (curve[bin + 1] - curve[bin]);

    table[table_slot (sample)] =
        ramp[(uint32_t) (t * (COLORMAP_RAMP_SIZE - 1) + 0.5)];
  }
}

void
colormap_table (const uint32_t ramp[COLORMAP_RAMP_SIZE],
    const ColormapRange * range, const ColormapEqualizer * equalizer,
    uint32_t table[COLORMAP_TABLE_SIZE])
{
  uint32_t first = table_first (range), end = table_end (range);

  fill (table, 0, 1, range->invalid);
  fill (table, 1, first, range->below);
  if (equalizer)
    equalized (ramp, range, equalizer->curve, first, end, table);
  else
    linear (ramp, range, first, end, table);
  fill (table, end, COLORMAP_TABLE_SIZE, range->above);
}
