/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What rrddemux plays of recordings that rerunsink made: bytes, times, caps and
 * metadata, from files and pipes. */

#include <string.h>

#include <gst/video/video.h>

#include "depth/depthmeta.h"
#include "rrddemux-common.h"

#define N_FRAMES 7

/* 0: pull mode, else the bytes that are pushed at once */
static const gsize pieces[] = { 0, 1000, G_MAXINT32, 1 };

/* all but the one by one, which is slow */
#define N_FAST_PIECES 3

/* --- every kind ----------------------------------------------------------- */

static GstBuffer *
raw_depth (guint n)
{
  guint16 pixels[WIDTH * HEIGHT];
  gsize stride = GST_ROUND_UP_4 (2 * WIDTH);
  guint8 *data = g_malloc0 (stride * HEIGHT);

  draw (pixels, n);
  for (guint y = 0; y < HEIGHT; y++)
    memcpy (data + y * stride, pixels + y * WIDTH, 2 * WIDTH);
  return with_pts (gst_buffer_new_wrapped (data, stride * HEIGHT), n);
}

/* @size bytes of which none say what they are. */
static GstBuffer *
noise (gsize size, guint n)
{
  GRand *rand = g_rand_new_with_seed (n);
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = g_rand_int (rand);
  g_rand_free (rand);
  return with_pts (gst_buffer_new_wrapped (data, size), n);
}

#define PICTURE_WIDTH 12
#define PICTURE_HEIGHT 6
#define PICTURE ",width=12,height=6,framerate=30/1"

static GstBuffer *
pixels_24 (guint n)
{
  return noise (3 * PICTURE_WIDTH * PICTURE_HEIGHT, n);
}

static GstBuffer *
pixels_32 (guint n)
{
  return noise (4 * PICTURE_WIDTH * PICTURE_HEIGHT, n);
}

static GstBuffer *
pixels_16 (guint n)
{
  return noise (2 * PICTURE_WIDTH * PICTURE_HEIGHT, n);
}

static GstBuffer *
pixels_8 (guint n)
{
  return noise (PICTURE_WIDTH * PICTURE_HEIGHT, n);
}

static GstBuffer *
pixels_12 (guint n)
{
  return noise (PICTURE_WIDTH * PICTURE_HEIGHT * 3 / 2, n);
}

static GstBuffer *
jpeg (guint n)
{
  static const guint8 head[] = {
    0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, PICTURE_HEIGHT, 0, PICTURE_WIDTH, 1, 1,
    0x11, 0, 0xFF, 0xDA, 0, 2
  };
  gsize size = sizeof head + 60;
  guint8 *data = g_malloc (size);

  memcpy (data, head, sizeof head);
  memset (data + sizeof head, (gint) (0x20 + n), size - sizeof head - 2);
  memcpy (data + size - 2, "\xff\xd9", 2);
  return with_pts (gst_buffer_new_wrapped (data, size), n);
}

static GstBuffer *
unit_new (const guint8 * head, gsize head_size, guint n)
{
  guint8 *data = g_malloc (head_size + 50);

  memcpy (data, head, head_size);
  memset (data + head_size, (gint) (0xa0 + n), 50);
  return with_pts (gst_buffer_new_wrapped (data, head_size + 50), n);
}

static GstBuffer *
h264 (guint n)
{
  static const guint8 key[] = { 0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0x64,
    0, 0x14, 0, 0, 0, 1, 0x68, 0xeb, 0xcc, 0, 0, 1, 0x65, 0x88
  };
  static const guint8 delta[] = { 0, 0, 0, 1, 0x09, 0x30, 0, 0, 0, 1, 0x41,
    0x9a
  };

  return n % 3 == 0 ? unit_new (key, sizeof key, n) :
      unit_new (delta, sizeof delta, n);
}

static GstBuffer *
vp8 (guint n)
{
  static const guint8 key[] = { 0x50, 0x42, 0, 0x9d, 0x01, 0x2a };
  static const guint8 delta[] = { 0xb1, 0x02, 0 };

  return n % 3 == 0 ? unit_new (key, sizeof key, n) :
      unit_new (delta, sizeof delta, n);
}

