/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_DEPTH_V4L2_SRC (gst_depth_v4l2_src_get_type ())
G_DECLARE_FINAL_TYPE (GstDepthV4l2Src, gst_depth_v4l2_src, GST, DEPTH_V4L2_SRC,
    GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (depthv4l2src);

G_END_DECLS
