/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* depthtestsrc: caps, times, seeking, states, properties, pools of downstream. */

#include "testsrc-common.h"

#include <gst/check/gsttestclock.h>
#include <gst/video/video.h>

#include "depth/depthmeta.h"

GST_START_TEST (test_defaults)
{
  GstHarness *h = source_new ("num-buffers=1", "video/x-raw");
  GstCaps *caps, *expected = gst_caps_from_string (CAPS ",width=640,"
      "height=480,framerate=30/1,depth-meter=(fraction)1000/1,"
      "pixel-aspect-ratio=1/1,interlace-mode=progressive,"
      "depth-range=<0.6,6.0>,depth-pinhole=(double)<384,384,319.5,239.5,640,480>");
  GstBuffer *buffer;

  gst_harness_play (h);
  buffer = source_pull (h);
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (gst_caps_is_subset (expected, caps), "%" GST_PTR_FORMAT, caps);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 0);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 2 * PIXELS);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  gst_caps_unref (expected);
  gst_harness_teardown (h);
}

GST_END_TEST;

static const struct
{
  gint n, d;
} rates[] = { {30, 1}, {30000, 1001}, {1000, 1}, {1, 7}, {G_MAXINT, 1} };

GST_START_TEST (test_framerates)
{
  gchar *caps = g_strdup_printf (CAPS ",width=8,height=8,framerate=%d/%d",
      rates[__i__].n, rates[__i__].d);
  GstHarness *h = source_new ("num-buffers=10", caps);

  gst_harness_play (h);
  for (guint i = 0; i < 10; i++) {
    GstBuffer *buffer = source_pull (h);
    guint64 step = GST_SECOND * rates[__i__].d;
    GstClockTime pts = gst_util_uint64_scale (i, step, rates[__i__].n);

    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer),
        gst_util_uint64_scale (i + 1, step, rates[__i__].n) - pts);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    fail_unless (GST_BUFFER_DTS (buffer) == GST_CLOCK_TIME_NONE);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
  g_free (caps);
}

GST_END_TEST;

static void
wait_for_eos (GstHarness * h)
{
  GstEvent *event;

  while ((event = gst_harness_pull_event (h)) != NULL) {
    gboolean eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;

    gst_event_unref (event);
    if (eos)
      return;
  }
  fail ("no EOS");
}

GST_START_TEST (test_still)
{
  GstHarness *h = source_new ("", CAPS ",framerate=0/1");
  GstBuffer *buffer;

  gst_harness_play (h);
  wait_for_eos (h);
  fail_unless_equals_int (gst_harness_buffers_received (h), 1);
  buffer = source_pull (h);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 0);
  fail_unless (GST_BUFFER_DURATION (buffer) == GST_CLOCK_TIME_NONE);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

static void
check_frame (Player * player, guint at, guint number)
{
  GstBuffer *buffer = g_ptr_array_index (player->buffers, at);
  guint16 *samples = samples_of (buffer, 64, 48);
  guint16 *expected = shoot ("sensor=stereo", number, 64, 48);

  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer),
      gst_util_uint64_scale (number, GST_SECOND, 30));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), number);
  fail_unless (memcmp (samples, expected, 64 * 48 * 2) == 0);
  g_free (samples);
  g_free (expected);
}

GST_START_TEST (test_seek)
{
  Player player;

  player_init (&player, "sensor=stereo");
  player_play (&player, 1.0, 2500 * GST_MSECOND, 3 * GST_SECOND);
  fail_unless_equals_int (player.buffers->len, 15);
  check_frame (&player, 0, 75);
  check_frame (&player, 14, 89);
  player_clear (&player);

  /* the frame that is shown at a time between two */
  player_init (&player, "sensor=stereo");
  player_play (&player, 1.0, 1010 * GST_MSECOND, 1090 * GST_MSECOND);
  fail_unless_equals_int (player.buffers->len, 3);
  check_frame (&player, 0, 30);
  player_clear (&player);
}

GST_END_TEST;

GST_START_TEST (test_reverse)
{
  Player player;

  player_init (&player, "sensor=stereo");
  player_play (&player, -1.0, 0, GST_SECOND);
  fail_unless_equals_int (player.buffers->len, 30);
  for (guint i = 0; i < 30; i += 7)
    check_frame (&player, i, 29 - i);
  player_clear (&player);

  /* the last one that starts before a time between two */
  player_init (&player, "sensor=stereo");
  player_play (&player, -1.0, GST_SECOND, 2010 * GST_MSECOND);
  fail_unless_equals_int (player.buffers->len, 31);
  check_frame (&player, 0, 60);
  check_frame (&player, 30, 30);
  player_clear (&player);
}

