/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Raw colour pictures, wherever their rows and planes lie. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/raw-picture.h"

#include <string.h>

/* Which colours Rerun's Viewer 0.41 takes a format for, whatever was meant. */
static const struct
{
  GstVideoFormat format;
  RrdPixels full, limited;      /* by the range of the colorimetry */
  GstVideoColorMatrix matrix;   /* UNKNOWN: there is none */
} formats[] = {
  {GST_VIDEO_FORMAT_RGB, RRD_PIXELS_RGB, RRD_PIXELS_RGB},
  {GST_VIDEO_FORMAT_BGR, RRD_PIXELS_BGR, RRD_PIXELS_BGR},
  {GST_VIDEO_FORMAT_RGBA, RRD_PIXELS_RGBA, RRD_PIXELS_RGBA},
  {GST_VIDEO_FORMAT_BGRA, RRD_PIXELS_BGRA, RRD_PIXELS_BGRA},
  {GST_VIDEO_FORMAT_GRAY8, RRD_PIXELS_L8, RRD_PIXELS_L8_LIMITED},
  {GST_VIDEO_FORMAT_GRAY16_LE, RRD_PIXELS_L16, RRD_PIXELS_L16},
  {GST_VIDEO_FORMAT_NV12, RRD_PIXELS_NV12, RRD_PIXELS_NV12,
      GST_VIDEO_COLOR_MATRIX_BT601},
  {GST_VIDEO_FORMAT_I420, RRD_PIXELS_I420_FULL, RRD_PIXELS_I420_LIMITED,
      GST_VIDEO_COLOR_MATRIX_BT709},
  {GST_VIDEO_FORMAT_YUY2, RRD_PIXELS_YUY2, RRD_PIXELS_YUY2,
      GST_VIDEO_COLOR_MATRIX_BT601},
};

/* Where a plane lies in a buffer, and what of it are samples. */
typedef struct
{
  gsize offset, stride;
  gsize row, rows;              /* bytes of a row, and how many there are */
} Plane;

typedef struct
{
  Plane planes[GST_VIDEO_MAX_PLANES];
  guint n;
  gsize size;                   /* of all samples */
} Layout;

static gboolean
is_limited (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_COLORIMETRY (info).range ==
      GST_VIDEO_COLOR_RANGE_16_235;
}

static gsize
find_format (const GstVideoInfo * info)
{
  gsize i = 0;

  while (formats[i].format != GST_VIDEO_INFO_FORMAT (info))
    i++;
  return i;
}

RrdPixels
rerun_raw_picture_get_pixels (const GstVideoInfo * info)
{
  gsize i = find_format (info);

  return is_limited (info) ? formats[i].limited : formats[i].full;
}

const gchar *
rerun_raw_picture_shown_as (const GstVideoInfo * info)
{
  gsize i = find_format (info);
  gboolean has_full = formats[i].full != formats[i].limited;

  if (formats[i].matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN
      || (formats[i].matrix == GST_VIDEO_INFO_COLORIMETRY (info).matrix
          && (has_full || is_limited (info))))
    return NULL;
  return has_full ? "BT.709" : "BT.601 of limited range";
}

static gboolean
is_pixels (RrdPixels pixels, const RrdPixelFormat * other)
{
  const RrdPixelFormat *own = &rrd_pixel_formats[pixels];

  /* a pixel format says it all */
  return own->pixel_format != 0 || other->pixel_format != 0 ?
      own->pixel_format == other->pixel_format :
      own->color_model == other->color_model
      && own->channel_datatype == other->channel_datatype;
}

GstVideoFormat
rerun_raw_picture_find_format (const RrdPixelFormat * pixels,
    gboolean * limited)
{
  *limited = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (is_pixels (formats[i].full, pixels))
      return formats[i].format;
    if (is_pixels (formats[i].limited, pixels)) {
      *limited = TRUE;
      return formats[i].format;
    }
  }
  return GST_VIDEO_FORMAT_UNKNOWN;
}

/* The meta's sizes may be larger than the caps': a picture that was cropped. */
static gboolean
check_meta (const GstVideoInfo * info, const GstVideoMeta * meta, gchar ** why)
{
  if (meta->format == GST_VIDEO_INFO_FORMAT (info)
      && meta->n_planes == GST_VIDEO_INFO_N_PLANES (info)
      && meta->width >= (guint) GST_VIDEO_INFO_WIDTH (info)
      && meta->height >= (guint) GST_VIDEO_INFO_HEIGHT (info))
    return TRUE;
  *why = g_strdup_printf ("the buffer's GstVideoMeta says %s, %ux%u; the caps "
      "say %s, %dx%d", gst_video_format_to_string (meta->format), meta->width,
      meta->height, GST_VIDEO_INFO_NAME (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info));
  return FALSE;
}

