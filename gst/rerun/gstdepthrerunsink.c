/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-rerunsink
 * @title: rerunsink
 * @short_description: logs depth, pictures, video and text into a Rerun recording
 *
 * Writes depth frames into a recording of Rerun, which its Viewer shows in 2D
 * and, with the camera's intrinsics, in 3D. Encoded frames are logged as they
 * come (EncodedDepthImage), raw ones as DepthImage. Pictures beside them are logged
 * as EncodedImage (JPEG, PNG) and Image (raw), encoded video without B-frames as
 * VideoStream, text as TextLog.
 *
 * pinhole, translation and rotation say where a camera is. A pose that changes while
 * the element plays is logged in time.
 *
 * Unit and range come from the properties, else from the metadata and caps that
 * travel with the frames, else the range is measured.
 *
 * A frame is logged on four timelines: log_time is the wall clock when it came,
 * capture_time that of its #GstReferenceTimestampMeta (Unix, TAI, PTP or NTP), else
 * of its PTS; pts is its running time; frame counts. A frame without PTS counts as
 * captured when it came; a folder of them has a pts by the framerate of its caps.
 *
 * A recording goes to a file, to a running Viewer or server, or to both. A server
 * never holds the stream up, unless leaky=no: frames wait for it in a queue of
 * max-queue-bytes, and it may come and go. The element messages
 * rerunsink-connected, rerunsink-disconnected and rerunsink-reconnected, with the
 * fields uri and frames-dropped, tell of it; rerunsink-stats at EOS has the
 * statistics.
 *
 * Several rerunsinks of one process with the same application and recording ID
 * make one recording; those with the same location or uri share the file or the
 * connection.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=60 ! rvldepthenc ! rerunsink location=room.rrd
 * ]| A recording of a moving room. `rerun room.rrd` shows it.
 * |[
 * gst-launch-1.0 -q depthtestsrc num-buffers=60 ! rvldepthenc ! rerunsink location=- > room.rrd
 * ]| The same through standard output: `| rerun -` instead of the file shows it.
 *
 * With `uri=rerun+http://127.0.0.1:9876/proxy location=room.rrd` the frames go into a
 * Viewer (`rerun`) and a file at once; the Viewer need not be there.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/gstdepthrerunsink.h"

#include <string.h>

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthreport.h"
#include "depth/gstdepthstream.h"
#include "rerun/kinds.h"
#include "rerun/settings.h"
#include "rerun/times.h"
#include "rerun/upstream.h"

#include "rerun/debug.h"

GST_DEBUG_CATEGORY (rerun_sink_debug);

/* Of a file's queue: a second of most cameras, and little memory. */
#define FILE_QUEUE_BYTES (16 * 1024 * 1024)

struct _GstDepthRerunSink
{
  GstBaseSink parent;

  GstDepthStream depth;         /* has the properties meter, near, far, invalid */

  /* guarded by the object lock */
  RerunSettings settings;       /* only change in NULL and READY */
  RerunPath *path;              /* NULL: not started */
  guint64 frames;
  guint64 bytes;

  /* of the run; all but the settings belong to the streaming thread */
  RerunSettings running;
  RerunEntityContext context;
  const RerunKind *kind;        /* NULL: not known yet */
  RerunEntity *entity;          /* NULL: not known yet of what kind */
  gboolean has_caps;            /* which it did not refuse */
  gboolean has_frames;          /* of this kind, which the entity has now */
  GstCaps *caps;                /* those that the entity does not have yet, or NULL */
  RerunTimes times;
  GstDepthReport report;
  guint drops;                  /* frames dropped that the log lacks so far */
  gboolean failed;              /* and has told so */
};

enum
{
  PROP_0,
  PROP_FIRST,
};

/* The ids after those of the depth stream, and after those of the settings. */
static guint prop_settings, prop_stats;

static void gst_depth_rerun_sink_uri_handler_init (gpointer iface,
    gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstDepthRerunSink, gst_depth_rerun_sink,
    GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
        gst_depth_rerun_sink_uri_handler_init);
    GST_DEBUG_CATEGORY_INIT (rerun_sink_debug, "rerunsink", 0,
        "depth into Rerun"));
#define parent_class gst_depth_rerun_sink_parent_class
GST_ELEMENT_REGISTER_DEFINE (rerunsink, "rerunsink", GST_RANK_NONE,
    GST_TYPE_DEPTH_RERUN_SINK);

