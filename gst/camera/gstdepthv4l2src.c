/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-depthv4l2src
 * @title: depthv4l2src
 * @short_description: a depth camera by the kernel's own driver
 *
 * Depth video of a camera that Linux knows as a /dev/video node with the format
 * Z16 (RealSense D400, Orbbec Gemini 330) or Y16, without any software of its
 * maker. The depth unit and the intrinsics are read from a RealSense D400, and
 * set by `meter` and `pinhole` for cameras that do not say them.
 *
 * Frames are the driver's memory and are not copied. Each has the time of its
 * capture: the presentation time, and the wall clock as a
 * #GstReferenceTimestampMeta. Frames that the camera lost are counted in QoS
 * messages.
 *
 * ## Example launch lines
 * |[<!-- camera -->
 * gst-launch-1.0 -e depthv4l2src num-buffers=30 ! rvldepthenc ! rerunsink location=run.rrd
 * ]| A recording of the first depth camera that is there, in metres and as a
 * point cloud.
 * |[<!-- camera -->
 * gst-launch-1.0 -e depthv4l2src device=/dev/video0 num-buffers=30 meter=1000 pinhole="<425, 425, 212, 120>" ! video/x-raw,width=424,height=240 ! rvldepthenc ! rerunsink location=run.rrd
 * ]| Another size, of one camera of several, with unit and intrinsics set.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/gstdepthv4l2src.h"

#include <errno.h>
#include <gst/allocators/gstdmabuf.h>
#include <gst/video/video.h>
#include <linux/videodev2.h>
#include <string.h>
#include <time.h>

#include "camera/calibration.h"
#include "camera/losses.h"
#include "camera/v4l2device.h"
#include "camera/v4l2formats.h"
#include "camera/v4l2queue.h"
#include "depth/gstdepthcaps.h"
#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthparam.h"
#include "depth/gstdepthstream.h"

GST_DEBUG_CATEGORY_EXTERN (gst_depth_v4l2_src_debug);
#define GST_CAT_DEFAULT gst_depth_v4l2_src_debug

/* Frames of the driver: downstream may hold some, V4L2_QUEUE_KEEP stay. */
#define MIN_FRAMES 8
#define MAX_FRAMES 32

/* Longer than any exposure. */
#define STALL_TIME (5 * GST_SECOND)

/* EIO may pass, says V4L2; after so many in a row it does not. */
#define MAX_FAILURES 10

/* Whole frames that end a burst of damaged ones: about a second. */
#define CALM_FRAMES 30

enum
{
  PROP_0,
  PROP_DEVICE,
  PROP_PINHOLE,
  PROP_STREAM,                  /* those of GstDepthStream, from here on */
};

struct _GstDepthV4l2Src
{
  GstPushSrc parent;

  /* object lock */
  GstDepthStream stream;        /* meter and invalid alone */
  gchar *path;
  GValue pinhole_set;           /* GstValueArray */
  GstCaps *probed;              /* NULL = no camera is open */
  GstClockTime min_latency, max_latency;

  /* from READY on */
  V4l2Device *device;
  Calibration *calibration;
  GstPoll *poll;
  GstPollFD poll_fd;

  gint resumed;                 /* atomic: from PAUSED to PLAYING */

  /* streaming thread, and state changes that have stopped it */
  GstVideoInfo info;
  V4l2Format format;
  GstDepthInfo depth;           /* meter 0 = not known */
  GstPinholeInfo pinhole;       /* width 0 = not known */
  gboolean has_video_meta;      /* downstream */
  V4l2Queue *queue;
  guint64 offset_base;          /* of the driver's sequence number 0 */
  guint64 next_offset;
  gboolean discont;
  guint failures;               /* in a row */
  Losses losses;
};

#define FRAMES "format = (string) GRAY16_LE, " \
    "width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], " \
    "framerate = (fraction) [ 0/1, max ]"

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, " FRAMES "; "
        "video/x-raw(" GST_CAPS_FEATURE_MEMORY_DMABUF "), " FRAMES));

static GstCaps *timestamp_caps;

#define gst_depth_v4l2_src_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstDepthV4l2Src, gst_depth_v4l2_src,
    GST_TYPE_PUSH_SRC,
    GST_DEBUG_CATEGORY_INIT (gst_depth_v4l2_src_debug, "depthv4l2src", 0,
        "depth camera source"));
