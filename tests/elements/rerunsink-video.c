/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rerunsink and encoded video: what is logged of it, what is left out, and what is
 * refused. */

#include <string.h>
#include <gst/video/video.h>

#include "rerun-live.h"
#include "rrd/read.h"

/* --- video as encoders write it, up to the first slice -------------------------- */

static const struct
{
  const gchar *caps;
  guint32 codec;                /* Rerun's number */
  const gchar *key, *bare, *delta;      /* hexadecimal; "": there is none */
  const gchar *headers;         /* in the warning about a bare key frame */
} codecs[] = {
  {"video/x-h264,stream-format=byte-stream,alignment=au", 0x61766331,
        "0000000109100000000167640014000000016 8ebcc0000016588",
      "00000001091000000165 88", "00000001093000000141 9a", "SPS and PPS"},
  {"video/x-h265,stream-format=byte-stream,alignment=au", 0x68657631,
        "000000014001000000014201000000014401 0000012601", "000000012601",
      "000000010201", "VPS, SPS and PPS"},
  {"video/x-av1,stream-format=obu-stream,alignment=tu", 0x61763031,
      "12000a01003010", "12003010", "12003030", "a sequence header"},
  {"video/x-vp8", 0x76703038, "5042009d012a", "", "b10200", NULL},
  {"video/x-vp9", 0x76703039, "82498342", "", "86004092", NULL},
};

#define H264 0
#define PAYLOAD 200
/* The last bytes say which frame it is, and are in no other one. */
#define SUFFIX 8

static GBytes *
suffix_of (guint n)
{
  gchar text[SUFFIX + 1];

  g_snprintf (text, sizeof text, "<%06u>", n);
  return g_bytes_new (text, SUFFIX);
}

/* Frame @n, @n frames after the first in time. */
static GstBuffer *
unit_new (const gchar * hex, guint n)
{
  GByteArray *bytes = g_byte_array_new ();
  GBytes *suffix = suffix_of (n);
  GstBuffer *buffer;

  for (; *hex != '\0'; hex++) {
    guint8 byte;

    if (*hex == ' ')
      continue;
    byte = g_ascii_xdigit_value (*hex++) << 4;
    hex += *hex == ' ';
    byte |= g_ascii_xdigit_value (*hex);
    g_byte_array_append (bytes, &byte, 1);
  }
  g_byte_array_set_size (bytes, bytes->len + PAYLOAD);
  memset (bytes->data + bytes->len - PAYLOAD, 0xaa, PAYLOAD);
  g_byte_array_append (bytes, g_bytes_get_data (suffix, NULL), SUFFIX);
  g_bytes_unref (suffix);
  buffer = gst_buffer_new_wrapped_bytes (g_byte_array_free_to_bytes (bytes));
  return with_pts (buffer, n);
}

/* K: a key frame, b: one without parameter sets, d: another. The flag that most
 * streams have is not what counts. */
static GstFlowReturn
push_units (GstHarness * h, guint codec, const gchar * kinds, guint first)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (; *kinds != '\0' && flow == GST_FLOW_OK; kinds++) {
    const gchar *hex = *kinds == 'K' ? codecs[codec].key :
        *kinds == 'b' ? codecs[codec].bare : codecs[codec].delta;

    flow = gst_harness_push (h, unit_new (hex, first++));
  }
  return flow;
}

#define SIZE ",width=320,height=240,framerate=30/1"

static gchar *
with_size (const gchar * caps)
{
  return g_strconcat (caps, SIZE, NULL);
}

static GstHarness *
file_new (const gchar * caps, GstBus ** bus)
{
  gchar *text = with_size (caps);
  GstHarness *h = harness_new (text, bus);

  g_free (text);
  return h;
}

static GstHarness *
video_new (guint codec, GstBus ** bus)
{
  return file_new (codecs[codec].caps, bus);
}

