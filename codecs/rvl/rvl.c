/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The public functions, which check their arguments and call the chosen kernel. */

#include "kernel.h"

static bool
has_samples (uint32_t width, uint32_t height)
{
  uint64_t samples = (uint64_t) width * height;

  return samples > 0 && samples <= RVL_MAX_PIXELS;
}

/* Six nibbles a sample cover a sample's difference, or a zero's share of the
 * header that its run needs. Only a header (1, 32768 or more) takes one nibble
 * more than that, and the first one, which needs no zero, up to ten. */
size_t
rvl_max_size (uint32_t width, uint32_t height)
{
  uint64_t samples = (uint64_t) width * height;

  return samples <= RVL_MAX_PIXELS
      ? 3 * (size_t) samples + (size_t) samples / 32768 + 8 : 0;
}

static size_t
stream_size (size_t nibbles)
{
  return (nibbles + 7) / 8 * 4;
}

size_t
rvl_encode (const uint16_t * pixels, size_t stride, uint32_t width,
    uint32_t height, uint8_t * stream)
{
  RvlPicture picture;

  if (!has_samples (width, height))
    return 0;
  picture = picture_make (pixels, stride, width, height);
  return stream_size (rvl_kernel ()->encode (&picture, 0,
          picture_size (&picture), stream));
}

bool
rvl_decode (const uint8_t * stream, size_t size, uint16_t * pixels,
    size_t stride, uint32_t width, uint32_t height, RvlError * error)
{
  RvlPicture picture;

  if ((uint64_t) width * height > RVL_MAX_PIXELS) {
    if (error)
      *error = (RvlError) { "the picture has more than 2^26 pixels", 0 };
    return false;
  }
  if (!has_samples (width, height))
    return true;
  picture = picture_make (pixels, stride, width, height);
  return rvl_kernel ()->decode (stream, size, &picture)
      || rvl_decode_strictly (stream, size, &picture, error);
}
