/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS

#define GST_TYPE_DEPTH_COLORMAP (gst_depth_colormap_get_type ())
G_DECLARE_FINAL_TYPE (GstDepthColormap, gst_depth_colormap, GST,
    DEPTH_COLORMAP, GstVideoFilter)

GST_ELEMENT_REGISTER_DECLARE (depthcolormap);

G_END_DECLS
