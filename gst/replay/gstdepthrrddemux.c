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
 * gst-launch-1.0 depthtestsrc num-buffers=60 ! rvldepthenc ! rerunsink location=room.rrd
 * ]| Makes a recording.
 * |[
 * gst-launch-1.0 filesrc location=room.rrd ! rrddemux ! rvldepthdec ! depthcolormap ! videoconvert ! autovideosink
 * ]| Shows the depth of a recording.
 * |[
 * gst-launch-1.0 filesrc location=room.rrd ! rrddemux ! rerunsink location=copy.rrd
 * ]| Makes another recording of it.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/gstdepthrrddemux.h"

#include "replay/gstrrdtypefind.h"
#include "replay/pull.h"
#include "replay/push.h"
#include "replay/seek.h"

#include "replay/debug.h"

GST_DEBUG_CATEGORY (rrd_demux_debug);

#define DEFAULT_FPS_N 30
#define DEFAULT_FPS_D 1

struct _GstDepthRrdDemux
{
  GstElement parent;
  GstPad *sinkpad;

  /* properties, under the object lock */
  gchar *timeline;
  gchar *recording_id;
  gchar *entity_path;
  gint fps_n, fps_d;

  GRecMutex seek_lock;          /* one seek at a time, none while it stops */
  GThread *streaming_thread;    /* NULL where it is not in the loop */
  ReplaySession session;
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

static gboolean
start (GstDepthRrdDemux * self)
{
  ReplaySession *session = &self->session;
  gchar *problem;

  GST_OBJECT_LOCK (self);
  session->wishes.timeline = g_strdup (self->timeline);
  session->wishes.recording_id = g_strdup (self->recording_id);
  problem = replay_wishes_set_paths (&session->wishes, self->entity_path);
  session->times.fps_n = self->fps_n;
  session->times.fps_d = self->fps_d;
  GST_OBJECT_UNLOCK (self);
  if (problem == NULL) {
    replay_session_start (session);
    return TRUE;
  }
  GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", problem), (NULL));
  g_free (problem);
  replay_wishes_clear (&session->wishes);
  return FALSE;
}

/* --- from a file --- */

static void
pause (GstDepthRrdDemux * self, GstFlowReturn flow)
{
  GST_INFO_OBJECT (self, "pausing: %s", gst_flow_get_name (flow));
  gst_pad_pause_task (self->sinkpad);
  if (flow == GST_FLOW_EOS) {
    replay_session_end (&self->session);
  } else if (flow == GST_FLOW_NOT_LINKED || flow < GST_FLOW_EOS) {
    GST_ELEMENT_FLOW_ERROR (self, flow);
    replay_session_push_on_all (&self->session, gst_event_new_eos (),
        self->session.seqnum);
  }
}

static void
play_on (GstDepthRrdDemux * self)
{
  ReplaySession *session = &self->session;
  GstFlowReturn flow;

  if (!session->is_open && !replay_pull_open (session)) {
    flow = session->index.file.flow;
    GST_INFO_OBJECT (self, "not opened: %s", gst_flow_get_name (flow));
    if (flow != GST_FLOW_OK)
      pause (self, flow);
    else
      gst_pad_pause_task (self->sinkpad);
    return;
  }
  flow = replay_pull_next (session);
  if (flow != GST_FLOW_OK)
    pause (self, flow);
}

static void
gst_depth_rrd_demux_loop (GstPad * pad)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (GST_PAD_PARENT (pad));

  g_atomic_pointer_set (&self->streaming_thread, g_thread_self ());
  play_on (self);
  g_atomic_pointer_set (&self->streaming_thread, NULL);
}

static void
push_flush (GstDepthRrdDemux * self, GstEvent * event, guint32 seqnum)
{
  gst_event_set_seqnum (event, seqnum);
  gst_pad_push_event (self->sinkpad, gst_event_ref (event));
  replay_session_push_on_all (&self->session, event, seqnum);
}

