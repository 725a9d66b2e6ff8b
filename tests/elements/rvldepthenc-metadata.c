/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthenc: unit and range, from properties, metadata, caps or the frames. */

#include "rvldepth-common.h"

#include "depth/depthmeta.h"

static GstDepthInfo
push_for_info (GstHarness * h, const guint16 * samples, guint number,
    const GstDepthInfo * given)
{
  GstBuffer *in = frame_new (samples, 64, 48, NULL, number), *out;
  GstDepthInfo info;
  guint n = 0;
  gpointer state = NULL;
  GstMeta *meta;

  if (given != NULL)
    fail_unless (gst_depth_meta_set_info (in, given));
  out = gst_harness_push_and_pull (h, in);
  fail_unless (gst_depth_meta_get_info (out, &info));
  while ((meta = gst_buffer_iterate_meta (out, &state)) != NULL)
    n += meta->info == gst_meta_get_info (GST_DEPTH_META_NAME);
  fail_unless_equals_int (n, 1);
  gst_buffer_unref (out);
  return info;
}

#define fail_unless_info(info, m, min, max) G_STMT_START { \
  GstDepthInfo i_ = (info); \
  fail_unless (i_.meter == (m) && i_.range_min == (min) \
      && i_.range_max == (max), "%g, %g to %g", i_.meter, i_.range_min, \
      i_.range_max); \
} G_STMT_END

GST_START_TEST (test_range_is_measured)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);
  guint16 *empty = samples_new (64, 48, EMPTY);
  GstDepthInfo first, info;

  push_caps (h, 64, 48, "");
  /* no depth yet: the range is not known */
  fail_unless_info (push_for_info (h, empty, 0, NULL), 1000, 0, 0);
  first = push_for_info (h, samples, 1, NULL);
  fail_unless (first.range_min >= 900 && first.range_min <= 1010);
  fail_unless (first.range_max >= 1040 && first.range_max <= 1150);
  /* one far pixel, an empty frame: the same */
  samples[0] = GUINT16_TO_LE (60000);
  info = push_for_info (h, samples, 2, NULL);
  fail_unless_info (info, 1000, first.range_min, first.range_max);
  info = push_for_info (h, empty, 3, NULL);
  fail_unless_info (info, 1000, first.range_min, first.range_max);
  /* another run knows nothing of this one */
  gst_element_set_state (h->element, GST_STATE_READY);
  gst_harness_play (h);
  push_caps (h, 64, 48, "");
  fail_unless_info (push_for_info (h, empty, 0, NULL), 1000, 0, 0);
  /* metadata is better than measuring */
  fail_unless_info (push_for_info (h, samples, 4, &(GstDepthInfo) {
          5000, 10, 20}
      ), 5000, 10, 20);
  g_free (samples);
  g_free (empty);
  harness_free (h);
}

GST_END_TEST;

/* Time is that of the stream: at five frames a second, too, the range follows
 * within about one. */
GST_START_TEST (test_range_follows)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, CONSTANT);
  GstDepthInfo info;

  push_caps (h, 64, 48, "");
  for (guint n = 0; n < 16; n++) {
    if (n == 8)
      for (guint i = 0; i < 64 * 48; i++)
        samples[i] = GUINT16_TO_LE (5000);
    info = push_for_info (h, samples, 6 * n, NULL);
  }
  fail_unless_info (info, 1000, 5000, 5001);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_properties_win)
{
  GstHarness *h = harness_new ("rvldepthenc meter=2000 near=0.5 far=4",
      "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);

  push_caps (h, 64, 48, ",depth-meter=(fraction)5000/1");
  fail_unless_info (push_for_info (h, samples, 0, NULL), 2000, 1000, 8000);
  fail_unless_info (push_for_info (h, samples, 0, &(GstDepthInfo) {
          5000, 10, 20}
      ), 2000, 1000, 8000);
  assert_caps (h, "image/x-rvl,depth-meter=2000/1");
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL), 0);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* The range of the caps is that of the input's, whatever the metadata say: muxers take
 * no others in mid-stream. Intrinsics are there while all frames have the same; new
 * input caps begin anew. */
