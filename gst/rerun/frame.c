/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "rerun/frame.h"
#include "png16/png16.h"
#include "rvl/rvl.h"

void
rerun_frame_unmap (RerunFrame * frame)
{
  gst_buffer_unmap (frame->buffer, &frame->map);
  gst_clear_buffer (&frame->buffer);
}

static RerunFrameState
read_rvl (RerunFrame * frame, gchar ** why)
{
  RvlHeader header;
  RvlError error;

  if (!rvl_header_read (frame->data, frame->size, &header, &error)) {
    *why = g_strdup_printf ("RVL frame: %s at byte %" G_GSIZE_FORMAT,
        error.what, error.offset);
    return RERUN_FRAME_DAMAGED;
  }
  frame->width = header.width;
  frame->height = header.height;
  frame->in_metres = header.a != 0;
  return RERUN_FRAME_OK;
}

static RerunFrameState
read_png (RerunFrame * frame, gchar ** why)
{
  Png16Header header;
  Png16Error error;

  if (!png16_read_header (frame->data, frame->size, &header, &error)) {
    *why = g_strdup_printf ("PNG frame: %s at byte %" G_GSIZE_FORMAT,
        error.what, error.offset);
    return RERUN_FRAME_DAMAGED;
  }
  if (!header.grey16) {
    *why = g_strdup_printf ("the picture is a %s PNG; depth needs 16-bit grey",
        header.name);
    return RERUN_FRAME_WRONG;
  }
  frame->width = header.width;
  frame->height = header.height;
  return RERUN_FRAME_OK;
}

static gboolean
raw_is_tight (GstBuffer * buffer, const GstVideoInfo * info, gsize * offset)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gint stride = GST_VIDEO_INFO_PLANE_STRIDE (info, 0);

  *offset = 0;
  if (meta != NULL) {
    stride = meta->stride[0];
    *offset = meta->offset[0];
  }
  return stride == 2 * GST_VIDEO_INFO_WIDTH (info);
}

/* Returns: the rows of @buffer without padding, NULL if they are not all there */
static GstBuffer *
copy_rows (GstBuffer * buffer, const GstVideoInfo * info)
{
  gsize row = 2 * (gsize) GST_VIDEO_INFO_WIDTH (info);
  GstVideoFrame from;
  GstBuffer *copy;
  GstMapInfo to;

  if (!gst_video_frame_map (&from, info, buffer, GST_MAP_READ))
    return NULL;
  copy = gst_buffer_new_allocate (NULL, row * GST_VIDEO_INFO_HEIGHT (info),
      NULL);
  gst_buffer_map (copy, &to, GST_MAP_WRITE);
  for (gint y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++)
    memcpy (to.data + y * row, (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&from,
            0) + (gssize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&from, 0), row);
  gst_buffer_unmap (copy, &to);
  gst_video_frame_unmap (&from);
  return copy;
}

static RerunFrameState
raw_too_small (GstBuffer * buffer, const GstVideoInfo * info, gchar ** why)
{
  *why = g_strdup_printf ("a buffer of %" G_GSIZE_FORMAT " bytes is smaller "
      "than its caps say, %dx%d", gst_buffer_get_size (buffer),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info));
  return RERUN_FRAME_WRONG;
}

static RerunFrameState
map_raw (RerunFrame * frame, GstBuffer * buffer, const GstVideoInfo * info,
    gboolean own, gchar ** why)
{
  gsize offset;
  GstBuffer *rows;

  frame->width = GST_VIDEO_INFO_WIDTH (info);
  frame->height = GST_VIDEO_INFO_HEIGHT (info);
  frame->size = 2 * (gsize) frame->width * frame->height;
  if (raw_is_tight (buffer, info, &offset) && !own) {
    rows = gst_buffer_ref (buffer);
  } else {
    rows = copy_rows (buffer, info);
    offset = 0;
  }
  if (rows == NULL || gst_buffer_get_size (rows) < offset + frame->size
      || !gst_buffer_map (rows, &frame->map, GST_MAP_READ)) {
    gst_clear_buffer (&rows);
    return raw_too_small (buffer, info, why);
  }
  frame->buffer = rows;
  frame->data = frame->map.data + offset;
  return RERUN_FRAME_OK;
}

static RerunFrameState
map_encoded (RerunFrame * frame, GstBuffer * buffer, RerunMedia media,
    gboolean own, gchar ** why)
{
  RerunFrameState state;

  frame->buffer = own ? gst_buffer_copy_deep (buffer) : gst_buffer_ref (buffer);
  if (!gst_buffer_map (frame->buffer, &frame->map, GST_MAP_READ)) {
    gst_clear_buffer (&frame->buffer);
    *why = g_strdup ("the frame's memory cannot be read");
    return RERUN_FRAME_WRONG;
  }
  frame->data = frame->map.data;
  frame->size = frame->map.size;
  state = media == RERUN_MEDIA_RVL ? read_rvl (frame, why) :
      read_png (frame, why);
  if (state != RERUN_FRAME_OK)
    rerun_frame_unmap (frame);
  return state;
}

RerunFrameState
rerun_frame_map (RerunFrame * frame, GstBuffer * buffer, RerunMedia media,
    const GstVideoInfo * info, gboolean own, gchar ** why)
{
  memset (frame, 0, sizeof *frame);
  if (media == RERUN_MEDIA_RAW)
    return map_raw (frame, buffer, info, own, why);
  return map_encoded (frame, buffer, media, own, why);
}
