/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-depthcolormap
 * @title: depthcolormap
 * @short_description: shows depth in colours
 * @see_also: rvldepthenc, rerunsink
 *
 * Shows depth in colours: those of Rerun's Viewer, near and far in metres,
 * found and followed by itself where nothing says them.
 *
 * When the range in use changes, an element message `range` with the doubles
 * `near` and `far`, in metres, is posted.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=300 ! depthcolormap legend=true ! videoconvert ! autovideosink
 * ]| A camera's depth in a window, with a legend.
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=1 ! depthcolormap near=0.5 far=4 colormap=viridis ! videoconvert ! pngenc ! filesink location=depth.png
 * ]| One picture of a fixed range as a file.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "colormap/gstdepthcolormap.h"

#include "colormap/colormap.h"
#include "depth/gstdepthcaps.h"
#include "depth/gstdepthmeta.h"
#include "depth/gstdepthreader.h"
#include "depth/gstdepthtracker.h"

#include <math.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (depthcolormap_debug);
#define GST_CAT_DEFAULT depthcolormap_debug

#define DEFAULT_COLORMAP 5      /* turbo */
#define DEFAULT_INVERT FALSE
#define DEFAULT_EQUALIZE FALSE
#define DEFAULT_LEGEND FALSE
#define DEFAULT_INVALID_COLOR 0xff000000u
#define DEFAULT_BELOW_COLOR 0
#define DEFAULT_ABOVE_COLOR 0

/* A range is said again when an end moved by this part of it. */
#define RANGE_MESSAGE_STEP 0.01

enum
{
  PROP_0,
  PROP_NEAR,
  PROP_FAR,
  PROP_INVALID,
  PROP_COLORMAP,
  PROP_INVERT,
  PROP_EQUALIZE,
  PROP_LEGEND,
  PROP_INVALID_COLOR,
  PROP_BELOW_COLOR,
  PROP_ABOVE_COLOR
};

typedef struct
{
  gint colormap;
  gboolean invert;
  gboolean equalize;
  gboolean legend;
  guint invalid_color;
  guint below_color;
  guint above_color;
} Settings;

struct _GstDepthColormap
{
  GstVideoFilter parent;

  GstDepthStream depth;         /* has the properties near, far, invalid */
  GstDepthReader reader;

  Settings settings;            /* properties, guarded by the object lock */

  /* of the streaming thread */
  ColormapLayout layout;
  GstDepthTracker tracker;
  GstDepthTimer timer;          /* of the equalizer */
  ColormapEqualizer equalizer;
  ColormapPainter *painter;
  gdouble said_near, said_far;  /* metres, of the last range message */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE (GST_DEPTH_RAW_FORMATS)));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE
        ("{ RGBA, BGRA, RGBx, BGRx, RGB, BGR }")));

#define parent_class gst_depth_colormap_parent_class
G_DEFINE_TYPE_WITH_CODE (GstDepthColormap, gst_depth_colormap,
    GST_TYPE_VIDEO_FILTER,
    GST_DEBUG_CATEGORY_INIT (depthcolormap_debug, "depthcolormap", 0,
        "depth to colours"));
GST_ELEMENT_REGISTER_DEFINE (depthcolormap, "depthcolormap", GST_RANK_NONE,
    GST_TYPE_DEPTH_COLORMAP);

#define GST_TYPE_DEPTH_COLORMAP_MAP (gst_depth_colormap_map_get_type ())
static GType
gst_depth_colormap_map_get_type (void)
{
  static GEnumValue values[COLORMAP_COUNT + 1];
  static gsize type = 0;

  if (g_once_init_enter (&type)) {
    for (gint i = 0; i < COLORMAP_COUNT; i++) {
      values[i].value = i + 1;
      values[i].value_name = colormaps[i].title;
      values[i].value_nick = colormaps[i].name;
    }
    g_once_init_leave (&type,
        g_enum_register_static ("GstDepthColormapMap", values));
  }
  return type;
}

