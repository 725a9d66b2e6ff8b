/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rerunsink and a server that is good, and comes and goes. */

#include <string.h>

#include "rerun-live.h"

/* --- a good server ------------------------------------------------------------ */

/* Also one that takes a tenth of a frame at a time, and ends the connection with
 * who sends more. */
GST_START_TEST (test_good)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .window = __i__ == 0 ? 0 : 1000
      }
  );
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, NULL);
  GstMessage *stats;
  guint64 written;

  push (h, 0, 100);
  gst_harness_push_event (h, gst_event_new_eos ());
  /* confirmed, so it is there already */
  check_frames (server, 0, 100);
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
  GstHarness *h = live_new (uri_of (server), &bus, NULL);

  push (h, 0, 100);
  harness_stop (h);
  check_frames (server, 0, 100);
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
      live_new (uri_of (server), &bus, "location", location, "compression",
      1, NULL);
  Recording recording;

  push (h, 0, 50);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_recording (location, 50, TRUE);
  check_frames (server, 0, 50);
  recording_read (&recording, location);
  for (guint n = 0; n < 50; n++) {
    GstBuffer *buffer = rvl_buffer (n);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_READ);
    assert_equals_int (recording_count (&recording, map.data, map.size), 1);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
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
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
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
  assert_equals_int (rerun_server_count_frames (server), 32);
  assert_equals_int (rerun_server_get_connections (server), 1);
  for (guint i = 0; i < 3; i++) {
    check_silent (buses[i]);
    gst_object_unref (buses[i]);
  }
  g_free (uri);
  rerun_server_free (server);
}

GST_END_TEST;

/* --- servers that come and go ------------------------------------------------- */

GST_START_TEST (test_server_comes_later)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  gchar *uri = rerun_server_get_uri (server);
  GstBus *bus;
  GstHarness *h;

  rerun_server_free (server);   /* now nobody is at the port */
  h = live_new (uri, &bus, NULL);
  push (h, 0, 20);
  wait_for_text (bus, GST_MESSAGE_WARNING, uri);
  server = rerun_server_new (&same);
  gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"));
  wait_for_text (bus, GST_MESSAGE_INFO, "0 frames were dropped");
  push (h, 20, 40);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_frames (server, 0, 40);
  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
  g_free (uri);
  rerun_server_free (server);
}

GST_END_TEST;

#define RESTARTS 20

/* Every server has all static data, and what came while it was there. */
GST_START_TEST (test_server_restarts)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, NULL);
  guint n = 0;

  for (guint round = 0; round < RESTARTS; round++) {
    guint first = n;

    push (h, n, n + 10);
    n += 10;
    gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT, round == 0 ?
            "rerunsink-connected" : "rerunsink-reconnected"));
    gst_harness_push_event (h, gst_event_new_eos ());   /* all confirmed */
    go_on (h);
    check_frames (server, first, 10);
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
  GstHarness *h = live_new (uri_of (server), &bus, NULL);
  guint first;

  push (h, 0, 20);              /* fits into the sockets' buffers */
  rerun_server_wait_messages (server, N_FIRST + 5);
  rerun_server_free (server);
  server = rerun_server_new (&same);
  push (h, 20, 30);
  gst_harness_push_event (h, gst_event_new_eos ());
  /* some of the first may have been confirmed while the server still read */
  first = 30 - rerun_server_count_frames (server);
  fail_unless (first <= 5, "%u", first);
  check_frames (server, first, 30 - first);
  check_balance (h, 30);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* A server that ends in order takes what it was sent to the last frame, and the next
 * one takes the rest: nothing is lost, nothing comes twice. */
