/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthtestsrc: frames that are the same everywhere, metadata that is true, seeking. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

#include "depth/depthmeta.h"

#define CAPS "video/x-raw,format=GRAY16_LE"
#define WIDTH 640
#define HEIGHT 480
#define PIXELS (WIDTH * HEIGHT)

static GstHarness *
source_new (const gchar * properties, const gchar * caps)
{
  gchar *line = g_strdup_printf ("depthtestsrc %s", properties);
  GstHarness *h = gst_harness_new_parse (line);

  gst_harness_set_sink_caps_str (h, caps);
  g_free (line);
  return h;
}

/* Samples of a buffer without padding, in the host's byte order. */
static guint16 *
samples_of (GstBuffer * buffer, guint width, guint height)
{
  guint16 *samples = g_new (guint16, (gsize) width * height);
  GstVideoInfo info;
  GstVideoFrame frame;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_GRAY16_LE, width, height);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (guint y = 0; y < height; y++) {
    const guint8 *row = (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (guint x = 0; x < width; x++)
      samples[(gsize) y * width + x] = GST_READ_UINT16_LE (row + 2 * x);
  }
  gst_video_frame_unmap (&frame);
  return samples;
}

/* Frame `number` of a source with these properties. */
static guint16 *
shoot (const gchar * properties, guint number, guint width, guint height)
{
  gchar *all = g_strdup_printf ("num-buffers=%u %s", number + 1, properties);
  gchar *caps = g_strdup_printf (CAPS ",width=%u,height=%u", width, height);
  GstHarness *h = source_new (all, caps);
  GstBuffer *buffer = NULL;
  guint16 *samples;

  gst_harness_play (h);
  for (guint i = 0; i <= number; i++) {
    gst_clear_buffer (&buffer);
    buffer = gst_harness_pull (h);
  }
  samples = samples_of (buffer, width, height);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  g_free (caps);
  g_free (all);
  return samples;
}

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

GST_START_TEST (test_defaults)
{
  GstHarness *h = source_new ("num-buffers=1", "video/x-raw");
  GstCaps *caps, *expected = gst_caps_from_string (CAPS ",width=640,"
      "height=480,framerate=30/1,depth-meter=(fraction)1000/1,"
      "pixel-aspect-ratio=1/1,interlace-mode=progressive");
  GstBuffer *buffer;

  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (gst_caps_is_subset (expected, caps), "%" GST_PTR_FORMAT, caps);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 0);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 2 * PIXELS);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  gst_caps_unref (expected);
  gst_harness_teardown (h);
}

