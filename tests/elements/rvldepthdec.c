/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthdec: every sample, layouts, files of all kinds, damage. */

#include "depthbuffers.h"

#include "depth/depthmeta.h"
#include "png16/png16.h"
#include "rvl/rvl.h"
#include "../frames-main.h"

typedef enum
{ RVL, PNG } Kind;

static const gchar *const media_types[] = { "image/x-rvl", "image/png" };

static GstBus *bus;

static GstHarness *
decoder_new (const gchar * launch, const gchar * src_caps)
{
  GstHarness *h = gst_harness_new_parse (launch);

  bus = watch (h->element);
  gst_harness_set_sink_caps_str (h, "ANY");
  if (src_caps != NULL)
    gst_harness_set_src_caps_str (h, src_caps);
  return h;
}

static void
decoder_free (GstHarness * h)
{
  unwatch (h->element, bus);
  gst_harness_teardown (h);
}

static GstBuffer *
encoded_new (Kind kind, const guint16 * samples, guint width, guint height,
    guint number)
{
  gsize size = RVL_HEADER_SIZE + 3 * (gsize) width * height + 8
      + png16_max_size (width, height);
  guint8 *data = g_malloc (size);
  RvlHeader header = {.width = width,.height = height };
  Png16Encoder *encoder = png16_encoder_new ();
  GstBuffer *buffer;

  if (kind == RVL) {
    rvl_header_write (&header, data);
    size = RVL_HEADER_SIZE + rvl_encode (samples, 2 * width, width, height,
        data + RVL_HEADER_SIZE);
  } else {
    size = png16_encode (encoder, samples, 2 * width, width, height, 1, data,
        size);
    fail_unless (size > 0);
  }
  png16_encoder_free (encoder);
  buffer = gst_buffer_new_memdup (data, size);
  g_free (data);
  GST_BUFFER_PTS (buffer) = number * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return buffer;
}

static GstCaps *
out_caps (GstHarness * h)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);

  fail_unless (caps != NULL);
  return caps;
}

static void
assert_caps (GstHarness * h, const gchar * wanted)
{
  GstCaps *caps = out_caps (h), *superset = gst_caps_from_string (wanted);

  fail_unless (gst_caps_is_subset (caps, superset), "%s is not %s",
      gst_caps_to_string (caps), wanted);
  gst_caps_unref (caps);
  gst_caps_unref (superset);
}

static void
assert_decoded (GstHarness * h, GstBuffer * in, const guint16 * samples)
{
  GstBuffer *out = gst_harness_push_and_pull (h, in);
  GstCaps *caps = out_caps (h);

  assert_samples (out, caps, samples);
  gst_caps_unref (caps);
  gst_buffer_unref (out);
}

static void
check_frame (Kind kind, guint width, guint height, Pattern pattern)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[kind]);
  guint16 *samples = samples_new (width, height, pattern);

  assert_decoded (h, encoded_new (kind, samples, width, height, 0), samples);
  g_free (samples);
  decoder_free (h);
}

GST_START_TEST (test_every_value)
{
  check_frame (__i__, 256, 256, RAMP);
}

GST_END_TEST;

GST_START_TEST (test_patterns)
{
  for (Pattern p = 0; p < N_PATTERNS; p++)
    check_frame (__i__, 101, 37, p);
}

GST_END_TEST;

GST_START_TEST (test_sizes)
{
  static const guint sizes[][2] = { {1, 1}, {1, 2}, {2, 1}, {3, 1}, {1, 7},
  {5, 3}, {17, 9}, {31, 33}, {65535, 1}, {1, 65535}, {639, 479}
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_frame (__i__, sizes[i][0], sizes[i][1], RANDOM);
}

GST_END_TEST;

GST_START_TEST (test_several_memories)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *whole = encoded_new (__i__, samples, 64, 48, 0);
  GstBuffer *parts = gst_buffer_copy_region (whole, GST_BUFFER_COPY_ALL, 0, 7);

  parts = gst_buffer_append (parts, gst_buffer_copy_region (whole,
          GST_BUFFER_COPY_MEMORY, 7, 1000));
  parts = gst_buffer_append (parts, gst_buffer_copy_region (whole,
          GST_BUFFER_COPY_MEMORY, 1007, -1));
  fail_unless_equals_int (gst_buffer_n_memory (parts), 3);
  assert_decoded (h, parts, samples);
  gst_buffer_unref (whole);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Downstream's pool, with strides of its own. */
static GstPadProbeReturn
answer_allocation (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  GstVideoAlignment align;
  GstBufferPool *pool;
  GstStructure *config;
  GstVideoInfo video;
  GstCaps *caps;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_parse_allocation (query, &caps, NULL);
  gst_video_info_from_caps (&video, caps);
  gst_video_alignment_reset (&align);
  align.padding_left = 16;
  align.padding_right = 33;
  align.padding_top = 3;
  pool = gst_video_buffer_pool_new ();
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, video.size, 0, 0);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &align);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  gst_query_add_allocation_pool (query, pool, video.size, 0, 0);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  g_object_set_data_full (G_OBJECT (pad), "pool", pool, gst_object_unref);
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (test_downstream_pool)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (101, 37, RANDOM);
  GstBuffer *out;
  GstVideoMeta *meta;
  GstCaps *caps;

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      answer_allocation, NULL, NULL);
  out = gst_harness_push_and_pull (h, encoded_new (__i__, samples, 101, 37, 0));
  fail_unless (out->pool == g_object_get_data (G_OBJECT (h->sinkpad), "pool"));
  meta = gst_buffer_get_video_meta (out);
  fail_unless (meta != NULL && meta->stride[0] > 204 && meta->offset[0] > 0);
  caps = out_caps (h);
  assert_samples (out, caps, samples);
  gst_caps_unref (caps);
  gst_buffer_unref (out);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Downstream that reads GstVideoMeta gets one: its pool may choose the rows. */
