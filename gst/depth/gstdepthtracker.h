/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The measured range of a stream of depth, for the encoder, the preview and the
 * sink. */

#pragma once

#include "depth/gstdepthstream.h"
#include "range/range.h"

G_BEGIN_DECLS

/* How much time passes from frame to frame. */
typedef struct
{
  GstClockTime time;            /* of the last frame */
  GstClockTime duration;        /* of a frame, by the caps; NONE = not known */
} GstDepthTimer;

/* @duration: of a frame; GST_CLOCK_TIME_NONE = not known */
void gst_depth_timer_reset (GstDepthTimer * self, GstClockTime duration);

/* Returns: seconds since the last frame, by their times, else by the framerate;
 * 0 = not known */
gdouble gst_depth_timer_passed (GstDepthTimer * self, GstClockTime time);

/**
 * GstDepthTracker:
 *
 * Of the streaming thread; gst_depth_tracker_reset() makes it new.
 */
typedef struct
{
  /*< private > */
  DepthRange range;
  gdouble meter;                /* the unit that it was measured in */
  GstDepthTimer timer;
} GstDepthTracker;

/* @duration: of a frame; GST_CLOCK_TIME_NONE = not known */
void gst_depth_tracker_reset (GstDepthTracker * self, GstClockTime duration);

/* Whether a frame at @time says something new to who looks at one frame in
 * @interval only. Not for a moment longer is a range right after a change of unit. */
gboolean gst_depth_tracker_is_due (const GstDepthTracker * self, gdouble meter,
    GstClockTime time, GstClockTime interval);

/**
 * gst_depth_tracker_measure:
 * @time: of the frame, GST_CLOCK_TIME_NONE = not known
 * @invalid: a second sample that means no depth, 0 = none
 * @meter: depth units per metre; a range measured in others is forgotten
 *
 * Looks at a frame's samples.
 */
void gst_depth_tracker_measure (GstDepthTracker * self, const guint16 * pixels,
    gsize stride, guint width, guint height, GstClockTime time, guint16 invalid,
    gdouble meter);

/* Fills in what @values need, if anything was measured in their unit. */
void gst_depth_tracker_fill (const GstDepthTracker * self,
    GstDepthValues * values);

G_END_DECLS
