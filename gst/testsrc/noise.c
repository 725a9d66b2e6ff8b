/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Noise by hashing: the same numbers for the same seed, frame and place. */

#include "noise.h"

#include <glib.h>

#define TABLE_SIZE 16384u

/* The finaliser of MurmurHash3 (64 bits). */
static uint64_t
mix (uint64_t x)
{
  x = (x ^ (x >> 33)) * UINT64_C (0xff51afd7ed558ccd);
  x = (x ^ (x >> 33)) * UINT64_C (0xc4ceb9fe1a85ec53);
  return x ^ (x >> 33);
}

uint64_t
noise_hash (uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
  /* the odd constant keeps 0, 0, 0, 0 from staying 0 */
  uint64_t h = mix (seed + UINT64_C (0x9e3779b97f4a7c15));

  h = mix (h + a);
  h = mix (h + b);
  return mix (h + c);
}

/* The sum of four uniform 16-bit numbers is nearly normal; its deviation is
 * 65536 / sqrt (3). */
static float
normal (uint64_t bits)
{
  int32_t sum = (int32_t) ((bits & 0xffff) + (bits >> 16 & 0xffff) +
      (bits >> 32 & 0xffff) + (bits >> 48));

  return (float) (sum - 131070) * (1.7320508f / 65536.0f);
}

void
white_noise_init (WhiteNoise * noise, uint64_t seed, uint32_t width)
{
  uint32_t i;

  noise->seed = seed;
  noise->table = g_new (float, (gsize) TABLE_SIZE + width);
  for (i = 0; i < TABLE_SIZE + width; i++)
    noise->table[i] = normal (noise_hash (seed, i % TABLE_SIZE, 0, 0));
}

void
white_noise_clear (WhiteNoise * noise)
{
  g_free (noise->table);
}

const float *
white_noise_row (const WhiteNoise * noise, uint32_t channel, uint64_t frame,
    uint32_t y)
{
  return noise->table + noise_hash (noise->seed, channel, frame,
      y) % TABLE_SIZE;
}

void
smooth_noise_init (SmoothNoise * noise, uint64_t seed, uint32_t width,
    uint32_t cell, uint32_t hold)
{
  uint32_t i;

  noise->seed = seed;
  noise->cell = cell;
  noise->hold = hold;
  noise->cells = (width + cell - 1) / cell;
  for (i = 0; i < 3; i++)
    noise->lattice[i] = g_new (float, noise->cells + 2);
  noise->row = g_new (float, noise->cells + 2);
  for (i = 0; i < 3; i++)
    noise->weights[i] = g_new (float, cell);
  for (i = 0; i < cell; i++) {
    float t = ((float) i + 0.5f) / (float) cell;

    noise->weights[0][i] = 0.5f * (1.0f - t) * (1.0f - t);
    noise->weights[1][i] = 0.5f + t * (1.0f - t);
    noise->weights[2][i] = 0.5f * t * t;
  }
  noise->frame = UINT64_MAX;
}

void
smooth_noise_clear (SmoothNoise * noise)
{
  uint32_t i;

  for (i = 0; i < 3; i++) {
    g_free (noise->lattice[i]);
    g_free (noise->weights[i]);
  }
  g_free (noise->row);
}

/* Lattice values fade from one epoch of `hold` frames to the next. The factor
 * gives back the deviation that the spline's weights take (0.55 each way). */
static void
fill_lattice (const SmoothNoise * noise, uint64_t frame, uint32_t y,
    float *lattice)
{
  uint64_t epoch = frame / noise->hold;
  float fade = (float) (frame % noise->hold) / (float) noise->hold;
  uint32_t i;

  for (i = 0; i < noise->cells + 2; i++) {
    float from = normal (noise_hash (noise->seed, epoch, y, i));
    float to = fade == 0.0f ? 0.0f :
        normal (noise_hash (noise->seed, epoch + 1, y, i));

    lattice[i] = (from + (to - from) * fade) * 1.82f;
  }
}

static void
move_to (SmoothNoise * noise, uint64_t frame, uint32_t y)
{
  uint32_t i;

  if (noise->frame == frame && noise->lattice_y == y)
    return;
  if (noise->frame == frame && noise->lattice_y + 1 == y) {
    float *oldest = noise->lattice[0];

    noise->lattice[0] = noise->lattice[1];
    noise->lattice[1] = noise->lattice[2];
    noise->lattice[2] = oldest;
    fill_lattice (noise, frame, y + 2, oldest);
  } else {
    for (i = 0; i < 3; i++)
      fill_lattice (noise, frame, y + i, noise->lattice[i]);
  }
  noise->frame = frame;
  noise->lattice_y = y;
}

void
smooth_noise_row (SmoothNoise * noise, uint64_t frame, uint32_t y,
    float *restrict values)
{
  const float *left = noise->weights[0], *middle = noise->weights[1];
  const float *right = noise->weights[2];
  const uint32_t cell = noise->cell, down = y % cell;
  float *row = noise->row;
  uint32_t i, k;

  move_to (noise, frame, y / cell);
  for (i = 0; i < noise->cells + 2; i++)
    row[i] = noise->lattice[0][i] * left[down] +
        noise->lattice[1][i] * middle[down] +
        noise->lattice[2][i] * right[down];
  for (i = 0; i < noise->cells; i++) {
    for (k = 0; k < cell; k++)
      values[i * cell + k] =
          row[i] * left[k] + row[i + 1] * middle[k] + row[i + 2] * right[k];
  }
}
