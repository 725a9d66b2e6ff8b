/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthenc: every sample, layouts, metadata, threads, negotiation. */

#include "depthbuffers.h"

#include "depth/depthmeta.h"
#include "png16/png16.h"
#include "rvl/rvl.h"

static const gchar *const media_types[] = { "image/x-rvl", "image/png" };

static GstBus *bus;

static GstHarness *
encoder_new (const gchar * launch, const gchar * sink_caps)
{
  GstHarness *h = gst_harness_new_parse (launch);

  bus = watch (h->element);
  gst_harness_set_sink_caps_str (h, sink_caps);
  return h;
}

static void
encoder_free (GstHarness * h)
{
  unwatch (h->element, bus);
  gst_harness_teardown (h);
}

static GstCaps *
out_caps (GstHarness * h)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);

  fail_unless (caps != NULL);
  return caps;
}

/* The codecs have their own tests; here they judge what comes out. */
static void
assert_encoded (GstBuffer * buffer, const gchar * media_type,
    const guint16 * samples, guint width, guint height)
{
  guint16 *decoded = g_new (guint16, (gsize) width * height);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  if (g_str_equal (media_type, "image/x-rvl")) {
    RvlHeader header;

    fail_unless (rvl_header_read (map.data, map.size, &header, NULL));
    fail_unless (header.a == 0 && header.b == 0);
    fail_unless (header.width == width && header.height == height);
    fail_unless (rvl_decode (map.data + RVL_HEADER_SIZE,
            map.size - RVL_HEADER_SIZE, decoded, 2 * width, width, height,
            NULL));
  } else {
    Png16Decoder *decoder = png16_decoder_new ();
    Png16Error error;

    fail_unless (png16_decode (decoder, map.data, map.size, decoded,
            2 * width, width, height, &error), "%s", error.what);
    png16_decoder_free (decoder);
  }
  gst_buffer_unmap (buffer, &map);
  fail_unless (memcmp (decoded, samples, 2 * (gsize) width * height) == 0);
  g_free (decoded);
}

static void
check_frame (const gchar * media_type, const gchar * launch, guint width,
    guint height, Pattern pattern, const Layout * layout)
{
  GstHarness *h = encoder_new (launch, media_type);
  guint16 *samples = samples_new (width, height, pattern);
  GstBuffer *out;

  push_caps (h, width, height, "");
  out = gst_harness_push_and_pull (h, frame_new (samples, width, height,
          layout, 0));
  fail_unless (out != NULL);
  assert_encoded (out, media_type, samples, width, height);
  gst_buffer_unref (out);
  g_free (samples);
  encoder_free (h);
}

GST_START_TEST (test_every_value)
{
  check_frame (media_types[__i__], "rvldepthenc", 256, 256, RAMP, NULL);
}

GST_END_TEST;

GST_START_TEST (test_patterns)
{
  for (Pattern p = 0; p < N_PATTERNS; p++)
    check_frame (media_types[__i__], "rvldepthenc", 101, 37, p, NULL);
}

GST_END_TEST;

GST_START_TEST (test_sizes)
{
  static const guint sizes[][2] = { {1, 1}, {1, 2}, {2, 1}, {3, 1}, {1, 7},
  {5, 3}, {17, 9}, {31, 33}, {65535, 1}, {1, 65535}, {639, 479}
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_frame (media_types[__i__], "rvldepthenc", sizes[i][0], sizes[i][1],
        RANDOM, NULL);
}

GST_END_TEST;

GST_START_TEST (test_layouts)
{
  static const Layout layouts[] = {
    {0, 64, 1}, {16, 0, 1}, {16, 64, 1}, {0, 0, 3}, {128, 32, 7}, {6, 2, 2},
    {1, 0, 1}, {3, 1, 2}
  };

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    check_frame (media_types[__i__], "rvldepthenc", 37, 23, RANDOM,
        &layouts[i]);
}

GST_END_TEST;

/* Some cameras leave away the padding of the last row. */
GST_START_TEST (test_last_row_without_padding)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (3, 5, RANDOM);
  GstBuffer *in = frame_new (samples, 3, 5, NULL, 0), *out;

  push_caps (h, 3, 5, "");
  gst_buffer_set_size (in, gst_buffer_get_size (in) - 2);
  out = gst_harness_push_and_pull (h, in);
  assert_encoded (out, "image/x-rvl", samples, 3, 5);
  gst_buffer_unref (out);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_threads_same_bytes)
{
  static const gchar *const launch[] = { "rvldepthenc n-threads=1",
    "rvldepthenc n-threads=2", "rvldepthenc n-threads=7", "rvldepthenc"
  };
  guint16 *samples = samples_new (1920, 1080, HOLES);
  GstBuffer *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (launch); i++) {
    GstHarness *h = encoder_new (launch[i], "image/x-rvl");

    push_caps (h, 1920, 1080, "");
    for (guint n = 0; n < 3; n++) {
      GstBuffer *out = gst_harness_push_and_pull (h, frame_new (samples, 1920,
              1080, NULL, n));
      GstMapInfo map;

      if (first == NULL)
        first = gst_buffer_ref (out);
      gst_buffer_map (first, &map, GST_MAP_READ);
      fail_unless_equals_uint64 (map.size, gst_buffer_get_size (out));
      fail_unless (gst_buffer_memcmp (out, 0, map.data, map.size) == 0);
      gst_buffer_unmap (first, &map);
      gst_buffer_unref (out);
    }
    encoder_free (h);
  }
  gst_buffer_unref (first);
  g_free (samples);
}

