/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties translation and rotation. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/pose.h"

#include <math.h>
#include <string.h>
#include "depth/gstdepthnumbers.h"

/* Numbers that a float holds. */
static gboolean
get_floats (const GValue * array, gdouble * numbers, guint n)
{
  if (!gst_depth_numbers_get (array, numbers, n))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!isfinite ((gfloat) numbers[i]))
      return FALSE;
  }
  return TRUE;
}

/* The squares of very small numbers would be 0. */
static gdouble
norm (const gdouble q[4])
{
  return hypot (hypot (q[0], q[1]), hypot (q[2], q[3]));
}

static gboolean
get_rotation (const GValue * array, gdouble q[4])
{
  return get_floats (array, q, 4) && norm (q) > 0;
}

static gchar *
problem (const gchar * name, const GValue * array, const gchar * allowed)
{
  gchar *text = gst_value_serialize (array);
  gchar *sentence = g_strdup_printf ("%s is %s; allowed is %s", name, text,
      allowed);

  g_free (text);
  return sentence;
}

gchar *
rerun_pose_translation_problem (const GValue * array)
{
  gdouble numbers[3];

  if (gst_value_array_get_size (array) == 0
      || get_floats (array, numbers, G_N_ELEMENTS (numbers)))
    return NULL;
  return problem ("translation", array, "<x, y, z> in metres, finite");
}

gchar *
rerun_pose_rotation_problem (const GValue * array)
{
  gdouble q[4];

  if (gst_value_array_get_size (array) == 0 || get_rotation (array, q))
    return NULL;
  return problem ("rotation", array, "<x, y, z, w>, a quaternion, finite and "
      "not zero");
}

void
rerun_pose_get (RerunPose * self, const GValue * translation,
    const GValue * rotation)
{
  gdouble numbers[4];

  memset (self, 0, sizeof *self);
  self->has_translation = get_floats (translation, numbers, 3);
  for (guint i = 0; i < 3 && self->has_translation; i++)
    self->translation[i] = numbers[i];
  self->has_rotation = get_rotation (rotation, numbers);
  for (guint i = 0; i < 4 && self->has_rotation; i++)
    self->rotation[i] = numbers[i] / norm (numbers);
}
