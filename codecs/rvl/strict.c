/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decoder that knows what is wrong with a stream: one nibble after the
 * other, with the checks of Rerun's decoder in their order. */
#include "kernel.h"

typedef struct
{
  const uint8_t *stream;
  size_t size;
  size_t nibble;                /* the next one */
  RvlError fault;
} Reader;

static void
fail (Reader * reader, const char *what)
{
  reader->fault.what = what;
  reader->fault.offset = (reader->nibble - 1) / 8 * 4;
}

/* Nibbles fill little-endian words from the top. */
static uint32_t
read_nibble (Reader * reader)
{
  size_t word = reader->nibble / 8 * 4;

  if (reader->size < 4 || word > reader->size - 4) {
    reader->fault.what = "the stream ends before the picture is complete";
    reader->fault.offset = word;
    return 0;
  }
  return load32 (reader->stream + word) >> (28 - 4 * (reader->nibble++ % 8))
      & 15;
}

/* A value has at most 11 nibbles; what they hold above 32 bits is lost. */
static uint32_t
read_value (Reader * reader)
{
  uint32_t value = 0;

  for (unsigned shift = 0; shift < 33; shift += 3) {
    uint32_t nibble = read_nibble (reader);

    value |= (nibble & 7) << shift;
    if (!(nibble & 8))
      return value;
  }
  fail (reader, "a value of more than 11 nibbles");
  return 0;
}

static uint32_t
read_zeros (Reader * reader, Cursor * cursor, uint32_t left)
{
  uint32_t zeros = read_value (reader);

  if (!reader->fault.what && zeros > left)
    fail (reader, "a run of zeros is longer than what is left of the picture");
  if (reader->fault.what)
    return 0;

  for (uint32_t todo = zeros, n; todo > 0; todo -= n) {
    uint8_t *sample = cursor_sample (cursor);

    n = cursor_take (cursor, todo);
    memset (sample, 0, 2 * (size_t) n);
  }
  return zeros;
}

static uint32_t
read_depths (Reader * reader, Cursor * cursor, uint32_t left, int32_t * depth)
{
  uint32_t count = read_value (reader);

  if (!reader->fault.what && count > left)
    fail (reader, "a run of depths is longer than what is left of the picture");

  for (uint32_t i = 0; i < count && !reader->fault.what; i++) {
    uint32_t zigzag = read_value (reader);
    uint8_t *sample = cursor_sample (cursor);

    /* Rerun shifts the signed value: bit 31 stays. */
    *depth += ((int32_t) zigzag >> 1) ^ -(int32_t) (zigzag & 1);
    if (reader->fault.what)
      break;
    if (*depth < 0 || *depth > 65535) {
      fail (reader, "a depth outside of 0 to 65535");
      break;
    }
    store16 (sample, (uint16_t) * depth);
    cursor_take (cursor, 1);
  }
  return count;
}

bool
rvl_decode_strictly (const uint8_t * stream, size_t size,
    const RvlPicture * picture, RvlError * error)
{
  Reader reader = { stream, size, 0, {NULL, 0} };
  Cursor cursor = cursor_make (picture, 0);
  uint32_t left = picture_size (picture);
  int32_t depth = 0;

  while (left > 0) {
    uint32_t zeros, depths;

    zeros = read_zeros (&reader, &cursor, left);
    if (reader.fault.what)
      break;
    left -= zeros;
    depths = read_depths (&reader, &cursor, left, &depth);
    if (reader.fault.what)
      break;
    left -= depths;
    if (zeros == 0 && depths == 0) {
      fail (&reader, "an empty run");
      break;
    }
  }

  if (reader.fault.what && error)
    *error = reader.fault;
  return reader.fault.what == NULL;
}
