/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-depthtestsrc
 * @title: depthtestsrc
 * @short_description: a depth camera in a room that needs no camera
 *
 * Depth video to try, test and measure with: a room with furniture, somebody
 * who walks, a ball, a lamp that swings, seen by a camera that sways, as an
 * ideal camera sees them or with the noise, holes and edges of a stereo or a
 * time-of-flight camera. Samples are millimetres along the optical axis, 0
 * where there is no depth; every frame has a `GstDepthMeta` and a
 * `GstPinholeMeta`, and the caps say the same: `depth-meter=1000/1`, `depth-range`
 * and `depth-pinhole`.
 *
 * Frames are a function of seed, size, framerate and frame number, the same on
 * every machine. The scene repeats after 60 seconds, its noise does not.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=90 sensor=stereo ! rvldepthenc ! rerunsink location=room.rrd
 * ]| A recording of three seconds of a stereo camera.
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=30 pattern=random ! video/x-raw,width=101,height=37,framerate=1000/1 ! rvldepthenc ! rvldepthdec ! fakesink
 * ]| Hard work for an encoder.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>

#include "camera.h"
#include "depth/gstdepthcaps.h"
#include "depth/gstdepthframe.h"
#include "gstdepthtestsrc.h"
#include "pattern.h"

GST_DEBUG_CATEGORY_STATIC (gst_depth_test_src_debug);
#define GST_CAT_DEFAULT gst_depth_test_src_debug

/* The room is measured in millimetres. */
#define METER 1000.0

#define DEFAULT_PATTERN PATTERN_SCENE
#define DEFAULT_SENSOR SENSOR_IDEAL
#define DEFAULT_SEED 0
#define DEFAULT_IS_LIVE FALSE

enum
{
  PROP_0,
  PROP_PATTERN,
  PROP_SENSOR,
  PROP_SEED,
  PROP_IS_LIVE,
};

typedef struct
{
  PatternKind pattern;
  SensorKind sensor;
  guint seed;
} Settings;

struct _GstDepthTestSrc
{
  GstPushSrc parent;

  Settings settings;            /* object lock */
  GstVideoInfo info;            /* object lock to write and for queries */

  /* streaming thread */
  Settings said;                /* in the caps */
  Camera *camera;
  Settings camera_settings;     /* that the camera was made with */
  gint64 frame;                 /* next one since the last caps or seek */
  guint64 first_frame;          /* number and time of frame 0 of these */
  GstClockTime first_time;
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, format = (string) GRAY16_LE, "
        "width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], "
        "framerate = (fraction) [ 0/1, max ], "
        "pixel-aspect-ratio = (fraction) 1/1, "
        "interlace-mode = (string) progressive, "
        "depth-meter = (fraction) 1000/1"));

