/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The measured range: right on a frame, steady and quick from frame to frame. */
#include "range/range.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <string.h>

#define WIDTH 160
#define HEIGHT 120
#define PADDING 6
#define STRIDE (WIDTH * 2 + PADDING)

static GRand *rand_;
static guint8 frame[STRIDE * HEIGHT];

static void
setup (void)
{
  rand_ = g_rand_new_with_seed (5);
  memset (frame, 0xff, sizeof (frame));
}

static void
teardown (void)
{
  g_rand_free (rand_);
}

static void
put (guint x, guint y, guint16 sample)
{
  GST_WRITE_UINT16_LE (frame + y * STRIDE + x * 2, sample);
}

/* A floor from near to far, with noise that grows with distance and holes. */
static void
draw_scene (guint near, guint far, guint noise)
{
  for (guint y = 0; y < HEIGHT; y++) {
    for (guint x = 0; x < WIDTH; x++) {
      guint depth = near + (far - near) * y / (HEIGHT - 1);
      guint swing = noise * depth / far;

      put (x, y, (x + y) % 11 ? depth
          + g_rand_int_range (rand_, 0, 2 * swing + 1) - swing : 0);
    }
  }
}

static void
draw_box (guint width, guint height, guint16 depth)
{
  for (guint y = 0; y < height; y++) {
    for (guint x = 0; x < width; x++)
      put (x, y, depth);
  }
}

static gboolean
show (DepthRange * range, gdouble seconds)
{
  return depth_range_update (range, (guint16 *) frame, STRIDE, WIDTH, HEIGHT,
      seconds);
}

static void
assert_range (const DepthRange * range, gdouble min, gdouble max,
    gdouble tolerance)
{
  fail_unless (range->valid);
  fail_unless (fabs (range->min - min) <= tolerance
      && fabs (range->max - max) <= tolerance, "%g to %g, not %g to %g",
      range->min, range->max, min, max);
}

/* How far a colour can move between two ranges, as a part of the colours. */
static gdouble
movement (const DepthRange * a, const DepthRange * b)
{
  return fmax (fabs (a->min - b->min), fabs (a->max - b->max))
      / (a->max - a->min);
}

GST_START_TEST (test_one_frame)
{
  DepthRange range = { 0 };

  draw_scene (1000, 5000, 0);
  fail_unless (show (&range, 0));
  assert_range (&range, 1040, 4960, 40);

  /* a constant picture has a range too, and only its own pixels count */
  memset (&range, 0, sizeof (range));
  draw_box (WIDTH, HEIGHT, 700);
  fail_unless (show (&range, 0));
  assert_range (&range, 700, 701, 0);
}

GST_END_TEST;

GST_START_TEST (test_little_endian)
{
  DepthRange range = { 0 };

  draw_box (WIDTH, HEIGHT, 0x0102);
  fail_unless (show (&range, 0));
  assert_range (&range, 0x0102, 0x0103, 0);
}

GST_END_TEST;

GST_START_TEST (test_sizes)
{
  static const guint sizes[][2] = { {1, 1}, {1, 2}, {2, 1}, {3, 5}, {65535, 1},
  {1, 65535}, {49, 47}, {48, 48}, {65535, 3}, {3, 65535}
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint n = sizes[i][0] * sizes[i][1];
    guint16 *pixels = g_new (guint16, n);
    DepthRange range = { 0 };

    /* a block of the very size, so that tools see a sample read outside */
    for (guint j = 0; j < n; j++)
      pixels[j] = GUINT16_TO_LE (100 + (guint64) 60000 * j / n);
    fail_unless (depth_range_update (&range, pixels, sizes[i][0] * 2,
            sizes[i][0], sizes[i][1], 0));
    if (n > 1000)
      assert_range (&range, 700, 59500, 100);
    g_free (pixels);
  }
}

GST_END_TEST;

GST_START_TEST (test_nothing_to_see)
{
  DepthRange range = { 0 }, before;

  fail_if (depth_range_update (&range, (guint16 *) frame, STRIDE, 0, 0, 0));
  draw_box (WIDTH, HEIGHT, 0);
  fail_if (show (&range, 0));
  fail_if (show (&range, 1));
  draw_scene (1000, 5000, 20);
  fail_unless (show (&range, 1));
  before = range;
  draw_box (WIDTH, HEIGHT, 0);
  for (guint i = 0; i < 100; i++) {
    fail_unless (show (&range, 0.1));
    assert_range (&range, before.min, before.max, 0);
  }
}

GST_END_TEST;