static void
gst_depth_colormap_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (object);
  Settings *settings = &self->settings;

  if (id < PROP_COLORMAP) {
    gst_depth_stream_set_property (&self->depth, value, pspec);
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_COLORMAP:
      settings->colormap = g_value_get_enum (value);
      break;
    case PROP_INVERT:
      settings->invert = g_value_get_boolean (value);
      break;
    case PROP_EQUALIZE:
      settings->equalize = g_value_get_boolean (value);
      break;
    case PROP_LEGEND:
      settings->legend = g_value_get_boolean (value);
      break;
    case PROP_INVALID_COLOR:
      settings->invalid_color = g_value_get_uint (value);
      break;
    case PROP_BELOW_COLOR:
      settings->below_color = g_value_get_uint (value);
      break;
    case PROP_ABOVE_COLOR:
      settings->above_color = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_depth_colormap_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (object);
  const Settings *settings = &self->settings;

  if (id < PROP_COLORMAP) {
    gst_depth_stream_get_property (&self->depth, value, pspec);
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_COLORMAP:
      g_value_set_enum (value, settings->colormap);
      break;
    case PROP_INVERT:
      g_value_set_boolean (value, settings->invert);
      break;
    case PROP_EQUALIZE:
      g_value_set_boolean (value, settings->equalize);
      break;
    case PROP_LEGEND:
      g_value_set_boolean (value, settings->legend);
      break;
    case PROP_INVALID_COLOR:
      g_value_set_uint (value, settings->invalid_color);
      break;
    case PROP_BELOW_COLOR:
      g_value_set_uint (value, settings->below_color);
      break;
    case PROP_ABOVE_COLOR:
      g_value_set_uint (value, settings->above_color);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static gboolean
remove_depth_field (GQuark field, GValue * value, gpointer user_data)
{
  return !g_str_has_prefix (g_quark_to_string (field), "depth-");
}

/* Size and rate are the same on both sides, format and colorimetry are not, and
 * what describes depth is not for a colour picture. */
static GstCaps *
gst_depth_colormap_transform_caps (GstBaseTransform * trans,
    GstPadDirection direction, GstCaps * caps, GstCaps * filter)
{
  GstPad *other = direction == GST_PAD_SINK ? trans->srcpad : trans->sinkpad;
  GstCaps *template_caps = gst_pad_get_pad_template_caps (other);
  GstCaps *result = gst_caps_new_empty ();
  GstCaps *possible;

  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *structure =
        gst_structure_copy (gst_caps_get_structure (caps, i));
    GstCapsFeatures *features =
        gst_caps_features_copy (gst_caps_get_features (caps, i));

    gst_structure_remove_fields (structure, "format", "colorimetry",
        "chroma-site", NULL);
    gst_structure_filter_and_map_in_place (structure, remove_depth_field, NULL);
    result = gst_caps_merge_structure_full (result, structure, features);
  }

  possible = gst_caps_intersect_full (result, template_caps,
      GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (result);
  gst_caps_unref (template_caps);
  if (filter) {
    result = gst_caps_intersect_full (filter, possible,
        GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (possible);
    possible = result;
  }
  return possible;
}

/* The picture's geometry stays, so all metadata does, intrinsics too, but what
 * is said of depth or of colours, or of memory. */
static gboolean
gst_depth_colormap_transform_meta (GstBaseTransform * trans, GstBuffer * outbuf,
    GstMeta * meta, GstBuffer * inbuf)
{
  return !gst_depth_meta_stays_behind (meta)
      && !gst_meta_api_type_has_tag (meta->info->api,
      g_quark_from_static_string (GST_META_TAG_VIDEO_COLORSPACE_STR));
}

static ColormapLayout
layout_of (const GstVideoInfo * info)
{
  ColormapLayout layout;

  layout.red = GST_VIDEO_INFO_COMP_POFFSET (info, GST_VIDEO_COMP_R);
  layout.green = GST_VIDEO_INFO_COMP_POFFSET (info, GST_VIDEO_COMP_G);
  layout.blue = GST_VIDEO_INFO_COMP_POFFSET (info, GST_VIDEO_COMP_B);
  layout.alpha = 0 + 1 + 2 + 3 - layout.red - layout.green - layout.blue;
  return layout;
}

static gboolean
gst_depth_colormap_set_info (GstVideoFilter * filter, GstCaps * incaps,
    GstVideoInfo * in_info, GstCaps * outcaps, GstVideoInfo * out_info)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (filter);

  self->layout = layout_of (out_info);
  gst_depth_tracker_reset (&self->tracker,
      gst_depth_caps_get_duration (in_info));
  gst_depth_reader_clear (&self->reader);
  gst_depth_timer_reset (&self->timer, gst_depth_caps_get_duration (in_info));
  self->equalizer.measured = false;
  return TRUE;
}

/* The base class takes a filter without transform_frame for one that works in
 * place. */
static gboolean
gst_depth_colormap_set_caps (GstBaseTransform * trans, GstCaps * incaps,
    GstCaps * outcaps)
{
  gboolean ok = GST_BASE_TRANSFORM_CLASS (parent_class)->set_caps (trans,
      incaps, outcaps);

  gst_base_transform_set_in_place (trans, FALSE);
  return ok;
}

/* Before the base classes, which refuse caps without a word. */
static gboolean
gst_depth_colormap_sink_event (GstBaseTransform * trans, GstEvent * event)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (trans);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstVideoInfo info;
    GstCaps *caps;

    gst_event_parse_caps (event, &caps);
    if (!gst_depth_caps_get_raw_info (&info, GST_ELEMENT (self), caps)
        || !gst_depth_stream_set_caps (&self->depth, caps)) {
      gst_event_unref (event);
      return FALSE;
    }
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)->sink_event (trans, event);
}

