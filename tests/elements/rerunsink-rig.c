/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A rig of different streams, depth, JPEG, H.264 and text, into one file and one server. */

#include <string.h>

#include "rerun-live.h"

#define N_STREAMS 4
#define N_PICTURES 3            /* all but text */
#define GROUP 5                 /* frames from one key frame to the next */

static const struct
{
  const gchar *caps, *path;
} streams[N_STREAMS] = {
  {RVL_CAPS, "rig/depth"},
  {"image/jpeg,width=640,height=480", "rig/colour"},
  {"video/x-h264,stream-format=byte-stream,alignment=au", "rig/video"},
  {"text/x-raw,format=utf8", "rig/events"},
};

typedef struct
{
  GstHarness *h[N_STREAMS];
  GstBus *buses[N_STREAMS];
} Rig;

/* Markers and no picture: rerunsink does not look further. */
static GstBuffer *
jpeg_buffer (guint n)
{
  static const guint8 head[] = {
    0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 1, 0xE0, 2, 0x80, 1, 1, 0x11, 0,
    0xFF, 0xDA, 0, 2
  };
  gsize size = 70000;           /* not small: a chunk of its own */
  guint8 *data = g_malloc (size);

  memset (data, (gint) (n % 0xD0), size);
  memcpy (data, head, sizeof head);
  memcpy (data + size - 2, "\xff\xd9", 2);
  return with_pts (gst_buffer_new_wrapped (data, size), n);
}

/* SPS, PPS and IDR, or another slice; no more of it is looked at. */
static GstBuffer *
video_buffer (guint n)
{
  static const guint8 key[] = {
    0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x68, 0xCE, 0, 0, 1, 0x65
  };
  static const guint8 delta[] = { 0, 0, 0, 1, 0x41 };
  gboolean is_key = n % GROUP == 0;
  gchar *text = g_strdup_printf ("access unit number %04u", n);
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, is_key ? key : delta, is_key ? sizeof key :
      sizeof delta);
  g_byte_array_append (bytes, (guint8 *) text, strlen (text));
  g_free (text);
  return with_pts (gst_buffer_new_wrapped_bytes (g_byte_array_free_to_bytes
          (bytes)), n);
}

static GstBuffer *
text_buffer (guint n)
{
  gchar *text = g_strdup_printf ("event number %04u", n);

  return with_pts (gst_buffer_new_wrapped (text, strlen (text)), n);
}

static GstBuffer *
make_buffer (guint stream, guint n)
{
  static GstBuffer *(*const make[N_STREAMS]) (guint n) = {
    rvl_buffer, jpeg_buffer, video_buffer, text_buffer
  };

  return make[stream] (n);
}

static void
rig_start (Rig * rig, RerunServer * server)
{
  gchar *uri = rerun_server_get_uri (server);

  for (guint i = 0; i < N_STREAMS; i++) {
    GstElement *sink = gst_element_factory_make ("rerunsink", NULL);

    rig->buses[i] = gst_bus_new ();
    gst_element_set_bus (sink, rig->buses[i]);
    g_object_set (sink, "uri", uri, "location", location, "compression", 1,
        "entity-path", streams[i].path, "drain-timeout", 60 * GST_SECOND,
        "near", 0.3, "far", 4.0, NULL);
    rig->h[i] = gst_harness_new_with_element (sink, "sink", NULL);
    gst_object_unref (sink);
    gst_harness_set_src_caps_str (rig->h[i], streams[i].caps);
  }
  g_free (uri);
}

static void
rig_push (Rig * rig, guint begin, guint end)
{
  for (guint n = begin; n < end; n++) {
    for (guint i = 0; i < N_STREAMS; i++)
      assert_equals_int (gst_harness_push (rig->h[i], make_buffer (i, n)),
          GST_FLOW_OK);
  }
}

/* Each one's EOS waits until all that it pushed is written. */
static void
rig_end (Rig * rig)
{
  for (guint i = 0; i < N_STREAMS; i++)
    gst_harness_push_event (rig->h[i], gst_event_new_eos ());
}

