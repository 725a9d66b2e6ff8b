/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rerunsink logs beside depth: pictures, text, and where the camera is. */
#include <gst/video/video.h>

#include "rerun-common.h"

#define JPEG_CAPS "image/jpeg,width=640,height=480,framerate=30/1"

/* --- pictures -------------------------------------------------------------- */

/* What a JPEG of this size begins and ends with; @n makes it another one. */
static GstBuffer *
jpeg_buffer (guint n, guint width, guint height)
{
  const guint8 head[] = {
    0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, height >> 8, height & 255, width >> 8,
    width & 255, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2, 'j', 'p', 'e', 'g', n
  };
  gsize size = sizeof head + 100;
  guint8 *data = g_malloc (size);

  memcpy (data, head, sizeof head);
  memset (data + sizeof head, (gint) (0x20 + n), 98);
  memcpy (data + size - 2, "\xff\xd9", 2);
  return with_pts (gst_buffer_new_wrapped (data, size), n);
}

static GstHarness *
harness_with (const gchar * caps, GstBus ** bus, const gchar * first, ...)
{
  GstElement *sink = sink_new (bus);
  GstHarness *h;
  va_list others;

  va_start (others, first);
  for (const gchar * name = first; name != NULL;
      name = va_arg (others, const gchar *))
      gst_util_set_object_arg (G_OBJECT (sink), name, va_arg (others,
            const gchar *));
  va_end (others);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  if (caps != NULL)
    gst_harness_set_src_caps_str (h, caps);
  return h;
}

/* How often the recording has these bytes. */
static guint
count_bytes (gconstpointer bytes, gsize size)
{
  Recording recording;
  guint n;

  recording_read (&recording, location);
  n = recording_count (&recording, bytes, size);
  g_free (recording.data);
  return n;
}

static guint
count_floats (const gfloat * values, gsize n)
{
  Recording recording;
  guint found;

  recording_read (&recording, location);
  found = recording_count_floats (&recording, values, n);
  g_free (recording.data);
  return found;
}

static guint
count_text (const gchar * text)
{
  return count_bytes (text, strlen (text));
}

static void
check_logged (GstBuffer * buffer)
{
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  assert_equals_int (count_bytes (map.data, map.size), 1);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

GST_START_TEST (test_jpeg)
{
  GstBus *bus;
  GstHarness *h = harness_with ("image/jpeg,width=640,height=480", &bus,
      "opacity", "0.5", NULL);

  for (guint n = 0; n < 5; n++)
    assert_equals_int (gst_harness_push (h, jpeg_buffer (n, 640, 480)),
        GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_silent (bus);
  harness_stop (h);
  check_recording (location, 5, TRUE);
  for (guint n = 0; n < 5; n++)
    check_logged (jpeg_buffer (n, 640, 480));
  fail_unless (count_text ("rerun.archetypes.EncodedImage") > 0);
  fail_unless (count_text ("EncodedImage:opacity") > 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* The rows of @info, @padding bytes after each and @gap bytes before each plane; what is
 * between them is 0xaa. @packed: (out): without all of that */
static GstBuffer *
raw_buffer (const GstVideoInfo * info, guint padding, guint gap,
    GByteArray * packed)
{
  GByteArray *data = g_byte_array_new ();
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, };
  gint strides[GST_VIDEO_MAX_PLANES] = { 0, };
  guint8 fill[64], next = 1;
  GstBuffer *buffer;

  memset (fill, 0xaa, sizeof fill);
  for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES (info); p++) {
    gint components[GST_VIDEO_MAX_COMPONENTS];

    gst_video_format_info_component (info->finfo, p, components);
    gsize row = (gsize) GST_VIDEO_INFO_COMP_WIDTH (info, components[0]) *
        GST_VIDEO_INFO_COMP_PSTRIDE (info, components[0]);
    g_byte_array_append (data, fill, gap);
    offsets[p] = data->len;
    strides[p] = (gint) (row + padding);
    for (gint y = 0; y < GST_VIDEO_INFO_COMP_HEIGHT (info, components[0]); y++) {
      for (gsize x = 0; x < row; x++) {
        g_byte_array_append (data, &next, 1);
        g_byte_array_append (packed, &next, 1);
        next = (guint8) (next * 5 + 3 + p);
      }
      g_byte_array_append (data, fill, padding);
    }
  }
  buffer = gst_buffer_new_memdup (data->data, data->len);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info), offsets,
      strides);
  g_byte_array_unref (data);
  return with_pts (buffer, 0);
}

