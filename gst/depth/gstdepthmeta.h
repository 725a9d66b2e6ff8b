/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The elements' side of the two metas. */

#pragma once

#include "depth/depthmeta.h"

G_BEGIN_DECLS

/* Registers both metas, once a process. Called when the plugin is loaded. */
void gst_depth_register_metas (void);

/* For transform_meta: an element that attaches or drops GstDepthMeta itself
 * does not let its base class copy it. */
gboolean gst_depth_meta_is_depth (const GstMeta * meta);

G_END_DECLS