static void
rig_stop (Rig * rig)
{
  for (guint i = 0; i < N_STREAMS; i++) {
    harness_stop (rig->h[i]);
    gst_object_unref (rig->buses[i]);
  }
}

/* The file has frames 0 to @end of all streams, each once. */
static void
check_file (guint end)
{
  Recording recording;

  recording_read (&recording, location);
  fail_unless (recording.complete && recording.footer);
  assert_equals_int (recording.store_infos, 1);
  assert_equals_int (recording.frames, N_PICTURES * end);
  for (guint n = 0; n < end; n++) {
    for (guint i = 0; i < N_STREAMS; i++) {
      GstBuffer *buffer = make_buffer (i, n);
      GstMapInfo map;

      gst_buffer_map (buffer, &map, GST_MAP_READ);
      assert_equals_int (recording_count (&recording, map.data, map.size), 1);
      gst_buffer_unmap (buffer, &map);
      gst_buffer_unref (buffer);
    }
  }
  g_free (recording.data);
}

GST_START_TEST (test_mixed)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  Rig rig;

  rig_start (&rig, server);
  rig_push (&rig, 0, 20);
  rig_end (&rig);
  assert_equals_int (rerun_server_count_frames (server), N_PICTURES * 20);
  assert_equals_int (rerun_server_get_connections (server), 1);
  for (guint i = 0; i < N_STREAMS; i++) {
    assert_equals_uint64 (stat_of (rig.h[i]->element, "frames"), 20);
    /* the output is that of all */
    assert_equals_uint64 (stat_of (rig.h[i]->element, "uri-frames-written"),
        N_STREAMS * 20);
    assert_equals_uint64 (stat_of (rig.h[i]->element,
            "location-frames-written"), N_STREAMS * 20);
    check_silent (rig.buses[i]);
  }
  rig_stop (&rig);
  check_file (20);
  rerun_server_free (server);
}

GST_END_TEST;

/* What one stream flushes and plays again does not touch the others. */
GST_START_TEST (test_flush)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  Rig rig;

  rig_start (&rig, server);
  rig_push (&rig, 0, 5);
  go_on (rig.h[1]);
  go_on (rig.h[2]);
  rig_push (&rig, 5, 10);
  rig_end (&rig);
  for (guint i = 0; i < N_STREAMS; i++)
    check_silent (rig.buses[i]);
  rig_stop (&rig);
  check_file (10);
  assert_equals_int (rerun_server_count_frames (server), N_PICTURES * 10);
  rerun_server_free (server);
}

GST_END_TEST;

/* The server has confirmed some and breaks off in the middle of a picture: it gets all
 * that came, but for video whose key frame it had confirmed, and the file never notices. */
GST_START_TEST (test_reconnect)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) {
        .behaviour = SERVER_RESETS,.after = 40
      }
  );
  Rig rig;
  const guint n = 32;
  guint64 dropped;

  rig_start (&rig, server);
  rig_push (&rig, 0, 2);
  gst_message_unref (wait_for (rig.buses[0], GST_MESSAGE_ELEMENT,
          "rerunsink-connected"));
  rig_push (&rig, 2, 22);
  gst_message_unref (wait_for (rig.buses[0], GST_MESSAGE_ELEMENT,
          "rerunsink-disconnected"));
  rerun_server_set_behaviour (server, SERVER_GOOD);
  rig_push (&rig, 22, n);
  rig_end (&rig);
  dropped = stat_of (rig.h[0]->element, "uri-frames-dropped");
  fail_unless (dropped < GROUP);
  fail_unless (rerun_server_count_frames (server) >= N_PICTURES * n - dropped);
  assert_equals_uint64 (stat_of (rig.h[0]->element, "uri-frames-written"),
      N_STREAMS * n - dropped);
  rig_stop (&rig);
  check_file (n);
  rerun_server_free (server);
}

GST_END_TEST;

