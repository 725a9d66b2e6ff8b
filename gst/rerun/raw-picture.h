/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include "rerun/row.h"

G_BEGIN_DECLS

/* Returns: Rerun's format of pictures whose caps were taken */
RrdPixels rerun_raw_picture_get_pixels (const GstVideoInfo * info);

/* Returns: (nullable): the colours that the Viewer takes them for, if that is not what
 * their caps say */
const gchar *rerun_raw_picture_shown_as (const GstVideoInfo * info);

/**
 * rerun_raw_picture_find_format:
 * @pixels: Rerun's format
 * @limited: (out): whether its range is that of video, 16 to 235
 *
 * Returns: %GST_VIDEO_FORMAT_UNKNOWN: of none of the formats that are logged
 */
GstVideoFormat rerun_raw_picture_find_format (const RrdPixelFormat * pixels,
    gboolean * limited);

/**
 * rerun_raw_picture_map:
 * @info: of the caps; strides and offsets of @buffer's #GstVideoMeta win
 * @own: copy the samples, so that @buffer need not be kept
 * @mapped: (out): the memory that @span is in
 * @span: (out): all planes, one after the other, without padding
 *
 * Maps the samples where they are; where rows or planes have padding, they are copied.
 *
 * Returns: %FALSE with @why
 */
gboolean rerun_raw_picture_map (const GstVideoInfo * info, GstBuffer * buffer,
    gboolean own, RerunMapped * mapped, RrdSpan * span, gchar ** why);

G_END_DECLS
