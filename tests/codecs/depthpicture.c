/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Depth pictures as people have them: each format's headers, and what they mean. */
#include "depthpicture/depthpicture.h"
#include "pgm16/pgm16.h"
#include "png16/png16.h"
#include "rvl/rvl.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define WIDTH 4
#define HEIGHT 2

static const guint16 samples[WIDTH * HEIGHT] =
    { 1000, 5724, 0, 65535, 1, 255, 256, 40000 };

static void
fill (guint16 * pixels)
{
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    pixels[i] = GUINT16_TO_LE (samples[i]);
}

static void
append (GByteArray * to, gconstpointer data, guint size)
{
  g_byte_array_append (to, data, size);
}

static void
append_text (GByteArray * to, const gchar * text)
{
  append (to, text, strlen (text));
}

static void
append_png (GByteArray * to)
{
  Png16Encoder *encoder = png16_encoder_new ();
  guint16 pixels[WIDTH * HEIGHT];
  guint8 png[4096];

  fill (pixels);
  append (to, png, png16_encode (encoder, pixels, 2 * WIDTH, WIDTH, HEIGHT, 1,
          png, sizeof png));
  png16_encoder_free (encoder);
}

/* ROS's, of 12 bytes. */
static void
append_ros_header (GByteArray * to, gfloat a, gfloat b)
{
  RvlHeader header = {.a = a,.b = b };
  guint8 bytes[RVL_HEADER_SIZE];

  rvl_header_write (&header, bytes);
  append (to, bytes, RVL_ROS_HEADER_SIZE);
}

static void
append_rvl (GByteArray * to)
{
  guint16 pixels[WIDTH * HEIGHT];
  guint8 stream[100];

  fill (pixels);
  append (to, stream, rvl_encode (pixels, 2 * WIDTH, WIDTH, HEIGHT, stream));
}

static void
append_samples (GByteArray * to)
{
  for (guint i = 0; i < WIDTH * HEIGHT; i++) {
    guint8 bytes[2];

    GST_WRITE_UINT16_BE (bytes, samples[i]);
    append (to, bytes, 2);
  }
}

/* In memory of the very size, so that tools see a byte read after it. */
static gboolean
decode (const GByteArray * bytes, gsize size, gdouble meter,
    DepthPicture * picture, guint16 * pixels, DepthPictureError * error)
{
  DepthPictureDecoder *decoder = depth_picture_decoder_new ();
  guint8 *data = g_memdup2 (bytes->data, size);
  gboolean ok;

  memset (error, 0, sizeof *error);
  ok = depth_picture_read (picture, depth_picture_detect (data, size), data,
      size, error);
  if (ok && picture->wrong_kind[0] == '\0') {
    fail_unless_equals_int (picture->width, WIDTH);
    fail_unless_equals_int (picture->height, HEIGHT);
    ok = depth_picture_decode (decoder, picture, data, size, pixels, 2 * WIDTH,
        meter, error);
  }
  if (!ok)
    fail_unless (error->what[0] != '\0' && error->offset <= size);
  g_free (data);
  depth_picture_decoder_free (decoder);
  return ok;
}

static void
check_samples (GByteArray * bytes, DepthPictureFormat format)
{
  guint16 pixels[WIDTH * HEIGHT];
  DepthPicture picture;
  DepthPictureError error;

  fail_unless (decode (bytes, bytes->len, 1000, &picture, pixels, &error),
      "%s at byte %" G_GSIZE_FORMAT, error.what, error.offset);
  fail_unless_equals_int (picture.format, format);
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    fail_unless_equals_int (GUINT16_FROM_LE (pixels[i]), samples[i]);
  /* nothing that is cut off is a picture */
  for (gsize size = 0; size < bytes->len; size++)
    fail_if (decode (bytes, size, 1000, &picture, pixels, &error));
  g_byte_array_unref (bytes);
}

GST_START_TEST (test_as_they_are)
{
  GByteArray *bytes = g_byte_array_new ();

  append_png (bytes);
  check_samples (bytes, DEPTH_PICTURE_PNG);

  bytes = g_byte_array_new ();
  append_text (bytes, "P5 4 2 65535\n");
  append_samples (bytes);
  check_samples (bytes, DEPTH_PICTURE_PGM);
}

GST_END_TEST;

/* C1: ROS's default depth codec, and what recordings of RealSense hold. */
GST_START_TEST (test_ros)
{
  guint32 size[2] = { GUINT32_TO_LE (WIDTH), GUINT32_TO_LE (HEIGHT) };
  GByteArray *bytes = g_byte_array_new ();

  append_ros_header (bytes, 0, 0);
  append_png (bytes);
  check_samples (bytes, DEPTH_PICTURE_PNG);

  bytes = g_byte_array_new ();
  append_ros_header (bytes, 0, 0);
  append (bytes, size, sizeof size);
  append_rvl (bytes);
  check_samples (bytes, DEPTH_PICTURE_RVL);
}

GST_END_TEST;

/* C10 */
GST_START_TEST (test_rtabmap)
{
  guint32 size[2] = { GUINT32_TO_LE (WIDTH), GUINT32_TO_LE (HEIGHT) };
  GByteArray *bytes = g_byte_array_new ();

  append_text (bytes, "DEPTHRVL");
  append (bytes, size, sizeof size);
  append_rvl (bytes);
  check_samples (bytes, DEPTH_PICTURE_RVL);
}

