/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The index at the end of a file, as codecs/rrd reads it: of what was written,
 * compressed as Rerun's SDK does it, and damaged.
 */
#include "arrow-build.h"
#include "rrd-lz4-index.h"

#include "rrd/read.h"

/* --- files --- */

/* A file in memory, and how it was read. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gint left;                    /* reads before one fails; -1: none does */
  gsize largest;                /* read */
  guint n_reads;
} File;

static bool
read_file (void *user, uint64_t offset, void *to, size_t size)
{
  File *file = user;

  fail_unless (offset <= file->size && size <= file->size - offset,
      "%zu bytes at %" G_GUINT64_FORMAT " of %zu", size, offset, file->size);
  if (file->left == 0)
    return FALSE;
  file->left--;
  file->n_reads++;
  file->largest = MAX (file->largest, size);
  memcpy (to, file->data + offset, size);
  return TRUE;
}

static RrdFooter *
open_footer (File * file)
{
  RrdFooter *footer;
  RrdReadError error = { "", 0 };
  RrdFooterResult result =
      rrd_footer_read (file->size, read_file, file, &footer, &error);

  fail_unless_equals_int (result, RRD_FOOTER_OK);
  fail_unless (footer != NULL, "%s", error.what);
  return footer;
}

/* Looks at everything. False: something could not be read. */
static gboolean
walk (RrdIndex * index)
{
  RrdIndexChunk chunk;
  RrdReadError error = { "", 0 };
  RrdComponentColumn component;
  RrdIndexKey key;
  RrdTimeKind kind;
  ArrowSpan name;
  gint64 range[2];
  gboolean ok = TRUE;

  for (guint64 i = 0; i < MIN (rrd_index_n_chunks (index), 2000); i++) {
    if (!rrd_index_chunk (index, i, &chunk, &error)) {
      fail_unless (error.what[0] && g_utf8_validate (error.what, -1, NULL));
      ok = FALSE;
    } else
      fail_unless_equals_int (arrow_utf8_size (chunk.entity_path.data,
              chunk.entity_path.size), chunk.entity_path.size);
    for (gsize t = 0; rrd_index_timeline (index, t, &name, &kind); t++) {
      gchar *timeline = g_strndup ((const gchar *) name.data, name.size);
      if (rrd_index_find (index, timeline, NULL, &key)) {
        rrd_index_range (index, &key, i, range);
        rrd_index_rows (index, &key, i);
      }
      g_free (timeline);
    }
    for (gsize c = 0; rrd_index_component (index, c, &component); c++) {
      gchar *text =
          g_strndup ((const gchar *) component.name.data, component.name.size);
      if (rrd_index_find (index, NULL, text, &key))
        rrd_index_rows (index, &key, i);
      if (rrd_index_find (index, "pts", text, &key))
        rrd_index_range (index, &key, i, range);
      g_free (text);
    }
  }
  return ok && !rrd_index_error (index);
}

/* --- what is in it --- */

static const RrdTimeline timelines[] = {
  {"pts", RRD_DURATION}, {"frame", RRD_SEQUENCE}, {"_odd, \\time", RRD_TIMESTAMP}
};

static const RrdComponent *const components[] = {
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_COLORMAP]
};

#define NONE G_MININT64

/* A chunk: its entity, how many of the timelines it has, its times there, and
 * whether its first row lacks the blob. */
typedef struct
{
  const gchar *path;
  gsize n_timelines, n_rows;
  gboolean hole;
  gsize offset, size;           /* as the writer knows them */
} Written;

static void
write_chunk (Sample * sample, Written * written)
{
  static const guint8 turbo = 5;
  gsize n = written->n_rows;
  RrdSchema *schema = rrd_schema_new (written->path, timelines,
      written->n_timelines, components, 2);
  gint64 *times = g_new (gint64, 3 * n);
  RrdSpan *values = g_new (RrdSpan, 2 * n);

  for (gsize i = 0; i < n; i++) {
    times[i] = 1000 - 10 * (gint64) i;
    times[n + i] = 5 + (gint64) i;
    times[2 * n + i] = -1;
    values[i] = (RrdSpan) { written->hole && i == 0 ? NULL : "blob", 4 };
    values[n + i] = (RrdSpan) { &turbo, 1 };
  }
  written->offset = sample_rows (sample, schema, n, times, values) + 16;
  written->size = sample->file.size - written->offset;
  rrd_schema_unref (schema);
  g_free (times);
  g_free (values);
}

