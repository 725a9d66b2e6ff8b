/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The times of frames in recordings. */

#include <string.h>

#include "rerun/times.h"
#include "rerun/wall-clock.h"
#include "rerun-common.h"

#define UNIX_TIME (1760000000123456789)

GST_START_TEST (test_capture_time)
{
  static const struct
  {
    const gchar *caps;
    guint64 time;
  } references[] = {
    {"timestamp/x-unix", UNIX_TIME},
    {"timestamp/x-tai", UNIX_TIME + 37 * GST_SECOND},
    {"timestamp/x-ptp", UNIX_TIME + 37 * GST_SECOND},
    {"timestamp/x-ntp", UNIX_TIME + G_GUINT64_CONSTANT (2208988800) *
          GST_SECOND},
  };
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstBuffer *buffer = rvl_buffer (0);
  GstCaps *other = gst_caps_from_string ("timestamp/x-frames");
  GstCaps *caps = gst_caps_from_string (references[__i__].caps);
  Recording recording;

  gst_buffer_add_reference_timestamp_meta (buffer, other, 4711, -1);
  gst_buffer_add_reference_timestamp_meta (buffer, caps,
      references[__i__].time, -1);
  gst_caps_unref (caps);
  gst_caps_unref (other);
  gst_harness_push (h, buffer);
  harness_stop (h);
  recording_read (&recording, location);
  fail_unless (recording_count_int64 (&recording, UNIX_TIME) >= 1);
  g_free (recording.data);
  gst_object_unref (bus);
}

GST_END_TEST;

/* @pts in a segment from 10 s on becomes @running_time. */
static void
check_running_time (GstClockTime pts, gint64 running_time)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstBuffer *buffer = rvl_buffer (0);
  GstSegment segment;
  Recording recording;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 10 * GST_SECOND;
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  gst_harness_set_time (h, 987654321);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = 5 * GST_SECOND;
  gst_harness_push (h, buffer);
  harness_stop (h);
  recording_read (&recording, location);
  fail_unless (recording_count_int64 (&recording, running_time) >= 1);
  g_free (recording.data);
  gst_object_unref (bus);
}

GST_START_TEST (test_running_time)
{
  check_running_time (10 * GST_SECOND + 123456789, 123456789);
  /* shown from the middle on */
  check_running_time (10 * GST_SECOND - 123456789, -123456789);
  /* none: it came now */
  check_running_time (GST_CLOCK_TIME_NONE, 987654321);
}

GST_END_TEST;

/* Without a segment, as GstHarness's own function has one in time. */
static void
push_caps (GstHarness * h, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless (gst_harness_push_event (h, gst_event_new_caps (caps)));
  gst_caps_unref (caps);
}

/* As multifilesrc pushes them. */
GST_START_TEST (test_times_by_framerate)
{
  static const gint64 times[] = { 0, 12500000, 25000000, 125000000 };
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstSegment segment;
  Recording recording;

  push_caps (h, RVL_CAPS ",framerate=80/1");
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  for (guint n = 0; n < G_N_ELEMENTS (times); n++) {
    GstBuffer *buffer = rvl_buffer (n);

    GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
    if (n == 3)
      push_caps (h, RVL_CAPS ",framerate=10/1");
    gst_harness_push (h, buffer);
  }
  harness_stop (h);
  recording_read (&recording, location);
  for (guint n = 0; n < G_N_ELEMENTS (times); n++)
    fail_unless (recording_count_int64 (&recording, times[n]) >= 1,
        "frame %u", n);
  g_free (recording.data);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- times that no clock shows --------------------------------------------- */

/* What a timeline cannot hold is its last time; nothing overflows. */
GST_START_TEST (test_far_future)
{
  static const GstClockTime times[] = {
    G_MAXINT64 - 1, G_MAXINT64, (guint64) G_MAXINT64 + 1, G_MAXUINT64 - 1
  };
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  Recording recording;

  gst_element_set_base_time (h->element, 10 * GST_SECOND);
  for (guint n = 0; n < G_N_ELEMENTS (times); n++) {
    GstBuffer *buffer = rvl_buffer (n);
    GstCaps *caps = gst_caps_new_empty_simple ("timestamp/x-ntp");

    GST_BUFFER_PTS (buffer) = times[n];
    GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
    if (n % 2 == 1)
      gst_buffer_add_reference_timestamp_meta (buffer, caps, times[n], -1);
    gst_caps_unref (caps);
    assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  }
  harness_stop (h);
  check_recording (location, G_N_ELEMENTS (times), TRUE);
  recording_read (&recording, location);
  fail_unless (recording_count_int64 (&recording, G_MAXINT64 - 1) >= 1);
  fail_unless (recording_count_int64 (&recording, G_MAXINT64) >= 3);
  g_free (recording.data);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- the wall clock --------------------------------------------------------- */

GST_START_TEST (test_drift_is_followed_slowly)
{
  RerunWallOffset offset = { 0, };

  rerun_wall_offset_follow (&offset, 5000000, 100, 0);
  assert_equals_int64 (offset.offset, 5000000);
  /* a reading that was interrupted for 9 ms */
  rerun_wall_offset_follow (&offset, 14000000, 100, 100 * GST_MSECOND);
  assert_equals_int64 (offset.offset, 5000000 + 100 * GST_USECOND);
  rerun_wall_offset_follow (&offset, 5000000, 100, 200 * GST_MSECOND);
  assert_equals_int64 (offset.offset, 5000000);
  /* within what may be followed: exactly */
  rerun_wall_offset_follow (&offset, 5000000 + 50, 100, 300 * GST_MSECOND);
  assert_equals_int64 (offset.offset, 5000050);
  /* somebody sets the clock */
  rerun_wall_offset_follow (&offset, -3000000000, 100, 400 * GST_MSECOND);
  assert_equals_int64 (offset.offset, -3000000000);
  /* ... which a reading that may be wrong by as much does not show */
  rerun_wall_offset_follow (&offset, -2980000000, 20000000, 500 * GST_MSECOND);
  assert_equals_int64 (offset.offset, -3000000000 + 100 * GST_USECOND);
}

GST_END_TEST;

/* All sinks of a pipeline agree to the nanosecond, which two readings never do. */
GST_START_TEST (test_one_offset_a_clock)
{
  GstClock *clock = gst_system_clock_obtain ();
  gint64 offset = rerun_wall_clock_offset (clock);
  gint64 ahead = g_get_real_time () * 1000 - (offset +
      (gint64) gst_clock_get_time (clock));

  fail_unless (ABS (ahead) < 100 * (gint64) GST_MSECOND);
  for (guint n = 0; n < 1000; n++)
    assert_equals_int64 (rerun_wall_clock_offset (clock), offset);
  gst_object_unref (clock);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rerunsink_times_suite (void)
{
  Suite *s = suite_create ("rerunsink-times");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_loop_test (tc, test_capture_time, 0, 4);
  tcase_add_test (tc, test_running_time);
  tcase_add_test (tc, test_times_by_framerate);
  tcase_add_test (tc, test_far_future);
  tcase_add_test (tc, test_drift_is_followed_slowly);
  tcase_add_test (tc, test_one_offset_a_clock);
  return s;
}

GST_CHECK_MAIN (rerunsink_times);