GST_END_TEST;

GST_START_TEST (test_compression_level)
{
  static const gchar *const launch[] = { "rvldepthenc compression-level=0",
    "rvldepthenc", "rvldepthenc compression-level=9"
  };
  guint16 *samples = samples_new (320, 240, HOLES);
  gsize sizes[3];

  for (guint i = 0; i < 3; i++) {
    GstHarness *h = encoder_new (launch[i], "image/png");
    GstBuffer *out;

    push_caps (h, 320, 240, "");
    out = gst_harness_push_and_pull (h, frame_new (samples, 320, 240, NULL, 0));
    assert_encoded (out, "image/png", samples, 320, 240);
    sizes[i] = gst_buffer_get_size (out);
    gst_buffer_unref (out);
    encoder_free (h);
  }
  fail_unless (sizes[0] > sizes[1] && sizes[1] > sizes[2]);
  g_free (samples);
}

GST_END_TEST;

GST_START_TEST (test_times_and_flags)
{
  GstHarness *h = encoder_new ("rvldepthenc", media_types[__i__]);
  guint16 *samples = samples_new (16, 8, RANDOM);

  push_caps (h, 16, 8, "");
  for (guint n = 0; n < 4; n++) {
    GstBuffer *out = gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
            NULL, n));

    fail_unless_equals_uint64 (GST_BUFFER_PTS (out), n * FRAME);
    fail_unless_equals_uint64 (GST_BUFFER_DTS (out), n * FRAME);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (out), FRAME);
    fail_if (GST_BUFFER_FLAG_IS_SET (out, GST_BUFFER_FLAG_DELTA_UNIT));
    gst_buffer_unref (out);
    /* Nothing is held back. */
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  }
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_no_latency)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (16, 8, RANDOM);

  gst_harness_set_upstream_latency (h, 20 * GST_MSECOND);
  push_caps (h, 16, 8, "");
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
              NULL, 0)));
  fail_unless_equals_uint64 (gst_harness_query_latency (h), 20 * GST_MSECOND);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

typedef struct
{
  const gchar *downstream;
  const gchar *chosen;          /* NULL: an error */
} Choice;

static const Choice choices[] = {
  {"ANY", "image/x-rvl"},
  {"image/x-rvl", "image/x-rvl"},
  {"image/png", "image/png"},
  {"image/png; image/x-rvl", "image/x-rvl"},
  {"image/jpeg; image/png", "image/png"},
  {"image/x-rvl,width=16,height=8", "image/x-rvl"},
  {"image/png,framerate=[1/1,60/1]", "image/png"},
  {"image/x-rvl,framerate=15/1; image/png", "image/png"},
  {"image/x-rvl,depth-meter=1000/1", "image/x-rvl"},
  {"image/x-rvl,depth-meter=5000/1", NULL},
};

