/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How rerunsink finds a raw picture in a buffer's memory. */

#include "depthbuffers.h"
#include "rerun/frame.h"

#define WIDTH 37
#define HEIGHT 11

static const Layout layouts[] = {
  {0, 0, 1}, {0, 0, 3}, {6, 0, 1}, {0, 30, 1}, {4, 28, 1}, {0, 30, 3},
  {10, 2, 7},
};

static void
init_info (GstVideoInfo * info, gint width)
{
  gst_video_info_set_format (info, GST_VIDEO_FORMAT_GRAY16_LE, width, HEIGHT);
}

/* An odd width has padding of GStreamer's own, an even one none. */
static void
check_layout (const Layout * layout, guint width, gboolean own)
{
  guint16 *samples = samples_new (width, HEIGHT, RANDOM);
  GstBuffer *buffer = frame_new (samples, width, HEIGHT, layout, 0);
  GstVideoInfo info;
  RerunFrame frame;
  gchar *why;

  init_info (&info, width);
  assert_equals_int (rerun_frame_map (&frame, buffer, RERUN_MEDIA_RAW, &info,
          own, &why), RERUN_FRAME_OK);
  assert_equals_int (frame.width, width);
  assert_equals_int (frame.height, HEIGHT);
  assert_equals_int (frame.size, 2 * width * HEIGHT);
  fail_unless (memcmp (frame.data, samples, frame.size) == 0);
  /* referenced where nothing has to be copied */
  assert_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer),
      own || width % 2 != 0 || layout->padding != 0 ? 1 : 2);
  gst_buffer_unref (buffer);
  rerun_frame_unmap (&frame);
  g_free (samples);
}

GST_START_TEST (test_layouts)
{
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    check_layout (&layouts[i], WIDTH, FALSE);
    check_layout (&layouts[i], WIDTH + 1, FALSE);
    check_layout (&layouts[i], WIDTH + 1, TRUE);
  }
}

GST_END_TEST;

GST_START_TEST (test_too_small)
{
  guint16 *samples = samples_new (WIDTH, HEIGHT, RAMP);
  GstVideoInfo info;

  init_info (&info, WIDTH);
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    GstBuffer *buffer = frame_new (samples, WIDTH, HEIGHT, &layouts[i], 0);
    gsize padding = 2 + layouts[i].padding;
    RerunFrame frame;
    gchar *why = NULL;

    /* the last row needs no padding */
    gst_buffer_set_size (buffer, gst_buffer_get_size (buffer) - padding);
    assert_equals_int (rerun_frame_map (&frame, buffer, RERUN_MEDIA_RAW, &info,
            FALSE, &why), RERUN_FRAME_OK);
    rerun_frame_unmap (&frame);
    gst_buffer_set_size (buffer, gst_buffer_get_size (buffer) - 1);
    assert_equals_int (rerun_frame_map (&frame, buffer, RERUN_MEDIA_RAW, &info,
            FALSE, &why), RERUN_FRAME_WRONG);
    fail_unless (strstr (why, "37x11") && strstr (why, "needed"), "%s", why);
    g_free (why);
    gst_buffer_unref (buffer);
  }
  g_free (samples);
}

GST_END_TEST;

static Suite *
rerun_frame_suite (void)
{
  Suite *s = suite_create ("rerun-frame");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_layouts);
  tcase_add_test (tc, test_too_small);
  return s;
}

GST_CHECK_MAIN (rerun_frame);