GST_START_TEST (test_video_meta)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[0]);
  guint16 *samples = samples_new (101, 37, RANDOM);
  GstBuffer *out;

  if (__i__)
    gst_harness_add_propose_allocation_meta (h, GST_VIDEO_META_API_TYPE, NULL);
  out = gst_harness_push_and_pull (h, encoded_new (RVL, samples, 101, 37, 0));
  fail_unless_equals_int (gst_buffer_get_video_meta (out) != NULL, __i__);
  gst_buffer_unref (out);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Also after the last row, and where the pool's buffer had something else. */
GST_START_TEST (test_row_padding_is_zero)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (101, 37, RANDOM);

  for (guint turn = 0; turn < 3; turn++) {
    GstMapInfo map;
    GstBuffer *out = gst_harness_push_and_pull (h, encoded_new (__i__, samples,
            101, 37, turn));

    gst_buffer_map (out, &map, GST_MAP_READWRITE);
    fail_unless_equals_int (map.size, 204 * 37);
    for (guint y = 0; y < 37; y++)
      fail_unless (map.data[204 * y + 202] == 0
          && map.data[204 * y + 203] == 0, "row %u", y);
    memset (map.data, 0xaa, map.size);
    gst_buffer_unmap (out, &map);
    gst_buffer_unref (out);
  }
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* The frame's own header gives the size, whatever the caps say of it. */
GST_START_TEST (test_size_is_in_the_frame)
{
  GstHarness *h = decoder_new ("rvldepthdec", "image/x-rvl");
  guint16 *samples = samples_new (31, 9, RANDOM);

  gst_harness_set_src_caps_str (h, "image/x-rvl,framerate=15/1");
  assert_decoded (h, encoded_new (RVL, samples, 31, 9, 0), samples);
  assert_caps (h, "video/x-raw,format=GRAY16_LE,width=31,height=9,"
      "framerate=15/1");
  gst_harness_set_src_caps_str (h, "image/x-rvl,width=640,height=480,"
      "framerate=30/1");
  assert_decoded (h, encoded_new (RVL, samples, 31, 9, 1), samples);
  assert_caps (h, "video/x-raw,width=31,height=9,framerate=30/1");
  /* a new size without new caps */
  assert_decoded (h, encoded_new (RVL, samples, 9, 31, 2), samples);
  assert_caps (h, "video/x-raw,width=9,height=31,framerate=30/1");
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

static void
set_meter (GstHarness * h, Kind kind, const gchar * field)
{
  gchar *caps = g_strdup_printf ("%s,width=16,height=8,framerate=30/1%s",
      media_types[kind], field);

  gst_harness_set_src_caps_str (h, caps);
  g_free (caps);
}

GST_START_TEST (test_unit)
{
  GstHarness *h = decoder_new ("rvldepthdec", NULL);
  guint16 *samples = samples_new (16, 8, RANDOM);

  set_meter (h, __i__, ",depth-meter=(fraction)5000/1");
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 0), samples);
  assert_caps (h, "video/x-raw,depth-meter=5000/1");
  set_meter (h, __i__, ",depth-meter=(double)4000");
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 1), samples);
  assert_caps (h, "video/x-raw,depth-meter=4000/1");
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL), 0);
  set_meter (h, __i__, "");
  for (guint n = 2; n < 5; n++)
    assert_decoded (h, encoded_new (__i__, samples, 16, 8, n), samples);
  assert_caps (h, "video/x-raw,depth-meter=1000/1");
  assert_message (bus, GST_MESSAGE_INFO, "unit", "1000");
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_metadata)
{
  static const gchar *const launch[] = { "rvldepthdec",
    "rvldepthdec meter=2000"
  };
  GstHarness *h = decoder_new (launch[__i__], "image/x-rvl,"
      "depth-meter=(fraction)1000/1");
  guint16 *samples = samples_new (16, 8, RANDOM);
  GstDepthInfo given = { 4000, 10, 20 }, depth;
  GstPinholeInfo camera = { 20, 21, 8, 4, 16, 8 }, got;
  GstBuffer *in = encoded_new (RVL, samples, 16, 8, 0), *out;

  /* none in, none out */
  out = gst_harness_push_and_pull (h, gst_buffer_copy (in));
  fail_if (gst_depth_meta_get_info (out, &depth));
  gst_buffer_unref (out);

  gst_depth_meta_set_info (in, &given);
  gst_pinhole_meta_set_info (in, &camera);
  out = gst_harness_push_and_pull (h, in);
  fail_unless (gst_depth_meta_get_info (out, &depth));
  fail_unless (depth.meter == (__i__ ? 2000 : 4000));
  fail_unless (depth.range_min == 10 && depth.range_max == 20);
  fail_unless (gst_pinhole_meta_get_info (out, &got));
  fail_unless (memcmp (&camera, &got, sizeof (got)) == 0);
  assert_caps (h, __i__ ? "video/x-raw,depth-meter=2000/1" :
      "video/x-raw,depth-meter=4000/1");
  gst_buffer_unref (out);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* A = 10, B = 1; samples 5, 0, 10: 2.5 m, none, 1.1111 m. */
GST_START_TEST (test_quantised)
{
  static const guint8 blob[] = {
    0, 0, 0, 0, 0, 0, 0x20, 0x41, 0, 0, 0x80, 0x3f, 3, 0, 0, 0, 1, 0, 0, 0,
    0xa1, 0x11, 0xa1, 0x01
  };
  static const guint16 depth[2][3] = { {GUINT16_TO_LE (2500), 0,
      GUINT16_TO_LE (1111)}, {GUINT16_TO_LE (12500), 0,
      GUINT16_TO_LE (5556)}
  };
  GstHarness *h = decoder_new ("rvldepthdec", __i__ ?
      "image/x-rvl,depth-meter=(fraction)5000/1" : "image/x-rvl");

  assert_decoded (h, gst_buffer_new_memdup (blob, sizeof (blob)), depth[__i__]);
  decoder_free (h);
}

GST_END_TEST;

typedef struct
{
  Kind kind;
  gsize keep;                   /* bytes, 0: all */
  gsize offset;                 /* of a byte to change, 0: none */
  guint8 value;
  const gchar *word;
} Damage;

static const Damage damages[] = {
  {RVL, 0, 12, 0, "width"},
  {RVL, 0, 16, 0, "height"},
  {RVL, 0, 14, 1, "width"},
  {RVL, 0, 15, 0x40, "width"},
  {RVL, 0, 12, 65, "byte"},
  {RVL, 0, 17, 1, "byte"},
  {RVL, 1, 0, 0, "byte"},
  {RVL, 19, 0, 0, "byte"},
  {RVL, 20, 0, 0, "byte 20"},
  {RVL, 22, 0, 0, "byte 2"},
  {RVL, 1000, 0, 0, "byte 1000"},
  {RVL, 0, 23, 0xff, "byte"},
  {PNG, 1, 0, 0, "byte"},
  {PNG, 8, 0, 0, "byte"},
  {PNG, 30, 0, 0, "byte"},
  {PNG, 40, 0, 0, "byte"},
  {PNG, 1000, 0, 0, "byte"},
  {PNG, 0, 1, 'p', "signature"},
  {PNG, 0, 20, 0x80, "byte"},
  {PNG, 0, 19, 65, "byte"},
  {PNG, 0, 500, 0x55, "byte"},
};

/* Dropped with a warning; the caps stay, and the next frame is good. */
GST_START_TEST (test_damage)
{
  const Damage *damage = &damages[__i__];
  GstHarness *h = decoder_new ("rvldepthdec", media_types[damage->kind]);
  guint16 *samples = samples_new (64, 48, RANDOM);
  guint caps_events = 0;
  GstEvent *event;
  GstBuffer *bad;

  assert_decoded (h, encoded_new (damage->kind, samples, 64, 48, 0), samples);
  while ((event = gst_harness_try_pull_event (h)) != NULL)
    gst_event_unref (event);

  bad = encoded_new (damage->kind, samples, 64, 48, 1);
  if (damage->offset > 0)
    gst_buffer_fill (bad, damage->offset, &damage->value, 1);
  if (damage->keep > 0)
    gst_buffer_set_size (bad, damage->keep);
  fail_unless_equals_int (gst_harness_push (h, bad), GST_FLOW_OK);
  assert_message (bus, GST_MESSAGE_WARNING, damage->word, "Frame 1 dropped");
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);

  assert_decoded (h, encoded_new (damage->kind, samples, 64, 48, 2), samples);
  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    caps_events += GST_EVENT_TYPE (event) == GST_EVENT_CAPS;
    gst_event_unref (event);
  }
  fail_unless_equals_int (caps_events, 0);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_empty_frame)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (64, 48, RANDOM);

  fail_unless_equals_int (gst_harness_push (h, gst_buffer_new ()), GST_FLOW_OK);
  assert_message (bus, GST_MESSAGE_WARNING, "empty", "Frame 0 dropped");
  assert_decoded (h, encoded_new (__i__, samples, 64, 48, 1), samples);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Of the other kind than the caps say. */
