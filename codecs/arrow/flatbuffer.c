/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes the tables, texts and vectors of a flatbuffer, the last of which may be filled
 * in later. */

#include "flatbuffer.h"

#include <string.h>

static void
zeros (ArrowBytes * bytes, size_t size)
{
  uint8_t *to = arrow_bytes_extend (bytes, size);
  if (to)
    memset (to, 0, size);
}

/* Zeros up to the next position that is @rest modulo @alignment. */
static void
align (ArrowBytes * bytes, size_t alignment, size_t rest)
{
  zeros (bytes, (alignment + rest - bytes->size % alignment) % alignment);
}

static void
put_u16 (ArrowBytes * bytes, size_t value)
{
  uint8_t two[] = { (uint8_t) value, (uint8_t) (value >> 8) };
  arrow_bytes_append (bytes, two, sizeof two);
}

static void
put_u32 (ArrowBytes * bytes, size_t value)
{
  uint8_t *to = arrow_bytes_extend (bytes, 4);
  if (to)
    arrow_store_u32 (to, (uint32_t) value);
}

/* Offsets in the table: the reference to the vtable, then the fields, the
 * widest first, so that none needs padding. Returns the table's size. */
static size_t
lay_out (const FlatbufferField * fields, size_t n_fields, size_t *offsets)
{
  size_t size = 4;

  for (size_t width = 8; width; width /= 2) {
    for (size_t i = 0; i < n_fields; i++) {
      if (fields[i].size == width) {
        offsets[i] = size;
        size += width;
      }
    }
  }
  return size;
}

size_t
flatbuffer_table (ArrowBytes * bytes, const FlatbufferField * fields,
    size_t n_fields, size_t at[FLATBUFFER_MAX_FIELDS])
{
  size_t offsets[FLATBUFFER_MAX_FIELDS] = { 0 };
  size_t size = lay_out (fields, n_fields, offsets);
  size_t vtable_size = 4 + 2 * n_fields;
  uint8_t eight[8];

  /* The table begins 4 before a multiple of 8: so the fields do at one. */
  align (bytes, 8, (12 - vtable_size % 8) % 8);
  put_u16 (bytes, vtable_size);
  put_u16 (bytes, size);
  for (size_t i = 0; i < n_fields; i++)
    put_u16 (bytes, offsets[i]);

  size_t table = bytes->size;
  uint8_t *to = arrow_bytes_extend (bytes, size);
  if (to)
    arrow_store_u32 (to, (uint32_t) vtable_size);
  for (size_t i = 0; i < n_fields; i++) {
    at[i] = offsets[i] ? table + offsets[i] : 0;
    arrow_store_u64 (eight, fields[i].value);
    if (to)
      memcpy (to + offsets[i], eight, fields[i].size);
  }
  return table;
}

size_t
flatbuffer_string (ArrowBytes * bytes, const char *text)
{
  size_t length = strlen (text);

  align (bytes, 4, 0);
  size_t start = bytes->size;
  put_u32 (bytes, length);
  arrow_bytes_append (bytes, text, length + 1);
  return start;
}

size_t
flatbuffer_references (ArrowBytes * bytes, size_t n)
{
  align (bytes, 4, 0);
  size_t start = bytes->size;
  put_u32 (bytes, n);
  zeros (bytes, 4 * n);
  return start;
}

size_t
flatbuffer_structs (ArrowBytes * bytes, size_t n, size_t size)
{
  align (bytes, 8, 4);
  size_t start = bytes->size;
  put_u32 (bytes, n);
  zeros (bytes, n * size);
  return start;
}

void
flatbuffer_link (ArrowBytes * bytes, size_t from, size_t to)
{
  if (!bytes->failed)
    arrow_store_u32 (bytes->data + from, (uint32_t) (to - from));
}
