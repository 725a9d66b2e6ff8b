/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rerunsinks through all states at any moment, with servers of all kinds. */

#define _GNU_SOURCE             /* F_SETPIPE_SZ */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rerun-live.h"


#define CHANGES 300

static void
behave_anyhow (RerunServer * server, GRand * rand)
{
  static const ServerBehaviour kinds[] = { SERVER_GOOD, SERVER_CLOSES,
    SERVER_SILENT, SERVER_REFUSES, SERVER_RESETS, SERVER_GOES_AWAY,
    SERVER_WINDOW_ZERO, SERVER_STOPS_READING
  };

  rerun_server_set_behaviour (server,
      kinds[g_rand_int_range (rand, 0, G_N_ELEMENTS (kinds))]);
}

typedef struct
{
  GstElement *sink;
  gint over;
} Reader;

static gpointer
read_stats (gpointer data)
{
  Reader *reader = data;

  while (!g_atomic_int_get (&reader->over)) {
    stat_of (reader->sink, "frames");
    g_usleep (100);
  }
  return NULL;
}

/* Through the states at any moment, with servers of all kinds, while somebody reads
 * the statistics. */
GST_START_TEST (test_state_changes)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
    GST_STATE_PAUSED, GST_STATE_PLAYING
  };
  GRand *rand = g_rand_new_with_seed (1);
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .status = 7,.after = 5
      });
  GstBus *bus;
  GstHarness *h =
      live_new (uri_of (server), &bus, "drain-timeout", (guint64) 0, NULL);
  Reader reader = { h->element, 0 };
  GThread *thread = g_thread_new ("stats", read_stats, &reader);

  gst_bus_set_flushing (bus, TRUE);
  for (guint i = 0; i < CHANGES; i++) {
    if (i % 10 == 0)
      behave_anyhow (server, rand);
    gst_element_set_state (h->element,
        states[g_rand_int_range (rand, 0, G_N_ELEMENTS (states))]);
    if (g_rand_boolean (rand)
        && GST_STATE_TARGET (h->element) == GST_STATE_PLAYING) {
      gst_harness_set_src_caps_str (h, RVL_CAPS);
      for (guint n = 0; n < 5; n++)
        gst_harness_push (h, rvl_buffer (n));
    }
  }
  g_atomic_int_set (&reader.over, 1);
  g_thread_join (thread);
  harness_stop (h);
  gst_object_unref (bus);
  g_rand_free (rand);
  rerun_server_free (server);
}

GST_END_TEST;

typedef struct
{
  GstElement *sink;
  const gchar *uri;
  gint over;
} Setter;

/* What an application may set at any time, in another thread. */
static gpointer
set_properties (gpointer data)
{
  Setter *setter = data;

  for (guint n = 0; !g_atomic_int_get (&setter->over); n++) {
    gchar *path = g_strdup_printf ("%s/%u.rrd", folder, n % 3);
    gchar *name = g_strdup_printf ("camera/of/a/rig/%u", n);

    g_object_set (setter->sink, "location", path, "entity-path", name,
        "recording-id", name, "application-id", name,
        "uri", n % 2 == 0 ? setter->uri : NULL, NULL);
    g_free (path);
    g_free (name);
  }
  return NULL;
}

/* The strings of one start are those of one moment, and live as long as they are
 * needed. */
GST_START_TEST (test_properties_while_states_change)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, "location", location,
      "drain-timeout", (guint64) 0, NULL);
  Setter setter = { h->element, uri_of (server), 0 };
  GThread *thread = g_thread_new ("set", set_properties, &setter);

  gst_bus_set_flushing (bus, TRUE);
  for (guint i = 0; i < CHANGES; i++) {
    gst_element_set_state (h->element, GST_STATE_NULL);
    if (gst_element_set_state (h->element, GST_STATE_PLAYING) ==
        GST_STATE_CHANGE_FAILURE)
      continue;
    gst_harness_set_src_caps_str (h, RVL_CAPS);
    gst_harness_push (h, rvl_buffer (i));
  }
  g_atomic_int_set (&setter.over, 1);
  g_thread_join (thread);
  harness_stop (h);
  for (guint n = 0; n < 3; n++) {
    gchar *path = g_strdup_printf ("%s/%u.rrd", folder, n);

    unlink (path);
    g_free (path);
  }
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

#define SINKS 3
#define ROUNDS 20

