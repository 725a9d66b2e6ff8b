/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Noise that is a function of seed, frame and place, and of nothing else. */

#pragma once

#include <stdint.h>

/* A well-mixed number of four numbers. */
uint64_t noise_hash (uint64_t seed, uint64_t a, uint64_t b, uint64_t c);

/* White noise: of a normal distribution (nearly: bounded at 3.5), mean 0,
 * deviation 1. Rows are windows on one table. */
typedef struct
{
  uint64_t seed;
  float *table;
} WhiteNoise;

void white_noise_init (WhiteNoise * noise, uint64_t seed, uint32_t width);
void white_noise_clear (WhiteNoise * noise);

/* Row y of a frame, of the width given at init; channel: which of several
 * independent noises. */
const float *white_noise_row (const WhiteNoise * noise, uint32_t channel,
    uint64_t frame, uint32_t y);

/* Smooth noise: random values on a lattice, between them a quadratic
 * B-spline. Mean 0, deviation 1, blobs of about two cells across. It stays
 * for about `hold` frames. */
typedef struct
{
  uint64_t seed;
  uint32_t cell, hold, cells;
  float *lattice[3], *weights[3], *row;
  uint64_t frame;
  uint32_t lattice_y;
} SmoothNoise;

void smooth_noise_init (SmoothNoise * noise, uint64_t seed, uint32_t width,
    uint32_t cell, uint32_t hold);
void smooth_noise_clear (SmoothNoise * noise);

/* Row y of a frame, in values: room for width rounded up to whole cells. */
void smooth_noise_row (SmoothNoise * noise, uint64_t frame, uint32_t y,
    float *values);