/* Stops the streaming thread, and sets it going again where the seek says. */
static gboolean
seek (GstDepthRrdDemux * self, GstEvent * event)
{
  ReplaySession *session = &self->session;
  GstSeekFlags flags;
  guint32 seqnum = gst_event_get_seqnum (event);
  gboolean ok, flush;

  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);
  flush = (flags & GST_SEEK_FLAG_FLUSH) != 0;
  if (flush)
    push_flush (self, gst_event_new_flush_start (), seqnum);
  else
    gst_pad_pause_task (self->sinkpad);
  GST_PAD_STREAM_LOCK (self->sinkpad);
  session->index.file.flow = GST_FLOW_OK;
  if (flush)
    push_flush (self, gst_event_new_flush_stop (TRUE), seqnum);
  ok = replay_seek (session, event);
  if (ok)
    session->seqnum = seqnum;
  if (ok && (session->segment.flags & GST_SEGMENT_FLAG_SEGMENT))
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_segment_start (GST_OBJECT (self), GST_FORMAT_TIME,
            session->segment.position));
  gst_pad_start_task (self->sinkpad,
      (GstTaskFunction) gst_depth_rrd_demux_loop, self->sinkpad, NULL);
  GST_PAD_STREAM_UNLOCK (self->sinkpad);
  return ok;
}

/* A handler in the streaming thread must not wait for a seek that waits for that
 * thread. */
static gboolean
lock_seek (GstDepthRrdDemux * self)
{
  if (g_atomic_pointer_get (&self->streaming_thread) == g_thread_self ())
    return g_rec_mutex_trylock (&self->seek_lock);
  g_rec_mutex_lock (&self->seek_lock);
  return TRUE;
}

static gboolean
take_seek (GstDepthRrdDemux * self, GstEvent * event)
{
  ReplaySession *session = &self->session;
  gboolean ok = FALSE;

  if (!lock_seek (self))
    return FALSE;
  if (session->is_seekable && replay_seek_can_be (event)) {
    /* a pipeline sends the same seek by each of its sinks */
    ok = gst_event_get_seqnum (event) == session->seqnum || seek (self, event);
  }
  g_rec_mutex_unlock (&self->seek_lock);
  return ok;
}

static gboolean
gst_depth_rrd_demux_src_event (GstPad * pad, GstObject * parent,
    GstEvent * event)
{
  gboolean ok;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return gst_pad_event_default (pad, parent, event);
  ok = take_seek (GST_DEPTH_RRD_DEMUX (parent), event);
  gst_event_unref (event);
  return ok;
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
  seekable = self->session.is_seekable;
  duration = self->session.duration;
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

static GstFlowReturn
gst_depth_rrd_demux_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  return replay_push_take (&GST_DEPTH_RRD_DEMUX (parent)->session, buffer);
}

static gboolean
gst_depth_rrd_demux_sink_event (GstPad * pad, GstObject * parent,
    GstEvent * event)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      if (!gst_event_parse_group_id (event, &self->session.group_id))
        self->session.group_id = gst_util_group_id_next ();
      break;
    case GST_EVENT_EOS:
      replay_push_end (&self->session);
      break;
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
      break;
    case GST_EVENT_FLUSH_STOP:
      if (GST_PAD_MODE (pad) == GST_PAD_MODE_PUSH)
        replay_push_flush (&self->session);
      return gst_pad_event_default (pad, parent, event);
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

/* Waits for a seek that is under way, and refuses those that come later. */
static void
refuse_seeks (GstDepthRrdDemux * self)
{
  g_rec_mutex_lock (&self->seek_lock);
  GST_OBJECT_LOCK (self);
  self->session.is_seekable = FALSE;
  self->session.is_ending = TRUE;
  GST_OBJECT_UNLOCK (self);
  g_rec_mutex_unlock (&self->seek_lock);
}

static GstStateChangeReturn
gst_depth_rrd_demux_change_state (GstElement * element,
    GstStateChange transition)
{
  GstDepthRrdDemux *self = GST_DEPTH_RRD_DEMUX (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    refuse_seeks (self);
  result = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    replay_session_stop (&self->session);
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
  g_rec_mutex_clear (&self->seek_lock);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_depth_rrd_demux_init (GstDepthRrdDemux * self)
{
  self->fps_n = DEFAULT_FPS_N;
  self->fps_d = DEFAULT_FPS_D;
  g_rec_mutex_init (&self->seek_lock);
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_activate_function (self->sinkpad, gst_depth_rrd_demux_activate);
  gst_pad_set_activatemode_function (self->sinkpad,
      gst_depth_rrd_demux_activate_mode);
  gst_pad_set_chain_function (self->sinkpad, gst_depth_rrd_demux_chain);
  gst_pad_set_event_function (self->sinkpad, gst_depth_rrd_demux_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->session.element = GST_ELEMENT (self);
  self->session.sinkpad = self->sinkpad;
  self->session.src_event = gst_depth_rrd_demux_src_event;
  self->session.src_query = gst_depth_rrd_demux_src_query;
  self->session.duration = GST_CLOCK_TIME_NONE;
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
      GST_PACKAGE_AUTHORS);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_depth_rrd_demux_change_state);
}
