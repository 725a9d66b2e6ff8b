/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rrddemux and what comes at a bad moment: seeks while it opens or stops, seeks from
 * several threads, seeks that cannot be, flushes in a pipe. */

#include "rrddemux-common.h"

#define N_FRAMES 20
#define TIME(n) ((n) * 33 * GST_MSECOND)
#define FLUSH (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE)

static Player *
player_of_rig (void)
{
  GstHarness *left = record_start (RVL_CAPS, "entity-path", "left", NULL);
  GstHarness *right = record_start (RVL_CAPS, "entity-path", "right", NULL);

  for (guint i = 0; i < N_FRAMES; i++) {
    gst_harness_push (left, rvl_buffer (i));
    gst_harness_push (right, rvl_buffer (i));
  }
  record_end (left);
  record_end (right);
  return player_new (recording_load (), NULL, NULL);
}

/* Both streams have the frames from @from on. */
static void
check_rig (Player * player, guint from)
{
  assert_equals_int (player->streams->len, 2);
  for (guint i = 0; i < 2; i++) {
    const PlayedStream *stream = player->streams->pdata[i];

    assert_equals_int (stream->buffers->len, N_FRAMES - from);
    for (guint n = 0; n < stream->buffers->len; n++)
      assert_equals_uint64 (GST_BUFFER_PTS (stream->buffers->pdata[n]),
          TIME (from + n));
  }
}

/* Sends a seek up pad @i, if there is one. */
static gboolean
seek_by (Player * player, guint i, GstEvent * seek)
{
  GstPad *pad = NULL;
  gboolean ok = FALSE;

  g_mutex_lock (&player->lock);
  if (i < player->streams->len)
    pad = gst_object_ref (((PlayedStream *) player->streams->pdata[i])->pad);
  g_mutex_unlock (&player->lock);
  if (pad != NULL)
    ok = gst_pad_push_event (pad, gst_event_ref (seek));
  gst_clear_object (&pad);
  gst_event_unref (seek);
  return ok;
}

static GstEvent *
new_seek (gdouble rate, GstSeekFlags flags, GstClockTime start, gint64 stop)
{
  return gst_event_new_seek (rate, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET,
      start, GST_SEEK_TYPE_SET, stop);
}

/* --- seeks that cannot be ------------------------------------------------- */

/* They are refused, and it plays on; warnings of GStreamer would be fatal. */
GST_START_TEST (test_refused)
{
  GstEvent *refused[] = {
    new_seek (1, FLUSH, TIME (9), TIME (3)),
    new_seek (-1, FLUSH, TIME (9), TIME (3)),
    gst_event_new_seek (1, GST_FORMAT_TIME, FLUSH, GST_SEEK_TYPE_END, 0,
        GST_SEEK_TYPE_END, -TIME (4)),
    gst_event_new_seek (1, GST_FORMAT_BYTES, FLUSH, GST_SEEK_TYPE_SET, 0,
        GST_SEEK_TYPE_NONE, 0),
    gst_event_new_seek (2, GST_FORMAT_TIME,
        GST_SEEK_FLAG_INSTANT_RATE_CHANGE, GST_SEEK_TYPE_NONE, 0,
        GST_SEEK_TYPE_NONE, 0),
  };
  const guint n_flushed = 3;    /* of these it is known only after the flush */
  Player *player = player_of_rig ();
  guint ends = 1;

  player_pull (player);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    fail_if (seek_by (player, 0, refused[i]), "seek %u", i);
    ends += i < n_flushed;      /* EOS comes again */
    player_wait (player, ends);
    fail_unless (seek_by (player, 0, new_seek (1, FLUSH, TIME (5), -1)));
    player_wait (player, ++ends);
    check_rig (player, 5);
  }
  /* before the start counts as the start */
  fail_unless (seek_by (player, 0, gst_event_new_seek (1, GST_FORMAT_TIME,
              FLUSH, GST_SEEK_TYPE_END, G_MININT64, GST_SEEK_TYPE_END, 0)));
  player_wait (player, ends + 1);
  check_rig (player, 0);
  check_silent (player->bus);
  player_free (player);
}

GST_END_TEST;

/* --- one seek ------------------------------------------------------------- */

typedef struct
{
  guint flushes;
  guint32 seqnum;
} Flushes;

static GstPadProbeReturn
note_flush (GstPad * pad, GstPadProbeInfo * info, gpointer user)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  Flushes *flushes = user;

  flushes->flushes++;
  assert_equals_int (gst_event_get_seqnum (event), flushes->seqnum);
  return GST_PAD_PROBE_OK;
}

/* A pipeline sends a seek by each of its sinks: it is done once, and all that comes
 * of it has its number. */
