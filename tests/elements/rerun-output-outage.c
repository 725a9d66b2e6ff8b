/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An output whose server is away, goes, comes back and confirms late. */

#include "rerun-fake-output.h"

static GstBus *
listen (void)
{
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (element, bus);
  return bus;
}

/* The next message is of this kind, and if it has fields, has this name. */
static guint64
expect (GstBus * bus, GstMessageType type, const gchar * name)
{
  GstMessage *message = gst_bus_timed_pop (bus, GST_CLOCK_TIME_NONE);
  guint64 dropped = 0;

  assert_equals_int (GST_MESSAGE_TYPE (message), type);
  if (type == GST_MESSAGE_ELEMENT) {
    const GstStructure *fields = gst_message_get_structure (message);

    assert_equals_string (gst_structure_get_name (fields), name);
    assert_equals_string (gst_structure_get_string (fields, "uri"), "fake");
    fail_unless (gst_structure_get_uint64 (fields, "frames-dropped", &dropped));
  }
  gst_message_unref (message);
  return dropped;
}

static void
expect_nothing (GstBus * bus)
{
  fail_if (gst_bus_have_pending (bus));
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
}

static void
set_silent (Fake * fake, gboolean silent)
{
  g_mutex_lock (&fake->lock);
  fake->silent = silent;
  g_mutex_unlock (&fake->lock);
}

GST_START_TEST (test_comes_later)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GstBus *bus = listen ();

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  expect (bus, GST_MESSAGE_WARNING, NULL);      /* once */
  fail_unless (push (user, 7, 100, NULL));
  for (guint64 i = 0; i < 10; i++)
    fail_unless (push (user, 0, i, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, NULL));
  fake_be_impatient (fake, FALSE);
  assert_equals_uint64 (balance (fake), 10);
  g_mutex_lock (&fake->lock);
  fake->away = FALSE;
  g_mutex_unlock (&fake->lock);
  assert_equals_uint64 (expect (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"), stat_of (fake, "frames-dropped"));
  expect (bus, GST_MESSAGE_INFO, NULL);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (balance (fake), 10);
  check_written (fake, 0, 100);
  check_written (fake, fake->ids->len - 1, 9);
  stop (fake, user);
  expect_nothing (bus);
}

GST_END_TEST;

GST_START_TEST (test_reconnect)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GstBus *bus = listen ();

  fail_unless (push (user, 7, 100, NULL));
  fail_unless (push (user, 8, 101, NULL));
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 3; i++)
    fail_unless (push (user, 0, i, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-connected");

  /* two are written but not confirmed, the third is lost on the way */
  g_mutex_lock (&fake->lock);
  fake->silent = TRUE;
  fake->fail_at = 7;
  g_mutex_unlock (&fake->lock);
  for (guint64 i = 3; i < 6; i++)
    fail_unless (push (user, 0, i, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-disconnected");
  expect (bus, GST_MESSAGE_WARNING, NULL);
  g_mutex_lock (&fake->lock);
  fake->silent = FALSE;
  g_mutex_unlock (&fake->lock);
  fail_unless (push (user, 0, 6, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-reconnected");
  expect (bus, GST_MESSAGE_INFO, NULL);

  /* all states again, then what was not confirmed, in order */
  assert_equals_int (fake->ids->len, 7 + 2 + 4);
  check_written (fake, 7, 100);
  check_written (fake, 8, 101);
  for (guint i = 0; i < 4; i++)
    check_written (fake, 9 + i, 3 + i);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 7);
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 0);
  assert_equals_uint64 (stat_of (fake, "queue-bytes"), 0);
  stop (fake, user);
  expect_nothing (bus);
}

GST_END_TEST;

/* While a server is away, what is said of frames that are missing does not pile up. */
GST_START_TEST (test_texts_are_bounded)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunOutput *output = &fake->parent;
  RerunUser *user = fake_attach (fake);

  for (guint64 i = 0; i < 2000; i++)
    fail_unless (push_kind (user, RERUN_ROW_ONCE, 7, i, NULL));
  fail_unless (push (user, 0, 2000, NULL));
  assert_equals_int (g_queue_get_length (&output->queue), 257);
  rerun_output_start (output);
  fail_unless (rerun_user_drain (user, NULL));
  check_written (fake, 0, 1744);        /* the newest ones */
  assert_equals_uint64 (stat_of (fake, "frames-written"), 1);
  stop (fake, user);
}

GST_END_TEST;

/* A sink that starts again and again, as in a rig that plays on: what is kept for a new
 * server is the newest of each, not one for each start. */
GST_START_TEST (test_states_are_bounded)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunOutput *output = &fake->parent;
  RerunUser *user;

  rerun_output_start (output);
  user = fake_attach (fake);
  for (guint64 i = 0; i < 300; i++) {
    RerunUser *other = fake_attach (fake);

    fail_unless (push (other, 7, 1000 + i, NULL));
    fail_unless (push (other, 8, 2000 + i, NULL));
    fail_unless (push (other, 0, i, NULL));
    fail_unless (rerun_user_drain (other, NULL));
    fail_if (rerun_user_detach (other));
  }
  g_mutex_lock (&output->lock);
  assert_equals_int (g_queue_get_length (&output->states), 2);
  assert_equals_int (g_queue_get_length (&output->queue), 0);
  assert_equals_int (g_queue_get_length (&output->sent), 0);
  g_mutex_unlock (&output->lock);
  stop (fake, user);
}

GST_END_TEST;

/* What was written, but is not confirmed, is held in the bound too, and is the first
 * to go. It counts as written when it is confirmed, and not before. */
GST_START_TEST (test_unconfirmed_is_bounded)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);

  fake->silent = TRUE;
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 10; i++) {
    fail_unless (push (user, 0, i, NULL));
    fail_unless (stat_of (fake, "queue-bytes") <= 3 * MAX_ROW);
    assert_equals_uint64 (balance (fake), i + 1);
  }
  wait_for_writes (fake, 10);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 0);
  assert_equals_uint64 (stat_of (fake, "frames-queued"), 10);
  fail_unless (stat_of (fake, "frames-unconfirmed") >= 6);
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 0);
  fail_unless (stat_of (fake, "queue-bytes") > 0);
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, NULL));

  set_silent (fake, FALSE);
  fake_be_impatient (fake, FALSE);
  fail_unless (push (user, 0, 10, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), 11);
  assert_equals_uint64 (stat_of (fake, "frames-unconfirmed"), 0);
  stop (fake, user);
}

