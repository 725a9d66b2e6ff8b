/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints what codecs/rrd reads of a recording, for comparison with what Rerun's
 * own tools say: read-recording FILE.rrd
 *
 * A line of JSON each stream header, recording, chunk, index and chunk of an
 * index; the last line says how the file ends. Lists of bytes, and binary values,
 * are "hex:..."; times are integers; what is not read is "opaque".
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rrd/read.h"

/* --- JSON --- */

static void
put_text (ArrowSpan text)
{
  putchar ('"');
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] < ' ' || text.data[i] == '"' || text.data[i] == '\\')
      printf ("\\u%04x", text.data[i]);
    else
      putchar (text.data[i]);
  }
  putchar ('"');
}

static void
put_key (const char *before, const char *key)
{
  printf ("%s\"%s\": ", before, key);
}

static void
put_hex (ArrowSpan bytes)
{
  printf ("\"hex:");
  for (size_t i = 0; i < bytes.size; i++)
    printf ("%02x", bytes.data[i]);
  printf ("\"");
}

static void
put_float (double value)
{
  if (isfinite (value))
    printf ("%.17g", value);
  else
    printf ("\"%s\"", isnan (value) ? "nan" : value > 0 ? "inf" : "-inf");
}

static void
put_tuid (RrdTuid id)
{
  printf ("\"%016" PRIx64 "%016" PRIx64 "\"", id.time_ns, id.inc);
}

static void
put_error (const RrdReadError * error)
{
  printf ("\"what\": ");
  put_text ((ArrowSpan) {
      (const uint8_t *) error->what, strlen (error->what)});
  printf (", \"offset\": %" PRIu64, error->offset);
}

static void put_value (const ArrowColumn * column, size_t i);

static bool
is_bytes (const ArrowColumn * items)
{
  return items->type == ARROW_TYPE_INT && items->width == 1
      && !items->is_signed && items->n_nulls == 0;
}

static void
put_list (const ArrowColumn * column, size_t i)
{
  const ArrowColumn *items = arrow_child (column, 0);
  size_t first, n;

  arrow_list (column, i, &first, &n);
  if (is_bytes (items)) {
    put_hex (arrow_values (items, first, n));
    return;
  }
  putchar ('[');
  for (size_t j = 0; j < n; j++) {
    printf (j ? ", " : "");
    put_value (items, first + j);
  }
  putchar (']');
}

static void
put_struct (const ArrowColumn * column, size_t i)
{
  const ArrowColumn *field = column + 1;

  putchar ('{');
  for (size_t j = 0; j < column->n_children; j++) {
    printf (j ? ", " : "");
    put_text (field->name);
    printf (": ");
    put_value (field, i);
    field = arrow_next_column (field);
  }
  putchar ('}');
}

static void
put_value (const ArrowColumn * column, size_t i)
{
  if (!arrow_is_valid (column, i)) {
    printf ("null");
    return;
  }
  switch (column->type) {
    case ARROW_TYPE_INT:
      if (column->is_signed)
        printf ("%" PRId64, arrow_int (column, i));
      else
        printf ("%" PRIu64, arrow_uint (column, i));
      break;
    case ARROW_TYPE_DATE:
    case ARROW_TYPE_TIME:
    case ARROW_TYPE_TIMESTAMP:
    case ARROW_TYPE_DURATION:
      printf ("%" PRId64, arrow_int (column, i));
      break;
    case ARROW_TYPE_FLOAT:
      put_float (arrow_float (column, i));
      break;
    case ARROW_TYPE_BOOL:
      printf (arrow_bool (column, i) ? "true" : "false");
      break;
    case ARROW_TYPE_UTF8:
    case ARROW_TYPE_LARGE_UTF8:
    case ARROW_TYPE_UTF8_VIEW:
      put_text (arrow_bytes (column, i));
      break;
    case ARROW_TYPE_BINARY:
    case ARROW_TYPE_LARGE_BINARY:
    case ARROW_TYPE_BINARY_VIEW:
    case ARROW_TYPE_FIXED_SIZE_BINARY:
      put_hex (arrow_bytes (column, i));
      break;
    case ARROW_TYPE_DECIMAL:
    case ARROW_TYPE_INTERVAL:
      put_hex (arrow_values (column, i, 1));
      break;
    case ARROW_TYPE_LIST:
    case ARROW_TYPE_LARGE_LIST:
    case ARROW_TYPE_FIXED_SIZE_LIST:
    case ARROW_TYPE_MAP:
      put_list (column, i);
      break;
    case ARROW_TYPE_STRUCT:
      put_struct (column, i);
      break;
    default:
      printf ("\"opaque\"");
  }
}

/* --- chunks --- */

