/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a header and its picture: what is taken can be written again, and
 * quantised samples become depth units whatever the numbers in the header are.
 */
#include "fuzz.h"
#include "rvl/rvl.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PIXELS 65536

static void
check_picture (const uint8_t * data, size_t size, const RvlHeader * header)
{
  size_t stride = 2 * (size_t) header->width;
  uint16_t *pixels = malloc (stride * header->height);

  if (rvl_decode (data + header->size, size - header->size, pixels,
          stride, header->width, header->height, NULL))
    rvl_dequantise (pixels, stride, header->width, header->height, header,
        size % 2 ? 1000 : 5000);
  free (pixels);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  uint8_t again[RVL_HEADER_SIZE];
  RvlError error = { NULL, SIZE_MAX };
  RvlHeader header;

  if (!rvl_header_read (data, size, &header, &error)) {
    if (error.what == NULL || error.offset > size)
      abort ();
    return 0;
  }
  if (header.size > size)
    abort ();
  rvl_header_write (&header, again);
  if (header.size == RVL_HEADER_SIZE
      && memcmp (again + 4, data + 4, RVL_HEADER_SIZE - 4) != 0)
    abort ();
  if (memcmp (again + 12, data + header.size - 8, 8) != 0)
    abort ();
  if ((uint64_t) header.width * header.height <= MAX_PIXELS)
    check_picture (data, size, &header);
  return 0;
}

size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  RvlHeader header = { number % 3 * 3.5f, number % 5, 1 + number % 19,
    1 + number % 7
  };
  uint16_t pixels[19 * 7];
  size_t size;

  for (uint32_t i = 0; i < header.width * header.height; i++)
    pixels[i] = (uint16_t) (i * number);
  rvl_header_write (&header, data);
  if (number % 11 == 10)        /* RTAB-Map's header, of 16 bytes */
    memcpy (data + 4, "DEPTHRVL", 8);
  size = RVL_HEADER_SIZE + rvl_encode (pixels, 2 * header.width, header.width,
      header.height, data + RVL_HEADER_SIZE);
  if (number % 11 != 10)
    return size;
  memmove (data, data + 4, size - 4);
  return size - 4;
}
