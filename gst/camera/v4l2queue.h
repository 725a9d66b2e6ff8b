/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The driver's frames. Each is in one of three hands: the driver's, which fills
 * it, ours, or downstream's, which has it as memory of a buffer. When downstream
 * lets go of it, from whatever thread, it goes back to the driver. */

#pragma once

#include <gst/gst.h>

#include "camera/v4l2device.h"

G_BEGIN_DECLS

/* As many frames stay with the driver: one that it fills, one that it fills
 * next, one for a late moment of ours. */
#define V4L2_QUEUE_KEEP 3

typedef struct _V4l2Queue V4l2Queue;

/* A frame that the driver has filled. */
typedef struct
{
  guint index;
  gsize size;                   /* bytes that the driver filled */
  guint32 flags;                /* V4L2_BUF_FLAG_... */
  guint32 sequence;
  GstClockTime time;            /* of the driver's clock */
} V4l2Filled;

/* About @wanted frames of the format that @device has now, all ours. With
 * @as_fd their memory is DMABUF.
 * @device has to stay until v4l2_queue_free(), frames may stay longer. */
V4l2Queue *v4l2_queue_new (V4l2Device * device, guint wanted, gboolean as_fd,
    GError ** error);
void v4l2_queue_free (V4l2Queue * queue);

guint v4l2_queue_length (V4l2Queue * queue);
gboolean v4l2_queue_is_fd (V4l2Queue * queue);

/* Hands the driver all frames that downstream does not have, and lets it fill
 * them, or stops it. */
gboolean v4l2_queue_start (V4l2Queue * queue, GError ** error);
void v4l2_queue_stop (V4l2Queue * queue);
gboolean v4l2_queue_is_running (V4l2Queue * queue);

/* Takes a filled frame out of the driver's hands.
 * Returns: 0, or an error number: EAGAIN if none is filled */
gint v4l2_queue_take (V4l2Queue * queue, V4l2Filled * filled);

/* Gives a frame that was taken back to the driver. */
void v4l2_queue_give_back (V4l2Queue * queue, guint index);

/* A frame that was taken, as a buffer: the frame itself as long as the driver
 * keeps V4L2_QUEUE_KEEP others, else a copy. Returns: (transfer full) */
GstBuffer *v4l2_queue_wrap (V4l2Queue * queue, guint index, gsize size);

G_END_DECLS
