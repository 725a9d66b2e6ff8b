/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:gstdepthmeta
 * @title: GstDepthMeta and GstPinholeMeta
 * @short_description: what the numbers of a depth frame mean
 *
 * Two custom metas (#GstCustomMeta) that the rvldepth plugin registers when it
 * is loaded. Their contents are the fields of a #GstStructure, so that every
 * language with a GStreamer binding can use them; these inline helpers are for
 * C and C++, and need no library but GStreamer's.
 *
 * `GstDepthMeta` has
 *
 * - `meter` (double): depth units per metre, 1000 = millimetres
 * - `range-min`, `range-max` (double): the range of useful depth, in depth
 *   units (native units of the samples, not metres)
 *
 * `GstPinholeMeta` has
 *
 * - `fx`, `fy` (double): focal lengths in pixels
 * - `cx`, `cy` (double): the principal point in pixels, from the centre of the
 *   first one
 * - `width`, `height` (uint): size of the picture that they hold for. A reader
 *   whose picture has another size must not use them.
 *
 * Since: 0.1
 */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GST_DEPTH_META_NAME:
 *
 * The name of the meta for unit and range of depth.
 */
#define GST_DEPTH_META_NAME "GstDepthMeta"

/**
 * GST_PINHOLE_META_NAME:
 *
 * The name of the meta for intrinsics.
 */
#define GST_PINHOLE_META_NAME "GstPinholeMeta"

/**
 * GstDepthInfo:
 * @meter: depth units per metre, 0 = not known
 * @range_min: nearest useful depth, in depth units
 * @range_max: farthest useful depth, in depth units, 0 = range not known
 *
 * Contents of a `GstDepthMeta`.
 */
typedef struct _GstDepthInfo GstDepthInfo;
struct _GstDepthInfo
{
  gdouble meter;
  gdouble range_min;
  gdouble range_max;
};

/**
 * GstPinholeInfo:
 * @fx: horizontal focal length in pixels
 * @fy: vertical focal length in pixels
 * @cx: principal point in pixels from the centre of the leftmost ones
 * @cy: principal point in pixels from the centre of the topmost ones
 * @width: width in pixels of the picture that this holds for
 * @height: height in pixels of the picture that this holds for
 *
 * Contents of a `GstPinholeMeta`.
 */
typedef struct _GstPinholeInfo GstPinholeInfo;
struct _GstPinholeInfo
{
  gdouble fx, fy;
  gdouble cx, cy;
  guint width, height;
};

/**
 * gst_depth_meta_load:
 *
 * Makes sure that both metas are registered, by loading the rvldepth plugin if
 * neither that nor the depthrerun plugin is loaded yet. Call this once after
 * gst_init(), before a meta is attached.
 *
 * Returns: %FALSE if there is no such plugin
 */
static inline gboolean
gst_depth_meta_load (void)
{
  GstPlugin *plugin;

  if (gst_meta_get_info (GST_DEPTH_META_NAME) != NULL)
    return TRUE;
  plugin = gst_plugin_load_by_name ("rvldepth");
  if (plugin != NULL)
    gst_object_unref (plugin);
  return gst_meta_get_info (GST_DEPTH_META_NAME) != NULL;
}

/*< private >*/
static inline GstStructure *
gst_depth_meta_structure_ (GstBuffer * buffer, const gchar * name, gboolean add)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, name);

  if (meta == NULL && add && gst_meta_get_info (name) != NULL)
    meta = gst_buffer_add_custom_meta (buffer, name);
  return meta != NULL ? gst_custom_meta_get_structure (meta) : NULL;
}

/*< private >: any number will do, a binding's integers too */
static inline gdouble
gst_depth_meta_number_ (const GstStructure * fields, const gchar * name)
{
  const GValue *value = gst_structure_get_value (fields, name);
  GValue number = G_VALUE_INIT;
  gdouble result = 0;

  if (value == NULL)
    return 0;
  g_value_init (&number, G_TYPE_DOUBLE);
  if (g_value_transform (value, &number))
    result = g_value_get_double (&number);
  g_value_unset (&number);
  return result;
}