static gboolean
gst_depth_colormap_start (GstBaseTransform * trans)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (trans);

  self->painter = colormap_painter_new ();
  self->said_near = self->said_far = -1;
  return self->painter != NULL;
}

static gboolean
gst_depth_colormap_stop (GstBaseTransform * trans)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (trans);

  g_clear_pointer (&self->painter, colormap_painter_free);
  gst_depth_reader_clear (&self->reader);
  return TRUE;
}

static GstStateChangeReturn
gst_depth_colormap_change_state (GstElement * element,
    GstStateChange transition)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !gst_depth_stream_check (&self->depth))
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
gst_depth_colormap_before_transform (GstBaseTransform * trans,
    GstBuffer * buffer)
{
  GstClockTime time;

  /* Raw frames from a file come without times. */
  if (trans->segment.format != GST_FORMAT_TIME)
    return;
  time = gst_segment_to_stream_time (&trans->segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (trans), time);
}

/* Says near and far of this frame; FALSE: nothing has said them yet. */
static gboolean
find_range (GstDepthColormap * self, GstBuffer * buffer,
    const GstDepthFrame * samples, guint16 invalid, GstDepthValues * values)
{
  const GstVideoInfo *info = &GST_VIDEO_FILTER (self)->in_info;

  gst_depth_stream_resolve (&self->depth, buffer, FALSE, values);
  if (values->need_measure) {
    gst_depth_tracker_measure (&self->tracker, samples->pixels,
        samples->stride, GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), GST_BUFFER_PTS (buffer), invalid,
        values->meter);
    gst_depth_tracker_fill (&self->tracker, values);
  }
  return !values->need_measure;
}

static void
say_range (GstDepthColormap * self, const GstDepthValues * values)
{
  gdouble near = values->range_min / values->meter;
  gdouble far = values->range_max / values->meter;
  gdouble step = RANGE_MESSAGE_STEP * (self->said_far - self->said_near);

  if (self->said_far >= 0 && fabs (near - self->said_near) <= step
      && fabs (far - self->said_far) <= step)
    return;
  self->said_near = near;
  self->said_far = far;
  GST_DEBUG_OBJECT (self, "range is %g m to %g m", near, far);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), gst_structure_new ("range",
              "near", G_TYPE_DOUBLE, near, "far", G_TYPE_DOUBLE, far, NULL)));
}

static ColormapLook
look_of (GstDepthColormap * self, const Settings * settings,
    const GstDepthValues * values)
{
  ColormapLook look = {
    .map = &colormaps[settings->colormap - 1],
    .invert = settings->invert,
    .layout = self->layout,
    .has_alpha = GST_VIDEO_INFO_HAS_ALPHA (&GST_VIDEO_FILTER (self)->out_info),
    .near = values->range_min,
    .far = values->range_max,
    .invalid = settings->invalid_color,
    .below = settings->below_color,
    .above = settings->above_color,
  };

  return look;
}

