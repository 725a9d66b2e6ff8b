/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which columns an index has. Source: crates/store/re_log_encoding/src/rrd/
 * footer/raw_rrd_manifest.rs. */
#include "read-index.h"

#include <stdlib.h>
#include <string.h>

#include "arrow/read-message.h"
#include "read-message.h"

/* --- sources --- */

bool
rrd_source_read (const RrdSource * source, uint64_t at, void *to, size_t size,
    RrdReadError * error)
{
  if (at > source->size || size > source->size - at)
    return arrow_refuse (error, source->start + at,
        "the index of the recording is cut off");
  if (source->memory)
    memcpy (to, source->memory + at, size);
  else if (!source->read (source->user, source->start + at, to, size))
    return arrow_refuse (error, source->start + at,
        "the index of the recording can not be read");
  return true;
}

/* --- columns --- */

static const char *const fixed_names[RRD_INDEX_N_FIXED] = {
  [RRD_INDEX_ENTITY_PATH] = "chunk_entity_path",
  [RRD_INDEX_CHUNK_ID] = "chunk_id",
  [RRD_INDEX_IS_STATIC] = "chunk_is_static",
  [RRD_INDEX_N_ROWS] = "chunk_num_rows",
  [RRD_INDEX_OFFSET] = "chunk_byte_offset",
  [RRD_INDEX_SIZE] = "chunk_byte_size",
  [RRD_INDEX_UNCOMPRESSED_SIZE] = "chunk_byte_size_uncompressed",
};

static bool
ends_in (ArrowSpan name, const char *suffix)
{
  size_t size = strlen (suffix);

  return name.size >= size
      && memcmp (name.data + name.size - size, suffix, size) == 0;
}

static RrdIndexRole
role_of (ArrowSpan name)
{
  static const struct
  {
    const char *suffix;
    RrdIndexRole role;
  } suffixes[] = {
    {":start", RRD_INDEX_START}, {":end", RRD_INDEX_END}, {":num_rows",
        RRD_INDEX_COMPONENT_ROWS},
    {":has_static_data", RRD_INDEX_HAS_STATIC}
  };

  for (int i = RRD_INDEX_ENTITY_PATH; i < RRD_INDEX_N_FIXED; i++)
    if (arrow_span_is (name, fixed_names[i]))
      return (RrdIndexRole) i;
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
    if (ends_in (name, suffixes[i].suffix))
      return suffixes[i].role;
  return RRD_INDEX_OTHER;
}

static bool
is_type_of_role (const ArrowColumn * column, RrdIndexRole role)
{
  bool is_eight_bytes = column->width == 8 && (column->type == ARROW_TYPE_INT
      || column->type == ARROW_TYPE_TIMESTAMP
      || column->type == ARROW_TYPE_DURATION);

  switch (role) {
    case RRD_INDEX_OTHER:
      return true;
    case RRD_INDEX_ENTITY_PATH:
      return column->type == ARROW_TYPE_UTF8;
    case RRD_INDEX_CHUNK_ID:
      return column->type == ARROW_TYPE_FIXED_SIZE_BINARY
          && column->width == 16;
    case RRD_INDEX_IS_STATIC:
    case RRD_INDEX_HAS_STATIC:
      return column->type == ARROW_TYPE_BOOL;
    default:
      return is_eight_bytes;
  }
}

static bool
read_column (RrdIndex * index, size_t i, const ArrowColumn * arrow,
    RrdReadError * error)
{
  RrdIndexColumn *column = &index->columns[i];

  column->column = arrow;
  column->role = role_of (arrow->name);
  if (!is_type_of_role (arrow, column->role))
    return arrow_refuse (error, index->source.start,
        "column %.*s of the index is of another type than it should be",
        ARROW_PRINT (arrow->name));
  if (column->role < RRD_INDEX_N_FIXED)
    index->fixed[column->role] = i;
  arrow_find_value (&arrow->metadata, "rerun:index", &column->timeline);
  arrow_find_value (&arrow->metadata, "rerun:component", &column->component);
  return true;
}

static bool
read_columns (RrdIndex * index, RrdReadError * error)
{
  size_t n = index->table.n_columns;
  const ArrowColumn *column = index->table.columns;

  index->columns = calloc (n + 1, sizeof *index->columns);
  if (!index->columns)
    return arrow_refuse (error, index->source.start, "out of memory");
  for (int i = 0; i < RRD_INDEX_N_FIXED; i++)
    index->fixed[i] = n;
  for (size_t i = 0; i < n; i++) {
    if (!read_column (index, i, column, error))
      return false;
    column = arrow_next_column (column);
  }
  for (int i = RRD_INDEX_ENTITY_PATH; i < RRD_INDEX_N_FIXED; i++)
    if (index->fixed[i] == n)
      return arrow_refuse (error, index->source.start,
          "the index has no column %s", fixed_names[i]);
  return true;
}

/* --- messages --- */

/* Reads the head of the message at *at into memory, and *at to its body. */
static uint8_t *
read_head (RrdIndex * index, uint64_t * at, ArrowMessageView * message,
    RrdReadError * error)
{
  const RrdSource *source = &index->source;
  uint8_t prefix[ARROW_PREFIX_SIZE], *head = NULL;
  size_t size;

  if (!rrd_source_read (source, *at, prefix, sizeof prefix, error)
      || !arrow_read_prefix (prefix, source->start + *at, &size, error))
    return NULL;
  if (size <= source->size - *at)
    head = malloc (size);
  if (!head)
    arrow_refuse (error, source->start + *at,
        "the index has a message of %zu bytes, too many", size);
  else if (!rrd_source_read (source, *at, head, size, error)
      || !arrow_read_message (head, size, source->start + *at, message, error)) {
    free (head);
    head = NULL;
  }
  *at += size;
  return head;
}