GST_START_TEST (test_output_caps)
{
  const Choice *choice = &choices[__i__];
  GstHarness *h = encoder_new ("rvldepthenc", choice->downstream);
  guint16 *samples = samples_new (16, 8, RANDOM);
  GstFlowReturn flow;

  push_caps (h, 16, 8, "");
  flow = gst_harness_push (h, frame_new (samples, 16, 8, NULL, 0));
  if (choice->chosen == NULL) {
    fail_unless_equals_int (flow, GST_FLOW_NOT_NEGOTIATED);
    assert_message (bus, GST_MESSAGE_ERROR, "image/x-rvl", "image/png");
  } else {
    GstCaps *caps = out_caps (h);
    GstCaps *wanted = gst_caps_new_simple (choice->chosen, "width", G_TYPE_INT,
        16, "height", G_TYPE_INT, 8, "framerate", GST_TYPE_FRACTION, 30, 1,
        "depth-meter", GST_TYPE_FRACTION, 1000, 1, NULL);

    fail_unless_equals_int (flow, GST_FLOW_OK);
    fail_unless (gst_caps_is_subset (caps, wanted), "%s",
        gst_caps_to_string (caps));
    gst_caps_unref (wanted);
    gst_caps_unref (caps);
  }
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_input_caps)
{
  static const struct
  {
    const gchar *caps;
    gboolean taken;
  } table[] = {
    {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=30/1", TRUE},
    {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=0/1", TRUE},
    {"video/x-raw,format=GRAY16_LE,width=65535,height=1,framerate=0/1", TRUE},
    {"video/x-raw,format=GRAY16_LE,width=[1,100],height=8", TRUE},
    {"video/x-raw,format=GRAY16_LE,depth-meter=5000/1", TRUE},
    {"video/x-raw,format=GRAY16_LE,width=65536,height=1", FALSE},
    {"video/x-raw,format=GRAY16_BE,width=16,height=8", TRUE},
    {"video/x-raw,format=GRAY8,width=16,height=8", FALSE},
    {"video/x-raw(memory:DMABuf),format=GRAY16_LE,width=16,height=8", FALSE},
    {"image/png", FALSE},
    {"EMPTY", FALSE},
  };
  GstHarness *h = encoder_new ("rvldepthenc", "ANY");
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    GstCaps *caps = gst_caps_from_string (table[i].caps);
    GstCaps *left = gst_pad_query_caps (pad, caps);

    fail_unless (gst_caps_is_empty (left) == !table[i].taken, "%s",
        table[i].caps);
    gst_caps_unref (left);
    gst_caps_unref (caps);
  }
  gst_object_unref (pad);
  encoder_free (h);
}

GST_END_TEST;

/* What downstream restricts is asked of upstream. */
GST_START_TEST (test_input_caps_follow_downstream)
{
  GstHarness *h = encoder_new ("rvldepthenc",
      "image/x-rvl,width=320,height=240,framerate=[1/1,15/1]");
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");
  GstCaps *caps = gst_pad_query_caps (pad, NULL);
  GstCaps *wanted = gst_caps_from_string ("video/x-raw,"
      "format={GRAY16_LE,GRAY16_BE},width=320,height=240,framerate=[1/1,15/1]");

  fail_unless (gst_caps_is_equal (caps, wanted));
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
  gst_object_unref (pad);
  encoder_free (h);
}

GST_END_TEST;

static void
push_sized (GstHarness * h, guint width, guint height, const gchar * fields,
    const gchar * wanted)
{
  guint16 *samples = samples_new (width, height, HOLES);
  GstBuffer *out;
  GstCaps *caps, *subset = gst_caps_from_string (wanted);

  push_caps (h, width, height, fields);
  out = gst_harness_push_and_pull (h, frame_new (samples, width, height, NULL,
          0));
  assert_encoded (out, "image/x-rvl", samples, width, height);
  caps = out_caps (h);
  fail_unless (gst_caps_is_subset (caps, subset), "%s is not %s",
      gst_caps_to_string (caps), wanted);
  gst_caps_unref (caps);
  gst_caps_unref (subset);
  gst_buffer_unref (out);
  g_free (samples);
}

GST_START_TEST (test_renegotiation)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  GstBuffer *still;

  push_sized (h, 16, 8, "", "image/x-rvl,width=16,height=8,"
      "framerate=30/1,depth-meter=1000/1");
  push_sized (h, 33, 9, "", "image/x-rvl,width=33,height=9");
  push_sized (h, 33, 9, ",depth-meter=(fraction)5000/1",
      "image/x-rvl,width=33,height=9,depth-meter=5000/1");
  push_sized (h, 33, 9, ",depth-meter=(fraction)4000/1",
      "image/x-rvl,width=33,height=9,depth-meter=4000/1");
  push_sized (h, 33, 9, ",depth-meter=(double)2500.5",
      "image/x-rvl,width=33,height=9,depth-meter=5001/2");
  push_sized (h, 33, 9, ",depth-meter=(int)256",
      "image/x-rvl,width=33,height=9,depth-meter=256/1");
  push_sized (h, 16, 8, "", "image/x-rvl,width=16,height=8,depth-meter=1000/1");
  gst_harness_set_src_caps_str (h, "video/x-raw,format=GRAY16_LE,width=16,"
      "height=8,framerate=0/1");
  still = gst_buffer_new_allocate (NULL, 16 * 8 * 2, NULL);
  gst_buffer_memset (still, 0, 1, -1);
  gst_buffer_unref (gst_harness_push_and_pull (h, still));
  encoder_free (h);
}

