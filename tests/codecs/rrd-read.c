/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recordings as codecs/rrd reads them: what it has written, what others may
 * write, and what is damaged. What Rerun's own SDKs write, tests/conformance
 * compares.
 */
#include "arrow-build.h"
#include "rrd-sample.h"

#include "rrd/protobuf.h"
#include "rrd/read.h"

/* --- reading --- */

/* A copy of the very size, so that tools see a byte read too far. */
static guint8 *
copy_exactly (const guint8 * data, gsize size)
{
  guint8 *copy = malloc (size ? size : 1);

  if (size)
    memcpy (copy, data, size);
  return copy;
}

/* Bytes that come in pieces, of which never more are there than were asked
 * for. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gsize piece;
  gsize at;                     /* taken */
  gsize there;
  guint8 *copy;
  RrdScan scan;
} Feed;

static void
feed_next (Feed * feed, RrdEvent * event)
{
  for (;;) {
    gsize size = feed->there - feed->at;
    free (feed->copy);
    feed->copy = copy_exactly (feed->data + feed->at, size);
    gsize taken = rrd_scan_next (&feed->scan, feed->copy, size,
        feed->there == feed->size, event);
    fail_unless (taken <= size);
    fail_unless_equals_uint64 (event->offset, feed->at);
    feed->at += taken;
    fail_unless_equals_uint64 (feed->scan.offset, feed->at);
    if (event->kind != RRD_EVENT_MORE)
      return;
    fail_unless (taken == 0 && feed->scan.wants > size);
    feed->there = MIN (feed->size, feed->there + MIN (feed->piece,
            feed->scan.wants - size));
  }
}

static void
feed_end (Feed * feed)
{
  free (feed->copy);
}

/* Reads the chunk of an event. Returns memory to be freed. */
static guint8 *
open_chunk (const RrdEvent * event, RrdChunkView * view, RrdReadError * error)
{
  const RrdChunkMessage *message = &event->chunk;
  guint8 *arrow;

  fail_unless_equals_int (event->kind, RRD_EVENT_CHUNK);
  if (message->compression == RRD_COMPRESSION_LZ4) {
    arrow = malloc (message->size ? message->size : 1);
    if (!rrd_chunk_message_decompress (message, arrow, error)) {
      free (arrow);
      return NULL;
    }
  } else {
    fail_unless_equals_int (message->payload.size, message->size);
    arrow = copy_exactly (message->payload.data, message->size);
  }
  if (!rrd_chunk_view_read (view, arrow, message->size, error)) {
    free (arrow);
    return NULL;
  }
  return arrow;
}

/* --- what was written is read --- */

static const struct
{
  const RrdComponent *components;
  gsize n;
} tables[] = {
  {rrd_encoded_depth_image, RRD_ENCODED_DEPTH_IMAGE_N},
  {rrd_depth_image, RRD_DEPTH_IMAGE_N},
  {rrd_pinhole, RRD_PINHOLE_N},
  {rrd_recording_info, RRD_RECORDING_INFO_N},
};

#define VALUE_ROOM 256

/* A value of any type, no two alike. Returns its size. */
static gsize
make_value (const ArrowType * type, guint number, guint8 * to)
{
  gsize width = arrow_type_width (type);

  if (type->kind == ARROW_UTF8)
    return (gsize) g_snprintf ((gchar *) to, VALUE_ROOM, "t\303\251xt %u",
        number);
  if (type->kind == ARROW_LIST)
    width = number % 50;
  for (gsize i = 0; i < width; i++)
    to[i] = (guint8) (number * 7 + i * 31);
  if (type->kind == ARROW_STRUCT && number % 3 == 0)
    to[width - 1] = 0;          /* null */
  return width;
}

static const RrdTimeline timelines[] = {
  {"log_time", RRD_TIMESTAMP}, {"pts", RRD_DURATION}, {"frame", RRD_SEQUENCE}
};

/* Rows of all components of a table. */
typedef struct
{
  const RrdComponent *components[RRD_MAX_COMPONENTS];
  gsize n_components, n_timelines, n_rows;
    guint8 (*bytes)[VALUE_ROOM];
  RrdSpan *values;
  gint64 *times;
} Given;

static Given
given_new (guint table, gsize n_timelines, gsize n_rows, gboolean absent)
{
  Given given = {
    .n_components = tables[table].n,.n_timelines = n_timelines,
    .n_rows = n_rows
  };
  gsize n = given.n_components * n_rows;

  given.bytes = g_malloc (n * sizeof *given.bytes);
  given.values = g_new (RrdSpan, n);
  given.times = g_new (gint64, n_rows * 3);
  for (gsize i = 0; i < 3 * n_rows; i++)
    given.times[i] = (gint64) (i * 7919 % 1000) - 500;
  for (gsize c = 0; c < given.n_components; c++) {
    given.components[c] = &tables[table].components[c];
    for (gsize row = 0; row < n_rows; row++) {
      gsize i = c * n_rows + row;
      given.values[i].size = make_value (given.components[c]->type, (guint) i,
          given.bytes[i]);
      given.values[i].data = absent && i % 3 == 0 ? NULL : given.bytes[i];
    }
  }
  return given;
}

static void
given_free (Given * given)
{
  g_free (given->bytes);
  g_free (given->values);
  g_free (given->times);
}

static void
expect_value (const RrdValues * values, gsize row, const RrdSpan * expected)
{
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, n;
  gboolean there = rrd_values_row (values, row, &first, &n);

  fail_unless_equals_int (there, expected->data != NULL);
  fail_unless_equals_int (n, expected->data != NULL);
  if (!expected->data)
    return;
  ArrowSpan value = rrd_values_get (values, first, own);
  fail_unless (value.data != NULL);
  fail_unless_equals_int (value.size, expected->size);
  fail_unless (value.size == 0
      || memcmp (value.data, expected->data, value.size) == 0);
}

