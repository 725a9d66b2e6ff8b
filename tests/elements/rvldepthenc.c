/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthenc: every sample, layouts, threads, times, bad buffers. */

#include "rvldepth-common.h"

static void
check_frame (Kind kind, guint width, guint height, Pattern pattern,
    const Layout * layout)
{
  GstHarness *h = harness_new ("rvldepthenc", media_types[kind]);
  guint16 *samples = samples_new (width, height, pattern);
  GstBuffer *out;

  push_caps (h, width, height, "");
  out = gst_harness_push_and_pull (h, frame_new (samples, width, height,
          layout, 0));
  fail_unless (out != NULL);
  assert_encoded (out, kind, samples, width, height);
  gst_buffer_unref (out);
  g_free (samples);
  harness_free (h);
}

GST_START_TEST (test_every_value)
{
  check_frame (__i__, 256, 256, RAMP, NULL);
}

GST_END_TEST;

GST_START_TEST (test_patterns)
{
  for (Pattern p = 0; p < N_PATTERNS; p++)
    check_frame (__i__, 101, 37, p, NULL);
}

GST_END_TEST;

GST_START_TEST (test_sizes)
{
  for (guint i = 0; i < N_FRAME_SIZES; i++)
    check_frame (__i__, frame_sizes[i][0], frame_sizes[i][1], RANDOM, NULL);
}

GST_END_TEST;

GST_START_TEST (test_layouts)
{
  static const Layout layouts[] = {
    {0, 64, 1}, {16, 0, 1}, {16, 64, 1}, {0, 0, 3}, {128, 32, 7}, {6, 2, 2},
    {1, 0, 1}, {3, 1, 2}
  };

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    check_frame (__i__, 37, 23, RANDOM, &layouts[i]);
}

GST_END_TEST;

/* Some cameras leave away the padding of the last row. */
GST_START_TEST (test_last_row_without_padding)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (3, 5, RANDOM);
  GstBuffer *in = frame_new (samples, 3, 5, NULL, 0), *out;

  push_caps (h, 3, 5, "");
  gst_buffer_set_size (in, gst_buffer_get_size (in) - 2);
  out = gst_harness_push_and_pull (h, in);
  assert_encoded (out, RVL, samples, 3, 5);
  gst_buffer_unref (out);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_threads_same_bytes)
{
  static const gchar *const launch[] = { "rvldepthenc n-threads=1",
    "rvldepthenc n-threads=2", "rvldepthenc n-threads=7", "rvldepthenc"
  };
  guint16 *samples = samples_new (1920, 1080, HOLES);
  GstBuffer *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (launch); i++) {
    GstHarness *h = harness_new (launch[i], "image/x-rvl");

    push_caps (h, 1920, 1080, "");
    for (guint n = 0; n < 3; n++) {
      GstBuffer *out = gst_harness_push_and_pull (h, frame_new (samples, 1920,
              1080, NULL, n));
      GstMapInfo map;

      if (first == NULL)
        first = gst_buffer_ref (out);
      gst_buffer_map (first, &map, GST_MAP_READ);
      fail_unless_equals_uint64 (map.size, gst_buffer_get_size (out));
      fail_unless (gst_buffer_memcmp (out, 0, map.data, map.size) == 0);
      gst_buffer_unmap (first, &map);
      gst_buffer_unref (out);
    }
    harness_free (h);
  }
  gst_buffer_unref (first);
  g_free (samples);
}

GST_END_TEST;

GST_START_TEST (test_compression_level)
{
  static const gchar *const launch[] = { "rvldepthenc compression-level=0",
    "rvldepthenc", "rvldepthenc compression-level=9"
  };
  guint16 *samples = samples_new (320, 240, HOLES);
  gsize sizes[3];

  for (guint i = 0; i < 3; i++) {
    GstHarness *h = harness_new (launch[i], "image/png");
    GstBuffer *out;

    push_caps (h, 320, 240, "");
    out = gst_harness_push_and_pull (h, frame_new (samples, 320, 240, NULL, 0));
    assert_encoded (out, PNG, samples, 320, 240);
    sizes[i] = gst_buffer_get_size (out);
    gst_buffer_unref (out);
    harness_free (h);
  }
  fail_unless (sizes[0] > sizes[1] && sizes[1] > sizes[2]);
  g_free (samples);
}

GST_END_TEST;

