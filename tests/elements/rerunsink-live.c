/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* rerunsink and a server that is there, is not, or misbehaves. */

#define _GNU_SOURCE             /* F_SETPIPE_SZ */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include <gst/check/gstharness.h>

#include "rerun-common.h"
#include "rerun-server.h"
#include "test-certificate.h"

static gchar *folder;
static gchar *location;
static gchar *last_uri;

static void
setup (void)
{
  folder = g_dir_make_tmp ("rerunsink-XXXXXX", NULL);
  location = g_build_filename (folder, "test.rrd", NULL);
}

static void
teardown (void)
{
  g_clear_pointer (&last_uri, g_free);
  g_unlink (location);
  g_rmdir (folder);
  g_free (location);
  g_free (folder);
}

/* --- a sink ------------------------------------------------------------------ */

/* Further properties as g_object_set() takes them. */
static GstHarness *
harness_new (const gchar * uri, GstBus ** bus, const gchar * property, ...)
{
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);
  GstHarness *h;
  va_list properties;

  *bus = gst_bus_new ();
  gst_element_set_bus (sink, *bus);
  g_object_set (sink, "uri", uri, "near", 0.3, "far", 4.0,
      "drain-timeout", 60 * GST_SECOND, NULL);
  va_start (properties, property);
  g_object_set_valist (G_OBJECT (sink), property, properties);
  va_end (properties);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  return h;
}

/* Valid until the next call. */
static const gchar *
uri_of (RerunServer * server)
{
  g_free (last_uri);
  last_uri = rerun_server_get_uri (server);
  return last_uri;
}

static void
push (GstHarness * h, guint first, guint last)
{
  for (guint n = first; n < last; n++)
    assert_equals_int (gst_harness_push (h, rvl_buffer (n)), GST_FLOW_OK);
}

/* Every frame that came is accounted for. */
static void
check_balance (GstHarness * h, guint64 taken)
{
  GstStructure *stats;
  guint64 frames, written, queued, dropped;

  g_object_get (h->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "frames", G_TYPE_UINT64, &frames,
          "uri-frames-written", G_TYPE_UINT64, &written,
          "uri-frames-queued", G_TYPE_UINT64, &queued,
          "uri-frames-dropped", G_TYPE_UINT64, &dropped, NULL));
  assert_equals_uint64 (frames, taken);
  assert_equals_uint64 (written + queued + dropped, taken);
  gst_structure_free (stats);
}

/* The next message of the kind, and for elements, of the name. */
static GstMessage *
wait_for (GstBus * bus, GstMessageType type, const gchar * name)
{
  while (TRUE) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        type);

    if (name == NULL || gst_message_has_name (message, name))
      return message;
    gst_message_unref (message);
  }
}

static void
wait_for_text (GstBus * bus, GstMessageType type, const gchar * word)
{
  GstMessage *message = wait_for (bus, type, NULL);
  GError *error = NULL;

  if (type == GST_MESSAGE_INFO)
    gst_message_parse_info (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, word) != NULL, "no \"%s\" in: %s", word,
      error->message);
  g_error_free (error);
  gst_message_unref (message);
}

/* --- what a server got ------------------------------------------------------- */

/* Message @i is the frame @n. */
static void
check_frame (RerunServer * server, guint i, guint n)
{
  GBytes *message = rerun_server_get_message (server, i);
  GstBuffer *buffer = rvl_buffer (n);
  GstMapInfo map;
  Recording bytes = { 0, };

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  bytes.data = (gchar *) g_bytes_get_data (message, &bytes.size);
  fail_unless (recording_count (&bytes, map.data, map.size) == 1,
      "message %u is not frame %u", i, n);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  g_bytes_unref (message);
}

static gboolean
message_has (RerunServer * server, guint i, const gchar * text)
{
  GBytes *message = rerun_server_get_message (server, i);
  Recording bytes = { 0, };
  guint n;

  bytes.data = (gchar *) g_bytes_get_data (message, &bytes.size);
  n = recording_count (&bytes, text, strlen (text));
  g_bytes_unref (message);
  return n > 0;
}

