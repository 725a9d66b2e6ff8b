/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoded pictures that are passed on: whole ones, and every way to lack something. */
#include <gst/check/gstcheck.h>

#include "guarded.h"
#include "still/still.h"

static const guint8 jpeg[] = {
  0xFF, 0xD8,
  0xFF, 0xE0, 0, 4, 1, 2,       /* APP0 */
  0xFF, 0xFF, 0xDB, 0, 3, 7,    /* DQT, after a fill byte */
  0xFF, 0xC4, 0, 2,             /* DHT is no frame header */
  0xFF, 0xC2, 0, 11, 8, 0x04, 0x38, 0x07, 0x80, 1, 1, 0x11, 0,
  0xFF, 0xDA, 0, 2, 0x12, 0xFF, 0, 0x34,
  0xFF, 0xD9
};

/* 5x3, 16 bits, one strip of 30 bytes behind the directory. */
#define TIFF_SIZE (8 + 2 + 7 * 12 + 4 + 30)
#define STRIP (TIFF_SIZE - 30)

static void
store (guint8 * to, guint value, guint width, gboolean big_endian)
{
  for (guint i = 0; i < width; i++)
    to[i] = (guint8) (value >> 8 * (big_endian ? width - 1 - i : i));
}

/* 5x3 samples of 16 bits; the entry of @tag says @other instead, if it is not 0. */
static void
make_tiff (guint8 tiff[TIFF_SIZE], gboolean big_endian, guint tag, guint other)
{
  const struct
  {
    guint tag, type, value;
  } entries[] = {
    {256, 3, 5}, {257, 4, 3}, {258, 3, 16}, {259, 3, 1}, {273, 4, STRIP},
    {277, 3, 1}, {279, 3, 30}
  };

  memset (tiff, 0x5a, TIFF_SIZE);
  memcpy (tiff, big_endian ? "MM\0*" : "II*\0", 4);
  store (tiff + 4, 8, 4, big_endian);
  store (tiff + 8, G_N_ELEMENTS (entries), 2, big_endian);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++) {
    guint8 *entry = tiff + 10 + 12 * i;

    store (entry, entries[i].tag, 2, big_endian);
    store (entry + 2, entries[i].type, 2, big_endian);
    store (entry + 4, 1, 4, big_endian);
    store (entry + 8, entries[i].tag == tag ? other : entries[i].value,
        entries[i].type == 3 ? 2 : 4, big_endian);
  }
}

static gboolean
read_copy (StillFormat format, const guint8 * data, gsize size,
    StillHeader * header, StillError * error)
{
  Guarded guarded;
  gboolean ok;

  guarded_open (&guarded, size);
  guint8 *copy = guarded_place (&guarded, size, true);
  memcpy (copy, data, size);
  ok = still_read (format, copy, size, header, error);
  guarded_close (&guarded);
  return ok;
}

/* A part is never taken for the whole, and nothing outside of it is looked at. */
static void
check_parts (StillFormat format, const guint8 * data, gsize size)
{
  StillHeader header;
  StillError error;

  for (gsize n = 0; n < size; n++) {
    error.offset = SIZE_MAX;
    fail_if (read_copy (format, data, n, &header, &error), "%u bytes",
        (guint) n);
    fail_unless (error.offset <= n && error.what[0] != '\0');
  }
}

/* What comes of one wrong byte: no crash. */
static void
check_damage (StillFormat format, const guint8 * data, gsize size)
{
  guint8 *copy = g_memdup2 (data, size);
  StillHeader header;
  StillError error;

  for (gsize i = 0; i < size; i++) {
    for (guint value = 0; value < 256; value += 51) {
      copy[i] = (guint8) value;
      read_copy (format, copy, size, &header, &error);
    }
    copy[i] = data[i];
  }
  g_free (copy);
}

GST_START_TEST (test_jpeg)
{
  StillHeader header;
  StillError error;

  fail_unless (read_copy (STILL_JPEG, jpeg, sizeof jpeg, &header, &error));
  assert_equals_int (header.width, 1920);
  assert_equals_int (header.height, 1080);
  fail_if (header.grey16);
  check_parts (STILL_JPEG, jpeg, sizeof jpeg);
  check_damage (STILL_JPEG, jpeg, sizeof jpeg);
}

GST_END_TEST;

/* As cameras leave it behind the picture. */
GST_START_TEST (test_jpeg_with_padding)
{
  guint8 padded[sizeof jpeg + 64] = { 0 };
  StillHeader header;
  StillError error;

  memcpy (padded, jpeg, sizeof jpeg);
  fail_unless (read_copy (STILL_JPEG, padded, sizeof padded, &header, &error));
  memset (padded + sizeof jpeg, 0x33, 64);
  fail_unless (read_copy (STILL_JPEG, padded, sizeof padded, &header, &error));
  memset (padded + sizeof jpeg, 0xFF, 64);
  fail_unless (read_copy (STILL_JPEG, padded, sizeof padded, &header, &error));
  padded[sizeof jpeg - 1] = 0xD8;
  fail_if (read_copy (STILL_JPEG, padded, sizeof padded, &header, &error));
  fail_unless (strstr (error.what, "FF D9") != NULL);
  assert_equals_int (error.offset, sizeof padded);
}

GST_END_TEST;

GST_START_TEST (test_tiff)
{
  guint8 tiff[TIFF_SIZE];
  StillHeader header;
  StillError error;

  for (gint big_endian = 0; big_endian < 2; big_endian++) {
    make_tiff (tiff, big_endian, 0, 0);
    fail_unless (read_copy (STILL_TIFF, tiff, sizeof tiff, &header, &error));
    assert_equals_int (header.width, 5);
    assert_equals_int (header.height, 3);
    check_parts (STILL_TIFF, tiff, sizeof tiff);
    check_damage (STILL_TIFF, tiff, sizeof tiff);
  }
}

GST_END_TEST;

/* What is no depth, or cannot be all there. */
GST_START_TEST (test_bad_tiff)
{
  static const struct
  {
    guint tag, value;
    const gchar *said;
  } bad[] = {
    {257, 65536, "1 to 65535"}, {256, 0, "1 to 65535"}, {258, 8, "16 or 32"},
    {277, 3, "16 or 32"}, {259, 7, "LZW"}, {279, 0, "fewer"},
    {279, 29, "fewer"}, {257, 4, "fewer"}
  };
  guint8 tiff[TIFF_SIZE];
  StillHeader header;
  StillError error;

  make_tiff (tiff, FALSE, bad[__i__].tag, bad[__i__].value);
  fail_if (read_copy (STILL_TIFF, tiff, sizeof tiff, &header, &error));
  fail_unless (strstr (error.what, bad[__i__].said) != NULL, "%s", error.what);
}

GST_END_TEST;

static Suite *
still_suite (void)
{
  Suite *s = suite_create ("still");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_jpeg);
  tcase_add_test (tc, test_jpeg_with_padding);
  tcase_add_test (tc, test_tiff);
  tcase_add_loop_test (tc, test_bad_tiff, 0, 8);
  return s;
}

GST_CHECK_MAIN (still);
