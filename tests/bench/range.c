/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What measuring the range costs beside RVL encoding by the fastest kernel. */
#include "codec.h"
#include "range/range.h"
#include "rvl/rvl.h"
#include "timing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RUNS 200

static void
measure_set (const FrameSet * set)
{
  const Frame *first = &set->frame[0];
  uint8_t *stream = malloc (rvl_max_size (first->width, first->height));
  double measuring = 0, encoding = 0;
  DepthRange range = { 0 };

  for (unsigned i = 0; i < set->n; i++) {
    const Frame *frame = &set->frame[i];
    double best_measuring = 1, best_encoding = 1;

    for (unsigned run = 0; run < RUNS; run++) {
      double start = timing_thread (), middle;

      depth_range_update (&range, frame->pixels, 2 * frame->width,
          frame->width, frame->height, 1 / 30.);
      middle = timing_thread ();
      rvl_encode (frame->pixels, 2 * frame->width, frame->width,
          frame->height, stream);
      best_encoding = fmin (best_encoding, timing_thread () - middle);
      best_measuring = fmin (best_measuring, middle - start);
    }
    measuring += best_measuring;
    encoding += best_encoding;
  }
  printf ("  %-30s %8.1f us %8.1f us %7.1f %%\n", set->name,
      measuring / set->n * 1e6, encoding / set->n * 1e6,
      100 * measuring / encoding);
  free (stream);
}

int
main (void)
{
  Frames frames = frames_load ();

  frames_add_synthetic (&frames, 640, 480);
  frames_add_synthetic (&frames, 1280, 720);
  printf ("%s\n  %-30s %11s %11s\n", timing_cpu (), "a frame", "range",
      "RVL encode");
  for (unsigned i = 0; i < frames.n; i++)
    measure_set (&frames.set[i]);
  frames_free (&frames);
  return 0;
}
