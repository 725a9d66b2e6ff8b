/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-rrddemux
 * @title: rrddemux
 * @short_description: plays recordings of Rerun
 *
 * Reads an .rrd file, of rerunsink, of Rerun's own SDK or of `rerun rrd optimize`, and
 * gives a pad to each entity that holds pictures, video or text: depth as RVL, PNG, TIFF
 * or GRAY16_LE, pictures as JPEG, PNG or raw video, H.264, H.265, AV1, VP8 and VP9 as
 * they are, text as UTF-8.
 *
 * Unit, range and intrinsics of depth come back as caps and metadata, as they hold at
 * each picture's time. The time is that of the timeline pts, else of another one: see
 * the property timeline. What the recording says on the timeline capture_time comes
 * as #GstReferenceTimestampMeta.
 *
 * A file can be sought in, a pipe is played from its start to its end. The entity path
 * of a stream is the title among its tags, and the end of its stream id.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 filesrc location=room.rrd ! rrddemux ! rvldepthdec ! depthcolormap ! videoconvert ! autovideosink
 * ]| Shows the depth of a recording.
 * |[
 * gst-launch-1.0 filesrc location=room.rrd ! rrddemux ! rerunsink location=copy.rrd
 * ]| Makes another recording of it.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/gstdepthrrddemux.h"

#include <gst/base/gstadapter.h>
#include <gst/base/gstflowcombiner.h>
#include <stdlib.h>
#include <string.h>

#include "rerun/gstrrdtypefind.h"
#include "rerun/replay-fixed.h"
#include "rerun/replay-player.h"
#include "rerun/replay-stream.h"

#include "rerun/replay-debug.h"

GST_DEBUG_CATEGORY (rrd_demux_debug);

#define DEFAULT_FPS_N 30
#define DEFAULT_FPS_D 1

/* Chunks that are read to find a picture that is not damaged, before pads are said to be
 * complete. */
#define EXPOSE_TRIES 64

/* Of each message, and of the header of a stream at least: what is asked for first. */
#define FIRST_BYTES 16

struct _GstDepthRrdDemux
{
  GstElement parent;
  GstPad *sinkpad;

  /* properties, under the object lock */
  gchar *timeline;
  gchar *recording_id;
  gchar *entity_path;
  gint fps_n, fps_d;

  /* under the object lock */
  gboolean is_seekable;
  GstClockTime duration;

  /* of the streaming thread; of a seek, which stops it */
  ReplayWishes wishes;
  ReplayIndex index;
  ReplayPlayer player;
  ReplayTimes times;
  GstDepthReport report;
  GPtrArray *streams;
  GstFlowCombiner *combiner;
  GstSegment segment;
  guint32 seqnum;
  guint group_id;
  gboolean is_open;
  gboolean needs_statics;

  /* without a file: from upstream */
  GstAdapter *adapter;
  RrdScan scan;
  gboolean failed;              /* a pipe: an error was said */
};

enum
{
  PROP_0,
  PROP_TIMELINE,
  PROP_FRAMERATE,
  PROP_ENTITY_PATH,
  PROP_RECORDING_ID,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_RRD_CAPS));

#define SIZED ", width = (int) [ 1, MAX ], height = (int) [ 1, MAX ]; "

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS ("image/x-rvl" SIZED "image/png" SIZED "image/tiff" SIZED
        "image/jpeg" SIZED
        "video/x-raw, format = (string) { GRAY16_LE, RGB, BGR, RGBA, BGRA, "
        "GRAY8, NV12, I420, YUY2 }" SIZED
        "video/x-h264, stream-format = (string) byte-stream, "
        "alignment = (string) au; "
        "video/x-h265, stream-format = (string) byte-stream, "
        "alignment = (string) au; "
        "video/x-av1, stream-format = (string) obu-stream, "
        "alignment = (string) tu; video/x-vp8; "
        "video/x-vp9, alignment = (string) super-frame; "
        "text/x-raw, format = (string) utf8"));

