/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of a file and of gRPC, and footers, parsed back by hand. Whether
 * Rerun reads them, tests/conformance asks Rerun.
 */
#include "arrow-reader.h"

#include <lz4.h>
#include <stdlib.h>
#include <xxhash.h>

#include "rrd/rrd.h"

static const RrdTuid id = { 0x1122334455667788, 0x0102030405060708 };

/* --- protobuf, read --- */

typedef struct
{
  const guint8 *data;
  gsize size;
} Bytes;

static guint64
read_varint (Bytes * from)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64; shift += 7) {
    fail_unless (from->size > 0);
    guint8 byte = *from->data++;
    from->size--;
    value |= (guint64) (byte & 127) << shift;
    if (byte < 128)
      break;
  }
  return value;
}

/* Field @number of a message, which has it once or not at all: a number in
 * @value, or bytes that are returned. */
static Bytes
pb_field (Bytes message, guint number, guint64 * value)
{
  Bytes found = { NULL, 0 };

  *value = 0;
  while (message.size) {
    guint64 key = read_varint (&message);
    Bytes part = { message.data, 0 };
    guint64 n = 0;
    if ((key & 7) == 0)
      n = read_varint (&message);
    else if ((key & 7) == 1)
      part.size = 8;
    else if ((key & 7) == 2) {
      part.size = read_varint (&message);
      part.data = message.data;
    } else
      fail ("wire type %u", (guint) key & 7);
    fail_unless (part.size <= message.size);
    message.data += part.size;
    message.size -= part.size;
    if (key >> 3 == number) {
      *value = (key & 7) == 1 ? load_le (8, part.data) : n;
      found = part;
    }
  }
  return found;
}

static guint64
pb_number (Bytes message, guint number)
{
  guint64 value;

  pb_field (message, number, &value);
  return value;
}

static Bytes
pb_bytes (Bytes message, guint number)
{
  guint64 value;

  return pb_field (message, number, &value);
}

static void
expect_text (Bytes bytes, const gchar * text)
{
  fail_unless_equals_int (bytes.size, strlen (text));
  fail_unless (memcmp (bytes.data, text, bytes.size) == 0);
}

static void
expect_store_id (Bytes store_id)
{
  fail_unless_equals_int (pb_number (store_id, 1), 1);
  expect_text (pb_bytes (store_id, 2), "a recording");
  expect_text (pb_bytes (pb_bytes (store_id, 3), 1), "an app");
}

static void
expect_id (Bytes tuid)
{
  fail_unless_equals_uint64 (pb_number (tuid, 1), id.time_ns);
  fail_unless_equals_uint64 (pb_number (tuid, 2), id.inc);
}

/* --- what is written --- */

static const RrdTimeline timelines[] = {
  {"pts", RRD_DURATION}, {"frame", RRD_SEQUENCE}
};

static const RrdComponent *const components[] = {
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_COLORMAP]
};

static RrdStore *
new_store (void)
{
  return rrd_store_new ("an app", "a recording", &id);
}

/* @n_rows rows of both components, row @hole without the blob. */
static RrdChunk *
new_chunk (const gchar * path, gsize n_timelines, gint n_rows, gint hole,
    const void *blob, gsize size)
{
  static const guint8 turbo = 5;
  RrdSchema *schema =
      rrd_schema_new (path, timelines, n_timelines, components, 2);
  RrdTuid ids[8];
  gint64 times[2 * 8];
  RrdSpan values[2 * 8];
  RrdResult result;

  for (gint i = 0; i < n_rows; i++) {
    ids[i] = id;
    times[i] = 100 - 10 * i;
    times[n_rows + i] = 5 + i;
    values[i] = (RrdSpan) { i == hole ? NULL : blob, size };
    values[n_rows + i] = (RrdSpan) { &turbo, 1 };
  }
  const RrdRows rows = { n_rows, ids, times, values };
  RrdChunk *chunk = rrd_chunk_new (schema, &id, &rows, 0, &result);
  fail_unless (chunk != NULL);
  rrd_schema_unref (schema);
  return chunk;
}

