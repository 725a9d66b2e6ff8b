/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * depthv4l2src without a kernel: what it makes of each answer, and of each error
 * number, that a driver may give.
 */
#include <errno.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <linux/uvcvideo.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "camera/gstdepthv4l2src.h"
#include "camera/losses.h"
#include "camera/v4l2queue.h"
#include "depth/gstdepthmeta.h"
#include "fake-kernel.h"

static GstBus *bus;

static void
setup (void)
{
  fake_kernel_reset ();
  gst_depth_register_metas ();
  bus = gst_bus_new ();
}

/* Whatever happened: all files are closed, all frames unmapped. */
static void
teardown (void)
{
  gst_object_unref (bus);
  fail_unless_equals_int (fake.n_open, 0);
  fail_unless_equals_int (fake.n_mapped, 0);
}

static GstElement *
new_source (void)
{
  GstElement *source = g_object_new (GST_TYPE_DEPTH_V4L2_SRC, NULL);

  gst_element_set_bus (source, bus);
  return source;
}

/* A source that plays in a harness; its messages go to our bus. */
static GstHarness *
play (GstElement * source, const gchar * caps)
{
  GstHarness *h = gst_harness_new_with_element (source, NULL, "src");

  gst_harness_use_systemclock (h);
  if (caps != NULL)
    gst_harness_set_sink_caps_str (h, caps);
  gst_harness_play (h);
  return h;
}

static void
end (GstHarness * h, GstElement * source)
{
  gst_harness_teardown (h);
  gst_element_set_bus (source, NULL);
  gst_object_unref (source);
}

/* The next message of a kind, which has to come. */
static gchar *
message_text (GstMessageType type)
{
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, type);
  GError *error = NULL;
  gchar *text;

  fail_unless (message != NULL, "no %s", gst_message_type_get_name (type));
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else if (type == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, NULL);
  else
    gst_message_parse_info (message, &error, NULL);
  text = g_strdup (error->message);
  g_error_free (error);
  gst_message_unref (message);
  return text;
}

static void
check_message (GstMessageType type, const gchar * part)
{
  gchar *text = message_text (type);

  fail_unless (strstr (text, part) != NULL, "\"%s\" does not say \"%s\"", text,
      part);
  g_free (text);
}

static void
check_no_message (GstMessageType type)
{
  GstMessage *message = gst_bus_pop_filtered (bus, type);

  fail_unless (message == NULL, "%" GST_PTR_FORMAT, message);
}

/* --- what fails -------------------------------------------------------------- */

static const gulong steps[] = {
  FAKE_OPEN, VIDIOC_QUERYCAP, VIDIOC_S_FMT, VIDIOC_REQBUFS, VIDIOC_QUERYBUF,
  FAKE_MAP, VIDIOC_QBUF, VIDIOC_STREAMON, VIDIOC_DQBUF
};

static const struct
{
  gint number;
  GstResourceError code;
  const gchar *remedy;
} numbers[] = {
  {ENOENT, GST_RESOURCE_ERROR_NOT_FOUND, "list-devices"},
  {ENODEV, GST_RESOURCE_ERROR_NOT_FOUND, "list-devices"},
  {ENXIO, GST_RESOURCE_ERROR_NOT_FOUND, "list-devices"},
  {EACCES, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "video group"},
  {EPERM, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "video group"},
  {EBUSY, GST_RESOURCE_ERROR_BUSY, "fuser"},
  {ENOSPC, GST_RESOURCE_ERROR_SETTINGS, "another USB port"},
  {ENOTTY, GST_RESOURCE_ERROR_NOT_FOUND, "list-devices"},
  {ENOMEM, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "memory"},
  {EINVAL, GST_RESOURCE_ERROR_FAILED, "plug it in again"},
  {EPROTO, GST_RESOURCE_ERROR_FAILED, "plug it in again"},
  {ETIMEDOUT, GST_RESOURCE_ERROR_FAILED, "plug it in again"},
  {EPIPE, GST_RESOURCE_ERROR_FAILED, "plug it in again"},
  {EIO, GST_RESOURCE_ERROR_FAILED, "plug it in again"},
};