/* The formats, and what Rerun calls them: pixel format, colour model, datatype. */
static const struct
{
  const gchar *format;
  const gchar *colorimetry;     /* NULL: not said */
  guint8 numbers[3];
} raw_formats[] = {
  {"RGB", NULL, {0, 2, 6}},
  {"BGR", NULL, {0, 4, 6}},
  {"RGBA", NULL, {0, 3, 6}},
  {"BGRA", NULL, {0, 5, 6}},
  {"GRAY8", NULL, {0, 1, 6}},
  {"GRAY8", "2:4:0:0", {41, 0, 0}},
  {"NV12", NULL, {26, 0, 0}},
  {"I420", "bt601", {20, 0, 0}},
  {"I420", "1:4:0:0", {44, 0, 0}},
  {"YUY2", NULL, {27, 0, 0}},
};

/* An Arrow struct has a buffer a field, each padded to 8 bytes: one with the number,
 * where that is not null. */
static void
check_format (const guint8 numbers[3])
{
  const gchar *names[] = { "pixel_format", "color_model", "channel_datatype" };

  for (guint i = 0; i < 3; i++) {
    const guint8 padded[8] = { numbers[i], };

    fail_unless (count_text (names[i]) > 0);
    fail_unless (numbers[i] == 0 || count_bytes (padded, sizeof padded) > 0);
  }
}

static void
check_raw (guint which, guint width, guint padding, guint gap)
{
  gchar *caps = g_strdup_printf ("video/x-raw,format=%s,width=%u,height=6,"
      "framerate=30/1%s%s", raw_formats[which].format, width,
      raw_formats[which].colorimetry != NULL ? ",colorimetry=" : "",
      raw_formats[which].colorimetry != NULL ?
      raw_formats[which].colorimetry : "");
  GstCaps *parsed = gst_caps_from_string (caps);
  GByteArray *packed = g_byte_array_new ();
  GstVideoInfo info;
  GstBus *bus;
  GstHarness *h = harness_with (caps, &bus, NULL);

  fail_unless (gst_video_info_from_caps (&info, parsed));
  assert_equals_int (gst_harness_push (h, raw_buffer (&info, padding, gap,
              packed)), GST_FLOW_OK);
  check_silent (bus);
  harness_stop (h);
  check_recording (location, 1, TRUE);
  assert_equals_int (count_bytes (packed->data, packed->len), 1);
  fail_unless (count_text ("rerun.archetypes.Image") > 0);
  check_format (raw_formats[which].numbers);
  g_byte_array_unref (packed);
  gst_caps_unref (parsed);
  gst_object_unref (bus);
  g_free (caps);
}

GST_START_TEST (test_raw)
{
  check_raw (__i__, 16, 0, 0);
  check_raw (__i__, 16, 20, 0);
  check_raw (__i__, 22, 0, 7);
  check_raw (__i__, 22, 2, 5);
}

GST_END_TEST;

