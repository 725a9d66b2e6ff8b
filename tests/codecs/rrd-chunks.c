/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chunks: their Arrow streams, read back by a reader of our own. */
#include "arrow-reader.h"

#include <stdlib.h>

#include "rrd/rrd.h"

#define ENTITY_PATH "/world/depth"
#define NOW_NS G_GUINT64_CONSTANT (1760000000012345678)

#define VALUE(value) { &(value), sizeof (value) }

static const RrdTimeline timelines[] = {
  {"log_time", RRD_TIMESTAMP}, {"pts", RRD_DURATION}, {"frame", RRD_SEQUENCE}
};

#define N_TIMELINES 3

/* Components of every form. */
static const RrdComponent *const components[] = {
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_MEDIA_TYPE],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_METER],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_COLORMAP],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_DEPTH_RANGE],
  &rrd_pinhole[RRD_PINHOLE_IMAGE_FROM_CAMERA],
  &rrd_pinhole[RRD_PINHOLE_CAMERA_XYZ],
  &rrd_depth_image[RRD_DEPTH_IMAGE_FORMAT],
  &rrd_recording_info[RRD_RECORDING_INFO_START_TIME],
  &rrd_video_stream[RRD_VIDEO_STREAM_CODEC],
  &rrd_video_stream[RRD_VIDEO_STREAM_IS_KEYFRAME],
  &rrd_transform3d[RRD_TRANSFORM3D_TRANSLATION],
  &rrd_transform3d[RRD_TRANSFORM3D_QUATERNION],
};

#define N_COMPONENTS G_N_ELEMENTS (components)

/* The values of all rows: no two alike. */
typedef struct
{
  guint8 blob[64];
  gchar media_type[32];
  gfloat meter;
  guint8 colormap;
  gdouble range[2];
  gfloat matrix[9];
  guint8 xyz[3];
  guint8 format[RRD_IMAGE_FORMAT_SIZE];
  gint64 start_time;
  guint32 codec;
  guint8 is_keyframe;
  gfloat translation[3];
  gfloat quaternion[4];
} Row;

static void
make_row (Row * row, gint i, RrdSpan values[N_COMPONENTS])
{
  memset (row->blob, i + 1, sizeof row->blob);
  g_snprintf (row->media_type, sizeof row->media_type, "text %d", i * i);
  row->meter = 1000 + i;
  row->colormap = i + 1;
  row->range[0] = i;
  row->range[1] = i + 0.5;
  for (gint j = 0; j < 9; j++)
    row->matrix[j] = 10 * i + j;
  for (gint j = 0; j < 3; j++)
    row->xyz[j] = i + j;
  rrd_image_format (RRD_PIXELS_DEPTH16, 640 + i, 480, row->format);
  row->format[9] = i % 3;       /* null in every third row */
  row->start_time = -i;
  row->codec = RRD_VIDEO_AV1 + i;
  row->is_keyframe = i % 5 == 0;
  for (gint j = 0; j < 4; j++) {
    row->translation[j % 3] = i - j;
    row->quaternion[j] = 0.5f * j + i;
  }

  const RrdSpan made[N_COMPONENTS] = {
    {row->blob, i % sizeof row->blob}, {row->media_type,
        strlen (row->media_type)}, VALUE (row->meter),
    VALUE (row->colormap), VALUE (row->range), VALUE (row->matrix),
    VALUE (row->xyz), VALUE (row->format), VALUE (row->start_time),
    VALUE (row->codec),
    VALUE (row->is_keyframe), VALUE (row->translation),
    VALUE (row->quaternion)
  };
  memcpy (values, made, sizeof made);
}

/* Whether row @i has component @c, in tests with absent values. */
static gboolean
has (gint i, gsize c)
{
  return (i + c) % 3 != 0;
}

/* All spans of a chunk as one. */
static guint8 *
gather (const RrdChunk * chunk)
{
  guint8 *stream = g_malloc (chunk->size);
  gsize size = 0;

  for (gsize i = 0; i < chunk->n_spans; i++) {
    fail_unless (chunk->spans[i].size > 0);
    fail_unless (size + chunk->spans[i].size <= chunk->size);
    memcpy (stream + size, chunk->spans[i].data, chunk->spans[i].size);
    size += chunk->spans[i].size;
  }
  fail_unless_equals_int (size, chunk->size);
  return stream;
}

