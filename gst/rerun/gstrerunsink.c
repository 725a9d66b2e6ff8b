/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-rerunsink
 * @title: rerunsink
 * @short_description: logs depth into a Rerun recording
 *
 * Writes depth frames into a recording of Rerun, which its Viewer shows in 2D
 * and, with the camera's intrinsics, in 3D. Encoded frames are logged as they
 * come (EncodedDepthImage), raw ones as DepthImage.
 *
 * Unit and range come from the properties, else from the metadata and caps that
 * travel with the frames, else the range is measured.
 *
 * A frame is logged on four timelines: log_time is the wall clock when it came,
 * capture_time that of its #GstReferenceTimestampMeta (Unix, TAI, PTP or NTP), else
 * of its PTS; pts is its running time; frame counts. A frame without PTS counts as
 * captured when it came.
 *
 * Several rerunsinks of one process with the same application and recording ID
 * make one recording, and one file where they name the same location.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=60 ! rvldepthenc ! rerunsink location=room.rrd
 * ]| A recording of a moving room. `rerun room.rrd` shows it.
 * |[
 * gst-launch-1.0 -q depthtestsrc num-buffers=60 ! rvldepthenc ! rerunsink location=- > room.rrd
 * ]| The same through standard output: `| rerun -` instead of the file shows it.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>
#include <gst/video/video.h>

#include "depth/gstdepth.h"
#include "rerun/gstrerunsink.h"
#include "rerun/measure.h"
#include "rerun/recording.h"
#include "rerun/settings.h"
#include "rerun/stream.h"
#include "rerun/times.h"

GST_DEBUG_CATEGORY_STATIC (gst_depth_rerun_sink_debug);
#define GST_CAT_DEFAULT gst_depth_rerun_sink_debug

/* Of a file's queue: a second of most cameras, and little memory. */
#define FILE_QUEUE_BYTES (16 * 1024 * 1024)

struct _GstDepthRerunSink
{
  GstBaseSink parent;

  GstDepthRule rule;

  /* guarded by the object lock; the first two only change in NULL and READY */
  RerunSettings settings;
  RerunRecording *recording;
  RerunUser *file;
  guint64 frames;
  guint64 bytes;

  /* of the streaming thread */
  gchar *entity_path;
  GstVideoInfo info;            /* of raw frames */
  RerunMedia media;
  RerunStream *stream;
  RerunTimes times;
  RerunMeasure measure;
  gboolean failed;              /* and said so */
};

enum
{
  PROP_0,
  PROP_METER,                   /* near and far follow */
  PROP_SETTINGS = PROP_METER + 3,
};

static guint prop_stats;

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/x-rvl; image/png; "
        GST_VIDEO_CAPS_MAKE ("GRAY16_LE")));

G_DEFINE_FINAL_TYPE_WITH_CODE (GstDepthRerunSink, gst_depth_rerun_sink,
    GST_TYPE_BASE_SINK,
    GST_DEBUG_CATEGORY_INIT (gst_depth_rerun_sink_debug, "rerunsink", 0,
        "depth into Rerun"));
#define parent_class gst_depth_rerun_sink_parent_class
GST_ELEMENT_REGISTER_DEFINE (rerunsink, "rerunsink", GST_RANK_NONE,
    GST_TYPE_DEPTH_RERUN_SINK);

/* --- properties -------------------------------------------------------------- */

static GstStructure *
gst_depth_rerun_sink_stats (GstDepthRerunSink * self)
{
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  stats = gst_structure_new ("rerunsink-stats",
      "frames", G_TYPE_UINT64, self->frames,
      "bytes", G_TYPE_UINT64, self->bytes, NULL);
  if (self->file != NULL) {
    GstStructure *file = rerun_output_stats (self->file->output);

    gst_structure_set (stats, "location", GST_TYPE_STRUCTURE, file, NULL);
    gst_structure_free (file);
  }
  GST_OBJECT_UNLOCK (self);
  return stats;
}

static void
gst_depth_rerun_sink_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (object);
  gboolean running;

  if (id < PROP_SETTINGS) {
    gst_depth_rule_set_property (&self->rule, GST_ELEMENT (self), value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  running = self->recording != NULL;
  if (!running)
    rerun_settings_set (&self->settings, id - PROP_SETTINGS, value);
  GST_OBJECT_UNLOCK (self);
  if (running)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("%s cannot change while the element runs; allowed is to set it in the "
            "states NULL and READY", pspec->name), ("the value before stays"));
}