static const struct
{
  const gchar *caps;
  MakeBuffer make;
  const gchar *archetype;
  const gchar *played;          /* caps */
  const gchar *logged_as;       /* archetype of rerunsink */
} kinds[] = {
  {RVL_CAPS, rvl_buffer, "EncodedDepthImage", "image/x-rvl,width=101,height=37,"
        "depth-meter=(fraction)1000/1", "auto"},
  {"image/png,depth-meter=1000/1", png_buffer, "EncodedDepthImage",
      "image/png,width=101,height=37,depth-meter=(fraction)1000/1", "auto"},
  {RAW_CAPS, raw_depth, "DepthImage", "video/x-raw,format=GRAY16_LE,width=101,"
        "height=37,depth-meter=(fraction)1000/1", "auto"},
  {"image/png", png_buffer, "EncodedImage", "image/png,width=101,height=37",
      "image"},
  {"image/jpeg" PICTURE, jpeg, "EncodedImage", "image/jpeg,width=12,height=6",
      "auto"},
  {"video/x-raw,format=RGB" PICTURE, pixels_24, "Image",
      "video/x-raw,format=RGB,width=12,height=6", "auto"},
  {"video/x-raw,format=BGR" PICTURE, pixels_24, "Image",
      "video/x-raw,format=BGR,width=12,height=6", "auto"},
  {"video/x-raw,format=RGBA" PICTURE, pixels_32, "Image",
      "video/x-raw,format=RGBA,width=12,height=6", "auto"},
  {"video/x-raw,format=BGRA" PICTURE, pixels_32, "Image",
      "video/x-raw,format=BGRA,width=12,height=6", "auto"},
  {"video/x-raw,format=GRAY8" PICTURE, pixels_8, "Image",
      "video/x-raw,format=GRAY8,width=12,height=6", "auto"},
  {"video/x-raw,format=GRAY16_LE" PICTURE, pixels_16, "Image",
      "video/x-raw,format=GRAY16_LE,width=12,height=6", "image"},
  {"video/x-raw,format=NV12" PICTURE, pixels_12, "Image",
      "video/x-raw,format=NV12,width=12,height=6", "auto"},
  {"video/x-raw,format=YUY2" PICTURE, pixels_16, "Image",
      "video/x-raw,format=YUY2,width=12,height=6", "auto"},
  {"video/x-h264,stream-format=byte-stream,alignment=au" PICTURE, h264,
        "VideoStream", "video/x-h264,stream-format=byte-stream,alignment=au",
      "auto"},
  {"video/x-vp8" PICTURE, vp8, "VideoStream", "video/x-vp8", "auto"},
  {"text/x-raw,format=utf8", text_line, "TextLog", "text/x-raw,format=utf8",
      "auto"},
};

/* All of @stream, from @first on, is what @make makes. */
static void
check_stream (const PlayedStream * stream, MakeBuffer make, guint first,
    guint n)
{
  assert_equals_int (stream->buffers->len, n);
  for (guint i = 0; i < n; i++) {
    GstBuffer *played = stream->buffers->pdata[i], *made = make (first + i);

    check_same_bytes (played, made);
    assert_equals_uint64 (GST_BUFFER_PTS (played), GST_BUFFER_PTS (made));
    assert_equals_int (GST_BUFFER_IS_DISCONT (played), i == 0);
    gst_buffer_unref (made);
  }
}

static void
check_caps (const PlayedStream * stream, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless (gst_caps_is_subset (stream->caps, caps), "%s is not %s",
      gst_caps_to_string (stream->caps), text);
  gst_caps_unref (caps);
}

GST_START_TEST (test_kinds)
{
  const gchar *archetype = kinds[__i__].archetype;
  GstHarness *h = record_start (kinds[__i__].caps, "entity-path", "a/b",
      "archetype", kinds[__i__].logged_as, NULL);
  gchar *id = g_strconcat ("a/b:", archetype, NULL);
  GBytes *data;

  for (guint n = 0; n < N_FRAMES; n++)
    assert_equals_int (gst_harness_push (h, kinds[__i__].make (n)),
        GST_FLOW_OK);
  record_end (h);
  data = recording_load ();
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    Player *player = player_new (g_bytes_ref (data), NULL, NULL);
    PlayedStream *stream;

    player_play (player, pieces[i]);
    check_silent (player->bus);
    assert_equals_int (player->streams->len, 1);
    fail_unless (player->no_more_pads && player->late_pads == 0);
    stream = player_find (player, id);
    assert_equals_string (stream->title, "/a/b");
    assert_equals_int (stream->eos, 1);
    check_stream (stream, kinds[__i__].make, 0, N_FRAMES);
    check_caps (stream, kinds[__i__].played);
    player_free (player);
  }
  g_bytes_unref (data);
  g_free (id);
}

GST_END_TEST;

/* --- metadata ------------------------------------------------------------- */