/* Returns: (nullable): what the table is equalised by */
static const ColormapEqualizer *
equalize (GstDepthColormap * self, const Settings * settings,
    const GstDepthFrame * samples, GstClockTime time,
    const GstDepthValues * values)
{
  const GstVideoInfo *info = &GST_VIDEO_FILTER (self)->in_info;
  gdouble seconds = gst_depth_timer_passed (&self->timer, time);

  if (settings->equalize)
    colormap_equalizer_measure (&self->equalizer, samples->pixels,
        samples->stride, GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), values->range_min, values->range_max,
        seconds);
  else
    self->equalizer.measured = false;
  return self->equalizer.measured ? &self->equalizer : NULL;
}

static ColormapPicture
picture_of (const GstVideoFrame * frame)
{
  ColormapPicture picture = {
    .data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0),
    .stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0),
    .width = GST_VIDEO_FRAME_WIDTH (frame),
    .height = GST_VIDEO_FRAME_HEIGHT (frame),
    .pixel_size = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, 0),
  };

  return picture;
}

static void
paint (GstDepthColormap * self, GstBuffer * buffer,
    const GstDepthFrame * samples, guint16 invalid, GstVideoFrame * out)
{
  ColormapPicture picture = picture_of (out);
  GstDepthValues values;
  Settings settings;
  ColormapLook look;
  gboolean known;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);

  known = find_range (self, buffer, samples, invalid, &values);
  if (known)
    say_range (self, &values);
  look = look_of (self, &settings, &values);
  colormap_painter_prepare (self->painter, &look, equalize (self, &settings,
          samples, GST_BUFFER_PTS (buffer), &values));
  colormap_painter_apply (self->painter, samples->pixels, samples->stride,
      &picture);
  if (settings.legend && known)
    colormap_painter_legend (self->painter, &picture, values.meter);
}

/* Instead of the base class's, which maps the first memory of a buffer only,
 * and pushes what the pool held where a buffer is too small. */
static GstFlowReturn
gst_depth_colormap_transform (GstBaseTransform * trans, GstBuffer * inbuf,
    GstBuffer * outbuf)
{
  GstDepthColormap *self = GST_DEPTH_COLORMAP (trans);
  GstVideoFilter *filter = GST_VIDEO_FILTER (trans);
  guint16 invalid = gst_depth_stream_get_invalid (&self->depth);
  GstDepthFrame samples;
  GstVideoFrame out;
  gchar *problem;

  if (!filter->negotiated)
    return GST_FLOW_NOT_NEGOTIATED;
  if (!gst_depth_reader_map (&self->reader, GST_ELEMENT (self), &samples,
          &filter->in_info, inbuf, invalid, &problem))
    goto bad_buffer;
  if (!gst_video_frame_map (&out, &filter->out_info, outbuf,
          GST_MAP_WRITE | GST_VIDEO_FRAME_MAP_FLAG_NO_REF))
    goto bad_output;

  paint (self, inbuf, &samples, invalid, &out);
  gst_video_frame_unmap (&out);
  gst_depth_frame_unmap (&samples);
  return GST_FLOW_OK;

bad_output:
  gst_depth_frame_unmap (&samples);
  problem = g_strdup ("downstream's buffer cannot be mapped for writing");
bad_buffer:
  GST_ELEMENT_ERROR (trans, STREAM, FORMAT, ("%s", problem), (NULL));
  g_free (problem);
  return GST_FLOW_ERROR;
}

static void
gst_depth_colormap_init (GstDepthColormap * self)
{
  gst_depth_stream_init (&self->depth, GST_ELEMENT (self));
  self->settings.colormap = DEFAULT_COLORMAP;
  self->settings.invert = DEFAULT_INVERT;
  self->settings.equalize = DEFAULT_EQUALIZE;
  self->settings.legend = DEFAULT_LEGEND;
  self->settings.invalid_color = DEFAULT_INVALID_COLOR;
  self->settings.below_color = DEFAULT_BELOW_COLOR;
  self->settings.above_color = DEFAULT_ABOVE_COLOR;
}

