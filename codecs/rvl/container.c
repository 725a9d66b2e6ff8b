/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The headers before a stream: the 20 little-endian bytes of ROS 2's
 * compressed_depth_image_transport (ConfigHeader {format, depthParam[2]}, then
 * width and height), which have no magic number, and the 16 of RTAB-Map's
 * corelib/src/Compression.cpp, which have one. */
#include "rvl.h"

#include "bytes.h"

static void
store_float (uint8_t * p, float x)
{
  uint32_t bits;

  memcpy (&bits, &x, sizeof bits);
  store32 (p, bits);
}

static float
load_float (const uint8_t * p)
{
  uint32_t bits = load32 (p);
  float x;

  memcpy (&x, &bits, sizeof x);
  return x;
}

void
rvl_header_write (const RvlHeader * header, uint8_t data[RVL_HEADER_SIZE])
{
  store32 (data, 0);
  store_float (data + 4, header->a);
  store_float (data + 8, header->b);
  store32 (data + 12, header->width);
  store32 (data + 16, header->height);
}

static const char *
header_fault (const RvlHeader * header, size_t *offset)
{
  *offset = header->size - 8;
  if (header->width == 0)
    return "the header's width is 0";
  if (header->width > RVL_MAX_SIDE)
    return "the header's width is above 65535";
  *offset = header->size - 4;
  if (header->height == 0)
    return "the header's height is 0";
  if (header->height > RVL_MAX_SIDE)
    return "the header's height is above 65535";
  *offset = header->size - 8;
  if ((uint64_t) header->width * header->height > RVL_MAX_PIXELS)
    return "the header's picture has more than 2^26 pixels";
  return NULL;
}

void
rvl_ros_header_read (const uint8_t data[RVL_ROS_HEADER_SIZE],
    RvlHeader * header)
{
  header->a = load_float (data + 4);
  header->b = load_float (data + 8);
}

static bool
begins_with (const uint8_t * data, size_t size, const char *magic)
{
  return size >= strlen (magic) && memcmp (data, magic, strlen (magic)) == 0;
}

bool
rvl_header_read (const uint8_t * data, size_t size, RvlHeader * header,
    RvlError * error)
{
  bool rtabmap = begins_with (data, size, "DEPTHRVL");
  size_t needed = rtabmap ? 16 : RVL_HEADER_SIZE;
  RvlError fault = { "shorter than the header", size };

  memset (header, 0, sizeof *header);
  if (begins_with (data, size, "RVL1")) {
    fault.what = "RVL1 of kornia, which is another format than RVL";
    fault.offset = 0;
  } else if (size >= needed) {
    if (!rtabmap)
      rvl_ros_header_read (data, header);
    header->width = load32 (data + needed - 8);
    header->height = load32 (data + needed - 4);
    header->size = needed;
    fault.what = header_fault (header, &fault.offset);
  }
  if (fault.what && error)
    *error = fault;
  return fault.what == NULL;
}

void
rvl_dequantise (uint16_t * pixels, size_t stride, uint32_t width,
    uint32_t height, const RvlHeader * header, double meter)
{
  if (header->a == 0)
    return;

  for (uint32_t y = 0; y < height; y++) {
    uint8_t *row = (uint8_t *) pixels + y * stride;

    for (uint32_t x = 0; x < width; x++) {
      uint16_t sample = load16 (row + 2 * x);
      double depth = meter * header->a / (sample - (double) header->b) + 0.5;
      bool valid = sample != 0 && depth >= 1 && depth < 65536;

      store16 (row + 2 * x, valid ? (uint16_t) depth : 0);
    }
  }
}
