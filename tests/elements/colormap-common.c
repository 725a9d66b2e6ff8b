/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthcolormap in a harness, and what it makes of samples. */

#include "colormap-common.h"

#include "colormap/colormap.h"

const Format formats[N_FORMATS] = {
  {"RGBA", 4, 0, 1, 2, 3},
  {"BGRA", 4, 2, 1, 0, 3},
  {"RGBx", 4, 0, 1, 2, -2, 3},
  {"BGRx", 4, 2, 1, 0, -2, 3},
  {"RGB", 3, 0, 1, 2, -1},
  {"BGR", 3, 2, 1, 0, -1},
};

GstBus *bus;

GstHarness *
harness_new (guint width, guint height, const gchar * format,
    const gchar * in_fields)
{
  GstHarness *h = gst_harness_new ("depthcolormap");
  gchar *out = g_strdup_printf ("video/x-raw,format=%s", format);

  bus = watch (h->element);
  gst_harness_set_sink_caps_str (h, out);
  push_caps (h, width, height, in_fields);
  g_free (out);
  return h;
}

void
harness_free (GstHarness * h)
{
  unwatch (h->element, bus);
  gst_harness_teardown (h);
}

GstBuffer *
depth_new (const guint16 * samples, guint width, guint height, guint number)
{
  guint16 *swapped = g_new (guint16, width * height);
  GstBuffer *buffer;

  for (guint i = 0; i < width * height; i++)
    swapped[i] = GUINT16_TO_LE (samples[i]);
  buffer = frame_new (swapped, width, height, NULL, number);
  g_free (swapped);
  return buffer;
}

guint32
pixel_of (const guint8 * pixel, const Format * format)
{
  guint alpha = format->alpha < 0 ? 0xff : pixel[format->alpha];

  return alpha << 24 | pixel[format->red] << 16 | pixel[format->green] << 8
      | pixel[format->blue];
}

void
colour_row (GstHarness * h, const guint16 * samples, guint width,
    const Format * format, guint32 * colours)
{
  GstBuffer *buffer = gst_harness_push_and_pull (h, depth_new (samples, width,
          1, 0));
  GstMapInfo map;

  fail_unless (buffer != NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (guint x = 0; x < width; x++) {
    colours[x] = pixel_of (map.data + x * format->size, format);
    if (format->alpha == -2)
      assert_equals_int (map.data[x * format->size + format->unused], 0xff);
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

guint32
expected (guint map, gboolean invert, gdouble t)
{
  guint8 rgb[3];

  t = CLAMP (t, 0, 1);
  colormap_color (&colormaps[map - 1], invert ? 1 - t : t, rgb);
  return 0xff000000u | (guint) rgb[0] << 16 | (guint) rgb[1] << 8 | rgb[2];
}

gint
difference (guint32 a, guint32 b)
{
  gint largest = 0;

  for (guint shift = 0; shift < 32; shift += 8)
    largest = MAX (largest, ABS ((gint) (a >> shift & 0xff)
            - (gint) (b >> shift & 0xff)));
  return largest;
}

void
draw_scene (guint16 * samples, guint near, guint far, guint32 seed)
{
  GRand *rand = g_rand_new_with_seed (seed);

  for (guint y = 0; y < SIDE; y++) {
    for (guint x = 0; x < SIDE; x++) {
      guint depth = near + (far - near) * y / (SIDE - 1);
      gint noise = depth / 100;

      samples[y * SIDE + x] = g_rand_int_range (rand, 0, 20) == 0 ? 0
          : depth + g_rand_int_range (rand, -noise, noise + 1);
    }
  }
  g_rand_free (rand);
}

GstBuffer *
colour_scene (GstHarness * h, const guint16 * samples, guint width,
    guint height, guint number)
{
  GstBuffer *buffer = gst_harness_push_and_pull (h, depth_new (samples, width,
          height, number));

  fail_unless (buffer != NULL);
  return buffer;
}

void
setup (void)
{
  g_random_set_seed (1);
}
