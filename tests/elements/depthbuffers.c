/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Depth frames in memory of every shape, and what comes of them in a harness. */

#include "depthbuffers.h"

#include <string.h>

#define GARBAGE 0xa5            /* in padding, which nobody may look at */

const guint frame_sizes[N_FRAME_SIZES][2] = {
  {1, 1}, {1, 2}, {2, 1}, {3, 1}, {1, 7}, {5, 3}, {17, 9}, {31, 33},
  {65535, 1}, {1, 65535}, {639, 479}
};

guint16 *
samples_new (guint width, guint height, Pattern pattern)
{
  gsize n = (gsize) width * height;
  guint16 *samples = g_new (guint16, n);
  GRand *rand = g_rand_new_with_seed (1 + pattern);

  for (gsize i = 0; i < n; i++) {
    guint16 any = g_rand_int (rand);
    guint16 value = pattern == RAMP ? (guint16) i : pattern == RANDOM ? any
        : pattern == HOLES ? ((i / 7) % 3 ? 1000 + any % 50 : 0)
        : pattern == CONSTANT ? 1234 : pattern == EXTREMES ?
        (any & 1 ? 65535 : any & 2 ? 1 : 0) : 0;

    samples[i] = GUINT16_TO_LE (value);
  }
  g_rand_free (rand);
  return samples;
}

GstBuffer *
frame_new (const guint16 * samples, guint width, guint height,
    const Layout * layout, guint number)
{
  static const Layout plain = { 0, 0, 1 };
  gsize stride, size;
  GstBuffer *buffer, *parts;
  GstMapInfo map;

  if (layout == NULL)
    layout = &plain;
  stride = GST_ROUND_UP_4 (2 * width) + layout->padding;
  size = layout->offset + stride * height;
  buffer = gst_buffer_new_allocate (NULL, size, NULL);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, GARBAGE, size);
  for (guint y = 0; y < height; y++)
    memcpy (map.data + layout->offset + y * stride, samples + y * width,
        2 * width);
  gst_buffer_unmap (buffer, &map);

  parts = gst_buffer_new ();
  for (guint i = 0; i < layout->memories; i++) {
    gsize from = size * i / layout->memories;
    gsize to = size * (i + 1) / layout->memories;
    GstMemory *memory = gst_allocator_alloc (NULL, to - from, NULL);

    gst_memory_map (memory, &map, GST_MAP_WRITE);
    gst_buffer_extract (buffer, from, map.data, to - from);
    gst_memory_unmap (memory, &map);
    gst_buffer_append_memory (parts, memory);
  }
  gst_buffer_unref (buffer);

  if (layout->offset != 0 || layout->padding != 0) {
    gsize offsets[GST_VIDEO_MAX_PLANES] = { layout->offset };
    gint strides[GST_VIDEO_MAX_PLANES] = { stride };

    gst_buffer_add_video_meta_full (parts, 0, GST_VIDEO_FORMAT_GRAY16_LE,
        width, height, 1, offsets, strides);
  }
  GST_BUFFER_PTS (parts) = number * FRAME;
  GST_BUFFER_DURATION (parts) = FRAME;
  return parts;
}

void
assert_samples (GstBuffer * buffer, GstCaps * caps, const guint16 * samples)
{
  GstVideoInfo info;
  GstVideoFrame frame;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (gint y = 0; y < info.height; y++) {
    const guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    fail_unless (memcmp (row, samples + (gsize) y * info.width,
            2 * info.width) == 0, "row %d of %dx%d differs", y, info.width,
        info.height);
  }
  gst_video_frame_unmap (&frame);
}

static gchar *
raw_caps (guint width, guint height, const gchar * fields)
{
  return g_strdup_printf ("video/x-raw,format=GRAY16_LE,width=%u,height=%u,"
      "framerate=30/1%s", width, height, fields);
}

void
push_caps (GstHarness * h, guint width, guint height, const gchar * fields)
{
  gchar *caps = raw_caps (width, height, fields);

  gst_harness_set_src_caps_str (h, caps);
  g_free (caps);
}

GstCaps *
out_caps (GstHarness * h)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);

  fail_unless (caps != NULL);
  return caps;
}

void
assert_caps (GstHarness * h, const gchar * wanted)
{
  GstCaps *caps = out_caps (h), *superset = gst_caps_from_string (wanted);

  fail_unless (gst_caps_is_subset (caps, superset), "%s is not %s",
      gst_caps_to_string (caps), wanted);
  gst_caps_unref (caps);
  gst_caps_unref (superset);
}

guint
count_messages (GstBus * bus, GstMessageType type, gchar ** text)
{
  guint n = 0;
  GstMessage *message;

  if (text != NULL)
    *text = NULL;
  while ((message = gst_bus_pop_filtered (bus, type)) != NULL) {
    GError *error = NULL;

    if (type == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    else if (type == GST_MESSAGE_WARNING)
      gst_message_parse_warning (message, &error, NULL);
    else
      gst_message_parse_info (message, &error, NULL);
    if (n++ == 0 && text != NULL)
      *text = g_strdup (error->message);
    g_error_free (error);
    gst_message_unref (message);
  }
  return n;
}

void
assert_message (GstBus * bus, GstMessageType type, const gchar * word,
    const gchar * word2)
{
  gchar *text;
  guint n = count_messages (bus, type, &text);

  fail_unless (n == 1, "%u messages, wanted one with '%s'", n, word);
  fail_unless (strstr (text, word) != NULL, "no '%s' in: %s", word, text);
  fail_unless (strstr (text, word2) != NULL, "no '%s' in: %s", word2, text);
  g_free (text);
}

void
assert_refused (GstHarness * h, GstBus * bus, const gchar * text,
    const gchar * word, const gchar * word2, const gchar * taken)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (guint run = 0; run < 3; run++) {
    gst_harness_play (h);
    gst_harness_push_event (h, gst_event_new_stream_start ("refused"));
    gst_harness_push_event (h, gst_event_new_caps (caps));
    gst_harness_push_event (h, gst_event_new_segment (&segment));
    fail_unless (gst_harness_push (h, gst_buffer_new_memdup ("12345678", 8))
        != GST_FLOW_OK);
    assert_message (bus, GST_MESSAGE_ERROR, word, word2);
    if (run == 0)
      gst_element_set_state (h->element, GST_STATE_NULL);
    else
      gst_harness_set_src_caps_str (h, taken);
  }
  gst_caps_unref (caps);
}

void
assert_bad_property (const gchar * launch, const gchar * word,
    const gchar * word2)
{
  GstElement *element = gst_parse_launch (launch, NULL);
  GstBus *bus = watch (element);

  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  assert_message (bus, GST_MESSAGE_ERROR, word, word2);
  unwatch (element, bus);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

gdouble
caps_number (GstCaps * caps, const gchar * field, guint i)
{
  const GValue *array =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), field);

  return array == NULL ? 0 :
      g_value_get_double (gst_value_array_get_value (array, i));
}

GstBus *
watch (GstElement * element)
{
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (element, bus);
  return bus;
}

void
unwatch (GstElement * element, GstBus * bus)
{
  gst_element_set_bus (element, NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
}

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

GstBufferPool *
offer_padded_pool (GstHarness * h)
{
  GstBufferPool *pool = gst_video_buffer_pool_new ();

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      propose_pool, pool, gst_object_unref);
  return pool;
}
