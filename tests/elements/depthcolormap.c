/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthcolormap: colours at known samples, rows with padding, what properties do. */

#include "colormap-common.h"

#include "colormap/colormap.h"

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

/* Every map and format, both ways round, at the samples that matter. */
GST_START_TEST (test_formats)
{
  static const guint16 samples[] =
      { 0, 1, 499, 500, 501, 1234, 2750, 4999, 5000, 5001, 65534, 65535, 257 };
  const guint n = G_N_ELEMENTS (samples);

  for (guint f = 0; f < N_FORMATS; f++) {
    GstHarness *h = harness_new (n, 1, formats[f].name, "");

    for (guint map = 1; map <= COLORMAP_COUNT; map++) {
      for (guint invert = 0; invert < 2; invert++) {
        guint32 colours[G_N_ELEMENTS (samples)];

        g_object_set (h->element, "near", 0.5, "far", 5., "colormap", map,
            "invert", invert, NULL);
        colour_row (h, samples, n, &formats[f], colours);
        assert_equals_int_hex (colours[0], 0xff000000);
        for (guint i = 1; i < n; i++)
          fail_unless (difference (colours[i], expected (map, invert,
                      (samples[i] - 500) / 4500.)) <= 1,
              "%s, map %u, invert %u, %u: %08x", formats[f].name, map, invert,
              samples[i], colours[i]);
      }
    }
    harness_free (h);
  }
}

GST_END_TEST;

GST_START_TEST (test_colors)
{
  static const guint16 samples[] = { 0, 1, 499, 500, 5000, 5001, 65535 };
  const guint n = G_N_ELEMENTS (samples);

  for (guint f = 0; f < N_FORMATS; f++) {
    guint32 colours[G_N_ELEMENTS (samples)];
    guint32 opaque = formats[f].alpha < 0 ? 0xff000000 : 0;
    GstHarness *h = harness_new (n, 1, formats[f].name, "");

    g_object_set (h->element, "near", 0.5, "far", 5., "invalid-color",
        0x00010203, "below-color", 0x80102030, "above-color", 0x7f405060, NULL);
    colour_row (h, samples, n, &formats[f], colours);
    assert_equals_int_hex (colours[0], 0x00010203 | opaque);
    assert_equals_int_hex (colours[1], 0x80102030 | opaque);
    assert_equals_int_hex (colours[2], 0x80102030 | opaque);
    fail_unless (difference (colours[3], expected (5, FALSE, 0)) <= 1);
    fail_unless (difference (colours[4], expected (5, FALSE, 1)) <= 1);
    assert_equals_int_hex (colours[5], 0x7f405060 | opaque);
    assert_equals_int_hex (colours[6], 0x7f405060 | opaque);
    harness_free (h);
  }
}

GST_END_TEST;

/* Sizes with padded rows and a plane offset, on both sides. */
static void
check_strides (guint width, guint height, const Format * format)
{
  gsize offset = 6, stride = 2 * width + 22;
  gsize out_offsets[GST_VIDEO_MAX_PLANES] = { offset, };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, };
  GstHarness *h = harness_new (width, height, format->name, "");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, offset + stride * height,
      NULL);
  GstVideoFrame frame;
  GstVideoInfo info;
  GstCaps *caps;
  GstMapInfo map;

  g_object_set (h->element, "near", 1., "far", 60., NULL);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0xee, map.size);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      GST_WRITE_UINT16_LE (map.data + offset + y * stride + 2 * x,
          1000 + (x * 7919 + y * 104729) % 59001);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, width,
      height, 1, out_offsets, strides);
  buffer = gst_harness_push_and_pull (h, buffer);

  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (guint y = 0; y < height; y++) {
    const guint8 *row = (guint8 *) frame.data[0]
        + y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (guint x = 0; x < width; x++) {
      guint depth = 1000 + (x * 7919 + y * 104729) % 59001;

      if (difference (pixel_of (row + x * format->size, format), expected (5,
                  FALSE, (depth - 1000) / 59000.)) > 1)
        fail ("%s, %ux%u: wrong at %u,%u", format->name, width, height, x, y);
    }
  }
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
  harness_free (h);
}

