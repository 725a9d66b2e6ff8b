/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_RRD_CAPS "application/x-rerun-rrd"

gboolean gst_rrd_type_find_register (GstPlugin * plugin);

G_END_DECLS