GST_ELEMENT_REGISTER_DEFINE (depthv4l2src, "depthv4l2src", GST_RANK_NONE,
    GST_TYPE_DEPTH_V4L2_SRC);

/* --- properties -------------------------------------------------------------- */

static void
gst_depth_v4l2_src_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (object);

  if (id >= PROP_STREAM) {
    gst_depth_stream_set_property (&self->stream, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_DEVICE:
      g_free (self->path);
      self->path = g_value_dup_string (value);
      break;
    case PROP_PINHOLE:
      g_value_copy (value, &self->pinhole_set);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_depth_v4l2_src_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (object);

  if (id >= PROP_STREAM) {
    gst_depth_stream_get_property (&self->stream, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_DEVICE:
      g_value_set_string (value, self->path);
      break;
    case PROP_PINHOLE:
      g_value_copy (&self->pinhole_set, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

/* --- messages ---------------------------------------------------------------- */

/* Posts an error that is a sentence for the user. Returns: %FALSE */
static gboolean
post_error (GstDepthV4l2Src * self, GError * error)
{
  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
      error->domain, error->code, g_strdup (error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
  g_error_free (error);
  return FALSE;
}

static void
say_not_read (GstDepthV4l2Src * self, const gchar * what,
    const gchar * instead, const gchar * problem)
{
  GST_ELEMENT_INFO (self, RESOURCE, READ,
      ("%s does not say its %s: %s", self->device->path, what, instead),
      ("%s", problem));
}

/* --- the camera is opened and closed ----------------------------------------- */

static gboolean
check_settings (GstDepthV4l2Src * self)
{
  gchar *problem;

  if (!gst_depth_stream_check (&self->stream))
    return FALSE;
  GST_OBJECT_LOCK (self);
  problem = gst_depth_pinhole_problem (&self->pinhole_set);
  GST_OBJECT_UNLOCK (self);
  if (problem == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", problem), (NULL));
  g_free (problem);
  return FALSE;
}

static void
find_unit_and_range (GstDepthV4l2Src * self)
{
  gdouble near_m, far_m, meter;
  gchar *problem;

  GST_OBJECT_LOCK (self);
  meter = self->stream.meter;
  GST_OBJECT_UNLOCK (self);
  memset (&self->depth, 0, sizeof self->depth);
  self->depth.meter = calibration_meter (self->calibration, &problem);
  if (meter != 0)
    self->depth.meter = meter;
  else if (problem != NULL)
    say_not_read (self, "depth unit",
        "its family's is assumed, the property meter sets another", problem);
  g_free (problem);
  if (self->depth.meter != 0
      && calibration_range (self->calibration, &near_m, &far_m)) {
    self->depth.range_min = near_m * self->depth.meter;
    self->depth.range_max = far_m * self->depth.meter;
  }
}

/* In ordinary memory first, and the same in DMABUF. */
static GstCaps *
probe_caps (GstDepthV4l2Src * self)
{
  GstCaps *caps = v4l2_formats_probe (self->device), *as_fd;

  if (self->depth.meter != 0 && !gst_caps_is_empty (caps))
    gst_depth_caps_set_meter (caps, self->depth.meter);
  as_fd = gst_caps_copy (caps);
  gst_caps_set_features_simple (as_fd,
      gst_caps_features_new (GST_CAPS_FEATURE_MEMORY_DMABUF, NULL));
  gst_caps_append (caps, as_fd);
  return caps;
}

static void
close_camera (GstDepthV4l2Src * self)
{
  GST_OBJECT_LOCK (self);
  gst_clear_caps (&self->probed);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&self->poll, gst_poll_free);
  g_clear_pointer (&self->calibration, calibration_free);
  g_clear_pointer (&self->device, v4l2_device_free);
}

static gboolean
open_camera (GstDepthV4l2Src * self)
{
  GError *error = NULL;
  GstCaps *caps;
  gchar *path;

  GST_OBJECT_LOCK (self);
  path = g_strdup (self->path);
  GST_OBJECT_UNLOCK (self);
  self->device = path != NULL ? v4l2_device_open (path, &error)
      : v4l2_device_open_first (&error);
  g_free (path);
  if (self->device == NULL)
    return post_error (self, error);

  GST_INFO_OBJECT (self, "%s is %s (%s)", self->device->path,
      self->device->card, self->device->family != NULL ?
      self->device->family->name : "of no family that is known");
  self->calibration = calibration_read (self->device);
  self->poll = gst_poll_new (TRUE);
  gst_poll_fd_init (&self->poll_fd);
  self->poll_fd.fd = self->device->fd;
  gst_poll_add_fd (self->poll, &self->poll_fd);
  gst_poll_fd_ctl_read (self->poll, &self->poll_fd, TRUE);
  find_unit_and_range (self);
  caps = probe_caps (self);
  if (gst_caps_is_empty (caps)) {
    gst_caps_unref (caps);
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("%s (%s) lists no size of depth frames; \"v4l2-ctl -d %s "
            "--list-formats-ext\" shows what it lists", self->device->path,
            self->device->card, self->device->path), (NULL));
    close_camera (self);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->probed = caps;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static GstStateChangeReturn
gst_depth_v4l2_src_change_state (GstElement * element,
    GstStateChange transition)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !(check_settings (self) && open_camera (self)))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    g_atomic_int_set (&self->resumed, TRUE);
  result = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    close_camera (self);
  return result;
}

static gboolean
gst_depth_v4l2_src_start (GstBaseSrc * src)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);

  memset (&self->losses, 0, sizeof self->losses);
  self->failures = 0;
  self->next_offset = 0;
  self->discont = TRUE;
  return TRUE;
}

static gboolean
gst_depth_v4l2_src_stop (GstBaseSrc * src)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);

  g_clear_pointer (&self->queue, v4l2_queue_free);
  return TRUE;
}

static gboolean
gst_depth_v4l2_src_unlock (GstBaseSrc * src)
{
  gst_poll_set_flushing (GST_DEPTH_V4L2_SRC (src)->poll, TRUE);
  return TRUE;
}

static gboolean
gst_depth_v4l2_src_unlock_stop (GstBaseSrc * src)
{
  gst_poll_set_flushing (GST_DEPTH_V4L2_SRC (src)->poll, FALSE);
  return TRUE;
}

/* --- negotiation ------------------------------------------------------------- */

static GstCaps *
gst_depth_v4l2_src_get_caps (GstBaseSrc * src, GstCaps * filter)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);
  GstCaps *caps, *result;

  GST_OBJECT_LOCK (self);
  caps = self->probed != NULL ? gst_caps_ref (self->probed) : NULL;
  GST_OBJECT_UNLOCK (self);
  if (caps == NULL)
    caps = gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (src));
  if (filter == NULL)
    return caps;
  result = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return result;
}