/* A file sink with a property. */
static GstHarness *
video_new_with (const gchar * property, const gchar * value,
    const gchar * caps, GstBus ** bus)
{
  GstElement *sink = sink_new (bus);
  GstHarness *h;

  gst_util_set_object_arg (G_OBJECT (sink), property, value);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, caps);
  return h;
}

#define UNIT_SIZE 500           /* of a row, roughly */

/* A queue of @room units. */
static GstHarness *
live_video_new (RerunServer * server, GstBus ** bus, guint room,
    const gchar * leaky)
{
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);
  gchar *caps = with_size (codecs[H264].caps);
  GstHarness *h;

  *bus = gst_bus_new ();
  gst_element_set_bus (sink, *bus);
  g_object_set (sink, "uri", uri_of (server), "max-queue-bytes",
      (guint64) room * UNIT_SIZE, "drain-timeout", 60 * GST_SECOND, NULL);
  gst_util_set_object_arg (G_OBJECT (sink), "leaky", leaky);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, caps);
  g_free (caps);
  return h;
}

/* --- what was logged ------------------------------------------------------------- */

typedef struct
{
  GString *kinds;               /* K or d for each sample */
  GArray *numbers;              /* guint, of the suffixes */
  GArray *frames;               /* gint64, of the timeline */
  guint codecs;                 /* rows that say the codec */
  guint32 codec;
  gboolean codec_is_static;
} Video;

static RrdValues
find (const RrdChunkView * chunk, guint component)
{
  RrdValues values;
  RrdReadError error;

  fail_unless (rrd_chunk_view_find (chunk, &rrd_video_stream[component],
          &values, &error), "%s", error.what);
  return values;
}

/* Returns: whether @row has a value */
static gboolean
get_value (const RrdValues * values, gsize row,
    guint8 own[RRD_VALUE_SIZE_MAX], ArrowSpan * value)
{
  gsize first, n;

  if (values->rows == NULL || !rrd_values_row (values, row, &first, &n))
    return FALSE;
  assert_equals_int (n, 1);
  *value = rrd_values_get (values, first, own);
  return TRUE;
}

static gint64
frame_number (const RrdChunkView * chunk, gsize row)
{
  gint64 time = -1;

  for (gsize i = 0; i < chunk->n_timelines; i++) {
    if (chunk->timelines[i].name.size == 5
        && memcmp (chunk->timelines[i].name.data, "frame", 5) == 0)
      fail_unless (rrd_time_column_get (&chunk->timelines[i], row, &time));
  }
  return time;
}

static void
read_rows (Video * self, const RrdChunkView * chunk)
{
  RrdValues codec = find (chunk, RRD_VIDEO_STREAM_CODEC);
  RrdValues sample = find (chunk, RRD_VIDEO_STREAM_SAMPLE);
  RrdValues keyframe = find (chunk, RRD_VIDEO_STREAM_IS_KEYFRAME);
  guint8 own[RRD_VALUE_SIZE_MAX];
  ArrowSpan value;

  for (gsize row = 0; row < chunk->n_rows; row++) {
    if (get_value (&codec, row, own, &value)) {
      memcpy (&self->codec, value.data, 4);
      self->codecs++;
      self->codec_is_static = chunk->n_timelines == 0;
    }
    if (get_value (&sample, row, own, &value)) {
      gchar *text = g_strndup ((const gchar *) value.data + value.size -
          SUFFIX + 1, SUFFIX - 2);
      guint number = g_ascii_strtoull (text, NULL, 10);
      gint64 frame = frame_number (chunk, row);

      g_array_append_val (self->numbers, number);
      g_array_append_val (self->frames, frame);
      fail_unless (get_value (&keyframe, row, own, &value));
      g_string_append_c (self->kinds, value.data[0] ? 'K' : 'd');
      g_free (text);
    }
  }
}

