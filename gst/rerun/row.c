/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A row: its values, and the chunks that outputs make of it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/row.h"

#include <string.h>

static GstBuffer *
copy_buffer (GstBuffer * buffer, gchar ** why)
{
  gsize size = gst_buffer_get_size (buffer);
  guint8 *copy = g_try_malloc (MAX (size, 1));

  if (copy == NULL) {
    *why = g_strdup_printf ("no memory for a picture of %" G_GSIZE_FORMAT
        " bytes", size);
    return NULL;
  }
  gst_buffer_extract (buffer, 0, copy, size);
  return gst_buffer_new_wrapped (copy, size);
}

/* GStreamer counts the maps of a memory in eight bits; most of them are left to
 * others. */
#define MAX_MAPS 64

static GMutex maps_lock;
static GQuark maps_quark;

static guint
change_maps (GstMemory * memory, gint change)
{
  GstMiniObject *object = GST_MINI_OBJECT_CAST (memory);
  guint n;

  if (object == NULL)           /* an empty buffer's */
    return 0;
  g_mutex_lock (&maps_lock);
  if (maps_quark == 0)
    maps_quark = g_quark_from_static_string ("rerunsink-maps");
  n = change + GPOINTER_TO_UINT (gst_mini_object_get_qdata (object,
          maps_quark));
  if (change != 0)
    gst_mini_object_set_qdata (object, maps_quark, GUINT_TO_POINTER (n), NULL);
  g_mutex_unlock (&maps_lock);
  return n;
}

gboolean
rerun_mapped_is_full (GstBuffer * buffer)
{
  return gst_buffer_n_memory (buffer) == 1
      && change_maps (gst_buffer_peek_memory (buffer, 0), 0) >= MAX_MAPS;
}

void
rerun_mapped_hold (RerunMapped * mapped, GstBuffer * buffer,
    const GstMapInfo * map)
{
  mapped->buffer = buffer;
  mapped->map = *map;
  change_maps (map->memory, 1);
}

gboolean
rerun_mapped_take (RerunMapped * mapped, GstBuffer * buffer)
{
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_buffer_unref (buffer);
    return FALSE;
  }
  rerun_mapped_hold (mapped, buffer, &map);
  return TRUE;
}

gboolean
rerun_mapped_map (RerunMapped * mapped, GstBuffer * buffer, gboolean own,
    gchar ** why)
{
  GstBuffer *ours = own || rerun_mapped_is_full (buffer) ?
      copy_buffer (buffer, why) : gst_buffer_ref (buffer);

  mapped->buffer = NULL;
  if (ours == NULL)
    return FALSE;
  if (rerun_mapped_take (mapped, ours))
    return TRUE;
  *why = g_strdup ("the frame's memory cannot be read");
  return FALSE;
}

void
rerun_mapped_unmap (RerunMapped * mapped)
{
  if (mapped->buffer == NULL)
    return;
  change_maps (mapped->map.memory, -1);
  gst_buffer_unmap (mapped->buffer, &mapped->map);
  gst_clear_buffer (&mapped->buffer);
}

static gboolean
is_within (const RrdSpan * value, const RerunMapped * mapped)
{
  const guint8 *data = value->data;

  return mapped != NULL && mapped->buffer != NULL && data >= mapped->map.data
      && data + value->size <= mapped->map.data + mapped->map.size;
}

static gsize
count_own (const RrdSpan * values, gsize n, const RerunMapped * mapped)
{
  gsize size = 0;

  for (gsize i = 0; i < n; i++)
    size += is_within (&values[i], mapped) ? 0 : values[i].size;
  return size;
}

static void
take_values (RerunRow * self, const RrdSpan * values, gsize n,
    const RerunMapped * mapped)
{
  guint8 *own = self->own;

  for (gsize i = 0; i < n; i++) {
    self->values[i] = values[i];
    self->size += values[i].size;
    if (values[i].size == 0 || is_within (&values[i], mapped))
      continue;                 /* NULL and rrd_empty stay what they are */
    self->values[i].data = memcpy (own, values[i].data, values[i].size);
    own += values[i].size;
  }
}

