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
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>
#include <gst/video/video.h>

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthstream.h"
#include "rerun/gstrerunsink.h"
#include "rerun/measure.h"
#include "rerun/memory.h"
#include "rerun/recording.h"
#include "rerun/settings.h"
#include "rerun/stream.h"
#include "rerun/times.h"

GST_DEBUG_CATEGORY_STATIC (gst_depth_rerun_sink_debug);
#define GST_CAT_DEFAULT gst_depth_rerun_sink_debug

/* Of a file's queue: a second of most cameras, and little memory. */
#define FILE_QUEUE_BYTES (16 * 1024 * 1024)

enum
{
  FILE_OUTPUT,
  SERVER_OUTPUT,
  N_OUTPUTS
};

/* The properties that name them, and the first part of their statistics' names. */
static const gchar *const output_names[N_OUTPUTS] = { "location", "uri" };

struct _GstDepthRerunSink
{
  GstBaseSink parent;

  GstDepthStream depth;

  /* guarded by the object lock; the first two only change in NULL and READY */
  RerunSettings settings;
  RerunRecording *recording;
  RerunUser *outputs[N_OUTPUTS];        /* NULL: none */
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

/* Without width and height: caps that lack them come through to an error that
 * says so. */
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/x-rvl; image/png; "
        "video/x-raw, format = (string) " GST_DEPTH_RAW_FORMATS));

static void gst_depth_rerun_sink_uri_handler_init (gpointer iface,
    gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstDepthRerunSink, gst_depth_rerun_sink,
    GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
        gst_depth_rerun_sink_uri_handler_init);
    GST_DEBUG_CATEGORY_INIT (gst_depth_rerun_sink_debug, "rerunsink", 0,
        "depth into Rerun"));
#define parent_class gst_depth_rerun_sink_parent_class
GST_ELEMENT_REGISTER_DEFINE (rerunsink, "rerunsink", GST_RANK_NONE,
    GST_TYPE_DEPTH_RERUN_SINK);

/* --- properties -------------------------------------------------------------- */

/* In one level: Python cannot read a structure in a structure. */
static void
add_output_stats (GstStructure * stats, const gchar * name,
    RerunOutput * output)
{
  GstStructure *of = rerun_output_stats (output);

  for (gint i = 0; i < gst_structure_n_fields (of); i++) {
    const gchar *field = gst_structure_nth_field_name (of, i);
    gchar *whole = g_strconcat (name, "-", field, NULL);

    gst_structure_set_value (stats, whole, gst_structure_get_value (of, field));
    g_free (whole);
  }
  gst_structure_free (of);
}