#define gst_depth_rrd_demux_parent_class parent_class
G_DEFINE_FINAL_TYPE (GstDepthRrdDemux, gst_depth_rrd_demux, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (rrddemux, "rrddemux", GST_RANK_PRIMARY,
    GST_TYPE_DEPTH_RRD_DEMUX, GST_DEBUG_CATEGORY_INIT (rrd_demux_debug,
        "rrddemux", 0, "plays recordings of Rerun"));

/* --- opening and closing --- */

/* Commas between entity paths; "\," is one in a path. Returns: (nullable): %NULL: all,
 * or with @problem, one that cannot be */
static gchar **
split_paths (const gchar * text, gchar ** problem)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const gchar *start = text;

  for (const gchar * c = text; text != NULL && *problem == NULL; c++) {
    RrdNameError error;
    gchar *part;
    char *stored;

    if (*c == '\\' && c[1] != '\0') {
      c++;
      continue;
    }
    if (*c != ',' && *c != '\0')
      continue;
    part = g_strstrip (g_strndup (start, c - start));
    stored = *part != '\0' ? rrd_entity_path_normalise (part, &error) : NULL;
    if (stored != NULL)
      g_ptr_array_add (paths, g_strdup (stored));
    else if (*part != '\0')
      *problem = g_strdup_printf ("entity-path \"%s\" %s", part, error.what);
    free (stored);
    g_free (part);
    if (*c == '\0')
      break;
    start = c + 1;
  }
  if (paths->len == 0 || *problem != NULL) {
    g_ptr_array_unref (paths);
    return NULL;
  }
  g_ptr_array_add (paths, NULL);
  return (gchar **) g_ptr_array_free (paths, FALSE);
}

/* A snapshot of the properties. */
static gboolean
take_wishes (GstDepthRrdDemux * self)
{
  gchar *problem = NULL;

  GST_OBJECT_LOCK (self);
  self->wishes.timeline = g_strdup (self->timeline);
  self->wishes.recording_id = g_strdup (self->recording_id);
  self->wishes.entity_paths = split_paths (self->entity_path, &problem);
  self->times.fps_n = self->fps_n;
  self->times.fps_d = self->fps_d;
  GST_OBJECT_UNLOCK (self);
  if (problem == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", problem), (NULL));
  g_free (problem);
  return FALSE;
}

static gboolean
start (GstDepthRrdDemux * self)
{
  if (!take_wishes (self)) {
    replay_wishes_clear (&self->wishes);
    return FALSE;
  }
  replay_index_init (&self->index, GST_ELEMENT (self), &self->wishes,
      &self->report);
  replay_player_init (&self->player, &self->index);
  self->streams =
      g_ptr_array_new_with_free_func ((GDestroyNotify) replay_stream_free);
  self->combiner = gst_flow_combiner_new ();
  self->adapter = gst_adapter_new ();
  memset (&self->scan, 0, sizeof self->scan);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->seqnum = gst_util_seqnum_next ();
  self->is_open = FALSE;
  self->needs_statics = TRUE;
  self->failed = FALSE;
  return TRUE;
}

static void
stop (GstDepthRrdDemux * self)
{
  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];

    if (stream->pad != NULL)
      gst_element_remove_pad (GST_ELEMENT (self), stream->pad);
  }
  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_clear_pointer (&self->combiner, gst_flow_combiner_free);
  g_clear_object (&self->adapter);
  replay_player_clear (&self->player);
  replay_index_clear (&self->index);
  replay_wishes_clear (&self->wishes);
  gst_depth_report_clear (&self->report);
  GST_OBJECT_LOCK (self);
  self->is_seekable = FALSE;
  self->duration = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
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
list_entities (GstDepthRrdDemux * self, guint64 components)
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
find_problem (GstDepthRrdDemux * self)
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
        "\"%s\". The recording has: %s", self->entity_path, names);
  else
    problem = g_strdup ("The recording has no pictures, video or text");
  g_free (names);
  g_ptr_array_unref (entities);
  return problem;
}

static void
warn_of_untimed (GstDepthRrdDemux * self)
{
  if (self->index.untimed > 0)
    GST_ELEMENT_WARNING (self, STREAM, DEMUX,
        ("%" G_GUINT64_FORMAT " rows with "
            "pictures, video or text are not on the timeline %s and are not "
            "played", self->index.untimed,
            self->index.timeline != NULL ? self->index.timeline : "(none)"),
        (NULL));
}

/* Returns: %TRUE if there is something to play */
static gboolean
check_streams (GstDepthRrdDemux * self)
{
  gchar *problem;

  if (self->streams->len > 0)
    return TRUE;
  problem = find_problem (self);
  GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, ("%s", problem), (NULL));
  g_free (problem);
  return FALSE;
}

/* --- streams --- */

static gboolean gst_depth_rrd_demux_src_event (GstPad * pad,
    GstObject * parent, GstEvent * event);
static gboolean gst_depth_rrd_demux_src_query (GstPad * pad,
    GstObject * parent, GstQuery * query);

