/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/times.h"

/* The pipeline's clock and the wall clock drift apart slowly; only a step of
 * the wall clock is followed, so that capture times do not jitter. */
#define MAX_DRIFT (10 * GST_MSECOND)

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

static gint64
wall_clock (void)
{
  return g_get_real_time () * GST_USECOND;
}

/* Leaves @unix_time as it is if @buffer has no reference. */
static void
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
        *unix_time = reference->timestamp - references[i].ahead;
        best = i;
      }
    }
  }
}

/* Returns: %FALSE without a clock */
static gboolean
running_time_now (GstBaseSink * sink, gint64 * now)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (sink));

  if (clock == NULL)
    return FALSE;
  *now = GST_CLOCK_DIFF (gst_element_get_base_time (GST_ELEMENT (sink)),
      gst_clock_get_time (clock));
  gst_object_unref (clock);
  return TRUE;
}

/* Returns: %FALSE if @buffer has no time */
static gboolean
frame_running_time (GstBaseSink * sink, GstBuffer * buffer,
    gint64 * running_time)
{
  guint64 time;
  gint sign = 0;

  if (sink->segment.format == GST_FORMAT_TIME)
    sign = gst_segment_to_running_time_full (&sink->segment, GST_FORMAT_TIME,
        GST_BUFFER_PTS (buffer), &time);
  if (sign != 0)
    *running_time = sign * (gint64) time;
  return sign != 0;
}

/* Of a frame without a time: a folder of pictures, which has no segment in
 * time either, goes by its framerate. Any other frame comes now. */
static gint64
next_running_time (RerunTimes * self, GstBaseSink * sink)
{
  gint64 now;

  if (sink->segment.format != GST_FORMAT_TIME && self->frame_duration > 0)
    return self->frames == 0 ? 0 : self->running_time + self->frame_duration;
  return running_time_now (sink, &now) ? now : self->running_time;
}

/* The wall clock when the running time was @running_time. */
static gint64
wall_clock_at (RerunTimes * self, GstBaseSink * sink, gint64 running_time,
    gint64 wall)
{
  gint64 base = gst_element_get_base_time (GST_ELEMENT (sink));
  gint64 now, offset;

  if (!running_time_now (sink, &now))
    return wall;
  offset = wall - (base + now);
  if (!self->has_wall
      || ABS (offset - self->wall_minus_clock) > (gint64) MAX_DRIFT) {
    self->has_wall = TRUE;
    self->wall_minus_clock = offset;
  }
  return self->wall_minus_clock + base + running_time;
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
  gint64 wall = wall_clock ();
  gint64 captured = wall;

  if (frame_running_time (sink, buffer, &self->running_time))
    captured = wall_clock_at (self, sink, self->running_time, wall);
  else
    self->running_time = next_running_time (self, sink);
  reference_time (buffer, &captured);

  times[RERUN_LOG_TIME] = wall;
  times[RERUN_CAPTURE_TIME] = captured;
  times[RERUN_PTS] = self->running_time;
  times[RERUN_FRAME] = self->frames++;
}
