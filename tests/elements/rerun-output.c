/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The queue and thread of an output, with a class that blocks, fails and keeps rows. */

#include "rerun-fake-output.h"

GST_START_TEST (test_order)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 4);
  RerunUser *user = fake_attach (fake);

  /* all that was pushed before the thread runs; of states in a row, the newest */
  fail_unless (push (user, 0, 1, NULL));
  fail_unless (push (user, 0, 2, NULL));
  fail_unless (push (user, 7, 3, NULL));
  fail_unless (push (user, 8, 4, NULL));
  fail_unless (push (user, 7, 5, NULL));        /* instead of 3 */
  rerun_output_start (&fake->parent);
  for (guint64 i = 6; i < 100; i++)
    fail_unless (push (user, 0, i, NULL));
  fail_unless (rerun_user_drain (user, NULL));

  assert_equals_int (fake->ids->len, 98);
  check_written (fake, 0, 1);
  check_written (fake, 1, 2);
  check_written (fake, 2, 4);
  check_written (fake, 3, 5);
  for (guint i = 4; i < fake->ids->len; i++)
    check_written (fake, i, i + 2);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 96);
  assert_equals_uint64 (stat_of (fake, "queue-bytes"), 0);
  stop (fake, user);
}

GST_END_TEST;

/* Ten frames into a queue of three behind a writer that hangs with the first. */
static void
fill (Fake * fake, RerunUser * user)
{
  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fake_wait_writing (fake);
  for (guint64 i = 1; i < 10; i++) {
    fail_unless (push (user, 0, i, NULL));
    assert_equals_uint64 (balance (fake), i + 1);
    fail_unless (stat_of (fake, "queue-bytes") <= 3 * MAX_ROW);
  }
  fail_unless (stat_of (fake, "frames-dropped") > 0);
  fail_unless (push (user, 7, 100, NULL));
  fake_set_blocked (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (balance (fake), 10);
  assert_equals_uint64 (stat_of (fake, "frames-queued"), 0);
}

GST_START_TEST (test_leaky_upstream)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_UPSTREAM, 3);
  RerunUser *user = fake_attach (fake);
  guint n;

  fill (fake, user);
  n = stat_of (fake, "frames-written");
  fail_unless (n >= 3 && n < 10);
  /* the oldest ones, then the state */
  for (guint i = 0; i < n; i++)
    check_written (fake, i, i);
  check_written (fake, n, 100);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_leaky_downstream)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = fake_attach (fake);
  guint n;

  fill (fake, user);
  n = stat_of (fake, "frames-written");
  fail_unless (n >= 3 && n < 10);
  /* the one that was being written, then the newest ones */
  check_written (fake, 0, 0);
  for (guint i = 1; i < n; i++)
    check_written (fake, i, 10 - n + i);
  check_written (fake, n, 100);
  stop (fake, user);
}

GST_END_TEST;

typedef struct
{
  RerunUser *user;
  gint pushed;
  GError *error;
} Pusher;

static gpointer
push_until_error (gpointer data)
{
  Pusher *pusher = data;

  while (push (pusher->user, 0, g_atomic_int_get (&pusher->pushed),
          &pusher->error))
    g_atomic_int_inc (&pusher->pushed);
  return NULL;
}

static void
wait_for_frames (Fake * fake, guint64 n)
{
  while (stat_of (fake, "frames-queued") < n)
    g_thread_yield ();
}

GST_START_TEST (test_full_waits_and_flushes)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  Pusher pusher = { user, 0, NULL };
  GThread *thread;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  thread = g_thread_new ("pusher", push_until_error, &pusher);
  wait_for_frames (fake, 3);
  rerun_user_set_flushing (user, TRUE);
  g_thread_join (thread);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR,
          G_IO_ERROR_CANCELLED));
  g_clear_error (&pusher.error);
  /* what was not taken is dropped, and counted */
  assert_equals_uint64 (balance (fake), pusher.pushed + 1);
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 1);

  /* and on it goes, where there is room even while flushing */
  fake_set_blocked (fake, FALSE);
  while (stat_of (fake, "frames-queued") > 0)
    g_thread_yield ();
  fail_unless (push (user, 0, 98, NULL));
  rerun_user_set_flushing (user, FALSE);
  fail_unless (push (user, 0, 99, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), pusher.pushed + 2);
  stop (fake, user);
}

GST_END_TEST;

static gpointer
drain_until_error (gpointer data)
{
  Pusher *pusher = data;

  rerun_user_drain (pusher->user, &pusher->error);
  return NULL;
}

GST_START_TEST (test_drain_flushes)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  Pusher pusher = { user, 0, NULL };
  GThread *thread;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  thread = g_thread_new ("drainer", drain_until_error, &pusher);
  fake_wait_writing (fake);
  rerun_user_set_flushing (user, TRUE);
  g_thread_join (thread);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR,
          G_IO_ERROR_CANCELLED));
  g_clear_error (&pusher.error);
  fake_set_blocked (fake, FALSE);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_failure)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  RerunUser *other = fake_attach (fake);
  GError *error = NULL;
  Pusher pusher = { user, 0, NULL };

  fake->fail_at = 5;
  rerun_output_start (&fake->parent);
  push_until_error (&pusher);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&pusher.error);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 5);
  assert_equals_uint64 (balance (fake), pusher.pushed + 1);

  /* everybody hears of it, at every call */
  fail_if (rerun_user_drain (other, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&error);
  fail_if (rerun_user_detach (other));
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&error);
  assert_equals_int (finished, 0);
}

