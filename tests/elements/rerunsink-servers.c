/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rerunsink and a server that misbehaves. */

#define _GNU_SOURCE             /* gettid */
#include <string.h>
#include <unistd.h>

#include "rerun-live.h"


static const struct
{
  ServerOptions options;
  const gchar *said;
} misbehaviours[] = {
  {{SERVER_CLOSES}, "cannot reach"},
  {{SERVER_HTTP1}, "does not speak HTTP/2"},
  {{SERVER_GARBAGE}, "does not speak HTTP/2"},
  {{SERVER_NOT_FOUND}, "HTTP status 404"},
  {{SERVER_REFUSES,.status = 1}, "1, CANCELLED: no such luck"},
  {{SERVER_REFUSES,.status = 2}, "2, UNKNOWN"},
  {{SERVER_REFUSES,.status = 3}, "3, INVALID_ARGUMENT"},
  {{SERVER_REFUSES,.status = 4}, "4, DEADLINE_EXCEEDED"},
  {{SERVER_REFUSES,.status = 5}, "5, NOT_FOUND"},
  {{SERVER_REFUSES,.status = 6}, "6, ALREADY_EXISTS"},
  {{SERVER_REFUSES,.status = 7}, "7, PERMISSION_DENIED"},
  {{SERVER_REFUSES,.status = 8}, "8, RESOURCE_EXHAUSTED"},
  {{SERVER_REFUSES,.status = 9}, "9, FAILED_PRECONDITION"},
  {{SERVER_REFUSES,.status = 10}, "10, ABORTED"},
  {{SERVER_REFUSES,.status = 11}, "11, OUT_OF_RANGE"},
  {{SERVER_REFUSES,.status = 12}, "12, UNIMPLEMENTED"},
  {{SERVER_REFUSES,.status = 13}, "13, INTERNAL"},
  {{SERVER_REFUSES,.status = 14}, "14, UNAVAILABLE"},
  {{SERVER_REFUSES,.status = 15}, "15, DATA_LOSS"},
  {{SERVER_REFUSES,.status = 16}, "16, UNAUTHENTICATED"},
  {{SERVER_REFUSES,.status = 99}, "99, no known one"},
  {{SERVER_RESETS,.after = 5}, "rerun+http"},
  {{SERVER_RESETS_CALL,.after = 5}, "ENHANCE_YOUR_CALM"},
  {{SERVER_GOES_AWAY,.after = 5}, "ENHANCE_YOUR_CALM: closing time"},
  {{SERVER_GOES_AWAY_MUTE,.after = 5}, "is going away (INTERNAL_ERROR)"},
  {{SERVER_LEAVES,.after = 5}, "says goodbye"},
  {{SERVER_ENDS,.after = 5}, "ended the call"},
  {{SERVER_PUSHES,.after = 5}, "does not speak HTTP/2"},
  {{SERVER_SILENT}, NULL},
  {{SERVER_DRIPS}, NULL},
  {{SERVER_TAKES_NOTHING}, NULL},
  {{SERVER_STOPS_READING,.after = 5}, NULL},
  {{SERVER_WINDOW_ZERO,.after = 5}, NULL},
};

#define BOUND G_GUINT64_CONSTANT (100000)

/* The warning. On a machine that is busy, the server may take its first frames too
 * slowly before it misbehaves, which is said, too. */
static void
wait_for_warning (GstBus * bus, const gchar * said)
{
  gchar *text = NULL;

  do {
    GstMessage *message = wait_for (bus, GST_MESSAGE_WARNING, NULL);
    GError *error = NULL;

    gst_message_parse_warning (message, &error, NULL);
    g_free (text);
    text = g_strdup (error->message);
    g_error_free (error);
    gst_message_unref (message);
  } while (strstr (text, "takes fewer frames than come") != NULL);
  fail_unless (strstr (text, said) != NULL, "no \"%s\" in: %s", said, text);
  g_free (text);
}

/* Whatever it does: frames go on into the file, memory is bounded, the numbers
 * agree, stopping works. And what it does is said. */
