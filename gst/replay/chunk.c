/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A chunk in memory, and its rows in the order of one timeline. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/chunk.h"

#include <stdlib.h>
#include <string.h>

#include "arrow/read-error.h"

/* A picture that waits in a queue holds no more memory than so many times its size: an
 * SDK may have all of a recording in one chunk. */
#define HELD_MAX 4

/* --- the recording that is played --- */

void
replay_store_init (ReplayStore * self, const gchar * wanted)
{
  memset (self, 0, sizeof *self);
  self->wanted = wanted;
  self->others = g_ptr_array_new_with_free_func (g_free);
}

void
replay_store_clear (ReplayStore * self)
{
  g_clear_pointer (&self->application_id, g_free);
  g_clear_pointer (&self->recording_id, g_free);
  g_clear_pointer (&self->others, g_ptr_array_unref);
}

static gchar *
copy_text (ArrowSpan text)
{
  return g_strndup ((const gchar *) text.data, text.size);
}

gchar *
replay_text (ArrowSpan text)
{
  return text.size > 0 ? g_utf8_make_valid ((const gchar *) text.data,
      text.size) : g_strdup ("");
}

static void
note_other (ReplayStore * self, ArrowSpan recording_id)
{
  for (guint i = 0; i < self->others->len; i++) {
    if (arrow_span_is (recording_id, self->others->pdata[i]))
      return;
  }
  g_ptr_array_add (self->others, replay_text (recording_id));
}

gboolean
replay_store_is (ReplayStore * self, const RrdStoreId * store)
{
  if (store->kind == RRD_STORE_BLUEPRINT)
    return FALSE;
  if (self->is_known)
    return arrow_span_is (store->application_id, self->application_id)
        && arrow_span_is (store->recording_id, self->recording_id);
  note_other (self, store->recording_id);
  if (self->wanted != NULL && !arrow_span_is (store->recording_id,
          self->wanted))
    return FALSE;
  self->application_id = copy_text (store->application_id);
  self->recording_id = copy_text (store->recording_id);
  self->is_known = TRUE;
  return TRUE;
}

/* --- a chunk --- */

/* @message's bytes lie in @payload, from @offset on. */
static GstBuffer *
take_arrow (GstBuffer * payload, const RrdChunkMessage * message, gsize offset,
    RrdReadError * error)
{
  GstBuffer *arrow = NULL;

  if (message->compression == RRD_COMPRESSION_NONE) {
    arrow = gst_buffer_copy_region (payload, GST_BUFFER_COPY_MEMORY, offset,
        message->payload.size);
  } else {
    guint8 *memory = g_try_malloc (MAX (message->size, 1));

    if (memory == NULL)
      arrow_refuse (error, 0, "no memory for a chunk of %zu bytes",
          message->size);
    else if (rrd_chunk_message_decompress (message, memory, error))
      arrow = gst_buffer_new_wrapped (memory, message->size);
    else
      g_free (memory);
  }
  gst_buffer_unref (payload);
  return arrow;
}

/* Returns: %FALSE if a component has values that cannot be read */
static gboolean
find_components (ReplayChunk * self, RrdReadError * error)
{
  for (guint i = 0; i < REPLAY_N_COMPONENTS; i++) {
    if (!rrd_chunk_view_find (&self->view, replay_components[i],
            &self->values[i], error))
      return FALSE;
    if (self->values[i].rows != NULL)
      self->components |= REPLAY_BIT (i);
  }
  return TRUE;
}

ReplayChunk *
replay_chunk_new (GstBuffer * payload, const RrdChunkMessage * message,
    gsize offset, RrdReadError * error)
{
  GstBuffer *arrow = take_arrow (payload, message, offset, error);
  ReplayChunk *self;

  if (arrow == NULL)
    return NULL;
  self = g_new0 (ReplayChunk, 1);
  self->references = 1;
  self->arrow = arrow;
  if (!gst_buffer_map (arrow, &self->map, GST_MAP_READ)) {
    arrow_refuse (error, 0, "a chunk of %zu bytes cannot be mapped",
        message->size);
    gst_clear_buffer (&self->arrow);
  } else if (rrd_chunk_view_read (&self->view, self->map.data, self->map.size,
          error) && find_components (self, error)) {
    return self;
  }
  replay_chunk_unref (self);
  return NULL;
}

