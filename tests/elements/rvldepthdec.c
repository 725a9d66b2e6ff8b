/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthdec: every sample, layouts, pools, units and metadata, queries. */

#include "rvldepth-common.h"

#include "depth/depthmeta.h"
#include "../frames-main.h"

static void
check_frame (Kind kind, guint width, guint height, Pattern pattern)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[kind]);
  guint16 *samples = samples_new (width, height, pattern);

  assert_decoded (h, encoded_new (kind, samples, width, height, 0), samples);
  g_free (samples);
  harness_free (h);
}

GST_START_TEST (test_every_value)
{
  check_frame (__i__, 256, 256, RAMP);
}

GST_END_TEST;

GST_START_TEST (test_patterns)
{
  for (Pattern p = 0; p < N_PATTERNS; p++)
    check_frame (__i__, 101, 37, p);
}

GST_END_TEST;

GST_START_TEST (test_sizes)
{
  for (guint i = 0; i < N_FRAME_SIZES; i++)
    check_frame (__i__, frame_sizes[i][0], frame_sizes[i][1], RANDOM);
}

GST_END_TEST;

GST_START_TEST (test_several_memories)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *whole = encoded_new (__i__, samples, 64, 48, 0);
  GstBuffer *parts = gst_buffer_copy_region (whole, GST_BUFFER_COPY_ALL, 0, 7);

  parts = gst_buffer_append (parts, gst_buffer_copy_region (whole,
          GST_BUFFER_COPY_MEMORY, 7, 1000));
  parts = gst_buffer_append (parts, gst_buffer_copy_region (whole,
          GST_BUFFER_COPY_MEMORY, 1007, -1));
  fail_unless_equals_int (gst_buffer_n_memory (parts), 3);
  assert_decoded (h, parts, samples);
  gst_buffer_unref (whole);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* Downstream's pool, with strides of its own. */
GST_START_TEST (test_downstream_pool)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (101, 37, RANDOM);
  GstBufferPool *pool = offer_padded_pool (h);
  GstBuffer *out;
  GstVideoMeta *meta;
  GstCaps *caps;

  out = gst_harness_push_and_pull (h, encoded_new (__i__, samples, 101, 37, 0));
  fail_unless (out->pool == pool);
  meta = gst_buffer_get_video_meta (out);
  fail_unless (meta != NULL && meta->stride[0] > 204 && meta->offset[0] > 0);
  caps = out_caps (h);
  assert_samples (out, caps, samples);
  gst_caps_unref (caps);
  gst_buffer_unref (out);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* Downstream that reads GstVideoMeta gets one: its pool may choose the rows. */
GST_START_TEST (test_video_meta)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[0]);
  guint16 *samples = samples_new (101, 37, RANDOM);
  GstBuffer *out;

  if (__i__)
    gst_harness_add_propose_allocation_meta (h, GST_VIDEO_META_API_TYPE, NULL);
  out = gst_harness_push_and_pull (h, encoded_new (RVL, samples, 101, 37, 0));
  fail_unless_equals_int (gst_buffer_get_video_meta (out) != NULL, __i__);
  gst_buffer_unref (out);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* Also after the last row, and where the pool's buffer had something else. */
