/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PNG to depth, by libpng. */
#include "png16/error.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Frames carry nothing else: no time is spent, no memory given for more. */
#define MAX_CHUNK_MEMORY (1 << 20)

struct Png16Decoder
{
  const uint8_t *data;
  size_t size, used;
  Png16Error *error;
};

typedef struct
{
  png_structp png;
  png_infop info;
  uint8_t *rows;
  size_t stride;
  uint32_t height;
} Picture;

Png16Decoder *
png16_decoder_new (void)
{
  return calloc (1, sizeof (Png16Decoder));
}

void
png16_decoder_free (Png16Decoder * decoder)
{
  free (decoder);
}

static void
fail (png_structp png, png_const_charp message)
{
  Png16Decoder *decoder = png_get_error_ptr (png);

  png16_fail (decoder->error, decoder->used, message);
  longjmp (png_jmpbuf (png), 1);
}

static void
ignore (png_structp png, png_const_charp message)
{
}

static void
read_bytes (png_structp png, png_bytep bytes, size_t size)
{
  Png16Decoder *decoder = png_get_io_ptr (png);

  if (size > decoder->size - decoder->used) {
    decoder->used = decoder->size;
    png_error (png, "the data ends early");
  }
  memcpy (bytes, decoder->data + decoder->used, size);
  decoder->used += size;
}

/* Everything that may jump; only what it is given lives across the jump. */
static bool
read_picture (Png16Decoder * decoder, const Picture * picture)
{
  png_structp png = picture->png;
  int passes;

  if (setjmp (png_jmpbuf (png)))
    return false;
  png_set_read_fn (png, decoder, read_bytes);
  png_set_user_limits (png, PNG16_MAX_SIDE, PNG16_MAX_SIDE);
  png_set_chunk_malloc_max (png, MAX_CHUNK_MEMORY);
  /* a negative count means all ancillary chunks that libpng knows */
  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info (png, picture->info);
  png_set_swap (png);
  passes = png_set_interlace_handling (png);
  png_start_read_image (png);
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < picture->height; y++)
      png_read_row (png, picture->rows + y * picture->stride, NULL);
  }
  png_read_end (png, NULL);
  return true;
}

bool
png16_decode (Png16Decoder * decoder, const uint8_t * data, size_t size,
    uint16_t * pixels, size_t stride, uint32_t width, uint32_t height,
    Png16Error * error)
{
  Picture picture = { NULL, NULL, (uint8_t *) pixels, stride, height };
  Png16Header header;
  bool ok;

  if (!png16_check_header (data, size, width, height, &header, error))
    return false;
  decoder->data = data;
  decoder->size = size;
  decoder->used = 0;
  decoder->error = error;
  png16_fail (error, 0, "out of memory");
  picture.png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, decoder, fail, ignore);
  if (picture.png)
    picture.info = png_create_info_struct (picture.png);
  ok = picture.info && read_picture (decoder, &picture);
  png_destroy_read_struct (&picture.png, &picture.info, NULL);
  return ok;
}
