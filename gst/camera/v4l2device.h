/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One opened /dev/video node that gives depth. */

#pragma once

#include <gst/gst.h>

#include "camera/cameras.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *path;
  gchar *card;                  /* its name, UTF-8 */
  gchar *bus;                   /* where it is plugged in */
  gint fd;
  guint32 pixelformat;          /* V4L2_PIX_FMT_Z16 or _Y16 */
  const CameraFamily *family;   /* NULL = not known */
} V4l2Device;

/* Opens @path. Errors are of %GST_RESOURCE_ERROR, and their message is a
 * sentence for the user that says the remedy. */
V4l2Device *v4l2_device_open (const gchar * path, GError ** error);

/* Opens the first node that gives depth, one with Z16 before one with Y16. */
V4l2Device *v4l2_device_open_first (GError ** error);

void v4l2_device_free (V4l2Device * device);

/* An ioctl of @device. Returns: 0, or an error number */
gint v4l2_device_ioctl (V4l2Device * device, gulong request, gpointer argument);

/* Makes the error of what failed: @doing completes "cannot ... PATH". */
void v4l2_set_error (GError ** error, const gchar * path, const gchar * doing,
    gint number);

G_END_DECLS