static void
gst_depth_rerun_sink_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (object);

  if (id < PROP_SETTINGS) {
    gst_depth_rule_get_property (&self->rule, GST_ELEMENT (self), value, pspec);
  } else if (id == prop_stats) {
    g_value_take_boxed (value, gst_depth_rerun_sink_stats (self));
  } else {
    GST_OBJECT_LOCK (self);
    rerun_settings_get (&self->settings, id - PROP_SETTINGS, value);
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

/* --- starting and stopping --------------------------------------------------- */

static GstResourceError
resource_error (const GError * error, GstResourceError otherwise)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return GST_RESOURCE_ERROR_NO_SPACE_LEFT;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return GST_RESOURCE_ERROR_NOT_FOUND;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    return GST_RESOURCE_ERROR_BUSY;
  return otherwise;
}

static void
post_resource_error (GstDepthRerunSink * self, const GError * error,
    GstResourceError otherwise, const gchar * what)
{
  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
      GST_RESOURCE_ERROR, resource_error (error, otherwise),
      g_strdup_printf ("%s: %s", what, error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
}

/* An output's error, once. */
static void
gst_depth_rerun_sink_output_failed (GstDepthRerunSink * self,
    const GError * error)
{
  gchar *what;

  if (self->failed)
    return;
  self->failed = TRUE;
  what = g_strdup_printf ("writing location %s failed after %"
      G_GUINT64_FORMAT " frames", self->settings.location, self->frames);
  post_resource_error (self, error, GST_RESOURCE_ERROR_WRITE, what);
  g_free (what);
}

static gboolean
gst_depth_rerun_sink_open (GstDepthRerunSink * self,
    RerunRecording * recording, GError ** error)
{
  RerunQueueSettings queue = {
    FILE_QUEUE_BYTES, RERUN_LEAKY_NO, self->settings.drain_timeout
  };
  RerunUser *file = rerun_recording_use_file (recording,
      self->settings.location, self->settings.compression, &queue, error);

  if (file == NULL)
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->recording = recording;
  self->file = file;
  self->frames = self->bytes = 0;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_depth_rerun_sink_check (GstDepthRerunSink * self)
{
  gchar *problem;

  if (!gst_depth_rule_check (&self->rule, GST_ELEMENT (self)))
    return FALSE;
  GST_OBJECT_LOCK (self);
  problem = rerun_settings_problem (&self->settings);
  GST_OBJECT_UNLOCK (self);
  if (problem == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", problem), (NULL));
  g_free (problem);
  return FALSE;
}

static RerunRecording *
gst_depth_rerun_sink_join (GstDepthRerunSink * self)
{
  gchar *application_id = rerun_settings_application_id (&self->settings);
  gchar *path = rrd_entity_path_normalise (self->settings.entity_path, NULL);
  RerunRecording *recording;
  GError *error = NULL;

  recording = rerun_recording_join (application_id,
      self->settings.recording_id, path, &error);
  g_free (application_id);
  self->entity_path = g_strdup (path);
  free (path);
  if (recording == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, BUSY, ("%s", error->message), (NULL));
    g_error_free (error);
  }
  return recording;
}

static gboolean
gst_depth_rerun_sink_start (GstDepthRerunSink * self)
{
  RerunRecording *recording;
  GError *error = NULL;
  gchar *what;

  /* properties may have changed in READY */
  if (!gst_depth_rerun_sink_check (self))
    return FALSE;
  recording = gst_depth_rerun_sink_join (self);
  if (recording == NULL)
    goto no_recording;
  if (!gst_depth_rerun_sink_open (self, recording, &error))
    goto no_output;
  self->failed = FALSE;
  memset (&self->times, 0, sizeof self->times);
  GST_INFO_OBJECT (self, "logging %s to recording %s", self->entity_path,
      rerun_recording_get_id (recording));
  return TRUE;

no_output:
  what = g_strdup_printf ("location %s cannot be written",
      self->settings.location);
  post_resource_error (self, error, GST_RESOURCE_ERROR_OPEN_WRITE, what);
  g_free (what);
  g_error_free (error);
  rerun_recording_leave (recording, self->entity_path);
no_recording:
  g_clear_pointer (&self->entity_path, g_free);
  return FALSE;
}

static void
gst_depth_rerun_sink_stop (GstDepthRerunSink * self)
{
  RerunRecording *recording = self->recording;
  RerunUser *file = self->file;
  GError *error = NULL;

  GST_OBJECT_LOCK (self);
  self->recording = NULL;
  self->file = NULL;
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&self->stream, rerun_stream_free);
  rerun_measure_clear (&self->measure);
  if (!rerun_recording_close (recording, file, &error)) {
    gst_depth_rerun_sink_output_failed (self, error);
    g_error_free (error);
  }
  rerun_recording_leave (recording, self->entity_path);
  g_clear_pointer (&self->entity_path, g_free);
}

/* GstBaseSink's start and stop come with READY: too early, properties may still
 * change there, and the file would be there before the pipeline can run. */
static GstStateChangeReturn
gst_depth_rerun_sink_change_state (GstElement * element,
    GstStateChange transition)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !gst_depth_rerun_sink_check (self))
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
gst_depth_rerun_sink_set_flushing (GstDepthRerunSink * self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->file != NULL)
    rerun_user_set_flushing (self->file, flushing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_depth_rerun_sink_unlock (GstBaseSink * sink)
{
  gst_depth_rerun_sink_set_flushing (GST_DEPTH_RERUN_SINK (sink), TRUE);
  return TRUE;
}

static gboolean
gst_depth_rerun_sink_unlock_stop (GstBaseSink * sink)
{
  gst_depth_rerun_sink_set_flushing (GST_DEPTH_RERUN_SINK (sink), FALSE);
  return TRUE;
}

/* --- caps -------------------------------------------------------------------- */

static const struct
{
  const gchar *name;
  RerunMedia media;
} medias[] = {
  {"image/x-rvl", RERUN_MEDIA_RVL},
  {"image/png", RERUN_MEDIA_PNG},
  {"video/x-raw", RERUN_MEDIA_RAW},
};

static RerunMedia
caps_media (const GstCaps * caps)
{
  GstStructure *fields = gst_caps_get_structure (caps, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (medias); i++) {
    if (gst_structure_has_name (fields, medias[i].name))
      return medias[i].media;
  }
  g_assert_not_reached ();
}

/* The fields of an entity hold for all its frames, before and after. */
static gboolean
gst_depth_rerun_sink_set_media (GstDepthRerunSink * self, RerunMedia media,
    GstCaps * caps)
{
  if (self->stream == NULL) {
    self->stream = rerun_stream_new (self->recording, self->entity_path, media,
        &self->settings.stream);
    return TRUE;
  }
  if (rerun_stream_get_media (self->stream) == media)
    return TRUE;
  if (self->failed)
    return FALSE;
  self->failed = TRUE;
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      ("entity-path %s holds frames of another kind already: frames of a new "
          "kind need another rerunsink, or this one stopped and started",
          self->entity_path), ("%" GST_PTR_FORMAT, caps));
  return FALSE;
}