GST_END_TEST;

static void
stop_while_hanging (const RerunOutputClass * klass)
{
  Fake *fake = fake_new (klass, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  GError *error = NULL;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fail_unless (push (user, 0, 1, NULL));
  fake_wait_writing (fake);
  fake_be_impatient (fake, TRUE);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  fail_unless (g_str_has_prefix (error->message, "2 frames"), "%s",
      error->message);
  g_clear_error (&error);
}

GST_START_TEST (test_stop_hanging)
{
  stop_while_hanging (&fake_class);
  stop_while_hanging (&live_fake_class);
}

GST_END_TEST;

GST_START_TEST (test_drain_hanging_live)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  GError *error = NULL;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  g_clear_error (&error);
  fake_be_impatient (fake, FALSE);
  fake_set_blocked (fake, FALSE);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_finish)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *a = fake_attach (fake);
  RerunUser *b = fake_attach (fake);

  rerun_output_start (&fake->parent);
  fail_unless (push (a, 0, 0, NULL));
  fail_unless (rerun_user_drain (a, NULL));
  assert_equals_int (finished, 0);      /* b may have more */
  fail_unless (rerun_user_drain (b, NULL));
  assert_equals_int (finished, 1);
  fail_unless (push (a, 0, 1, NULL));   /* a seek back, say */
  fail_unless (rerun_user_drain (a, NULL));
  assert_equals_int (finished, 2);
  assert_equals_int (finished_last, 0);
  fail_if (rerun_user_detach (a));
  stop (fake, b);
  assert_equals_int (finished_last, 1);
}

GST_END_TEST;

/* An element that is only paused goes on where it was. */
GST_START_TEST (test_goes_on_after_a_pause)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  Pusher pusher = { user, 0, NULL };
  GThread *thread;

  wants_to_go_on = TRUE;
  fake->blocked = TRUE;
  fake->fail_at = 20;           /* to end the thread */
  rerun_output_start (&fake->parent);
  thread = g_thread_new ("pusher", push_until_error, &pusher);
  wait_for_frames (fake, 3);
  rerun_user_set_flushing (user, TRUE);
  rerun_user_set_flushing (user, FALSE);
  fake_set_blocked (fake, FALSE);
  g_thread_join (thread);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&pusher.error);
  for (guint i = 0; i < 20; i++)
    check_written (fake, i, i);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, NULL));
}

GST_END_TEST;

GST_START_TEST (test_kept_rows)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);

  fake->keeps = TRUE;
  rerun_output_start (&fake->parent);
  rerun_output_set_flush_at (&fake->parent, G_MAXINT64);
  for (guint64 i = 0; i < 10; i++)
    fail_unless (push (user, 0, i, NULL));
  wait_for_writes (fake, 10);
  wait_for_stat (fake, "queue-bytes", 0);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 0);
  assert_equals_uint64 (stat_of (fake, "frames-queued"), 10);
  g_mutex_lock (&fake->parent.lock);
  fake->parent.flush_at = 1;
  g_cond_signal (&fake->parent.work);
  g_mutex_unlock (&fake->parent.lock);
  wait_for_stat (fake, "frames-written", 10);
  assert_equals_uint64 (balance (fake), 10);
  assert_equals_int (fake->flushed, 1);

  /* the end flushes */
  fail_unless (push (user, 0, 10, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), 11);
  stop (fake, user);
}

GST_END_TEST;

/* What was kept when the disk was full is dropped, and counted so. */
GST_START_TEST (test_kept_rows_are_lost)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);

  fake->keeps = TRUE;
  fake->fail_at = 5;
  rerun_output_start (&fake->parent);
  rerun_output_set_flush_at (&fake->parent, G_MAXINT64);
  for (guint64 i = 0; i < 6; i++)
    fail_unless (push (user, 0, i, NULL));
  wait_for_stat (fake, "frames-dropped", 6);
  assert_equals_uint64 (balance (fake), 6);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, NULL));
}

GST_END_TEST;

/* D10 */
GST_START_TEST (test_close_fails)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);
  GError *error = NULL;

  fake->close_fails = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&error);
}

GST_END_TEST;

static Suite *
rerun_output_suite (void)
{
  Suite *s = suite_create ("rerun-output");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_order);
  tcase_add_test (tc, test_leaky_upstream);
  tcase_add_test (tc, test_leaky_downstream);
  tcase_add_test (tc, test_full_waits_and_flushes);
  tcase_add_test (tc, test_drain_flushes);
  tcase_add_test (tc, test_failure);
  tcase_add_test (tc, test_stop_hanging);
  tcase_add_test (tc, test_drain_hanging_live);
  tcase_add_test (tc, test_finish);
  tcase_add_test (tc, test_goes_on_after_a_pause);
  tcase_add_test (tc, test_kept_rows);
  tcase_add_test (tc, test_kept_rows_are_lost);
  tcase_add_test (tc, test_close_fails);
  return s;
}

GST_CHECK_MAIN (rerun_output);
