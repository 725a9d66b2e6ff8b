/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_DEPTH_RRD_DEMUX (gst_depth_rrd_demux_get_type ())
G_DECLARE_FINAL_TYPE (GstDepthRrdDemux, gst_depth_rrd_demux, GST,
    DEPTH_RRD_DEMUX, GstElement)

GST_ELEMENT_REGISTER_DECLARE (rrddemux);

G_END_DECLS
