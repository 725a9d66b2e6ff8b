/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The range of depth that a stream's frames hold: percentiles 1 and 99 of the
 * samples, smoothed in time. It follows a change of scene within a second; sensor
 * noise, a far pixel, a passing hand or a damaged frame do not move it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Percentiles that a frame is looked at by, frames that are looked at together. */
#define DEPTH_RANGE_RANKS 6
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
  double min, max;              /* the result in native units, max >= min + 1 */
  bool valid;                   /* min and max are known */

  /* private */
  DepthRangeEnd near, far;
  uint16_t frames[DEPTH_RANGE_FRAMES][DEPTH_RANGE_RANKS];
  unsigned int next;
} DepthRange;

/* Measures one frame. Pixels are in little-endian byte order, stride in bytes.
 * 0 (no depth) and 65535 (saturated) do not count; a frame with next to nothing
 * else leaves the range as it is. seconds: since the last frame; not positive or
 * not finite = not known. Returns range->valid. */
bool depth_range_update (DepthRange * range, const uint16_t * pixels,
    size_t stride, uint32_t width, uint32_t height, double seconds);