static Plane
find_plane (const GstVideoInfo * info, const GstVideoMeta * meta, guint plane)
{
  const GstVideoFormatInfo *format = info->finfo;
  gint components[GST_VIDEO_MAX_COMPONENTS], first;
  gsize width;

  gst_video_format_info_component (format, plane, components);
  first = components[0];
  width = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH (format, first,
      GST_VIDEO_INFO_WIDTH (info));
  return (Plane) {
  .offset = meta != NULL ? meta->offset[plane] :
        GST_VIDEO_INFO_PLANE_OFFSET (info, plane),.stride =
        meta != NULL ? (gsize) meta->stride[plane] :
        (gsize) GST_VIDEO_INFO_PLANE_STRIDE (info, plane),.row =
        width * GST_VIDEO_FORMAT_INFO_PSTRIDE (format, first),.rows =
        GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (format, first,
        GST_VIDEO_INFO_HEIGHT (info)),};
}

/* Whether the plane ends before byte @size; the last row needs no padding. */
static gboolean
is_within (const Plane * plane, gsize size)
{
  return plane->stride >= plane->row
      && plane->offset <= size && plane->row <= size - plane->offset
      && (plane->rows - 1) <=
      (size - plane->offset - plane->row) / plane->stride;
}

static gboolean
find_layout (Layout * layout, const GstVideoInfo * info, GstBuffer * buffer,
    gchar ** why)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gsize size = gst_buffer_get_size (buffer);

  layout->n = GST_VIDEO_INFO_N_PLANES (info);
  layout->size = 0;
  if (meta != NULL && !check_meta (info, meta, why))
    return FALSE;
  for (guint i = 0; i < layout->n; i++) {
    Plane *plane = &layout->planes[i];

    *plane = find_plane (info, meta, i);
    if (plane->stride > G_MAXINT) {
      *why = g_strdup_printf ("the buffer's GstVideoMeta has a stride of %d "
          "bytes; rows must follow one another", meta->stride[i]);
      return FALSE;
    }
    if (!is_within (plane, size)) {
      *why = g_strdup_printf ("the buffer has %" G_GSIZE_FORMAT " bytes, too "
          "few for plane %u of %s, %dx%d: %" G_GSIZE_FORMAT " rows of %"
          G_GSIZE_FORMAT " bytes, %" G_GSIZE_FORMAT " apart, from byte %"
          G_GSIZE_FORMAT " on", size, i, GST_VIDEO_INFO_NAME (info),
          GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
          plane->rows, plane->row, plane->stride, plane->offset);
      return FALSE;
    }
    layout->size += plane->rows * plane->row;
  }
  return TRUE;
}

static gboolean
is_packed (const Layout * layout)
{
  gsize offset = layout->planes[0].offset;

  for (guint i = 0; i < layout->n; i++) {
    const Plane *plane = &layout->planes[i];

    if (plane->offset != offset || plane->stride != plane->row)
      return FALSE;
    offset += plane->rows * plane->row;
  }
  return TRUE;
}

static void
copy_planes (const Layout * layout, const guint8 * from, guint8 * to)
{
  for (guint i = 0; i < layout->n; i++) {
    const Plane *plane = &layout->planes[i];

    for (gsize y = 0; y < plane->rows; y++, to += plane->row)
      memcpy (to, from + plane->offset + y * plane->stride, plane->row);
  }
}

/* Unmaps @mapped, and maps a copy of its samples. */
static gboolean
replace_by_copy (const Layout * layout, RerunMapped * mapped, RrdSpan * span,
    gchar ** why)
{
  guint8 *copy = g_try_malloc (layout->size);

  if (copy != NULL)
    copy_planes (layout, mapped->map.data, copy);
  else
    *why = g_strdup_printf ("no memory for a picture of %" G_GSIZE_FORMAT
        " bytes", layout->size);
  rerun_mapped_unmap (mapped);
  if (copy == NULL)
    return FALSE;
  rerun_mapped_take (mapped, gst_buffer_new_wrapped (copy, layout->size));
  span->data = copy;
  return TRUE;
}

gboolean
rerun_raw_picture_map (const GstVideoInfo * info, GstBuffer * buffer,
    gboolean own, RerunMapped * mapped, RrdSpan * span, gchar ** why)
{
  Layout layout;

  if (!find_layout (&layout, info, buffer, why)
      || !rerun_mapped_map (mapped, buffer, FALSE, why))
    return FALSE;
  span->size = layout.size;
  span->data = mapped->map.data + layout.planes[0].offset;
  return (!own && is_packed (&layout))
      || replace_by_copy (&layout, mapped, span, why);
}