GST_END_TEST;

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
    fail_unless_equals_int (start[i], (guint64) i * 65536 / PIXELS);
    fail_unless_equals_int (third[i], start[(i + 2 * WIDTH) % PIXELS]);
    seen[start[i]] = 1;
  }
  for (guint i = 0; i < 65536; i++)
    fail_unless (seen[i], "%u is missing", i);
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
    GstBuffer *buffer = gst_harness_pull (h);
    guint16 *samples = samples_of (buffer, WIDTH, HEIGHT);

    for (guint i = 0; i < PIXELS; i++) {
      count[samples[i]]++;
      equal += (samples[i] & 0xff) == samples[i] >> 8;
    }
    g_free (samples);
    gst_buffer_unref (buffer);
  }
  for (guint i = 0; i < 65536; i++)
    fail_unless (count[i] > 30 && count[i] < 130, "%u: %u times", i, count[i]);
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
    fail_unless_equals_int (last[i], 0);
  for (guint y = 0; y < HEIGHT; y++) {
    for (guint x = 0; x < WIDTH; x++) {
      guint16 value = frame[y * WIDTH + x];

      if (y < HEIGHT / 4 || x < WIDTH / 8 || x >= WIDTH - WIDTH / 8) {
        fail_unless_equals_int (value, 0);
      } else if (x < WIDTH / 2) {
        fail_unless ((value == 0) == ((x + y) % 2 == 0));
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
      guint16 value = frame[y * WIDTH + x], after = next[y * WIDTH + x];
      guint power = 1u << (x / 2 % 16);

      if (y < HEIGHT / 4) {
        fail_unless_equals_int (value, (x + y) % 2 ? 0 : 65535);
        fail_unless_equals_int (value ^ after, 65535);
      } else if (y < HEIGHT / 2) {
        fail_unless_equals_int (value, (x + y) % 2 ? 1 : 65535);
        fail_unless_equals_int (after, (x + y) % 2 ? 65535 : 1);
      } else if (y < HEIGHT / 4 * 3) {
        fail_unless_equals_int (value, (x + y) % 2 ? power : 65535 - power);
      } else {
        fail_unless_equals_int (value, x * 65535 / (WIDTH - 1));
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

      fail_unless (fabs (off) < 2.0, "%u,%u: %f mm off", x, y, off);
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
  buffer = gst_harness_pull (h);
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
    GstBuffer *buffer = gst_harness_pull (h);
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
    fail_if (samples[i] == 0);
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
      fail_unless (fabs (steps / round (steps / stereo[i]) - stereo[i]) <= 0.51
          || steps / stereo[i] > 2000.0, "%u", stereo[i]);
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
  first = gst_harness_pull (h);
  second = gst_harness_pull (h);
  a = samples_of (first, WIDTH, HEIGHT);
  b = samples_of (second, WIDTH, HEIGHT);
  zeros = share_of_zeros (a, PIXELS);
  fail_unless (zeros > 0.15 && zeros < 0.5, "%f", zeros);
  for (gint i = 0; i < PIXELS; i++) {
    /* focal length 504 of a frame 640 wide */
    gdouble x = fabs (i % WIDTH - 319.5), y = fabs (i / WIDTH - 239.5);
    gdouble out = x + y * tan (G_PI / 6) - 0.663 * 504;

    if (out > 2.0) {
      fail_unless_equals_int (a[i], 0);
    }
    if (out < -2.0) {
      lit++;
      lit_zeros += a[i] == 0;
    }
    fail_unless (a[i] == 0 || (a[i] > 249 && a[i] < 7401), "%u", a[i]);
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

GST_START_TEST (test_sizes)
{
  static const gchar *sources[] = {
    "sensor=ideal", "sensor=stereo", "sensor=tof", "pattern=ramp",
    "pattern=random", "pattern=invalid", "pattern=full-range",
  };
  guint width = sizes[__i__].width, height = sizes[__i__].height;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    g_free (shoot (sources[i], sizes[__i__].frames - 1, width, height));
}

GST_END_TEST;

static const struct
{
  gint n, d;
} rates[] = { {30, 1}, {30000, 1001}, {1000, 1}, {1, 7}, {G_MAXINT, 1} };

GST_START_TEST (test_framerates)
{
  gchar *caps = g_strdup_printf (CAPS ",width=8,height=8,framerate=%d/%d",
      rates[__i__].n, rates[__i__].d);
  GstHarness *h = source_new ("num-buffers=10", caps);

  gst_harness_play (h);
  for (guint i = 0; i < 10; i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    guint64 step = GST_SECOND * rates[__i__].d;
    GstClockTime pts = gst_util_uint64_scale (i, step, rates[__i__].n);

    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer),
        gst_util_uint64_scale (i + 1, step, rates[__i__].n) - pts);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    fail_unless (GST_BUFFER_DTS (buffer) == GST_CLOCK_TIME_NONE);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
  g_free (caps);
}

GST_END_TEST;

static void
wait_for_eos (GstHarness * h)
{
  GstEvent *event;

  while ((event = gst_harness_pull_event (h)) != NULL) {
    gboolean eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;

    gst_event_unref (event);
    if (eos)
      return;
  }
  fail ("no EOS");
}

GST_START_TEST (test_still)
{
  GstHarness *h = source_new ("", CAPS ",framerate=0/1");
  GstBuffer *buffer;

  gst_harness_play (h);
  wait_for_eos (h);
  fail_unless_equals_int (gst_harness_buffers_received (h), 1);
  buffer = gst_harness_pull (h);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 0);
  fail_unless (GST_BUFFER_DURATION (buffer) == GST_CLOCK_TIME_NONE);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Everything that a pipeline renders between start and stop, at a rate. */
typedef struct
{
  GstElement *pipeline;
  GPtrArray *buffers;
  GMutex lock;
} Player;

static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad,
    Player * player)
{
  g_mutex_lock (&player->lock);
  g_ptr_array_add (player->buffers, gst_buffer_ref (buffer));
  g_mutex_unlock (&player->lock);
}

static void
player_init (Player * player, const gchar * source)
{
  gchar *line = g_strdup_printf ("depthtestsrc name=source %s ! capsfilter "
      "name=filter caps=" CAPS ",width=64,height=48,framerate=30/1 ! fakesink "
      "name=sink sync=false signal-handoffs=true", source);
  GstElement *sink;

  player->pipeline = gst_parse_launch (line, NULL);
  player->buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  g_mutex_init (&player->lock);
  sink = gst_bin_get_by_name (GST_BIN (player->pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), player);
  gst_object_unref (sink);
  g_free (line);
}

static void
player_clear (Player * player)
{
  gst_element_set_state (player->pipeline, GST_STATE_NULL);
  gst_object_unref (player->pipeline);
  g_ptr_array_unref (player->buffers);
  g_mutex_clear (&player->lock);
}

static void
player_run_to_eos (Player * player)
{
  GstBus *bus = gst_element_get_bus (player->pipeline);
  GstMessage *message;

  gst_element_set_state (player->pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_object_unref (bus);
}

static void
player_play (Player * player, gdouble rate, GstClockTime start,
    GstClockTime stop)
{
  gst_element_set_state (player->pipeline, GST_STATE_PAUSED);
  gst_element_get_state (player->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  fail_unless (gst_element_seek (player->pipeline, rate, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET,
          start, GST_SEEK_TYPE_SET, stop));
  gst_element_get_state (player->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  /* what was prerolled before the seek is not of interest */
  g_mutex_lock (&player->lock);
  g_ptr_array_set_size (player->buffers, 0);
  g_mutex_unlock (&player->lock);
  player_run_to_eos (player);
}

static void
check_frame (Player * player, guint at, guint number)
{
  GstBuffer *buffer = g_ptr_array_index (player->buffers, at);
  guint16 *samples = samples_of (buffer, 64, 48);
  guint16 *expected = shoot ("sensor=stereo", number, 64, 48);

  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer),
      gst_util_uint64_scale (number, GST_SECOND, 30));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), number);
  fail_unless (memcmp (samples, expected, 64 * 48 * 2) == 0);
  g_free (samples);
  g_free (expected);
}

GST_START_TEST (test_seek)
{
  Player player;

  player_init (&player, "sensor=stereo");
  player_play (&player, 1.0, 2500 * GST_MSECOND, 3 * GST_SECOND);
  fail_unless_equals_int (player.buffers->len, 15);
  check_frame (&player, 0, 75);
  check_frame (&player, 14, 89);
  player_clear (&player);

  /* the frame that is shown at a time between two */
  player_init (&player, "sensor=stereo");
  player_play (&player, 1.0, 1010 * GST_MSECOND, 1090 * GST_MSECOND);
  fail_unless_equals_int (player.buffers->len, 3);
  check_frame (&player, 0, 30);
  player_clear (&player);
}

GST_END_TEST;

GST_START_TEST (test_reverse)
{
  Player player;

  player_init (&player, "sensor=stereo");
  player_play (&player, -1.0, 0, GST_SECOND);
  fail_unless_equals_int (player.buffers->len, 30);
  for (guint i = 0; i < 30; i += 7)
    check_frame (&player, i, 29 - i);
  player_clear (&player);

  /* the last one that starts before a time between two */
  player_init (&player, "sensor=stereo");
  player_play (&player, -1.0, GST_SECOND, 2010 * GST_MSECOND);
  fail_unless_equals_int (player.buffers->len, 31);
  check_frame (&player, 0, 60);
  check_frame (&player, 30, 30);
  player_clear (&player);
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

GST_START_TEST (test_duration)
{
  Player player;
  gint64 value;

  player_init (&player, "num-buffers=45");
  player_run_to_eos (&player);
  fail_unless_equals_int (player.buffers->len, 45);
  fail_unless (gst_element_query_duration (player.pipeline, GST_FORMAT_TIME,
          &value));
  fail_unless_equals_int64 (value, 1500 * GST_MSECOND);
  fail_unless (gst_element_query_convert (player.pipeline, GST_FORMAT_DEFAULT,
          90, GST_FORMAT_TIME, &value));
  fail_unless_equals_int64 (value, 3 * GST_SECOND);
  player_clear (&player);
}

GST_END_TEST;

/* Each frame waits for its time on the clock, and no longer. */
GST_START_TEST (test_live)
{
  GstHarness *h = source_new ("is-live=true", CAPS ",width=64,height=48");
  GstTestClock *clock;

  gst_harness_use_testclock (h);
  clock = gst_harness_get_testclock (h);
  gst_harness_play (h);
  for (guint i = 0; i < 5; i++) {
    GstClockTime pts = gst_util_uint64_scale (i, GST_SECOND, 30);
    GstBuffer *buffer;

    fail_unless_equals_int (gst_harness_buffers_received (h), i);
    fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 60));
    fail_unless_equals_uint64 (gst_test_clock_get_next_entry_time (clock), pts);
    fail_unless (gst_harness_crank_single_clock_wait (h));
    buffer = gst_harness_pull (h);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_uint64 (gst_harness_query_latency (h),
      gst_util_uint64_scale (1, GST_SECOND, 30));
  /* it waits for a time that does not come: stopping must not */
  fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 60));
  gst_object_unref (clock);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_live_does_not_seek)
{
  GstElement *source = gst_element_factory_make ("depthtestsrc", NULL);
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean seekable;

  g_object_set (source, "is-live", TRUE, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  fail_unless (gst_element_link (source, sink));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  fail_unless (gst_element_query (source, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  fail_if (seekable);
  gst_query_unref (query);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* Other caps in mid-stream: size and rate change, times and numbers go on. */
GST_START_TEST (test_renegotiation)
{
  Player player;
  GstElement *filter;
  GstClockTime expected = 0;
  guint small = 0;

  player_init (&player, "num-buffers=400 sensor=tof");
  filter = gst_bin_get_by_name (GST_BIN (player.pipeline), "filter");
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  while (small < 5) {
    g_mutex_lock (&player.lock);
    small = player.buffers->len;
    g_mutex_unlock (&player.lock);
    g_thread_yield ();
  }
  gst_util_set_object_arg (G_OBJECT (filter), "caps",
      CAPS ",width=33,height=21,framerate=10/1");
  gst_object_unref (filter);
  player_run_to_eos (&player);
  fail_unless_equals_int (player.buffers->len, 400);
  small = 0;
  for (guint i = 0; i < 400; i++) {
    GstBuffer *buffer = g_ptr_array_index (player.buffers, i);
    GstPinholeInfo lens;

    fail_unless (gst_pinhole_meta_get_info (buffer, &lens));
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    fail_unless (ABS (GST_CLOCK_DIFF (expected, GST_BUFFER_PTS (buffer))) <= 1);
    expected = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
    small += lens.width == 33;
    g_free (samples_of (buffer, lens.width, lens.height));
  }
  fail_unless (small > 0 && small < 400, "%u", small);
  player_clear (&player);
}

GST_END_TEST;

/* A pool of dirty buffers with padded rows and an offset, as a downstream
 * element may offer. */
#define OFFSET 16
#define STRIDE 160
typedef struct
{
  const gchar *source;
  gsize after;                  /* bytes after the samples of the last row */
  gsize first_memory;           /* 0: all in one */
} PoolCase;

static const PoolCase pools[] = {
  {"sensor=tof", 0, 0}, {"pattern=random", 0, 0}, {"sensor=stereo", 32, 0},
  {"sensor=ideal", 32, 3001}, {"pattern=invalid", 5, OFFSET},
};

typedef struct
{
  GstBufferPool parent;
  PoolCase pool;
} DirtyPool;

typedef GstBufferPoolClass DirtyPoolClass;
GType dirty_pool_get_type (void);
G_DEFINE_TYPE (DirtyPool, dirty_pool, GST_TYPE_BUFFER_POOL);

static GstFlowReturn
dirty_pool_alloc (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  const PoolCase *self = &((DirtyPool *) pool)->pool;
  gsize offset[GST_VIDEO_MAX_PLANES] = { OFFSET };
  gint stride[GST_VIDEO_MAX_PLANES] = { STRIDE };
  gsize size = OFFSET + STRIDE * 47 + 128 + self->after;

  *buffer = gst_buffer_new ();
  if (self->first_memory > 0)
    gst_buffer_append_memory (*buffer, gst_allocator_alloc (NULL,
            self->first_memory, NULL));
  gst_buffer_append_memory (*buffer, gst_allocator_alloc (NULL,
          size - self->first_memory, NULL));
  gst_buffer_memset (*buffer, 0, 0xaa, -1);
  gst_buffer_add_video_meta_full (*buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY16_LE, 64, 48, 1, offset, stride);
  return GST_FLOW_OK;
}

static void
dirty_pool_class_init (DirtyPoolClass * klass)
{
  klass->alloc_buffer = dirty_pool_alloc;
}

static void
dirty_pool_init (DirtyPool * pool)
{
}

static GstPadProbeReturn
offer_pool (GstPad * pad, GstPadProbeInfo * info, gpointer pool)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_pool (query, pool, OFFSET + STRIDE * 48, 2, 0);
  return GST_PAD_PROBE_HANDLED;
}

static GstHarness *
pool_source_new (const PoolCase * pool_case, GstBufferPool ** pool)
{
  gchar *properties = g_strdup_printf ("num-buffers=1 %s", pool_case->source);
  GstHarness *h = source_new (properties, CAPS ",width=64,height=48");

  *pool = gst_object_ref_sink (g_object_new (dirty_pool_get_type (), NULL));
  ((DirtyPool *) * pool)->pool = *pool_case;
  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      offer_pool, *pool, NULL);
  g_free (properties);
  return h;
}

GST_START_TEST (test_pool_of_downstream)
{
  GstBufferPool *pool;
  GstHarness *h = pool_source_new (&pools[__i__], &pool);
  guint16 *expected = shoot (pools[__i__].source, 0, 64, 48), *samples;
  GstBuffer *buffer;
  GstMapInfo map;

  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  fail_unless (buffer->pool == pool);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (guint at = 0; at < map.size; at++) {
    guint column = (at - OFFSET) % STRIDE;

    if (at < OFFSET) {
      fail_unless_equals_int (map.data[at], 0xaa);
    } else if (column >= 128) {
      fail_unless_equals_int (map.data[at], 0);
    }
  }
  gst_buffer_unmap (buffer, &map);
  /* gst_video_frame_map() maps one memory */
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_replace_all_memory (buffer, gst_buffer_get_all_memory (buffer));
  samples = samples_of (buffer, 64, 48);
  fail_unless (memcmp (samples, expected, 64 * 48 * 2) == 0);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  gst_object_unref (pool);
  g_free (samples);
  g_free (expected);
}

GST_END_TEST;

/* Buffers that are too small are an error, and nothing is written. */
GST_START_TEST (test_pool_of_small_buffers)
{
  const PoolCase small = { "sensor=stereo", -1, 0 };
  GstBufferPool *pool;
  GstHarness *h = pool_source_new (&small, &pool);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error;

  gst_element_set_bus (h->element, bus);
  gst_harness_play (h);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_WRITE));
  fail_unless (strstr (error->message, "7663 bytes") != NULL, "%s",
      error->message);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_bus (h->element, NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  gst_harness_teardown (h);
  gst_object_unref (pool);
}

GST_END_TEST;

GST_START_TEST (test_states)
{
  static const GstState states[] = {
    GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED,
    GST_STATE_READY, GST_STATE_PLAYING, GST_STATE_NULL, GST_STATE_PLAYING,
    GST_STATE_READY, GST_STATE_NULL,
  };
  Player player;

  for (guint live = 0; live < 2; live++) {
    player_init (&player, live ? "is-live=true sensor=stereo" : "sensor=tof");
    for (guint turn = 0; turn < 5; turn++) {
      for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
        gst_element_set_state (player.pipeline, states[i]);
        gst_element_get_state (player.pipeline, NULL, NULL, GST_SECOND / 20);
      }
    }
    player_clear (&player);
  }
}

