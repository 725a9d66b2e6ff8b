/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.264 and H.265: NAL units, each behind a start code, up to the first slice. */
#include "videounit/internal.h"

#include <string.h>

#define START_CODE_SIZE 3       /* 0 0 1 */

/* What the types of NAL units mean. */
typedef struct
{
  unsigned (*type) (uint8_t header);
  unsigned first_slice, last_slice;
  unsigned first_key, last_key; /* slices of pictures that a decoder can begin with */
  bool (*is_b) (unsigned type, const uint8_t * header, size_t size);
  unsigned sets[3];             /* parameter sets, all of which that needs */
  unsigned n_sets;
} NalTypes;

static unsigned
h264_type (uint8_t header)
{
  return header & 0x1f;
}

static unsigned
h265_type (uint8_t header)
{
  return header >> 1 & 0x3f;
}

/* The first slice begins with first_mb_in_slice, which is 0 (one bit), and slice_type, 1
 * or 6 of which mean B: Exp-Golomb codes 010 and 00111. */
static bool
h264_is_b (unsigned type, const uint8_t * header, size_t size)
{
  enum
  { LAST_WITH_HEADER = 2 };     /* data partition A */

  return type <= LAST_WITH_HEADER && size > 0
      && ((header[0] & 0xf0) == 0xa0 || (header[0] & 0xfc) == 0x9c);
}

/* RADL and RASL pictures. Where slice_type is depends on the PPS, and B slices are usual
 * in streams that are not reordered. */
static bool
h265_is_b (unsigned type, const uint8_t * header, size_t size)
{
  (void) header;
  (void) size;
  return type >= 6 && type <= 9;
}

/* An I picture that is not IDR is no beginning: those after it may refer to pictures
 * before it. */
static const NalTypes h264 = {
  .type = h264_type,
  .first_slice = 1,.last_slice = 5,
  .first_key = 5,.last_key = 5,
  .is_b = h264_is_b,
  .sets = {7, 8},.n_sets = 2    /* SPS, PPS */
};

static const NalTypes h265 = {
  .type = h265_type,
  .first_slice = 0,.last_slice = 31,
  .first_key = 16,.last_key = 23,       /* BLA, IDR, CRA */
  .is_b = h265_is_b,
  .sets = {32, 33, 34},.n_sets = 3      /* VPS, SPS, PPS */
};

/* Returns: where the next start code is, from @at on; @size: there is none */
static size_t
find_start_code (const uint8_t * data, size_t size, size_t at)
{
  while (size - at >= START_CODE_SIZE) {
    const uint8_t *one = memchr (data + at + 2, 1, size - at - 2);

    if (one == NULL)
      break;
    if (one[-1] == 0 && one[-2] == 0)
      return (size_t) (one - data) - 2;
    at = (size_t) (one - data) - 1;
  }
  return size;
}

/* Before the first start code there may be zeros. */
static bool
begins_with_start_code (const uint8_t * data, size_t size, size_t *at,
    VideoUnitError * error)
{
  size_t zeros = 0;

  while (zeros < size && data[zeros] == 0)
    zeros++;
  if (zeros == size || data[zeros] != 1 || zeros < 2)
    return video_unit_fail (error, zeros, "no start code");
  *at = zeros - 2;
  return true;
}

static void
note_set (const NalTypes * types, unsigned type, unsigned *have)
{
  for (unsigned i = 0; i < types->n_sets; i++) {
    if (type == types->sets[i])
      *have |= 1u << i;
  }
}

static VideoUnitKind
slice_kind (const NalTypes * types, unsigned type, bool has_sets,
    const uint8_t * header, size_t size)
{
  if (type >= types->first_key && type <= types->last_key)
    return has_sets ? VIDEO_UNIT_KEY : VIDEO_UNIT_BARE_KEY;
  return types->is_b (type, header, size) ? VIDEO_UNIT_B : VIDEO_UNIT_DELTA;
}

static bool
read_nals (const NalTypes * types, const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error)
{
  const unsigned all = (1u << types->n_sets) - 1;
  unsigned have = 0;
  size_t at;

  if (!begins_with_start_code (data, size, &at, error))
    return false;
  while (size - at > START_CODE_SIZE) {
    size_t begin = at + START_CODE_SIZE;
    unsigned type = types->type (data[begin]);

    if (type >= types->first_slice && type <= types->last_slice) {
      *kind = slice_kind (types, type, have == all, data + begin + 1,
          size - begin - 1);
      return true;
    }
    note_set (types, type, &have);
    at = find_start_code (data, size, begin);
  }
  return video_unit_fail (error, size, "no picture up to its end");
}

bool
video_unit_read_h264 (const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error)
{
  return read_nals (&h264, data, size, kind, error);
}

bool
video_unit_read_h265 (const uint8_t * data, size_t size,
    VideoUnitKind * kind, VideoUnitError * error)
{
  return read_nals (&h265, data, size, kind, error);
}