static ReplayStream *
find_stream (GstDepthRrdDemux * self, const ReplayEntity * entity,
    const ReplayArchetype * archetype)
{
  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];

    if (stream->entity == entity && stream->archetype == archetype)
      return stream;
  }
  return NULL;
}

static ReplayStream *
add_stream (GstDepthRrdDemux * self, ReplayEntity * entity,
    const ReplayArchetype * archetype)
{
  ReplayStream *stream = replay_stream_new (GST_ELEMENT (self), entity,
      archetype, self->streams->len);

  g_ptr_array_add (self->streams, stream);
  return stream;
}

static void
find_group_id (GstDepthRrdDemux * self)
{
  GstEvent *event =
      gst_pad_get_sticky_event (self->sinkpad, GST_EVENT_STREAM_START, 0);

  if (event == NULL || !gst_event_parse_group_id (event, &self->group_id))
    self->group_id = gst_util_group_id_next ();
  if (event != NULL)
    gst_event_unref (event);
}

static void
add_pad (GstDepthRrdDemux * self, ReplayStream * stream,
    const ReplayFrame * frame)
{
  GstPadTemplate *template =
      gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self),
      "src_%u");
  GstDepthFields fields;

  if (frame->refused_meter != 0)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT,
        ("The recording says a unit of %g "
            "depth units per metre at %s, which is left out; allowed is 1 to "
            "1000000. Set the property meter of the next element",
            frame->refused_meter, stream->entity->path), (NULL));
  replay_fixed_find (&self->index, frame, &fields);
  replay_stream_make_pad (stream, template, frame, &fields, &self->times,
      self->group_id);
  gst_pad_set_event_function (stream->pad, gst_depth_rrd_demux_src_event);
  gst_pad_set_query_function (stream->pad, gst_depth_rrd_demux_src_query);
  gst_flow_combiner_add_pad (self->combiner, stream->pad);
  gst_element_add_pad (GST_ELEMENT (self), stream->pad);
}

/* --- rows --- */

