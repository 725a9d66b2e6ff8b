/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* VP8 and VP9: the first bits of a frame. */
#include "videounit/internal.h"

#include <string.h>

bool
video_unit_read_vp8 (const uint8_t * data, size_t size, VideoUnitKind * kind,
    VideoUnitError * error)
{
  enum
  { TAG_SIZE = 3, NOT_KEY = 1 };
  static const uint8_t start_code[] = { 0x9d, 0x01, 0x2a };

  if (size < TAG_SIZE)
    return video_unit_fail (error, size, "cut off within a frame tag");
  *kind = data[0] & NOT_KEY ? VIDEO_UNIT_DELTA : VIDEO_UNIT_KEY;
  if (*kind == VIDEO_UNIT_KEY && (size < TAG_SIZE + sizeof start_code
          || memcmp (data + TAG_SIZE, start_code, sizeof start_code) != 0))
    return video_unit_fail (error, TAG_SIZE, "a key frame without start code");
  return true;
}

/* The high bits of the first byte: frame marker, profile, and in profile 3 one more bit
 * before show_existing_frame and frame_type. */
bool
video_unit_read_vp9 (const uint8_t * data, size_t size, VideoUnitKind * kind,
    VideoUnitError * error)
{
  enum
  { MARKER = 0xc0, MARKER_VALUE = 0x80, PROFILE_3 = 0x30 };
  const bool is_profile_3 = (data[0] & PROFILE_3) == PROFILE_3;
  const unsigned shift = is_profile_3 ? 1 : 2;
  const bool shows_existing = data[0] >> (shift + 1) & 1;
  const bool is_inter = data[0] >> shift & 1;

  if ((data[0] & MARKER) != MARKER_VALUE)
    return video_unit_fail (error, 0, "no frame marker");
  *kind = shows_existing || is_inter ? VIDEO_UNIT_DELTA : VIDEO_UNIT_KEY;
  return true;
}
