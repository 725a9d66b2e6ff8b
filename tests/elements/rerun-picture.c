/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* How rerunsink finds a picture in a buffer's memory, and writes anew what Rerun would
 * read in another way. */

#include "depthbuffers.h"
#include "depthpicture/depthpicture.h"
#include "png16/png16.h"
#include "rerun/picture.h"
#include "rerun/raw-picture.h"
#include "rerun/recoder.h"
#include "rvl/rvl.h"

#define WIDTH 37
#define HEIGHT 11

static const Layout layouts[] = {
  {0, 0, 1}, {0, 0, 3}, {6, 0, 1}, {0, 30, 1}, {4, 28, 1}, {0, 30, 3},
  {10, 2, 7},
};

static void
init_info (GstVideoInfo * info, gint width)
{
  gst_video_info_set_format (info, GST_VIDEO_FORMAT_GRAY16_LE, width, HEIGHT);
}

static RerunPictureState
map_raw (RerunPicture * picture, GstBuffer * buffer, const GstVideoInfo * info,
    gboolean own, gchar ** why)
{
  GstDepthFrame frame;

  if (!gst_depth_frame_map (&frame, info, buffer, GST_MAP_READ, why))
    return RERUN_PICTURE_WRONG;
  return rerun_picture_map_raw (picture, buffer, &frame, info, own, why);
}

/* An odd width has padding of GStreamer's own, an even one none. */
static void
check_layout (const Layout * layout, guint width, gboolean own)
{
  guint16 *samples = samples_new (width, HEIGHT, RANDOM);
  GstBuffer *buffer = frame_new (samples, width, HEIGHT, layout, 0);
  GstVideoInfo info;
  RerunPicture picture;
  gchar *why;

  init_info (&info, width);
  assert_equals_int (map_raw (&picture, buffer, &info, own, &why),
      RERUN_PICTURE_OK);
  assert_equals_int (picture.width, width);
  assert_equals_int (picture.height, HEIGHT);
  assert_equals_int (picture.size, 2 * width * HEIGHT);
  fail_unless (memcmp (picture.data, samples, picture.size) == 0);
  /* referenced where nothing has to be copied */
  assert_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer),
      own || width % 2 != 0 || layout->padding != 0 ? 1 : 2);
  gst_buffer_unref (buffer);
  rerun_mapped_unmap (&picture.mapped);
  g_free (samples);
}

GST_START_TEST (test_layouts)
{
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    check_layout (&layouts[i], WIDTH, FALSE);
    check_layout (&layouts[i], WIDTH + 1, FALSE);
    check_layout (&layouts[i], WIDTH + 1, TRUE);
  }
}

GST_END_TEST;

GST_START_TEST (test_too_small)
{
  guint16 *samples = samples_new (WIDTH, HEIGHT, RAMP);
  GstVideoInfo info;

  init_info (&info, WIDTH);
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    GstBuffer *buffer = frame_new (samples, WIDTH, HEIGHT, &layouts[i], 0);
    gsize padding = 2 + layouts[i].padding;
    RerunPicture picture;
    gchar *why = NULL;

    /* the last row needs no padding */
    gst_buffer_set_size (buffer, gst_buffer_get_size (buffer) - padding);
    assert_equals_int (map_raw (&picture, buffer, &info, FALSE, &why),
        RERUN_PICTURE_OK);
    rerun_mapped_unmap (&picture.mapped);
    gst_buffer_set_size (buffer, gst_buffer_get_size (buffer) - 1);
    assert_equals_int (map_raw (&picture, buffer, &info, FALSE, &why),
        RERUN_PICTURE_WRONG);
    fail_unless (strstr (why, "37x11") && strstr (why, "needed"), "%s", why);
    g_free (why);
    gst_buffer_unref (buffer);
  }
  g_free (samples);
}

GST_END_TEST;

static void
append_rvl (GByteArray * to, const guint16 * samples)
{
  guint8 stream[4 * WIDTH * HEIGHT];

  g_byte_array_append (to, stream, rvl_encode (samples, 2 * WIDTH, WIDTH,
          HEIGHT, stream));
}

static void
append_png (GByteArray * to, const guint16 * samples)
{
  Png16Encoder *encoder = png16_encoder_new ();
  guint8 png[8192];

  g_byte_array_append (to, png, png16_encode (encoder, samples, 2 * WIDTH,
          WIDTH, HEIGHT, 1, png, sizeof png));
  png16_encoder_free (encoder);
}

/* In turn: RTAB-Map's header, ROS's quantised PNG, RVL with a second invalid value,
 * quantised RVL with one. */
static GByteArray *
payload (guint kind, const guint16 * samples)
{
  RvlHeader header = {
    kind == 1 || kind == 3 ? 10100 : 0, kind == 1 || kind == 3 ? -1009 : 0,
    WIDTH, HEIGHT
  };
  GByteArray *bytes = g_byte_array_new ();
  guint8 ros[RVL_HEADER_SIZE];

  rvl_header_write (&header, ros);
  if (kind == 0) {
    g_byte_array_append (bytes, (const guint8 *) "DEPTHRVL", 8);
    g_byte_array_append (bytes, ros + 12, 8);
    append_rvl (bytes, samples);
  } else if (kind == 1) {
    g_byte_array_append (bytes, ros, RVL_ROS_HEADER_SIZE);
    append_png (bytes, samples);
  } else {
    g_byte_array_append (bytes, ros, RVL_HEADER_SIZE);
    append_rvl (bytes, samples);
  }
  return bytes;
}