static GstStructure *
gst_depth_rerun_sink_stats (GstDepthRerunSink * self)
{
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  stats = gst_structure_new ("rerunsink-stats",
      "frames", G_TYPE_UINT64, self->frames,
      "bytes", G_TYPE_UINT64, self->bytes, NULL);
  for (guint i = 0; i < N_OUTPUTS; i++) {
    if (self->outputs[i] != NULL)
      add_output_stats (stats, output_names[i], self->outputs[i]->output);
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
    gst_depth_stream_set_property (&self->depth, value, pspec);
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
    gst_depth_stream_get_property (&self->depth, value, pspec);
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

/* What an output did not take: of a file the end, said once; of a server not. */
static void
gst_depth_rerun_sink_output_failed (GstDepthRerunSink * self, guint output,
    const GError * error)
{
  gchar *what;

  if (output == SERVER_OUTPUT) {
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE, ("%s", error->message), (NULL));
    return;
  }
  if (self->failed)
    return;
  self->failed = TRUE;
  what = g_strdup_printf ("writing location %s failed",
      self->settings.location);
  post_resource_error (self, error, GST_RESOURCE_ERROR_WRITE, what);
  g_free (what);
}

static RerunUser *
gst_depth_rerun_sink_use_file (GstDepthRerunSink * self,
    RerunRecording * recording, GError ** error)
{
  RerunQueueSettings queue = {
    FILE_QUEUE_BYTES, RERUN_LEAKY_NO, self->settings.drain_timeout
  };

  return rerun_recording_use_file (recording, GST_ELEMENT (self),
      self->settings.location, self->settings.compression, &queue, error);
}

static RerunUser *
gst_depth_rerun_sink_use_server (GstDepthRerunSink * self,
    RerunRecording * recording)
{
  RerunUri *uri = rerun_settings_uri (&self->settings);
  RerunQueueSettings queue = {
    self->settings.max_queue_bytes, self->settings.leaky,
    self->settings.drain_timeout
  };

  if (uri == NULL)
    return NULL;
  return rerun_recording_use_server (recording, GST_ELEMENT (self), uri,
      self->settings.spawn_viewer, &queue);
}

static gboolean
gst_depth_rerun_sink_open (GstDepthRerunSink * self,
    RerunRecording * recording, GError ** error)
{
  RerunUser *file = NULL, *server;

  if (self->settings.location != NULL) {
    file = gst_depth_rerun_sink_use_file (self, recording, error);
    if (file == NULL)
      return FALSE;
  }
  server = gst_depth_rerun_sink_use_server (self, recording);
  GST_OBJECT_LOCK (self);
  self->recording = recording;
  self->outputs[FILE_OUTPUT] = file;
  self->outputs[SERVER_OUTPUT] = server;
  self->frames = self->bytes = 0;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_depth_rerun_sink_check (GstDepthRerunSink * self)
{
  gchar *problem;

  if (!gst_depth_stream_check (&self->depth))
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
  gchar *path =
      rerun_need (rrd_entity_path_normalise (self->settings.entity_path, NULL));
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
gst_depth_rerun_sink_close (GstDepthRerunSink * self,
    RerunRecording * recording, guint output, RerunUser * user)
{
  GError *error = NULL;

  if (user == NULL || rerun_recording_close (recording, user, &error))
    return;
  gst_depth_rerun_sink_output_failed (self, output, error);
  g_error_free (error);
}

static void
gst_depth_rerun_sink_stop (GstDepthRerunSink * self)
{
  RerunRecording *recording = self->recording;
  RerunUser *outputs[N_OUTPUTS];

  GST_OBJECT_LOCK (self);
  self->recording = NULL;
  for (guint i = 0; i < N_OUTPUTS; i++)
    outputs[i] = g_steal_pointer (&self->outputs[i]);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&self->stream, rerun_stream_free);
  rerun_measure_clear (&self->measure);
  for (guint i = 0; i < N_OUTPUTS; i++)
    gst_depth_rerun_sink_close (self, recording, i, outputs[i]);
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
  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i] != NULL)
      rerun_user_set_flushing (self->outputs[i], flushing);
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

  if (media == RERUN_MEDIA_RAW
      && !gst_depth_caps_get_raw_info (&self->info, GST_ELEMENT (self), caps))
    return FALSE;
  if (!gst_depth_stream_set_caps (&self->depth, caps))
    return FALSE;
  self->media = media;
  rerun_times_set_caps (&self->times, caps);
  return gst_depth_rerun_sink_set_media (self, media, caps);
}

static gboolean
gst_depth_rerun_sink_propose_allocation (GstBaseSink * sink, GstQuery * query)
{
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

/* --- frames ------------------------------------------------------------------ */

/* After @error of a user of @output. An unlock() for PAUSED is waited out, with the
 * preroll lock: GST_FLOW_OK says to go on where it was. */
static GstFlowReturn
gst_depth_rerun_sink_interrupted (GstDepthRerunSink * self, guint output,
    GError * error)
{
  GstFlowReturn flow = GST_FLOW_ERROR;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gst_depth_rerun_sink_output_failed (self, output, error);
  else if (gst_base_sink_wait_preroll (GST_BASE_SINK (self))
      == GST_FLOW_FLUSHING)
    flow = GST_FLOW_FLUSHING;
  else                          /* PLAYING, or a step, which changes nothing here */
    flow = GST_FLOW_OK;
  g_error_free (error);
  return flow;
}

static GstFlowReturn
gst_depth_rerun_sink_push_to (GstDepthRerunSink * self, guint output,
    RerunMessage * message)
{
  GstFlowReturn flow = GST_FLOW_OK;
  GError *error = NULL;

  while (flow == GST_FLOW_OK && self->outputs[output] != NULL
      && !rerun_user_push (self->outputs[output], message, &error)) {
    flow = gst_depth_rerun_sink_interrupted (self, output, error);
    error = NULL;
  }
  return flow;
}

/* Takes @message. What stops it on the way to one output stops it for the next. */
static GstFlowReturn
gst_depth_rerun_sink_push (GstDepthRerunSink * self, RerunMessage * message)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; i < N_OUTPUTS; i++) {
    if (flow == GST_FLOW_OK)
      flow = gst_depth_rerun_sink_push_to (self, i, message);
    if (flow != GST_FLOW_OK && self->outputs[i] != NULL)
      rerun_user_drop (self->outputs[i], message);
  }
  rerun_message_unref (message);
  return flow;
}