GST_START_TEST (test_colours_that_are_shown_wrong)
{
  static const struct
  {
    const gchar *caps;
    guint messages;
  } colours[] = {
    {"I420,colorimetry=bt709", 0}, {"I420,colorimetry=1:3:5:1", 0},
    {"I420,colorimetry=bt601", 1}, {"NV12,colorimetry=bt601", 0},
    {"NV12,colorimetry=bt709", 1}, {"NV12,colorimetry=1:4:0:0", 1},
    {"RGB,colorimetry=1:1:5:1", 0}, {"GRAY8", 0},
  };

  for (guint i = 0; i < G_N_ELEMENTS (colours); i++) {
    gchar *caps = g_strconcat ("video/x-raw,width=16,height=6,framerate=30/1,"
        "format=", colours[i].caps, NULL);
    GstBus *bus;
    GstHarness *h = harness_with (caps, &bus, NULL);
    guint n = 0;
    GstMessage *message;

    gst_harness_push (h, with_pts (gst_buffer_new_allocate (NULL, 16 * 6 * 3,
                NULL), 0));
    while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_INFO)) != NULL) {
      gst_message_unref (message);
      n++;
    }
    fail_unless (n == colours[i].messages, "%s", caps);
    harness_stop (h);
    gst_object_unref (bus);
    g_free (caps);
  }
}

GST_END_TEST;

