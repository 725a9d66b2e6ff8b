/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Colour maps, tables, their use on pictures, equalisation and the legend. */

#include "colormap/colormap.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <string.h>

static const ColormapLayout rgba = { 0, 1, 2, 3 };

static uint32_t ramp[COLORMAP_RAMP_SIZE];
static uint32_t table[COLORMAP_TABLE_SIZE];

/* Read off the pictures of the Viewer of rerun-sdk 0.41.0 at eighths of the
 * range, maps 1 to 9. */
static const guint32 viewer[COLORMAP_COUNT][9] = {
  {0x000000, 0x202020, 0x404040, 0x606060, 0x7f7f7f, 0x9f9f9f, 0xbfbfbf,
      0xdfdfdf, 0xffffff},
  {0x000000, 0x21094b, 0x561168, 0x8a1f69, 0xb93652, 0xe2582a, 0xf98a0e,
      0xf7ca2c, 0xfaffa7},
  {0x000000, 0x1e0d4a, 0x4f167a, 0x832286, 0xb73577, 0xe45463, 0xfe8463,
      0xfec484, 0xfef9ba},
  {0x0f068b, 0x4c00a4, 0x7e05aa, 0xa92199, 0xcd477c, 0xe86d5f, 0xf99443,
      0xffc52a, 0xeef726},
  {0x23171b, 0x456aee, 0x26bde1, 0x40f392, 0x96fa50, 0xeecf2d, 0xff801d,
      0xc82d0c, 0x900d00},
  {0x470155, 0x472d7b, 0x3d528c, 0x2b728e, 0x1f908b, 0x2aae80, 0x5ac861,
      0xacdc30, 0xfce722},
  {0x00ffff, 0x00abcf, 0x00709f, 0x104c70, 0x404040, 0x704c10, 0x9f7000,
      0xcfab00, 0xffff00},
  {0x95023b, 0xdd4748, 0xf68f52, 0xffd384, 0xfcf8aa, 0xd5f3a8, 0x89cd9f,
      0x4098b6, 0x6e468f},
  {0xfed9f0, 0x93b7ca, 0x6b72bb, 0x482f84, 0x440e4d, 0x711d3e, 0xb25656,
      0xdba084, 0xfed9f0},
};

static const gchar *const names[COLORMAP_COUNT] = {
  "grayscale", "inferno", "magma", "plasma", "turbo", "viridis",
  "cyan-to-yellow", "spectral", "twilight"
};

static guint
at (guint depth)
{
  return GUINT16_FROM_LE (depth);
}

static guint8
byte_of (uint32_t packed, guint i)
{
  guint8 bytes[4];

  memcpy (bytes, &packed, 4);
  return bytes[i];
}

/* Largest difference of a channel. */
static gint
difference (uint32_t a, uint32_t b)
{
  gint largest = 0;

  for (guint i = 0; i < 4; i++)
    largest = MAX (largest, ABS (byte_of (a, i) - byte_of (b, i)));
  return largest;
}

static uint32_t
color (guint map, gdouble t)
{
  guint8 rgb[3];

  colormap_color (&colormaps[map - 1], t, rgb);
  return colormap_pack (&rgba,
      0xff000000u | (guint) rgb[0] << 16 | (guint) rgb[1] << 8 | rgb[2]);
}

static void
make_ramp (guint map)
{
  static guint made = 0;

  if (map != made)
    colormap_ramp (&colormaps[map - 1], &rgba, false, ramp);
  made = map;
}

static void
make_table (guint map, gdouble near, gdouble far)
{
  ColormapRange range = { near, far, 0, 1, 2 };

  make_ramp (map);
  colormap_table (ramp, &range, NULL, table);
}

GST_START_TEST (test_viewer)
{
  for (guint map = 0; map < COLORMAP_COUNT; map++) {
    assert_equals_string (colormaps[map].name, names[map]);
    for (guint i = 0; i < 9; i++) {
      uint32_t ours = color (map + 1, i / 8.);
      uint32_t theirs = colormap_pack (&rgba, 0xff000000u | viewer[map][i]);

      fail_unless (difference (ours, theirs) <= 1, "%s at %u/8: %08x, not %08x",
          names[map], i, ours, theirs);
    }
    /* what is outside of the range has the colour of its end */
    assert_equals_int (color (map + 1, -3), color (map + 1, 0));
    assert_equals_int (color (map + 1, 1.01), color (map + 1, 1));
  }
}

GST_END_TEST;

