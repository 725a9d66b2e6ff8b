/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pictures of depth as buffers bring them: mapped where they are, and copied only where
 * that has to be. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/picture.h"

#include <string.h>
#include "png16/png16.h"

static RerunPictureState
no_memory (gchar ** why, gsize size)
{
  *why = g_strdup_printf ("no memory for a picture of %" G_GSIZE_FORMAT
      " bytes", size);
  return RERUN_PICTURE_DAMAGED;
}

static RerunPictureState
damaged (gchar ** why, const gchar * what, gsize offset)
{
  *why =
      g_strdup_printf ("%s at byte %" G_GSIZE_FORMAT " (a buffer must hold a "
      "whole frame: filesrc needs blocksize=-1)", what, offset);
  return RERUN_PICTURE_DAMAGED;
}

/* RVL has no checksum: what follows its header is known only by decoding it. */
static gboolean
check_png (const RerunPicture * self, DepthPictureError * error)
{
  Png16Error png;
  gsize offset = self->header.offset;

  if (self->header.format != DEPTH_PICTURE_PNG
      || png16_check (self->data + offset, self->size - offset, &png))
    return TRUE;
  g_strlcpy (error->what, png.what, sizeof error->what);
  error->offset = offset + png.offset;
  return FALSE;
}

/* Before a PNG that is not quantised, ROS's header says nothing. */
static void
skip_ros_header (RerunPicture * self)
{
  if (self->header.format != DEPTH_PICTURE_PNG || self->header.a != 0)
    return;
  self->data += self->header.offset;
  self->size -= self->header.offset;
  self->header.offset = 0;
}

static RerunPictureState
read_header (RerunPicture * self, DepthPictureFormat format, gchar ** why)
{
  DepthPictureError error;

  if (!depth_picture_read (&self->header, format, self->data, self->size,
          &error))
    return damaged (why, error.what, error.offset);
  if (self->header.wrong_kind[0] != '\0') {
    *why = g_strdup_printf ("the picture is %s; depth needs 16-bit grey",
        self->header.wrong_kind);
    return RERUN_PICTURE_WRONG;
  }
  if (!check_png (self, &error))
    return damaged (why, error.what, error.offset);
  self->width = self->header.width;
  self->height = self->header.height;
  skip_ros_header (self);
  return RERUN_PICTURE_OK;
}

RerunPictureState
rerun_picture_map_encoded (RerunPicture * self, GstBuffer * buffer,
    DepthPictureFormat format, gboolean own, gchar ** why)
{
  RerunPictureState state;

  memset (self, 0, sizeof *self);
  if (!rerun_mapped_map (&self->mapped, buffer, own, why))
    return own ? RERUN_PICTURE_DAMAGED : RERUN_PICTURE_WRONG;
  self->data = self->mapped.map.data;
  self->size = self->mapped.map.size;
  state = read_header (self, format, why);
  if (state != RERUN_PICTURE_OK)
    rerun_mapped_unmap (&self->mapped);
  return state;
}

static RerunPictureState
copy_rows (RerunPicture * self, const GstDepthFrame * frame, gchar ** why)
{
  const gsize row = 2 * (gsize) self->width;
  guint8 *rows = g_try_malloc (self->size);

  if (rows == NULL)
    return no_memory (why, self->size);
  for (guint y = 0; y < self->height; y++)
    memcpy (rows + y * row, (guint8 *) frame->pixels + y * frame->stride, row);
  rerun_mapped_take (&self->mapped, gst_buffer_new_wrapped (rows, self->size));
  self->data = rows;
  return RERUN_PICTURE_OK;
}

RerunPictureState
rerun_picture_map_raw (RerunPicture * self, GstBuffer * buffer,
    GstDepthFrame * frame, const GstVideoInfo * info, gboolean own,
    gchar ** why)
{
  RerunPictureState state = RERUN_PICTURE_OK;

  memset (self, 0, sizeof *self);
  self->width = GST_VIDEO_INFO_WIDTH (info);
  self->height = GST_VIDEO_INFO_HEIGHT (info);
  self->size = 2 * (gsize) self->width * self->height;
  if (own || rerun_mapped_is_full (buffer) || frame->converted
      || frame->stride != 2 * (gsize) self->width) {
    state = copy_rows (self, frame, why);
    gst_depth_frame_unmap (frame);
  } else {
    rerun_mapped_hold (&self->mapped, gst_buffer_ref (buffer), &frame->map);
    self->data = (const guint8 *) frame->pixels;
  }
  return state;
}

void
rerun_picture_replace (RerunPicture * self, GBytes * bytes)
{
  gsize size = g_bytes_get_size (bytes);

  rerun_mapped_unmap (&self->mapped);
  rerun_mapped_take (&self->mapped, gst_buffer_new_wrapped_bytes (bytes));
  g_bytes_unref (bytes);
  self->data = self->mapped.map.data;
  self->size = size;
}
