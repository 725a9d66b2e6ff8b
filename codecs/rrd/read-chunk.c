/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows of a chunk, read. Source: crates/store/re_sorbet/src/{sorbet_schema,
 * chunk_schema,column_kind,index_column_descriptor,component_column_descriptor}.rs.
 */
#include <stdlib.h>
#include <string.h>

#include "read-message.h"

typedef struct
{
  RrdChunkView *view;
  const uint8_t *start;         /* of the Arrow stream, for errors */
  RrdReadError *error;
} Reader;

/* --- the chunk --- */

/* The first one that is written since Rerun 0.24. */
static bool
check_version (const Reader * reader, ArrowSpan version)
{
  const uint8_t *text = version.data;

  if (version.size >= 4 && text[0] == '0' && text[1] == '.' && text[2] > '0'
      && text[2] <= '9')
    return true;
  if (version.size >= 2 && text[0] == '0' && text[1] == '.')
    return arrow_refuse (reader->error, (uint64_t) (text - reader->start),
        "a chunk of an old Rerun (sorbet %.*s): convert the recording with "
        "`rerun rrd migrate`", ARROW_PRINT (version));
  return arrow_refuse (reader->error, (uint64_t) (text - reader->start),
      "a chunk of sorbet %.*s, which is newer than this reader knows (0.1)",
      ARROW_PRINT (version));
}

