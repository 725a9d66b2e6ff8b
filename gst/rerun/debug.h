/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The debug category "rerunsink", for the files of the element and its entities; included
 * last. */

#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN (rerun_sink_debug);
#define GST_CAT_DEFAULT rerun_sink_debug