static gpointer
push_some_and_eos (gpointer data)
{
  GstHarness *h = data;

  for (guint n = 0; n < 4; n++)
    gst_harness_push (h, rvl_buffer (n));
  gst_harness_push_event (h, gst_event_new_eos ());
  return NULL;
}

static void
pause_and_play (GstHarness * h[SINKS], GRand * rand)
{
  for (guint n = 0; n < 5; n++) {
    GstElement *sink = h[g_rand_int_range (rand, 0, SINKS)]->element;

    gst_element_set_state (sink, GST_STATE_PAUSED);
    g_usleep (g_rand_int_range (rand, 0, 500));
    gst_element_set_state (sink, GST_STATE_PLAYING);
  }
}

/* Streams of one recording that pause at any moment, and end all the same with
 * all that they had. */
GST_START_TEST (test_rig_pauses)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  GRand *rand = g_rand_new_with_seed (4);
  GstHarness *h[SINKS];
  GstBus *bus[SINKS];

  for (guint i = 0; i < SINKS; i++) {
    gchar *path = g_strdup_printf ("camera%u", i);

    h[i] = live_new (uri_of (server), &bus[i], "entity-path", path,
        "location", location, NULL);
    g_free (path);
  }
  for (guint round = 1; round <= ROUNDS; round++) {
    GThread *threads[SINKS];

    for (guint i = 0; i < SINKS; i++)
      threads[i] = g_thread_new ("push", push_some_and_eos, h[i]);
    pause_and_play (h, rand);
    for (guint i = 0; i < SINKS; i++)
      g_thread_join (threads[i]);
    assert_equals_uint64 (stat_of (h[0]->element, "location-frames-written"),
        4 * SINKS * round);
    assert_equals_uint64 (stat_of (h[0]->element, "uri-frames-written"),
        4 * SINKS * round);
    for (guint i = 0; i < SINKS; i++)
      go_on (h[i]);
  }
  for (guint i = 0; i < SINKS; i++) {
    harness_stop (h[i]);
    check_silent (bus[i]);
    gst_object_unref (bus[i]);
  }
  check_recording (location, 4 * SINKS * ROUNDS, TRUE);
  g_rand_free (rand);
  rerun_server_free (server);
}

GST_END_TEST;

/* How other elements hand memory on, ThreadSanitizer does not see. */
#ifdef __SANITIZE_THREAD__
#define PIPELINES FALSE
#else
#define PIPELINES TRUE
#endif

/* A pipe that is read slowly, from before it is written to until it says so. */
typedef struct
{
  gint fd;
  gint over;
} SlowPipe;

static gpointer
read_slowly (gpointer data)
{
  SlowPipe *slow = data;
  static guint8 bytes[16384];

  while (!g_atomic_int_get (&slow->over)) {
    GPollFD fd = { slow->fd, G_IO_IN, 0 };

    if (g_poll (&fd, 1, 10) == 1)
      fail_unless (read (slow->fd, bytes, sizeof bytes) > 0);
    g_usleep (50);
  }
  return NULL;
}

static GstElement *
rig_new (const gchar * uri, GstClockTime drain_timeout)
{
  GString *line = g_string_new (NULL);
  GstElement *pipeline;

  for (guint i = 0; i < SINKS; i++)
    g_string_append_printf (line, "depthtestsrc num-buffers=4 pattern=random ! "
        "video/x-raw,width=64,height=48 ! rvldepthenc ! rerunsink near=1 far=4 "
        "entity-path=camera%u uri=%s location=%s drain-timeout=%"
        G_GUINT64_FORMAT " ", i, uri, location, drain_timeout);
  pipeline = gst_parse_launch (line->str, NULL);
  g_string_free (line, TRUE);
  fail_unless (pipeline != NULL);
  return pipeline;
}

static void
check_all_written (GstElement * sink, gboolean hindered)
{
  assert_equals_uint64 (stat_of (sink, "location-frames-queued"), 0);
  if (!hindered)
    assert_equals_uint64 (stat_of (sink, "uri-frames-queued"), 0);
}

typedef struct
{
  GstElement *pipeline;
  gboolean hindered;            /* the server takes what it likes */
  gint ends;
} Rig;

