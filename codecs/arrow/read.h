/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arrow IPC, read: a stream of a schema message, a record batch message and an
 * end, which is how Rerun writes a table (arrow.h writes them).
 *
 * Source: the Arrow columnar format ("Physical memory layout", "Serialization
 * and IPC"), format/Message.fbs and format/Schema.fbs (metadata version V5), and
 * https://flatbuffers.dev/internals.
 *
 * A table is a view: it points into the bytes that were read, which have to
 * outlive it and need no alignment. All of it is checked while it is read, so
 * that the functions on columns can not fail: each index below a column's
 * length, and each item of a list, is there. Work and memory are bounded by the
 * bytes that are there, never by numbers in them.
 */
#pragma once

#include "arrow/arrow.h"

typedef struct
{
  const uint8_t *data;
  size_t size;
} ArrowSpan;

#define ARROW_READ_WHAT_SIZE 160

/* What is wrong with data, and at which byte from its start. */
typedef struct
{
  char what[ARROW_READ_WHAT_SIZE];      /* in words, UTF-8 */
  uint64_t offset;
} ArrowReadError;

/* The members of format/Schema.fbs's union Type, and their numbers there. */
typedef enum
{
  /* Dictionary-encoded: only lengths and nulls can be read. */
  ARROW_TYPE_DICTIONARY = 0,
  ARROW_TYPE_NULL = 1,
  ARROW_TYPE_INT = 2,
  ARROW_TYPE_FLOAT = 3,
  ARROW_TYPE_BINARY = 4,
  ARROW_TYPE_UTF8 = 5,
  ARROW_TYPE_BOOL = 6,
  ARROW_TYPE_DECIMAL = 7,
  ARROW_TYPE_DATE = 8,
  ARROW_TYPE_TIME = 9,
  ARROW_TYPE_TIMESTAMP = 10,
  ARROW_TYPE_INTERVAL = 11,
  ARROW_TYPE_LIST = 12,
  ARROW_TYPE_STRUCT = 13,
  ARROW_TYPE_UNION = 14,        /* only its length can be read */
  ARROW_TYPE_FIXED_SIZE_BINARY = 15,
  ARROW_TYPE_FIXED_SIZE_LIST = 16,
  ARROW_TYPE_MAP = 17,          /* a list of structs of a key and a value */
  ARROW_TYPE_DURATION = 18,
  ARROW_TYPE_LARGE_BINARY = 19,
  ARROW_TYPE_LARGE_UTF8 = 20,
  ARROW_TYPE_LARGE_LIST = 21,
  ARROW_TYPE_RUN_END_ENCODED = 22,      /* only its length can be read */
  ARROW_TYPE_BINARY_VIEW = 23,
  ARROW_TYPE_UTF8_VIEW = 24,
  ARROW_TYPE_LIST_VIEW = 25,    /* only lengths and nulls can be read */
  ARROW_TYPE_LARGE_LIST_VIEW = 26,      /* likewise */
  ARROW_TYPE_N
} ArrowTypeId;

/* Of times and durations. */
typedef enum
{
  ARROW_SECOND,
  ARROW_MILLISECOND,
  ARROW_MICROSECOND,
  ARROW_NANOSECOND
} ArrowTimeUnit;

/* Pairs of texts, in the schema's flatbuffer. */
typedef struct
{
  const uint8_t *flatbuffer;
  size_t size;
  size_t first;
  size_t n;
} ArrowKeyValues;

/* A place in the body of a record batch; its offset counts from there. */
typedef struct
{
  uint64_t offset;
  uint64_t size;
} ArrowBuffer;

/* A column, or an array below one. Those below it follow it, depth first. */
typedef struct
{
  ArrowTypeId type;
  bool is_signed;               /* of Int */
  ArrowTimeUnit unit;           /* of Timestamp, Duration */
  size_t width;                 /* bytes of a value; FixedSizeList: its items */
  bool nullable;
  ArrowSpan name;               /* UTF-8, as all texts of a schema */
  ArrowKeyValues metadata;
  size_t n_children;
  size_t n_all;                 /* the column and all below it */

  size_t length;                /* Null columns claim any: no bytes bound it */
  size_t n_nulls;
  ArrowBuffer validity;
  ArrowBuffer offsets;
  ArrowBuffer values;
  const uint8_t *views;         /* of *View: ArrowBuffers in the message */
  size_t n_views;
  const uint8_t *body;          /* NULL: it is not in memory */
} ArrowColumn;

/* All zero is an empty one. The owner frees it with arrow_table_clear(). */
typedef struct
{
  size_t n_rows;
  size_t n_columns;             /* the top level; find others from there */
  ArrowColumn *columns;
  size_t n_all;
  size_t capacity;
  ArrowKeyValues metadata;
} ArrowTable;

/*
 * Reads the stream in @data, and keeps the memory that @table has from the last
 * one. Dictionaries are skipped; nothing may be compressed (Rerun compresses the
 * whole stream, see rrd/read.h).
 *
 * False: @error (may be NULL) says why, and the table is empty.
 */
bool arrow_table_read (ArrowTable * table, const void *data, size_t size,
    ArrowReadError * error);
void arrow_table_clear (ArrowTable * table);

/* --- columns --- */

/* The first is table->columns; there are table->n_columns. */
static inline const ArrowColumn *
arrow_next_column (const ArrowColumn * column)
{
  return column + column->n_all;
}

/* @i is below n_children. */
const ArrowColumn *arrow_child (const ArrowColumn * column, size_t i);

bool arrow_is_valid (const ArrowColumn * column, size_t i);

/* Where the items of a list (also large, of fixed size, a map) lie in its only
 * child. False: null, or no list. */
bool arrow_list (const ArrowColumn * column, size_t i, size_t *first,
    size_t *n);

/* A value of Binary, Utf8, their large and view kinds, FixedSizeBinary: {NULL, 0}
 * if null, or none of those. Texts are not checked to be UTF-8. */
ArrowSpan arrow_bytes (const ArrowColumn * column, size_t i);

/* The bytes of @n values of a fixed width in a row, little-endian, null ones
 * undefined. {NULL, 0}: the type has no fixed width. */
ArrowSpan arrow_values (const ArrowColumn * column, size_t first, size_t n);

/* Numbers; 0 of other types. Int also of times, dates, durations. */
int64_t arrow_int (const ArrowColumn * column, size_t i);
uint64_t arrow_uint (const ArrowColumn * column, size_t i);
double arrow_float (const ArrowColumn * column, size_t i);
bool arrow_bool (const ArrowColumn * column, size_t i);

/* --- texts --- */

bool arrow_span_is (ArrowSpan span, const char *text);
bool arrow_span_equal (ArrowSpan a, ArrowSpan b);

/* @i is below pairs->n. */
void arrow_key_value (const ArrowKeyValues * pairs, size_t i, ArrowSpan * key,
    ArrowSpan * value);

/* False: there is no such key, and @value is {NULL, 0}. */
bool arrow_find_value (const ArrowKeyValues * pairs, const char *key,
    ArrowSpan * value);

/* How many bytes from the start are whole characters of UTF-8 (RFC 3629). */
size_t arrow_utf8_size (const void *text, size_t size);

/* --- little-endian loads, from any alignment --- */

uint16_t arrow_load_u16 (const uint8_t * from);
uint32_t arrow_load_u32 (const uint8_t * from);
uint64_t arrow_load_u64 (const uint8_t * from);
