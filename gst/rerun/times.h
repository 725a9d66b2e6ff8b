/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>
#include "rerun/frame.h"

G_BEGIN_DECLS

/* When a frame was: what a sink keeps to tell the times of the next one. All
 * zero at the start. Streaming thread only. */
typedef struct
{
  guint64 frames;
  gint64 running_time;
  gint64 frame_duration;        /* by the framerate of the caps, 0 = none */
  gint64 wall_minus_clock;
  gboolean has_wall;
} RerunTimes;

void rerun_times_set_caps (RerunTimes * self, const GstCaps * caps);

/* The times of the next frame on all timelines. Every frame has all of them. */
void rerun_times_next (RerunTimes * self, GstBaseSink * sink,
    GstBuffer * buffer, gint64 times[RERUN_N_TIMELINES]);

G_END_DECLS