#define GST_TYPE_DEPTH_TEST_PATTERN (gst_depth_test_pattern_get_type ())
static GType
gst_depth_test_pattern_get_type (void)
{
  static const GEnumValue values[] = {
    {PATTERN_SCENE, "A room with moving things, as the sensor sees it",
        "scene"},
    {PATTERN_RAMP, "All values in order, from top left to bottom right",
        "ramp"},
    {PATTERN_RANDOM, "All values alike, new in each frame", "random"},
    {PATTERN_INVALID, "Holes of all kinds, every eighth frame all 0",
        "invalid"},
    {PATTERN_FULL_RANGE, "Extremes side by side, 0 and 65535 among them",
        "full-range"},
    {0, NULL, NULL},
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstDepthTestPattern", values));
  return type;
}

#define GST_TYPE_DEPTH_TEST_SENSOR (gst_depth_test_sensor_get_type ())
static GType
gst_depth_test_sensor_get_type (void)
{
  static const GEnumValue values[] = {
    {SENSOR_IDEAL, "Exact depth of every pixel", "ideal"},
    {SENSOR_STEREO, "Stereo camera, like a RealSense D435", "stereo"},
    {SENSOR_TOF, "Time-of-flight camera, like an Azure Kinect (NFOV)", "tof"},
    {0, NULL, NULL},
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstDepthTestSensor", values));
  return type;
}

#define gst_depth_test_src_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstDepthTestSrc, gst_depth_test_src,
    GST_TYPE_PUSH_SRC,
    GST_DEBUG_CATEGORY_INIT (gst_depth_test_src_debug, "depthtestsrc", 0,
        "depth test source"));
GST_ELEMENT_REGISTER_DEFINE (depthtestsrc, "depthtestsrc", GST_RANK_NONE,
    GST_TYPE_DEPTH_TEST_SRC);

static void
gst_depth_test_src_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (object);

  if (id == PROP_IS_LIVE) {
    gst_base_src_set_live (GST_BASE_SRC (self), g_value_get_boolean (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_PATTERN:
      self->settings.pattern = g_value_get_enum (value);
      break;
    case PROP_SENSOR:
      self->settings.sensor = g_value_get_enum (value);
      break;
    case PROP_SEED:
      self->settings.seed = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_depth_test_src_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (object);

  if (id == PROP_IS_LIVE) {
    g_value_set_boolean (value, gst_base_src_is_live (GST_BASE_SRC (self)));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_PATTERN:
      g_value_set_enum (value, self->settings.pattern);
      break;
    case PROP_SENSOR:
      g_value_set_enum (value, self->settings.sensor);
      break;
    case PROP_SEED:
      g_value_set_uint (value, self->settings.seed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_depth_test_src_start (GstBaseSrc * src)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);

  self->frame = 0;
  self->first_frame = 0;
  self->first_time = 0;
  GST_OBJECT_LOCK (self);
  gst_video_info_init (&self->info);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_depth_test_src_stop (GstBaseSrc * src)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);

  g_clear_pointer (&self->camera, camera_free);
  return TRUE;
}

static GstPinholeInfo
pinhole_of (const Settings * settings, gint width, gint height)
{
  GstPinholeInfo pinhole;
  Lens lens;

  camera_lens (settings->sensor, width, height, &lens);
  pinhole.fx = pinhole.fy = lens.focal;
  pinhole.cx = lens.cx;
  pinhole.cy = lens.cy;
  pinhole.width = lens.width;
  pinhole.height = lens.height;
  return pinhole;
}

static GstDepthInfo
depth_of (const Settings * settings)
{
  const GstDepthInfo scene = { METER, ROOM_NEAR, ROOM_FAR };
  const GstDepthInfo all_values = { METER, 0.0, 65535.0 };

  return settings->pattern == PATTERN_SCENE ? scene : all_values;
}

static Settings
get_settings (GstDepthTestSrc * self)
{
  Settings settings;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  return settings;
}

/* Writes into fixed caps what the frames' metadata will say. */
static void
say_in_caps (GstDepthTestSrc * self, const Settings * settings, GstCaps * caps)
{
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  GstDepthInfo depth = depth_of (settings);
  GstDepthFields fields = { depth.range_min / METER, depth.range_max / METER };
  gint width, height;

  if (!gst_structure_get_int (structure, "width", &width)
      || !gst_structure_get_int (structure, "height", &height))
    return;
  fields.pinhole = pinhole_of (settings, width, height);
  gst_depth_caps_set_fields (caps, &fields);
  self->said = *settings;
}

static GstCaps *
gst_depth_test_src_fixate (GstBaseSrc * src, GstCaps * caps)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);
  Settings settings = get_settings (self);
  GstStructure *structure;

  caps = gst_caps_make_writable (caps);
  structure = gst_caps_get_structure (caps, 0);
  gst_structure_fixate_field_nearest_int (structure, "width", 640);
  gst_structure_fixate_field_nearest_int (structure, "height", 480);
  gst_structure_fixate_field_nearest_fraction (structure, "framerate", 30, 1);
  caps = GST_BASE_SRC_CLASS (parent_class)->fixate (src, caps);
  say_in_caps (self, &settings, caps);
  return caps;
}

/* From the first frame since the last caps or seek. */
static GstClockTime
frame_time (GstDepthTestSrc * self, guint64 frame)
{
  if (self->info.fps_n == 0)
    return 0;
  return gst_util_uint64_scale (frame, self->info.fps_d * GST_SECOND,
      self->info.fps_n);
}

static gboolean
gst_depth_test_src_set_caps (GstBaseSrc * src, GstCaps * caps)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, caps)) {
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, (NULL),
        ("cannot make frames of %" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  if (gst_video_info_is_equal (&info, &self->info))
    return TRUE;
  /* times go on where they are, in steps of the new framerate */
  self->first_time += frame_time (self, self->frame);
  self->first_frame += self->frame;
  self->frame = 0;
  if (GST_VIDEO_INFO_WIDTH (&info) != GST_VIDEO_INFO_WIDTH (&self->info)
      || GST_VIDEO_INFO_HEIGHT (&info) != GST_VIDEO_INFO_HEIGHT (&self->info))
    g_clear_pointer (&self->camera, camera_free);
  GST_OBJECT_LOCK (self);
  self->info = info;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_depth_test_src_decide_allocation (GstBaseSrc * src, GstQuery * query)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);
  GstBufferPool *pool = NULL;
  guint size = self->info.size, min = 0, max = 0;
  gboolean offered = gst_query_get_n_allocation_pools (query) > 0;
  GstStructure *config;
  GstCaps *caps;

  if (offered) {
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
    size = MAX (size, self->info.size);
  }
  if (pool == NULL)
    pool = gst_video_buffer_pool_new ();
  gst_query_parse_allocation (query, &caps, NULL);
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  if (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL))
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_set_config (pool, config);
  if (offered)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, max);
  else
    gst_query_add_allocation_pool (query, pool, size, min, max);
  gst_object_unref (pool);
  return GST_BASE_SRC_CLASS (parent_class)->decide_allocation (src, query);
}

