/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of codecs. */
#include "videounit/internal.h"

bool
video_unit_read (VideoUnitCodec codec, const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error)
{
  static bool (*const read[VIDEO_UNIT_N_CODECS]) (const uint8_t * data,
      size_t size, VideoUnitKind * kind, VideoUnitError * error) = {
    [VIDEO_UNIT_H264] = video_unit_read_h264,
    [VIDEO_UNIT_H265] = video_unit_read_h265,
    [VIDEO_UNIT_AV1] = video_unit_read_av1,
    [VIDEO_UNIT_VP8] = video_unit_read_vp8,
    [VIDEO_UNIT_VP9] = video_unit_read_vp9,
  };

  if (size == 0)
    return video_unit_fail (error, 0, "it is empty");
  return read[codec] (data, size, kind, error);
}
