/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthcolormap: colours at known samples, ranges, negotiation, bad buffers. */

#include "colormap/colormap.h"
#include "depth/depthmeta.h"
#include "png16/png16.h"
#include "../frames-main.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/video/video.h>
#include <string.h>

#define FRAME (GST_SECOND / 30)

typedef struct
{
  const gchar *name;
  guint size, red, green, blue;
  gint alpha;                   /* -1: none, -2: a byte that says nothing */
  guint unused;
} Format;

static const Format formats[] = {
  {"RGBA", 4, 0, 1, 2, 3},
  {"BGRA", 4, 2, 1, 0, 3},
  {"RGBx", 4, 0, 1, 2, -2, 3},
  {"BGRx", 4, 2, 1, 0, -2, 3},
  {"RGB", 3, 0, 1, 2, -1},
  {"BGR", 3, 2, 1, 0, -1},
};

static GstBus *bus;

static GstHarness *
harness_new (guint width, guint height, const gchar * format,
    const gchar * in_fields)
{
  GstHarness *h = gst_harness_new ("depthcolormap");
  gchar *in = g_strdup_printf ("video/x-raw,format=GRAY16_LE,width=%u,"
      "height=%u,framerate=30/1%s", width, height, in_fields);
  gchar *out = g_strdup_printf ("video/x-raw,format=%s", format);

  bus = gst_bus_new ();
  gst_element_set_bus (h->element, bus);
  gst_harness_set_caps_str (h, in, out);
  g_free (in);
  g_free (out);
  return h;
}

static void
harness_free (GstHarness * h)
{
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
  gst_bus_set_flushing (bus, TRUE);
  gst_clear_object (&bus);
}

static GstBuffer *
frame_new (const guint16 * samples, guint width, guint height, guint number)
{
  gsize stride = GST_ROUND_UP_4 (2 * width);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, stride * height, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      GST_WRITE_UINT16_LE (map.data + y * stride + 2 * x,
          samples[y * width + x]);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = number * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return buffer;
}

/* 0xAARRGGBB; 0xff where there is no alpha. */
static guint32
pixel_of (const guint8 * pixel, const Format * format)
{
  guint alpha = format->alpha < 0 ? 0xff : pixel[format->alpha];

  return alpha << 24 | pixel[format->red] << 16 | pixel[format->green] << 8
      | pixel[format->blue];
}