GST_END_TEST;

/* A server that dies has lost what it did not confirm: what is not held any more is
 * dropped and told, to the frame; the rest is written again. */
GST_START_TEST (test_lost_with_the_server)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GstBus *bus = listen ();
  guint64 lost;

  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-connected");
  set_silent (fake, TRUE);
  for (guint64 i = 1; i < 20; i++)
    fail_unless (push (user, 0, i, NULL));
  wait_for_writes (fake, 20);
  lost = stat_of (fake, "frames-unconfirmed");
  fail_unless (lost >= 16);
  g_mutex_lock (&fake->lock);
  fake->fail_at = 20;
  g_mutex_unlock (&fake->lock);
  fail_unless (push (user, 0, 20, NULL));
  assert_equals_uint64 (expect (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-disconnected"), stat_of (fake, "frames-dropped"));
  expect (bus, GST_MESSAGE_WARNING, NULL);
  lost = stat_of (fake, "frames-dropped");
  fail_unless (lost >= 16);
  set_silent (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (expect (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-reconnected"), lost);
  expect (bus, GST_MESSAGE_INFO, NULL);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 21 - lost);
  assert_equals_uint64 (balance (fake), 21);
  stop (fake, user);
  expect_nothing (bus);
}

GST_END_TEST;

/* D12: one user's drain that timed out is not the others'. */
GST_START_TEST (test_others_play_on)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *a = fake_attach (fake), *b = fake_attach (fake);
  GError *error = NULL;

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 3; i++)
    fail_unless (push (i % 2 ? a : b, 0, i, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (a, &error));
  fail_unless (g_str_has_prefix (error->message, "3 frames"), "%s",
      error->message);
  g_clear_error (&error);
  fail_if (rerun_user_detach (a));
  for (guint64 i = 3; i < 10; i++)
    fail_unless (push (b, 0, i, NULL));
  fail_unless (rerun_user_detach (b));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_str_has_prefix (error->message, "10 frames"), "%s",
      error->message);
  g_clear_error (&error);
}

GST_END_TEST;

/* What was told at the drain is neither waited for nor told again. */
GST_START_TEST (test_told_once)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *user = fake_attach (fake);

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, NULL));
  fake_be_impatient (fake, FALSE);
  stop (fake, user);
}

GST_END_TEST;

/* Only states: there is nothing to tell of. */
GST_START_TEST (test_no_frames_not_delivered)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *user = fake_attach (fake);

  fake->silent = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 7, 0, NULL));
  wait_for_writes (fake, 1);
  fake_be_impatient (fake, TRUE);
  fail_unless (rerun_user_drain (user, NULL));
  stop (fake, user);
}

GST_END_TEST;

/* D13: who drains does not wait for the next try. */
GST_START_TEST (test_drain_asks_at_once)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *user = fake_attach (fake);

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  g_mutex_lock (&fake->parent.lock);
  while (fake->parent.outage.retry_at == 0)
    g_cond_wait_until (&fake->parent.progress, &fake->parent.lock,
        g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND);
  /* in the middle of the longest pause that there is */
  fake->parent.outage.retry_at = G_MAXINT64;
  g_mutex_unlock (&fake->parent.lock);
  g_mutex_lock (&fake->lock);
  fake->away = FALSE;
  g_mutex_unlock (&fake->lock);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), 1);
  stop (fake, user);
}

