/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pull mode: a file, of which any part can be read. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/pull.h"

#include "replay/lookup.h"
#include "replay/reverse.h"
#include "replay/scan.h"
#include "replay/seek.h"

#include "replay/debug.h"

/* Chunks that are read to find a picture that is not damaged, before pads are said to be
 * complete. */
#define EXPOSE_TRIES 64

/* Gives a stream its pad by a picture of a row, if there is one that can be read. */
static void
try_expose (ReplaySession * self, ReplayStream * stream,
    const ReplayChunk * chunk, const ReplayRow * row)
{
  ReplayFrame frame = {.archetype = stream->archetype,
    .entity = stream->entity
  };
  guint8 own[RRD_VALUE_SIZE_MAX];
  gchar *why = NULL;
  gsize first, n;

  if (!replay_chunk_has (chunk, stream->archetype->picture, row->row, &first,
          &n) || n == 0)
    return;
  frame.bytes =
      replay_chunk_get (chunk, stream->archetype->picture, first, own);
  if (replay_index_settle_pictures (&self->index, stream->entity, row)
      && frame.bytes.data != NULL && replay_frame_read (&frame, &why))
    replay_session_add_pad (self, stream, &frame);
  g_free (why);
}

/* Gives a stream its pad, by its first picture that is not damaged. */
static void
expose (ReplaySession * self, ReplayStream * stream)
{
  GArray *lists[] = { self->index.statics, self->index.entries };
  guint tries = 0;

  for (guint l = 0; l < G_N_ELEMENTS (lists); l++) {
    for (guint i = 0; i < lists[l]->len && tries < EXPOSE_TRIES; i++) {
      const ReplayEntry *entry = &g_array_index (lists[l], ReplayEntry, i);
      ReplayChunk *chunk;

      if (entry->entity != stream->entity->index
          || !(entry->components & REPLAY_BIT (stream->archetype->picture)))
        continue;
      tries++;
      chunk = replay_index_load (&self->index, entry);
      if (chunk == NULL)
        continue;
      replay_chunk_ref (chunk);
      for (guint j = 0; j < chunk->n_rows && stream->pad == NULL; j++)
        try_expose (self, stream, chunk, &chunk->rows[j]);
      replay_chunk_unref (chunk);
      if (stream->pad != NULL)
        return;
    }
  }
}

static gboolean
apply_statics (ReplaySession * self)
{
  for (guint i = 0; i < self->index.statics->len; i++) {
    const ReplayEntry *entry =
        &g_array_index (self->index.statics, ReplayEntry, i);
    ReplayChunk *chunk = replay_index_load (&self->index, entry);

    if (self->index.file.flow != GST_FLOW_OK)
      return FALSE;
    for (guint j = 0; chunk != NULL && j < chunk->n_rows; j++)
      replay_entities_apply (&self->index.entities,
          replay_index_entity (&self->index, entry), chunk, &chunk->rows[j],
          TRUE);
  }
  return TRUE;
}

static void
open_streams (ReplaySession * self)
{
  ReplayIndex *index = &self->index;

  for (guint i = 0; i < index->entities.all->len; i++) {
    ReplayEntity *entity = index->entities.all->pdata[i];

    if (!replay_wishes_entity (&self->wishes, entity->path))
      continue;
    for (guint j = 0; j < REPLAY_N_ARCHETYPES; j++) {
      if (entity->components & REPLAY_BIT (replay_archetypes[j].picture))
        replay_session_add_stream (self, entity, &replay_archetypes[j]);
    }
  }
}

static void
find_group_id (ReplaySession * self)
{
  GstEvent *event =
      gst_pad_get_sticky_event (self->sinkpad, GST_EVENT_STREAM_START, 0);

  if (event == NULL || !gst_event_parse_group_id (event, &self->group_id))
    self->group_id = gst_util_group_id_next ();
  if (event != NULL)
    gst_event_unref (event);
}

