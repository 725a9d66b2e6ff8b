/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading of raw depth, with what has to be converted on the way. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthreader.h"

#include <string.h>

void
gst_depth_reader_clear (GstDepthReader * self)
{
  g_free (self->samples);
  memset (self, 0, sizeof (*self));
}

/* Why a buffer may have more bytes than its caps need. */
static const gchar *
likely_reason (gsize size, gsize needed)
{
  if (size == 2 * needed)
    return "are its samples 32-bit (float32, int32)? Depth here is uint16";
  if (size == 4 * needed)
    return "are its samples 64-bit (float64, int64)? Depth here is uint16";
  return "is its picture larger, or have its rows padding? The caps, or a "
      "GstVideoMeta, have to say so";
}

static void
check_size (GstDepthReader * self, GstElement * element,
    const GstVideoInfo * info, GstBuffer * buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  gsize needed = GST_VIDEO_INFO_SIZE (info);

  if (self->warned_size || size <= needed
      || gst_buffer_get_video_meta (buffer) != NULL)
    return;
  self->warned_size = TRUE;
  GST_ELEMENT_WARNING (element, STREAM, FORMAT,
      ("The buffer has %" G_GSIZE_FORMAT " bytes, its caps need %"
          G_GSIZE_FORMAT " (%dx%d %s): %s", size, needed,
          GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
          GST_VIDEO_INFO_NAME (info), likely_reason (size, needed)),
      ("only the first bytes are used"));
}

static void
convert (guint16 * to, const GstDepthFrame * from, guint width, guint height,
    gboolean swap, guint16 invalid)
{
  for (guint y = 0; y < height; y++) {
    const guint8 *row = (const guint8 *) from->pixels + y * from->stride;

    for (guint x = 0; x < width; x++) {
      guint16 sample = swap ? GST_READ_UINT16_BE (row + 2 * x) :
          GST_READ_UINT16_LE (row + 2 * x);

      *to++ = GUINT16_TO_LE (sample == invalid ? 0 : sample);
    }
  }
}

static gboolean
reserve (GstDepthReader * self, gsize size)
{
  if (self->size < size) {
    g_free (self->samples);
    self->samples = g_try_malloc (size);
    self->size = self->samples != NULL ? size : 0;
  }
  return self->samples != NULL;
}

gboolean
gst_depth_reader_map (GstDepthReader * self, GstElement * element,
    GstDepthFrame * frame, const GstVideoInfo * info, GstBuffer * buffer,
    guint16 invalid, gchar ** problem)
{
  gboolean swap = GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_GRAY16_BE;
  gsize stride = 2 * (gsize) GST_VIDEO_INFO_WIDTH (info);

  check_size (self, element, info, buffer);
  if (!gst_depth_frame_map (frame, info, buffer, GST_MAP_READ, problem))
    return FALSE;
  if (!swap && invalid == 0)
    return TRUE;
  if (!reserve (self, stride * GST_VIDEO_INFO_HEIGHT (info))) {
    gst_depth_frame_unmap (frame);
    *problem = g_strdup_printf ("no memory for %dx%d samples",
        GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info));
    return FALSE;
  }
  convert (self->samples, frame, GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), swap, invalid);
  frame->pixels = self->samples;
  frame->stride = stride;
  frame->converted = TRUE;
  return TRUE;
}
