/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a file: an End message with an RrdFooter, then a stream footer.
 * All but the body of the manifest's record batch is small and made in memory;
 * the body is written column by column, each a walk through the manifest.
 */
#include "footer.h"

#include <stdlib.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "message.h"
#include "protobuf.h"
#include "sha256.h"

#define CHECKSUM_SEED 7850921
#define STREAM_FOOTER_SIZE 32

typedef struct
{
  RrdWrite write;
  void *user;
  bool failed;
  XXH32_state_t checksum;
  size_t n_buffered;
  uint8_t buffered[8192];
} Output;

typedef struct
{
  const RrdManifest *manifest;
  const RrdColumn *column;
  const ArrowField *field;
  uint64_t n;                   /* entries */
  uint64_t paths_size;
  struct
  {
    size_t timeline;
    size_t component;
  } *places;                    /* of these, in each schema */
} Column;

/* --- bytes --- */

static void
flush (Output * output)
{
  XXH32_update (&output->checksum, output->buffered, output->n_buffered);
  if (!output->failed)
    output->failed = !output->write (output->user, output->buffered,
        output->n_buffered);
  output->n_buffered = 0;
}

static void
put (Output * output, const void *data, size_t size)
{
  const uint8_t *from = data;

  while (size) {
    size_t part = sizeof output->buffered - output->n_buffered;
    part = size < part ? size : part;
    memcpy (output->buffered + output->n_buffered, from, part);
    output->n_buffered += part;
    from += part;
    size -= part;
    if (output->n_buffered == sizeof output->buffered)
      flush (output);
  }
}

static void
put_u64 (Output * output, uint64_t value)
{
  uint8_t eight[8];

  arrow_store_u64 (eight, value);
  put (output, eight, sizeof eight);
}

static void
pad (Output * output, uint64_t size)
{
  static const uint8_t padding[7];

  put (output, padding, -size % 8);
}

/* --- columns --- */

static void
aim (Column * column, const RrdColumns * columns, size_t index)
{
  column->column = &columns->columns[index];
  column->field = &columns->fields[index];
  for (size_t i = 0; i < rrd_manifest_n_schemas (column->manifest); i++) {
    const RrdSchema *schema = rrd_manifest_schema (column->manifest, i);
    column->places[i].timeline =
        rrd_find_timeline (schema, column->column->timeline);
    column->places[i].component =
        rrd_find_component (schema, column->column->component);
  }
}

static bool
get_value (const Column * column, const RrdEntry * entry, uint64_t * value)
{
  *value = 0;
  return column->column->value (entry,
      column->places[entry->schema_index].timeline,
      column->places[entry->schema_index].component, value);
}

static uint64_t
count_nulls (const Column * column)
{
  RrdCursor cursor = { 0 };
  RrdEntry entry;
  uint64_t n = 0, ignored;

  if (column->field->nullable)
    while (rrd_manifest_next (column->manifest, &cursor, &entry))
      n += !get_value (column, &entry, &ignored);
  return n;
}

#define MAX_BUFFERS 3

/* Sizes of validity, then offsets or values, then texts. Returns how many. */
static size_t
buffer_sizes (const Column * column, uint64_t sizes[MAX_BUFFERS])
{
  const ArrowType *type = column->field->type;
  uint64_t bits = (column->n + 7) / 8;

  sizes[0] = column->field->nullable ? bits : 0;
  sizes[1] = type->kind == ARROW_BOOL ? bits
      : type->kind == ARROW_UTF8 ? 4 * (column->n + 1)
      : column->n * arrow_type_width (type);
  sizes[2] = column->paths_size;
  return type->kind == ARROW_UTF8 ? 3 : 2;
}

/* A bit an entry: whether it has a value, or its value. */
static void
put_bits (Output * output, const Column * column, bool of_validity)
{
  RrdCursor cursor = { 0 };
  RrdEntry entry;
  uint8_t bits = 0;

  for (uint64_t i = 0; rrd_manifest_next (column->manifest, &cursor, &entry);) {
    uint64_t bit;
    bool valid = get_value (column, &entry, &bit);
    bits |= (uint8_t) ((of_validity ? valid : bit) << i % 8);
    if (++i % 8 == 0 || i == column->n) {
      put (output, &bits, 1);
      bits = 0;
    }
  }
}

static void
put_numbers (Output * output, const Column * column)
{
  RrdCursor cursor = { 0 };
  RrdEntry entry;
  uint64_t number;

  while (rrd_manifest_next (column->manifest, &cursor, &entry)) {
    get_value (column, &entry, &number);
    put_u64 (output, number);
  }
}

