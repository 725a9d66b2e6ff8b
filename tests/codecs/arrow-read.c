/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables as codecs/arrow reads them: of every type, and of streams that are
 * damaged in every way. What other writers make, tests/conformance compares.
 */
#include "arrow-build.h"

#include <stdlib.h>

#include "arrow/read.h"

static const ArrowType boolean = { ARROW_BOOL };
static const ArrowType uint8 = { ARROW_UINT8 };
static const ArrowType int64 = { ARROW_INT64 };
static const ArrowType float32 = { ARROW_FLOAT32 };
static const ArrowType float64 = { ARROW_FLOAT64 };
static const ArrowType duration = { ARROW_DURATION_NS };
static const ArrowType utf8 = { ARROW_UTF8 };
static const ArrowType binary3 = { ARROW_FIXED_SIZE_BINARY, 3 };
static const ArrowField uint8_item[] = { {"item", &uint8, FALSE} };
static const ArrowField float32_item[] = { {"item", &float32, FALSE} };
static const ArrowType blob = { ARROW_LIST, 0, uint8_item, 1 };
static const ArrowField blob_item[] = { {"item", &blob, TRUE} };
static const ArrowType blobs = { ARROW_LIST, 0, blob_item, 1 };
static const ArrowType vec2 = { ARROW_FIXED_SIZE_LIST, 2, float32_item, 1 };

static const ArrowField struct_fields[] = {
  {"a", &uint8, TRUE}, {"b", &float64, FALSE}
};

static const ArrowType structure = { ARROW_STRUCT, 0, struct_fields, 2 };

static const ArrowMetadata metadata[] = {
  {"key", "value"}, {"", ""}, {"k\303\251y", "two\nlines"}
};

/* A copy of the very size, so that tools see a byte read too far. */
static guint8 *
copy_exactly (const guint8 * data, gsize size)
{
  guint8 *copy = malloc (size ? size : 1);

  if (size)
    memcpy (copy, data, size);
  return copy;
}

/* Reads a stream from memory that is aligned to nothing; @error NULL: it has to
 * be good. Returns the memory. */
static guint8 *
read_odd (const GByteArray * stream, ArrowTable * table, ArrowReadError * error)
{
  ArrowReadError reason = { "", 0 };
  guint8 *odd = malloc (stream->len + 1);

  memcpy (odd + 1, stream->data, stream->len);
  if (!arrow_table_read (table, odd + 1, stream->len, error ? error : &reason))
    fail_unless (error != NULL, "%s at %" G_GUINT64_FORMAT, reason.what,
        reason.offset);
  else
    fail_unless (error == NULL, "was read");
  return odd;
}

/* --- reading --- */

static GByteArray *
numbers_stream (void)
{
  static const guint8 bits[] = { 0x55, 0x01 }, bytes[] = { 0, 1, 255 };
  static const guint8 validity[] = { 5 };
  static const gint64 longs[] = { G_MININT64, -1, G_MAXINT64 };
  static const gfloat singles[] = { 0.5, -1, 3e38 };
  static const gdouble doubles[] = { 0.1, -0.0, 1e300 };
  const ArrowField fields[] = {
    {"bits", &boolean, FALSE, metadata, 3}, {"bytes", &uint8, TRUE},
    {"longs", &int64, FALSE, metadata, 1}, {"singles", &float32},
    {"doubles", &float64}, {"times", &duration}
  };
  Build build = build_new ();

  build_values (&build, 3, bits, 1);
  build_node (&build, 3, 1);
  build_buffer (&build, validity, 1);
  build_buffer (&build, bytes, 3);
  build_values (&build, 3, longs, sizeof longs);
  build_values (&build, 3, singles, sizeof singles);
  build_values (&build, 3, doubles, sizeof doubles);
  build_values (&build, 3, longs, sizeof longs);
  return build_stream (&build, fields, G_N_ELEMENTS (fields), metadata, 3, 3);
}