static GstStructure *
gst_depth_rerun_sink_stats (GstDepthRerunSink * self)
{
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  stats = gst_structure_new ("rerunsink-stats",
      "frames", G_TYPE_UINT64, self->frames,
      "bytes", G_TYPE_UINT64, self->bytes, NULL);
  if (self->path != NULL)
    rerun_path_add_stats (self->path, stats);
  GST_OBJECT_UNLOCK (self);
  return stats;
}

/* Returns: (nullable): why the property cannot become @value while the element runs */
static gchar *
running_problem (const GValue * value, GParamSpec * pspec)
{
  if (g_str_equal (pspec->name, "translation"))
    return rerun_pose_translation_problem (value);
  if (g_str_equal (pspec->name, "rotation"))
    return rerun_pose_rotation_problem (value);
  return g_strdup_printf ("%s cannot change while the element runs; allowed is "
      "to set it in the states NULL and READY", pspec->name);
}

static void
gst_depth_rerun_sink_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (object);
  gchar *problem = NULL;

  if (id < prop_settings) {
    gst_depth_stream_set_property (&self->depth, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  if (self->path != NULL)
    problem = running_problem (value, pspec);
  if (problem == NULL)
    rerun_settings_set (&self->settings, id - prop_settings, value);
  GST_OBJECT_UNLOCK (self);
  if (problem != NULL)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS, ("%s", problem),
        ("the value before stays"));
  g_free (problem);
}

static void
gst_depth_rerun_sink_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (object);

  if (id < prop_settings) {
    gst_depth_stream_get_property (&self->depth, value, pspec);
  } else if (id == prop_stats) {
    g_value_take_boxed (value, gst_depth_rerun_sink_stats (self));
  } else {
    GST_OBJECT_LOCK (self);
    rerun_settings_get (&self->settings, id - prop_settings, value);
    GST_OBJECT_UNLOCK (self);
  }
}

