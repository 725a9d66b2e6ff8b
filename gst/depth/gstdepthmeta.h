/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The elements' side of the two metas. */

#pragma once

#include "depth/depthmeta.h"

G_BEGIN_DECLS

/* Registers both metas, once a process. Called when the plugin is loaded. */
void gst_depth_register_metas (void);

/* For transform_meta, what the base class is not to copy: GstDepthMeta, which our
 * elements attach or drop themselves, and the memory of the frame that came in,
 * which base classes know to keep back from GStreamer 1.20.4 on. */
gboolean gst_depth_meta_stays_behind (const GstMeta * meta);

G_END_DECLS