GST_START_TEST (test_times_and_flags)
{
  GstHarness *h = harness_new ("rvldepthenc", media_types[__i__]);
  guint16 *samples = samples_new (16, 8, RANDOM);

  push_caps (h, 16, 8, "");
  for (guint n = 0; n < 4; n++) {
    GstBuffer *out = gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
            NULL, n));

    fail_unless_equals_uint64 (GST_BUFFER_PTS (out), n * FRAME);
    fail_unless_equals_uint64 (GST_BUFFER_DTS (out), n * FRAME);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (out), FRAME);
    fail_if (GST_BUFFER_FLAG_IS_SET (out, GST_BUFFER_FLAG_DELTA_UNIT));
    gst_buffer_unref (out);
    /* Nothing is held back. */
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  }
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_no_latency)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (16, 8, RANDOM);

  gst_harness_set_upstream_latency (h, 20 * GST_MSECOND);
  push_caps (h, 16, 8, "");
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
              NULL, 0)));
  fail_unless_equals_uint64 (gst_harness_query_latency (h), 20 * GST_MSECOND);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_flush_and_eos)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (16, 8, RANDOM);
  GstEvent *event;

  push_caps (h, 16, 8, "");
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
              NULL, 0)));
  flush_at (h, frame_new (samples, 16, 8, NULL, 1));
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
              NULL, 0)));
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  do {
    event = gst_harness_pull_event (h);
    fail_unless (event != NULL);
    fail_if (GST_EVENT_TYPE (event) == GST_EVENT_EOS
        && gst_harness_events_in_queue (h) > 0);
    gst_event_unref (event);
  } while (gst_harness_events_in_queue (h) > 0);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_restart)
{
  GstHarness *h = harness_new ("rvldepthenc n-threads=2", media_types[__i__]);
  guint16 *samples = samples_new (64, 48, HOLES);

  for (guint round = 0; round < 3; round++) {
    gst_harness_play (h);
    push_caps (h, 64, 48, "");
    gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 64, 48,
                NULL, round)));
    fail_unless_equals_int (gst_element_set_state (h->element, round == 1 ?
            GST_STATE_NULL : GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  }
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

static void
check_bad_buffer (GstBuffer * buffer, const gchar * word, const gchar * word2)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");

  push_caps (h, 101, 8, "");
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_ERROR);
  assert_message (bus, GST_MESSAGE_ERROR, word, word2);
  harness_free (h);
}

GST_START_TEST (test_bad_buffers)
{
  guint16 *samples = samples_new (101, 8, RANDOM);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, };
  gint strides[GST_VIDEO_MAX_PLANES] = { 204 };
  GstBuffer *buffer;

  check_bad_buffer (gst_buffer_new (), "0 bytes", "1630 needed");
  /* rows without the padding that GStreamer has by default */
  check_bad_buffer (gst_buffer_new_allocate (NULL, 101 * 8 * 2, NULL),
      "1616 bytes", "204 bytes");

  buffer = gst_buffer_new_allocate (NULL, 204 * 8, NULL);
  offsets[0] = 8;
  gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, 101,
      8, 1, offsets, strides);
  check_bad_buffer (buffer, "1632 bytes", "from byte 8");

  buffer = gst_buffer_new_allocate (NULL, 204 * 8, NULL);
  offsets[0] = 0;
  strides[0] = 100;
  gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, 101,
      8, 1, offsets, strides);
  check_bad_buffer (buffer, "GstVideoMeta", "100 bytes");

  buffer = frame_new (samples, 101, 8, NULL, 0);
  gst_buffer_add_video_meta (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, 50, 8);
  check_bad_buffer (buffer, "50x8", "101x8");
  g_free (samples);
}

GST_END_TEST;

static Suite *
rvldepthenc_suite (void)
{
  Suite *s = suite_create ("rvldepthenc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_every_value, 0, 2);
  tcase_add_loop_test (tc, test_patterns, 0, 2);
  tcase_add_loop_test (tc, test_sizes, 0, 2);
  tcase_add_loop_test (tc, test_layouts, 0, 2);
  tcase_add_test (tc, test_last_row_without_padding);
  tcase_add_test (tc, test_threads_same_bytes);
  tcase_add_test (tc, test_compression_level);
  tcase_add_loop_test (tc, test_times_and_flags, 0, 2);
  tcase_add_test (tc, test_no_latency);
  tcase_add_test (tc, test_flush_and_eos);
  tcase_add_loop_test (tc, test_restart, 0, 2);
  tcase_add_test (tc, test_bad_buffers);
  return s;
}

GST_CHECK_MAIN (rvldepthenc);