static GByteArray *
gather (const RrdChunk * chunk)
{
  GByteArray *bytes = g_byte_array_new ();

  for (gsize i = 0; i < chunk->n_spans; i++)
    g_byte_array_append (bytes, chunk->spans[i].data, chunk->spans[i].size);
  return bytes;
}

/* --- messages --- */

GST_START_TEST (test_stream_header)
{
  guint8 header[RRD_STREAM_HEADER_SIZE];

  rrd_stream_header (RRD_COMPRESSION_NONE, header);
  fail_unless (memcmp (header, "RRF2\0\37\4\0\0\2\0\0", 12) == 0);
  rrd_stream_header (RRD_COMPRESSION_LZ4, header);
  fail_unless (memcmp (header, "RRF2\0\37\4\0\1\2\0\0", 12) == 0);
}

GST_END_TEST;

/* The message in a file message, or in a LogMsg in a gRPC frame; @rest_size
 * bytes of it follow. */
static Bytes
unframe_file (const ArrowBytes * message, guint kind, gsize rest_size)
{
  fail_unless (message->size >= 16);
  fail_unless_equals_uint64 (load_le (8, message->data), kind);
  fail_unless_equals_uint64 (load_le (8, message->data + 8),
      message->size - 16 + rest_size);
  return (Bytes) {
  message->data + 16, message->size - 16};
}

static Bytes
unframe_grpc (const ArrowBytes * message, guint field, gsize rest_size)
{
  Bytes bytes = { message->data + 5, message->size - 5 };

  fail_unless (message->size >= 5 && message->data[0] == 0);
  fail_unless_equals_uint64 (load_be (4, message->data + 1),
      message->size - 5 + rest_size);
  fail_unless_equals_uint64 (read_varint (&bytes), 1 << 3 | 2);
  fail_unless_equals_uint64 (read_varint (&bytes), bytes.size + rest_size);
  fail_unless_equals_uint64 (read_varint (&bytes), field << 3 | 2);
  fail_unless_equals_uint64 (read_varint (&bytes), bytes.size + rest_size);
  return bytes;
}

static void
expect_set_store_info (Bytes message)
{
  Bytes info = pb_bytes (message, 2);

  expect_id (pb_bytes (message, 1));
  expect_store_id (pb_bytes (info, 2));
  fail_unless_equals_int (pb_number (pb_bytes (info, 5), 1), 1);
  fail_unless_equals_int (pb_number (pb_bytes (info, 6), 1), 0x041f00);
}

GST_START_TEST (test_store_info)
{
  RrdStore *store = new_store ();
  ArrowBytes message = { 0 };

  for (gint i = 0; i < 2; i++) {
    fail_unless (rrd_file_store_info (store, &message));
    expect_set_store_info (unframe_file (&message, 1, 0));
    fail_unless (rrd_grpc_store_info (store, &message));
    expect_set_store_info (unframe_grpc (&message, 1, 0));
  }
  arrow_bytes_clear (&message);
  rrd_store_free (store);
  rrd_store_free (NULL);
}

GST_END_TEST;

/* An ArrowMsg whose payload is cut off after its size. */
static void
expect_arrow_msg (Bytes message, const RrdChunk * chunk, guint compression,
    gsize payload_size, gboolean is_static)
{
  gsize tail = 1;

  for (gsize n = payload_size; n > 127; n >>= 7)
    tail++;
  fail_unless (message.size > tail + 1);
  Bytes payload = { message.data + message.size - tail - 1, tail + 1 };
  message.size -= tail + 1;
  fail_unless_equals_uint64 (read_varint (&payload), 5 << 3 | 2);
  fail_unless_equals_uint64 (read_varint (&payload), payload_size);
  expect_store_id (pb_bytes (message, 1));
  fail_unless_equals_int (pb_number (message, 2), compression);
  fail_unless_equals_uint64 (pb_number (message, 3), chunk->size);
  fail_unless_equals_int (pb_number (message, 4), 1);
  expect_id (pb_bytes (message, 6));
  fail_unless_equals_int (pb_number (message, 7), is_static);
}