/* Intrinsics of a size: as set, else as the camera says them. Returns: %FALSE if they
 * are not known, and why in @problem if the camera should know them */
static gboolean
find_pinhole (GstDepthV4l2Src * self, guint width, guint height,
    GstPinholeInfo * info, gchar ** problem)
{
  gboolean set;

  *problem = NULL;
  memset (info, 0, sizeof *info);
  GST_OBJECT_LOCK (self);
  set = gst_depth_pinhole_get_property (&self->pinhole_set, info);
  GST_OBJECT_UNLOCK (self);
  if (!set)
    return calibration_pinhole (self->calibration, width, height, info,
        problem);
  info->width = width;
  info->height = height;
  return TRUE;
}

/* Range and intrinsics, which hold for all frames of these caps. */
static GstCaps *
gst_depth_v4l2_src_fixate (GstBaseSrc * src, GstCaps * caps)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);
  GstDepthFields fields = { 0, };
  gint width = 0, height = 0;
  GstStructure *structure;
  gchar *problem;

  caps = GST_BASE_SRC_CLASS (parent_class)->fixate (src,
      v4l2_formats_fixate (caps));
  structure = gst_caps_get_structure (caps, 0);
  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  find_pinhole (self, width, height, &fields.pinhole, &problem);
  g_free (problem);
  if (self->depth.range_max > 0) {
    fields.near_m = self->depth.range_min / self->depth.meter;
    fields.far_m = self->depth.range_max / self->depth.meter;
  }
  gst_depth_caps_set_fields (caps, &fields);
  return caps;
}