static void
get_said (guint n, GstDepthInfo * depth, GstPinholeInfo * pinhole)
{
  /* the unit changes after 2 frames, the range after 4, the camera after 5 */
  *depth =
      (GstDepthInfo) { n < 2 ? 1000 : 5000, 500, n < 4 ? 4000 : 60000 };
  *pinhole =
      (GstPinholeInfo) { n < 5 ? 90.5 : 45.25, 91.5, 50, 18.25, WIDTH,
      HEIGHT };
}

#define UNIX_TIME G_GUINT64_CONSTANT (1760000000123456789)

static GstBuffer *
said_buffer (guint n)
{
  GstBuffer *buffer = rvl_buffer (n);
  GstCaps *caps = gst_caps_new_empty_simple ("timestamp/x-unix");
  GstDepthInfo depth;
  GstPinholeInfo pinhole;

  get_said (n, &depth, &pinhole);
  gst_depth_meta_set_info (buffer, &depth);
  gst_pinhole_meta_set_info (buffer, &pinhole);
  gst_buffer_add_reference_timestamp_meta (buffer, caps,
      UNIX_TIME + GST_BUFFER_PTS (buffer), GST_CLOCK_TIME_NONE);
  gst_caps_unref (caps);
  return buffer;
}

static void
check_capture_time (GstBuffer * buffer)
{
  GstCaps *caps = gst_caps_new_empty_simple ("timestamp/x-unix");
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (buffer, caps);

  gst_caps_unref (caps);
  fail_unless (meta != NULL);
  assert_equals_uint64 (meta->timestamp, UNIX_TIME + GST_BUFFER_PTS (buffer));
}

static void
check_said_by (GstBuffer * buffer, guint n)
{
  GstDepthInfo depth, depth_said;
  GstPinholeInfo pinhole, pinhole_said;

  get_said (n, &depth_said, &pinhole_said);
  fail_unless (gst_depth_meta_get_info (buffer, &depth));
  assert_equals_float (depth.meter, depth_said.meter);
  assert_equals_float (depth.range_min, depth_said.range_min);
  assert_equals_float (depth.range_max, depth_said.range_max);
  fail_unless (gst_pinhole_meta_get_info (buffer, &pinhole));
  assert_equals_float (pinhole.fx, pinhole_said.fx);
  assert_equals_float (pinhole.fy, pinhole_said.fy);
  assert_equals_float (pinhole.cx, pinhole_said.cx);
  assert_equals_float (pinhole.cy, pinhole_said.cy);
  assert_equals_int (pinhole.width, pinhole_said.width);
  assert_equals_int (pinhole.height, pinhole_said.height);
  check_capture_time (buffer);
}

/* With a footer and without; a pipe may have range and intrinsics later. */
GST_START_TEST (test_metadata)
{
  GBytes *data;
  Player *player;
  PlayedStream *stream;

  record ("image/x-rvl", said_buffer, N_FRAMES, "a/b");
  data = recording_load ();
  player = player_new (__i__ == 0 ? g_bytes_ref (data) :
      recording_without_footer (data), NULL, NULL);
  g_bytes_unref (data);
  player_pull (player);
  check_silent (player->bus);
  stream = player_find (player, "a/b:EncodedDepthImage");
  check_stream (stream, rvl_buffer, 0, N_FRAMES);
  for (guint n = 0; n < N_FRAMES; n++)
    check_said_by (stream->buffers->pdata[n], n);
  check_caps (stream, "image/x-rvl,depth-meter=(fraction)5000/1");
  player_free (player);
}

GST_END_TEST;

GST_START_TEST (test_metadata_of_a_pipe)
{
  Player *player;
  PlayedStream *stream;

  record ("image/x-rvl", said_buffer, N_FRAMES, "a/b");
  player = player_new (recording_load (), NULL, NULL);
  player_push (player, pieces[1 + __i__]);
  check_silent (player->bus);
  stream = player_find (player, "a/b:EncodedDepthImage");
  check_stream (stream, rvl_buffer, 0, N_FRAMES);
  for (guint n = 0; n < N_FRAMES; n++) {
    GstDepthInfo depth;

    fail_unless (gst_depth_meta_get_info (stream->buffers->pdata[n], &depth));
    assert_equals_float (depth.meter, n < 2 ? 1000 : 5000);
    check_capture_time (stream->buffers->pdata[n]);
  }
  player_free (player);
}

GST_END_TEST;

/* --- several entities ----------------------------------------------------- */

#define RIG_FRAMES 30