GST_END_TEST;

static GstPadProbeReturn
change_sensor_at_20 (GstPad * pad, GstPadProbeInfo * info, gpointer source)
{
  if (GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info)) == 20)
    gst_util_set_object_arg (source, "sensor", "tof");
  return GST_PAD_PROBE_OK;
}

/* New caps because of a property, backwards: numbers and times go on. */
GST_START_TEST (test_reverse_with_a_change)
{
  GstElement *source;
  GstPad *pad;
  Player player;

  player_init (&player, "");
  source = gst_bin_get_by_name (GST_BIN (player.pipeline), "source");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, change_sensor_at_20,
      source, NULL);
  player_play (&player, -1.0, 0, GST_SECOND);
  fail_unless_equals_int (player.buffers->len, 30);
  for (guint i = 0; i < 30; i++)
    fail_unless_equals_uint64 (GST_BUFFER_PTS (g_ptr_array_index
            (player.buffers, i)), gst_util_uint64_scale (29 - i, GST_SECOND,
            30));
  gst_object_unref (pad);
  gst_object_unref (source);
  player_clear (&player);
}

GST_END_TEST;

GST_START_TEST (test_duration)
{
  Player player;
  gint64 value;

  player_init (&player, "num-buffers=45");
  player_run_to_eos (&player);
  fail_unless_equals_int (player.buffers->len, 45);
  fail_unless (gst_element_query_duration (player.pipeline, GST_FORMAT_TIME,
          &value));
  fail_unless_equals_int64 (value, 1500 * GST_MSECOND);
  fail_unless (gst_element_query_convert (player.pipeline, GST_FORMAT_DEFAULT,
          90, GST_FORMAT_TIME, &value));
  fail_unless_equals_int64 (value, 3 * GST_SECOND);
  player_clear (&player);
}

GST_END_TEST;

