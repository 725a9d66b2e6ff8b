/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthcolormap: which range it takes, and that colours stay steady. */

#include "colormap-common.h"

#include "colormap/colormap.h"
#include "depth/depthmeta.h"
#include "png16/png16.h"
#include "../frames-main.h"

/* FALSE: no range message. */
static gboolean
pop_range (gdouble * near, gdouble * far)
{
  GstMessage *message;
  gboolean found = FALSE;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (message);

    if (gst_structure_has_name (s, "range"))
      found = gst_structure_get (s, "near", G_TYPE_DOUBLE, near, "far",
          G_TYPE_DOUBLE, far, NULL);
    gst_message_unref (message);
  }
  return found;
}

static void
push_range (GstHarness * h, const guint16 * samples, guint n,
    const GstDepthInfo * info, gdouble near, gdouble far)
{
  GstBuffer *buffer = depth_new (samples, n, 1, 0);
  gdouble said_near = -1, said_far = -1;

  if (info)
    gst_depth_meta_set_info (buffer, info);
  gst_buffer_unref (gst_harness_push_and_pull (h, buffer));
  fail_unless (pop_range (&said_near, &said_far));
  fail_unless (ABS (said_near - near) < 0.03 * (far - near)
      && ABS (said_far - far) < 0.03 * (far - near), "%g to %g", said_near,
      said_far);
}

/* A property, then metadata, then what was measured; the unit from the
 * metadata, then from the caps. */
GST_START_TEST (test_rule)
{
  guint16 samples[400];
  GstDepthInfo both = { 1000, 600, 4000 }, meter = { 10000, 0, 0 };
  gdouble near, far;
  GstHarness *h = harness_new (400, 1, "RGBA", ",depth-meter=2000/1");

  /* nothing there: nothing said, and "no depth" all over */
  memset (samples, 0, sizeof (samples));
  gst_buffer_unref (gst_harness_push_and_pull (h, depth_new (samples, 400, 1,
              0)));
  fail_if (pop_range (&near, &far));

  for (guint i = 0; i < 400; i++)
    samples[i] = 2000 + 10 * i;
  push_range (h, samples, 400, NULL, 1, 3);
  gst_buffer_unref (gst_harness_push_and_pull (h, depth_new (samples, 400, 1,
              0)));
  fail_if (pop_range (&near, &far));    /* said once */
  push_range (h, samples, 400, &both, 0.6, 4);
  push_range (h, samples, 400, &meter, 0.2, 0.6);
  g_object_set (h->element, "near", 0.3, NULL);
  push_range (h, samples, 400, &both, 0.3, 4);
  push_range (h, samples, 400, NULL, 0.3, 3);
  g_object_set (h->element, "far", 2.5, NULL);
  push_range (h, samples, 400, &both, 0.3, 2.5);
  g_object_set (h->element, "near", -1., NULL);
  push_range (h, samples, 400, &both, 0.6, 2.5);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_bad_range)
{
  assert_bad_property ("depthcolormap near=5 far=2", "near is 5 and far is 2",
      "below");
}

GST_END_TEST;

/* By how much the colour of a sample that two frames share moves at most.
 * A sample has one colour in a frame. */
static gint
movement (GstBuffer * a, const guint16 * samples_a, GstBuffer * b,
    const guint16 * samples_b, guint n)
{
  GstMapInfo map_a, map_b;
  gint largest = 0;

  gst_buffer_map (a, &map_a, GST_MAP_READ);
  gst_buffer_map (b, &map_b, GST_MAP_READ);
  for (guint i = 0; i < n; i++)
    if (samples_a[i] == samples_b[i])
      largest = MAX (largest, difference (((guint32 *) map_a.data)[i],
              ((guint32 *) map_b.data)[i]));
  gst_buffer_unmap (a, &map_a);
  gst_buffer_unmap (b, &map_b);
  return largest;
}

static void
check_steady (guint map, gboolean equalize)
{
  GstHarness *h = harness_new (SIDE, SIDE, "RGBA", "");
  guint16 *samples[2] = { g_new (guint16, SIDE * SIDE),
    g_new (guint16, SIDE * SIDE)
  };
  GstBuffer *last = NULL;

  g_object_set (h->element, "colormap", map, "equalize", equalize, NULL);
  for (guint i = 0; i < 60; i++) {
    GstBuffer *buffer;

    draw_scene (samples[i & 1], 600, 4500, 1000 * map + i);
    buffer = colour_scene (h, samples[i & 1], SIDE, SIDE, i);
    if (last) {
      gint moved = movement (last, samples[!(i & 1)], buffer, samples[i & 1],
          SIDE * SIDE);

      fail_unless (moved <= 2, "map %u, equalize %d, frame %u: %d", map,
          equalize, i, moved);
      gst_buffer_unref (last);
    }
    last = buffer;
  }
  gst_buffer_unref (last);
  g_free (samples[0]);
  g_free (samples[1]);
  harness_free (h);
}

GST_START_TEST (test_steady)
{
  for (guint map = 1; map <= COLORMAP_COUNT; map++)
    check_steady (map, FALSE);
  check_steady (5, TRUE);
}

GST_END_TEST;

/* A scene that all but stands still, a few milliseconds in all, seen by cameras
 * whose noise is new in each frame. */