GST_START_TEST (test_numbers)
{
  GByteArray *stream = numbers_stream ();
  ArrowTable table = { 0 };
  guint8 *odd = read_odd (stream, &table, NULL);
  const ArrowColumn *column = table.columns;

  fail_unless_equals_int (table.n_rows, 3);
  fail_unless_equals_int (table.n_columns, 6);
  fail_unless (arrow_bool (column, 0) && !arrow_bool (column, 1));
  fail_unless_equals_int (column->type, ARROW_TYPE_BOOL);
  column = arrow_next_column (column);
  fail_unless (arrow_span_is (column->name, "bytes") && column->nullable);
  fail_unless (arrow_is_valid (column, 0) && !arrow_is_valid (column, 1));
  fail_unless_equals_uint64 (arrow_uint (column, 2), 255);
  fail_unless_equals_int64 (arrow_int (column, 2), -1);
  column = arrow_next_column (column);
  fail_unless (column->is_signed && column->width == 8 && !column->nullable);
  fail_unless_equals_int64 (arrow_int (column, 0), G_MININT64);
  fail_unless_equals_uint64 (arrow_uint (column, 1), G_MAXUINT64);
  column = arrow_next_column (column);
  fail_unless (arrow_float (column, 0) == 0.5);
  fail_unless (arrow_float (column, 2) == (gfloat) 3e38);
  fail_unless (arrow_int (column, 0) == 0);
  column = arrow_next_column (column);
  fail_unless (arrow_float (column, 0) == 0.1);
  ArrowSpan span = arrow_values (column, 1, 2);
  fail_unless_equals_int (span.size, 16);
  fail_unless_equals_uint64 (load_le (8, span.data), (guint64) 1 << 63);
  column = arrow_next_column (column);
  fail_unless_equals_int (column->type, ARROW_TYPE_DURATION);
  fail_unless_equals_int (column->unit, ARROW_NANOSECOND);
  fail_unless_equals_int64 (arrow_int (column, 2), G_MAXINT64);
  free (odd);
  arrow_table_clear (&table);
  g_byte_array_unref (stream);
}

GST_END_TEST;

GST_START_TEST (test_metadata)
{
  GByteArray *stream = numbers_stream ();
  ArrowTable table = { 0 };
  guint8 *odd = read_odd (stream, &table, NULL);
  ArrowSpan key, value;

  fail_unless_equals_int (table.metadata.n, 3);
  arrow_key_value (&table.metadata, 0, &key, &value);
  fail_unless (arrow_span_is (key, "key") && arrow_span_is (value, "value"));
  fail_unless (arrow_find_value (&table.metadata, "k\303\251y", &value));
  fail_unless (arrow_span_is (value, "two\nlines"));
  fail_unless (arrow_find_value (&table.metadata, "", &value));
  fail_unless (value.data != NULL && value.size == 0);
  fail_if (arrow_find_value (&table.metadata, "ke", &value));
  fail_unless (value.data == NULL && value.size == 0);
  fail_unless_equals_int (table.columns[0].metadata.n, 3);
  fail_unless_equals_int (table.columns[1].metadata.n, 0);
  fail_unless (arrow_find_value (&table.columns[2].metadata, "key", &value));
  fail_unless (arrow_span_equal (value, (ArrowSpan) {
          (guint8 *) "value", 5}));
  fail_if (arrow_span_equal (value, (ArrowSpan) {
          (guint8 *) "value", 4}));
  free (odd);
  arrow_table_clear (&table);
  g_byte_array_unref (stream);
}

GST_END_TEST;

/* Lists of lists, with a null and an empty one at each level; lists of two
 * numbers; structs; texts; binary of a fixed size. */