GST_START_TEST (test_caps_say_what_is_fixed)
{
  static const struct
  {
    const gchar *caps;          /* new ones */
    gdouble far_m, fx;          /* metadata, 0: none */
    gdouble want_far, want_fx;
  } frames[] = {
    {"", 4, 50, 0, 50},
    {NULL, 4, 50, 0, 50},
    {NULL, 4, 51, 0, 0},
    {NULL, 4, 51, 0, 0},
    {NULL, 5, 51, 0, 0},
    {",depth-meter=(fraction)5000/1", 5, 51, 0, 51},
    {",depth-range=<1.0,8.0>,depth-pinhole=<60.5,60,32,24,64,48>", 0, 0, 8,
        60.5},
    {NULL, 0, 0, 8, 60.5},
    {NULL, 6, 0, 8, 0},
    {",depth-range=<1.0,8.0>,depth-pinhole=<60.5,60,32,24,64,96>", 0, 0, 8, 0},
    {"", 0, 0, 0, 0},
    {NULL, 4, 50, 0, 0},
  };
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    GstBuffer *buffer = frame_new (samples, 64, 48, NULL, i);
    const GstPinholeInfo pinhole = { frames[i].fx, 50, 32, 24, 64, 48 };
    const GstDepthInfo depth = { 1000, 1000, 1000 * frames[i].far_m };
    gdouble want_fx = frames[i].fx > 0 ? frames[i].fx : frames[i].want_fx;
    GstPinholeInfo found;
    GstCaps *caps;

    if (frames[i].far_m > 0)
      gst_depth_meta_set_info (buffer, &depth);
    if (frames[i].fx > 0)
      gst_pinhole_meta_set_info (buffer, &pinhole);
    if (frames[i].caps != NULL)
      push_caps (h, 64, 48, frames[i].caps);
    buffer = gst_harness_push_and_pull (h, buffer);
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (caps_number (caps, "depth-range", 1) == frames[i].want_far
        && caps_number (caps, "depth-pinhole", 0) == frames[i].want_fx,
        "%u: %" GST_PTR_FORMAT, i, caps);
    fail_unless (gst_pinhole_meta_get_info (buffer, &found) == (want_fx > 0));
    fail_unless (found.fx == want_fx);
    gst_caps_unref (caps);
    gst_buffer_unref (buffer);
  }
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_default_unit_is_said_once)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);

  for (guint run = 0; run < 2; run++) {
    gst_harness_play (h);
    push_caps (h, 64, 48, "");
    for (guint n = 0; n < 5; n++)
      push_for_info (h, samples, n, NULL);
    assert_message (bus, GST_MESSAGE_INFO, "unit", "1000");
    gst_element_set_state (h->element, GST_STATE_NULL);
  }
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* The unit comes with the frames: the caps follow. */
GST_START_TEST (test_unit_of_metadata)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);
  static const guint meters[] = { 5000, 5000, 4000 };

  push_caps (h, 64, 48, "");
  for (guint n = 0; n < G_N_ELEMENTS (meters); n++) {
    GstCaps *caps;
    gint num, den;

    fail_unless_info (push_for_info (h, samples, n, &(GstDepthInfo) {
            meters[n], 10, 20}
        ), meters[n], 10, 20);
    caps = out_caps (h);
    fail_unless (gst_structure_get_fraction (gst_caps_get_structure (caps, 0),
            "depth-meter", &num, &den));
    fail_unless (num == (gint) meters[n] && den == 1);
    gst_caps_unref (caps);
  }
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL), 0);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_other_metas_are_kept)
{
  GstHarness *h = harness_new ("rvldepthenc", media_types[__i__]);
  guint16 *samples = samples_new (16, 8, HOLES);
  GstBuffer *in = frame_new (samples, 16, 8, NULL, 0), *out;
  GstPinholeInfo given = { 20, 21, 8, 4, 16, 8 }, got;
  GstCaps *reference = gst_caps_from_string ("timestamp/x-unix");
  GstReferenceTimestampMeta *time;

  gst_pinhole_meta_set_info (in, &given);
  gst_buffer_add_reference_timestamp_meta (in, reference, 12345,
      GST_CLOCK_TIME_NONE);
  push_caps (h, 16, 8, "");
  out = gst_harness_push_and_pull (h, in);
  fail_unless (gst_pinhole_meta_get_info (out, &got));
  fail_unless (memcmp (&given, &got, sizeof (got)) == 0);
  time = gst_buffer_get_reference_timestamp_meta (out, reference);
  fail_unless (time != NULL && time->timestamp == 12345);
  gst_caps_unref (reference);
  gst_buffer_unref (out);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_bad_metadata)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);
  GstDepthInfo info;

  push_caps (h, 64, 48, ",depth-meter=(fraction)4000/1");
  for (guint n = 0; n < 3; n++) {
    info = push_for_info (h, samples, n, &(GstDepthInfo) {
        0.001, 10, 20}
    );
    fail_unless_info (info, 4000, 10, 20);
  }
  assert_message (bus, GST_MESSAGE_WARNING, "0.001", "1000");
  info = push_for_info (h, samples, 3, &(GstDepthInfo) {
      4294967296., 10, 20}
  );
  fail_unless_info (info, 4000, 10, 20);
  info = push_for_info (h, samples, 3, &(GstDepthInfo) {
      5000, 20, 10}
  );
  fail_unless (info.meter == 5000 && info.range_min > 900
      && info.range_max < 1150);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

