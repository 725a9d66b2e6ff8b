/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flatbuffers, checked as they are read. */
#include "read-flatbuffer.h"

#include "read-error.h"

/* What a table costs at least: itself and a reference to it. */
#define TABLE_COST 8

/* Writers may share a text between tables. */
#define SHARING 32

FlatbufferReader
flatbuffer_reader (const uint8_t * data, size_t size, uint64_t origin,
    ArrowReadError * error)
{
  FlatbufferReader reader = {
    data, size, origin, size > SIZE_MAX / SHARING ? SIZE_MAX : size * SHARING,
    error
  };

  return reader;
}

bool
flatbuffer_refuse (FlatbufferReader * reader, size_t at, const char *what)
{
  return arrow_refuse (reader->error, reader->origin + at, "%s", what);
}

static bool
spend (FlatbufferReader * reader, size_t at, size_t work)
{
  if (work > reader->work_left)
    return flatbuffer_refuse (reader, at,
        "a flatbuffer that refers to the same place again and again");
  reader->work_left -= work;
  return true;
}

static bool
is_inside (const FlatbufferReader * reader, size_t at, size_t size)
{
  return at <= reader->size && size <= reader->size - at;
}

static bool
read_uint (FlatbufferReader * reader, size_t at, size_t size, uint64_t * value)
{
  *value = 0;
  if (!is_inside (reader, at, size))
    return flatbuffer_refuse (reader, at, "an offset out of the flatbuffer");
  if (at % size)
    return flatbuffer_refuse (reader, at, "a number that is not aligned");
  for (size_t i = 0; i < size; i++)
    *value |= (uint64_t) reader->data[at + i] << 8 * i;
  return true;
}

/* Follows the reference at @at. */
static bool
follow (FlatbufferReader * reader, size_t at, size_t *to)
{
  uint64_t offset;

  *to = 0;
  if (!read_uint (reader, at, 4, &offset))
    return false;
  if (offset == 0 || offset > reader->size - at)
    return flatbuffer_refuse (reader, at, "an offset out of the flatbuffer");
  *to = at + (size_t) offset;
  return true;
}

static bool
open_table (FlatbufferReader * reader, size_t at, FlatbufferTable * table)
{
  uint64_t back, vtable_size, size;

  if (!spend (reader, at, TABLE_COST) || !read_uint (reader, at, 4, &back))
    return false;
  int64_t vtable = (int64_t) at - (int32_t) back;
  if (vtable < 0 || (uint64_t) vtable > reader->size)
    return flatbuffer_refuse (reader, at, "a vtable out of the flatbuffer");
  if (!read_uint (reader, (size_t) vtable, 2, &vtable_size)
      || !read_uint (reader, (size_t) vtable + 2, 2, &size))
    return false;
  if (vtable_size < 4 || vtable_size % 2
      || !is_inside (reader, (size_t) vtable, (size_t) vtable_size))
    return flatbuffer_refuse (reader, (size_t) vtable,
        "a vtable of an impossible size");
  if (size < 4 || !is_inside (reader, at, (size_t) size))
    return flatbuffer_refuse (reader, at, "a table of an impossible size");
  *table = (FlatbufferTable) { at, (size_t) size, (size_t) vtable,
      (size_t) vtable_size };
  return true;
}

bool
flatbuffer_root (FlatbufferReader * reader, FlatbufferTable * root)
{
  size_t at;

  return follow (reader, 0, &at) && open_table (reader, at, root);
}

/* The offset of a field in its table, as the vtable has it; 0: none. */
static size_t
field_offset (const FlatbufferReader * reader, const FlatbufferTable * table,
    unsigned id)
{
  size_t entry = 4 + 2 * (size_t) id;

  if (entry + 2 > table->vtable_size)
    return 0;
  return arrow_load_u16 (reader->data + table->vtable + entry);
}

bool
flatbuffer_has (const FlatbufferReader * reader, const FlatbufferTable * table,
    unsigned id)
{
  return field_offset (reader, table, id) != 0;
}

/* Where a field of @size bytes lies; 0: the table lacks it. */
static bool
find_field (FlatbufferReader * reader, const FlatbufferTable * table,
    unsigned id, size_t size, size_t *at)
{
  size_t offset = field_offset (reader, table, id);

  *at = 0;
  if (offset == 0)
    return true;
  if (offset < 4 || offset > table->size || size > table->size - offset)
    return flatbuffer_refuse (reader, table->vtable,
        "a field out of its table");
  *at = table->at + offset;
  return true;
}

bool
flatbuffer_read_uint (FlatbufferReader * reader, const FlatbufferTable * table,
    unsigned id, size_t size, uint64_t fallback, uint64_t * value)
{
  size_t at;

  *value = fallback;
  if (!find_field (reader, table, id, size, &at))
    return false;
  return at == 0 || read_uint (reader, at, size, value);
}

bool
flatbuffer_read_table (FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id, FlatbufferTable * child)
{
  size_t at;

  if (!find_field (reader, table, id, 4, &at))
    return false;
  if (at == 0)
    return flatbuffer_refuse (reader, table->at,
        "a table lacks what it has to have");
  return follow (reader, at, &at) && open_table (reader, at, child);
}

bool
flatbuffer_read_vector (FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id, size_t size,
    FlatbufferVector * vector)
{
  size_t at, alignment = size < 8 ? size : 8;
  uint64_t n;

  *vector = (FlatbufferVector) { 0, 0 };
  if (!find_field (reader, table, id, 4, &at))
    return false;
  if (at == 0)
    return true;
  if (!follow (reader, at, &at) || !read_uint (reader, at, 4, &n))
    return false;
  if (n > (reader->size - at - 4) / size)
    return flatbuffer_refuse (reader, at,
        "a vector that is longer than the flatbuffer");
  if (n > 0 && (at + 4) % alignment)
    return flatbuffer_refuse (reader, at, "a vector that is not aligned");
  *vector = (FlatbufferVector) { at + 4, (size_t) n };
  return true;
}

bool
flatbuffer_read_element (FlatbufferReader * reader,
    const FlatbufferVector * vector, size_t i, FlatbufferTable * table)
{
  size_t at;

  return follow (reader, vector->first + 4 * i, &at)
      && open_table (reader, at, table);
}

bool
flatbuffer_read_string (FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id, ArrowSpan * text)
{
  FlatbufferVector vector;

  *text = (ArrowSpan) { reader->data, 0 };
  if (!flatbuffer_read_vector (reader, table, id, 1, &vector))
    return false;
  if (vector.first == 0)
    return true;
  if (!spend (reader, vector.first, vector.n))
    return false;
  text->data = reader->data + vector.first;
  text->size = vector.n;
  if (arrow_utf8_size (text->data, text->size) < text->size)
    return flatbuffer_refuse (reader, vector.first, "a text is not UTF-8");
  return true;
}
