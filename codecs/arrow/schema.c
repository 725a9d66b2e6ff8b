/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The schema message (format/Schema.fbs). Texts come after all tables. A text that
 * the caller has once in memory is there once, too, however many refer to it.
 */
#include "flatbuffer.h"
#include "message.h"

/* A schema that is being written. */
typedef struct
{
  ArrowBytes *bytes;
  ArrowBytes references;        /* of Reference: to texts that do not lie there yet */
} Writer;

typedef struct
{
  size_t from;
  const char *text;
} Reference;

static void
refer (Writer * writer, size_t from, const char *text)
{
  Reference reference = { from, text };

  arrow_bytes_append (&writer->references, &reference, sizeof reference);
}

static void
append_texts (Writer * writer)
{
  Reference *references = (Reference *) writer->references.data;
  size_t n = writer->references.size / sizeof *references;

  for (size_t i = 0; i < n; i++) {
    const char *text = references[i].text;
    if (!text)
      continue;
    size_t at = flatbuffer_string (writer->bytes, text);
    for (size_t j = i; j < n; j++) {
      if (references[j].text == text) {
        flatbuffer_link (writer->bytes, references[j].from, at);
        references[j].text = NULL;
      }
    }
  }
  writer->bytes->failed |= writer->references.failed;
  arrow_bytes_clear (&writer->references);
}

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
append_metadata (Writer * writer, const ArrowMetadata * metadata, size_t n)
{
  static const FlatbufferField fields[] = {
    FLATBUFFER_REFERENCE, FLATBUFFER_REFERENCE
  };
  size_t vector = flatbuffer_references (writer->bytes, n);

  for (size_t i = 0; i < n; i++) {
    size_t at[FLATBUFFER_MAX_FIELDS];
    size_t pair = flatbuffer_table (writer->bytes, fields, 2, at);
    flatbuffer_link (writer->bytes, vector + 4 + 4 * i, pair);
    refer (writer, at[0], metadata[i].key);
    refer (writer, at[1], metadata[i].value);
  }
  return vector;
}

static size_t append_fields (Writer * writer, const ArrowField * fields,
    size_t n);

static size_t
append_field (Writer * writer, const ArrowField * field)
{
  ArrowBytes *bytes = writer->bytes;
  /* name, nullable, type_type, type, dictionary, children, custom_metadata */
  const FlatbufferField fields[] = {
    FLATBUFFER_REFERENCE, {1, field->nullable},
    {1, type_tables[field->type->kind].type}, FLATBUFFER_REFERENCE, {0, 0},
    FLATBUFFER_REFERENCE, {field->n_metadata ? 4 : 0, 0}
  };
  size_t at[FLATBUFFER_MAX_FIELDS];
  size_t table = flatbuffer_table (bytes, fields, 7, at);

  refer (writer, at[0], field->name);
  flatbuffer_link (bytes, at[3], append_type (bytes, field->type));
  flatbuffer_link (bytes, at[5],
      append_fields (writer, field->type->fields, field->type->n_fields));
  if (field->n_metadata)
    flatbuffer_link (bytes, at[6],
        append_metadata (writer, field->metadata, field->n_metadata));
  return table;
}

static size_t
append_fields (Writer * writer, const ArrowField * fields, size_t n)
{
  size_t vector = flatbuffer_references (writer->bytes, n);

  for (size_t i = 0; i < n; i++)
    flatbuffer_link (writer->bytes, vector + 4 + 4 * i,
        append_field (writer, &fields[i]));
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
  Writer writer = {.bytes = bytes };

  flatbuffer_link (bytes, message.header,
      flatbuffer_table (bytes, table, 3, at));
  flatbuffer_link (bytes, at[1], append_fields (&writer, fields, n_fields));
  flatbuffer_link (bytes, at[2],
      append_metadata (&writer, metadata, n_metadata));
  append_texts (&writer);
  arrow_message_end (bytes, &message);
}
