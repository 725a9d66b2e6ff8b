/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rrddemux on recordings of rerunsink: seeks, damage, states. */

#include <string.h>

#include "rerun-common.h"

#define N 20
#define TIME(n) ((guint64) (n) * 33 * GST_MSECOND)
#define SECONDS 20

/* --- recordings ------------------------------------------------------------ */

static void
record (guint n)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  for (guint i = 0; i < n; i++)
    gst_harness_push (h, with_pts (rvl_buffer (i), i));
  gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  gst_object_unref (bus);
}

/* As a program that was killed leaves it. */
static void
cut_at (gsize size)
{
  gchar *data;
  gsize whole;

  fail_unless (g_file_get_contents (location, &data, &whole, NULL));
  fail_unless (size <= whole);
  fail_unless (g_file_set_contents (location, data, size, NULL));
  g_free (data);
}

/* Where the last message begins, which has the footer. */
static gsize
find_end (void)
{
  gchar *data;
  gsize size, at = 12, last = 12;
  guint64 body;

  fail_unless (g_file_get_contents (location, &data, &size, NULL));
  while (at + 32 < size) {
    last = at;
    memcpy (&body, data + at + 8, sizeof body);
    at += 16 + GUINT64_FROM_LE (body);
  }
  g_free (data);
  return last;
}

/* --- players --------------------------------------------------------------- */

typedef struct
{
  GstElement *pipeline;
  GstElement *sink;
  GstBus *bus;
  GArray *times;                /* of what was rendered */
  GMutex lock;
} Player;

static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad, Player * self)
{
  g_mutex_lock (&self->lock);
  g_array_append_val (self->times, GST_BUFFER_PTS (buffer));
  g_mutex_unlock (&self->lock);
}

static void
on_pad_added (GstElement * demux, GstPad * pad, Player * self)
{
  GstPad *sinkpad = gst_element_get_static_pad (self->sink, "sink");

  fail_unless_equals_int (gst_pad_link (pad, sinkpad), GST_PAD_LINK_OK);
  gst_object_unref (sinkpad);
}

static void
player_open (Player * self, const gchar * between)
{
  gchar *line = g_strdup_printf ("filesrc location=\"%s\" %s ! rrddemux "
      "name=demux fakesink name=sink sync=false signal-handoffs=true",
      location, between);
  GstElement *demux;

  self->pipeline = gst_parse_launch (line, NULL);
  fail_unless (self->pipeline != NULL);
  g_free (line);
  self->bus = gst_element_get_bus (self->pipeline);
  self->times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  g_mutex_init (&self->lock);
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  g_signal_connect (self->sink, "handoff", G_CALLBACK (on_handoff), self);
  demux = gst_bin_get_by_name (GST_BIN (self->pipeline), "demux");
  g_signal_connect (demux, "pad-added", G_CALLBACK (on_pad_added), self);
  gst_object_unref (demux);
}

static void
player_close (Player * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->sink);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
  g_array_unref (self->times);
  g_mutex_clear (&self->lock);
}

static GstMessageType
wait_for (Player * self, GstMessageType types)
{
  GstMessage *message = gst_bus_timed_pop_filtered (self->bus,
      SECONDS * GST_SECOND, types);
  GstMessageType type;

  fail_unless (message != NULL);
  type = GST_MESSAGE_TYPE (message);
  gst_message_unref (message);
  return type;
}

