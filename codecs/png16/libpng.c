/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* PNG to depth, by libpng. */
#include "png16/internal.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Frames carry nothing else: no time is spent, no memory given for more. */
#define MAX_CHUNK_MEMORY (1 << 20)

typedef struct
{
  const uint8_t *data;
  size_t size, used;
  Png16Error *error;
} Reader;

typedef struct
{
  png_structp png;
  png_infop info;
  uint8_t *rows;
  size_t stride;
  uint32_t height;
} Picture;

static void
fail (png_structp png, png_const_charp message)
{
  Reader *reader = png_get_error_ptr (png);

  png16_fail (reader->error, reader->used, message);
  longjmp (png_jmpbuf (png), 1);
}

static void
ignore (png_structp png, png_const_charp message)
{
}

static void
read_bytes (png_structp png, png_bytep bytes, size_t size)
{
  Reader *reader = png_get_io_ptr (png);

  if (size > reader->size - reader->used) {
    reader->used = reader->size;
    png_error (png, "the data ends early");
  }
  memcpy (bytes, reader->data + reader->used, size);
  reader->used += size;
}

/* Everything that may jump; only what it is given lives across the jump. */
static bool
read_picture (Reader * reader, const Picture * picture)
{
  png_structp png = picture->png;
  int passes;

  if (setjmp (png_jmpbuf (png)))
    return false;
  png_set_read_fn (png, reader, read_bytes);
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
png16_decode_any (const uint8_t * data, size_t size, uint8_t * rows,
    size_t stride, uint32_t height, Png16Error * error)
{
  Reader reader = { data, size, 0, error };
  Picture picture = { NULL, NULL, rows, stride, height };
  bool ok;

  png16_fail (error, 0, "out of memory");
  picture.png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, &reader, fail, ignore);
  if (picture.png)
    picture.info = png_create_info_struct (picture.png);
  ok = picture.info && read_picture (&reader, &picture);
  png_destroy_read_struct (&picture.png, &picture.info, NULL);
  return ok;
}