/* Takes @file. */
static void
video_read (Video * self, gchar * file, gsize size)
{
  RrdScan scan = { 0, };
  RrdEvent event = { 0, };
  RrdChunkView chunk = { 0, };
  RrdReadError error;

  *self = (Video) { .kinds = g_string_new (NULL),.numbers =
      g_array_new (FALSE, FALSE, sizeof (guint)),.frames =
      g_array_new (FALSE, FALSE, sizeof (gint64)), };
  while (event.kind != RRD_EVENT_DONE && event.kind != RRD_EVENT_CUT_OFF) {
    rrd_scan_next (&scan, file + scan.offset, size - scan.offset, TRUE, &event);
    fail_if (event.kind == RRD_EVENT_BAD_STREAM
        || event.kind == RRD_EVENT_BAD_MESSAGE, "%s", event.error.what);
    if (event.kind != RRD_EVENT_CHUNK)
      continue;
    fail_unless (rrd_chunk_view_read (&chunk, event.chunk.payload.data,
            event.chunk.size, &error), "%s", error.what);
    read_rows (self, &chunk);
  }
  rrd_chunk_view_clear (&chunk);
  g_free (file);
}

static void
video_clear (Video * self)
{
  g_string_free (self->kinds, TRUE);
  g_array_unref (self->numbers);
  g_array_unref (self->frames);
}

/* The file has samples of these kinds, in a row from number @begin on; each counts on
 * the timeline from 0 on. */
static void
check_video (guint codec, const gchar * kinds, guint begin)
{
  Video video;
  gchar *file;
  gsize size;

  fail_unless (g_file_get_contents (location, &file, &size, NULL));
  video_read (&video, file, size);
  fail_unless_equals_string (video.kinds->str, kinds);
  for (guint i = 0; i < video.numbers->len; i++) {
    assert_equals_int (g_array_index (video.numbers, guint, i), begin + i);
    assert_equals_int64 (g_array_index (video.frames, gint64, i), i);
  }
  if (*kinds != '\0') {
    assert_equals_int (video.codecs, 1);
    fail_unless (video.codec_is_static);
    assert_equals_int (video.codec, codecs[codec].codec);
  }
  video_clear (&video);
}

/* The server got the frames with these numbers, in this order. */
static void
check_numbers (RerunServer * server, const guint * numbers, guint n)
{
  assert_equals_int (rerun_server_count_frames (server), n);
  for (guint i = 0; i < n; i++) {
    GBytes *message = rerun_server_get_frame (server, i);
    GBytes *suffix = suffix_of (numbers[i]);
    Recording bytes = { 0, };

    bytes.data = (gchar *) g_bytes_get_data (message, &bytes.size);
    fail_unless (recording_count (&bytes, g_bytes_get_data (suffix, NULL),
            SUFFIX) == 1, "frame %u is not frame %u", i, numbers[i]);
    g_bytes_unref (suffix);
    g_bytes_unref (message);
  }
}

#define NUMBERS(...) (const guint[]) { __VA_ARGS__ }, \
    G_N_ELEMENTS (((guint[]) { __VA_ARGS__ }))

/* --- video that is good ------------------------------------------------------------ */

GST_START_TEST (test_codecs)
{
  GstBus *bus;
  GstHarness *h = video_new (__i__, &bus);

  assert_equals_int (push_units (h, __i__, "KddKdKKd", 0), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_video (__i__, "KddKdKKd", 0);
  assert_equals_uint64 (stat_of (h->element, "frames"), 8);
  assert_equals_uint64 (stat_of (h->element, "location-frames-written"), 8);
  harness_stop (h);
  check_video (__i__, "KddKdKKd", 0);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* While it waits for a server, a frame is the buffer that came. */
GST_START_TEST (test_not_copied)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = live_video_new (server, &bus, 1000, "downstream");
  GstBuffer *buffer = unit_new (codecs[H264].key, 0);

  rerun_server_free (server);
  gst_harness_push (h, gst_buffer_ref (buffer));
  assert_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 2);
  server = rerun_server_new (&same);
  harness_stop (h);
  assert_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 1);
  gst_buffer_unref (buffer);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* A parser says of every I picture that it is a key frame; a source without parser
 * says it of all. */
