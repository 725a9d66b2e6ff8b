/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* png16 both ways; the judge is libpng, used here in its simplest way. */
#include "png16/png16.h"
#include "../frames-main.h"

#include <gst/check/gstcheck.h>
#include <png.h>
#include <string.h>

typedef struct
{
  int bit_depth, color_type, interlace, filters;
  gboolean chunks;
} JudgeOptions;

static const JudgeOptions plain = { 16, PNG_COLOR_TYPE_GRAY, 0,
  PNG_ALL_FILTERS, FALSE
};

static void
judge_write (png_structp png, png_bytep bytes, size_t size)
{
  g_byte_array_append (png_get_io_ptr (png), bytes, size);
}

static void
judge_read (png_structp png, png_bytep bytes, size_t size)
{
  GByteArray *data = png_get_io_ptr (png);

  fail_unless (size <= data->len);
  memcpy (bytes, data->data, size);
  g_byte_array_remove_range (data, 0, size);
}

/* Chunks that say something about samples, and chunks of mere text. */
static void
judge_chunks (png_structp png, png_infop info)
{
  png_color_8 bits = { 0, 0, 0, 12, 0 };
  png_text text = { PNG_TEXT_COMPRESSION_zTXt, (char *) "Comment", NULL, 0 };
  png_color_16 grey = { 0, 0, 0, 0, 1000 };

  text.text = (char *) "depth, depth, depth, depth and depth";
  png_set_gAMA (png, info, 0.45455);
  png_set_sBIT (png, info, &bits);
  png_set_tRNS (png, info, NULL, 0, &grey);
  png_set_text (png, info, &text, 1);
}

/* A picture of the judge's: rows of big-endian samples. */
static GByteArray *
judge_encode (const guint8 * rows, gsize stride, guint width, guint height,
    const JudgeOptions * options)
{
  GByteArray *data = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL,
      NULL);
  png_infop info = png_create_info_struct (png);
  png_color palette[2] = { {0, 0, 0}, {255, 255, 255} };
  png_bytepp lines = g_new (png_bytep, height);

  for (guint y = 0; y < height; y++)
    lines[y] = (png_bytep) rows + y * stride;
  png_set_write_fn (png, data, judge_write, NULL);
  png_set_filter (png, 0, options->filters);
  png_set_IHDR (png, info, width, height, options->bit_depth,
      options->color_type, options->interlace, 0, 0);
  if (options->color_type == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE (png, info, palette, 2);
  if (options->chunks)
    judge_chunks (png, info);
  png_write_info (png, info);
  png_write_image (png, lines);
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  g_free (lines);
  return data;
}

/* Big-endian samples without padding, of any 16-bit grey PNG. */
static guint8 *
judge_decode (const guint8 * data, gsize size, guint width, guint height)
{
  GByteArray *bytes = g_byte_array_append (g_byte_array_new (), data, size);
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL,
      NULL);
  png_infop info = png_create_info_struct (png);
  guint8 *rows = g_malloc ((gsize) width * height * 2);

  png_set_read_fn (png, bytes, judge_read);
  png_read_info (png, info);
  fail_unless_equals_int (png_get_image_width (png, info), width);
  fail_unless_equals_int (png_get_image_height (png, info), height);
  fail_unless_equals_int (png_get_bit_depth (png, info), 16);
  fail_unless_equals_int (png_get_color_type (png, info), PNG_COLOR_TYPE_GRAY);
  fail_unless_equals_int (png_get_interlace_type (png, info), 0);
  for (guint y = 0; y < height; y++)
    png_read_row (png, rows + (gsize) y * width * 2, NULL);
  png_read_end (png, info);
  fail_unless_equals_int (bytes->len, 0);
  png_destroy_read_struct (&png, &info, NULL);
  g_byte_array_unref (bytes);
  return rows;
}

/* Frames: little-endian pixels in rows of a stride; the padding holds a pattern
 * that nobody may change or store. */
typedef struct
{
  guint width, height;
  gsize stride;
  guint8 *data;
} Frame;

#define PADDING 0xa5

static Frame
frame_new (guint width, guint height, gsize padding)
{
  Frame frame = { width, height, width * 2 + padding, NULL };

  frame.data = g_malloc (frame.stride * height);
  memset (frame.data, PADDING, frame.stride * height);
  return frame;
}

static guint8 *
frame_at (const Frame * frame, guint x, guint y)
{
  return frame->data + y * frame->stride + x * 2;
}

typedef enum
{
  ZERO, FULL, RAMP, RANDOM, NEAR, ALTERNATE, DEPTH, KINDS
} Kind;

