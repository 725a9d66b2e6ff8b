/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstadapter.h>
#include <gst/base/gstflowcombiner.h>
#include "replay/player.h"
#include "replay/stream.h"

G_BEGIN_DECLS

/**
 * ReplaySession:
 * @is_seekable, @duration: of a file that is open; under the element's object lock
 * @is_ending: it will not be seekable any more; likewise
 * @src_event, @src_query: what the element's pads answer with
 * @wishes, @times: to be set before the start
 * @streams: (element-type ReplayStream)
 * @is_open: what is played is known, and where 0 is
 * @needs_statics: static pictures are still to be pushed; a file
 * @adapter, @scan: what came from upstream and was not taken yet; a pipe
 * @failed: an error was posted; a pipe
 *
 * What is played, from PAUSED to READY. It belongs to the streaming thread, and to a
 * seek, which stops that.
 */
typedef struct
{
  GstElement *element;
  GstPad *sinkpad;
  GstPadEventFunction src_event;
  GstPadQueryFunction src_query;
  gboolean is_seekable;
  gboolean is_ending;
  GstClockTime duration;

  ReplayWishes wishes;
  ReplayTimes times;
  ReplayIndex index;
  ReplayPlayer player;
  GstDepthReport report;
  GPtrArray *streams;
  GstFlowCombiner *combiner;
  GstSegment segment;
  guint32 seqnum;
  guint group_id;
  gboolean is_open;
  gboolean needs_statics;
  GstAdapter *adapter;
  RrdScan scan;
  gboolean failed;
} ReplaySession;

void replay_session_start (ReplaySession * self);
void replay_session_stop (ReplaySession * self);

/* Returns: %FALSE if there is nothing to play; an error says why, and what there is */
gboolean replay_session_check_streams (ReplaySession * self);
void replay_session_warn_of_untimed (ReplaySession * self);

ReplayStream *replay_session_find_stream (ReplaySession * self,
    const ReplayEntity * entity, const ReplayArchetype * archetype);
void replay_session_add_stream (ReplaySession * self, ReplayEntity * entity,
    const ReplayArchetype * archetype);

/* Gives a stream its pad, whose caps are those of a first frame. */
void replay_session_add_pad (ReplaySession * self, ReplayStream * stream,
    const ReplayFrame * frame);

/* The timeline and its first time are known now. */
void replay_session_set_base (ReplaySession * self);

/* Pushes the pictures that a stream, or all of an entity, has in a row. */
GstFlowReturn replay_session_push_pictures (ReplaySession * self,
    ReplayStream * stream, const ReplayChunk * chunk, const ReplayRow * row,
    GstClockTime clock);
GstFlowReturn replay_session_push_row (ReplaySession * self,
    ReplayEntity * entity, const ReplayChunk * chunk, const ReplayRow * row,
    GstClockTime clock);

/* @event: (transfer full) */
void replay_session_push_on_all (ReplaySession * self, GstEvent * event,
    guint32 seqnum);

/* All that there is was played. */
void replay_session_end (ReplaySession * self);

G_END_DECLS
