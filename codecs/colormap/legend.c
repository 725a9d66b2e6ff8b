/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Draws the bar with ticks in metres onto a picture. */

#include "colormap/table.h"

#include <string.h>

/* Digits of 5 x 7 dots, drawn as squares of "scale" pixels. All lengths below
 * are in dots. */
#define GLYPH_WIDTH 5
#define GLYPH_HEIGHT 7
#define ADVANCE (GLYPH_WIDTH + 1)
#define MARGIN 4                /* from the picture's edge to the paper */
#define PADDING 3               /* from the paper's edge to what is on it */
#define GAP 2
#define TICK 3
#define BAR 8
#define LABEL_DISTANCE (2 * GLYPH_HEIGHT)

#define LABEL_SIZE 24

typedef struct
{
  const ColormapPicture *picture;
  uint32_t scale;
} Canvas;

/* Tick k stands at k * step * 10^exponent metres. */
typedef struct
{
  int64_t first, last;
  int step, exponent;
  double metres;                /* step * 10^exponent */
} Ticks;

/* Rows from the top, bit 4 is the leftmost dot. */
static const struct
{
  char character;
  uint8_t rows[GLYPH_HEIGHT];
} glyphs[] = {
  {'0', {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}},
  {'1', {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e}},
  {'2', {0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f}},
  {'3', {0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e}},
  {'4', {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}},
  {'5', {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e}},
  {'6', {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}},
  {'7', {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}},
  {'8', {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}},
  {'9', {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c}},
  {'.', {0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x0c}},
  {'m', {0x00, 0x00, 0x1a, 0x15, 0x15, 0x15, 0x15}},
};

/* In pixels, inside of the picture, height not 0. */
static void
fill (const ColormapPicture * picture, uint32_t x, uint32_t y, uint32_t width,
    uint32_t height, uint32_t color)
{
  size_t size = (size_t) width * picture->pixel_size;
  uint8_t *first = picture->data + y * picture->stride
      + (size_t) x * picture->pixel_size;
  uint8_t *row = first;

  for (uint32_t i = 0; i < width; i++)
    memcpy (first + (size_t) i * picture->pixel_size, &color,
        picture->pixel_size);
  while (--height > 0)
    memcpy (row += picture->stride, first, size);
}

static void
draw_glyph (const Canvas * canvas, uint32_t x, uint32_t y, const uint8_t * rows)
{
  for (uint32_t row = 0; row < GLYPH_HEIGHT; row++)
    for (uint32_t dot = 0; dot < GLYPH_WIDTH; dot++)
      if (rows[row] >> (GLYPH_WIDTH - 1 - dot) & 1)
        fill (canvas->picture, x + dot * canvas->scale,
            y + row * canvas->scale, canvas->scale, canvas->scale,
            canvas->picture->ink);
}

/* right: where the text ends, and its last glyph's gap */
static void
draw_text (const Canvas * canvas, uint32_t right, uint32_t y, const char *text)
{
  uint32_t x = right - (uint32_t) strlen (text) * ADVANCE * canvas->scale;

  for (; *text; text++, x += ADVANCE * canvas->scale)
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
      if (glyphs[i].character == *text)
        draw_glyph (canvas, x, y, glyphs[i].rows);
}

/* The smallest step of 1, 2 or 5 times a power of ten that needs no more than
 * "labels" of them. */
static bool
choose_ticks (double near, double far, uint32_t labels, Ticks * ticks)
{
  static const int steps[] = { 1, 2, 5 };

  for (ticks->exponent = -6; ticks->exponent <= 6; ticks->exponent++) {
    for (int i = 0; i < 3; i++) {
      ticks->step = steps[i];
      ticks->metres = ticks->step * pow (10, ticks->exponent);
      if ((far - near) / ticks->metres + 1 > labels)
        continue;
      /* near and far that were computed stand a hair beside a tick */
      ticks->first = (int64_t) ceil (near / ticks->metres - 1e-6);
      ticks->last = (int64_t) floor (far / ticks->metres + 1e-6);
      return true;
    }
  }
  return false;
}

/* Returns the text, which ends where the buffer does. No printf: its decimal
 * point follows the locale. */
