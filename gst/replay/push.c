/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Push mode: a pipe, played in the order in which it comes. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/push.h"

#include <string.h>

#include "replay/debug.h"

/* Of each message, and of the header of a stream at least: what is asked for first. */
#define FIRST_BYTES 16

/* The first time of all that is played is 0, but for our own pts. */
static void
take_base (ReplaySession * self, const ReplayChunk * chunk)
{
  ReplayIndex *index = &self->index;

  if (self->is_open || chunk->n_rows == 0 || index->timeline == NULL)
    return;
  index->first = chunk->rows[0].time;
  replay_session_set_base (self);
  self->is_open = TRUE;
}

static void
find_streams (ReplaySession * self, ReplayEntity * entity)
{
  if (!replay_wishes_entity (&self->wishes, entity->path))
    return;
  for (guint i = 0; i < REPLAY_N_ARCHETYPES; i++) {
    const ReplayArchetype *archetype = &replay_archetypes[i];

    if ((entity->components & REPLAY_BIT (archetype->picture))
        && replay_session_find_stream (self, entity, archetype) == NULL)
      replay_session_add_stream (self, entity, archetype);
  }
}

static GstFlowReturn
play_chunk (ReplaySession * self, ReplayChunk * chunk)
{
  ReplayIndex *index = &self->index;
  gboolean is_static = chunk->view.n_timelines == 0;
  const gchar *timeline;
  ReplayEntity *entity =
      replay_entities_get (&index->entities, chunk->view.entity_path);
  GstFlowReturn flow = GST_FLOW_OK;

  entity->components |= chunk->components;
  replay_index_see (index, chunk);
  timeline = index->timeline;
  if (!is_static && timeline == NULL) {
    if (chunk->components & REPLAY_PICTURES) {
      replay_index_count_untimed (index, entity->path, chunk->components,
          chunk->view.n_rows);
      return GST_FLOW_OK;
    }
    /* what comes before the first picture holds for it, whatever its timeline will be */
    timeline = self->wishes.timeline;
  }
  replay_chunk_use_timeline (chunk, is_static ? NULL : timeline);
  replay_index_count_untimed (index, entity->path, chunk->components,
      chunk->untimed);
  if (!is_static)
    take_base (self, chunk);
  find_streams (self, entity);
  for (guint i = 0; i < chunk->n_rows && flow == GST_FLOW_OK; i++) {
    ReplayRow *row = &chunk->rows[i];

    replay_entities_apply (&index->entities, entity, chunk, row, is_static);
    if (row->has_picture)
      flow = replay_session_push_row (self, entity, chunk, row, is_static ? 0 :
          replay_times_to_clock (&self->times, row->time));
  }
  return flow;
}

static GstFlowReturn
take_chunk (ReplaySession * self, GstBuffer * buffer, const guint8 * data,
    const RrdEvent * event)
{
  RrdReadError error;
  ReplayChunk *chunk;
  GstFlowReturn flow;

  if (!replay_store_is (&self->index.store, &event->chunk.store))
    return GST_FLOW_OK;
  chunk = replay_chunk_new (gst_buffer_ref (buffer), &event->chunk,
      event->chunk.payload.data - data, &error);
  if (chunk == NULL) {
    replay_index_report_bad (&self->index, event->offset, &error);
    return GST_FLOW_OK;
  }
  flow = play_chunk (self, chunk);
  replay_chunk_unref (chunk);
  return flow;
}

static GstFlowReturn
take_event (ReplaySession * self, GstBuffer * buffer, const guint8 * data,
    const RrdEvent * event)
{
  switch (event->kind) {
    case RRD_EVENT_STORE_INFO:
      replay_store_is (&self->index.store, &event->store);
      return GST_FLOW_OK;
    case RRD_EVENT_CHUNK:
      return take_chunk (self, buffer, data, event);
    case RRD_EVENT_BAD_MESSAGE:
      gst_depth_report_bad (&self->report, self->element,
          g_strdup_printf ("The message at byte %" G_GUINT64_FORMAT " of the "
              "recording is left out: %s", event->offset, event->error.what));
      return GST_FLOW_OK;
    case RRD_EVENT_BAD_STREAM:
      if (event->offset == 0) {
        GST_ELEMENT_ERROR (self->element, STREAM, WRONG_TYPE, ("This is %s",
                event->error.what), (NULL));
        return GST_FLOW_ERROR;
      }
      G_GNUC_FALLTHROUGH;
    case RRD_EVENT_CUT_OFF:
      replay_index_warn_cut_off (&self->index, event->offset, &event->error);
      return GST_FLOW_EOS;
    case RRD_EVENT_DONE:
    case RRD_EVENT_MORE:
      return GST_FLOW_EOS;
    default:
      return GST_FLOW_OK;
  }
}

/* Returns: %GST_FLOW_EOS: the adapter has no whole message, and if there is nothing
 * after it, nothing is left */
static GstFlowReturn
take_message (ReplaySession * self, gboolean at_end)
{
  gsize available = gst_adapter_available (self->adapter);
  gsize wants = self->scan.wants > 0 ? self->scan.wants : FIRST_BYTES;
  GstMapInfo map = GST_MAP_INFO_INIT;
  GstBuffer *buffer = NULL;
  GstFlowReturn flow;
  RrdEvent event;
  gsize taken;

  if (available < wants && !at_end)
    return GST_FLOW_EOS;
  if (available > 0) {
    buffer = gst_adapter_get_buffer (self->adapter, MIN (wants, available));
    if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
      gst_buffer_unref (buffer);
      return GST_FLOW_ERROR;
    }
  }
  taken = rrd_scan_next (&self->scan, map.data, map.size,
      at_end && map.size == available, &event);
  gst_adapter_flush (self->adapter, taken);
  if (event.kind != RRD_EVENT_MORE)
    self->scan.wants = 0;
  flow = take_event (self, buffer, map.data, &event);
  if (event.kind == RRD_EVENT_MORE
      && (at_end || gst_adapter_available (self->adapter) >= self->scan.wants))
    flow = GST_FLOW_OK;
  if (buffer != NULL) {
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  return flow;
}

static GstFlowReturn
take_messages (ReplaySession * self, gboolean at_end)
{
  GstFlowReturn flow;

  do {
    flow = take_message (self, at_end);
  } while (flow == GST_FLOW_OK);
  return flow;
}

GstFlowReturn
replay_push_take (ReplaySession * self, GstBuffer * buffer)
{
  GstFlowReturn flow;

  gst_adapter_push (self->adapter, buffer);
  flow = self->failed ? GST_FLOW_ERROR : take_messages (self, FALSE);
  self->failed = flow == GST_FLOW_ERROR;
  return flow == GST_FLOW_EOS ? GST_FLOW_OK : flow;
}

void
replay_push_flush (ReplaySession * self)
{
  gst_adapter_clear (self->adapter);
  memset (&self->scan, 0, sizeof self->scan);
  gst_flow_combiner_reset (self->combiner);
  self->failed = FALSE;
  for (guint i = 0; i < self->streams->len; i++)
    replay_stream_was_flushed (self->streams->pdata[i]);
}

void
replay_push_end (ReplaySession * self)
{
  if (self->failed || take_messages (self, TRUE) == GST_FLOW_ERROR)
    return;
  if (!replay_session_check_streams (self))
    return;
  replay_session_warn_of_untimed (self);
  gst_element_no_more_pads (self->element);
  replay_session_end (self);
}