static guint16
sample (Kind kind, GRand * rand, guint x, guint y, guint width)
{
  switch (kind) {
    case FULL:
      return 65535;
    case RAMP:
      return y * width + x;
    case RANDOM:
      return g_rand_int (rand);
    case NEAR:
      return 1000 + g_rand_int_range (rand, 0, 4);
    case ALTERNATE:
      return x & 1 ? 65535 : 0;
    case DEPTH:                /* walls, edges, holes */
      if ((x / 7 + y / 5) % 9 == 0)
        return 0;
      return 800 + 2 * x + 3 * y + (x / 40 % 3) * 900
          + g_rand_int_range (rand, 0, 8);
    default:
      return 0;
  }
}

static Frame
frame_of (Kind kind, guint width, guint height, gsize padding)
{
  Frame frame = frame_new (width, height, padding);
  GRand *rand = g_rand_new_with_seed (width * 7919 + height * 31 + kind);

  for (guint y = 0; y < height; y++) {
    for (guint x = 0; x < width; x++)
      GST_WRITE_UINT16_LE (frame_at (&frame, x, y),
          sample (kind, rand, x, y, width));
  }
  g_rand_free (rand);
  return frame;
}

/* A test repeats less of what costs minutes under valgrind. */
static guint
stride_of_tests (guint light)
{
  return g_getenv ("DEPTH_TEST_LIGHT") ? light : 1;
}

static Png16Encoder *encoder;

static void
setup (void)
{
  encoder = png16_encoder_new ();
}

static void
teardown (void)
{
  png16_encoder_free (encoder);
}

static GByteArray *
frame_to_png (const Frame * frame, int level)
{
  GByteArray *png = g_byte_array_new ();
  gsize size;

  g_byte_array_set_size (png, png16_max_size (frame->width, frame->height));
  size = png16_encode (encoder, (guint16 *) frame->data, frame->stride,
      frame->width, frame->height, level, png->data, png->len);
  fail_unless (size > 0 && size <= png->len);
  g_byte_array_set_size (png, size);
  return png;
}

static GByteArray *
frame_by_judge (const Frame * frame, const JudgeOptions * options)
{
  guint8 *rows = g_malloc ((gsize) frame->width * frame->height * 2);
  GByteArray *png;

  for (guint y = 0; y < frame->height; y++) {
    for (guint x = 0; x < frame->width; x++)
      GST_WRITE_UINT16_BE (rows + 2 * (y * frame->width + x),
          GST_READ_UINT16_LE (frame_at (frame, x, y)));
  }
  png = judge_encode (rows, frame->width * 2, frame->width, frame->height,
      options);
  g_free (rows);
  return png;
}

static void
assert_judge_reads (const GByteArray * png, const Frame * frame)
{
  guint8 *rows =
      judge_decode (png->data, png->len, frame->width, frame->height);

  for (guint y = 0; y < frame->height; y++) {
    for (guint x = 0; x < frame->width; x++) {
      guint16 got = GST_READ_UINT16_BE (rows + 2 * (y * frame->width + x));
      guint16 want = GST_READ_UINT16_LE (frame_at (frame, x, y));

      if (got != want)
        fail ("%u, not %u, at %u, %u", got, want, x, y);
    }
  }
  g_free (rows);
}

/* We read it into rows of another stride, and touch no padding. */
static void
assert_we_read (Png16Decoder * decoder, const GByteArray * png,
    const Frame * frame, gsize padding)
{
  Frame got = frame_new (frame->width, frame->height, padding);
  Png16Error error = { "no error", 0 };
  gboolean ok = png16_decode (decoder, png->data, png->len,
      (guint16 *) got.data, got.stride, got.width, got.height, &error);

  fail_unless (ok, "%s at byte %" G_GSIZE_FORMAT, error.what, error.offset);
  for (guint y = 0; y < got.height; y++) {
    if (memcmp (frame_at (&got, 0, y), frame_at (frame, 0, y), got.width * 2))
      fail ("row %u differs", y);
    for (gsize i = got.width * 2; i < got.stride; i++) {
      if (got.data[y * got.stride + i] != PADDING)
        fail ("padding written in row %u", y);
    }
  }
  g_free (got.data);
}

static void
check_frame (Png16Decoder * decoder, Kind kind, guint width, guint height,
    gsize padding, int level)
{
  Frame frame = frame_of (kind, width, height, padding);
  GByteArray *png = frame_to_png (&frame, level);

  assert_judge_reads (png, &frame);
  assert_we_read (decoder, png, &frame, (padding + 6) % 10);
  g_byte_array_unref (png);
  g_free (frame.data);
}