GST_START_TEST (test_same_seek)
{
  Player *player = player_of_rig ();
  GstEvent *seek = new_seek (1, FLUSH, TIME (5), -1);
  Flushes flushes = { 0, gst_event_get_seqnum (seek) };

  player_pull (player);
  gst_pad_add_probe (((PlayedStream *) player->streams->pdata[0])->pad,
      GST_PAD_PROBE_TYPE_EVENT_FLUSH, note_flush, &flushes, NULL);
  fail_unless (seek_by (player, 0, gst_event_ref (seek)));
  player_wait (player, 2);
  fail_unless (seek_by (player, 1, seek));
  assert_equals_int (flushes.flushes, 2);       /* start and stop */
  check_rig (player, 5);
  check_silent (player->bus);
  player_free (player);
}

GST_END_TEST;

/* --- while it opens ------------------------------------------------------- */

static void
seek_at_once (GstElement * demux, GstPad * pad, gboolean * may)
{
  GstEvent *seek = new_seek (1, FLUSH, TIME (5), -1);

  assert_equals_int (gst_pad_send_event (pad, seek), *may);
}

static void
seek_at_last (GstElement * demux, Player * player)
{
  fail_unless (seek_by (player, 0, new_seek (1, FLUSH, TIME (5), -1)));
}

/* Before all pads are there it cannot be sought in. */
GST_START_TEST (test_opening)
{
  gboolean may = FALSE;
  Player *player = player_of_rig ();

  g_signal_connect (player->demux, "pad-added", G_CALLBACK (seek_at_once),
      &may);
  g_signal_connect_after (player->demux, "no-more-pads",
      G_CALLBACK (seek_at_last), player);
  player_pull (player);
  check_rig (player, 5);
  check_silent (player->bus);
  player_free (player);
}

GST_END_TEST;

/* --- several threads ------------------------------------------------------ */

typedef struct
{
  Player *player;
  guint number;
  gint *stop;
} Seeker;

static gpointer
seek_always (gpointer user)
{
  const Seeker *self = user;
  GRand *rand = g_rand_new_with_seed (self->number);

  while (!g_atomic_int_get (self->stop))
    seek_by (self->player, g_rand_int_range (rand, 0, 2),
        new_seek (g_rand_boolean (rand) ? 1 : -1,
            g_rand_boolean (rand) ? FLUSH : 0,
            TIME (g_rand_int_range (rand, 0, N_FRAMES)), -1));
  g_rand_free (rand);
  return NULL;
}

/* Seeks from two threads, and a third that changes the state. */
GST_START_TEST (test_stopping)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
    GST_STATE_PAUSED, GST_STATE_PLAYING
  };
  gint stop = 0;
  Player *player = player_of_rig ();
  Seeker seekers[] = { {player, 1, &stop}, {player, 2, &stop} };
  GThread *threads[G_N_ELEMENTS (seekers)];
  GRand *rand = g_rand_new_with_seed (3);

  player_start (player);
  for (guint i = 0; i < G_N_ELEMENTS (seekers); i++)
    threads[i] = g_thread_new ("seeker", seek_always, &seekers[i]);
  for (guint i = 0; i < 200; i++)
    gst_element_set_state (player->demux,
        states[g_rand_int_range (rand, 0, 4)]);
  g_atomic_int_set (&stop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (seekers); i++)
    g_thread_join (threads[i]);
  gst_element_set_state (player->demux, GST_STATE_NULL);
  player_pull (player);
  check_rig (player, 0);
  check_silent (player->bus);
  player_free (player);
  g_rand_free (rand);
}

GST_END_TEST;

/* --- a pipe --------------------------------------------------------------- */

static void
push_after_flush (GstPad * source, GBytes * data)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_push_event (source, gst_event_new_flush_start ());
  gst_pad_push_event (source, gst_event_new_flush_stop (TRUE));
  gst_pad_push_event (source, gst_event_new_segment (&segment));
  assert_equals_int (gst_pad_push (source, gst_buffer_new_wrapped_bytes (data)),
      GST_FLOW_OK);
}

/* After a flush a recording begins anew, whatever was half there. */
GST_START_TEST (test_flush)
{
  Player *player = player_of_rig ();
  const PlayedStream *stream;
  GBytes *half = g_bytes_new_from_bytes (player->data, 0,
      g_bytes_get_size (player->data) / 2);

  player_push (player, 1000);
  push_after_flush (player->source, half);
  push_after_flush (player->source, player->data);
  gst_pad_push_event (player->source, gst_event_new_eos ());
  check_rig (player, 0);
  stream = player->streams->pdata[0];
  assert_equals_int (stream->segments, 3);
  assert_equals_int (stream->eos, 2);
  check_silent (player->bus);
  g_bytes_unref (half);
  player_free (player);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rrddemux_threads_suite (void)
{
  Suite *s = suite_create ("rrddemux-threads");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_test (tc, test_refused);
  tcase_add_test (tc, test_same_seek);
  tcase_add_test (tc, test_opening);
  tcase_add_test (tc, test_stopping);
  tcase_add_test (tc, test_flush);
  return s;
}

GST_CHECK_MAIN (rrddemux_threads);