static gboolean
gst_depth_test_src_is_seekable (GstBaseSrc * src)
{
  return !gst_base_src_is_live (src);
}

static gboolean
gst_depth_test_src_do_seek (GstBaseSrc * src, GstSegment * segment)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);
  guint64 position = segment->position, step;

  if (!GST_CLOCK_TIME_IS_VALID (position))
    return FALSE;
  self->first_frame = 0;
  self->first_time = 0;
  self->frame = 0;
  if (self->info.fps_n == 0)
    return TRUE;
  step = self->info.fps_d * GST_SECOND;
  /* forwards the frame that is shown then, backwards the last one before */
  if (segment->rate >= 0.0)
    self->frame = gst_util_uint64_scale (position, self->info.fps_n, step);
  else
    self->frame = (gint64) gst_util_uint64_scale_ceil (position,
        self->info.fps_n, step) - 1;
  return TRUE;
}

static void
gst_depth_test_src_get_times (GstBaseSrc * src, GstBuffer * buffer,
    GstClockTime * start, GstClockTime * end)
{
  *start = *end = GST_CLOCK_TIME_NONE;
  if (!gst_base_src_is_live (src))
    return;
  *start = GST_BUFFER_PTS (buffer);
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    *end = *start + GST_BUFFER_DURATION (buffer);
}

static gboolean
query_latency (GstDepthTestSrc * self, GstQuery * query)
{
  GstClockTime latency = 0;

  GST_OBJECT_LOCK (self);
  latency = frame_time (self, 1);
  GST_OBJECT_UNLOCK (self);
  gst_query_set_latency (query, gst_base_src_is_live (GST_BASE_SRC (self)),
      latency, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
query_duration (GstDepthTestSrc * self, GstQuery * query)
{
  gint num_buffers = GST_BASE_SRC (self)->num_buffers;
  GstClockTime duration;
  GstFormat format;

  gst_query_parse_duration (query, &format, NULL);
  if (format != GST_FORMAT_TIME || num_buffers < 0)
    return GST_BASE_SRC_CLASS (parent_class)->query (GST_BASE_SRC (self),
        query);
  GST_OBJECT_LOCK (self);
  duration = self->info.fps_n == 0 ? GST_CLOCK_TIME_NONE :
      frame_time (self, num_buffers);
  GST_OBJECT_UNLOCK (self);
  gst_query_set_duration (query, GST_FORMAT_TIME, duration);
  return GST_CLOCK_TIME_IS_VALID (duration);
}

static gboolean
query_convert (GstDepthTestSrc * self, GstQuery * query)
{
  GstFormat from, to;
  gint64 value, converted;
  gboolean ok;

  gst_query_parse_convert (query, &from, &value, &to, NULL);
  GST_OBJECT_LOCK (self);
  ok = gst_video_info_convert (&self->info, from, value, to, &converted);
  GST_OBJECT_UNLOCK (self);
  if (ok)
    gst_query_set_convert (query, from, value, to, converted);
  return ok;
}

static gboolean
gst_depth_test_src_query (GstBaseSrc * src, GstQuery * query)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      return query_latency (self, query);
    case GST_QUERY_DURATION:
      return query_duration (self, query);
    case GST_QUERY_CONVERT:
      return query_convert (self, query);
    default:
      return GST_BASE_SRC_CLASS (parent_class)->query (src, query);
  }
}

