/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* rvldepthenc beside the bare codec in the same run: CPU time, page faults, the
 * memory of frames that a queue holds; and what two threads gain. */
#include "frames.h"
#include "rvl/rvl.h"
#include "timing.h"

#include <gst/gst.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define ROUNDS 100
#define HELD 60                 /* frames in a queue */

typedef struct
{
  const FrameSet *set;
  GstBuffer **frames;
  GstElement *encoder;
  GstPad *src, *sink;
  GstBuffer *held[HELD];        /* the last n_held frames */
  guint n_held, n_pushed, n_taken;
  gsize bytes;
} Chain;

static GstFlowReturn
take (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Chain *chain = gst_pad_get_element_private (pad);

  chain->bytes += gst_buffer_get_size (buffer);
  chain->n_taken++;
  if (chain->n_held > 0) {
    GstBuffer **place = &chain->held[chain->n_taken % chain->n_held];
    GstBuffer *old = *place;

    *place = buffer;
    buffer = old;
  }
  gst_clear_buffer (&buffer);
  return GST_FLOW_OK;
}

static GstBuffer **
wrap (const FrameSet * set)
{
  GstBuffer **buffers = g_new (GstBuffer *, set->n);

  for (guint i = 0; i < set->n; i++) {
    gsize size = 2 * (gsize) set->frame[i].width * set->frame[i].height;

    buffers[i] = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY,
        set->frame[i].pixels, size, 0, size, NULL, NULL);
  }
  return buffers;
}

static void
link_pads (Chain * chain)
{
  GstPad *sink = gst_element_get_static_pad (chain->encoder, "sink");
  GstPad *src = gst_element_get_static_pad (chain->encoder, "src");

  chain->src = gst_pad_new ("src", GST_PAD_SRC);
  chain->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (chain->sink, chain);
  gst_pad_set_chain_function (chain->sink, take);
  gst_pad_link (chain->src, sink);
  gst_pad_link (src, chain->sink);
  gst_pad_set_active (chain->src, TRUE);
  gst_pad_set_active (chain->sink, TRUE);
  gst_object_unref (sink);
  gst_object_unref (src);
}

