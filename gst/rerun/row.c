/* SPDX-License-Identifier: LGPL-2.1-or-later */

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

gboolean
rerun_mapped_map (RerunMapped * mapped, GstBuffer * buffer, gboolean own,
    gchar ** why)
{
  mapped->buffer = own ? copy_buffer (buffer, why) : gst_buffer_ref (buffer);
  if (mapped->buffer == NULL)
    return FALSE;
  if (gst_buffer_map (mapped->buffer, &mapped->map, GST_MAP_READ))
    return TRUE;
  gst_clear_buffer (&mapped->buffer);
  *why = g_strdup ("the frame's memory cannot be read");
  return FALSE;
}

void
rerun_mapped_unmap (RerunMapped * mapped)
{
  if (mapped->buffer == NULL)
    return;
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
    self->buffer = g_steal_pointer (&mapped->buffer);
    self->map = mapped->map;
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
  if (self->buffer != NULL) {
    gst_buffer_unmap (self->buffer, &self->map);
    gst_buffer_unref (self->buffer);
  }
  g_free (self);
}

gboolean
rerun_row_is_frame (const RerunRow * self)
{
  return self->kind == RERUN_ROW_FRAME || self->kind == RERUN_ROW_DELTA;
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