/* A pipeline that may fail to start. */
static GstElement *
try_to_play (void)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = new_source ();
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (source, "device", "/dev/video0", NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  gst_element_link (source, sink);
  /* the bin has given its children its own */
  gst_element_set_bus (source, bus);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

/* Each step of a camera's life with each error number: the first message is one
 * error that names the node and the remedy. */
GST_START_TEST (test_every_error_number)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    GError *error = NULL;
    GstElement *pipeline;
    GstMessage *message;

    fake_kernel_fill (1);
    fake.fail = steps[i];
    fake.fail_number = numbers[__i__].number;
    pipeline = try_to_play ();
    message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
        GST_MESSAGE_ERROR);
    fail_unless (message != NULL, "step %u", i);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
            numbers[__i__].code), "step %u: %s", i, error->message);
    fail_unless (strstr (error->message, "/dev/video0") != NULL
        && strstr (error->message, numbers[__i__].remedy) != NULL,
        "step %u: %s", i, error->message);
    g_error_free (error);
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    gst_bus_set_flushing (bus, TRUE);
    gst_bus_set_flushing (bus, FALSE);
    fail_unless_equals_int (fake.n_open, 0);
    fail_unless_equals_int (fake.n_mapped, 0);
    fake_kernel_reset ();
  }
}

GST_END_TEST;

/* EIO may pass, says V4L2. */
GST_START_TEST (test_error_that_passes)
{
  GstElement *source = new_source ();
  GstBuffer *buffer;
  GstHarness *h;

  for (guint i = 0; i < 9; i++)
    fake_kernel_fill_one (0)->number = EIO;
  fake_kernel_fill_one (1);
  h = play (source, NULL);
  buffer = gst_harness_pull (h);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 1);
  gst_buffer_unref (buffer);
  check_no_message (GST_MESSAGE_ERROR);
  end (h, source);
}

GST_END_TEST;

static void
no_depth (void)
{
  fake.fourcc = V4L2_PIX_FMT_GREY;
}

static void
endless_formats (void)
{
  fake.endless = TRUE;
}

static void
infrared (void)
{
  fake.fourcc = V4L2_PIX_FMT_Y16;
  fake.vendor = 0x8086;
  fake.product = 0x0b07;
}

static void
no_sizes (void)
{
  fake.width = 0;
}

static void
huge_size (void)
{
  fake.width = G_MAXUINT32;
}

static void
no_nodes (void)
{
  fake.n_nodes = 0;
}

static const struct
{
  void (*change) (void);
  const gchar *device, *says;
} refused[] = {
  {no_depth, "/dev/video0", "gives no depth"},
  {endless_formats, "/dev/video0", "gives no depth"},
  {infrared, "/dev/video0", "gives no depth"},
  {no_sizes, NULL, "lists no size"},
  {huge_size, NULL, "lists no size"},
  {no_nodes, NULL, "No depth camera was found"},
  {no_depth, NULL, "No depth camera was found"},
};

GST_START_TEST (test_what_is_refused)
{
  GstElement *source = new_source ();

  g_object_set (source, "device", refused[__i__].device, NULL);
  refused[__i__].change ();
  fail_unless (gst_element_set_state (source, GST_STATE_READY) ==
      GST_STATE_CHANGE_FAILURE);
  check_message (GST_MESSAGE_ERROR, refused[__i__].says);
  check_no_message (GST_MESSAGE_ERROR);
  gst_element_set_bus (source, NULL);
  gst_object_unref (source);
}

GST_END_TEST;