static const char *const time_kinds[] = {
  [RRD_SEQUENCE] = "sequence",
  [RRD_DURATION] = "duration",
  [RRD_TIMESTAMP] = "timestamp"
};

static void
put_store (const RrdStoreId * store)
{
  put_key ("{", "kind");
  printf ("%d", store->kind);
  put_key (", ", "application_id");
  put_text (store->application_id);
  put_key (", ", "recording_id");
  put_text (store->recording_id);
  putchar ('}');
}

static void
put_columns (const RrdChunkView * view)
{
  put_key (", ", "timelines");
  putchar ('{');
  for (size_t i = 0; i < view->n_timelines; i++) {
    printf (i ? ", " : "");
    put_text (view->timelines[i].name);
    printf (": \"%s\"", time_kinds[view->timelines[i].kind]);
  }
  printf ("}");
  put_key (", ", "components");
  putchar ('{');
  for (size_t i = 0; i < view->n_components; i++) {
    printf (i ? ", " : "");
    put_text (view->components[i].name);
    printf (": [");
    put_text (view->components[i].archetype);
    printf (", ");
    put_text (view->components[i].type_name);
    printf ("]");
  }
  printf ("}");
}

static void
put_row (const RrdChunkView * view, size_t row)
{
  int64_t time;

  put_key ("{", "id");
  put_tuid (rrd_chunk_view_row_id (view, row));
  for (size_t i = 0; i < view->n_timelines; i++) {
    printf (", ");
    put_text (view->timelines[i].name);
    if (rrd_time_column_get (&view->timelines[i], row, &time))
      printf (": %" PRId64, time);
    else
      printf (": null");
  }
  for (size_t i = 0; i < view->n_components; i++) {
    printf (", ");
    put_text (view->components[i].name);
    printf (": ");
    put_value (view->components[i].rows, row);
  }
  putchar ('}');
}

static void
put_chunk (const RrdEvent * event, RrdChunkView * view)
{
  const RrdChunkMessage *message = &event->chunk;
  const void *arrow = message->payload.data;
  void *memory = NULL;
  RrdReadError error;
  bool ok = true;

  if (message->compression == RRD_COMPRESSION_LZ4) {
    arrow = memory = malloc (message->size + 1);
    ok = rrd_chunk_message_decompress (message, memory, &error);
  }
  ok = ok && rrd_chunk_view_read (view, arrow, message->size, &error);
  put_key ("{", "chunk");
  printf ("%" PRIu64, event->offset);
  if (ok) {
    put_key (", ", "store");
    put_store (&message->store);
    put_key (", ", "entity");
    put_text (view->entity_path);
    put_key (", ", "id");
    put_tuid (view->id);
    put_columns (view);
    put_key (", ", "rows");
    for (size_t row = 0; row < view->n_rows; row++) {
      printf (row ? ", " : "[");
      put_row (view, row);
    }
    printf (view->n_rows ? "]}\n" : "[]}\n");
  } else {
    printf (", ");
    put_error (&error);
    printf ("}\n");
  }
  free (memory);
}

static bool
put_event (const RrdEvent * event, const RrdScan * scan, RrdChunkView * view)
{
  switch (event->kind) {
    case RRD_EVENT_STREAM_HEADER:
      printf ("{\"version\": [%d, %d, %d, %d]}\n", event->version[0],
          event->version[1], event->version[2], event->version[3]);
      return true;
    case RRD_EVENT_STORE_INFO:
      put_key ("{", "store_info");
      put_store (&event->store);
      printf ("}\n");
      return true;
    case RRD_EVENT_CHUNK:
      put_chunk (event, view);
      return true;
    case RRD_EVENT_BAD_MESSAGE:
      put_key ("{", "bad_message");
      printf ("true, ");
      put_error (&event->error);
      printf ("}\n");
      return true;
    case RRD_EVENT_DONE:
      printf ("{\"done\": true, \"closed\": %s}\n",
          scan->is_closed ? "true" : "false");
      return false;
    case RRD_EVENT_BAD_STREAM:
    case RRD_EVENT_CUT_OFF:
      printf ("{\"done\": false, ");
      put_error (&event->error);
      printf ("}\n");
      return false;
    default:
      return true;
  }
}

/* The whole file, in pieces that are as large as the next message. */
static void
put_stream (FILE * file)
{
  ArrowBytes bytes = { 0 };
  RrdChunkView view = { 0 };
  RrdScan scan = { 0 };
  RrdEvent event;
  size_t taken = 0;
  bool at_end = false, go_on = true;

  while (go_on) {
    memmove (bytes.data, bytes.data + taken, bytes.size - taken);
    bytes.size -= taken;
    taken = rrd_scan_next (&scan, bytes.data, bytes.size, at_end, &event);
    if (event.kind != RRD_EVENT_MORE) {
      go_on = put_event (&event, &scan, &view);
      continue;
    }
    uint8_t piece[65536];
    size_t wants = scan.wants - bytes.size;
    size_t n = fread (piece, 1, wants < sizeof piece ? wants : sizeof piece,
        file);
    arrow_bytes_append (&bytes, piece, n);
    at_end = n == 0;
  }
  rrd_chunk_view_clear (&view);
  arrow_bytes_clear (&bytes);
}

