/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* AV1: open bitstream units, up to the first frame header. */
#include "videounit/internal.h"

enum
{
  OBU_SEQUENCE_HEADER = 1,
  OBU_FRAME_HEADER = 3,
  OBU_FRAME = 6,
};

typedef struct
{
  unsigned type;
  const uint8_t *payload;
  size_t size;
  size_t end;                   /* where the next one begins */
} Obu;

/* leb128 () of the specification, within 32 bits. Returns: bytes read, 0 on failure */
static size_t
read_size (const uint8_t * data, size_t size, size_t *value)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < 8 && i < size; i++) {
    sum |= (uint64_t) (data[i] & 0x7f) << 7 * i;
    if (data[i] & 0x80)
      continue;
    *value = (size_t) sum;
    return sum <= UINT32_MAX ? i + 1 : 0;
  }
  return 0;
}

static bool
read_obu (const uint8_t * data, size_t size, size_t at, Obu * obu,
    VideoUnitError * error)
{
  const bool has_extension = data[at] & 4, has_size = data[at] & 2;
  size_t begin = at + 1 + has_extension, taken;

  if (data[at] & 0x80)
    return video_unit_fail (error, at, "no OBU header");
  obu->type = data[at] >> 3 & 0xf;
  if (begin > size)
    return video_unit_fail (error, size, "cut off within an OBU header");
  obu->size = size - begin;
  if (has_size) {
    taken = read_size (data + begin, size - begin, &obu->size);
    begin += taken;
    if (taken == 0)
      return video_unit_fail (error, begin, "no size of an OBU");
  }
  if (obu->size > size - begin)
    return video_unit_fail (error, begin, "an OBU is longer than the unit");
  obu->payload = data + begin;
  obu->end = begin + obu->size;
  return true;
}

/* Key frames that are shown only later are no beginning for what comes before that. */
static bool
is_key_frame (const Obu * obu, bool is_still)
{
  enum
  { SHOW_EXISTING = 0x80, TYPE = 0x60, SHOW = 0x10 };

  return is_still || (obu->payload[0] & (SHOW_EXISTING | TYPE | SHOW)) == SHOW;
}

bool
video_unit_read_av1 (const uint8_t * data, size_t size, VideoUnitKind * kind,
    VideoUnitError * error)
{
  bool has_sequence = false, is_still = false;
  Obu obu;

  for (size_t at = 0; at < size; at = obu.end) {
    if (!read_obu (data, size, at, &obu, error))
      return false;
    if (obu.size == 0)
      continue;
    if (obu.type == OBU_SEQUENCE_HEADER) {
      has_sequence = true;
      is_still = obu.payload[0] & 8;    /* reduced_still_picture_header */
    }
    if (obu.type != OBU_FRAME && obu.type != OBU_FRAME_HEADER)
      continue;
    *kind = !is_key_frame (&obu, is_still) ? VIDEO_UNIT_DELTA :
        has_sequence ? VIDEO_UNIT_KEY : VIDEO_UNIT_BARE_KEY;
    return true;
  }
  return video_unit_fail (error, size, "no picture up to its end");
}
