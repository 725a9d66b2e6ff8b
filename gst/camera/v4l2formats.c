/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sizes and rates: what the driver enumerates becomes caps, fixed caps become
 * the driver's format. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/v4l2formats.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <string.h>

GST_DEBUG_CATEGORY_EXTERN (gst_depth_v4l2_src_debug);
#define GST_CAT_DEFAULT gst_depth_v4l2_src_debug

/* An end to what a driver might count for ever. */
#define MAX_SIZES 256
#define MAX_RATES 64

static const struct
{
  gint width, height;
} best_sizes[] = { {848, 480}, {640, 480} };

#define BEST_RATE 30

/* A rate is one over the interval. */
static gboolean
set_rate (GValue * value, const struct v4l2_fract *interval)
{
  if (interval->numerator == 0 || interval->numerator > G_MAXINT
      || interval->denominator == 0 || interval->denominator > G_MAXINT)
    return FALSE;
  g_value_init (value, GST_TYPE_FRACTION);
  gst_value_set_fraction (value, interval->denominator, interval->numerator);
  return TRUE;
}

/* The longest interval is the lowest rate. */
static void
set_rate_range (GValue * value, const struct v4l2_frmivalenum *rates)
{
  GValue least = G_VALUE_INIT, most = G_VALUE_INIT;

  if (set_rate (&least, &rates->stepwise.max)) {
    if (!set_rate (&most, &rates->stepwise.min)
        || gst_value_compare (&least, &most) != GST_VALUE_LESS_THAN) {
      set_rate (value, &rates->stepwise.max);
    } else {
      g_value_init (value, GST_TYPE_FRACTION_RANGE);
      gst_value_set_fraction_range (value, &least, &most);
    }
    g_value_unset (&least);
  }
  if (G_IS_VALUE (&most))
    g_value_unset (&most);
}

/* The rates of one size into @value, which stays unset if there are none. */
static void
probe_rates (V4l2Device * device, guint width, guint height, GValue * value)
{
  GValue list = G_VALUE_INIT;

  g_value_init (&list, GST_TYPE_LIST);
  for (guint i = 0; i < MAX_RATES; i++) {
    struct v4l2_frmivalenum rates = {
      .index = i,.pixel_format = device->pixelformat,
      .width = width,.height = height
    };
    GValue rate = G_VALUE_INIT;

    if (v4l2_device_ioctl (device, VIDIOC_ENUM_FRAMEINTERVALS, &rates) != 0)
      break;
    if (rates.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
      set_rate_range (value, &rates);
      break;
    }
    if (set_rate (&rate, &rates.discrete))
      gst_value_list_append_and_take_value (&list, &rate);
  }
  if (gst_value_list_get_size (&list) > 0 && !G_IS_VALUE (value)) {
    g_value_init (value, GST_TYPE_LIST);
    g_value_copy (&list, value);
  }
  g_value_unset (&list);
}

static gboolean
size_valid (guint width, guint height)
{
  return width >= 1 && width <= G_MAXUINT16 && height >= 1
      && height <= G_MAXUINT16;
}

static GstStructure *
new_structure (V4l2Device * device, guint width, guint height)
{
  GstStructure *fields = gst_structure_new ("video/x-raw",
      "format", G_TYPE_STRING, "GRAY16_LE",
      "width", G_TYPE_INT, width, "height", G_TYPE_INT, height,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1,
      "interlace-mode", G_TYPE_STRING, "progressive", NULL);
  GValue rates = G_VALUE_INIT;

  probe_rates (device, width, height, &rates);
  if (G_IS_VALUE (&rates))
    gst_structure_take_value (fields, "framerate", &rates);
  else
    gst_structure_set (fields, "framerate", GST_TYPE_FRACTION_RANGE, 0, 1,
        G_MAXINT, 1, NULL);
  return fields;
}

/* A camera that takes any size of a range: a driver's, not of USB. */
static void
append_range (V4l2Device * device, const struct v4l2_frmsizeenum *sizes,
    GstCaps * caps)
{
  const struct v4l2_frmsize_stepwise *range = &sizes->stepwise;
  GstStructure *fields;

  if (!size_valid (range->min_width, range->min_height)
      || !size_valid (range->max_width, range->max_height))
    return;
  fields = new_structure (device, range->max_width, range->max_height);
  if (range->min_width < range->max_width)
    gst_structure_set (fields, "width", GST_TYPE_INT_RANGE,
        range->min_width, range->max_width, NULL);
  if (range->min_height < range->max_height)
    gst_structure_set (fields, "height", GST_TYPE_INT_RANGE,
        range->min_height, range->max_height, NULL);
  gst_caps_append_structure (caps, fields);
}