/* What comes out is RVL as Rerun reads it, of the same samples. */
GST_START_TEST (test_recoding)
{
  guint16 *samples =
      samples_new (WIDTH, HEIGHT, RANDOM), decoded[WIDTH * HEIGHT];
  guint16 invalid = __i__ >= 2 ? 65535 : 0;
  GByteArray *bytes;
  GstBuffer *buffer;
  RerunRecoder recoder = { 0, };
  RerunPicture picture;
  RvlHeader header;
  gchar *why = NULL;

  samples[7] = samples[100] = GUINT16_TO_LE (65535);
  bytes = payload (__i__, samples);
  buffer = gst_buffer_new_memdup (bytes->data, bytes->len);
  assert_equals_int (rerun_picture_map_encoded (&picture, buffer, __i__ == 1 ?
          DEPTH_PICTURE_PNG : DEPTH_PICTURE_RVL, FALSE, &why),
      RERUN_PICTURE_OK);
  fail_unless (rerun_recoder_is_needed (&picture, invalid));
  fail_unless (rerun_recoder_recode (&recoder, &picture, invalid, &why), "%s",
      why);
  fail_if (rerun_recoder_is_needed (&picture, 0));
  fail_unless (rvl_header_read (picture.data, picture.size, &header, NULL));
  assert_equals_int (header.size, RVL_HEADER_SIZE);
  fail_unless (header.a == (__i__ % 2 ? 10100 : 0)
      && header.b == (__i__ % 2 ? -1009 : 0));
  fail_unless (rvl_decode (picture.data + RVL_HEADER_SIZE,
          picture.size - RVL_HEADER_SIZE, decoded, 2 * WIDTH, WIDTH, HEIGHT,
          NULL));
  if (invalid != 0)
    samples[7] = samples[100] = 0;
  fail_unless (memcmp (samples, decoded, sizeof decoded) == 0);
  rerun_mapped_unmap (&picture.mapped);
  rerun_recoder_clear (&recoder);
  gst_buffer_unref (buffer);
  g_byte_array_unref (bytes);
  g_free (samples);
}

GST_END_TEST;

/* ROS's header of a PNG that is not quantised goes; so the PNG is logged as it is. */
GST_START_TEST (test_ros_png)
{
  guint16 *samples = samples_new (WIDTH, HEIGHT, RANDOM);
  GByteArray *bytes = g_byte_array_new ();
  RerunPicture picture;
  GstBuffer *buffer;
  gchar *why = NULL;

  g_byte_array_set_size (bytes, RVL_ROS_HEADER_SIZE);
  memset (bytes->data, 0, bytes->len);
  append_png (bytes, samples);
  buffer = gst_buffer_new_memdup (bytes->data, bytes->len);
  assert_equals_int (rerun_picture_map_encoded (&picture, buffer,
          DEPTH_PICTURE_PNG, FALSE, &why), RERUN_PICTURE_OK);
  fail_if (rerun_recoder_is_needed (&picture, 0));
  assert_equals_int (picture.size, bytes->len - RVL_ROS_HEADER_SIZE);
  fail_unless (memcmp (picture.data, png16_signature, 8) == 0);
  rerun_mapped_unmap (&picture.mapped);
  gst_buffer_unref (buffer);
  g_byte_array_unref (bytes);
  g_free (samples);
}

GST_END_TEST;

/* D4: a header may claim what it likes. */
GST_START_TEST (test_large_claims)
{
  RvlHeader header = { 0, 0, 65535, 1024 };
  guint8 data[RVL_HEADER_SIZE + 8] = { 0, };
  RerunRecoder recoder = { 0, };
  RerunPicture picture;
  GstBuffer *buffer;
  gchar *why = NULL;

  rvl_header_write (&header, data);
  buffer = gst_buffer_new_memdup (data, sizeof data);
  assert_equals_int (rerun_picture_map_encoded (&picture, buffer,
          DEPTH_PICTURE_RVL, FALSE, &why), RERUN_PICTURE_OK);
  fail_unless (rerun_recoder_decode (&recoder, &picture, 1000, &why) == NULL);
  fail_unless (strstr (why, "at byte") || strstr (why, "no memory"), "%s", why);
  g_free (why);
  rerun_mapped_unmap (&picture.mapped);
  rerun_recoder_clear (&recoder);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

/* Planes that follow one another are referenced where they are. */
GST_START_TEST (test_colours_are_not_copied)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 1280 * 720 * 3 / 2, NULL);
  GstVideoInfo info;
  RerunMapped mapped;
  RrdSpan span;
  gchar *why;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 1280, 720);
  fail_unless (rerun_raw_picture_map (&info, buffer, FALSE, &mapped, &span,
          &why));
  fail_unless (mapped.buffer == buffer && span.data == mapped.map.data);
  assert_equals_int (span.size, 1280 * 720 * 3 / 2);
  rerun_mapped_unmap (&mapped);
  fail_unless (rerun_raw_picture_map (&info, buffer, TRUE, &mapped, &span,
          &why));
  fail_unless (mapped.buffer != buffer);
  rerun_mapped_unmap (&mapped);
  assert_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), 1);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

static Suite *
rerun_picture_suite (void)
{
  Suite *s = suite_create ("rerun-picture");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_layouts);
  tcase_add_test (tc, test_too_small);
  tcase_add_loop_test (tc, test_recoding, 0, 4);
  tcase_add_test (tc, test_ros_png);
  tcase_add_test (tc, test_large_claims);
  tcase_add_test (tc, test_colours_are_not_copied);
  return s;
}

GST_CHECK_MAIN (rerun_picture);