static void
put_ids (Output * output, const Column * column)
{
  RrdCursor cursor = { 0 };
  RrdEntry entry;

  while (rrd_manifest_next (column->manifest, &cursor, &entry)) {
    uint8_t id[16];
    for (int i = 0; i < 8; i++) {
      id[i] = (uint8_t) (entry.id.time_ns >> (56 - 8 * i));
      id[8 + i] = (uint8_t) (entry.id.inc >> (56 - 8 * i));
    }
    put (output, id, sizeof id);
  }
}

static void
put_path_offsets (Output * output, const Column * column)
{
  RrdCursor cursor = { 0 };
  RrdEntry entry;
  uint32_t offset = 0;
  uint8_t four[4] = { 0 };

  put (output, four, sizeof four);
  while (rrd_manifest_next (column->manifest, &cursor, &entry)) {
    offset += (uint32_t) strlen (entry.schema->entity_path);
    arrow_store_u32 (four, offset);
    put (output, four, sizeof four);
  }
}

static void
put_paths (Output * output, const Column * column)
{
  RrdCursor cursor = { 0 };
  RrdEntry entry;

  while (rrd_manifest_next (column->manifest, &cursor, &entry))
    put (output, entry.schema->entity_path, strlen (entry.schema->entity_path));
}

static void
put_column (Output * output, const Column * column)
{
  uint64_t sizes[MAX_BUFFERS];
  ArrowKind kind = column->field->type->kind;

  buffer_sizes (column, sizes);
  if (column->field->nullable)
    put_bits (output, column, true);
  pad (output, sizes[0]);
  if (kind == ARROW_BOOL)
    put_bits (output, column, false);
  else if (kind == ARROW_FIXED_SIZE_BINARY)
    put_ids (output, column);
  else if (kind == ARROW_UTF8)
    put_path_offsets (output, column);
  else
    put_numbers (output, column);
  pad (output, sizes[1]);
  if (kind == ARROW_UTF8) {
    put_paths (output, column);
    pad (output, sizes[2]);
  }
}

/* --- messages --- */

/* Fills in the numbers of the record batch message at @message. Returns the
 * size of its body. */
static uint64_t
fill_batch (uint8_t * message, const ArrowBatchLayout * layout,
    Column * column, const RrdColumns * columns)
{
  uint8_t *node = message + layout->nodes;
  uint8_t *buffer = message + layout->buffers;
  uint64_t size = 0, sizes[MAX_BUFFERS];

  for (size_t i = 0; i < columns->n; i++, node += 16) {
    aim (column, columns, i);
    arrow_store_u64 (node, column->n);
    arrow_store_u64 (node + 8, count_nulls (column));
    size_t n_buffers = buffer_sizes (column, sizes);
    for (size_t j = 0; j < n_buffers; j++, buffer += 16) {
      arrow_store_u64 (buffer, size);
      arrow_store_u64 (buffer + 8, sizes[j]);
      size += (sizes[j] + 7) / 8 * 8;
    }
  }
  arrow_store_u64 (message + layout->n_rows, column->n);
  arrow_store_u64 (message + layout->body_size, size);
  return size;
}

/* Appends the manifest's schema and record batch messages; @body_size is that
 * of the body to follow. */
static bool
append_messages (ArrowBytes * messages, Column * column,
    const RrdColumns * columns, uint64_t * body_size)
{
  size_t n_nodes = 0, n_buffers = 0;
  ArrowBatchLayout layout;

  arrow_append_schema (messages, columns->fields, columns->n, NULL, 0);
  size_t batch = messages->size;
  for (size_t i = 0; i < columns->n; i++)
    arrow_type_count (columns->fields[i].type, &n_nodes, &n_buffers);
  arrow_append_batch (messages, n_nodes, n_buffers, &layout);
  if (!messages->failed)
    *body_size = fill_batch (messages->data + batch, &layout, column, columns);
  return !messages->failed;
}

/* Appends an RrdFooter up to the @size bytes of the manifest's Arrow stream,
 * which come last in it. */
