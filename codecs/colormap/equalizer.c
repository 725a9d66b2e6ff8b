/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measures how the samples of a frame are spread over the range, steadily from frame
 * to frame. */

#include "colormap/colormap.h"

#include <math.h>
#include <string.h>

/* Seconds in which a curve follows a new scene to about two thirds. */
#define TIME_CONSTANT 0.3
#define UNKNOWN_SECONDS (1 / 30.)
/* About as many samples are counted in a frame of any size: enough for a bin's
 * share to be right within 1/255. */
#define SAMPLES 16384

static inline uint32_t
sample_at (const uint8_t * row, uint32_t x)
{
  return (uint32_t) (row[2 * (size_t) x] | row[2 * (size_t) x + 1] << 8);
}

/* Counts every step-th pixel of every step-th row; returns how many are in the
 * range. */
static uint32_t
count (uint32_t histogram[COLORMAP_BINS], const uint8_t * row, size_t stride,
    uint32_t width, uint32_t height, double near, double far)
{
  uint32_t step = 1 + (uint32_t) sqrt ((double) width * height / SAMPLES);
  float scale = far > near ? (float) (COLORMAP_BINS / (far - near)) : 0;
  float low = (float) near, high = (float) far;
  uint32_t total = 0;

  for (uint32_t y = 0; y < height; y += step, row += step * stride) {
    for (uint32_t x = 0; x < width; x += step) {
      float sample = (float) sample_at (row, x);
      uint32_t bin;

      if (sample < 1 || sample < low || sample > high)
        continue;
      bin = (uint32_t) ((sample - low) * scale);
      histogram[bin < COLORMAP_BINS ? bin : COLORMAP_BINS - 1]++;
      total++;
    }
  }
  return total;
}

static float
median (float a, float b, float c)
{
  return fmaxf (fminf (a, b), fminf (fmaxf (a, b), c));
}

/* Returns false for a frame that says nothing. */
static bool
measure (float curve[COLORMAP_BINS + 1], const uint16_t * pixels,
    size_t stride, uint32_t width, uint32_t height, double near, double far)
{
  uint32_t histogram[COLORMAP_BINS] = { 0 };
  uint32_t total = count (histogram, (const uint8_t *) pixels, stride, width,
      height, near, far);
  uint32_t sum = 0;

  if (total == 0)
    return false;
  curve[0] = 0;
  for (uint32_t i = 0; i < COLORMAP_BINS; i++) {
    sum += histogram[i];
    curve[i + 1] = sum / (float) total;
  }
  return true;
}

void
colormap_equalizer_measure (ColormapEqualizer * equalizer,
    const uint16_t * pixels, size_t stride, uint32_t width, uint32_t height,
    double near, double far, double seconds)
{
  float *newest = equalizer->frames[equalizer->next];
  double time = seconds > 0 ? seconds : UNKNOWN_SECONDS;
  float share = (float) (1 - exp (-time / TIME_CONSTANT));

  if (!measure (newest, pixels, stride, width, height, near, far))
    return;
  equalizer->next = (equalizer->next + 1) % 3;
  if (!equalizer->measured) {
    for (int i = 0; i < 3; i++)
      memmove (equalizer->frames[i], newest, sizeof equalizer->curve);
    memcpy (equalizer->curve, newest, sizeof equalizer->curve);
    equalizer->measured = true;
  }
  for (uint32_t i = 0; i <= COLORMAP_BINS; i++)
    equalizer->curve[i] += share * (median (equalizer->frames[0][i],
            equalizer->frames[1][i], equalizer->frames[2][i])
        - equalizer->curve[i]);
}
