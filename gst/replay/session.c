/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is played: streams, their pads, and from a row of a recording to a buffer. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/session.h"

#include <string.h>

#include "replay/fixed.h"

#include "replay/debug.h"

void
replay_session_start (ReplaySession * self)
{
  replay_index_init (&self->index, self->element, &self->wishes, &self->report);
  replay_player_init (&self->player, &self->index);
  self->streams =
      g_ptr_array_new_with_free_func ((GDestroyNotify) replay_stream_free);
  self->combiner = gst_flow_combiner_new ();
  self->adapter = gst_adapter_new ();
  memset (&self->scan, 0, sizeof self->scan);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->seqnum = gst_util_seqnum_next ();
  self->is_open = FALSE;
  self->is_ending = FALSE;
  self->needs_statics = TRUE;
  self->failed = FALSE;
}

void
replay_session_stop (ReplaySession * self)
{
  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];

    if (stream->pad != NULL)
      gst_element_remove_pad (self->element, stream->pad);
  }
  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_clear_pointer (&self->combiner, gst_flow_combiner_free);
  g_clear_object (&self->adapter);
  replay_player_clear (&self->player);
  replay_index_clear (&self->index);
  replay_wishes_clear (&self->wishes);
  gst_depth_report_clear (&self->report);
  GST_OBJECT_LOCK (self->element);
  self->is_seekable = FALSE;
  self->duration = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self->element);
}

/* --- what is wrong with a recording --- */

static gchar *
join_names (GPtrArray * names)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
        (const gchar *) names->pdata[i]);
  if (names->len == 0)
    g_string_append (text, "none");
  return g_string_free (text, FALSE);
}

static GPtrArray *
list_entities (ReplaySession * self, guint64 components)
{
  GPtrArray *paths = g_ptr_array_new ();

  for (guint i = 0; i < self->index.entities.all->len; i++) {
    ReplayEntity *entity = self->index.entities.all->pdata[i];

    if (components == 0 || (entity->components & components))
      g_ptr_array_add (paths, entity->path);
  }
  return paths;
}

static gchar *
find_problem (ReplaySession * self)
{
  const ReplayIndex *index = &self->index;
  GPtrArray *entities;
  gchar *names, *problem;

  if (!index->store.is_known && index->store.others->len > 0) {
    names = join_names (index->store.others);
    problem = g_strdup_printf ("The file has no recording with the "
        "recording-id \"%s\". It has: %s", self->wishes.recording_id, names);
    g_free (names);
    return problem;
  }
  if (!index->store.is_known)
    return g_strdup ("The file has no recording. A blueprint (.rbl) has none: "
        "open the .rrd that it belongs to");
  if (self->wishes.timeline != NULL && index->timeline == NULL) {
    names = join_names (index->timelines);
    problem = g_strdup_printf ("The recording has no pictures on the timeline "
        "\"%s\". It has: %s", self->wishes.timeline, names);
    g_free (names);
    return problem;
  }
  entities = list_entities (self, REPLAY_PICTURES);
  names = join_names (entities);
  if (self->wishes.entity_paths != NULL && entities->len > 0)
    problem = g_strdup_printf ("No pictures, video or text at the entity-path "
        "\"%s\". The recording has: %s", self->wishes.asked_paths, names);
  else
    problem = g_strdup ("The recording has no pictures, video or text");
  g_free (names);
  g_ptr_array_unref (entities);
  return problem;
}

void
replay_session_warn_of_untimed (ReplaySession * self)
{
  if (self->index.untimed > 0)
    GST_ELEMENT_WARNING (self->element, STREAM, DEMUX,
        ("%" G_GUINT64_FORMAT " rows with pictures, video or text are not on "
            "the timeline %s and are not played", self->index.untimed,
            self->index.timeline != NULL ? self->index.timeline : "(none)"),
        (NULL));
}

