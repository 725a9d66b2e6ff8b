/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Draws the patterns row by row. */

#include "pattern.h"

#include <glib.h>
#include <string.h>

#include "noise.h"

#define INVALID_LOOP 8          /* frames */
#define LONGEST_HOLE 64         /* pixels */

typedef struct
{
  uint64_t seed, frame;
  uint32_t width, height;
} Picture;

typedef void (*DrawRow) (const Picture * picture, uint32_t y, uint16_t * row);

static void
draw_ramp (const Picture * picture, uint32_t y, uint16_t * row)
{
  uint64_t n = (uint64_t) picture->width * picture->height;
  uint64_t first = (y + picture->frame) % picture->height * picture->width;
  /* value of pixel i is i * 65536 / n, in steps without a division */
  uint64_t value = first * 65536 / n, rest = first * 65536 % n;
  uint32_t x;

  for (x = 0; x < picture->width; x++) {
    row[x] = (uint16_t) value;
    value += 65536 / n;
    rest += 65536 % n;
    if (rest >= n) {
      rest -= n;
      value++;
    }
  }
}

/* xorshift64* (G. Marsaglia, S. Vigna): four pixels from each number. */
static void
draw_random (const Picture * picture, uint32_t y, uint16_t * row)
{
  uint64_t state = noise_hash (picture->seed, 'n', picture->frame, y) | 1;
  uint64_t bits = 0;
  uint32_t x;

  for (x = 0; x < picture->width; x++) {
    if (x % 4 == 0) {
      state ^= state >> 12;
      state ^= state << 25;
      state ^= state >> 27;
      bits = state * UINT64_C (0x2545f4914f6cdd1d);
    }
    row[x] = (uint16_t) bits;
    bits >>= 16;
  }
}

static void
punch_holes (const Picture * picture, uint32_t y, uint16_t * row, uint32_t end)
{
  uint32_t x = picture->width / 2, count = 0;

  while (x < end) {
    uint64_t bits = noise_hash (picture->seed, picture->frame, y, count++);
    uint32_t hole = MIN (x + (uint32_t) (bits % LONGEST_HOLE), end);
    uint32_t next = MIN (hole + (uint32_t) (bits >> 32) % LONGEST_HOLE + 1,
        end);

    for (; x < hole; x++)
      row[x] = 0;
    x = next;
  }
}

static void
draw_invalid (const Picture * picture, uint32_t y, uint16_t * row)
{
  uint32_t border = picture->width / 8, end = picture->width - border, x;
  gboolean blank = picture->frame % INVALID_LOOP == INVALID_LOOP - 1
      || y < picture->height / 4;

  for (x = 0; x < picture->width; x++)
    row[x] = blank || x < border || x >= end ? 0 :
        (uint16_t) (500 + (x + 2 * y) % 5000);
  if (blank)
    return;
  for (x = border; x < picture->width / 2; x++)
    row[x] = (x + y + picture->frame) % 2 ? row[x] : 0;
  punch_holes (picture, y, row, end);
}

static void
draw_full_range (const Picture * picture, uint32_t y, uint16_t * row)
{
  uint32_t band = (uint32_t) ((uint64_t) y * 4 / picture->height), x;

  for (x = 0; x < picture->width; x++) {
    gboolean odd = (x + y + picture->frame) % 2;

    switch (band) {
      case 0:
        row[x] = odd ? 65535 : 0;
        break;
      case 1:
        row[x] = odd ? 65535 : 1;
        break;
      case 2:
        row[x] = (uint16_t) ((1u << (x / 2 % 16)) ^ (odd ? 65535 : 0));
        break;
      default:
        row[x] = (uint16_t) ((uint64_t) x * 65535 / MAX (picture->width - 1,
                1));
        break;
    }
  }
}

void
pattern_draw (PatternKind kind, uint64_t seed, uint64_t frame,
    uint32_t width, uint32_t height, uint8_t * pixels, size_t stride)
{
  static const DrawRow draw[] = {
    [PATTERN_RAMP] = draw_ramp,
    [PATTERN_RANDOM] = draw_random,
    [PATTERN_INVALID] = draw_invalid,
    [PATTERN_FULL_RANGE] = draw_full_range,
  };
  const Picture picture = { seed, frame, width, height };
  uint16_t *row = g_new (uint16_t, width);
  uint32_t x, y;

  for (y = 0; y < height; y++) {
    draw[kind] (&picture, y, row);
    for (x = 0; x < width; x++)
      row[x] = GUINT16_TO_LE (row[x]);
    memcpy (pixels + (size_t) y * stride, row, width * sizeof *row);
  }
  g_free (row);
}
