/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of PNGs, whole and damaged, in pieces of any size. */
#include "png16/png16.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define WIDTH 32
#define HEIGHT 24
#define N 5

/* No two are alike. */
static GByteArray *pngs[N];

static void
encode (guint i)
{
  GByteArray *png = pngs[i] = g_byte_array_new ();
  Png16Encoder *encoder = png16_encoder_new ();
  guint16 samples[WIDTH * HEIGHT];

  for (guint k = 0; k < WIDTH * HEIGHT; k++)
    samples[k] = GUINT16_TO_LE (1000 + i + k * k % 7);
  g_byte_array_set_size (png, png16_max_size (WIDTH, HEIGHT));
  g_byte_array_set_size (png, png16_encode (encoder, samples, 2 * WIDTH, WIDTH,
          HEIGHT, i % 10, png->data, png->len));
  png16_encoder_free (encoder);
}

static void
setup (void)
{
  for (guint i = 0; i < N; i++)
    encode (i);
}

static void
teardown (void)
{
  for (guint i = 0; i < N; i++)
    g_byte_array_unref (pngs[i]);
}

static GByteArray *
png_new (guint i)
{
  GByteArray *png = g_byte_array_new ();

  return g_byte_array_append (png, pngs[i]->data, pngs[i]->len);
}

static void
append (GByteArray * to, GByteArray * from)
{
  g_byte_array_append (to, from->data, from->len);
  g_byte_array_unref (from);
}

/* The pictures that a stream falls into if @piece bytes come at a time. As the
 * reader of a file would have it, what was not taken is given again. */
static GPtrArray *
split (const GByteArray * stream, gsize piece)
{
  GPtrArray *pictures =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  GByteArray *picture = g_byte_array_new ();
  Png16Splitter splitter = { 0, };
  Png16Piece what;
  gsize taken, at = 0, come = 0;

  do {
    gboolean at_end;

    come = MIN (come + piece, stream->len);
    at_end = come == stream->len;
    do {
      /* at an end of memory of its own, for valgrind and sanitizers */
      guint8 *data = g_memdup2 (stream->data + at, come - at);

      taken = png16_split (&splitter, data, come - at, at_end, &what);
      g_free (data);
      /* fail_unless() itself would be most of this test's time */
      if (taken > come - at || (taken == 0 && what == PNG16_SKIP)
          || (what == PNG16_END && picture->len + taken == 0))
        fail ("%" G_GSIZE_FORMAT " bytes taken", taken);
      if (what != PNG16_SKIP)
        g_byte_array_append (picture, stream->data + at, taken);
      if (what == PNG16_END) {
        g_ptr_array_add (pictures, picture);
        picture = g_byte_array_new ();
      }
      at += taken;
    } while (what != PNG16_MORE && at < come);
  } while (come < stream->len);
  fail_unless (at == stream->len && picture->len == 0, "%u bytes are left",
      picture->len);
  g_byte_array_unref (picture);
  return pictures;
}

static gboolean
is_png (const GByteArray * picture, guint i)
{
  return pngs[i]->len == picture->len
      && memcmp (pngs[i]->data, picture->data, picture->len) == 0;
}

/* All but number @damaged are there, in their order; at most one more is. */
static void
assert_pictures (GPtrArray * pictures, guint damaged)
{
  guint at = 0;

  for (guint i = 0; i < N; i++) {
    if (i == damaged)
      continue;
    while (at < pictures->len && !is_png (pictures->pdata[at], i))
      at++;
    if (at == pictures->len)
      fail ("picture %u was lost with %u", i, damaged);
  }
  fail_unless (pictures->len <= N, "%u pictures", pictures->len);
}

static const gsize pieces[] = { 1, 7, 8, 9, 100, 4096, 1 << 20 };

static void
check (const GByteArray * stream, guint damaged)
{
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    GPtrArray *pictures = split (stream, pieces[i]);

    assert_pictures (pictures, damaged);
    g_ptr_array_unref (pictures);
  }
}

/* N pictures; @change does something to number @damaged. */
static void
check_change (guint damaged, void (*change) (GByteArray *, guint),
    guint argument)
{
  GByteArray *stream = g_byte_array_new ();

  for (guint i = 0; i < N; i++) {
    GByteArray *png = png_new (i);

    if (i == damaged)
      change (png, argument);
    append (stream, png);
  }
  check (stream, damaged);
  g_byte_array_unref (stream);
}

static void
change_nothing (GByteArray * png, guint argument)
{
}

GST_START_TEST (test_whole)
{
  check_change (N, change_nothing, 0);
}

GST_END_TEST;