GST_END_TEST;

/* After NULL the stream begins anew. */
GST_START_TEST (test_restart)
{
  Player player;

  player_init (&player, "num-buffers=4 sensor=stereo");
  for (guint turn = 0; turn < 2; turn++) {
    g_ptr_array_set_size (player.buffers, 0);
    player_run_to_eos (&player);
    fail_unless_equals_int (player.buffers->len, 4);
    check_frame (&player, 3, 3);
    gst_element_set_state (player.pipeline, GST_STATE_NULL);
  }
  player_clear (&player);
}

GST_END_TEST;

/* All but is-live may change while frames are made. */
GST_START_TEST (test_properties_while_playing)
{
  static const gchar *names[] = { "sensor", "pattern", "seed" };
  GstElement *source;
  Player player;

  player_init (&player, "num-buffers=300");
  source = gst_bin_get_by_name (GST_BIN (player.pipeline), "source");
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 600; i++) {
    gchar *value = g_strdup_printf ("%u", i / 3 % 3);

    gst_util_set_object_arg (G_OBJECT (source), names[i % 3], value);
    g_free (value);
    g_usleep (100);
  }
  gst_object_unref (source);
  player_run_to_eos (&player);
  fail_unless_equals_int (player.buffers->len, 300);
  player_clear (&player);
}