/* Where none may be opened, that is what to say. */
GST_START_TEST (test_forbidden_camera_is_named)
{
  GstElement *source = new_source ();

  fake.n_nodes = 3;
  fake.fail = FAKE_OPEN;
  fake.fail_number = EACCES;
  gst_element_set_state (source, GST_STATE_READY);
  check_message (GST_MESSAGE_ERROR, "/dev/video0: no permission");
  gst_element_set_bus (source, NULL);
  gst_object_unref (source);
}

GST_END_TEST;

static const struct
{
  const gchar *property, *value, *says;
} settings[] = {
  {"meter", "0.001", "meter is 0.001"},
  {"meter", "-1", "meter is -1"},
  {"meter", "nan", "meter is"},
  {"pinhole", "<1, 2, 3>", "pinhole is"},
  {"pinhole", "<0, 2, 3, 4>", "pinhole is"},
  {"pinhole", "<1, 2, 3, 4, 5>", "pinhole is"},
};

GST_START_TEST (test_settings_that_cannot_be)
{
  GstElement *source = new_source ();

  gst_util_set_object_arg (G_OBJECT (source), settings[__i__].property,
      settings[__i__].value);
  fail_unless (gst_element_set_state (source, GST_STATE_READY) ==
      GST_STATE_CHANGE_FAILURE);
  check_message (GST_MESSAGE_ERROR, settings[__i__].says);
  gst_element_set_bus (source, NULL);
  gst_object_unref (source);
}

GST_END_TEST;

/* --- formats ----------------------------------------------------------------- */

static GstCaps *
probed (void)
{
  GstElement *source = new_source ();
  GstPad *pad = gst_element_get_static_pad (source, "src");
  GstCaps *caps, *first;

  gst_element_set_state (source, GST_STATE_READY);
  caps = gst_pad_query_caps (pad, NULL);
  first = gst_caps_copy_nth (caps, 0);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_element_set_bus (source, NULL);
  gst_object_unref (source);
  return first;
}

static void
check_probed (const gchar * expected)
{
  GstCaps *wanted = gst_caps_from_string (expected), *caps = probed ();

  fail_unless (gst_caps_is_subset (caps, wanted)
      && gst_caps_can_intersect (caps, wanted), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (wanted);
  gst_caps_unref (caps);
}

GST_START_TEST (test_probed_caps)
{
  check_probed ("video/x-raw,format=GRAY16_LE,width=64,height=48,"
      "framerate=30/1");
  fake.size_type = V4L2_FRMSIZE_TYPE_CONTINUOUS;
  fake.rate_type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
  check_probed ("video/x-raw,format=GRAY16_LE,width=[16,64],height=[16,48],"
      "framerate=[5/1,60/1]");
  /* rates that cannot be are as if there were none */
  fake.rate_type = V4L2_FRMIVAL_TYPE_DISCRETE;
  fake.interval.numerator = 0;
  check_probed ("video/x-raw,width=[16,64],height=[16,48],"
      "framerate=[0/1,2147483647/1]");
  /* the unit of a family */
  fake.vendor = 0x2bc5;
  fake.product = 0x0800;
  check_probed ("video/x-raw,depth-meter=1000/1");
}

GST_END_TEST;

/* An enumeration without end ends. */
GST_START_TEST (test_endless_enumerations)
{
  GstCaps *caps;

  fake.rate_type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
  caps = probed ();
  fail_unless_equals_int (gst_caps_get_size (caps), 1);
  gst_caps_unref (caps);
}

GST_END_TEST;

/* The driver bends the size that it has listed. */
GST_START_TEST (test_another_size_than_listed)
{
  GstElement *source = new_source ();
  GstHarness *h;

  fake.size_type = V4L2_FRMSIZE_TYPE_CONTINUOUS;
  gst_element_set_state (source, GST_STATE_READY);
  fake.width = 32;
  h = play (source, "video/x-raw,width=64");
  check_message (GST_MESSAGE_ERROR, "/dev/video0 gives 32x48 in the place of "
      "64x48");
  end (h, source);
}

GST_END_TEST;

GST_START_TEST (test_stride)
{
  gboolean knows_meta = __i__ == 1;
  GstElement *source = new_source ();
  GstVideoMeta *meta;
  GstBuffer *buffer;
  GstHarness *h;

  fake.stride = 192;
  fake_kernel_fill (2);
  h = gst_harness_new_with_element (source, NULL, "src");
  if (knows_meta)
    gst_harness_add_propose_allocation_meta (h, GST_VIDEO_META_API_TYPE, NULL);
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  meta = gst_buffer_get_video_meta (buffer);
  if (knows_meta) {
    fail_unless (meta != NULL && meta->stride[0] == 192);
    fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 192 * 48);
  } else {
    fail_unless (meta == NULL);
    fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 128 * 48);
  }
  gst_buffer_unref (buffer);
  end (h, source);
}