gboolean
replay_pull_open (ReplaySession * self)
{
  ReplayIndex *index = &self->index;
  GError *error = NULL;

  if (!replay_scan_read (index, self->sinkpad, &error)) {
    if (error != NULL)
      GST_ELEMENT_ERROR (self->element, STREAM, WRONG_TYPE, ("%s",
              error->message), (NULL));
    g_clear_error (&error);
    return FALSE;
  }
  open_streams (self);
  if (!replay_session_check_streams (self))
    return FALSE;
  replay_session_warn_of_untimed (self);
  replay_session_set_base (self);
  self->segment.duration = index->first == G_MAXINT64 ? 0 :
      replay_times_to_clock (&self->times, index->last);
  GST_OBJECT_LOCK (self->element);
  self->duration = self->segment.duration;
  GST_OBJECT_UNLOCK (self->element);
  find_group_id (self);
  if (!apply_statics (self))
    return FALSE;
  for (guint i = 0; i < self->streams->len; i++) {
    expose (self, self->streams->pdata[i]);
    if (index->file.flow != GST_FLOW_OK)
      return FALSE;
  }
  self->is_open = TRUE;
  GST_OBJECT_LOCK (self->element);
  /* before that a seek would find half of the pads, and later none */
  self->is_seekable = !self->is_ending;
  GST_OBJECT_UNLOCK (self->element);
  gst_element_no_more_pads (self->element);
  return replay_seek_restart (self);
}

/* Pictures without a time are there from the start on. */
static GstFlowReturn
push_statics (ReplaySession * self)
{
  GstFlowReturn flow = GST_FLOW_OK;

  self->needs_statics = FALSE;
  for (guint i = 0; i < self->index.statics->len && flow == GST_FLOW_OK; i++) {
    const ReplayEntry *entry =
        &g_array_index (self->index.statics, ReplayEntry, i);
    ReplayChunk *chunk;

    if (!(entry->components & REPLAY_PICTURES))
      continue;
    chunk = replay_index_load (&self->index, entry);
    if (chunk == NULL)
      return self->index.file.flow;
    replay_chunk_ref (chunk);
    for (guint j = 0; j < chunk->n_rows && flow == GST_FLOW_OK; j++) {
      ReplayRow row = chunk->rows[j];

      row.time = G_MAXINT64;
      flow =
          replay_session_push_row (self, replay_index_entity (&self->index,
              entry), chunk, &row, self->segment.position);
    }
    replay_chunk_unref (chunk);
  }
  return flow;
}

static void
push_gaps (ReplaySession * self, GstClockTime clock)
{
  for (guint i = 0; i < self->streams->len; i++)
    replay_stream_gap (self->streams->pdata[i], clock, &self->segment,
        self->seqnum);
}

static GstFlowReturn
play_forwards (ReplaySession * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, GstClockTime clock)
{
  replay_entities_apply (&self->index.entities, entity, chunk, row, FALSE);
  if (!row->has_picture)
    return GST_FLOW_OK;
  if (GST_CLOCK_TIME_IS_VALID (self->segment.stop)
      && clock > self->segment.stop)
    return GST_FLOW_EOS;
  if (clock >= self->segment.start) {
    self->segment.position = clock;
    push_gaps (self, clock);
  }
  return replay_session_push_row (self, entity, chunk, row, clock);
}

static GstFlowReturn
play_backwards (ReplaySession * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, GstClockTime clock)
{
  if (!row->has_picture)
    return GST_FLOW_OK;
  if (clock < self->segment.start)
    return GST_FLOW_EOS;
  self->segment.position = clock;
  return replay_reverse_push_row (self, entity, chunk, row, clock);
}

GstFlowReturn
replay_pull_next (ReplaySession * self)
{
  ReplayEntity *entity;
  ReplayChunk *chunk;
  ReplayRow row;
  GstClockTime clock;
  GstFlowReturn flow;

  if (self->needs_statics) {
    flow = push_statics (self);
    if (flow != GST_FLOW_OK)
      return flow;
  }
  flow = replay_player_next (&self->player, &entity, &chunk, &row);
  if (flow != GST_FLOW_OK)
    return flow;
  clock = replay_times_to_clock (&self->times, row.time);
  flow = (self->segment.rate > 0 ? play_forwards : play_backwards) (self,
      entity, chunk, &row, clock);
  replay_chunk_unref (chunk);
  return flow;
}