/* The store's info and the static data, from message @i on. */
#define N_FIRST 3
static void
check_first (RerunServer * server, guint i)
{
  fail_unless (message_has (server, i, "test-rerunsink-live"));
  fail_if (message_has (server, i, "ARROW"));
  fail_unless (message_has (server, i + 1, "RecordingInfo"));
  fail_unless (message_has (server, i + 2, "application/rvl"));
}

/* --- a good server ----------------------------------------------------------- */

/* Also one that takes a tenth of a frame at a time, and ends the connection with
 * who sends more. */
GST_START_TEST (test_good)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .window = __i__ == 0 ? 0 : 1000
      }
  );
  GstBus *bus;
  GstHarness *h = harness_new (uri_of (server), &bus, NULL);
  GstMessage *stats;
  guint64 written;

  push (h, 0, 100);
  gst_harness_push_event (h, gst_event_new_eos ());
  /* confirmed, so it is there already */
  assert_equals_int (rerun_server_wait_messages (server, 0), N_FIRST + 100);
  check_first (server, 0);
  for (guint n = 0; n < 100; n++)
    check_frame (server, N_FIRST + n, n);
  assert_equals_uint64 (stat_of (h->element, "uri-frames-written"), 100);
  assert_equals_uint64 (stat_of (h->element, "uri-queue-bytes"), 0);
  gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"));
  stats = wait_for (bus, GST_MESSAGE_ELEMENT, "rerunsink-stats");
  fail_unless (gst_structure_get_uint64 (gst_message_get_structure (stats),
          "uri-frames-written", &written));
  assert_equals_uint64 (written, 100);
  gst_message_unref (stats);
  harness_stop (h);
  assert_equals_int (rerun_server_get_connections (server), 1);
  assert_equals_int (rerun_server_get_ended (server), 1);
  check_silent (bus);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

GST_START_TEST (test_stop_delivers)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  GstBus *bus;
  GstHarness *h = harness_new (uri_of (server), &bus, NULL);

  push (h, 0, 100);
  harness_stop (h);
  assert_equals_int (rerun_server_wait_messages (server, 0), N_FIRST + 100);
  check_silent (bus);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

GST_START_TEST (test_file_too)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  GstBus *bus;
  GstHarness *h =
      harness_new (uri_of (server), &bus, "location", location, "compression",
      1, NULL);
  Recording recording;

  push (h, 0, 50);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_recording (location, STATIC + 50, TRUE);
  /* the same bytes, ids included: the chunk's Arrow part of each message */
  recording_read (&recording, location);
  for (guint i = 0; i < 50; i++) {
    guint last = rerun_server_wait_messages (server, 0) - 50 + i;
    GBytes *message = rerun_server_get_message (server, last);
    gsize size;
    const guint8 *data = g_bytes_get_data (message, &size);

    /* after the store's ids, before what protobuf says of it */
    assert_equals_int (recording_count (&recording, data + 200, size - 240), 1);
    g_bytes_unref (message);
  }
  g_free (recording.data);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* A rig: one connection, and one's end is not the others'. */
GST_START_TEST (test_shared_connection)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, });
  GstBus *buses[3];
  GstHarness *h[3];
  gchar *uri = rerun_server_get_uri (server);

  for (guint i = 0; i < 3; i++) {
    GstElement *sink = gst_element_factory_make ("rerunsink", NULL);
    gchar *path = g_strdup_printf ("camera%u", i);

    buses[i] = gst_bus_new ();
    gst_element_set_bus (sink, buses[i]);
    g_object_set (sink, "uri", uri, "entity-path", path, NULL);
    h[i] = gst_harness_new_with_element (sink, "sink", NULL);
    gst_object_unref (sink);
    gst_harness_set_src_caps_str (h[i], RVL_CAPS);
    g_free (path);
  }
  for (guint n = 0; n < 30; n++)
    push (h[n % 3], n, n + 1);
  harness_stop (h[0]);
  push (h[1], 30, 31);
  gst_harness_push_event (h[1], gst_event_new_eos ());
  push (h[2], 31, 32);
  harness_stop (h[1]);
  harness_stop (h[2]);
  assert_equals_int (rerun_server_wait_messages (server, 0), 2 + 3 + 32);
  assert_equals_int (rerun_server_get_connections (server), 1);
  for (guint i = 0; i < 3; i++) {
    check_silent (buses[i]);
    gst_object_unref (buses[i]);
  }
  g_free (uri);
  rerun_server_free (server);
}

