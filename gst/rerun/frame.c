/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "rerun/frame.h"
#include "depth/gstdepthframe.h"
#include "png16/png16.h"
#include "rvl/rvl.h"

void
rerun_frame_unmap (RerunFrame * frame)
{
  gst_buffer_unmap (frame->buffer, &frame->map);
  gst_clear_buffer (&frame->buffer);
}

static RerunFrameState
damaged (gchar ** why, const gchar * kind, const gchar * what, gsize offset)
{
  *why = g_strdup_printf ("%s frame: %s at byte %" G_GSIZE_FORMAT " (a buffer "
      "must hold a whole frame: filesrc needs blocksize=-1)", kind, what,
      offset);
  return RERUN_FRAME_DAMAGED;
}

static RerunFrameState
read_rvl (RerunFrame * frame, gchar ** why)
{
  RvlHeader header;
  RvlError error;

  if (!rvl_header_read (frame->data, frame->size, &header, &error))
    return damaged (why, "RVL", error.what, error.offset);
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

  if (!png16_read_header (frame->data, frame->size, &header, &error))
    return damaged (why, "PNG", error.what, error.offset);
  if (!header.grey16) {
    *why = g_strdup_printf ("the picture is %s PNG; depth needs 16-bit grey "
        "PNG", header.name);
    return RERUN_FRAME_WRONG;
  }
  if (!png16_check (frame->data, frame->size, &error))
    return damaged (why, "PNG", error.what, error.offset);
  frame->width = header.width;
  frame->height = header.height;
  return RERUN_FRAME_OK;
}

/* The rows of @samples without their padding. */
static void
copy_rows (RerunFrame * frame, const GstDepthFrame * samples)
{
  const gsize row = 2 * (gsize) frame->width;
  guint8 *rows = g_malloc (frame->size);

  for (guint y = 0; y < frame->height; y++)
    memcpy (rows + y * row, (guint8 *) samples->pixels + y * samples->stride,
        row);
  frame->buffer = gst_buffer_new_wrapped (rows, frame->size);
  gst_buffer_map (frame->buffer, &frame->map, GST_MAP_READ);
  frame->data = frame->map.data;
}

static RerunFrameState
map_raw (RerunFrame * frame, GstBuffer * buffer, const GstVideoInfo * info,
    gboolean own, gchar ** why)
{
  GstDepthFrame samples;

  if (!gst_depth_frame_map (&samples, info, buffer, GST_MAP_READ, why))
    return RERUN_FRAME_WRONG;
  frame->width = GST_VIDEO_INFO_WIDTH (info);
  frame->height = GST_VIDEO_INFO_HEIGHT (info);
  frame->size = 2 * (gsize) frame->width * frame->height;
  if (own || samples.stride != 2 * (gsize) frame->width) {
    copy_rows (frame, &samples);
    gst_depth_frame_unmap (&samples);
  } else {
    frame->buffer = gst_buffer_ref (buffer);
    frame->map = samples.map;
    frame->data = (const guint8 *) samples.pixels;
  }
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
