/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The codecs, as videounit.c finds them. */
#pragma once

#include "videounit/videounit.h"

static inline bool
video_unit_fail (VideoUnitError * error, size_t offset, const char *what)
{
  error->what = what;
  error->offset = offset;
  return false;
}

bool video_unit_read_h264 (const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error);
bool video_unit_read_h265 (const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error);
bool video_unit_read_av1 (const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error);
bool video_unit_read_vp8 (const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error);
bool video_unit_read_vp9 (const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error);
