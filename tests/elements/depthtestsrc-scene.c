/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthtestsrc: patterns, the scene and its sensors, frames that are the same everywhere. */

#include "testsrc-common.h"

#include <math.h>

#include "depth/depthmeta.h"

/* fail_unless() notes each place where it passes, which is slow for each pixel. */
#define fail_unless_at(i, condition) G_STMT_START { \
  if (!(condition)) \
    fail ("pixel %u: not %s", (guint) (i), #condition); \
} G_STMT_END

/* FNV-1a of little-endian samples. */
static guint64
hash_of (const guint16 * samples, gsize n)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (gsize i = 0; i < n; i++) {
    hash = (hash ^ (samples[i] & 0xff)) * G_GUINT64_CONSTANT (0x100000001b3);
    hash = (hash ^ (samples[i] >> 8)) * G_GUINT64_CONSTANT (0x100000001b3);
  }
  return hash;
}

static gdouble
share_of_zeros (const guint16 * samples, gsize n)
{
  gsize zeros = 0;

  for (gsize i = 0; i < n; i++)
    zeros += samples[i] == 0;
  return (gdouble) zeros / n;
}

/* The same bytes on every machine and with every compiler. Who changes the
 * scene or a sensor on purpose changes these. */
static const struct
{
  const gchar *properties;
  guint64 hash;
} golden[] = {
  {"sensor=ideal", G_GUINT64_CONSTANT (0xcf09a14b24b3a51e)},
  {"sensor=stereo", G_GUINT64_CONSTANT (0x57db01ac0040c678)},
  {"sensor=tof", G_GUINT64_CONSTANT (0x3751c1a3d7397fb2)},
  {"sensor=stereo seed=4294967295", G_GUINT64_CONSTANT (0xbdfabcd918f854c4)},
  {"pattern=random", G_GUINT64_CONSTANT (0x2ba44684c16f3cc3)},
  {"pattern=invalid", G_GUINT64_CONSTANT (0x669f60293c40ea7c)},
};

GST_START_TEST (test_same_bytes_everywhere)
{
  guint16 *samples = shoot (golden[__i__].properties, 5, 321, 239);
  guint16 *again = shoot (golden[__i__].properties, 5, 321, 239);
  guint64 hash = hash_of (samples, 321 * 239);

  fail_unless (memcmp (samples, again, 321 * 239 * 2) == 0);
  fail_unless (hash == golden[__i__].hash, "%s: 0x%" G_GINT64_MODIFIER "x",
      golden[__i__].properties, hash);
  g_free (samples);
  g_free (again);
}

GST_END_TEST;

GST_START_TEST (test_frames_and_seeds_differ)
{
  static const gchar *sources[] = {
    "seed=1", "seed=2", "seed=1 sensor=stereo", "seed=2 sensor=stereo",
    "seed=1 sensor=tof", "seed=2 sensor=tof", "seed=1 pattern=random",
    "seed=2 pattern=random",
  };
  guint64 hashes[2 * G_N_ELEMENTS (sources)];

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++) {
    guint16 *samples = shoot (sources[i / 2], i % 2, 160, 120);

    hashes[i] = hash_of (samples, 160 * 120);
    for (guint k = 0; k < i; k++)
      fail_if (hashes[k] == hashes[i], "%s: %u equals %u", sources[i / 2], i,
          k);
    g_free (samples);
  }
}

GST_END_TEST;

GST_START_TEST (test_ramp)
{
  guint16 *start = shoot ("pattern=ramp", 0, WIDTH, HEIGHT);
  guint16 *third = shoot ("pattern=ramp", 2, WIDTH, HEIGHT);
  guint8 *seen = g_new0 (guint8, 65536);

  for (guint i = 0; i < PIXELS; i++) {
    fail_unless_at (i, start[i] == (guint64) i * 65536 / PIXELS);
    fail_unless_at (i, third[i] == start[(i + 2 * WIDTH) % PIXELS]);
    seen[start[i]] = 1;
  }
  for (guint i = 0; i < 65536; i++)
    if (!seen[i])
      fail ("%u is missing", i);
  g_free (seen);
  g_free (start);
  g_free (third);
}

GST_END_TEST;

/* 16 frames, so 75 pixels a value: none is missing, none is frequent, and the
 * two bytes of a sample have nothing to do with each other. */