GST_START_TEST (test_misbehaves)
{
  RerunServer *server = rerun_server_new (&misbehaviours[__i__].options);
  const gchar *said = misbehaviours[__i__].said;
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, "location", location,
      "max-queue-bytes", BOUND, "drain-timeout", 20 * GST_MSECOND, NULL);
  gint64 since;

  for (guint n = 0; n < 300; n++) {
    since = g_get_monotonic_time ();
    push (h, n, n + 1);
    check_nobody_waited (since);
    /* one frame may be on its way */
    fail_unless (stat_of (h->element, "uri-queue-bytes") <= BOUND + 20000);
  }
  check_balance (h, 300);
  if (said != NULL)
    wait_for_warning (bus, said);
  since = g_get_monotonic_time ();
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 300);
  harness_stop (h);
  check_nobody_waited (since);
  check_recording (location, 300, TRUE);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

static gpointer
push_until_flushing (gpointer data)
{
  GstHarness *h = data;
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint n = 0; flow == GST_FLOW_OK; n++)
    flow = gst_harness_push (h, rvl_buffer (n));
  return GINT_TO_POINTER (flow);
}

static gpointer
push_eos (gpointer data)
{
  GstHarness *h = data;

  gst_harness_push_event (h, gst_event_new_eos ());
  return NULL;
}

typedef struct
{
  GstHarness *h;
  GThreadFunc push;
  gint id;
} Pusher;

static gpointer
run_pusher (gpointer data)
{
  Pusher *pusher = data;

  g_atomic_int_set (&pusher->id, gettid ());
  return pusher->push (pusher->h);
}

/* Flushes, which calls unlock(), while a thread of @push waits. */
static void
flush_while_waiting (GstHarness * h, GThreadFunc push)
{
  Pusher pusher = { h, push, 0 };
  GThread *thread = g_thread_new ("push", run_pusher, &pusher);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  while (g_atomic_int_get (&pusher.id) == 0 || !thread_sleeps (pusher.id))
    g_thread_yield ();
  gst_harness_push_event (h, gst_event_new_flush_start ());
  g_thread_join (thread);
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
}

/* A stream that waits for room is free again when it is flushed. */
GST_START_TEST (test_unlock)
{
  RerunServer *server = rerun_server_new (&misbehaviours[__i__].options);
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, "leaky", 0,
      "max-queue-bytes", BOUND, "drain-timeout", (guint64) 0, NULL);

  flush_while_waiting (h, push_until_flushing);
  check_balance (h, stat_of (h->element, "frames"));
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* So is one that waits for its last frames to arrive. */
GST_START_TEST (test_unlock_eos)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_ANSWERS_OTHERS
      }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, NULL);
  gint64 since = g_get_monotonic_time ();

  push (h, 0, 1);
  flush_while_waiting (h, push_eos);
  check_nobody_waited (since);
  rerun_server_free (server);
  server = rerun_server_new (&same);
  harness_stop (h);
  check_frames (server, 0, 1);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* A host that does not even answer: a connection waits for one to be accepted
 * before it, of which there is room for a few. */
#define N_BEFORE 4
GST_START_TEST (test_connect_hangs)
{
  GSocket *server = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  GInetAddress *loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  GSocketAddress *address = g_inet_socket_address_new (loopback, 0);
  GSocket *before[N_BEFORE];
  gchar *uri;
  GstBus *bus;
  GstHarness *h;
  gint64 since;

  g_socket_set_listen_backlog (server, 0);
  fail_unless (g_socket_bind (server, address, FALSE, NULL));
  fail_unless (g_socket_listen (server, NULL));
  g_object_unref (address);
  address = g_socket_get_local_address (server, NULL);
  for (guint i = 0; i < N_BEFORE; i++) {
    before[i] = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
        G_SOCKET_PROTOCOL_TCP, NULL);
    g_socket_set_blocking (before[i], FALSE);
    g_socket_connect (before[i], address, NULL, NULL);
  }
  uri = g_strdup_printf ("rerun+http://127.0.0.1:%u/proxy",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  h = live_new (uri, &bus, "drain-timeout", 20 * GST_MSECOND, NULL);
  since = g_get_monotonic_time ();
  push (h, 0, 20);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 20);
  harness_stop (h);
  check_nobody_waited (since);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("20 frames", "not delivered"));
  for (guint i = 0; i < N_BEFORE; i++)
    g_object_unref (before[i]);
  g_free (uri);
  g_object_unref (address);
  g_object_unref (loopback);
  g_object_unref (server);
  gst_object_unref (bus);
}