/* A few pixels are no scene. */
GST_START_TEST (test_few_pixels)
{
  DepthRange range = { 0 };

  draw_box (WIDTH, HEIGHT, 0);
  draw_box (6, 6, 30000);
  fail_if (show (&range, 0));
  draw_scene (1000, 5000, 20);
  fail_unless (show (&range, 1));
  draw_box (WIDTH, HEIGHT, 0);
  draw_box (6, 6, 30000);
  for (guint i = 0; i < 100; i++)
    fail_unless (show (&range, 0.1));
  assert_range (&range, 1040, 4960, 60);
}

GST_END_TEST;

/* Columns as far apart as those that are looked at. */
GST_START_TEST (test_stripes)
{
  enum
  { SIDE = 480, APART = SIDE / 48 };
  guint16 *pixels = g_new (guint16, SIDE * SIDE);

  for (guint column = 0; column < APART; column++) {
    DepthRange range = { 0 };

    for (guint i = 0; i < SIDE * SIDE; i++)
      pixels[i] = GUINT16_TO_LE (i % APART == column ? 500 : 3000);
    fail_unless (depth_range_update (&range, pixels, SIDE * 2, SIDE, SIDE, 0));
    assert_range (&range, 500, 3000, 0);
  }
  g_free (pixels);
}

GST_END_TEST;

GST_START_TEST (test_saturated)
{
  DepthRange range = { 0 };

  draw_scene (1000, 5000, 0);
  draw_box (WIDTH, HEIGHT / 3, 65535);
  fail_unless (show (&range, 0));
  assert_range (&range, 2340, 4960, 60);
}

GST_END_TEST;

/* A still scene, seen through the noise of a sensor: nothing moves visibly. */
GST_START_TEST (test_noise)
{
  static const gdouble rates[] = { 5, 30, 90 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    DepthRange range = { 0 };

    for (guint j = 0; j < 300; j++) {
      DepthRange before = range;

      draw_scene (600, 6000, 400);
      show (&range, 1 / rates[i]);
      if (j > 0)
        fail_unless (movement (&before, &range) <= 0.3 / 255);
    }
    assert_range (&range, 650, 5950, 200);
  }
}

GST_END_TEST;

/* Two to five in two hundred pixels flicker between the wall and far away: the
 * plain percentile would jump. */
GST_START_TEST (test_thin_tail)
{
  DepthRange range = { 0 };

  for (guint j = 0; j < 300; j++) {
    DepthRange before = range;

    draw_scene (600, 3000, 20);
    for (guint y = 0; y < HEIGHT; y++) {
      for (guint x = 0; x < WIDTH; x++) {
        if (g_rand_int_range (rand_, 0, 200) < (j % 7 < 3 ? 1 : 4))
          put (x, y, g_rand_int_range (rand_, 3000, 30000));
      }
    }
    show (&range, 1 / 30.);
    if (j > 0)
      fail_unless (movement (&before, &range) <= 1.0 / 255);
  }
}

GST_END_TEST;