static void
change_bit (GByteArray * png, guint bit)
{
  png->data[bit / 8] ^= 1 << bit % 8;
}

static void
change_end (GByteArray * png, guint n)
{
  change_bit (png, 8 * png->len - 1 - n);
}

/* Signature, header and the length and type of the data; the end. */
GST_START_TEST (test_flipped_bits)
{
  guint step = g_getenv ("DEPTH_TEST_LIGHT") != NULL ? 7 : 1;

  for (guint bit = 0; bit < 8 * 60; bit += step)
    check_change (bit % N, change_bit, bit);
  for (guint n = 0; n < 8 * 20; n += step)
    check_change (n % N, change_end, n);
}

GST_END_TEST;

static void
cut (GByteArray * png, guint size)
{
  g_byte_array_set_size (png, MIN (size, png->len - 1));
}

static void
cut_out (GByteArray * png, guint at)
{
  g_byte_array_remove_range (png, at, 5);
}

static void
put_in (GByteArray * png, guint at)
{
  GByteArray *longer = g_byte_array_new ();

  g_byte_array_append (longer, png->data, at);
  g_byte_array_append (longer, (const guint8 *) "\x89PNG\r\n\x1a", 7);
  g_byte_array_append (longer, png->data + at, png->len - at);
  g_byte_array_set_size (png, 0);
  append (png, longer);
}

/* What is left of a picture that is cut off may be less than a signature. */
GST_START_TEST (test_cut)
{
  for (guint at = 1; at < 70; at++) {
    check_change (at % N, cut, at);
    check_change (at % N, cut_out, at - 1);
    check_change (at % N, put_in, at + 8);
  }
  check_change (N - 1, cut, G_MAXUINT);
  check_change (1, cut, G_MAXUINT);
}

GST_END_TEST;

static void
add_chunk (GByteArray * png, guint body, const gchar * type)
{
  static const guint8 end[12] =
      { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };
  guint8 length[4];

  GST_WRITE_UINT32_BE (length, body);
  g_byte_array_append (png, length, 4);
  g_byte_array_append (png, (const guint8 *) type, 4);
  for (guint i = 0; i < body + 4; i++)
    g_byte_array_append (png, &end[i % sizeof (end)], 1);
}

/* What looks like an end within a chunk is none. */
GST_START_TEST (test_end_in_a_chunk)
{
  GByteArray *stream = png_new (0), *rest = png_new (0);

  g_byte_array_set_size (stream, 33);
  add_chunk (stream, 1000, "teXt");
  g_byte_array_remove_range (rest, 0, 33);
  append (stream, rest);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    GPtrArray *pictures = split (stream, pieces[i]);

    fail_unless_equals_int (pictures->len, 1);
    g_ptr_array_unref (pictures);
  }
  g_byte_array_unref (stream);
}

GST_END_TEST;

/* The pictures of a stream, whatever comes in between. */
static void
check_exactly (const GByteArray * stream, guint n)
{
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    GPtrArray *pictures = split (stream, pieces[i]);

    fail_unless_equals_int (pictures->len, n);
    for (guint k = 0; k < n; k++)
      fail_unless (is_png (pictures->pdata[k], k));
    g_ptr_array_unref (pictures);
  }
}

/* A line's end, padding to a block, a few bytes. */
GST_START_TEST (test_between)
{
  static const struct
  {
    const gchar *bytes;
    guint size, times;
  } fillings[] = {
    {"\n", 1, 1}, {"\r\n", 2, 1}, {"\0", 1, 4096}, {" ", 1, 56}, {" ", 1, 57},
    {"\n", 1, 12}, {"text", 4, 14}
  };
  const guint8 *filling = (const guint8 *) fillings[__i__].bytes;
  GByteArray *stream = g_byte_array_new ();

  for (guint i = 0; i < N; i++) {
    append (stream, png_new (i));
    for (guint k = 0; k < fillings[__i__].times; k++)
      g_byte_array_append (stream, filling, fillings[__i__].size);
  }
  check_exactly (stream, N);
  g_byte_array_unref (stream);
}

GST_END_TEST;

/* Text of any size is passed over: it neither ends the picture nor is kept. */
GST_START_TEST (test_ancillary_chunks)
{
  GByteArray *stream = g_byte_array_new ();

  for (guint i = 0; i < N; i++) {
    GByteArray *png = png_new (i);

    g_byte_array_append (stream, png->data, 33);
    add_chunk (stream, 3 << 20, "zTXt");
    add_chunk (stream, 0, "tEXt");
    add_chunk (stream, 7, "tIME");
    g_byte_array_append (stream, png->data + 33, png->len - 33);
    g_byte_array_unref (png);
  }
  for (guint piece = 1000; piece < 5 << 20; piece *= 17) {
    GPtrArray *pictures = split (stream, piece);

    fail_unless_equals_int (pictures->len, N);
    for (guint k = 0; k < N; k++)
      fail_unless (is_png (pictures->pdata[k], k));
    g_ptr_array_unref (pictures);
  }
  g_byte_array_unref (stream);
}

