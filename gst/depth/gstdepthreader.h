/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Raw depth as elements read it: little-endian samples, 0 is no depth, whatever the
 * buffer has. */

#pragma once

#include "depth/gstdepthframe.h"

G_BEGIN_DECLS

/**
 * GstDepthReader:
 *
 * Of the streaming thread; all zero at the start.
 */
typedef struct
{
  /*< private > */
  guint16 *samples;             /* memory for those that were converted */
  gsize size;
  gboolean warned_size;
} GstDepthReader;

/**
 * gst_depth_reader_map:
 * @element: for a warning, once, if @buffer is larger than its caps say
 * @frame: (out): the samples; undefined if this fails. They are valid until the
 *   reader maps the next frame.
 * @info: of the caps, GRAY16_LE or GRAY16_BE
 * @invalid: a second sample that means no depth, 0 = none
 * @problem: (out): if this fails, what is wrong with @buffer, to be freed
 *
 * Samples of the other byte order, and @invalid, are converted in a copy; other
 * samples are read where they are.
 *
 * Returns: %TRUE if @frame is mapped: call gst_depth_frame_unmap()
 */
gboolean gst_depth_reader_map (GstDepthReader * self, GstElement * element,
    GstDepthFrame * frame, const GstVideoInfo * info, GstBuffer * buffer,
    guint16 invalid, gchar ** problem);

/* Frees its memory; new caps, or the end. */
void gst_depth_reader_clear (GstDepthReader * self);

G_END_DECLS