static void
expect_range (RrdIndex * index, guint64 i, const gchar * timeline,
    const gchar * component, gint64 least, gint64 greatest, guint rows)
{
  RrdIndexKey key;
  gint64 range[2];

  fail_unless (rrd_index_find (index, timeline, component, &key));
  fail_unless_equals_int (rrd_index_range (index, &key, i, range),
      least != NONE);
  fail_unless_equals_uint64 (rrd_index_rows (index, &key, i), rows);
  if (least == NONE)
    return;
  fail_unless_equals_int64 (range[0], least);
  fail_unless_equals_int64 (range[1], greatest);
}

static void
expect_static (RrdIndex * index, guint64 i, const gchar * component,
    gboolean expected)
{
  RrdIndexKey key;
  gint64 range[2];

  fail_unless (rrd_index_find (index, NULL, component, &key));
  fail_unless_equals_uint64 (rrd_index_rows (index, &key, i), expected);
  fail_if (rrd_index_range (index, &key, i, range));
}

static void
expect_written (RrdIndex * index, guint64 i, const Written * written)
{
  RrdIndexChunk chunk;
  RrdReadError error;
  gint64 n = (gint64) written->n_rows, first = written->hole;
  gboolean is_static = written->n_timelines == 0;

  fail_unless (rrd_index_chunk (index, i, &chunk, &error));
  fail_unless (arrow_span_is (chunk.entity_path, written->path));
  fail_unless_equals_uint64 (chunk.offset, written->offset);
  fail_unless_equals_uint64 (chunk.size, written->size);
  fail_unless_equals_uint64 (chunk.n_rows, written->n_rows);
  fail_unless (chunk.uncompressed_size > 100);
  fail_unless_equals_int (chunk.is_static, is_static);
  expect_static (index, i, NULL, is_static);
  expect_static (index, i, components[1]->name, is_static);
  if (written->n_timelines > 0) {
    expect_range (index, i, "pts", NULL, 1010 - 10 * n, 1000, n);
    expect_range (index, i, "pts", components[0]->name, 1010 - 10 * n,
        1000 - 10 * first, n - first);
    expect_range (index, i, "pts", components[1]->name, 1010 - 10 * n, 1000, n);
  } else
    expect_range (index, i, "pts", components[0]->name, NONE, NONE, 0);
  if (written->n_timelines > 1)
    expect_range (index, i, "frame", NULL, 5, 4 + n, n);
  else
    expect_range (index, i, "frame", NULL, NONE, NONE, 0);
  if (written->n_timelines > 2)
    expect_range (index, i, "_odd, \\time", components[0]->name, -1, -1,
        n - first);
}

static void
check_index (const ArrowBytes * bytes, const Written * written, guint n)
{
  File file = { bytes->data, bytes->size, -1 };
  RrdFooter *footer = open_footer (&file);
  RrdComponentColumn component;
  RrdIndexKey key;
  RrdTimeKind kind;
  ArrowSpan name;

  fail_unless_equals_int (rrd_footer_n_indexes (footer), 1);
  RrdIndex *index = rrd_footer_index (footer, 0);
  fail_unless (arrow_span_is (rrd_index_store (index)->recording_id, "index"));
  fail_unless_equals_uint64 (rrd_index_n_chunks (index), n);
  for (guint i = 0; i < n; i++)
    expect_written (index, i, &written[i]);
  for (guint i = 0; i < 3; i++) {
    fail_unless (rrd_index_timeline (index, i, &name, &kind));
    fail_unless (arrow_span_is (name, timelines[i].name));
    fail_unless_equals_int (kind, timelines[i].kind);
  }
  fail_if (rrd_index_timeline (index, 3, &name, &kind));
  for (guint i = 0; i < 2; i++) {
    fail_unless (rrd_index_component (index, i, &component));
    fail_unless (arrow_span_is (component.name, components[i]->name));
    fail_unless (arrow_span_is (component.archetype, components[i]->archetype));
    fail_unless (arrow_span_is (component.type_name, components[i]->type_name));
  }
  fail_if (rrd_index_component (index, 2, &component));
  fail_if (rrd_index_find (index, "nothing", NULL, &key));
  fail_if (rrd_index_find (index, "pts", "nothing", &key));
  fail_if (rrd_index_find (index, NULL, "nothing", &key));
  fail_unless (walk (index) && rrd_index_error (index) == NULL);
  rrd_footer_free (footer);
  rrd_footer_free (NULL);
}

