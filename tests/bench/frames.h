/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The depth pictures that tests and benchmarks run on: one set a sensor. */

#include <stdint.h>

typedef struct
{
  uint32_t width, height;
  uint16_t *pixels;             /* little-endian, rows without padding */
} Frame;

typedef struct
{
  char *name;
  Frame *frame;
  unsigned n;
} FrameSet;

typedef struct
{
  FrameSet *set;
  unsigned n;
} Frames;

/* One set for each folder of 16-bit grey PNG files in DEPTH_SHARED/data; none
 * where that is missing or this was built without libpng. */
Frames frames_load (void);

/* Adds a set that needs no file: slanted surfaces with noise and holes. */
void frames_add_synthetic (Frames * frames, uint32_t width, uint32_t height);

/* Adds what hardly a camera makes: single depths, one in 20 samples and one in two,
 * as a LiDAR's points in a camera's picture are, and random samples. */
void frames_add_hard (Frames * frames, uint32_t width, uint32_t height);

void frames_free (Frames * frames);