static void
gst_depth_rerun_sink_finalize (GObject * object)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (object);

  rerun_settings_clear (&self->settings);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static const struct
{
  gint code;                    /* of GIO */
  GstResourceError error;
} resource_errors[] = {
  {G_IO_ERROR_NO_SPACE, GST_RESOURCE_ERROR_NO_SPACE_LEFT},
  {G_IO_ERROR_NOT_FOUND, GST_RESOURCE_ERROR_NOT_FOUND},
  {G_IO_ERROR_PERMISSION_DENIED, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
  {G_IO_ERROR_BUSY, GST_RESOURCE_ERROR_BUSY},
  {G_IO_ERROR_EXISTS, GST_RESOURCE_ERROR_BUSY},
};

/* Takes @what. */
static void
post_resource_error (GstElement * element, const GError * error,
    GstResourceError otherwise, gchar * what)
{
  GstResourceError code = otherwise;

  for (gsize i = 0; i < G_N_ELEMENTS (resource_errors); i++) {
    if (g_error_matches (error, G_IO_ERROR, resource_errors[i].code))
      code = resource_errors[i].error;
  }
  gst_element_message_full (element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      code, g_strdup_printf ("%s: %s", what, error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
  g_free (what);
}

/* The location for people, whatever its bytes are. */
static gchar *
display_location (GstDepthRerunSink * self)
{
  return g_filename_display_name (self->running.location);
}

/* A server that has not got all is only a warning. A file that failed ends the stream
 * with one error, and so does a row that cannot be logged. */
static void
gst_depth_rerun_sink_failed (GstElement * element, guint output,
    const GError * error)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (element);
  gchar *location;

  if (output == RERUN_SERVER) {
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE, ("%s", error->message), (NULL));
    return;
  }
  if (self->failed)
    return;
  self->failed = TRUE;
  if (output == RERUN_N_OUTPUTS) {
    GST_ELEMENT_ERROR (self, STREAM, ENCODE,
        ("a frame cannot be logged: %s", error->message), (NULL));
    return;
  }
  location = display_location (self);
  post_resource_error (element, error, GST_RESOURCE_ERROR_WRITE,
      g_strdup_printf ("writing location %s failed", location));
  g_free (location);
}

/* For a wait that an unlock() has interrupted: PAUSED is waited out, with the preroll
 * lock. */
static gboolean
go_on (GstElement * element)
{
  return gst_base_sink_wait_preroll (GST_BASE_SINK (element)) !=
      GST_FLOW_FLUSHING;
}

static gboolean
is_ending (GstElement * element)
{
  return rerun_upstream_is_ending (GST_BASE_SINK_PAD (element));
}

static const RerunUserClass user_class = { go_on, is_ending };

static gboolean
use_file (GstDepthRerunSink * self, RerunPath * path)
{
  RerunQueueSettings queue = {
    FILE_QUEUE_BYTES, RERUN_LEAKY_NO, self->running.drain_timeout
  };
  GError *error = NULL;
  gchar *location;

  if (self->running.location == NULL || rerun_path_use_file (path,
          self->running.location, self->running.compression, &queue, &error))
    return TRUE;
  location = display_location (self);
  post_resource_error (GST_ELEMENT (self), error, GST_RESOURCE_ERROR_OPEN_WRITE,
      g_strdup_printf ("location %s cannot be written", location));
  g_free (location);
  g_error_free (error);
  return FALSE;
}

static void
use_server (GstDepthRerunSink * self, RerunPath * path)
{
  RerunUri *uri = rerun_settings_uri (&self->running);
  RerunQueueSettings queue = {
    self->running.max_queue_bytes, self->running.leaky,
    self->running.drain_timeout
  };

  if (uri != NULL)
    rerun_path_use_server (path, uri, self->running.spawn_viewer, &queue);
}

static RerunPath *
join (GstDepthRerunSink * self)
{
  gchar *application_id = rerun_settings_application_id (&self->running);
  gchar *entity_path = rerun_settings_entity_path (&self->running);
  GError *error = NULL;
  RerunPath *path = rerun_recording_join (application_id,
      self->running.recording_id, entity_path, self->running.timelines,
      GST_ELEMENT (self), &user_class, &error);

  if (path == NULL)
    GST_ELEMENT_ERROR (self, RESOURCE, BUSY, ("%s", error->message), (NULL));
  g_clear_error (&error);
  g_free (application_id);
  g_free (entity_path);
  return path;
}

/* The settings of this run: what others set meanwhile counts for the next one. */
static gboolean
take_settings (GstDepthRerunSink * self)
{
  gchar *problem;

  GST_OBJECT_LOCK (self);
  rerun_settings_copy (&self->running, &self->settings);
  GST_OBJECT_UNLOCK (self);
  problem = rerun_settings_problem (&self->running);
  if (problem == NULL && gst_depth_stream_check (&self->depth))
    return TRUE;
  if (problem != NULL)
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", problem), (NULL));
  g_free (problem);
  rerun_settings_clear (&self->running);
  return FALSE;
}

static void
begin_run (GstDepthRerunSink * self, RerunPath * path)
{
  self->context = (RerunEntityContext) { .element =
      GST_ELEMENT (self),.path = path,.settings = &self->running,.depth =
      &self->depth,.report = &self->report,.failed =
      gst_depth_rerun_sink_failed, };
  self->failed = FALSE;
  self->drops = 0;
  memset (&self->times, 0, sizeof self->times);
  GST_OBJECT_LOCK (self);
  self->path = path;
  self->frames = self->bytes = 0;
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "logging %s to recording %s",
      rerun_path_get_text (path), rerun_path_get_recording_id (path));
}

static gboolean
gst_depth_rerun_sink_start (GstDepthRerunSink * self)
{
  RerunPath *path;

  if (!take_settings (self))
    return FALSE;
  path = join (self);
  if (path == NULL)
    goto no_path;
  if (!use_file (self, path))
    goto no_file;
  use_server (self, path);
  begin_run (self, path);
  return TRUE;

no_file:
  rerun_recording_leave (path, gst_depth_rerun_sink_failed);
no_path:
  rerun_settings_clear (&self->running);
  return FALSE;
}

static void
free_entity (GstDepthRerunSink * self)
{
  if (self->entity != NULL)
    self->entity->klass->free (self->entity);
  self->entity = NULL;
  self->has_caps = self->has_frames = FALSE;
}

static void
gst_depth_rerun_sink_stop (GstDepthRerunSink * self)
{
  RerunPath *path = self->path;

  GST_OBJECT_LOCK (self);
  self->path = NULL;
  GST_OBJECT_UNLOCK (self);
  free_entity (self);
  self->kind = NULL;
  gst_clear_caps (&self->caps);
  rerun_recording_leave (path, gst_depth_rerun_sink_failed);
  gst_depth_report_clear (&self->report);
  rerun_settings_clear (&self->running);
}