GST_END_TEST;

/* In the thread that makes the frames: from the next one on. */
static GstPadProbeReturn
set_property_at_a_frame (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  static const gchar *const changes[][2] = {
    {"seed", "7"}, {"sensor", "stereo"}, {"sensor", "tof"},
    {"pattern", "random"}, {"seed", "0"}
  };
  guint64 frame = GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info));

  if (frame < G_N_ELEMENTS (changes))
    gst_util_set_object_arg (data, changes[frame][0], changes[frame][1]);
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (test_properties_take_effect)
{
  static const gchar *const frames[] = {
    "sensor=ideal", "seed=7", "seed=7 sensor=stereo", "seed=7 sensor=tof",
    "seed=7 pattern=random", "pattern=random"
  };
  GstHarness *h = source_new ("num-buffers=6", CAPS ",width=64,height=48");
  GstElement *source = gst_harness_find_element (h, "depthtestsrc");

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER,
      set_property_at_a_frame, source, gst_object_unref);
  gst_harness_play (h);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    GstBuffer *buffer = gst_harness_pull (h);
    guint16 *samples = samples_of (buffer, 64, 48);
    guint16 *expected = shoot (frames[i], i, 64, 48);

    fail_unless (memcmp (samples, expected, 64 * 48 * 2) == 0, "frame %u", i);
    gst_buffer_unref (buffer);
    g_free (samples);
    g_free (expected);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