static GByteArray *
nested_stream (void)
{
  static const guint8 not_1[] = { 0x0d }, not_2[] = { 0x0b };
  static const guint32 rows[] = { 0, 2, 2, 4, 4 }, items[] = { 1, 3, 3, 3, 6 };
  static const gfloat pairs[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  static const gdouble doubles[] = { 1, 2, 3, 4 };
  static const guint32 texts[] = { 0, 1, 1, 4, 6 };
  const ArrowField fields[] = {
    {"blobs", &blobs, TRUE}, {"pairs", &vec2, TRUE}, {"structs", &structure,
        TRUE}, {"texts", &utf8, TRUE}, {"binary", &binary3, FALSE}
  };
  Build build = build_new ();

  build_node (&build, 4, 1);
  build_buffer (&build, not_1, 1);
  build_buffer (&build, rows, sizeof rows);
  build_node (&build, 4, 1);
  build_buffer (&build, not_2, 1);
  build_buffer (&build, items, sizeof items);
  build_values (&build, 6, "?abcde", 6);
  build_node (&build, 4, 1);
  build_buffer (&build, not_1, 1);
  build_values (&build, 8, pairs, sizeof pairs);
  build_node (&build, 4, 1);
  build_buffer (&build, not_2, 1);
  build_node (&build, 4, 1);
  build_buffer (&build, not_1, 1);
  build_buffer (&build, "\1\2\3\4", 4);
  build_values (&build, 4, doubles, sizeof doubles);
  build_node (&build, 4, 1);
  build_buffer (&build, not_1, 1);
  build_buffer (&build, texts, sizeof texts);
  build_buffer (&build, "abcd\303\251", 6);
  build_values (&build, 4, "abcdefghijkl", 12);
  return build_stream (&build, fields, G_N_ELEMENTS (fields), NULL, 0, 4);
}

static void
expect_list (const ArrowColumn * column, gsize i, gint first, gint n)
{
  gsize at, size;

  fail_unless_equals_int (arrow_list (column, i, &at, &size), n >= 0);
  fail_unless_equals_int (size, MAX (n, 0));
  if (n > 0)
    fail_unless_equals_int (at, first);
}

static void
expect_bytes (ArrowSpan span, const gchar * expected)
{
  fail_unless_equals_int (span.data != NULL, expected != NULL);
  if (expected)
    fail_unless (arrow_span_is (span, expected));
}

GST_START_TEST (test_nested)
{
  GByteArray *stream = nested_stream ();
  ArrowTable table = { 0 };
  guint8 *odd = read_odd (stream, &table, NULL);
  const ArrowColumn *column = table.columns;

  fail_unless_equals_int (column->n_all, 3);
  expect_list (column, 0, 0, 2);
  expect_list (column, 1, 0, -1);
  expect_list (column, 2, 2, 2);
  expect_list (column, 3, 4, 0);
  const ArrowColumn *items = arrow_child (column, 0);
  expect_list (items, 0, 1, 2);
  expect_list (items, 1, 3, 0);
  expect_list (items, 2, 0, -1);
  expect_list (items, 3, 3, 3);
  expect_bytes (arrow_values (arrow_child (items, 0), 3, 3), "cde");
  column = arrow_next_column (column);
  expect_list (column, 1, 0, -1);
  expect_list (column, 3, 6, 2);
  fail_unless (arrow_float (arrow_child (column, 0), 7) == 7);
  column = arrow_next_column (column);
  fail_unless (arrow_is_valid (column, 1) && !arrow_is_valid (column, 2));
  fail_if (arrow_is_valid (arrow_child (column, 0), 1));
  fail_unless_equals_uint64 (arrow_uint (arrow_child (column, 0), 3), 4);
  fail_unless (arrow_float (arrow_child (column, 1), 3) == 4);
  expect_list (column, 0, 0, -1);
  column = arrow_next_column (column);
  expect_bytes (arrow_bytes (column, 0), "a");
  expect_bytes (arrow_bytes (column, 1), NULL);
  expect_bytes (arrow_bytes (column, 2), "bcd");
  expect_bytes (arrow_bytes (column, 3), "\303\251");
  column = arrow_next_column (column);
  expect_bytes (arrow_bytes (column, 2), "ghi");
  fail_unless (arrow_next_column (column) == table.columns + table.n_all);
  free (odd);
  arrow_table_clear (&table);
  g_byte_array_unref (stream);
}

GST_END_TEST;

/* Types of 64-bit offsets: what else differs is only their number. */
GST_START_TEST (test_large)
{
  static const guint64 offsets[] = { 0, 3, 3, 6 };
  const ArrowField fields[] = { {"texts", &utf8}, {"lists", &blob} };
  Build build = build_new ();
  ArrowTable table = { 0 };

  build_node (&build, 3, 0);
  build_buffer (&build, "", 0);
  build_buffer (&build, offsets, sizeof offsets);
  build_buffer (&build, "abcdef", 6);
  build_node (&build, 3, 0);
  build_buffer (&build, "", 0);
  build_buffer (&build, offsets, sizeof offsets);
  build_values (&build, 6, "uvwxyz", 6);
  GByteArray *stream = build_stream (&build, fields, 2, NULL, 0, 3);
  stream_retype (stream, 0, 0, ARROW_TYPE_LARGE_UTF8);
  stream_retype (stream, 1, 0, ARROW_TYPE_LARGE_LIST);
  guint8 *odd = read_odd (stream, &table, NULL);
  expect_bytes (arrow_bytes (table.columns, 2), "def");
  expect_list (table.columns + 1, 2, 3, 3);
  expect_list (table.columns + 1, 1, 3, 0);
  free (odd);
  arrow_table_clear (&table);
  g_byte_array_unref (stream);
}

GST_END_TEST;

/* A stream without an end, without rows, without columns; two tables in the same
 * memory. */
GST_START_TEST (test_little)
{
  const ArrowField field = { "f", &utf8 };
  GByteArray *many = numbers_stream ();
  ArrowTable table = { 0 };
  Build build = build_new ();

  fail_unless (arrow_table_read (&table, many->data, many->len, NULL));
  fail_unless (arrow_table_read (&table, many->data,
          many->len - ARROW_END_SIZE, NULL));
  fail_unless_equals_int (table.n_columns, 6);

  GByteArray *none = build_stream (&build, NULL, 0, NULL, 0, 0);
  fail_unless (arrow_table_read (&table, none->data, none->len, NULL));
  fail_unless (table.n_columns == 0 && table.n_rows == 0);
  g_byte_array_unref (none);

  build = build_new ();
  build_node (&build, 0, 0);
  for (gint i = 0; i < 3; i++)
    build_buffer (&build, "", 0);
  none = build_stream (&build, &field, 1, NULL, 0, 0);
  fail_unless (arrow_table_read (&table, none->data, none->len, NULL));
  fail_unless (table.n_columns == 1 && table.n_rows == 0);
  g_byte_array_unref (none);
  g_byte_array_unref (many);
  arrow_table_clear (&table);
  fail_unless (table.columns == NULL && table.n_columns == 0);
}

GST_END_TEST;

/* --- damage --- */

/* Looks at all there is of a table. */
static guint64
walk (const ArrowTable * table)
{
  guint64 sum = table->n_rows;
  ArrowSpan key, value;
  gsize first, n;

  for (gsize c = 0; c < table->n_all; c++) {
    const ArrowColumn *column = &table->columns[c];
    sum += column->name.size ? column->name.data[0] : 0;
    for (gsize i = 0; i < column->metadata.n; i++) {
      arrow_key_value (&column->metadata, i, &key, &value);
      sum += value.size ? value.data[value.size - 1] : 0;
    }
    for (gsize i = 0; i < MIN (column->length, 1000); i++) {
      sum += arrow_is_valid (column, i) + arrow_uint (column, i)
          + arrow_bool (column, i) + (arrow_float (column, i) > 0);
      value = arrow_bytes (column, i);
      sum += value.size ? value.data[value.size - 1] : 0;
      if (arrow_list (column, i, &first, &n) && n > 0)
        fail_unless (first + n <= arrow_child (column, 0)->length);
    }
  }
  return sum;
}

GST_START_TEST (test_cut_off)
{
  GByteArray *streams[] = { numbers_stream (), nested_stream () };
  ArrowTable table = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++) {
    for (gsize size = 0; size < streams[i]->len; size++) {
      guint8 *copy = copy_exactly (streams[i]->data, size);
      ArrowReadError error = { "", G_MAXUINT64 };
      gboolean whole = size == streams[i]->len - ARROW_END_SIZE;
      fail_unless_equals_int (arrow_table_read (&table, copy, size, &error),
          whole);
      if (!whole) {
        fail_unless (error.what[0] && error.offset <= size);
        fail_unless (table.n_columns == 0 && table.n_all == 0);
      }
      free (copy);
    }
    g_byte_array_unref (streams[i]);
  }
  arrow_table_clear (&table);
}