/* The base class says "not negotiated", which is no help. */
static void
say_what_fits (GstDepthV4l2Src * self)
{
  GstPad *pad = GST_BASE_SRC_PAD (self);
  GstCaps *ours = gst_pad_query_caps (pad, NULL);
  GstCaps *theirs = gst_pad_peer_query_caps (pad, NULL);

  if (!gst_caps_can_intersect (ours, theirs)) {
    gchar *wanted = gst_caps_to_string (theirs);

    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("%s (%s) has no size and rate that the next element takes; "
            "\"v4l2-ctl -d %s --list-formats-ext\" lists what it has",
            self->device->path, self->device->card, self->device->path),
        ("the next element takes %s", wanted));
    g_free (wanted);
  }
  gst_caps_unref (ours);
  gst_caps_unref (theirs);
}

static gboolean
gst_depth_v4l2_src_negotiate (GstBaseSrc * src)
{
  if (GST_BASE_SRC_CLASS (parent_class)->negotiate (src))
    return TRUE;
  say_what_fits (GST_DEPTH_V4L2_SRC (src));
  return FALSE;
}

static void
take_pinhole (GstDepthV4l2Src * self)
{
  gchar *problem;

  find_pinhole (self, GST_VIDEO_INFO_WIDTH (&self->info),
      GST_VIDEO_INFO_HEIGHT (&self->info), &self->pinhole, &problem);
  if (problem != NULL)
    say_not_read (self, "intrinsics", "the property pinhole sets them",
        problem);
  g_free (problem);
  GST_INFO_OBJECT (self, "%g depth units per metre, fx %g, fy %g, cx %g, "
      "cy %g (0 = not known)", self->depth.meter, self->pinhole.fx,
      self->pinhole.fy, self->pinhole.cx, self->pinhole.cy);
}

static gboolean
gst_depth_v4l2_src_set_caps (GstBaseSrc * src, GstCaps * caps)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);
  GError *error = NULL;

  if (!gst_video_info_from_caps (&self->info, caps)) {
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, (NULL),
        ("cannot give frames of %" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  g_clear_pointer (&self->queue, v4l2_queue_free);
  if (!v4l2_formats_set (self->device, &self->info, &self->format, &error))
    return post_error (self, error);
  take_pinhole (self);
  return TRUE;
}

/* Downstream asks for DMABUF by the caps, or for some file descriptor by an
 * allocator that makes such memory: ours will do. */
static gboolean
wants_fd (GstQuery * query, GstCaps * caps)
{
  GstAllocator *allocator = NULL;
  gboolean wants = gst_caps_features_contains (gst_caps_get_features (caps, 0),
      GST_CAPS_FEATURE_MEMORY_DMABUF);

  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, &allocator, NULL);
  wants |= allocator != NULL && GST_IS_FD_ALLOCATOR (allocator);
  gst_clear_object (&allocator);
  return wants;
}

static guint
frames_wanted (GstQuery * query)
{
  guint least = 0;

  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, NULL, NULL, &least, NULL);
  return CLAMP (least + V4L2_QUEUE_KEEP + 1, MIN_FRAMES, MAX_FRAMES);
}

/* A frame is whole a frame's time after it began. */
static void
set_latency (GstDepthV4l2Src * self)
{
  GstClockTime duration = self->format.duration;

  GST_OBJECT_LOCK (self);
  self->min_latency = GST_CLOCK_TIME_IS_VALID (duration) ? duration : 0;
  self->max_latency = GST_CLOCK_TIME_IS_VALID (duration) ?
      duration * v4l2_queue_length (self->queue) : GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

/* Frames come from the driver, so pools and allocators of others are read for
 * what downstream needs and not used. */
static gboolean
gst_depth_v4l2_src_decide_allocation (GstBaseSrc * src, GstQuery * query)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);
  guint wanted = frames_wanted (query);
  GError *error = NULL;
  gboolean as_fd;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  as_fd = wants_fd (query, caps);
  self->has_video_meta =
      gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  while (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);

  if (self->queue != NULL && v4l2_queue_is_fd (self->queue) == as_fd)
    return TRUE;
  g_clear_pointer (&self->queue, v4l2_queue_free);
  self->queue = v4l2_queue_new (self->device, wanted, as_fd, &error);
  if (self->queue == NULL)
    return post_error (self, error);
  GST_INFO_OBJECT (self, "%u frames%s", v4l2_queue_length (self->queue),
      as_fd ? ", DMABUF" : "");
  set_latency (self);
  return TRUE;
}

