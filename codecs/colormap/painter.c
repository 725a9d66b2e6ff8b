/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A painter keeps ramp and table from frame to frame, and makes them again where
 * the look has changed. */

#include "colormap/colormap.h"

#include <stdlib.h>
#include <string.h>

struct ColormapPainter
{
  ColormapLook look;            /* what ramp and table were made for */
  bool ramp_made, table_made;
  ColormapRange range;
  uint32_t ramp[COLORMAP_RAMP_SIZE];
  uint32_t table[COLORMAP_TABLE_SIZE];
};

ColormapPainter *
colormap_painter_new (void)
{
  return calloc (1, sizeof (ColormapPainter));
}

void
colormap_painter_free (ColormapPainter * painter)
{
  free (painter);
}

static bool
same_layout (const ColormapLayout * a, const ColormapLayout * b)
{
  return memcmp (a, b, sizeof *a) == 0;
}

static bool
same_range (const ColormapRange * a, const ColormapRange * b)
{
  return a->near == b->near && a->far == b->far && a->invalid == b->invalid
      && a->below == b->below && a->above == b->above;
}

/* The colour of an end's outside: 0 is that of the end. */
static uint32_t
outside (const ColormapLook * look, uint32_t argb, uint32_t end)
{
  return argb != 0 ? colormap_look_pack (look, argb) : end;
}

uint32_t
colormap_look_pack (const ColormapLook * look, uint32_t argb)
{
  return colormap_pack (&look->layout,
      look->has_alpha ? argb : argb | 0xff000000u);
}

void
colormap_painter_prepare (ColormapPainter * painter,
    const ColormapLook * look, const ColormapEqualizer * equalizer)
{
  ColormapRange range;

  if (!painter->ramp_made || look->map != painter->look.map
      || look->invert != painter->look.invert
      || !same_layout (&look->layout, &painter->look.layout)) {
    colormap_ramp (look->map, &look->layout, look->invert, painter->ramp);
    painter->ramp_made = true;
    painter->table_made = false;
  }
  range.near = look->near;
  range.far = look->far;
  range.invalid = colormap_look_pack (look, look->invalid);
  range.below = outside (look, look->below, painter->ramp[0]);
  range.above = outside (look, look->above,
      painter->ramp[COLORMAP_RAMP_SIZE - 1]);

  /* an equaliser's curve is another one with each frame */
  if (!painter->table_made || equalizer != NULL
      || !same_range (&range, &painter->range))
    colormap_table (painter->ramp, &range, equalizer, painter->table);
  painter->table_made = equalizer == NULL;
  painter->range = range;
  painter->look = *look;
}

void
colormap_painter_apply (const ColormapPainter * painter,
    const uint16_t * pixels, size_t stride, const ColormapPicture * picture)
{
  colormap_apply (painter->table, pixels, stride, picture->width,
      picture->height, picture->data, picture->stride, picture->pixel_size);
}

void
colormap_painter_legend (const ColormapPainter * painter,
    const ColormapPicture * picture, double units)
{
  ColormapPicture inked = *picture;

  inked.ink = colormap_look_pack (&painter->look, 0xffffffffu);
  inked.paper = colormap_look_pack (&painter->look, 0xff000000u);
  colormap_legend (&inked, painter->table, &painter->range, units);
}
