/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthdec: files that come as bytes, in pieces, whole and damaged. */

#include "rvldepth-common.h"

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

/* How a file is cut. Small pieces are many buffers: a small picture is enough for
 * them. */
static const struct
{
  gsize bytes;
  guint height;
} pieces[] = {
  {1, 12}, {7, 12}, {8, 12}, {4096, 48}, {1 << 20, 48}
};

GST_START_TEST (test_png_from_bytes)
{
  GstHarness *h = byte_decoder_new (__i__ % 2 ? "image/png" : NULL);
  guint height = pieces[__i__ / 2].height;
  guint16 *samples = samples_new (64, height, RANDOM);
  GstBuffer *two = gst_buffer_append (encoded_new (PNG, samples, 64, height, 0),
      encoded_new (PNG, samples, 64, height, 0));

  push_in_pieces (h, two, pieces[__i__ / 2].bytes);
  assert_pulled (h, samples);
  assert_pulled (h, samples);
  gst_harness_push_event (h, gst_event_new_eos ());
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* A file that is cut off does not take the next one with it. */
GST_START_TEST (test_damaged_png_from_bytes)
{
  GstHarness *h = byte_decoder_new ("image/png");
  guint height = pieces[__i__].height;
  guint16 *samples = samples_new (64, height, RANDOM);
  GstBuffer *cut = encoded_new (PNG, samples, 64, height, 0);

  gst_buffer_set_size (cut, 1000);
  push_in_pieces (h, gst_buffer_append (cut, encoded_new (PNG, samples, 64,
              height, 0)), pieces[__i__].bytes);
  assert_pulled (h, samples);
  assert_message (bus, GST_MESSAGE_WARNING, "byte", "Frame 0 dropped");

  cut = encoded_new (PNG, samples, 64, height, 0);
  gst_buffer_set_size (cut, 1000);
  push_in_pieces (h, cut, pieces[__i__].bytes);
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_message (bus, GST_MESSAGE_WARNING, "byte", "Frame 2 dropped");
  g_free (samples);
  harness_free (h);
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
  guint height = pieces[__i__].height;
  guint16 *samples = samples_new (64, height, RANDOM);
  GstBuffer *whole = encoded_new (PNG, samples, 64, height, 0);
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
        pieces[__i__].bytes);
    assert_pulled (h, samples);
    assert_message (bus, GST_MESSAGE_WARNING, "at byte", "dropped");
    harness_free (h);
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
  assert_pulled (h, samples);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  gst_buffer_unref (chunk);
  g_free (samples);
  harness_free (h);
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
  assert_pulled (h, samples);
  push_in_pieces (h, cut, 1 << 20);
  push_in_pieces (h, encoded_new (RVL, samples, 64, 48, 0), 1 << 20);
  assert_message (bus, GST_MESSAGE_WARNING, "byte 4096", "");
  assert_pulled (h, samples);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

/* A file in pieces, as from filesrc; several pictures in one; bytes after them. */
GST_START_TEST (test_rvl_in_pieces)
{
  GstHarness *h = byte_decoder_new ("image/x-rvl");
  guint height = pieces[__i__].height;
  guint16 *samples = samples_new (64, height, RANDOM);
  GstBuffer *file = gst_buffer_new ();

  for (guint i = 0; i < 3; i++) {
    file = gst_buffer_append (file, encoded_new (RVL, samples, 64, height, 0));
    if (i > 0)
      file = gst_buffer_append (file, gst_buffer_new_memdup ("some words\n",
              11));
  }
  push_in_pieces (h, file, pieces[__i__].bytes);
  gst_harness_push_event (h, gst_event_new_eos ());
  for (guint i = 0; i < 3; i++)
    assert_pulled (h, samples);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  g_free (samples);
  harness_free (h);
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
    assert_pulled (h, samples);
  }
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  g_free (samples);
  harness_free (h);
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
    assert_pulled (h, samples);
    fail_unless_equals_int (gst_harness_push (h, gst_buffer_new ()),
        GST_FLOW_OK);
    assert_message (bus, GST_MESSAGE_WARNING, "dropped", "empty");
  }
  push_in_pieces (h, encoded_new (__i__, samples, 64, 48, 0), piece);
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_pulled (h, samples);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  g_free (samples);
  harness_free (h);
}

GST_END_TEST;

static Suite *
rvldepthdec_files_suite (void)
{
  Suite *s = suite_create ("rvldepthdec-files");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
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
  return s;
}

GST_CHECK_MAIN (rvldepthdec_files);