GST_END_TEST;

/* --- frames ------------------------------------------------------------------ */

/* The driver's memory goes out as it is, and back to the driver. */
GST_START_TEST (test_no_copy)
{
  GstElement *source = new_source ();
  GstBuffer *buffer;
  GstMapInfo map;
  GstHarness *h;
  gint before;

  fake_kernel_fill (1);
  h = play (source, NULL);
  buffer = gst_harness_pull (h);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless (map.data == fake.memory[0]);
  fail_unless_equals_uint64 (map.size, 128 * 48);
  gst_buffer_unmap (buffer, &map);
  before = fake.n_queued;
  gst_buffer_unref (buffer);
  fail_unless_equals_int (fake.n_queued, before + 1);
  end (h, source);
}

GST_END_TEST;

/* Who holds frames gets copies before the driver starves. */
GST_START_TEST (test_copies_when_frames_are_held)
{
  GstElement *source = new_source ();
  GstBuffer *buffers[20];
  guint ours = 0;
  GstHarness *h;

  fake_kernel_fill (G_N_ELEMENTS (buffers));
  h = play (source, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++) {
    GstMapInfo map;

    buffers[i] = gst_harness_pull (h);
    gst_buffer_map (buffers[i], &map, GST_MAP_READ);
    fail_unless_equals_int (map.data[0], i);
    for (guint k = 0; k < FAKE_FRAMES; k++)
      ours += map.data == fake.memory[k];
    gst_buffer_unmap (buffers[i], &map);
  }
  fail_unless_equals_int (ours, FAKE_FRAMES - V4L2_QUEUE_KEEP);
  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++) {
    GstMapInfo map;

    gst_buffer_map (buffers[i], &map, GST_MAP_READ);
    fail_unless_equals_int (map.data[map.size - 1], i);
    gst_buffer_unmap (buffers[i], &map);
    gst_buffer_unref (buffers[i]);
  }
  end (h, source);
}

GST_END_TEST;

/* The camera starts anew after a pause, without the frame that is held. */
GST_START_TEST (test_held_over_a_pause)
{
  GstElement *source = new_source ();
  GstBuffer *held;
  GstHarness *h;
  guint8 byte;

  fake_kernel_fill_one (100);
  h = play (source, NULL);
  held = gst_harness_pull (h);
  gst_element_set_state (source, GST_STATE_PAUSED);
  fake_kernel_fill (3 * FAKE_FRAMES);
  gst_element_set_state (source, GST_STATE_PLAYING);
  for (guint i = 0; i < 3 * FAKE_FRAMES; i++)
    gst_buffer_unref (gst_harness_pull (h));
  gst_buffer_extract (held, 0, &byte, 1);
  fail_unless_equals_int (byte, 100);
  gst_buffer_unref (held);
  end (h, source);
}

GST_END_TEST;

