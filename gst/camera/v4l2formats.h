/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sizes and rates of a camera, as caps and back. */

#pragma once

#include <gst/video/video.h>

#include "camera/v4l2device.h"

G_BEGIN_DECLS

/* What frames come like. */
typedef struct
{
  guint stride;                 /* bytes from row to row */
  gsize size;                   /* bytes of a whole frame */
  GstClockTime duration;        /* GST_CLOCK_TIME_NONE = not known */
} V4l2Format;

/* (transfer full): a structure a size, in ordinary memory; empty if the camera
 * has no size that can be. */
GstCaps *v4l2_formats_probe (V4l2Device * device);

/* The camera's best of @caps: 848x480, else 640x480, where it has them at 30
 * frames a second, else its first size; the rate nearest to 30.
 * Returns: (transfer full): one structure, size and rate fixed */
GstCaps *v4l2_formats_fixate (GstCaps * caps);

/* Makes the camera give @info. No buffers may be there. */
gboolean v4l2_formats_set (V4l2Device * device, const GstVideoInfo * info,
    V4l2Format * format, GError ** error);

G_END_DECLS