/* The record batch of a stream, whose schema message is @schema. */
static Message
read_stream (const guint8 * stream, gsize size, Message * schema)
{
  *schema = read_message (stream, size);
  fail_unless_equals_int (schema->type, 1);
  Message batch = read_message (schema->next,
      size - (gsize) (schema->next - stream));
  fail_unless_equals_int (batch.type, 3);
  fail_unless (batch.next + 8 == stream + size);
  fail_unless (memcmp (batch.next, "\xff\xff\xff\xff\0\0\0", 8) == 0);
  return batch;
}

/* --- reading columns: @node and @buffer go on to the next --- */

typedef struct
{
  const Message *batch;
  gsize node;
  gsize buffer;
} Reader;

static void
expect_node (Reader * r, guint64 n, guint64 n_nulls)
{
  guint64 pair[2];

  batch_node (r->batch, r->node++, pair);
  fail_unless_equals_uint64 (pair[0], n);
  fail_unless_equals_uint64 (pair[1], n_nulls);
}

static const guint8 *
expect_buffer (Reader * r, guint64 expected_size)
{
  guint64 size;
  const guint8 *data = batch_buffer (r->batch, r->buffer++, &size);

  fail_unless_equals_uint64 (size, expected_size);
  return data;
}

static gint32
offset_at (const guint8 * offsets, gsize i)
{
  return load_le (4, offsets + 4 * i);
}

/* What was given of a component: @values of those rows that are @present. */
typedef struct
{
  const ArrowType *type;
  gint n_rows;
  const RrdSpan *values;
  const gboolean *present;
  gint n;                       /* rows that are present */
  gsize n_bytes;                /* of their values */
} Given;

static Given
given (gsize c, gint n_rows, const RrdSpan * values, const gboolean * present)
{
  Given g = { components[c]->type, n_rows, values, present, 0, 0 };

  for (gint i = 0; i < n_rows; i++) {
    g.n += present[i];
    g.n_bytes += present[i] ? values[i].size : 0;
  }
  return g;
}

/* A list a row, of one instance, or null. */
static void
expect_lists (Reader * r, const Given * g)
{
  gboolean nulls = g->n < g->n_rows;
  gint n = 0;

  expect_node (r, g->n_rows, g->n_rows - g->n);
  const guint8 *validity = expect_buffer (r, nulls ? (g->n_rows + 7) / 8 : 0);
  const guint8 *offsets = expect_buffer (r, 4 * (g->n_rows + 1));
  for (gint i = 0; i < g->n_rows; i++) {
    fail_unless_equals_int (offset_at (offsets, i), n);
    n += g->present[i];
    if (nulls)
      fail_unless_equals_int (validity[i / 8] >> (i % 8) & 1, g->present[i]);
  }
  fail_unless_equals_int (offset_at (offsets, g->n_rows), n);
}

/* Where each text or blob begins. */
static void
expect_offsets (Reader * r, const Given * g)
{
  const guint8 *offsets = expect_buffer (r, 4 * (g->n + 1));
  gint at = 0, row = 0;

  for (gint i = 0; i < g->n_rows; i++) {
    if (!g->present[i])
      continue;
    fail_unless_equals_int (offset_at (offsets, row++), at);
    at += g->values[i].size;
  }
  fail_unless_equals_int (offset_at (offsets, row), at);
}

/* Numbers of @width bytes, little-endian in @data. */
static void
expect_numbers (const guint8 * data, const guint8 * own, gsize size,
    gsize width)
{
  const gboolean turn = G_BYTE_ORDER == G_BIG_ENDIAN;

  for (gsize i = 0; i < size; i++)
    fail_unless_equals_int (data[i], own[turn ? i ^ (width - 1) : i]);
}

/* @size bytes at @field of each value, one after the other, numbers of @width
 * bytes; 0: all. */
static void
expect_bytes (Reader * r, const Given * g, gsize field, gsize size, gsize width)
{
  const guint8 *data = expect_buffer (r, size ? size * g->n : g->n_bytes);

  for (gint i = 0; i < g->n_rows; i++) {
    gsize n = size ? size : g->values[i].size;
    if (!g->present[i])
      continue;
    expect_numbers (data, (const guint8 *) g->values[i].data + field, n, width);
    data += n;
  }
}