static void
expect_rows (const RrdChunkView * view, const Given * given)
{
  fail_unless_equals_int (view->n_rows, given->n_rows);
  fail_unless_equals_int (view->n_timelines, given->n_timelines);
  fail_unless_equals_int (view->n_components, given->n_components);
  for (gsize t = 0; t < given->n_timelines; t++) {
    fail_unless (arrow_span_is (view->timelines[t].name, timelines[t].name));
    fail_unless_equals_int (view->timelines[t].kind, timelines[t].kind);
    for (gsize row = 0; row < given->n_rows; row++) {
      gint64 time;
      fail_unless (rrd_time_column_get (&view->timelines[t], row, &time));
      fail_unless_equals_int64 (time, given->times[t * given->n_rows + row]);
    }
  }
  for (gsize c = 0; c < given->n_components; c++) {
    const RrdComponent *component = given->components[c];
    RrdValues values;
    fail_unless (arrow_span_is (view->components[c].name, component->name));
    fail_unless (arrow_span_is (view->components[c].archetype,
            component->archetype));
    fail_unless (arrow_span_is (view->components[c].type_name,
            component->type_name));
    fail_unless (rrd_chunk_view_find (view, component, &values, NULL));
    fail_unless (values.rows != NULL);
    for (gsize row = 0; row < given->n_rows; row++)
      expect_value (&values, row, &given->values[c * given->n_rows + row]);
  }
}

static void
check_round_trip (RrdCompression compression, const Given * given)
{
  Sample sample;
  RrdEvent event;
  RrdChunkView view = { 0 };
  RrdReadError error;

  sample_open (&sample, compression, "round");
  RrdSchema *schema = rrd_schema_new ("/a/b", timelines, given->n_timelines,
      given->components, given->n_components);
  sample_rows (&sample, schema, given->n_rows, given->times, given->values);
  rrd_schema_unref (schema);
  sample_close (&sample);

  Feed feed = { sample.file.data, sample.file.size, sample.file.size };
  feed_next (&feed, &event);
  fail_unless_equals_int (event.kind, RRD_EVENT_STREAM_HEADER);
  feed_next (&feed, &event);
  fail_unless_equals_int (event.kind, RRD_EVENT_STORE_INFO);
  feed_next (&feed, &event);
  fail_unless_equals_int (event.chunk.compression, compression);
  guint8 *arrow = open_chunk (&event, &view, &error);
  fail_unless (arrow != NULL);
  fail_unless (arrow_span_is (view.entity_path, "/a/b"));
  fail_unless_equals_uint64 (view.id.time_ns, 0x18c00000000007d0);
  fail_unless_equals_uint64 (view.id.inc, 0x123456789abcdef2);
  for (gsize i = 0; i < given->n_rows; i++) {
    RrdTuid id = rrd_chunk_view_row_id (&view, i);
    fail_unless_equals_uint64 (id.inc, view.id.inc + 1 + i);
    fail_unless_equals_uint64 (id.time_ns, view.id.time_ns + 1000 * (1 + i));
  }
  expect_rows (&view, given);
  feed_next (&feed, &event);
  fail_unless_equals_int (event.kind, RRD_EVENT_END);

  rrd_chunk_view_clear (&view);
  free (arrow);
  feed_end (&feed);
  arrow_bytes_clear (&sample.file);
}

GST_START_TEST (test_round_trip)
{
  static const gsize n_rows[] = { 1, 2, 7, 8, 9, 64, 65, 1000 };
  const guint n = G_N_ELEMENTS (n_rows) - !!g_getenv ("DEPTH_TEST_LIGHT");

  for (guint i = 0; i < n; i++) {
    for (guint variant = 0; variant < 8; variant++) {
      for (guint table = 0; table < G_N_ELEMENTS (tables); table++) {
        Given given = given_new (table, variant & 1 ? 3 : 0, n_rows[i],
            variant & 2);
        check_round_trip (variant & 4 ? RRD_COMPRESSION_LZ4
            : RRD_COMPRESSION_NONE, &given);
        given_free (&given);
      }
    }
  }
}

GST_END_TEST;

/* --- streams --- */

static Sample
small_recording (RrdCompression compression)
{
  Sample sample;

  sample_open (&sample, compression, "small");
  sample_camera (&sample, "/depth", 3, 1, 20);
  sample_camera (&sample, "/rig/left", 8, 4, 5);
  sample_close (&sample);
  return sample;
}

static const RrdEventKind small_events[] = {
  RRD_EVENT_STREAM_HEADER, RRD_EVENT_STORE_INFO, RRD_EVENT_CHUNK,
  RRD_EVENT_CHUNK, RRD_EVENT_CHUNK, RRD_EVENT_CHUNK, RRD_EVENT_CHUNK,
  RRD_EVENT_CHUNK, RRD_EVENT_CHUNK, RRD_EVENT_END, RRD_EVENT_FOOTER,
  RRD_EVENT_DONE
};

static void
expect_store (const RrdStoreId * store, const gchar * recording_id)
{
  fail_unless_equals_int (store->kind, RRD_STORE_RECORDING);
  fail_unless (arrow_span_is (store->application_id, "a sample"));
  fail_unless (arrow_span_is (store->recording_id, recording_id));
}