static gboolean
gst_depth_rerun_sink_set_caps (GstBaseSink * sink, GstCaps * caps)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);
  RerunMedia media = caps_media (caps);

  if (media == RERUN_MEDIA_RAW && !gst_video_info_from_caps (&self->info, caps)) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("caps of raw depth need format, width and height"),
        ("%" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  if (!gst_depth_rule_set_caps (&self->rule, GST_ELEMENT (self), caps))
    return FALSE;
  self->media = media;
  return gst_depth_rerun_sink_set_media (self, media, caps);
}

static gboolean
gst_depth_rerun_sink_propose_allocation (GstBaseSink * sink, GstQuery * query)
{
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

/* --- frames ------------------------------------------------------------------ */

/* Takes @message. */
static GstFlowReturn
gst_depth_rerun_sink_push (GstDepthRerunSink * self, RerunMessage * message)
{
  GError *error = NULL;
  gboolean ok = rerun_user_push (self->file, message, &error);
  GstFlowReturn flow = GST_FLOW_OK;

  rerun_message_unref (message);
  if (ok)
    return GST_FLOW_OK;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    flow = GST_FLOW_FLUSHING;
  } else {
    gst_depth_rerun_sink_output_failed (self, error);
    flow = GST_FLOW_ERROR;
  }
  g_error_free (error);
  return flow;
}

static RerunMessage *
gst_depth_rerun_sink_fields (GstDepthRerunSink * self, GstBuffer * buffer,
    const RerunFrame * frame)
{
  GstDepthValues values;

  gst_depth_rule_resolve (&self->rule, GST_ELEMENT (self), buffer, &values);
  if (values.need_measure)
    rerun_measure_range (&self->measure, self->media, frame, &values);
  if (frame->in_metres) {
    values.range_min /= values.meter;
    values.range_max /= values.meter;
    values.meter = 1;
  }
  return rerun_stream_fields (self->stream, &values);
}

static RerunMessage *
gst_depth_rerun_sink_pinhole (GstDepthRerunSink * self, GstBuffer * buffer,
    const RerunFrame * frame)
{
  GstPinholeInfo info = {.width = frame->width,.height = frame->height };

  if (!rerun_settings_pinhole (&self->settings, &info)
      && !gst_depth_frame_pinhole (buffer, frame->width, frame->height, &info))
    return NULL;
  return rerun_stream_pinhole (self->stream, &info);
}

