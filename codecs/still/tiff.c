/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* TIFF: the first directory's size and strips (or tiles). */
#include "internal.h"

#include <string.h>

enum
{
  WIDTH = 256,
  HEIGHT = 257,
  BITS_PER_SAMPLE = 258,
  COMPRESSION = 259,
  STRIP_OFFSETS = 273,
  SAMPLES_PER_PIXEL = 277,
  STRIP_SIZES = 279,
  TILE_OFFSETS = 324,
  TILE_SIZES = 325,
};

/* Those that Rerun reads: LZW, and the old and the new number of deflate. */
enum
{
  UNCOMPRESSED = 1,
  LZW = 5,
  DEFLATE = 8,
  OLD_DEFLATE = 32946,
};

enum
{
  SHORT = 3,
  LONG = 4,
};

#define MAX_SIDE 65535

typedef struct
{
  const uint8_t *data;
  size_t size;
  bool big_endian;
} Tiff;

/* The values of a directory entry, all within the data. */
typedef struct
{
  size_t at;
  uint32_t n;
  unsigned width;               /* bytes each; 0: there is no such entry */
} Values;

static uint32_t
load (const Tiff * tiff, size_t at, unsigned width)
{
  uint32_t value = 0;

  for (unsigned i = 0; i < width; i++) {
    unsigned shift = 8 * (tiff->big_endian ? width - 1 - i : i);
    value |= (uint32_t) tiff->data[at + i] << shift;
  }
  return value;
}

static bool
is_within (const Tiff * tiff, size_t at, uint64_t size)
{
  return at <= tiff->size && size <= tiff->size - at;
}

static uint32_t
value (const Tiff * tiff, const Values * values, uint32_t i)
{
  return load (tiff, values->at + (size_t) i * values->width, values->width);
}

/* What lies outside of the data counts as not there. */
static Values
read_entry (const Tiff * tiff, size_t entry)
{
  unsigned type = load (tiff, entry + 2, 2);
  Values values = {
    .at = entry + 8,.n = load (tiff, entry + 4, 4),
    .width = type == SHORT ? 2 : type == LONG ? 4 : 0
  };

  if ((uint64_t) values.n * values.width > 4)
    values.at = load (tiff, entry + 8, 4);
  if (values.n == 0
      || !is_within (tiff, values.at, (uint64_t) values.n * values.width))
    values.width = 0;
  return values;
}

/* The values of a tag in the directory of @n entries at @at. */
static Values
find (const Tiff * tiff, size_t at, unsigned n, unsigned tag)
{
  for (unsigned i = 0; i < n; i++) {
    size_t entry = at + (size_t) i * 12;
    if (load (tiff, entry, 2) == tag)
      return read_entry (tiff, entry);
  }
  return (Values) {
  0};
}

/* The first value of a tag; @otherwise where there is none. */
static uint32_t
find_number (const Tiff * tiff, size_t at, unsigned n, unsigned tag,
    uint32_t otherwise)
{
  Values values = find (tiff, at, n, tag);

  return values.width > 0 ? value (tiff, &values, 0) : otherwise;
}

static bool
is_known (uint32_t compression)
{
  return compression == UNCOMPRESSED || compression == LZW
      || compression == DEFLATE || compression == OLD_DEFLATE;
}

/* One sample of 16 or 32 bits a pixel, in a form that Rerun reads. */
static bool
check_samples (const Tiff * tiff, size_t at, unsigned n, StillError * error)
{
  uint32_t bits = find_number (tiff, at, n, BITS_PER_SAMPLE, 1);

  if (find_number (tiff, at, n, SAMPLES_PER_PIXEL, 1) != 1
      || (bits != 16 && bits != 32))
    return still_fail (error, at,
        "the TIFF is no depth: that has one sample of "
        "16 or 32 bits a pixel");
  return is_known (find_number (tiff, at, n, COMPRESSION, UNCOMPRESSED))
      || still_fail (error, at, "the TIFF is compressed neither by LZW nor by "
      "deflate");
}

/* Without compression the samples take their size; with it, at least a byte. */
static uint64_t
least_size (const Tiff * tiff, size_t at, unsigned n,
    const StillHeader * header)
{
  uint32_t bits = find_number (tiff, at, n, BITS_PER_SAMPLE, 1);

  if (find_number (tiff, at, n, COMPRESSION, UNCOMPRESSED) != UNCOMPRESSED)
    return 1;
  return (uint64_t) header->width * header->height * (bits / 8);
}

static bool
check_pieces (const Tiff * tiff, const Values * offsets, const Values * sizes,
    uint64_t least, StillError * error)
{
  uint64_t all = 0;

  if (offsets->width == 0 || sizes->width == 0 || offsets->n != sizes->n)
    return still_fail (error, tiff->size, "the TIFF does not say where its "
        "samples are, or ends before");
  for (uint32_t i = 0; i < offsets->n; i++) {
    if (!is_within (tiff, value (tiff, offsets, i), value (tiff, sizes, i)))
      return still_fail (error, tiff->size, "the TIFF ends before its last "
          "sample");
    all += value (tiff, sizes, i);
  }
  return all >= least
      || still_fail (error, tiff->size,
      "the TIFF has fewer samples than pixels");
}

static bool
read_directory (const Tiff * tiff, size_t at, unsigned n, StillHeader * header,
    StillError * error)
{
  Values width = find (tiff, at, n, WIDTH);
  Values height = find (tiff, at, n, HEIGHT);
  Values offsets = find (tiff, at, n, STRIP_OFFSETS);
  Values sizes = find (tiff, at, n, STRIP_SIZES);

  if (width.width == 0 || height.width == 0)
    return still_fail (error, at, "the TIFF says no width or height");
  header->width = value (tiff, &width, 0);
  header->height = value (tiff, &height, 0);
  if (header->width == 0 || header->height == 0
      || header->width > MAX_SIDE || header->height > MAX_SIDE)
    return still_fail (error, at,
        "the TIFF's width or height is not 1 to 65535");
  if (!check_samples (tiff, at, n, error))
    return false;
  if (offsets.width == 0) {
    offsets = find (tiff, at, n, TILE_OFFSETS);
    sizes = find (tiff, at, n, TILE_SIZES);
  }
  return check_pieces (tiff, &offsets, &sizes, least_size (tiff, at, n, header),
      error);
}

bool
still_read_tiff (const uint8_t * data, size_t size, StillHeader * header,
    StillError * error)
{
  Tiff tiff = { data, size, data[0] == 'M' };
  size_t at;
  unsigned n;

  if (size < 8 || (memcmp (data, "II*\0", 4) != 0
          && memcmp (data, "MM\0*", 4) != 0))
    return still_fail (error, 0, "a TIFF begins with II*. or MM.*, this does "
        "not (BigTIFF is not read)");
  at = load (&tiff, 4, 4);
  if (!is_within (&tiff, at, 2))
    return still_fail (error, size, "the TIFF ends before its directory");
  n = load (&tiff, at, 2);
  at += 2;
  if (!is_within (&tiff, at, (uint64_t) n * 12))
    return still_fail (error, size, "the TIFF ends in its directory");
  return read_directory (&tiff, at, n, header, error);
}