GST_END_TEST;

/* Every byte in turn, as some others: an error, or a table that can be read. */
GST_START_TEST (test_damaged)
{
  static const guint8 with[] = { 0, 1, 4, 8, 127, 128, 255 };
  GByteArray *streams[] = { numbers_stream (), nested_stream () };
  ArrowTable table = { 0 };
  gsize step = g_getenv ("DEPTH_TEST_LIGHT") ? 5 : 1;
  guint n_bad = 0, n_good = 0;

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++) {
    for (gsize at = 0; at < streams[i]->len; at += step) {
      for (guint j = 0; j < G_N_ELEMENTS (with); j++) {
        guint8 *copy = copy_exactly (streams[i]->data, streams[i]->len);
        ArrowReadError error = { "", G_MAXUINT64 };
        copy[at] = with[j];
        if (arrow_table_read (&table, copy, streams[i]->len, &error)) {
          walk (&table);
          n_good++;
        } else {
          fail_unless (error.what[0] && error.offset <= streams[i]->len,
              "%s at %" G_GUINT64_FORMAT, error.what, error.offset);
          fail_unless (g_utf8_validate (error.what, -1, NULL));
          n_bad++;
        }
        free (copy);
      }
    }
    g_byte_array_unref (streams[i]);
  }
  fail_unless (n_good > 100 && n_bad > 100);
  arrow_table_clear (&table);
}

