/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an RVL stream: every kernel takes and refuses what the reference
 * does, with the same pixels, and writes nothing but them. The first bytes are the
 * picture's size and what its rows are padded with.
 */
#include "fuzz.h"
#include "../codecs/rvl-reference.h"
#include "rvl/kernel.h"

#include <stdlib.h>
#include <string.h>

#define SIZES 4
#define PADDING 0x5a

typedef struct
{
  const uint8_t *stream;
  size_t size;
  uint32_t width, height;
  size_t stride;
  const uint8_t *expected;      /* NULL: it must be refused */
} Case;

static bool
rows_are_right (const Case * c, const uint8_t * pixels)
{
  size_t row = 2 * (size_t) c->width;

  for (uint32_t y = 0; y < c->height; y++, pixels += c->stride) {
    if (c->expected && memcmp (pixels, c->expected + y * row, row) != 0)
      return false;
    for (size_t x = row; x < c->stride; x++)
      if (pixels[x] != PADDING)
        return false;
  }
  return true;
}

static void
check_kernel (const Case * c, const RvlKernel * kernel)
{
  size_t room = c->stride * c->height;
  uint8_t *pixels = malloc (room + !room);
  RvlPicture picture;

  memset (pixels, PADDING, room);
  picture = picture_make ((uint16_t *) pixels, c->stride, c->width, c->height);
  if (kernel->decode (c->stream, c->size, &picture) != (c->expected != NULL))
    abort ();
  if (!rows_are_right (c, pixels))
    abort ();
  free (pixels);
}

static void
check_error (const Case * c)
{
  uint16_t *pixels = malloc (c->stride * c->height + 1);
  RvlError error = { NULL, SIZE_MAX };

  if (rvl_decode (c->stream, c->size, pixels, c->stride, c->width, c->height,
          &error) != (c->expected != NULL))
    abort ();
  if (!c->expected && (error.what == NULL || error.offset > c->size))
    abort ();
  free (pixels);
}

/* Up to where the scanner says that it ends, a stream is as good as it is whole. */
static void
check_scan (const Case * c)
{
  uint16_t *pixels = malloc (c->stride * c->height + 1);
  RvlScanner scanner;
  size_t taken = 0;
  bool ended = false;

  rvl_scan_begin (&scanner, c->width, c->height);
  while (taken < c->size && !ended) {
    size_t piece = 1 + c->size % 7;

    if (piece > c->size - taken)
      piece = c->size - taken;
    taken += rvl_scan (&scanner, c->stream + taken, piece, &ended);
  }
  if (ended ? taken % 4 != 0 : c->expected != NULL)
    abort ();
  if (ended && rvl_decode (c->stream, taken, pixels, c->stride, c->width,
          c->height, NULL) != (c->expected != NULL))
    abort ();
  free (pixels);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  Case c;
  size_t count;
  uint8_t *expected;

  if (size < SIZES)
    return 0;
  c.stream = data + SIZES;
  c.size = size - SIZES;
  c.width = 1 + data[0] + 256 * (data[1] % 16);
  c.height = 1 + data[2] % 8;
  c.stride = 2 * c.width + data[3] % 4;

  count = (size_t) c.width * c.height;
  expected = malloc (2 * count);
  c.expected = rvl_reference_decode (c.stream, c.size, expected, count)
      ? expected : NULL;
  for (const RvlKernel * const *k = rvl_kernels (); *k; k++)
    check_kernel (&c, *k);
  check_error (&c);
  check_scan (&c);
  free (expected);
  return 0;
}

size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  static const uint16_t steps[] = { 1, 2, 9, 70, 3000, 40000 };
  uint32_t width = 1 + number * 37 % (number % 5 ? 90 : 1500);
  uint32_t height = 1 + number % 3;
  uint16_t pixels[1500 * 3], depth = (uint16_t) (number * 77);

  for (uint32_t i = 0; i < width * height; i++) {
    depth += (uint16_t) ((i * 2654435761u >> 16) % steps[number % 6]);
    pixels[i] = (i + number) % (2 + number % 50) < number % 7 ? 0 : depth;
  }
  data[0] = (width - 1) % 256;
  data[1] = (width - 1) / 256;
  data[2] = height - 1;
  data[3] = number % 4;
  return SIZES + rvl_encode (pixels, 2 * width, width, height, data + SIZES);
}