/* A nullable byte at @field of each value: 0 is null. */
static void
expect_nulls (Reader * r, const Given * g, gsize field)
{
  gint n_nulls = 0, row = 0;
  const guint8 *validity = expect_buffer (r, (g->n + 7) / 8);

  for (gint i = 0; i < g->n_rows; i++) {
    if (!g->present[i])
      continue;
    gboolean null = ((const guint8 *) g->values[i].data)[field] == 0;
    fail_unless_equals_int (validity[row / 8] >> (row % 8) & 1, !null);
    n_nulls += null;
    row++;
  }
  expect_node (r, g->n, n_nulls);
}

/* A bit a value, the least significant one first; zeros after the last. */
static void
expect_bits (Reader * r, const Given * g)
{
  const guint8 *data = expect_buffer (r, (g->n + 7) / 8);
  gint row = 0;

  for (gint i = 0; i < g->n_rows; i++) {
    if (!g->present[i])
      continue;
    fail_unless_equals_int (data[row / 8] >> (row % 8) & 1,
        *(const guint8 *) g->values[i].data);
    row++;
  }
  for (; row % 8 != 0; row++)
    fail_unless_equals_int (data[row / 8] >> (row % 8) & 1, 0);
}

/* An ImageFormat. */
static void
expect_struct (Reader * r, const Given * g)
{
  for (gsize i = 0; i < 2; i++) {
    expect_node (r, g->n, 0);
    expect_buffer (r, 0);
    expect_bytes (r, g, 4 * i, 4, 4);
  }
  for (gsize field = 8; field < RRD_IMAGE_FORMAT_SIZE; field++) {
    expect_nulls (r, g, field);
    expect_bytes (r, g, field, 1, 1);
  }
}

static gsize
number_width (const ArrowType * type)
{
  if (type->kind == ARROW_FIXED_SIZE_LIST)
    return number_width (type->fields[0].type);
  return type->kind == ARROW_UTF8 || type->kind == ARROW_LIST
      ? 1 : arrow_type_width (type);
}

static void
expect_component (Reader * r, const Given * g)
{
  ArrowKind kind = g->type->kind;

  expect_lists (r, g);
  expect_node (r, g->n, 0);
  expect_buffer (r, 0);
  if (kind == ARROW_STRUCT) {
    expect_struct (r, g);
    return;
  }
  if (kind == ARROW_BOOL) {
    expect_bits (r, g);
    return;
  }
  if (kind == ARROW_UTF8 || kind == ARROW_LIST)
    expect_offsets (r, g);
  if (kind == ARROW_LIST || kind == ARROW_FIXED_SIZE_LIST) {
    expect_node (r, kind == ARROW_LIST ? g->n_bytes : g->n * g->type->size, 0);
    expect_buffer (r, 0);
  }
  expect_bytes (r, g, 0, 0, number_width (g->type));
}

static void
expect_row_ids (Reader * r, gint n_rows, const RrdTuid * ids)
{
  expect_node (r, n_rows, 0);
  expect_buffer (r, 0);
  const guint8 *data = expect_buffer (r, 16 * n_rows);
  for (gint i = 0; i < n_rows; i++) {
    fail_unless_equals_uint64 (load_be (8, data + 16 * i), ids[i].time_ns);
    fail_unless_equals_uint64 (load_be (8, data + 16 * i + 8), ids[i].inc);
  }
}

static void
expect_times (Reader * r, gint n_rows, const gint64 * times)
{
  expect_node (r, n_rows, 0);
  expect_buffer (r, 0);
  const guint8 *data = expect_buffer (r, 8 * n_rows);
  for (gint i = 0; i < n_rows; i++)
    fail_unless_equals_int64 (load_le (8, data + 8 * i), times[i]);
}