/* Each frame waits for its time on the clock, and no longer. */
GST_START_TEST (test_live)
{
  GstHarness *h = source_new ("is-live=true", CAPS ",width=64,height=48");
  GstTestClock *clock;

  gst_harness_use_testclock (h);
  clock = gst_harness_get_testclock (h);
  gst_harness_play (h);
  for (guint i = 0; i < 5; i++) {
    GstClockTime pts = gst_util_uint64_scale (i, GST_SECOND, 30);
    GstBuffer *buffer;

    fail_unless_equals_int (gst_harness_buffers_received (h), i);
    fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 60));
    fail_unless_equals_uint64 (gst_test_clock_get_next_entry_time (clock), pts);
    fail_unless (gst_harness_crank_single_clock_wait (h));
    buffer = source_pull (h);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_uint64 (gst_harness_query_latency (h),
      gst_util_uint64_scale (1, GST_SECOND, 30));
  /* it waits for a time that does not come: stopping must not */
  fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 60));
  gst_object_unref (clock);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_live_does_not_seek)
{
  GstElement *source = gst_element_factory_make ("depthtestsrc", NULL);
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean seekable;

  g_object_set (source, "is-live", TRUE, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  fail_unless (gst_element_link (source, sink));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  fail_unless (gst_element_query (source, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  fail_if (seekable);
  gst_query_unref (query);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* Other caps in mid-stream: size and rate change, times and numbers go on. */
GST_START_TEST (test_renegotiation)
{
  Player player;
  GstElement *filter;
  GstClockTime expected = 0;
  guint small = 0;

  player_init (&player, "num-buffers=400 sensor=tof");
  filter = gst_bin_get_by_name (GST_BIN (player.pipeline), "filter");
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  player_wait (&player, 5);
  gst_util_set_object_arg (G_OBJECT (filter), "caps",
      CAPS ",width=33,height=21,framerate=10/1");
  gst_object_unref (filter);
  player_run_to_eos (&player);
  fail_unless_equals_int (player.buffers->len, 400);
  for (guint i = 0; i < 400; i++) {
    GstBuffer *buffer = g_ptr_array_index (player.buffers, i);
    GstPinholeInfo lens;

    fail_unless (gst_pinhole_meta_get_info (buffer, &lens));
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    fail_unless (ABS (GST_CLOCK_DIFF (expected, GST_BUFFER_PTS (buffer))) <= 1);
    expected = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
    small += lens.width == 33;
    g_free (samples_of (buffer, lens.width, lens.height));
  }
  fail_unless (small > 0 && small < 400, "%u", small);
  player_clear (&player);
}

GST_END_TEST;

/* A pool of dirty buffers with padded rows and an offset, as a downstream
 * element may offer. */
#define OFFSET 16
#define STRIDE 160
typedef struct
{
  const gchar *source;
  gsize after;                  /* bytes after the samples of the last row */
  gsize first_memory;           /* 0: all in one */
} PoolCase;

static const PoolCase pools[] = {
  {"sensor=tof", 0, 0}, {"pattern=random", 0, 0}, {"sensor=stereo", 32, 0},
  {"sensor=ideal", 32, 3001}, {"pattern=invalid", 5, OFFSET},
};

typedef struct
{
  GstBufferPool parent;
  PoolCase pool;
} DirtyPool;

typedef GstBufferPoolClass DirtyPoolClass;
GType dirty_pool_get_type (void);
G_DEFINE_TYPE (DirtyPool, dirty_pool, GST_TYPE_BUFFER_POOL);

static GstFlowReturn
dirty_pool_alloc (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  const PoolCase *self = &((DirtyPool *) pool)->pool;
  gsize offset[GST_VIDEO_MAX_PLANES] = { OFFSET };
  gint stride[GST_VIDEO_MAX_PLANES] = { STRIDE };
  gsize size = OFFSET + STRIDE * 47 + 128 + self->after;

  *buffer = gst_buffer_new ();
  if (self->first_memory > 0)
    gst_buffer_append_memory (*buffer, gst_allocator_alloc (NULL,
            self->first_memory, NULL));
  gst_buffer_append_memory (*buffer, gst_allocator_alloc (NULL,
          size - self->first_memory, NULL));
  gst_buffer_memset (*buffer, 0, 0xaa, -1);
  gst_buffer_add_video_meta_full (*buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY16_LE, 64, 48, 1, offset, stride);
  return GST_FLOW_OK;
}

static void
dirty_pool_class_init (DirtyPoolClass * klass)
{
  klass->alloc_buffer = dirty_pool_alloc;
}

static void
dirty_pool_init (DirtyPool * pool)
{
}

static GstPadProbeReturn
offer_pool (GstPad * pad, GstPadProbeInfo * info, gpointer pool)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_pool (query, pool, OFFSET + STRIDE * 48, 2, 0);
  return GST_PAD_PROBE_HANDLED;
}

static GstHarness *
pool_source_new (const PoolCase * pool_case, GstBufferPool ** pool)
{
  gchar *properties = g_strdup_printf ("num-buffers=1 %s", pool_case->source);
  GstHarness *h = source_new (properties, CAPS ",width=64,height=48");

  *pool = gst_object_ref_sink (g_object_new (dirty_pool_get_type (), NULL));
  ((DirtyPool *) * pool)->pool = *pool_case;
  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      offer_pool, *pool, NULL);
  g_free (properties);
  return h;
}

GST_START_TEST (test_pool_of_downstream)
{
  GstBufferPool *pool;
  GstHarness *h = pool_source_new (&pools[__i__], &pool);
  guint16 *expected = shoot (pools[__i__].source, 0, 64, 48), *samples;
  GstBuffer *buffer;
  GstMapInfo map;

  gst_harness_play (h);
  buffer = source_pull (h);
  fail_unless (buffer->pool == pool);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (guint at = 0; at < map.size; at++) {
    guint column = (at - OFFSET) % STRIDE;

    if (at < OFFSET) {
      fail_unless_equals_int (map.data[at], 0xaa);
    } else if (column >= 128) {
      fail_unless_equals_int (map.data[at], 0);
    }
  }
  gst_buffer_unmap (buffer, &map);
  /* gst_video_frame_map() maps one memory */
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_replace_all_memory (buffer, gst_buffer_get_all_memory (buffer));
  samples = samples_of (buffer, 64, 48);
  fail_unless (memcmp (samples, expected, 64 * 48 * 2) == 0);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  gst_object_unref (pool);
  g_free (samples);
  g_free (expected);
}

GST_END_TEST;

/* Buffers that are too small are an error, and nothing is written. */
GST_START_TEST (test_pool_of_small_buffers)
{
  const PoolCase small = { "sensor=stereo", -1, 0 };
  GstBufferPool *pool;
  GstHarness *h = pool_source_new (&small, &pool);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error;

  gst_element_set_bus (h->element, bus);
  gst_harness_play (h);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_WRITE));
  fail_unless (strstr (error->message, "7663 bytes") != NULL, "%s",
      error->message);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_bus (h->element, NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  gst_harness_teardown (h);
  gst_object_unref (pool);
}

GST_END_TEST;

/* Frames flow in PLAYING, and begin anew after READY. */
static void
check_states (Player * player, const GstState * states, guint n)
{
  for (guint i = 0; i < n; i++) {
    gboolean anew = i == 0 || states[i - 1] < GST_STATE_PAUSED;
    GstState state;

    player_forget (player);
    fail_if (gst_element_set_state (player->pipeline, states[i])
        == GST_STATE_CHANGE_FAILURE);
    fail_if (gst_element_get_state (player->pipeline, &state, NULL,
            GST_CLOCK_TIME_NONE) == GST_STATE_CHANGE_FAILURE);
    fail_unless_equals_int (state, states[i]);
    if (state != GST_STATE_PLAYING)
      continue;
    player_wait (player, 1);
    if (anew)
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (g_ptr_array_index
              (player->buffers, 0)), 0);
  }
}