GST_START_TEST (test_wrong_kind)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[!__i__]);
  guint16 *samples = samples_new (64, 48, RANDOM);

  fail_unless_equals_int (gst_harness_push (h, encoded_new (__i__, samples, 64,
              48, 0)), GST_FLOW_OK);
  assert_message (bus, GST_MESSAGE_WARNING, "byte", "Frame 0 dropped");
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_bytes_after_the_stream)
{
  GstHarness *h = decoder_new ("rvldepthdec", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *in = encoded_new (RVL, samples, 64, 48, 0);

  in = gst_buffer_append (in, gst_buffer_new_allocate (NULL, 100, NULL));
  assert_decoded (h, in, samples);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_max_errors)
{
  GstHarness *h = decoder_new ("rvldepthdec max-errors=2", "image/x-rvl");

  for (guint n = 0; n < 2; n++)
    fail_unless_equals_int (gst_harness_push (h, gst_buffer_new_allocate (NULL,
                10, NULL)), GST_FLOW_OK);
  assert_message (bus, GST_MESSAGE_WARNING, "byte", "dropped");
  fail_unless_equals_int (gst_harness_push (h, gst_buffer_new_allocate (NULL,
              10, NULL)), GST_FLOW_ERROR);
  assert_message (bus, GST_MESSAGE_ERROR, "byte", "Frame 2");
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  decoder_free (h);
}

GST_END_TEST;

static const struct
{
  const gchar *format, *word;
} wrong_pngs[] = {
  {"GRAY8", "8-bit grey"},
  {"RGB", "8-bit RGB"},
  {"RGBA", "8-bit RGBA"},
};

/* Made by GStreamer's own encoder, as users make them by mistake. */
GST_START_TEST (test_wrong_png)
{
  GstHarness *png = gst_harness_new ("pngenc");
  GstHarness *h = decoder_new ("rvldepthdec", "image/png");
  gchar *caps = g_strdup_printf ("video/x-raw,format=%s,width=16,height=8,"
      "framerate=30/1", wrong_pngs[__i__].format);
  GstBuffer *picture = gst_buffer_new_allocate (NULL, 16 * 8 * 4, NULL);

  gst_buffer_memset (picture, 0, 0, 16 * 8 * 4);
  gst_harness_set_src_caps_str (png, caps);
  fail_unless_equals_int (gst_harness_push (h, gst_harness_push_and_pull (png,
              picture)), GST_FLOW_ERROR);
  assert_message (bus, GST_MESSAGE_ERROR, wrong_pngs[__i__].word,
      "16-bit grey");
  g_free (caps);
  gst_harness_teardown (png);
  decoder_free (h);
}

GST_END_TEST;

/* Input from files: bytes, in pieces, with caps or without. */
static GstHarness *
byte_decoder_new (const gchar * caps)
{
  GstHarness *h = decoder_new ("rvldepthdec", NULL);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_play (h);
  gst_harness_push_event (h, gst_event_new_stream_start ("bytes"));
  if (caps != NULL) {
    GstCaps *c = gst_caps_from_string (caps);

    gst_harness_push_event (h, gst_event_new_caps (c));
    gst_caps_unref (c);
  }
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  return h;
}

static void
push_in_pieces (GstHarness * h, GstBuffer * buffer, gsize piece)
{
  gsize size = gst_buffer_get_size (buffer);

  for (gsize from = 0; from < size; from += piece)
    fail_unless_equals_int (gst_harness_push (h,
            gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, from,
                MIN (piece, size - from))), GST_FLOW_OK);
  gst_buffer_unref (buffer);
}