GST_END_TEST;

static void
expect_refused (GByteArray * stream, const gchar * what)
{
  ArrowTable table = { 0 };
  ArrowReadError error = { "", 0 };
  guint8 *odd = read_odd (stream, &table, &error);

  fail_unless (strstr (error.what, what) != NULL, "%s is not: %s", error.what,
      what);
  free (odd);
  arrow_table_clear (&table);
  g_byte_array_unref (stream);
}

/* One column of bytes, or of texts. */
#define BYTES(n_rows) build_stream (&build, uint8_item, 1, NULL, 0, n_rows)

GST_START_TEST (test_bad_batches)
{
  static const guint32 back[] = { 0, 3, 2 }, far[] = { 0, 3, 7 };
  static const guint32 negative[] = { 0, 0x80000000, 0x80000000 };
  const ArrowField text = { "text", &utf8 }, list = { "list", &blob };
  const ArrowField pair = { "pair", &vec2 }, record = { "record", &structure };

  Build build = build_new ();
  expect_refused (BYTES (0), "too few arrays");
  build = build_new ();
  build_node (&build, 3, 0);
  expect_refused (BYTES (3), "too few buffers");
  build = build_new ();
  build_values (&build, 3, "abc", 3);
  expect_refused (BYTES (2), "another length");
  build = build_new ();
  build_values (&build, G_MAXUINT64, "abc", 3);
  expect_refused (BYTES (G_MAXUINT64), "impossible length");
  build = build_new ();
  build_values (&build, G_MAXINT64, "abc", 3);
  expect_refused (BYTES (G_MAXINT64), "too small");
  build = build_new ();
  build_node (&build, 3, 4);
  expect_refused (BYTES (3), "impossible length");
  build = build_new ();
  build_values (&build, 9, "abcdefgh", 8);
  expect_refused (BYTES (9), "too small");
  build = build_new ();
  build_node (&build, 9, 1);
  build_buffer (&build, "\1", 1);
  build_buffer (&build, "abcdefghi", 9);
  expect_refused (BYTES (9), "too small");
  build = build_new ();
  build_node (&build, 3, 0);
  build_buffer (&build, "abc", 3);
  build_buffer_at (&build, 8, 3);
  expect_refused (BYTES (3), "out of the record batch's body");
  build = build_new ();
  build_node (&build, 3, 0);
  build_buffer (&build, "abc", 3);
  build_buffer_at (&build, G_MAXUINT64, 3);
  expect_refused (BYTES (3), "out of the record batch's body");
  build = build_new ();
  build_node (&build, 3, 0);
  build_buffer (&build, "abcde", 5);
  build_buffer_at (&build, 0, 4);
  expect_refused (BYTES (3), "upon others");

  const guint32 *bad[] = { back, far, negative };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    build = build_new ();
    build_node (&build, 2, 0);
    build_buffer (&build, "", 0);
    build_buffer (&build, bad[i], 12);
    build_buffer (&build, "abcdef", 6);
    expect_refused (build_stream (&build, &text, 1, NULL, 0, 2),
        "text: offsets out of");
    build = build_new ();
    build_node (&build, 2, 0);
    build_buffer (&build, "", 0);
    build_buffer (&build, bad[i], 12);
    build_values (&build, 6, "abcdef", 6);
    expect_refused (build_stream (&build, &list, 1, NULL, 0, 2),
        "list: offsets out of");
  }
  build = build_new ();
  build_node (&build, 2, 0);
  build_buffer (&build, "", 0);
  build_values (&build, 3, "0123456789ab", 12);
  expect_refused (build_stream (&build, &pair, 1, NULL, 0, 2), "fewer items");
  build = build_new ();
  build_node (&build, 2, 0);
  build_buffer (&build, "", 0);
  build_values (&build, 2, "ab", 2);
  build_values (&build, 1, "01234567", 8);
  expect_refused (build_stream (&build, &record, 1, NULL, 0, 2),
      "b: has fewer values");
}