static void
chain_start (Chain * chain, const FrameSet * set, guint n_threads, guint n_held)
{
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
      "GRAY16_LE", "width", G_TYPE_INT, set->frame[0].width, "height",
      G_TYPE_INT, set->frame[0].height, "framerate", GST_TYPE_FRACTION, 30, 1,
      "depth-meter", GST_TYPE_FRACTION, 1000, 1, NULL);
  GstSegment segment;

  *chain = (Chain) { .set = set,.frames = wrap (set),.n_held = n_held };
  chain->encoder = gst_element_factory_make ("rvldepthenc", NULL);
  if (chain->encoder == NULL)
    g_error ("GST_PLUGIN_PATH has no rvldepthenc");
  g_object_set (chain->encoder, "n-threads", n_threads, NULL);
  link_pads (chain);
  gst_element_set_state (chain->encoder, GST_STATE_PLAYING);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (chain->src, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (chain->src, gst_event_new_caps (caps));
  gst_pad_push_event (chain->src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

static void
chain_stop (Chain * chain)
{
  for (guint i = 0; i < HELD; i++)
    gst_clear_buffer (&chain->held[i]);
  gst_element_set_state (chain->encoder, GST_STATE_NULL);
  gst_pad_set_active (chain->src, FALSE);
  gst_pad_set_active (chain->sink, FALSE);
  gst_object_unref (chain->encoder);
  gst_object_unref (chain->src);
  gst_object_unref (chain->sink);
  for (guint i = 0; i < chain->set->n; i++)
    gst_buffer_unref (chain->frames[i]);
  g_free (chain->frames);
}

static void
push_set (Chain * chain)
{
  for (guint i = 0; i < chain->set->n; i++) {
    GstBuffer *frame = gst_buffer_copy (chain->frames[i]);

    GST_BUFFER_PTS (frame) = chain->n_pushed++ * GST_SECOND / 30;
    GST_BUFFER_DURATION (frame) = GST_SECOND / 30;
    if (gst_pad_push (chain->src, frame) != GST_FLOW_OK)
      g_error ("rvldepthenc refused a frame");
  }
}

static void
encode_set (const FrameSet * set, uint8_t * stream)
{
  for (guint i = 0; i < set->n; i++) {
    const Frame *frame = &set->frame[i];

    rvl_encode (frame->pixels, 2 * frame->width, frame->width, frame->height,
        stream);
  }
}

static double
page_faults (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

static double
resident_bytes (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  long size, pages = 0;

  if (file != NULL && fscanf (file, "%ld %ld", &size, &pages) != 2)
    pages = 0;
  if (file != NULL)
    fclose (file);
  return (double) pages *sysconf (_SC_PAGESIZE);
}

/* The best time of a frame, in seconds. */
static double
best_push (Chain * chain, double (*clock) (void), double best)
{
  double start = clock ();

  push_set (chain);
  return fmin (best, (clock () - start) / chain->set->n);
}

static void
measure_element (const FrameSet * set)
{
  uint8_t *stream = malloc (rvl_max_size (set->frame[0].width,
          set->frame[0].height));
  double codec = 1, element = 1, faults, held;
  Chain chain;

  chain_start (&chain, set, 1, 0);
  push_set (&chain);
  faults = page_faults ();
  for (guint round = 0; round < ROUNDS; round++) {
    double start = timing_thread ();

    encode_set (set, stream);
    codec = fmin (codec, (timing_thread () - start) / set->n);
    element = best_push (&chain, timing_thread, element);
  }
  faults = (page_faults () - faults) / ROUNDS / set->n;
  chain_stop (&chain);
  free (stream);

  malloc_trim (0);
  held = resident_bytes ();
  chain_start (&chain, set, 1, HELD);
  while (chain.n_taken < 2 * HELD)
    push_set (&chain);
  held = resident_bytes () - held;
  printf ("  %-28s %8.1f %8.1f %7.1f %8.1f %10.0f %10.0f\n", set->name,
      1e6 * codec, 1e6 * element, 1e6 * (element - codec), faults,
      chain.bytes / 1024. / chain.n_taken, held / 1024 / HELD);
  chain_stop (&chain);
}

/* By turns, since other work on the machine comes and goes. */
static void
measure_threads (const FrameSet * set)
{
  Chain one, two;
  double best_one = 1, best_two = 1;

  chain_start (&one, set, 1, 0);
  chain_start (&two, set, 2, 0);
  for (guint round = 0; round < ROUNDS; round++) {
    best_one = best_push (&one, timing_now, best_one);
    best_two = best_push (&two, timing_now, best_two);
  }
  printf ("  %-28s %8.2f %8.2f %8.2f\n", set->name, 1e3 * best_one,
      1e3 * best_two, best_one / best_two);
  chain_stop (&one);
  chain_stop (&two);
}

int
main (int argc, char **argv)
{
  Frames frames, large = { NULL };

  gst_init (&argc, &argv);
  frames = frames_load ();
  frames_add_synthetic (&frames, 640, 480);
  frames_add_synthetic (&frames, 1280, 720);
  printf ("%s\n  %-28s %8s %8s %7s %8s %10s %10s\n", timing_cpu (),
      "us a frame", "codec", "element", "more", "faults", "KiB", "held KiB");
  for (guint i = 0; i < frames.n; i++)
    measure_element (&frames.set[i]);
  frames_free (&frames);

  frames_add_synthetic (&large, 1280, 720);
  frames_add_synthetic (&large, 1920, 1080);
  frames_add_synthetic (&large, 2464, 1632);
  printf ("\n  %-28s %8s %8s %8s\n", "ms a frame (wall clock)", "1 thread",
      "2", "times");
  for (guint i = 0; i < large.n; i++)
    measure_threads (&large.set[i]);
  frames_free (&large);
  return 0;
}
