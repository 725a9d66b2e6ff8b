/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/gstdepthcaps.h"
#include "replay/frame.h"

G_BEGIN_DECLS

/**
 * ReplayTimes:
 * @base: what is 0 for GStreamer
 *
 * Times of the timeline as GStreamer has them.
 */
typedef struct
{
  RrdTimeKind kind;
  gint64 base;
  gint fps_n, fps_d;            /* of a sequence */
} ReplayTimes;

GstClockTime replay_times_to_clock (const ReplayTimes * self, gint64 time);

/* Returns: the first time that is not before @clock */
gint64 replay_times_from_clock (const ReplayTimes * self, GstClockTime clock);

/**
 * ReplayStream:
 * @pad: NULL before the first picture that can be read
 * @from: rows before this one are not sent
 * @position: of what was sent
 * @group: of video, backwards: rows from this one on were sent
 *
 * The pictures of one archetype of an entity: a pad.
 */
typedef struct
{
  GstElement *element;
  ReplayEntity *entity;
  const ReplayArchetype *archetype;
  guint number;
  GstPad *pad;
  gint64 from;
  gint64 group;
  GstClockTime position;

  /*< private > */
  ReplayFormat format;
  GstDepthFields fields;
  gboolean is_discont;
  gboolean needs_segment;
} ReplayStream;

ReplayStream *replay_stream_new (GstElement * element, ReplayEntity * entity,
    const ReplayArchetype * archetype, guint number);
void replay_stream_free (ReplayStream * self);

gboolean replay_stream_is_video (const ReplayStream * self);
gboolean replay_stream_is_text (const ReplayStream * self);

/**
 * replay_stream_make_pad:
 * @fields: what is the same for all frames, for the caps
 *
 * Makes the pad, not yet one of the element's, and says on it what stream it is.
 */
void replay_stream_make_pad (ReplayStream * self, GstPadTemplate * template,
    const ReplayFrame * frame, const GstDepthFields * fields,
    const ReplayTimes * times, guint group_id);

/* Another segment begins. */
void replay_stream_restart (ReplayStream * self, gint64 from,
    GstClockTime position);

/* A flush has taken its segment away. */
void replay_stream_was_flushed (ReplayStream * self);

/* Backwards: a key frame and those after it come, and are before what came last. */
void replay_stream_begin_group (ReplayStream * self, gint64 key);

/**
 * replay_stream_push:
 * @buffer: (transfer full): of @frame
 * @segment: pushed first, if it is new
 */
GstFlowReturn replay_stream_push (ReplayStream * self,
    const ReplayFrame * frame, GstBuffer * buffer, const ReplayTimes * times,
    const GstSegment * segment, guint32 seqnum);

/* Nothing comes before @clock. */
void replay_stream_gap (ReplayStream * self, GstClockTime clock,
    const GstSegment * segment, guint32 seqnum);

void replay_stream_push_segment (ReplayStream * self,
    const GstSegment * segment, guint32 seqnum);

G_END_DECLS