/* Depth and a picture each time, a text only with the first and the 16th. */
static GBytes *
record_rig (void)
{
  GstHarness *depth = record_start (RVL_CAPS, "entity-path", "rig/depth", NULL);
  GstHarness *colour = record_start ("image/jpeg" PICTURE, "entity-path",
      "rig/colour", NULL);
  GstHarness *text = record_start ("text/x-raw,format=utf8", "entity-path",
      "log,book", NULL);

  for (guint n = 0; n < RIG_FRAMES; n++) {
    gst_harness_push (depth, rvl_buffer (n));
    gst_harness_push (colour, jpeg (n));
    if (n % 15 == 0)
      gst_harness_push (text, text_line (n));
  }
  record_end (depth);
  record_end (colour);
  record_end (text);
  return recording_load ();
}

static void
check_rig_text (Player * player)
{
  const PlayedStream *stream = player_find (player, "log\\,book:TextLog");

  assert_equals_int (stream->buffers->len, 2);
  for (guint i = 0; i < 2; i++) {
    GstBuffer *made = text_line (15 * i);

    check_same_bytes (stream->buffers->pdata[i], made);
    assert_equals_uint64 (GST_BUFFER_PTS (stream->buffers->pdata[i]),
        GST_BUFFER_PTS (made));
    gst_buffer_unref (made);
  }
}

/* What is silent is told so, at the latest after 0.2 s, and never into the past. */
static void
check_gaps (const PlayedStream * stream)
{
  GstClockTime last = 0;

  fail_unless (stream->gaps->len >= 5, "%u gaps", stream->gaps->len);
  for (guint i = 0; i < stream->gaps->len; i++) {
    GstClockTime time = g_array_index (stream->gaps, GstClockTime, i);

    fail_unless (time >= last);
    last = time;
  }
  fail_unless (last >= (RIG_FRAMES - 1) * 33 * GST_MSECOND - 200 * GST_MSECOND);
}

GST_START_TEST (test_rig)
{
  GBytes *data = record_rig ();

  for (guint i = 0; i < N_FAST_PIECES; i++) {
    Player *player = player_new (g_bytes_ref (data), NULL, NULL);

    player_play (player, pieces[i]);
    check_silent (player->bus);
    assert_equals_int (player->streams->len, 3);
    check_stream (player_find (player, "rig/depth:EncodedDepthImage"),
        rvl_buffer, 0, RIG_FRAMES);
    check_stream (player_find (player, "rig/colour:EncodedImage"), jpeg, 0,
        RIG_FRAMES);
    check_rig_text (player);
    if (pieces[i] == 0)
      check_gaps (player_find (player, "log\\,book:TextLog"));
    player_free (player);
  }
  g_bytes_unref (data);
}

GST_END_TEST;

static const struct
{
  const gchar *entity_path;
  const gchar *played[4];
} selections[] = {
  {"rig/depth", {"rig/depth:EncodedDepthImage"}},
  {"/rig/depth/", {"rig/depth:EncodedDepthImage"}},
  {"rig", {"rig/depth:EncodedDepthImage", "rig/colour:EncodedImage"}},
  {"rig/colour, log\\,book", {"rig/colour:EncodedImage", "log\\,book:TextLog"}},
  {"log\\,book,rig/depth,not/there", {"rig/depth:EncodedDepthImage",
          "log\\,book:TextLog"}},
  {"", {"rig/depth:EncodedDepthImage", "rig/colour:EncodedImage",
          "log\\,book:TextLog"}},
};

GST_START_TEST (test_selection)
{
  GBytes *data = record_rig ();

  for (guint i = 0; i < N_FAST_PIECES; i++) {
    Player *player = player_new (g_bytes_ref (data), "entity-path",
        selections[__i__].entity_path, NULL);
    guint n = 0;

    player_play (player, pieces[i]);
    check_silent (player->bus);
    for (; selections[__i__].played[n] != NULL; n++)
      player_find (player, selections[__i__].played[n]);
    assert_equals_int (player->streams->len, n);
    player_free (player);
  }
  g_bytes_unref (data);
}

GST_END_TEST;

/* --- timelines and recordings --------------------------------------------- */

static const struct
{
  const gchar *timeline, *framerate;
  GstClockTime interval;
  const gchar *caps;
} timelines[] = {
  {"pts", "15/1", 33 * GST_MSECOND, "image/x-rvl"},
  {"capture_time", "15/1", 33 * GST_MSECOND, "image/x-rvl"},
  {"frame", "15/1", GST_SECOND / 15, "image/x-rvl,framerate=(fraction)15/1"},
  {"frame", "30000/1001", GST_SECOND * 1001 / 30000,
      "image/x-rvl,framerate=(fraction)30000/1001"},
};