GST_START_TEST (test_events_in_pieces)
{
  static const gsize pieces[] = { 1, 7, 100, 5000, G_MAXUINT32 };
  Sample sample = small_recording (RRD_COMPRESSION_LZ4);

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    Feed feed = { sample.file.data, sample.file.size, pieces[i] };
    RrdEvent event;
    for (guint e = 0; e < G_N_ELEMENTS (small_events); e++) {
      feed_next (&feed, &event);
      fail_unless_equals_int (event.kind, small_events[e]);
      if (event.kind == RRD_EVENT_STREAM_HEADER)
        fail_unless (memcmp (event.version, "\0\37\4\0", 4) == 0);
      if (event.kind == RRD_EVENT_STORE_INFO)
        expect_store (&event.store, "small");
      if (event.kind == RRD_EVENT_CHUNK)
        expect_store (&event.chunk.store, "small");
      fail_unless_equals_int (feed.scan.is_closed, e >= 9);
    }
    fail_unless_equals_int (feed.at, sample.file.size);
    feed_next (&feed, &event);
    fail_unless_equals_int (event.kind, RRD_EVENT_DONE);
    feed_end (&feed);
  }
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* Whether the next message is cut off at every size below its own. */
static void
check_message_cut_off (const Feed * feed, gsize size)
{
  for (gsize there = 0; there < size; there++) {
    guint8 *copy = copy_exactly (feed->data + feed->at, there);
    RrdScan scan = feed->scan;
    RrdEvent event;
    fail_unless_equals_int (rrd_scan_next (&scan, copy, there, TRUE, &event),
        0);
    if (there == 0 && feed->at > 0) {
      fail_unless_equals_int (event.kind, RRD_EVENT_DONE);
      fail_unless_equals_int (scan.is_closed, feed->scan.is_closed);
    } else if (there > 0) {
      fail_unless_equals_int (event.kind, RRD_EVENT_CUT_OFF);
      fail_unless_equals_uint64 (event.error.offset, feed->at);
      fail_unless (strstr (event.error.what, "stops") != NULL);
    }
    free (copy);
  }
}

