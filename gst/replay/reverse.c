/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Backwards: picture by picture. Video goes in groups, the last one first, each from its
 * key frame on with DISCONT, as GStreamer's decoders take it: they decode a group and
 * turn it round. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/reverse.h"

#include "replay/lookup.h"
#include "replay/seek.h"

#include "replay/debug.h"

/* Within a group rows come in their order, and what holds for one may be newer than what
 * was looked up. */
static gboolean
settle_anew (ReplaySession * self, ReplayEntity * entity, const ReplayRow * row)
{
  for (ReplayEntity * each = entity; each != NULL; each = each->parent)
    replay_entity_forget (each);
  return replay_index_settle_pictures (&self->index, entity, row);
}

static GstFlowReturn
push_group (ReplaySession * self, ReplayStream * stream, gint64 key,
    const ReplayRow * last)
{
  GstFlowReturn flow = GST_FLOW_OK;
  gboolean is_over = FALSE;
  ReplayPlayer player;

  replay_player_init (&player, &self->index);
  player.only = stream->entity;
  replay_player_seek (&player, key, 1);
  while (flow == GST_FLOW_OK && !is_over) {
    ReplayEntity *entity;
    ReplayChunk *chunk;
    ReplayRow row;

    if (replay_player_next (&player, &entity, &chunk, &row) != GST_FLOW_OK)
      break;
    is_over = replay_row_compare (&row, last) > 0;
    if (!is_over && row.has_picture)
      flow = settle_anew (self, entity, &row) ?
          replay_session_push_pictures (self, stream, chunk, &row,
          replay_times_to_clock (&self->times, row.time)) :
          self->index.file.flow;
    replay_chunk_unref (chunk);
  }
  replay_player_clear (&player);
  return flow != GST_FLOW_OK ? flow : self->index.file.flow;
}

static GstFlowReturn
push_video (ReplaySession * self, ReplayStream * stream, const ReplayRow * row)
{
  gint64 key;

  if (row->time >= stream->group)
    return GST_FLOW_OK;
  if (!replay_seek_find_key (self, stream, row->time, &key)) {
    stream->group = G_MININT64; /* no decoder can begin with what comes before */
    return self->index.file.flow;
  }
  replay_stream_begin_group (stream, key);
  return push_group (self, stream, key, row);
}

GstFlowReturn
replay_reverse_push_row (ReplaySession * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, GstClockTime clock)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; i < REPLAY_N_ARCHETYPES && flow == GST_FLOW_OK; i++) {
    ReplayStream *stream = replay_session_find_stream (self, entity,
        &replay_archetypes[i]);
    gsize first, n;

    if (stream == NULL || !replay_chunk_has (chunk,
            stream->archetype->picture, row->row, &first, &n) || n == 0)
      continue;
    if (replay_stream_is_video (stream))
      flow = push_video (self, stream, row);
    else
      flow = replay_index_settle_pictures (&self->index, entity, row) ?
          replay_session_push_pictures (self, stream, chunk, row, clock) :
          self->index.file.flow;
  }
  return flow;
}
