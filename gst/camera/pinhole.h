/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The property pinhole: intrinsics <fx, fy, cx, cy> in pixels. */

#pragma once

#include <gst/gst.h>

#include "depth/gstdepthmeta.h"

G_BEGIN_DECLS

GParamSpec *pinhole_param_spec (void);

/* @array: a GstValueArray of any numbers.
 * Returns: %FALSE if it is empty, or not what pinhole_problem() lets pass */
gboolean pinhole_read (const GValue * array, GstPinholeInfo * info);

/* Returns: (nullable): what is wrong with it, as a sentence that names the
 * property, its value and what is allowed */
gchar *pinhole_problem (const GValue * array);

G_END_DECLS
