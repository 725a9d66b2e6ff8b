/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Seeks of rrddemux: in rigs, in video, with metadata, while it plays, and between
 * changes of state. Recordings with a footer and without. */

#include <string.h>

#include "depth/depthmeta.h"
#include "rrddemux-common.h"

#define N_FRAMES 20
#define TIME(n) ((n) * 33 * GST_MSECOND)

/* With a footer, or without. */
static GBytes *
load (gboolean footer)
{
  GBytes *whole = recording_load (), *cut;

  if (footer)
    return whole;
  cut = recording_without_footer (whole);
  g_bytes_unref (whole);
  return cut;
}

/* Frames @from to @to of @stream, backwards where it is the smaller one. */
static void
check_frames (const PlayedStream * stream, MakeBuffer make, gint from, gint to)
{
  gint step = from <= to ? 1 : -1;

  assert_equals_int (stream->buffers->len, (to - from) * step + 1);
  for (guint i = 0; i < stream->buffers->len; i++) {
    gint n = from + step * (gint) i;
    GstBuffer *made = make (n);

    check_same_bytes (stream->buffers->pdata[i], made);
    assert_equals_uint64 (GST_BUFFER_PTS (stream->buffers->pdata[i]), TIME (n));
    assert_equals_int (GST_BUFFER_IS_DISCONT (stream->buffers->pdata[i]),
        i == 0);
    gst_buffer_unref (made);
  }
}

static void
seek_and_wait (Player * player, gdouble rate, GstSeekFlags flags,
    GstClockTime start, GstClockTime stop)
{
  guint ends = player_n_ends (player);

  fail_unless (player_seek (player, rate, flags | GST_SEEK_FLAG_FLUSH, start,
          stop));
  player_wait (player, ends + 1);
}

/* --- depth with metadata -------------------------------------------------- */

/* Range and intrinsics change with each fourth frame. */
static GstBuffer *
said_buffer (guint n)
{
  GstBuffer *buffer = rvl_buffer (n);
  const GstDepthInfo depth = { 1000, 500, 4000 * (1 + n / 4) };
  const GstPinholeInfo pinhole = { 90 + n / 4, 91, 50, 18, WIDTH, HEIGHT };

  gst_depth_meta_set_info (buffer, &depth);
  gst_pinhole_meta_set_info (buffer, &pinhole);
  return buffer;
}

static void
check_metadata (const PlayedStream * stream)
{
  for (guint i = 0; i < stream->buffers->len; i++) {
    GstBuffer *buffer = stream->buffers->pdata[i];
    guint n = GST_BUFFER_PTS (buffer) / TIME (1);
    GstDepthInfo depth;
    GstPinholeInfo pinhole;

    fail_unless (gst_depth_meta_get_info (buffer, &depth));
    assert_equals_float (depth.range_max, 4000 * (1 + n / 4));
    fail_unless (gst_pinhole_meta_get_info (buffer, &pinhole));
    assert_equals_float (pinhole.fx, 90 + n / 4);
  }
}

static const struct
{
  gdouble rate;
  GstSeekFlags flags;
  GstClockTime start, stop;
  gint from, to;                /* frames */
} seeks[] = {
  {1, GST_SEEK_FLAG_ACCURATE, TIME (7), GST_CLOCK_TIME_NONE, 7, N_FRAMES - 1},
  {1, GST_SEEK_FLAG_ACCURATE, TIME (7) + 1, GST_CLOCK_TIME_NONE, 8,
      N_FRAMES - 1},
  {1, GST_SEEK_FLAG_KEY_UNIT, TIME (8) - 1, GST_CLOCK_TIME_NONE, 7,
      N_FRAMES - 1},
  {2, GST_SEEK_FLAG_ACCURATE, TIME (3), TIME (9) + 1, 3, 9},
  {1, GST_SEEK_FLAG_SEGMENT, 0, TIME (5) + 1, 0, 5},
  {-1, GST_SEEK_FLAG_ACCURATE, 0, GST_CLOCK_TIME_NONE, N_FRAMES - 1, 0},
  {-1, GST_SEEK_FLAG_ACCURATE, TIME (5), TIME (9) + 1, 9, 5},
  {-2, GST_SEEK_FLAG_SEGMENT, TIME (5), TIME (9) + 1, 9, 5},
};