static void
check_steady_sensor (const gchar * sensor)
{
  GstHarness *source = gst_harness_new ("depthtestsrc");
  GstHarness *h = harness_new (320, 240, "RGBA", "");
  guint16 *samples[2] = { g_new (guint16, 320 * 240),
    g_new (guint16, 320 * 240)
  };
  GstBuffer *last = NULL;

  gst_util_set_object_arg (G_OBJECT (source->element), "sensor", sensor);
  gst_harness_set_sink_caps_str (source, "video/x-raw,format=GRAY16_LE,"
      "width=320,height=240,framerate=30000/1");
  gst_harness_play (source);
  for (guint i = 0; i < 60; i++) {
    GstBuffer *buffer = gst_harness_pull (source);
    gint moved = 0;

    gst_buffer_extract (buffer, 0, samples[i & 1], 2 * 320 * 240);
    gst_buffer_unref (buffer);
    for (guint j = 0; j < 320 * 240; j++)
      samples[i & 1][j] = GUINT16_FROM_LE (samples[i & 1][j]);
    buffer = colour_scene (h, samples[i & 1], 320, 240, i);
    if (last)
      moved = movement (last, samples[!(i & 1)], buffer, samples[i & 1],
          320 * 240);
    fail_unless (moved <= 2, "%s, frame %u: %d", sensor, i, moved);
    gst_clear_buffer (&last);
    last = buffer;
  }
  gst_buffer_unref (last);
  g_free (samples[0]);
  g_free (samples[1]);
  gst_harness_teardown (source);
  harness_free (h);
}

GST_START_TEST (test_steady_sensors)
{
  check_steady_sensor ("stereo");
  check_steady_sensor ("tof");
}

GST_END_TEST;

static guint16 *
load_frame (guint number, guint width, guint height)
{
  gchar *path = real_frame_path ("realsense_d4xx_640x480", number);
  guint16 *samples = NULL;
  Png16Error error;
  gchar *data;
  gsize size;

  if (g_file_get_contents (path, &data, &size, NULL)) {
    Png16Decoder *decoder = png16_decoder_new ();

    samples = g_new (guint16, width * height);
    fail_unless (png16_decode (decoder, (guint8 *) data, size, samples,
            2 * width, width, height, &error));
    png16_decoder_free (decoder);
    for (guint i = 0; i < width * height; i++)
      samples[i] = GUINT16_FROM_LE (samples[i]);
    g_free (data);
  }
  g_free (path);
  return samples;
}

/* A camera's frames. */
GST_START_TEST (test_steady_camera)
{
  GstHarness *h = harness_new (640, 480, "RGBA", "");
  guint16 *samples, *last_samples = NULL;
  GstBuffer *last = NULL;
  guint i = 0;

  while ((samples = load_frame (i, 640, 480))) {
    GstBuffer *buffer = colour_scene (h, samples, 640, 480, i);

    if (last) {
      gint moved = movement (last, last_samples, buffer, samples, 640 * 480);

      fail_unless (moved <= 2, "frame %u: %d", i, moved);
      gst_buffer_unref (last);
      g_free (last_samples);
    }
    last = buffer;
    last_samples = samples;
    i++;
  }
  fail_unless (i > 1);
  gst_clear_buffer (&last);
  g_free (last_samples);
  harness_free (h);
}

GST_END_TEST;

/* A frame of garbage is not seen afterwards; another scene is, in a second. */
static void
check_scene_change (gboolean equalize)
{
  GstHarness *h = harness_new (SIDE, SIDE, "RGBA", "");
  guint16 *scene = g_new (guint16, SIDE * SIDE);
  guint16 *garbage = g_new (guint16, SIDE * SIDE);
  GstBuffer *before, *after;
  gdouble near = 0, far = 0;
  guint i;

  g_object_set (h->element, "equalize", equalize, NULL);
  for (i = 0; i < SIDE * SIDE; i++)
    garbage[i] = g_random_int_range (0, 65536);
  draw_scene (scene, 600, 4500, 1);
  for (i = 0; i < 10; i++)
    gst_buffer_unref (colour_scene (h, scene, SIDE, SIDE, i));
  before = colour_scene (h, scene, SIDE, SIDE, i++);
  gst_buffer_unref (colour_scene (h, garbage, SIDE, SIDE, i++));
  after = colour_scene (h, scene, SIDE, SIDE, i++);
  fail_unless (movement (before, scene, after, scene, SIDE * SIDE) <= 2);
  gst_buffer_unref (before);
  gst_buffer_unref (after);

  draw_scene (scene, 2000, 9000, 2);
  for (guint end = i + 33; i < end; i++)
    gst_buffer_unref (colour_scene (h, scene, SIDE, SIDE, i));
  fail_unless (pop_range (&near, &far));
  fail_unless (ABS (near - 2) < 0.3 && ABS (far - 9) < 0.3, "%g to %g", near,
      far);
  g_free (scene);
  g_free (garbage);
  harness_free (h);
}

GST_START_TEST (test_scene_change)
{
  check_scene_change (FALSE);
  check_scene_change (TRUE);
}

GST_END_TEST;

static Suite *
depthcolormap_range_suite (void)
{
  Suite *s = suite_create ("depthcolormap-range");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, test_rule);
  tcase_add_test (tc, test_bad_range);
  tcase_add_test (tc, test_steady);
  tcase_add_test (tc, test_steady_sensors);
  tcase_add_test (tc, test_scene_change);
  return s;
}

/* Of real cameras. */
static Suite *
depthcolormap_range_frames_suite (void)
{
  Suite *s = suite_create ("depthcolormap-range");
  TCase *tc = tcase_create ("frames");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_steady_camera);
  return s;
}

MAIN_WITH_FRAMES (depthcolormap_range);
