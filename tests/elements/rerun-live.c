/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of rerunsink with a server share. */

#include <string.h>

#include "rerun-live.h"

static gchar *last_uri;

void
live_teardown (void)
{
  g_clear_pointer (&last_uri, g_free);
  folder_teardown ();
}

/* --- a sink ------------------------------------------------------------------- */

GstHarness *
live_new (const gchar * uri, GstBus ** bus, const gchar * property, ...)
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

const gchar *
uri_of (RerunServer * server)
{
  g_free (last_uri);
  last_uri = rerun_server_get_uri (server);
  return last_uri;
}

void
push (GstHarness * h, guint first, guint last)
{
  for (guint n = first; n < last; n++)
    assert_equals_int (gst_harness_push (h, rvl_buffer (n)), GST_FLOW_OK);
}

void
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

GstMessage *
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

void
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

/* --- what a server got -------------------------------------------------------- */

void
check_frame (RerunServer * server, guint i, guint n)
{
  GBytes *message = rerun_server_get_frame (server, i);
  GstBuffer *buffer = rvl_buffer (n);
  GstMapInfo map;
  Recording bytes = { 0, };

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  bytes.data = (gchar *) g_bytes_get_data (message, &bytes.size);
  fail_unless (recording_count (&bytes, map.data, map.size) == 1,
      "frame %u is not frame %u", i, n);
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

void
check_first (RerunServer * server)
{
  fail_unless (message_has (server, 0, "rerunsink"));
  fail_if (message_has (server, 0, "ARROW"));
  fail_unless (message_has (server, 1, "RecordingInfo"));
  fail_unless (message_has (server, 2, "EncodedDepthImage:depth_range"));
  fail_if (message_has (server, 2, "EncodedDepthImage:blob"));
}

void
check_frames (RerunServer * server, guint first, guint n)
{
  assert_equals_int (rerun_server_count_frames (server), n);
  check_first (server);
  for (guint i = 0; i < n; i++)
    check_frame (server, i, first + i);
}

void
check_nobody_waited (gint64 since)
{
  fail_unless (g_get_monotonic_time () - since < 4 * G_TIME_SPAN_SECOND);
}

void
go_on (GstHarness * h)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (FALSE));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
}