/* At every byte: all whole messages come, then what is wrong. */
GST_START_TEST (test_cut_off)
{
  Sample sample = small_recording (RRD_COMPRESSION_NONE);
  Feed feed = { sample.file.data, sample.file.size, G_MAXUINT32 };

  for (guint e = 0; e < G_N_ELEMENTS (small_events); e++) {
    Feed before = feed;
    RrdEvent event;
    feed_next (&feed, &event);
    fail_unless_equals_int (event.kind, small_events[e]);
    check_message_cut_off (&before, feed.at - before.at);
  }
  feed_end (&feed);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* Several streams, closed or not, one after the other. */
GST_START_TEST (test_streams_in_a_row)
{
  Sample one = small_recording (RRD_COMPRESSION_LZ4);
  Sample empty;
  ArrowBytes all = { 0 };
  RrdEvent event;
  guint n_chunks = 0, n_headers = 0, n_ends = 0;
  const gsize cut = one.file.size - 32;

  sample_open (&empty, RRD_COMPRESSION_NONE, "empty");
  sample_close (&empty);
  /* Whole; without any chunk, and so without a footer; without its footer; not
   * closed; closed. */
  arrow_bytes_append (&all, one.file.data, one.file.size);
  arrow_bytes_append (&all, empty.file.data, empty.file.size);
  arrow_bytes_append (&all, one.file.data, cut);
  arrow_bytes_append (&all, empty.file.data, empty.file.size - 16);
  arrow_bytes_append (&all, empty.file.data, empty.file.size);
  Feed feed = { all.data, all.size, 1 };
  do {
    feed_next (&feed, &event);
    n_chunks += event.kind == RRD_EVENT_CHUNK;
    n_headers += event.kind == RRD_EVENT_STREAM_HEADER;
    n_ends += event.kind == RRD_EVENT_END;
  } while (event.kind < RRD_EVENT_BAD_MESSAGE);
  fail_unless_equals_int (event.kind, RRD_EVENT_DONE);
  fail_unless (feed.scan.is_closed);
  fail_unless_equals_int (n_chunks, 14);
  fail_unless_equals_int (n_headers, 5);
  fail_unless_equals_int (n_ends, 4);
  feed_end (&feed);
  arrow_bytes_clear (&one.file);
  arrow_bytes_clear (&empty.file);
  arrow_bytes_clear (&all);
}

GST_END_TEST;

GST_START_TEST (test_what_is_no_recording)
{
  static const struct
  {
    const gchar *bytes;
    gsize size;
    const gchar *what;
    guint64 offset;
  } cases[] = {
    {"", 0, "is empty", 0},
    {"PNG", 3, "stops 3 bytes into a message of 12", 0},
    {"RIFF", 4, "the bytes 52 49 46 46 where RRF2 should be", 0},
    {"\377\376\0\1", 4, "the bytes ff fe 00 01", 0},
    {"RRF1", 4, "before 0.23 (RRF1)", 0},
    {"RRF3", 4, "newer format (RRF3)", 0},
    {"RRF2\1\2\3\0\1\2\0\0", 12, "Rerun 1.2.3, which is newer", 4},
    {"RRF2\0\26\3\0\1\2\0\0", 12, "Rerun 0.22.3, which is older", 4},
    {"RRF2\0\51\0\0\2\2\0\0", 12, "unknown compression 2", 8},
    {"RRF2\0\51\0\0\1\1\0\0", 12, "unknown serializer 1", 9},
    {"RRF2\0\51\0\0\1\2\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 28,
        "no message of a recording begins here", 12},
    {"RRF2\0\51\0\0\1\2\0\0\2\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 28,
        "no message of a recording begins here", 12},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Feed feed = { (const guint8 *) cases[i].bytes, cases[i].size, 1 };
    RrdEvent event;
    do
      feed_next (&feed, &event);
    while (event.kind == RRD_EVENT_STREAM_HEADER);
    fail_unless (event.kind == RRD_EVENT_BAD_STREAM
        || event.kind == RRD_EVENT_CUT_OFF);
    fail_unless (strstr (event.error.what, cases[i].what) != NULL,
        "%s is not: %s", event.error.what, cases[i].what);
    fail_unless_equals_uint64 (event.error.offset, cases[i].offset);
    if (event.kind == RRD_EVENT_BAD_STREAM) {
      feed_next (&feed, &event);
      fail_unless_equals_int (event.kind, RRD_EVENT_BAD_STREAM);
    }
    feed_end (&feed);
  }
}

GST_END_TEST;

/* --- messages --- */

/* An ArrowMsg with one field of each number below 6 that is not @without. */
static void
make_message (ArrowBytes * bytes, guint without, guint64 compression,
    guint64 size, guint64 encoding, const void *payload, gsize payload_size)
{
  bytes->size = 0;
  if (without != 1)
    protobuf_bytes (bytes, 1, "\10\1\22\1r\32\3\n\1a", 10);
  if (without != 2)
    protobuf_uint (bytes, 2, compression);
  if (without != 3)
    protobuf_uint (bytes, 3, size);
  if (without != 4)
    protobuf_uint (bytes, 4, encoding);
  protobuf_fixed64 (bytes, 100, 5);     /* of a later version */
  if (without != 5)
    protobuf_bytes (bytes, 5, payload, payload_size);
}

static void
expect_message (const ArrowBytes * bytes, const gchar * what)
{
  guint8 *copy = copy_exactly (bytes->data, bytes->size);
  RrdChunkMessage message;
  RrdReadError error = { "", 0 };
  gboolean ok = rrd_chunk_message_read (&message, copy, bytes->size, &error);

  fail_unless_equals_int (ok, what == NULL);
  if (what)
    fail_unless (strstr (error.what, what) != NULL, "%s is not: %s",
        error.what, what);
  fail_unless (error.offset <= bytes->size);
  free (copy);
}

GST_START_TEST (test_messages)
{
  ArrowBytes bytes = { 0 };

  make_message (&bytes, 0, 1, 3, 1, "abc", 3);
  expect_message (&bytes, NULL);
  for (gsize size = bytes.size - 1; size > 0; size--) {
    const ArrowBytes cut = { bytes.data, size };
    RrdChunkMessage message;
    RrdReadError error;
    guint8 *copy = copy_exactly (cut.data, cut.size);
    fail_if (rrd_chunk_message_read (&message, copy, size, &error)
        && message.payload.size > 0);
    free (copy);
  }
  make_message (&bytes, 2, 0, 3, 1, "abc", 3);
  expect_message (&bytes, NULL);
  make_message (&bytes, 3, 1, 0, 1, "abc", 3);
  expect_message (&bytes, NULL);
  make_message (&bytes, 1, 1, 3, 1, "abc", 3);
  expect_message (&bytes, "belongs to no recording");
  make_message (&bytes, 4, 1, 3, 1, "abc", 3);
  expect_message (&bytes, "encoding 0");
  make_message (&bytes, 0, 3, 3, 1, "abc", 3);
  expect_message (&bytes, "compression 3");
  make_message (&bytes, 0, 2, 255 * 3, 1, "abc", 3);
  expect_message (&bytes, NULL);
  make_message (&bytes, 0, 2, 255 * 3 + 1, 1, "abc", 3);
  expect_message (&bytes, "claim to hold 766");
  make_message (&bytes, 0, 2, G_MAXUINT64, 1, "abc", 3);
  expect_message (&bytes, "claim to hold 18446744073709551615");
  arrow_bytes_append (&bytes, "\7", 1);
  expect_message (&bytes, "damaged protobuf");
  make_message (&bytes, 0, 1, 3, 1, "abc", 3);
  arrow_bytes_append (&bytes, "\12\377\377\377\377\377\377\377\377\377\1", 11);
  expect_message (&bytes, "damaged protobuf");
  make_message (&bytes, 1, 1, 3, 1, "abc", 3);
  protobuf_bytes (&bytes, 1, "\22\1\377", 3);
  expect_message (&bytes, "not UTF-8");
  arrow_bytes_clear (&bytes);
}

GST_END_TEST;

GST_START_TEST (test_bad_lz4)
{
  Sample sample = small_recording (RRD_COMPRESSION_LZ4);
  Feed feed = { sample.file.data, sample.file.size, G_MAXUINT32 };
  RrdEvent event;
  RrdReadError error;

  for (guint e = 0; e < 3; e++)
    feed_next (&feed, &event);
  RrdChunkMessage *message = &event.chunk;
  guint8 *arrow = malloc (message->size + 1);
  fail_unless (rrd_chunk_message_decompress (message, arrow, &error));
  message->size++;
  fail_if (rrd_chunk_message_decompress (message, arrow, &error));
  fail_unless (strstr (error.what, "were announced") != NULL);
  message->size -= 2;
  fail_if (rrd_chunk_message_decompress (message, arrow, &error));
  message->size++;
  message->payload.size--;
  fail_if (rrd_chunk_message_decompress (message, arrow, &error));
  fail_unless (strstr (error.what, "LZ4") != NULL);
  free (arrow);
  feed_end (&feed);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* A message is damaged, those after it are read. */
GST_START_TEST (test_bad_message)
{
  Sample sample = small_recording (RRD_COMPRESSION_NONE);
  Feed feed = { sample.file.data, sample.file.size, G_MAXUINT32 };
  RrdEvent event;

  feed_next (&feed, &event);
  gsize at = feed.at;
  sample.file.data[at + 16] = 7;        /* no wire type */
  for (guint e = 1; e < G_N_ELEMENTS (small_events); e++) {
    feed_next (&feed, &event);
    fail_unless_equals_int (event.kind,
        e == 1 ? RRD_EVENT_BAD_MESSAGE : small_events[e]);
    if (e == 1)
      fail_unless_equals_uint64 (event.error.offset, at + 16);
  }
  feed_end (&feed);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* Looks at all values that the tables know, and at all others' rows. */
static void
walk (const RrdChunkView * view)
{
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, n;
  gint64 time;

  for (gsize row = 0; row < MIN (view->n_rows, 100); row++) {
    rrd_chunk_view_row_id (view, row);
    for (gsize t = 0; t < view->n_timelines; t++)
      rrd_time_column_get (&view->timelines[t], row, &time);
  }
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++) {
    for (gsize c = 0; c < tables[t].n; c++) {
      RrdValues values;
      if (!rrd_chunk_view_find (view, &tables[t].components[c], &values, NULL)
          || !values.rows)
        continue;
      for (gsize row = 0; row < MIN (view->n_rows, 100); row++) {
        if (!rrd_values_row (&values, row, &first, &n))
          continue;
        for (gsize i = first; i < first + MIN (n, 100); i++) {
          ArrowSpan value = rrd_values_get (&values, i, own);
          if (value.size)
            time = value.data[0] + value.data[value.size - 1];
        }
      }
    }
  }
}

/* Every byte in turn, as some others. */
GST_START_TEST (test_damaged)
{
  static const guint8 with[] = { 0, 1, 128, 255 };
  Sample sample;
  RrdChunkView view = { 0 };
  guint counts[RRD_EVENT_DONE + 1] = { 0 };
  gsize step = g_getenv ("DEPTH_TEST_LIGHT") ? 29 : 1;

  sample_open (&sample, RRD_COMPRESSION_NONE, "damaged");
  sample_camera (&sample, "/depth", 4, 2, 20);
  gsize size = sample.file.size;
  sample_close (&sample);
  for (gsize at = 0; at < size; at += step) {
    guint8 was = sample.file.data[at];
    for (guint i = 0; i < G_N_ELEMENTS (with); i++) {
      Feed feed = { sample.file.data, size, G_MAXUINT32 };
      RrdEvent event;
      sample.file.data[at] = with[i];
      do {
        RrdReadError error;
        guint8 *arrow = NULL;
        feed_next (&feed, &event);
        counts[event.kind]++;
        if (event.kind == RRD_EVENT_CHUNK)
          arrow = open_chunk (&event, &view, &error);
        if (arrow)
          walk (&view);
        free (arrow);
      } while (event.kind < RRD_EVENT_BAD_STREAM);
      feed_end (&feed);
    }
    sample.file.data[at] = was;
  }
  fail_unless (counts[RRD_EVENT_BAD_MESSAGE] > 0);
  fail_unless (counts[RRD_EVENT_BAD_STREAM] + counts[RRD_EVENT_CUT_OFF] > 0);
  rrd_chunk_view_clear (&view);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

/* --- chunks of other writers --- */

static const ArrowType row_id = { ARROW_FIXED_SIZE_BINARY, 16 };
static const ArrowType uint8 = { ARROW_UINT8 };
static const ArrowType uint32 = { ARROW_UINT32 };
static const ArrowType int64 = { ARROW_INT64 };
static const ArrowType float32 = { ARROW_FLOAT32 };
static const ArrowType utf8 = { ARROW_UTF8 };
static const ArrowType duration = { ARROW_DURATION_NS };

static const ArrowMetadata control[] = { {"rerun:kind", "control"} };
static const ArrowMetadata time_metadata[] = { {"rerun:kind", "index"} };
static const ArrowMetadata nonsense[] = { {"rerun:kind", "nonsense"} };

static const ArrowField row_id_field = {
  "rerun.controls.RowId", &row_id, FALSE, control, 1
};

static const ArrowMetadata sound[] = {
  {"sorbet:version", "0.1.4"}, {"rerun:entity_path", "/a"},
  {"rerun:id", "chunk_186CC6ACD56C614E0000000000abcdef"}
};

/* Two rows: their ids, and columns whose arrays are in @build already. */
static GByteArray *
make_chunk (Build * arrays, const ArrowField * columns, gsize n,
    const ArrowMetadata * metadata, gsize n_metadata)
{
  static const guint8 ids[32] = { 1, 2, 3 };
  ArrowField fields[4] = { row_id_field };
  Build build = build_new ();

  build_values (&build, 2, ids, sizeof ids);
  g_array_append_vals (build.nodes, arrays->nodes->data, arrays->nodes->len);
  for (guint i = 0; i < arrays->buffers->len; i++) {
    const guint64 *pair = &g_array_index (arrays->buffers, guint64, 2 * i);
    build_buffer_at (&build, pair[0] + build.body->len, pair[1]);
  }
  g_byte_array_append (build.body, arrays->body->data, arrays->body->len);
  g_array_unref (arrays->nodes);
  g_array_unref (arrays->buffers);
  g_byte_array_unref (arrays->body);
  for (gsize i = 0; i < n; i++)
    fields[1 + i] = columns[i];
  return build_stream (&build, fields, 1 + n, metadata, n_metadata, 2);
}

static void
expect_chunk (GByteArray * stream, const gchar * what)
{
  RrdChunkView view = { 0 };
  RrdReadError error = { "", 0 };
  guint8 *copy = copy_exactly (stream->data, stream->len);
  gboolean ok = rrd_chunk_view_read (&view, copy, stream->len, &error);

  fail_unless_equals_int (ok, what == NULL);
  if (what) {
    fail_unless (strstr (error.what, what) != NULL, "%s is not: %s",
        error.what, what);
    fail_unless (view.n_rows == 0 && view.n_components == 0);
  }
  fail_unless (error.offset < stream->len);
  rrd_chunk_view_clear (&view);
  free (copy);
  g_byte_array_unref (stream);
}

static GByteArray *
make_plain_chunk (const gchar * key, const gchar * value)
{
  ArrowMetadata metadata[] = { sound[0], sound[1], sound[2] };
  Build build = build_new ();

  for (guint i = 0; i < 3; i++)
    if (key && strcmp (metadata[i].key, key) == 0)
      metadata[i] =
          (ArrowMetadata) { value ? key : "", value ? value : "" };
  return make_chunk (&build, NULL, 0, metadata, 3);
}

GST_START_TEST (test_chunk_metadata)
{
  expect_chunk (make_plain_chunk (NULL, NULL), NULL);
  expect_chunk (make_plain_chunk ("sorbet:version", NULL), "rrd migrate");
  expect_chunk (make_plain_chunk ("sorbet:version", "0.0.2"),
      "sorbet 0.0.2): convert");
  expect_chunk (make_plain_chunk ("sorbet:version", "1.0.0"),
      "sorbet 1.0.0, which is newer");
  expect_chunk (make_plain_chunk ("sorbet:version", "0.2.0"), NULL);
  expect_chunk (make_plain_chunk ("rerun:entity_path", NULL),
      "without an entity path");
  expect_chunk (make_plain_chunk ("rerun:id", NULL), "without an id");
  expect_chunk (make_plain_chunk ("rerun:id", "chunk_1"), "is no id");
  expect_chunk (make_plain_chunk ("rerun:id",
          "chunk_186CC6ACD56C614E0000000000abcdeg"), "is no id");
}

GST_END_TEST;

GST_START_TEST (test_chunk_columns)
{
  static const gint64 times[] = { 1, 2 };
  ArrowField column = { "x", &int64, TRUE, nonsense, 1 };

  Build build = build_new ();
  build_values (&build, 2, times, sizeof times);
  expect_chunk (make_chunk (&build, &column, 1, sound, 3),
      "column x: of an unknown kind");
  column.metadata = time_metadata;
  column.type = &float32;
  build = build_new ();
  build_values (&build, 2, times, 8);
  expect_chunk (make_chunk (&build, &column, 1, sound, 3),
      "a timeline is Int64");
  column.metadata = control;
  build = build_new ();
  build_values (&build, 2, times, 8);
  expect_chunk (make_chunk (&build, &column, 1, sound, 3), "no row ids");
  build = build_new ();
  build_values (&build, 2, times, 8);
  column.metadata = time_metadata;
  column.type = &int64;
  GByteArray *stream = build_stream (&build, &column, 0, sound, 3, 2);
  expect_chunk (stream, "without row ids");
  build = build_new ();
  build_node (&build, 2, 1);
  build_buffer (&build, "\1", 1);
  build_buffer (&build, "0123456789abcdef0123456789abcdef", 32);
  stream = build_stream (&build, &row_id_field, 1, sound, 3, 2);
  expect_chunk (stream, "no row ids");
}

GST_END_TEST;

/* A time that is null, and a column that is named after itself. */
GST_START_TEST (test_null_time)
{
  static const gint64 times[] = { 1, 2 };
  const ArrowField column = { "t", &duration, TRUE, time_metadata, 1 };
  Build build = build_new ();
  RrdChunkView view = { 0 };
  gint64 time = 0;

  build_node (&build, 2, 1);
  build_buffer (&build, "\2", 1);
  build_buffer (&build, times, sizeof times);
  GByteArray *stream = make_chunk (&build, &column, 1, sound, 3);
  fail_unless (rrd_chunk_view_read (&view, stream->data, stream->len, NULL));
  fail_unless_equals_int (view.n_timelines, 1);
  fail_unless (arrow_span_is (view.timelines[0].name, "t"));
  fail_unless_equals_int (view.timelines[0].kind, RRD_DURATION);
  fail_if (rrd_time_column_get (&view.timelines[0], 0, &time));
  fail_unless (rrd_time_column_get (&view.timelines[0], 1, &time));
  fail_unless_equals_int64 (time, 2);
  rrd_chunk_view_clear (&view);
  g_byte_array_unref (stream);
}

GST_END_TEST;

/* Reads rows 0 and 1 of a component; NULL: nothing there, "": cleared. */
static void
expect_two (GByteArray * stream, const RrdComponent * component,
    const void *zero, gsize zero_size, const void *one, gsize one_size)
{
  const RrdSpan expected[] = { {zero, zero_size}, {one, one_size} };
  RrdChunkView view = { 0 };
  RrdReadError error = { "", 0 };
  RrdValues values;

  fail_unless (rrd_chunk_view_read (&view, stream->data, stream->len, &error),
      "%s", error.what);
  fail_unless (rrd_chunk_view_find (&view, component, &values, &error), "%s",
      error.what);
  fail_unless (values.rows != NULL);
  for (guint row = 0; row < 2; row++)
    expect_value (&values, row, &expected[row]);
  rrd_chunk_view_clear (&view);
  g_byte_array_unref (stream);
}

/* Bytes and texts of every layout. */
GST_START_TEST (test_layouts)
{
  static const guint32 one_each[] = { 0, 1, 2 }, texts[] = { 0, 2, 5 };
  static const guint64 large[] = { 0, 2, 5 };
  const RrdComponent *blob =
      &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB];
  const RrdComponent *text =
      &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_MEDIA_TYPE];
  static const struct
  {
    guint8 type;
    gboolean is_text, is_large;
  } layouts[] = {
    {ARROW_TYPE_UTF8, TRUE, FALSE}, {ARROW_TYPE_LARGE_UTF8, TRUE, TRUE},
    {ARROW_TYPE_BINARY, FALSE, FALSE}, {ARROW_TYPE_LARGE_BINARY, FALSE, TRUE}
  };

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    const RrdComponent *component = layouts[i].is_text ? text : blob;
    const ArrowField item = { "item", &utf8, TRUE };
    const ArrowType list = { ARROW_LIST, 0, &item, 1 };
    const ArrowField column = { component->name, &list, TRUE };
    Build build = build_new ();
    build_node (&build, 2, 0);
    build_buffer (&build, "", 0);
    build_buffer (&build, one_each, sizeof one_each);
    build_node (&build, 2, 0);
    build_buffer (&build, "", 0);
    if (layouts[i].is_large)
      build_buffer (&build, large, sizeof large);
    else
      build_buffer (&build, texts, sizeof texts);
    build_buffer (&build, "abcde", 5);
    GByteArray *stream = make_chunk (&build, &column, 1, sound, 3);
    stream_retype (stream, 1, 1, layouts[i].type);
    expect_two (stream, component, "ab", 2, "cde", 3);
  }

  /* A column that is no list of instances: one a row, or none. */
  const ArrowField column = { text->name, &utf8, TRUE };
  Build build = build_new ();
  build_node (&build, 2, 1);
  build_buffer (&build, "\2", 1);
  build_buffer (&build, texts, sizeof texts);
  build_buffer (&build, "abcde", 5);
  expect_two (make_chunk (&build, &column, 1, sound, 3), text, NULL, 0, "cde",
      3);
}