GST_END_TEST;

/* An allocator that says how often it was asked. */
typedef struct
{
  GstAllocator parent;
  guint allocations;
  GstHarness *changes;          /* if set, takes PNG only from now on */
} CountingAllocator;
typedef GstAllocatorClass CountingAllocatorClass;
static GType counting_allocator_get_type (void);
G_DEFINE_TYPE (CountingAllocator, counting_allocator, GST_TYPE_ALLOCATOR);

static GstMemory *
counting_alloc (GstAllocator * allocator, gsize size,
    GstAllocationParams * params)
{
  CountingAllocator *self = (CountingAllocator *) allocator;

  self->allocations++;
  if (self->changes != NULL)
    gst_harness_set_sink_caps_str (self->changes, "image/png");
  self->changes = NULL;
  return gst_allocator_alloc (NULL, size, params);
}

static void
counting_allocator_class_init (CountingAllocatorClass * klass)
{
  klass->alloc = counting_alloc;
}

static void
counting_allocator_init (CountingAllocator * self)
{
}

/* Downstream's memory, asked for as often as frames are held at a time, and
 * used again once it came back in full. */
GST_START_TEST (test_downstream_allocator)
{
  GstBuffer *held[3], *part;
  GstHarness *h = encoder_new ("rvldepthenc", media_types[__i__]);
  CountingAllocator *allocator = g_object_new (counting_allocator_get_type (),
      NULL);
  guint16 *samples = samples_new (16, 8, RANDOM);

  gst_object_ref_sink (allocator);
  gst_harness_set_propose_allocator (h, gst_object_ref (allocator), NULL);
  push_caps (h, 16, 8, "");
  for (guint n = 0; n < 3; n++)
    gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
                NULL, n)));
  fail_unless_equals_int (allocator->allocations, 1);
  for (guint n = 0; n < 3; n++)
    held[n] = gst_harness_push_and_pull (h, frame_new (samples, 16, 8, NULL,
            n));
  fail_unless_equals_int (allocator->allocations, 3);

  /* somebody keeps a part of a frame's memory: it is not written to again */
  part = gst_buffer_copy_region (held[1], GST_BUFFER_COPY_MEMORY, 0, -1);
  for (guint n = 0; n < 3; n++)
    gst_buffer_unref (held[n]);
  for (guint n = 0; n < 3; n++)
    held[n] = gst_harness_push_and_pull (h, frame_new (samples, 16, 8, NULL,
            n));
  fail_unless_equals_int (allocator->allocations, 4);
  for (guint n = 0; n < 3; n++) {
    fail_unless (gst_buffer_peek_memory (held[n], 0)
        != gst_buffer_peek_memory (part, 0));
    gst_buffer_unref (held[n]);
  }
  gst_buffer_unref (part);
  encoder_free (h);
  gst_object_unref (allocator);
  g_free (samples);
}

GST_END_TEST;

/* Between two frames: none is lost. */
GST_START_TEST (test_reconfigured)
{
  GstHarness *h = encoder_new ("rvldepthenc", media_types[0]);
  guint16 *samples = samples_new (16, 8, RANDOM);

  push_caps (h, 16, 8, "");
  for (guint n = 0; n < 6; n++) {
    GstBuffer *out;

    gst_harness_set_sink_caps_str (h, media_types[n % 2]);
    out = gst_harness_push_and_pull (h, frame_new (samples, 16, 8, NULL, n));
    assert_encoded (out, media_types[n % 2], samples, 16, 8);
    gst_buffer_unref (out);
  }
  encoder_free (h);
  g_free (samples);
}

GST_END_TEST;

/* Downstream changes its mind while a frame is in work: that one is lost to it,
 * the next one is what it takes. */
GST_START_TEST (test_reconfigured_in_work)
{
  GstHarness *h = encoder_new ("rvldepthenc", "ANY");
  CountingAllocator *allocator = g_object_new (counting_allocator_get_type (),
      NULL);
  guint16 *samples = samples_new (16, 8, RANDOM);

  gst_object_ref_sink (allocator);
  gst_harness_set_propose_allocator (h, gst_object_ref (allocator), NULL);
  allocator->changes = h;
  push_caps (h, 16, 8, "");
  for (guint n = 0; n < 3; n++) {
    GstBuffer *out = gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
            NULL, n));

    assert_encoded (out, media_types[n > 0], samples, 16, 8);
    gst_buffer_unref (out);
  }
  encoder_free (h);
  gst_object_unref (allocator);
  g_free (samples);
}