static bool
append_footer_head (ArrowBytes * head, const RrdStore * store,
    const ArrowBytes * schema, uint64_t size)
{
  enum
  { MANIFESTS = 1 };
  enum
  { STORE_ID = 1, SORBET_SCHEMA = 2, SORBET_SCHEMA_SHA256 = 3, DATA = 4 };
  enum
  { ARROW_SCHEMA = 1 };
  enum
  { ENCODER_VERSION = 1, PAYLOAD = 2, COMPRESSION = 3,
    UNCOMPRESSED_SIZE = 4
  };
  enum
  { ENCODER_V0 = 1 };
  uint8_t sha256[SHA256_SIZE];
  ArrowBytes manifest = { 0 }, part = { 0 };

  rrd_sha256 (schema->data, schema->size, sha256);
  protobuf_bytes (&part, ARROW_SCHEMA, schema->data, schema->size);
  rrd_append_store_id (&manifest, STORE_ID, store);
  protobuf_bytes (&manifest, SORBET_SCHEMA, part.data, part.size);
  protobuf_bytes (&manifest, SORBET_SCHEMA_SHA256, sha256, sizeof sha256);
  part.size = 0;
  protobuf_uint (&part, ENCODER_VERSION, ENCODER_V0);
  protobuf_uint (&part, COMPRESSION, RRD_COMPRESSION_NONE);
  protobuf_uint (&part, UNCOMPRESSED_SIZE, size);
  protobuf_bytes_head (&part, PAYLOAD, size);
  protobuf_bytes_head (&manifest, DATA, part.size + size);
  arrow_bytes_append (&manifest, part.data, part.size);
  protobuf_bytes_head (head, MANIFESTS, manifest.size + size);
  arrow_bytes_append (head, manifest.data, manifest.size);
  head->failed |= manifest.failed || part.failed;
  arrow_bytes_clear (&manifest);
  arrow_bytes_clear (&part);
  return !head->failed;
}

static void
put_stream_footer (Output * output, uint64_t offset, uint64_t size)
{
  uint8_t footer[STREAM_FOOTER_SIZE];

  arrow_store_u64 (footer, offset);
  arrow_store_u64 (footer + 8, size);
  arrow_store_u32 (footer + 16, XXH32_digest (&output->checksum));
  memcpy (footer + 20, "RRF2FOOT", 8);
  arrow_store_u32 (footer + 28, 1);
  put (output, footer, sizeof footer);
}

static void
put_all (Output * output, uint64_t offset, const ArrowBytes * head,
    const ArrowBytes * messages, uint64_t body_size, Column * column,
    const RrdColumns * columns)
{
  uint64_t size = head->size + messages->size + body_size + ARROW_END_SIZE;
  uint8_t header[RRD_MESSAGE_HEADER_SIZE];

  rrd_file_message_header (RRD_MESSAGE_END, size, header);
  put (output, header, sizeof header);
  flush (output);
  XXH32_reset (&output->checksum, CHECKSUM_SEED);
  put (output, head->data, head->size);
  put (output, messages->data, messages->size);
  for (size_t i = 0; i < columns->n; i++) {
    aim (column, columns, i);
    put_column (output, column);
  }
  put (output, arrow_end, ARROW_END_SIZE);
  flush (output);
  put_stream_footer (output, offset + RRD_MESSAGE_HEADER_SIZE, size);
  flush (output);
}

static uint64_t
measure_paths (const RrdManifest * manifest)
{
  uint64_t size = 0;

  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++)
    size += rrd_manifest_schema_entries (manifest, i)
        * strlen (rrd_manifest_schema (manifest, i)->entity_path);
  return size;
}

static RrdResult
write_footer (Output * output, const RrdManifest * manifest,
    const RrdStore * store, uint64_t offset)
{
  Column column = {
    .manifest = manifest,
    .n = rrd_manifest_n_entries (manifest),
    .paths_size = measure_paths (manifest),
    .places = malloc (rrd_manifest_n_schemas (manifest)
        * sizeof *column.places),
  };
  RrdColumns columns = { 0 };
  ArrowBytes schema = { 0 }, messages = { 0 }, head = { 0 };
  uint64_t body_size = 0;
  RrdResult result = RRD_OK;

  if (column.paths_size > INT32_MAX)
    result = RRD_TOO_LARGE;
  else if (!column.places || !rrd_columns_init (&columns, manifest)
      || !rrd_append_recording_schema (&schema, manifest)
      || !append_messages (&messages, &column, &columns, &body_size)
      || !append_footer_head (&head, store, &schema,
          messages.size + body_size + ARROW_END_SIZE))
    result = RRD_NO_MEMORY;
  else
    put_all (output, offset, &head, &messages, body_size, &column, &columns);

  arrow_bytes_clear (&schema);
  arrow_bytes_clear (&messages);
  arrow_bytes_clear (&head);
  rrd_columns_clear (&columns);
  free (column.places);
  return result;
}

RrdResult
rrd_manifest_write (const RrdManifest * manifest, const RrdStore * store,
    uint64_t offset, RrdWrite write, void *user)
{
  Output output = {.write = write,.user = user };
  uint8_t header[RRD_MESSAGE_HEADER_SIZE];
  RrdResult result = RRD_OK;

  if (rrd_manifest_n_entries (manifest) > 0)
    result = write_footer (&output, manifest, store, offset);
  else {
    rrd_file_message_header (RRD_MESSAGE_END, 0, header);
    put (&output, header, sizeof header);
    flush (&output);
  }
  return result == RRD_OK && output.failed ? RRD_WRITE_FAILED : result;
}