/* Colours one row of samples. */
static void
colour_row (GstHarness * h, const guint16 * samples, guint width,
    const Format * format, guint32 * colours)
{
  GstBuffer *buffer = gst_harness_push_and_pull (h, frame_new (samples, width,
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

static guint32
expected (guint map, gboolean invert, gdouble t)
{
  guint8 rgb[3];

  t = CLAMP (t, 0, 1);
  colormap_color (&colormaps[map - 1], invert ? 1 - t : t, rgb);
  return 0xff000000u | (guint) rgb[0] << 16 | (guint) rgb[1] << 8 | rgb[2];
}

static gint
difference (guint32 a, guint32 b)
{
  gint largest = 0;

  for (guint shift = 0; shift < 32; shift += 8)
    largest = MAX (largest, ABS ((gint) (a >> shift & 0xff)
            - (gint) (b >> shift & 0xff)));
  return largest;
}

/* Every map and format, both ways round, at the samples that matter. */
GST_START_TEST (test_formats)
{
  static const guint16 samples[] =
      { 0, 1, 499, 500, 501, 1234, 2750, 4999, 5000, 5001, 65534, 65535, 257 };
  const guint n = G_N_ELEMENTS (samples);

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    GstHarness *h = harness_new (n, 1, formats[f].name, "");

    for (guint map = 1; map <= COLORMAP_COUNT; map++) {
      for (guint invert = 0; invert < 2; invert++) {
        guint32 colours[G_N_ELEMENTS (samples)];

        g_object_set (h->element, "near", 0.5, "far", 5., "colormap", map,
            "invert", invert, NULL);
        colour_row (h, samples, n, &formats[f], colours);
        assert_equals_int_hex (colours[0], 0xff000000);
        for (guint i = 1; i < n; i++)
          fail_unless (difference (colours[i], expected (map, invert,
                      (samples[i] - 500) / 4500.)) <= 1,
              "%s, map %u, invert %u, %u: %08x", formats[f].name, map, invert,
              samples[i], colours[i]);
      }
    }
    harness_free (h);
  }
}

GST_END_TEST;

GST_START_TEST (test_colors)
{
  static const guint16 samples[] = { 0, 1, 499, 500, 5000, 5001, 65535 };
  const guint n = G_N_ELEMENTS (samples);

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    guint32 colours[G_N_ELEMENTS (samples)];
    guint32 opaque = formats[f].alpha < 0 ? 0xff000000 : 0;
    GstHarness *h = harness_new (n, 1, formats[f].name, "");

    g_object_set (h->element, "near", 0.5, "far", 5., "invalid-color",
        0x00010203, "below-color", 0x80102030, "above-color", 0x7f405060, NULL);
    colour_row (h, samples, n, &formats[f], colours);
    assert_equals_int_hex (colours[0], 0x00010203 | opaque);
    assert_equals_int_hex (colours[1], 0x80102030 | opaque);
    assert_equals_int_hex (colours[2], 0x80102030 | opaque);
    fail_unless (difference (colours[3], expected (5, FALSE, 0)) <= 1);
    fail_unless (difference (colours[4], expected (5, FALSE, 1)) <= 1);
    assert_equals_int_hex (colours[5], 0x7f405060 | opaque);
    assert_equals_int_hex (colours[6], 0x7f405060 | opaque);
    harness_free (h);
  }
}

GST_END_TEST;

static GstCaps *
query_caps (GstHarness * h, const gchar * pad_name, const gchar * filter)
{
  GstPad *pad = gst_element_get_static_pad (h->element, pad_name);
  GstCaps *caps = filter ? gst_caps_from_string (filter) : NULL;
  GstCaps *result = gst_pad_query_caps (pad, caps);

  gst_clear_caps (&caps);
  gst_object_unref (pad);
  return result;
}

static void
check_caps (const GstCaps * caps, const gchar * wanted)
{
  GstCaps *other = gst_caps_from_string (wanted);

  fail_unless (gst_caps_is_equal (caps, other), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (other);
}

GST_START_TEST (test_caps)
{
  GstHarness *h = harness_new (8, 6, "{ BGRx, RGB }",
      ",pixel-aspect-ratio=4/3,depth-meter=5000/1,depth-other=1");
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  GstStructure *s;

  /* the size and the like stay, what is said of depth does not */
  fail_unless (caps != NULL);
  s = gst_caps_get_structure (caps, 0);
  assert_equals_string (gst_structure_get_string (s, "format"), "BGRx");
  fail_if (gst_structure_has_field (s, "depth-meter"));
  fail_if (gst_structure_has_field (s, "depth-other"));
  fail_unless (gst_structure_has_field_typed (s, "pixel-aspect-ratio",
          GST_TYPE_FRACTION));
  gst_caps_unref (caps);
  harness_free (h);

  /* upstream: depth of the size that is wanted downstream */
  h = gst_harness_new ("depthcolormap");
  gst_harness_set_sink_caps_str (h,
      "video/x-raw,format=BGRA,width=[16,32],height=24,framerate=0/1");
  caps = query_caps (h, "sink", NULL);
  check_caps (caps,
      "video/x-raw,format={GRAY16_LE,GRAY16_BE},width=[16,32],height=24,"
      "framerate=0/1");
  gst_caps_unref (caps);
  caps = query_caps (h, "sink", "EMPTY");
  fail_unless (gst_caps_is_empty (caps));
  gst_caps_unref (caps);
  caps = query_caps (h, "src", "video/x-raw,format=GRAY8");
  fail_unless (gst_caps_is_empty (caps));
  gst_caps_unref (caps);
  gst_harness_teardown (h);

  h = gst_harness_new ("depthcolormap");
  gst_harness_set_sink_caps_str (h, "video/x-raw(memory:GLMemory),format=RGBA");
  caps = query_caps (h, "sink", NULL);
  fail_unless (gst_caps_is_empty (caps));
  gst_caps_unref (caps);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_metas)
{
  GstDepthInfo depth = { 1000, 500, 5000 };
  GstPinholeInfo pinhole = { 600, 601, 4, 3, 8, 6 };
  guint16 samples[48] = { 0, };
  GstCaps *reference = gst_caps_new_empty_simple ("timestamp/x-unix");
  GstHarness *h = harness_new (8, 6, "RGBA", "");
  GstBuffer *buffer = frame_new (samples, 8, 6, 3);
  GstBuffer *parent = gst_buffer_new ();

  gst_buffer_add_parent_buffer_meta (buffer, parent);
  gst_buffer_unref (parent);
  gst_depth_meta_set_info (buffer, &depth);
  gst_pinhole_meta_set_info (buffer, &pinhole);
  gst_buffer_add_reference_timestamp_meta (buffer, reference, 42, 7);
  gst_buffer_add_video_region_of_interest_meta (buffer, "hand", 1, 2, 3, 4);
  buffer = gst_harness_push_and_pull (h, buffer);

  fail_if (gst_depth_meta_get_info (buffer, &depth));
  /* whose memory is not in the picture: a camera's would be held */
  fail_if (gst_buffer_get_parent_buffer_meta (buffer));
  fail_unless (gst_pinhole_meta_get_info (buffer, &pinhole));
  assert_equals_float (pinhole.fy, 601);
  fail_unless (gst_buffer_get_reference_timestamp_meta (buffer, reference));
  fail_unless (gst_buffer_get_video_region_of_interest_meta_id (buffer, 0));
  assert_equals_uint64 (GST_BUFFER_PTS (buffer), 3 * FRAME);
  assert_equals_uint64 (GST_BUFFER_DURATION (buffer), FRAME);
  gst_buffer_unref (buffer);
  gst_caps_unref (reference);
  harness_free (h);
}

GST_END_TEST;

/* FALSE: no range message. */
static gboolean
pop_range (gdouble * near, gdouble * far)
{
  GstMessage *message;
  gboolean found = FALSE;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (message);

    if (gst_structure_has_name (s, "range"))
      found = gst_structure_get (s, "near", G_TYPE_DOUBLE, near, "far",
          G_TYPE_DOUBLE, far, NULL);
    gst_message_unref (message);
  }
  return found;
}

static void
push_range (GstHarness * h, const guint16 * samples, guint n,
    const GstDepthInfo * info, gdouble near, gdouble far)
{
  GstBuffer *buffer = frame_new (samples, n, 1, 0);
  gdouble said_near = -1, said_far = -1;

  if (info)
    gst_depth_meta_set_info (buffer, info);
  gst_buffer_unref (gst_harness_push_and_pull (h, buffer));
  fail_unless (pop_range (&said_near, &said_far));
  fail_unless (ABS (said_near - near) < 0.03 * (far - near)
      && ABS (said_far - far) < 0.03 * (far - near), "%g to %g", said_near,
      said_far);
}

/* A property, then metadata, then what was measured; the unit from the
 * metadata, then from the caps. */
GST_START_TEST (test_rule)
{
  guint16 samples[400];
  GstDepthInfo both = { 1000, 600, 4000 }, meter = { 10000, 0, 0 };
  gdouble near, far;
  GstHarness *h = harness_new (400, 1, "RGBA", ",depth-meter=2000/1");

  /* nothing there: nothing said, and "no depth" all over */
  memset (samples, 0, sizeof (samples));
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 400, 1,
              0)));
  fail_if (pop_range (&near, &far));

  for (guint i = 0; i < 400; i++)
    samples[i] = 2000 + 10 * i;
  push_range (h, samples, 400, NULL, 1, 3);
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 400, 1,
              0)));
  fail_if (pop_range (&near, &far));    /* said once */
  push_range (h, samples, 400, &both, 0.6, 4);
  push_range (h, samples, 400, &meter, 0.2, 0.6);
  g_object_set (h->element, "near", 0.3, NULL);
  push_range (h, samples, 400, &both, 0.3, 4);
  push_range (h, samples, 400, NULL, 0.3, 3);
  g_object_set (h->element, "far", 2.5, NULL);
  push_range (h, samples, 400, &both, 0.3, 2.5);
  g_object_set (h->element, "near", -1., NULL);
  push_range (h, samples, 400, &both, 0.6, 2.5);
  harness_free (h);
}