GST_END_TEST;

/* However many frames a queue holds: the pool is bounded, and what comes after it
 * takes no more memory than it has bytes. */
GST_START_TEST (test_held_frames)
{
  GstHarness *h = encoder_new ("rvldepthenc", media_types[__i__]);
  guint16 *samples = samples_new (640, 480, HOLES);
  GstBuffer *held[60];
  gsize worst = 3 * 640 * 480, pooled = 0;

  push_caps (h, 640, 480, "");
  for (guint n = 0; n < G_N_ELEMENTS (held); n++) {
    gsize memory;

    held[n] = gst_harness_push_and_pull (h, frame_new (samples, 640, 480, NULL,
            n));
    assert_encoded (held[n], media_types[__i__], samples, 640, 480);
    gst_buffer_get_sizes (held[n], NULL, &memory);
    if (memory > worst / 2)
      pooled += memory;
    else
      fail_unless (memory < gst_buffer_get_size (held[n]) + 64);
  }
  fail_unless (pooled > 4 * (worst / 2) && pooled < 40 << 20);
  for (guint n = 0; n < G_N_ELEMENTS (held); n++)
    gst_buffer_unref (held[n]);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

/* Upstream may use strides and offsets of its own. */
GST_START_TEST (test_allocation_query)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  GstCaps *caps;
  GstQuery *query;

  push_caps (h, 101, 37, "");
  caps = gst_pad_get_current_caps (h->srcpad);
  query = gst_query_new_allocation (caps, TRUE);
  fail_unless (gst_pad_peer_query (h->srcpad, query));
  fail_unless (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE,
          NULL));
  fail_unless (gst_query_get_n_allocation_pools (query) > 0);
  gst_query_unref (query);
  gst_caps_unref (caps);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_flush_and_eos)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (16, 8, RANDOM);
  GstSegment segment;
  GstEvent *event;

  push_caps (h, 16, 8, "");
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
              NULL, 0)));
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
  fail_unless_equals_int (gst_harness_push (h, frame_new (samples, 16, 8, NULL,
              1)), GST_FLOW_FLUSHING);
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
  gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 16, 8,
              NULL, 0)));
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  do {
    event = gst_harness_pull_event (h);
    fail_unless (event != NULL);
    fail_if (GST_EVENT_TYPE (event) == GST_EVENT_EOS
        && gst_harness_events_in_queue (h) > 0);
    gst_event_unref (event);
  } while (gst_harness_events_in_queue (h) > 0);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_restart)
{
  GstHarness *h = encoder_new ("rvldepthenc n-threads=2", media_types[__i__]);
  guint16 *samples = samples_new (64, 48, HOLES);

  for (guint round = 0; round < 3; round++) {
    gst_harness_play (h);
    push_caps (h, 64, 48, "");
    gst_buffer_unref (gst_harness_push_and_pull (h, frame_new (samples, 64, 48,
                NULL, round)));
    fail_unless_equals_int (gst_element_set_state (h->element, round == 1 ?
            GST_STATE_NULL : GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  }
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

static GstDepthInfo
push_for_info (GstHarness * h, const guint16 * samples, guint number,
    const GstDepthInfo * given)
{
  GstBuffer *in = frame_new (samples, 64, 48, NULL, number), *out;
  GstDepthInfo info;
  guint n = 0;
  gpointer state = NULL;
  GstMeta *meta;

  if (given != NULL)
    fail_unless (gst_depth_meta_set_info (in, given));
  out = gst_harness_push_and_pull (h, in);
  fail_unless (gst_depth_meta_get_info (out, &info));
  while ((meta = gst_buffer_iterate_meta (out, &state)) != NULL)
    n += meta->info == gst_meta_get_info (GST_DEPTH_META_NAME);
  fail_unless_equals_int (n, 1);
  gst_buffer_unref (out);
  return info;
}

#define fail_unless_info(info, m, min, max) G_STMT_START { \
  GstDepthInfo i_ = (info); \
  fail_unless (i_.meter == (m) && i_.range_min == (min) \
      && i_.range_max == (max), "%g, %g to %g", i_.meter, i_.range_min, \
      i_.range_max); \
} G_STMT_END

GST_START_TEST (test_range_is_measured)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);
  guint16 *empty = samples_new (64, 48, EMPTY);
  GstDepthInfo first, info;

  push_caps (h, 64, 48, "");
  /* no depth yet: the range is not known */
  fail_unless_info (push_for_info (h, empty, 0, NULL), 1000, 0, 0);
  first = push_for_info (h, samples, 1, NULL);
  fail_unless (first.range_min >= 900 && first.range_min <= 1010);
  fail_unless (first.range_max >= 1040 && first.range_max <= 1150);
  /* one far pixel, an empty frame: the same */
  samples[0] = GUINT16_TO_LE (60000);
  info = push_for_info (h, samples, 2, NULL);
  fail_unless_info (info, 1000, first.range_min, first.range_max);
  info = push_for_info (h, empty, 3, NULL);
  fail_unless_info (info, 1000, first.range_min, first.range_max);
  /* another run knows nothing of this one */
  gst_element_set_state (h->element, GST_STATE_READY);
  gst_harness_play (h);
  push_caps (h, 64, 48, "");
  fail_unless_info (push_for_info (h, empty, 0, NULL), 1000, 0, 0);
  /* metadata is better than measuring */
  fail_unless_info (push_for_info (h, samples, 4, &(GstDepthInfo) {
          5000, 10, 20}
      ), 5000, 10, 20);
  g_free (samples);
  g_free (empty);
  encoder_free (h);
}