GST_START_TEST (test_flags)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);

  for (guint n = 0; n < 8; n++) {
    GstBuffer *buffer = unit_new (n % 4 == 0 ? codecs[H264].key :
        codecs[H264].delta, n);

    if (__i__ == 1)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  }
  harness_stop (h);
  check_video (H264, "KdddKddd", 0);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_draw_order)
{
  GstBus *bus;
  gchar *caps = with_size (codecs[H264].caps);
  GstHarness *h = video_new_with ("draw-order", "3.0", caps, &bus);
  Recording recording;

  g_free (caps);
  push_units (h, H264, "Kd", 0);
  harness_stop (h);
  recording_read (&recording, location);
  /* in the chunk's schema, and in the footer's */
  fail_unless (recording_count (&recording, "VideoStream:draw_order", 22) > 0);
  g_free (recording.data);
  check_video (H264, "Kd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A seek: what comes next has to begin with a key frame, too. */
GST_START_TEST (test_flush)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);

  push_units (h, H264, "Kd", 0);
  go_on (h);
  push_units (h, H264, "dd", 50);
  push_units (h, H264, "Kd", 2);
  harness_stop (h);
  check_video (H264, "KdKd", 0);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("2 frames were left out"));
  gst_object_unref (bus);
}

GST_END_TEST;

/* A key frame, or a gap, may go back in time. */
GST_START_TEST (test_time_goes_back)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);
  GstBuffer *buffer;

  push_units (h, H264, "Kdd", 10);
  push_units (h, H264, "Kdd", 0);
  buffer = unit_new (codecs[H264].delta, 1);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  assert_equals_int (push_units (h, H264, "d", 1), GST_FLOW_OK);
  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A frame without PTS or framerate counts as of now, which is no step back for the next
 * one. */
GST_START_TEST (test_no_pts)
{
  GstBus *bus;
  GstHarness *h = harness_new (codecs[H264].caps, &bus);
  GstBuffer *buffer = unit_new (codecs[H264].delta, 2);

  gst_harness_use_testclock (h);
  gst_harness_set_time (h, 5 * GST_SECOND);
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  push_units (h, H264, "Kd", 0);
  assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  assert_equals_int (push_units (h, H264, "d", 3), GST_FLOW_OK);
  harness_stop (h);
  check_silent (bus);
  check_video (H264, "Kddd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- video that begins in the middle ------------------------------------------------ */

GST_START_TEST (test_no_key_frame_yet)
{
  GstBus *bus;
  GstHarness *h = video_new (__i__, &bus);

  assert_equals_int (push_units (h, __i__, "ddddd", 0), GST_FLOW_OK);
  check_silent (bus);
  assert_equals_int (push_units (h, __i__, "Kddd", 5), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("5 frames were left out",
          "first key frame"));
  check_silent (bus);           /* nothing was told twice */
  check_video (__i__, "Kddd", 5);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A key frame is of use with its parameter sets. */
GST_START_TEST (test_no_parameter_sets_yet)
{
  GstBus *bus;
  GstHarness *h;

  if (codecs[__i__].headers == NULL)
    return;
  h = video_new (__i__, &bus);
  assert_equals_int (push_units (h, __i__, "bddKdd", 0), GST_FLOW_OK);
  harness_stop (h);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("3 frames were left out",
          codecs[__i__].headers, __i__ <= 1 ? "config-interval=-1" : "repeat"));
  check_video (__i__, "Kdd", 3);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Later ones without are logged, as what they are of use for. */
GST_START_TEST (test_parameter_sets_only_once)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);

  assert_equals_int (push_units (h, H264, "Kdbdbd", 0), GST_FLOW_OK);
  harness_stop (h);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("SPS and PPS",
          "config-interval=-1"));
  check_video (H264, "Kddddd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Who waits for a picture is told after a while, once. */
GST_START_TEST (test_long_wait)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);

  for (guint n = 0; n < 160; n++)
    push_units (h, H264, "d", n);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("frames were left out",
          "config-interval=-1"));
  push_units (h, H264, "d", 160);
  push_units (h, H264, "Kd", 161);
  harness_stop (h);
  check_silent (bus);
  check_video (H264, "Kd", 161);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_never_a_key_frame)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);

  push_units (h, H264, "ddd", 0);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("None of 3 frames",
          "first key frame", "config-interval=-1"));
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Encoders that can make one at once are asked to. */
GST_START_TEST (test_asks_for_a_key_frame)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);
  GstEvent *event;
  guint asked = 0;

  push_units (h, H264, "dddKd", 0);
  while ((event = gst_harness_try_pull_upstream_event (h)) != NULL) {
    asked += gst_video_event_is_force_key_unit (event);
    gst_event_unref (event);
  }
  assert_equals_int (asked, 1);
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- video that is refused ------------------------------------------------------------ */

