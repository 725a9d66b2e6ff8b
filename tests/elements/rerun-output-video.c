/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an output drops of video: up to the next key frame. */

#include "rerun-fake-output.h"

/* 'K': a key frame, 'd': one that needs those before, 'p': a picture, which is no part
 * of a video. Numbered from @first. */
static void
push_video (RerunUser * user, const gchar * kinds, gint64 first)
{
  for (; *kinds != '\0'; kinds++)
    fail_unless (push_kind (user, *kinds == 'K' ? RERUN_ROW_KEY :
            *kinds == 'd' ? RERUN_ROW_DELTA : RERUN_ROW_FRAME, 0, first++,
            NULL));
}

static void
check_video (Fake * fake, guint from, const gint64 * numbers)
{
  for (; *numbers >= 0; numbers++)
    check_written (fake, from++, *numbers);
  assert_equals_int (fake->ids->len, from);
}

#define NUMBERS(...) ((const gint64[]) { __VA_ARGS__, -1 })

/* A full queue drops up to the next key frame. */
GST_START_TEST (test_video_drops_to_a_key_frame)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 5);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "K", 0);
  fake_wait_writing (fake);
  push_video (user, "ddKd", 1);
  push_video (user, "d", 5);    /* drops 1, so 2 as well */
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 2);
  fake_set_blocked (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 3, 4, 5));
  assert_equals_uint64 (balance (fake), 6);
  stop (fake, user);
}

GST_END_TEST;

/* Without a key frame in the queue, nothing is taken until one comes. */
GST_START_TEST (test_video_waits_for_a_key_frame)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "K", 0);
  fake_wait_writing (fake);
  push_video (user, "dddd", 1); /* the third drops all, and comes to nothing */
  push_video (user, "ddKd", 5);
  fake_set_blocked (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 7, 8));
  assert_equals_uint64 (balance (fake), 9);
  stop (fake, user);
}

GST_END_TEST;

/* A new frame that is dropped takes those that need it along, not those before. */
GST_START_TEST (test_video_leaky_upstream)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_UPSTREAM, 3);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "K", 0);
  fake_wait_writing (fake);
  push_video (user, "ddd", 1);
  fake_set_blocked (fake, FALSE);
  wait_for_stat (fake, "frames-queued", 0);
  push_video (user, "dKd", 4);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 1, 2, 5, 6));
  stop (fake, user);
}

GST_END_TEST;

/* A new server begins with a key frame. */
GST_START_TEST (test_video_reconnects)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);

  rerun_output_start (&fake->parent);
  push_video (user, "Kd", 0);
  fail_unless (rerun_user_drain (user, NULL));
  g_mutex_lock (&fake->lock);
  fake->fail_at = 2;
  g_mutex_unlock (&fake->lock);
  push_video (user, "d", 2);
  g_mutex_lock (&fake->lock);
  while (fake->opened < 2)
    g_cond_wait (&fake->cond, &fake->lock);
  g_mutex_unlock (&fake->lock);
  wait_for_stat (fake, "frames-queued", 0);
  push_video (user, "dKd", 3);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 1, 4, 5));
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 2);
  stop (fake, user);
}

GST_END_TEST;

/* The queue is full when the first key frame comes: what needs it is dropped, too. */
GST_START_TEST (test_video_first_key_frame_is_dropped)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_UPSTREAM, 3);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "p", 0);
  fake_wait_writing (fake);
  push_video (user, "ppK", 1);
  fake_set_blocked (fake, FALSE);
  wait_for_stat (fake, "frames-queued", 0);
  push_video (user, "dKd", 4);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 1, 2, 5, 6));
  assert_equals_uint64 (balance (fake), 7);
  stop (fake, user);
}

GST_END_TEST;

/* A picture pushes the first key frame off before the first delta comes. */
GST_START_TEST (test_video_first_key_frame_is_pushed_off)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "p", 0);
  fake_wait_writing (fake);
  push_video (user, "Kppd", 1);
  fake_set_blocked (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 2, 3));
  assert_equals_uint64 (balance (fake), 5);
  stop (fake, user);
}

GST_END_TEST;

/* Between the first key frame and the first delta. */
GST_START_TEST (test_video_reconnects_after_first_key_frame)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);

  rerun_output_start (&fake->parent);
  push_video (user, "K", 0);
  fail_unless (rerun_user_drain (user, NULL));
  g_mutex_lock (&fake->lock);
  fake->fail_at = 1;
  g_mutex_unlock (&fake->lock);
  push_video (user, "p", 1);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_int (fake->opened, 2);
  push_video (user, "dKd", 2);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 1, 3, 4));
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 1);
  stop (fake, user);
}

GST_END_TEST;

static Suite *
rerun_output_video_suite (void)
{
  Suite *s = suite_create ("rerun-output-video");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_video_drops_to_a_key_frame);
  tcase_add_test (tc, test_video_waits_for_a_key_frame);
  tcase_add_test (tc, test_video_leaky_upstream);
  tcase_add_test (tc, test_video_reconnects);
  tcase_add_test (tc, test_video_first_key_frame_is_dropped);
  tcase_add_test (tc, test_video_first_key_frame_is_pushed_off);
  tcase_add_test (tc, test_video_reconnects_after_first_key_frame);
  return s;
}

GST_CHECK_MAIN (rerun_output_video);