GST_END_TEST;

GST_START_TEST (test_bad_streams)
{
  const ArrowField field = { "bad", &uint8 };
  ArrowBytes bytes = { 0 };
  ArrowBatchLayout layout;
  Message m;

#define ONE_COLUMN() ({ Build build = build_new (); \
    build_values (&build, 3, "abc", 3); \
    build_stream (&build, &field, 1, NULL, 0, 3); })
  GByteArray *stream = ONE_COLUMN ();
  stream_retype (stream, 0, 0, 0);
  expect_refused (stream, "bad has the unknown Arrow type 0");
  stream = ONE_COLUMN ();
  stream_retype (stream, 0, 0, 27);
  expect_refused (stream, "bad has the unknown Arrow type 27");
  stream = ONE_COLUMN ();
  stream_retype (stream, 0, 0, ARROW_TYPE_LIST);
  expect_refused (stream, "bad has 0 children, its type has 1");
  stream = ONE_COLUMN ();
  m = read_message (stream->data, stream->len);
  ((guint8 *) m.flat)[field_at (&m, m.header, 0)] = 1;
  expect_refused (stream, "big-endian");
  stream = ONE_COLUMN ();
  m = read_message (stream->data, stream->len);
  ((guint8 *) m.flat)[field_at (&m, follow (&m, 0), 0)] = 3;
  expect_refused (stream, "metadata version");
  stream = ONE_COLUMN ();
  gsize at = stream_field (stream, 0, 0, &m);
  ((guint8 *) m.flat)[follow (&m, field_at (&m, at, 0)) + 4] = 0xff;
  expect_refused (stream, "not UTF-8");

  stream = ONE_COLUMN ();
  at = stream_field (stream, 0, 0, &m);
  at = field_at (&m, at, 0);
  arrow_store_u32 ((guint8 *) m.flat + at, (guint32) (follow (&m,
              at) - at + 1));
  expect_refused (stream, "not aligned");

  /* A batch where the schema should be, a schema for a batch, a second batch. */
  arrow_append_batch (&bytes, 0, 0, &layout);
  stream = g_byte_array_new ();
  g_byte_array_append (stream, bytes.data, bytes.size);
  expect_refused (stream, "does not begin with a schema");
  bytes.size = 0;
  arrow_append_schema (&bytes, &field, 1, NULL, 0);
  stream = g_byte_array_new ();
  g_byte_array_append (stream, bytes.data, bytes.size);
  g_byte_array_append (stream, bytes.data, bytes.size);
  expect_refused (stream, "without a record batch");
  bytes.size = 0;
  arrow_append_batch (&bytes, 0, 0, &layout);
  stream = ONE_COLUMN ();
  g_byte_array_set_size (stream, stream->len - ARROW_END_SIZE);
  g_byte_array_append (stream, bytes.data, bytes.size);
  expect_refused (stream, "several record batches");
  arrow_bytes_clear (&bytes);
}

GST_END_TEST;

/* --- what small data can claim --- */

#define DEEP 40

/* Structs of two fields each, @depth deep. */
static GByteArray *
deep_stream (ArrowType * types, ArrowField (*fields)[2], guint depth)
{
  Build build = build_new ();

  for (guint i = 0; i < depth; i++) {
    types[i] = (ArrowType) { ARROW_STRUCT, 0, fields[i], 2 };
    fields[i][0] =
        (ArrowField) { "a", i + 1 < depth ? &types[i + 1] : &uint8 };
    fields[i][1] = (ArrowField) { "b", &uint8 };
  }
  const ArrowField top = { "top", &types[0] };
  return build_stream (&build, &top, 1, NULL, 0, 0);
}

GST_START_TEST (test_deep)
{
  ArrowType types[DEEP];
  ArrowField fields[DEEP][2];

  expect_refused (deep_stream (types, fields, 31), "too few arrays");
  expect_refused (deep_stream (types, fields, 32), "nests too deep");
  expect_refused (deep_stream (types, fields, DEEP), "nests too deep");
}

GST_END_TEST;

/* Both fields of each struct are made the same: 2^30 of them. */
GST_START_TEST (test_unfolding)
{
  ArrowType types[DEEP];
  ArrowField fields[DEEP][2];
  GByteArray *stream = deep_stream (types, fields, 30);
  Message m;

  for (guint depth = 0; depth < 30; depth++) {
    gsize field = stream_field (stream, 0, depth, &m), n;
    gsize vector = field_vector (&m, field, 5, 4, &n);
    gsize first = follow (&m, vector);
    arrow_store_u32 ((guint8 *) m.flat + vector + 4,
        (guint32) (first - vector - 4));
  }
  expect_refused (stream, "again and again");
}