GST_START_TEST (test_row_padding_is_zero)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (101, 37, RANDOM);

  for (guint turn = 0; turn < 3; turn++) {
    GstMapInfo map;
    GstBuffer *out = gst_harness_push_and_pull (h, encoded_new (__i__, samples,
            101, 37, turn));

    gst_buffer_map (out, &map, GST_MAP_READWRITE);
    fail_unless_equals_int (map.size, 204 * 37);
    for (guint y = 0; y < 37; y++)
      fail_unless (map.data[204 * y + 202] == 0
          && map.data[204 * y + 203] == 0, "row %u", y);
    memset (map.data, 0xaa, map.size);
    gst_buffer_unmap (out, &map);
    gst_buffer_unref (out);
  }
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* The frame's own header gives the size, whatever the caps say of it. */
GST_START_TEST (test_size_is_in_the_frame)
{
  GstHarness *h = decoder_new ("rvldepthdec", "image/x-rvl");
  guint16 *samples = samples_new (31, 9, RANDOM);

  gst_harness_set_src_caps_str (h, "image/x-rvl,framerate=15/1");
  assert_decoded (h, encoded_new (RVL, samples, 31, 9, 0), samples);
  assert_caps (h, "video/x-raw,format=GRAY16_LE,width=31,height=9,"
      "framerate=15/1");
  gst_harness_set_src_caps_str (h, "image/x-rvl,width=640,height=480,"
      "framerate=30/1");
  assert_decoded (h, encoded_new (RVL, samples, 31, 9, 1), samples);
  assert_caps (h, "video/x-raw,width=31,height=9,framerate=30/1");
  /* a new size without new caps */
  assert_decoded (h, encoded_new (RVL, samples, 9, 31, 2), samples);
  assert_caps (h, "video/x-raw,width=9,height=31,framerate=30/1");
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

static void
set_meter (GstHarness * h, Kind kind, const gchar * field)
{
  gchar *caps = g_strdup_printf ("%s,width=16,height=8,framerate=30/1%s",
      media_types[kind], field);

  gst_harness_set_src_caps_str (h, caps);
  g_free (caps);
}

GST_START_TEST (test_unit)
{
  GstHarness *h = decoder_new ("rvldepthdec", NULL);
  guint16 *samples = samples_new (16, 8, RANDOM);

  set_meter (h, __i__, ",depth-meter=(fraction)5000/1");
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 0), samples);
  assert_caps (h, "video/x-raw,depth-meter=5000/1");
  set_meter (h, __i__, ",depth-meter=(double)4000");
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 1), samples);
  assert_caps (h, "video/x-raw,depth-meter=4000/1");
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL), 0);
  set_meter (h, __i__, "");
  for (guint n = 2; n < 5; n++)
    assert_decoded (h, encoded_new (__i__, samples, 16, 8, n), samples);
  assert_caps (h, "video/x-raw,depth-meter=1000/1");
  assert_message (bus, GST_MESSAGE_INFO, "unit", "1000");
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_metadata)
{
  static const gchar *const launch[] = { "rvldepthdec",
    "rvldepthdec meter=2000"
  };
  GstHarness *h = decoder_new (launch[__i__], "image/x-rvl,"
      "depth-meter=(fraction)1000/1");
  guint16 *samples = samples_new (16, 8, RANDOM);
  GstDepthInfo given = { 4000, 10, 20 }, depth;
  GstPinholeInfo camera = { 20, 21, 8, 4, 16, 8 }, got;
  GstBuffer *in = encoded_new (RVL, samples, 16, 8, 0), *out;

  /* none in, none out */
  out = gst_harness_push_and_pull (h, gst_buffer_copy (in));
  fail_if (gst_depth_meta_get_info (out, &depth));
  gst_buffer_unref (out);

  gst_depth_meta_set_info (in, &given);
  gst_pinhole_meta_set_info (in, &camera);
  out = gst_harness_push_and_pull (h, in);
  fail_unless (gst_depth_meta_get_info (out, &depth));
  fail_unless (depth.meter == (__i__ ? 2000 : 4000));
  fail_unless (depth.range_min == 10 && depth.range_max == 20);
  fail_unless (gst_pinhole_meta_get_info (out, &got));
  fail_unless (memcmp (&camera, &got, sizeof (got)) == 0);
  assert_caps (h, __i__ ? "video/x-raw,depth-meter=2000/1" :
      "video/x-raw,depth-meter=4000/1");
  gst_buffer_unref (out);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* A = 10, B = 1; samples 5, 0, 10: 2.5 m, none, 1.1111 m. */
GST_START_TEST (test_quantised)
{
  static const guint8 blob[] = {
    0, 0, 0, 0, 0, 0, 0x20, 0x41, 0, 0, 0x80, 0x3f, 3, 0, 0, 0, 1, 0, 0, 0,
    0xa1, 0x11, 0xa1, 0x01
  };
  static const guint16 depth[2][3] = { {GUINT16_TO_LE (2500), 0,
      GUINT16_TO_LE (1111)}, {GUINT16_TO_LE (12500), 0,
      GUINT16_TO_LE (5556)}
  };
  GstHarness *h = decoder_new ("rvldepthdec", __i__ ?
      "image/x-rvl,depth-meter=(fraction)5000/1" : "image/x-rvl");

  assert_decoded (h, gst_buffer_new_memdup (blob, sizeof (blob)), depth[__i__]);
  harness_free (h);
}

GST_END_TEST;

/* Frames leave in the order they came in, which backwards is that of time from
 * the end. */
GST_START_TEST (test_backwards)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1;
  segment.stop = 5 * FRAME;
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  for (guint i = 5; i-- > 0;)
    gst_harness_push (h, encoded_new (__i__, samples, 64, 48, i));
  gst_harness_push_event (h, gst_event_new_eos ());
  for (guint i = 5; i-- > 0;) {
    GstBuffer *out = gst_harness_try_pull (h);

    fail_unless (out != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (out), i * FRAME);
    gst_buffer_unref (out);
  }
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_caps_queries)
{
  static const struct
  {
    const gchar *caps;
    gboolean taken;
  } table[] = {
    {"image/x-rvl", TRUE},
    {"image/png", TRUE},
    {"image/x-rvl,width=640,height=480,framerate=30/1", TRUE},
    {"image/x-rvl,depth-meter=5000/1", TRUE},
    {"image/png,width=[1,65535]", TRUE},
    {"image/jpeg", FALSE},
    {"video/x-raw,format=GRAY16_LE", FALSE},
    {"EMPTY", FALSE},
  };
  GstHarness *h = decoder_new ("rvldepthdec", NULL);
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    GstCaps *caps = gst_caps_from_string (table[i].caps);
    GstCaps *left = gst_pad_query_caps (pad, caps);

    fail_unless (gst_caps_is_empty (left) == !table[i].taken, "%s",
        table[i].caps);
    /* what came fixed stays so: a capsfilter with the type only will do */
    fail_unless (gst_caps_is_fixed (left) || !gst_caps_is_fixed (caps)
        || !table[i].taken);
    gst_caps_unref (left);
    gst_caps_unref (caps);
  }
  gst_object_unref (pad);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_bad_caps)
{
  GstHarness *h = decoder_new ("rvldepthdec", NULL);

  assert_refused (h, bus, "image/x-rvl,depth-meter=(fraction)1/1000",
      "depth-meter", "1000/1", "image/x-rvl");
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_bad_property)
{
  assert_bad_property ("rvldepthdec meter=0.001", "meter is 0.001", "1000");
}

