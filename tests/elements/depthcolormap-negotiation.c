/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthcolormap: caps, metadata, pools, frames without times, bad input. */

#include "colormap-common.h"

#include "depth/depthmeta.h"

static GstCaps *
query_caps (GstHarness * h, const gchar * pad_name, const gchar * filter)
{
  GstPad *pad = gst_element_get_static_pad (h->element, pad_name);
  GstCaps *caps = filter ? gst_caps_from_string (filter) : NULL;
  GstCaps *result = gst_pad_query_caps (pad, caps);

  gst_clear_caps (&caps);
  gst_object_unref (pad);
  return result;
}

static void
check_caps (const GstCaps * caps, const gchar * wanted)
{
  GstCaps *other = gst_caps_from_string (wanted);

  fail_unless (gst_caps_is_equal (caps, other), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (other);
}

GST_START_TEST (test_caps)
{
  GstHarness *h = harness_new (8, 6, "{ BGRx, RGB }",
      ",pixel-aspect-ratio=4/3,depth-meter=5000/1,depth-other=1");
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  GstStructure *s;

  /* the size and the like stay, what is said of depth does not */
  fail_unless (caps != NULL);
  s = gst_caps_get_structure (caps, 0);
  assert_equals_string (gst_structure_get_string (s, "format"), "BGRx");
  fail_if (gst_structure_has_field (s, "depth-meter"));
  fail_if (gst_structure_has_field (s, "depth-other"));
  fail_unless (gst_structure_has_field_typed (s, "pixel-aspect-ratio",
          GST_TYPE_FRACTION));
  gst_caps_unref (caps);
  harness_free (h);

  /* upstream: depth of the size that is wanted downstream */
  h = gst_harness_new ("depthcolormap");
  gst_harness_set_sink_caps_str (h,
      "video/x-raw,format=BGRA,width=[16,32],height=24,framerate=0/1");
  caps = query_caps (h, "sink", NULL);
  check_caps (caps,
      "video/x-raw,format={GRAY16_LE,GRAY16_BE},width=[16,32],height=24,"
      "framerate=0/1");
  gst_caps_unref (caps);
  caps = query_caps (h, "sink", "EMPTY");
  fail_unless (gst_caps_is_empty (caps));
  gst_caps_unref (caps);
  caps = query_caps (h, "src", "video/x-raw,format=GRAY8");
  fail_unless (gst_caps_is_empty (caps));
  gst_caps_unref (caps);
  gst_harness_teardown (h);

  h = gst_harness_new ("depthcolormap");
  gst_harness_set_sink_caps_str (h, "video/x-raw(memory:GLMemory),format=RGBA");
  caps = query_caps (h, "sink", NULL);
  fail_unless (gst_caps_is_empty (caps));
  gst_caps_unref (caps);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_metas)
{
  GstDepthInfo depth = { 1000, 500, 5000 };
  GstPinholeInfo pinhole = { 600, 601, 4, 3, 8, 6 };
  guint16 samples[48] = { 0, };
  GstCaps *reference = gst_caps_new_empty_simple ("timestamp/x-unix");
  GstHarness *h = harness_new (8, 6, "RGBA", "");
  GstBuffer *buffer = depth_new (samples, 8, 6, 3);
  GstBuffer *parent = gst_buffer_new ();

  gst_buffer_add_parent_buffer_meta (buffer, parent);
  gst_buffer_unref (parent);
  gst_depth_meta_set_info (buffer, &depth);
  gst_pinhole_meta_set_info (buffer, &pinhole);
  gst_buffer_add_reference_timestamp_meta (buffer, reference, 42, 7);
  gst_buffer_add_video_region_of_interest_meta (buffer, "hand", 1, 2, 3, 4);
  buffer = gst_harness_push_and_pull (h, buffer);

  fail_if (gst_depth_meta_get_info (buffer, &depth));
  /* whose memory is not in the picture: a camera's would be held */
  fail_if (gst_buffer_get_parent_buffer_meta (buffer));
  fail_unless (gst_pinhole_meta_get_info (buffer, &pinhole));
  assert_equals_float (pinhole.fy, 601);
  fail_unless (gst_buffer_get_reference_timestamp_meta (buffer, reference));
  fail_unless (gst_buffer_get_video_region_of_interest_meta_id (buffer, 0));
  assert_equals_uint64 (GST_BUFFER_PTS (buffer), 3 * FRAME);
  assert_equals_uint64 (GST_BUFFER_DURATION (buffer), FRAME);
  gst_buffer_unref (buffer);
  gst_caps_unref (reference);
  harness_free (h);
}

GST_END_TEST;

/* A downstream that wants rows with padding. */
GST_START_TEST (test_downstream_pool)
{
  static const guint16 samples[] = { 0, 1000, 2000, 3000, 4000, 5000 };
  GstHarness *h = gst_harness_new ("depthcolormap");
  GstBufferPool *pool = offer_padded_pool (h);
  GstBuffer *buffer;
  GstVideoMeta *meta;
  GstMapInfo map;
  gint stride;
  gpointer data;

  gst_harness_set_caps_str (h, "video/x-raw,format=GRAY16_LE,width=3,height=2,"
      "framerate=30/1", "video/x-raw,format=RGBA");
  g_object_set (h->element, "near", 1., "far", 5., NULL);
  buffer = gst_harness_push_and_pull (h, depth_new (samples, 3, 2, 0));

  fail_unless (buffer->pool == pool);
  meta = gst_buffer_get_video_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless (gst_video_meta_map (meta, 0, &map, &data, &stride,
          GST_MAP_READ));
  fail_unless (stride >= 4 * (3 + 5 + 9));
  for (guint i = 0; i < 6; i++) {
    guint32 colour = pixel_of ((guint8 *) data + i / 3 * stride + i % 3 * 4,
        &formats[0]);

    fail_unless (difference (colour, i == 0 ? 0xff000000 : expected (5, FALSE,
                (samples[i] - 1000) / 4000.)) <= 1);
  }
  gst_video_meta_unmap (meta, 0, &map);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

static GstMessage *
pop_error (void)
{
  return gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
}

/* One error, though the caps come again with the buffer. */
GST_START_TEST (test_bad_caps)
{
  static const gchar *const table[][2] = {
    {"width=8,height=6,interlace-mode=interleaved", "interleaved"},
    {"width=8,height=6,depth-meter=1/1000", "depth-meter"},
    {"width=8", "width and height"},
    {"framerate=30/1", "width and height"},
  };
  GstHarness *h = harness_new (8, 6, "RGBA", "");
  guint16 samples[48] = { 0, };
  gchar *text = g_strdup_printf ("video/x-raw,format=GRAY16_LE,%s",
      table[__i__][0]);
  GstCaps *caps = gst_caps_from_string (text);
  GstMessage *message;
  GError *error;

  gst_harness_push_event (h, gst_event_new_caps (caps));
  assert_equals_int (gst_harness_push (h, depth_new (samples, 8, 6, 0)),
      GST_FLOW_NOT_NEGOTIATED);
  message = pop_error ();
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT));
  fail_unless (strstr (error->message, table[__i__][1]) != NULL, "%s",
      error->message);
  g_error_free (error);
  gst_message_unref (message);
  fail_unless (pop_error () == NULL);
  gst_caps_unref (caps);
  g_free (text);
  harness_free (h);
}