static void
check_chunk (gint n_rows, gboolean absent)
{
  Row *rows = g_new0 (Row, n_rows);
  RrdTuid *ids = g_new (RrdTuid, n_rows);
  gint64 *times = g_new (gint64, N_TIMELINES * n_rows);
  RrdSpan *values = g_new (RrdSpan, N_COMPONENTS * n_rows);
  gboolean *present = g_new (gboolean, N_COMPONENTS * n_rows);
  const RrdTuid id = { NOW_NS, 0x0123456789abcdef };
  RrdResult result = RRD_WRITE_FAILED;

  for (gint i = 0; i < n_rows; i++) {
    RrdSpan row[N_COMPONENTS];
    make_row (&rows[i], i, row);
    ids[i] = (RrdTuid) { NOW_NS + i, 7 * i };
    for (gint t = 0; t < N_TIMELINES; t++)
      times[t * n_rows + i] = (t - 1) * (gint64) 1e15 + (i * 7) % 10;
    for (gsize c = 0; c < N_COMPONENTS; c++) {
      present[c * n_rows + i] = !absent || has (i, c);
      values[c * n_rows + i] = row[c];
      if (!present[c * n_rows + i])
        values[c * n_rows + i].data = NULL;
    }
  }

  RrdSchema *schema = rrd_schema_new (ENTITY_PATH, timelines, N_TIMELINES,
      components, N_COMPONENTS);
  const RrdRows all = { n_rows, ids, times, values };
  RrdChunk *chunk = rrd_chunk_new (schema, &id, &all, NOW_NS, &result);
  fail_unless (chunk != NULL && result == RRD_OK);
  fail_unless_equals_int (chunk->n_rows, n_rows);
  fail_unless (memcmp (&chunk->id, &id, sizeof id) == 0);

  guint8 *stream = gather (chunk);
  Message schema_message;
  Message batch = read_stream (stream, chunk->size, &schema_message);
  Reader reader = { &batch, 0, 0 };
  fail_unless_equals_uint64 (batch_rows (&batch), n_rows);
  expect_row_ids (&reader, n_rows, ids);
  for (gint t = 0; t < N_TIMELINES; t++)
    expect_times (&reader, n_rows, times + t * n_rows);
  for (gsize c = 0; c < N_COMPONENTS; c++) {
    const Given g = given (c, n_rows, values + c * n_rows,
        present + c * n_rows);
    expect_component (&reader, &g);
  }

  g_free (stream);
  rrd_chunk_free (chunk);
  rrd_schema_unref (schema);
  g_free (rows);
  g_free (ids);
  g_free (times);
  g_free (values);
  g_free (present);
}

GST_START_TEST (test_rows)
{
  static const gint n_rows[] = { 1, 2, 3, 7, 8, 9, 16, 63, 64, 65, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (n_rows); i++) {
    check_chunk (n_rows[i], FALSE);
    check_chunk (n_rows[i], TRUE);
  }
}

GST_END_TEST;

/* --- one frame --- */

static RrdSchema *
frame_schema (void)
{
  return rrd_schema_new (ENTITY_PATH, timelines, N_TIMELINES, components, 1);
}

static RrdChunk *
frame_chunk (RrdSchema * schema, const void *data, gsize size,
    RrdResult * result)
{
  static const RrdTuid id = { NOW_NS, 0xabcdef };
  static const gint64 times[] = { 1, 2, 3 };
  const RrdSpan value = { data, size };
  const RrdRows rows = { 1, &id, times, &value };

  return rrd_chunk_new (schema, &id, &rows, NOW_NS, result);
}

GST_START_TEST (test_picture_is_referenced)
{
  static const guint8 picture[100001];
  RrdSchema *schema = frame_schema ();
  RrdResult result;
  RrdChunk *chunk = frame_chunk (schema, picture, sizeof picture, &result);

  fail_unless_equals_int (chunk->n_spans, 3);
  fail_unless (chunk->spans[1].data == picture);
  fail_unless_equals_int (chunk->spans[1].size, sizeof picture);
  fail_unless (chunk->size - sizeof picture < 4096);
  rrd_chunk_free (chunk);

  /* No bytes at all: a blob, but no span of it. */
  chunk = frame_chunk (schema, picture, 0, &result);
  fail_unless_equals_int (chunk->n_spans, 1);
  rrd_chunk_free (chunk);
  rrd_schema_unref (schema);
}

GST_END_TEST;

