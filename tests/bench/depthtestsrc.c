/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast depthtestsrc makes frames, beside videotestsrc, and how its frames
 * compare with those of real cameras. */

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "frames.h"
#include "rvl/rvl.h"
#include "timing.h"

#define FRAMES 200

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
      1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
run_to_eos (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_error ("the pipeline failed");
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static double
frames_per_second (const char *source, unsigned width, unsigned height)
{
  gchar *line = g_strdup_printf ("%s num-buffers=%u ! video/x-raw,"
      "format=GRAY16_LE,width=%u,height=%u ! fakesink", source, FRAMES, width,
      height);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  double before = cpu_seconds (), seconds;

  run_to_eos (pipeline);
  seconds = cpu_seconds () - before;
  gst_object_unref (pipeline);
  g_free (line);
  return FRAMES / seconds;
}

static void
print_speed (void)
{
  static const char *sources[] = {
    "depthtestsrc sensor=ideal", "depthtestsrc sensor=stereo",
    "depthtestsrc sensor=tof", "depthtestsrc pattern=ramp",
    "depthtestsrc pattern=random", "depthtestsrc pattern=invalid",
    "depthtestsrc pattern=full-range",
  };
  double peer = frames_per_second ("videotestsrc pattern=ball", 640, 480);

  printf ("frames in a second of one core          640x480  1280x720  times "
      "videotestsrc's ball\n");
  for (unsigned i = 0; i < G_N_ELEMENTS (sources); i++) {
    double vga = frames_per_second (sources[i], 640, 480);

    printf ("%-38s %8.0f  %8.0f  %.2f\n", sources[i], vga,
        frames_per_second (sources[i], 1280, 720), vga / peer);
  }
  printf ("%-38s %8.0f\n\n", "videotestsrc pattern=ball", peer);
}

typedef struct
{
  double frames, pixels, zeros, runs, pairs, equal, delta, bytes;
} Statistics;

/* Deltas are between neighbours in a row that both have depth, and less than
 * 100 apart: those of surfaces, not of edges. */
static void
add_frame (Statistics * sum, const uint16_t * pixels, uint32_t width,
    uint32_t height)
{
  size_t n = (size_t) width * height;
  uint8_t *stream = g_malloc (rvl_max_size (width, height));

  for (size_t i = 0; i < n; i++) {
    int here = GUINT16_FROM_LE (pixels[i]);
    int before = i % width ? GUINT16_FROM_LE (pixels[i - 1]) : 0;

    sum->zeros += here == 0;
    sum->runs += here != 0 && before == 0;
    if (here == 0 || before == 0 || abs (here - before) >= 100)
      continue;
    sum->pairs++;
    sum->equal += here == before;
    sum->delta += abs (here - before);
  }
  sum->frames++;
  sum->pixels += n;
  sum->bytes += rvl_encode (pixels, 2 * (size_t) width, width, height, stream);
  g_free (stream);
}

static void
print_statistics (const char *name, const Statistics * sum)
{
  printf ("%-28s %6.1f %8.0f %12.1f %10.2f %8.2f\n", name,
      100 * sum->zeros / sum->pixels, sum->runs / sum->frames,
      100 * sum->equal / sum->pairs, sum->delta / sum->pairs,
      2 * sum->pixels / sum->bytes);
}

static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad,
    Statistics * sum)
{
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  add_frame (sum, (const uint16_t *) map.data, 640, map.size / 1280);
  gst_buffer_unmap (buffer, &map);
}

/* Thirty frames, two seconds apart. */
static void
print_source (const char *sensor, unsigned height)
{
  gchar *line = g_strdup_printf ("depthtestsrc num-buffers=30 sensor=%s ! "
      "video/x-raw,width=640,height=%u,framerate=1/2 ! "
      "fakesink name=sink signal-handoffs=true", sensor, height);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gchar *name = g_strdup_printf ("depthtestsrc sensor=%s", sensor);
  Statistics sum = { 0 };

  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), &sum);
  gst_object_unref (sink);
  run_to_eos (pipeline);
  print_statistics (name, &sum);
  gst_object_unref (pipeline);
  g_free (name);
  g_free (line);
}

int
main (int argc, char **argv)
{
  Frames frames = frames_load ();

  gst_init (&argc, &argv);
  printf ("%s\n\n", timing_cpu ());
  print_speed ();
  printf ("frames                       no depth  runs a  equal to the  mean"
      "      RVL\n"
      "                                  %%    frame   left one %%   delta"
      "   ratio\n");
  print_source ("ideal", 480);
  print_source ("stereo", 480);
  print_source ("tof", 576);
  for (unsigned i = 0; i < frames.n; i++) {
    Statistics sum = { 0 };

    for (unsigned k = 0; k < frames.set[i].n; k++) {
      const Frame *frame = &frames.set[i].frame[k];

      add_frame (&sum, frame->pixels, frame->width, frame->height);
    }
    print_statistics (frames.set[i].name, &sum);
  }
  frames_free (&frames);
  return 0;
}