static void
pull_samples (GstHarness * h, const guint16 * samples)
{
  GstBuffer *out = gst_harness_try_pull (h);
  GstCaps *caps;

  fail_unless (out != NULL);
  caps = out_caps (h);
  assert_samples (out, caps, samples);
  gst_caps_unref (caps);
  gst_buffer_unref (out);
}

static const gsize pieces[] = { 1, 7, 8, 4096, 1 << 20 };

GST_START_TEST (test_png_from_bytes)
{
  GstHarness *h = byte_decoder_new (__i__ % 2 ? "image/png" : NULL);
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *two = gst_buffer_append (encoded_new (PNG, samples, 64, 48, 0),
      encoded_new (PNG, samples, 64, 48, 0));

  push_in_pieces (h, two, pieces[__i__ / 2]);
  pull_samples (h, samples);
  pull_samples (h, samples);
  gst_harness_push_event (h, gst_event_new_eos ());
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* A file that is cut off does not take the next one with it. */
GST_START_TEST (test_damaged_png_from_bytes)
{
  GstHarness *h = byte_decoder_new ("image/png");
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *cut = encoded_new (PNG, samples, 64, 48, 0);

  gst_buffer_set_size (cut, 1000);
  push_in_pieces (h, gst_buffer_append (cut, encoded_new (PNG, samples, 64, 48,
              0)), pieces[__i__]);
  pull_samples (h, samples);
  assert_message (bus, GST_MESSAGE_WARNING, "byte", "Frame 0 dropped");

  cut = encoded_new (PNG, samples, 64, 48, 0);
  gst_buffer_set_size (cut, 1000);
  push_in_pieces (h, cut, pieces[__i__]);
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_message (bus, GST_MESSAGE_WARNING, "byte", "Frame 2 dropped");
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Whatever is done to one file, the others arrive. */
GST_START_TEST (test_damaged_png_among_others)
{
  static const struct
  {
    gsize at, bytes;            /* what is overwritten, or cut out */
    gboolean cut;
  } table[] = {
    {0, 1, FALSE}, {7, 4, FALSE}, {8, 4, FALSE}, {12, 1, FALSE}, {16, 4, FALSE},
    {20, 1, FALSE}, {33, 4, FALSE}, {34, 1, FALSE}, {37, 4, FALSE},
    {45, 500, FALSE}, {0, 8, TRUE}, {3, 50, TRUE}, {33, 12, TRUE},
    {100, 40, TRUE}
  };
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *whole = encoded_new (PNG, samples, 64, 48, 0);
  guint8 garbage[500];

  memset (garbage, 0xe5, sizeof (garbage));
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    GstHarness *h = byte_decoder_new ("image/png");
    GstBuffer *bad = gst_buffer_copy_deep (whole);

    if (table[i].cut) {
      gst_buffer_unref (bad);
      bad = gst_buffer_append (gst_buffer_copy_region (whole,
              GST_BUFFER_COPY_MEMORY, 0, table[i].at),
          gst_buffer_copy_region (whole, GST_BUFFER_COPY_MEMORY,
              table[i].at + table[i].bytes, -1));
    } else {
      gst_buffer_fill (bad, table[i].at, garbage, table[i].bytes);
    }
    push_in_pieces (h, gst_buffer_append (bad, gst_buffer_copy_deep (whole)),
        pieces[__i__]);
    pull_samples (h, samples);
    assert_message (bus, GST_MESSAGE_WARNING, "at byte", "dropped");
    decoder_free (h);
  }
  gst_buffer_unref (whole);
  g_free (samples);
}

GST_END_TEST;

/* No end in sight: what is collected is bounded, and what follows arrives. */
GST_START_TEST (test_endless_png)
{
  GstHarness *h = byte_decoder_new ("image/png");
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *start = encoded_new (PNG, samples, 64, 48, 0);
  GstBuffer *chunk = gst_buffer_new_allocate (NULL, 1 << 16, NULL);

  gst_buffer_memset (chunk, 0, 0, 1 << 16);
  gst_buffer_fill (chunk, 0, "\0\0\xff\xf4" "IDAT", 8);
  gst_buffer_set_size (start, 33);
  push_in_pieces (h, start, 33);
  for (guint i = 0; i < 32; i++)        /* 2 MiB */
    push_in_pieces (h, gst_buffer_ref (chunk), 1 << 16);
  assert_message (bus, GST_MESSAGE_WARNING, "at byte", "Frame 0 dropped");
  for (guint i = 0; i < 32; i++)
    push_in_pieces (h, gst_buffer_ref (chunk), 1 << 16);
  push_in_pieces (h, encoded_new (PNG, samples, 64, 48, 0), 4096);
  pull_samples (h, samples);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  gst_buffer_unref (chunk);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Each buffer is a file, as from multifilesrc: one that is cut off costs itself. */
GST_START_TEST (test_rvl_from_bytes)
{
  GstHarness *h = byte_decoder_new (__i__ ? "image/x-rvl" : NULL);
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *cut = encoded_new (RVL, samples, 64, 48, 0);

  gst_buffer_set_size (cut, 4096);
  push_in_pieces (h, encoded_new (RVL, samples, 64, 48, 0), 1 << 20);
  pull_samples (h, samples);
  push_in_pieces (h, cut, 1 << 20);
  push_in_pieces (h, encoded_new (RVL, samples, 64, 48, 0), 1 << 20);
  assert_message (bus, GST_MESSAGE_WARNING, "byte 4096", "");
  pull_samples (h, samples);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* A file in pieces, as from filesrc; several pictures in one; bytes after them. */
GST_START_TEST (test_rvl_in_pieces)
{
  GstHarness *h = byte_decoder_new ("image/x-rvl");
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *file = gst_buffer_new ();

  for (guint i = 0; i < 3; i++) {
    file = gst_buffer_append (file, encoded_new (RVL, samples, 64, 48, 0));
    if (i > 0)
      file = gst_buffer_append (file, gst_buffer_new_memdup ("some words\n",
              11));
  }
  push_in_pieces (h, file, pieces[__i__]);
  gst_harness_push_event (h, gst_event_new_eos ());
  for (guint i = 0; i < 3; i++)
    pull_samples (h, samples);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* What is after a flush may be another kind of file. */
GST_START_TEST (test_bytes_after_a_flush)
{
  GstHarness *h = byte_decoder_new (NULL);
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstBuffer *start = encoded_new (PNG, samples, 64, 48, 0);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_buffer_set_size (start, 1000);
  push_in_pieces (h, start, 1 << 20);
  for (guint i = 0; i < 4; i++) {
    gst_harness_push_event (h, gst_event_new_flush_start ());
    gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (h, gst_event_new_segment (&segment));
    push_in_pieces (h, encoded_new (i % 2, samples, 64, 48, 0), 1 << 20);
    pull_samples (h, samples);
  }
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* An empty file among others, which has no bytes to tell of it. */
GST_START_TEST (test_empty_file)
{
  GstHarness *h = byte_decoder_new (media_types[__i__]);
  guint16 *samples = samples_new (64, 48, RANDOM);
  gsize piece = __i__ == PNG ? 1000 : 1 << 20;

  for (guint i = 0; i < 3; i++) {
    push_in_pieces (h, encoded_new (__i__, samples, 64, 48, 0), piece);
    pull_samples (h, samples);
    fail_unless_equals_int (gst_harness_push (h, gst_buffer_new ()),
        GST_FLOW_OK);
    assert_message (bus, GST_MESSAGE_WARNING, "dropped", "empty");
  }
  push_in_pieces (h, encoded_new (__i__, samples, 64, 48, 0), piece);
  gst_harness_push_event (h, gst_event_new_eos ());
  pull_samples (h, samples);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Frames leave in the order they came in, which backwards is that of time from
 * the end. */
GST_START_TEST (test_backwards)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (64, 48, RANDOM);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1;
  segment.stop = 5 * FRAME;
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  for (guint i = 5; i-- > 0;)
    gst_harness_push (h, encoded_new (__i__, samples, 64, 48, i));
  gst_harness_push_event (h, gst_event_new_eos ());
  for (guint i = 5; i-- > 0;) {
    GstBuffer *out = gst_harness_try_pull (h);

    fail_unless (out != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (out), i * FRAME);
    gst_buffer_unref (out);
  }
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_caps_queries)
{
  static const struct
  {
    const gchar *caps;
    gboolean taken;
  } table[] = {
    {"image/x-rvl", TRUE},
    {"image/png", TRUE},
    {"image/x-rvl,width=640,height=480,framerate=30/1", TRUE},
    {"image/x-rvl,depth-meter=5000/1", TRUE},
    {"image/png,width=[1,65535]", TRUE},
    {"image/jpeg", FALSE},
    {"video/x-raw,format=GRAY16_LE", FALSE},
    {"EMPTY", FALSE},
  };
  GstHarness *h = decoder_new ("rvldepthdec", NULL);
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    GstCaps *caps = gst_caps_from_string (table[i].caps);
    GstCaps *left = gst_pad_query_caps (pad, caps);

    fail_unless (gst_caps_is_empty (left) == !table[i].taken, "%s",
        table[i].caps);
    /* what came fixed stays so: a capsfilter with the type only will do */
    fail_unless (gst_caps_is_fixed (left) || !gst_caps_is_fixed (caps)
        || !table[i].taken);
    gst_caps_unref (left);
    gst_caps_unref (caps);
  }
  gst_object_unref (pad);
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_bad_caps)
{
  GstHarness *h = decoder_new ("rvldepthdec", NULL);

  assert_refused (h, bus, "image/x-rvl,depth-meter=(fraction)1/1000",
      "depth-meter", "1000/1", "image/x-rvl");
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_bad_property)
{
  GstElement *element = gst_parse_launch ("rvldepthdec meter=0.001", NULL);

  bus = watch (element);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  assert_message (bus, GST_MESSAGE_ERROR, "meter is 0.001", "1000");
  unwatch (element, bus);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (test_flush_latency_restart)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (16, 8, RANDOM);
  GstSegment segment;

  gst_harness_set_upstream_latency (h, 20 * GST_MSECOND);
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 0), samples);
  fail_unless_equals_uint64 (gst_harness_query_latency (h), 20 * GST_MSECOND);
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
  fail_unless_equals_int (gst_harness_push (h, encoded_new (__i__, samples, 16,
              8, 1)), GST_FLOW_FLUSHING);
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
  assert_decoded (h, encoded_new (__i__, samples, 16, 8, 2), samples);
  for (guint round = 0; round < 2; round++) {
    gst_element_set_state (h->element, round ? GST_STATE_NULL :
        GST_STATE_READY);
    gst_harness_play (h);
    gst_harness_set_src_caps_str (h, media_types[__i__]);
    assert_decoded (h, encoded_new (__i__, samples, 16, 8, 0), samples);
  }
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_times)
{
  GstHarness *h = decoder_new ("rvldepthdec", "image/x-rvl,framerate=30/1");
  guint16 *samples = samples_new (16, 8, RANDOM);

  for (guint n = 0; n < 4; n++) {
    GstBuffer *out = gst_harness_push_and_pull (h, encoded_new (RVL, samples,
            16, 8, n));

    fail_unless_equals_uint64 (GST_BUFFER_PTS (out), n * FRAME);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (out), FRAME);
    gst_buffer_unref (out);
  }
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* Whatever a network or disk makes of a frame: a warning at most. */
GST_START_TEST (test_random_damage)
{
  GstHarness *h = decoder_new ("rvldepthdec", media_types[__i__]);
  guint16 *samples = samples_new (33, 17, HOLES);
  GRand *rand = g_rand_new_with_seed (7);
  guint rounds = g_getenv ("DEPTH_TEST_LIGHT") != NULL ? 300 : 3000;

  for (guint n = 0; n < rounds; n++) {
    GstBuffer *in = encoded_new (__i__, samples, 33, 17, n);
    gsize size = gst_buffer_get_size (in);

    for (guint k = g_rand_int_range (rand, 1, 5); k > 0; k--) {
      guint8 value = g_rand_int (rand);
      gsize at = g_rand_int_range (rand, 0, k & 1 ? 24 : size);

      gst_buffer_fill (in, at, &value, 1);
    }
    if (n % 3 == 0)
      gst_buffer_set_size (in, g_rand_int_range (rand, 0, size));
    /* an error is right where the header became one of another kind of PNG */
    gst_harness_push (h, in);
    while (gst_harness_buffers_in_queue (h) > 0)
      gst_buffer_unref (gst_harness_pull (h));
    count_messages (bus, GST_MESSAGE_WARNING, NULL);
  }
  assert_decoded (h, encoded_new (__i__, samples, 33, 17, 0), samples);
  g_rand_free (rand);
  g_free (samples);
  decoder_free (h);
}

GST_END_TEST;

/* decodebin takes this for RVL, and pngdec for PNG. */
GST_START_TEST (test_rank)
{
  static const gchar *const preferred[] = { "rvldepthdec", "pngdec" };
  GList *all =
      gst_element_factory_list_get_elements (GST_ELEMENT_FACTORY_TYPE_DECODER,
      GST_RANK_MARGINAL);
  GstCaps *caps = gst_caps_from_string (media_types[__i__]);
  GList *some = gst_element_factory_list_filter (all, caps, GST_PAD_SINK,
      FALSE);

  some = g_list_sort (some, gst_plugin_feature_rank_compare_func);
  fail_unless (some != NULL);
  fail_unless_equals_string (GST_OBJECT_NAME (some->data), preferred[__i__]);
  gst_plugin_feature_list_free (some);
  gst_plugin_feature_list_free (all);
  gst_caps_unref (caps);
}

GST_END_TEST;

/* Real frames, against GStreamer's own PNG decoder. */
GST_START_TEST (test_real_frames)
{
  static const gchar *const folders[] = { "realsense_d4xx_640x480",
    "azure_kinect_nfov_640x576", "3dmatch_640x480"
  };
  GstHarness *h, *stock;
  gchar *path = real_frame_path (folders[__i__], 0);
  gchar *data;
  gsize size;
  GstBuffer *in, *wanted;
  GstVideoInfo info;
  GstCaps *caps;
  GstMapInfo map;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));
  g_free (path);
  in = gst_buffer_new_wrapped (data, size);
  stock = gst_harness_new ("pngdec");
  gst_harness_set_src_caps_str (stock, "image/png,framerate=0/1");
  wanted = gst_harness_push_and_pull (stock, gst_buffer_ref (in));
  wanted = gst_buffer_make_writable (wanted);
  caps = gst_pad_get_current_caps (stock->sinkpad);
  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_GRAY16_BE);
  gst_caps_unref (caps);

  gst_buffer_map (wanted, &map, GST_MAP_READWRITE);
  for (gsize i = 0; i < map.size; i += 2)
    GST_WRITE_UINT16_LE (map.data + i, GST_READ_UINT16_BE (map.data + i));
  /* PNG, then once more through RVL */
  h = decoder_new ("rvldepthdec ! tee name=t  t. ! rvldepthenc ! image/x-rvl ! "
      "rvldepthdec", "image/png");
  assert_decoded (h, in, (const guint16 *) map.data);
  gst_buffer_unmap (wanted, &map);
  gst_buffer_unref (wanted);
  gst_harness_teardown (stock);
  decoder_free (h);
}

