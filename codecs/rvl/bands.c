/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture may be cut anywhere: a header belongs to the band in which its run
 * of zeros starts, and each band looks ahead for the lengths and back for the
 * last depth. Each writes its own stream after the most that the bands before
 * it can take; joining shifts them together by whole nibbles. */
#include "kernel.h"

/* Both lengths of a header at the end of a band may belong to samples after
 * it: up to 18 nibbles for one sample. */
#define BAND_EXTRA 16

/* Words that are moved at a time. */
#define BLOCK 64

size_t
rvl_bands_max_size (uint32_t width, uint32_t height, unsigned n)
{
  size_t size = rvl_max_size (width, height);

  if (n > RVL_MAX_BANDS)
    n = RVL_MAX_BANDS;
  return size > 0 ? size + BAND_EXTRA * (size_t) n : 0;
}

void
rvl_bands_plan (RvlBands * bands, const uint16_t * pixels, size_t stride,
    uint32_t width, uint32_t height, unsigned n, uint8_t * stream)
{
  uint64_t samples = (uint64_t) width * height;

  if (samples > RVL_MAX_PIXELS)
    samples = 0;
  bands->pixels = pixels;
  bands->stride = stride;
  bands->width = width;
  bands->height = height;
  bands->stream = stream;
  bands->joined = 0;
  bands->nibbles = 0;
  bands->n = n < 1 ? 1 : n > RVL_MAX_BANDS ? RVL_MAX_BANDS : n;

  for (unsigned i = 0; i < bands->n; i++) {
    RvlBand *band = &bands->band[i];

    band->first = (uint32_t) (samples * i / bands->n);
    band->last = (uint32_t) (samples * (i + 1) / bands->n);
    band->offset = 3 * (size_t) band->first + band->first / 32768
        + BAND_EXTRA * i;
    band->nibbles = 0;
  }
}

void
rvl_bands_encode (RvlBands * bands, unsigned i)
{
  RvlPicture picture = picture_make (bands->pixels, bands->stride,
      bands->width, bands->height);
  RvlBand *band = &bands->band[i];

  if (band->first < band->last)
    band->nibbles = rvl_kernel ()->encode (&picture, band->first, band->last,
        bands->stream + band->offset);
}

/* Moves @words words of a stream down to @to, 4 * @nibbles bits later in it:
 * the first of them is added to what is there. By blocks of words that do not
 * depend on one another, which compilers make vectors of. */
static void
shift_down (uint8_t * to, const uint8_t * from, size_t words, unsigned nibbles)
{
  const unsigned down = 4 * nibbles, up = 32 - down;
  uint32_t above = load32 (to);
  size_t i = 0;

  for (; i + BLOCK <= words; i += BLOCK) {
    uint32_t in[BLOCK], out[BLOCK];

    for (unsigned k = 0; k < BLOCK; k++)
      in[k] = load32 (from + 4 * (i + k));
    out[0] = above | in[0] >> down;
    for (unsigned k = 1; k < BLOCK; k++)
      out[k] = in[k - 1] << up | in[k] >> down;
    above = in[BLOCK - 1] << up;
    for (unsigned k = 0; k < BLOCK; k++)
      store32 (to + 4 * (i + k), out[k]);
  }
  for (; i < words; i++) {
    uint32_t word = load32 (from + 4 * i);

    store32 (to + 4 * i, above | word >> down);
    above = word << up;
  }
  store32 (to + 4 * words, above);
}

void
rvl_bands_join_next (RvlBands * bands)
{
  const RvlBand *band = &bands->band[bands->joined];
  uint8_t *to = bands->stream + bands->nibbles / 8 * 4;
  const uint8_t *from = bands->stream + band->offset;
  size_t words = (band->nibbles + 7) / 8;

  if (words > 0 && bands->nibbles % 8 != 0)
    shift_down (to, from, words, bands->nibbles % 8);
  else if (to != from)          /* as the first band is */
    memmove (to, from, 4 * words);
  bands->nibbles += band->nibbles;
  bands->joined++;
}

size_t
rvl_bands_join (RvlBands * bands)
{
  while (bands->joined < bands->n)
    rvl_bands_join_next (bands);
  return (bands->nibbles + 7) / 8 * 4;
}