static Sample
small_file (Written * written, guint n)
{
  Sample sample;

  sample_open (&sample, RRD_COMPRESSION_LZ4, "index");
  for (guint i = 0; i < n; i++)
    write_chunk (&sample, &written[i]);
  sample_close (&sample);
  return sample;
}

#define SMALL { \
  {"/a", 0, 1, FALSE}, {"/a", 3, 1, FALSE}, {"/b", 2, 3, TRUE}, \
  {"/a", 1, 2, TRUE}, {"/a/b\303\251", 3, 7, FALSE} \
}

GST_START_TEST (test_index)
{
  Written written[] = SMALL;
  Sample sample = small_file (written, G_N_ELEMENTS (written));
  ArrowBytes compressed = compress_index (&sample.file, 0);

  check_index (&sample.file, written, G_N_ELEMENTS (written));
  check_index (&compressed, written, G_N_ELEMENTS (written));
  arrow_bytes_clear (&compressed);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* An entity path of no characters, which no SDK writes. */
GST_START_TEST (test_empty_path)
{
  Written written[] = { {"", 3, 1, FALSE}, {"", 0, 1, FALSE}
  };
  Sample sample = small_file (written, G_N_ELEMENTS (written));

  check_index (&sample.file, written, G_N_ELEMENTS (written));
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* Many windows, forwards, backwards and here and there; no read grows with the
 * file. */
GST_START_TEST (test_long_index)
{
  enum
  { N = 20001 };
  static Written written[N];
  static gchar paths[1000][20];
  const guint n = g_getenv ("DEPTH_TEST_LIGHT") ? 6001 : N;

  for (guint i = 0; i < n; i++) {
    g_snprintf (paths[i % 1000], sizeof *paths, "/entity/%u", i % 1000);
    written[i] = (Written) { paths[i % 1000], i % 4, 1 + i % 2, i % 2 };
  }
  Sample sample = small_file (written, n);
  File file = { sample.file.data, sample.file.size, -1 };
  RrdFooter *footer = open_footer (&file);
  RrdIndex *index = rrd_footer_index (footer, 0);

  file.largest = file.n_reads = 0;
  for (guint i = 0; i < n; i++)
    expect_written (index, i, &written[i]);
  fail_unless (file.n_reads < n);
  for (guint i = n; i-- > n - 2000;)
    expect_written (index, i, &written[i]);
  for (guint i = 0; i < 2000; i++)
    expect_written (index, i * 7919 % n, &written[i * 7919 % n]);
  fail_unless (file.largest <= 65536, "%zu", file.largest);
  rrd_footer_free (footer);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* --- what is not there, or wrong --- */

static void
expect_footer (const guint8 * data, gsize size, RrdFooterResult expected,
    const gchar * what)
{
  File file = { data, size, -1 };
  RrdFooter *footer;
  RrdReadError error = { "", 0 };

  fail_unless_equals_int (rrd_footer_read (size, read_file, &file, &footer,
          &error), expected);
  fail_unless_equals_int (footer != NULL, expected == RRD_FOOTER_OK);
  fail_unless (strstr (error.what, what) != NULL, "%s is not: %s", error.what,
      what);
  if (expected == RRD_FOOTER_BAD)
    fail_unless (error.offset <= size);
  rrd_footer_free (footer);
}

GST_START_TEST (test_no_footer)
{
  Written written[] = SMALL;
  Sample sample = small_file (written, G_N_ELEMENTS (written));

  for (gsize size = 0; size < sample.file.size; size++)
    expect_footer (sample.file.data, size, RRD_FOOTER_NONE, "");
  sample.file.data[sample.file.size - 4] = 2;   /* footers */
  expect_footer (sample.file.data, sample.file.size, RRD_FOOTER_NONE, "");
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

GST_START_TEST (test_bad_footers)
{
  Written written[] = SMALL;
  Sample sample = small_file (written, G_N_ELEMENTS (written));
  ArrowBytes *file = &sample.file, two = { 0 }, compressed;
  guint8 *tail = file->data + file->size - 32;
  gsize payload = load_le (8, tail);

  tail[16] ^= 1;
  expect_footer (file->data, file->size, RRD_FOOTER_BAD, "checksum");
  tail[16] ^= 1;
  tail[8]++;
  expect_footer (file->data, file->size, RRD_FOOTER_BAD, "not where");
  tail[8]--;
  arrow_store_u64 (tail, G_MAXUINT64);
  expect_footer (file->data, file->size, RRD_FOOTER_BAD, "not where");
  arrow_store_u64 (tail, 0);
  arrow_store_u64 (tail + 8, file->size - 32);
  expect_footer (file->data, file->size, RRD_FOOTER_BAD, "not where");
  arrow_store_u64 (tail, payload);
  arrow_store_u64 (tail + 8, file->size - 32 - payload);
  expect_footer (file->data, file->size, RRD_FOOTER_OK, "");

  arrow_bytes_append (&two, file->data, file->size);
  arrow_bytes_append (&two, file->data, file->size);
  expect_footer (two.data, two.size, RRD_FOOTER_BAD, "several recordings");

  /* An empty RrdFooter, as the SDK writes it where there are no chunks. */
  two.size = 28;
  append_stream_footer (&two, 28);
  expect_footer (two.data, two.size, RRD_FOOTER_OK, "");
  two.size = 28;
  protobuf_bytes (&two, 1, "", 0);
  append_stream_footer (&two, 28);
  expect_footer (two.data, two.size, RRD_FOOTER_BAD, "belongs to no recording");

  compressed = compress_index (file, 1000);
  expect_footer (compressed.data, compressed.size, RRD_FOOTER_BAD, "LZ4");
  arrow_bytes_clear (&compressed);
  compressed = compress_index (file, G_MAXUINT64);
  expect_footer (compressed.data, compressed.size, RRD_FOOTER_BAD,
      "claim to hold");
  arrow_bytes_clear (&compressed);
  arrow_bytes_clear (&two);
  arrow_bytes_clear (file);
}

GST_END_TEST;

/* An index that is small in the file, and larger than allowed. */
GST_START_TEST (test_too_large_index)
{
  const gsize size = RRD_INDEX_SIZE_MAX + 1;
  gint room = LZ4_compressBound (size);
  gchar *zeros = g_malloc0 (size), *lz4 = g_malloc (room);
  gint lz4_size = LZ4_compress_default (zeros, lz4, size, room);
  ArrowBytes data = { 0 }, manifest = { 0 }, file = { 0 };

  protobuf_bytes (&data, 2, lz4, lz4_size);
  protobuf_uint (&data, 3, RRD_COMPRESSION_LZ4);
  protobuf_uint (&data, 4, size);
  protobuf_bytes (&manifest, 1, "", 0);
  protobuf_bytes (&manifest, 4, data.data, data.size);
  memset (arrow_bytes_extend (&file, 28), 0, 28);
  protobuf_bytes (&file, 1, manifest.data, manifest.size);
  append_stream_footer (&file, 28);
  expect_footer (file.data, file.size, RRD_FOOTER_BAD, "more than 33554432");
  g_free (zeros);
  g_free (lz4);
  arrow_bytes_clear (&data);
  arrow_bytes_clear (&manifest);
  arrow_bytes_clear (&file);
}

GST_END_TEST;

/* Chunks before the first message, after the last, and across the footer. */
GST_START_TEST (test_bad_places)
{
  static const guint64 places[][2] = {
    {0, 20}, {11, 20}, {20, 100000}, {100000, 20}, {G_MAXUINT64 - 16, 20}
  };
  static const RrdTuid id;
  static const gint64 times[2];
  const RrdSpan values[] = { {"blob", 4}, {"\5", 1} };
  const RrdRows rows = { 1, &id, times, values };
  RrdSchema *schema = rrd_schema_new ("/a", timelines, 2, components, 2);
  RrdResult result;
  RrdChunk *chunk = rrd_chunk_new (schema, &id, &rows, 0, &result);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    Sample sample;
    RrdIndexChunk found;
    RrdReadError error = { "", 0 };
    sample_open (&sample, RRD_COMPRESSION_NONE, "index");
    fail_unless (rrd_manifest_add (sample.manifest, chunk, places[i][0],
            places[i][1]));
    sample_close (&sample);
    File file = { sample.file.data, sample.file.size, -1 };
    RrdFooter *footer = open_footer (&file);
    RrdIndex *index = rrd_footer_index (footer, 0);
    fail_if (rrd_index_chunk (index, 0, &found, &error));
    fail_unless (strstr (error.what, "where none can be") != NULL, "%s",
        error.what);
    fail_unless (rrd_index_error (index) == NULL);
    rrd_footer_free (footer);
    arrow_bytes_clear (&sample.file);
  }
  rrd_chunk_free (chunk);
  rrd_schema_unref (schema);
}

GST_END_TEST;

/* Every byte in turn, as some others, with a checksum that is right. */
GST_START_TEST (test_damaged)
{
  static const guint8 with[] = { 0, 1, 128, 255 };
  Written written[] = { {"/a", 2, 1, FALSE}, {"/b", 2, 2, TRUE} };
  Sample sample = small_file (written, G_N_ELEMENTS (written));
  guint8 *data = sample.file.data;
  gsize size = sample.file.size, payload = load_le (8, data + size - 32);
  guint n_bad = 0, n_wrong = 0, n_good = 0;
  gsize step = g_getenv ("DEPTH_TEST_LIGHT") ? 29 : 1;

  for (gsize at = payload; at < size; at += step) {
    for (guint i = 0; i < G_N_ELEMENTS (with); i++) {
      File file = { data, size, -1 };
      RrdReadError error = { "", 0 };
      RrdFooter *footer;
      guint8 was = data[at];
      data[at] = with[i];
      if (at < size - 32)
        arrow_store_u32 (data + size - 16, XXH32 (data + payload,
                size - 32 - payload, 7850921));
      if (rrd_footer_read (size, read_file, &file, &footer, &error)
          == RRD_FOOTER_OK) {
        gboolean good = TRUE;
        for (gsize j = 0; j < rrd_footer_n_indexes (footer); j++)
          good &= walk (rrd_footer_index (footer, j));
        n_good += good;
        n_wrong += !good;
      } else
        n_bad++;
      rrd_footer_free (footer);
      data[at] = was;
    }
  }
  GST_INFO ("%u bad, %u wrong, %u good", n_bad, n_wrong, n_good);
  fail_unless (n_bad > 30 && n_wrong > 3 && n_good > 30);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* Each read in turn. */
GST_START_TEST (test_read_fails)
{
  Written written[] = SMALL;
  Sample sample = small_file (written, G_N_ELEMENTS (written));
  gboolean ok = FALSE;
  guint n_bad = 0, n_wrong = 0;

  for (gint left = 0; !ok; left++) {
    File file = { sample.file.data, sample.file.size, left };
    RrdReadError error = { "", 0 };
    RrdFooter *footer;
    RrdFooterResult result =
        rrd_footer_read (file.size, read_file, &file, &footer, &error);
    if (result == RRD_FOOTER_OK) {
      RrdIndex *index = rrd_footer_index (footer, 0);
      ok = walk (index);
      if (!ok)
        error = *rrd_index_error (index);
      n_wrong += !ok;
    } else
      n_bad++;
    if (!ok)
      fail_unless (strstr (error.what, "can not be read") != NULL, "%s",
          error.what);
    rrd_footer_free (footer);
  }
  fail_unless (n_bad > 10 && n_wrong > 10);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

static Suite *
rrd_index_suite (void)
{
  Suite *s = suite_create ("rrd-index");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_index);
  tcase_add_test (tc, test_empty_path);
  tcase_add_test (tc, test_long_index);
  tcase_add_test (tc, test_no_footer);
  tcase_add_test (tc, test_bad_footers);
  tcase_add_test (tc, test_too_large_index);
  tcase_add_test (tc, test_bad_places);
  tcase_add_test (tc, test_damaged);
  tcase_add_test (tc, test_read_fails);
  return s;
}

GST_CHECK_MAIN (rrd_index);