GST_END_TEST;

/* A long text that all keys are. */
GST_START_TEST (test_long_text_again)
{
  enum
  { N = 3000 };
  ArrowMetadata *pairs = g_new (ArrowMetadata, N);
  const ArrowField field = { "f", &uint8, FALSE, pairs, N };
  gchar *text = g_strnfill (100000, 'x');
  Build build = build_new ();
  Message m;
  gsize n;

  for (guint i = 0; i < N; i++)
    pairs[i] = (ArrowMetadata) { "", "" };
  pairs[N - 1].key = text;
  build_values (&build, 1, "a", 1);
  GByteArray *stream = build_stream (&build, &field, 1, NULL, 0, 1);
  gsize at = stream_field (stream, 0, 0, &m);
  gsize last = field_at (&m, field_table (&m, at, 6, N - 1), 0);
  gsize to = follow (&m, last);
  field_vector (&m, at, 6, 4, &n);
  fail_unless_equals_int (n, N);
  for (guint i = 0; i < N; i++) {
    gsize key = field_at (&m, field_table (&m, at, 6, i), 0);
    arrow_store_u32 ((guint8 *) m.flat + key, (guint32) (to - key));
  }
  expect_refused (stream, "again and again");
  g_free (text);
  g_free (pairs);
}

GST_END_TEST;

/* --- texts --- */

GST_START_TEST (test_utf8)
{
  static const struct
  {
    const gchar *text;
    gsize size, valid;
  } texts[] = {
    {"", 0, 0}, {"abc", 3, 3}, {"a\0b", 3, 3}, {"\303\251", 2, 2},
    {"a\303", 2, 1}, {"\200", 1, 0}, {"\300\200", 2, 0},
    {"\340\200\200", 3, 0}, {"\355\240\200", 3, 0}, {"\342\202\254", 3, 3},
    {"\360\237\230\200", 4, 4}, {"\360\237\230", 3, 0},
    {"\364\220\200\200", 4, 0}, {"\370\210\200\200\200", 5, 0},
    {"ab\377cd", 5, 2}
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    fail_unless_equals_int (arrow_utf8_size (texts[i].text, texts[i].size),
        texts[i].valid);
}

GST_END_TEST;

/* A name of many characters of three bytes is cut within none, wherever it
 * begins. */
GST_START_TEST (test_long_name_in_error)
{
  gchar name[3 * 100 + 2] = "a";

  for (guint i = 0; i < 100; i++)
    memcpy (name + 1 + 3 * i, "\342\202\254", 4);
  for (guint start = 0; start < 2; start++) {
    const ArrowField field = { name + start, &uint8 };
    Build build = build_new ();
    ArrowTable table = { 0 };
    ArrowReadError error;
    build_node (&build, 1, 0);
    GByteArray *stream = build_stream (&build, &field, 1, NULL, 0, 1);
    fail_if (arrow_table_read (&table, stream->data, stream->len, &error));
    fail_unless (g_utf8_validate (error.what, -1, NULL));
    fail_unless (strstr (error.what, "\342\202\254\342\202\254") != NULL);
    fail_unless (strchr (error.what, '?') == NULL);
    arrow_table_clear (&table);
    g_byte_array_unref (stream);
  }
}

GST_END_TEST;

static Suite *
arrow_read_suite (void)
{
  Suite *s = suite_create ("arrow-read");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_numbers);
  tcase_add_test (tc, test_metadata);
  tcase_add_test (tc, test_nested);
  tcase_add_test (tc, test_large);
  tcase_add_test (tc, test_little);
  tcase_add_test (tc, test_cut_off);
  tcase_add_test (tc, test_damaged);
  tcase_add_test (tc, test_bad_batches);
  tcase_add_test (tc, test_bad_streams);
  tcase_add_test (tc, test_deep);
  tcase_add_test (tc, test_unfolding);
  tcase_add_test (tc, test_long_text_again);
  tcase_add_test (tc, test_utf8);
  tcase_add_test (tc, test_long_name_in_error);
  return s;
}

GST_CHECK_MAIN (arrow_read);
