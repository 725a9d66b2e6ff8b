/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a decoder can begin with a unit of encoded video: an access unit of H.264 or
 * H.265 in byte-stream (Annex B) form, a temporal unit of AV1 in the low-overhead form,
 * a frame of VP8, a frame or superframe of VP9.
 *
 * Only what comes before the first picture's data is read. Sources: ITU-T H.264,
 * sections 7.3.1, 7.3.3 and 7.4.3, and H.265, sections 7.3.1 and 7.4.2.2, and Annex B; AV1 Bitstream & Decoding Process Specification,
 * sections 5.3 to 5.9; RFC 6386, section 9.1; VP9 Bitstream & Decoding Process
 * Specification, section 6.2.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  VIDEO_UNIT_H264,
  VIDEO_UNIT_H265,
  VIDEO_UNIT_AV1,
  VIDEO_UNIT_VP8,
  VIDEO_UNIT_VP9,
  VIDEO_UNIT_N_CODECS
} VideoUnitCodec;

typedef enum
{
  VIDEO_UNIT_DELTA,             /* needs units before it */
  VIDEO_UNIT_B,                 /* does so too, and is, as a rule, shown before one of
                                 * them; of H.265 only what leads a key frame */
  VIDEO_UNIT_KEY,               /* a decoder can begin with it */
  VIDEO_UNIT_BARE_KEY           /* it could, but for parameter sets, or a sequence
                                 * header, that are not in the unit */
} VideoUnitKind;

/* What is wrong with a unit, and at which byte. */
typedef struct
{
  const char *what;
  size_t offset;
} VideoUnitError;

/* False: the unit has no picture, or is not of this form. */
bool video_unit_read (VideoUnitCodec codec, const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error);