GST_START_TEST (test_chunk_heads)
{
  RrdStore *store = new_store ();
  ArrowBytes head = { 0 };

  for (gsize n_timelines = 0; n_timelines < 3; n_timelines++) {
    RrdChunk *chunk = new_chunk ("/a", n_timelines, 2, -1, "x", 1);
    fail_unless (rrd_file_head (store, chunk, &head));
    expect_arrow_msg (unframe_file (&head, 2, chunk->size), chunk, 1,
        chunk->size, n_timelines == 0);
    fail_unless (rrd_grpc_head (store, chunk, &head));
    expect_arrow_msg (unframe_grpc (&head, 2, chunk->size), chunk, 1,
        chunk->size, n_timelines == 0);
    rrd_chunk_free (chunk);
  }
  arrow_bytes_clear (&head);
  rrd_store_free (store);
}

GST_END_TEST;

GST_START_TEST (test_lz4)
{
  static guint8 blob[100000];
  RrdStore *store = new_store ();
  ArrowBytes head = { 0 }, scratch = { 0 };
  RrdSpan payload;

  for (gsize i = 0; i < sizeof blob; i++)
    blob[i] = i % 251 ^ i >> 10;
  for (gsize size = 0; size <= sizeof blob; size += sizeof blob / 5) {
    RrdChunk *chunk = new_chunk ("/a", 2, 2, -1, blob, size);
    GByteArray *expected = gather (chunk);
    gchar *back = g_malloc (chunk->size);

    fail_unless_equals_int (rrd_file_lz4 (store, chunk, &scratch, &head,
            &payload), RRD_OK);
    expect_arrow_msg (unframe_file (&head, 2, payload.size), chunk, 2,
        payload.size, FALSE);
    fail_unless_equals_int (LZ4_decompress_safe (payload.data, back,
            payload.size, chunk->size), chunk->size);
    fail_unless (memcmp (back, expected->data, chunk->size) == 0);
    g_free (back);
    g_byte_array_unref (expected);
    rrd_chunk_free (chunk);
  }

  /* Over LZ4's own limit, within Arrow's: nothing is read. */
  RrdChunk *chunk = new_chunk ("/a", 2, 1, -1, blob, LZ4_MAX_INPUT_SIZE);
  fail_unless_equals_int (rrd_file_lz4 (store, chunk, &scratch, &head,
          &payload), RRD_TOO_LARGE);
  fail_unless (rrd_file_head (store, chunk, &head));
  rrd_chunk_free (chunk);
  arrow_bytes_clear (&head);
  arrow_bytes_clear (&scratch);
  rrd_store_free (store);
}

GST_END_TEST;

/* --- footers --- */

static bool
write_to_array (void *user, const void *data, size_t size)
{
  g_byte_array_append (user, data, size);
  return true;
}

typedef struct
{
  Message schema;
  Message batch;
} Manifest;