GST_END_TEST;

/* Sizes with padded rows and a plane offset, on both sides. */
static void
check_strides (guint width, guint height, const Format * format)
{
  gsize offset = 6, stride = 2 * width + 22;
  gsize out_offsets[GST_VIDEO_MAX_PLANES] = { offset, };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, };
  GstHarness *h = harness_new (width, height, format->name, "");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, offset + stride * height,
      NULL);
  GstVideoFrame frame;
  GstVideoInfo info;
  GstCaps *caps;
  GstMapInfo map;

  g_object_set (h->element, "near", 1., "far", 60., NULL);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0xee, map.size);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      GST_WRITE_UINT16_LE (map.data + offset + y * stride + 2 * x,
          1000 + (x * 7919 + y * 104729) % 59001);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, width,
      height, 1, out_offsets, strides);
  buffer = gst_harness_push_and_pull (h, buffer);

  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (guint y = 0; y < height; y++) {
    const guint8 *row = (guint8 *) frame.data[0]
        + y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (guint x = 0; x < width; x++) {
      guint depth = 1000 + (x * 7919 + y * 104729) % 59001;

      if (difference (pixel_of (row + x * format->size, format), expected (5,
                  FALSE, (depth - 1000) / 59000.)) > 1)
        fail ("%s, %ux%u: wrong at %u,%u", format->name, width, height, x, y);
    }
  }
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
  harness_free (h);
}

GST_START_TEST (test_strides)
{
  static const guint sizes[][2] =
      { {1, 1}, {3, 5}, {7, 2}, {101, 37}, {1, 300}, {640, 3}, {8193, 1} };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      check_strides (sizes[i][0], sizes[i][1], &formats[f]);
}

GST_END_TEST;