GST_START_TEST (test_random)
{
  GstHarness *h = source_new ("num-buffers=16 pattern=random", CAPS);
  guint *count = g_new0 (guint, 65536), equal = 0;

  gst_harness_play (h);
  for (guint frame = 0; frame < 16; frame++) {
    GstBuffer *buffer = source_pull (h);
    guint16 *samples = samples_of (buffer, WIDTH, HEIGHT);

    for (guint i = 0; i < PIXELS; i++) {
      count[samples[i]]++;
      equal += (samples[i] & 0xff) == samples[i] >> 8;
    }
    g_free (samples);
    gst_buffer_unref (buffer);
  }
  for (guint i = 0; i < 65536; i++)
    if (count[i] <= 30 || count[i] >= 130)
      fail ("%u: %u times", i, count[i]);
  fail_unless (equal > PIXELS * 16 / 256 * 0.97);
  fail_unless (equal < PIXELS * 16 / 256 * 1.03);
  g_free (count);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_invalid)
{
  guint16 *last = shoot ("pattern=invalid", 7, WIDTH, HEIGHT);
  guint16 *frame = shoot ("pattern=invalid", 2, WIDTH, HEIGHT);
  guint holes = 0;

  for (guint i = 0; i < PIXELS; i++)
    fail_unless_at (i, last[i] == 0);
  for (guint y = 0; y < HEIGHT; y++) {
    for (guint x = 0; x < WIDTH; x++) {
      guint at = y * WIDTH + x, value = frame[at];

      if (y < HEIGHT / 4 || x < WIDTH / 8 || x >= WIDTH - WIDTH / 8) {
        fail_unless_at (at, value == 0);
      } else if (x < WIDTH / 2) {
        fail_unless_at (at, (value == 0) == ((x + y) % 2 == 0));
      } else {
        holes += value == 0;
      }
    }
  }
  /* as many holes as not, in a part of 3/8 by 3/4 */
  fail_unless (holes > PIXELS * 0.28 * 0.4 && holes < PIXELS * 0.28 * 0.6,
      "%u", holes);
  g_free (last);
  g_free (frame);
}

GST_END_TEST;

GST_START_TEST (test_full_range)
{
  guint16 *frame = shoot ("pattern=full-range", 1, WIDTH, HEIGHT);
  guint16 *next = shoot ("pattern=full-range", 2, WIDTH, HEIGHT);

  for (guint y = 0; y < HEIGHT; y++) {
    for (guint x = 0; x < WIDTH; x++) {
      guint at = y * WIDTH + x, value = frame[at], after = next[at];
      guint power = 1u << (x / 2 % 16);

      if (y < HEIGHT / 4) {
        fail_unless_at (at, value == ((x + y) % 2 ? 0 : 65535));
        fail_unless_at (at, (value ^ after) == 65535);
      } else if (y < HEIGHT / 2) {
        fail_unless_at (at, value == ((x + y) % 2 ? 1 : 65535));
        fail_unless_at (at, after == ((x + y) % 2 ? 65535 : 1));
      } else if (y < HEIGHT / 4 * 3) {
        fail_unless_at (at, value == ((x + y) % 2 ? power : 65535 - power));
      } else {
        fail_unless_at (at, value == x * 65535 / (WIDTH - 1));
      }
    }
  }
  g_free (frame);
  g_free (next);
}

GST_END_TEST;

typedef struct
{
  gdouble x, y, z;
} Point;

