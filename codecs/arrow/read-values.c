/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of columns. Layouts: the Arrow columnar format, "Physical memory
 * layout". */
#include <string.h>

#include "read-flatbuffer.h"

#define IS_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

uint16_t
arrow_load_u16 (const uint8_t * from)
{
  return (uint16_t) (from[0] | from[1] << 8);
}

uint32_t
arrow_load_u32 (const uint8_t * from)
{
  uint32_t value;

  memcpy (&value, from, sizeof value);
  return IS_BIG_ENDIAN ? __builtin_bswap32 (value) : value;
}

uint64_t
arrow_load_u64 (const uint8_t * from)
{
  uint64_t value;

  memcpy (&value, from, sizeof value);
  return IS_BIG_ENDIAN ? __builtin_bswap64 (value) : value;
}

/* --- columns --- */

const ArrowColumn *
arrow_child (const ArrowColumn * column, size_t i)
{
  const ArrowColumn *child = column + 1;

  while (i-- > 0)
    child = arrow_next_column (child);
  return child;
}

static bool
bit (const ArrowColumn * column, const ArrowBuffer * bits, size_t i)
{
  return column->body[bits->offset + i / 8] >> i % 8 & 1;
}

bool
arrow_is_valid (const ArrowColumn * column, size_t i)
{
  if (column->type == ARROW_TYPE_NULL)
    return false;
  return column->n_nulls == 0 || column->validity.size == 0
      || bit (column, &column->validity, i);
}

/* Offset @i, of @width bytes. */
static size_t
offset_at (const ArrowColumn * column, size_t i, size_t width)
{
  const uint8_t *offsets = column->body + column->offsets.offset;

  return width == 4 ? arrow_load_u32 (offsets + 4 * i)
      : (size_t) arrow_load_u64 (offsets + 8 * i);
}

bool
arrow_list (const ArrowColumn * column, size_t i, size_t *first, size_t *n)
{
  size_t width = column->type == ARROW_TYPE_LARGE_LIST ? 8 : 4;

  *first = *n = 0;
  if (!arrow_is_valid (column, i))
    return false;
  switch (column->type) {
    case ARROW_TYPE_FIXED_SIZE_LIST:
      *first = i * column->width;
      *n = column->width;
      return true;
    case ARROW_TYPE_LIST:
    case ARROW_TYPE_LARGE_LIST:
    case ARROW_TYPE_MAP:
      *first = offset_at (column, i, width);
      *n = offset_at (column, i + 1, width) - *first;
      return true;
    default:
      return false;
  }
}

static ArrowSpan
span_of_offsets (const ArrowColumn * column, size_t i, size_t width)
{
  size_t first = offset_at (column, i, width);
  ArrowSpan span = {
    column->body + column->values.offset + first,
    offset_at (column, i + 1, width) - first
  };

  return span;
}

static ArrowSpan
span_of_view (const ArrowColumn * column, size_t i)
{
  const uint8_t *view = column->body + column->values.offset + 16 * i;
  ArrowSpan span = { view + 4, arrow_load_u32 (view) };

  if (span.size > 12) {
    const uint8_t *buffer = column->views
        + 16 * (size_t) arrow_load_u32 (view + 8);
    span.data = column->body + arrow_load_u64 (buffer)
        + arrow_load_u32 (view + 12);
  }
  return span;
}

ArrowSpan
arrow_bytes (const ArrowColumn * column, size_t i)
{
  const ArrowSpan none = { NULL, 0 };

  if (!arrow_is_valid (column, i))
    return none;
  switch (column->type) {
    case ARROW_TYPE_BINARY:
    case ARROW_TYPE_UTF8:
      return span_of_offsets (column, i, 4);
    case ARROW_TYPE_LARGE_BINARY:
    case ARROW_TYPE_LARGE_UTF8:
      return span_of_offsets (column, i, 8);
    case ARROW_TYPE_BINARY_VIEW:
    case ARROW_TYPE_UTF8_VIEW:
      return span_of_view (column, i);
    case ARROW_TYPE_FIXED_SIZE_BINARY:
      return arrow_values (column, i, 1);
    default:
      return none;
  }
}