ReplayChunk *
replay_chunk_ref (ReplayChunk * self)
{
  self->references++;
  return self;
}

void
replay_chunk_unref (ReplayChunk * self)
{
  if (--self->references > 0)
    return;
  rrd_chunk_view_clear (&self->view);
  if (self->arrow != NULL) {
    gst_buffer_unmap (self->arrow, &self->map);
    gst_buffer_unref (self->arrow);
  }
  g_free (self->rows);
  g_free (self);
}

gsize
replay_chunk_get_size (const ReplayChunk * self)
{
  const RrdChunkView *view = &self->view;

  return sizeof *self + self->map.size + self->n_rows * sizeof (ReplayRow)
      + view->table.capacity * sizeof *view->table.columns
      + view->capacity * (sizeof *view->timelines + sizeof *view->components);
}

/* --- rows --- */

gint
replay_row_compare (gconstpointer a, gconstpointer b)
{
  const ReplayRow *x = a, *y = b;

  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  if (x->has_picture != y->has_picture)
    return x->has_picture ? 1 : -1;
  if (x->id.time_ns != y->id.time_ns)
    return x->id.time_ns < y->id.time_ns ? -1 : 1;
  if (x->id.inc != y->id.inc)
    return x->id.inc < y->id.inc ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static gboolean
has_picture (const ReplayChunk * self, guint row)
{
  gsize first, n;

  for (guint i = 0; i < REPLAY_N_ARCHETYPES; i++) {
    if (replay_chunk_has (self, replay_archetypes[i].picture, row, &first, &n)
        && n > 0)
      return TRUE;
  }
  return FALSE;
}

const RrdTimeColumn *
replay_chunk_find_timeline (const ReplayChunk * self, const gchar * timeline)
{
  for (gsize i = 0; i < self->view.n_timelines; i++) {
    if (arrow_span_is (self->view.timelines[i].name, timeline))
      return &self->view.timelines[i];
  }
  return NULL;
}

void
replay_chunk_use_timeline (ReplayChunk * self, const gchar * timeline)
{
  const RrdTimeColumn *times = timeline != NULL ?
      replay_chunk_find_timeline (self, timeline) : NULL;
  guint n = self->view.n_rows;

  g_free (self->rows);
  self->rows = g_new (ReplayRow, n);
  self->n_rows = 0;
  for (guint row = 0; row < n; row++) {
    ReplayRow *next = &self->rows[self->n_rows];
    int64_t time = 0;

    if (timeline != NULL && (times == NULL
            || !rrd_time_column_get (times, row, &time)))
      continue;
    next->time = time;
    next->id = rrd_chunk_view_row_id (&self->view, row);
    next->row = row;
    next->has_picture = has_picture (self, row);
    self->n_rows++;
  }
  self->untimed = n - self->n_rows;
  if (self->n_rows > 1)
    qsort (self->rows, self->n_rows, sizeof *self->rows, replay_row_compare);
}

gboolean
replay_chunk_has (const ReplayChunk * self, ReplayComponent component,
    guint row, gsize * first, gsize * n)
{
  return (self->components & REPLAY_BIT (component))
      && rrd_values_row (&self->values[component], row, first, n);
}

ArrowSpan
replay_chunk_get (const ReplayChunk * self, ReplayComponent component,
    gsize index, guint8 own[RRD_VALUE_SIZE_MAX])
{
  return rrd_values_get (&self->values[component], index, own);
}

GstBuffer *
replay_chunk_share (const ReplayChunk * self, ArrowSpan bytes)
{
  GstBuffer *buffer;

  if (bytes.size >= self->map.size / HELD_MAX)
    return gst_buffer_copy_region (self->arrow, GST_BUFFER_COPY_MEMORY,
        bytes.data - self->map.data, bytes.size);
  buffer = gst_buffer_new_allocate (NULL, bytes.size, NULL);
  if (buffer != NULL)
    gst_buffer_fill (buffer, 0, bytes.data, bytes.size);
  return buffer;
}
