/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema message, read (format/Schema.fbs). */
#include <stdlib.h>
#include <string.h>

#include "read-error.h"
#include "read-message.h"

/* No recording nests types deeper than a few levels. */
#define DEPTH_MAX 32

typedef struct
{
  ArrowTable *table;
  FlatbufferReader *flat;
} Reader;

/* --- types --- */

/* A number of a type's table, and its value where that lacks it. */
static bool
read_number (Reader * reader, const FlatbufferTable * type, unsigned id,
    size_t size, uint64_t fallback, size_t *value)
{
  uint64_t number;

  *value = 0;
  if (!flatbuffer_read_uint (reader->flat, type, id, size, fallback, &number))
    return false;
  if (number > INT32_MAX)
    return flatbuffer_refuse (reader->flat, type->at,
        "an Arrow type with a negative number");
  *value = (size_t) number;
  return true;
}

/* Widths of numbers that are given as bits. */
static bool
read_bits (Reader * reader, const FlatbufferTable * type, unsigned id,
    uint64_t fallback, size_t most, size_t *width)
{
  size_t bits;

  if (!read_number (reader, type, id, 4, fallback, &bits))
    return false;
  if (bits < 8 || bits > most || (bits & (bits - 1)))
    return flatbuffer_refuse (reader->flat, type->at,
        "an Arrow type of an impossible number of bits");
  *width = bits / 8;
  return true;
}

static bool
read_int (Reader * reader, const FlatbufferTable * type, ArrowColumn * column)
{
  size_t is_signed;

  if (!read_bits (reader, type, 0, 0, 64, &column->width)
      || !read_number (reader, type, 1, 1, 0, &is_signed))
    return false;
  column->is_signed = is_signed;
  return true;
}

/* Types whose only number is which of some widths they have; the same for
 * units. */
static bool
read_choice (Reader * reader, const FlatbufferTable * type, size_t fallback,
    const uint8_t * widths, size_t n_widths, ArrowColumn * column)
{
  size_t choice;

  if (!read_number (reader, type, 0, 2, fallback, &choice))
    return false;
  if (choice >= n_widths)
    return flatbuffer_refuse (reader->flat, type->at,
        "an Arrow type of an unknown unit");
  column->width = widths[choice];
  column->unit = (ArrowTimeUnit) choice;
  return true;
}

#define CHOICE(fallback, ...) read_choice (reader, type, fallback, \
    (const uint8_t[]) { __VA_ARGS__ }, \
    sizeof ((const uint8_t[]) { __VA_ARGS__ }), column)

/* What a type's table says beyond its name. */
static bool
read_type (Reader * reader, const FlatbufferTable * type, ArrowColumn * column)
{
  switch (column->type) {
    case ARROW_TYPE_INT:
      return read_int (reader, type, column);
    case ARROW_TYPE_FLOAT:
      return CHOICE (0, 2, 4, 8);
    case ARROW_TYPE_DECIMAL:
      return read_bits (reader, type, 2, 128, 256, &column->width);
    case ARROW_TYPE_DATE:
      return CHOICE (1, 4, 8);
    case ARROW_TYPE_TIME:
      return CHOICE (1, 4, 4, 8, 8);
    case ARROW_TYPE_TIMESTAMP:
      return CHOICE (0, 8, 8, 8, 8);
    case ARROW_TYPE_DURATION:
      return CHOICE (1, 8, 8, 8, 8);
    case ARROW_TYPE_INTERVAL:
      return CHOICE (0, 4, 8, 16);
    case ARROW_TYPE_UNION:     /* sparse, dense */
      return CHOICE (0, 0, 1);
    case ARROW_TYPE_FIXED_SIZE_BINARY:
    case ARROW_TYPE_FIXED_SIZE_LIST:
      return read_number (reader, type, 0, 4, 0, &column->width);
    default:
      return true;
  }
}

/* How many children a type has; SIZE_MAX: any number. */
static size_t
children_of (ArrowTypeId type)
{
  switch (type) {
    case ARROW_TYPE_LIST:
    case ARROW_TYPE_LARGE_LIST:
    case ARROW_TYPE_FIXED_SIZE_LIST:
    case ARROW_TYPE_MAP:
    case ARROW_TYPE_LIST_VIEW:
    case ARROW_TYPE_LARGE_LIST_VIEW:
      return 1;
    case ARROW_TYPE_RUN_END_ENCODED:
      return 2;
    case ARROW_TYPE_STRUCT:
    case ARROW_TYPE_UNION:
      return SIZE_MAX;
    default:
      return 0;
  }
}

/* Dictionary-encoded values are indices in the batch: id, indexType (Int32 if it
 * is left out). */
static bool
read_dictionary (Reader * reader, const FlatbufferTable * field,
    ArrowColumn * column)
{
  FlatbufferTable dictionary, index;

  column->type = ARROW_TYPE_DICTIONARY;
  column->width = 4;
  if (!flatbuffer_read_table (reader->flat, field, 4, &dictionary))
    return false;
  if (!flatbuffer_has (reader->flat, &dictionary, 1))
    return true;
  return flatbuffer_read_table (reader->flat, &dictionary, 1, &index)
      && read_int (reader, &index, column);
}