ArrowSpan
arrow_values (const ArrowColumn * column, size_t first, size_t n)
{
  ArrowSpan span = { NULL, 0 };

  switch (column->type) {
    case ARROW_TYPE_INT:
    case ARROW_TYPE_FLOAT:
    case ARROW_TYPE_DECIMAL:
    case ARROW_TYPE_DATE:
    case ARROW_TYPE_TIME:
    case ARROW_TYPE_TIMESTAMP:
    case ARROW_TYPE_INTERVAL:
    case ARROW_TYPE_DURATION:
    case ARROW_TYPE_FIXED_SIZE_BINARY:
      span.data = column->body + column->values.offset + first * column->width;
      span.size = n * column->width;
      break;
    default:
      break;
  }
  return span;
}

/* --- numbers --- */

static bool
is_int (const ArrowColumn * column)
{
  return column->type == ARROW_TYPE_INT || column->type == ARROW_TYPE_DATE
      || column->type == ARROW_TYPE_TIME
      || column->type == ARROW_TYPE_TIMESTAMP
      || column->type == ARROW_TYPE_DURATION;
}

uint64_t
arrow_uint (const ArrowColumn * column, size_t i)
{
  ArrowSpan bytes = arrow_values (column, i, 1);

  if (!is_int (column))
    return 0;
  switch (column->width) {
    case 1:
      return bytes.data[0];
    case 2:
      return arrow_load_u16 (bytes.data);
    case 4:
      return arrow_load_u32 (bytes.data);
    default:
      return arrow_load_u64 (bytes.data);
  }
}

int64_t
arrow_int (const ArrowColumn * column, size_t i)
{
  uint64_t value = arrow_uint (column, i);

  switch (column->width) {
    case 1:
      return (int8_t) value;
    case 2:
      return (int16_t) value;
    case 4:
      return (int32_t) value;
    default:
      return (int64_t) value;
  }
}

/* IEEE 754 half precision. */
static double
half (uint16_t bits)
{
  int exponent = bits >> 10 & 31;
  double fraction = bits & 1023, sign = bits & 0x8000 ? -1 : 1;

  if (exponent == 31)
    return fraction ? __builtin_nan ("") : sign * __builtin_inf ();
  if (exponent == 0)
    return sign * fraction * 0x1p-24;
  return sign * (fraction + 1024) * (double) (1u << exponent) * 0x1p-25;
}

double
arrow_float (const ArrowColumn * column, size_t i)
{
  ArrowSpan bytes = arrow_values (column, i, 1);
  uint32_t four;
  uint64_t eight;
  float single;
  double value;

  if (column->type != ARROW_TYPE_FLOAT)
    return 0;
  switch (column->width) {
    case 2:
      return half (arrow_load_u16 (bytes.data));
    case 4:
      four = arrow_load_u32 (bytes.data);
      memcpy (&single, &four, sizeof single);
      return single;
    default:
      eight = arrow_load_u64 (bytes.data);
      memcpy (&value, &eight, sizeof value);
      return value;
  }
}

bool
arrow_bool (const ArrowColumn * column, size_t i)
{
  return column->type == ARROW_TYPE_BOOL && bit (column, &column->values, i);
}

/* --- texts --- */

bool
arrow_span_is (ArrowSpan span, const char *text)
{
  return span.size == strlen (text)
      && (span.size == 0 || memcmp (span.data, text, span.size) == 0);
}

bool
arrow_span_equal (ArrowSpan a, ArrowSpan b)
{
  return a.size == b.size
      && (a.size == 0 || memcmp (a.data, b.data, a.size) == 0);
}

/* All was looked at with the schema: nothing here fails. */
void
arrow_key_value (const ArrowKeyValues * pairs, size_t i, ArrowSpan * key,
    ArrowSpan * value)
{
  FlatbufferReader flat =
      flatbuffer_reader (pairs->flatbuffer, pairs->size, 0, NULL);
  const FlatbufferVector vector = { pairs->first, pairs->n };
  FlatbufferTable pair;

  *key = *value = (ArrowSpan) { NULL, 0 };
  if (flatbuffer_read_element (&flat, &vector, i, &pair)
      && flatbuffer_read_string (&flat, &pair, 0, key))
    flatbuffer_read_string (&flat, &pair, 1, value);
}

bool
arrow_find_value (const ArrowKeyValues * pairs, const char *key,
    ArrowSpan * value)
{
  ArrowSpan name;

  for (size_t i = 0; i < pairs->n; i++) {
    arrow_key_value (pairs, i, &name, value);
    if (arrow_span_is (name, key))
      return true;
  }
  *value = (ArrowSpan) { NULL, 0 };
  return false;
}
