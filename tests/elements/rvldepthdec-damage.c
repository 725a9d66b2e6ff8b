/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rvldepthdec: frames that are damaged, empty or of another kind. */

#include "rvldepth-common.h"

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
  harness_free (h);
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
  harness_free (h);
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
  harness_free (h);
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
  harness_free (h);
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
  harness_free (h);
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
  harness_free (h);
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
  harness_free (h);
}

GST_END_TEST;

static Suite *
rvldepthdec_damage_suite (void)
{
  Suite *s = suite_create ("rvldepthdec-damage");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_damage, 0, G_N_ELEMENTS (damages));
  tcase_add_loop_test (tc, test_empty_frame, 0, 2);
  tcase_add_loop_test (tc, test_wrong_kind, 0, 2);
  tcase_add_test (tc, test_bytes_after_the_stream);
  tcase_add_test (tc, test_max_errors);
  tcase_add_loop_test (tc, test_wrong_png, 0, G_N_ELEMENTS (wrong_pngs));
  tcase_add_loop_test (tc, test_random_damage, 0, 2);
  return s;
}

GST_CHECK_MAIN (rvldepthdec_damage);