GST_END_TEST;

/* --- servers that come and go ------------------------------------------------ */

GST_START_TEST (test_server_comes_later)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  gchar *uri = rerun_server_get_uri (server);
  GstBus *bus;
  GstHarness *h;

  rerun_server_free (server);   /* now nobody is at the port */
  h = harness_new (uri, &bus, NULL);
  push (h, 0, 20);
  wait_for_text (bus, GST_MESSAGE_WARNING, uri);
  server = rerun_server_new (&same);
  gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"));
  wait_for_text (bus, GST_MESSAGE_INFO, "0 frames were dropped");
  push (h, 20, 40);
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_equals_int (rerun_server_wait_messages (server, 0), N_FIRST + 40);
  check_first (server, 0);
  for (guint n = 0; n < 40; n++)
    check_frame (server, N_FIRST + n, n);
  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
  g_free (uri);
  rerun_server_free (server);
}

GST_END_TEST;

/* After EOS, as a seek does. */
static void
go_on (GstHarness * h)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (FALSE));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
}

#define RESTARTS 20

/* Every server has all static data, and what came while it was there. */
GST_START_TEST (test_server_restarts)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = harness_new (uri_of (server), &bus, NULL);
  guint n = 0;

  for (guint round = 0; round < RESTARTS; round++) {
    guint first = n;

    push (h, n, n + 10);
    n += 10;
    gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT, round == 0 ?
            "rerunsink-connected" : "rerunsink-reconnected"));
    gst_harness_push_event (h, gst_event_new_eos ());   /* all confirmed */
    go_on (h);
    assert_equals_int (rerun_server_wait_messages (server, 0), N_FIRST + 10);
    check_first (server, 0);
    for (guint i = 0; i < 10; i++)
      check_frame (server, N_FIRST + i, first + i);
    rerun_server_free (server);
    gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
            "rerunsink-disconnected"));
    wait_for_text (bus, GST_MESSAGE_WARNING, "lost");
    server = rerun_server_new (&same);
  }
  check_balance (h, n);
  assert_equals_uint64 (stat_of (h->element, "uri-frames-dropped"), 0);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* What was sent, but not confirmed, is sent again, in order. */
GST_START_TEST (test_unconfirmed_again)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_STOPS_READING,.after = N_FIRST + 5
      }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = harness_new (uri_of (server), &bus, NULL);
  guint first;

  push (h, 0, 20);              /* fits into the sockets' buffers */
  rerun_server_wait_messages (server, N_FIRST + 5);
  rerun_server_free (server);
  server = rerun_server_new (&same);
  push (h, 20, 30);
  gst_harness_push_event (h, gst_event_new_eos ());
  /* some of the first may have been confirmed while the server still read */
  first = N_FIRST + 30 - rerun_server_wait_messages (server, 0);
  fail_unless (first <= 5, "%u", first);
  for (guint n = first; n < 30; n++)
    check_frame (server, N_FIRST + n - first, n);
  check_balance (h, 30);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* --- servers that misbehave -------------------------------------------------- */

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
  {{SERVER_GOES_AWAY,.after = 5}, "closing time"},
  {{SERVER_ENDS,.after = 5}, "ended the call"},
  {{SERVER_SILENT}, NULL},
  {{SERVER_STOPS_READING,.after = 5}, NULL},
  {{SERVER_WINDOW_ZERO,.after = 5}, NULL},
};

#define BOUND G_GUINT64_CONSTANT (100000)

/* Less than any time that the sink gives a server, 5 s. */
static void
check_nobody_waited (gint64 since)
{
  fail_unless (g_get_monotonic_time () - since < 4 * G_TIME_SPAN_SECOND);
}