GST_START_TEST (test_pack)
{
  static const ColormapLayout layouts[] = {
    {0, 1, 2, 3}, {2, 1, 0, 3}, {1, 2, 3, 0}, {3, 2, 1, 0}
  };

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    uint32_t packed = colormap_pack (&layouts[i], 0x12345678);

    assert_equals_int (byte_of (packed, layouts[i].alpha), 0x12);
    assert_equals_int (byte_of (packed, layouts[i].red), 0x34);
    assert_equals_int (byte_of (packed, layouts[i].green), 0x56);
    assert_equals_int (byte_of (packed, layouts[i].blue), 0x78);
  }
}

GST_END_TEST;

/* Every sample of a table has the colour of the formula at its own depth. */
GST_START_TEST (test_table)
{
  static const struct
  {
    gdouble near, far;
  } ranges[] = {
    {500, 5000}, {1, 65535}, {0, 65535}, {0, 1e6}, {300.5, 301.25},
    {1000, 1001}, {70000, 80000}, {-5, 0.5}, {65535, 65536}, {0, 1e300}
  };

  /* under valgrind, a part of the samples */
  guint step = g_getenv ("DEPTH_TEST_LIGHT") ? 61 : 1;

  for (guint map = 1; map <= COLORMAP_COUNT; map++) {
    for (guint r = 0; r < G_N_ELEMENTS (ranges); r++) {
      gdouble near = ranges[r].near, far = ranges[r].far;

      make_table (map, near, far);
      assert_equals_int (table[at (0)], 0);
      for (guint depth = 1; depth < 65536; depth += step) {
        uint32_t expected = depth < near ? 1 : depth > far ? 2
            : color (map, (depth - near) / (far - near));

        /* each check of gst-check writes to a pipe: millions would be slow */
        if (difference (table[at (depth)], expected) > (expected > 2))
          fail ("%s, %g to %g, %u: %08x, not %08x", names[map - 1], near, far,
              depth, table[at (depth)], expected);
      }
    }
  }
}

GST_END_TEST;

static guint
count_changes (gdouble near, gdouble far, guint map, gboolean formula)
{
  uint32_t last = 0;
  guint changes = 0;

  for (guint depth = near; depth <= far; depth++) {
    uint32_t now = formula ? color (map, (depth - near) / (far - near))
        : table[at (depth)];

    changes += now != last;
    last = now;
  }
  return changes;
}

