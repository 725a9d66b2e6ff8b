/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames of depthtestsrc, and pipelines that play them. */

#include "testsrc-common.h"

#include <gst/video/video.h>

GstHarness *
source_new (const gchar * properties, const gchar * caps)
{
  gchar *line = g_strdup_printf ("depthtestsrc %s", properties);
  GstHarness *h = gst_harness_new_parse (line);

  gst_harness_set_sink_caps_str (h, caps);
  g_free (line);
  return h;
}

GstBuffer *
source_pull (GstHarness * h)
{
  GstBuffer *buffer;

  do {
    buffer = gst_harness_pull (h);
  } while (buffer == NULL);
  return buffer;
}

guint16 *
samples_of (GstBuffer * buffer, guint width, guint height)
{
  guint16 *samples = g_new (guint16, (gsize) width * height);
  GstVideoInfo info;
  GstVideoFrame frame;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_GRAY16_LE, width, height);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (guint y = 0; y < height; y++) {
    const guint8 *row = (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (guint x = 0; x < width; x++)
      samples[(gsize) y * width + x] = GST_READ_UINT16_LE (row + 2 * x);
  }
  gst_video_frame_unmap (&frame);
  return samples;
}

guint16 *
shoot (const gchar * properties, guint number, guint width, guint height)
{
  gchar *all = g_strdup_printf ("num-buffers=%u %s", number + 1, properties);
  gchar *caps = g_strdup_printf (CAPS ",width=%u,height=%u", width, height);
  GstHarness *h = source_new (all, caps);
  GstBuffer *buffer = NULL;
  guint16 *samples;

  gst_harness_play (h);
  for (guint i = 0; i <= number; i++) {
    gst_clear_buffer (&buffer);
    buffer = source_pull (h);
  }
  samples = samples_of (buffer, width, height);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  g_free (caps);
  g_free (all);
  return samples;
}

static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad,
    Player * player)
{
  g_mutex_lock (&player->lock);
  g_ptr_array_add (player->buffers, gst_buffer_ref (buffer));
  g_cond_signal (&player->cond);
  g_mutex_unlock (&player->lock);
}

void
player_init (Player * player, const gchar * source)
{
  gchar *line = g_strdup_printf ("depthtestsrc name=source %s ! capsfilter "
      "name=filter caps=" CAPS ",width=64,height=48,framerate=30/1 ! fakesink "
      "name=sink sync=false signal-handoffs=true", source);
  GstElement *sink;

  player->pipeline = gst_parse_launch (line, NULL);
  player->buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  g_mutex_init (&player->lock);
  g_cond_init (&player->cond);
  sink = gst_bin_get_by_name (GST_BIN (player->pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), player);
  gst_object_unref (sink);
  g_free (line);
}

void
player_clear (Player * player)
{
  gst_element_set_state (player->pipeline, GST_STATE_NULL);
  gst_object_unref (player->pipeline);
  g_ptr_array_unref (player->buffers);
  g_mutex_clear (&player->lock);
  g_cond_clear (&player->cond);
}

guint
player_count (Player * player)
{
  guint n;

  g_mutex_lock (&player->lock);
  n = player->buffers->len;
  g_mutex_unlock (&player->lock);
  return n;
}

void
player_forget (Player * player)
{
  g_mutex_lock (&player->lock);
  g_ptr_array_set_size (player->buffers, 0);
  g_mutex_unlock (&player->lock);
}

void
player_wait (Player * player, guint n)
{
  g_mutex_lock (&player->lock);
  while (player->buffers->len < n)
    g_cond_wait (&player->cond, &player->lock);
  g_mutex_unlock (&player->lock);
}

void
player_run_to_eos (Player * player)
{
  GstBus *bus = gst_element_get_bus (player->pipeline);
  GstMessage *message;

  gst_element_set_state (player->pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_object_unref (bus);
}

void
player_play (Player * player, gdouble rate, GstClockTime start,
    GstClockTime stop)
{
  gst_element_set_state (player->pipeline, GST_STATE_PAUSED);
  gst_element_get_state (player->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  fail_unless (gst_element_seek (player->pipeline, rate, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET,
          start, GST_SEEK_TYPE_SET, stop));
  gst_element_get_state (player->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  /* what was prerolled before the seek is not of interest */
  player_forget (player);
  player_run_to_eos (player);
}