GST_START_TEST (test_round_trip)
{
  static const guint sizes[][2] = {
    {1, 1}, {1, 2}, {2, 1}, {1, 300}, {300, 1}, {3, 5}, {7, 7}, {8, 8}, {15, 4},
    {16, 16}, {17, 9}, {31, 3}, {32, 5}, {33, 33}, {63, 2}, {64, 7}, {65, 6},
    {127, 3}, {128, 128}, {257, 65}, {641, 31}, {65535, 1}, {1, 65535}
  };
  Png16Decoder *decoder = png16_decoder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    for (guint kind = 0; kind < KINDS; kind += stride_of_tests (5))
      check_frame (decoder, kind, sizes[i][0], sizes[i][1], i % 5 * 2, 1);
  }
  png16_decoder_free (decoder);
}

GST_END_TEST;

GST_START_TEST (test_all_values)
{
  Png16Decoder *decoder = png16_decoder_new ();

  for (int level = 0; level <= 9; level += stride_of_tests (5)) {
    check_frame (decoder, RAMP, 256, 256, 0, level);
    check_frame (decoder, RANDOM, 61, 97, 2, level);
    check_frame (decoder, DEPTH, 320, 240, 6, level);
  }
  png16_decoder_free (decoder);
}

GST_END_TEST;

GST_START_TEST (test_any_filter_and_interlace)
{
  static const int filters[] = { PNG_FILTER_NONE, PNG_FILTER_SUB,
    PNG_FILTER_UP, PNG_FILTER_AVG, PNG_FILTER_PAETH, PNG_ALL_FILTERS
  };
  static const guint widths[] = { 1, 2, 5, 16, 33, 100 };
  Png16Decoder *decoder = png16_decoder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (filters) * G_N_ELEMENTS (widths); i++) {
    for (guint kind = 0; kind < KINDS * 4; kind += stride_of_tests (5)) {
      JudgeOptions options = plain;
      Frame frame = frame_of (kind / 4, widths[i % 6], 1 + i * 3, i % 3 * 2);
      GByteArray *png;

      options.filters = filters[i / 6];
      options.interlace = kind & 1;
      options.chunks = kind >> 1 & 1;
      png = frame_by_judge (&frame, &options);
      assert_we_read (decoder, png, &frame, 8);
      g_byte_array_unref (png);
      g_free (frame.data);
    }
  }
  png16_decoder_free (decoder);
}

GST_END_TEST;

GST_START_TEST (test_other_pictures)
{
  static const struct
  {
    int bit_depth, color_type;
    const char *name;
  } others[] = {
    {1, PNG_COLOR_TYPE_GRAY, "1-bit greyscale"},
    {8, PNG_COLOR_TYPE_GRAY, "8-bit greyscale"},
    {8, PNG_COLOR_TYPE_GRAY_ALPHA, "8-bit greyscale with alpha"},
    {16, PNG_COLOR_TYPE_GRAY_ALPHA, "16-bit greyscale with alpha"},
    {8, PNG_COLOR_TYPE_PALETTE, "8-bit palette"},
    {8, PNG_COLOR_TYPE_RGB, "8-bit RGB"},
    {16, PNG_COLOR_TYPE_RGB, "16-bit RGB"},
    {8, PNG_COLOR_TYPE_RGB_ALPHA, "8-bit RGBA"},
    {16, PNG_COLOR_TYPE_RGB_ALPHA, "16-bit RGBA"},
  };
  Png16Decoder *decoder = png16_decoder_new ();
  guint8 *rows = g_malloc0 (8 * 9 * 5);
  guint16 pixels[9 * 5];
  Png16Header header;
  Png16Error error;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    JudgeOptions options = { others[i].bit_depth, others[i].color_type };
    GByteArray *png = judge_encode (rows, 8 * 9, 9, 5, &options);

    fail_unless (png16_read_header (png->data, png->len, &header, &error));
    fail_unless_equals_string (header.name, others[i].name);
    fail_unless_equals_int (header.width, 9);
    fail_unless_equals_int (header.height, 5);
    fail_if (header.grey16);
    fail_if (png16_decode (decoder, png->data, png->len, pixels, 18, 9, 5,
            &error));
    fail_unless (strstr (error.what, others[i].name), "%s", error.what);
    fail_unless (strstr (error.what, "16-bit greyscale is needed"));
    g_byte_array_unref (png);
  }
  g_free (rows);
  png16_decoder_free (decoder);
}

GST_END_TEST;

