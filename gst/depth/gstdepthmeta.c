/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The registration of the two metas, and what becomes of them when a picture is
 * copied, scaled, cropped or turned.
 *
 * GstDepthMeta has no tags: what it says holds whatever happens to the
 * picture's geometry, and elements copy such metas, encoders and decoders too.
 * GstPinholeMeta has the three tags of a picture's geometry: elements that
 * know a transform for it call it (videoscale, and from 1.28 videocrop and
 * videoflip), those that do not drop the meta, so it is missing rather than
 * wrong. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthmeta.h"

#include <gst/video/video.h>
#include <math.h>

#if !GST_CHECK_VERSION (1, 28, 0)
/* GStreamer 1.28's gstvideometa.h, for a plugin built with an older one and
 * run with that. */
typedef struct
{
  const GstVideoInfo *in_info;
  GstVideoRectangle in_rectangle;
  const GstVideoInfo *out_info;
  GstVideoRectangle out_rectangle;
  gfloat matrix[3][3];
} GstVideoMetaTransformMatrix;
#endif

static gboolean
holds_for (const GstPinholeInfo * info, const GstVideoInfo * picture)
{
  return (gint) info->width == GST_VIDEO_INFO_WIDTH (picture)
      && (gint) info->height == GST_VIDEO_INFO_HEIGHT (picture);
}

/* cx and cy count from the centre of the first pixel, as Rerun's
 * depth_cloud.wgsl and librealsense do. A scale is a ratio of edges, half a
 * pixel before: x' = scale * (x + 0.5) - 0.5. GStreamer's mirrors, -1 with an
 * offset of size - 1, map centres already. */
static gdouble
centre_shift (gdouble scale)
{
  return scale > 0 ? (scale - 1) / 2 : (scale + 1) / 2;
}

static gboolean
scale_pinhole (GstPinholeInfo * info, const GstVideoMetaTransform * transform)
{
  const GstVideoInfo *in = transform->in_info, *out = transform->out_info;
  gint in_n, in_d, out_n, out_d;
  gdouble sx = (gdouble) out->width / in->width;
  gdouble sy = (gdouble) out->height / in->height;

  /* The scale transform cannot tell whether videoscale added borders, which it
   * does where the shape of the picture changes. */
  if (!gst_util_fraction_multiply (in->width, in->height, in->par_n, in->par_d,
          &in_n, &in_d)
      || !gst_util_fraction_multiply (out->width, out->height, out->par_n,
          out->par_d, &out_n, &out_d) || in_n != out_n || in_d != out_d)
    return FALSE;

  info->fx *= sx;
  info->cx = sx * info->cx + centre_shift (sx);
  info->fy *= sy;
  info->cy = sy * info->cy + centre_shift (sy);
  info->width = out->width;
  info->height = out->height;
  return TRUE;
}

/* A pinhole camera can say scaling, cropping and quarter turns; not a mirror,
 * not a shear. A turned picture is that of a camera turned about its axis. */
static gboolean
map_pinhole (GstPinholeInfo * info, const GstVideoMetaTransformMatrix * map)
{
  const gfloat (*m)[3] = map->matrix;
  gboolean turned = m[0][0] == 0 && m[1][1] == 0;
  gdouble sx = turned ? m[0][1] : m[0][0];
  gdouble sy = turned ? m[1][0] : m[1][1];
  gdouble x = info->cx - map->in_rectangle.x;
  gdouble y = info->cy - map->in_rectangle.y;
  gdouble fx = info->fx, fy = info->fy;

  if (m[2][0] != 0 || m[2][1] != 0 || m[2][2] != 1
      || m[0][0] * m[1][1] - m[0][1] * m[1][0] <= 0
      || (!turned && (m[0][1] != 0 || m[1][0] != 0)))
    return FALSE;

  info->fx = fabs (sx) * (turned ? fy : fx);
  info->fy = fabs (sy) * (turned ? fx : fy);
  info->cx = sx * (turned ? y : x) + centre_shift (sx) + m[0][2]
      + map->out_rectangle.x;
  info->cy = sy * (turned ? x : y) + centre_shift (sy) + m[1][2]
      + map->out_rectangle.y;
  info->width = map->out_info->width;
  info->height = map->out_info->height;
  return TRUE;
}

/* Fields of others in the meta go along. */
static void
copy_fields (GstBuffer * to, const GstStructure * fields)
{
  GstStructure *copy =
      gst_depth_meta_structure_ (to, GST_PINHOLE_META_NAME, TRUE);

  for (gint i = 0; i < gst_structure_n_fields (fields); i++) {
    const gchar *name = gst_structure_nth_field_name (fields, i);

    gst_structure_set_value (copy, name,
        gst_structure_get_value (fields, name));
  }
}

static gboolean
transform_pinhole (GstBuffer * to, GstCustomMeta * meta, GstBuffer * from,
    GQuark type, gpointer data, gpointer user_data)
{
  GstStructure *fields = gst_custom_meta_get_structure (meta);
  GstPinholeInfo info;

  if (GST_META_TRANSFORM_IS_COPY (type)) {
    copy_fields (to, fields);
    return TRUE;
  }

  gst_pinhole_meta_get_info (from, &info);
  if (GST_VIDEO_META_TRANSFORM_IS_SCALE (type)) {
    const GstVideoMetaTransform *scale = data;

    if (!holds_for (&info, scale->in_info) || !scale_pinhole (&info, scale))
      return FALSE;
  } else if (type == g_quark_from_static_string ("gst-video-matrix")) {
    const GstVideoMetaTransformMatrix *map = data;

    if (!holds_for (&info, map->in_info) || !map_pinhole (&info, map))
      return FALSE;
  } else {
    return FALSE;
  }

  copy_fields (to, fields);
  gst_pinhole_meta_set_info (to, &info);
  return TRUE;
}

void
gst_depth_register_metas (void)
{
  static gsize once = 0;
  const gchar *none[] = { NULL };
  const gchar *geometry[] = { GST_META_TAG_VIDEO_STR,
    GST_META_TAG_VIDEO_ORIENTATION_STR, GST_META_TAG_VIDEO_SIZE_STR, NULL
  };

  if (!g_once_init_enter (&once))
    return;
  /* Another plugin of ours may have been first; GStreamer loads one at a time. */
  if (gst_meta_get_info (GST_DEPTH_META_NAME) == NULL)
    gst_meta_register_custom (GST_DEPTH_META_NAME, none, NULL, NULL, NULL);
  if (gst_meta_get_info (GST_PINHOLE_META_NAME) == NULL)
    gst_meta_register_custom (GST_PINHOLE_META_NAME, geometry,
        transform_pinhole, NULL, NULL);
  g_once_init_leave (&once, 1);
}

gboolean
gst_depth_meta_stays_behind (const GstMeta * meta)
{
  return meta->info == gst_meta_get_info (GST_DEPTH_META_NAME)
      || meta->info->api == GST_PARENT_BUFFER_META_API_TYPE;
}