/* The schema message is kept, for the names in it. */
static bool
read_messages (RrdIndex * index, RrdReadError * error)
{
  ArrowMessageView message;
  uint64_t at = 0;

  index->schema = read_head (index, &at, &message, error);
  if (!index->schema || !arrow_read_schema (&index->table, &message))
    return false;
  uint8_t *batch = read_head (index, &at, &message, error);
  bool ok = batch && arrow_read_batch (&index->table, &message);
  free (batch);
  index->body = at;
  return ok && (message.body_size <= index->source.size - at
      || arrow_refuse (error, index->source.start + at,
          "the index of the recording is cut off"));
}

RrdIndex *
rrd_index_new (ArrowSpan store_id, const RrdSource * stream, uint64_t end,
    RrdReadError * error)
{
  RrdIndex *index = calloc (1, sizeof *index);

  if (!index) {
    free ((void *) store_id.data);
    free (stream->memory);
    arrow_refuse (error, stream->start, "out of memory");
    return NULL;
  }
  index->store_memory = store_id;
  index->source = *stream;
  index->end = end;
  if (rrd_read_store_id (store_id, stream->start, &index->store, error)
      && read_messages (index, error) && read_columns (index, error))
    return index;
  rrd_index_free (index);
  return NULL;
}

void
rrd_index_free (RrdIndex * index)
{
  for (size_t i = 0; index->columns && i < index->table.n_columns; i++) {
    free (index->columns[i].values);
    free (index->columns[i].validity);
  }
  free (index->columns);
  free (index->paths);
  free (index->schema);
  free (index->source.memory);
  free ((void *) index->store_memory.data);
  arrow_table_clear (&index->table);
  free (index);
}

/* --- what there is --- */

const RrdStoreId *
rrd_index_store (const RrdIndex * index)
{
  return &index->store;
}

uint64_t
rrd_index_n_chunks (const RrdIndex * index)
{
  return index->table.n_rows;
}

const RrdReadError *
rrd_index_error (const RrdIndex * index)
{
  return index->failed ? &index->error : NULL;
}

static RrdTimeKind
kind_of (const ArrowColumn * column)
{
  return column->type == ARROW_TYPE_TIMESTAMP ? RRD_TIMESTAMP
      : column->type == ARROW_TYPE_DURATION ? RRD_DURATION : RRD_SEQUENCE;
}

/* Each timeline has one column of this kind. */
bool
rrd_index_timeline (const RrdIndex * index, size_t i, ArrowSpan * name,
    RrdTimeKind * kind)
{
  for (size_t c = 0; c < index->table.n_columns; c++) {
    const RrdIndexColumn *column = &index->columns[c];
    if (column->role != RRD_INDEX_START || column->component.size || i-- > 0)
      continue;
    *name = column->timeline;
    *kind = kind_of (column->column);
    return true;
  }
  return false;
}

/* And each component. */
bool
rrd_index_component (const RrdIndex * index, size_t i,
    RrdComponentColumn * component)
{
  for (size_t c = 0; c < index->table.n_columns; c++) {
    const RrdIndexColumn *column = &index->columns[c];
    const ArrowKeyValues *metadata = &column->column->metadata;
    if (column->role != RRD_INDEX_HAS_STATIC || i-- > 0)
      continue;
    *component = (RrdComponentColumn) { .name = column->component };
    arrow_find_value (metadata, "rerun:archetype", &component->archetype);
    arrow_find_value (metadata, "rerun:component_type", &component->type_name);
    return true;
  }
  return false;
}

/* --- timelines and components --- */

#define STATIC "rerun:static"

static size_t
find_column (const RrdIndex * index, RrdIndexRole role, const char *timeline,
    const char *component)
{
  for (size_t i = 0; i < index->table.n_columns; i++) {
    const RrdIndexColumn *column = &index->columns[i];
    if (column->role == role && arrow_span_is (column->timeline, timeline)
        && arrow_span_is (column->component, component))
      return i;
  }
  return SIZE_MAX;
}

bool
rrd_index_find (const RrdIndex * index, const char *timeline,
    const char *component, RrdIndexKey * key)
{
  *key = (RrdIndexKey) { SIZE_MAX, SIZE_MAX, SIZE_MAX };
  if (!timeline) {
    key->rows =
        component ? find_column (index, RRD_INDEX_HAS_STATIC, STATIC, component)
        : index->fixed[RRD_INDEX_IS_STATIC];
    return key->rows != SIZE_MAX;
  }
  key->start =
      find_column (index, RRD_INDEX_START, timeline,
      component ? component : "");
  key->end =
      find_column (index, RRD_INDEX_END, timeline, component ? component : "");
  key->rows =
      component ? find_column (index, RRD_INDEX_COMPONENT_ROWS, timeline,
      component) : index->fixed[RRD_INDEX_N_ROWS];
  return key->start != SIZE_MAX && key->end != SIZE_MAX
      && key->rows != SIZE_MAX;
}