/* What has to be logged before @frame. */
static GstFlowReturn
gst_depth_rerun_sink_push_static (GstDepthRerunSink * self,
    GstBuffer * buffer, const RerunFrame * frame)
{
  RerunMessage *messages[] = {
    gst_depth_rerun_sink_fields (self, buffer, frame),
    gst_depth_rerun_sink_pinhole (self, buffer, frame)
  };
  GstFlowReturn flow = GST_FLOW_OK;

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++) {
    if (messages[i] == NULL)
      continue;
    if (flow == GST_FLOW_OK)
      flow = gst_depth_rerun_sink_push (self, messages[i]);
    else
      rerun_message_unref (messages[i]);
  }
  return flow;
}

static GstFlowReturn
gst_depth_rerun_sink_push_frame (GstDepthRerunSink * self, RerunFrame * frame)
{
  gsize size = frame->size;
  RrdResult result;
  RerunMessage *message = rerun_stream_frame (self->stream, frame, &result);

  if (message == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, ENCODE, ("a frame of %" G_GSIZE_FORMAT
            " bytes cannot be logged: %s", size, rrd_result_text (result)),
        (NULL));
    return GST_FLOW_ERROR;
  }
  GST_OBJECT_LOCK (self);
  self->frames++;
  self->bytes += size;
  GST_OBJECT_UNLOCK (self);
  return gst_depth_rerun_sink_push (self, message);
}

static GstFlowReturn
gst_depth_rerun_sink_bad_frame (GstDepthRerunSink * self,
    RerunFrameState state, gchar * why)
{
  if (state == RERUN_FRAME_DAMAGED)
    GST_ELEMENT_WARNING (self, STREAM, DECODE, ("frame left out: %s", why),
        (NULL));
  else
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, ("%s", why), (NULL));
  g_free (why);
  return state == RERUN_FRAME_DAMAGED ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static GstFlowReturn
gst_depth_rerun_sink_render (GstBaseSink * sink, GstBuffer * buffer)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);
  RerunFrame frame;
  RerunFrameState state;
  GstFlowReturn flow;
  gchar *why;

  if (self->stream == NULL)
    return GST_FLOW_NOT_NEGOTIATED;
  state = rerun_frame_map (&frame, buffer, self->media, &self->info, &why);
  if (state != RERUN_FRAME_OK)
    return gst_depth_rerun_sink_bad_frame (self, state, why);
  rerun_times_next (&self->times, sink, buffer, frame.times);
  flow = gst_depth_rerun_sink_push_static (self, buffer, &frame);
  if (flow != GST_FLOW_OK) {
    rerun_frame_unmap (&frame);
    return flow;
  }
  return gst_depth_rerun_sink_push_frame (self, &frame);
}

/* Everything is written before the EOS message. */
static void
gst_depth_rerun_sink_drain (GstDepthRerunSink * self)
{
  GError *error = NULL;

  if (rerun_user_drain (self->file, &error))
    return;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gst_depth_rerun_sink_output_failed (self, error);
  g_error_free (error);
}

static gboolean
gst_depth_rerun_sink_event (GstBaseSink * sink, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_depth_rerun_sink_drain (GST_DEPTH_RERUN_SINK (sink));
  return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
}

/* --- class ------------------------------------------------------------------- */

static void
gst_depth_rerun_sink_init (GstDepthRerunSink * self)
{
  gst_depth_rule_init (&self->rule);
  rerun_settings_init (&self->settings);
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_last_sample_enabled (GST_BASE_SINK (self), FALSE);
}

static void
install_properties (GObjectClass * klass)
{
  gst_depth_rule_install_properties (klass, PROP_METER,
      GST_DEPTH_HAS_METER | GST_DEPTH_HAS_RANGE, GST_PARAM_MUTABLE_PLAYING);
  prop_stats = rerun_settings_install (klass, PROP_SETTINGS);
  g_object_class_install_property (klass, prop_stats,
      g_param_spec_boxed ("stats", "Statistics",
          "Frames and bytes that came; for each output frames-written, "
          "bytes-written, frames-queued, queue-bytes, frames-dropped",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_depth_rerun_sink_class_init (GstDepthRerunSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  object_class->set_property = gst_depth_rerun_sink_set_property;
  object_class->get_property = gst_depth_rerun_sink_get_property;
  object_class->finalize = gst_depth_rerun_sink_finalize;
  install_properties (object_class);

  gst_element_class_set_static_metadata (element_class, "Rerun sink",
      "Sink/Network/File/Video",
      "Logs depth video into a recording of Rerun", "gst-rvldepth developers");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_change_state);

  sink_class->unlock = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_unlock);
  sink_class->unlock_stop =
      GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_unlock_stop);
  sink_class->set_caps = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_set_caps);
  sink_class->propose_allocation =
      GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_propose_allocation);
  sink_class->render = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_render);
  sink_class->event = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_event);
}
