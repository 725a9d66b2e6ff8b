/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pad of the demuxer, and the order of what goes through it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/stream.h"

#include <string.h>

#include "replay/debug.h"

/* A stream that says nothing for longer is told to, so that what waits for it goes
 * on: a queue of large pictures holds little more. */
#define MAX_SILENCE (100 * GST_MSECOND)

GstClockTime
replay_times_to_clock (const ReplayTimes * self, gint64 time)
{
  guint64 passed;

  if (time <= self->base)
    return 0;
  passed = (guint64) time - (guint64) self->base;
  if (self->kind == RRD_SEQUENCE)
    passed = gst_util_uint64_scale (passed, self->fps_d * GST_SECOND,
        self->fps_n);
  return MIN (passed, (guint64) G_MAXINT64);
}

gint64
replay_times_from_clock (const ReplayTimes * self, GstClockTime clock)
{
  gint64 time;

  if (self->kind == RRD_SEQUENCE)
    clock = gst_util_uint64_scale_ceil (clock, self->fps_n,
        self->fps_d * GST_SECOND);
  if (__builtin_add_overflow (self->base, (gint64) MIN (clock,
              (guint64) G_MAXINT64), &time))
    return G_MAXINT64;
  return time;
}

ReplayStream *
replay_stream_new (GstElement * element, ReplayEntity * entity,
    const ReplayArchetype * archetype, guint number)
{
  ReplayStream *self = g_new0 (ReplayStream, 1);

  self->element = element;
  self->entity = entity;
  self->archetype = archetype;
  self->number = number;
  replay_stream_restart (self, G_MININT64, 0);
  return self;
}

void
replay_stream_free (ReplayStream * self)
{
  g_free (self);
}

gboolean
replay_stream_is_video (const ReplayStream * self)
{
  return self->archetype == &replay_archetypes[REPLAY_VIDEO_STREAM];
}

gboolean
replay_stream_is_text (const ReplayStream * self)
{
  return self->archetype == &replay_archetypes[REPLAY_TEXT_LOG];
}

void
replay_stream_restart (ReplayStream * self, gint64 from, GstClockTime position)
{
  self->from = from;
  self->group = G_MAXINT64;
  self->position = position;
  replay_stream_was_flushed (self);
}

void
replay_stream_was_flushed (ReplayStream * self)
{
  self->is_discont = TRUE;
  self->needs_segment = TRUE;
}

void
replay_stream_begin_group (ReplayStream * self, gint64 key)
{
  self->group = key;
  self->is_discont = TRUE;
}

/* --- what goes before buffers --- */

static GstEvent *
make_stream_start (ReplayStream * self, guint group_id)
{
  const gchar *path = self->entity->path;
  gchar *name = g_strdup_printf ("%s:%s", *path == '/' ? path + 1 : path,
      self->archetype->name);
  gchar *id = gst_pad_create_stream_id (self->pad, self->element, name);
  GstEvent *event = gst_event_new_stream_start (id);

  gst_event_set_group_id (event, group_id);
  if (replay_stream_is_text (self))
    gst_event_set_stream_flags (event, GST_STREAM_FLAG_SPARSE);
  g_free (id);
  g_free (name);
  return event;
}

static void
push_caps (ReplayStream * self, const ReplayFrame * frame,
    const ReplayTimes * times)
{
  GstCaps *caps = replay_format_get_caps (&frame->format);

  gst_depth_caps_set_fields (caps, &self->fields);
  if (times->kind == RRD_SEQUENCE && !replay_stream_is_text (self))
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, times->fps_n,
        times->fps_d, NULL);
  GST_INFO_OBJECT (self->pad, "%s: %" GST_PTR_FORMAT, self->entity->path, caps);
  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  self->format = frame->format;
}

void
replay_stream_make_pad (ReplayStream * self, GstPadTemplate * template,
    const ReplayFrame * frame, const GstDepthFields * fields,
    const ReplayTimes * times, guint group_id)
{
  gchar *name = g_strdup_printf ("src_%u", self->number);

  self->fields = *fields;
  self->pad = gst_pad_new_from_template (template, name);
  g_free (name);
  gst_pad_use_fixed_caps (self->pad);
  gst_pad_set_active (self->pad, TRUE);
  gst_pad_push_event (self->pad, make_stream_start (self, group_id));
  push_caps (self, frame, times);
}

void
replay_stream_push_segment (ReplayStream * self, const GstSegment * segment,
    guint32 seqnum)
{
  GstEvent *event;

  if (!self->needs_segment)
    return;
  self->needs_segment = FALSE;
  event = gst_event_new_segment (segment);
  gst_event_set_seqnum (event, seqnum);
  gst_pad_push_event (self->pad, event);
  gst_pad_push_event (self->pad,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, self->entity->path,
              NULL)));
}

/* --- buffers --- */

GstFlowReturn
replay_stream_push (ReplayStream * self, const ReplayFrame * frame,
    GstBuffer * buffer, const ReplayTimes * times, const GstSegment * segment,
    guint32 seqnum)
{
  if (self->format.meter != frame->format.meter)
    self->fields.near_m = self->fields.far_m = 0;       /* was in depth units */
  if (memcmp (&self->format, &frame->format, sizeof self->format) != 0)
    push_caps (self, frame, times);
  replay_stream_push_segment (self, segment, seqnum);
  if (self->is_discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->is_discont = FALSE;
  self->position = GST_BUFFER_PTS (buffer);
  GST_LOG_OBJECT (self->pad, "%" GST_PTR_FORMAT, buffer);
  return gst_pad_push (self->pad, buffer);
}

void
replay_stream_gap (ReplayStream * self, GstClockTime clock,
    const GstSegment * segment, guint32 seqnum)
{
  if (self->pad == NULL || clock < self->position + MAX_SILENCE)
    return;
  replay_stream_push_segment (self, segment, seqnum);
  gst_pad_push_event (self->pad, gst_event_new_gap (self->position,
          clock - self->position));
  self->position = clock;
}
