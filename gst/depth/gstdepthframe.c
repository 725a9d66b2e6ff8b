/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mapping of raw depth, whatever memories, strides and offsets it has. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthframe.h"

#include <string.h>

typedef struct
{
  gsize offset;
  gint stride;
} Layout;

static gboolean
find_layout (Layout * layout, const GstVideoInfo * info, GstBuffer * buffer,
    gchar ** problem)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gint width = GST_VIDEO_INFO_WIDTH (info);
  gint height = GST_VIDEO_INFO_HEIGHT (info);

  layout->offset = GST_VIDEO_INFO_PLANE_OFFSET (info, 0);
  layout->stride = GST_VIDEO_INFO_PLANE_STRIDE (info, 0);
  if (meta == NULL)
    return TRUE;

  layout->offset = meta->offset[0];
  layout->stride = meta->stride[0];
  if (meta->format == GST_VIDEO_INFO_FORMAT (info)
      && meta->width >= (guint) width && meta->height >= (guint) height
      && layout->stride >= 2 * width)
    return TRUE;
  *problem = g_strdup_printf ("the buffer's GstVideoMeta says %s, %ux%u, rows "
      "of %d bytes; the caps need %s, %dx%d, rows of at least %d bytes",
      gst_video_format_to_string (meta->format), meta->width, meta->height,
      layout->stride, GST_VIDEO_INFO_NAME (info), width, height, 2 * width);
  return FALSE;
}

gboolean
gst_depth_frame_map (GstDepthFrame * frame, const GstVideoInfo * info,
    GstBuffer * buffer, GstMapFlags flags, gchar ** problem)
{
  gsize width = GST_VIDEO_INFO_WIDTH (info);
  gsize height = GST_VIDEO_INFO_HEIGHT (info);
  gsize size = gst_buffer_get_size (buffer), rows;
  Layout layout;

  if (!find_layout (&layout, info, buffer, problem))
    return FALSE;

  /* The last row needs no padding. */
  rows = (gsize) layout.stride * (height - 1) + 2 * width;
  if (layout.offset > size || size - layout.offset < rows) {
    *problem = g_strdup_printf ("the buffer has %" G_GSIZE_FORMAT " bytes, too "
        "few for %" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT " of 16 bits with rows "
        "of %d bytes from byte %" G_GSIZE_FORMAT " on: %" G_GSIZE_FORMAT
        " needed", size, width, height, layout.stride, layout.offset,
        layout.offset + rows);
    return FALSE;
  }
  if (!gst_buffer_map (buffer, &frame->map, flags)) {
    *problem = g_strdup ("the buffer's memory cannot be mapped");
    return FALSE;
  }
  frame->buffer = buffer;
  frame->converted = FALSE;
  frame->stride = layout.stride;
  frame->pixels = (guint16 *) (gpointer) (frame->map.data + layout.offset);
  return TRUE;
}

void
gst_depth_frame_clear_padding (const GstDepthFrame * frame,
    const GstVideoInfo * info)
{
  const gsize row = 2 * (gsize) GST_VIDEO_INFO_WIDTH (info);
  guint8 *end = frame->map.data + frame->map.size;
  guint8 *padding = (guint8 *) frame->pixels + row;

  if (frame->stride == row)
    return;
  for (gint y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++) {
    memset (padding, 0, MIN (frame->stride - row, (gsize) (end - padding)));
    padding += frame->stride;
  }
}

void
gst_depth_frame_unmap (GstDepthFrame * frame)
{
  gst_buffer_unmap (frame->buffer, &frame->map);
}
