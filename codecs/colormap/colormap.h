/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Depth to colour.
 *
 * Maps: the colour maps of Rerun's Viewer, polynomials of degree 6 in sRGB
 * (rerun-io/rerun, crates/viewer/re_renderer/shader/colormap.wgsl).
 *
 * The way of a pixel: a map gives a ramp (its colours in the byte order of the
 * wanted pixel format), ramp and range give a table with one colour for each of
 * the 65536 samples, and the table colours the picture.
 *
 * Pixels are 16-bit little-endian samples whatever the host; 0 is "no depth".
 * Ranges are in depth units. Strides are in bytes. Nothing but a painter
 * allocates; buffers belong to the caller. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COLORMAP_COUNT 9
/* Fine enough that two neighbouring entries differ by less than half of a
 * 255th: a range of up to 16383 depth units gives each of them its own. */
#define COLORMAP_RAMP_SIZE 16384
#define COLORMAP_TABLE_SIZE 65536
#define COLORMAP_BINS 1024

typedef struct
{
  const char *name;
  const char *title;
  /* red, green and blue of each power of t, lowest power first */
  double polynomial[7][3];
} Colormap;

/* The map with the Viewer's number n is colormaps[n - 1]. */
extern const Colormap colormaps[COLORMAP_COUNT];

/* sRGB at t, 0 to 1 from near to far; what is outside counts as the end. */
void colormap_color (const Colormap * map, double t, uint8_t rgb[3]);

/* Where the bytes of a pixel are. In a pixel of three bytes alpha is 3, which
 * is never written. */
typedef struct
{
  uint8_t red, green, blue, alpha;
} ColormapLayout;

/* A colour 0xAARRGGBB as four bytes in memory order. */
uint32_t colormap_pack (const ColormapLayout * layout, uint32_t argb);

void colormap_ramp (const Colormap * map, const ColormapLayout * layout,
    bool invert, uint32_t ramp[COLORMAP_RAMP_SIZE]);

/* Histogram equalisation: curve[i] is the share of a frame's samples nearer
 * than i of COLORMAP_BINS parts of the range. */
typedef struct
{
  float curve[COLORMAP_BINS + 1];
  bool measured;

  /* private: the curves of the last frames */
  float frames[3][COLORMAP_BINS + 1];
  unsigned next;
} ColormapEqualizer;

/* Moves the curve towards the median of this frame's and the two before it, the
 * further the more time has passed: a frame of garbage is never seen. The first
 * frame after measured = false counts in full, and one without a sample in the
 * range changes nothing. seconds: since the last frame; not positive = not
 * known. */
void colormap_equalizer_measure (ColormapEqualizer * equalizer,
    const uint16_t * pixels, size_t stride, uint32_t width, uint32_t height,
    double near, double far, double seconds);

typedef struct
{
  double near, far;             /* near <= far, in depth units */
  uint32_t invalid;             /* packed colour of 0 */
  uint32_t below, above;        /* packed colours outside of the range */
} ColormapRange;

/* equalizer: NULL, or one that has measured. */
void colormap_table (const uint32_t ramp[COLORMAP_RAMP_SIZE],
    const ColormapRange * range, const ColormapEqualizer * equalizer,
    uint32_t table[COLORMAP_TABLE_SIZE]);

/* pixel_size: 4, or 3, which leaves out the last byte of a packed colour. */
void colormap_apply (const uint32_t table[COLORMAP_TABLE_SIZE],
    const uint16_t * pixels, size_t stride, uint32_t width, uint32_t height,
    uint8_t * picture, size_t picture_stride, unsigned pixel_size);

typedef struct
{
  uint8_t *data;
  size_t stride;
  uint32_t width, height;
  unsigned pixel_size;
  uint32_t ink, paper;          /* packed colours of text and background */
} ColormapPicture;

/* Draws a bar with the table's colours over the range and ticks in metres
 * (units: depth units per metre) along the right edge. A picture narrower or
 * lower than 64 pixels, or too narrow for the numbers, stays as it is. */
void colormap_legend (const ColormapPicture * picture,
    const uint32_t table[COLORMAP_TABLE_SIZE], const ColormapRange * range,
    double units);

/* ---- all of it, from frame to frame ---- */

/* How depth is shown. Colours are 0xAARRGGBB. */
typedef struct
{
  const Colormap *map;
  bool invert;                  /* colours from far to near */
  ColormapLayout layout;
  bool has_alpha;               /* else all colours are opaque */
  double near, far;             /* near <= far, in depth units */
  uint32_t invalid;             /* colour of 0 */
  uint32_t below, above;        /* outside of the range, 0 = the end's colour */
} ColormapLook;

/* A colour as the bytes of one of its pixels. */
uint32_t colormap_look_pack (const ColormapLook * look, uint32_t argb);

/* NULL: no memory. Free takes NULL too. */
typedef struct ColormapPainter ColormapPainter;
ColormapPainter *colormap_painter_new (void);
void colormap_painter_free (ColormapPainter * painter);

/* Before a frame: makes what has changed since the last one. equalizer: NULL, or
 * one that has measured. */
void colormap_painter_prepare (ColormapPainter * painter,
    const ColormapLook * look, const ColormapEqualizer * equalizer);

/* Colours a picture, whose ink and paper do not count. */
void colormap_painter_apply (const ColormapPainter * painter,
    const uint16_t * pixels, size_t stride, const ColormapPicture * picture);

/* As colormap_legend(), white on black. */
void colormap_painter_legend (const ColormapPainter * painter,
    const ColormapPicture * picture, double units);
