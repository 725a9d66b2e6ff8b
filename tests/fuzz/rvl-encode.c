/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a picture: every kernel, and bands of every kernel, write the
 * reference's stream, and read the picture from it again. The first bytes say how
 * the others make samples: as they are, as small steps, or as runs.
 */
#include "fuzz.h"
#include "../codecs/rvl-reference.h"
#include "rvl/kernel.h"

#include <stdlib.h>
#include <string.h>

#define SIZES 4
#define MAX_PIXELS 8192

static void
put_sample (uint8_t * samples, size_t i, unsigned value)
{
  samples[2 * i] = value & 255;
  samples[2 * i + 1] = value >> 8 & 255;
}

/* Returns the number of samples. */
static size_t
make_samples (const uint8_t * data, size_t size, unsigned way,
    uint8_t * samples)
{
  size_t n = 0;
  unsigned depth = 500;

  for (size_t i = 0; i + 1 < size && n < MAX_PIXELS; i++) {
    if (way == 0) {
      put_sample (samples, n++, data[i] | data[i + 1] << 8);
      i++;
    } else if (way == 1) {
      depth += (int8_t) data[i];
      put_sample (samples, n++, data[i] == 0 ? 0 : depth);
    } else {
      for (unsigned run = data[i]; run > 0 && n < MAX_PIXELS; run--)
        put_sample (samples, n++, data[i + 1] < 128 ? 0
            : depth + data[i + 1] * (run & 3));
      depth = depth * 5 + data[i];
      i++;
    }
  }
  return n;
}

typedef struct
{
  RvlPicture picture;
  const uint8_t *samples;       /* of it, without padding */
  const uint8_t *stream;        /* what it shall be */
  size_t size;
} Case;

static void
check_kernel (const Case * c, const RvlKernel * kernel)
{
  uint32_t count = picture_size (&c->picture);
  uint8_t *stream = malloc (rvl_max_size (count, 1));
  uint8_t *pixels = malloc (2 * (size_t) count);
  RvlPicture again = picture_make ((uint16_t *) pixels, 2 * (size_t) count,
      count, 1);
  size_t nibbles = kernel->encode (&c->picture, 0, count, stream);

  if ((nibbles + 7) / 8 * 4 != c->size || memcmp (stream, c->stream, c->size))
    abort ();
  if (!kernel->decode (stream, c->size, &again)
      || memcmp (pixels, c->samples, 2 * (size_t) count))
    abort ();
  free (stream);
  free (pixels);
}

/* By the kernel that RVL_KERNEL names. */
static void
check_bands (const Case * c, unsigned n)
{
  const RvlPicture *p = &c->picture;
  uint8_t *stream = malloc (rvl_bands_max_size (p->width, p->height, n));
  RvlBands bands;

  rvl_bands_plan (&bands, (uint16_t *) p->samples, p->stride, p->width,
      p->height, n, stream);
  for (unsigned i = bands.n; i-- > 0;)
    rvl_bands_encode (&bands, i);
  if (rvl_bands_join (&bands) != c->size || memcmp (stream, c->stream, c->size))
    abort ();
  free (stream);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  static uint8_t samples[2 * MAX_PIXELS], stream[3 * MAX_PIXELS + 64];
  uint32_t width, height;
  size_t count, stride;
  uint8_t *pixels;
  Case c;

  if (size < SIZES)
    return 0;
  count = make_samples (data + SIZES, size - SIZES, data[0] % 3, samples);
  if (count == 0)
    return 0;
  width = 1 + (data[1] | data[2] << 8) % count;
  height = count / width;
  count = (size_t) width *height;
  stride = 2 * width + data[3] % 4;

  pixels = malloc (stride * (height - 1) + 2 * width);
  for (uint32_t y = 0; y < height; y++)
    memcpy (pixels + y * stride, samples + 2 * (size_t) y * width, 2 * width);
  c.picture = picture_make ((uint16_t *) pixels, stride, width, height);
  c.samples = samples;
  c.stream = stream;
  c.size = rvl_reference_encode (samples, count, stream);
  for (const RvlKernel * const *k = rvl_kernels (); *k; k++)
    check_kernel (&c, *k);
  check_bands (&c, 1 + data[3] / 4);
  free (pixels);
  return 0;
}

size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  size_t size = SIZES + number % 13 * (number % 17) * (number % 19);

  for (size_t i = 0; i < size; i++)
    data[i] = (uint8_t) ((number * 40503u + i * 2654435761u) >> 13);
  return size;
}
