/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a depth picture of any format, and as a stream of them in pieces: an
 * error says at which byte, a picture that is taken is decoded within its rows.
 */
#include "fuzz.h"
#include "depthpicture/depthpicture.h"
#include "png16/png16.h"
#include "rvl/rvl.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PIXELS 65536

static void
decode (const DepthPicture * picture, const uint8_t * data, size_t size)
{
  DepthPictureDecoder *decoder = depth_picture_decoder_new ();
  size_t stride = 2 * (size_t) picture->width;
  uint16_t *pixels = malloc (stride * picture->height);
  DepthPictureError error;

  if (!depth_picture_decode (decoder, picture, data, size, pixels, stride,
          1000, &error) && (error.what[0] == '\0' || error.offset > size))
    abort ();
  free (pixels);
  depth_picture_decoder_free (decoder);
}

static void
split (DepthPictureFormat format, const uint8_t * data, size_t size,
    size_t step)
{
  DepthPictureSplitter splitter = { 0 };
  DepthPicturePiece piece;
  size_t at = 0, come = 0;

  while (come < size) {
    come = size - come > step ? come + step : size;
    do {
      size_t taken = depth_picture_split (&splitter, format, data + at,
          come - at, come == size, &piece);

      if (taken > come - at || (taken == 0 && piece == DEPTH_PICTURE_SKIP))
        abort ();
      at += taken;
    } while (piece != DEPTH_PICTURE_MORE && at < come);
  }
  if (at != size)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  DepthPictureFormat format = depth_picture_detect (data, size);
  DepthPicture picture;
  DepthPictureError error;

  if (!depth_picture_read (&picture, format, data, size, &error)) {
    if (error.what[0] == '\0' || error.offset > size)
      abort ();
  } else if (picture.wrong_kind[0] == '\0'
      && (uint64_t) picture.width * picture.height <= MAX_PIXELS) {
    decode (&picture, data, size);
  }
  split (format, data, size, 1 + size % 50);
  return 0;
}

/* In turn: PNG with ROS's header, two PNG with a line's end between them, PGM. */
size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  static const uint8_t ros[12] = { 0, 0, 0, 0, 0, 0, 0x20, 0x41 };
  uint32_t width = 1 + number % 7, height = 1 + number % 5;
  uint16_t pixels[7 * 5] = { 0 };
  Png16Encoder *encoder = png16_encoder_new ();
  size_t size = 0;

  for (uint32_t i = 0; i < width * height; i++)
    pixels[i] = number + 977 * i;
  if (number % 3 == 0) {
    memcpy (data, ros, sizeof ros);
    size = sizeof ros;
  } else if (number % 3 == 1) {
    size = png16_encode (encoder, pixels, 2 * width, width, height, 1, data,
        room);
    data[size++] = '\n';
  } else {
    memcpy (data, "P5 7 5 65535\n", 13);
    memcpy (data + 13, pixels, sizeof pixels);
    size = 13 + sizeof pixels;
  }
  if (number % 3 < 2)
    size += png16_encode (encoder, pixels, 2 * width, width, height, 1,
        data + size, room - size);
  png16_encoder_free (encoder);
  return size;
}