GST_END_TEST;

/* A struct whose fields are in another order, one more and one fewer. */
GST_START_TEST (test_structs)
{
  static const guint32 one_each[] = { 0, 1, 2 };
  const RrdComponent *format = &rrd_depth_image[RRD_DEPTH_IMAGE_FORMAT];
  static const ArrowField fields[] = {
    {"channel_datatype", &uint8, TRUE}, {"new", &utf8, TRUE},
    {"height", &uint32, FALSE}, {"width", &uint32, FALSE},
    {"pixel_format", &uint8, TRUE}
  };
  const ArrowType type = { ARROW_STRUCT, 0, fields, 5 };
  const ArrowField item = { "item", &type, TRUE };
  const ArrowType list = { ARROW_LIST, 0, &item, 1 };
  const ArrowField column = { format->name, &list, TRUE };
  const guint32 heights[] = { 3, 4 }, widths[] = { 5, 6 };
  guint8 zero[RRD_IMAGE_FORMAT_SIZE] = { 0 }, one[RRD_IMAGE_FORMAT_SIZE] =
      { 0 };
  Build build = build_new ();

  memcpy (zero, &widths[0], 4);
  memcpy (zero + 4, &heights[0], 4);
  zero[10] = 8;
  memcpy (one, &widths[1], 4);
  memcpy (one + 4, &heights[1], 4);
  one[8] = 26;
  build_node (&build, 2, 0);
  build_buffer (&build, "", 0);
  build_buffer (&build, one_each, sizeof one_each);
  build_node (&build, 2, 0);
  build_buffer (&build, "", 0);
  build_node (&build, 2, 1);
  build_buffer (&build, "\1", 1);
  build_buffer (&build, "\10\7", 2);
  build_node (&build, 2, 0);
  build_buffer (&build, "", 0);
  build_buffer (&build, "\0\0\0\0\0\0\0\0\0\0\0", 12);
  build_buffer (&build, "", 0);
  build_values (&build, 2, heights, 8);
  build_values (&build, 2, widths, 8);
  build_node (&build, 2, 1);
  build_buffer (&build, "\2", 1);
  build_buffer (&build, "\11\32", 2);
  expect_two (make_chunk (&build, &column, 1, sound, 3), format, zero,
      sizeof zero, one, sizeof one);
}

