/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of formats, and what each of them has of its own. */
#include "depthpicture/depthpicture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgm16/pgm16.h"
#include "png16/png16.h"
#include "rvl/rvl.h"

struct DepthPictureDecoder
{
  Png16Decoder *png;
};

typedef bool (*ReadFunction) (DepthPicture * picture, const uint8_t * data,
    size_t size, DepthPictureError * error);
typedef bool (*DecodeFunction) (DepthPictureDecoder * decoder,
    const DepthPicture * picture, const uint8_t * data, size_t size,
    uint16_t * pixels, size_t stride, DepthPictureError * error);

static bool
fail (DepthPictureError * error, size_t offset, const char *what)
{
  snprintf (error->what, sizeof error->what, "%s", what);
  error->offset = offset;
  return false;
}

static bool
read_rvl (DepthPicture * picture, const uint8_t * data, size_t size,
    DepthPictureError * error)
{
  RvlHeader header;
  RvlError fault;

  if (!rvl_header_read (data, size, &header, &fault))
    return fail (error, fault.offset, fault.what);
  picture->width = header.width;
  picture->height = header.height;
  picture->a = header.a;
  picture->b = header.b;
  picture->offset = header.size;
  return true;
}

static bool
decode_rvl (DepthPictureDecoder * decoder, const DepthPicture * picture,
    const uint8_t * data, size_t size, uint16_t * pixels, size_t stride,
    DepthPictureError * error)
{
  RvlError fault;

  return rvl_decode (data, size, pixels, stride, picture->width,
      picture->height, &fault) || fail (error, fault.offset, fault.what);
}

static bool
is_png (const uint8_t * data, size_t size, size_t at)
{
  return size >= at + PNG16_SIGNATURE_SIZE
      && memcmp (data + at, png16_signature, PNG16_SIGNATURE_SIZE) == 0;
}

static bool
read_png (DepthPicture * picture, const uint8_t * data, size_t size,
    DepthPictureError * error)
{
  Png16Header header;
  Png16Error fault;
  RvlHeader ros;

  if (is_png (data, size, RVL_ROS_HEADER_SIZE)) {
    rvl_ros_header_read (data, &ros);
    picture->a = ros.a;
    picture->b = ros.b;
    picture->offset = RVL_ROS_HEADER_SIZE;
  }
  if (!png16_read_header (data + picture->offset, size - picture->offset,
          &header, &fault))
    return fail (error, picture->offset + fault.offset, fault.what);
  picture->width = header.width;
  picture->height = header.height;
  if (!header.grey16)
    snprintf (picture->wrong_kind, sizeof picture->wrong_kind, "%s PNG",
        header.name);
  return true;
}

static bool
decode_png (DepthPictureDecoder * decoder, const DepthPicture * picture,
    const uint8_t * data, size_t size, uint16_t * pixels, size_t stride,
    DepthPictureError * error)
{
  Png16Error fault;

  return png16_decode (decoder->png, data, size, pixels, stride,
      picture->width, picture->height, &fault)
      || fail (error, fault.offset, fault.what);
}

static bool
read_pgm (DepthPicture * picture, const uint8_t * data, size_t size,
    DepthPictureError * error)
{
  Pgm16Header header;
  Pgm16Error fault;

  if (!pgm16_read_header (data, size, &header, &fault))
    return fail (error, fault.offset, fault.what);
  picture->width = header.width;
  picture->height = header.height;
  if (header.max_value <= 255)
    snprintf (picture->wrong_kind, sizeof picture->wrong_kind, "8-bit PGM");
  else if (size < pgm16_size (&header))
    return fail (error, size, "the data ends before the last sample");
  return true;
}

static bool
decode_pgm (DepthPictureDecoder * decoder, const DepthPicture * picture,
    const uint8_t * data, size_t size, uint16_t * pixels, size_t stride,
    DepthPictureError * error)
{
  Pgm16Header header;
  Pgm16Error fault;

  if (!pgm16_read_header (data, size, &header, &fault))
    return fail (error, fault.offset, fault.what);
  pgm16_decode (&header, data, pixels, stride);
  return true;
}

static const struct
{
  ReadFunction read;
  DecodeFunction decode;
} formats[DEPTH_PICTURE_N] = {
  [DEPTH_PICTURE_RVL] = {read_rvl, decode_rvl},
  [DEPTH_PICTURE_PNG] = {read_png, decode_png},
  [DEPTH_PICTURE_PGM] = {read_pgm, decode_pgm},
};

DepthPictureFormat
depth_picture_detect (const uint8_t * data, size_t size)
{
  if (is_png (data, size, 0) || is_png (data, size, RVL_ROS_HEADER_SIZE))
    return DEPTH_PICTURE_PNG;
  if (size >= 2 && data[0] == 'P' && (data[1] == '5' || data[1] == '2'))
    return DEPTH_PICTURE_PGM;
  return DEPTH_PICTURE_RVL;
}

bool
depth_picture_read (DepthPicture * picture, DepthPictureFormat format,
    const uint8_t * data, size_t size, DepthPictureError * error)
{
  memset (picture, 0, sizeof *picture);
  picture->format = format;
  if (size == 0)
    return fail (error, 0, "the frame is empty");
  return formats[format].read (picture, data, size, error);
}

DepthPictureDecoder *
depth_picture_decoder_new (void)
{
  DepthPictureDecoder *decoder = calloc (1, sizeof *decoder);

  if (decoder == NULL)
    return NULL;
  decoder->png = png16_decoder_new ();
  if (decoder->png != NULL)
    return decoder;
  free (decoder);
  return NULL;
}

void
depth_picture_decoder_free (DepthPictureDecoder * decoder)
{
  if (decoder == NULL)
    return;
  png16_decoder_free (decoder->png);
  free (decoder);
}

bool
depth_picture_decode (DepthPictureDecoder * decoder,
    const DepthPicture * picture, const uint8_t * data, size_t size,
    uint16_t * pixels, size_t stride, double meter, DepthPictureError * error)
{
  RvlHeader quantisation = {.a = picture->a,.b = picture->b };

  if (!formats[picture->format].decode (decoder, picture,
          data + picture->offset, size - picture->offset, pixels, stride,
          error)) {
    error->offset += picture->offset;
    return false;
  }
  rvl_dequantise (pixels, stride, picture->width, picture->height,
      &quantisation, meter);
  return true;
}