/* A frame that outlives its element. */
GST_START_TEST (test_frame_after_the_end)
{
  GstElement *source = new_source ();
  GstBuffer *buffer;
  GstHarness *h;

  fake_kernel_fill (1);
  h = play (source, NULL);
  buffer = gst_harness_pull (h);
  end (h, source);
  fail_unless_equals_int (fake.n_mapped, FAKE_FRAMES);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

static const struct
{
  guint32 flags;
  gint earlier;                 /* frames before the driver's time, or now */
  gboolean stamped;             /* by a clock that we can read */
} stamps[] = {
  {V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE, 0, TRUE},
  {V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_EOF, 1, TRUE},
  {V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN, 1, FALSE},
  {V4L2_BUF_FLAG_TIMESTAMP_COPY | V4L2_BUF_FLAG_TSTAMP_SRC_SOE, 1, FALSE},
};

static GstClockTime
wall_now (void)
{
  return g_get_real_time () * GST_USECOND;
}

/* The presentation time and the wall clock of the capture, as the driver's time
 * has them. */
GST_START_TEST (test_times)
{
  const GstClockTime age = 3 * GST_SECOND, frame = GST_SECOND / 30;
  GstElement *source = new_source ();
  GstClockTime before = wall_now (), expected, base;
  GstReferenceTimestampMeta *meta;
  FakeFilled *filled = fake_kernel_fill_one (0);
  GstBuffer *buffer;
  GstClock *clock;
  GstHarness *h;

  filled->flags = stamps[__i__].flags;
  filled->time = g_get_monotonic_time () * GST_USECOND - age;
  h = gst_harness_new_with_element (source, NULL, "src");
  gst_harness_use_systemclock (h);
  /* began to play before the frame was taken */
  base = filled->time - 10 * GST_SECOND;
  gst_element_set_base_time (source, base);
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  clock = gst_element_get_clock (source);
  base = gst_element_get_base_time (source);
  meta = gst_buffer_get_reference_timestamp_meta (buffer, NULL);
  fail_unless (meta != NULL);
  expected = before - stamps[__i__].earlier * frame;
  if (stamps[__i__].stamped) {
    expected -= age;
    fail_unless (ABS (GST_CLOCK_DIFF (expected, meta->timestamp)) <
        20 * GST_MSECOND);
    expected = filled->time - stamps[__i__].earlier * frame;
    expected = expected > base ? expected - base : 0;
    fail_unless (ABS (GST_CLOCK_DIFF (expected, GST_BUFFER_PTS (buffer))) <
        GST_MSECOND, "%" GST_TIME_FORMAT " is not %" GST_TIME_FORMAT,
        GST_TIME_ARGS (GST_BUFFER_PTS (buffer)), GST_TIME_ARGS (expected));
  } else {
    fail_unless (meta->timestamp >= expected
        && meta->timestamp <= wall_now () - frame);
    fail_unless (GST_BUFFER_PTS (buffer) <= gst_clock_get_time (clock) - base);
  }
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), frame);
  gst_object_unref (clock);
  gst_buffer_unref (buffer);
  end (h, source);
}

GST_END_TEST;

GST_START_TEST (test_lost_and_damaged)
{
  static const struct
  {
    guint32 sequence, flags;
    gint bytes;
  } frames[] = {
    {0, 0, -1}, {1, 0, 100}, {2, 0, 0}, {3, V4L2_BUF_FLAG_ERROR, -1},
    {4, 0, -1}, {8, 0, -1}, {G_MAXUINT32, 0, -1}, {0, 0, -1}
  };
  static const guint64 offsets[] = { 0, 4, 8 };
  static const gboolean discont[] = { TRUE, TRUE, TRUE };
  static const guint64 counts[][2] = { {2, 3}, {3, 6} };
  GstElement *source = new_source ();
  GstHarness *h;

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    FakeFilled *filled = fake_kernel_fill_one (frames[i].sequence);

    filled->flags |= frames[i].flags;
    filled->bytes = frames[i].bytes;
  }
  h = play (source, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++) {
    GstBuffer *buffer = gst_harness_pull (h);

    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), offsets[i]);
    fail_unless_equals_int (GST_BUFFER_FLAG_IS_SET (buffer,
            GST_BUFFER_FLAG_DISCONT), discont[i]);
    gst_buffer_unref (buffer);
  }
  /* a number that goes back is no loss of 4000 million frames */
  gst_buffer_unref (gst_harness_pull (h));
  gst_buffer_unref (gst_harness_pull (h));
  check_message (GST_MESSAGE_WARNING, "damaged");
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++) {
    GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_QOS);
    guint64 good, lost;

    fail_unless (message != NULL);
    gst_message_parse_qos_stats (message, NULL, &good, &lost);
    fail_unless_equals_uint64 (good, counts[i][0]);
    fail_unless_equals_uint64 (lost, counts[i][1]);
    gst_message_unref (message);
  }
  check_no_message (GST_MESSAGE_QOS | GST_MESSAGE_WARNING);
  end (h, source);
}