static gdouble
dot (Point a, Point b)
{
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

static Point
point_at (const guint16 * samples, const GstPinholeInfo * lens, guint x,
    guint y)
{
  gdouble z = samples[y * lens->width + x];
  Point point = { (x - lens->cx) / lens->fx * z,
    (y - lens->cy) / lens->fy * z, z
  };

  return point;
}

/* Unit normal of the plane through three corners of a patch; all of the patch
 * must lie in it within 2 mm: samples are rounded. */
static Point
plane_of (const guint16 * samples, const GstPinholeInfo * lens, guint x0,
    guint y0, guint x1, guint y1, gdouble * distance)
{
  Point a = point_at (samples, lens, x0, y0);
  Point b = point_at (samples, lens, x1, y0);
  Point c = point_at (samples, lens, x0, y1);
  Point u = { b.x - a.x, b.y - a.y, b.z - a.z };
  Point v = { c.x - a.x, c.y - a.y, c.z - a.z };
  Point n = { u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z,
    u.x * v.y - u.y * v.x
  };
  gdouble length = sqrt (dot (n, n));

  n.x /= length;
  n.y /= length;
  n.z /= length;
  *distance = fabs (dot (n, a));
  for (guint y = y0; y <= y1; y++) {
    for (guint x = x0; x <= x1; x++) {
      gdouble off = fabs (dot (n, point_at (samples, lens, x, y))) - *distance;

      if (fabs (off) >= 2.0)
        fail ("%u,%u: %f mm off", x, y, off);
    }
  }
  return n;
}

/* Floor, back wall and left wall of the first frame are planes, and at right
 * angles only if depth is along the axis and the intrinsics are true. The
 * camera's height says that it is millimetres. */
GST_START_TEST (test_intrinsics_are_true)
{
  GstHarness *h = source_new ("num-buffers=1", CAPS);
  gdouble height, to_back, to_left;
  Point floor, back, left;
  GstPinholeInfo lens;
  GstBuffer *buffer;
  guint16 *samples;

  gst_harness_play (h);
  buffer = source_pull (h);
  fail_unless (gst_pinhole_meta_get_info (buffer, &lens));
  samples = samples_of (buffer, WIDTH, HEIGHT);
  floor = plane_of (samples, &lens, 260, 425, 400, 470, &height);
  back = plane_of (samples, &lens, 320, 75, 420, 115, &to_back);
  left = plane_of (samples, &lens, 10, 50, 100, 110, &to_left);
  fail_unless (fabs (dot (floor, back)) < 0.004, "%f", dot (floor, back));
  fail_unless (fabs (dot (floor, left)) < 0.004, "%f", dot (floor, left));
  fail_unless (fabs (dot (back, left)) < 0.004, "%f", dot (back, left));
  fail_unless (height > 1280 && height < 1420, "%f", height);
  fail_unless (to_back > 5100 && to_back < 5500, "%f", to_back);
  fail_unless (to_left > 2200 && to_left < 3000, "%f", to_left);
  g_free (samples);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

static const struct
{
  const gchar *properties;
  guint width, height;
  gdouble focal;                /* to be */
  gdouble range_min, range_max;
} metas[] = {
  {"sensor=ideal", 640, 480, 384, 600, 6000},
  {"sensor=stereo", 1280, 720, 768, 600, 6000},
  {"sensor=tof", 640, 576, 504, 600, 6000},
  {"sensor=tof", 320, 288, 252, 600, 6000},
  {"pattern=ramp", 101, 480, 384, 0, 65535},
};

GST_START_TEST (test_metas)
{
  gchar *caps = g_strdup_printf (CAPS ",width=%u,height=%u",
      metas[__i__].width, metas[__i__].height);
  gchar *properties = g_strdup_printf ("num-buffers=3 %s",
      metas[__i__].properties);
  GstHarness *h = source_new (properties, caps);

  gst_harness_play (h);
  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer = source_pull (h);
    GstDepthInfo depth;
    GstPinholeInfo lens;

    fail_unless (gst_depth_meta_get_info (buffer, &depth));
    fail_unless_equals_float (depth.meter, 1000);
    fail_unless_equals_float (depth.range_min, metas[__i__].range_min);
    fail_unless_equals_float (depth.range_max, metas[__i__].range_max);
    fail_unless (gst_pinhole_meta_get_info (buffer, &lens));
    fail_unless_equals_float (lens.fx, metas[__i__].focal);
    fail_unless_equals_float (lens.fy, metas[__i__].focal);
    fail_unless_equals_float (lens.cx, (metas[__i__].width - 1) / 2.0);
    fail_unless_equals_float (lens.cy, (metas[__i__].height - 1) / 2.0);
    fail_unless_equals_int (lens.width, metas[__i__].width);
    fail_unless_equals_int (lens.height, metas[__i__].height);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
  g_free (properties);
  g_free (caps);
}

GST_END_TEST;

/* The ideal camera has depth everywhere, and nearly all of it in the range
 * that the metadata states. */
GST_START_TEST (test_ideal)
{
  guint16 *samples = shoot ("", 40, WIDTH, HEIGHT);
  guint outside = 0;

  for (guint i = 0; i < PIXELS; i++) {
    fail_unless_at (i, samples[i] > 0);
    outside += samples[i] < 600 || samples[i] > 6000;
  }
  fail_unless (outside < PIXELS / 10, "%u", outside);
  g_free (samples);
}

GST_END_TEST;

/* Root mean square of what a sensor adds to the ideal depth, as a part of it,
 * where that is from near to far; only flat places, which have no edge. */
static gdouble
noise_between (const guint16 * ideal, const guint16 * measured, guint near,
    guint far)
{
  gdouble sum = 0;
  guint n = 0;

  for (guint i = 3; i < PIXELS - 3; i++) {
    gdouble slope = abs ((gint) ideal[i + 3] - ideal[i - 3]);

    if (ideal[i] < near || ideal[i] >= far || measured[i] == 0 || slope > 25)
      continue;
    sum += pow ((measured[i] - ideal[i]) / (gdouble) ideal[i], 2);
    n++;
  }
  fail_unless (n > 1000, "%u pixels from %u to %u", n, near, far);
  return sqrt (sum / n);
}

/* Shares of pixels without depth beside jumps of the ideal depth by more than
 * half a metre: on the far side, 4 pixels to the left of near things, and to
 * the right of them. */
static void
zeros_beside_edges (const guint16 * ideal, const guint16 * measured,
    gdouble * left, gdouble * right)
{
  guint lefts = 0, rights = 0, left_zeros = 0, right_zeros = 0;

  for (guint y = 0; y < HEIGHT; y++) {
    for (guint x = 64; x < WIDTH - 64; x++) {
      const guint16 *at = ideal + y * WIDTH + x;

      if (at[0] < 3000 && at[-1] > at[0] + 500) {
        lefts++;
        left_zeros += measured[y * WIDTH + x - 4] == 0;
      } else if (at[-1] < 3000 && at[0] > at[-1] + 500) {
        rights++;
        right_zeros += measured[y * WIDTH + x + 3] == 0;
      }
    }
  }
  fail_unless (lefts > 500 && rights > 500, "%u, %u edges", lefts, rights);
  *left = (gdouble) left_zeros / lefts;
  *right = (gdouble) right_zeros / rights;
}

GST_START_TEST (test_stereo)
{
  guint16 *ideal = shoot ("", 0, WIDTH, HEIGHT);
  guint16 *stereo = shoot ("sensor=stereo", 0, WIDTH, HEIGHT);
  gdouble zeros = share_of_zeros (stereo, PIXELS), left, right, near, far;
  guint band = 0;

  fail_unless (zeros > 0.04 && zeros < 0.25, "%f", zeros);
  /* steps: baseline * focal * 32 over a whole number */
  for (guint i = 0; i < PIXELS; i++) {
    gdouble steps = 50.0 * 384.0 * 32.0;

    if (stereo[i] != 0)
      fail_unless_at (i, fabs (steps / round (steps / stereo[i]) - stereo[i])
          <= 0.51 || steps / stereo[i] > 2000.0);
  }
  /* the left of the frame is not in the right imager: 4 pixels at 4.8 m */
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < 4; x++)
      band += stereo[y * WIDTH + x] == 0;
  fail_unless (band > 4 * HEIGHT * 0.6, "%u", band);
  zeros_beside_edges (ideal, stereo, &left, &right);
  fail_unless (left > 0.5 && left > 2 * right, "%f, %f", left, right);
  /* noise is a part of the depth that grows with it */
  near = noise_between (ideal, stereo, 500, 2000);
  far = noise_between (ideal, stereo, 4000, 6000);
  fail_unless (near > 0.0005 && near < 0.02, "%f", near);
  fail_unless (far > 1.8 * near && far < 0.05, "%f, %f", near, far);
  g_free (ideal);
  g_free (stereo);
}

GST_END_TEST;

GST_START_TEST (test_tof)
{
  gchar *caps = g_strdup_printf ("%s,width=%u", CAPS, WIDTH);
  GstHarness *h = source_new ("num-buffers=2 sensor=tof", caps);
  GstBuffer *first, *second;
  guint16 *a, *b;
  gdouble zeros, sum[2] = { 0, 0 };
  guint lit = 0, lit_zeros = 0, n[2] = { 0, 0 };

  g_free (caps);
  gst_harness_play (h);
  first = source_pull (h);
  second = source_pull (h);
  a = samples_of (first, WIDTH, HEIGHT);
  b = samples_of (second, WIDTH, HEIGHT);
  zeros = share_of_zeros (a, PIXELS);
  fail_unless (zeros > 0.15 && zeros < 0.5, "%f", zeros);
  for (gint i = 0; i < PIXELS; i++) {
    /* focal length 504 of a frame 640 wide */
    gdouble x = fabs (i % WIDTH - 319.5), y = fabs (i / WIDTH - 239.5);
    gdouble out = x + y * tan (G_PI / 6) - 0.663 * 504;

    fail_unless_at (i, out <= 2.0 || a[i] == 0);
    if (out < -2.0) {
      lit++;
      lit_zeros += a[i] == 0;
    }
    fail_unless_at (i, a[i] == 0 || (a[i] > 249 && a[i] < 7401));
    /* from frame to frame: nothing moves 3 % in 33 ms but edges */
    if (a[i] != 0 && b[i] != 0 && abs (a[i] - b[i]) < a[i] * 0.03) {
      gint far = a[i] > 3800;

      if (far || a[i] < 2200) {
        sum[far] += pow ((b[i] - a[i]) / (gdouble) a[i], 2);
        n[far]++;
      }
    }
  }
  fail_unless (lit_zeros > lit * 0.02 && lit_zeros < lit * 0.35, "%u of %u",
      lit_zeros, lit);
  fail_unless (n[0] > 1000 && n[1] > 1000);
  fail_unless (sum[1] / n[1] < 1e-4, "%g", sqrt (sum[1] / n[1]));
  g_free (a);
  g_free (b);
  gst_buffer_unref (first);
  gst_buffer_unref (second);
  gst_harness_teardown (h);
}

GST_END_TEST;

static const struct
{
  guint width, height, frames;
} sizes[] = {
  {1, 1, 3}, {2, 1, 3}, {1, 2, 3}, {3, 5, 3}, {7, 33, 3}, {101, 37, 3},
  {641, 479, 2}, {65535, 1, 1}, {1, 4099, 1}, {4099, 4001, 1},
};

static void
check_size (const gchar * source, guint width, guint height, guint frames)
{
  gchar *all = g_strdup_printf ("num-buffers=%u %s", frames, source);
  gchar *caps = g_strdup_printf (CAPS ",width=%u,height=%u", width, height);
  GstHarness *h = source_new (all, caps);

  gst_harness_play (h);
  for (guint i = 0; i < frames; i++) {
    GstBuffer *buffer = source_pull (h);

    fail_unless_equals_uint64 (gst_buffer_get_size (buffer),
        (guint64) GST_ROUND_UP_4 (2 * width) * height);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
  g_free (caps);
  g_free (all);
}

/* Neither a row nor a frame is written past its end. */
GST_START_TEST (test_sizes)
{
  static const gchar *sources[] = {
    "sensor=ideal", "sensor=stereo", "sensor=tof", "pattern=ramp",
    "pattern=random", "pattern=invalid", "pattern=full-range",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    check_size (sources[i], sizes[__i__].width, sizes[__i__].height,
        sizes[__i__].frames);
}

GST_END_TEST;

/* The scene is a loop of a minute, and does not jump where it closes. */
GST_START_TEST (test_loop)
{
  Player player;
  guint16 *first = shoot ("", 0, 64, 48), *before, *again;
  guint jumps = 0;

  player_init (&player, "");
  player_play (&player, 1.0, 60 * GST_SECOND - GST_SECOND / 30,
      60 * GST_SECOND + 1);
  fail_unless_equals_int (player.buffers->len, 2);
  before = samples_of (g_ptr_array_index (player.buffers, 0), 64, 48);
  again = samples_of (g_ptr_array_index (player.buffers, 1), 64, 48);
  fail_unless (memcmp (first, again, 64 * 48 * 2) == 0);
  for (guint i = 0; i < 64 * 48; i++)
    jumps += abs (again[i] - before[i]) > 50;
  fail_unless (jumps > 0 && jumps < 64 * 48 / 20, "%u", jumps);
  g_free (first);
  g_free (before);
  g_free (again);
  player_clear (&player);
}

GST_END_TEST;

static Suite *
depthtestsrc_scene_suite (void)
{
  Suite *s = suite_create ("depthtestsrc-scene");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_same_bytes_everywhere, 0,
      G_N_ELEMENTS (golden));
  tcase_add_test (tc, test_frames_and_seeds_differ);
  tcase_add_test (tc, test_ramp);
  tcase_add_test (tc, test_random);
  tcase_add_test (tc, test_invalid);
  tcase_add_test (tc, test_full_range);
  tcase_add_test (tc, test_intrinsics_are_true);
  tcase_add_loop_test (tc, test_metas, 0, G_N_ELEMENTS (metas));
  tcase_add_test (tc, test_ideal);
  tcase_add_test (tc, test_stereo);
  tcase_add_test (tc, test_tof);
  tcase_add_loop_test (tc, test_sizes, 0, G_N_ELEMENTS (sizes));
  tcase_add_test (tc, test_loop);
  return s;
}

GST_CHECK_MAIN (depthtestsrc_scene);