/* The record batch of the footer at the end of a file of @offset bytes. */
static Manifest
read_footer (const GByteArray * end, guint64 offset)
{
  const guint8 *footer = end->data + end->len - 32;
  guint64 size = load_le (8, footer + 8);
  Manifest manifest;

  fail_unless_equals_uint64 (load_le (8, end->data), 0);
  fail_unless_equals_uint64 (load_le (8, end->data + 8), size);
  fail_unless_equals_uint64 (load_le (8, footer), offset + 16);
  fail_unless_equals_int (end->len, 16 + size + 32);
  fail_unless_equals_uint64 (load_le (4, footer + 16),
      XXH32 (end->data + 16, size, 7850921));
  fail_unless (memcmp (footer + 20, "RRF2FOOT\1\0\0\0", 12) == 0);

  Bytes message = pb_bytes ((Bytes) { end->data + 16, size }, 1);
  expect_store_id (pb_bytes (message, 1));
  fail_unless_equals_int (pb_bytes (message, 3).size, 32);
  Bytes recording = pb_bytes (pb_bytes (message, 2), 1);
  fail_unless_equals_int (read_message (recording.data, recording.size).type,
      1);
  Bytes data = pb_bytes (message, 4), stream = pb_bytes (data, 2);
  fail_unless_equals_int (pb_number (data, 1), 1);
  fail_unless_equals_int (pb_number (data, 3), 1);
  fail_unless_equals_uint64 (pb_number (data, 4), stream.size);
  manifest.schema = read_message (stream.data, stream.size);
  manifest.batch = read_message (manifest.schema.next,
      stream.size - (gsize) (manifest.schema.next - stream.data));
  fail_unless (manifest.batch.next + 8 == stream.data + stream.size);
  return manifest;
}

/* The buffer of values of the column called @name; @validity: what is null. */
static const guint8 *
column (const Manifest * m, const gchar * name, const guint8 ** validity)
{
  gsize n, buffer = 0;

  field_vector (&m->schema, m->schema.header, 1, 4, &n);
  for (gsize i = 0; i < n; i++) {
    gsize field = field_table (&m->schema, m->schema.header, 1, i);
    if (strcmp (field_string (&m->schema, field, 0), name) == 0) {
      guint64 size;
      *validity = batch_buffer (&m->batch, buffer, &size);
      *validity = size ? *validity : NULL;
      return batch_buffer (&m->batch, buffer + 1, &size);
    }
    buffer += field_uint (&m->schema, field, 2, 1) == 5 ? 3 : 2;
  }
  fail ("no column %s", name);
  return NULL;
}

#define NONE G_MININT64

/* The 64-bit numbers of a column, NONE for null. */
static void
expect_numbers (const Manifest * m, const gchar * name, gsize n,
    const gint64 * expected)
{
  const guint8 *validity, *values = column (m, name, &validity);

  for (gsize i = 0; i < n; i++) {
    gboolean valid = !validity || validity[i / 8] >> (i % 8) & 1;
    fail_unless_equals_int (valid, expected[i] != NONE);
    if (valid)
      fail_unless_equals_int64 (load_le (8, values + 8 * i), expected[i]);
  }
}

static void
expect_bits (const Manifest * m, const gchar * name, guint expected)
{
  const guint8 *validity, *values = column (m, name, &validity);

  fail_unless (validity == NULL);
  fail_unless_equals_int (values[0], expected);
}

/* A static chunk, a frame, rows with a hole, and a chunk that lacks a
 * timeline. */
