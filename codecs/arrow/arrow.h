/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arrow IPC, the messages of a stream: one schema message, record batch
 * messages, an end. Each message is an 8-byte prefix, a flatbuffer padded to 8
 * bytes, and, for a record batch, a body of buffers padded to 8 bytes. This
 * module writes prefixes and flatbuffers; the body is the caller's, so that
 * large buffers need not be copied.
 *
 * Source: the Arrow columnar format's section on IPC, and the tables of
 * format/Message.fbs and format/Schema.fbs (metadata version V5).
 *
 * All that is written is little-endian whatever the host.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Growing bytes. All zero is an empty one. When memory runs out, `failed` stays
 * set and further writes do nothing: look once, at the end. The owner frees
 * them with arrow_bytes_clear(); setting `size` to 0 keeps the memory for reuse.
 */
typedef struct
{
  uint8_t *data;
  size_t size;
  size_t capacity;
  bool failed;
} ArrowBytes;

/* Room for @size more bytes after the last one; NULL: out of memory. The
 * bytes count as written and are not initialised. */
uint8_t *arrow_bytes_extend (ArrowBytes * bytes, size_t size);
void arrow_bytes_append (ArrowBytes * bytes, const void *data, size_t size);
void arrow_bytes_clear (ArrowBytes * bytes);

/* Little-endian stores, to any alignment. */
void arrow_store_u32 (uint8_t * to, uint32_t value);
void arrow_store_u64 (uint8_t * to, uint64_t value);

typedef enum
{
  ARROW_BOOL,
  ARROW_UINT8,
  ARROW_UINT32,
  ARROW_UINT64,
  ARROW_INT64,
  ARROW_FLOAT32,
  ARROW_FLOAT64,
  ARROW_TIMESTAMP_NS,           /* no time zone */
  ARROW_DURATION_NS,
  ARROW_UTF8,
  ARROW_FIXED_SIZE_BINARY,      /* `size` bytes */
  ARROW_LIST,                   /* of `fields[0]`, 32-bit offsets */
  ARROW_FIXED_SIZE_LIST,        /* of `size` times `fields[0]` */
  ARROW_STRUCT                  /* of `n_fields` `fields` */
} ArrowKind;

typedef struct _ArrowField ArrowField;

typedef struct
{
  ArrowKind kind;
  uint32_t size;
  const ArrowField *fields;
  size_t n_fields;
} ArrowType;

typedef struct
{
  const char *key;
  const char *value;
} ArrowMetadata;

struct _ArrowField
{
  const char *name;
  const ArrowType *type;
  bool nullable;
  const ArrowMetadata *metadata;
  size_t n_metadata;
};

/* The bytes of one value; 0 for those whose values differ in size (and for
 * ARROW_BOOL, whose values are bits). A struct's are its fields' in a row. */
size_t arrow_type_width (const ArrowType * type);

/* How many nodes and buffers an array of this type has in a record batch,
 * its children's included; added to the counters. */
void arrow_type_count (const ArrowType * type, size_t *n_nodes,
    size_t *n_buffers);

/* Appends a whole schema message. @bytes begins at a multiple of 8. Texts at the same
 * address are written once, those at other addresses are not looked at. */
void arrow_append_schema (ArrowBytes * bytes, const ArrowField * fields,
    size_t n_fields, const ArrowMetadata * metadata, size_t n_metadata);

/*
 * Where the numbers of a record batch message lie, in bytes from the first byte
 * of the message. The message is the same for all batches of a schema but for
 * these, so that a writer may keep one and fill in the numbers. All are u64.
 */
typedef struct
{
  size_t n_rows;
  size_t body_size;             /* a multiple of 8 */
  size_t nodes;                 /* {values, nulls} an array, depth first */
  size_t buffers;               /* {offset in the body, bytes} a buffer */
} ArrowBatchLayout;

/* Appends a record batch message up to its body, all numbers 0. @bytes begins
 * at a multiple of 8. */
void arrow_append_batch (ArrowBytes * bytes, size_t n_nodes, size_t n_buffers,
    ArrowBatchLayout * layout);

/* The end of a stream. */
#define ARROW_END_SIZE 8
extern const uint8_t arrow_end[ARROW_END_SIZE];