static void
report_frame (GstDepthRrdDemux * self, const ReplayStream * stream,
    GstClockTime clock, gchar * why)
{
  gst_depth_report_bad (&self->report, GST_ELEMENT (self),
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
push_frame (GstDepthRrdDemux * self, ReplayStream * stream,
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
    add_pad (self, stream, &frame);
  GST_BUFFER_PTS (buffer) = clock;
  if (!replay_frame_is_key (stream->archetype, stream->entity, chunk, row->row))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  add_capture_time (buffer, chunk, row->row);
  flow = replay_stream_push (stream, &frame, buffer, &self->times,
      &self->segment, self->seqnum);
  return gst_flow_combiner_update_pad_flow (self->combiner, stream->pad, flow);
}

/* The pictures of a row: more than one only where texts were logged as a batch. */
static GstFlowReturn
push_pictures (GstDepthRrdDemux * self, ReplayStream * stream,
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

static GstFlowReturn
push_row (GstDepthRrdDemux * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, GstClockTime clock)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; i < REPLAY_N_ARCHETYPES && flow == GST_FLOW_OK; i++) {
    const ReplayArchetype *archetype = &replay_archetypes[i];
    ReplayStream *stream = find_stream (self, entity, archetype);

    if (stream != NULL && row->time >= stream->from)
      flow = push_pictures (self, stream, chunk, row, clock);
  }
  return flow;
}

static void
push_gaps (GstDepthRrdDemux * self, GstClockTime clock)
{
  for (guint i = 0; i < self->streams->len; i++)
    replay_stream_gap (self->streams->pdata[i], clock, &self->segment,
        self->seqnum);
}

/* --- from a file --- */

/* What holds for the pictures of an entity: its own components, and the intrinsics of
 * those above it. */
static gboolean
settle (GstDepthRrdDemux * self, ReplayEntity * entity, gint64 time,
    gboolean inclusive)
{
  guint64 components = REPLAY_STATES;

  for (; entity != NULL; entity = entity->parent) {
    if (!replay_index_settle (&self->index, entity, components, time,
            inclusive))
      return FALSE;
    components = REPLAY_PINHOLE;
  }
  return TRUE;
}

static gboolean
has_bytes (const ReplayChunk * chunk, const ReplayRow * row, gpointer component)
{
  gsize first, n;

  return replay_chunk_has (chunk, GPOINTER_TO_UINT (component), row->row,
      &first, &n) && n > 0;
}

/* Gives a stream its pad by a picture of a row, if there is one that can be read. */
static void
try_expose (GstDepthRrdDemux * self, ReplayStream * stream,
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
  if (settle (self, stream->entity, row->time, TRUE)
      && frame.bytes.data != NULL && replay_frame_read (&frame, &why))
    add_pad (self, stream, &frame);
  g_free (why);
}

/* Gives a stream its pad, by its first picture that is not damaged. */
static void
expose (GstDepthRrdDemux * self, ReplayStream * stream)
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
apply_statics (GstDepthRrdDemux * self)
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

/* Our own pts is the time of the pipeline that recorded it, so it stays as it is. */
static gint64
get_base (const ReplayIndex * index)
{
  if (index->first == G_MAXINT64)
    return 0;
  return g_strcmp0 (index->timeline, "pts") == 0
      && index->kind == RRD_DURATION ? MIN (index->first, 0) : index->first;
}

static void
open_streams (GstDepthRrdDemux * self)
{
  ReplayIndex *index = &self->index;

  for (guint i = 0; i < index->entities.all->len; i++) {
    ReplayEntity *entity = index->entities.all->pdata[i];

    if (!replay_wishes_entity (&self->wishes, entity->path))
      continue;
    for (guint j = 0; j < REPLAY_N_ARCHETYPES; j++) {
      if (entity->components & REPLAY_BIT (replay_archetypes[j].picture))
        add_stream (self, entity, &replay_archetypes[j]);
    }
  }
}

static gboolean
restart (GstDepthRrdDemux * self)
{
  gboolean forwards = self->segment.rate > 0;
  gint64 time = replay_times_from_clock (&self->times, self->segment.position);

  replay_entities_forget (&self->index.entities);
  if (!forwards) {
    replay_player_seek (&self->player, time < G_MAXINT64 ? time + 1 : time, -1);
    return TRUE;
  }
  for (guint i = 0; i < self->streams->len; i++) {
    const ReplayStream *stream = self->streams->pdata[i];

    time = MIN (time, stream->from);
  }
  for (guint i = 0; i < self->streams->len; i++) {
    const ReplayStream *stream = self->streams->pdata[i];

    if (!settle (self, stream->entity, time, FALSE))
      return FALSE;
  }
  replay_player_seek (&self->player, time, 1);
  return self->index.file.flow == GST_FLOW_OK;
}

/* Returns: %FALSE with an error that was posted, or with the flow of the file */
static gboolean
open_file (GstDepthRrdDemux * self)
{
  ReplayIndex *index = &self->index;
  GError *error = NULL;

  if (!replay_index_read (index, self->sinkpad, &error)) {
    if (error != NULL)
      GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, ("%s", error->message),
          (NULL));
    g_clear_error (&error);
    return FALSE;
  }
  open_streams (self);
  if (!check_streams (self))
    return FALSE;
  warn_of_untimed (self);
  self->times.kind = index->kind;
  self->times.base = get_base (index);
  GST_OBJECT_LOCK (self);
  self->is_seekable = TRUE;
  self->duration = index->first == G_MAXINT64 ? 0 :
      replay_times_to_clock (&self->times, index->last);
  self->segment.duration = self->duration;
  GST_OBJECT_UNLOCK (self);
  find_group_id (self);
  if (!apply_statics (self))
    return FALSE;
  for (guint i = 0; i < self->streams->len; i++) {
    expose (self, self->streams->pdata[i]);
    if (index->file.flow != GST_FLOW_OK)
      return FALSE;
  }
  gst_element_no_more_pads (GST_ELEMENT (self));
  self->is_open = TRUE;
  return restart (self);
}

/* Pictures without a time are there from the start on. */
static GstFlowReturn
push_statics (GstDepthRrdDemux * self)
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
      flow = push_row (self, replay_index_entity (&self->index, entry), chunk,
          &row, self->segment.position);
    }
    replay_chunk_unref (chunk);
  }
  return flow;
}

static GstFlowReturn
play_forwards (GstDepthRrdDemux * self, ReplayEntity * entity,
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
  return push_row (self, entity, chunk, row, clock);
}

static GstFlowReturn
play_backwards (GstDepthRrdDemux * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, GstClockTime clock)
{
  if (!row->has_picture)
    return GST_FLOW_OK;
  if (clock < self->segment.start)
    return GST_FLOW_EOS;
  self->segment.position = clock;
  if (!settle (self, entity, row->time, TRUE))
    return self->index.file.flow;
  return push_row (self, entity, chunk, row, clock);
}

static GstFlowReturn
play_next (GstDepthRrdDemux * self)
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

/* --- the end --- */