GST_START_TEST (test_footer)
{
  RrdStore *store = new_store ();
  RrdManifest *manifest = rrd_manifest_new ();
  GByteArray *end = g_byte_array_new ();
  RrdChunk *chunks[] = {
    new_chunk ("/a/b", 0, 1, -1, "x", 1), new_chunk ("/a/b", 2, 1, -1, "y", 1),
    new_chunk ("/a/b", 2, 3, 0, "z", 1), new_chunk ("/c", 1, 2, -1, "w", 1)
  };
  const gint64 uncompressed[] = {
    chunks[0]->size, chunks[1]->size, chunks[2]->size, chunks[3]->size
  };

  for (gint i = 0; i < 4; i++) {
    fail_unless (rrd_manifest_add (manifest, chunks[i], 1000 * i,
            100 + 16 * i));
    rrd_chunk_free (chunks[i]);
  }
  fail_unless_equals_int (rrd_manifest_write (manifest, store, 12345,
          write_to_array, end), RRD_OK);
  Manifest m = read_footer (end, 12345);
  fail_unless_equals_uint64 (batch_rows (&m.batch), 4);
  expect_bits (&m, "chunk_is_static", 1);
  expect_bits (&m, "EncodedDepthImage:blob:has_static_data", 1);
  expect_bits (&m, "EncodedDepthImage:colormap:has_static_data", 1);
#define EXPECT(name, ...) \
  expect_numbers (&m, name, 4, (const gint64[]) { __VA_ARGS__ })
  expect_numbers (&m, "chunk_byte_size_uncompressed", 4, uncompressed);
  EXPECT ("chunk_num_rows", 1, 1, 3, 2);
  EXPECT ("chunk_byte_offset", 16, 1016, 2016, 3016);
  EXPECT ("chunk_byte_size", 84, 100, 116, 132);
  EXPECT ("pts:start", NONE, 100, 80, 90);
  EXPECT ("pts:end", NONE, 100, 100, 100);
  EXPECT ("frame:start", NONE, 5, 5, NONE);
  EXPECT ("frame:end", NONE, 5, 7, NONE);
  EXPECT ("pts:EncodedDepthImage:blob:start", NONE, 100, 80, 90);
  EXPECT ("pts:EncodedDepthImage:blob:end", NONE, 100, 90, 100);
  EXPECT ("pts:EncodedDepthImage:blob:num_rows", 0, 1, 2, 2);
  EXPECT ("frame:EncodedDepthImage:blob:start", NONE, 5, 6, NONE);
  EXPECT ("frame:EncodedDepthImage:blob:num_rows", 0, 1, 2, 0);
  EXPECT ("frame:EncodedDepthImage:colormap:start", NONE, 5, 5, NONE);
  EXPECT ("frame:EncodedDepthImage:colormap:num_rows", 0, 1, 3, 0);

  const guint8 *validity, *offsets = column (&m, "chunk_entity_path",
      &validity);
  fail_unless_equals_int (load_le (4, offsets + 16), 14);
  guint64 size;
  const guint8 *paths = batch_buffer (&m.batch, 2, &size);
  fail_unless (size == 14 && memcmp (paths, "/a/b/a/b/a/b/c", 14) == 0);
  const guint8 *ids = column (&m, "chunk_id", &validity);
  fail_unless_equals_uint64 (load_be (8, ids + 48), id.time_ns);
  fail_unless_equals_uint64 (load_be (8, ids + 56), id.inc);

  g_byte_array_unref (end);
  rrd_manifest_free (manifest);
  rrd_manifest_free (NULL);
  rrd_store_free (store);
}

GST_END_TEST;

/* Enough chunks to fill many blocks of memory and of output. */
GST_START_TEST (test_long_footer)
{
  enum
  { N = 20001 };
  RrdStore *store = new_store ();
  RrdManifest *manifest = rrd_manifest_new ();
  GByteArray *end = g_byte_array_new ();
  RrdChunk *one = new_chunk ("/one", 2, 1, -1, "x", 1);
  RrdChunk *hole = new_chunk ("/hole", 2, 2, 1, "x", 1);

  for (gint i = 0; i < N; i++)
    fail_unless (rrd_manifest_add (manifest, i % 3 ? one : hole,
            G_GUINT64_CONSTANT (10000000000) + i, 1000));
  fail_unless_equals_int (rrd_manifest_write (manifest, store, 1,
          write_to_array, end), RRD_OK);
  Manifest m = read_footer (end, 1);
  const guint8 *validity;
  const guint8 *offsets = column (&m, "chunk_byte_offset", &validity);
  const guint8 *rows = column (&m, "frame:EncodedDepthImage:blob:num_rows",
      &validity);
  const guint8 *ends = column (&m, "frame:end", &validity);
  fail_unless_equals_uint64 (batch_rows (&m.batch), N);
  for (gint i = 0; i < N; i++) {
    fail_unless_equals_uint64 (load_le (8, offsets + 8 * i),
        G_GUINT64_CONSTANT (10000000016) + i);
    fail_unless_equals_uint64 (load_le (8, rows + 8 * i), 1);
    fail_unless_equals_uint64 (load_le (8, ends + 8 * i), i % 3 ? 5 : 6);
  }
  rrd_chunk_free (one);
  rrd_chunk_free (hole);
  g_byte_array_unref (end);
  rrd_manifest_free (manifest);
  rrd_store_free (store);
}