/* --- the index --- */

static void
put_index_chunk (RrdIndex * index, uint64_t i)
{
  RrdIndexChunk chunk;
  RrdReadError error;
  RrdComponentColumn component;
  RrdIndexKey key;
  ArrowSpan name;
  RrdTimeKind kind;
  int64_t range[2];
  char timeline[256], component_name[256];

  put_key ("{", "index_chunk");
  if (!rrd_index_chunk (index, i, &chunk, &error)) {
    printf ("null, ");
    put_error (&error);
    printf ("}\n");
    return;
  }
  put_tuid (chunk.id);
  put_key (", ", "entity");
  put_text (chunk.entity_path);
  printf (", \"static\": %s, \"n_rows\": %" PRIu64 ", \"offset\": %" PRIu64
      ", \"size\": %" PRIu64 ", \"uncompressed_size\": %" PRIu64,
      chunk.is_static ? "true" : "false", chunk.n_rows, chunk.offset,
      chunk.size, chunk.uncompressed_size);
  for (size_t c = 0; rrd_index_component (index, c, &component); c++) {
    snprintf (component_name, sizeof component_name, "%.*s",
        (int) component.name.size, (const char *) component.name.data);
    if (rrd_index_find (index, NULL, component_name, &key)
        && rrd_index_rows (index, &key, i))
      printf (", \"static %s\": true", component_name);
  }
  for (size_t t = 0; rrd_index_timeline (index, t, &name, &kind); t++) {
    snprintf (timeline, sizeof timeline, "%.*s", (int) name.size,
        (const char *) name.data);
    if (rrd_index_find (index, timeline, NULL, &key)
        && rrd_index_range (index, &key, i, range))
      printf (", \"%s\": [%" PRId64 ", %" PRId64 ", %" PRIu64 "]", timeline,
          range[0], range[1], rrd_index_rows (index, &key, i));
    for (size_t c = 0; rrd_index_component (index, c, &component); c++) {
      snprintf (component_name, sizeof component_name, "%.*s",
          (int) component.name.size, (const char *) component.name.data);
      if (rrd_index_find (index, timeline, component_name, &key)
          && rrd_index_range (index, &key, i, range))
        printf (", \"%s %s\": [%" PRId64 ", %" PRId64 ", %" PRIu64 "]",
            timeline, component_name, range[0], range[1],
            rrd_index_rows (index, &key, i));
    }
  }
  printf ("}\n");
}

static void
put_index (RrdIndex * index)
{
  ArrowSpan name;
  RrdTimeKind kind;

  put_key ("{", "index");
  put_store (rrd_index_store (index));
  put_key (", ", "timelines");
  putchar ('{');
  for (size_t i = 0; rrd_index_timeline (index, i, &name, &kind); i++) {
    printf (i ? ", " : "");
    put_text (name);
    printf (": \"%s\"", time_kinds[kind]);
  }
  printf ("}}\n");
  for (uint64_t i = 0; i < rrd_index_n_chunks (index); i++)
    put_index_chunk (index, i);
}

static bool
read_at (void *user, uint64_t offset, void *data, size_t size)
{
  return fseeko (user, (off_t) offset, SEEK_SET) == 0
      && fread (data, 1, size, user) == size;
}

static void
put_footer (FILE * file)
{
  RrdFooter *footer;
  RrdReadError error;

  fseeko (file, 0, SEEK_END);
  switch (rrd_footer_read ((uint64_t) ftello (file), read_at, file, &footer,
          &error)) {
    case RRD_FOOTER_OK:
      for (size_t i = 0; i < rrd_footer_n_indexes (footer); i++)
        put_index (rrd_footer_index (footer, i));
      break;
    case RRD_FOOTER_NONE:
      printf ("{\"footer\": null}\n");
      break;
    case RRD_FOOTER_BAD:
      put_key ("{", "footer");
      printf ("false, ");
      put_error (&error);
      printf ("}\n");
  }
  rrd_footer_free (footer);
}

int
main (int argc, char **argv)
{
  FILE *file = argc == 2 ? fopen (argv[1], "rb") : NULL;

  if (!file) {
    fprintf (stderr, "usage: read-recording FILE.rrd\n");
    return 1;
  }
  put_footer (file);
  rewind (file);
  put_stream (file);
  fclose (file);
  return 0;
}
