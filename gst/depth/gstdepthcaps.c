/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The caps fields of depth, read and written, and caps refused once. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthcaps.h"
#include "depth/depthmeta.h"

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
  if (!gst_video_info_from_caps (info, caps))
    return gst_depth_caps_refuse (element, caps,
        g_strdup ("Caps of raw depth need format, width and height"));
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
