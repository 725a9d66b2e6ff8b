/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What rerunsink writes into files and pipes, and what it refuses. */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/base/gstbasesink.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "depth/depthmeta.h"
#include "rerun-common.h"

static gchar *folder;
static gchar *location;

static void
setup (void)
{
  folder = g_dir_make_tmp ("rerunsink-XXXXXX", NULL);
  fail_unless (folder != NULL);
  location = g_build_filename (folder, "test.rrd", NULL);
}

static void
teardown (void)
{
  g_unlink (location);
  g_rmdir (folder);
  g_free (location);
  g_free (folder);
}

/* --- pictures: no two frames alike, all bits in use -------------------------- */

/* Rows @stride bytes apart after @offset bytes, 0xaa between them. */
static GstBuffer *
raw_buffer (guint n, gint stride, gsize offset)
{
  guint16 pixels[WIDTH * HEIGHT];
  gsize size = offset + stride * HEIGHT;
  gsize offsets[GST_VIDEO_MAX_PLANES] = { offset, };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, };
  guint8 *data = g_malloc (size);
  GstBuffer *buffer;

  draw (pixels, n);
  memset (data, 0xaa, size);
  for (guint y = 0; y < HEIGHT; y++)
    memcpy (data + offset + y * stride, pixels + y * WIDTH, 2 * WIDTH);
  buffer = gst_buffer_new_wrapped (data, size);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY16_LE, WIDTH, HEIGHT, 1, offsets, strides);
  return with_pts (buffer, n);
}

/* --- a sink and its messages ------------------------------------------------- */

static GstElement *
sink_new (GstBus ** bus)
{
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);

  fail_unless (sink != NULL);
  *bus = gst_bus_new ();
  gst_element_set_bus (sink, *bus);
  g_object_set (sink, "location", location, "compression", 1, NULL);
  return sink;
}

static GstHarness *
harness_new (const gchar * caps, GstBus ** bus)
{
  GstElement *sink = sink_new (bus);
  GstHarness *h = gst_harness_new_with_element (sink, "sink", NULL);

  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, caps);
  return h;
}

/* --- files ------------------------------------------------------------------- */

typedef GstBuffer *(*Make) (guint n);

static GstBuffer *
tight_raw_buffer (guint n)
{
  return raw_buffer (n, 2 * WIDTH, 0);
}

static const struct
{
  const gchar *caps;
  Make make;
} kinds[] = {
  {RVL_CAPS, rvl_buffer},
  {"image/png,depth-meter=1000/1", png_buffer},
  {RAW_CAPS, tight_raw_buffer},
};