GST_END_TEST;

/* Two instances in one column of @type, @width bytes each: refused. */
static void
expect_other_type (const RrdComponent * component, const ArrowType * type,
    const gchar * what)
{
  static const guint32 one_each[] = { 0, 1, 2 };
  static const guint8 zeros[32];
  const ArrowField item = { "item", type, TRUE };
  const ArrowType list = { ARROW_LIST, 0, &item, 1 };
  const ArrowField column = { component->name, &list, TRUE };
  RrdChunkView view = { 0 };
  RrdReadError error = { "", 0 };
  RrdValues values;
  Build build = build_new ();

  build_node (&build, 2, 0);
  build_buffer (&build, "", 0);
  build_buffer (&build, one_each, sizeof one_each);
  if (type->kind == ARROW_STRUCT) {
    build_node (&build, 2, 0);
    build_buffer (&build, "", 0);
    for (gsize i = 0; i < type->n_fields; i++)
      build_values (&build, 2, zeros, sizeof zeros);
  } else
    build_values (&build, 2, zeros, sizeof zeros);
  GByteArray *stream = make_chunk (&build, &column, 1, sound, 3);
  fail_unless (rrd_chunk_view_read (&view, stream->data, stream->len, &error));
  fail_if (rrd_chunk_view_find (&view, component, &values, &error));
  fail_unless (values.rows == NULL);
  fail_unless (strstr (error.what, what) != NULL, "%s", error.what);
  rrd_chunk_view_clear (&view);
  g_byte_array_unref (stream);
}