GST_END_TEST;

/* One warning a burst, and another one after it was calm. */
GST_START_TEST (test_bursts)
{
  Losses losses = { 0, };

  fail_unless (losses_bad (&losses));
  fail_if (losses_bad (&losses));
  fail_unless (losses_good (&losses, 3));
  fail_if (losses_good (&losses, 3));
  fail_if (losses_bad (&losses));
  for (guint i = 0; i < 3; i++)
    losses_good (&losses, 3);
  fail_unless (losses_bad (&losses));
  fail_unless_equals_uint64 (losses.lost, 4);
  fail_unless_equals_uint64 (losses.good, 5);
}

GST_END_TEST;

GST_START_TEST (test_invalid_becomes_zero)
{
  GstElement *source = new_source ();
  GstBuffer *buffer;
  GstHarness *h;

  /* the fake driver fills a frame with its number */
  fake_kernel_fill_one (0);
  fake_kernel_fill_one (1);
  g_object_set (source, "invalid", 0x0101, NULL);
  h = play (source, NULL);
  gst_buffer_unref (gst_harness_pull (h));
  buffer = gst_harness_pull (h);
  for (gsize i = 0; i < 128 * 48; i++) {
    guint8 byte = 1;

    gst_buffer_extract (buffer, i, &byte, 1);
    fail_unless_equals_int (byte, 0);
  }
  gst_buffer_unref (buffer);
  end (h, source);
}

GST_END_TEST;

/* --- the camera's answers ---------------------------------------------------- */

static GMutex wait_lock;
static GCond wait_changed;
static gint refusal;
static gboolean waiting;

static gint
refuse (guint8 query, guint8 * data)
{
  errno = refusal;
  return -1;
}

static gint
wait_for_ever (guint8 query, guint8 * data)
{
  g_mutex_lock (&wait_lock);
  while (waiting)
    g_cond_wait (&wait_changed, &wait_lock);
  g_mutex_unlock (&wait_lock);
  errno = ETIMEDOUT;
  return -1;
}

/* The caps have the fields of @fields, and intrinsics or none. */
static void
check_caps (GstHarness * h, const gchar * fields, gboolean pinhole)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  GstCaps *wanted = gst_caps_from_string (fields);

  fail_unless (gst_caps_is_subset (caps, wanted), "%" GST_PTR_FORMAT, caps);
  fail_unless (gst_structure_has_field (gst_caps_get_structure (caps, 0),
          "depth-pinhole") == pinhole);
  gst_caps_unref (wanted);
  gst_caps_unref (caps);
}

/* What was set holds for the size in use, and stands in the caps. */
GST_START_TEST (test_pinhole_in_caps)
{
  GstElement *source = new_source ();
  GstHarness *h;

  gst_util_set_object_arg (G_OBJECT (source), "pinhole", "<60.5,60,64,24>");
  fake_kernel_fill (1);
  h = play (source, NULL);
  gst_buffer_unref (gst_harness_pull (h));
  check_caps (h, "video/x-raw,depth-pinhole=(double)<60.5,60,64,24,64,48>",
      TRUE);
  end (h, source);
}

