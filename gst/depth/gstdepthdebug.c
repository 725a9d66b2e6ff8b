/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The debug category of what all elements share. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthdebug.h"

GstDebugCategory *
gst_depth_debug_category (void)
{
  static GstDebugCategory *category;
  static gsize once;

  if (g_once_init_enter (&once)) {
    category = _gst_debug_category_new ("depth", 0,
        "units, ranges and samples of depth");
    g_once_init_leave (&once, 1);
  }
  return category;
}