typedef struct
{
  const gchar *launch;
  const gchar *word, *word2;
} BadProperty;

static const BadProperty bad_properties[] = {
  {"rvldepthenc meter=0.001", "meter is 0.001", "1000"},
  {"rvldepthenc meter=0.999", "meter is 0.999", "1 to 1000000"},
  {"rvldepthenc meter=-1", "meter is -1", "1 to 1000000"},
  {"rvldepthenc meter=nan", "meter is nan", "1 to 1000000"},
  {"rvldepthenc meter=inf", "meter is inf", "1 to 1000000"},
  {"rvldepthenc meter=1000001", "meter is 1000001", "1 to 1000000"},
  {"rvldepthenc meter=4294967296", "meter is 4294967296", "1 to 1000000"},
  {"rvldepthenc near=-2", "near is -2", "-1 (automatic)"},
  {"rvldepthenc near=nan", "near is nan", "-1 (automatic)"},
  {"rvldepthenc far=-0.5", "far is -0.5", "-1 (automatic)"},
  {"rvldepthenc far=0", "far is 0", "-1 (automatic)"},
  {"rvldepthenc far=inf", "far is inf", "-1 (automatic)"},
  {"rvldepthenc near=3 far=2", "near is 3 and far is 2", "below"},
  {"rvldepthenc near=2 far=2", "near is 2 and far is 2", "below"},
};

GST_START_TEST (test_bad_properties)
{
  const BadProperty *bad = &bad_properties[__i__];

  assert_bad_property (bad->launch, bad->word, bad->word2);
}

GST_END_TEST;

/* While it runs, the value before stays. */
GST_START_TEST (test_bad_property_later)
{
  GstHarness *h = harness_new ("rvldepthenc meter=5000", "image/x-rvl");
  GstElement *encoder = gst_harness_find_element (h, "rvldepthenc");
  gdouble meter;

  g_object_set (encoder, "meter", 0.001, NULL);
  assert_message (bus, GST_MESSAGE_WARNING, "meter is 0.001", "1000");
  g_object_get (encoder, "meter", &meter, NULL);
  fail_unless (meter == 5000);
  gst_object_unref (encoder);
  harness_free (h);
}

GST_END_TEST;

static Suite *
rvldepthenc_metadata_suite (void)
{
  Suite *s = suite_create ("rvldepthenc-metadata");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_range_is_measured);
  tcase_add_test (tc, test_range_follows);
  tcase_add_test (tc, test_properties_win);
  tcase_add_test (tc, test_caps_say_what_is_fixed);
  tcase_add_test (tc, test_default_unit_is_said_once);
  tcase_add_test (tc, test_unit_of_metadata);
  tcase_add_loop_test (tc, test_other_metas_are_kept, 0, 2);
  tcase_add_test (tc, test_bad_metadata);
  tcase_add_loop_test (tc, test_bad_properties, 0,
      G_N_ELEMENTS (bad_properties));
  tcase_add_test (tc, test_bad_property_later);
  return s;
}

GST_CHECK_MAIN (rvldepthenc_metadata);