static void
push_on_all (GstDepthRrdDemux * self, GstEvent * event)
{
  gst_event_set_seqnum (event, self->seqnum);
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
end_segment (GstDepthRrdDemux * self)
{
  gint64 stop = self->segment.rate > 0 ? (gint64) self->segment.position :
      (gint64) self->segment.start;

  if (self->segment.rate > 0 && GST_CLOCK_TIME_IS_VALID (self->segment.stop))
    stop = self->segment.stop;
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_segment_done (GST_OBJECT (self), GST_FORMAT_TIME, stop));
  push_on_all (self, gst_event_new_segment_done (GST_FORMAT_TIME, stop));
}

static gboolean
has_pads (const GstDepthRrdDemux * self)
{
  for (guint i = 0; i < self->streams->len; i++) {
    if (((ReplayStream *) self->streams->pdata[i])->pad != NULL)
      return TRUE;
  }
  return FALSE;
}

/* All that there is was played. */
static void
end (GstDepthRrdDemux * self)
{
  if (gst_depth_report_end (&self->report, GST_ELEMENT (self))
      && !has_pads (self))
    GST_ELEMENT_ERROR (self, STREAM, DEMUX, ("None of the pictures that the "
            "recording announces is there: see what `rerun rrd verify` says "
            "of it"), (NULL));
  if (self->segment.flags & GST_SEGMENT_FLAG_SEGMENT)
    end_segment (self);
  else
    push_on_all (self, gst_event_new_eos ());
}

static void
pause (GstDepthRrdDemux * self, GstFlowReturn flow)
{
  GST_INFO_OBJECT (self, "pausing: %s", gst_flow_get_name (flow));
  gst_pad_pause_task (self->sinkpad);
  if (flow == GST_FLOW_EOS) {
    end (self);
  } else if (flow == GST_FLOW_NOT_LINKED || flow < GST_FLOW_EOS) {
    GST_ELEMENT_FLOW_ERROR (self, flow);
    push_on_all (self, gst_event_new_eos ());
  }
}

static void
gst_depth_rrd_demux_loop (GstPad * pad)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (GST_PAD_PARENT (pad));
  GstFlowReturn flow;

  if (!self->is_open && !open_file (self)) {
    GST_INFO_OBJECT (self, "not opened: %s",
        gst_flow_get_name (self->index.file.flow));
    if (self->index.file.flow != GST_FLOW_OK)
      pause (self, self->index.file.flow);
    else
      gst_pad_pause_task (pad);
    return;
  }
  flow = play_next (self);
  if (flow != GST_FLOW_OK)
    pause (self, flow);
}

/* --- seeking --- */

typedef struct
{
  ReplayStream *stream;
} KeySearch;

static gboolean
is_key (const ReplayChunk * chunk, const ReplayRow * row, gpointer user)
{
  const ReplayStream *stream = ((KeySearch *) user)->stream;

  return has_bytes (chunk, row, GUINT_TO_POINTER (stream->archetype->picture))
      && replay_frame_is_key (stream->archetype, stream->entity, chunk,
      row->row);
}

/* The last row of a stream up to @time that playing can begin with. */
static gboolean
find_key (GstDepthRrdDemux * self, ReplayStream * stream, gint64 time,
    gint64 * key)
{
  KeySearch user = { stream };
  const ReplaySearch search = { stream->entity, stream->archetype->picture,
    time, is_key, &user
  };
  ReplayRow row;

  if (replay_stream_is_video (stream)
      && !settle (self, stream->entity, time, TRUE))
    return FALSE;
  if (replay_index_search (&self->index, &search, &row) == NULL)
    return FALSE;
  *key = row.time;
  return TRUE;
}

static gboolean
has_video (const GstDepthRrdDemux * self)
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
snap (GstDepthRrdDemux * self, gint64 time)
{
  gboolean video = has_video (self);
  gboolean found = FALSE;
  gint64 best = time;

  for (guint i = 0; i < self->streams->len; i++) {
    ReplayStream *stream = self->streams->pdata[i];
    gint64 key;

    if (replay_stream_is_text (stream)
        || replay_stream_is_video (stream) != video
        || !find_key (self, stream, time, &key))
      continue;
    best = !found ? key : video ? MIN (best, key) : MAX (best, key);
    found = TRUE;
  }
  return best;
}

/* Takes the segment of a seek. */
static gboolean
begin_segment (GstDepthRrdDemux * self, const GstSegment * segment,
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
      find_key (self, stream, time, &from);
    replay_stream_restart (stream, from, self->segment.position);
  }
  self->needs_statics = TRUE;
  gst_flow_combiner_reset (self->combiner);
  return restart (self);
}

