/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers that many programs use for depth: libpng with the Sub filter, and zstd and
 * LZ4 on raw pixels. Those that were not found are left out. */
#include "codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_PNG
#include <png.h>

typedef struct
{
  int level;
  uint8_t *data;
  size_t at;
} LibPng;

static void *
open_libpng (int level, uint32_t width, uint32_t height)
{
  LibPng *self = calloc (1, sizeof (LibPng));

  self->level = level;
  return self;
}

static void
write_bytes (png_structp png, png_bytep bytes, size_t size)
{
  LibPng *self = png_get_io_ptr (png);

  memcpy (self->data + self->at, bytes, size);
  self->at += size;
}

static void
read_bytes (png_structp png, png_bytep bytes, size_t size)
{
  LibPng *self = png_get_io_ptr (png);

  memcpy (bytes, self->data + self->at, size);
  self->at += size;
}

static size_t
encode_libpng (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  LibPng *self = state;
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL,
      NULL);
  png_infop info = png_create_info_struct (png);

  self->data = data;
  self->at = 0;
  png_set_write_fn (png, self, write_bytes, NULL);
  png_set_compression_level (png, self->level);
  png_set_filter (png, 0, PNG_FILTER_SUB);
  png_set_IHDR (png, info, frame->width, frame->height, 16,
      PNG_COLOR_TYPE_GRAY, 0, 0, 0);
  png_write_info (png, info);
  png_set_swap (png);
  for (uint32_t y = 0; y < frame->height; y++)
    png_write_row (png,
        (png_bytep) (frame->pixels + (size_t) y * frame->width));
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  return self->at;
}

static bool
decode_libpng (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  LibPng *self = state;
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL,
      NULL);
  png_infop info = png_create_info_struct (png);

  self->data = (uint8_t *) data;
  self->at = 0;
  png_set_read_fn (png, self, read_bytes);
  png_read_info (png, info);
  png_set_swap (png);
  for (uint32_t y = 0; y < frame->height; y++)
    png_read_row (png,
        (png_bytep) (frame->pixels + (size_t) y * frame->width), NULL);
  png_destroy_read_struct (&png, &info, NULL);
  return true;
}

static void
add_libpng (Codecs * codecs, int level)
{
  Codec codec = { "", level, open_libpng, free, encode_libpng, decode_libpng };

  snprintf (codec.name, sizeof (codec.name), "libpng, level %d", level);
  codecs_add (codecs, codec);
}
#else
static void
add_libpng (Codecs * codecs, int level)
{
  printf ("skipped: libpng was not found\n");
}
#endif

#ifdef HAVE_ZSTD
#include <zstd.h>

typedef struct
{
  ZSTD_CCtx *compressor;
  ZSTD_DCtx *decompressor;
} Zstd;

static void *
open_zstd (int level, uint32_t width, uint32_t height)
{
  Zstd *self = malloc (sizeof (Zstd));

  *self = (Zstd) { ZSTD_createCCtx (), ZSTD_createDCtx () };
  return self;
}

static void
close_zstd (void *state)
{
  Zstd *self = state;

  ZSTD_freeCCtx (self->compressor);
  ZSTD_freeDCtx (self->decompressor);
  free (self);
}

static size_t
encode_zstd (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  Zstd *self = state;

  return ZSTD_compressCCtx (self->compressor, data, room, frame->pixels,
      frame_bytes (frame), 1);
}

static bool
decode_zstd (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  Zstd *self = state;

  return ZSTD_decompressDCtx (self->decompressor, frame->pixels,
      frame_bytes (frame), data, size) == frame_bytes (frame);
}

static void
add_zstd (Codecs * codecs)
{
  codecs_add (codecs, (Codec) {
      "zstd -1", 1, open_zstd, close_zstd, encode_zstd, decode_zstd});
}
#else
static void
add_zstd (Codecs * codecs)
{
  printf ("skipped: libzstd was not found\n");
}
#endif

#ifdef HAVE_LZ4
#include <lz4.h>

static void *
open_lz4 (int level, uint32_t width, uint32_t height)
{
  return malloc (1);
}

static size_t
encode_lz4 (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  return LZ4_compress_default ((const char *) frame->pixels, (char *) data,
      frame_bytes (frame), room);
}

static bool
decode_lz4 (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  return LZ4_decompress_safe ((const char *) data, (char *) frame->pixels,
      size, frame_bytes (frame)) == (int) frame_bytes (frame);
}

static void
add_lz4 (Codecs * codecs)
{
  codecs_add (codecs, (Codec) {
      "LZ4", 1, open_lz4, free, encode_lz4, decode_lz4});
}
#else
static void
add_lz4 (Codecs * codecs)
{
  printf ("skipped: liblz4 was not found\n");
}
#endif

void
codecs_add_libraries (Codecs * codecs)
{
  add_libpng (codecs, 1);
  add_libpng (codecs, 6);
  add_zstd (codecs);
  add_lz4 (codecs);
}