GST_END_TEST;

/* What readers do not want in names of columns. */
GST_START_TEST (test_footer_names)
{
  static const RrdTimeline odd = { "_my, odd-time.line\\", RRD_SEQUENCE };
  static const gint64 time = 5;
  static const guint8 turbo = 5;
  const RrdSpan value = { &turbo, 1 };
  const RrdRows rows = { 1, &id, &time, &value };
  RrdSchema *schema = rrd_schema_new ("/a", &odd, 1, &components[1], 1);
  RrdStore *store = new_store ();
  RrdManifest *manifest = rrd_manifest_new ();
  GByteArray *end = g_byte_array_new ();
  RrdResult result;
  RrdChunk *chunk = rrd_chunk_new (schema, &id, &rows, 0, &result);

  fail_unless (rrd_manifest_add (manifest, chunk, 0, 100));
  fail_unless_equals_int (rrd_manifest_write (manifest, store, 0,
          write_to_array, end), RRD_OK);
  Manifest m = read_footer (end, 0);
  expect_numbers (&m, "my__odd_time_line_:start", 1, &time);
  rrd_chunk_free (chunk);
  rrd_schema_unref (schema);
  g_byte_array_unref (end);
  rrd_manifest_free (manifest);
  rrd_store_free (store);
}

GST_END_TEST;

GST_START_TEST (test_empty_footer)
{
  RrdStore *store = new_store ();
  RrdManifest *manifest = rrd_manifest_new ();
  GByteArray *end = g_byte_array_new ();

  fail_unless_equals_int (rrd_manifest_write (manifest, store, 12,
          write_to_array, end), RRD_OK);
  fail_unless (end->len == 16 && memcmp (end->data, "\0\0\0\0\0\0\0\0"
          "\0\0\0\0\0\0\0", 16) == 0);
  g_byte_array_unref (end);
  rrd_manifest_free (manifest);
  rrd_store_free (store);
}

GST_END_TEST;

static bool
write_some (void *user, const void *data, size_t size)
{
  gint *left = user;

  fail_unless (*left >= 0, "written on after an error");
  return (*left)-- > 0;
}

GST_START_TEST (test_footer_not_written)
{
  RrdStore *store = new_store ();
  RrdManifest *manifest = rrd_manifest_new ();
  RrdChunk *chunk = new_chunk ("/a", 2, 1, -1, "x", 1);
  gint n = 0, left;

  for (gint i = 0; i < 1000; i++)
    rrd_manifest_add (manifest, chunk, 0, 100);
  do {
    left = n++;
  } while (rrd_manifest_write (manifest, store, 0, write_some, &left)
      == RRD_WRITE_FAILED);
  fail_unless (n > 10 && left == 0);
  rrd_chunk_free (chunk);
  rrd_manifest_free (manifest);
  rrd_store_free (store);
}

GST_END_TEST;

static Suite *
messages_suite (void)
{
  Suite *s = suite_create ("rrd-messages");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_stream_header);
  tcase_add_test (tc, test_store_info);
  tcase_add_test (tc, test_chunk_heads);
  tcase_add_test (tc, test_lz4);
  tcase_add_test (tc, test_footer);
  tcase_add_test (tc, test_long_footer);
  tcase_add_test (tc, test_footer_names);
  tcase_add_test (tc, test_empty_footer);
  tcase_add_test (tc, test_footer_not_written);
  return s;
}

GST_CHECK_MAIN (messages);