GST_END_TEST;

/* The time until it is said that @server, silent from now on, is gone. */
static void
check_noticed (GstBus * bus, gint64 since)
{
  wait_for_text (bus, GST_MESSAGE_WARNING, "has not answered");
  fail_unless (g_get_monotonic_time () - since < 10 * G_TIME_SPAN_SECOND);
}

/* One in the middle of the stream, one while there is nothing to send. */
GST_START_TEST (test_vanishes)
{
  RerunServer *busy = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_STOPS_READING,.after = N_FIRST + 5
      });
  RerunServer *idle = rerun_server_new (&(ServerOptions) { 0, });
  GstBus *busy_bus, *idle_bus;
  GstHarness *at_busy = live_new (uri_of (busy), &busy_bus, "drain-timeout",
      (guint64) 0, NULL);
  GstHarness *at_idle = live_new (uri_of (idle), &idle_bus, "recording-id",
      "idle", NULL);
  gint64 since;

  push (at_idle, 0, 5);
  gst_harness_push_event (at_idle, gst_event_new_eos ());
  push (at_busy, 0, 20);
  rerun_server_wait_messages (busy, N_FIRST + 5);
  since = g_get_monotonic_time ();
  rerun_server_set_behaviour (idle, SERVER_STOPS_READING);
  check_noticed (busy_bus, since);
  check_noticed (idle_bus, since);
  harness_stop (at_busy);
  harness_stop (at_idle);
  gst_object_unref (busy_bus);
  gst_object_unref (idle_bus);
  rerun_server_free (busy);
  rerun_server_free (idle);
}

GST_END_TEST;

static const struct
{
  ServerOptions options;
  const gchar *said;
} nothings[] = {
  {{SERVER_SILENT}, "said nothing"},
  {{SERVER_DRIPS}, "has not answered"},
  {{SERVER_TAKES_NOTHING}, "taken no data"},
  /* it takes the first message, and no more */
  {{SERVER_WINDOW_ZERO,.after = 1,.window = 400}, "taken no data"},
};

#define N_NOTHINGS G_N_ELEMENTS (nothings)

/* A server that is there and takes nothing is as good as none, whatever it says. */
GST_START_TEST (test_takes_nothing)
{
  RerunServer *servers[N_NOTHINGS];
  GstBus *buses[N_NOTHINGS];
  GstHarness *h[N_NOTHINGS];
  const gchar *uri;
  gint64 since;

  for (guint i = 0; i < N_NOTHINGS; i++) {
    servers[i] = rerun_server_new (&nothings[i].options);
    uri = uri_of (servers[i]);
    h[i] =
        live_new (uri, &buses[i], "recording-id", uri, "max-queue-bytes", BOUND,
        "drain-timeout", (guint64) 0, NULL);
    push (h[i], 0, 300);
  }
  since = g_get_monotonic_time ();
  for (guint i = 0; i < N_NOTHINGS; i++) {
    wait_for_text (buses[i], GST_MESSAGE_WARNING, nothings[i].said);
    fail_unless (g_get_monotonic_time () - since < 10 * G_TIME_SPAN_SECOND);
    check_balance (h[i], 300);
    fail_unless (stat_of (h[i]->element, "uri-frames-dropped") > 0);
    assert_equals_uint64 (stat_of (h[i]->element, "uri-frames-written"), 0);
  }
  for (guint i = 0; i < N_NOTHINGS; i++) {
    rerun_server_wait_connections (servers[i], 2);
    harness_stop (h[i]);
    gst_object_unref (buses[i]);
    rerun_server_free (servers[i]);
  }
}

GST_END_TEST;

/* One that takes some, then nothing, and answers pings, is slow: it may come round. */
GST_START_TEST (test_takes_some)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_WINDOW_ZERO,.after = N_FIRST + 2
      }
  );
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, "max-queue-bytes", BOUND,
      "drain-timeout", (guint64) 0, NULL);
  GstMessage *message;

  for (guint n = 0; (message = gst_bus_pop_filtered (bus,
              GST_MESSAGE_WARNING)) == NULL; n++)
    push (h, n, n + 1);
  gst_bus_post (bus, message);
  wait_for_text (bus, GST_MESSAGE_WARNING, "takes fewer frames than come");
  fail_unless (stat_of (h->element, "uri-frames-written") > 0);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* An outage is said once, however often it is tried. */