GstCaps *
v4l2_formats_probe (V4l2Device * device)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (guint i = 0; i < MAX_SIZES; i++) {
    struct v4l2_frmsizeenum sizes = {
      .index = i,.pixel_format = device->pixelformat
    };

    if (v4l2_device_ioctl (device, VIDIOC_ENUM_FRAMESIZES, &sizes) != 0)
      break;
    if (sizes.type != V4L2_FRMSIZE_TYPE_DISCRETE) {
      append_range (device, &sizes, caps);
      break;
    }
    if (size_valid (sizes.discrete.width, sizes.discrete.height))
      gst_caps_append_structure (caps, new_structure (device,
              sizes.discrete.width, sizes.discrete.height));
  }
  GST_DEBUG ("%s gives %" GST_PTR_FORMAT, device->path, caps);
  return caps;
}

static GstCaps *
take_one (GstCaps * caps, guint index)
{
  GstCaps *one = gst_caps_copy_nth (caps, index);

  gst_caps_unref (caps);
  return one;
}

/* The first structure that has this size at the best rate. */
static gboolean
find_size (GstCaps * caps, gint width, gint height, guint * index)
{
  GstStructure *wanted = gst_structure_new ("video/x-raw",
      "width", G_TYPE_INT, width, "height", G_TYPE_INT, height,
      "framerate", GST_TYPE_FRACTION, BEST_RATE, 1, NULL);
  gboolean found = FALSE;

  for (guint i = 0; i < gst_caps_get_size (caps) && !found; i++) {
    *index = i;
    found = gst_structure_can_intersect (gst_caps_get_structure (caps, i),
        wanted);
  }
  gst_structure_free (wanted);
  return found;
}

GstCaps *
v4l2_formats_fixate (GstCaps * caps)
{
  gint width = best_sizes[0].width, height = best_sizes[0].height;
  GstStructure *fields;
  guint index = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (best_sizes); i++) {
    if (find_size (caps, best_sizes[i].width, best_sizes[i].height, &index)) {
      width = best_sizes[i].width;
      height = best_sizes[i].height;
      break;
    }
    index = 0;
  }
  caps = gst_caps_make_writable (take_one (caps, index));
  fields = gst_caps_get_structure (caps, 0);
  gst_structure_fixate_field_nearest_int (fields, "width", width);
  gst_structure_fixate_field_nearest_int (fields, "height", height);
  gst_structure_fixate_field_nearest_fraction (fields, "framerate", BEST_RATE,
      1);
  return caps;
}

/* A camera without rates has the one it has. */
static void
set_interval (V4l2Device * device, const GstVideoInfo * info,
    V4l2Format * format)
{
  struct v4l2_streamparm parameters = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
  struct v4l2_fract *interval = &parameters.parm.capture.timeperframe;
  gint number;

  format->duration = GST_CLOCK_TIME_NONE;
  if (info->fps_n > 0) {
    interval->numerator = info->fps_d;
    interval->denominator = info->fps_n;
  }
  number = v4l2_device_ioctl (device, VIDIOC_S_PARM, &parameters);
  if (number != 0)
    GST_INFO ("%s has no frame rate that can be set: %s", device->path,
        g_strerror (number));
  else if (interval->denominator > 0 && interval->numerator > 0)
    format->duration = gst_util_uint64_scale (GST_SECOND, interval->numerator,
        interval->denominator);
  if (!GST_CLOCK_TIME_IS_VALID (format->duration) && info->fps_n > 0)
    format->duration = gst_util_uint64_scale (GST_SECOND, info->fps_d,
        info->fps_n);
}

gboolean
v4l2_formats_set (V4l2Device * device, const GstVideoInfo * info,
    V4l2Format * format, GError ** error)
{
  guint width = GST_VIDEO_INFO_WIDTH (info);
  guint height = GST_VIDEO_INFO_HEIGHT (info);
  struct v4l2_format request = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
  struct v4l2_pix_format *pixels = &request.fmt.pix;
  gint number;

  pixels->width = width;
  pixels->height = height;
  pixels->pixelformat = device->pixelformat;
  pixels->field = V4L2_FIELD_NONE;
  number = v4l2_device_ioctl (device, VIDIOC_S_FMT, &request);
  if (number != 0) {
    v4l2_set_error (error, device->path, "set the format of", number);
    return FALSE;
  }
  if (pixels->width != width || pixels->height != height
      || pixels->pixelformat != device->pixelformat) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s gives %ux%u in the place of %ux%u, which it lists; "
        "\"v4l2-ctl -d %s --list-formats-ext\" shows its list", device->path,
        pixels->width, pixels->height, width, height, device->path);
    return FALSE;
  }
  format->stride = MAX (pixels->bytesperline, 2 * width);
  format->size = (gsize) format->stride * (height - 1) + 2 * (gsize) width;
  set_interval (device, info, format);
  GST_INFO ("%s: %ux%u, stride %u, %" GST_TIME_FORMAT " a frame", device->path,
      width, height, format->stride, GST_TIME_ARGS (format->duration));
  return TRUE;
}