static gboolean
make_segment (GstDepthRrdDemux * self, GstEvent * event, GstSegment * segment,
    GstSeekFlags * flags)
{
  GstFormat format;
  GstSeekType start_type, stop_type;
  gdouble rate;
  gint64 start, stop;
  gboolean update;

  gst_event_parse_seek (event, &rate, &format, flags, &start_type, &start,
      &stop_type, &stop);
  if (format != GST_FORMAT_TIME)
    return FALSE;
  if (rate < 0 && has_video (self)) {
    GST_WARNING_OBJECT (self, "video is not played backwards");
    return FALSE;
  }
  *segment = self->segment;
  if (!gst_segment_do_seek (segment, rate, format, *flags, start_type, start,
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

static gboolean
seek (GstDepthRrdDemux * self, GstEvent * event)
{
  GstSeekFlags flags;
  GstSegment segment;
  guint32 seqnum = gst_event_get_seqnum (event);
  gboolean ok, flush;
  GstEvent *flushing;

  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);
  flush = (flags & GST_SEEK_FLAG_FLUSH) != 0;
  if (flush) {
    flushing = gst_event_new_flush_start ();
    gst_event_set_seqnum (flushing, seqnum);
    gst_pad_push_event (self->sinkpad, gst_event_ref (flushing));
    push_on_all (self, flushing);
  } else {
    gst_pad_pause_task (self->sinkpad);
  }
  GST_PAD_STREAM_LOCK (self->sinkpad);
  self->index.file.flow = GST_FLOW_OK;
  self->seqnum = seqnum;
  if (flush) {
    flushing = gst_event_new_flush_stop (TRUE);
    gst_event_set_seqnum (flushing, seqnum);
    gst_pad_push_event (self->sinkpad, gst_event_ref (flushing));
    push_on_all (self, flushing);
  }
  ok = make_segment (self, event, &segment, &flags)
      && begin_segment (self, &segment, flags);
  if (ok && (segment.flags & GST_SEGMENT_FLAG_SEGMENT))
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_segment_start (GST_OBJECT (self), GST_FORMAT_TIME,
            segment.position));
  gst_pad_start_task (self->sinkpad,
      (GstTaskFunction) gst_depth_rrd_demux_loop, self->sinkpad, NULL);
  GST_PAD_STREAM_UNLOCK (self->sinkpad);
  return ok;
}

static gboolean
gst_depth_rrd_demux_src_event (GstPad * pad, GstObject * parent,
    GstEvent * event)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (parent);
  gboolean seekable;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return gst_pad_event_default (pad, parent, event);
  GST_OBJECT_LOCK (self);
  seekable = self->is_seekable;
  GST_OBJECT_UNLOCK (self);
  seekable = seekable && seek (self, event);
  gst_event_unref (event);
  return seekable;
}

static gboolean
gst_depth_rrd_demux_src_query (GstPad * pad, GstObject * parent,
    GstQuery * query)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (parent);
  GstFormat format;
  GstClockTime duration;
  gboolean seekable;

  GST_OBJECT_LOCK (self);
  seekable = self->is_seekable;
  duration = self->duration;
  GST_OBJECT_UNLOCK (self);
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_DURATION:
      gst_query_parse_duration (query, &format, NULL);
      if (format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (duration))
        return FALSE;
      gst_query_set_duration (query, format, duration);
      return TRUE;
    case GST_QUERY_SEEKING:
      gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
      if (format != GST_FORMAT_TIME)
        return FALSE;
      gst_query_set_seeking (query, format, seekable, 0,
          seekable ? (gint64) duration : -1);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

/* --- from a pipe --- */

/* The first time of all that is played is 0, but for our own pts. */
static void
take_base (GstDepthRrdDemux * self, const ReplayChunk * chunk)
{
  ReplayIndex *index = &self->index;

  if (self->is_open || chunk->n_rows == 0 || index->timeline == NULL)
    return;
  index->first = chunk->rows[0].time;
  self->times.kind = index->kind;
  self->times.base = get_base (index);
  self->is_open = TRUE;
}

static void
find_streams (GstDepthRrdDemux * self, ReplayEntity * entity)
{
  if (!replay_wishes_entity (&self->wishes, entity->path))
    return;
  for (guint i = 0; i < REPLAY_N_ARCHETYPES; i++) {
    const ReplayArchetype *archetype = &replay_archetypes[i];

    if ((entity->components & REPLAY_BIT (archetype->picture))
        && find_stream (self, entity, archetype) == NULL)
      add_stream (self, entity, archetype);
  }
}