GST_START_TEST (test_timelines)
{
  GBytes *data;

  record ("image/x-rvl", said_buffer, N_FRAMES, "a/b");
  data = recording_load ();
  for (guint i = 0; i < N_FAST_PIECES; i++) {
    Player *player = player_new (g_bytes_ref (data), "timeline",
        timelines[__i__].timeline, "framerate", timelines[__i__].framerate,
        NULL);
    PlayedStream *stream;

    player_play (player, pieces[i]);
    check_silent (player->bus);
    stream = player_find (player, "a/b:EncodedDepthImage");
    assert_equals_int (stream->buffers->len, N_FRAMES);
    for (guint n = 0; n < N_FRAMES; n++) {
      GstClockTime expected = n * timelines[__i__].interval;
      GstClockTime pts = GST_BUFFER_PTS (stream->buffers->pdata[n]);

      fail_unless (ABS (GST_CLOCK_DIFF (expected, pts)) <= n, "frame %u at %"
          GST_TIME_FORMAT, n, GST_TIME_ARGS (pts));
    }
    check_caps (stream, timelines[__i__].caps);
    player_free (player);
  }
  g_bytes_unref (data);
}

GST_END_TEST;

/* Two files, one after the other. */
GST_START_TEST (test_recording_id)
{
  static const gchar *const ids[] = { "r", "s", NULL };
  GByteArray *both = g_byte_array_new ();
  GBytes *part, *data;
  GstHarness *h;

  record (RVL_CAPS, rvl_buffer, N_FRAMES, "first");
  part = recording_load ();
  g_byte_array_append (both, g_bytes_get_data (part, NULL),
      g_bytes_get_size (part));
  g_bytes_unref (part);
  h = record_start (RVL_CAPS, "recording-id", "s", "entity-path", "second",
      NULL);
  for (guint n = 0; n < 3; n++)
    gst_harness_push (h, rvl_buffer (10 + n));
  record_end (h);
  part = recording_load ();
  g_byte_array_append (both, g_bytes_get_data (part, NULL),
      g_bytes_get_size (part));
  g_bytes_unref (part);
  data = g_byte_array_free_to_bytes (both);

  for (guint i = 0; i < N_FAST_PIECES; i++) {
    Player *player = player_new (g_bytes_ref (data), ids[__i__] != NULL ?
        "recording-id" : NULL, ids[__i__], NULL);

    player_play (player, pieces[i]);
    check_silent (player->bus);
    assert_equals_int (player->streams->len, 1);
    if (__i__ == 1)
      check_stream (player_find (player, "second:EncodedDepthImage"),
          rvl_buffer, 10, 3);
    else
      check_stream (player_find (player, "first:EncodedDepthImage"),
          rvl_buffer, 0, N_FRAMES);
    player_free (player);
  }
  g_bytes_unref (data);
}

GST_END_TEST;

/* --- memory --------------------------------------------------------------- */

/* What waits in a queue holds little more memory than the queue knows of. */
GST_START_TEST (test_memory)
{
  Player *player;
  const PlayedStream *stream;

  record ("text/x-raw,format=utf8", text_line, N_FRAMES, "log");
  player = player_new (recording_load (), NULL, NULL);
  player_pull (player);
  stream = player_find (player, "log:TextLog");
  assert_equals_int (stream->buffers->len, N_FRAMES);
  for (guint i = 0; i < N_FRAMES; i++) {
    gsize offset, whole;
    gsize size = gst_buffer_get_sizes (stream->buffers->pdata[i], &offset,
        &whole);

    assert_equals_int (offset, 0);
    fail_unless (whole <= 4 * size, "%" G_GSIZE_FORMAT " bytes for %"
        G_GSIZE_FORMAT, whole, size);
  }
  player_free (player);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rrddemux_streams_suite (void)
{
  Suite *s = suite_create ("rrddemux-streams");
  TCase *tc = tcase_create ("general");

  gst_depth_meta_load ();
  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_loop_test (tc, test_kinds, 0, G_N_ELEMENTS (kinds));
  tcase_add_loop_test (tc, test_metadata, 0, 2);
  tcase_add_test (tc, test_memory);
  tcase_add_loop_test (tc, test_metadata_of_a_pipe, 0, 2);
  tcase_add_test (tc, test_rig);
  tcase_add_loop_test (tc, test_selection, 0, G_N_ELEMENTS (selections));
  tcase_add_loop_test (tc, test_timelines, 0, G_N_ELEMENTS (timelines));
  tcase_add_loop_test (tc, test_recording_id, 0, 3);
  return s;
}

GST_CHECK_MAIN (rrddemux_streams);