static gboolean
gst_depth_v4l2_src_query (GstBaseSrc * src, GstQuery * query)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (parent_class)->query (src, query);
  GST_OBJECT_LOCK (self);
  gst_query_set_latency (query, TRUE, self->min_latency, self->max_latency);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* --- frames ------------------------------------------------------------------ */

/* The camera runs from the first frame that is asked for, and starts anew after
 * a pause: what it took in the pause would come late. */
static gboolean
ensure_running (GstDepthV4l2Src * self)
{
  GError *error = NULL;

  if (g_atomic_int_compare_and_exchange (&self->resumed, TRUE, FALSE))
    v4l2_queue_stop (self->queue);
  if (v4l2_queue_is_running (self->queue))
    return TRUE;
  if (!v4l2_queue_start (self->queue, &error))
    return post_error (self, error);
  GST_DEBUG_OBJECT (self, "the camera runs");
  losses_restart (&self->losses);
  self->offset_base = self->next_offset;
  self->discont = TRUE;
  return TRUE;
}

static void
say_stalled (GstDepthV4l2Src * self)
{
  GST_ELEMENT_WARNING (self, RESOURCE, READ,
      ("No frame has come from %s for %u seconds; if none comes, unplug the "
          "camera and plug it in again, or take a smaller size or rate",
          self->device->path, (guint) (STALL_TIME / GST_SECOND)), (NULL));
}

/* What the driver said in the place of a frame. Returns: %TRUE to try again */
static gboolean
may_pass (GstDepthV4l2Src * self, gint number)
{
  gboolean error = gst_poll_fd_has_error (self->poll, &self->poll_fd);

  if (number == EAGAIN && !error)
    return TRUE;
  GST_DEBUG_OBJECT (self, "no frame: %s", g_strerror (number));
  return (number == EIO || number == EAGAIN)
      && ++self->failures < MAX_FAILURES;
}

/* Waits for a frame. */
static GstFlowReturn
take_frame (GstDepthV4l2Src * self, V4l2Filled * filled)
{
  gboolean stalled = FALSE;
  GError *error = NULL;
  gint number;

  do {
    gint ready = gst_poll_wait (self->poll, STALL_TIME);

    number = EAGAIN;
    if (ready < 0 && errno == EBUSY)
      return GST_FLOW_FLUSHING;
    if (ready == 0 && !stalled)
      say_stalled (self);
    stalled |= ready == 0;
    if (ready > 0)
      number = v4l2_queue_take (self->queue, filled);
  } while (number != 0 && may_pass (self, number));

  if (number == 0) {
    self->failures = 0;
    return GST_FLOW_OK;
  }
  v4l2_set_error (&error, self->device->path, "read from", number);
  post_error (self, error);
  return GST_FLOW_ERROR;
}

/* A frame that is damaged goes back to the driver, with one warning a burst. */
static gboolean
is_whole (GstDepthV4l2Src * self, const V4l2Filled * filled)
{
  if (losses_sequence (&self->losses, filled->sequence) > 0)
    self->discont = TRUE;
  if (!(filled->flags & V4L2_BUF_FLAG_ERROR)
      && filled->size >= self->format.size)
    return TRUE;

  GST_DEBUG_OBJECT (self, "frame %u is damaged: %" G_GSIZE_FORMAT " of %"
      G_GSIZE_FORMAT " bytes, flags 0x%x", filled->sequence, filled->size,
      self->format.size, filled->flags);
  if (losses_bad (&self->losses))
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        ("%s gives damaged frames, which are dropped; another cable or USB "
            "port, or a smaller size or rate, may help", self->device->path),
        ("frame %u has %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes%s",
            filled->sequence, filled->size, self->format.size,
            filled->flags & V4L2_BUF_FLAG_ERROR ? " and an error flag" : ""));
  v4l2_queue_give_back (self->queue, filled->index);
  self->discont = TRUE;
  return FALSE;
}

/* One row after the other into a buffer with GStreamer's default stride, for who
 * does not know of another one. */