GST_START_TEST (test_seeks)
{
  Player *player;
  PlayedStream *stream;

  record ("image/x-rvl", said_buffer, N_FRAMES, "depth");
  player = player_new (load (__i__ == 0), NULL, NULL);
  player_pull (player);
  stream = player_find (player, "depth:EncodedDepthImage");
  for (guint i = 0; i < G_N_ELEMENTS (seeks); i++) {
    seek_and_wait (player, seeks[i].rate, seeks[i].flags, seeks[i].start,
        seeks[i].stop);
    check_frames (stream, rvl_buffer, seeks[i].from, seeks[i].to);
    check_metadata (stream);
    assert_equals_float (stream->segment.rate, seeks[i].rate);
    assert_equals_int (stream->flushes, i + 1);
  }
  assert_equals_int (stream->segments_done, 2);
  assert_equals_int (player->segment_starts, 2);
  assert_equals_int (player->segment_dones, 2);
  check_silent (player->bus);
  player_free (player);
}

GST_END_TEST;

/* --- rigs ----------------------------------------------------------------- */

/* All streams go on at the same time, the silent one with its text of then. */
GST_START_TEST (test_rig)
{
  GstHarness *left = record_start (RVL_CAPS, "entity-path", "left", NULL);
  GstHarness *right = record_start (RVL_CAPS, "entity-path", "right", NULL);
  GstHarness *text = record_start ("text/x-raw,format=utf8", "entity-path",
      "text", NULL);
  Player *player;

  for (guint n = 0; n < N_FRAMES; n++) {
    gst_harness_push (left, rvl_buffer (n));
    gst_harness_push (right, rvl_buffer (n));
    if (n == 2 || n == 12)
      gst_harness_push (text, text_line (n));
  }
  record_end (left);
  record_end (right);
  record_end (text);
  player = player_new (load (__i__ == 0), NULL, NULL);
  player_pull (player);
  for (gint n = N_FRAMES - 1; n >= 0; n -= 3) {
    seek_and_wait (player, 1, GST_SEEK_FLAG_ACCURATE, TIME (n), -1);
    check_frames (player_find (player, "left:EncodedDepthImage"), rvl_buffer, n,
        N_FRAMES - 1);
    check_frames (player_find (player, "right:EncodedDepthImage"), rvl_buffer,
        n, N_FRAMES - 1);
    assert_equals_int (player_find (player, "text:TextLog")->buffers->len,
        (n <= 2) + (n <= 12));
  }
  check_silent (player->bus);
  player_free (player);
}

GST_END_TEST;

/* --- video ---------------------------------------------------------------- */

/* A key frame each fifth time. */
static GstBuffer *
vp8 (guint n)
{
  guint8 key[20] = { 0x50, 0x42, 0, 0x9d, 0x01, 0x2a, n };
  guint8 delta[20] = { 0xb1, 0x02, 0, n };

  return with_pts (gst_buffer_new_memdup (n % 5 == 0 ? key : delta, 20), n);
}

/* What a decoder needs comes, too. */
GST_START_TEST (test_video)
{
  Player *player;
  PlayedStream *stream;

  record ("video/x-vp8,width=320,height=240,framerate=30/1", vp8, N_FRAMES,
      "video");
  player = player_new (load (__i__ == 0), NULL, NULL);
  player_pull (player);
  stream = player_find (player, "video:VideoStream");
  for (gint n = 0; n < N_FRAMES; n++) {
    seek_and_wait (player, 1, GST_SEEK_FLAG_ACCURATE, TIME (n), -1);
    check_frames (stream, vp8, n / 5 * 5, N_FRAMES - 1);
    assert_equals_uint64 (stream->segment.start, TIME (n));
    seek_and_wait (player, 1, GST_SEEK_FLAG_KEY_UNIT, TIME (n), -1);
    check_frames (stream, vp8, n / 5 * 5, N_FRAMES - 1);
    assert_equals_uint64 (stream->segment.start, TIME (n / 5 * 5));
  }
  check_silent (player->bus);
  player_free (player);
}

GST_END_TEST;

/* From frame @last back to @first: groups, the last one first, each in its order from
 * its key frame on, with DISCONT. */
