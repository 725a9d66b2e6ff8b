/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The range of useful depth that a stream's frames hold, smoothed in time: from
 * percentile 1 of the samples to percentile 99, or to a nearer one, of at least 90,
 * where what lies beyond is a thin tail of noise. The range follows a change of
 * scene within a second; a sensor's noise, a far pixel, a passing hand or a damaged
 * frame do not move it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers that a frame says of the two ends, frames that are looked at together. */
#define DEPTH_RANGE_ENDS 6
#define DEPTH_RANGE_FRAMES 3

typedef struct
{
  double value;                 /* in use */
  double target;                /* where it goes */
  double speed;                 /* how fast, a second; 0 = slowly */
  double outside;               /* seconds that the frames have disagreed */
} DepthRangeEnd;

/* All zero = nothing measured yet. */
typedef struct
{
  uint16_t invalid;             /* a sample that is no depth, beside 0; 0 = none */

  double min, max;              /* the result in native units, max >= min + 1 */
  bool valid;                   /* min and max are known */

  /* private */
  DepthRangeEnd near, far;
  uint16_t frames[DEPTH_RANGE_FRAMES][DEPTH_RANGE_ENDS];
  unsigned int next;
} DepthRange;

/* Measures one frame. Pixels are in little-endian byte order, stride in bytes.
 * 0 (no depth), 65535 (saturated) and range->invalid do not count; a frame with
 * next to nothing else leaves the range as it is. seconds: since the last frame; not positive or
 * not finite = not known. Returns range->valid. */
bool depth_range_update (DepthRange * range, const uint16_t * pixels,
    size_t stride, uint32_t width, uint32_t height, double seconds);
