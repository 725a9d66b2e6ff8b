/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Depth to PNG, by libpng. */
#include "png16/png16.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct Png16Encoder
{
  uint8_t *png;
  size_t size, used;
};

typedef struct
{
  png_structp png;
  png_infop info;
  const uint8_t *rows;
  size_t stride;
  uint32_t width, height;
  int level;
} Picture;

Png16Encoder *
png16_encoder_new (void)
{
  return calloc (1, sizeof (Png16Encoder));
}

void
png16_encoder_free (Png16Encoder * encoder)
{
  free (encoder);
}

/* 2 bytes a pixel and a filter byte a row, deflate's 5 bytes a stored block of at
 * least 4 KB, 12 bytes a chunk of 8 KB (libpng's buffer), the chunks around them. */
size_t
png16_max_size (uint32_t width, uint32_t height)
{
  size_t raw = ((size_t) width * 2 + 1) * height;

  return raw + (raw / 4096 + 1) * (5 + 12) + 128;
}

static void
fail (png_structp png, png_const_charp message)
{
  longjmp (png_jmpbuf (png), 1);
}

static void
ignore (png_structp png, png_const_charp message)
{
}

static void
write_bytes (png_structp png, png_bytep data, size_t size)
{
  Png16Encoder *encoder = png_get_io_ptr (png);

  if (size > encoder->size - encoder->used)
    png_error (png, "no room");
  memcpy (encoder->png + encoder->used, data, size);
  encoder->used += size;
}

static void
flush (png_structp png)
{
}

/* Everything that may jump; only what it is given lives across the jump. */
static bool
write_picture (Png16Encoder * encoder, const Picture * picture)
{
  png_structp png = picture->png;

  if (setjmp (png_jmpbuf (png)))
    return false;
  png_set_write_fn (png, encoder, write_bytes, flush);
  png_set_compression_level (png, picture->level);
  png_set_filter (png, 0, PNG_FILTER_SUB);
  png_set_IHDR (png, picture->info, picture->width, picture->height, 16,
      PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
      PNG_FILTER_TYPE_DEFAULT);
  png_write_info (png, picture->info);
  png_set_swap (png);
  for (uint32_t y = 0; y < picture->height; y++)
    png_write_row (png, picture->rows + y * picture->stride);
  png_write_end (png, NULL);
  return true;
}

size_t
png16_encode (Png16Encoder * encoder, const uint16_t * pixels, size_t stride,
    uint32_t width, uint32_t height, int level, uint8_t * png, size_t size)
{
  Picture picture = { NULL, NULL, (const uint8_t *) pixels, stride, width,
    height, level
  };
  bool ok;

  if (width < 1 || width > PNG16_MAX_SIDE || height < 1
      || height > PNG16_MAX_SIDE
      || (uint64_t) width * height > PNG16_MAX_PIXELS)
    return 0;
  encoder->png = png;
  encoder->size = size;
  encoder->used = 0;
  picture.png =
      png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, fail, ignore);
  if (picture.png)
    picture.info = png_create_info_struct (picture.png);
  ok = picture.info && write_picture (encoder, &picture);
  png_destroy_write_struct (&picture.png, &picture.info);
  return ok ? encoder->used : 0;
}