GST_START_TEST (test_eos)
{
  GstBus *bus;
  GstHarness *h = harness_new (kinds[__i__].caps, &bus);

  for (guint n = 0; n < 10; n++)
    assert_equals_int (gst_harness_push (h, kinds[__i__].make (n)),
        GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  /* before the EOS message, so now */
  check_recording (location, 10, TRUE);
  assert_equals_uint64 (stat_of (h->element, "frames"), 10);
  assert_equals_uint64 (stat_of (h->element, "location-frames-written"), 10);
  assert_equals_uint64 (stat_of (h->element, "location-frames-queued"), 0);
  assert_equals_uint64 (stat_of (h->element, "location-frames-dropped"), 0);
  assert_equals_uint64 (stat_of (h->element, "location-queue-bytes"), 0);
  harness_stop (h);
  check_recording (location, 10, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_stop_without_eos)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  for (guint n = 0; n < 10; n++)
    gst_harness_push (h, rvl_buffer (n));
  harness_stop (h);
  check_recording (location, 10, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_stop_without_patience)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  GstHarness *h;

  g_object_set (sink, "drain-timeout", G_GUINT64_CONSTANT (0), NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  for (guint n = 0; n < 50; n++)
    gst_harness_push (h, rvl_buffer (n));
  harness_stop (h);
  check_recording (location, 50, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_bytes)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  Recording recording;

  for (guint n = 0; n < 10; n++)
    gst_harness_push (h, rvl_buffer (n));
  harness_stop (h);
  recording_read (&recording, location);
  for (guint n = 0; n < 10; n++) {
    GstBuffer *buffer = rvl_buffer (n);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_READ);
    assert_equals_int (recording_count (&recording, map.data, map.size), 1);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  g_free (recording.data);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_strides)
{
  static const struct
  {
    gint stride;
    gsize offset;
  } layouts[] = { {2 * WIDTH, 0}, {2 * WIDTH + 2, 0}, {256, 0}, {256, 64},
  {2 * WIDTH, 48}
  };
  GstBus *bus;
  GstHarness *h = harness_new (RAW_CAPS, &bus);
  guint16 pixels[WIDTH * HEIGHT];
  Recording recording;

  for (guint n = 0; n < G_N_ELEMENTS (layouts); n++)
    assert_equals_int (gst_harness_push (h, raw_buffer (n, layouts[n].stride,
                layouts[n].offset)), GST_FLOW_OK);
  harness_stop (h);
  recording_read (&recording, location);
  for (guint n = 0; n < G_N_ELEMENTS (layouts); n++) {
    draw (pixels, n);
    assert_equals_int (recording_count (&recording, pixels, sizeof pixels), 1);
  }
  g_free (recording.data);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_on_after_eos)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (guint round = 1; round <= 3; round++) {
    for (guint n = 0; n < 5; n++)
      gst_harness_push (h, rvl_buffer (n));
    gst_harness_push_event (h, gst_event_new_eos ());
    check_recording (location, 5 * round, TRUE);
    /* a seek back to the start */
    gst_harness_push_event (h, gst_event_new_flush_start ());
    gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (h, gst_event_new_segment (&segment));
  }
  gst_harness_push (h, rvl_buffer (9));
  harness_stop (h);
  check_recording (location, 16, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_restart)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  for (guint n = 0; n < 5; n++)
    gst_harness_push (h, rvl_buffer (n));
  gst_element_set_state (h->element, GST_STATE_READY);
  check_recording (location, 5, TRUE);
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  /* a new recording: nothing came yet */
  harness_stop (h);
  check_recording (location, 0, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_preroll_does_not_log)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_element_factory_make ("videotestsrc", NULL);
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);

  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  fail_unless (gst_element_link (source, sink));
  g_object_set (sink, "location", location, NULL);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  assert_equals_int (gst_element_get_state (pipeline, NULL, NULL,
          GST_CLOCK_TIME_NONE), GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  check_recording (location, 0, TRUE);
}

GST_END_TEST;

GST_START_TEST (test_states)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  static const GstState states[] = { GST_STATE_READY, GST_STATE_PAUSED,
    GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_PAUSED,
    GST_STATE_NULL
  };

  for (guint round = 0; round < 100; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (states); i++)
      fail_if (gst_element_set_state (sink, states[i])
          == GST_STATE_CHANGE_FAILURE);
  }
  check_silent (bus);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- latency and quality of service ------------------------------------------ */

static void
check_latency (GstElement * sink, gboolean live, GstClockTime latency)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min;
  gboolean is_live;

  fail_unless (gst_element_query (sink, query));
  gst_query_parse_latency (query, &is_live, &min, NULL);
  assert_equals_int (is_live, live);
  assert_equals_uint64 (min, latency);
  gst_query_unref (query);
}

/* No latency of its own, and with sync=true that of any sink. Frames that are late
 * are kept, and upstream is not told of them. */