GST_END_TEST;

static void
add_ros_picture (GByteArray * stream, guint i, gfloat a)
{
  gfloat header[3] = { 0, a, 1 };

  g_byte_array_append (stream, (const guint8 *) header, 12);
  append (stream, png_new (i));
}

static void
assert_ros_picture (GByteArray * picture, guint i, gfloat a)
{
  gfloat header[3];

  memcpy (header, picture->data, sizeof header);
  fail_unless (header[1] == a);
  g_byte_array_remove_range (picture, 0, 12);
  fail_unless (is_png (picture, i));
}

/* ROS's header stays with its picture, after one that is cut off too. */
GST_START_TEST (test_ros_header)
{
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    GByteArray *stream = g_byte_array_new ();
    GPtrArray *pictures;

    add_ros_picture (stream, 0, 100);
    add_ros_picture (stream, 1, 101);
    g_byte_array_set_size (stream, stream->len - 30);
    add_ros_picture (stream, 2, 102);
    g_byte_array_append (stream, (const guint8 *) "\n", 1);
    add_ros_picture (stream, 3, 103);
    pictures = split (stream, pieces[i]);
    fail_unless_equals_int (pictures->len, 4);
    for (guint k = 0; k < 4; k++)
      if (k != 1)
        assert_ros_picture (pictures->pdata[k], k, 100 + k);
    g_ptr_array_unref (pictures);
    g_byte_array_unref (stream);
  }
}

GST_END_TEST;

/* A picture without an end is given up at what its header allows for. */
GST_START_TEST (test_endless)
{
  GByteArray *stream = png_new (0);
  GPtrArray *pictures;
  gsize allowed = 2 * png16_max_size (WIDTH, HEIGHT);

  g_byte_array_set_size (stream, 33);
  while (stream->len < 4 * allowed)
    add_chunk (stream, 10000, "IDAT");
  for (guint i = 1; i < N; i++)
    append (stream, png_new (i));
  pictures = split (stream, 4096);
  fail_unless (((GByteArray *) pictures->pdata[0])->len <= allowed + 8);
  assert_pictures (pictures, 0);
  fail_unless_equals_int (pictures->len, N);
  g_ptr_array_unref (pictures);
  g_byte_array_unref (stream);
}

GST_END_TEST;

/* Bytes that are no PNG: one damaged picture, whatever their number. */
GST_START_TEST (test_no_png)
{
  GByteArray *stream = g_byte_array_new ();
  GRand *rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < 100000; i++) {
    guint8 byte = i % 3 ? g_rand_int (rand) : 0x89;

    g_byte_array_append (stream, &byte, 1);
  }
  for (guint i = 1; i < N; i++)
    append (stream, png_new (i));
  check (stream, 0);
  g_rand_free (rand);
  g_byte_array_unref (stream);
}

GST_END_TEST;

GST_START_TEST (test_random_damage)
{
  GRand *rand = g_rand_new_with_seed (11);
  guint rounds = g_getenv ("DEPTH_TEST_LIGHT") != NULL ? 20 : 500;

  for (guint n = 0; n < rounds; n++) {
    guint damaged = g_rand_int_range (rand, 0, N);
    GByteArray *stream = g_byte_array_new ();

    for (guint i = 0; i < N; i++) {
      GByteArray *png = png_new (i);

      for (guint k = 0; i == damaged && k < n % 9 + 1; k++)
        png->data[g_rand_int_range (rand, 0, n % 2 ? 45 : png->len)] =
            g_rand_int (rand);
      append (stream, png);
    }
    check (stream, damaged);
    g_byte_array_unref (stream);
  }
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
png16_split_suite (void)
{
  Suite *suite = suite_create ("png16-split");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_unchecked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_whole);
  tcase_add_test (tc, test_flipped_bits);
  tcase_add_test (tc, test_cut);
  tcase_add_test (tc, test_end_in_a_chunk);
  tcase_add_loop_test (tc, test_between, 0, 7);
  tcase_add_test (tc, test_ancillary_chunks);
  tcase_add_test (tc, test_ros_header);
  tcase_add_test (tc, test_endless);
  tcase_add_test (tc, test_no_png);
  tcase_add_test (tc, test_random_damage);
  return suite;
}

GST_CHECK_MAIN (png16_split);
