/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What rerunsink records, and what it refuses. */

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gst/base/gstbasesink.h>
#include <gst/video/video.h>

#include "depth/depthmeta.h"
#include "png16/png16.h"
#include "rvl/rvl.h"
#include "rerun-common.h"

/* --- pictures ------------------------------------------------------------- */

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

/* --- recordings ----------------------------------------------------------- */

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

/* --- latency and quality of service --------------------------------------- */

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

/* --- states --------------------------------------------------------------- */

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
  n = recording_count_floats (&recording, &number, 1);
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

/* --- frames that are refused ---------------------------------------------- */
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

/* A PNG's checksums tell damage after its header, and its end is known. */
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
  GstElement *sink = sink_new (&bus);
  GstHarness *h;

  gst_util_set_object_arg (G_OBJECT (sink), "archetype", "depth");
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, "image/png");
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

/* --- recordings that are shared ------------------------------------------- */

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

/* What was not accepted is not what a frame is, also after a flush, which takes the
 * refusal off the pad. */
GST_START_TEST (test_frame_after_refused_caps)
{
  GstBus *bus;
  GstHarness *h = harness_new (RAW_CAPS ",interlace-mode=interleaved", &bus);
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  GstFlowReturn flow;

  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (FALSE));
  /* GStreamer warns that no segment came */
  ASSERT_WARNING (flow = gst_harness_push (h, with_pts (gst_buffer_new_allocate
              (NULL, 2 * 104 * HEIGHT, NULL), 0)));
  g_log_set_always_fatal (fatal);
  assert_equals_int (flow, GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("interlace"));
  harness_stop (h);
  check_recording (location, 0, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

/* As imagefreeze makes them: all buffers have one memory, and GStreamer counts no more
 * than 255 maps of it. A criticism of GStreamer would abort this test. */
GST_START_TEST (test_one_memory_in_many_frames)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstBuffer *first = rvl_buffer (0);
  GstMemory *memory = gst_buffer_peek_memory (first, 0);
  GstMapInfo map;

  for (guint n = 0; n < 600; n++)
    gst_harness_push (h, with_pts (gst_buffer_copy (first), n));
  harness_stop (h);
  check_recording (location, 600, TRUE);
  /* and nothing has a hold of it any more */
  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  gst_memory_unmap (memory, &map);
  gst_buffer_unref (first);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

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

/* Also by a sink that was stopped and is started again, while another keeps the
 * recording open. */
GST_START_TEST (test_other_kind_after_a_restart)
{
  GstBus *bus, *other_bus;
  GstHarness *other = camera_new ("other", "rig", &other_bus);
  GstHarness *h = camera_new ("depth", "rig", &bus);
  GstFlowReturn flow;

  gst_harness_push (other, rvl_buffer (0));
  gst_harness_push (h, rvl_buffer (1));
  gst_element_set_state (h->element, GST_STATE_NULL);
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (h, "image/png,depth-meter=1000/1");
  flow = gst_harness_push (h, png_buffer (2));
  assert_equals_int (flow, GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("entity-path", "/depth"));
  gst_element_set_state (h->element, GST_STATE_NULL);
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  gst_harness_push (h, rvl_buffer (3));
  harness_stop (h);
  harness_stop (other);
  check_recording (location, 3, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
  gst_object_unref (other_bus);
}

GST_END_TEST;

/* The memory that this process may still ask for. Returns the limit before. */
static struct rlimit
limit_memory (gsize more)
{
  struct rlimit before, limit;
  gchar *text;

  fail_unless (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  fail_unless (getrlimit (RLIMIT_AS, &before) == 0);
  limit = before;
  limit.rlim_cur = g_ascii_strtoull (text, NULL, 10) * sysconf (_SC_PAGESIZE)
      + more;
  fail_unless (setrlimit (RLIMIT_AS, &limit) == 0);
  g_free (text);
  return before;
}

/* A sanitizer ends the process where the C library returns NULL; an emulator
 * limits nothing. */
static gboolean
memory_ends (void)
{
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
  return FALSE;
#else
  struct rlimit before, limit;
  void *more;

  getrlimit (RLIMIT_AS, &before);
  limit = before;
  limit.rlim_cur = 1;
  setrlimit (RLIMIT_AS, &limit);
  more = g_try_malloc (64 << 20);
  setrlimit (RLIMIT_AS, &before);
  g_free (more);
  return more == NULL;
#endif
}

/* Some bytes that are a picture of 128 MiB. */
static GstBuffer *
huge_buffer (gboolean png)
{
  enum
  { HUGE_WIDTH = 65535, HUGE_HEIGHT = 1024 };
  guint16 *pixels = g_new0 (guint16, HUGE_WIDTH * HUGE_HEIGHT);
  RvlHeader header = { 0, 0, HUGE_WIDTH, HUGE_HEIGHT };
  gsize room = png16_max_size (HUGE_WIDTH, HUGE_HEIGHT), size;
  guint8 *data = g_malloc (room);

  if (png) {
    Png16Encoder *encoder = png16_encoder_new ();

    size = png16_encode (encoder, pixels, 2 * HUGE_WIDTH, HUGE_WIDTH,
        HUGE_HEIGHT, 1, data, room);
    png16_encoder_free (encoder);
  } else {
    rvl_header_write (&header, data);
    size = RVL_HEADER_SIZE + rvl_encode (pixels, 2 * HUGE_WIDTH, HUGE_WIDTH,
        HUGE_HEIGHT, data + RVL_HEADER_SIZE);
  }
  g_free (pixels);
  return with_pts (gst_buffer_new_wrapped (g_realloc (data, size), size), 0);
}

/* Nothing is allocated by a number that data claims, unless it may fail. */
GST_START_TEST (test_little_memory)
{
  GstBus *bus;
  GstHarness *h = harness_new (kinds[__i__].caps, &bus);
  GstBuffer *huge = huge_buffer (__i__ == 1);
  struct rlimit before;

  /* so that the picture is decoded */
  g_object_set (h->element, "invalid", 65535, NULL);
  before = limit_memory (64 << 20);
  assert_equals_int (gst_harness_push (h, huge), GST_FLOW_OK);
  setrlimit (RLIMIT_AS, &before);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("memory"));
  gst_harness_push (h, kinds[__i__].make (1));
  harness_stop (h);
  check_recording (location, 1, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rerunsink_suite (void)
{
  Suite *s = suite_create ("rerunsink");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
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
  tcase_add_loop_test (tc, test_damaged_frames, 0, 2);
  tcase_add_test (tc, test_damaged_png);
  tcase_add_test (tc, test_colour_png);
  tcase_add_test (tc, test_buffer_smaller_than_caps);
  tcase_add_test (tc, test_other_kind);
  tcase_add_test (tc, test_frame_after_refused_caps);
  tcase_add_test (tc, test_one_memory_in_many_frames);
  tcase_add_loop_test (tc, test_rig, 0, 2);
  tcase_add_test (tc, test_same_entity_path);
  tcase_add_test (tc, test_same_file_other_recording);
  tcase_add_test (tc, test_other_kind_after_a_restart);
  if (memory_ends ())
    tcase_add_loop_test (tc, test_little_memory, 0, 2);
  return s;
}

GST_CHECK_MAIN (rerunsink);
