/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PNG to depth, by libdeflate: all rows of a picture inflated at once. Whatever this
 * way does not take, interlaced or damaged, libpng has the last word on, but for
 * checksums of chunks, some of which some versions of it take as they are.
 */
#include "png16/internal.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

/* No deflate stream inflates to more than this many times its size. */
#define MAX_INFLATION 1032

struct Png16Decoder
{
  struct libdeflate_decompressor *decompressor;
  uint8_t *stream, *filtered;
  size_t stream_capacity, filtered_capacity;
};

/* The compressed data of all IDAT chunks; in place where there is one. */
typedef struct
{
  const uint8_t *data;
  size_t size;
} Stream;

Png16Decoder *
png16_decoder_new (void)
{
  Png16Decoder *decoder = calloc (1, sizeof (Png16Decoder));

  if (decoder == NULL)
    return NULL;
  decoder->decompressor = libdeflate_alloc_decompressor ();
  if (decoder->decompressor)
    return decoder;
  free (decoder);
  return NULL;
}

void
png16_decoder_free (Png16Decoder * decoder)
{
  if (decoder == NULL)
    return;
  libdeflate_free_decompressor (decoder->decompressor);
  free (decoder->stream);
  free (decoder->filtered);
  free (decoder);
}

/* Appends one IDAT chunk's body; total is the size of the whole file. */
static bool
append (Png16Decoder * decoder, Stream * stream, const uint8_t * body,
    uint32_t size, size_t total)
{
  if (stream->data == NULL) {
    stream->data = body;
    stream->size = size;
    return true;
  }
  if (stream->data != decoder->stream) {
    if (!png16_reserve (&decoder->stream, &decoder->stream_capacity, total))
      return false;
    memcpy (decoder->stream, stream->data, stream->size);
    stream->data = decoder->stream;
  }
  memcpy (decoder->stream + stream->size, body, size);
  stream->size += size;
  return true;
}

/* Ancillary chunks are skipped; only those of a grey picture, in their order, are
 * taken. */
static bool
find_stream (Png16Decoder * decoder, const uint8_t * data, size_t size,
    Stream * stream, Png16Error * error)
{
  Png16Chunk chunk = { NULL };
  bool closed = false;

  if (!png16_next_chunk (&chunk, data, size, error))    /* IHDR */
    return false;
  while (png16_next_chunk (&chunk, data, size, error)) {
    if (memcmp (chunk.type, "IEND", 4) == 0)
      return chunk.size == 0 && stream->data;
    if (memcmp (chunk.type, "IDAT", 4) == 0) {
      if (closed || !append (decoder, stream, chunk.body, chunk.size, size))
        return false;
    } else if (chunk.critical) {
      return false;
    } else {
      closed = stream->data != NULL;
    }
  }
  return false;
}

/* RFC 1950, 2.2: libdeflate does not look at the size that the window is said to
 * have, zlib does. Pictures smaller than their window may say any. */
static bool
check_window (const Stream * stream, size_t size)
{
  size_t window;

  if (stream->size == 0)
    return false;
  window = (size_t) 256 << (stream->data[0] >> 4);
  return window >= 32768 || window >= size;
}

static bool
inflate_picture (Png16Decoder * decoder, const Stream * stream, size_t size)
{
  if (!check_window (stream, size) || size / MAX_INFLATION > stream->size)
    return false;
  return png16_reserve (&decoder->filtered, &decoder->filtered_capacity, size)
      && libdeflate_zlib_decompress (decoder->decompressor, stream->data,
      stream->size, decoder->filtered, size, NULL) == LIBDEFLATE_SUCCESS;
}

static bool
unfilter_picture (const uint8_t * filtered, uint8_t * rows, size_t stride,
    uint32_t width, uint32_t height)
{
  const uint8_t *above = NULL;
  size_t size = (size_t) width * 2;

  for (uint32_t y = 0; y < height; y++) {
    if (filtered[0] >= PNG16_FILTERS)
      return false;
    png16_unfilter_row (filtered[0], filtered + 1, above, size, rows);
    above = rows;
    rows += stride;
    filtered += 1 + size;
  }
  return true;
}

static bool
decode_quickly (Png16Decoder * decoder, const uint8_t * data, size_t size,
    uint8_t * rows, size_t stride, uint32_t width, uint32_t height,
    Png16Error * error)
{
  size_t filtered_size = ((size_t) width * 2 + 1) * height;
  Stream stream = { NULL, 0 };

  return find_stream (decoder, data, size, &stream, error)
      && inflate_picture (decoder, &stream, filtered_size)
      && unfilter_picture (decoder->filtered, rows, stride, width, height);
}

bool
png16_decode (Png16Decoder * decoder, const uint8_t * data, size_t size,
    uint16_t * pixels, size_t stride, uint32_t width, uint32_t height,
    Png16Error * error)
{
  uint8_t *rows = (uint8_t *) pixels;
  Png16Header header;

  if (!png16_check_header (data, size, width, height, &header, error))
    return false;
  if (!header.interlaced
      && decode_quickly (decoder, data, size, rows, stride, width, height,
          error))
    return true;
  return png16_check (data, size, error)
      && png16_decode_any (data, size, rows, stride, height, error);
}