GST_END_TEST;

static void
check_asked_in_vain (gint (*extension) (guint8, guint8 *))
{
  GstElement *source = new_source ();
  GstDepthInfo depth;
  GstPinholeInfo pinhole;
  GstBuffer *buffer;
  GstHarness *h;

  fake.vendor = 0x8086;
  fake.product = 0x0b5b;
  fake.extension = extension;
  fake_kernel_fill (1);
  h = play (source, NULL);
  buffer = gst_harness_pull (h);
  fail_unless (gst_depth_meta_get_info (buffer, &depth));
  fail_unless_equals_float (depth.meter, 10000);
  fail_unless_equals_float (depth.range_min, 700);
  fail_unless_equals_float (depth.range_max, 5000);
  fail_if (gst_pinhole_meta_get_info (buffer, &pinhole));
  check_caps (h, "video/x-raw,depth-range=<0.07,0.5>", FALSE);
  check_message (GST_MESSAGE_INFO, "does not say its depth unit");
  check_message (GST_MESSAGE_INFO, "does not say its intrinsics");
  check_no_message (GST_MESSAGE_INFO);
  gst_buffer_unref (buffer);
  end (h, source);
}

GST_START_TEST (test_camera_that_refuses)
{
  static const gint refusals[] = { ENOENT, EPIPE, EIO, ENODEV, EBADRQC,
    ENOBUFS, EACCES, EBUSY
  };

  refusal = refusals[__i__ % G_N_ELEMENTS (refusals)];
  check_asked_in_vain (refuse);
}

GST_END_TEST;

/* The kernel lets go when it likes: nobody waits for it. */
GST_START_TEST (test_camera_that_does_not_answer)
{
  waiting = TRUE;
  check_asked_in_vain (wait_for_ever);
  g_mutex_lock (&wait_lock);
  waiting = FALSE;
  g_cond_broadcast (&wait_changed);
  g_mutex_unlock (&wait_lock);
  /* the thread that asked ends by itself */
  while (g_atomic_int_get (&fake.n_open) > 0)
    g_thread_yield ();
}

GST_END_TEST;

static Suite *
depthv4l2src_suite (void)
{
  Suite *suite = suite_create ("depthv4l2src");
  TCase *tc = tcase_create ("fake kernel");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_every_error_number, 0, G_N_ELEMENTS (numbers));
  tcase_add_test (tc, test_error_that_passes);
  tcase_add_loop_test (tc, test_what_is_refused, 0, G_N_ELEMENTS (refused));
  tcase_add_test (tc, test_forbidden_camera_is_named);
  tcase_add_loop_test (tc, test_settings_that_cannot_be, 0,
      G_N_ELEMENTS (settings));
  tcase_add_test (tc, test_probed_caps);
  tcase_add_test (tc, test_endless_enumerations);
  tcase_add_test (tc, test_another_size_than_listed);
  tcase_add_loop_test (tc, test_stride, 0, 2);
  tcase_add_test (tc, test_no_copy);
  tcase_add_test (tc, test_copies_when_frames_are_held);
  tcase_add_test (tc, test_held_over_a_pause);
  tcase_add_test (tc, test_frame_after_the_end);
  tcase_add_loop_test (tc, test_times, 0, G_N_ELEMENTS (stamps));
  tcase_add_test (tc, test_lost_and_damaged);
  tcase_add_test (tc, test_bursts);
  tcase_add_test (tc, test_invalid_becomes_zero);
  tcase_add_test (tc, test_pinhole_in_caps);
  tcase_add_loop_test (tc, test_camera_that_refuses, 0, 8);
  tcase_add_test (tc, test_camera_that_does_not_answer);
  return suite;
}

GST_CHECK_MAIN (depthv4l2src);
