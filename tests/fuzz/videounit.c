/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a unit of any codec: a kind, or an error that says at which byte.
 */
#include "fuzz.h"
#include "videounit/videounit.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t * bytes, size_t size)
{
  uint8_t *data = malloc (size + !size);        /* of this very size */

  if (size > 0)
    memcpy (data, bytes, size);
  for (VideoUnitCodec codec = 0; codec < VIDEO_UNIT_N_CODECS; codec++) {
    VideoUnitKind kind = VIDEO_UNIT_BARE_KEY + 1;
    VideoUnitError error = { NULL, 0 };

    if (video_unit_read (codec, data, size, &kind, &error)) {
      if (kind > VIDEO_UNIT_BARE_KEY)
        abort ();
    } else if (error.what == NULL || error.offset > size) {
      abort ();
    }
  }
  free (data);
  return 0;
}

/* In turn: H.264 with parameter sets of some size, AV1 with padding. */
size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  static const uint8_t h264[] = { 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x68, 0xce };
  static const uint8_t slice[] = { 0, 0, 1, 0x65, 0x88 };
  static const uint8_t av1[] = { 0x12, 0, 0x0a, 1, 0, 0x7a };
  static const uint8_t frame[] = { 0x32, 2, 0x10, 0xaa };
  size_t size = number % 2 ? sizeof h264 : sizeof av1, extra = number % 100;

  (void) room;
  memcpy (data, number % 2 ? h264 : av1, size);
  if (number % 2 == 0)
    data[size++] = (uint8_t) extra;
  memset (data + size, (int) number & 3, extra);
  size += extra;
  if (number % 2 == 1) {
    memcpy (data + size, slice, sizeof slice);
    return size + sizeof slice;
  }
  memcpy (data + size, frame, sizeof frame);
  return size + sizeof frame;
}