/* Whatever it does: frames go on into the file, memory is bounded, the numbers
 * agree, stopping works. And what it does is said. */
GST_START_TEST (test_misbehaves)
{
  RerunServer *server = rerun_server_new (&misbehaviours[__i__].options);
  const gchar *said = misbehaviours[__i__].said;
  GstBus *bus;
  GstHarness *h = harness_new (uri_of (server), &bus, "location", location,
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
    wait_for_text (bus, GST_MESSAGE_WARNING, said);
  since = g_get_monotonic_time ();
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 300);
  harness_stop (h);
  check_nobody_waited (since);
  check_recording (location, STATIC + 300, TRUE);
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

  gst_harness_push (h, rvl_buffer (0));
  gst_harness_push_event (h, gst_event_new_eos ());
  return NULL;
}

/* How long a flush, with its unlock(), takes while a thread of @push waits. */
static gint64
time_flush (GstHarness * h, GThreadFunc push)
{
  GThread *thread = g_thread_new ("push", push, h);
  GstSegment segment;
  gint64 since;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_usleep (5000);
  since = g_get_monotonic_time ();
  gst_harness_push_event (h, gst_event_new_flush_start ());
  since = g_get_monotonic_time () - since;
  g_thread_join (thread);
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  return since;
}

/* A stream that waits for room, or for the end, is free again within 20 ms. What
 * the sink takes is the best of some times: the others are the machine's. */