/* A downstream that wants rows with padding, from a pool of its own. */
static GstPadProbeReturn
propose_pool (GstPad * pad, GstPadProbeInfo * info, gpointer pool)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  GstVideoAlignment padding;
  GstStructure *config;
  GstVideoInfo video;
  GstCaps *caps;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_parse_allocation (query, &caps, NULL);
  fail_unless (gst_video_info_from_caps (&video, caps));
  gst_video_alignment_reset (&padding);
  padding.padding_left = 5;
  padding.padding_right = 9;
  padding.padding_top = 2;
  gst_video_info_align (&video, &padding);
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, video.size, 0, 0);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &padding);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  gst_query_add_allocation_pool (query, pool, video.size, 0, 0);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (test_downstream_pool)
{
  static const guint16 samples[] = { 0, 1000, 2000, 3000, 4000, 5000 };
  GstBufferPool *pool = gst_video_buffer_pool_new ();
  GstHarness *h = gst_harness_new ("depthcolormap");
  GstBuffer *buffer;
  GstVideoMeta *meta;
  GstMapInfo map;
  gint stride;
  gpointer data;

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      propose_pool, pool, NULL);
  gst_harness_set_caps_str (h, "video/x-raw,format=GRAY16_LE,width=3,height=2,"
      "framerate=30/1", "video/x-raw,format=RGBA");
  g_object_set (h->element, "near", 1., "far", 5., NULL);
  buffer = gst_harness_push_and_pull (h, frame_new (samples, 3, 2, 0));

  fail_unless (buffer->pool == pool);
  meta = gst_buffer_get_video_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless (gst_video_meta_map (meta, 0, &map, &data, &stride,
          GST_MAP_READ));
  fail_unless (stride >= 4 * (3 + 5 + 9));
  for (guint i = 0; i < 6; i++) {
    guint32 colour = pixel_of ((guint8 *) data + i / 3 * stride + i % 3 * 4,
        &formats[0]);

    fail_unless (difference (colour, i == 0 ? 0xff000000 : expected (5, FALSE,
                (samples[i] - 1000) / 4000.)) <= 1);
  }
  gst_video_meta_unmap (meta, 0, &map);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  gst_object_unref (pool);
}

GST_END_TEST;

static GstMessage *
pop_error (void)
{
  return gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
}

/* One error, though the caps come again with the buffer. */
GST_START_TEST (test_bad_caps)
{
  static const gchar *const table[][2] = {
    {"width=8,height=6,interlace-mode=interleaved", "interleaved"},
    {"width=8,height=6,depth-meter=1/1000", "depth-meter"},
    {"width=8", "width and height"},
    {"framerate=30/1", "width and height"},
  };
  GstHarness *h = harness_new (8, 6, "RGBA", "");
  guint16 samples[48] = { 0, };
  gchar *text = g_strdup_printf ("video/x-raw,format=GRAY16_LE,%s",
      table[__i__][0]);
  GstCaps *caps = gst_caps_from_string (text);
  GstMessage *message;
  GError *error;

  gst_harness_push_event (h, gst_event_new_caps (caps));
  assert_equals_int (gst_harness_push (h, frame_new (samples, 8, 6, 0)),
      GST_FLOW_NOT_NEGOTIATED);
  message = pop_error ();
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT));
  fail_unless (strstr (error->message, table[__i__][1]) != NULL, "%s",
      error->message);
  g_error_free (error);
  gst_message_unref (message);
  fail_unless (pop_error () == NULL);
  gst_caps_unref (caps);
  g_free (text);
  harness_free (h);
}

GST_END_TEST;

/* A buffer with less in it than its caps say: an error, not old pixels. */
GST_START_TEST (test_small_buffer)
{
  GstHarness *h = harness_new (8, 6, "RGBA", "");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 2 * 8 * 5, NULL);
  GstMessage *message;

  assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_ERROR);
  assert_equals_int (gst_harness_buffers_in_queue (h), 0);
  message = pop_error ();
  fail_unless (message != NULL);
  gst_message_unref (message);
  harness_free (h);
}

GST_END_TEST;