/* One cannot ask for another unit than it has, or another format. */
GST_START_TEST (test_refused_caps)
{
  static const gchar *refused[] = {
    CAPS ",depth-meter=(fraction)5000/1", "video/x-raw,format=GRAY16_BE",
    CAPS ",interlace-mode=interleaved", CAPS ",width=65536",
  };
  GstElement *source = gst_element_factory_make ("depthtestsrc", NULL);
  GstPad *pad = gst_element_get_static_pad (source, "src");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    GstCaps *filter = gst_caps_from_string (refused[i]);
    GstCaps *caps = gst_pad_query_caps (pad, filter);

    fail_unless (gst_caps_is_empty (caps), "%s", refused[i]);
    gst_caps_unref (caps);
    gst_caps_unref (filter);
  }
  gst_object_unref (pad);
  gst_object_unref (source);
}

GST_END_TEST;

static Suite *
depthtestsrc_suite (void)
{
  Suite *s = suite_create ("depthtestsrc");
  TCase *frames = tcase_create ("frames"), *element = tcase_create ("element");

  suite_add_tcase (s, frames);
  tcase_add_test (frames, test_defaults);
  tcase_add_loop_test (frames, test_same_bytes_everywhere, 0,
      G_N_ELEMENTS (golden));
  tcase_add_test (frames, test_frames_and_seeds_differ);
  tcase_add_test (frames, test_ramp);
  tcase_add_test (frames, test_random);
  tcase_add_test (frames, test_invalid);
  tcase_add_test (frames, test_full_range);
  tcase_add_test (frames, test_intrinsics_are_true);
  tcase_add_loop_test (frames, test_metas, 0, G_N_ELEMENTS (metas));
  tcase_add_test (frames, test_ideal);
  tcase_add_test (frames, test_stereo);
  tcase_add_test (frames, test_tof);
  tcase_add_loop_test (frames, test_sizes, 0, G_N_ELEMENTS (sizes));

  suite_add_tcase (s, element);
  tcase_add_loop_test (element, test_framerates, 0, G_N_ELEMENTS (rates));
  tcase_add_test (element, test_still);
  tcase_add_test (element, test_seek);
  tcase_add_test (element, test_reverse);
  tcase_add_test (element, test_loop);
  tcase_add_test (element, test_duration);
  tcase_add_test (element, test_live);
  tcase_add_test (element, test_live_does_not_seek);
  tcase_add_test (element, test_renegotiation);
  tcase_add_loop_test (element, test_pool_of_downstream, 0,
      G_N_ELEMENTS (pools));
  tcase_add_test (element, test_pool_of_small_buffers);
  tcase_add_test (element, test_states);
  tcase_add_test (element, test_restart);
  tcase_add_test (element, test_properties_while_playing);
  tcase_add_test (element, test_properties_take_effect);
  tcase_add_test (element, test_refused_caps);
  return s;
}

GST_CHECK_MAIN (depthtestsrc);
