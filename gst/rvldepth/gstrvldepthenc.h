/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/gstvideoencoder.h>

G_BEGIN_DECLS

#define GST_TYPE_RVL_DEPTH_ENC (gst_rvl_depth_enc_get_type ())
G_DECLARE_FINAL_TYPE (GstRvlDepthEnc, gst_rvl_depth_enc, GST, RVL_DEPTH_ENC,
    GstVideoEncoder)

GST_ELEMENT_REGISTER_DECLARE (rvldepthenc);

G_END_DECLS