/* --- fields --- */

/* All pairs are looked at, so that to look at them later can not fail. */
static bool
read_key_values (Reader * reader, const FlatbufferTable * table, unsigned id,
    ArrowKeyValues * pairs)
{
  FlatbufferReader *flat = reader->flat;
  FlatbufferVector vector;
  FlatbufferTable pair;
  ArrowSpan text;

  if (!flatbuffer_read_vector (flat, table, id, 4, &vector))
    return false;
  for (size_t i = 0; i < vector.n; i++)
    if (!flatbuffer_read_element (flat, &vector, i, &pair)
        || !flatbuffer_read_string (flat, &pair, 0, &text)
        || !flatbuffer_read_string (flat, &pair, 1, &text))
      return false;
  *pairs =
      (ArrowKeyValues) { flat->data, flat->size, vector.first, vector.n };
  return true;
}

/* name, nullable, type_type, type, dictionary, (children), custom_metadata */
static bool
read_head (Reader * reader, const FlatbufferTable * field, ArrowColumn * column)
{
  FlatbufferReader *flat = reader->flat;
  FlatbufferTable type;
  uint64_t nullable, type_id;

  if (!flatbuffer_read_string (flat, field, 0, &column->name)
      || !flatbuffer_read_uint (flat, field, 1, 1, 0, &nullable)
      || !flatbuffer_read_uint (flat, field, 2, 1, 0, &type_id)
      || !flatbuffer_read_table (flat, field, 3, &type)
      || !read_key_values (reader, field, 6, &column->metadata))
    return false;
  if (type_id == 0 || type_id >= ARROW_TYPE_N)
    return arrow_refuse (flat->error, flat->origin + field->at,
        "column %.*s has the unknown Arrow type %u",
        ARROW_PRINT (column->name), (unsigned) type_id);
  column->nullable = nullable;
  column->type = (ArrowTypeId) type_id;
  if (flatbuffer_has (flat, field, 4))
    return read_dictionary (reader, field, column);
  return read_type (reader, &type, column);
}

/* A new column at the end; NULL: out of memory. */
static ArrowColumn *
add_column (ArrowTable * table)
{
  if (table->n_all == table->capacity) {
    size_t capacity = table->capacity ? 2 * table->capacity : 16;
    ArrowColumn *columns = realloc (table->columns,
        capacity * sizeof *columns);
    if (!columns)
      return NULL;
    table->columns = columns;
    table->capacity = capacity;
  }
  ArrowColumn *column = &table->columns[table->n_all++];
  memset (column, 0, sizeof *column);
  return column;
}

static bool
read_field (Reader * reader, const FlatbufferTable * field, unsigned depth)
{
  FlatbufferReader *flat = reader->flat;
  size_t index = reader->table->n_all;
  ArrowColumn *column = add_column (reader->table);
  FlatbufferVector children = { 0, 0 };
  FlatbufferTable child;

  if (!column)
    return flatbuffer_refuse (flat, field->at, "out of memory");
  if (depth == DEPTH_MAX)
    return flatbuffer_refuse (flat, field->at, "an Arrow type nests too deep");
  if (!read_head (reader, field, column))
    return false;
  size_t n = children_of (column->type);
  if (n > 0 && !flatbuffer_read_vector (flat, field, 5, 4, &children))
    return false;
  if (n != SIZE_MAX && n != children.n)
    return arrow_refuse (flat->error, flat->origin + field->at,
        "column %.*s has %zu children, its type has %zu",
        ARROW_PRINT (column->name), children.n, n);
  column->n_children = children.n;
  for (size_t i = 0; i < children.n; i++)
    if (!flatbuffer_read_element (flat, &children, i, &child)
        || !read_field (reader, &child, depth + 1))
      return false;
  /* The columns may lie elsewhere by now. */
  reader->table->columns[index].n_all = reader->table->n_all - index;
  return true;
}

/* endianness (0 = little), fields, custom_metadata */
bool
arrow_read_schema (ArrowTable * table, ArrowMessageView * message)
{
  FlatbufferReader *flat = &message->flatbuffer;
  Reader reader = { table, flat };
  FlatbufferVector fields;
  FlatbufferTable field;
  uint64_t endianness;

  table->n_rows = table->n_columns = table->n_all = 0;
  if (message->type != MESSAGE_SCHEMA)
    return arrow_refuse (flat->error, flat->origin,
        "an Arrow stream that does not begin with a schema");
  if (!flatbuffer_read_uint (flat, &message->header, 0, 2, 0, &endianness)
      || !flatbuffer_read_vector (flat, &message->header, 1, 4, &fields)
      || !read_key_values (&reader, &message->header, 2, &table->metadata))
    return false;
  if (endianness != 0)
    return flatbuffer_refuse (flat, message->header.at,
        "an Arrow stream of big-endian numbers");
  for (size_t i = 0; i < fields.n; i++)
    if (!flatbuffer_read_element (flat, &fields, i, &field)
        || !read_field (&reader, &field, 0))
      return false;
  table->n_columns = fields.n;
  return true;
}