static int
hex_digit (uint8_t c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
      : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "chunk_" and 32 digits. */
static bool
read_id (const Reader * reader, ArrowSpan text, RrdTuid * id)
{
  uint64_t halves[2] = { 0, 0 };
  bool ok = text.size == 38 && memcmp (text.data, "chunk_", 6) == 0;

  for (size_t i = 0; ok && i < 32; i++) {
    int digit = hex_digit (text.data[6 + i]);
    ok = digit >= 0;
    halves[i / 16] = halves[i / 16] << 4 | (uint64_t) digit;
  }
  *id = (RrdTuid) { halves[0], halves[1] };
  return ok || arrow_refuse (reader->error,
      (uint64_t) (text.data - reader->start), "%.*s is no id of a chunk",
      ARROW_PRINT (text));
}

static bool
read_metadata (const Reader * reader)
{
  RrdChunkView *view = reader->view;
  const ArrowKeyValues *metadata = &view->table.metadata;
  ArrowSpan text;

  if (!arrow_find_value (metadata, "sorbet:version", &text))
    return arrow_refuse (reader->error, 0, "a chunk of an old Rerun, or none: "
        "convert the recording with `rerun rrd migrate`");
  if (!check_version (reader, text))
    return false;
  if (!arrow_find_value (metadata, "rerun:entity_path", &view->entity_path))
    return arrow_refuse (reader->error, 0, "a chunk without an entity path");
  if (!arrow_find_value (metadata, "rerun:id", &text))
    return arrow_refuse (reader->error, 0, "a chunk without an id");
  return read_id (reader, text, &view->id);
}

/* --- columns --- */

static bool
refuse (const Reader * reader, const ArrowColumn * column, const char *what)
{
  return arrow_refuse (reader->error,
      (uint64_t) (column->name.data - reader->start), "column %.*s: %s",
      ARROW_PRINT (column->name), what);
}

static bool
add_row_ids (const Reader * reader, const ArrowColumn * column)
{
  if (column->type != ARROW_TYPE_FIXED_SIZE_BINARY || column->width != 16
      || column->n_nulls > 0)
    return refuse (reader, column, "these are no row ids");
  reader->view->row_ids = column;
  return true;
}

static bool
add_timeline (const Reader * reader, const ArrowColumn * column)
{
  RrdTimeColumn *timeline = &reader->view->timelines[reader->view->n_timelines];
  bool is_ns = column->unit == ARROW_NANOSECOND;

  timeline->times = column;
  if (!arrow_find_value (&column->metadata, "rerun:index_name",
          &timeline->name))
    timeline->name = column->name;
  if (column->type == ARROW_TYPE_INT && column->is_signed && column->width == 8)
    timeline->kind = RRD_SEQUENCE;
  else if (column->type == ARROW_TYPE_DURATION && is_ns)
    timeline->kind = RRD_DURATION;
  else if (column->type == ARROW_TYPE_TIMESTAMP && is_ns)
    timeline->kind = RRD_TIMESTAMP;
  else
    return refuse (reader, column, "a timeline is Int64, Duration(ns) or "
        "Timestamp(ns)");
  reader->view->n_timelines++;
  return true;
}

static bool
add_component (const Reader * reader, const ArrowColumn * column)
{
  RrdComponentColumn *component =
      &reader->view->components[reader->view->n_components++];
  ArrowSpan key, value;

  *component = (RrdComponentColumn) { .name = column->name,.rows = column };
  for (size_t i = 0; i < column->metadata.n; i++) {
    arrow_key_value (&column->metadata, i, &key, &value);
    if (arrow_span_is (key, "rerun:archetype"))
      component->archetype = value;
    else if (arrow_span_is (key, "rerun:component") && value.size)
      component->name = value;
    else if (arrow_span_is (key, "rerun:component_type"))
      component->type_name = value;
  }
  return true;
}

static bool
add_column (const Reader * reader, const ArrowColumn * column)
{
  ArrowSpan kind;

  if (!arrow_find_value (&column->metadata, "rerun:kind", &kind)
      || arrow_span_is (kind, "data") || arrow_span_is (kind, "component"))
    return add_component (reader, column);
  if (arrow_span_is (kind, "index") || arrow_span_is (kind, "time"))
    return add_timeline (reader, column);
  if (arrow_span_is (kind, "control") || arrow_span_is (kind, "row_id"))
    return add_row_ids (reader, column);
  return refuse (reader, column, "of an unknown kind");
}

/* Room for as many of each as there are columns. */
static bool
reserve (RrdChunkView * view)
{
  size_t n = view->table.n_columns;

  if (n <= view->capacity)
    return true;
  free (view->timelines);
  free (view->components);
  view->timelines = malloc (n * sizeof *view->timelines);
  view->components = malloc (n * sizeof *view->components);
  view->capacity = view->timelines && view->components ? n : 0;
  return view->capacity > 0;
}

static bool
read_columns (const Reader * reader)
{
  RrdChunkView *view = reader->view;
  const ArrowColumn *column = view->table.columns;

  if (!reserve (view))
    return arrow_refuse (reader->error, 0, "out of memory");
  for (size_t i = 0; i < view->table.n_columns; i++) {
    if (!add_column (reader, column))
      return false;
    column = arrow_next_column (column);
  }
  if (!view->row_ids)
    return arrow_refuse (reader->error, 0, "a chunk without row ids");
  view->n_rows = view->table.n_rows;
  return true;
}

static void
empty (RrdChunkView * view)
{
  view->n_rows = view->n_timelines = view->n_components = 0;
  view->row_ids = NULL;
  view->entity_path = (ArrowSpan) { NULL, 0 };
}

bool
rrd_chunk_view_read (RrdChunkView * view, const void *arrow, size_t size,
    RrdReadError * error)
{
  const Reader reader = { view, arrow, error };

  empty (view);
  if (arrow_table_read (&view->table, arrow, size, error)
      && read_metadata (&reader) && read_columns (&reader))
    return true;
  empty (view);
  return false;
}

void
rrd_chunk_view_clear (RrdChunkView * view)
{
  arrow_table_clear (&view->table);
  free (view->timelines);
  free (view->components);
  *view = (RrdChunkView) { 0 };
}

/* --- rows --- */

RrdTuid
rrd_chunk_view_row_id (const RrdChunkView * view, size_t row)
{
  return rrd_load_tuid (arrow_values (view->row_ids, row, 1).data);
}

bool
rrd_time_column_get (const RrdTimeColumn * column, size_t row, int64_t * time)
{
  if (!arrow_is_valid (column->times, row))
    return false;
  *time = arrow_int (column->times, row);
  return true;
}
