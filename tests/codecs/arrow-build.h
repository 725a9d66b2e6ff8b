/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Builds Arrow IPC streams of any arrays, sound or not: the writer makes the
 * messages, the test says what is in them.
 */
#pragma once

#include "arrow-reader.h"
#include "arrow/arrow.h"

typedef struct
{
  GArray *nodes;                /* {values, nulls} */
  GArray *buffers;              /* {offset, size} */
  GByteArray *body;
} Build;

static inline Build
build_new (void)
{
  Build build = {
    g_array_new (FALSE, FALSE, 16), g_array_new (FALSE, FALSE, 16),
    g_byte_array_new ()
  };

  return build;
}

static inline void
build_node (Build * build, guint64 n, guint64 n_nulls)
{
  const guint64 pair[] = { n, n_nulls };

  g_array_append_val (build->nodes, pair);
}

static inline void
build_numbers (Build * build, const void *data, guint64 size, gsize width)
{
  static const guint8 padding[8];
  const guint64 pair[] = { build->body->len, size };
  const guint8 *from = data;
  const gboolean turn = G_BYTE_ORDER == G_BIG_ENDIAN;

  g_array_append_val (build->buffers, pair);
  for (gsize i = 0; i < size; i++)
    g_byte_array_append (build->body, &from[turn ? i ^ (width - 1) : i], 1);
  g_byte_array_append (build->body, padding, -(guint) size % 8);
}

/* Numbers, as the machine has them, become little-endian. */
#define build_buffer(build, data, size) \
  build_numbers (build, data, size, sizeof *(data))

/* A place of the test's own. */
static inline void
build_buffer_at (Build * build, guint64 offset, guint64 size)
{
  const guint64 pair[] = { offset, size };

  g_array_append_val (build->buffers, pair);
}

/* An array without nulls whose buffers are validity and these. */
#define build_values(build, n, data, size) G_STMT_START { \
  build_node (build, n, 0); \
  build_buffer (build, "", 0); \
  build_buffer (build, data, size); \
} G_STMT_END

static inline void
store_pairs (guint8 * to, const GArray * pairs)
{
  const guint64 *from = (const guint64 *) pairs->data;

  for (guint i = 0; i < 2 * pairs->len; i++)
    arrow_store_u64 (to + 8 * i, from[i]);
}

/* The whole stream, to be freed with g_byte_array_unref(); frees @build. */
static inline GByteArray *
build_stream (Build * build, const ArrowField * fields, gsize n_fields,
    const ArrowMetadata * metadata, gsize n_metadata, guint64 n_rows)
{
  ArrowBytes bytes = { 0 };
  ArrowBatchLayout layout;
  GByteArray *stream = g_byte_array_new ();

  arrow_append_schema (&bytes, fields, n_fields, metadata, n_metadata);
  gsize start = bytes.size;
  arrow_append_batch (&bytes, build->nodes->len, build->buffers->len, &layout);
  guint8 *batch = bytes.data + start;
  arrow_store_u64 (batch + layout.n_rows, n_rows);
  arrow_store_u64 (batch + layout.body_size, build->body->len);
  store_pairs (batch + layout.nodes, build->nodes);
  store_pairs (batch + layout.buffers, build->buffers);
  g_byte_array_append (stream, bytes.data, (guint) bytes.size);
  g_byte_array_append (stream, build->body->data, build->body->len);
  g_byte_array_append (stream, arrow_end, ARROW_END_SIZE);
  arrow_bytes_clear (&bytes);
  g_array_unref (build->nodes);
  g_array_unref (build->buffers);
  g_byte_array_unref (build->body);
  return stream;
}

/* Where in a stream the field's table @number is, of the first level, or that of
 * its first child, and so on @depth times. @message receives the schema's. */
static inline gsize
stream_field (const GByteArray * stream, guint number, guint depth,
    Message * message)
{
  *message = read_message (stream->data, stream->len);
  gsize field = field_table (message, message->header, 1, number);

  while (depth-- > 0)
    field = field_table (message, field, 5, 0);
  return field;
}

/* Gives a field the type that Schema.fbs calls @type: one whose table has the
 * same form as the one that was written. */
static inline void
stream_retype (GByteArray * stream, guint number, guint depth, guint8 type)
{
  Message m;
  gsize field = stream_field (stream, number, depth, &m);

  ((guint8 *) m.flat)[field_at (&m, field, 2)] = type;
}