/* A file's raw frames: a segment of bytes, no times. */
GST_START_TEST (test_bytes)
{
  guint16 samples[48];
  GstHarness *h = gst_harness_new ("depthcolormap");
  GstCaps *caps = gst_caps_from_string ("video/x-raw,format=GRAY16_LE,"
      "width=8,height=6,framerate=0/1");
  GstSegment segment;

  for (guint i = 0; i < 48; i++)
    samples[i] = 500 + 100 * i;
  gst_harness_set_sink_caps_str (h, "video/x-raw,format=RGBA");
  gst_harness_push_event (h, gst_event_new_stream_start ("bytes"));
  gst_harness_push_event (h, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  assert_equals_int (gst_harness_push (h, frame_new (samples, 8, 6, 0)),
      GST_FLOW_OK);
  gst_buffer_unref (gst_harness_pull (h));
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_bad_range)
{
  GstElement *element = gst_element_factory_make ("depthcolormap", NULL);

  bus = gst_bus_new ();
  gst_element_set_bus (element, bus);
  g_object_set (element, "near", 5., "far", 2., NULL);
  assert_equals_int (gst_element_set_state (element, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  gst_message_unref (pop_error ());
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  gst_clear_object (&bus);
}

GST_END_TEST;

/* A still picture: no rate, no time. */
GST_START_TEST (test_still)
{
  guint16 samples[256];
  GstHarness *h = gst_harness_new ("depthcolormap");

  for (guint i = 0; i < 256; i++)
    samples[i] = 1000 + i;
  gst_harness_set_caps_str (h,
      "video/x-raw,format=GRAY16_LE,width=16,height=16,framerate=0/1",
      "video/x-raw,format=RGB");
  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer = frame_new (samples, 16, 16, 0);

    GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
    g_object_set (h->element, "equalize", i > 0, NULL);
    buffer = gst_harness_push_and_pull (h, buffer);
    fail_unless (buffer != NULL);
    fail_if (GST_BUFFER_PTS_IS_VALID (buffer));
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

/* What is switched on and off again leaves nothing behind. */
GST_START_TEST (test_switches)
{
  static const gchar *const switches[] = { "invert", "equalize" };
  static const guint16 samples[] = { 1000, 1100, 1200, 3000 };
  GstHarness *h = harness_new (4, 1, "RGBA", "");
  guint32 before[4], on[4], after[4];

  g_object_set (h->element, "near", 1., "far", 3., NULL);
  colour_row (h, samples, 4, &formats[0], before);
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++) {
    g_object_set (h->element, switches[i], TRUE, NULL);
    colour_row (h, samples, 4, &formats[0], on);
    fail_unless (difference (on[2], before[2]) > 50, "%s", switches[i]);
    g_object_set (h->element, switches[i], FALSE, NULL);
    colour_row (h, samples, 4, &formats[0], after);
    fail_unless (memcmp (before, after, sizeof before) == 0, "%s", switches[i]);
  }
  harness_free (h);
}

GST_END_TEST;

/* Size, unit and format change while data flows. */
GST_START_TEST (test_caps_change)
{
  static const guint16 samples[] = { 1000, 2000, 3000, 4000 };
  GstHarness *h = harness_new (4, 1, "RGBA", "");
  guint32 colours[4];

  g_object_set (h->element, "near", 1., "far", 3., NULL);
  colour_row (h, samples, 4, &formats[0], colours);
  fail_unless (difference (colours[1], expected (5, FALSE, 0.5)) <= 1);
  gst_harness_set_caps_str (h, "video/x-raw,format=GRAY16_LE,width=3,height=1,"
      "framerate=30/1,depth-meter=2000/1", "video/x-raw,format=BGR");
  colour_row (h, samples + 1, 3, &formats[5], colours);
  fail_unless (difference (colours[2], expected (5, FALSE, 0.5)) <= 1);
  harness_free (h);
}

GST_END_TEST;

GST_START_TEST (test_controller)
{
  static const guint16 samples[] = { 2000 };
  GstHarness *h = harness_new (1, 1, "RGBA", "");
  GstControlSource *source = gst_interpolation_control_source_new ();
  GstTimedValueControlSource *values = GST_TIMED_VALUE_CONTROL_SOURCE (source);

  g_object_set (source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set (values, 0, 2);
  gst_timed_value_control_source_set (values, 10 * FRAME, 12);
  gst_object_add_control_binding (GST_OBJECT (h->element),
      gst_direct_control_binding_new_absolute (GST_OBJECT (h->element), "far",
          source));
  gst_object_unref (source);
  g_object_set (h->element, "near", 1., "colormap", 1, NULL);

  for (guint i = 0; i <= 10; i++) {
    GstBuffer *buffer = gst_harness_push_and_pull (h, frame_new (samples, 1, 1,
            i));
    guint8 grey;

    gst_buffer_extract (buffer, 0, &grey, 1);
    fail_unless (ABS (grey - 255. / (1 + i)) <= 1);
    gst_buffer_unref (buffer);
  }
  harness_free (h);
}

GST_END_TEST;

#define SIDE 128

/* A wall and a floor with a camera's noise; seed: of the noise. */
static void
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

static GstBuffer *
colour_scene (GstHarness * h, const guint16 * samples, guint width,
    guint height, guint number)
{
  GstBuffer *buffer = gst_harness_push_and_pull (h, frame_new (samples, width,
          height, number));

  fail_unless (buffer != NULL);
  return buffer;
}

/* By how much the colour of a sample that two frames share moves at most.
 * A sample has one colour in a frame. */
static gint
movement (GstBuffer * a, const guint16 * samples_a, GstBuffer * b,
    const guint16 * samples_b, guint n)
{
  GstMapInfo map_a, map_b;
  gint largest = 0;

  gst_buffer_map (a, &map_a, GST_MAP_READ);
  gst_buffer_map (b, &map_b, GST_MAP_READ);
  for (guint i = 0; i < n; i++)
    if (samples_a[i] == samples_b[i])
      largest = MAX (largest, difference (((guint32 *) map_a.data)[i],
              ((guint32 *) map_b.data)[i]));
  gst_buffer_unmap (a, &map_a);
  gst_buffer_unmap (b, &map_b);
  return largest;
}

static void
check_steady (guint map, gboolean equalize)
{
  GstHarness *h = harness_new (SIDE, SIDE, "RGBA", "");
  guint16 *samples[2] = { g_new (guint16, SIDE * SIDE),
    g_new (guint16, SIDE * SIDE)
  };
  GstBuffer *last = NULL;

  g_object_set (h->element, "colormap", map, "equalize", equalize, NULL);
  for (guint i = 0; i < 60; i++) {
    GstBuffer *buffer;

    draw_scene (samples[i & 1], 600, 4500, 1000 * map + i);
    buffer = colour_scene (h, samples[i & 1], SIDE, SIDE, i);
    if (last) {
      gint moved = movement (last, samples[!(i & 1)], buffer, samples[i & 1],
          SIDE * SIDE);

      fail_unless (moved <= 2, "map %u, equalize %d, frame %u: %d", map,
          equalize, i, moved);
      gst_buffer_unref (last);
    }
    last = buffer;
  }
  gst_buffer_unref (last);
  g_free (samples[0]);
  g_free (samples[1]);
  harness_free (h);
}

GST_START_TEST (test_steady)
{
  for (guint map = 1; map <= COLORMAP_COUNT; map++)
    check_steady (map, FALSE);
  check_steady (5, TRUE);
}

GST_END_TEST;

/* A scene that all but stands still, a few milliseconds in all, seen by cameras
 * whose noise is new in each frame. */
static void
check_steady_sensor (const gchar * sensor)
{
  GstHarness *source = gst_harness_new ("depthtestsrc");
  GstHarness *h = harness_new (320, 240, "RGBA", "");
  guint16 *samples[2] = { g_new (guint16, 320 * 240),
    g_new (guint16, 320 * 240)
  };
  GstBuffer *last = NULL;

  gst_util_set_object_arg (G_OBJECT (source->element), "sensor", sensor);
  gst_harness_set_sink_caps_str (source, "video/x-raw,format=GRAY16_LE,"
      "width=320,height=240,framerate=30000/1");
  gst_harness_play (source);
  for (guint i = 0; i < 60; i++) {
    GstBuffer *buffer = gst_harness_pull (source);
    gint moved = 0;

    gst_buffer_extract (buffer, 0, samples[i & 1], 2 * 320 * 240);
    gst_buffer_unref (buffer);
    for (guint j = 0; j < 320 * 240; j++)
      samples[i & 1][j] = GUINT16_FROM_LE (samples[i & 1][j]);
    buffer = colour_scene (h, samples[i & 1], 320, 240, i);
    if (last)
      moved = movement (last, samples[!(i & 1)], buffer, samples[i & 1],
          320 * 240);
    fail_unless (moved <= 2, "%s, frame %u: %d", sensor, i, moved);
    gst_clear_buffer (&last);
    last = buffer;
  }
  gst_buffer_unref (last);
  g_free (samples[0]);
  g_free (samples[1]);
  gst_harness_teardown (source);
  harness_free (h);
}

GST_START_TEST (test_steady_sensors)
{
  check_steady_sensor ("stereo");
  check_steady_sensor ("tof");
}

GST_END_TEST;

static guint16 *
load_frame (guint number, guint width, guint height)
{
  gchar *path = real_frame_path ("realsense_d4xx_640x480", number);
  guint16 *samples = NULL;
  Png16Error error;
  gchar *data;
  gsize size;

  if (g_file_get_contents (path, &data, &size, NULL)) {
    Png16Decoder *decoder = png16_decoder_new ();

    samples = g_new (guint16, width * height);
    fail_unless (png16_decode (decoder, (guint8 *) data, size, samples,
            2 * width, width, height, &error));
    png16_decoder_free (decoder);
    for (guint i = 0; i < width * height; i++)
      samples[i] = GUINT16_FROM_LE (samples[i]);
    g_free (data);
  }
  g_free (path);
  return samples;
}

/* A camera's frames. */
GST_START_TEST (test_steady_camera)
{
  GstHarness *h = harness_new (640, 480, "RGBA", "");
  guint16 *samples, *last_samples = NULL;
  GstBuffer *last = NULL;
  guint i = 0;

  while ((samples = load_frame (i, 640, 480))) {
    GstBuffer *buffer = colour_scene (h, samples, 640, 480, i);

    if (last) {
      gint moved = movement (last, last_samples, buffer, samples, 640 * 480);

      fail_unless (moved <= 2, "frame %u: %d", i, moved);
      gst_buffer_unref (last);
      g_free (last_samples);
    }
    last = buffer;
    last_samples = samples;
    i++;
  }
  fail_unless (i > 1);
  gst_clear_buffer (&last);
  g_free (last_samples);
  harness_free (h);
}

GST_END_TEST;

/* A frame of garbage is not seen afterwards; another scene is, in a second. */
static void
check_scene_change (gboolean equalize)
{
  GstHarness *h = harness_new (SIDE, SIDE, "RGBA", "");
  guint16 *scene = g_new (guint16, SIDE * SIDE);
  guint16 *garbage = g_new (guint16, SIDE * SIDE);
  GstBuffer *before, *after;
  gdouble near = 0, far = 0;
  guint i;

  g_object_set (h->element, "equalize", equalize, NULL);
  for (i = 0; i < SIDE * SIDE; i++)
    garbage[i] = g_random_int_range (0, 65536);
  draw_scene (scene, 600, 4500, 1);
  for (i = 0; i < 10; i++)
    gst_buffer_unref (colour_scene (h, scene, SIDE, SIDE, i));
  before = colour_scene (h, scene, SIDE, SIDE, i++);
  gst_buffer_unref (colour_scene (h, garbage, SIDE, SIDE, i++));
  after = colour_scene (h, scene, SIDE, SIDE, i++);
  fail_unless (movement (before, scene, after, scene, SIDE * SIDE) <= 2);
  gst_buffer_unref (before);
  gst_buffer_unref (after);

  draw_scene (scene, 2000, 9000, 2);
  for (guint end = i + 33; i < end; i++)
    gst_buffer_unref (colour_scene (h, scene, SIDE, SIDE, i));
  fail_unless (pop_range (&near, &far));
  fail_unless (ABS (near - 2) < 0.3 && ABS (far - 9) < 0.3, "%g to %g", near,
      far);
  g_free (scene);
  g_free (garbage);
  harness_free (h);
}

GST_START_TEST (test_scene_change)
{
  check_scene_change (FALSE);
  check_scene_change (TRUE);
}

GST_END_TEST;

GST_START_TEST (test_legend)
{
  guint16 *samples = g_new0 (guint16, 320 * 240);

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    GstHarness *h = harness_new (320, 240, formats[f].name, "");
    GstBuffer *buffer;
    guint white = 0;
    GstMapInfo map;

    /* no range, no legend */
    g_object_set (h->element, "legend", TRUE, NULL);
    samples[0] = 0;
    buffer = colour_scene (h, samples, 320, 240, 0);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    for (guint i = 0; i < 320 * 240; i++)
      white += pixel_of (map.data + i * formats[f].size, &formats[f])
          == 0xffffffff;
    assert_equals_int (white, 0);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);

    g_object_set (h->element, "near", 0.5, "far", 4., NULL);
    buffer = colour_scene (h, samples, 320, 240, 1);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    for (guint i = 0; i < 320 * 240; i++)
      white += pixel_of (map.data + i * formats[f].size, &formats[f])
          == 0xffffffff;
    fail_unless (white > 100);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
    harness_free (h);
  }
  g_free (samples);
}

GST_END_TEST;

static void
set_random_property (GstElement * element)
{
  static const gchar *const colors[] =
      { "invalid-color", "below-color", "above-color" };
  static const gchar *const switches[] = { "invert", "equalize", "legend" };
  static const gdouble metres[] =
      { -1, 0, 0.001, 0.5, 1, 65.535, 1e6, 1e300, -7, G_MAXDOUBLE };
  guint which = g_random_int_range (0, 4);

  if (which == 0)
    g_object_set (element, "colormap", g_random_int_range (1,
            COLORMAP_COUNT + 1), NULL);
  else if (which == 1)
    g_object_set (element, colors[g_random_int_range (0, 3)], g_random_int (),
        NULL);
  else if (which == 2)
    g_object_set (element, switches[g_random_int_range (0, 3)],
        g_random_boolean (), NULL);
  else
    g_object_set (element, g_random_boolean ()? "near" : "far",
        metres[g_random_int_range (0, G_N_ELEMENTS (metres))], NULL);
}

/* Whatever the properties are while it plays, a picture comes out. */
GST_START_TEST (test_fuzz)
{
  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    GstHarness *h = harness_new (101, 77, formats[f].name,
        f & 1 ? "" : ",depth-meter=10000/1");
    guint16 samples[101 * 77];

    for (guint i = 0; i < 300; i++) {
      guint low = g_random_int_range (0, 65536);
      guint high = g_random_int_range (low, 65536);

      for (guint j = 0; j < G_N_ELEMENTS (samples); j++)
        samples[j] = g_random_int_range (low, high + 1);
      set_random_property (h->element);
      gst_buffer_unref (colour_scene (h, samples, 101, 77,
              g_random_int_range (0, 1000)));
    }
    fail_if (pop_error ());
    harness_free (h);
  }
}

GST_END_TEST;

/* Other threads change everything while data flows. */
GST_START_TEST (test_stress)
{
  GstHarness *h = harness_new (SIDE, SIDE, "RGBA", "");
  guint16 *samples = g_new (guint16, SIDE * SIDE);
  GstHarnessThread *threads[4];
  GValue map = G_VALUE_INIT, on = G_VALUE_INIT, metres = G_VALUE_INIT;

  g_value_init (&map, G_TYPE_INT);
  g_value_set_int (&map, 9);
  g_value_init (&on, G_TYPE_BOOLEAN);
  g_value_set_boolean (&on, TRUE);
  g_value_init (&metres, G_TYPE_DOUBLE);
  g_value_set_double (&metres, 3);
  threads[0] = gst_harness_stress_property_start_full (h, "colormap", &map, 50);
  threads[1] = gst_harness_stress_property_start_full (h, "far", &metres, 50);
  threads[2] = gst_harness_stress_property_start_full (h, "invert", &on, 50);
  threads[3] = gst_harness_stress_property_start_full (h, "legend", &on, 50);

  draw_scene (samples, 600, 4500, 3);
  for (guint i = 0; i < 500; i++) {
    g_object_set (h->element, "colormap", 1 + i % COLORMAP_COUNT, "far",
        i % 2 ? -1. : 2., "invert", FALSE, "equalize", i % 3 == 0, NULL);
    gst_buffer_unref (colour_scene (h, samples, SIDE, SIDE, i));
  }
  for (guint i = 0; i < 4; i++)
    gst_harness_stress_thread_stop (threads[i]);
  g_value_unset (&map);
  g_value_unset (&on);
  g_value_unset (&metres);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* Used again after a stop, as if new. */
GST_START_TEST (test_restart)
{
  GstElement *pipeline = gst_parse_launch ("appsrc name=src format=time "
      "caps=video/x-raw,format=GRAY16_LE,width=4,height=4,framerate=30/1 ! "
      "depthcolormap ! video/x-raw,format=BGR ! fakesink name=sink", NULL);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  guint16 samples[16];

  for (guint i = 0; i < 16; i++)
    samples[i] = 1000 + 100 * i;
  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer = frame_new (samples, 4, 4, 0);
    GstFlowReturn ret;
    GstMessage *message;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_signal_emit_by_name (src, "push-buffer", buffer, &ret);
    gst_buffer_unref (buffer);
    g_signal_emit_by_name (src, "end-of-stream", &ret);
    message = gst_bus_timed_pop_filtered (pipeline->bus,
        GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS |
        GST_MESSAGE_ERROR);
    /* the range is said in each run */
    assert_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_ELEMENT);
    gst_message_unref (message);
    message = gst_bus_timed_pop_filtered (pipeline->bus,
        GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    assert_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (src);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* The same random numbers in every run. */
static void
setup (void)
{
  g_random_set_seed (1);
}

static Suite *
depthcolormap_suite (void)
{
  Suite *s = suite_create ("depthcolormap");
  TCase *tc = tcase_create ("depthcolormap");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, test_formats);
  tcase_add_test (tc, test_colors);
  tcase_add_test (tc, test_caps);
  tcase_add_test (tc, test_metas);
  tcase_add_test (tc, test_rule);
  tcase_add_test (tc, test_strides);
  tcase_add_test (tc, test_downstream_pool);
  tcase_add_loop_test (tc, test_bad_caps, 0, 4);
  tcase_add_test (tc, test_small_buffer);
  tcase_add_test (tc, test_bytes);
  tcase_add_test (tc, test_bad_range);
  tcase_add_test (tc, test_still);
  tcase_add_test (tc, test_switches);
  tcase_add_test (tc, test_caps_change);
  tcase_add_test (tc, test_controller);
  tcase_add_test (tc, test_steady);
  tcase_add_test (tc, test_steady_sensors);
  tcase_add_test (tc, test_scene_change);
  tcase_add_test (tc, test_legend);
  tcase_add_test (tc, test_fuzz);
  tcase_add_test (tc, test_stress);
  tcase_add_test (tc, test_restart);
  return s;
}

/* Of real cameras. */
static Suite *
depthcolormap_frames_suite (void)
{
  Suite *s = suite_create ("depthcolormap");
  TCase *tc = tcase_create ("frames");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_steady_camera);
  return s;
}

MAIN_WITH_FRAMES (depthcolormap);
