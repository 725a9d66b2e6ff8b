/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The debug category "depth", of what all elements share: unit, range, caps. For .c
 * files, included last. */

#pragma once

#include <gst/gst.h>

GstDebugCategory *gst_depth_debug_category (void);

#define GST_CAT_DEFAULT gst_depth_debug_category ()