GST_END_TEST;

GST_START_TEST (test_flush_latency_restart)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (16, 8, RANDOM);

  gst_harness_set_upstream_latency (h, 20 * GST_MSECOND);
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 0), samples);
  fail_unless_equals_uint64 (gst_harness_query_latency (h), 20 * GST_MSECOND);
  flush_at (h, encoded_new (__i__, samples, 16, 8, 1));
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 2), samples);
  for (guint round = 0; round < 2; round++) {
    gst_element_set_state (h->element, round ? GST_STATE_NULL :
        GST_STATE_READY);
    gst_harness_play (h);
    gst_harness_set_src_caps_str (h, media_types[__i__]);
    assert_decoded (h, encoded_new (__i__, samples, 16, 8, 0), samples);
  }
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_times)
{
  GstHarness *h = decoder_new ("rvldepthdec", "image/x-rvl,framerate=30/1");
  guint16 *samples = samples_new (16, 8, RANDOM);

  for (guint n = 0; n < 4; n++) {
    GstBuffer *out = gst_harness_push_and_pull (h, encoded_new (RVL, samples,
            16, 8, n));

    fail_unless_equals_uint64 (GST_BUFFER_PTS (out), n * FRAME);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (out), FRAME);
    gst_buffer_unref (out);
  }
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* decodebin takes this for RVL, and pngdec for PNG. */
GST_START_TEST (test_rank)
{
  static const gchar *const preferred[] = { "rvldepthdec", "pngdec" };
  GList *all =
      gst_element_factory_list_get_elements (GST_ELEMENT_FACTORY_TYPE_DECODER,
      GST_RANK_MARGINAL);
  GstCaps *caps = gst_caps_from_string (media_types[__i__]);
  GList *some = gst_element_factory_list_filter (all, caps, GST_PAD_SINK,
      FALSE);

  some = g_list_sort (some, gst_plugin_feature_rank_compare_func);
  fail_unless (some != NULL);
  fail_unless_equals_string (GST_OBJECT_NAME (some->data), preferred[__i__]);
  gst_plugin_feature_list_free (some);
  gst_plugin_feature_list_free (all);
  gst_caps_unref (caps);
}