GST_END_TEST;

/* A buffer with less in it than its caps say: an error, not old pixels. */
GST_START_TEST (test_small_buffer)
{
  GstHarness *h = harness_new (8, 6, "RGBA", "");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 2 * 8 * 5, NULL);

  assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_ERROR);
  assert_equals_int (gst_harness_buffers_in_queue (h), 0);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_ERROR, NULL), 1);
  harness_free (h);
}

GST_END_TEST;

/* A file's raw frames: a segment of bytes, no times. */
GST_START_TEST (test_bytes)
{
  guint16 samples[48];
  GstHarness *h = gst_harness_new ("depthcolormap");
  GstCaps *caps = gst_caps_from_string ("video/x-raw,format=GRAY16_LE,"
      "width=8,height=6,framerate=0/1");
  GstSegment segment;

  for (guint i = 0; i < 48; i++)
    samples[i] = 500 + 100 * i;
  gst_harness_set_sink_caps_str (h, "video/x-raw,format=RGBA");
  gst_harness_push_event (h, gst_event_new_stream_start ("bytes"));
  gst_harness_push_event (h, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  assert_equals_int (gst_harness_push (h, depth_new (samples, 8, 6, 0)),
      GST_FLOW_OK);
  gst_buffer_unref (gst_harness_pull (h));
  gst_harness_teardown (h);
}

GST_END_TEST;

/* A still picture: no rate, no time. */
GST_START_TEST (test_still)
{
  guint16 samples[256];
  GstHarness *h = gst_harness_new ("depthcolormap");

  for (guint i = 0; i < 256; i++)
    samples[i] = 1000 + i;
  gst_harness_set_caps_str (h,
      "video/x-raw,format=GRAY16_LE,width=16,height=16,framerate=0/1",
      "video/x-raw,format=RGB");
  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer = depth_new (samples, 16, 16, 0);

    GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
    g_object_set (h->element, "equalize", i > 0, NULL);
    buffer = gst_harness_push_and_pull (h, buffer);
    fail_unless (buffer != NULL);
    fail_if (GST_BUFFER_PTS_IS_VALID (buffer));
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Size, unit and format change while data flows. */
GST_START_TEST (test_caps_change)
{
  static const guint16 samples[] = { 1000, 2000, 3000, 4000 };
  GstHarness *h = harness_new (4, 1, "RGBA", "");
  guint32 colours[4];

  g_object_set (h->element, "near", 1., "far", 3., NULL);
  colour_row (h, samples, 4, &formats[0], colours);
  fail_unless (difference (colours[1], expected (5, FALSE, 0.5)) <= 1);
  gst_harness_set_caps_str (h, "video/x-raw,format=GRAY16_LE,width=3,height=1,"
      "framerate=30/1,depth-meter=2000/1", "video/x-raw,format=BGR");
  colour_row (h, samples + 1, 3, &formats[5], colours);
  fail_unless (difference (colours[2], expected (5, FALSE, 0.5)) <= 1);
  harness_free (h);
}

GST_END_TEST;

static Suite *
depthcolormap_negotiation_suite (void)
{
  Suite *s = suite_create ("depthcolormap-negotiation");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_caps);
  tcase_add_test (tc, test_metas);
  tcase_add_test (tc, test_downstream_pool);
  tcase_add_loop_test (tc, test_bad_caps, 0, 4);
  tcase_add_test (tc, test_small_buffer);
  tcase_add_test (tc, test_bytes);
  tcase_add_test (tc, test_still);
  tcase_add_test (tc, test_caps_change);
  return s;
}

GST_CHECK_MAIN (depthcolormap_negotiation);