static void
ensure_camera (GstDepthTestSrc * self, const Settings * settings)
{
  if (self->camera != NULL && self->camera_settings.sensor == settings->sensor
      && self->camera_settings.seed == settings->seed)
    return;
  g_clear_pointer (&self->camera, camera_free);
  self->camera = camera_new (settings->sensor, settings->seed,
      GST_VIDEO_INFO_WIDTH (&self->info), GST_VIDEO_INFO_HEIGHT (&self->info));
  self->camera_settings = *settings;
}

static void
draw (GstDepthTestSrc * self, const Settings * settings, guint64 number,
    GstClockTime time, GstDepthFrame * frame)
{
  guint8 *pixels = (guint8 *) frame->pixels;

  if (settings->pattern == PATTERN_SCENE) {
    ensure_camera (self, settings);
    camera_shoot (self->camera, number, time, pixels, frame->stride);
  } else {
    pattern_draw (settings->pattern, settings->seed, number,
        GST_VIDEO_INFO_WIDTH (&self->info),
        GST_VIDEO_INFO_HEIGHT (&self->info), pixels, frame->stride);
  }
  gst_depth_frame_clear_padding (frame, &self->info);
}

static void
attach_metas (GstDepthTestSrc * self, const Settings * settings,
    GstBuffer * buffer)
{
  GstDepthInfo depth = depth_of (settings);
  GstPinholeInfo pinhole = pinhole_of (settings,
      GST_VIDEO_INFO_WIDTH (&self->info), GST_VIDEO_INFO_HEIGHT (&self->info));

  gst_depth_meta_set_info (buffer, &depth);
  gst_pinhole_meta_set_info (buffer, &pinhole);
}

/* Caps of before would be wrong for the frames that come. */
static gboolean
update_caps (GstDepthTestSrc * self, const Settings * settings)
{
  GstCaps *caps;
  gboolean ok;

  if (settings->pattern == self->said.pattern
      && settings->sensor == self->said.sensor)
    return TRUE;
  caps = gst_pad_get_current_caps (GST_BASE_SRC_PAD (self));
  caps = gst_caps_make_writable (caps);
  say_in_caps (self, settings, caps);
  ok = gst_base_src_set_caps (GST_BASE_SRC (self), caps);
  gst_caps_unref (caps);
  return ok;
}

static void
stamp (GstDepthTestSrc * self, guint64 number, GstClockTime time,
    GstBuffer * buffer)
{
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = self->info.fps_n == 0 ?
      GST_CLOCK_TIME_NONE :
      self->first_time + frame_time (self, self->frame + 1) - time;
  GST_BUFFER_OFFSET (buffer) = number;
  GST_BUFFER_OFFSET_END (buffer) = number + 1;
}