GST_START_TEST (test_latency_and_qos)
{
  const gboolean sync = __i__ == 1;
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  GstHarness *h;
  GstEvent *event;

  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  /* after the harness, which unsets it */
  g_object_set (sink, "sync", sync, NULL);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  gst_harness_set_upstream_latency (h, 30 * GST_MSECOND);
  /* far ahead of the frames: it counts from the start of the machine */
  gst_harness_use_systemclock (h);
  for (guint n = 0; n < 10; n++)
    assert_equals_int (gst_harness_push (h, rvl_buffer (n)), GST_FLOW_OK);
  check_latency (sink, sync, 30 * GST_MSECOND + (sync ?
          gst_base_sink_get_processing_deadline (GST_BASE_SINK (sink)) : 0));
  while ((event = gst_harness_try_pull_upstream_event (h)) != NULL) {
    fail_if (GST_EVENT_TYPE (event) == GST_EVENT_QOS);
    gst_event_unref (event);
  }
  harness_stop (h);
  check_recording (location, 10, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- static data ------------------------------------------------------------- */

static GstBuffer *
with_range (GstBuffer * buffer, gdouble min, gdouble max)
{
  GstDepthInfo info = { 1000, min, max };

  gst_depth_meta_set_info (buffer, &info);
  return buffer;
}

static void
check_states (const gchar * path, guint states)
{
  Recording recording;

  recording_read (&recording, path);
  assert_equals_int (recording.states, states);
  g_free (recording.data);
}

GST_START_TEST (test_range_again_by_a_tenth)
{
  static const struct
  {
    gdouble min, max;
    guint states;               /* so far */
  } steps[] = {
    {500, 1500, 1}, {500, 1500, 1}, {590, 1590, 1}, {410, 1410, 1},
    {500, 1601, 2}, {500, 1500, 2}, {500, 1490, 3}, {380, 1490, 4}
  };
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (guint n = 0; n < G_N_ELEMENTS (steps); n++) {
    gst_harness_push (h, with_range (rvl_buffer (n), steps[n].min,
            steps[n].max));
    gst_harness_push_event (h, gst_event_new_eos ());
    check_recording (location, n + 1, TRUE);
    check_states (location, steps[n].states);
    gst_harness_push_event (h, gst_event_new_flush_start ());
    gst_harness_push_event (h, gst_event_new_flush_stop (FALSE));
    gst_harness_push_event (h, gst_event_new_segment (&segment));
  }
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Once a second, for who joins late. */
GST_START_TEST (test_states_are_said_again)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  for (guint n = 0; n < 100; n++)
    gst_harness_push (h, with_range (rvl_buffer (n), 500, 1500));
  harness_stop (h);
  check_recording (location, 100, TRUE);
  check_states (location, 4);   /* of 3.3 s */
  gst_object_unref (bus);
}

GST_END_TEST;

static GstBuffer *
with_pinhole (GstBuffer * buffer, guint width)
{
  GstPinholeInfo info = { 615.25, 614.75, 50.5, 18.5, width, HEIGHT };

  gst_pinhole_meta_set_info (buffer, &info);
  return buffer;
}

static guint
count_float (const gchar * path, gfloat number)
{
  Recording recording;
  guint n;

  recording_read (&recording, path);
  n = recording_count (&recording, &number, sizeof number);
  g_free (recording.data);
  return n;
}

GST_START_TEST (test_pinhole)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  /* the second is of another picture, the third is known */
  gst_harness_push (h, with_pinhole (rvl_buffer (0), WIDTH));
  gst_harness_push (h, with_pinhole (rvl_buffer (1), WIDTH + 1));
  gst_harness_push (h, with_pinhole (rvl_buffer (2), WIDTH));
  harness_stop (h);
  check_recording (location, 3, TRUE);
  assert_equals_int (count_float (location, 615.25), 1);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_pinhole_property)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  GstHarness *h;

  gst_util_set_object_arg (G_OBJECT (sink), "pinhole", "<600,601.5,50,18>");
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  gst_harness_push (h, with_pinhole (rvl_buffer (0), WIDTH));
  harness_stop (h);
  check_recording (location, 1, TRUE);
  assert_equals_int (count_float (location, 601.5), 1);
  assert_equals_int (count_float (location, 615.25), 0);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- times ------------------------------------------------------------------- */

#define UNIX_TIME (1760000000123456789)

GST_START_TEST (test_capture_time)
{
  static const struct
  {
    const gchar *caps;
    guint64 time;
  } references[] = {
    {"timestamp/x-unix", UNIX_TIME},
    {"timestamp/x-tai", UNIX_TIME + 37 * GST_SECOND},
    {"timestamp/x-ptp", UNIX_TIME + 37 * GST_SECOND},
    {"timestamp/x-ntp", UNIX_TIME + G_GUINT64_CONSTANT (2208988800) *
          GST_SECOND},
  };
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstBuffer *buffer = rvl_buffer (0);
  GstCaps *other = gst_caps_from_string ("timestamp/x-frames");
  GstCaps *caps = gst_caps_from_string (references[__i__].caps);
  Recording recording;

  gst_buffer_add_reference_timestamp_meta (buffer, other, 4711, -1);
  gst_buffer_add_reference_timestamp_meta (buffer, caps,
      references[__i__].time, -1);
  gst_caps_unref (caps);
  gst_caps_unref (other);
  gst_harness_push (h, buffer);
  harness_stop (h);
  recording_read (&recording, location);
  fail_unless (recording_count_int64 (&recording, UNIX_TIME) >= 1);
  g_free (recording.data);
  gst_object_unref (bus);
}

GST_END_TEST;

/* @pts in a segment from 10 s on becomes @running_time. */
static void
check_running_time (GstClockTime pts, gint64 running_time)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstBuffer *buffer = rvl_buffer (0);
  GstSegment segment;
  Recording recording;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 10 * GST_SECOND;
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  gst_harness_set_time (h, 987654321);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = 5 * GST_SECOND;
  gst_harness_push (h, buffer);
  harness_stop (h);
  recording_read (&recording, location);
  fail_unless (recording_count_int64 (&recording, running_time) >= 1);
  g_free (recording.data);
  gst_object_unref (bus);
}

