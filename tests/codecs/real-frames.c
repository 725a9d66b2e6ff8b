/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only the frames of real cameras can show: DEPTH_SHARED/data has them. Where
 * that is missing the whole test is skipped, and says so. */
#include "frames.h"
#include "range/range.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <string.h>

#define SKIPPED 77

static Frames frames;

static const Frame *
frame_of (const FrameSet * set, guint i)
{
  return &set->frame[i % set->n];
}

static gboolean
update (DepthRange * range, const Frame * frame, gdouble seconds)
{
  return depth_range_update (range, frame->pixels, frame->width * 2,
      frame->width, frame->height, seconds);
}

/* Every sensor's frames three times over: the far tail of a stereo camera holds
 * one pixel in a hundred beyond 11 to 27 metres. */
GST_START_TEST (test_range_is_steady)
{
  const FrameSet *set = &frames.set[__i__];
  DepthRange range = { 0 };

  for (guint i = 0; i < 3 * set->n; i++) {
    DepthRange before = range;

    fail_unless (update (&range, frame_of (set, i), 1 / 30.));
    if (i > 0)
      fail_unless (fmax (fabs (range.min - before.min),
              fabs (range.max - before.max)) <=
          2. / 255 * (range.max - range.min), "%s, frame %u: %g to %g",
          set->name, i, range.min, range.max);
  }
}

GST_END_TEST;

/* In bits, of 64 colours from near to far: how much of the map a frame uses. */
static gdouble
entropy (const Frame * frame, gdouble near, gdouble far)
{
  guint bins[64] = { 0 }, n = 0;
  gdouble bits = 0;

  for (gsize i = 0; i < (gsize) frame->width * frame->height; i++) {
    guint sample = GUINT16_FROM_LE (frame->pixels[i]);

    if (sample == 0 || sample == 65535)
      continue;
    bins[(guint) CLAMP (64 * (sample - near) / (far - near), 0, 63)]++;
    n++;
  }
  for (guint i = 0; i < 64; i++) {
    if (bins[i] > 0)
      bits -= bins[i] / (gdouble) n *log2 (bins[i] / (gdouble) n);
  }
  return bits;
}

/* Percentiles 1 and 99 of all samples. */
static void
percentiles (const Frame * frame, gdouble * near, gdouble * far)
{
  guint *counts = g_new0 (guint, 65536), n = 0, seen = 0;

  for (gsize i = 0; i < (gsize) frame->width * frame->height; i++)
    counts[GUINT16_FROM_LE (frame->pixels[i])]++;
  for (guint i = 1; i < 65535; i++)
    n += counts[i];
  *near = -1;
  for (guint i = 1; i < 65535; i++) {
    seen += counts[i];
    if (*near < 0 && seen > 0.01 * n)
      *near = i;
    *far = i;
    if (seen > 0.99 * n)
      break;
  }
  g_free (counts);
}

/* The range gives a picture as many colours as the plain percentiles do, and many
 * more where a stereo camera's noise lies far behind the scene. */
GST_START_TEST (test_range_gives_good_colours)
{
  const FrameSet *set = &frames.set[__i__];
  gdouble ours = 0, plain = 0;

  for (guint i = 0; i < set->n; i++) {
    const Frame *frame = frame_of (set, i);
    DepthRange range = { 0 };
    gdouble near, far;

    fail_unless (update (&range, frame, 0));
    ours += entropy (frame, range.min, range.max) / set->n;
    percentiles (frame, &near, &far);
    plain += entropy (frame, near, far) / set->n;
  }
  g_print ("# %s: %.2f bits, %.2f by plain percentiles\n", set->name, ours,
      plain);
  fail_unless (ours >= plain - 0.02);
  if (strstr (set->name, "realsense") != NULL)
    fail_unless (ours >= plain + 0.5);
}

GST_END_TEST;

static Suite *
real_frames_suite (void)
{
  Suite *s = suite_create ("real-frames");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_range_is_steady, 0, frames.n);
  tcase_add_loop_test (tc, test_range_gives_good_colours, 0, frames.n);
  return s;
}

int
main (int argc, char **argv)
{
  int failed;

  gst_check_init (&argc, &argv);
  frames = frames_load ();
  if (frames.n == 0) {
    g_print ("skipped: no frames below DEPTH_SHARED, or no libpng\n");
    return SKIPPED;
  }
  failed = gst_check_run_suite (real_frames_suite (), "real-frames", __FILE__);
  frames_free (&frames);
  return failed;
}