/* Types that differ from the right one in a sign, a width or a field. */
GST_START_TEST (test_nearly_the_type)
{
  static const ArrowType uint64 = { ARROW_UINT64 }, float64 = { ARROW_FLOAT64 };
  static const ArrowField fields[] = {
    {"width", &uint32, FALSE}, {"pixel_format", &uint8, TRUE}
  };
  static const ArrowType no_height = { ARROW_STRUCT, 0, fields, 2 };

  expect_other_type (&rrd_recording_info[RRD_RECORDING_INFO_START_TIME],
      &uint64, "RecordingInfo:start_time of /a is of a type");
  expect_other_type (&rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_METER],
      &float64, "EncodedDepthImage:meter of /a is of a type");
  expect_other_type (&rrd_depth_image[RRD_DEPTH_IMAGE_FORMAT], &no_height,
      "DepthImage:format of /a is of a type");
}

GST_END_TEST;

/* A row without the component, a cleared one, a null value, several values. */
GST_START_TEST (test_rows_of_any_number)
{
  static const guint32 offsets[] = { 0, 0, 3 };
  static const gfloat floats[] = { 1, 2, 3 };
  const RrdComponent *meter =
      &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_METER];
  const ArrowField item = { "item", &float32, TRUE };
  const ArrowType list = { ARROW_LIST, 0, &item, 1 };
  const ArrowField column = { meter->name, &list, TRUE };
  guint8 own[RRD_VALUE_SIZE_MAX];
  RrdChunkView view = { 0 };
  RrdValues values;
  gsize first, n;

  for (guint null = 0; null < 2; null++) {
    Build build = build_new ();
    build_node (&build, 2, null);
    build_buffer (&build, "\2", null);
    build_buffer (&build, offsets, sizeof offsets);
    build_node (&build, 3, 1);
    build_buffer (&build, "\5", 1);
    build_buffer (&build, floats, sizeof floats);
    GByteArray *stream = make_chunk (&build, &column, 1, sound, 3);
    fail_unless (rrd_chunk_view_read (&view, stream->data, stream->len, NULL));
    fail_unless (rrd_chunk_view_find (&view, meter, &values, NULL));
    fail_if (rrd_values_row (&values, 0, &first, &n) == null);
    fail_unless_equals_int (n, 0);
    fail_unless (rrd_values_row (&values, 1, &first, &n));
    fail_unless (first == 0 && n == 3);
    fail_unless (rrd_values_get (&values, 1, own).data == NULL);
    fail_unless (memcmp (rrd_values_get (&values, 2, own).data, &floats[2],
            4) == 0);
    fail_unless (rrd_chunk_view_find (&view, &rrd_pinhole[0], &values, NULL));
    fail_unless (values.rows == NULL);
    g_byte_array_unref (stream);
  }
  rrd_chunk_view_clear (&view);
}