GST_START_TEST (test_garbage)
{
  static const gdouble rates[] = { 1, 10, 30, 90 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    DepthRange range = { 0 }, before;

    draw_scene (1000, 5000, 20);
    for (guint j = 0; j < 20; j++)
      show (&range, 1 / rates[i]);
    before = range;
    for (guint j = 0; j < 60; j++) {
      draw_scene (1000, 5000, 20);
      if (j % 20 == 3) {
        for (guint k = 0; k < WIDTH * HEIGHT; k++)
          put (k % WIDTH, k / WIDTH, g_rand_int (rand_));
      }
      show (&range, 1 / rates[i]);
      assert_range (&range, before.min, before.max, 8);
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_far_pixel_and_hand)
{
  DepthRange range = { 0 }, before;

  draw_scene (1000, 5000, 20);
  show (&range, 1 / 30.);
  before = range;
  for (guint i = 0; i < 100; i++) {
    draw_scene (1000, 5000, 20);
    put (i % WIDTH, 7, 60000);
    if (i > 30 && i < 43)
      draw_box (WIDTH / 2, HEIGHT / 2, 250);
    show (&range, 1 / 30.);
    assert_range (&range, before.min, before.max, 8);
  }
}

GST_END_TEST;

/* A change of scene is followed within a second, and does not overshoot. */
GST_START_TEST (test_change)
{
  static const gdouble rates[] = { 5, 30, 90, 0 };
  static const guint scenes[][2] =
      { {300, 900}, {2000, 60000}, {1000, 5000}, {50, 200}, {1000, 4000} };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    gdouble rate = rates[i] > 0 ? rates[i] : 30;
    DepthRange range = { 0 };

    draw_scene (1000, 5000, 20);
    show (&range, 1 / rate);
    for (guint j = 0; j < G_N_ELEMENTS (scenes); j++) {
      gdouble span = scenes[j][1] - scenes[j][0];

      for (guint k = 0; k < rate + 1; k++) {
        draw_scene (scenes[j][0], scenes[j][1], 2);
        show (&range, rates[i] > 0 ? 1 / rate : NAN);
      }
      assert_range (&range, scenes[j][0], scenes[j][1], 0.1 * span);
    }
  }
}

GST_END_TEST;

/* An end that moved a little is followed unnoticeably, one that hardly moved is not
 * followed at all. */
GST_START_TEST (test_drift)
{
  DepthRange range = { 0 }, before;

  draw_scene (1000, 5000, 20);
  show (&range, 1 / 30.);
  before = range;
  for (guint i = 0; i < 300; i++) {
    draw_scene (1000, i / 30 % 2 ? 4950 : 5080, 20);
    show (&range, 1 / 30.);
    assert_range (&range, before.min, before.max, 0);
  }
  for (guint i = 0; i < 300; i++) {
    before = range;
    draw_scene (1000, 5350, 20);
    show (&range, 1 / 30.);
    fail_unless (movement (&before, &range) <= 0.3 / 255);
  }
  assert_range (&range, 1040, 5310, 50);
}

GST_END_TEST;

/* A slow framerate follows by its second frame of the new scene. */
GST_START_TEST (test_slow_framerate)
{
  DepthRange range = { 0 };

  draw_scene (1000, 5000, 20);
  show (&range, 10);
  draw_scene (300, 900, 20);
  show (&range, 10);
  show (&range, 10);
  assert_range (&range, 300, 900, 60);
}

GST_END_TEST;

/* The fence: half the scene within a metre, a tail of noise to far behind it. */
GST_START_TEST (test_stereo_noise)
{
  DepthRange range = { 0 }, before;

  for (guint j = 0; j < 300; j++) {
    before = range;
    draw_scene (800, 1900, 20);
    for (guint y = 0; y < HEIGHT; y++) {
      for (guint x = 0; x < WIDTH; x++) {
        if (g_rand_int_range (rand_, 0, 100) < 6)
          put (x, y, g_rand_int_range (rand_, 3000, 30000));
      }
    }
    show (&range, 1 / 30.);
    if (j > 0)
      fail_unless (movement (&before, &range) <= 1.0 / 255);
  }
  /* quartiles of about 1050 and 1650 */
  assert_range (&range, 810, 3200, 400);
}

GST_END_TEST;

/* The far end never leaves out more than a tenth, however narrow the middle is. */
GST_START_TEST (test_fence_leaves_out_a_tenth)
{
  DepthRange range = { 0 };

  draw_box (WIDTH, HEIGHT, 1000);
  draw_box (WIDTH, HEIGHT / 5, 4000);
  show (&range, 0);
  assert_range (&range, 1000, 4000, 0);
}

GST_END_TEST;

/* A second value that means no depth. */
GST_START_TEST (test_invalid)
{
  DepthRange range = {.invalid = 20000 };

  draw_scene (1000, 5000, 0);
  draw_box (WIDTH, HEIGHT / 3, 20000);
  fail_unless (show (&range, 0));
  assert_range (&range, 2340, 4960, 60);
}

GST_END_TEST;

static Suite *
range_suite (void)
{
  Suite *s = suite_create ("range");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_one_frame);
  tcase_add_test (tc, test_little_endian);
  tcase_add_test (tc, test_sizes);
  tcase_add_test (tc, test_nothing_to_see);
  tcase_add_test (tc, test_few_pixels);
  tcase_add_test (tc, test_stripes);
  tcase_add_test (tc, test_saturated);
  tcase_add_test (tc, test_noise);
  tcase_add_test (tc, test_thin_tail);
  tcase_add_test (tc, test_garbage);
  tcase_add_test (tc, test_far_pixel_and_hand);
  tcase_add_test (tc, test_change);
  tcase_add_test (tc, test_drift);
  tcase_add_test (tc, test_slow_framerate);
  tcase_add_test (tc, test_stereo_noise);
  tcase_add_test (tc, test_fence_leaves_out_a_tenth);
  tcase_add_test (tc, test_invalid);
  return s;
}

GST_CHECK_MAIN (range);
