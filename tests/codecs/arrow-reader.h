/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads Arrow IPC messages, written from the flatbuffers and Arrow documents
 * and not from the writer: every access is checked for bounds and alignment.
 */
#pragma once

#include <gst/check/gstcheck.h>
#include <string.h>

typedef struct
{
  const guint8 *flat;           /* the flatbuffer */
  gsize flat_size;
  gint type;
  gsize header;                 /* its table */
  const guint8 *body;
  guint64 body_size;
  const guint8 *next;           /* message, or end of stream */
} Message;

/* Numbers of @size bytes, to any alignment. */
static inline guint64
load_le (gsize size, const guint8 * data)
{
  guint64 value = 0;

  for (gsize i = 0; i < size; i++)
    value |= (guint64) data[i] << 8 * i;
  return value;
}

static inline guint64
load_be (gsize size, const guint8 * data)
{
  guint64 value = 0;

  for (gsize i = 0; i < size; i++)
    value = value << 8 | data[i];
  return value;
}

static inline guint64
read_uint (const Message * m, gsize at, gsize size)
{
  fail_unless (at % size == 0, "%zu is not aligned to %zu", at, size);
  fail_unless (at + size <= m->flat_size);
  return load_le (size, m->flat + at);
}

static inline gsize
follow (const Message * m, gsize at)
{
  guint64 offset = read_uint (m, at, 4);

  fail_unless (offset > 0 && at + offset < m->flat_size);
  return at + (gsize) offset;
}

/* Where a table has its field number @id; 0: nowhere. */
static inline gsize
field_at (const Message * m, gsize table, guint id)
{
  gsize vtable = table - (gsize) (gint32) read_uint (m, table, 4);
  guint64 vtable_size = read_uint (m, vtable, 2);
  guint64 offset = 0;

  fail_unless (vtable_size >= 4 && vtable + vtable_size <= m->flat_size);
  if (4 + 2 * id < vtable_size)
    offset = read_uint (m, vtable + 4 + 2 * id, 2);
  fail_unless (offset < read_uint (m, vtable + 2, 2));
  return offset ? table + (gsize) offset : 0;
}

static inline guint64
field_uint (const Message * m, gsize table, guint id, gsize size)
{
  gsize at = field_at (m, table, id);

  return at ? read_uint (m, at, size) : 0;
}

/* The first element of a vector of elements that are aligned to @alignment. */
static inline gsize
field_vector (const Message * m, gsize table, guint id, gsize alignment,
    gsize * n)
{
  gsize at = field_at (m, table, id);

  fail_unless (at != 0, "no vector %u", id);
  at = follow (m, at);
  *n = (gsize) read_uint (m, at, 4);
  fail_unless (*n == 0 || (at + 4) % alignment == 0);
  fail_unless (at + 4 + *n * MAX (alignment, 1) <= m->flat_size);
  return at + 4;
}

static inline const gchar *
field_string (const Message * m, gsize table, guint id)
{
  gsize n, at = field_vector (m, table, id, 1, &n);

  fail_unless (at + n < m->flat_size && m->flat[at + n] == 0);
  fail_unless_equals_int (strlen ((const gchar *) m->flat + at), n);
  return (const gchar *) m->flat + at;
}

/* The table that is element @i of a vector of tables. */
static inline gsize
field_table (const Message * m, gsize table, guint id, gsize i)
{
  gsize n, at = field_vector (m, table, id, 4, &n);

  fail_unless (i < n);
  return follow (m, at + 4 * i);
}

/* The value of a key in a vector of KeyValue; NULL: it is not there. */
static inline const gchar *
metadata_value (const Message * m, gsize table, guint id, const gchar * key)
{
  gsize n;

  if (!field_at (m, table, id))
    return NULL;
  field_vector (m, table, id, 4, &n);
  for (gsize i = 0; i < n; i++) {
    gsize pair = field_table (m, table, id, i);
    if (strcmp (field_string (m, pair, 0), key) == 0)
      return field_string (m, pair, 1);
  }
  return NULL;
}

/* Reads the message at @data, which begins at a multiple of 8 of its stream. */
static inline Message
read_message (const guint8 * data, gsize size)
{
  Message m = { data, 8, 0, 0, NULL, 0, NULL };

  fail_unless (size >= 8);
  fail_unless_equals_uint64 (read_uint (&m, 0, 4), 0xffffffff);
  gsize flat_size = (gsize) read_uint (&m, 4, 4);
  fail_unless (flat_size % 8 == 0 && 8 + flat_size <= size);
  m.flat = data + 8;
  m.flat_size = flat_size;

  gsize root = follow (&m, 0);
  fail_unless_equals_uint64 (field_uint (&m, root, 0, 2), 4);   /* V5 */
  m.type = (gint) field_uint (&m, root, 1, 1);
  m.header = follow (&m, field_at (&m, root, 2));
  m.body_size = field_uint (&m, root, 3, 8);
  m.body = m.flat + flat_size;
  fail_unless (m.body_size % 8 == 0);
  fail_unless (m.body_size <= size - 8 - flat_size);
  m.next = m.body + m.body_size;
  return m;
}

/* --- record batches --- */

static inline guint64
batch_rows (const Message * m)
{
  return field_uint (m, m->header, 0, 8);
}

/* {values, nulls} of array @i, {offset, size} of buffer @i. */
static inline void
batch_pair (const Message * m, guint id, gsize i, guint64 pair[2])
{
  gsize n, at = field_vector (m, m->header, id, 8, &n);

  fail_unless (i < n);
  pair[0] = read_uint (m, at + 16 * i, 8);
  pair[1] = read_uint (m, at + 16 * i + 8, 8);
}

#define batch_node(m, i, pair) batch_pair (m, 1, i, pair)

static inline const guint8 *
batch_buffer (const Message * m, gsize i, guint64 * size)
{
  guint64 pair[2];

  batch_pair (m, 2, i, pair);
  fail_unless (pair[0] % 8 == 0 && pair[0] + pair[1] <= m->body_size);
  *size = pair[1];
  return m->body + pair[0];
}