GST_START_TEST (test_metadata)
{
  RrdSchema *schema = frame_schema ();
  RrdResult result;
  RrdChunk *chunk = frame_chunk (schema, "x", 1, &result);
  guint8 *stream = gather (chunk);
  Message m;
  gsize n, field;

  read_stream (stream, chunk->size, &m);
  fail_unless_equals_string (metadata_value (&m, m.header, 2,
          "sorbet:version"), "0.1.3");
  fail_unless_equals_string (metadata_value (&m, m.header, 2,
          "rerun:entity_path"), ENTITY_PATH);
  fail_unless_equals_string (metadata_value (&m, m.header, 2, "rerun:id"),
      "chunk_186CC6ACD56C614E0000000000abcdef");
  fail_unless_equals_string (metadata_value (&m, m.header, 2,
          "rerun:timestamp_sdk_grpc_sink"), "1760000000.012345678");
  fail_unless_equals_string (metadata_value (&m, m.header, 2,
          "rerun:timestamp_sdk_ipc_encoded"), "1760000000.012345678");

  field_vector (&m, m.header, 1, 4, &n);
  fail_unless_equals_int (n, 1 + N_TIMELINES + 1);
  field = field_table (&m, m.header, 1, 0);
  fail_unless_equals_string (field_string (&m, field, 0),
      "rerun.controls.RowId");
  fail_unless_equals_string (metadata_value (&m, field, 6, "rerun:kind"),
      "control");
  field = field_table (&m, m.header, 1, 2);
  fail_unless_equals_string (field_string (&m, field, 0), "pts");
  fail_unless_equals_string (metadata_value (&m, field, 6,
          "rerun:index_name"), "pts");
  fail_unless_equals_int (field_uint (&m, field, 2, 1), 18);
  field = field_table (&m, m.header, 1, 4);
  fail_unless_equals_string (field_string (&m, field, 0),
      "EncodedDepthImage:blob");
  fail_unless_equals_string (metadata_value (&m, field, 6,
          "rerun:archetype"), "rerun.archetypes.EncodedDepthImage");
  fail_unless_equals_string (metadata_value (&m, field, 6,
          "rerun:component_type"), "rerun.components.Blob");
  g_free (stream);
  rrd_chunk_free (chunk);
  rrd_schema_unref (schema);
}

GST_END_TEST;

/* Placeholders are not mistaken, whatever the names. */
GST_START_TEST (test_names_like_placeholders)
{
  const RrdTimeline odd[] = {
    {"0000000000.000000000", RRD_SEQUENCE},
    {"chunk_00000000000000000000000000000000", RRD_SEQUENCE}
  };
  const RrdTuid id = { G_MAXUINT64, G_MAXUINT64 };
  const gint64 times[] = { 1, 2 };
  const RrdSpan value = { "", 0 };
  const RrdRows rows = { 1, &id, times, &value };
  RrdSchema *schema = rrd_schema_new
      ("/chunk_00000000000000000000000000000000/0000000000.000000000", odd, 2,
      components, 1);
  RrdResult result;
  RrdChunk *chunk = rrd_chunk_new (schema, &id, &rows, G_MAXUINT64, &result);
  guint8 *stream = gather (chunk);
  Message m;

  read_stream (stream, chunk->size, &m);
  fail_unless_equals_string (metadata_value (&m, m.header, 2,
          "rerun:entity_path"),
      "/chunk_00000000000000000000000000000000/0000000000.000000000");
  fail_unless_equals_string (metadata_value (&m, m.header, 2, "rerun:id"),
      "chunk_FFFFFFFFFFFFFFFFffffffffffffffff");
  fail_unless_equals_string (metadata_value (&m, m.header, 2,
          "rerun:timestamp_sdk_grpc_sink"), "8446744073.709551615");
  fail_unless_equals_string (field_string (&m, field_table (&m, m.header, 1,
              1), 0), odd[0].name);
  g_free (stream);
  rrd_chunk_free (chunk);
  rrd_schema_unref (schema);
}

GST_END_TEST;

/* --- what is refused --- */

/* Nothing is read of a picture: sizes alone decide. */
GST_START_TEST (test_too_large)
{
  static const guint8 byte;
  const gsize limit = G_MAXINT32;
  RrdSchema *schema = frame_schema ();
  const RrdTuid ids[] = { {1, 1}, {1, 2} };
  const gint64 times[2 * N_TIMELINES] = { 0 };
  const RrdSpan values[] = { {&byte, limit / 2}, {&byte, limit / 2 + 2} };
  const RrdRows rows = { 2, ids, times, values };
  RrdResult result;

  RrdChunk *chunk = frame_chunk (schema, &byte, limit - 4096, &result);
  fail_unless (chunk != NULL);
  fail_unless (chunk->size > limit - 4096 && chunk->size < limit);
  rrd_chunk_free (chunk);
  for (gsize i = 0; i < 8; i++) {
    static const gsize sizes[] = {
      G_MAXINT32, (gsize) G_MAXINT32 + 1, G_MAXUINT32, SIZE_MAX / 2 + 1,
      SIZE_MAX / 2, SIZE_MAX - 7, SIZE_MAX, (gsize) G_MAXINT32 - 8
    };
    result = RRD_OK;
    fail_unless (frame_chunk (schema, &byte, sizes[i], &result) == NULL);
    fail_unless_equals_int (result, RRD_TOO_LARGE);
  }
  fail_unless (rrd_chunk_new (schema, ids, &rows, 0, &result) == NULL);
  fail_unless_equals_int (result, RRD_TOO_LARGE);
  fail_unless (strstr (rrd_result_text (result), "too large") != NULL);
  rrd_schema_unref (schema);
}