GST_START_TEST (test_strides)
{
  static const guint sizes[][2] =
      { {1, 1}, {3, 5}, {7, 2}, {101, 37}, {1, 300}, {640, 3}, {8193, 1} };

  for (guint f = 0; f < N_FORMATS; f++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      check_strides (sizes[i][0], sizes[i][1], &formats[f]);
}

GST_END_TEST;

/* What is switched on and off again leaves nothing behind. */
GST_START_TEST (test_switches)
{
  static const gchar *const switches[] = { "invert", "equalize" };
  static const guint16 samples[] = { 1000, 1100, 1200, 3000 };
  GstHarness *h = harness_new (4, 1, "RGBA", "");
  guint32 before[4], on[4], after[4];

  g_object_set (h->element, "near", 1., "far", 3., NULL);
  colour_row (h, samples, 4, &formats[0], before);
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++) {
    g_object_set (h->element, switches[i], TRUE, NULL);
    colour_row (h, samples, 4, &formats[0], on);
    fail_unless (difference (on[2], before[2]) > 50, "%s", switches[i]);
    g_object_set (h->element, switches[i], FALSE, NULL);
    colour_row (h, samples, 4, &formats[0], after);
    fail_unless (memcmp (before, after, sizeof before) == 0, "%s", switches[i]);
  }
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_controller)
{
  static const guint16 samples[] = { 2000 };
  GstHarness *h = harness_new (1, 1, "RGBA", "");
  GstControlSource *source = gst_interpolation_control_source_new ();
  GstTimedValueControlSource *values = GST_TIMED_VALUE_CONTROL_SOURCE (source);

  g_object_set (source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set (values, 0, 2);
  gst_timed_value_control_source_set (values, 10 * FRAME, 12);
  gst_object_add_control_binding (GST_OBJECT (h->element),
      gst_direct_control_binding_new_absolute (GST_OBJECT (h->element), "far",
          source));
  gst_object_unref (source);
  g_object_set (h->element, "near", 1., "colormap", 1, NULL);

  for (guint i = 0; i <= 10; i++) {
    GstBuffer *buffer = gst_harness_push_and_pull (h, depth_new (samples, 1, 1,
            i));
    guint8 grey;

    gst_buffer_extract (buffer, 0, &grey, 1);
    fail_unless (ABS (grey - 255. / (1 + i)) <= 1);
    gst_buffer_unref (buffer);
  }
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_legend)
{
  guint16 *samples = g_new0 (guint16, 320 * 240);

  for (guint f = 0; f < N_FORMATS; f++) {
    GstHarness *h = harness_new (320, 240, formats[f].name, "");
    GstBuffer *buffer;
    guint white = 0;
    GstMapInfo map;

    /* no range, no legend */
    g_object_set (h->element, "legend", TRUE, NULL);
    samples[0] = 0;
    buffer = colour_scene (h, samples, 320, 240, 0);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    for (guint i = 0; i < 320 * 240; i++)
      white += pixel_of (map.data + i * formats[f].size, &formats[f])
          == 0xffffffff;
    assert_equals_int (white, 0);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);

    g_object_set (h->element, "near", 0.5, "far", 4., NULL);
    buffer = colour_scene (h, samples, 320, 240, 1);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    for (guint i = 0; i < 320 * 240; i++)
      white += pixel_of (map.data + i * formats[f].size, &formats[f])
          == 0xffffffff;
    fail_unless (white > 100);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
    harness_free (h);
  }
  g_free (samples);
}

GST_END_TEST;

static void
set_random_property (GstElement * element)
{
  static const gchar *const colors[] =
      { "invalid-color", "below-color", "above-color" };
  static const gchar *const switches[] = { "invert", "equalize", "legend" };
  static const gdouble metres[] =
      { -1, 0, 0.001, 0.5, 1, 65.535, 1e6, 1e300, -7, G_MAXDOUBLE };
  guint which = g_random_int_range (0, 4);

  if (which == 0)
    g_object_set (element, "colormap", g_random_int_range (1,
            COLORMAP_COUNT + 1), NULL);
  else if (which == 1)
    g_object_set (element, colors[g_random_int_range (0, 3)], g_random_int (),
        NULL);
  else if (which == 2)
    g_object_set (element, switches[g_random_int_range (0, 3)],
        g_random_boolean (), NULL);
  else
    g_object_set (element, g_random_boolean ()? "near" : "far",
        metres[g_random_int_range (0, G_N_ELEMENTS (metres))], NULL);
}