GST_START_TEST (test_running_time)
{
  check_running_time (10 * GST_SECOND + 123456789, 123456789);
  /* shown from the middle on */
  check_running_time (10 * GST_SECOND - 123456789, -123456789);
  /* none: it came now */
  check_running_time (GST_CLOCK_TIME_NONE, 987654321);
}

GST_END_TEST;

/* Without a segment, as GstHarness's own function has one in time. */
static void
push_caps (GstHarness * h, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless (gst_harness_push_event (h, gst_event_new_caps (caps)));
  gst_caps_unref (caps);
}

/* As multifilesrc pushes them. */
GST_START_TEST (test_times_by_framerate)
{
  static const gint64 times[] = { 0, 12500000, 25000000, 125000000 };
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstSegment segment;
  Recording recording;

  push_caps (h, RVL_CAPS ",framerate=80/1");
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  for (guint n = 0; n < G_N_ELEMENTS (times); n++) {
    GstBuffer *buffer = rvl_buffer (n);

    GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
    if (n == 3)
      push_caps (h, RVL_CAPS ",framerate=10/1");
    gst_harness_push (h, buffer);
  }
  harness_stop (h);
  recording_read (&recording, location);
  for (guint n = 0; n < G_N_ELEMENTS (times); n++)
    fail_unless (recording_count_int64 (&recording, times[n]) >= 1,
        "frame %u", n);
  g_free (recording.data);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- what is refused --------------------------------------------------------- */

GST_START_TEST (test_bad_property)
{
  static const struct
  {
    const gchar *name;
    const gchar *value;
    const gchar *said;          /* besides the name */
    const gchar *allowed;
  } bad[] = {
    {"meter", "0.001", "0.001", "1000"},
    {"meter", "nan", "nan", "1 to 1000000"},
    {"near", "-2", "-2", "automatic"},
    {"far", "0", "0", "above near"},
    {"entity-path", "", "\"\"", "camera/depth"},
    {"entity-path", "/", "\"/\"", "camera/depth"},
    {"entity-path", "__properties", "__properties", "camera/depth"},
    {"application-id", "gst-1.0", "gst-1.0", "letters, digits"},
    {"application-id", "", "\"\"", "1 to 180"},
    {"recording-id", "", "\"\"", "any text"},
    {"location", "", "\"\"", "standard output"},
    {"pinhole", "<1,2,3>", "1, (double)2, (double)3", "fx, fy, cx, cy"},
    {"pinhole", "<0,600,3,4>", "600", "above 0"},
    {"timelines", "0", "empty", "log-time"},
    {"point-fill-ratio", "-0.5", "-0.5", "-1 (not logged)"},
  };
  GstBus *bus;
  GstElement *sink = sink_new (&bus);

  gst_util_set_object_arg (G_OBJECT (sink), bad[__i__].name, bad[__i__].value);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, WORDS (bad[__i__].name,
          bad[__i__].said, bad[__i__].allowed));
  fail_if (g_file_test (location, G_FILE_TEST_EXISTS));
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

/* What cannot be written as a text, or takes two. */
static void
check_numbers_refused (const gchar * name, gdouble value,
    const gchar * other_name, gdouble other_value, const gchar * said)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);

  g_object_set (sink, name, value, other_name, other_value, NULL);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, WORDS (name, said, "allowed"));
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_START_TEST (test_bad_numbers)
{
  check_numbers_refused ("near", 2.5, "far", 2.5, "far is 2.5");
  check_numbers_refused ("draw-order", G_MAXDOUBLE, "near", -1, "e+308");
  check_numbers_refused ("point-fill-ratio", G_MAXDOUBLE, "near", -1, "e+308");
}