static GstFlowReturn
play_chunk (GstDepthRrdDemux * self, ReplayChunk * chunk)
{
  ReplayIndex *index = &self->index;
  gboolean is_static = chunk->view.n_timelines == 0;
  ReplayEntity *entity =
      replay_entities_get (&index->entities, chunk->view.entity_path);
  GstFlowReturn flow = GST_FLOW_OK;

  entity->components |= chunk->components;
  replay_index_see (index, chunk);
  if (!is_static && index->timeline == NULL) {
    replay_index_count_untimed (index, entity->path, chunk->components,
        chunk->view.n_rows);
    return GST_FLOW_OK;
  }
  replay_chunk_use_timeline (chunk, is_static ? NULL : index->timeline);
  replay_index_count_untimed (index, entity->path, chunk->components,
      chunk->untimed);
  if (!is_static)
    take_base (self, chunk);
  find_streams (self, entity);
  for (guint i = 0; i < chunk->n_rows && flow == GST_FLOW_OK; i++) {
    ReplayRow *row = &chunk->rows[i];

    replay_entities_apply (&index->entities, entity, chunk, row, is_static);
    if (row->has_picture)
      flow = push_row (self, entity, chunk, row, is_static ? 0 :
          replay_times_to_clock (&self->times, row->time));
  }
  return flow;
}

static GstFlowReturn
take_chunk (GstDepthRrdDemux * self, GstBuffer * buffer, const guint8 * data,
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
    gst_depth_report_bad (&self->report, GST_ELEMENT (self),
        g_strdup_printf ("The chunk at byte %" G_GUINT64_FORMAT " of the "
            "recording is left out: %s", event->offset, error.what));
    return GST_FLOW_OK;
  }
  flow = play_chunk (self, chunk);
  replay_chunk_unref (chunk);
  return flow;
}

static GstFlowReturn
take_event (GstDepthRrdDemux * self, GstBuffer * buffer, const guint8 * data,
    const RrdEvent * event)
{
  switch (event->kind) {
    case RRD_EVENT_STORE_INFO:
      replay_store_is (&self->index.store, &event->store);
      return GST_FLOW_OK;
    case RRD_EVENT_CHUNK:
      return take_chunk (self, buffer, data, event);
    case RRD_EVENT_BAD_MESSAGE:
      gst_depth_report_bad (&self->report, GST_ELEMENT (self),
          g_strdup_printf ("The message at byte %" G_GUINT64_FORMAT " of the "
              "recording is left out: %s", event->offset, event->error.what));
      return GST_FLOW_OK;
    case RRD_EVENT_BAD_STREAM:
      if (event->offset == 0) {
        GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, ("This is %s",
                event->error.what), (NULL));
        return GST_FLOW_ERROR;
      }
      G_GNUC_FALLTHROUGH;
    case RRD_EVENT_CUT_OFF:
      GST_ELEMENT_WARNING (self, STREAM, DEMUX, ("The recording is cut off at "
              "byte %" G_GUINT64_FORMAT ": %s. What comes before is played.",
              event->offset, event->error.what), (NULL));
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
take_message (GstDepthRrdDemux * self, gboolean at_end)
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
take_messages (GstDepthRrdDemux * self, gboolean at_end)
{
  GstFlowReturn flow;

  do {
    flow = take_message (self, at_end);
  } while (flow == GST_FLOW_OK);
  return flow;
}

static GstFlowReturn
gst_depth_rrd_demux_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (parent);
  GstFlowReturn flow;

  gst_adapter_push (self->adapter, buffer);
  flow = self->failed ? GST_FLOW_ERROR : take_messages (self, FALSE);
  self->failed = flow == GST_FLOW_ERROR;
  return flow == GST_FLOW_EOS ? GST_FLOW_OK : flow;
}

static void
end_pipe (GstDepthRrdDemux * self)
{
  if (self->failed || take_messages (self, TRUE) == GST_FLOW_ERROR)
    return;
  if (!check_streams (self))
    return;
  warn_of_untimed (self);
  gst_element_no_more_pads (GST_ELEMENT (self));
  end (self);
}

static gboolean
gst_depth_rrd_demux_sink_event (GstPad * pad, GstObject * parent,
    GstEvent * event)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      if (!gst_event_parse_group_id (event, &self->group_id))
        self->group_id = gst_util_group_id_next ();
      break;
    case GST_EVENT_EOS:
      end_pipe (self);
      break;
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
      break;
    default:
      return gst_pad_event_default (pad, parent, event);
  }
  gst_event_unref (event);
  return TRUE;
}

/* --- activation --- */