gboolean
replay_session_check_streams (ReplaySession * self)
{
  gchar *problem;

  if (self->streams->len > 0)
    return TRUE;
  problem = find_problem (self);
  GST_ELEMENT_ERROR (self->element, STREAM, WRONG_TYPE, ("%s", problem),
      (NULL));
  g_free (problem);
  return FALSE;
}

/* --- streams --- */

ReplayStream *
replay_session_find_stream (ReplaySession * self, const ReplayEntity * entity,
    const ReplayArchetype * archetype)
{
  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];

    if (stream->entity == entity && stream->archetype == archetype)
      return stream;
  }
  return NULL;
}

void
replay_session_add_stream (ReplaySession * self, ReplayEntity * entity,
    const ReplayArchetype * archetype)
{
  g_ptr_array_add (self->streams, replay_stream_new (self->element, entity,
          archetype, self->streams->len));
}

void
replay_session_add_pad (ReplaySession * self, ReplayStream * stream,
    const ReplayFrame * frame)
{
  GstPadTemplate *template =
      gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self->element),
      "src_%u");
  GstDepthFields fields;

  if (frame->refused_meter != 0)
    GST_ELEMENT_WARNING (self->element, STREAM, FORMAT,
        ("The recording says a unit of %g depth units per metre at %s, which is "
            "left out; allowed is 1 to 1000000. Set the property meter of the "
            "next element", frame->refused_meter, stream->entity->path),
        (NULL));
  replay_fixed_find (&self->index, frame, &fields);
  replay_stream_make_pad (stream, template, frame, &fields, &self->times,
      self->group_id);
  gst_pad_set_event_function (stream->pad, self->src_event);
  gst_pad_set_query_function (stream->pad, self->src_query);
  gst_flow_combiner_add_pad (self->combiner, stream->pad);
  gst_element_add_pad (self->element, stream->pad);
}

/* Our own pts is the time of the pipeline that recorded it, so it stays as it is. */
static gint64
get_base (const ReplayIndex * index)
{
  if (index->first == G_MAXINT64)
    return 0;
  return g_strcmp0 (index->timeline, "pts") == 0
      && index->kind == RRD_DURATION ? MIN (index->first, 0) : index->first;
}

void
replay_session_set_base (ReplaySession * self)
{
  self->times.kind = self->index.kind;
  self->times.base = get_base (&self->index);
}

/* --- pictures --- */

static void
report_frame (ReplaySession * self, const ReplayStream * stream,
    GstClockTime clock, gchar * why)
{
  gst_depth_report_bad (&self->report, self->element,
      g_strdup_printf ("%s of %s at %" GST_TIME_FORMAT " is left out: %s",
          stream->archetype->name, stream->entity->path, GST_TIME_ARGS (clock),
          why));
  g_free (why);
}

static void
add_capture_time (GstBuffer * buffer, const ReplayChunk * chunk, guint row)
{
  static GstStaticCaps unix_time = GST_STATIC_CAPS ("timestamp/x-unix");
  const RrdTimeColumn *column =
      replay_chunk_find_timeline (chunk, "capture_time");
  int64_t time;
  GstCaps *caps;

  if (column == NULL || column->kind != RRD_TIMESTAMP
      || !rrd_time_column_get (column, row, &time) || time < 0)
    return;
  caps = gst_static_caps_get (&unix_time);
  gst_buffer_add_reference_timestamp_meta (buffer, caps, time,
      GST_CLOCK_TIME_NONE);
  gst_caps_unref (caps);
}