RerunRow *
rerun_row_new (RerunRowKind kind, RrdSchema * schema, RerunIds * ids,
    const gint64 * times, const RrdSpan * values, RerunMapped * mapped,
    RrdResult * result)
{
  gsize n_timelines = rrd_schema_n_timelines (schema);
  gsize n = rrd_schema_n_components (schema);
  RerunRow *self = g_malloc0 (sizeof *self + count_own (values, n, mapped));

  self->references = 1;
  self->kind = kind;
  self->schema = rrd_schema_ref (schema);
  self->id = rerun_ids_next (ids);
  self->chunk_id = rerun_ids_next (ids);
  self->size = sizeof *self;
  if (n_timelines > 0)
    memcpy (self->times, times, n_timelines * sizeof *times);
  take_values (self, values, n, mapped);
  if (mapped != NULL) {
    self->mapped = *mapped;
    mapped->buffer = NULL;
  }
  /* what is large shows here whether it can be logged at all */
  *result = RRD_OK;
  if (!rerun_row_is_small (self))
    rerun_row_get_chunk (self, result);
  if (*result != RRD_OK)
    g_clear_pointer (&self, rerun_row_unref);
  return self;
}

RerunRow *
rerun_row_ref (RerunRow * self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

void
rerun_row_unref (RerunRow * self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  rrd_chunk_free (self->chunk);
  rrd_schema_unref (self->schema);
  rerun_mapped_unmap (&self->mapped);
  g_free (self);
}

gboolean
rerun_row_is_frame (const RerunRow * self)
{
  return self->kind == RERUN_ROW_FRAME || self->kind == RERUN_ROW_KEY
      || self->kind == RERUN_ROW_DELTA;
}

void
rerun_row_note_drop (const RerunRow * self)
{
  RerunDrops *drops = self->drops;

  if (drops == NULL)
    return;
  g_mutex_lock (&drops->lock);
  if (drops->n++ == 0)
    memcpy (drops->times, self->times, sizeof drops->times);
  g_mutex_unlock (&drops->lock);
}

gboolean
rerun_row_is_small (const RerunRow * self)
{
  return self->size < RERUN_SMALL_ROW
      && rrd_schema_n_timelines (self->schema) > 0;
}

const RrdChunk *
rerun_row_get_chunk (RerunRow * self, RrdResult * result)
{
  RrdChunk *chunk = g_atomic_pointer_get (&self->chunk);

  *result = RRD_OK;
  if (chunk != NULL)
    return chunk;
  chunk = rerun_rows_make_chunk (&self, 1, &self->chunk_id, result);
  if (chunk != NULL
      && !g_atomic_pointer_compare_and_exchange (&self->chunk, NULL, chunk))
    rrd_chunk_free (chunk);     /* another output was faster */
  return g_atomic_pointer_get (&self->chunk);
}

RrdChunk *
rerun_rows_make_chunk (RerunRow ** rows, gsize n, const RrdTuid * chunk_id,
    RrdResult * result)
{
  RrdSchema *schema = rows[0]->schema;
  gsize n_timelines = rrd_schema_n_timelines (schema);
  gsize n_components = rrd_schema_n_components (schema);
  RrdTuid *ids = g_new (RrdTuid, n);
  gint64 *times = g_new (gint64, n * n_timelines + 1);
  RrdSpan *values = g_new (RrdSpan, n * n_components);
  RrdRows table = {
    .n_rows = n,.row_ids = ids,.times = times,.values = values
  };
  RrdChunk *chunk;

  for (gsize i = 0; i < n; i++) {
    ids[i] = rows[i]->id;
    for (gsize t = 0; t < n_timelines; t++)
      times[t * n + i] = rows[i]->times[t];
    for (gsize c = 0; c < n_components; c++)
      values[c * n + i] = rows[i]->values[c];
  }
  chunk = rrd_chunk_new (schema, chunk_id, &table, ids[n - 1].time_ns, result);
  g_free (ids);
  g_free (times);
  g_free (values);
  return chunk;
}