/* Caps of @format with a size that it cannot have in Rerun do not fit. */
GST_START_TEST (test_odd_chroma)
{
  static const gchar *const sizes[] = {
    "NV12,width=33,height=6", "I420,width=32,height=7", "YUY2,width=33,height=6"
  };
  GstBus *bus;
  GstHarness *h = harness_with (NULL, &bus, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gchar *text = g_strconcat ("video/x-raw,framerate=30/1,format=", sizes[i],
        NULL);
    GstCaps *caps = gst_caps_from_string (text);
    GstPad *pad = gst_element_get_static_pad (h->element, "sink");

    fail_if (gst_pad_query_accept_caps (pad, caps), "%s", text);
    gst_object_unref (pad);
    gst_caps_unref (caps);
    g_free (text);
  }
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_raw_too_short)
{
  GstBus *bus;
  GstHarness *h = harness_with ("video/x-raw,format=NV12,width=16,height=6,"
      "framerate=30/1", &bus, NULL);

  assert_equals_int (gst_harness_push (h, gst_buffer_new_allocate (NULL, 143,
              NULL)), GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("143 bytes", "plane 1", "16x6"));
  assert_equals_int (gst_harness_push (h, gst_buffer_new_memdup (folder, 1)),
      GST_FLOW_OK);
  assert_equals_int (gst_harness_push (h, with_pts (gst_buffer_new_allocate
              (NULL, 144, NULL), 2)), GST_FLOW_OK);
  harness_stop (h);
  check_recording (location, 1, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Infrared. */
GST_START_TEST (test_16_bit_pictures)
{
  static const gchar *const caps[] = { RAW_CAPS, "image/png" };
  static const gchar *const archetypes[] = { "Image:buffer",
    "EncodedImage:blob"
  };
  GstBus *bus;
  GstHarness *h = harness_with (caps[__i__], &bus, "archetype", "image", NULL);
  guint16 samples[(WIDTH + 1) * HEIGHT];
  GstBuffer *raw;

  draw (samples, 0);
  raw = gst_buffer_new_memdup (samples, sizeof samples);
  assert_equals_int (gst_harness_push (h, with_pts (__i__ == 0 ?
              gst_buffer_ref (raw) : png_buffer (0), 0)), GST_FLOW_OK);
  gst_buffer_unref (raw);
  check_silent (bus);
  harness_stop (h);
  check_recording (location, 1, TRUE);
  fail_unless (count_text (archetypes[__i__]) > 0);
  assert_equals_int (count_text ("Depth"), 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- bad pictures ---------------------------------------------------------- */

static GstBuffer *
cut (GstBuffer * buffer, gsize offset, gsize less)
{
  gsize size = gst_buffer_get_size (buffer);
  GstBuffer *part = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL,
      offset, size - offset - less);

  gst_buffer_unref (buffer);
  return part;
}

/* Each is one warning, and the stream goes on. */
GST_START_TEST (test_bad_jpeg)
{
  GstBus *bus;
  GstHarness *h = harness_with ("image/jpeg,width=640,height=480", &bus,
      "log-drops", "true", NULL);

  gst_harness_push (h, jpeg_buffer (0, 640, 480));
  assert_equals_int (gst_harness_push (h, cut (jpeg_buffer (1, 640, 480), 0,
              2)), GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("FF D9", "byte 122 of 122"));
  gst_harness_push (h, jpeg_buffer (2, 640, 480));
  assert_equals_int (gst_harness_push (h, cut (jpeg_buffer (3, 640, 480), 2,
              0)), GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("FF D8", "byte 0"));
  gst_harness_push (h, jpeg_buffer (4, 640, 480));
  assert_equals_int (gst_harness_push (h, jpeg_buffer (5, 320, 240)),
      GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("320x240", "640x480"));
  gst_harness_push (h, jpeg_buffer (6, 640, 480));
  gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  check_recording (location, 4, TRUE);
  assert_equals_int (count_text ("frame left out: "), 3);
  fail_unless (count_text ("TextLog:text") > 0);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A PNG of 1x1, 8-bit RGB. */
static const guint8 rgb_png[] = {
  0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R',
  0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde,
  0, 0, 0, 12, 'I', 'D', 'A', 'T', 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0x00,
  0x00, 0x03, 0x01, 0x01, 0x00, 0xc9, 0xfe, 0x92, 0xef,
  0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82
};

static GstBuffer *
colour_png_buffer (guint n)
{
  return with_pts (gst_buffer_new_memdup (rgb_png, sizeof rgb_png), n);
}

/* The first PNG that can be read says what the stream is. */
GST_START_TEST (test_colour_png)
{
  GstBus *bus;
  GstHarness *h = harness_with ("image/png", &bus, NULL);

  assert_equals_int (gst_harness_push (h, cut (colour_png_buffer (0), 8, 0)),
      GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("frame left out", "byte 0"));
  gst_harness_push (h, colour_png_buffer (1));
  gst_harness_push (h, cut (colour_png_buffer (2), 0, 5));
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("frame left out", "byte"));
  gst_harness_push (h, colour_png_buffer (3));
  gst_harness_push (h, png_buffer (4));
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("16-bit grey", "archetype"));
  harness_stop (h);
  check_recording (location, 2, TRUE);
  assert_equals_int (count_bytes (rgb_png, sizeof rgb_png), 2);
  fail_unless (count_text ("EncodedImage:blob") > 0);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_no_pixels)
{
  static const gchar *const caps[] = {
    "video/x-raw,format=RGB,width=0,height=4,framerate=30/1",
    "video/x-raw,format=GRAY8,width=4,height=0,framerate=30/1",
    "video/x-raw,format=GRAY16_LE,width=0,height=4,framerate=30/1",
  };
  GstBus *bus;
  GstHarness *h = harness_with (caps[__i__], &bus, NULL);

  assert_equals_int (gst_harness_push (h, gst_buffer_new_allocate (NULL, 64,
              NULL)), GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("width", "from 1 pixel"));
  harness_stop (h);
  check_recording (location, 0, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_rows_upside_down)
{
  static gsize offsets[GST_VIDEO_MAX_PLANES] = { 36 };
  static gint strides[GST_VIDEO_MAX_PLANES] = { -12 };
  GstBus *bus;
  GstHarness *h = harness_with ("video/x-raw,format=RGB,width=4,height=4,"
      "framerate=30/1", &bus, NULL);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 48, NULL);

  gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_RGB, 4, 4, 1,
      offsets, strides);
  assert_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("stride of -12"));
  gst_harness_push (h, with_pts (gst_buffer_new_allocate (NULL, 48, NULL), 1));
  harness_stop (h);
  check_recording (location, 1, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Only frames make an entity what it is. */
GST_START_TEST (test_caps_without_frames)
{
  GstBus *bus;
  GstHarness *h = harness_with ("video/x-raw,format=RGB,width=4,height=4,"
      "framerate=30/1", &bus, NULL);

  gst_harness_set_src_caps_str (h, "text/x-raw,format=utf8");
  gst_harness_set_src_caps_str (h, JPEG_CAPS);
  assert_equals_int (gst_harness_push (h, jpeg_buffer (0, 640, 480)),
      GST_FLOW_OK);
  harness_stop (h);
  check_recording (location, 1, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* What it asks of upstream is what it takes. */
GST_START_TEST (test_caps_of_an_archetype)
{
  static const gchar *const archetypes[] = { "auto", "depth", "image" };
  GstBus *bus;
  GstHarness *h = harness_with (NULL, &bus, "archetype", archetypes[__i__],
      NULL);
  GstCaps *caps = gst_pad_peer_query_caps (h->srcpad, NULL);
  GstCaps *big_endian =
      gst_caps_from_string ("video/x-raw,format=GRAY16_BE,width=4,height=4");

  assert_equals_int (gst_caps_can_intersect (caps, big_endian), __i__ < 2);
  gst_caps_unref (caps);
  gst_caps_unref (big_endian);
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_other_archetype)
{
  static const gchar *const caps[] = {
    "image/jpeg,width=640,height=480", RAW_CAPS, "text/x-raw,format=utf8",
    "video/x-raw,format=RGB,width=4,height=4,framerate=30/1"
  };
  GstBus *bus;
  GstHarness *h = harness_with (caps[0], &bus, NULL);
  GstFlowReturn flow;

  gst_harness_push (h, jpeg_buffer (0, 640, 480));
  gst_harness_set_src_caps_str (h, caps[1 + __i__]);
  flow = gst_harness_push (h, jpeg_buffer (1, 640, 480));
  assert_equals_int (flow, GST_FLOW_NOT_NEGOTIATED);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("/depth", "JPEG pictures"));
  harness_stop (h);
  check_recording (location, 1, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- text ------------------------------------------------------------------ */

static GstBuffer *
text_buffer (const gchar * text, gssize size, guint n)
{
  return with_pts (gst_buffer_new_memdup (text,
          size < 0 ? strlen (text) : (gsize) size), n);
}

GST_START_TEST (test_text)
{
  GstBus *bus;
  GstHarness *h = harness_with ("text/x-raw,format=utf8", &bus, "level",
      "error", NULL);

  gst_harness_push (h, text_buffer ("a pers\xc3\xb6n", -1, 0));
  gst_harness_push (h, text_buffer ("<b>no markup</b>", 17, 1));
  assert_equals_int (gst_harness_push (h, text_buffer ("wrong \xff", -1, 2)),
      GST_FLOW_OK);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("UTF-8", "byte 6", "0xff"));
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_equals_uint64 (stat_of (h->element, "frames"), 2);
  harness_stop (h);
  assert_equals_int (count_text ("a pers\xc3\xb6n<b>no markup</b>"), 1);
  assert_equals_int (count_text ("ERRORERROR"), 1);
  assert_equals_int (count_text ("wrong"), 0);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_markup)
{
  GstBus *bus;
  GstHarness *h = harness_with ("text/x-raw,format=pango-markup", &bus, NULL);

  gst_harness_push (h, text_buffer ("<i>a</i> &lt; <span size='1'>b</span>",
          -1, 0));
  gst_harness_push (h, text_buffer ("c & <d", -1, 1));
  check_silent (bus);
  harness_stop (h);
  assert_equals_int (count_text ("a < bc & <d"), 1);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- where the camera is ---------------------------------------------------- */

static GstHarness *
camera_new (const gchar * path, GstBus ** bus, const gchar * property,
    const gchar * value)
{
  GstHarness *h = harness_with (NULL, bus, "entity-path", path, "recording-id",
      "rig", property, value, NULL);

  gst_harness_set_src_caps_str (h, JPEG_CAPS);
  return h;
}

GST_START_TEST (test_pose)
{
  static const gfloat translation[] = { 0.015f, -2, 3 };
  static const gfloat rotation[] = { 0, 0.6f, 0, 0.8f };
  static const gfloat matrix[] = { 600, 0, 0, 0, 601, 0, 319.5f, 239.5f, 1 };
  GstBus *bus;
  GstHarness *h = harness_with (JPEG_CAPS, &bus, "translation",
      "<0.015, -2, 3>", "rotation", "<0, 3, 0, 4>", "pinhole",
      "<600, 601, 319.5, 239.5>", NULL);

  for (guint n = 0; n < 40; n++)
    gst_harness_push (h, jpeg_buffer (n % 30, 640, 480));
  check_silent (bus);
  harness_stop (h);
  check_recording (location, 40, TRUE);
  /* once a second, and again for what goes back in time */
  fail_unless (count_floats (translation, G_N_ELEMENTS (translation)) >= 1);
  assert_equals_int (count_floats (translation, G_N_ELEMENTS (translation)),
      count_floats (rotation, G_N_ELEMENTS (rotation)));
  fail_unless (count_floats (matrix, G_N_ELEMENTS (matrix)) >= 1);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_pose_changes)
{
  static const gfloat before[] = { 1, 2, 3 }, after[] = { 4, 5, 6 };
  GstBus *bus;
  GstHarness *h = harness_with (JPEG_CAPS, &bus, "translation", "<1, 2, 3>",
      NULL);

  for (guint n = 0; n < 6; n++) {
    if (n == 3)
      gst_util_set_object_arg (G_OBJECT (h->element), "translation",
          "<4, 5, 6>");
    gst_harness_push (h, jpeg_buffer (n, 640, 480));
  }
  check_silent (bus);
  gst_util_set_object_arg (G_OBJECT (h->element), "rotation", "<0, 0, 0, 0>");
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("rotation is <", "not zero"));
  gst_util_set_object_arg (G_OBJECT (h->element), "translation", "<1, 2>");
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("translation is <", "finite"));
  harness_stop (h);
  check_recording (location, 6, TRUE);
  assert_equals_int (count_floats (before, G_N_ELEMENTS (before)), 1);
  assert_equals_int (count_floats (after, G_N_ELEMENTS (after)), 1);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A control binding that moves the camera a metre a second. */
typedef GstControlBinding Mover;
typedef GstControlBindingClass MoverClass;
static GType mover_get_type (void);
G_DEFINE_TYPE (Mover, mover, GST_TYPE_CONTROL_BINDING);

static gboolean
mover_sync (GstControlBinding * self, GstObject * object, GstClockTime time,
    GstClockTime last)
{
  gchar *text = g_strdup_printf ("<%f, 0, 7>", time / (gdouble) GST_SECOND);

  gst_util_set_object_arg (G_OBJECT (object), "translation", text);
  g_free (text);
  return TRUE;
}

static void
mover_class_init (MoverClass * klass)
{
  klass->sync_values = mover_sync;
}

static void
mover_init (Mover * self)
{
}

/* An empty one hides what was said before. */
GST_START_TEST (test_pose_ends)
{
  static const gfloat rotation[] = { 0, 0, 0.6f, 0.8f };
  GstBus *bus;
  GstHarness *h = harness_with (JPEG_CAPS, &bus, "translation", "<1, 2, 3>",
      "rotation", "<0, 0, 0.6, 0.8>", NULL);
  Recording recording;

  gst_harness_push (h, jpeg_buffer (0, 640, 480));
  gst_util_set_object_arg (G_OBJECT (h->element), "translation", "< >");
  gst_harness_push (h, jpeg_buffer (1, 640, 480));
  check_silent (bus);
  harness_stop (h);
  recording_read (&recording, location);
  assert_equals_int (recording.states, 2);
  g_free (recording.data);
  assert_equals_int (count_floats (rotation, G_N_ELEMENTS (rotation)), 2);
  gst_object_unref (bus);
}

GST_END_TEST;

GST_START_TEST (test_pose_is_controlled)
{
  GstBus *bus;
  GstHarness *h = harness_with (JPEG_CAPS, &bus, NULL);

  fail_unless (gst_object_add_control_binding (GST_OBJECT (h->element),
          g_object_new (mover_get_type (), "object", h->element, "name",
              "translation", NULL)));
  for (guint n = 0; n < 30; n += 15)
    gst_harness_push (h, jpeg_buffer (n, 640, 480));
  check_silent (bus);
  harness_stop (h);
  for (guint i = 0; i < 2; i++) {
    const gfloat translation[] = { i * 0.495f, 0, 7 };

    assert_equals_int (count_floats (translation, G_N_ELEMENTS (translation)),
        1);
  }
  gst_object_unref (bus);
}

GST_END_TEST;

static const struct
{
  const gchar *property, *value, *word;
} bad_poses[] = {
  {"rotation", "<0, 0, 0, 0>", "not zero"},
  {"rotation", "<0, 0, 1>", "x, y, z, w"},
  {"rotation", "<0, 0, 0, 1e300>", "finite"},
  {"translation", "<1, 2>", "x, y, z"},
  {"translation", "<1, 2, 1e39>", "finite"},
  {"opacity", "1.5", "0 to 1"},
};

/* In a rig that plays on, what a sink has logged holds after it: one that starts again
 * without intrinsics and pose takes both back. */
GST_START_TEST (test_camera_ends_with_a_restart)
{
  GstBus *bus, *other_bus;
  GstHarness *other = harness_with (JPEG_CAPS, &other_bus, "entity-path",
      "other", "recording-id", "rig", NULL);
  GstHarness *h = harness_with (JPEG_CAPS, &bus, "entity-path", "camera",
      "recording-id", "rig", "translation", "<1, 2, 3>", "pinhole",
      "<500, 500, 320, 240>", NULL);
  Recording recording;

  gst_harness_push (other, jpeg_buffer (0, 640, 480));
  gst_harness_push (h, jpeg_buffer (1, 640, 480));
  gst_element_set_state (h->element, GST_STATE_READY);
  gst_util_set_object_arg (G_OBJECT (h->element), "translation", "< >");
  gst_util_set_object_arg (G_OBJECT (h->element), "pinhole", "< >");
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (h, JPEG_CAPS);
  gst_harness_push (h, jpeg_buffer (2, 640, 480));
  harness_stop (h);
  harness_stop (other);
  recording_read (&recording, location);
  assert_equals_int (recording.frames, 3);
  assert_equals_int (recording.states, 2);
  g_free (recording.data);
  check_silent (bus);
  gst_object_unref (bus);
  gst_object_unref (other_bus);
}

GST_END_TEST;

GST_START_TEST (test_bad_pose)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);

  gst_util_set_object_arg (G_OBJECT (sink), bad_poses[__i__].property,
      bad_poses[__i__].value);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, WORDS (bad_poses[__i__].property,
          bad_poses[__i__].word));
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

/* Whichever comes first. */
GST_START_TEST (test_camera_below_a_camera)
{
  GstBus *buses[2];
  GstHarness *cameras[] = {
    camera_new ("rig", &buses[0], "pinhole", "<600, 600, 320, 240>"),
    camera_new ("rig/colour", &buses[1], "translation", "<1, 0, 0>")
  };
  guint good = __i__, bad = 1 - __i__;

  assert_equals_int (gst_harness_push (cameras[good], jpeg_buffer (0, 640,
              480)), GST_FLOW_OK);
  check_silent (buses[good]);
  assert_equals_int (gst_harness_push (cameras[bad], jpeg_buffer (0, 640,
              480)), GST_FLOW_ERROR);
  check_said (buses[bad], GST_MESSAGE_ERROR, WORDS ("/rig,", "/rig/colour",
          "side by side"));
  /* what the other one logs is whole */
  gst_harness_push (cameras[good], jpeg_buffer (1, 640, 480));
  gst_harness_push_event (cameras[good], gst_event_new_eos ());
  check_silent (buses[good]);
  for (guint i = 0; i < 2; i++) {
    harness_stop (cameras[i]);
    gst_object_unref (buses[i]);
  }
  check_recording (location, 2, TRUE);
}

GST_END_TEST;

GST_START_TEST (test_cameras_side_by_side)
{
  GstBus *buses[3];
  GstHarness *cameras[] = {
    camera_new ("rig/left", &buses[0], "pinhole", "<600, 600, 320, 240>"),
    camera_new ("rig/left2", &buses[1], "pinhole", "<600, 600, 320, 240>"),
    camera_new ("rig", &buses[2], "translation", "<1, 0, 0>")
  };

  for (guint i = 0; i < G_N_ELEMENTS (cameras); i++)
    gst_harness_push (cameras[i], jpeg_buffer (i, 640, 480));
  for (guint i = 0; i < G_N_ELEMENTS (cameras); i++) {
    harness_stop (cameras[i]);
    check_silent (buses[i]);
    gst_object_unref (buses[i]);
  }
  check_recording (location, 3, TRUE);
}

GST_END_TEST;

GST_START_TEST (test_two_sinks_of_an_entity)
{
  GstBus *bus, *other_bus;
  GstHarness *h = camera_new ("rig/colour", &bus, "opacity", "1");
  GstElement *other = sink_new (&other_bus);

  gst_object_set_name (GST_OBJECT (h->element), NULL);
  gst_object_set_name (GST_OBJECT (other), "other");
  g_object_set (other, "entity-path", "rig//colour", "recording-id", "rig",
      NULL);
  assert_equals_int (gst_element_set_state (other, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  check_said (other_bus, GST_MESSAGE_ERROR, WORDS ("other cannot log",
          "/rig/colour", "depthrerunsink"));
  gst_element_set_state (other, GST_STATE_NULL);
  gst_element_set_bus (other, NULL);
  gst_object_unref (other);
  gst_object_unref (other_bus);
  gst_harness_push (h, jpeg_buffer (0, 640, 480));
  harness_stop (h);
  check_silent (bus);
  check_recording (location, 1, TRUE);
  gst_object_unref (bus);
}

GST_END_TEST;

static Suite *
rerunsink_pictures_suite (void)
{
  Suite *s = suite_create ("rerunsink-pictures");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_test (tc, test_jpeg);
  tcase_add_loop_test (tc, test_raw, 0, G_N_ELEMENTS (raw_formats));
  tcase_add_test (tc, test_colours_that_are_shown_wrong);
  tcase_add_test (tc, test_odd_chroma);
  tcase_add_test (tc, test_raw_too_short);
  tcase_add_loop_test (tc, test_no_pixels, 0, 3);
  tcase_add_test (tc, test_rows_upside_down);
  tcase_add_test (tc, test_caps_without_frames);
  tcase_add_loop_test (tc, test_caps_of_an_archetype, 0, 3);
  tcase_add_loop_test (tc, test_16_bit_pictures, 0, 2);
  tcase_add_test (tc, test_bad_jpeg);
  tcase_add_test (tc, test_colour_png);
  tcase_add_loop_test (tc, test_other_archetype, 0, 3);
  tcase_add_test (tc, test_text);
  tcase_add_test (tc, test_markup);
  tcase_add_test (tc, test_pose);
  tcase_add_test (tc, test_pose_changes);
  tcase_add_test (tc, test_pose_ends);
  tcase_add_test (tc, test_camera_ends_with_a_restart);
  tcase_add_test (tc, test_pose_is_controlled);
  tcase_add_loop_test (tc, test_bad_pose, 0, G_N_ELEMENTS (bad_poses));
  tcase_add_loop_test (tc, test_camera_below_a_camera, 0, 2);
  tcase_add_test (tc, test_cameras_side_by_side);
  tcase_add_test (tc, test_two_sinks_of_an_entity);
  return s;
}

GST_CHECK_MAIN (rerunsink_pictures);
