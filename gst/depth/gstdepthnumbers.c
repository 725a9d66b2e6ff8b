/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Arrays of numbers, and the camera's intrinsics. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthdebug.h"

#include <math.h>

static gboolean
get_number (const GValue * value, gdouble * number)
{
  GValue as_double = G_VALUE_INIT;
  gboolean ok;

  g_value_init (&as_double, G_TYPE_DOUBLE);
  ok = g_value_transform (value, &as_double);
  *number = g_value_get_double (&as_double);
  g_value_unset (&as_double);
  return ok && isfinite (*number);
}

gboolean
gst_depth_numbers_get (const GValue * array, gdouble * numbers, guint n)
{
  if (gst_value_array_get_size (array) != n)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!get_number (gst_value_array_get_value (array, i), &numbers[i]))
      return FALSE;
  }
  return TRUE;
}

/* Also as floats, as Rerun has them. */
gboolean
gst_depth_pinhole_valid (const GstPinholeInfo * info)
{
  return isfinite ((gfloat) info->fx) && isfinite ((gfloat) info->fy)
      && isfinite ((gfloat) info->cx) && isfinite ((gfloat) info->cy)
      && (gfloat) info->fx > 0 && (gfloat) info->fy > 0;
}

gboolean
gst_depth_pinhole_equal (const GstPinholeInfo * a, const GstPinholeInfo * b)
{
  return a->fx == b->fx && a->fy == b->fy && a->cx == b->cx
      && a->cy == b->cy && a->width == b->width && a->height == b->height;
}

gboolean
gst_depth_pinhole_get_property (const GValue * array, GstPinholeInfo * info)
{
  gdouble numbers[4];

  if (!gst_depth_numbers_get (array, numbers, G_N_ELEMENTS (numbers)))
    return FALSE;
  info->fx = numbers[0];
  info->fy = numbers[1];
  info->cx = numbers[2];
  info->cy = numbers[3];
  return TRUE;
}

gchar *
gst_depth_pinhole_problem (const GValue * array)
{
  GstPinholeInfo info;
  gchar *text, *problem;

  if (gst_value_array_get_size (array) == 0)
    return NULL;
  if (gst_depth_pinhole_get_property (array, &info)
      && gst_depth_pinhole_valid (&info))
    return NULL;
  text = gst_value_serialize (array);
  problem = g_strdup_printf ("pinhole is %s; allowed is <fx, fy, cx, cy> in "
      "pixels, fx and fy above 0", text);
  g_free (text);
  return problem;
}

gboolean
gst_depth_pinhole_get_meta (GstBuffer * buffer, guint width, guint height,
    GstPinholeInfo * info)
{
  if (!gst_pinhole_meta_get_info (buffer, info))
    return FALSE;
  if (info->width == width && info->height == height
      && gst_depth_pinhole_valid (info))
    return TRUE;
  GST_DEBUG ("intrinsics of a %ux%u picture (fx %g, fy %g) do not hold for "
      "one of %ux%u", info->width, info->height, info->fx, info->fy, width,
      height);
  return FALSE;
}