static void
assert_found_damaged (const guint8 * png, gsize size)
{
  Png16Header header;
  Png16Error error;

  if (!png16_read_header (png, size, &header, &error))
    return;
  fail_if (png16_check (png, size, &error));
  fail_unless (error.offset <= size);
  fail_unless (strlen (error.what) > 0);
}

/* Each prefix of a PNG is an error; so is each byte changed, for CRC and Adler-32
 * cover all that matters but the lower-case letter of a chunk that may be skipped. */
static void
check_damage (Png16Decoder * decoder, const GByteArray * png,
    const Frame * frame)
{
  Frame got = frame_new (frame->width, frame->height, 0);
  guint step = stride_of_tests (37);
  Png16Error error;

  for (gsize i = 0; i < png->len; i += step) {
    /* a block of the very size, so that tools see a byte read too far */
    guint8 *copy = g_memdup2 (png->data, i);

    fail_if (png16_decode (decoder, copy, i, (guint16 *) got.data, got.stride,
            got.width, got.height, &error), "%" G_GSIZE_FORMAT " bytes", i);
    fail_unless (error.offset <= i);
    fail_unless (strlen (error.what) > 0);
    assert_found_damaged (copy, i);
    g_free (copy);
  }
  for (gsize i = 0; i < png->len * 8; i += step) {
    guint8 *copy = g_memdup2 (png->data, png->len);

    copy[i / 8] ^= 1 << i % 8;
    fail_if (png16_decode (decoder, copy, png->len, (guint16 *) got.data,
            got.stride, got.width, got.height, &error), "bit %" G_GSIZE_FORMAT,
        i);
    fail_unless (error.offset <= png->len);
    assert_found_damaged (copy, png->len);
    g_free (copy);
  }
  assert_we_read (decoder, png, frame, 0);
  fail_unless (png16_check (png->data, png->len, &error), "%s", error.what);
  g_free (got.data);
}

GST_START_TEST (test_damage)
{
  Png16Decoder *decoder = png16_decoder_new ();
  Frame frame = frame_of (DEPTH, 19, 13, 0);

  for (int level = 0; level <= 9; level += 3) {
    GByteArray *png = frame_to_png (&frame, level);

    check_damage (decoder, png, &frame);
    g_byte_array_unref (png);
  }
  for (int interlace = 0; interlace <= 1; interlace++) {
    JudgeOptions options = plain;
    GByteArray *png;

    options.interlace = interlace;
    png = frame_by_judge (&frame, &options);
    check_damage (decoder, png, &frame);
    g_byte_array_unref (png);
  }
  g_free (frame.data);
  png16_decoder_free (decoder);
}

GST_END_TEST;

/* ISO/IEC 15948, annex D. */
static guint32
crc_of (const guint8 * data, gsize size)
{
  guint32 crc = G_MAXUINT32;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

static void
append_be32 (GByteArray * png, guint32 number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (png, (const guint8 *) &number, 4);
}

static void
append_chunk (GByteArray * png, const char *type, const guint8 * body,
    gsize size)
{
  guint start = png->len + 4;

  append_be32 (png, size);
  g_byte_array_append (png, (const guint8 *) type, 4);
  g_byte_array_append (png, body, size);
  append_be32 (png, crc_of (png->data + start, 4 + size));
}

/* All checksums are right, all bytes are there, and yet libpng takes none of it:
 * so we do not. */
GST_START_TEST (test_as_strict_as_libpng)
{
  enum
  { WIDTH = 200, HEIGHT = 30, IDAT = 33, BODY = IDAT + 8, END = 4 + 12 };
  Frame frame = frame_of (RANDOM, WIDTH, HEIGHT, 0);
  Png16Decoder *decoder = png16_decoder_new ();
  guint16 pixels[WIDTH * HEIGHT];
  Png16Error error;
  GByteArray *whole, *png;
  guint8 *stream;
  gsize size, half;

  /* rows that come again: matches go back by more than a small window */
  for (guint y = 3; y < HEIGHT; y++)
    memcpy (frame.data + y * frame.stride,
        frame.data + (y - 3) * frame.stride, WIDTH * 2);
  whole = frame_to_png (&frame, 1);
  size = whole->len - BODY - END;
  stream = whole->data + BODY;
  for (guint i = 0; i < 3; i++) {
    half = i == 0 ? size : size / 2;
    if (i == 2)
      memcpy (stream, "\x08\x1d", 2);   /* RFC 1950: a window of 256 bytes */
    png = g_byte_array_append (g_byte_array_new (), whole->data, IDAT);
    append_chunk (png, "IDAT", stream, half);
    if (i == 1)
      append_chunk (png, "tEXt", (const guint8 *) "a\0b", 3);
    append_chunk (png, "IDAT", stream + half, size - half);
    append_chunk (png, "IEND", stream, 0);
    fail_unless (png16_decode (decoder, png->data, png->len, pixels, WIDTH * 2,
            WIDTH, HEIGHT, &error) == (i == 0), "%u", i);
    g_byte_array_unref (png);
  }
  g_byte_array_unref (whole);
  g_free (frame.data);
  png16_decoder_free (decoder);
}

GST_END_TEST;

GST_START_TEST (test_wrong_sizes)
{
  static const struct
  {
    guint32 width, height;
    gboolean allowed;
  } sizes[] = {
    {0, 1, FALSE}, {1, 0, FALSE}, {65536, 1, FALSE}, {1, 65536, FALSE},
    {65535, 1024, TRUE}, {65535, 1025, FALSE}, {8192, 8192, TRUE},
    {8193, 8192, FALSE}, {0xffffffff, 0xffffffff, FALSE}
  };
  Frame frame = frame_of (RAMP, 4, 4, 0);
  GByteArray *png = frame_to_png (&frame, 1);
  Png16Decoder *decoder = png16_decoder_new ();
  Png16Header header;
  Png16Error error;

  fail_if (png16_decode (decoder, png->data, png->len, (guint16 *) frame.data,
          8, 4, 3, &error));
  fail_unless_equals_string (error.what,
      "the picture is 4x4, 4x3 was expected");
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GST_WRITE_UINT32_BE (png->data + 16, sizes[i].width);
    GST_WRITE_UINT32_BE (png->data + 20, sizes[i].height);
    fail_unless_equals_int (png16_read_header (png->data, png->len, &header,
            &error), sizes[i].allowed);
    if (!sizes[i].allowed)
      fail_unless_equals_int (png16_encode (encoder, NULL, 0, sizes[i].width,
              sizes[i].height, 1, NULL, 0), 0);
  }
  png16_decoder_free (decoder);
  g_byte_array_unref (png);
  g_free (frame.data);
}

