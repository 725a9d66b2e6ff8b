/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_DEPTH_RERUN_SINK (gst_depth_rerun_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstDepthRerunSink, gst_depth_rerun_sink, GST,
    DEPTH_RERUN_SINK, GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (rerunsink);

G_END_DECLS
