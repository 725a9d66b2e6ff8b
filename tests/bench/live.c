/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pipeline of a camera, as it sees it: frames that are there come to the sink one by
 * one, at a rate. Prints the frames a second that went on from there, peak memory in MB, and of the time from a frame's arrival at
 * the sink to the return of the system call that took its last byte into the socket the
 * median and the 90th percentile, in microseconds (0: nothing was sent).
 *
 * Arguments: a pipeline with an element `sink`; the frame before which a line "ready" is
 * printed and a line is waited for (so that the server can be stopped there); frames a
 * second, few enough that each has left before the next one comes.
 */
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "timing.h"

#define MAX_FRAMES 10000
/* Less is a ping or the like. */
#define LEAST_PICTURE 64        /* bytes */

static double arrived[MAX_FRAMES], left[MAX_FRAMES];
static int n_frames, pause_before;
static double start, fps;

/* Takes the place of the C library's, which GIO calls. */
ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  ssize_t n = syscall (SYS_sendmsg, fd, message, flags);
  int frame = __atomic_load_n (&n_frames, __ATOMIC_ACQUIRE) - 1;

  if (n >= LEAST_PICTURE && frame >= 0)
    left[frame] = timing_now ();
  return n;
}

static GstPadProbeReturn
on_frame (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  double early;

  if (n_frames == pause_before) {
    puts ("ready");
    fflush (stdout);
    getchar ();
    start = timing_now () - n_frames / fps;
  } else if (n_frames == 0) {
    start = timing_now ();
  }
  early = start + n_frames / fps - timing_now ();
  if (early > 0)
    g_usleep (early * 1e6);
  if (n_frames < MAX_FRAMES) {
    arrived[n_frames] = timing_now ();
    __atomic_store_n (&n_frames, n_frames + 1, __ATOMIC_RELEASE);
  }
  return GST_PAD_PROBE_OK;
}

static void
play (const char *line)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);
  GstElement *sink;
  GstMessage *message;
  GstBus *bus;
  GstPad *pad;

  if (error != NULL) {
    fprintf (stderr, "%s\n", error->message);
    exit (1);
  }
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, NULL, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

static int
compare (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

int
main (int argc, char **argv)
{
  static double latencies[MAX_FRAMES];
  double median = 0, late = 0;
  int n = 0, first;

  gst_init (&argc, &argv);
  if (argc != 4)
    return 2;
  pause_before = atoi (argv[2]);
  fps = atof (argv[3]);
  play (argv[1]);
  first = pause_before;
  for (int i = first; i < n_frames; i++)
    if (left[i] > 0)
      latencies[n++] = (left[i] - arrived[i]) * 1e6;
  if (n > 0) {
    qsort (latencies, n, sizeof *latencies, compare);
    median = latencies[n / 2];
    late = latencies[n * 9 / 10];
  }
  printf ("%.2f %.1f %.0f %.0f\n", (n_frames - 1 - first) /
      (arrived[n_frames - 1] - arrived[first]), timing_peak_memory (), median,
      late);
  return 0;
}
