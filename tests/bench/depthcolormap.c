/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthcolormap beside what stock GStreamer has, in one thread, at 1280x720.
 * Each line says nanoseconds a pixel, of the best of several runs of each frame.
 * With an argument: the file to write the frames to, for depthcolormap.py. */

#include "frames.h"
#include "timing.h"

#include <gst/check/gstharness.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 1280
#define HEIGHT 720
#define PIXELS (WIDTH * HEIGHT)
#define MAX_FRAMES 30
#define RUNS 20

static const gchar *const chains[] = {
  "depthcolormap",
  "depthcolormap legend=true",
  "depthcolormap equalize=true",
  "videoconvert ! coloreffects preset=heat",
};

#define CHAINS G_N_ELEMENTS (chains)

/* The frame in the size of the benchmark, pixels repeated or left out. */
static GstBuffer *
scale (const Frame * frame)
{
  guint16 *pixels = g_new (guint16, PIXELS);

  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      pixels[y * WIDTH + x] = frame->pixels[y * frame->height / HEIGHT
          * frame->width + x * frame->width / WIDTH];
  return gst_buffer_new_wrapped (pixels, 2 * PIXELS);
}

static GPtrArray *
load (void)
{
  GPtrArray *buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  Frames frames = frames_load ();

  if (frames.n == 0)
    frames_add_synthetic (&frames, WIDTH, HEIGHT);
  for (guint set = 0; set < frames.n; set++)
    for (guint i = 0; i < MIN (frames.set[set].n, MAX_FRAMES); i++)
      g_ptr_array_add (buffers, scale (&frames.set[set].frame[i]));
  frames_free (&frames);
  return buffers;
}

static void
write_frames (GPtrArray * buffers, const gchar * path)
{
  FILE *file = fopen (path, "wb");

  for (guint i = 0; file && i < buffers->len; i++) {
    GstMapInfo map;

    gst_buffer_map (buffers->pdata[i], &map, GST_MAP_READ);
    if (fwrite (map.data, map.size, 1, file) != 1)
      perror (path);
    gst_buffer_unmap (buffers->pdata[i], &map);
  }
  if (!file || fclose (file) != 0)
    perror (path);
}

static gdouble
colour (GstHarness * h, GstBuffer * frame, guint64 number)
{
  GstBuffer *buffer = gst_buffer_copy (frame);
  gdouble start;

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (number, GST_SECOND, 30);
  start = timing_now ();
  gst_buffer_unref (gst_harness_push_and_pull (h, buffer));
  return timing_now () - start;
}

/* The chains take turns, so that all of them see the same noise of a machine
 * that others use. */
static void
measure (GstHarness ** h, GPtrArray * buffers, gdouble * ns)
{
  gdouble (*best)[CHAINS] = g_malloc (buffers->len * sizeof (*best));

  for (guint64 run = 0; run < RUNS; run++) {
    for (guint chain = 0; chain < CHAINS; chain++) {
      for (guint i = 0; i < buffers->len; i++) {
        gdouble now = colour (h[chain], buffers->pdata[i],
            run * buffers->len + i);

        best[i][chain] = run == 0 ? now : MIN (now, best[i][chain]);
      }
    }
  }
  for (guint chain = 0; chain < CHAINS; chain++) {
    ns[chain] = 0;
    for (guint i = 0; i < buffers->len; i++)
      ns[chain] += best[i][chain] * 1e9 / PIXELS / buffers->len;
  }
  g_free (best);
}

int
main (int argc, char **argv)
{
  GstHarness *h[CHAINS];
  gdouble ns[CHAINS];
  GPtrArray *buffers;

  gst_init (&argc, &argv);
  buffers = load ();
  if (argc > 1)
    write_frames (buffers, argv[1]);

  for (guint chain = 0; chain < CHAINS; chain++) {
    h[chain] = gst_harness_new_parse (chains[chain]);
    gst_harness_set_caps_str (h[chain], "video/x-raw,format=GRAY16_LE,"
        "width=1280,height=720,framerate=30/1", "video/x-raw,format=RGBA");
  }
  measure (h, buffers, ns);
  for (guint chain = 0; chain < CHAINS; chain++) {
    printf ("%.3f %s\n", ns[chain], chains[chain]);
    gst_harness_teardown (h[chain]);
  }
  g_ptr_array_unref (buffers);
  return 0;
}
