/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema message (format/Schema.fbs). */
#include "flatbuffer.h"
#include "message.h"

/* Type, a union, and each member's table. */
typedef struct
{
  uint8_t type;
  FlatbufferField fields[2];
  size_t n_fields;
} TypeTable;

#define INT(bits, is_signed) { 2, { {4, bits}, {1, is_signed} }, 2 }
#define FLOATING_POINT(precision) { 3, { {2, precision} }, 1 }
#define NANOSECOND 3

static const TypeTable type_tables[] = {
  [ARROW_BOOL] = {6, {{0}}, 0},
  [ARROW_UINT8] = INT (8, 0),
  [ARROW_UINT32] = INT (32, 0),
  [ARROW_UINT64] = INT (64, 0),
  [ARROW_INT64] = INT (64, 1),
  [ARROW_FLOAT32] = FLOATING_POINT (1),
  [ARROW_FLOAT64] = FLOATING_POINT (2),
  [ARROW_TIMESTAMP_NS] = {10, {{2, NANOSECOND}}, 1},
  [ARROW_DURATION_NS] = {18, {{2, NANOSECOND}}, 1},
  [ARROW_UTF8] = {5, {{0}}, 0},
  [ARROW_FIXED_SIZE_BINARY] = {15, {{4, 0}}, 1},
  [ARROW_LIST] = {12, {{0}}, 0},
  [ARROW_FIXED_SIZE_LIST] = {16, {{4, 0}}, 1},
  [ARROW_STRUCT] = {13, {{0}}, 0},
};

static size_t
append_type (ArrowBytes * bytes, const ArrowType * type)
{
  TypeTable table = type_tables[type->kind];
  size_t at[FLATBUFFER_MAX_FIELDS];

  if (type->kind == ARROW_FIXED_SIZE_BINARY
      || type->kind == ARROW_FIXED_SIZE_LIST)
    table.fields[0].value = type->size;
  return flatbuffer_table (bytes, table.fields, table.n_fields, at);
}

static size_t
append_metadata (ArrowBytes * bytes, const ArrowMetadata * metadata, size_t n)
{
  static const FlatbufferField fields[] = {
    FLATBUFFER_REFERENCE, FLATBUFFER_REFERENCE
  };
  size_t vector = flatbuffer_references (bytes, n);

  for (size_t i = 0; i < n; i++) {
    size_t at[FLATBUFFER_MAX_FIELDS];
    size_t pair = flatbuffer_table (bytes, fields, 2, at);
    flatbuffer_link (bytes, vector + 4 + 4 * i, pair);
    flatbuffer_link (bytes, at[0], flatbuffer_string (bytes, metadata[i].key));
    flatbuffer_link (bytes, at[1],
        flatbuffer_string (bytes, metadata[i].value));
  }
  return vector;
}

static size_t append_fields (ArrowBytes * bytes, const ArrowField * fields,
    size_t n);

static size_t
append_field (ArrowBytes * bytes, const ArrowField * field)
{
  /* name, nullable, type_type, type, dictionary, children, custom_metadata */
  const FlatbufferField fields[] = {
    FLATBUFFER_REFERENCE, {1, field->nullable},
    {1, type_tables[field->type->kind].type}, FLATBUFFER_REFERENCE, {0, 0},
    FLATBUFFER_REFERENCE, {field->n_metadata ? 4 : 0, 0}
  };
  size_t at[FLATBUFFER_MAX_FIELDS];
  size_t table = flatbuffer_table (bytes, fields, 7, at);

  flatbuffer_link (bytes, at[0], flatbuffer_string (bytes, field->name));
  flatbuffer_link (bytes, at[3], append_type (bytes, field->type));
  flatbuffer_link (bytes, at[5],
      append_fields (bytes, field->type->fields, field->type->n_fields));
  if (field->n_metadata)
    flatbuffer_link (bytes, at[6],
        append_metadata (bytes, field->metadata, field->n_metadata));
  return table;
}

static size_t
append_fields (ArrowBytes * bytes, const ArrowField * fields, size_t n)
{
  size_t vector = flatbuffer_references (bytes, n);

  for (size_t i = 0; i < n; i++)
    flatbuffer_link (bytes, vector + 4 + 4 * i,
        append_field (bytes, &fields[i]));
  return vector;
}

void
arrow_append_schema (ArrowBytes * bytes, const ArrowField * fields,
    size_t n_fields, const ArrowMetadata * metadata, size_t n_metadata)
{
  /* endianness (0 = little), fields, custom_metadata */
  static const FlatbufferField table[] = {
    {2, 0}, FLATBUFFER_REFERENCE, FLATBUFFER_REFERENCE
  };
  size_t at[FLATBUFFER_MAX_FIELDS];
  ArrowMessage message = arrow_message_begin (bytes, MESSAGE_SCHEMA);

  flatbuffer_link (bytes, message.header,
      flatbuffer_table (bytes, table, 3, at));
  flatbuffer_link (bytes, at[1], append_fields (bytes, fields, n_fields));
  flatbuffer_link (bytes, at[2], append_metadata (bytes, metadata, n_metadata));
  arrow_message_end (bytes, &message);
}
