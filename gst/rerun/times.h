/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>
#include "rrd/rrd.h"

G_BEGIN_DECLS

/* The timelines of a frame, in this order; as flags 1 << RERUN_LOG_TIME. */
enum
{
  RERUN_LOG_TIME,
  RERUN_CAPTURE_TIME,
  RERUN_PTS,
  RERUN_FRAME,
  RERUN_N_TIMELINES
};

#define RERUN_ALL_TIMELINES ((1 << RERUN_N_TIMELINES) - 1)

/* Their names and kinds. */
extern const RrdTimeline rerun_timelines[RERUN_N_TIMELINES];

/* When a frame was: what a sink keeps to tell the times of the next one. All
 * zero at the start. Streaming thread only. */
typedef struct
{
  gint64 frames;
  gint64 running_time;
  gint64 frame_duration;        /* by the framerate of the caps, 0 = none */
} RerunTimes;

void rerun_times_set_caps (RerunTimes * self, const GstCaps * caps);

/* The times of the next frame on all timelines. Every frame has all of them. */
void rerun_times_next (RerunTimes * self, GstBaseSink * sink,
    GstBuffer * buffer, gint64 times[RERUN_N_TIMELINES]);

G_END_DECLS