GST_END_TEST;

/* D14: the end of the stream waits drain-timeout for a frame that waits. */
GST_START_TEST (test_the_end_has_its_way)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);

  fake->away = TRUE;
  fake_be_impatient (fake, TRUE);
  rerun_output_start (&fake->parent);
  is_ending = TRUE;
  for (guint64 i = 0; i < 10; i++)
    fail_unless (push (user, 0, i, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 7);
  assert_equals_uint64 (balance (fake), 10);
  fail_if (rerun_user_drain (user, NULL));
  stop (fake, user);
}

GST_END_TEST;

/* The end waits drain-timeout once, however many frames are on their way to it. */
GST_START_TEST (test_end_waits_once)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GError *error = NULL;
  gint64 since;

  fake->away = TRUE;
  fake->parent.settings.drain_timeout = 1 * GST_SECOND;
  rerun_output_start (&fake->parent);
  is_ending = TRUE;
  since = g_get_monotonic_time ();
  for (guint64 i = 0; i < 4; i++)
    fail_unless (push (user, 0, i, NULL));
  fail_unless (g_get_monotonic_time () - since >= 1 * G_TIME_SPAN_SECOND);
  since = g_get_monotonic_time ();
  for (guint64 i = 4; i < 100; i++)
    fail_unless (push (user, 0, i, NULL));
  fail_if (rerun_user_drain (user, &error));
  fail_unless (g_get_monotonic_time () - since < 1 * G_TIME_SPAN_SECOND);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  fail_unless (g_str_has_prefix (error->message, "3 frames"));
  fail_unless (g_str_has_suffix (error->message,
          "; 97 frames were dropped before"), "%s", error->message);
  g_error_free (error);
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 97);
  assert_equals_uint64 (balance (fake), 100);
  stop (fake, user);
}

GST_END_TEST;

/* The next end waits anew. */
GST_START_TEST (test_next_end_waits)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  gint64 since;

  fake->away = TRUE;
  fake->parent.settings.drain_timeout = 200 * GST_MSECOND;
  rerun_output_start (&fake->parent);
  is_ending = TRUE;
  for (guint64 i = 0; i < 4; i++)
    fail_unless (push (user, 0, i, NULL));
  fail_if (rerun_user_drain (user, NULL));
  for (guint64 i = 4; i < 6; i++) {
    since = g_get_monotonic_time ();
    fail_unless (push (user, 0, i, NULL));
    fail_unless (g_get_monotonic_time () - since >=
        200 * G_TIME_SPAN_MILLISECOND);
    fail_if (rerun_user_drain (user, NULL));
  }
  assert_equals_uint64 (balance (fake), 6);
  stop (fake, user);
}

GST_END_TEST;

/* 100 ms after the first failure, then twice as long each time. */
GST_START_TEST (test_delays_grow)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  gint64 delay = 100 * G_TIME_SPAN_MILLISECOND;

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  g_mutex_lock (&fake->lock);
  while (fake->tries->len < 5)
    g_cond_wait (&fake->cond, &fake->lock);
  for (guint i = 1; i < 5; i++) {
    gint64 *tries = &g_array_index (fake->tries, gint64, i);

    fail_unless (tries[0] - tries[-1] >= delay);
    delay *= 2;
  }
  g_mutex_unlock (&fake->lock);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_stop_while_away)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GError *error = NULL;

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 2; i++)
    fail_unless (push (user, 0, i, NULL));
  fake_be_impatient (fake, TRUE);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  g_clear_error (&error);
}

GST_END_TEST;

static Suite *
rerun_output_outage_suite (void)
{
  Suite *s = suite_create ("rerun-output-outage");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_comes_later);
  tcase_add_test (tc, test_reconnect);
  tcase_add_test (tc, test_texts_are_bounded);
  tcase_add_test (tc, test_states_are_bounded);
  tcase_add_test (tc, test_unconfirmed_is_bounded);
  tcase_add_test (tc, test_lost_with_the_server);
  tcase_add_test (tc, test_others_play_on);
  tcase_add_test (tc, test_told_once);
  tcase_add_test (tc, test_no_frames_not_delivered);
  tcase_add_test (tc, test_drain_asks_at_once);
  tcase_add_test (tc, test_the_end_has_its_way);
  tcase_add_test (tc, test_end_waits_once);
  tcase_add_test (tc, test_next_end_waits);
  tcase_add_test (tc, test_delays_grow);
  tcase_add_test (tc, test_stop_while_away);
  return s;
}

GST_CHECK_MAIN (rerun_output_outage);
