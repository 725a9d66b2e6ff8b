/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Samples in either byte order and with a second value for "no depth": every element
 * makes the same of them as of the plain ones. */

#include <string.h>

#include "rerun-common.h"

#define INVALID 65535

static const struct
{
  const gchar *element;
  const gchar *caps;            /* of its output */
} elements[] = {
  {"rvldepthenc", "image/x-rvl"},
  {"rvldepthenc", "image/png"},
  {"depthcolormap", "video/x-raw,format=RGBA"},
  {"depthcolormap colormap=grayscale near=0.5 far=60",
      "video/x-raw,format=BGRA"},
};

static void
draw_samples (guint16 * samples, guint n)
{
  draw (samples, n);
  for (guint i = 0; i < WIDTH * HEIGHT; i += 3 + n)
    samples[i] = GUINT16_TO_LE (INVALID);
}

static GstBuffer *
frame_new (const guint16 * samples, gboolean big_endian, gboolean plain)
{
  gsize stride = GST_ROUND_UP_4 (2 * WIDTH);
  guint8 *data = g_malloc0 (stride * HEIGHT);

  for (guint y = 0; y < HEIGHT; y++) {
    for (guint x = 0; x < WIDTH; x++) {
      guint16 sample = GUINT16_FROM_LE (samples[y * WIDTH + x]);
      guint8 *to = data + y * stride + 2 * x;

      if (plain && sample == INVALID)
        sample = 0;
      to[big_endian] = sample & 255;
      to[!big_endian] = sample >> 8;
    }
  }
  return gst_buffer_new_wrapped (data, stride * HEIGHT);
}

/* What @line makes of three frames. */
static GstBuffer *
convert (const gchar * line, const gchar * caps, gboolean big_endian,
    gboolean plain)
{
  GstHarness *h = gst_harness_new_parse (line);
  gchar *from = g_strdup_printf ("video/x-raw,format=GRAY16_%s,width=%d,"
      "height=%d,framerate=30/1,depth-meter=1000/1",
      big_endian ? "BE" : "LE", WIDTH, HEIGHT);
  guint16 samples[WIDTH * HEIGHT];
  GstBuffer *all = gst_buffer_new ();

  gst_harness_set_caps_str (h, from, caps);
  for (guint n = 0; n < 3; n++) {
    draw_samples (samples, n);
    assert_equals_int (gst_harness_push (h, with_pts (frame_new (samples,
                    big_endian, plain), n)), GST_FLOW_OK);
    all = gst_buffer_append (all, gst_harness_pull (h));
  }
  gst_harness_teardown (h);
  g_free (from);
  return all;
}

GST_START_TEST (test_same_result)
{
  const gchar *line = elements[__i__].element, *caps = elements[__i__].caps;
  GstBuffer *expected = convert (line, caps, FALSE, TRUE);
  GstBuffer *as_it_is = convert (line, caps, FALSE, FALSE);
  GstMapInfo map;

  gst_buffer_map (expected, &map, GST_MAP_READ);
  /* a sample is only invalid where somebody says so */
  fail_if (gst_buffer_get_size (as_it_is) == map.size
      && gst_buffer_memcmp (as_it_is, 0, map.data, map.size) == 0);
  for (guint i = 0; i < 4; i++) {
    gboolean big_endian = i & 1, plain = i >> 1;
    gchar *with = g_strdup_printf ("%s invalid=%d", line, plain ? -1 : INVALID);
    GstBuffer *result = convert (with, caps, big_endian, plain);

    assert_equals_int (gst_buffer_get_size (result), map.size);
    fail_unless (gst_buffer_memcmp (result, 0, map.data, map.size) == 0,
        "%s, %s endian", with, big_endian ? "big" : "little");
    gst_buffer_unref (result);
    g_free (with);
  }
  gst_buffer_unmap (expected, &map);
  gst_buffer_unref (expected);
  gst_buffer_unref (as_it_is);
}

GST_END_TEST;

/* In a recording they are plain: Rerun has little-endian pictures only, and one value
 * without depth. */
GST_START_TEST (test_recorded)
{
  gboolean big_endian = __i__ & 1, plain = __i__ >> 1;
  gchar *caps = g_strdup_printf ("video/x-raw,format=GRAY16_%s,width=%d,"
      "height=%d,framerate=30/1,depth-meter=1000/1",
      big_endian ? "BE" : "LE", WIDTH, HEIGHT);
  guint16 samples[WIDTH * HEIGHT];
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  GstHarness *h;
  Recording recording;

  g_object_set (sink, "invalid", plain ? -1 : INVALID, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, caps);
  draw_samples (samples, 0);
  gst_harness_push (h, with_pts (frame_new (samples, big_endian, plain), 0));
  harness_stop (h);
  for (guint i = 0; i < WIDTH * HEIGHT; i++) {
    if (samples[i] == INVALID)
      samples[i] = 0;
  }
  recording_read (&recording, location);
  assert_equals_int (recording.frames, 1);
  assert_equals_int (recording_count (&recording, samples, sizeof samples), 1);
  g_free (recording.data);
  g_free (caps);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

static Suite *
samples_suite (void)
{
  Suite *s = suite_create ("samples");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_loop_test (tc, test_same_result, 0, G_N_ELEMENTS (elements));
  tcase_add_loop_test (tc, test_recorded, 0, 4);
  return s;
}

GST_CHECK_MAIN (samples);