/* Neighbours differ as often as those of the formula do. */
GST_START_TEST (test_neighbours)
{
  static const gdouble ends[] = { 1500, 5000, 17000, 65535 };

  for (guint map = 1; map <= COLORMAP_COUNT; map++) {
    for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
      guint ours, exact;

      make_table (map, 500, ends[i]);
      ours = count_changes (500, ends[i], map, FALSE);
      exact = count_changes (500, ends[i], map, TRUE);
      fail_unless (fabs ((gdouble) ours - exact) <= exact * 0.03,
          "%s to %g: %u steps, not %u", names[map - 1], ends[i], ours, exact);
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_invert)
{
  uint32_t inverted[COLORMAP_RAMP_SIZE];

  for (guint map = 0; map < COLORMAP_COUNT; map++) {
    make_ramp (map + 1);
    colormap_ramp (&colormaps[map], &rgba, true, inverted);
    for (guint i = 0; i < COLORMAP_RAMP_SIZE; i++)
      fail_unless (difference (ramp[i],
              inverted[COLORMAP_RAMP_SIZE - 1 - i]) <= 1);
  }
}

GST_END_TEST;

static void
check_apply (guint width, guint height, guint pixel_size, guint in_padding,
    guint out_padding, guint offset)
{
  gsize stride = 2 * width + in_padding;
  gsize out_stride = pixel_size * width + out_padding;
  guint8 *in = g_malloc (offset + stride * height);
  guint8 *out = g_malloc (out_stride * height + 8);
  guint8 *pixels = in + offset;

  for (gsize i = 0; i < offset + stride * height; i++)
    in[i] = g_random_int_range (0, 256);
  memset (out, 0xa5, out_stride * height + 8);
  colormap_apply (table, (const uint16_t *) (gconstpointer) pixels, stride,
      width, height, out, out_stride, pixel_size);

  for (guint y = 0; y < height; y++) {
    guint8 *row = out + y * out_stride;

    for (guint x = 0; x < width; x++) {
      guint8 *sample = pixels + y * stride + 2 * x;
      guint depth = sample[0] | sample[1] << 8;

      if (memcmp (row + pixel_size * x, &table[at (depth)], pixel_size) != 0)
        fail ("%ux%u, pixel size %u: wrong at %u,%u", width, height,
            pixel_size, x, y);
    }
    for (guint i = 0; i < out_padding; i++)
      assert_equals_int (row[pixel_size * width + i], 0xa5);
  }
  for (guint i = 0; i < 8; i++)
    assert_equals_int (out[out_stride * height + i], 0xa5);
  g_free (in);
  g_free (out);
}

GST_START_TEST (test_apply)
{
  for (guint i = 0; i < COLORMAP_TABLE_SIZE; i++)
    table[i] = g_random_int ();
  for (guint pixel_size = 3; pixel_size <= 4; pixel_size++) {
    for (guint width = 1; width <= 19; width++)
      check_apply (width, 3, pixel_size, 2 * (width % 3), width % 5, width % 2);
    check_apply (641, 7, pixel_size, 6, 13, 1);
    check_apply (65535, 1, pixel_size, 0, 0, 0);
    check_apply (1, 1000, pixel_size, 62, 1, 0);
  }
}

GST_END_TEST;

#define SIDE 256

static void
measure (ColormapEqualizer * equalizer, const guint16 * pixels, gdouble seconds)
{
  colormap_equalizer_measure (equalizer, pixels, 2 * SIDE, SIDE, SIDE, 1000,
      5000, seconds);
}

static void
fill_frame (guint16 * pixels, guint from, guint to)
{
  for (guint i = 0; i < SIDE * SIDE; i++) {
    /* the macro may take its argument twice */
    guint16 sample = g_random_int_range (from, to);

    pixels[i] = GUINT16_TO_LE (sample);
  }
}

static gdouble
moved (const ColormapEqualizer * a, const ColormapEqualizer * b)
{
  gdouble largest = 0;

  for (guint i = 0; i <= COLORMAP_BINS; i++)
    largest = MAX (largest, fabs (a->curve[i] - b->curve[i]));
  return largest;
}

GST_START_TEST (test_equalizer)
{
  guint16 *pixels = g_new (guint16, SIDE * SIDE);
  ColormapEqualizer equalizer = { {0}, false, {{0}
      }, 0
  };
  ColormapRange range = { 1000, 5000, 0, 1, 2 };
  ColormapEqualizer before;
  guint counts[4] = { 0, };

  /* nothing in the range: nothing is known */
  fill_frame (pixels, 0, 1);
  measure (&equalizer, pixels, 0.03);
  fail_if (equalizer.measured);
  fill_frame (pixels, 5001, 65536);
  measure (&equalizer, pixels, 0.03);
  fail_if (equalizer.measured);

  /* a flat histogram leaves a map as it is */
  fill_frame (pixels, 1000, 5001);
  measure (&equalizer, pixels, 0.03);
  fail_unless (equalizer.measured);
  for (guint i = 0; i <= COLORMAP_BINS; i++)
    fail_unless (fabs (equalizer.curve[i] - i / (gdouble) COLORMAP_BINS)
        < 0.02);

  /* all in a tenth of the range: after a second each quarter of the greys has
   * a quarter of the pixels */
  fill_frame (pixels, 2000, 2400);
  for (guint i = 0; i < 60; i++)
    measure (&equalizer, pixels, 0.033);
  make_ramp (1);
  colormap_table (ramp, &range, &equalizer, table);
  for (guint i = 0; i < SIDE * SIDE; i++)
    counts[byte_of (table[pixels[i]], 0) / 64]++;
  for (guint i = 0; i < 4; i++)
    fail_unless (ABS ((gint) counts[i] - SIDE * SIDE / 4) < SIDE * SIDE / 50,
        "quarter %u has %u", i, counts[i]);
  assert_equals_int (table[at (999)], 1);
  assert_equals_int (table[at (5001)], 2);
  assert_equals_int (byte_of (table[at (5000)], 0), 255);

  /* one frame of another scene is not seen, a few are */
  before = equalizer;
  fill_frame (pixels, 4000, 5001);
  measure (&equalizer, pixels, 0.033);
  fail_unless (moved (&before, &equalizer) < 0.002);
  fill_frame (pixels, 2000, 2400);
  measure (&equalizer, pixels, 0.033);
  fail_unless (moved (&before, &equalizer) < 0.004);
  fill_frame (pixels, 4000, 5001);
  for (guint i = 0; i < 3; i++)
    measure (&equalizer, pixels, 0.033);
  fail_unless (moved (&before, &equalizer) > 0.1);
  for (guint i = 1; i <= COLORMAP_BINS; i++) {
    fail_unless (equalizer.curve[i] >= equalizer.curve[i - 1]);
    fail_unless (equalizer.curve[i] <= 1);
  }
  g_free (pixels);
}

GST_END_TEST;

#define INK 0xffffffffu
#define PAPER 0xff000000u

static guint8 *
draw_legend (guint width, guint height, guint pixel_size, guint padding,
    gdouble near, gdouble far, gdouble units)
{
  ColormapRange range = { near, far, 0, 0, 0 };
  gsize stride = (gsize) width * pixel_size + padding;
  ColormapPicture picture;

  picture.stride = stride;
  picture.width = width;
  picture.height = height;
  picture.pixel_size = pixel_size;
  picture.ink = INK;
  picture.paper = PAPER;
  picture.data = g_malloc (stride * height);
  memset (picture.data, 0x55, stride * height);
  make_ramp (5);
  colormap_table (ramp, &range, NULL, table);
  colormap_legend (&picture, table, &range, units);
  for (guint y = 0; y < height; y++)
    for (guint i = 0; i < padding; i++)
      assert_equals_int (picture.data[y * stride + width * pixel_size + i],
          0x55);
  return picture.data;
}

static guint32
pixel (const guint8 * picture, guint width, guint x, guint y)
{
  guint32 value;

  memcpy (&value, picture + 4 * ((gsize) y * width + x), 4);
  return value;
}

static gboolean
untouched (const guint8 * picture, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (picture[i] != 0x55)
      return FALSE;
  return TRUE;
}

/* Any size and range, with nothing written outside (sanitizers look too). */
GST_START_TEST (test_legend_sizes)
{
  static const gdouble ranges[][3] = {
    {500, 5000, 1000}, {0, 65535, 1000}, {0, 65535, 1}, {1000, 1001, 1000},
    {999.5, 1000.5, 10000}, {0, 0.5, 1000}, {70000, 80000, 1000},
    {0, 1e300, 1000}, {300, 301, 1e12}, {1, 65535, 2.5}
  };
  static const guint sizes[][2] = {
    {1, 1}, {63, 500}, {500, 63}, {64, 64}, {65, 4000}, {4000, 65},
    {101, 77}, {320, 240}, {1280, 720}
  };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
    for (guint r = 0; r < G_N_ELEMENTS (ranges); r++) {
      for (guint pixel_size = 3; pixel_size <= 4; pixel_size++) {
        guint width = sizes[s][0], height = sizes[s][1];
        guint8 *picture = draw_legend (width, height, pixel_size, 3,
            ranges[r][0], ranges[r][1], ranges[r][2]);

        if (width < 64 || height < 64)
          fail_unless (untouched (picture, (gsize) width * pixel_size));
        g_free (picture);
      }
    }
  }
}