GST_END_TEST;

/* Time is that of the stream: at five frames a second, too, the range follows
 * within about one. */
GST_START_TEST (test_range_follows)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, CONSTANT);
  GstDepthInfo info;

  push_caps (h, 64, 48, "");
  for (guint n = 0; n < 16; n++) {
    if (n == 8)
      for (guint i = 0; i < 64 * 48; i++)
        samples[i] = GUINT16_TO_LE (5000);
    info = push_for_info (h, samples, 6 * n, NULL);
  }
  fail_unless_info (info, 1000, 5000, 5001);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_properties_win)
{
  GstHarness *h = encoder_new ("rvldepthenc meter=2000 near=0.5 far=4",
      "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);
  GstCaps *caps, *wanted = gst_caps_from_string ("image/x-rvl,depth-meter="
      "2000/1");

  push_caps (h, 64, 48, ",depth-meter=(fraction)5000/1");
  fail_unless_info (push_for_info (h, samples, 0, NULL), 2000, 1000, 8000);
  fail_unless_info (push_for_info (h, samples, 0, &(GstDepthInfo) {
          5000, 10, 20}
      ), 2000, 1000, 8000);
  caps = out_caps (h);
  fail_unless (gst_caps_is_subset (caps, wanted));
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL), 0);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_default_unit_is_said_once)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);

  for (guint run = 0; run < 2; run++) {
    gst_harness_play (h);
    push_caps (h, 64, 48, "");
    for (guint n = 0; n < 5; n++)
      push_for_info (h, samples, n, NULL);
    assert_message (bus, GST_MESSAGE_INFO, "unit", "1000");
    gst_element_set_state (h->element, GST_STATE_NULL);
  }
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

/* The unit comes with the frames: the caps follow. */
GST_START_TEST (test_unit_of_metadata)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);
  static const guint meters[] = { 5000, 5000, 4000 };

  push_caps (h, 64, 48, "");
  for (guint n = 0; n < G_N_ELEMENTS (meters); n++) {
    GstCaps *caps;
    gint num, den;

    fail_unless_info (push_for_info (h, samples, n, &(GstDepthInfo) {
            meters[n], 10, 20}
        ), meters[n], 10, 20);
    caps = out_caps (h);
    fail_unless (gst_structure_get_fraction (gst_caps_get_structure (caps, 0),
            "depth-meter", &num, &den));
    fail_unless (num == (gint) meters[n] && den == 1);
    gst_caps_unref (caps);
  }
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL), 0);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