GST_END_TEST;

GST_START_TEST (test_bad_values)
{
  static const gchar bytes[64] = "";
  static const gsize widths[] = { 0, 0, 4, 1, 16, 36, 3, 11, 8, 4, 1, 12, 16 };
  const RrdTuid id = { 1, 1 };
  RrdResult result;

  for (gsize c = 0; c < N_COMPONENTS; c++) {
    RrdSchema *schema = rrd_schema_new ("/a", NULL, 0, &components[c], 1);
    for (gsize size = 0; size < sizeof bytes; size++) {
      const RrdSpan value = { bytes, size };
      const RrdRows rows = { 1, &id, NULL, &value };
      RrdChunk *chunk = rrd_chunk_new (schema, &id, &rows, 0, &result);
      gboolean good = widths[c] == 0 || size == widths[c];
      fail_unless_equals_int (result, good ? RRD_OK : RRD_BAD_VALUE);
      fail_unless_equals_int (chunk != NULL, good);
      rrd_chunk_free (chunk);
    }
    const RrdRows none = { 0, NULL, NULL, NULL };
    fail_unless (rrd_chunk_new (schema, &id, &none, 0, &result) == NULL);
    fail_unless_equals_int (result, RRD_BAD_VALUE);
    rrd_schema_unref (schema);
  }
}

GST_END_TEST;

GST_START_TEST (test_schema_maxima)
{
  RrdTimeline many[RRD_MAX_TIMELINES + 1];
  const RrdComponent *all[RRD_MAX_COMPONENTS + 1];
  RrdSchema *schema;

  for (gint i = 0; i <= RRD_MAX_TIMELINES; i++)
    many[i] = timelines[0];
  for (gint i = 0; i <= RRD_MAX_COMPONENTS; i++)
    all[i] = components[0];
  schema = rrd_schema_new ("/a", many, RRD_MAX_TIMELINES, all,
      RRD_MAX_COMPONENTS);
  fail_unless (schema != NULL);
  fail_unless (rrd_schema_ref (schema) == schema);
  rrd_schema_unref (schema);
  rrd_schema_unref (schema);
  rrd_schema_unref (NULL);
  fail_if (rrd_schema_new ("/a", many, RRD_MAX_TIMELINES + 1, all, 1));
  fail_if (rrd_schema_new ("/a", many, 1, all, RRD_MAX_COMPONENTS + 1));
}

GST_END_TEST;

/* The tables: names and types as Rerun's SDK writes them. */
GST_START_TEST (test_components)
{
  static const struct
  {
    const RrdComponent *table;
    gsize n;
    const gchar *archetype;
  } tables[] = {
    {rrd_encoded_depth_image, RRD_ENCODED_DEPTH_IMAGE_N, "EncodedDepthImage"},
    {rrd_depth_image, RRD_DEPTH_IMAGE_N, "DepthImage"},
    {rrd_pinhole, RRD_PINHOLE_N, "Pinhole"},
    {rrd_recording_info, RRD_RECORDING_INFO_N, "RecordingInfo"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++) {
    for (gsize c = 0; c < tables[i].n; c++) {
      const RrdComponent *component = &tables[i].table[c];
      gchar *archetype =
          g_strconcat ("rerun.archetypes.", tables[i].archetype, NULL);
      gchar *prefix = g_strconcat (tables[i].archetype, ":", NULL);
      fail_unless_equals_string (component->archetype, archetype);
      fail_unless (g_str_has_prefix (component->name, prefix));
      fail_unless (g_str_has_prefix (component->type_name,
              "rerun.components."));
      g_free (archetype);
      g_free (prefix);
    }
  }
}

GST_END_TEST;

static Suite *
chunks_suite (void)
{
  Suite *s = suite_create ("rrd-chunks");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_rows);
  tcase_add_test (tc, test_picture_is_referenced);
  tcase_add_test (tc, test_metadata);
  tcase_add_test (tc, test_names_like_placeholders);
  tcase_add_test (tc, test_too_large);
  tcase_add_test (tc, test_bad_values);
  tcase_add_test (tc, test_schema_maxima);
  tcase_add_test (tc, test_components);
  return s;
}

GST_CHECK_MAIN (chunks);