GST_END_TEST;

/* Nothing is written past the room given. */
GST_START_TEST (test_no_room)
{
  Frame frame = frame_of (RANDOM, 50, 40, 0);
  GByteArray *png = frame_to_png (&frame, 1);

  for (gsize room = 0; room < png->len; room++) {
    guint8 *bytes = g_malloc (room);

    fail_unless_equals_int (png16_encode (encoder, (guint16 *) frame.data,
            frame.stride, 50, 40, 1, bytes, room), 0);
    g_free (bytes);
  }
  g_byte_array_unref (png);
  g_free (frame.data);
}

GST_END_TEST;

GST_START_TEST (test_real_frames)
{
  static const char *folders[] = { "realsense_d4xx_640x480",
    "azure_kinect_nfov_640x576", "3dmatch_640x480"
  };
  Png16Decoder *decoder = png16_decoder_new ();
  gchar *path = real_frame_path (folders[__i__], 1), *data;
  GByteArray file, *png;
  Png16Header header;
  Png16Error error;
  gsize size;
  Frame frame;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));
  file.data = (guint8 *) data;
  file.len = size;
  fail_unless (png16_read_header (file.data, size, &header, &error));
  frame = frame_new (header.width, header.height, 0);
  fail_unless (png16_decode (decoder, file.data, size, (guint16 *) frame.data,
          frame.stride, header.width, header.height, &error));
  assert_judge_reads (&file, &frame);
  png = frame_to_png (&frame, 1);
  assert_judge_reads (png, &frame);
  assert_we_read (decoder, png, &frame, 4);
  g_byte_array_unref (png);
  g_free (frame.data);
  g_free (data);
  g_free (path);
  png16_decoder_free (decoder);
}

GST_END_TEST;

static Suite *
png16_suite (void)
{
  Suite *s = suite_create ("png16");
  TCase *tc = tcase_create ("general");

  tcase_set_timeout (tc, 240);
  tcase_add_checked_fixture (tc, setup, teardown);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_round_trip);
  tcase_add_test (tc, test_all_values);
  tcase_add_test (tc, test_any_filter_and_interlace);
  tcase_add_test (tc, test_other_pictures);
  tcase_add_test (tc, test_damage);
  tcase_add_test (tc, test_as_strict_as_libpng);
  tcase_add_test (tc, test_wrong_sizes);
  tcase_add_test (tc, test_no_room);
  return s;
}

/* Of real cameras. */
static Suite *
png16_frames_suite (void)
{
  Suite *s = suite_create ("png16");
  TCase *tc = tcase_create ("frames");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_real_frames, 0, 3);
  return s;
}

MAIN_WITH_FRAMES (png16);