/* A file that is cut off anywhere has all that is before. */
GST_START_TEST (test_cut_off)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  Recording recording;
  gchar *data;
  gsize size;
  guint last = 0;
  Rig rig;

  rig_start (&rig, server);
  rig_push (&rig, 0, 6);
  rig_end (&rig);
  rig_stop (&rig);
  fail_unless (g_file_get_contents (location, &data, &size, NULL));
  for (gsize n = 2000; n < size; n += 9973) {
    recording_take (&recording, g_memdup2 (data, n), n);
    fail_unless (recording.frames >= last && recording.frames <= 18);
    last = recording.frames;
    g_free (recording.data);
  }
  assert_equals_int (last, 18);
  g_free (data);
  rerun_server_free (server);
}

GST_END_TEST;

/* What a server's queue drops is one line, at the time of the first that is missing.
 * Nobody listens at port 1. */
GST_START_TEST (test_drops_are_logged)
{
  GstBus *bus;
  GstHarness *h = live_new ("rerun+http://127.0.0.1:1/proxy", &bus,
      "location", location, "compression", 1, "log-drops", TRUE,
      "max-queue-bytes", (guint64) 1, "drain-timeout", (guint64) 0,
      "timelines", 1 << 3, NULL);
  Recording recording;

  push (h, 0, 7);
  assert_equals_uint64 (stat_of (h->element, "uri-frames-dropped"), 6);
  gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  gst_object_unref (bus);
  check_recording (location, 7, TRUE);
  recording_read (&recording, location);
  assert_equals_int (recording_count (&recording, "6 frames dropped: ", 18), 1);
  assert_equals_int (recording_count (&recording, "frames dropped: ", 16), 1);
  g_free (recording.data);
}

GST_END_TEST;

/* --- sinks that come and go ------------------------------------------------ */

#define N_ROUNDS 8
#define N_FRAMES 10

/* A sink that joins the recording, logs and leaves, again and again. */
static gpointer
come_and_go (gpointer data)
{
  guint stream = GPOINTER_TO_UINT (data);

  for (guint round = 0; round < N_ROUNDS; round++) {
    GstElement *sink = gst_element_factory_make ("rerunsink", NULL);
    GstHarness *h;

    g_object_set (sink, "location", location, "compression", 1, "entity-path",
        streams[stream].path, NULL);
    h = gst_harness_new_with_element (sink, "sink", NULL);
    gst_object_unref (sink);
    gst_harness_set_src_caps_str (h, streams[stream].caps);
    for (guint n = 0; n < N_FRAMES; n++)
      gst_harness_push (h, make_buffer (stream, round * N_FRAMES + n));
    gst_harness_teardown (h);
  }
  return NULL;
}

/* One stays, so that the file does; another one fails. */
GST_START_TEST (test_come_and_go)
{
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);
  GstHarness *bad, *stays;
  GThread *threads[N_STREAMS];

  g_object_set (sink, "location", location, "compression", 1, "entity-path",
      "rig/stays", NULL);
  stays = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (stays, RVL_CAPS);
  for (guint i = 0; i < N_STREAMS; i++)
    threads[i] = g_thread_new ("sink", come_and_go, GUINT_TO_POINTER (i));
  sink = gst_element_factory_make ("rerunsink", NULL);
  g_object_set (sink, "location", location, "compression", 1, "entity-path",
      "rig/bad", NULL);
  bad = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (bad, RVL_CAPS);
  gst_harness_push (bad, text_buffer (0));
  gst_harness_set_src_caps_str (bad, streams[1].caps);
  assert_equals_int (gst_harness_push (bad, jpeg_buffer (0)),
      GST_FLOW_NOT_NEGOTIATED);
  for (guint i = 0; i < N_STREAMS; i++)
    g_thread_join (threads[i]);
  gst_harness_teardown (bad);
  gst_harness_teardown (stays);
  check_file (N_ROUNDS * N_FRAMES);
}

GST_END_TEST;

static Suite *
rerunsink_rig_suite (void)
{
  Suite *s = suite_create ("rerunsink-rig");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, live_teardown);
  tcase_add_test (tc, test_mixed);
  tcase_add_test (tc, test_flush);
  tcase_add_test (tc, test_reconnect);
  tcase_add_test (tc, test_cut_off);
  tcase_add_test (tc, test_drops_are_logged);
  tcase_add_test (tc, test_come_and_go);
  return s;
}

GST_CHECK_MAIN (rerunsink_rig);
