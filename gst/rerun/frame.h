/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* How a frame's picture is stored. */
typedef enum
{
  RERUN_MEDIA_RVL,
  RERUN_MEDIA_PNG,
  RERUN_MEDIA_RAW,
  RERUN_N_MEDIA
} RerunMedia;

/* The timelines of a frame, in this order; as flags 1 << RERUN_LOG_TIME. */
enum
{
  RERUN_LOG_TIME,
  RERUN_CAPTURE_TIME,
  RERUN_PTS,
  RERUN_FRAME,
  RERUN_N_TIMELINES
};

/**
 * RerunFrame:
 * @data: the picture, mapped; raw rows without padding
 * @width: in pixels
 * @height: in pixels
 * @in_metres: readers get metres of it, not depth units (quantised RVL)
 * @times: a time on each timeline
 */
typedef struct
{
  const guint8 *data;
  gsize size;
  guint width, height;
  gboolean in_metres;
  gint64 times[RERUN_N_TIMELINES];

  /*< private > */
  GstBuffer *buffer;
  GstMapInfo map;
} RerunFrame;

typedef enum
{
  RERUN_FRAME_OK,
  RERUN_FRAME_DAMAGED,          /* this frame */
  RERUN_FRAME_WRONG             /* all of them will be so */
} RerunFrameState;

/**
 * rerun_frame_map:
 * @info: of raw frames
 * @own: copy the picture, so that @buffer need not be kept
 * @why: (out): what is wrong with the picture, if it is
 *
 * Maps the picture in @buffer and reads its size from it; only raw rows with
 * padding are copied.
 */
RerunFrameState rerun_frame_map (RerunFrame * frame, GstBuffer * buffer,
    RerunMedia media, const GstVideoInfo * info, gboolean own, gchar ** why);
void rerun_frame_unmap (RerunFrame * frame);

G_END_DECLS
