/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* All that the camera code asks of the kernel, in one table, so that a test can
 * put its own kernel in the place. Results and errno are those of the system
 * calls of the same name. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  gint (*open) (const gchar * path);    /* read-write, never waits */
  gint (*close) (gint fd);
  gint (*ioctl) (gint fd, gulong request, gpointer argument);
  gpointer (*map) (gint fd, gsize length, gint64 offset);
  gint (*unmap) (gpointer data, gsize length);

  /* (transfer full): all /dev/video nodes, in the order of their numbers */
  GStrv (*list_nodes) (void);
  /* %FALSE if the node is not on USB */
  gboolean (*usb_ids) (const gchar * path, guint16 * vendor, guint16 * product);
} V4l2Calls;

/* The kernel's, until a test sets its own. */
extern const V4l2Calls *v4l2_calls;

G_END_DECLS