GST_START_TEST (test_said_once)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_REFUSES,.status = 7
      }
  );
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, NULL);

  push (h, 0, 10);
  rerun_server_wait_connections (server, 4);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("PERMISSION_DENIED",
          "no such luck", "rerun+http://127.0.0.1"));
  rerun_server_set_behaviour (server, SERVER_GOOD);
  gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"));
  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* With a server that hangs, EOS and stop say what was not delivered, once. */
GST_START_TEST (test_undelivered)
{
  /* a window in which no frame arrives whole, so that none is confirmed */
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_WINDOW_ZERO,.after = N_FIRST,.window = 1000
      }
  );
  GstBus *bus;
  GstHarness *h =
      live_new (uri_of (server), &bus, "drain-timeout", 50 * GST_MSECOND,
      NULL);
  gint64 since;

  push (h, 0, 20);
  since = g_get_monotonic_time ();
  if (__i__ == 0)
    gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  fail_unless (g_get_monotonic_time () - since >= 50 * G_TIME_SPAN_MILLISECOND);
  check_nobody_waited (since);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("20 frames", "not delivered",
          "drain-timeout"));
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* Written is what the server has confirmed, and nobody for it. */
GST_START_TEST (test_not_confirmed)
{
  static const ServerBehaviour behaviours[] = {
    SERVER_ANSWERS_OTHERS, SERVER_PUSHES_END
  };
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = behaviours[__i__]
      }
  );
  GstBus *bus;
  GstHarness *h =
      live_new (uri_of (server), &bus, "drain-timeout", 500 * GST_MSECOND,
      NULL);

  push (h, 0, 20);
  rerun_server_wait_messages (server, N_FIRST + 20);
  harness_stop (h);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("20 frames", "not delivered"));
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

GST_START_TEST (test_never_replies)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_NEVER_REPLIES
      }
  );
  GstBus *bus;
  GstHarness *h =
      live_new (uri_of (server), &bus, "drain-timeout", 300 * GST_MSECOND,
      NULL);

  push (h, 0, 20);
  assert_equals_int (rerun_server_wait_messages (server, N_FIRST + 20),
      N_FIRST + 20);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* leaky=no waits, and can be interrupted. */
GST_START_TEST (test_leaky_no)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_WINDOW_ZERO
      }
  );
  GstBus *bus;
  GstHarness *h =
      live_new (uri_of (server), &bus, "drain-timeout", 50 * GST_MSECOND,
      "leaky", 0, "max-queue-bytes", (guint64) 200000, NULL);
  GThread *thread;

  thread = g_thread_new ("push", push_until_flushing, h);
  while (stat_of (h->element, "uri-queue-bytes") < 150000)
    g_thread_yield ();
  gst_harness_push_event (h, gst_event_new_flush_start ());
  assert_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_FLUSHING);
  /* only the one that the flush threw away, if there was one at that moment */
  fail_unless (stat_of (h->element, "uri-frames-dropped") <= 1);
  check_balance (h, stat_of (h->element, "frames"));
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* --- the suite ---------------------------------------------------------------- */

static Suite *
rerunsink_servers_suite (void)
{
  Suite *s = suite_create ("rerunsink-servers");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, live_teardown);
  tcase_add_loop_test (tc, test_misbehaves, 0, G_N_ELEMENTS (misbehaviours));
  tcase_add_loop_test (tc, test_unlock, 0, G_N_ELEMENTS (misbehaviours));
  tcase_add_test (tc, test_unlock_eos);
  tcase_add_test (tc, test_connect_hangs);
  tcase_add_test (tc, test_vanishes);
  tcase_add_test (tc, test_takes_nothing);
  tcase_add_test (tc, test_takes_some);
  tcase_add_test (tc, test_said_once);
  tcase_add_loop_test (tc, test_undelivered, 0, 2);
  tcase_add_loop_test (tc, test_not_confirmed, 0, 2);
  tcase_add_test (tc, test_never_replies);
  tcase_add_test (tc, test_leaky_no);
  return s;
}

GST_CHECK_MAIN (rerunsink_servers);
