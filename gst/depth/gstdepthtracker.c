/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tracker of codecs/range with GStreamer's times and with a unit. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthtracker.h"
#include "depth/gstdepthdebug.h"

#include <string.h>

void
gst_depth_timer_reset (GstDepthTimer * self, GstClockTime duration)
{
  self->time = GST_CLOCK_TIME_NONE;
  self->duration = duration;
}

gdouble
gst_depth_timer_passed (GstDepthTimer * self, GstClockTime time)
{
  GstClockTime last = self->time;

  self->time = time;
  if (GST_CLOCK_TIME_IS_VALID (time) && GST_CLOCK_TIME_IS_VALID (last)
      && time > last)
    return (time - last) / (gdouble) GST_SECOND;
  if (GST_CLOCK_TIME_IS_VALID (self->duration))
    return self->duration / (gdouble) GST_SECOND;
  return 0;
}

void
gst_depth_tracker_reset (GstDepthTracker * self, GstClockTime duration)
{
  memset (self, 0, sizeof (*self));
  gst_depth_timer_reset (&self->timer, duration);
}

gboolean
gst_depth_tracker_is_due (const GstDepthTracker * self, gdouble meter,
    GstClockTime time, GstClockTime interval)
{
  GstClockTime last = self->timer.time;

  if (!self->range.valid || self->meter != meter)
    return TRUE;
  if (!GST_CLOCK_TIME_IS_VALID (time) || !GST_CLOCK_TIME_IS_VALID (last))
    return TRUE;
  /* going backwards is a seek */
  return time < last || time - last >= interval;
}

void
gst_depth_tracker_measure (GstDepthTracker * self, const guint16 * pixels,
    gsize stride, guint width, guint height, GstClockTime time, guint16 invalid,
    gdouble meter)
{
  gboolean was_valid = self->range.valid;

  if (self->meter != meter) {
    GST_DEBUG ("the unit is %g, was %g: the range is measured anew", meter,
        self->meter);
    memset (&self->range, 0, sizeof (self->range));
    self->meter = meter;
  }
  self->range.invalid = invalid;
  if (depth_range_update (&self->range, pixels, stride, width, height,
          gst_depth_timer_passed (&self->timer, time)) && !was_valid)
    GST_DEBUG ("measured %g to %g depth units", self->range.min,
        self->range.max);
}

void
gst_depth_tracker_fill (const GstDepthTracker * self, GstDepthValues * values)
{
  if (self->range.valid && self->meter == values->meter && values->need_measure)
    gst_depth_values_measured (values, self->range.min, self->range.max);
}