GST_START_TEST (test_states)
{
  static const GstState states[] = {
    GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED,
    GST_STATE_READY, GST_STATE_PLAYING, GST_STATE_NULL, GST_STATE_PLAYING,
    GST_STATE_READY, GST_STATE_NULL,
  };
  Player player;

  player_init (&player, __i__ ? "is-live=true sensor=stereo" : "sensor=tof");
  for (guint turn = 0; turn < 5; turn++) {
    check_states (&player, states, G_N_ELEMENTS (states));
    /* and in the middle of a change */
    for (guint i = 0; i < G_N_ELEMENTS (states); i++)
      fail_if (gst_element_set_state (player.pipeline, states[i])
          == GST_STATE_CHANGE_FAILURE);
  }
  player_clear (&player);
}

GST_END_TEST;

/* After NULL the stream begins anew. */
GST_START_TEST (test_restart)
{
  Player player;

  player_init (&player, "num-buffers=4 sensor=stereo");
  for (guint turn = 0; turn < 2; turn++) {
    player_forget (&player);
    player_run_to_eos (&player);
    fail_unless_equals_int (player.buffers->len, 4);
    check_frame (&player, 3, 3);
    gst_element_set_state (player.pipeline, GST_STATE_NULL);
  }
  player_clear (&player);
}

GST_END_TEST;

/* All but is-live may change while frames are made. */
GST_START_TEST (test_properties_while_playing)
{
  static const gchar *names[] = { "sensor", "pattern", "seed" };
  GstElement *source;
  Player player;

  player_init (&player, "num-buffers=300");
  source = gst_bin_get_by_name (GST_BIN (player.pipeline), "source");
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  for (guint i = 0; player_count (&player) < 300; i++) {
    gchar *value = g_strdup_printf ("%u", i / 3 % 3);

    gst_util_set_object_arg (G_OBJECT (source), names[i % 3], value);
    g_free (value);
  }
  gst_object_unref (source);
  player_run_to_eos (&player);
  fail_unless_equals_int (player.buffers->len, 300);
  player_clear (&player);
}

GST_END_TEST;

/* In the thread that makes the frames: from the next one on. */
static GstPadProbeReturn
set_property_at_a_frame (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  static const gchar *const changes[][2] = {
    {"seed", "7"}, {"sensor", "stereo"}, {"sensor", "tof"},
    {"pattern", "random"}, {"seed", "0"}
  };
  guint64 frame = GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info));

  if (frame < G_N_ELEMENTS (changes))
    gst_util_set_object_arg (data, changes[frame][0], changes[frame][1]);
  return GST_PAD_PROBE_OK;
}

/* A number of an array in caps. */
static gdouble
caps_number (GstCaps * caps, const gchar * field, guint i)
{
  const GValue *array =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), field);

  return g_value_get_double (gst_value_array_get_value (array, i));
}