static const char *
label (const Ticks * ticks, int64_t k, char buffer[LABEL_SIZE])
{
  uint64_t number = (uint64_t) k * ticks->step;
  int decimals = ticks->exponent < 0 ? -ticks->exponent : 0;
  char *text = buffer + LABEL_SIZE - 1;

  *text = '\0';
  for (int i = 0; i < ticks->exponent; i++)
    number *= 10;
  for (int digit = 0; number > 0 || digit <= decimals; digit++) {
    if (decimals > 0 && digit == decimals)
      *--text = '.';
    *--text = (char) ('0' + number % 10);
    number /= 10;
  }
  return text;
}

static uint32_t
longest_label (const Ticks * ticks)
{
  uint32_t longest = 1;

  for (int64_t k = ticks->first; k <= ticks->last; k++) {
    char buffer[LABEL_SIZE];
    uint32_t length = (uint32_t) strlen (label (ticks, k, buffer));

    if (length > longest)
      longest = length;
  }
  return longest;
}

/* far is at the top */
static void
draw_bar (const Canvas * canvas, uint32_t x, uint32_t y, uint32_t height,
    const uint32_t table[COLORMAP_TABLE_SIZE], const ColormapRange * range)
{
  uint32_t first = table_first (range), last = table_end (range) - 1;

  for (uint32_t i = 0; i < height; i++) {
    double t = 1 - i / (double) (height - 1);
    double sample = round (range->near + t * (range->far - range->near));

    sample = fmin (fmax (sample, first), last);
    fill (canvas->picture, x, y + i, BAR * canvas->scale, 1,
        table[table_slot ((uint32_t) sample)]);
  }
}

static void
draw_ticks (const Canvas * canvas, uint32_t x, uint32_t y, uint32_t height,
    const Ticks * ticks, double near, double far)
{
  uint32_t scale = canvas->scale;

  for (int64_t k = ticks->first; k <= ticks->last; k++) {
    double t = (k * ticks->metres - near) / (far - near);
    double down = (1 - fmin (fmax (t, 0), 1)) * (height - scale);
    uint32_t at = y + (uint32_t) (down + 0.5);
    char buffer[LABEL_SIZE];

    draw_text (canvas, x - GAP * scale, at - GLYPH_HEIGHT / 2 * scale,
        label (ticks, k, buffer));
    fill (canvas->picture, x, at, TICK * scale, scale, canvas->picture->ink);
  }
}

void
colormap_legend (const ColormapPicture * picture,
    const uint32_t table[COLORMAP_TABLE_SIZE], const ColormapRange * range,
    double units)
{
  double near = range->near / units, far = range->far / units;
  uint32_t scale = 1 + picture->height / 240;
  Canvas canvas = { picture, scale };
  uint32_t left, top, paper_width, paper_height, bar_top, bar_height;
  Ticks ticks;

  if (picture->width < 64 || picture->height < 64
      || table_first (range) >= table_end (range))
    return;
  if (scale > picture->width / 64)
    canvas.scale = scale = picture->width / 64;

  paper_height = picture->height - 2 * MARGIN * scale;
  bar_height = paper_height - (2 * PADDING + GLYPH_HEIGHT + GAP
      + GLYPH_HEIGHT) * scale;
  if (!choose_ticks (near, far, bar_height / (LABEL_DISTANCE * scale) + 1,
          &ticks))
    return;
  paper_width = (2 * PADDING + longest_label (&ticks) * ADVANCE + GAP + TICK
      + BAR) * scale;
  if (paper_width + 2 * MARGIN * scale > picture->width)
    return;

  left = picture->width - MARGIN * scale - paper_width;
  top = MARGIN * scale;
  bar_top = top + (PADDING + GLYPH_HEIGHT + GAP + GLYPH_HEIGHT / 2) * scale;
  fill (picture, left, top, paper_width, paper_height, picture->paper);
  draw_text (&canvas, picture->width - (MARGIN + PADDING) * scale,
      top + PADDING * scale, "m");
  draw_bar (&canvas, picture->width - (MARGIN + PADDING + BAR) * scale, bar_top,
      bar_height, table, range);
  draw_ticks (&canvas, picture->width - (MARGIN + PADDING + BAR + TICK)
      * scale, bar_top, bar_height, &ticks, near, far);
}
