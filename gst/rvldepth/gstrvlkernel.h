/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which of the RVL codec's kernels is in use. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* For an element that starts: logs the kernel in its @category, and warns where RVL_KERNEL of the
 * environment names one that this machine does not have. */
void gst_rvl_kernel_report (GstElement * element, GstDebugCategory * category);

G_END_DECLS