static RerunMessage *
gst_depth_rerun_sink_fields (GstDepthRerunSink * self, GstBuffer * buffer,
    const RerunFrame * frame)
{
  GstDepthValues values;

  gst_depth_stream_resolve (&self->depth, buffer, frame->in_metres, &values);
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
      && !gst_depth_pinhole_get_meta (buffer, frame->width, frame->height,
          &info))
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

/* A camera with few buffers would stop while a server's queue holds them;
 * encoders go on with other memory. */
static gboolean
is_scarce (RerunMedia media, GstBuffer * buffer)
{
  GstStructure *config;
  guint max = 0;

  if (media != RERUN_MEDIA_RAW || buffer->pool == NULL)
    return FALSE;
  config = gst_buffer_pool_get_config (buffer->pool);
  gst_buffer_pool_config_get_params (config, NULL, NULL, NULL, &max);
  gst_structure_free (config);
  return max != 0;
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
  state = rerun_frame_map (&frame, buffer, self->media, &self->info,
      self->outputs[SERVER_OUTPUT] != NULL
      && is_scarce (self->media, buffer), &why);
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

/* An output that failed has said so, and does not hold up the end. */
static GstFlowReturn
gst_depth_rerun_sink_drain (GstDepthRerunSink * self, guint output)
{
  GstFlowReturn flow = GST_FLOW_OK;
  GError *error = NULL;

  while (flow == GST_FLOW_OK && self->outputs[output] != NULL
      && !rerun_user_drain (self->outputs[output], &error)) {
    flow = gst_depth_rerun_sink_interrupted (self, output, error);
    error = NULL;
  }
  return flow == GST_FLOW_ERROR ? GST_FLOW_OK : flow;
}

/* The base class posts the EOS message after this: everything is written by then.
 * What a flush, or READY, cuts short is left to stop(). */
static GstFlowReturn
gst_depth_rerun_sink_wait_event (GstBaseSink * sink, GstEvent * event)
{
  GstDepthRerunSink *self = GST_DEPTH_RERUN_SINK (sink);
  GstFlowReturn flow =
      GST_BASE_SINK_CLASS (parent_class)->wait_event (sink, event);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return flow;
  for (guint i = 0; i < N_OUTPUTS && flow == GST_FLOW_OK; i++)
    flow = gst_depth_rerun_sink_drain (self, i);
  if (flow == GST_FLOW_OK)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_element (GST_OBJECT (self),
            gst_depth_rerun_sink_stats (self)));
  return flow;
}

/* --- URIs -------------------------------------------------------------------- */

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
  running = self->recording != NULL;
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

/* --- class ------------------------------------------------------------------- */

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
  gst_depth_stream_install_properties (klass, PROP_METER,
      GST_DEPTH_HAS_METER | GST_DEPTH_HAS_RANGE, GST_PARAM_MUTABLE_PLAYING);
  prop_stats = rerun_settings_install (klass, PROP_SETTINGS);
  g_object_class_install_property (klass, prop_stats,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters: frames and bytes that came; location-frames-written, "
          "-bytes-written, -frames-queued, -queue-bytes, -frames-dropped; the same "
          "with uri-, and uri-connected, uri-reconnects",
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
      "Logs depth video into a recording of Rerun", "gst-rvldepth");
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
  sink_class->wait_event = GST_DEBUG_FUNCPTR (gst_depth_rerun_sink_wait_event);
}