GST_END_TEST;

/* In the column of the bar colours go from near at the bottom to far at the
 * top, and a tick stands beside the colour of its depth. */
static void
check_legend (guint width, guint height, guint scale, guint step)
{
  guint bar = width - (4 + 3 + 8 / 2) * scale;
  guint tick = width - (4 + 3 + 8 + 1) * scale;
  guint8 *picture = draw_legend (width, height, 4, 0, 500, 5000, 1000);
  guint top = 0, bottom = 0, ticks = 0, depth;
  gdouble down;

  for (guint y = (4 + 3 + 7) * scale; y < height; y++) {
    guint32 value = pixel (picture, width, bar, y);

    if (value == PAPER || value == 0x55555555)
      continue;
    if (!top)
      top = y;
    bottom = y;
  }
  fail_unless (bottom - top > height * 0.6);
  fail_unless (difference (pixel (picture, width, bar, bottom),
          table[at (500)]) <= 2);
  fail_unless (difference (pixel (picture, width, bar, top),
          table[at (5000)]) <= 2);

  for (guint y = top; y <= bottom; y++) {
    if (pixel (picture, width, tick, y) != INK
        || pixel (picture, width, tick, y - 1) == INK)
      continue;
    depth = 5000 - ticks * step;
    down = (bottom + 1. - scale - top) * (5000 - depth) / 4500.;
    fail_unless (fabs (top + down - y) <= 1, "tick %u at %u", ticks, y);
    ticks++;
  }
  assert_equals_int (ticks, 1 + 4500 / step);
  g_free (picture);
}

GST_START_TEST (test_legend)
{
  check_legend (320, 240, 2, 1000);
  check_legend (640, 480, 3, 500);
  check_legend (3840, 2160, 10, 500);
  check_legend (100, 2000, 1, 50);
}

GST_END_TEST;

/* The same random numbers in every run. */
static void
setup (void)
{
  g_random_set_seed (1);
}

static Suite *
colormap_suite (void)
{
  Suite *s = suite_create ("colormap");
  TCase *tc = tcase_create ("colormap");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, test_viewer);
  tcase_add_test (tc, test_pack);
  tcase_add_test (tc, test_table);
  tcase_add_test (tc, test_neighbours);
  tcase_add_test (tc, test_invert);
  tcase_add_test (tc, test_apply);
  tcase_add_test (tc, test_equalizer);
  tcase_add_test (tc, test_legend_sizes);
  tcase_add_test (tc, test_legend);
  return s;
}

GST_CHECK_MAIN (colormap);