GST_START_TEST (test_server_leaves)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_LEAVES,.after = N_FIRST + 5
      }
  );
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, NULL);

  for (gint n = 0; n < 30; n++) {
    push (h, n, n + 1);
    /* at some, it has nothing to send when the server says goodbye */
    if (n == 2 || n == 5 + 4 * __i__)
      rerun_server_wait_messages (server, N_FIRST + n + 1);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_equals_int (rerun_server_get_connections (server), 2);
  check_frames (server, 0, 30);
  assert_equals_uint64 (stat_of (h->element, "uri-frames-written"), 30);
  wait_for_text (bus, GST_MESSAGE_WARNING, "says goodbye");
  harness_stop (h);
  check_silent (bus);
  assert_equals_int (rerun_server_get_ended (server), 2);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

static guint64
frames_dropped (GstMessage * message)
{
  guint64 n;

  fail_unless (gst_structure_get_uint64 (gst_message_get_structure (message),
          "frames-dropped", &n));
  gst_message_unref (message);
  return n;
}

/* Frames that were sent, but could not be held until they were confirmed, are lost
 * with the server, and counted so. */
GST_START_TEST (test_unconfirmed_lost)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = live_new (uri_of (server), &bus, "max-queue-bytes",
      (guint64) 100000, NULL);
  guint64 written, dropped, lost;
  gchar *said;

  push (h, 0, 5);
  gst_harness_push_event (h, gst_event_new_eos ());     /* all confirmed */
  go_on (h);
  rerun_server_set_behaviour (server, SERVER_STOPS_READING);
  push (h, 5, 300);
  check_balance (h, 300);
  assert_equals_uint64 (stat_of (h->element, "uri-frames-written"), 5);
  gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"));
  wait_for_text (bus, GST_MESSAGE_WARNING, "takes fewer frames than come");
  rerun_server_free (server);
  lost = frames_dropped (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-disconnected"));
  said = g_strdup_printf ("; %" G_GUINT64_FORMAT " frames that it did not "
      "confirm were dropped", lost);
  wait_for_text (bus, GST_MESSAGE_WARNING, said);
  g_free (said);
  assert_equals_uint64 (stat_of (h->element, "uri-frames-dropped"), lost);
  check_balance (h, 300);
  server = rerun_server_new (&same);
  dropped = frames_dropped (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-reconnected"));
  assert_equals_uint64 (dropped, lost);
  said = g_strdup_printf ("; %" G_GUINT64_FORMAT " frames were dropped",
      dropped);
  wait_for_text (bus, GST_MESSAGE_INFO, said);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 300);
  written = stat_of (h->element, "uri-frames-written");
  assert_equals_uint64 (written + dropped, 300);
  /* the one that was on its way, and the last, for which there was room */
  assert_equals_int (rerun_server_count_frames (server), written - 5);
  for (guint i = 1; i < written - 5; i++)
    check_frame (server, i, 300 - (written - 5) + i);
  harness_stop (h);
  gst_object_unref (bus);
  g_free (said);
  rerun_server_free (server);
}

GST_END_TEST;

/* --- URIs --------------------------------------------------------------------- */

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
  GstHarness *h = live_new ("rerun+http://127.0.0.1:1/proxy", &bus, NULL);
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

/* --- the suite ---------------------------------------------------------------- */

static Suite *
rerunsink_live_suite (void)
{
  Suite *s = suite_create ("rerunsink-live");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, live_teardown);
  tcase_add_loop_test (tc, test_good, 0, 2);
  tcase_add_test (tc, test_stop_delivers);
  tcase_add_test (tc, test_file_too);
  tcase_add_test (tc, test_shared_connection);
  tcase_add_test (tc, test_server_comes_later);
  tcase_add_test (tc, test_server_restarts);
  tcase_add_test (tc, test_unconfirmed_again);
  tcase_add_loop_test (tc, test_server_leaves, 0, 5);
  tcase_add_test (tc, test_unconfirmed_lost);
  tcase_add_test (tc, test_uri_handler);
  tcase_add_test (tc, test_uri_while_running);
  tcase_add_test (tc, test_default_uri);
  tcase_add_test (tc, test_bad_uri);
  return s;
}

GST_CHECK_MAIN (rerunsink_live);
