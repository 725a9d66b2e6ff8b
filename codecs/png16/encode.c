/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Depth to PNG: one filter for the whole frame, one IDAT chunk, deflated by
 * libdeflate. Rows of one filter repeat each other; picking one for each row makes
 * larger files of depth, not smaller ones.
 */
#include "png16/internal.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

/* Signature and IHDR; chunk length and type; CRC and IEND. */
enum
{ START = 33, BEFORE = 8, AFTER = 4 + 12 };

/* By compression level: libdeflate's level, and whether each filter is tried or
 * one is chosen by a look at some rows. */
static const struct
{
  int deflate;
  bool try_filters;
} levels[10] = {
  {0, false}, {1, false}, {2, false}, {3, false}, {4, false}, {6, false},
  {6, true}, {8, true}, {10, true}, {12, true}
};

#define LOOK_EVERY 8            /* rows */

struct Png16Encoder
{
  struct libdeflate_compressor *compressor;
  int level;                    /* of the compressor */
  uint8_t *filtered;
  size_t capacity;
};

typedef struct
{
  const uint8_t *rows;
  size_t stride;
  uint32_t width, height;
} Picture;

Png16Encoder *
png16_encoder_new (void)
{
  return calloc (1, sizeof (Png16Encoder));
}

void
png16_encoder_free (Png16Encoder * encoder)
{
  if (encoder == NULL)
    return;
  libdeflate_free_compressor (encoder->compressor);
  free (encoder->filtered);
  free (encoder);
}

/* A filter byte before each row of 16-bit samples. */
static size_t
filtered_size (uint32_t width, uint32_t height)
{
  return ((size_t) width * 2 + 1) * height;
}

size_t
png16_max_size (uint32_t width, uint32_t height)
{
  return START + BEFORE + libdeflate_zlib_compress_bound (NULL,
      filtered_size (width, height)) + AFTER;
}

static const uint8_t *
row_above (const Picture * picture, uint32_t y)
{
  return y ? picture->rows + (y - 1) * picture->stride : NULL;
}

static void
filter_picture (const Picture * picture, Png16Filter filter, uint8_t * filtered)
{
  size_t size = picture->width * 2;

  for (uint32_t y = 0; y < picture->height; y++) {
    *filtered++ = filter;
    png16_filter_row (filter, picture->rows + y * picture->stride,
        row_above (picture, y), size, filtered);
    filtered += size;
  }
}

/* How many bytes a filter leaves that are not zero, in some of the rows. */
static size_t
filter_cost (const Picture * picture, Png16Filter filter, uint8_t * filtered)
{
  size_t size = picture->width * 2;
  size_t cost = 0;

  for (uint32_t y = 0; y < picture->height; y += LOOK_EVERY) {
    uint32_t row_cost = 0;

    png16_filter_row (filter, picture->rows + y * picture->stride,
        row_above (picture, y), size, filtered);
    for (size_t i = 0; i < size; i++)
      row_cost += filtered[i] != 0;
    cost += row_cost;
  }
  return cost;
}

static size_t
compress_picture (Png16Encoder * encoder, const Picture * picture,
    Png16Filter filter, uint8_t * stream, size_t room)
{
  filter_picture (picture, filter, encoder->filtered);
  return libdeflate_zlib_compress (encoder->compressor, encoder->filtered,
      filtered_size (picture->width, picture->height), stream, room);
}

static size_t
compress_best (Png16Encoder * encoder, const Picture * picture,
    uint8_t * stream, size_t room)
{
  Png16Filter best = PNG16_NONE;
  size_t best_size = 0, size = 0;

  for (Png16Filter filter = PNG16_NONE; filter <= PNG16_UP; filter++) {
    size = compress_picture (encoder, picture, filter, stream, room);
    if (size > 0 && (best_size == 0 || size < best_size)) {
      best = filter;
      best_size = size;
    }
  }
  if (best == PNG16_UP)
    return size;
  return compress_picture (encoder, picture, best, stream, room);
}

static size_t
compress_quickly (Png16Encoder * encoder, const Picture * picture,
    uint8_t * stream, size_t room)
{
  Png16Filter filter = PNG16_UP;

  if (encoder->level == 0)
    filter = PNG16_NONE;
  else if (filter_cost (picture, PNG16_SUB, encoder->filtered)
      < filter_cost (picture, PNG16_UP, encoder->filtered))
    filter = PNG16_SUB;
  return compress_picture (encoder, picture, filter, stream, room);
}

static bool
prepare (Png16Encoder * encoder, const Picture * picture, int level)
{
  if (encoder->compressor == NULL || encoder->level != level) {
    libdeflate_free_compressor (encoder->compressor);
    encoder->compressor = libdeflate_alloc_compressor (level);
    encoder->level = level;
  }
  return encoder->compressor
      && png16_reserve (&encoder->filtered, &encoder->capacity,
      filtered_size (picture->width, picture->height));
}

static void
write_be32 (uint8_t * p, uint32_t value)
{
  p[0] = value >> 24;
  p[1] = value >> 16;
  p[2] = value >> 8;
  p[3] = value;
}

/* Length, type and CRC around a body that is already there: ISO/IEC 15948, 5.3. */
static void
close_chunk (uint8_t * chunk, const char *type, uint32_t size)
{
  write_be32 (chunk, size);
  memcpy (chunk + 4, type, 4);
  write_be32 (chunk + 8 + size, libdeflate_crc32 (0, chunk + 4, size + 4));
}

static void
write_start (uint8_t * png, uint32_t width, uint32_t height)
{
  static const uint8_t grey16[] = { 16, 0, 0, 0, 0 };

  memcpy (png, png16_signature, PNG16_SIGNATURE_SIZE);
  write_be32 (png + 16, width);
  write_be32 (png + 20, height);
  memcpy (png + 24, grey16, sizeof (grey16));
  close_chunk (png + 8, "IHDR", 13);
}

size_t
png16_encode (Png16Encoder * encoder, const uint16_t * pixels, size_t stride,
    uint32_t width, uint32_t height, int level, uint8_t * png, size_t size)
{
  const Picture picture = { (const uint8_t *) pixels, stride, width, height };
  uint8_t *stream = png + START + BEFORE;
  size_t room, used;

  if (width < 1 || width > PNG16_MAX_SIDE || height < 1
      || height > PNG16_MAX_SIDE
      || (uint64_t) width * height > PNG16_MAX_PIXELS)
    return 0;
  if (size <= START + BEFORE + AFTER)
    return 0;
  room = size - (START + BEFORE + AFTER);
  level = level < 0 ? 0 : level > 9 ? 9 : level;
  if (!prepare (encoder, &picture, levels[level].deflate))
    return 0;

  used = levels[level].try_filters ?
      compress_best (encoder, &picture, stream, room) :
      compress_quickly (encoder, &picture, stream, room);
  if (used == 0)
    return 0;
  write_start (png, width, height);
  close_chunk (png + START, "IDAT", used);
  close_chunk (stream + used + 4, "IEND", 0);
  return START + BEFORE + used + AFTER;
}