GST_END_TEST;

GST_START_TEST (test_location_cannot_be_written)
{
  gchar *nowhere = g_build_filename (folder, "no", "such", "folder", NULL);
  gchar *fifo = g_build_filename (folder, "fifo", NULL);
  const gchar *bad[] = { folder, nowhere, fifo };

  fail_unless (mkfifo (fifo, 0600) == 0);       /* nobody reads it */
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstBus *bus;
    GstElement *sink = sink_new (&bus);

    g_object_set (sink, "location", bad[i], NULL);
    assert_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
        GST_STATE_CHANGE_FAILURE);
    check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", bad[i]));
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_element_set_bus (sink, NULL);
    gst_object_unref (sink);
    gst_object_unref (bus);
  }
  g_unlink (fifo);
  g_free (fifo);
  g_free (nowhere);
}

GST_END_TEST;

GST_START_TEST (test_file_of_another_program)
{
  static const gchar theirs[] = "what another program wrote";
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  gchar *contents;
  gint fd;

  fail_unless (g_file_set_contents (location, theirs, -1, NULL));
  fd = open (location, O_RDONLY);
  fail_unless (flock (fd, LOCK_EX) == 0);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location,
          "another program"));
  fail_unless (g_file_get_contents (location, &contents, NULL, NULL));
  assert_equals_string (contents, theirs);
  g_free (contents);
  close (fd);

  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  gst_element_set_state (sink, GST_STATE_NULL);
  check_recording (location, 0, TRUE);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_set_while_running)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  gchar *after;

  g_object_set (h->element, "location", "/elsewhere", NULL);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("location", "READY"));
  g_object_get (h->element, "location", &after, NULL);
  assert_equals_string (after, location);
  g_free (after);
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

static GstBuffer *
text_buffer (const gchar * text)
{
  return *text == '\0' ? gst_buffer_new () : gst_buffer_new_memdup (text,
      strlen (text));
}

