/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources of png16 share. */
#pragma once

#include "png16/png16.h"

/* ISO/IEC 15948, 9.2. */
typedef enum
{
  PNG16_NONE, PNG16_SUB, PNG16_UP, PNG16_AVERAGE, PNG16_PAETH, PNG16_FILTERS
} Png16Filter;

static inline uint32_t
png16_read_be32 (const uint8_t * p)
{
  return (uint32_t) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* As the four bytes of a chunk's type are. */
static inline bool
png16_is_letters (const uint8_t * type)
{
  for (int i = 0; i < 4; i++) {
    uint8_t lower = type[i] | 0x20;

    if (lower < 'a' || lower > 'z')
      return false;
  }
  return true;
}

/* Fills error and returns false. */
bool png16_fail (Png16Error * error, size_t offset, const char *what);

/* The header of a picture that can be decoded into width x height pixels. */
bool png16_check_header (const uint8_t * data, size_t size, uint32_t width,
    uint32_t height, Png16Header * header, Png16Error * error);

/* A chunk of a picture whose header was read; all zero before the first. */
typedef struct
{
  const uint8_t *type, *body;
  uint32_t size;                /* of the body */
  bool critical;                /* not one to skip */
  size_t end;                   /* of the chunk, from the picture's start */
} Png16Chunk;

/* The chunk after this one. False: it is not all there, or it is critical and its
 * checksum is wrong. */
bool png16_next_chunk (Png16Chunk * chunk, const uint8_t * data, size_t size,
    Png16Error * error);

/* Makes room for size bytes; what was there before is lost. */
bool png16_reserve (uint8_t ** buffer, size_t *capacity, size_t size);

/* A row of little-endian pixels to filtered bytes of PNG, and back. size is in
 * bytes, above is the row of pixels above, NULL for the first row. Only the first
 * three filters are written. */
void png16_filter_row (Png16Filter filter, const uint8_t * row,
    const uint8_t * above, size_t size, uint8_t * filtered);
void png16_unfilter_row (Png16Filter filter, const uint8_t * filtered,
    const uint8_t * above, size_t size, uint8_t * row);

/* By libpng: all that is valid. The judge of what is not. */
bool png16_decode_any (const uint8_t * data, size_t size, uint8_t * rows,
    size_t stride, uint32_t height, Png16Error * error);