static void
install_boolean (GObjectClass * klass, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb, gboolean value, GParamFlags flags)
{
  g_object_class_install_property (klass, id,
      g_param_spec_boolean (name, nick, blurb, value, flags));
}

static void
install_color (GObjectClass * klass, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb, guint value, GParamFlags flags)
{
  g_object_class_install_property (klass, id,
      g_param_spec_uint (name, nick, blurb, 0, G_MAXUINT32, value, flags));
}

static void
install_properties (GObjectClass * klass)
{
  GParamFlags when = GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE;
  GParamFlags flags = when | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  gst_depth_stream_install_properties (klass, PROP_NEAR,
      GST_DEPTH_HAS_RANGE | GST_DEPTH_HAS_INVALID, when);
  g_object_class_install_property (klass, PROP_COLORMAP,
      g_param_spec_enum ("colormap", "Colormap",
          "Colours from near to far, named and numbered as in Rerun's Viewer",
          GST_TYPE_DEPTH_COLORMAP_MAP, DEFAULT_COLORMAP, flags));
  install_boolean (klass, PROP_INVERT, "invert", "Invert",
      "Colours from far to near", DEFAULT_INVERT, flags);
  install_boolean (klass, PROP_EQUALIZE, "equalize", "Equalize",
      "Histogram equalisation: every colour covers as much of the picture",
      DEFAULT_EQUALIZE, flags);
  install_boolean (klass, PROP_LEGEND, "legend", "Legend",
      "Draw a bar with the depth in metres into the picture", DEFAULT_LEGEND,
      flags);
  install_color (klass, PROP_INVALID_COLOR, "invalid-color", "Invalid Color",
      "Colour of pixels without depth, 0xAARRGGBB (black is 0xff000000)",
      DEFAULT_INVALID_COLOR, flags);
  install_color (klass, PROP_BELOW_COLOR, "below-color", "Below Color",
      "Colour of what is nearer than near, 0xAARRGGBB, 0 = the colour of near",
      DEFAULT_BELOW_COLOR, flags);
  install_color (klass, PROP_ABOVE_COLOR, "above-color", "Above Color",
      "Colour of what is farther than far, 0xAARRGGBB, 0 = the colour of far",
      DEFAULT_ABOVE_COLOR, flags);
}

static void
gst_depth_colormap_class_init (GstDepthColormapClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstVideoFilterClass *filter_class = GST_VIDEO_FILTER_CLASS (klass);

  object_class->set_property = gst_depth_colormap_set_property;
  object_class->get_property = gst_depth_colormap_get_property;
  install_properties (object_class);

  gst_element_class_set_static_metadata (element_class, "Depth colour map",
      "Filter/Effect/Video", "Shows depth in the colours of Rerun's Viewer",
      GST_PACKAGE_AUTHORS);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_depth_colormap_change_state);

  trans_class->start = GST_DEBUG_FUNCPTR (gst_depth_colormap_start);
  trans_class->stop = GST_DEBUG_FUNCPTR (gst_depth_colormap_stop);
  trans_class->set_caps = GST_DEBUG_FUNCPTR (gst_depth_colormap_set_caps);
  trans_class->sink_event = GST_DEBUG_FUNCPTR (gst_depth_colormap_sink_event);
  trans_class->transform_caps =
      GST_DEBUG_FUNCPTR (gst_depth_colormap_transform_caps);
  trans_class->transform_meta =
      GST_DEBUG_FUNCPTR (gst_depth_colormap_transform_meta);
  trans_class->before_transform =
      GST_DEBUG_FUNCPTR (gst_depth_colormap_before_transform);
  trans_class->transform = GST_DEBUG_FUNCPTR (gst_depth_colormap_transform);

  filter_class->set_info = GST_DEBUG_FUNCPTR (gst_depth_colormap_set_info);

  gst_type_mark_as_plugin_api (GST_TYPE_DEPTH_COLORMAP_MAP, 0);
}