static GstFlowReturn
push_frame (ReplaySession * self, ReplayStream * stream,
    const ReplayChunk * chunk, const ReplayRow * row, ArrowSpan bytes,
    GstClockTime clock)
{
  ReplayFrame frame = {.archetype = stream->archetype,
    .entity = stream->entity,.bytes = bytes
  };
  GstBuffer *buffer = NULL;
  gchar *why = NULL;
  GstFlowReturn flow;

  if (replay_frame_read (&frame, &why))
    buffer = replay_frame_get_buffer (&frame, chunk, &why);
  if (buffer == NULL) {
    report_frame (self, stream, clock, why);
    return GST_FLOW_OK;
  }
  gst_depth_report_good (&self->report);
  if (stream->pad == NULL)
    replay_session_add_pad (self, stream, &frame);
  GST_BUFFER_PTS (buffer) = clock;
  if (!replay_frame_is_key (stream->archetype, stream->entity, chunk, row->row))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  add_capture_time (buffer, chunk, row->row);
  flow = replay_stream_push (stream, &frame, buffer, &self->times,
      &self->segment, self->seqnum);
  return gst_flow_combiner_update_pad_flow (self->combiner, stream->pad, flow);
}

/* The pictures of a row: more than one only where texts were logged as a batch. */
GstFlowReturn
replay_session_push_pictures (ReplaySession * self, ReplayStream * stream,
    const ReplayChunk * chunk, const ReplayRow * row, GstClockTime clock)
{
  GstFlowReturn flow = GST_FLOW_OK;
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, n;

  if (!replay_chunk_has (chunk, stream->archetype->picture, row->row, &first,
          &n))
    return GST_FLOW_OK;
  for (gsize i = 0; i < n && flow == GST_FLOW_OK; i++) {
    ArrowSpan bytes =
        replay_chunk_get (chunk, stream->archetype->picture, first + i, own);

    if (bytes.data != NULL && bytes.size > 0)
      flow = push_frame (self, stream, chunk, row, bytes, clock);
  }
  return flow;
}

GstFlowReturn
replay_session_push_row (ReplaySession * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, GstClockTime clock)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; i < REPLAY_N_ARCHETYPES && flow == GST_FLOW_OK; i++) {
    const ReplayArchetype *archetype = &replay_archetypes[i];
    ReplayStream *stream = replay_session_find_stream (self, entity, archetype);

    if (stream != NULL && row->time >= stream->from)
      flow = replay_session_push_pictures (self, stream, chunk, row, clock);
  }
  return flow;
}

/* --- the end --- */

void
replay_session_push_on_all (ReplaySession * self, GstEvent * event,
    guint32 seqnum)
{
  gst_event_set_seqnum (event, seqnum);
  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];

    if (stream->pad == NULL)
      continue;
    if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
      replay_stream_push_segment (stream, &self->segment, self->seqnum);
    gst_pad_push_event (stream->pad, gst_event_ref (event));
  }
  gst_event_unref (event);
}

static void
end_segment (ReplaySession * self)
{
  gint64 stop = self->segment.rate > 0 ? (gint64) self->segment.position :
      (gint64) self->segment.start;

  if (self->segment.rate > 0 && GST_CLOCK_TIME_IS_VALID (self->segment.stop))
    stop = self->segment.stop;
  gst_element_post_message (self->element,
      gst_message_new_segment_done (GST_OBJECT (self->element), GST_FORMAT_TIME,
          stop));
  replay_session_push_on_all (self, gst_event_new_segment_done (GST_FORMAT_TIME,
          stop), self->seqnum);
}

static gboolean
has_pads (const ReplaySession * self)
{
  for (guint i = 0; i < self->streams->len; i++) {
    if (((ReplayStream *) self->streams->pdata[i])->pad != NULL)
      return TRUE;
  }
  return FALSE;
}

void
replay_session_end (ReplaySession * self)
{
  if (gst_depth_report_end (&self->report, self->element)
      && !has_pads (self))
    GST_ELEMENT_ERROR (self->element, STREAM, DEMUX,
        ("None of the pictures that the recording announces is there: see "
            "what `rerun rrd verify` says of it"), (NULL));
  if (self->segment.flags & GST_SEGMENT_FLAG_SEGMENT)
    end_segment (self);
  else
    replay_session_push_on_all (self, gst_event_new_eos (), self->seqnum);
}
