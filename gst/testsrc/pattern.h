/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pictures for tests that no camera takes: every value, every extreme. */

#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum
{
  PATTERN_SCENE,                /* not drawn here: see camera.h */
  PATTERN_RAMP,
  PATTERN_RANDOM,
  PATTERN_INVALID,
  PATTERN_FULL_RANGE,
} PatternKind;

/* One frame of GRAY16_LE; neither pixels nor stride need be aligned.
 * ramp: from 0 at the top left to 65535 at the bottom right: a frame of 65536
 *   pixels or more has all values; it moves up by a row each frame.
 * random: all values alike, 0 among them, and new in each frame.
 * invalid: a slope with holes (0): the top quarter and an eighth on the left
 *   and on the right; below, on the left a chequer of single pixels, on the
 *   right holes of random length. Of eight frames the last is all 0.
 * full-range: four bands: a chequer of 0 and 65535; one of 1 and 65535; the
 *   powers of two and their complements; 0 to 65535 from left to right. The
 *   chequers swap colours each frame. */
void pattern_draw (PatternKind kind, uint64_t seed, uint64_t frame,
    uint32_t width, uint32_t height, uint8_t * pixels, size_t stride);
