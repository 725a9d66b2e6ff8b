/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where chunks are: by the footer, else by a look at all of the file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/scan.h"

#include <string.h>

#include "replay/footer.h"

#include "replay/debug.h"

/* The bytes before a message's payload: its kind and size. */
#define MESSAGE_HEADER_SIZE 16

/* What the next message needs, and which Rerun wrote the file. */
typedef struct
{
  RrdScan scan;
  gsize wants;
  guint8 version[4];
} Scan;

static void
scan_chunk (ReplayIndex * self, GstBuffer * buffer, const RrdEvent * event,
    gsize offset, guint32 size)
{
  ReplayEntry entry = {.offset = event->offset + MESSAGE_HEADER_SIZE,
    .size = size,.start = REPLAY_TIME_UNKNOWN
  };
  ReplayEntity *entity;
  RrdReadError error;
  ReplayChunk *chunk;
  gboolean is_static;

  if (!replay_store_is (&self->store, &event->chunk.store))
    return;
  chunk = replay_chunk_new (gst_buffer_ref (buffer), &event->chunk, offset,
      &error);
  if (chunk == NULL) {
    replay_index_report_bad (self, event->offset, &error);
    return;
  }
  is_static = chunk->view.n_timelines == 0;
  entry.components = chunk->components;
  entity = replay_entities_get (&self->entities, chunk->view.entity_path);
  replay_index_see (self, chunk);
  if (self->timeline != NULL && !is_static) {
    replay_chunk_use_timeline (chunk, self->timeline);
    replay_index_count_untimed (self, entity->path, chunk->components,
        chunk->untimed);
    if (chunk->n_rows == 0)
      entry.components = 0;
    else {
      entry.start = chunk->rows[0].time;
      entry.end = chunk->rows[chunk->n_rows - 1].time;
    }
  }
  if (entry.components != 0)
    replay_index_add (self, &entry, entity, is_static);
  replay_chunk_unref (chunk);
}

/* Returns: %FALSE at the end, or with @error */
static gboolean
scan_event (ReplayIndex * self, GstBuffer * buffer, const guint8 * data,
    const RrdEvent * event, gsize taken, GError ** error)
{
  switch (event->kind) {
    case RRD_EVENT_STORE_INFO:
      replay_store_is (&self->store, &event->store);
      return TRUE;
    case RRD_EVENT_CHUNK:
      scan_chunk (self, buffer, event, event->chunk.payload.data - data,
          taken - MESSAGE_HEADER_SIZE);
      return TRUE;
    case RRD_EVENT_BAD_MESSAGE:
      replay_index_report_bad (self, event->offset, &event->error);
      return TRUE;
    case RRD_EVENT_BAD_STREAM:
      if (event->offset == 0) {
        g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
            "This is %s", event->error.what);
        return FALSE;
      }
      G_GNUC_FALLTHROUGH;
    case RRD_EVENT_CUT_OFF:
      replay_index_warn_cut_off (self, event->offset, &event->error);
      return FALSE;
    case RRD_EVENT_DONE:
      return FALSE;
    default:
      return TRUE;
  }
}

/* Looks at the next message. Returns: %FALSE at the end, or with @error, or with the
 * flow of the file */
static gboolean
scan_next (ReplayIndex * self, Scan * scan, GError ** error)
{
  GstBuffer *buffer =
      replay_file_pull (&self->file, scan->scan.offset, scan->wants);
  GstMapInfo map = GST_MAP_INFO_INIT;
  gboolean go_on = FALSE;
  RrdEvent event;
  gsize taken;

  if (self->file.flow != GST_FLOW_OK)
    return FALSE;
  if (buffer != NULL && !gst_buffer_map (buffer, &map, GST_MAP_READ))
    goto done;
  taken = rrd_scan_next (&scan->scan, map.data, map.size,
      map.size < scan->wants, &event);
  scan->wants = event.kind == RRD_EVENT_MORE ? scan->scan.wants :
      MESSAGE_HEADER_SIZE;
  if (event.kind == RRD_EVENT_STREAM_HEADER)
    memcpy (scan->version, event.version, sizeof event.version);
  go_on = scan_event (self, buffer, map.data, &event, taken, error);
  if (buffer != NULL)
    gst_buffer_unmap (buffer, &map);
done:
  gst_clear_buffer (&buffer);
  return go_on;
}

gboolean
replay_scan_read (ReplayIndex * self, GstPad * pad, GError ** error)
{
  Scan scan = {.wants = RRD_STREAM_HEADER_SIZE };
  GError *problem = NULL;
  gint64 size = -1;

  gst_pad_peer_query_duration (pad, GST_FORMAT_BYTES, &size);
  self->file.pad = pad;
  self->file.size = size >= 0 ? (guint64) size : G_MAXUINT64;
  self->file.flow = GST_FLOW_OK;
  if (scan_next (self, &scan, &problem)
      && !(size >= 0 && replay_footer_read (self, scan.version))) {
    while (scan_next (self, &scan, &problem));
    GST_INFO_OBJECT (self->element, "no footer: %u chunks found",
        self->entries->len);
  }
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return FALSE;
  }
  if (self->file.flow != GST_FLOW_OK)
    return FALSE;
  replay_index_finish (self);
  return self->file.flow == GST_FLOW_OK;
}