GST_START_TEST (test_b_frames)
{
  GstBus *bus;
  GstHarness *h = video_new (__i__, &bus);

  assert_equals_int (push_units (h, __i__, "K", 0), GST_FLOW_OK);
  assert_equals_int (push_units (h, __i__, "d", 3), GST_FLOW_OK);
  assert_equals_int (push_units (h, __i__, "d", 1), GST_FLOW_ERROR);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("B-frames", "0:00:00.033000000",
          "0:00:00.099000000", __i__ == 0 ? "x264enc bframes=0" : __i__ == 1 ?
          "x265enc tune=zerolatency" : "low delay"));
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

/* h264parse gives what it reads of a file without a container no PTS, and a B-frame is
 * one by its slice type then; with PTS, those say the order. */
GST_START_TEST (test_b_frames_without_pts)
{
  const gchar *b_frames[] = { "00000001095000000001019e2b", "000000010c01" };
  GstBus *bus;
  GstHarness *h = video_new (__i__, &bus);
  GstBuffer *buffer = unit_new (b_frames[__i__], 2);

  assert_equals_int (push_units (h, __i__, "Kd", 0), GST_FLOW_OK);
  assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  check_silent (bus);
  buffer = unit_new (b_frames[__i__], 3);
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DTS (buffer) = 99 * GST_MSECOND;
  assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_ERROR);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("B-frames", "no PTS", __i__ == 0 ?
          "x264enc bframes=0" : "x265enc tune=zerolatency"));
  harness_stop (h);
  check_video (__i__, "Kdd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

static const struct
{
  const gchar *caps;
  const gchar *parser;
} forms[] = {
  {"video/x-h264,stream-format=avc,alignment=au", "h264parse"},
  {"video/x-h264,stream-format=byte-stream,alignment=nal", "h264parse"},
  {"video/x-h265,stream-format=hvc1,alignment=au", "h265parse"},
  {"video/x-av1,stream-format=annexb,alignment=tu", "av1parse"},
  {"video/x-av1,stream-format=obu-stream,alignment=obu", "av1parse"},
  {"video/x-vp9,alignment=frame", "vp9parse"},
};

GST_START_TEST (test_other_forms)
{
  GstBus *bus;
  GstHarness *h = file_new (forms[__i__].caps, &bus);

  assert_equals_int (push_units (h, H264, "K", 0), GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS (forms[__i__].parser));
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Caps that do not say the form, and another form. */
GST_START_TEST (test_form_not_said)
{
  GstBus *bus;
  GstHarness *h = file_new ("video/x-h264", &bus);

  gst_harness_push (h, unit_new ("0000002065880000", 0));
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("no start code at byte 3",
          "h264parse"));
  assert_equals_int (push_units (h, H264, "Kd", 0), GST_FLOW_OK);
  harness_stop (h);
  check_video (H264, "Kd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_codec_changes)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);

  push_units (h, H264, "Kd", 0);
  gst_harness_set_src_caps_str (h, codecs[1].caps);
  assert_equals_int (push_units (h, 1, "K", 2), GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("holds H.264 video already",
          "this stream is H.265 video", "another entity-path"));
  harness_stop (h);
  check_video (H264, "Kd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Logged, with a warning. */
GST_START_TEST (test_size_changes)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);

  push_units (h, H264, "Kd", 0);
  gst_harness_set_src_caps_str (h, "video/x-h264,stream-format=byte-stream,"
      "alignment=au,width=160,height=160");
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("320x240", "160x160",
          "another entity-path"));
  assert_equals_int (push_units (h, H264, "Kd", 2), GST_FLOW_OK);
  harness_stop (h);
  check_silent (bus);
  check_video (H264, "KdKd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* One that is damaged is left out, and the stream goes on. */
GST_START_TEST (test_damaged)
{
  GstBus *bus;
  GstHarness *h = video_new (H264, &bus);
  GstBuffer *empty = with_pts (gst_buffer_new (), 1);

  push_units (h, H264, "K", 0);
  assert_equals_int (gst_harness_push (h, empty), GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("frame left out",
          "it is empty"));
  push_units (h, H264, "d", 1);
  gst_harness_push (h, unit_new ("0000016742000001 68ce", 3));
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("frame left out", "no picture"));
  push_units (h, H264, "d", 2);
  harness_stop (h);
  check_video (H264, "Kdd", 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- caps ------------------------------------------------------------------------------ */

/* Who takes the first caps of the answer needs no parser, whatever it asks for first. */
GST_START_TEST (test_first_caps)
{
  GstHarness *h = gst_harness_new ("rerunsink");
  GstCaps *filter = gst_caps_from_string ("video/x-h264,stream-format=avc;"
      "video/x-h264,stream-format=byte-stream,alignment={nal,au}");
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");
  GstCaps *caps = gst_pad_query_caps (pad, filter);
  GstStructure *fields = gst_caps_get_structure (caps, 0);

  fail_unless_equals_string (gst_structure_get_string (fields, "stream-format"),
      "byte-stream");
  fail_unless_equals_string (gst_structure_get_string (fields, "alignment"),
      "au");
  gst_caps_unref (caps);
  gst_caps_unref (filter);
  gst_object_unref (pad);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* --- servers ---------------------------------------------------------------------------- */

GST_START_TEST (test_live)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  GstBus *bus;
  GstHarness *h = live_video_new (server, &bus, 1000, "downstream");

  push_units (h, H264, "KddKd", 0);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_numbers (server, NUMBERS (0, 1, 2, 3, 4));
  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* Of the group of pictures that a lost server had, the rest is no beginning: what was
 * not confirmed comes again as a whole, or nothing of it. */
GST_START_TEST (test_new_server_begins_with_a_key_frame)
{
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = live_video_new (server, &bus, 1000, "downstream");

  push_units (h, H264, "Kdddd", 0);
  rerun_server_wait_messages (server, N_FIRST + 5);
  gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"));
  rerun_server_free (server);
  gst_message_unref (wait_for (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-disconnected"));
  push_units (h, H264, "ddKdd", 5);
  server = rerun_server_new (&same);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 10);
  if (rerun_server_count_frames (server) > 3)
    check_numbers (server, NUMBERS (0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  else
    check_numbers (server, NUMBERS (7, 8, 9));
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* Nobody is there: the queue keeps the newest frames, from a key frame on; or the
 * oldest ones. */
GST_START_TEST (test_overflow)
{
  const gboolean upstream = __i__ == 1;
  RerunServer *server = rerun_server_new (&(ServerOptions) { 0, }
  );
  ServerOptions same = {.port = rerun_server_get_port (server) };
  GstBus *bus;
  GstHarness *h = live_video_new (server, &bus, 20, upstream ? "upstream" :
      "downstream");
  guint64 dropped, kept;
  guint numbers[200];

  rerun_server_free (server);
  for (guint n = 0; n < 20; n++)
    push_units (h, H264, "Kddddddddd", 10 * n);
  dropped = stat_of (h->element, "uri-frames-dropped");
  kept = 200 - dropped;
  fail_unless (dropped >= 100 && kept > 0, "%" G_GUINT64_FORMAT, dropped);
  if (!upstream)
    assert_equals_int (dropped % 10, 0);        /* whole groups */
  server = rerun_server_new (&same);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 200);
  assert_equals_uint64 (stat_of (h->element, "uri-frames-dropped"), dropped);
  for (guint i = 0; i < kept; i++)
    numbers[i] = upstream ? i : dropped + i;
  check_numbers (server, numbers, kept);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
}

GST_END_TEST;

/* Intrinsics and a pose are said of video as of pictures. */
GST_START_TEST (test_camera)
{
  GstBus *bus;
  gchar *caps = with_size (codecs[H264].caps);
  GstHarness *h = video_new_with ("pinhole", "<300.0,300.0,160.0,120.0>",
      caps, &bus);
  Recording recording;

  gst_util_set_object_arg (G_OBJECT (h->element), "translation",
      "<0.015,0.0,0.0>");
  g_free (caps);
  push_units (h, H264, "Kd", 0);
  harness_stop (h);
  recording_read (&recording, location);
  assert_equals_int (recording.states, 1);
  fail_unless (recording_count (&recording, "Pinhole:resolution", 18) > 0);
  fail_unless (recording_count (&recording, "Transform3D:translation", 23) > 0);
  g_free (recording.data);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

static const gchar *const no_sizes[] = {
  "", ",width=320", ",width=-5,height=0", ",width=320,height=-240"
};

/* Intrinsics are of a picture of some size. */
GST_START_TEST (test_camera_without_size)
{
  gchar *caps = g_strconcat (codecs[H264].caps, no_sizes[__i__], NULL);
  GstBus *bus;
  GstHarness *h = video_new_with ("pinhole", "<300.0,300.0,160.0,120.0>",
      caps, &bus);

  g_free (caps);
  assert_equals_int (push_units (h, H264, "K", 0), GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("pinhole", "width and height",
          "h264parse"));
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

static Suite *
rerunsink_video_suite (void)
{
  Suite *suite = suite_create ("rerunsink-video");
  TCase *tc = tcase_create ("general");

  tcase_add_checked_fixture (tc, folder_setup, live_teardown);
  tcase_add_loop_test (tc, test_codecs, 0, G_N_ELEMENTS (codecs));
  tcase_add_test (tc, test_not_copied);
  tcase_add_loop_test (tc, test_flags, 0, 2);
  tcase_add_test (tc, test_draw_order);
  tcase_add_test (tc, test_flush);
  tcase_add_test (tc, test_time_goes_back);
  tcase_add_test (tc, test_no_pts);
  tcase_add_loop_test (tc, test_no_key_frame_yet, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tc, test_no_parameter_sets_yet, 0,
      G_N_ELEMENTS (codecs));
  tcase_add_test (tc, test_parameter_sets_only_once);
  tcase_add_test (tc, test_long_wait);
  tcase_add_test (tc, test_never_a_key_frame);
  tcase_add_test (tc, test_asks_for_a_key_frame);
  tcase_add_loop_test (tc, test_b_frames, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tc, test_b_frames_without_pts, 0, 2);
  tcase_add_loop_test (tc, test_other_forms, 0, G_N_ELEMENTS (forms));
  tcase_add_test (tc, test_form_not_said);
  tcase_add_test (tc, test_codec_changes);
  tcase_add_test (tc, test_size_changes);
  tcase_add_test (tc, test_damaged);
  tcase_add_test (tc, test_first_caps);
  tcase_add_test (tc, test_live);
  tcase_add_test (tc, test_new_server_begins_with_a_key_frame);
  tcase_add_loop_test (tc, test_overflow, 0, 2);
  tcase_add_test (tc, test_camera);
  tcase_add_loop_test (tc, test_camera_without_size, 0,
      G_N_ELEMENTS (no_sizes));
  suite_add_tcase (suite, tc);
  return suite;
}

GST_CHECK_MAIN (rerunsink_video);
