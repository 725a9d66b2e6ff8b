/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The debug category "rrddemux", for the files of the element; included last. */

#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN (rrd_demux_debug);
#define GST_CAT_DEFAULT rrd_demux_debug
