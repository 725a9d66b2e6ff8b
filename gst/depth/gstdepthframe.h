/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The samples of a raw depth buffer, wherever its memory puts them. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/**
 * GstDepthFrame:
 * @pixels: first row, samples in the order of the format, aligned as the buffer's
 *   memory is
 * @stride: bytes from one row to the next, at least 2 * width
 * @converted: they are not those of @buffer, but converted ones of a GstDepthReader
 * @buffer: not referenced
 * @map: of all of @buffer; who keeps a reference to that may keep this, and
 *   unmap the buffer in the place of gst_depth_frame_unmap()
 */
typedef struct
{
  guint16 *pixels;
  gsize stride;
  gboolean converted;
  GstBuffer *buffer;
  GstMapInfo map;
} GstDepthFrame;

/**
 * gst_depth_frame_map:
 * @frame: (out): undefined if this fails
 * @info: of the caps, GRAY16_LE or GRAY16_BE
 * @buffer: strides and plane offsets of its #GstVideoMeta are honoured, and so
 *   are several memories (gst_video_frame_map() maps the first of them only,
 *   and hands out what lies after it)
 * @flags: %GST_MAP_READ or %GST_MAP_WRITE
 * @problem: (out): if this fails, what is wrong with @buffer, to be freed
 *
 * Returns: %TRUE if @frame is mapped, with @info's rows all inside the buffer
 */
gboolean gst_depth_frame_map (GstDepthFrame * frame, const GstVideoInfo * info,
    GstBuffer * buffer, GstMapFlags flags, gchar ** problem);

/* Zeros what is between the rows and after the last one, as far as the buffer
 * goes: a pool's buffer has bytes of older frames there. */
void gst_depth_frame_clear_padding (const GstDepthFrame * frame,
    const GstVideoInfo * info);

void gst_depth_frame_unmap (GstDepthFrame * frame);

G_END_DECLS