GST_START_TEST (test_damaged_frames)
{
  static const gchar *const damaged[] =
      { "", "rvl?", "0123456789012345678901" };
  GstBus *bus;
  GstHarness *h = harness_new (kinds[__i__].caps, &bus);

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++) {
    assert_equals_int (gst_harness_push (h, text_buffer (damaged[i])),
        GST_FLOW_OK);
    check_said (bus, GST_MESSAGE_WARNING, WORDS ("left out", "at byte",
            "blocksize=-1"));
    assert_equals_int (gst_harness_push (h, kinds[__i__].make (0)),
        GST_FLOW_OK);
  }
  harness_stop (h);
  check_recording (location, G_N_ELEMENTS (damaged), TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A PNG's checksums tell damage behind its header, and its end is known. */
GST_START_TEST (test_damaged_png)
{
  GstBus *bus;
  GstHarness *h = harness_new ("image/png,depth-meter=1000/1", &bus);
  GstBuffer *flipped = png_buffer (0), *cut = png_buffer (0);
  gsize middle = gst_buffer_get_size (flipped) / 2;
  guint8 byte;

  gst_buffer_extract (flipped, middle, &byte, 1);
  byte ^= 1;
  gst_buffer_fill (flipped, middle, &byte, 1);
  gst_buffer_set_size (cut, gst_buffer_get_size (cut) - 1);

  assert_equals_int (gst_harness_push (h, flipped), GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("checksum", "IDAT", "at byte"));
  assert_equals_int (gst_harness_push (h, png_buffer (0)), GST_FLOW_OK);
  assert_equals_int (gst_harness_push (h, cut), GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("ends", "at byte"));
  assert_equals_int (gst_harness_push (h, png_buffer (0)), GST_FLOW_OK);
  harness_stop (h);
  check_recording (location, 2, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A header says enough. */
static const guint8 rgb_png[] = {
  0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R',
  0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde
};

GST_START_TEST (test_colour_png)
{
  GstBus *bus;
  GstHarness *h = harness_new ("image/png", &bus);

  assert_equals_int (gst_harness_push (h, gst_buffer_new_memdup (rgb_png,
              sizeof rgb_png)), GST_FLOW_ERROR);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("8-bit", "16-bit grey"));
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_buffer_smaller_than_caps)
{
  GstBus *bus;
  GstHarness *h = harness_new (RAW_CAPS, &bus);

  assert_equals_int (gst_harness_push (h, text_buffer ("short")),
      GST_FLOW_ERROR);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("5 bytes", "101x37"));
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_other_kind)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstFlowReturn flow;

  gst_harness_push (h, rvl_buffer (0));
  gst_harness_set_src_caps_str (h, "image/png,depth-meter=1000/1");
  flow = gst_harness_push (h, png_buffer (1));
  assert_equals_int (flow, GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("entity-path", "/depth"));
  harness_stop (h);
  check_recording (location, 1, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- recordings that are shared ---------------------------------------------- */

static GstHarness *
camera_new (const gchar * entity_path, const gchar * recording_id,
    GstBus ** bus)
{
  GstElement *sink = sink_new (bus);
  GstHarness *h;

  g_object_set (sink, "entity-path", entity_path, "recording-id",
      recording_id, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  return h;
}

GST_START_TEST (test_rig)
{
  const gchar *id = __i__ == 0 ? NULL : "rig";
  GstBus *buses[3];
  GstHarness *cameras[3] = {
    camera_new ("left", id, &buses[0]), camera_new ("right", id, &buses[1]),
    camera_new ("top", id, &buses[2])
  };

  for (guint n = 0; n < 30; n++)
    assert_equals_int (gst_harness_push (cameras[n % 3], rvl_buffer (n)),
        GST_FLOW_OK);
  /* one ends, one stops, one goes on */
  gst_harness_push_event (cameras[0], gst_event_new_eos ());
  harness_stop (cameras[1]);
  check_silent (buses[1]);
  gst_harness_push (cameras[2], rvl_buffer (30));
  gst_harness_push_event (cameras[2], gst_event_new_eos ());
  check_recording (location, 31, TRUE);
  harness_stop (cameras[0]);
  harness_stop (cameras[2]);
  check_recording (location, 31, TRUE);
  for (guint i = 0; i < 3; i++) {
    check_silent (buses[i]);
    gst_object_unref (buses[i]);
  }
}

GST_END_TEST;

static void
check_refused_beside (const gchar * entity_path, const gchar * recording_id,
    const gchar * const *words)
{
  GstBus *bus, *other_bus;
  GstHarness *h = camera_new ("left", "rig", &bus);
  GstElement *other = sink_new (&other_bus);

  g_object_set (other, "entity-path", entity_path, "recording-id",
      recording_id, NULL);
  assert_equals_int (gst_element_set_state (other, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  check_said (other_bus, GST_MESSAGE_ERROR, words);
  gst_element_set_state (other, GST_STATE_NULL);
  gst_element_set_bus (other, NULL);
  gst_object_unref (other);
  gst_object_unref (other_bus);

  /* the first one goes on */
  assert_equals_int (gst_harness_push (h, rvl_buffer (0)), GST_FLOW_OK);
  harness_stop (h);
  check_recording (location, 1, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_START_TEST (test_same_entity_path)
{
  check_refused_beside ("/left/", "rig", WORDS ("entity-path", "/left",
          "another"));
}

GST_END_TEST;

GST_START_TEST (test_same_file_other_recording)
{
  check_refused_beside ("right", "other", WORDS ("location", location, "rig"));
}

GST_END_TEST;

/* --- full disks and pipes ---------------------------------------------------- */

GST_START_TEST (test_file_size_limit)
{
  struct rlimit limit, before;
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstFlowReturn flow = GST_FLOW_OK;
  Recording recording;
  guint64 written;
  gchar *there;
  guint n;

  fail_unless (getrlimit (RLIMIT_FSIZE, &before) == 0);
  limit.rlim_cur = 1000000;
  limit.rlim_max = before.rlim_max;
  fail_unless (setrlimit (RLIMIT_FSIZE, &limit) == 0);
  for (n = 0; n < 10000 && flow == GST_FLOW_OK; n++)
    flow = gst_harness_push (h, rvl_buffer (n));
  assert_equals_int (flow, GST_FLOW_ERROR);
  assert_equals_int (gst_harness_push (h, rvl_buffer (n)), GST_FLOW_ERROR);
  written = stat_of (h->element, "location-frames-written");
  assert_equals_uint64 (stat_of (h->element, "frames"), n + 1);
  assert_equals_uint64 (stat_of (h->element, "location-frames-dropped"),
      n + 1 - written);
  harness_stop (h);
  fail_unless (setrlimit (RLIMIT_FSIZE, &before) == 0);
  recording_read (&recording, location);
  fail_unless (recording.complete && recording.frames > 0);
  assert_equals_uint64 (recording.frames, written);
  there = g_strdup_printf (" %u frames, %" G_GSIZE_FORMAT " bytes in all, were "
      "written before and can be read", recording.frames, recording.size);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location,
          "too large", there));
  g_free (there);
  fail_unless (recording.size > 700000);
  g_free (recording.data);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A named pipe that is open for reading. */
static gint
make_fifo (void)
{
  gint fd;

  fail_unless (mkfifo (location, 0600) == 0);
  fd = open (location, O_RDONLY | O_NONBLOCK);
  fail_unless (fd >= 0);
  return fd;
}

static gpointer
push_forever (gpointer data)
{
  GstHarness *h = data;
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint n = 0; flow == GST_FLOW_OK; n++)
    flow = gst_harness_push (h, rvl_buffer (n));
  return GINT_TO_POINTER (flow);
}

/* Until the queue is full: nothing more is taken. */
static void
wait_until_full (GstHarness * h)
{
  guint64 before, now = 0;

  do {
    before = now;
    g_usleep (100000);
    now = stat_of (h->element, "location-queue-bytes");
  } while (now < 1000000 || now != before);
}

typedef struct
{
  GstHarness *h;
  guint n;
} Frames;

static gpointer
push_to_the_end (gpointer data)
{
  Frames *frames = data;
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint n = 0; n < frames->n && flow == GST_FLOW_OK; n++)
    flow = gst_harness_push (frames->h, rvl_buffer (n));
  gst_harness_push_event (frames->h, gst_event_new_eos ());
  return GINT_TO_POINTER (flow);
}

static gpointer
read_to_the_end (gpointer data)
{
  static guint8 bytes[65536];
  gint fd = GPOINTER_TO_INT (data);

  fcntl (fd, F_SETFL, 0);
  while (read (fd, bytes, sizeof bytes) > 0);
  return NULL;
}

/* PAUSED comes while a frame, or EOS, waits; PLAYING goes on with it. */
GST_START_TEST (test_pause_while_a_pipe_is_full)
{
  gint fd = make_fifo ();
  GstBus *bus;
  Frames frames = { harness_new (RVL_CAPS, &bus), __i__ == 0 ? 3000 : 1000 };
  GstElement *sink = frames.h->element;
  GThread *writer = g_thread_new ("push", push_to_the_end, &frames), *reader;

  wait_until_full (frames.h);
  gst_element_set_state (sink, GST_STATE_PAUSED);
  assert_equals_int (gst_element_get_state (sink, NULL, NULL, 5 * GST_SECOND),
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  reader = g_thread_new ("read", read_to_the_end, GINT_TO_POINTER (fd));
  assert_equals_int (GPOINTER_TO_INT (g_thread_join (writer)), GST_FLOW_OK);
  assert_equals_uint64 (stat_of (sink, "location-frames-written"), frames.n);
  harness_stop (frames.h);
  g_thread_join (reader);
  check_silent (bus);
  gst_object_unref (bus);
  close (fd);
}

GST_END_TEST;

GST_START_TEST (test_pipe_that_nobody_reads)
{
  gint fd = make_fifo ();
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  GstHarness *h;
  GThread *thread;

  g_object_set (sink, "drain-timeout", 100 * GST_MSECOND, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  thread = g_thread_new ("push", push_forever, h);
  wait_until_full (h);

  gst_harness_push_event (h, gst_event_new_flush_start ());
  assert_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_FLUSHING);
  check_silent (bus);
  harness_stop (h);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location,
          "frames", "drain-timeout"));
  gst_object_unref (bus);
  close (fd);
}

GST_END_TEST;

GST_START_TEST (test_pipe_that_closes)
{
  gint fd = make_fifo ();
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GThread *thread = g_thread_new ("push", push_forever, h);

  wait_until_full (h);
  close (fd);
  assert_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), GST_FLOW_ERROR);
  harness_stop (h);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location));
  gst_object_unref (bus);
}

