/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The caps fields of depth, read and written, and caps refused once. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthnumbers.h"

#include <string.h>

static GQuark
refused_caps_quark (void)
{
  return g_quark_from_static_string ("gst-depth-refused-caps");
}

gboolean
gst_depth_caps_get_meter (const GstCaps * caps, gdouble * meter)
{
  const GstStructure *fields = gst_caps_get_structure (caps, 0);

  if (!gst_structure_has_field (fields, GST_DEPTH_CAPS_METER))
    return FALSE;
  *meter = gst_depth_meta_number_ (fields, GST_DEPTH_CAPS_METER);
  return TRUE;
}

void
gst_depth_caps_set_meter (GstCaps * caps, gdouble meter)
{
  gint n, d;

  gst_util_double_to_fraction (meter, &n, &d);
  gst_caps_set_simple (caps, GST_DEPTH_CAPS_METER, GST_TYPE_FRACTION, n, d,
      NULL);
}

static gboolean
get_array (const GstStructure * structure, const gchar * name,
    gdouble * numbers, guint n)
{
  const GValue *array = gst_structure_get_value (structure, name);

  return GST_VALUE_HOLDS_ARRAY (array)
      && gst_depth_numbers_get (array, numbers, n);
}

static gboolean
get_range (const GstStructure * structure, GstDepthFields * fields)
{
  gdouble numbers[2];

  if (!gst_structure_has_field (structure, GST_DEPTH_CAPS_RANGE))
    return TRUE;
  if (!get_array (structure, GST_DEPTH_CAPS_RANGE, numbers, 2)
      || numbers[0] < 0 || numbers[0] >= numbers[1])
    return FALSE;
  fields->near_m = numbers[0];
  fields->far_m = numbers[1];
  return TRUE;
}

static gboolean
is_size (gdouble number)
{
  return number >= 1 && number <= G_MAXINT;
}

static gboolean
get_pinhole (const GstStructure * structure, GstDepthFields * fields)
{
  gdouble n[6];
  GstPinholeInfo info;

  if (!gst_structure_has_field (structure, GST_DEPTH_CAPS_PINHOLE))
    return TRUE;
  if (!get_array (structure, GST_DEPTH_CAPS_PINHOLE, n, 6) || !is_size (n[4])
      || !is_size (n[5]))
    return FALSE;
  info = (GstPinholeInfo) { n[0], n[1], n[2], n[3], n[4], n[5] };
  if (!gst_depth_pinhole_valid (&info))
    return FALSE;
  fields->pinhole = info;
  return TRUE;
}

static gchar *
field_problem (const GstStructure * structure, const gchar * name,
    const gchar * allowed)
{
  gchar *text = gst_value_serialize (gst_structure_get_value (structure, name));
  gchar *problem = g_strdup_printf ("%s of the caps is %s; allowed is %s", name,
      text, allowed);

  g_free (text);
  return problem;
}

gchar *
gst_depth_caps_get_fields (const GstCaps * caps, GstDepthFields * fields)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);

  memset (fields, 0, sizeof *fields);
  if (!get_range (structure, fields))
    return field_problem (structure, GST_DEPTH_CAPS_RANGE,
        "(double)<near, far> in metres, near below far");
  if (!get_pinhole (structure, fields))
    return field_problem (structure, GST_DEPTH_CAPS_PINHOLE,
        "(double)<fx, fy, cx, cy, width, height> in pixels, fx and fy above 0");
  return NULL;
}

/* Doubles alone: a caps string says the type of the first number for all. */
static void
set_array (GstCaps * caps, const gchar * name, const gdouble * numbers, guint n)
{
  GValue array = G_VALUE_INIT, number = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&number, G_TYPE_DOUBLE);
  for (guint i = 0; i < n; i++) {
    g_value_set_double (&number, numbers[i]);
    gst_value_array_append_value (&array, &number);
  }
  gst_caps_set_value (caps, name, &array);
  g_value_unset (&array);
}

void
gst_depth_caps_set_fields (GstCaps * caps, const GstDepthFields * fields)
{
  const GstPinholeInfo *p = &fields->pinhole;
  const gdouble range[] = { fields->near_m, fields->far_m };
  const gdouble pinhole[] = { p->fx, p->fy, p->cx, p->cy, p->width, p->height };

  gst_structure_remove_fields (gst_caps_get_structure (caps, 0),
      GST_DEPTH_CAPS_RANGE, GST_DEPTH_CAPS_PINHOLE, NULL);
  if (fields->far_m > 0)
    set_array (caps, GST_DEPTH_CAPS_RANGE, range, G_N_ELEMENTS (range));
  if (p->width > 0)
    set_array (caps, GST_DEPTH_CAPS_PINHOLE, pinhole, G_N_ELEMENTS (pinhole));
}

gboolean
gst_depth_fields_keep_common (GstDepthFields * fields,
    const GstDepthFields * others)
{
  gboolean range_differs = fields->far_m > 0
      && (fields->near_m != others->near_m || fields->far_m != others->far_m);
  gboolean pinhole_differs = fields->pinhole.width > 0
      && !gst_depth_pinhole_equal (&fields->pinhole, &others->pinhole);

  if (range_differs)
    fields->near_m = fields->far_m = 0;
  if (pinhole_differs)
    memset (&fields->pinhole, 0, sizeof fields->pinhole);
  return range_differs || pinhole_differs;
}

gboolean
gst_depth_caps_refuse (GstElement * element, const GstCaps * caps,
    gchar * problem)
{
  /* A reference, so that no other caps have this address. */
  if (g_object_get_qdata (G_OBJECT (element), refused_caps_quark ()) != caps) {
    g_object_set_qdata_full (G_OBJECT (element), refused_caps_quark (),
        gst_caps_ref ((GstCaps *) caps), (GDestroyNotify) gst_caps_unref);
    GST_ELEMENT_ERROR (element, STREAM, FORMAT, ("%s", problem),
        ("%" GST_PTR_FORMAT, caps));
  }
  g_free (problem);
  return FALSE;
}

void
gst_depth_caps_accepted (GstElement * element)
{
  g_object_set_qdata (G_OBJECT (element), refused_caps_quark (), NULL);
}

gboolean
gst_depth_caps_get_raw_info (GstVideoInfo * info, GstElement * element,
    const GstCaps * caps)
{
  if (!gst_video_info_from_caps (info, caps)
      || GST_VIDEO_INFO_WIDTH (info) < 1 || GST_VIDEO_INFO_HEIGHT (info) < 1)
    return gst_depth_caps_refuse (element, caps, g_strdup ("Caps of raw depth "
            "need format, width and height, from 1 pixel on"));
  if (GST_VIDEO_INFO_IS_INTERLACED (info))
    return gst_depth_caps_refuse (element, caps,
        g_strdup_printf ("interlace-mode is %s; depth must be progressive",
            gst_video_interlace_mode_to_string (GST_VIDEO_INFO_INTERLACE_MODE
                (info))));
  return TRUE;
}

GstClockTime
gst_depth_caps_get_duration (const GstVideoInfo * info)
{
  if (GST_VIDEO_INFO_FPS_N (info) <= 0)
    return GST_CLOCK_TIME_NONE;
  return gst_util_uint64_scale (GST_SECOND, GST_VIDEO_INFO_FPS_D (info),
      GST_VIDEO_INFO_FPS_N (info));
}