static void
pause_player (Player * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (self->pipeline, NULL, NULL,
          SECONDS * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
}

static void
play_to_end (Player * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (wait_for (self,
          GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);
}

/* Frames @from to @to, backwards where it is the smaller one. */
static void
check_frames (Player * self, gint from, gint to)
{
  gint step = from <= to ? 1 : -1;

  fail_unless_equals_int (self->times->len, (to - from) * step + 1);
  for (guint i = 0; i < self->times->len; i++)
    fail_unless_equals_uint64 (g_array_index (self->times, GstClockTime, i),
        TIME (from + step * (gint) i));
}

static void
seek (Player * self, gdouble rate, GstSeekFlags flags, GstClockTime start,
    GstClockTime stop)
{
  fail_unless (gst_element_seek (self->pipeline, rate, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | flags, GST_SEEK_TYPE_SET, start,
          GST_SEEK_TYPE_SET, stop));
  fail_unless_equals_int (gst_element_get_state (self->pipeline, NULL, NULL,
          SECONDS * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
}

/* --- tests: seeks ---------------------------------------------------------- */

GST_START_TEST (test_plays_all)
{
  Player player;

  record (N);
  player_open (&player, "");
  play_to_end (&player);
  check_frames (&player, 0, N - 1);
  player_close (&player);
  player_open (&player, "! queue");     /* no pull mode */
  play_to_end (&player);
  check_frames (&player, 0, N - 1);
  player_close (&player);
}

GST_END_TEST;

/* _i: whether the file has lost its footer. */
GST_START_TEST (test_seek_to_any_frame)
{
  record (N);
  if (__i__)
    cut_at (find_end ());
  for (guint i = 0; i < N; i++) {
    Player player;

    player_open (&player, "");
    pause_player (&player);
    seek (&player, 1, GST_SEEK_FLAG_ACCURATE, TIME (i), -1);
    play_to_end (&player);
    check_frames (&player, i, N - 1);
    player_close (&player);
  }
}

GST_END_TEST;

GST_START_TEST (test_seek_between_frames)
{
  Player player;

  record (N);
  player_open (&player, "");
  pause_player (&player);
  seek (&player, 1, GST_SEEK_FLAG_ACCURATE, TIME (5) + 1, -1);
  play_to_end (&player);
  check_frames (&player, 6, N - 1);
  player_close (&player);

  player_open (&player, "");
  pause_player (&player);
  seek (&player, 1, GST_SEEK_FLAG_KEY_UNIT, TIME (6) - 1, -1);
  play_to_end (&player);
  check_frames (&player, 5, N - 1);
  player_close (&player);
}

GST_END_TEST;

GST_START_TEST (test_seek_with_stop_and_rate)
{
  Player player;
  GstEvent *event;
  const GstSegment *segment;
  GstPad *pad;

  record (N);
  player_open (&player, "");
  pause_player (&player);
  seek (&player, 2, GST_SEEK_FLAG_ACCURATE, TIME (5), TIME (9));
  pad = gst_element_get_static_pad (player.sink, "sink");
  event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_float (segment->rate, 2);
  fail_unless_equals_uint64 (segment->time, TIME (5));
  gst_event_unref (event);
  gst_object_unref (pad);
  play_to_end (&player);
  fail_unless (player.times->len == 4 || player.times->len == 5);
  player_close (&player);
}

GST_END_TEST;

GST_START_TEST (test_seek_backwards)
{
  Player player;

  record (N);
  player_open (&player, "");
  pause_player (&player);
  seek (&player, -1, GST_SEEK_FLAG_ACCURATE, 0, -1);
  play_to_end (&player);
  check_frames (&player, N - 1, 0);
  g_array_set_size (player.times, 0);
  seek (&player, -2, GST_SEEK_FLAG_ACCURATE, TIME (3), TIME (8));
  fail_unless_equals_int (wait_for (&player,
          GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);
  check_frames (&player, 7, 3);
  player_close (&player);
}

GST_END_TEST;

GST_START_TEST (test_seek_while_playing)
{
  Player player;

  record (N);
  player_open (&player, "");
  play_to_end (&player);
  for (guint i = 0; i < 30; i++) {
    g_array_set_size (player.times, 0);
    seek (&player, 1, GST_SEEK_FLAG_ACCURATE, TIME (i % N), -1);
    fail_unless_equals_int (wait_for (&player,
            GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);
    check_frames (&player, i % N, N - 1);
  }
  player_close (&player);
}

GST_END_TEST;

GST_START_TEST (test_segment_seek)
{
  Player player;

  record (N);
  player_open (&player, "");
  pause_player (&player);
  seek (&player, 1, GST_SEEK_FLAG_SEGMENT, 0, TIME (4) + 1);
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (wait_for (&player, GST_MESSAGE_EOS
          | GST_MESSAGE_SEGMENT_DONE), GST_MESSAGE_SEGMENT_DONE);
  /* without a flush: it goes on */
  fail_unless (gst_element_seek (player.pipeline, 1, GST_FORMAT_TIME, 0,
          GST_SEEK_TYPE_SET, TIME (10), GST_SEEK_TYPE_SET, -1));
  fail_unless_equals_int (wait_for (&player, GST_MESSAGE_EOS
          | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);
  fail_unless_equals_int (player.times->len, 5 + N - 10);
  player_close (&player);
}

GST_END_TEST;

GST_START_TEST (test_queries)
{
  Player player;
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean seekable;
  gint64 duration;

  record (N);
  player_open (&player, "");
  pause_player (&player);
  fail_unless (gst_element_query_duration (player.pipeline, GST_FORMAT_TIME,
          &duration));
  fail_unless_equals_int64 (duration, TIME (N - 1));
  fail_unless (gst_element_query (player.pipeline, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  fail_unless (seekable);
  player_close (&player);

  player_open (&player, "! queue");
  pause_player (&player);
  fail_if (gst_element_seek_simple (player.pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 0));
  player_close (&player);
  gst_query_unref (query);
}

GST_END_TEST;

/* --- tests: damage --------------------------------------------------------- */

/* Small rows, one after the other in their chunks. */
static void
record_small (void)
{
  GstBus *bus;
  GstHarness *h = harness_new ("video/x-raw,format=GRAY16_LE,width=4,height=2,"
      "framerate=30/1,depth-meter=1000/1", &bus);

  for (guint i = 0; i < 3; i++)
    gst_harness_push (h, with_pts (gst_buffer_new_memdup ("0123456789abcdef",
                16), i));
  gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  gst_object_unref (bus);
}

/* Returns: how many frames came; the pipeline ended without an error, or had none */
static guint
count_frames (const gchar * between)
{
  Player player;
  GstMessage *message;
  guint n, warnings = 0;
  gboolean done = FALSE;

  player_open (&player, between);
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  while (!done) {
    message = gst_bus_timed_pop_filtered (player.bus, SECONDS * GST_SECOND,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    fail_unless (message != NULL);
    done = GST_MESSAGE_TYPE (message) != GST_MESSAGE_WARNING;
    warnings += !done;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      fail_unless_equals_int (player.times->len, 0);
    gst_message_unref (message);
  }
  fail_unless (warnings <= 1);
  n = player.times->len;
  player_close (&player);
  return n;
}

/* _i: whether from a pipe. */
GST_START_TEST (test_cut_off_anywhere)
{
  const gchar *between = __i__ ? "! queue" : "";
  gchar *data;
  gsize size, step = __i__ ? 127 : 31;
  guint last = 0;

  record_small ();
  fail_unless (g_file_get_contents (location, &data, &size, NULL));
  for (gsize i = 0; i <= size; i += MIN (step, MAX (size - i, 1))) {
    guint n;

    fail_unless (g_file_set_contents (location, data, i, NULL));
    n = count_frames (between);
    fail_unless (n >= last, "%" G_GSIZE_FORMAT " bytes: %u frames, fewer than "
        "%u", i, n, last);
    last = n;
  }
  fail_unless_equals_int (last, 3);
  g_free (data);
}

GST_END_TEST;

/* A bit of each byte is wrong: nothing but a message comes of it. */
GST_START_TEST (test_bits_flipped)
{
  gchar *data;
  gsize size;

  record_small ();
  fail_unless (g_file_get_contents (location, &data, &size, NULL));
  for (gsize i = 0; i < size; i += 127) {
    Player player;

    data[i] ^= 1 << (i % 8);
    fail_unless (g_file_set_contents (location, data, size, NULL));
    data[i] ^= 1 << (i % 8);
    player_open (&player, __i__ ? "! queue" : "");
    gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
    wait_for (&player, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    player_close (&player);
  }
  g_free (data);
}

GST_END_TEST;

/* --- tests: states --------------------------------------------------------- */

GST_START_TEST (test_states)
{
  Player player;

  record (N);
  player_open (&player, "");
  for (guint i = 0; i < 10; i++) {
    g_array_set_size (player.times, 0);
    play_to_end (&player);
    check_frames (&player, 0, N - 1);
    gst_element_set_state (player.pipeline,
        i % 2 ? GST_STATE_NULL : GST_STATE_READY);
    player.times->len = 0;
    if (i % 3 == 0)
      pause_player (&player);
    gst_element_set_state (player.pipeline, GST_STATE_READY);
  }
  player_close (&player);
}

GST_END_TEST;

static Suite *
rrddemux_suite (void)
{
  Suite *suite = suite_create ("rrddemux");
  TCase *general = tcase_create ("general");

  tcase_add_checked_fixture (general, folder_setup, folder_teardown);
  tcase_set_timeout (general, 300);
  suite_add_tcase (suite, general);
  tcase_add_test (general, test_plays_all);
  tcase_add_loop_test (general, test_seek_to_any_frame, 0, 2);
  tcase_add_test (general, test_seek_between_frames);
  tcase_add_test (general, test_seek_with_stop_and_rate);
  tcase_add_test (general, test_seek_backwards);
  tcase_add_test (general, test_seek_while_playing);
  tcase_add_test (general, test_segment_seek);
  tcase_add_test (general, test_queries);
  tcase_add_loop_test (general, test_cut_off_anywhere, 0, 2);
  tcase_add_loop_test (general, test_bits_flipped, 0, 2);
  tcase_add_test (general, test_states);
  return suite;
}

GST_CHECK_MAIN (rrddemux);
