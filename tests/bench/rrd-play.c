/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All frames of a recording, played by filesrc ! rrddemux ! fakesink: rrd-play FILE.
 * Prints CPU microseconds a frame, peak memory in MB, frames, their bytes, and
 * seconds, as sdk-read.py does of Rerun's SDK.
 */
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>

#include "timing.h"

typedef struct
{
  guint64 n_frames, n_bytes;
} Count;

static GstPadProbeReturn
on_frame (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Count *count = user_data;

  count->n_frames++;
  count->n_bytes += gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static GstElement *
make_pipeline (const char *path, Count * count)
{
  GstElement *pipeline = gst_parse_launch ("filesrc name=source ! rrddemux "
      "! fakesink name=sink", NULL);
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (source, "location", path, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, count, NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (source);
  return pipeline;
}

static void
play (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    fprintf (stderr, "the pipeline failed\n");
    exit (1);
  }
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

int
main (int argc, char **argv)
{
  Count count = { 0 };
  GstElement *pipeline;
  double cpu, start;

  gst_init (&argc, &argv);
  if (argc != 2)
    return 2;
  pipeline = make_pipeline (argv[1], &count);
  cpu = timing_process ();
  start = timing_now ();
  play (pipeline);
  cpu = timing_process () - cpu;
  printf ("%.2f %.1f %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %.3f\n",
      cpu * 1e6 / MAX (count.n_frames, 1), timing_peak_memory (),
      count.n_frames, count.n_bytes, timing_now () - start);
  gst_object_unref (pipeline);
  return 0;
}