GST_END_TEST;

GST_START_TEST (test_other_types)
{
  static const guint32 one_each[] = { 0, 1, 2 };
  const ArrowField item = { "item", &float32, TRUE };
  const ArrowType list = { ARROW_LIST, 0, &item, 1 };
  static const gfloat floats[] = { 1, 2 };

  for (guint t = 0; t < G_N_ELEMENTS (tables); t++) {
    for (gsize c = 0; c < tables[t].n; c++) {
      const RrdComponent *component = &tables[t].components[c];
      const ArrowField column = { component->name, &list, TRUE };
      RrdChunkView view = { 0 };
      RrdReadError error = { "", 0 };
      RrdValues values;
      Build build = build_new ();
      build_node (&build, 2, 0);
      build_buffer (&build, "", 0);
      build_buffer (&build, one_each, sizeof one_each);
      build_values (&build, 2, floats, sizeof floats);
      GByteArray *stream = make_chunk (&build, &column, 1, sound, 3);
      fail_unless (rrd_chunk_view_read (&view, stream->data, stream->len,
              NULL));
      gboolean same = component->type->kind == ARROW_FLOAT32;
      fail_unless_equals_int (rrd_chunk_view_find (&view, component, &values,
              &error), same);
      fail_unless_equals_int (values.rows != NULL, same);
      if (!same)
        fail_unless (strstr (error.what, component->name) != NULL
            && strstr (error.what, "/a is of a type") != NULL);
      rrd_chunk_view_clear (&view);
      g_byte_array_unref (stream);
    }
  }
}

GST_END_TEST;

/* --- bytes that were written once --- */

#include "rrd-bytes.h"

/* A recording as it lay in a file: whatever the writer does today, this has to be
 * read. */
GST_START_TEST (test_old_bytes)
{
  Feed feed = { recording_bytes, sizeof recording_bytes, G_MAXUINT32 };
  RrdChunkView view = { 0 };
  RrdEvent event;
  RrdReadError error;
  RrdValues values;
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, n, n_frames = 0;
  gint64 time;

  do {
    feed_next (&feed, &event);
    if (event.kind != RRD_EVENT_CHUNK)
      continue;
    expect_store (&event.chunk.store, "once");
    guint8 *arrow = open_chunk (&event, &view, &error);
    fail_unless (arrow != NULL);
    fail_unless (arrow_span_is (view.entity_path, "/depth"));
    fail_unless (rrd_chunk_view_find (&view,
            &rrd_encoded_depth_image[view.n_timelines
                ? RRD_ENCODED_DEPTH_IMAGE_BLOB
                : RRD_ENCODED_DEPTH_IMAGE_MEDIA_TYPE], &values, &error));
    for (gsize row = 0; row < view.n_rows; row++) {
      fail_unless (rrd_values_row (&values, row, &first, &n) && n == 1);
      ArrowSpan value = rrd_values_get (&values, first, own);
      if (view.n_timelines == 0) {
        fail_unless (arrow_span_is (value, "application/rvl"));
        continue;
      }
      fail_unless_equals_int (value.size, 5);
      fail_unless_equals_int (value.data[4], n_frames);
      fail_unless (rrd_time_column_get (&view.timelines[1], row, &time));
      fail_unless_equals_int64 (time, n_frames++);
    }
    free (arrow);
  } while (event.kind < RRD_EVENT_BAD_MESSAGE);
  fail_unless_equals_int (event.kind, RRD_EVENT_DONE);
  fail_unless_equals_int (n_frames, 4);
  rrd_chunk_view_clear (&view);
  feed_end (&feed);
}

GST_END_TEST;

static Suite *
rrd_read_suite (void)
{
  Suite *s = suite_create ("rrd-read");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_round_trip);
  tcase_add_test (tc, test_events_in_pieces);
  tcase_add_test (tc, test_cut_off);
  tcase_add_test (tc, test_streams_in_a_row);
  tcase_add_test (tc, test_what_is_no_recording);
  tcase_add_test (tc, test_messages);
  tcase_add_test (tc, test_bad_lz4);
  tcase_add_test (tc, test_bad_message);
  tcase_add_test (tc, test_damaged);
  tcase_add_test (tc, test_chunk_metadata);
  tcase_add_test (tc, test_chunk_columns);
  tcase_add_test (tc, test_null_time);
  tcase_add_test (tc, test_layouts);
  tcase_add_test (tc, test_structs);
  tcase_add_test (tc, test_nearly_the_type);
  tcase_add_test (tc, test_rows_of_any_number);
  tcase_add_test (tc, test_other_types);
  tcase_add_test (tc, test_old_bytes);
  return s;
}

GST_CHECK_MAIN (rrd_read);