GST_START_TEST (test_other_metas_are_kept)
{
  GstHarness *h = encoder_new ("rvldepthenc", media_types[__i__]);
  guint16 *samples = samples_new (16, 8, HOLES);
  GstBuffer *in = frame_new (samples, 16, 8, NULL, 0), *out;
  GstPinholeInfo given = { 20, 21, 8, 4, 16, 8 }, got;
  GstCaps *reference = gst_caps_from_string ("timestamp/x-unix");
  GstReferenceTimestampMeta *time;

  gst_pinhole_meta_set_info (in, &given);
  gst_buffer_add_reference_timestamp_meta (in, reference, 12345,
      GST_CLOCK_TIME_NONE);
  push_caps (h, 16, 8, "");
  out = gst_harness_push_and_pull (h, in);
  fail_unless (gst_pinhole_meta_get_info (out, &got));
  fail_unless (memcmp (&given, &got, sizeof (got)) == 0);
  time = gst_buffer_get_reference_timestamp_meta (out, reference);
  fail_unless (time != NULL && time->timestamp == 12345);
  gst_caps_unref (reference);
  gst_buffer_unref (out);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

typedef struct
{
  const gchar *launch;
  const gchar *word, *word2;
} BadProperty;

static const BadProperty bad_properties[] = {
  {"rvldepthenc meter=0.001", "meter is 0.001", "1000"},
  {"rvldepthenc meter=0.999", "meter is 0.999", "1 to 1000000"},
  {"rvldepthenc meter=-1", "meter is -1", "1 to 1000000"},
  {"rvldepthenc meter=nan", "meter is nan", "1 to 1000000"},
  {"rvldepthenc meter=inf", "meter is inf", "1 to 1000000"},
  {"rvldepthenc meter=1000001", "meter is 1000001", "1 to 1000000"},
  {"rvldepthenc meter=4294967296", "meter is 4294967296", "1 to 1000000"},
  {"rvldepthenc near=-2", "near is -2", "-1 (automatic)"},
  {"rvldepthenc near=nan", "near is nan", "-1 (automatic)"},
  {"rvldepthenc far=-0.5", "far is -0.5", "-1 (automatic)"},
  {"rvldepthenc far=0", "far is 0", "-1 (automatic)"},
  {"rvldepthenc far=inf", "far is inf", "-1 (automatic)"},
  {"rvldepthenc near=3 far=2", "near is 3 and far is 2", "below"},
  {"rvldepthenc near=2 far=2", "near is 2 and far is 2", "below"},
};

GST_START_TEST (test_bad_properties)
{
  const BadProperty *bad = &bad_properties[__i__];
  GstElement *element = gst_parse_launch (bad->launch, NULL);

  bus = watch (element);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  assert_message (bus, GST_MESSAGE_ERROR, bad->word, bad->word2);
  unwatch (element, bus);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

GST_END_TEST;

/* While it runs, the value before stays. */
GST_START_TEST (test_bad_property_later)
{
  GstHarness *h = encoder_new ("rvldepthenc meter=5000", "image/x-rvl");
  GstElement *encoder = gst_harness_find_element (h, "rvldepthenc");
  gdouble meter;

  g_object_set (encoder, "meter", 0.001, NULL);
  assert_message (bus, GST_MESSAGE_WARNING, "meter is 0.001", "1000");
  g_object_get (encoder, "meter", &meter, NULL);
  fail_unless (meter == 5000);
  gst_object_unref (encoder);
  encoder_free (h);
}

GST_END_TEST;

typedef struct
{
  const gchar *caps;
  const gchar *word, *word2;
} BadCaps;

static const BadCaps bad_caps[] = {
  {"video/x-raw,format=GRAY16_LE", "width", "height"},
  {"video/x-raw,format=GRAY16_LE,width=640,framerate=30/1", "width", "height"},
  {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=30/1,"
        "interlace-mode=interleaved", "interleaved", "progressive"},
  {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=30/1,"
        "depth-meter=(fraction)1/1000", "depth-meter", "1000/1"},
  {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=30/1,"
        "depth-meter=(double)0.001", "0.001", "1000/1"},
  {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=30/1,"
        "depth-meter=(fraction)1000001/1", "1000001", "1 to 1000000"},
  {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=30/1,"
        "depth-meter=(double)4294967296", "4294967296", "1 to 1000000"},
  {"video/x-raw,format=GRAY16_LE,width=16,height=8,framerate=30/1,"
        "depth-meter=millimetres", "depth-meter", "1000/1"},
  {"video/x-raw,format=GRAY16_LE,width=65535,height=2000,framerate=30/1",
      "65535x2000", "67108864"},
};

GST_START_TEST (test_bad_caps)
{
  const BadCaps *bad = &bad_caps[__i__];
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");

  assert_refused (h, bus, bad->caps, bad->word, bad->word2,
      "video/x-raw,format=GRAY16_LE,width=8,height=8");
  encoder_free (h);
}

GST_END_TEST;

static void
check_bad_buffer (GstBuffer * buffer, const gchar * word, const gchar * word2)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");

  push_caps (h, 101, 8, "");
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_ERROR);
  assert_message (bus, GST_MESSAGE_ERROR, word, word2);
  encoder_free (h);
}