static GstFlowReturn
gst_depth_test_src_fill (GstPushSrc * src, GstBuffer * buffer)
{
  GstDepthTestSrc *self = GST_DEPTH_TEST_SRC (src);
  GstDepthFrame frame;
  GstClockTime time;
  Settings settings;
  guint64 number;
  gchar *problem;

  /* the still of framerate 0/1 is one frame; backwards 0 is the last one */
  if ((self->info.fps_n == 0 && self->frame > 0) || self->frame < 0)
    return GST_FLOW_EOS;
  if (!gst_depth_frame_map (&frame, &self->info, buffer, GST_MAP_WRITE,
          &problem))
    goto bad_buffer;
  number = self->first_frame + self->frame;
  time = self->first_time + frame_time (self, self->frame);
  gst_object_sync_values (GST_OBJECT (self), time);
  settings = get_settings (self);
  if (!update_caps (self, &settings))
    goto refused;
  draw (self, &settings, number, time, &frame);
  gst_depth_frame_unmap (&frame);
  attach_metas (self, &settings, buffer);
  stamp (self, number, time, buffer);
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT " at %" GST_TIME_FORMAT,
      number, GST_TIME_ARGS (time));
  self->frame += GST_BASE_SRC (self)->segment.rate < 0.0 ? -1 : 1;
  return GST_FLOW_OK;

refused:
  gst_depth_frame_unmap (&frame);
  return GST_FLOW_NOT_NEGOTIATED;
bad_buffer:
  GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("%s", problem), (NULL));
  g_free (problem);
  return GST_FLOW_ERROR;
}

static void
install_properties (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE;

  g_object_class_install_property (klass, PROP_PATTERN,
      g_param_spec_enum ("pattern", "Pattern", "What the frames show",
          GST_TYPE_DEPTH_TEST_PATTERN, DEFAULT_PATTERN, flags));
  g_object_class_install_property (klass, PROP_SENSOR,
      g_param_spec_enum ("sensor", "Sensor",
          "Which camera sees the scene: its noise, holes, edges and lens",
          GST_TYPE_DEPTH_TEST_SENSOR, DEFAULT_SENSOR, flags));
  g_object_class_install_property (klass, PROP_SEED,
      g_param_spec_uint ("seed", "Seed",
          "Where things start and what the noise is: the same seed, size, "
          "framerate and frame number give the same frame", 0, G_MAXUINT,
          DEFAULT_SEED, flags));
  g_object_class_install_property (klass, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Is Live",
          "Whether frames come in real time, as from a camera; "
          "false = as fast as they are taken, and one can seek",
          DEFAULT_IS_LIVE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY));
}

static void
gst_depth_test_src_class_init (GstDepthTestSrcClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  object_class->set_property = gst_depth_test_src_set_property;
  object_class->get_property = gst_depth_test_src_get_property;
  install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Depth test source",
      "Source/Video", "Makes depth video of a room, and test patterns",
      GST_PACKAGE_AUTHORS);

  src_class->start = GST_DEBUG_FUNCPTR (gst_depth_test_src_start);
  src_class->stop = GST_DEBUG_FUNCPTR (gst_depth_test_src_stop);
  src_class->fixate = GST_DEBUG_FUNCPTR (gst_depth_test_src_fixate);
  src_class->set_caps = GST_DEBUG_FUNCPTR (gst_depth_test_src_set_caps);
  src_class->decide_allocation =
      GST_DEBUG_FUNCPTR (gst_depth_test_src_decide_allocation);
  src_class->is_seekable = GST_DEBUG_FUNCPTR (gst_depth_test_src_is_seekable);
  src_class->do_seek = GST_DEBUG_FUNCPTR (gst_depth_test_src_do_seek);
  src_class->get_times = GST_DEBUG_FUNCPTR (gst_depth_test_src_get_times);
  src_class->query = GST_DEBUG_FUNCPTR (gst_depth_test_src_query);
  GST_PUSH_SRC_CLASS (klass)->fill =
      GST_DEBUG_FUNCPTR (gst_depth_test_src_fill);

  gst_type_mark_as_plugin_api (GST_TYPE_DEPTH_TEST_PATTERN, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_DEPTH_TEST_SENSOR, 0);
}

static void
gst_depth_test_src_init (GstDepthTestSrc * self)
{
  self->settings.pattern = DEFAULT_PATTERN;
  self->settings.sensor = DEFAULT_SENSOR;
  self->settings.seed = DEFAULT_SEED;
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_live (GST_BASE_SRC (self), DEFAULT_IS_LIVE);
}
