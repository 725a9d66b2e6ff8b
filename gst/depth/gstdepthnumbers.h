/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of properties that are a few numbers, see gst_depth_param_numbers(), and the
 * one that several elements have: the camera's intrinsics. */

#pragma once

#include <gst/gst.h>
#include "depth/depthmeta.h"

G_BEGIN_DECLS

/* Returns: %TRUE if @array holds @n finite numbers, then in @numbers */
gboolean gst_depth_numbers_get (const GValue * array, gdouble * numbers,
    guint n);

/* Intrinsics that a camera can have: finite, focal lengths above 0. */
gboolean gst_depth_pinhole_valid (const GstPinholeInfo * info);

gboolean gst_depth_pinhole_equal (const GstPinholeInfo * a,
    const GstPinholeInfo * b);

/**
 * gst_depth_pinhole_get_property:
 * @array: the property pinhole, <fx, fy, cx, cy>
 * @info: (out): its width and height stay as they are
 *
 * Returns: %TRUE if @array holds intrinsics
 */
gboolean gst_depth_pinhole_get_property (const GValue * array,
    GstPinholeInfo * info);

/* Returns: (nullable): what is wrong with the property pinhole, as a sentence that
 * names its value and what is allowed; empty is right */
gchar *gst_depth_pinhole_problem (const GValue * array);

/* Returns: %TRUE if @buffer has a GstPinholeMeta that holds for a picture of @width
 * x @height pixels */
gboolean gst_depth_pinhole_get_meta (GstBuffer * buffer, guint width,
    guint height, GstPinholeInfo * info);

G_END_DECLS