GST_END_TEST;

/* Real frames, against GStreamer's own PNG decoder. */
GST_START_TEST (test_real_frames)
{
  static const gchar *const folders[] = { "realsense_d4xx_640x480",
    "azure_kinect_nfov_640x576", "3dmatch_640x480"
  };
  GstHarness *h, *stock;
  gchar *path = real_frame_path (folders[__i__], 0);
  gchar *data;
  gsize size;
  GstBuffer *in, *wanted;
  GstVideoInfo info;
  GstCaps *caps;
  GstMapInfo map;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));
  g_free (path);
  in = gst_buffer_new_wrapped (data, size);
  stock = gst_harness_new ("pngdec");
  gst_harness_set_src_caps_str (stock, "image/png,framerate=0/1");
  wanted = gst_harness_push_and_pull (stock, gst_buffer_ref (in));
  wanted = gst_buffer_make_writable (wanted);
  caps = gst_pad_get_current_caps (stock->sinkpad);
  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_GRAY16_BE);
  gst_caps_unref (caps);

  gst_buffer_map (wanted, &map, GST_MAP_READWRITE);
  for (gsize i = 0; i < map.size; i += 2)
    GST_WRITE_UINT16_LE (map.data + i, GST_READ_UINT16_BE (map.data + i));
  /* PNG, then once more through RVL */
  h = decoder_new ("rvldepthdec ! tee name=t  t. ! rvldepthenc ! image/x-rvl ! "
      "rvldepthdec", "image/png");
  assert_decoded (h, in, (const guint16 *) map.data);
  gst_buffer_unmap (wanted, &map);
  gst_buffer_unref (wanted);
  gst_harness_teardown (stock);
  harness_free (h);
}

GST_END_TEST;

static Suite *
rvldepthdec_suite (void)
{
  Suite *s = suite_create ("rvldepthdec");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_every_value, 0, 2);
  tcase_add_loop_test (tc, test_patterns, 0, 2);
  tcase_add_loop_test (tc, test_sizes, 0, 2);
  tcase_add_loop_test (tc, test_several_memories, 0, 2);
  tcase_add_loop_test (tc, test_downstream_pool, 0, 2);
  tcase_add_loop_test (tc, test_video_meta, 0, 2);
  tcase_add_loop_test (tc, test_row_padding_is_zero, 0, 2);
  tcase_add_test (tc, test_size_is_in_the_frame);
  tcase_add_loop_test (tc, test_unit, 0, 2);
  tcase_add_loop_test (tc, test_metadata, 0, 2);
  tcase_add_loop_test (tc, test_quantised, 0, 2);
  tcase_add_loop_test (tc, test_backwards, 0, 2);
  tcase_add_test (tc, test_caps_queries);
  tcase_add_test (tc, test_bad_caps);
  tcase_add_test (tc, test_bad_property);
  tcase_add_loop_test (tc, test_flush_latency_restart, 0, 2);
  tcase_add_test (tc, test_times);
  tcase_add_loop_test (tc, test_rank, 0, 2);
  return s;
}

/* Of real cameras. */
static Suite *
rvldepthdec_frames_suite (void)
{
  Suite *s = suite_create ("rvldepthdec");
  TCase *tc = tcase_create ("frames");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_real_frames, 0, 3);
  return s;
}

MAIN_WITH_FRAMES (rvldepthdec);