/* What caps say is what the metadata of the frame says. */
static void
check_caps_say (GstHarness * h, GstBuffer * buffer)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  GstPinholeInfo pinhole;
  GstDepthInfo depth;

  fail_unless (gst_depth_meta_get_info (buffer, &depth));
  fail_unless (gst_pinhole_meta_get_info (buffer, &pinhole));
  fail_unless (caps_number (caps, "depth-range", 0) == depth.range_min / 1000);
  fail_unless (caps_number (caps, "depth-range", 1) == depth.range_max / 1000);
  for (guint i = 0; i < 6; i++) {
    const gdouble numbers[] = { pinhole.fx, pinhole.fy, pinhole.cx, pinhole.cy,
      pinhole.width, pinhole.height
    };

    fail_unless (caps_number (caps, "depth-pinhole", i) == numbers[i]);
  }
  gst_caps_unref (caps);
}

/* In the thread that makes the frames, so that the caps are those of the frame. */
static GstPadProbeReturn
check_at_a_frame (GstPad * pad, GstPadProbeInfo * info, gpointer harness)
{
  check_caps_say (harness, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (test_caps_say_what_frames_say)
{
  GstHarness *h = source_new ("num-buffers=6", CAPS ",width=101,height=37");
  GstElement *source = gst_harness_find_element (h, "depthtestsrc");

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER,
      check_at_a_frame, h, NULL);
  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER,
      set_property_at_a_frame, source, gst_object_unref);
  gst_harness_play (h);
  for (guint i = 0; i < 6; i++) {
    GstBuffer *buffer = source_pull (h);

    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), i);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), gst_util_uint64_scale
        (i, GST_SECOND, 30));
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_properties_take_effect)
{
  static const gchar *const frames[] = {
    "sensor=ideal", "seed=7", "seed=7 sensor=stereo", "seed=7 sensor=tof",
    "seed=7 pattern=random", "pattern=random"
  };
  GstHarness *h = source_new ("num-buffers=6", CAPS ",width=64,height=48");
  GstElement *source = gst_harness_find_element (h, "depthtestsrc");

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER,
      set_property_at_a_frame, source, gst_object_unref);
  gst_harness_play (h);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    GstBuffer *buffer = source_pull (h);
    guint16 *samples = samples_of (buffer, 64, 48);
    guint16 *expected = shoot (frames[i], i, 64, 48);

    fail_unless (memcmp (samples, expected, 64 * 48 * 2) == 0, "frame %u", i);
    gst_buffer_unref (buffer);
    g_free (samples);
    g_free (expected);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

/* One cannot ask for another unit than it has, or another format. */
GST_START_TEST (test_refused_caps)
{
  static const gchar *refused[] = {
    CAPS ",depth-meter=(fraction)5000/1", "video/x-raw,format=GRAY16_BE",
    CAPS ",interlace-mode=interleaved", CAPS ",width=65536",
  };
  GstElement *source = gst_element_factory_make ("depthtestsrc", NULL);
  GstPad *pad = gst_element_get_static_pad (source, "src");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    GstCaps *filter = gst_caps_from_string (refused[i]);
    GstCaps *caps = gst_pad_query_caps (pad, filter);

    fail_unless (gst_caps_is_empty (caps), "%s", refused[i]);
    gst_caps_unref (caps);
    gst_caps_unref (filter);
  }
  gst_object_unref (pad);
  gst_object_unref (source);
}

GST_END_TEST;

static Suite *
depthtestsrc_suite (void)
{
  Suite *s = suite_create ("depthtestsrc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_defaults);
  tcase_add_loop_test (tc, test_framerates, 0, G_N_ELEMENTS (rates));
  tcase_add_test (tc, test_still);
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_reverse);
  tcase_add_test (tc, test_reverse_with_a_change);
  tcase_add_test (tc, test_duration);
  tcase_add_test (tc, test_live);
  tcase_add_test (tc, test_live_does_not_seek);
  tcase_add_test (tc, test_renegotiation);
  tcase_add_loop_test (tc, test_pool_of_downstream, 0, G_N_ELEMENTS (pools));
  tcase_add_test (tc, test_pool_of_small_buffers);
  tcase_add_loop_test (tc, test_states, 0, 2);
  tcase_add_test (tc, test_restart);
  tcase_add_test (tc, test_properties_while_playing);
  tcase_add_test (tc, test_caps_say_what_frames_say);
  tcase_add_test (tc, test_properties_take_effect);
  tcase_add_test (tc, test_refused_caps);
  return s;
}

GST_CHECK_MAIN (depthtestsrc);
