/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/gstvideodecoder.h>

G_BEGIN_DECLS

#define GST_TYPE_RVL_DEPTH_DEC (gst_rvl_depth_dec_get_type ())
G_DECLARE_FINAL_TYPE (GstRvlDepthDec, gst_rvl_depth_dec, GST, RVL_DEPTH_DEC,
    GstVideoDecoder)

GST_ELEMENT_REGISTER_DECLARE (rvldepthdec);

G_END_DECLS