/* Whatever the properties are while it plays, a picture comes out. */
GST_START_TEST (test_fuzz)
{
  for (guint f = 0; f < N_FORMATS; f++) {
    GstHarness *h = harness_new (101, 77, formats[f].name,
        f & 1 ? "" : ",depth-meter=10000/1");
    guint16 samples[101 * 77];

    for (guint i = 0; i < 300; i++) {
      guint low = g_random_int_range (0, 65536);
      guint high = g_random_int_range (low, 65536);

      for (guint j = 0; j < G_N_ELEMENTS (samples); j++)
        samples[j] = g_random_int_range (low, high + 1);
      set_random_property (h->element);
      gst_buffer_unref (colour_scene (h, samples, 101, 77,
              g_random_int_range (0, 1000)));
    }
    fail_unless_equals_int (count_messages (bus, GST_MESSAGE_ERROR, NULL), 0);
    harness_free (h);
  }
}

GST_END_TEST;

/* Other threads change everything while data flows. */
GST_START_TEST (test_stress)
{
  GstHarness *h = harness_new (SIDE, SIDE, "RGBA", "");
  guint16 *samples = g_new (guint16, SIDE * SIDE);
  GstHarnessThread *threads[4];
  GValue map = G_VALUE_INIT, on = G_VALUE_INIT, metres = G_VALUE_INIT;

  g_value_init (&map, G_TYPE_INT);
  g_value_set_int (&map, 9);
  g_value_init (&on, G_TYPE_BOOLEAN);
  g_value_set_boolean (&on, TRUE);
  g_value_init (&metres, G_TYPE_DOUBLE);
  g_value_set_double (&metres, 3);
  threads[0] = gst_harness_stress_property_start_full (h, "colormap", &map, 50);
  threads[1] = gst_harness_stress_property_start_full (h, "far", &metres, 50);
  threads[2] = gst_harness_stress_property_start_full (h, "invert", &on, 50);
  threads[3] = gst_harness_stress_property_start_full (h, "legend", &on, 50);

  draw_scene (samples, 600, 4500, 3);
  for (guint i = 0; i < 500; i++) {
    g_object_set (h->element, "colormap", 1 + i % COLORMAP_COUNT, "far",
        i % 2 ? -1. : 2., "invert", FALSE, "equalize", i % 3 == 0, NULL);
    gst_buffer_unref (colour_scene (h, samples, SIDE, SIDE, i));
  }
  for (guint i = 0; i < 4; i++)
    gst_harness_stress_thread_stop (threads[i]);
  g_value_unset (&map);
  g_value_unset (&on);
  g_value_unset (&metres);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* Used again after a stop, as if new. */
GST_START_TEST (test_restart)
{
  GstElement *pipeline = gst_parse_launch ("appsrc name=src format=time "
      "caps=video/x-raw,format=GRAY16_LE,width=4,height=4,framerate=30/1 ! "
      "depthcolormap ! video/x-raw,format=BGR ! fakesink name=sink", NULL);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  guint16 samples[16];

  for (guint i = 0; i < 16; i++)
    samples[i] = 1000 + 100 * i;
  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer = depth_new (samples, 4, 4, 0);
    GstFlowReturn ret;
    GstMessage *message;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_signal_emit_by_name (src, "push-buffer", buffer, &ret);
    gst_buffer_unref (buffer);
    g_signal_emit_by_name (src, "end-of-stream", &ret);
    message = gst_bus_timed_pop_filtered (pipeline->bus,
        GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS |
        GST_MESSAGE_ERROR);
    /* the range is said in each run */
    assert_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_ELEMENT);
    gst_message_unref (message);
    message = gst_bus_timed_pop_filtered (pipeline->bus,
        GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    assert_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (src);
  gst_object_unref (pipeline);
}

GST_END_TEST;

static Suite *
depthcolormap_suite (void)
{
  Suite *s = suite_create ("depthcolormap");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, test_formats);
  tcase_add_test (tc, test_colors);
  tcase_add_test (tc, test_strides);
  tcase_add_test (tc, test_switches);
  tcase_add_test (tc, test_controller);
  tcase_add_test (tc, test_legend);
  tcase_add_test (tc, test_fuzz);
  tcase_add_test (tc, test_stress);
  tcase_add_test (tc, test_restart);
  return s;
}

GST_CHECK_MAIN (depthcolormap);
