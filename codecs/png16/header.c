/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a PNG is, from its signature and IHDR chunk. */
#include "png16/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint8_t png16_signature[PNG16_SIGNATURE_SIZE] =
    { 137, 'P', 'N', 'G', 13, 10, 26, 10 };

/* ISO/IEC 15948, 11.2.2: the first chunk, of 13 bytes. */
static const uint8_t first[8] = { 0, 0, 0, 13, 'I', 'H', 'D', 'R' };

enum
{
  WIDTH = 16, HEIGHT = 20, DEPTH = 24, COLOR = 25, COMPRESSION = 26,
  FILTER = 27, INTERLACE = 28, IHDR_END = 33
};

/* By colour type: its name, and the bit depths allowed as a set of bits. */
static const struct
{
  const char *name;
  uint32_t depths;
} colors[] = {
  {"greyscale", 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16},
  {NULL, 0},
  {"RGB", 1 << 8 | 1 << 16},
  {"palette", 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8},
  {"greyscale with alpha", 1 << 8 | 1 << 16},
  {NULL, 0},
  {"RGBA", 1 << 8 | 1 << 16},
};

bool
png16_fail (Png16Error * error, size_t offset, const char *what)
{
  snprintf (error->what, sizeof (error->what), "%s", what);
  error->offset = offset;
  return false;
}

bool
png16_reserve (uint8_t ** buffer, size_t *capacity, size_t size)
{
  if (size <= *capacity)
    return true;
  free (*buffer);
  *buffer = malloc (size);
  *capacity = *buffer ? size : 0;
  return *buffer != NULL;
}

static bool
differs (const uint8_t * data, size_t size, const uint8_t * wanted,
    size_t n_wanted, size_t *at)
{
  for (*at = 0; *at < n_wanted && *at < size; (*at)++)
    if (data[*at] != wanted[*at])
      return true;
  return false;
}

static bool
check_start (const uint8_t * data, size_t size, Png16Error * error)
{
  size_t at;

  if (differs (data, size, png16_signature, PNG16_SIGNATURE_SIZE, &at))
    return png16_fail (error, at, "no PNG signature");
  if (size > PNG16_SIGNATURE_SIZE && differs (data + PNG16_SIGNATURE_SIZE,
          size - PNG16_SIGNATURE_SIZE, first, sizeof (first), &at))
    return png16_fail (error, PNG16_SIGNATURE_SIZE + at,
        "the first chunk is not a header (IHDR)");
  if (size < IHDR_END)
    return png16_fail (error, size, "the data ends in the header");
  return true;
}

bool
png16_read_header (const uint8_t * data, size_t size, Png16Header * header,
    Png16Error * error)
{
  uint8_t depth, color;

  if (!check_start (data, size, error))
    return false;
  header->width = png16_read_be32 (data + WIDTH);
  header->height = png16_read_be32 (data + HEIGHT);
  if (header->width < 1 || header->width > PNG16_MAX_SIDE)
    return png16_fail (error, WIDTH, "the width is not 1 to 65535");
  if (header->height < 1 || header->height > PNG16_MAX_SIDE)
    return png16_fail (error, HEIGHT, "the height is not 1 to 65535");
  if ((uint64_t) header->width * header->height > PNG16_MAX_PIXELS)
    return png16_fail (error, WIDTH, "more than 2^26 pixels");

  depth = data[DEPTH];
  color = data[COLOR];
  if (color >= sizeof (colors) / sizeof (colors[0]) || depth > 16
      || !(colors[color].depths >> depth & 1))
    return png16_fail (error, DEPTH, "no such bit depth and colour type");
  if (data[COMPRESSION] != 0 || data[FILTER] != 0)
    return png16_fail (error, COMPRESSION, "unknown compression or filter");
  if (data[INTERLACE] > 1)
    return png16_fail (error, INTERLACE, "unknown interlace method");

  header->bit_depth = depth;
  header->color_type = color;
  header->interlaced = data[INTERLACE] == 1;
  header->grey16 = depth == 16 && color == 0;
  snprintf (header->name, sizeof (header->name), "%u-bit %s", depth,
      colors[color].name);
  return true;
}

bool
png16_check_header (const uint8_t * data, size_t size, uint32_t width,
    uint32_t height, Png16Header * header, Png16Error * error)
{
  if (!png16_read_header (data, size, header, error))
    return false;
  if (!header->grey16) {
    snprintf (error->what, sizeof (error->what),
        "the picture is %s, 16-bit greyscale is needed", header->name);
    error->offset = DEPTH;
    return false;
  }
  if (header->width != width || header->height != height) {
    snprintf (error->what, sizeof (error->what),
        "the picture is %ux%u, %ux%u was expected", header->width,
        header->height, width, height);
    error->offset = WIDTH;
    return false;
  }
  return true;
}