GST_START_TEST (test_unlock)
{
  RerunServer *server = rerun_server_new (&misbehaviours[__i__].options);
  GstBus *bus;
  GstHarness *h = harness_new (uri_of (server), &bus, "leaky", 0,
      "max-queue-bytes", BOUND, "drain-timeout", 100 * GST_MSECOND, NULL);
  gint64 full = G_MAXINT64, end = G_MAXINT64;

  for (guint i = 0; i < 10; i++) {
    full = MIN (full, time_flush (h, push_until_flushing));
    end = MIN (end, time_flush (h, push_eos));
  }
  fail_unless (full < 20 * G_TIME_SPAN_MILLISECOND, "%d us", (gint) full);
  fail_unless (end < 20 * G_TIME_SPAN_MILLISECOND, "%d us", (gint) end);
  check_balance (h, stat_of (h->element, "frames"));
  harness_stop (h);
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
  h = harness_new (uri, &bus, "drain-timeout", 20 * GST_MSECOND, NULL);
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
  GstHarness *at_busy = harness_new (uri_of (busy), &busy_bus, "drain-timeout",
      (guint64) 0, NULL);
  GstHarness *at_idle = harness_new (uri_of (idle), &idle_bus, "recording-id",
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

/* An outage is said once, however often it is tried. */
GST_START_TEST (test_said_once)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_REFUSES,.status = 7
      }
  );
  GstBus *bus;
  GstHarness *h = harness_new (uri_of (server), &bus, NULL);

  push (h, 0, 10);
  while (rerun_server_get_connections (server) < 4)
    g_usleep (10000);
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
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_WINDOW_ZERO,.after = N_FIRST
      }
  );
  GstBus *bus;
  GstHarness *h =
      harness_new (uri_of (server), &bus, "drain-timeout", 50 * GST_MSECOND,
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

GST_START_TEST (test_never_replies)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_NEVER_REPLIES
      }
  );
  GstBus *bus;
  GstHarness *h =
      harness_new (uri_of (server), &bus, "drain-timeout", 300 * GST_MSECOND,
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
      harness_new (uri_of (server), &bus, "drain-timeout", 50 * GST_MSECOND,
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

/* --- TLS --------------------------------------------------------------------- */

static GTlsCertificate *
test_certificate (void)
{
  GTlsCertificate *certificate =
      g_tls_certificate_new_from_pem (TEST_CERTIFICATE, -1, NULL);

  fail_unless (certificate != NULL);
  return certificate;
}

static gboolean
no_tls (void)
{
  if (g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    return FALSE;
  g_print ("skipped: GIO has no TLS (glib-networking)\n");
  return TRUE;
}

/* Makes the certificate one that is trusted in this process. The database reads
 * @path when it is used. */
static void
trust (GTlsCertificate * certificate, const gchar * path)
{
  gchar *pem;
  GTlsDatabase *database;

  g_object_get (certificate, "certificate-pem", &pem, NULL);
  fail_unless (g_file_set_contents (path, pem, -1, NULL));
  database = g_tls_file_database_new (path, NULL);
  fail_unless (database != NULL);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
  g_object_unref (database);
  g_free (pem);
}

GST_START_TEST (test_tls)
{
  ServerOptions options = { 0, };
  RerunServer *server;
  GstBus *bus;
  GstHarness *h;

  if (no_tls ())
    return;
  options.certificate = test_certificate ();
  trust (options.certificate, location);
  server = rerun_server_new (&options);
  h = harness_new (uri_of (server), &bus, NULL);
  push (h, 0, 100);
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_equals_int (rerun_server_wait_messages (server, 0), N_FIRST + 100);
  for (guint n = 0; n < 100; n++)
    check_frame (server, N_FIRST + n, n);
  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
  rerun_server_free (server);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  g_object_unref (options.certificate);
}

GST_END_TEST;

static const struct
{
  ServerBehaviour behaviour;
  const gchar *said;
} bad_tls[] = {
  {SERVER_GOOD, "certificate"}, /* that nobody trusts */
  {SERVER_CLOSES, "cannot reach"},
  {SERVER_GARBAGE, "cannot reach"},
  {SERVER_HTTP1, "cannot reach"},
  {SERVER_SILENT, NULL},
};

GST_START_TEST (test_tls_fails)
{
  ServerOptions options = {.behaviour = bad_tls[__i__].behaviour };
  RerunServer *server;
  GstBus *bus;
  GstHarness *h;
  gint64 since;

  if (no_tls ())
    return;
  options.certificate = test_certificate ();
  server = rerun_server_new (&options);
  h = harness_new (uri_of (server), &bus, "drain-timeout", 20 * GST_MSECOND,
      NULL);
  if (bad_tls[__i__].said != NULL)
    wait_for_text (bus, GST_MESSAGE_WARNING, bad_tls[__i__].said);
  since = g_get_monotonic_time ();
  push (h, 0, 20);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 20);
  harness_stop (h);
  check_nobody_waited (since);
  gst_object_unref (bus);
  rerun_server_free (server);
  g_object_unref (options.certificate);
}

GST_END_TEST;

/* --- URIs -------------------------------------------------------------------- */

GST_START_TEST (test_uri_handler)
{
  static const gchar *const good[] = {
    "rerun+http://127.0.0.1:9876/proxy", "rerun+https://example.com/proxy",
    "rerun://[::1]:1234/proxy"
  };
  static const gchar *const bad[] = {
    "rerun+http://127.0.0.1:9876", "rerun+http:///proxy",
    "rerun+http://127.0.0.1:99999/proxy", "rerun+http://h:1/catalog"
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    GstElement *sink = gst_element_make_from_uri (GST_URI_SINK, good[i], NULL,
        NULL);
    gchar *uri;

    fail_unless (sink != NULL);
    uri = gst_uri_handler_get_uri (GST_URI_HANDLER (sink));
    assert_equals_string (uri, good[i]);
    g_free (uri);
    gst_object_unref (sink);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GError *error = NULL;

    fail_unless (gst_element_make_from_uri (GST_URI_SINK, bad[i], NULL, &error)
        == NULL);
    fail_unless (g_error_matches (error, GST_URI_ERROR,
            GST_URI_ERROR_BAD_URI), "%s: %s", bad[i], error->message);
    g_error_free (error);
  }
}

GST_END_TEST;

GST_START_TEST (test_uri_while_running)
{
  GstBus *bus;
  GstHarness *h = harness_new ("rerun+http://127.0.0.1:1/proxy", &bus, NULL);
  GError *error = NULL;

  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (h->element),
          "rerun+http://127.0.0.1:2/proxy", &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE));
  g_error_free (error);
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

static void
check_refused (const gchar * uri, gboolean spawn, const gchar * const *words)
{
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (sink, bus);
  g_object_set (sink, "uri", uri, "spawn-viewer", spawn, NULL);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, words);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

/* Neither uri nor location: the local Viewer, whether it is there or not. */
GST_START_TEST (test_default_uri)
{
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error;

  gst_element_set_bus (sink, bus);
  g_object_set (sink, "drain-timeout", (guint64) 0, NULL);
  gst_element_set_state (sink, GST_STATE_PAUSED);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_WARNING | GST_MESSAGE_ELEMENT);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning (message, &error, NULL);
    fail_unless (strstr (error->message, "rerun+http://127.0.0.1:9876/proxy"));
    g_error_free (error);
  } else {
    assert_equals_string (gst_structure_get_string (gst_message_get_structure
            (message), "uri"), "rerun+http://127.0.0.1:9876/proxy");
  }
  gst_message_unref (message);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_bad_uri)
{
  check_refused ("http://127.0.0.1:9876/proxy", FALSE, WORDS ("uri",
          "http://127.0.0.1:9876/proxy", "rerun+http://HOST:PORT/proxy"));
  check_refused ("rerun+http://127.0.0.1:9876/", FALSE, WORDS ("uri",
          "HOST:PORT/proxy"));
  check_refused ("", FALSE, WORDS ("uri", "\"\""));
  check_refused ("rerun+http://example.com:9876/proxy", TRUE,
      WORDS ("spawn-viewer", "example.com", "this machine"));
}