static gboolean
gst_depth_rrd_demux_activate (GstPad * pad, GstObject * parent)
{
  GstQuery *query = gst_query_new_scheduling ();
  gboolean pull = gst_pad_peer_query (pad, query)
      && gst_query_has_scheduling_mode_with_flags (query, GST_PAD_MODE_PULL,
      GST_SCHEDULING_FLAG_SEEKABLE);

  gst_query_unref (query);
  return gst_pad_activate_mode (pad,
      pull ? GST_PAD_MODE_PULL : GST_PAD_MODE_PUSH, TRUE);
}

static gboolean
gst_depth_rrd_demux_activate_mode (GstPad * pad, GstObject * parent,
    GstPadMode mode, gboolean active)
{
  if (mode != GST_PAD_MODE_PULL)
    return mode == GST_PAD_MODE_PUSH;
  if (active)
    return gst_pad_start_task (pad, (GstTaskFunction) gst_depth_rrd_demux_loop,
        pad, NULL);
  return gst_pad_stop_task (pad);
}

static GstStateChangeReturn
gst_depth_rrd_demux_change_state (GstElement * element,
    GstStateChange transition)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    stop (self);
  return result;
}

/* --- properties --- */

static void
gst_depth_rrd_demux_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_TIMELINE:
      g_free (self->timeline);
      self->timeline = g_value_dup_string (value);
      break;
    case PROP_FRAMERATE:
      self->fps_n = gst_value_get_fraction_numerator (value);
      self->fps_d = gst_value_get_fraction_denominator (value);
      break;
    case PROP_ENTITY_PATH:
      g_free (self->entity_path);
      self->entity_path = g_value_dup_string (value);
      break;
    case PROP_RECORDING_ID:
      g_free (self->recording_id);
      self->recording_id = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_depth_rrd_demux_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_TIMELINE:
      g_value_set_string (value, self->timeline);
      break;
    case PROP_FRAMERATE:
      gst_value_set_fraction (value, self->fps_n, self->fps_d);
      break;
    case PROP_ENTITY_PATH:
      g_value_set_string (value, self->entity_path);
      break;
    case PROP_RECORDING_ID:
      g_value_set_string (value, self->recording_id);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_depth_rrd_demux_finalize (GObject * object)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (object);

  g_free (self->timeline);
  g_free (self->recording_id);
  g_free (self->entity_path);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_depth_rrd_demux_init (GstDepthRrdDemux * self)
{
  self->fps_n = DEFAULT_FPS_N;
  self->fps_d = DEFAULT_FPS_D;
  self->duration = GST_CLOCK_TIME_NONE;
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_activate_function (self->sinkpad, gst_depth_rrd_demux_activate);
  gst_pad_set_activatemode_function (self->sinkpad,
      gst_depth_rrd_demux_activate_mode);
  gst_pad_set_chain_function (self->sinkpad, gst_depth_rrd_demux_chain);
  gst_pad_set_event_function (self->sinkpad, gst_depth_rrd_demux_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
}

static void
install_properties (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (klass, PROP_TIMELINE,
      g_param_spec_string ("timeline", "Timeline",
          "Timeline that says when a picture is shown; none = the first that "
          "has pictures of pts, capture_time, log_time, frame, any other",
          NULL, flags));
  g_object_class_install_property (klass, PROP_FRAMERATE,
      gst_param_spec_fraction ("framerate", "Framerate",
          "How fast a timeline that counts, as frame, is played",
          1, G_MAXINT, G_MAXINT, 1, DEFAULT_FPS_N, DEFAULT_FPS_D, flags));
  g_object_class_install_property (klass, PROP_ENTITY_PATH,
      g_param_spec_string ("entity-path", "Entity path",
          "Entity paths, with commas between them, to play with all that is "
          "below them; none = all", NULL, flags));
  g_object_class_install_property (klass, PROP_RECORDING_ID,
      g_param_spec_string ("recording-id", "Recording ID",
          "Which recording of a file that has several; none = the first",
          NULL, flags));
}

static void
gst_depth_rrd_demux_class_init (GstDepthRrdDemuxClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_depth_rrd_demux_set_property;
  object_class->get_property = gst_depth_rrd_demux_get_property;
  object_class->finalize = gst_depth_rrd_demux_finalize;
  install_properties (object_class);

  gst_element_class_set_static_metadata (element_class, "Rerun demuxer",
      "Codec/Demuxer",
      "Plays depth video, pictures, video and text of a recording of Rerun",
      "gst-rvldepth");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_depth_rrd_demux_change_state);
}
