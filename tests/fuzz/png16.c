/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a PNG: the decoder must not fault, and what it takes libpng takes
 * too, with the same pixels, but for one way of writing the same bytes (below). CRCs
 * are made right first in most inputs, or none would reach what lies after them.
 */
#include "fuzz.h"
#include "png16/internal.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PIXELS (1 << 16)

static void
write_be32 (uint8_t * p, uint32_t value)
{
  p[0] = value >> 24;
  p[1] = value >> 16;
  p[2] = value >> 8;
  p[3] = value;
}

static void
mend (uint8_t * data, size_t size)
{
  for (size_t at = 8; at + 12 <= size;) {
    uint32_t length = png16_read_be32 (data + at);

    if (length > size - at - 12)
      return;
    write_be32 (data + at + 8 + length,
        libdeflate_crc32 (0, data + at + 4, length + 4));
    at += 12 + length;
  }
}

/* RFC 1951, 3.2.7: libdeflate ends code lengths that repeat beyond their number
 * where they should end, zlib refuses them. The picture's checksum held. */
static bool
is_lenient (const Png16Error * error)
{
  return strcmp (error->what, "IDAT: invalid bit length repeat") == 0;
}

static bool
judge_agrees (const uint8_t * data, size_t size, const uint8_t * ours,
    size_t stride, uint32_t height)
{
  uint8_t *theirs = calloc (height, stride);
  Png16Error error;
  bool agrees;

  if (png16_decode_any (data, size, theirs, stride, height, &error))
    agrees = memcmp (ours, theirs, height * stride) == 0;
  else
    agrees = is_lenient (&error);
  free (theirs);
  return agrees;
}

/* Rows with padding that nobody may touch. */
static void
decode_both (const uint8_t * data, size_t size, const Png16Header * header)
{
  size_t stride = header->width * 2 + 4;
  uint8_t *ours = calloc (header->height, stride);
  Png16Decoder *decoder = png16_decoder_new ();
  Png16Error error;

  if (png16_decode (decoder, data, size, (uint16_t *) ours, stride,
          header->width, header->height, &error)) {
    if (!png16_check (data, size, &error)
        || !judge_agrees (data, size, ours, stride, header->height))
      abort ();
  } else if (error.offset > size || error.what[0] == 0) {
    abort ();
  }
  png16_decoder_free (decoder);
  free (ours);
}

int
LLVMFuzzerTestOneInput (const uint8_t * bytes, size_t size)
{
  uint8_t *data = malloc (size + !size);
  Png16Header header;
  Png16Error error;

  memcpy (data, bytes, size);
  if (size % 4)
    mend (data, size);
  if (png16_read_header (data, size, &header, &error) && header.grey16
      && header.width * header.height <= MAX_PIXELS)
    decode_both (data, size, &header);
  free (data);
  return 0;
}

size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  uint32_t width = 1 + number % 23, height = 1 + number / 23 % 11;
  uint16_t pixels[23 * 11];
  Png16Encoder *encoder = png16_encoder_new ();
  size_t size;

  for (uint32_t i = 0; i < width * height; i++)
    pixels[i] = number % 3 ? 1000 + i * number : i * 40503;
  size = png16_encode (encoder, pixels, 2 * width, width, height,
      number % 8, data, room);
  png16_encoder_free (encoder);
  return size;
}