/* Returns: %FALSE if an error was posted */
static gboolean
check (GstDepthRerunSink * self)
{
  gboolean ok = take_settings (self);

  if (ok)
    rerun_settings_clear (&self->running);
  return ok;
}

/* GstBaseSink's start and stop come with READY: too early, properties may still
 * change there, and the file would be there before the pipeline can run. */
static GstStateChangeReturn
gst_depth_rerun_sink_change_state (GstElement * element,
    GstStateChange transition)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !check (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && !gst_depth_rerun_sink_start (self))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    gst_depth_rerun_sink_stop (self);
  return result;
}

static void
set_flushing (GstDepthRerunSink * self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->path != NULL)
    rerun_path_set_flushing (self->path, flushing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_depth_rerun_sink_unlock (GstBaseSink * sink)
{
  set_flushing (GST_DEPTH_RERUN_SINK (sink), TRUE);
  return TRUE;
}

static gboolean
gst_depth_rerun_sink_unlock_stop (GstBaseSink * sink)
{
  set_flushing (GST_DEPTH_RERUN_SINK (sink), FALSE);
  return TRUE;
}

/* All frames of an entity, those of runs before included, are of one kind. */
static gboolean
check_kind (GstDepthRerunSink * self, const RerunKind * kind, GstCaps * caps)
{
  const gchar *has = rerun_path_get_kind (self->path);

  if (has == NULL || g_str_equal (has, kind->name))
    return TRUE;
  return gst_depth_caps_refuse (GST_ELEMENT (self), caps,
      g_strdup_printf
      ("entity-path %s holds %s already, and this stream is %s: "
          "log it to another entity-path",
          rerun_path_get_text (self->path), has, kind->name));
}

static gboolean
set_kind (GstDepthRerunSink * self, const RerunKind * kind, GstCaps * caps)
{
  if (!check_kind (self, kind, caps))
    return FALSE;
  if (self->kind != kind)
    free_entity (self);
  if (self->entity == NULL) {
    self->entity = kind->klass->new (&self->context);
    self->entity->klass = kind->klass;
    self->entity->context = &self->context;
  }
  self->kind = kind;
  GST_DEBUG_OBJECT (self, "logging %s of %" GST_PTR_FORMAT, kind->name, caps);
  self->has_caps = self->entity->klass->set_caps (self->entity, caps);
  return self->has_caps;
}

static gboolean
gst_depth_rerun_sink_set_caps (GstBaseSink * sink, GstCaps * caps)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);
  RerunArchetype archetype = self->running.archetype;
  const RerunKind *kind;

  rerun_times_set_caps (&self->times, caps);
  gst_clear_caps (&self->caps);
  self->has_caps = FALSE;
  if (archetype == RERUN_ARCHETYPE_AUTO && self->kind != NULL)
    archetype = self->kind->archetype;  /* as the frames before */
  kind = rerun_kind_for (caps, archetype);
  if (kind != NULL)
    return set_kind (self, kind, caps);
  if (archetype != RERUN_ARCHETYPE_AUTO)
    return gst_depth_caps_refuse (GST_ELEMENT (self), caps,
        g_strdup ("archetype is image; pictures need GRAY16_LE"));
  self->caps = gst_caps_ref (caps);     /* the first frame decides */
  return TRUE;
}

/* Caps that do not say whether a stream is depth or pictures: this frame does. One
 * that cannot is left out. */
static GstFlowReturn
decide (GstDepthRerunSink * self, GstBuffer * buffer, const gint64 * times)
{
  GstCaps *caps = self->caps;
  gchar *why;
  RerunArchetype archetype = rerun_kind_guess (buffer, &why);
  gboolean ok;

  if (archetype == RERUN_ARCHETYPE_AUTO)
    return rerun_leave_out (&self->context, times, why);
  self->caps = NULL;
  ok = set_kind (self, rerun_kind_for (caps, archetype), caps);
  gst_caps_unref (caps);
  return ok ? GST_FLOW_OK : GST_FLOW_NOT_NEGOTIATED;
}

/* In the order of the template, whatever that of the filter is: who takes the first
 * caps takes some that need no parser. */
