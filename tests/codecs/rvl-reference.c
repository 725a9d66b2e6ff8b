/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A second RVL codec, plain and slow, written from the format alone: tests compare with
 * it. */

#include "rvl-reference.h"

#include <string.h>

static unsigned
get_sample (const void *samples, size_t i)
{
  const uint8_t *bytes = (const uint8_t *) samples + 2 * i;

  return bytes[0] + 256u * bytes[1];
}

/* Word i / 8 holds nibble i; its bytes are in little-endian order, so a word's
 * first nibble is the upper half of its fourth byte. */
static size_t
nibble_byte (size_t i)
{
  return i / 8 * 4 + 3 - i % 8 / 2;
}

static void
put_nibble (uint8_t * stream, size_t *nibbles, unsigned nibble)
{
  size_t i = (*nibbles)++;

  if (stream == NULL)
    return;
  if (i % 8 == 0)
    memset (stream + i / 8 * 4, 0, 4);
  stream[nibble_byte (i)] |= i % 2 ? nibble : nibble << 4;
}

static void
put_value (uint8_t * stream, size_t *nibbles, unsigned long value)
{
  for (; value >= 8; value /= 8)
    put_nibble (stream, nibbles, 8 + value % 8);
  put_nibble (stream, nibbles, value);
}

size_t
rvl_reference_encode (const void *samples, size_t count, uint8_t * stream)
{
  size_t nibbles = 0, i = 0;
  long previous = 0;

  while (i < count) {
    size_t depths, end;

    for (depths = i; depths < count && get_sample (samples, depths) == 0;)
      depths++;
    for (end = depths; end < count && get_sample (samples, end) != 0;)
      end++;
    put_value (stream, &nibbles, depths - i);
    put_value (stream, &nibbles, end - depths);
    for (i = depths; i < end; i++) {
      long difference = (long) get_sample (samples, i) - previous;

      put_value (stream, &nibbles,
          difference < 0 ? -2 * difference - 1 : 2 * difference);
      previous += difference;
    }
  }
  return (nibbles + 7) / 8 * 4;
}

typedef struct
{
  const uint8_t *stream;
  size_t nibbles, next;
} Source;

/* False if the stream ends, or the value does not. */
static bool
get_value (Source * source, uint32_t * value)
{
  uint64_t sum = 0;

  for (unsigned digit = 0; digit < 11; digit++) {
    unsigned nibble;

    if (source->next == source->nibbles)
      return false;
    nibble = source->stream[nibble_byte (source->next)];
    nibble = source->next++ % 2 ? nibble % 16 : nibble / 16;
    sum += (uint64_t) (nibble % 8) << 3 * digit;
    if (nibble < 8) {
      *value = sum % (UINT64_C (1) << 32);
      return true;
    }
  }
  return false;
}

static bool
get_depth (Source * source, int64_t * depth)
{
  uint32_t zigzag;
  int64_t number, half;

  if (!get_value (source, &zigzag))
    return false;
  /* A signed number, halved towards minus infinity. */
  number = zigzag < UINT32_C (0x80000000) ? zigzag
      : (int64_t) zigzag - (INT64_C (1) << 32);
  half = (number - (zigzag % 2)) / 2;
  *depth += zigzag % 2 ? -1 - half : half;
  return *depth >= 0 && *depth <= 65535;
}

bool
rvl_reference_decode (const uint8_t * stream, size_t size, void *samples,
    size_t count)
{
  Source source = { stream, size / 4 * 8, 0 };
  uint8_t *out = samples;
  size_t left = count;
  int64_t depth = 0;

  while (left > 0) {
    uint32_t zeros, depths;

    if (!get_value (&source, &zeros) || zeros > left)
      return false;
    memset (out, 0, 2 * (size_t) zeros);
    out += 2 * (size_t) zeros;
    left -= zeros;
    if (!get_value (&source, &depths) || depths > left
        || (zeros == 0 && depths == 0))
      return false;
    for (left -= depths; depths > 0; depths--, out += 2) {
      if (!get_depth (&source, &depth))
        return false;
      out[0] = depth % 256;
      out[1] = depth / 256;
    }
  }
  return true;
}
