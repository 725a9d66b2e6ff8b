/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthenc: caps on both sides, their changes, memory of downstream and upstream. */

#include "rvldepth-common.h"

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
  GstHarness *h = harness_new ("rvldepthenc", choice->downstream);
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
  harness_free (h);
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
  GstHarness *h = harness_new ("rvldepthenc", "ANY");
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
  harness_free (h);
}

GST_END_TEST;

/* What downstream restricts is asked of upstream. */
GST_START_TEST (test_input_caps_follow_downstream)
{
  GstHarness *h = harness_new ("rvldepthenc",
      "image/x-rvl,width=320,height=240,framerate=[1/1,15/1]");
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");
  GstCaps *caps = gst_pad_query_caps (pad, NULL);
  GstCaps *wanted = gst_caps_from_string ("video/x-raw,"
      "format={GRAY16_LE,GRAY16_BE},width=320,height=240,framerate=[1/1,15/1]");

  fail_unless (gst_caps_is_equal (caps, wanted));
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
  gst_object_unref (pad);
  harness_free (h);
}

GST_END_TEST;

static void
push_sized (GstHarness * h, guint width, guint height, const gchar * fields,
    const gchar * wanted)
{
  guint16 *samples = samples_new (width, height, HOLES);
  GstBuffer *out;

  push_caps (h, width, height, fields);
  out = gst_harness_push_and_pull (h, frame_new (samples, width, height, NULL,
          0));
  assert_encoded (out, RVL, samples, width, height);
  assert_caps (h, wanted);
  gst_buffer_unref (out);
  g_free (samples);
}

GST_START_TEST (test_renegotiation)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
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
  harness_free (h);
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
  GstHarness *h = harness_new ("rvldepthenc", media_types[__i__]);
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
  harness_free (h);
  gst_object_unref (allocator);
  g_free (samples);
}

GST_END_TEST;

/* Between two frames: none is lost. */
GST_START_TEST (test_reconfigured)
{
  GstHarness *h = harness_new ("rvldepthenc", media_types[0]);
  guint16 *samples = samples_new (16, 8, RANDOM);

  push_caps (h, 16, 8, "");
  for (guint n = 0; n < 6; n++) {
    GstBuffer *out;

    gst_harness_set_sink_caps_str (h, media_types[n % 2]);
    out = gst_harness_push_and_pull (h, frame_new (samples, 16, 8, NULL, n));
    assert_encoded (out, n % 2, samples, 16, 8);
    gst_buffer_unref (out);
  }
  harness_free (h);
  g_free (samples);
}

GST_END_TEST;

/* Downstream changes its mind while a frame is in work: that one is lost to it,
 * the next one is what it takes. */
GST_START_TEST (test_reconfigured_in_work)
{
  GstHarness *h = harness_new ("rvldepthenc", "ANY");
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

    assert_encoded (out, n > 0, samples, 16, 8);
    gst_buffer_unref (out);
  }
  harness_free (h);
  gst_object_unref (allocator);
  g_free (samples);
}

GST_END_TEST;

/* However many frames a queue holds: the pool is bounded, and what comes after it
 * takes no more memory than it has bytes. */
GST_START_TEST (test_held_frames)
{
  GstHarness *h = harness_new ("rvldepthenc", media_types[__i__]);
  guint16 *samples = samples_new (640, 480, HOLES);
  GstBuffer *held[60];
  gsize worst = 3 * 640 * 480, pooled = 0;

  push_caps (h, 640, 480, "");
  for (guint n = 0; n < G_N_ELEMENTS (held); n++) {
    gsize memory;

    held[n] = gst_harness_push_and_pull (h, frame_new (samples, 640, 480, NULL,
            n));
    assert_encoded (held[n], __i__, samples, 640, 480);
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
  harness_free (h);
}

GST_END_TEST;

/* Upstream may use strides and offsets of its own. */
GST_START_TEST (test_allocation_query)
{
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");
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
  harness_free (h);
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
  GstHarness *h = harness_new ("rvldepthenc", "image/x-rvl");

  assert_refused (h, bus, bad->caps, bad->word, bad->word2,
      "video/x-raw,format=GRAY16_LE,width=8,height=8");
  harness_free (h);
}

GST_END_TEST;

static Suite *
rvldepthenc_negotiation_suite (void)
{
  Suite *s = suite_create ("rvldepthenc-negotiation");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_output_caps, 0, G_N_ELEMENTS (choices));
  tcase_add_test (tc, test_input_caps);
  tcase_add_test (tc, test_input_caps_follow_downstream);
  tcase_add_test (tc, test_renegotiation);
  tcase_add_loop_test (tc, test_downstream_allocator, 0, 2);
  tcase_add_test (tc, test_reconfigured);
  tcase_add_test (tc, test_reconfigured_in_work);
  tcase_add_loop_test (tc, test_held_frames, 0, 2);
  tcase_add_test (tc, test_allocation_query);
  tcase_add_loop_test (tc, test_bad_caps, 0, G_N_ELEMENTS (bad_caps));
  return s;
}

GST_CHECK_MAIN (rvldepthenc_negotiation);