static GstCaps *
gst_depth_rerun_sink_get_caps (GstBaseSink * sink, GstCaps * filter)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);
  GstCaps *all, *caps;

  GST_OBJECT_LOCK (self);
  all = rerun_kinds_get_caps (self->settings.archetype);
  GST_OBJECT_UNLOCK (self);
  if (filter == NULL)
    return all;
  caps = gst_caps_intersect_full (all, filter, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (all);
  return caps;
}

static gboolean
gst_depth_rerun_sink_event (GstBaseSink * sink, GstEvent * event)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP && self->entity != NULL
      && self->entity->klass->flush != NULL)
    self->entity->klass->flush (self->entity);
  return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
}

static gboolean
gst_depth_rerun_sink_propose_allocation (GstBaseSink * sink, GstQuery * query)
{
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

static void
count (GstDepthRerunSink * self, GstBuffer * buffer)
{
  GST_OBJECT_LOCK (self);
  self->frames++;
  self->bytes += gst_buffer_get_size (buffer);
  GST_OBJECT_UNLOCK (self);
}

/* A line where the first of several frames is missing, once the gap has ended. */
static GstFlowReturn
log_drops (GstDepthRerunSink * self)
{
  gint64 times[RERUN_N_TIMELINES];
  guint n = rerun_path_take_drops (self->path, self->drops, times);
  gboolean ended = n > 0 && n == self->drops;
  GstFlowReturn flow = GST_FLOW_OK;
  gchar *text;

  self->drops = ended ? 0 : n;
  if (!ended || !self->running.log_drops)
    return GST_FLOW_OK;
  text = g_strdup_printf ("%u frames dropped: more came than was taken", n);
  flow = rerun_log_text (&self->context, RERUN_ROW_ONCE, text, RERUN_LEVEL_WARN,
      times);
  g_free (text);
  return flow;
}

/* The pose at the time of @buffer. */
static void
find_pose (GstDepthRerunSink * self, GstBuffer * buffer)
{
  const GstSegment *segment = &GST_BASE_SINK (self)->segment;
  GstClockTime time = GST_CLOCK_TIME_NONE;

  if (segment->format == GST_FORMAT_TIME)
    time = gst_segment_to_stream_time (segment, GST_FORMAT_TIME,
        GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (self), time);
  GST_OBJECT_LOCK (self);
  rerun_pose_get (&self->context.pose, &self->settings.translation,
      &self->settings.rotation);
  GST_OBJECT_UNLOCK (self);
}

static GstFlowReturn
gst_depth_rerun_sink_render (GstBaseSink * sink, GstBuffer * buffer)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);
  RerunTimes next = self->times;
  gint64 times[RERUN_N_TIMELINES];
  guint64 good = self->report.good;
  GstFlowReturn flow = GST_FLOW_OK;

  rerun_times_next (&next, sink, buffer, times);
  if (self->caps != NULL)
    flow = decide (self, buffer, times);
  if (flow != GST_FLOW_OK || self->caps != NULL)
    return flow;
  if (!self->has_caps)
    return GST_FLOW_NOT_NEGOTIATED;
  if (!self->has_frames)
    rerun_path_set_kind (self->path, self->kind->name);
  self->has_frames = TRUE;
  find_pose (self, buffer);
  flow = self->entity->klass->log (self->entity, buffer, times);
  if (self->report.good == good)        /* it was left out, and has no number */
    return flow;
  self->times = next;
  count (self, buffer);
  if (flow == GST_FLOW_OK)
    flow = log_drops (self);
  GST_LOG_OBJECT (self, "frame %" G_GINT64_FORMAT ", pts %" GST_STIME_FORMAT
      ": %s", times[RERUN_FRAME], GST_STIME_ARGS (times[RERUN_PTS]),
      gst_flow_get_name (flow));
  return flow;
}

/* An output that failed has said so, and does not hold up the end. Returns: %FALSE if
 * a flush, or READY, cuts it short */
static gboolean
drain (GstDepthRerunSink * self)
{
  guint output;

  for (guint i = 0; i < RERUN_N_OUTPUTS; i++) {
    RerunLogResult result = rerun_path_drain (self->path, i);

    if (result == RERUN_LOG_STOPPED)
      return FALSE;
    if (result == RERUN_LOG_FAILED)
      gst_depth_rerun_sink_failed (GST_ELEMENT (self), i,
          rerun_path_get_failure (self->path, &output));
  }
  return TRUE;
}

