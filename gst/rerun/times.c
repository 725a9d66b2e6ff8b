/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The times of a frame on Rerun's timelines, from those that GStreamer gives it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/times.h"
#include "rerun/wall-clock.h"

const RrdTimeline rerun_timelines[RERUN_N_TIMELINES] = {
  [RERUN_LOG_TIME] = {"log_time", RRD_TIMESTAMP},
  [RERUN_CAPTURE_TIME] = {"capture_time", RRD_TIMESTAMP},
  [RERUN_PTS] = {"pts", RRD_DURATION},
  [RERUN_FRAME] = {"frame", RRD_SEQUENCE},
};

/* Seconds from 1900 to 1970. */
#define NTP_EPOCH G_GINT64_CONSTANT (2208988800)
/* Leap seconds between atomic time and UTC, since 2017. */
#define TAI_AHEAD 37

/* References of GstReferenceTimestampMeta, the best first, and what they are
 * ahead of Unix time. PTP counts atomic time. */
static const struct
{
  const gchar *name;
  gint64 ahead;
} references[] = {
  {"timestamp/x-unix", 0},
  {"timestamp/x-tai", TAI_AHEAD * GST_SECOND},
  {"timestamp/x-ptp", TAI_AHEAD * GST_SECOND},
  {"timestamp/x-ntp", NTP_EPOCH * GST_SECOND},
};

/* What a 64-bit time cannot hold becomes the last one that it can. */
static gint64
add (gint64 a, gint64 b)
{
  gint64 sum;

  if (__builtin_add_overflow (a, b, &sum))
    return a < 0 ? G_MININT64 + 1 : G_MAXINT64;
  return sum;
}

static gint64
clamp_unsigned (guint64 time)
{
  return MIN (time, (guint64) G_MAXINT64);
}

/* Returns: %FALSE if @buffer has no reference */
static gboolean
reference_time (GstBuffer * buffer, gint64 * unix_time)
{
  gsize best = G_N_ELEMENTS (references);
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_REFERENCE_TIMESTAMP_META_API_TYPE)) != NULL) {
    GstReferenceTimestampMeta *reference = (GstReferenceTimestampMeta *) meta;
    GstStructure *fields = gst_caps_get_structure (reference->reference, 0);

    for (gsize i = 0; i < best; i++) {
      if (gst_structure_has_name (fields, references[i].name)) {
        *unix_time = add (clamp_unsigned (reference->timestamp),
            -references[i].ahead);
        best = i;
      }
    }
  }
  return best < G_N_ELEMENTS (references);
}

/* Of the buffer's PTS, or where only that is known, of its DTS. Returns: %FALSE if
 * @buffer has no time */
static gboolean
frame_running_time (GstBaseSink * sink, GstBuffer * buffer,
    gint64 * running_time)
{
  GstClockTime stamp = GST_BUFFER_PTS_IS_VALID (buffer) ?
      GST_BUFFER_PTS (buffer) : GST_BUFFER_DTS (buffer);
  guint64 time;
  gint sign = 0;

  if (sink->segment.format == GST_FORMAT_TIME)
    sign = gst_segment_to_running_time_full (&sink->segment, GST_FORMAT_TIME,
        stamp, &time);
  if (sign != 0)
    *running_time = sign * clamp_unsigned (time);
  return sign != 0;
}

/* Of a frame without a time, by the framerate: the first of all comes now, or, from
 * files, which have no segment in time either, at 0. */
static gint64
next_running_time (RerunTimes * self, GstBaseSink * sink, gint64 now)
{
  gboolean from_files = sink->segment.format != GST_FORMAT_TIME;

  if (self->frame_duration > 0 && self->frames > 0)
    return add (self->running_time, self->frame_duration);
  return from_files && self->frame_duration > 0 ? 0 : now;
}

void
rerun_times_set_caps (RerunTimes * self, const GstCaps * caps)
{
  gint n, d;

  self->frame_duration = 0;
  if (gst_structure_get_fraction (gst_caps_get_structure (caps, 0),
          "framerate", &n, &d) && n > 0)
    self->frame_duration = gst_util_uint64_scale (GST_SECOND, d, n);
}

void
rerun_times_next (RerunTimes * self, GstBaseSink * sink, GstBuffer * buffer,
    gint64 times[RERUN_N_TIMELINES])
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (sink));
  gint64 base = gst_element_get_base_time (GST_ELEMENT (sink));
  gint64 wall = g_get_real_time () * GST_USECOND;
  gint64 captured = wall;
  gboolean timed = frame_running_time (sink, buffer, &self->running_time);

  if (timed && clock != NULL)
    captured = add (add (base, self->running_time),
        rerun_wall_clock_offset (clock));
  if (!timed)
    self->running_time = next_running_time (self, sink, clock == NULL ?
        self->running_time : (gint64) gst_clock_get_time (clock) - base);
  reference_time (buffer, &captured);
  gst_clear_object (&clock);

  times[RERUN_LOG_TIME] = wall;
  times[RERUN_CAPTURE_TIME] = captured;
  times[RERUN_PTS] = self->running_time;
  times[RERUN_FRAME] = self->frames++;
}