/**
 * gst_depth_meta_set_info:
 * @buffer: a writable #GstBuffer
 * @info: what to say of its samples
 *
 * Attaches a `GstDepthMeta`, or changes the one that is there.
 *
 * Returns: %FALSE if the metas are not registered, see gst_depth_meta_load()
 */
static inline gboolean
gst_depth_meta_set_info (GstBuffer * buffer, const GstDepthInfo * info)
{
  GstStructure *fields =
      gst_depth_meta_structure_ (buffer, GST_DEPTH_META_NAME, TRUE);

  if (fields == NULL)
    return FALSE;
  gst_structure_set (fields, "meter", G_TYPE_DOUBLE, info->meter,
      "range-min", G_TYPE_DOUBLE, info->range_min,
      "range-max", G_TYPE_DOUBLE, info->range_max, NULL);
  return TRUE;
}

/**
 * gst_depth_meta_get_info:
 * @buffer: a #GstBuffer
 * @info: (out): what its `GstDepthMeta` says, zeros where it says nothing
 *
 * Reads what @buffer says of its samples.
 *
 * Returns: %TRUE if @buffer has a `GstDepthMeta`
 */
static inline gboolean
gst_depth_meta_get_info (GstBuffer * buffer, GstDepthInfo * info)
{
  GstStructure *fields =
      gst_depth_meta_structure_ (buffer, GST_DEPTH_META_NAME, FALSE);

  info->meter = info->range_min = info->range_max = 0;
  if (fields == NULL)
    return FALSE;
  info->meter = gst_depth_meta_number_ (fields, "meter");
  info->range_min = gst_depth_meta_number_ (fields, "range-min");
  info->range_max = gst_depth_meta_number_ (fields, "range-max");
  return TRUE;
}

/**
 * gst_pinhole_meta_set_info:
 * @buffer: a writable #GstBuffer
 * @info: intrinsics, and the size of the picture that they hold for
 *
 * Attaches a `GstPinholeMeta`, or changes the one that is there.
 *
 * Returns: %FALSE if the metas are not registered, see gst_depth_meta_load()
 */
static inline gboolean
gst_pinhole_meta_set_info (GstBuffer * buffer, const GstPinholeInfo * info)
{
  GstStructure *fields =
      gst_depth_meta_structure_ (buffer, GST_PINHOLE_META_NAME, TRUE);

  if (fields == NULL)
    return FALSE;
  gst_structure_set (fields, "fx", G_TYPE_DOUBLE, info->fx,
      "fy", G_TYPE_DOUBLE, info->fy, "cx", G_TYPE_DOUBLE, info->cx,
      "cy", G_TYPE_DOUBLE, info->cy, "width", G_TYPE_UINT, info->width,
      "height", G_TYPE_UINT, info->height, NULL);
  return TRUE;
}

/**
 * gst_pinhole_meta_get_info:
 * @buffer: a #GstBuffer
 * @info: (out): what its `GstPinholeMeta` says, zeros where it says nothing
 *
 * Compare @info's width and height with the picture's before using the rest.
 *
 * Returns: %TRUE if @buffer has a `GstPinholeMeta`
 */
static inline gboolean
gst_pinhole_meta_get_info (GstBuffer * buffer, GstPinholeInfo * info)
{
  GstStructure *fields =
      gst_depth_meta_structure_ (buffer, GST_PINHOLE_META_NAME, FALSE);
  gdouble width, height;

  info->fx = info->fy = info->cx = info->cy = 0;
  info->width = info->height = 0;
  if (fields == NULL)
    return FALSE;
  info->fx = gst_depth_meta_number_ (fields, "fx");
  info->fy = gst_depth_meta_number_ (fields, "fy");
  info->cx = gst_depth_meta_number_ (fields, "cx");
  info->cy = gst_depth_meta_number_ (fields, "cy");
  width = gst_depth_meta_number_ (fields, "width");
  height = gst_depth_meta_number_ (fields, "height");
  info->width = width >= 1 && width <= G_MAXINT ? (guint) width : 0;
  info->height = height >= 1 && height <= G_MAXINT ? (guint) height : 0;
  return TRUE;
}

G_END_DECLS
