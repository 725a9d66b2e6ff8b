/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the property pinhole, and refuses what no camera has. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/pinhole.h"

#include <math.h>

#define N_NUMBERS 4

GParamSpec *
pinhole_param_spec (void)
{
  /* No type for the elements: a launch line may have integers among them. */
  return gst_param_spec_array ("pinhole", "Pinhole",
      "The camera's intrinsics <fx, fy, cx, cy> in pixels of the size in use, "
      "empty = from the camera if it says them", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
}

static gboolean
read_number (const GValue * array, guint index, gdouble * number)
{
  GValue value = G_VALUE_INIT;
  gboolean ok;

  g_value_init (&value, G_TYPE_DOUBLE);
  ok = g_value_transform (gst_value_array_get_value (array, index), &value);
  *number = g_value_get_double (&value);
  g_value_unset (&value);
  return ok && isfinite (*number);
}

gboolean
pinhole_read (const GValue * array, GstPinholeInfo * info)
{
  gdouble *numbers[N_NUMBERS] = { &info->fx, &info->fy, &info->cx, &info->cy };

  if (gst_value_array_get_size (array) != N_NUMBERS)
    return FALSE;
  for (guint i = 0; i < N_NUMBERS; i++)
    if (!read_number (array, i, numbers[i]))
      return FALSE;
  return info->fx > 0 && info->fy > 0;
}

gchar *
pinhole_problem (const GValue * array)
{
  GstPinholeInfo info;
  gchar *text, *problem;

  if (gst_value_array_get_size (array) == 0 || pinhole_read (array, &info))
    return NULL;
  text = gst_value_serialize (array);
  problem = g_strdup_printf ("pinhole is %s; allowed is <fx, fy, cx, cy> in "
      "pixels, fx and fy above 0", text);
  g_free (text);
  return problem;
}
