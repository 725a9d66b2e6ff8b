/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that are encoded already, from memory through rerunsink into a file or to a
 * server. Prints CPU microseconds a frame of the whole process, peak memory in MB, its
 * growth in bytes a frame, and seconds until all was delivered, as sdk.py does of the
 * official SDK.
 *
 * Arguments: frames, media type, width, height, compression, file to write or
 * rerun+http:// address, then the frames' files.
 */
#include <gst/app/gstappsrc.h>
#include <stdio.h>
#include <stdlib.h>

#include "timing.h"

#define WARM_UP 200             /* frames */

/* A line of /proc/self/status, in KB. */
static long
memory (const char *field)
{
  gchar *status = NULL, *line;
  long value = 0;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL)
      && (line = strstr (status, field)))
    value = atol (line + strlen (field) + 1);
  g_free (status);
  return value;
}

/* Pushes frames first to last; they belong to blobs, nothing is copied. */
static void
push (GstElement * source, GPtrArray * blobs, guint first, guint last)
{
  for (guint i = first; i < last; i++) {
    GBytes *blob = g_ptr_array_index (blobs, i % blobs->len);
    GstBuffer *buffer = gst_buffer_new_wrapped_bytes (blob);

    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (i, GST_SECOND, 30);
    GST_BUFFER_DURATION (buffer) = GST_SECOND / 30;
    gst_app_src_push_buffer (GST_APP_SRC (source), buffer);
  }
}

static GPtrArray *
load (char **paths, int n)
{
  GPtrArray *blobs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (int i = 0; i < n; i++) {
    gchar *data;
    gsize size;

    if (g_file_get_contents (paths[i], &data, &size, NULL))
      g_ptr_array_add (blobs, g_bytes_new_take (data, size));
  }
  return blobs;
}

static GstElement *
start (char **argv, GstElement ** source)
{
  gchar *line = g_strdup_printf ("appsrc name=source format=time block=true "
      "max-buffers=8 max-bytes=0 caps=%s,width=%s,height=%s,framerate=30/1,"
      "depth-meter=1000/1 ! rerunsink near=0.3 far=5 %s=%s "
      "compression=%s leaky=no drain-timeout=60000000000", argv[2],
      argv[3], argv[4], g_str_has_prefix (argv[6], "rerun+http") ? "uri" :
      "location", argv[6], argv[5]);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);

  g_free (line);
  if (error) {
    fprintf (stderr, "%s\n", error->message);
    exit (1);
  }
  *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
finish (GstElement * pipeline, GstElement * source)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_app_src_end_of_stream (GST_APP_SRC (source));
  message =
      gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    fprintf (stderr, "the pipeline failed\n");
    exit (1);
  }
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (source);
  gst_object_unref (pipeline);
}

int
main (int argc, char **argv)
{
  GstElement *pipeline, *source;
  GPtrArray *blobs;
  double cpu, start_time;
  long before, after;
  guint frames;

  gst_init (&argc, &argv);
  if (argc < 8)
    return 2;
  frames = atoi (argv[1]);
  blobs = load (argv + 7, argc - 7);
  pipeline = start (argv, &source);
  push (source, blobs, 0, WARM_UP);
  cpu = timing_process ();
  start_time = timing_now ();
  before = memory ("VmRSS:");
  push (source, blobs, WARM_UP, frames);
  after = memory ("VmRSS:");
  finish (pipeline, source);
  cpu = timing_process () - cpu;
  printf ("%.2f %.1f %.0f %.3f\n", cpu * 1e6 / (frames - WARM_UP),
      timing_peak_memory (), (after - before) * 1024. / (frames - WARM_UP),
      timing_now () - start_time);
  g_ptr_array_unref (blobs);
  return 0;
}