GST_END_TEST;

/* C2: the PNG of a float camera; 10100 / (5724 + 1009) is 1.5 m. */
GST_START_TEST (test_quantised_png)
{
  static const guint16 wanted[WIDTH * HEIGHT] =
      { 5027, 1500, 0, 152, 10000, 7991, 7984, 246 };
  GByteArray *bytes = g_byte_array_new ();
  guint16 pixels[WIDTH * HEIGHT];
  DepthPicture picture;
  DepthPictureError error;

  append_ros_header (bytes, 10100, -1009);
  append_png (bytes);
  fail_unless (decode (bytes, bytes->len, 1000, &picture, pixels, &error));
  fail_unless (picture.a == 10100 && picture.b == -1009);
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    fail_unless_equals_int (GUINT16_FROM_LE (pixels[i]), wanted[i]);
  fail_unless (decode (bytes, bytes->len, 5000, &picture, pixels, &error));
  fail_unless_equals_int (GUINT16_FROM_LE (pixels[1]), 7500);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

static const gchar *const pgm_headers[] = {
  "P5\n4 2\n65535\n", "P5 4 2 65535 ", "P5\t4\r\n2\n\n65535\n",
  "P5\n# a comment with 7 numbers\n4 # width\n2\n#\n65535\n",
  "P5\n0004 02 40000\n",
  "P5\n4 2 256\n"
};

/* C7: samples as they are, whatever the largest value is. */
GST_START_TEST (test_pgm)
{
  GByteArray *bytes = g_byte_array_new ();

  append_text (bytes, pgm_headers[__i__]);
  append_samples (bytes);
  check_samples (bytes, DEPTH_PICTURE_PGM);
}

GST_END_TEST;

static const struct
{
  const gchar *text, *what;
} bad_pgms[] = {
  {"P2\n4 2\n65535\n", "P5"}, {"P6\n4 2\n65535\n", ""}, {"P5\n4 65536 9\n", ""},
  {"P5\n0 2\n65535\n", "1 to 65535"}, {"P5\n-4 2\n65535\n", "no number"},
  {"P5\n4x 2\n65535\n", "no number"}, {"P5\n4 2\n99999999999\n", "above"},
  {"P5\n40000 40000 65535\n", "2^26"}, {"P5 #", "ends"}, {"P5\n4 2\n65535",
      "ends"}
};

GST_START_TEST (test_bad_pgm)
{
  GByteArray *bytes = g_byte_array_new ();
  Pgm16Header header;
  Pgm16Error error;

  append_text (bytes, bad_pgms[__i__].text);
  fail_if (pgm16_read_header (bytes->data, bytes->len, &header, &error));
  fail_unless (strstr (error.what, bad_pgms[__i__].what) != NULL, "%s",
      error.what);
  fail_unless (error.offset <= bytes->len);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* An endless comment is given up. */
GST_START_TEST (test_pgm_without_end)
{
  GByteArray *bytes = g_byte_array_new ();
  Pgm16Header header;
  Pgm16Error error;

  append_text (bytes, "P5\n#");
  fail_if (pgm16_read_header (bytes->data, bytes->len, &header, &error));
  fail_unless (error.cut_off);
  g_byte_array_set_size (bytes, 10000);
  memset (bytes->data + 4, 'x', bytes->len - 4);
  fail_if (pgm16_read_header (bytes->data, bytes->len, &header, &error));
  fail_if (error.cut_off);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* What is no depth says what it is. */
GST_START_TEST (test_wrong_kind)
{
  static const guint8 rgb[] = { 137, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13,
    'I', 'H', 'D', 'R', 0, 0, 0, 4, 0, 0, 0, 2, 8, 2, 0, 0, 0, 0, 0, 0, 0
  };
  GByteArray *bytes = g_byte_array_new ();
  DepthPicture picture;
  DepthPictureError error;

  append (bytes, rgb, sizeof rgb);
  fail_unless (depth_picture_read (&picture, DEPTH_PICTURE_PNG, bytes->data,
          bytes->len, &error));
  fail_unless_equals_string (picture.wrong_kind, "8-bit RGB PNG");
  g_byte_array_set_size (bytes, 0);
  append_text (bytes, "P5\n4 2\n255\n");
  fail_unless (depth_picture_read (&picture, DEPTH_PICTURE_PGM, bytes->data,
          bytes->len, &error));
  fail_unless_equals_string (picture.wrong_kind, "8-bit PGM");
  g_byte_array_unref (bytes);
}

GST_END_TEST;

static Suite *
depthpicture_suite (void)
{
  Suite *s = suite_create ("depthpicture");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_as_they_are);
  tcase_add_test (tc, test_ros);
  tcase_add_test (tc, test_rtabmap);
  tcase_add_test (tc, test_quantised_png);
  tcase_add_loop_test (tc, test_pgm, 0, G_N_ELEMENTS (pgm_headers));
  tcase_add_loop_test (tc, test_bad_pgm, 0, G_N_ELEMENTS (bad_pgms));
  tcase_add_test (tc, test_pgm_without_end);
  tcase_add_test (tc, test_wrong_kind);
  return s;
}

GST_CHECK_MAIN (depthpicture);
