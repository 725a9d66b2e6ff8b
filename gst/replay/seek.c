/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where playing goes on after a seek, in a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/seek.h"

#include "replay/lookup.h"

#include "replay/debug.h"

static gboolean
is_key (const ReplayChunk * chunk, const ReplayRow * row, gpointer user)
{
  const ReplayStream *stream = user;
  gsize first, n;

  return replay_chunk_has (chunk, stream->archetype->picture, row->row, &first,
      &n) && n > 0
      && replay_frame_is_key (stream->archetype, stream->entity, chunk,
      row->row);
}

gboolean
replay_seek_find_key (ReplaySession * self, ReplayStream * stream, gint64 time,
    gint64 * key)
{
  const ReplaySearch search = { stream->entity, stream->archetype->picture,
    replay_row_last (time), NULL, is_key, stream
  };
  ReplayRow row;

  if (replay_stream_is_video (stream)
      && !replay_index_settle_pictures (&self->index, stream->entity,
          &search.until))
    return FALSE;
  if (replay_index_search (&self->index, &search, &row) == NULL)
    return FALSE;
  *key = row.time;
  return TRUE;
}

static gboolean
has_video (const ReplaySession * self)
{
  for (guint i = 0; i < self->streams->len; i++) {
    if (replay_stream_is_video (self->streams->pdata[i]))
      return TRUE;
  }
  return FALSE;
}

/* The time of the key frame that a seek to @time begins with: of video, the earliest of
 * all streams; else the last picture of any. */
static gint64
snap (ReplaySession * self, gint64 time)
{
  gboolean video = has_video (self);
  gboolean found = FALSE;
  gint64 best = time;

  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];
    gint64 key;

    if (replay_stream_is_text (stream)
        || replay_stream_is_video (stream) != video
        || !replay_seek_find_key (self, stream, time, &key))
      continue;
    best = !found ? key : video ? MIN (best, key) : MAX (best, key);
    found = TRUE;
  }
  return best;
}

gboolean
replay_seek_restart (ReplaySession * self)
{
  gboolean forwards = self->segment.rate > 0;
  gint64 time = replay_times_from_clock (&self->times, self->segment.position);
  ReplayRow before;

  replay_entities_forget (&self->index.entities);
  if (!forwards) {
    replay_player_seek (&self->player, time < G_MAXINT64 ? time + 1 : time, -1);
    return TRUE;
  }
  for (guint i = 0; i < self->streams->len; i++) {
    const ReplayStream *stream = self->streams->pdata[i];

    time = MIN (time, stream->from);
  }
  before = replay_row_last (time - (time > G_MININT64));
  for (guint i = 0; i < self->streams->len && time > G_MININT64; i++) {
    const ReplayStream *stream = self->streams->pdata[i];

    if (!replay_index_settle_pictures (&self->index, stream->entity, &before))
      return FALSE;
  }
  replay_player_seek (&self->player, time, 1);
  return self->index.file.flow == GST_FLOW_OK;
}

/* Takes the segment of a seek. */
static gboolean
begin_segment (ReplaySession * self, const GstSegment * segment,
    GstSeekFlags flags)
{
  gint64 time;

  self->segment = *segment;
  replay_entities_forget (&self->index.entities);
  if (segment->rate > 0 && (flags & GST_SEEK_FLAG_KEY_UNIT)) {
    time = snap (self, replay_times_from_clock (&self->times,
            segment->position));
    self->segment.start = self->segment.time = self->segment.position =
        replay_times_to_clock (&self->times, time);
  }
  time = segment->rate > 0 ?
      replay_times_from_clock (&self->times, self->segment.position) :
      G_MININT64;
  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];
    gint64 from = time;

    if (segment->rate > 0 && replay_stream_is_video (stream))
      replay_seek_find_key (self, stream, time, &from);
    replay_stream_restart (stream, from, self->segment.position);
  }
  self->needs_statics = TRUE;
  gst_flow_combiner_reset (self->combiner);
  return replay_seek_restart (self);
}

/* A time before the end as one from the start on, which gst_segment_do_seek() does not
 * bound by 0. */
static void
resolve (GstSeekType * type, gint64 * time, gint64 duration)
{
  if (*type != GST_SEEK_TYPE_END)
    return;
  *type = GST_SEEK_TYPE_SET;
  *time = duration + CLAMP (*time, -duration, 0);
}

/* A stop before the start is a programmer's error to gst_segment_do_seek(). */
static gboolean
is_in_order (const GstSegment * segment, GstSeekType start_type, gint64 start,
    GstSeekType stop_type, gint64 stop)
{
  gint64 duration = segment->duration;

  if (start_type == GST_SEEK_TYPE_NONE)
    start = segment->start;
  if (stop_type == GST_SEEK_TYPE_NONE)
    stop = segment->stop;
  return stop == -1 || CLAMP (start, 0, duration) <= CLAMP (stop, 0, duration);
}

static gboolean
make_segment (ReplaySession * self, GstEvent * event, GstSegment * segment,
    GstSeekFlags * flags)
{
  GstFormat format;
  GstSeekType start_type, stop_type;
  gdouble rate;
  gint64 start, stop;
  gboolean update;

  gst_event_parse_seek (event, &rate, &format, flags, &start_type, &start,
      &stop_type, &stop);
  *segment = self->segment;
  resolve (&start_type, &start, segment->duration);
  resolve (&stop_type, &stop, segment->duration);
  if (!is_in_order (segment, start_type, start, stop_type, stop)
      || !gst_segment_do_seek (segment, rate, format, *flags, start_type, start,
          stop_type, stop, &update))
    return FALSE;
  /* a segment has what is before its stop: the last picture, too, at the duration */
  if (rate < 0 && (!GST_CLOCK_TIME_IS_VALID (segment->stop)
          || segment->stop >= segment->duration))
    segment->stop = segment->duration + 1;
  else if (stop_type == GST_SEEK_TYPE_SET && stop > (gint64) segment->duration)
    segment->stop = GST_CLOCK_TIME_NONE;
  if (rate < 0 && stop_type != GST_SEEK_TYPE_NONE)
    segment->position = segment->stop;
  return TRUE;
}

gboolean
replay_seek_can_be (GstEvent * event)
{
  GstSeekFlags flags;
  GstFormat format;

  gst_event_parse_seek (event, NULL, &format, &flags, NULL, NULL, NULL, NULL);
  return format == GST_FORMAT_TIME
      && !(flags & GST_SEEK_FLAG_INSTANT_RATE_CHANGE);
}

gboolean
replay_seek (ReplaySession * self, GstEvent * event)
{
  GstSeekFlags flags;
  GstSegment segment;

  if (make_segment (self, event, &segment, &flags))
    return begin_segment (self, &segment, flags);
  GST_WARNING_OBJECT (self->element, "a seek from its stop to its start: %"
      GST_PTR_FORMAT, event);
  for (guint i = 0; i < self->streams->len; i++)
    replay_stream_was_flushed (self->streams->pdata[i]);
  return FALSE;
}