GST_START_TEST (test_bad_buffers)
{
  guint16 *samples = samples_new (101, 8, RANDOM);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, };
  gint strides[GST_VIDEO_MAX_PLANES] = { 204 };
  GstBuffer *buffer;

  check_bad_buffer (gst_buffer_new (), "0 bytes", "1630 needed");
  /* rows without the padding that GStreamer has by default */
  check_bad_buffer (gst_buffer_new_allocate (NULL, 101 * 8 * 2, NULL),
      "1616 bytes", "204 bytes");

  buffer = gst_buffer_new_allocate (NULL, 204 * 8, NULL);
  offsets[0] = 8;
  gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, 101,
      8, 1, offsets, strides);
  check_bad_buffer (buffer, "1632 bytes", "from byte 8");

  buffer = gst_buffer_new_allocate (NULL, 204 * 8, NULL);
  offsets[0] = 0;
  strides[0] = 100;
  gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, 101,
      8, 1, offsets, strides);
  check_bad_buffer (buffer, "GstVideoMeta", "100 bytes");

  buffer = frame_new (samples, 101, 8, NULL, 0);
  gst_buffer_add_video_meta (buffer, 0, GST_VIDEO_FORMAT_GRAY16_LE, 50, 8);
  check_bad_buffer (buffer, "50x8", "101x8");
  g_free (samples);
}

GST_END_TEST;

GST_START_TEST (test_bad_metadata)
{
  GstHarness *h = encoder_new ("rvldepthenc", "image/x-rvl");
  guint16 *samples = samples_new (64, 48, HOLES);
  GstDepthInfo info;

  push_caps (h, 64, 48, ",depth-meter=(fraction)4000/1");
  for (guint n = 0; n < 3; n++) {
    info = push_for_info (h, samples, n, &(GstDepthInfo) {
        0.001, 10, 20}
    );
    fail_unless_info (info, 4000, 10, 20);
  }
  assert_message (bus, GST_MESSAGE_WARNING, "0.001", "1000");
  info = push_for_info (h, samples, 3, &(GstDepthInfo) {
      4294967296., 10, 20}
  );
  fail_unless_info (info, 4000, 10, 20);
  info = push_for_info (h, samples, 3, &(GstDepthInfo) {
      5000, 20, 10}
  );
  fail_unless (info.meter == 5000 && info.range_min > 900
      && info.range_max < 1150);
  g_free (samples);
  encoder_free (h);
}

GST_END_TEST;

static Suite *
rvldepthenc_suite (void)
{
  Suite *suite = suite_create ("rvldepthenc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_every_value, 0, 2);
  tcase_add_loop_test (tc, test_patterns, 0, 2);
  tcase_add_loop_test (tc, test_sizes, 0, 2);
  tcase_add_loop_test (tc, test_layouts, 0, 2);
  tcase_add_test (tc, test_last_row_without_padding);
  tcase_add_test (tc, test_threads_same_bytes);
  tcase_add_test (tc, test_compression_level);
  tcase_add_loop_test (tc, test_times_and_flags, 0, 2);
  tcase_add_test (tc, test_no_latency);
  tcase_add_loop_test (tc, test_output_caps, 0, G_N_ELEMENTS (choices));
  tcase_add_test (tc, test_input_caps);
  tcase_add_test (tc, test_input_caps_follow_downstream);
  tcase_add_test (tc, test_renegotiation);
  tcase_add_loop_test (tc, test_downstream_allocator, 0, 2);
  tcase_add_test (tc, test_reconfigured);
  tcase_add_test (tc, test_reconfigured_in_work);
  tcase_add_loop_test (tc, test_held_frames, 0, 2);
  tcase_add_test (tc, test_allocation_query);
  tcase_add_test (tc, test_flush_and_eos);
  tcase_add_loop_test (tc, test_restart, 0, 2);
  tcase_add_test (tc, test_range_is_measured);
  tcase_add_test (tc, test_range_follows);
  tcase_add_test (tc, test_properties_win);
  tcase_add_test (tc, test_default_unit_is_said_once);
  tcase_add_test (tc, test_unit_of_metadata);
  tcase_add_loop_test (tc, test_other_metas_are_kept, 0, 2);
  tcase_add_loop_test (tc, test_bad_properties, 0,
      G_N_ELEMENTS (bad_properties));
  tcase_add_test (tc, test_bad_property_later);
  tcase_add_loop_test (tc, test_bad_caps, 0, G_N_ELEMENTS (bad_caps));
  tcase_add_test (tc, test_bad_buffers);
  tcase_add_test (tc, test_bad_metadata);
  return suite;
}

GST_CHECK_MAIN (rvldepthenc);