GST_END_TEST;

static gpointer
read_all (gpointer data)
{
  GByteArray *all = g_byte_array_new ();
  guint8 some[4096];
  gssize n;

  while ((n = read (GPOINTER_TO_INT (data), some, sizeof some)) > 0)
    g_byte_array_append (all, some, n);
  return all;
}

/* Standard output, which is a pipe here. */
GST_START_TEST (test_standard_output)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  GstHarness *h;
  GThread *thread;
  GByteArray *all;
  gint fds[2], before;

  fail_unless (pipe (fds) == 0);
  before = dup (1);
  fail_unless (dup2 (fds[1], 1) == 1);
  close (fds[1]);
  thread = g_thread_new ("read", read_all, GINT_TO_POINTER (fds[0]));

  g_object_set (sink, "location", "-", NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  for (guint n = 0; n < 100; n++)
    fail_unless_equals_int (gst_harness_push (h, rvl_buffer (n)), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  fail_unless (dup2 (before, 1) == 1);
  close (before);

  all = g_thread_join (thread);
  close (fds[0]);
  fail_unless (g_file_set_contents (location, (gchar *) all->data, all->len,
          NULL));
  g_byte_array_unref (all);
  check_recording (location, 100, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- the suite --------------------------------------------------------------- */

static Suite *
rerunsink_suite (void)
{
  Suite *s = suite_create ("rerunsink");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_eos, 0, G_N_ELEMENTS (kinds));
  tcase_add_test (tc, test_stop_without_eos);
  tcase_add_test (tc, test_stop_without_patience);
  tcase_add_test (tc, test_bytes);
  tcase_add_test (tc, test_strides);
  tcase_add_test (tc, test_on_after_eos);
  tcase_add_test (tc, test_restart);
  tcase_add_test (tc, test_preroll_does_not_log);
  tcase_add_test (tc, test_states);
  tcase_add_loop_test (tc, test_latency_and_qos, 0, 2);
  tcase_add_test (tc, test_range_again_by_a_tenth);
  tcase_add_test (tc, test_states_are_said_again);
  tcase_add_test (tc, test_pinhole);
  tcase_add_test (tc, test_pinhole_property);
  tcase_add_loop_test (tc, test_capture_time, 0, 4);
  tcase_add_test (tc, test_running_time);
  tcase_add_test (tc, test_times_by_framerate);
  tcase_add_loop_test (tc, test_bad_property, 0, 15);
  tcase_add_test (tc, test_bad_numbers);
  tcase_add_test (tc, test_location_cannot_be_written);
  tcase_add_test (tc, test_file_of_another_program);
  tcase_add_test (tc, test_set_while_running);
  tcase_add_loop_test (tc, test_damaged_frames, 0, 2);
  tcase_add_test (tc, test_damaged_png);
  tcase_add_test (tc, test_colour_png);
  tcase_add_test (tc, test_buffer_smaller_than_caps);
  tcase_add_test (tc, test_other_kind);
  tcase_add_loop_test (tc, test_rig, 0, 2);
  tcase_add_test (tc, test_same_entity_path);
  tcase_add_test (tc, test_same_file_other_recording);
  tcase_add_test (tc, test_file_size_limit);
  tcase_add_loop_test (tc, test_pause_while_a_pipe_is_full, 0, 2);
  tcase_add_test (tc, test_pipe_that_nobody_reads);
  tcase_add_test (tc, test_pipe_that_closes);
  tcase_add_test (tc, test_standard_output);
  return s;
}

GST_CHECK_MAIN (rerunsink);