/* At the pipeline's EOS, all frames are written. */
static GstBusSyncReply
check_eos (GstBus * bus, GstMessage * message, gpointer data)
{
  Rig *rig = data;
  GstIterator *sinks;
  GValue sink = G_VALUE_INIT;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return GST_BUS_PASS;
  sinks = gst_bin_iterate_sinks (GST_BIN (rig->pipeline));
  while (gst_iterator_next (sinks, &sink) == GST_ITERATOR_OK) {
    check_all_written (g_value_get_object (&sink), rig->hindered);
    g_value_reset (&sink);
  }
  g_value_unset (&sink);
  gst_iterator_free (sinks);
  g_atomic_int_inc (&rig->ends);
  return GST_BUS_PASS;
}

static void
flush_all (GstElement * pipeline)
{
  gst_element_send_event (pipeline, gst_event_new_flush_start ());
  gst_element_send_event (pipeline, gst_event_new_flush_stop (TRUE));
}

/* Through some states while frames, and EOS, wait for the pipe. */
static void
disturb (GstElement * pipeline, GRand * rand)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint n = g_rand_int_range (rand, 0, 4); n > 0; n--) {
    g_usleep (g_rand_int_range (rand, 0, 4000));
    gst_element_set_state (pipeline, g_rand_boolean (rand) ? GST_STATE_PAUSED :
        GST_STATE_PLAYING);
  }
  if (g_rand_int_range (rand, 0, 8) == 0)
    flush_all (pipeline);
}

static void
play_to_the_end (GstElement * pipeline, GstBus * bus)
{
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  assert_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
run_rig (Rig * rig, RerunServer * server, GRand * rand)
{
  GstBus *bus = gst_element_get_bus (rig->pipeline);
  guint rounds = g_getenv ("DEPTH_TEST_LIGHT") != NULL ? CHANGES / 5 : CHANGES;

  gst_bus_set_sync_handler (bus, check_eos, rig, NULL);
  for (guint i = 0; i < rounds; i++) {
    if (rig->hindered)
      behave_anyhow (server, rand);
    disturb (rig->pipeline, rand);
    if (g_rand_int_range (rand, 0, 4) == 0)
      gst_element_set_state (rig->pipeline, g_rand_boolean (rand) ?
          GST_STATE_READY : GST_STATE_NULL);
    if (!rig->hindered)
      check_silent (bus);
    gst_bus_set_flushing (bus, TRUE);
    gst_bus_set_flushing (bus, FALSE);
  }
  play_to_the_end (rig->pipeline, bus);
  fail_unless (rig->ends > 0);
  gst_object_unref (bus);
}

/* Several sinks, with EOS drained while states change: nothing waits for ever, and
 * no EOS comes early. */
GST_START_TEST (test_rig_state_changes)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  GRand *rand = g_rand_new_with_seed (2);
  Rig rig = { rig_new (uri_of (server), 600 * GST_SECOND), FALSE, 0 };
  SlowPipe slow = { 0, };
  GThread *reader;

  fail_unless (mkfifo (location, 0600) == 0);
  slow.fd = open (location, O_RDWR);
  fail_unless (fcntl (slow.fd, F_SETPIPE_SZ, 16384) == 16384);
  reader = g_thread_new ("read", read_slowly, &slow);
  run_rig (&rig, server, rand);
  g_atomic_int_set (&slow.over, 1);
  g_thread_join (reader);
  close (slow.fd);
  gst_object_unref (rig.pipeline);
  g_rand_free (rand);
  rerun_server_free (server);
}

GST_END_TEST;

GST_START_TEST (test_rig_and_bad_servers)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .status = 7,.after = 5
      }
  );
  GRand *rand = g_rand_new_with_seed (3);
  Rig rig = { rig_new (uri_of (server), 5 * GST_MSECOND), TRUE, 0 };

  run_rig (&rig, server, rand);
  gst_object_unref (rig.pipeline);
  g_rand_free (rand);
  rerun_server_free (server);
}

GST_END_TEST;

/* --- the suite ---------------------------------------------------------------- */

static Suite *
rerunsink_stress_suite (void)
{
  Suite *s = suite_create ("rerunsink-stress");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, live_teardown);
  tcase_add_test (tc, test_state_changes);
  tcase_add_test (tc, test_properties_while_states_change);
  tcase_add_test (tc, test_rig_pauses);
  if (PIPELINES) {
    tcase_add_test (tc, test_rig_state_changes);
    tcase_add_test (tc, test_rig_and_bad_servers);
  }
  return s;
}

GST_CHECK_MAIN (rerunsink_stress);