GST_END_TEST;

static Suite *
rvldepthdec_suite (void)
{
  Suite *suite = suite_create ("rvldepthdec");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_every_value, 0, 2);
  tcase_add_loop_test (tc, test_patterns, 0, 2);
  tcase_add_loop_test (tc, test_sizes, 0, 2);
  tcase_add_loop_test (tc, test_several_memories, 0, 2);
  tcase_add_loop_test (tc, test_downstream_pool, 0, 2);
  tcase_add_loop_test (tc, test_video_meta, 0, 2);
  tcase_add_loop_test (tc, test_row_padding_is_zero, 0, 2);
  tcase_add_test (tc, test_size_is_in_the_frame);
  tcase_add_loop_test (tc, test_unit, 0, 2);
  tcase_add_loop_test (tc, test_metadata, 0, 2);
  tcase_add_loop_test (tc, test_quantised, 0, 2);
  tcase_add_loop_test (tc, test_damage, 0, G_N_ELEMENTS (damages));
  tcase_add_loop_test (tc, test_empty_frame, 0, 2);
  tcase_add_loop_test (tc, test_wrong_kind, 0, 2);
  tcase_add_test (tc, test_bytes_after_the_stream);
  tcase_add_test (tc, test_max_errors);
  tcase_add_loop_test (tc, test_wrong_png, 0, G_N_ELEMENTS (wrong_pngs));
  tcase_add_loop_test (tc, test_png_from_bytes, 0, 2 * G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_damaged_png_from_bytes, 0,
      G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_damaged_png_among_others, 0,
      G_N_ELEMENTS (pieces));
  tcase_add_test (tc, test_endless_png);
  tcase_add_loop_test (tc, test_rvl_from_bytes, 0, 2);
  tcase_add_loop_test (tc, test_rvl_in_pieces, 0, G_N_ELEMENTS (pieces));
  tcase_add_test (tc, test_bytes_after_a_flush);
  tcase_add_loop_test (tc, test_empty_file, 0, 2);
  tcase_add_loop_test (tc, test_backwards, 0, 2);
  tcase_add_test (tc, test_caps_queries);
  tcase_add_test (tc, test_bad_caps);
  tcase_add_test (tc, test_bad_property);
  tcase_add_loop_test (tc, test_flush_latency_restart, 0, 2);
  tcase_add_test (tc, test_times);
  tcase_add_loop_test (tc, test_random_damage, 0, 2);
  tcase_add_loop_test (tc, test_rank, 0, 2);
  return suite;
}

/* Of real cameras. */
static Suite *
rvldepthdec_frames_suite (void)
{
  Suite *s = suite_create ("rvldepthdec");
  TCase *tc = tcase_create ("frames");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_real_frames, 0, 3);
  return s;
}

MAIN_WITH_FRAMES (rvldepthdec);