/* The base class posts the EOS message after this: everything is written by then.
 * What is cut short is left to stop(). */
static GstFlowReturn
gst_depth_rerun_sink_wait_event (GstBaseSink * sink, GstEvent * event)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);
  GstFlowReturn flow =
      GST_BASE_SINK_CLASS (parent_class)->wait_event (sink, event);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS || flow != GST_FLOW_OK)
    return flow;
  for (guint i = 0; i < 2 && flow == GST_FLOW_OK; i++)  /* look twice: it has ended */
    flow = log_drops (self);
  if (flow != GST_FLOW_OK)
    return flow;
  if (!drain (self))
    return GST_FLOW_FLUSHING;
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_depth_rerun_sink_stats (self)));
  if (!gst_depth_report_end (&self->report, GST_ELEMENT (self)))
    flow = GST_FLOW_ERROR;
  return flow;
}

static GstURIType
gst_depth_rerun_sink_uri_get_type (GType type)
{
  return GST_URI_SINK;
}

static const gchar *const *
gst_depth_rerun_sink_uri_get_protocols (GType type)
{
  return rerun_uri_schemes;
}

static gchar *
gst_depth_rerun_sink_uri_get_uri (GstURIHandler * handler)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (handler);
  gchar *uri;

  GST_OBJECT_LOCK (self);
  uri = g_strdup (self->settings.uri);
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static gboolean
gst_depth_rerun_sink_uri_set_uri (GstURIHandler * handler, const gchar * text,
    GError ** error)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (handler);
  RerunUri *uri = rerun_uri_parse (text, error);
  gboolean running;

  if (uri == NULL)
    return FALSE;
  rerun_uri_free (uri);
  GST_OBJECT_LOCK (self);
  running = self->path != NULL;
  GST_OBJECT_UNLOCK (self);
  if (running) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "uri cannot change while the element runs");
    return FALSE;
  }
  g_object_set (self, "uri", text, NULL);
  return TRUE;
}

static void
gst_depth_rerun_sink_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = gst_depth_rerun_sink_uri_get_type;
  handler->get_protocols = gst_depth_rerun_sink_uri_get_protocols;
  handler->get_uri = gst_depth_rerun_sink_uri_get_uri;
  handler->set_uri = gst_depth_rerun_sink_uri_set_uri;
}

static void
gst_depth_rerun_sink_init (GstDepthRerunSink * self)
{
  gst_depth_stream_init (&self->depth, GST_ELEMENT (self));
  rerun_settings_init (&self->settings);
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_last_sample_enabled (GST_BASE_SINK (self), FALSE);
}

static void
install_properties (GObjectClass * klass)
{
  prop_settings = gst_depth_stream_install_properties (klass, PROP_FIRST,
      GST_DEPTH_HAS_METER | GST_DEPTH_HAS_RANGE | GST_DEPTH_HAS_INVALID,
      GST_PARAM_MUTABLE_PLAYING);
  prop_stats = rerun_settings_install (klass, prop_settings);
  g_object_class_install_property (klass, prop_stats,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters: frames and bytes that came; location-frames-written, "
          "-bytes-written, -frames-queued, -queue-bytes, -frames-dropped; the "
          "same with uri-, and uri-frames-unconfirmed, uri-connected, "
          "uri-reconnects", GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_depth_rerun_sink_class_init (GstDepthRerunSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);
  GstCaps *caps;

  object_class->set_property = gst_depth_rerun_sink_set_property;
  object_class->get_property = gst_depth_rerun_sink_get_property;
  object_class->finalize = gst_depth_rerun_sink_finalize;
  install_properties (object_class);

  gst_element_class_set_static_metadata (element_class, "Rerun sink",
      "Sink/Network/File/Video",
      "Logs depth, pictures, video and text into a recording of Rerun",
      GST_PACKAGE_AUTHORS);
  caps = rerun_kinds_get_caps (RERUN_ARCHETYPE_AUTO);
  gst_element_class_add_pad_template (element_class,
      gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_caps_unref (caps);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_change_state);

  sink_class->unlock = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_unlock);
  sink_class->unlock_stop =
      GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_unlock_stop);
  sink_class->event = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_event);
  sink_class->get_caps = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_get_caps);
  sink_class->set_caps = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_set_caps);
  sink_class->propose_allocation =
      GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_propose_allocation);
  sink_class->render = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_render);
  sink_class->wait_event = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_wait_event);
}