static GstBuffer *
repack (GstDepthV4l2Src * self, GstBuffer * buffer)
{
  gsize width = 2 * (gsize) GST_VIDEO_INFO_WIDTH (&self->info);
  gsize stride = GST_VIDEO_INFO_PLANE_STRIDE (&self->info, 0);
  gsize height = GST_VIDEO_INFO_HEIGHT (&self->info);
  GstBuffer *packed =
      gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&self->info), NULL);
  GstMapInfo from, to;

  gst_buffer_map (buffer, &from, GST_MAP_READ);
  gst_buffer_map (packed, &to, GST_MAP_WRITE);
  memset (to.data, 0, to.size);
  for (gsize y = 0; y < height; y++)
    memcpy (to.data + y * stride, from.data + y * self->format.stride, width);
  gst_buffer_unmap (packed, &to);
  gst_buffer_unmap (buffer, &from);
  gst_buffer_unref (buffer);
  return packed;
}

static GstBuffer *
with_stride (GstDepthV4l2Src * self, GstBuffer * buffer)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = { self->format.stride, };

  if (stride[0] == GST_VIDEO_INFO_PLANE_STRIDE (&self->info, 0))
    return buffer;
  if (!self->has_video_meta)
    return repack (self, buffer);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY16_LE, GST_VIDEO_INFO_WIDTH (&self->info),
      GST_VIDEO_INFO_HEIGHT (&self->info), 1, offset, stride);
  return buffer;
}

static void
clear_invalid (GstDepthV4l2Src * self, GstBuffer * buffer)
{
  guint16 invalid =
      GUINT16_TO_LE (gst_depth_stream_get_invalid (&self->stream));
  GstMapInfo map;

  if (invalid == 0 || !gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    return;
  for (gsize i = 0; i < map.size / 2; i++) {
    guint16 *sample = (guint16 *) map.data + i;

    *sample = *sample == invalid ? 0 : *sample;
  }
  gst_buffer_unmap (buffer, &map);
}

static GstClockTime
monotonic_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return GST_TIMESPEC_TO_TIME (now);
}

static GstClockTime
wall_now (GstClock * unused)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return GST_TIMESPEC_TO_TIME (now);
}

/* How far a clock is ahead of CLOCK_MONOTONIC. It is read between two looks at
 * that one, again where something came between them. */
static GstClockTimeDiff
ahead_of_monotonic (GstClockTime (*read) (GstClock *), GstClock * clock)
{
  GstClockTime before, now, after;
  guint tries = 0;

  do {
    before = monotonic_now ();
    now = read (clock);
    after = monotonic_now ();
  } while (after - before > 20 * GST_USECOND && ++tries < 5);
  return GST_CLOCK_DIFF (before + (after - before) / 2, now);
}

/* When the capture of a frame began, by CLOCK_MONOTONIC. A driver that stamps the
 * end of a frame says so, and one without a stamp of this clock has just ended
 * it: it began a frame's time before. */
static GstClockTime
capture_time (GstDepthV4l2Src * self, const V4l2Filled * filled)
{
  gboolean stamped = GST_CLOCK_TIME_IS_VALID (filled->time);
  GstClockTime time = stamped ? filled->time : monotonic_now ();

  if (stamped && (filled->flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK) ==
      V4L2_BUF_FLAG_TSTAMP_SRC_SOE)
    return time;
  return self->format.duration < time ? time - self->format.duration : time;
}

static GstClockTime
running_time (GstDepthV4l2Src * self, GstClockTime time)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));

  if (clock == NULL)
    return GST_CLOCK_TIME_NONE;
  time += ahead_of_monotonic (gst_clock_get_time, clock);
  gst_object_unref (clock);
  return time > base ? time - base : 0;
}

static void
stamp (GstDepthV4l2Src * self, const V4l2Filled * filled, GstBuffer * buffer)
{
  GstClockTime time = capture_time (self, filled);

  GST_BUFFER_PTS (buffer) = running_time (self, time);
  GST_BUFFER_DURATION (buffer) = self->format.duration;
  GST_BUFFER_OFFSET (buffer) = self->offset_base + filled->sequence;
  GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET (buffer) + 1;
  self->next_offset = GST_BUFFER_OFFSET_END (buffer);
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  gst_buffer_add_reference_timestamp_meta (buffer, timestamp_caps,
      time + ahead_of_monotonic (wall_now, NULL), GST_CLOCK_TIME_NONE);
}

static void
attach_metas (GstDepthV4l2Src * self, GstBuffer * buffer)
{
  if (self->depth.meter != 0)
    gst_depth_meta_set_info (buffer, &self->depth);
  if (self->pinhole.width != 0)
    gst_pinhole_meta_set_info (buffer, &self->pinhole);
}