static void
check_groups (const PlayedStream * stream, guint first, guint last)
{
  guint i = 0;

  for (gint key = last / 5 * 5; key + 5 > (gint) first; key -= 5) {
    for (guint n = key; n <= MIN ((guint) key + 4, last); n++, i++) {
      GstBuffer *made = vp8 (n);

      fail_unless (i < stream->buffers->len);
      check_same_bytes (stream->buffers->pdata[i], made);
      assert_equals_uint64 (GST_BUFFER_PTS (stream->buffers->pdata[i]),
          TIME (n));
      assert_equals_int (GST_BUFFER_IS_DISCONT (stream->buffers->pdata[i]),
          n == (guint) key);
      gst_buffer_unref (made);
    }
  }
  assert_equals_int (stream->buffers->len, i);
}

GST_START_TEST (test_video_backwards)
{
  GstHarness *depth = record_start (RVL_CAPS, "entity-path", "depth", NULL);
  GstHarness *video = record_start
      ("video/x-vp8,width=320,height=240,framerate=30/1", "entity-path",
      "video", NULL);
  Player *player;

  for (guint n = 0; n < N_FRAMES; n++) {
    gst_harness_push (depth, rvl_buffer (n));
    gst_harness_push (video, vp8 (n));
  }
  record_end (depth);
  record_end (video);
  player = player_new (load (__i__ == 0), NULL, NULL);
  player_pull (player);
  for (guint first = 0; first < N_FRAMES; first += 3) {
    for (guint last = first; last < N_FRAMES; last++) {
      seek_and_wait (player, -1, GST_SEEK_FLAG_ACCURATE, TIME (first),
          TIME (last) + 1);
      check_groups (player_find (player, "video:VideoStream"), first, last);
      check_frames (player_find (player, "depth:EncodedDepthImage"),
          rvl_buffer, last, first);
    }
  }
  seek_and_wait (player, 1, GST_SEEK_FLAG_ACCURATE, TIME (7), -1);
  check_frames (player_find (player, "video:VideoStream"), vp8, 5,
      N_FRAMES - 1);
  check_silent (player->bus);
  player_free (player);
}

GST_END_TEST;

/* --- states --------------------------------------------------------------- */

/* Any order of states and seeks, at any moment; then it plays as if nothing was. */
GST_START_TEST (test_states)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
    GST_STATE_PAUSED, GST_STATE_PLAYING
  };
  GRand *rand = g_rand_new_with_seed (13);
  Player *player;

  record (RVL_CAPS, rvl_buffer, N_FRAMES, "depth");
  player = player_new (load (__i__ == 0), NULL, NULL);
  player_start (player);
  for (guint i = 0; i < 100; i++) {
    if (g_rand_boolean (rand)) {
      player_wait (player, 1);
      player_seek (player, 1, g_rand_boolean (rand) ? GST_SEEK_FLAG_FLUSH : 0,
          TIME (g_rand_int_range (rand, 0, N_FRAMES)), -1);
    }
    fail_if (gst_element_set_state (player->demux,
            states[g_rand_int_range (rand, 0, 4)]) == GST_STATE_CHANGE_FAILURE);
    gst_element_set_state (player->demux, GST_STATE_PLAYING);
  }
  gst_element_set_state (player->demux, GST_STATE_READY);
  assert_equals_int (player->streams->len, 0);
  player_pull (player);
  check_frames (player_find (player, "depth:EncodedDepthImage"), rvl_buffer, 0,
      N_FRAMES - 1);
  check_silent (player->bus);
  player_free (player);
  g_rand_free (rand);
}

GST_END_TEST;

/* A pipe has no seeks. */
GST_START_TEST (test_pipe)
{
  Player *player;

  record (RVL_CAPS, rvl_buffer, N_FRAMES, "depth");
  player = player_new (load (TRUE), NULL, NULL);
  player_push (player, 1000);
  fail_if (player_seek (player, 1, GST_SEEK_FLAG_FLUSH, 0, -1));
  player_free (player);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rrddemux_seek_suite (void)
{
  Suite *s = suite_create ("rrddemux-seek");
  TCase *tc = tcase_create ("general");

  gst_depth_meta_load ();
  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_loop_test (tc, test_seeks, 0, 2);
  tcase_add_loop_test (tc, test_rig, 0, 2);
  tcase_add_loop_test (tc, test_video, 0, 2);
  tcase_add_loop_test (tc, test_video_backwards, 0, 2);
  tcase_add_loop_test (tc, test_states, 0, 2);
  tcase_add_test (tc, test_pipe);
  return s;
}

GST_CHECK_MAIN (rrddemux_seek);