GST_END_TEST;

/* --- stress ------------------------------------------------------------------ */

#define CHANGES 1000

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
      harness_new (uri_of (server), &bus, "drain-timeout", (guint64) 0, NULL);
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

#define SINKS 3

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

    h[i] = harness_new (uri_of (server), &bus[i], "entity-path", path,
        "location", location, NULL);
    g_free (path);
  }
  for (guint round = 1; round <= CHANGES / 50; round++) {
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
  check_recording (location, 1 + SINKS + 4 * SINKS * (CHANGES / 50), TRUE);
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
  guint rounds = g_getenv ("DEPTH_TEST_LIGHT") != NULL ? CHANGES / 10 : CHANGES;

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

/* --- the suite --------------------------------------------------------------- */

static Suite *
rerunsink_live_suite (void)
{
  Suite *s = suite_create ("rerunsink-live");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_good, 0, 2);
  tcase_add_test (tc, test_stop_delivers);
  tcase_add_test (tc, test_file_too);
  tcase_add_test (tc, test_shared_connection);
  tcase_add_test (tc, test_server_comes_later);
  tcase_add_test (tc, test_server_restarts);
  tcase_add_test (tc, test_unconfirmed_again);
  tcase_add_loop_test (tc, test_misbehaves, 0, G_N_ELEMENTS (misbehaviours));
  tcase_add_loop_test (tc, test_unlock, 0, G_N_ELEMENTS (misbehaviours));
  tcase_add_test (tc, test_connect_hangs);
  tcase_add_test (tc, test_vanishes);
  tcase_add_test (tc, test_said_once);
  tcase_add_loop_test (tc, test_undelivered, 0, 2);
  tcase_add_test (tc, test_never_replies);
  tcase_add_test (tc, test_leaky_no);
  tcase_add_test (tc, test_tls);
  tcase_add_loop_test (tc, test_tls_fails, 0, G_N_ELEMENTS (bad_tls));
  tcase_add_test (tc, test_uri_handler);
  tcase_add_test (tc, test_uri_while_running);
  tcase_add_test (tc, test_default_uri);
  tcase_add_test (tc, test_bad_uri);
  tcase_add_test (tc, test_state_changes);
  tcase_add_test (tc, test_rig_pauses);
  if (PIPELINES) {
    tcase_add_test (tc, test_rig_state_changes);
    tcase_add_test (tc, test_rig_and_bad_servers);
  }
  return s;
}

GST_CHECK_MAIN (rerunsink_live);