/* The driver's sequence numbers say what was lost. */
static void
say_lost (GstDepthV4l2Src * self, GstBuffer * buffer)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);
  GstMessage *message;

  if (!losses_good (&self->losses, CALM_FRAMES))
    return;
  GST_DEBUG_OBJECT (self, "%" G_GUINT64_FORMAT " frames lost so far",
      self->losses.lost);
  message = gst_message_new_qos (GST_OBJECT (self), TRUE, time, time, time,
      GST_BUFFER_DURATION (buffer));
  gst_message_set_qos_stats (message, GST_FORMAT_BUFFERS, self->losses.good,
      self->losses.lost);
  gst_element_post_message (GST_ELEMENT (self), message);
}

static GstFlowReturn
gst_depth_v4l2_src_create (GstPushSrc * src, GstBuffer ** buffer)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (src);
  gsize most =
      (gsize) self->format.stride * GST_VIDEO_INFO_HEIGHT (&self->info);
  GstFlowReturn result;
  V4l2Filled filled;

  if (!ensure_running (self))
    return GST_FLOW_ERROR;
  do {
    result = take_frame (self, &filled);
    if (result != GST_FLOW_OK)
      return result;
  } while (!is_whole (self, &filled));

  *buffer = v4l2_queue_wrap (self->queue, filled.index,
      MIN (filled.size, most));
  *buffer = with_stride (self, *buffer);
  clear_invalid (self, *buffer);
  stamp (self, &filled, *buffer);
  attach_metas (self, *buffer);
  say_lost (self, *buffer);
  GST_LOG_OBJECT (self, "frame %u, driver's time %" GST_TIME_FORMAT ", at %"
      GST_TIME_FORMAT, filled.sequence, GST_TIME_ARGS (filled.time),
      GST_TIME_ARGS (GST_BUFFER_PTS (*buffer)));
  return GST_FLOW_OK;
}

/* --- class ------------------------------------------------------------------- */

static void
gst_depth_v4l2_src_finalize (GObject * object)
{
  GstDepthV4l2Src *self = GST_DEPTH_V4L2_SRC (object);

  g_free (self->path);
  g_value_unset (&self->pinhole_set);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (klass, PROP_DEVICE,
      g_param_spec_string ("device", "Device",
          "The camera's node, as /dev/video0, not set = the first that gives "
          "depth", NULL, flags));
  g_object_class_install_property (klass, PROP_PINHOLE,
      gst_depth_param_numbers ("pinhole", "Pinhole",
          "The camera's intrinsics <fx, fy, cx, cy> in pixels of the size in "
          "use, empty = from the camera if it says them", flags));
  gst_depth_stream_install_properties (klass, PROP_STREAM,
      GST_DEPTH_HAS_METER | GST_DEPTH_HAS_INVALID, GST_PARAM_MUTABLE_READY);
}

static void
gst_depth_v4l2_src_class_init (GstDepthV4l2SrcClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  timestamp_caps = gst_caps_new_empty_simple ("timestamp/x-unix");
  GST_MINI_OBJECT_FLAG_SET (timestamp_caps, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);

  object_class->set_property = gst_depth_v4l2_src_set_property;
  object_class->get_property = gst_depth_v4l2_src_get_property;
  object_class->finalize = gst_depth_v4l2_src_finalize;
  install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Depth camera source",
      "Source/Video",
      "Reads a depth camera by the kernel's own driver", GST_PACKAGE_AUTHORS);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_change_state);

  src_class->start = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_start);
  src_class->stop = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_stop);
  src_class->unlock = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_unlock);
  src_class->unlock_stop = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_unlock_stop);
  src_class->get_caps = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_get_caps);
  src_class->fixate = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_fixate);
  src_class->negotiate = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_negotiate);
  src_class->set_caps = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_set_caps);
  src_class->decide_allocation =
      GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_decide_allocation);
  src_class->query = GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_query);
  GST_PUSH_SRC_CLASS (klass)->create =
      GST_DEBUG_FUNCPTR (gst_depth_v4l2_src_create);
}

static void
gst_depth_v4l2_src_init (GstDepthV4l2Src * self)
{
  gst_depth_stream_init (&self->stream, GST_ELEMENT (self));
  g_value_init (&self->pinhole_set, GST_TYPE_ARRAY);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
}
