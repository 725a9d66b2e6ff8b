/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record batch message, read (format/Message.fbs), and its body. */
#include "read-error.h"
#include "read-message.h"

/* What the buffers of a type hold, in their order. */
typedef enum
{
  NOTHING,
  VALIDITY,
  BITS,                         /* values of one bit */
  VALUES,                       /* values of the column's width */
  OFFSETS_32,                   /* one more than values */
  OFFSETS_64,
  BYTES,                        /* what offsets point to */
  VIEWS,                        /* 16 bytes a value */
  OPAQUE                        /* not looked at */
} Part;

#define MAX_PARTS 3

static const uint8_t layouts[ARROW_TYPE_N][MAX_PARTS] = {
  [ARROW_TYPE_DICTIONARY] = {VALIDITY, VALUES},
  [ARROW_TYPE_NULL] = {NOTHING},
  [ARROW_TYPE_INT] = {VALIDITY, VALUES},
  [ARROW_TYPE_FLOAT] = {VALIDITY, VALUES},
  [ARROW_TYPE_BINARY] = {VALIDITY, OFFSETS_32, BYTES},
  [ARROW_TYPE_UTF8] = {VALIDITY, OFFSETS_32, BYTES},
  [ARROW_TYPE_BOOL] = {VALIDITY, BITS},
  [ARROW_TYPE_DECIMAL] = {VALIDITY, VALUES},
  [ARROW_TYPE_DATE] = {VALIDITY, VALUES},
  [ARROW_TYPE_TIME] = {VALIDITY, VALUES},
  [ARROW_TYPE_TIMESTAMP] = {VALIDITY, VALUES},
  [ARROW_TYPE_INTERVAL] = {VALIDITY, VALUES},
  [ARROW_TYPE_LIST] = {VALIDITY, OFFSETS_32},
  [ARROW_TYPE_STRUCT] = {VALIDITY},
  [ARROW_TYPE_UNION] = {OPAQUE},        /* dense: one more */
  [ARROW_TYPE_FIXED_SIZE_BINARY] = {VALIDITY, VALUES},
  [ARROW_TYPE_FIXED_SIZE_LIST] = {VALIDITY},
  [ARROW_TYPE_MAP] = {VALIDITY, OFFSETS_32},
  [ARROW_TYPE_DURATION] = {VALIDITY, VALUES},
  [ARROW_TYPE_LARGE_BINARY] = {VALIDITY, OFFSETS_64, BYTES},
  [ARROW_TYPE_LARGE_UTF8] = {VALIDITY, OFFSETS_64, BYTES},
  [ARROW_TYPE_LARGE_LIST] = {VALIDITY, OFFSETS_64},
  [ARROW_TYPE_RUN_END_ENCODED] = {NOTHING},
  [ARROW_TYPE_BINARY_VIEW] = {VALIDITY, VIEWS},
  [ARROW_TYPE_UTF8_VIEW] = {VALIDITY, VIEWS},
  [ARROW_TYPE_LIST_VIEW] = {VALIDITY, OPAQUE, OPAQUE},
  [ARROW_TYPE_LARGE_LIST_VIEW] = {VALIDITY, OPAQUE, OPAQUE},
};

/* A record batch, and what of it was used for the columns so far. */
typedef struct
{
  FlatbufferReader *flat;
  uint64_t body_size;
  uint64_t body_left;           /* less the buffers so far */
  FlatbufferVector nodes;       /* {values, nulls} */
  FlatbufferVector buffers;     /* {offset, size} */
  FlatbufferVector variadic;    /* buffers of each *View column */
  size_t next_node;
  size_t next_buffer;
  size_t next_variadic;
} Batch;

static bool
refuse (Batch * batch, const ArrowColumn * column, const char *what)
{
  return arrow_refuse (batch->flat->error, batch->flat->origin,
      "column %.*s: %s", ARROW_PRINT (column->name), what);
}

static bool
is_view (const ArrowColumn * column)
{
  return column->type == ARROW_TYPE_BINARY_VIEW
      || column->type == ARROW_TYPE_UTF8_VIEW;
}

/* --- nodes --- */

static bool
read_node (Batch * batch, ArrowColumn * column)
{
  if (batch->next_node == batch->nodes.n)
    return refuse (batch, column, "the record batch has too few arrays");
  const uint8_t *node = batch->flat->data + batch->nodes.first
      + 16 * batch->next_node++;
  uint64_t length = arrow_load_u64 (node), n_nulls = arrow_load_u64 (node + 8);

  if (length > INT64_MAX || length > SIZE_MAX || n_nulls > length)
    return refuse (batch, column, "an array of an impossible length");
  column->length = (size_t) length;
  column->n_nulls = (size_t) n_nulls;
  return true;
}

/* Whether each child has as many values as its parent needs; what offsets say is
 * known later. */
static bool
check_children (Batch * batch, const ArrowColumn * column)
{
  const ArrowColumn *child = column + 1;

  if (column->type == ARROW_TYPE_FIXED_SIZE_LIST)
    return column->width == 0 || column->length <= child->length / column->width
        || refuse (batch, column, "has fewer items than its lists");
  if (column->type != ARROW_TYPE_STRUCT)
    return true;
  for (size_t i = 0; i < column->n_children; i++) {
    if (child->length < column->length)
      return refuse (batch, child, "has fewer values than its structs");
    child = arrow_next_column (child);
  }
  return true;
}

/* --- buffers --- */

/* Takes the next buffer. All of them together are no larger than the body, so
 * that none is looked at twice. */
static bool
take_buffer (Batch * batch, const ArrowColumn * column, ArrowBuffer * buffer)
{
  if (batch->next_buffer == batch->buffers.n)
    return refuse (batch, column, "the record batch has too few buffers");
  const uint8_t *from = batch->flat->data + batch->buffers.first
      + 16 * batch->next_buffer++;

  buffer->offset = arrow_load_u64 (from);
  buffer->size = arrow_load_u64 (from + 8);
  if (buffer->offset > batch->body_size
      || buffer->size > batch->body_size - buffer->offset)
    return refuse (batch, column, "a buffer out of the record batch's body");
  if (buffer->size > batch->body_left)
    return refuse (batch, column, "buffers that lie upon others");
  batch->body_left -= buffer->size;
  return true;
}

/* Whether @n values of @width bytes fit. */
static bool
holds (const ArrowBuffer * buffer, uint64_t n, uint64_t width)
{
  return width == 0 || n <= buffer->size / width;
}

static bool
read_part (Batch * batch, ArrowColumn * column, Part part)
{
  uint64_t n = column->length, bytes_of_bits = n / 8 + (n % 8 != 0);
  ArrowBuffer buffer;
  bool fits = true;

  if (!take_buffer (batch, column, &buffer))
    return false;
  switch (part) {
    case VALIDITY:
      fits = column->n_nulls == 0 || holds (&buffer, bytes_of_bits, 1);
      column->validity = buffer;
      break;
    case BITS:
      fits = holds (&buffer, bytes_of_bits, 1);
      column->values = buffer;
      break;
    case VALUES:
      fits = holds (&buffer, n, column->width);
      column->values = buffer;
      break;
    case OFFSETS_32:
      fits = n == 0 || holds (&buffer, n + 1, 4);
      column->offsets = buffer;
      break;
    case OFFSETS_64:
      fits = n == 0 || holds (&buffer, n + 1, 8);
      column->offsets = buffer;
      break;
    case VIEWS:
      fits = holds (&buffer, n, 16);
      column->values = buffer;
      break;
    case BYTES:
      column->values = buffer;
      break;
    default:
      break;
  }
  return fits || refuse (batch, column,
      "a buffer that is too small for the values");
}

/* The buffers that views point to: their places are left in the message. */
static bool
read_variadic (Batch * batch, ArrowColumn * column)
{
  ArrowBuffer ignored;

  if (batch->next_variadic == batch->variadic.n)
    return refuse (batch, column, "the record batch has too few counts");
  uint64_t n = arrow_load_u64 (batch->flat->data + batch->variadic.first
      + 8 * batch->next_variadic++);
  if (n > batch->buffers.n - batch->next_buffer)
    return refuse (batch, column, "the record batch has too few buffers");
  column->views = batch->flat->data + batch->buffers.first
      + 16 * batch->next_buffer;
  column->n_views = (size_t) n;
  for (size_t i = 0; i < n; i++)
    if (!take_buffer (batch, column, &ignored))
      return false;
  return true;
}

static bool
read_buffers (Batch * batch, ArrowColumn * column)
{
  const uint8_t *layout = layouts[column->type];
  bool is_dense = column->type == ARROW_TYPE_UNION && column->width == 1;

  column->body = NULL;
  for (size_t i = 0; i < MAX_PARTS && layout[i] != NOTHING; i++)
    if (!read_part (batch, column, (Part) layout[i]))
      return false;
  if (is_dense && !read_part (batch, column, OPAQUE))
    return false;
  return !is_view (column) || read_variadic (batch, column);
}

/* --- the message --- */

/* length, nodes, buffers, compression, variadicBufferCounts */
static bool
read_header (Batch * batch, const FlatbufferTable * header, uint64_t * length)
{
  FlatbufferReader *flat = batch->flat;

  if (flatbuffer_has (flat, header, 3))
    return flatbuffer_refuse (flat, header->at,
        "a record batch that Arrow has compressed");
  return flatbuffer_read_uint (flat, header, 0, 8, 0, length)
      && flatbuffer_read_vector (flat, header, 1, 16, &batch->nodes)
      && flatbuffer_read_vector (flat, header, 2, 16, &batch->buffers)
      && flatbuffer_read_vector (flat, header, 4, 8, &batch->variadic);
}

bool
arrow_read_batch (ArrowTable * table, ArrowMessageView * message)
{
  Batch batch = {
    .flat = &message->flatbuffer,
    .body_size = message->body_size,
    .body_left = message->body_size
  };
  uint64_t length;

  if (message->type != MESSAGE_RECORD_BATCH)
    return arrow_refuse (batch.flat->error, batch.flat->origin,
        "an Arrow stream without a record batch");
  if (!read_header (&batch, &message->header, &length))
    return false;
  for (size_t i = 0; i < table->n_all; i++)
    if (!read_node (&batch, &table->columns[i])
        || !read_buffers (&batch, &table->columns[i]))
      return false;
  for (size_t i = 0; i < table->n_all; i++)
    if (!check_children (&batch, &table->columns[i]))
      return false;
  for (size_t i = 0; i < table->n_all; i += table->columns[i].n_all)
    if (table->columns[i].length != length)
      return refuse (&batch, &table->columns[i],
          "has another length than the record batch");
  if (length > SIZE_MAX)
    return flatbuffer_refuse (batch.flat, message->header.at,
        "a record batch of an impossible length");
  table->n_rows = (size_t) length;
  return true;
}

/* --- the body --- */

/* Offsets that never go back, the last of them no more than @limit. */
static bool
check_offsets (const uint8_t * offsets, size_t n, size_t width, uint64_t limit)
{
  uint64_t before = 0;

  for (size_t i = 0; n > 0 && i <= n; i++, offsets += width) {
    uint64_t offset = width == 4 ? arrow_load_u32 (offsets)
        : arrow_load_u64 (offsets);
    if (offset < before || offset > limit)
      return false;
    before = offset;
  }
  return true;
}

/* Views of up to 12 bytes hold them; others have a buffer and an offset. */
static bool
check_views (const ArrowColumn * column, const uint8_t * views)
{
  for (size_t i = 0; i < column->length; i++, views += 16) {
    uint32_t size = arrow_load_u32 (views);
    uint32_t buffer = arrow_load_u32 (views + 8);
    uint32_t offset = arrow_load_u32 (views + 12);

    if (size <= 12 || !arrow_is_valid (column, i))
      continue;
    if (buffer >= column->n_views)
      return false;
    uint64_t room = arrow_load_u64 (column->views + 16 * (size_t) buffer + 8);
    if (offset > room || size > room - offset)
      return false;
  }
  return true;
}

static bool
check_column (const ArrowColumn * column)
{
  const uint8_t *offsets = column->body + column->offsets.offset;

  switch (column->type) {
    case ARROW_TYPE_BINARY:
    case ARROW_TYPE_UTF8:
      return check_offsets (offsets, column->length, 4, column->values.size);
    case ARROW_TYPE_LARGE_BINARY:
    case ARROW_TYPE_LARGE_UTF8:
      return check_offsets (offsets, column->length, 8, column->values.size);
    case ARROW_TYPE_LIST:
    case ARROW_TYPE_MAP:
      return check_offsets (offsets, column->length, 4,
          arrow_child (column, 0)->length);
    case ARROW_TYPE_LARGE_LIST:
      return check_offsets (offsets, column->length, 8,
          arrow_child (column, 0)->length);
    case ARROW_TYPE_BINARY_VIEW:
    case ARROW_TYPE_UTF8_VIEW:
      return check_views (column, column->body + column->values.offset);
    default:
      return true;
  }
}

bool
arrow_read_body (ArrowTable * table, const uint8_t * body, uint64_t origin,
    ArrowReadError * error)
{
  for (size_t i = 0; i < table->n_all; i++) {
    ArrowColumn *column = &table->columns[i];
    column->body = body;
    if (!check_column (column))
      return arrow_refuse (error, origin + column->offsets.offset,
          "column %.*s: offsets out of what they point to",
          ARROW_PRINT (column->name));
  }
  return true;
}
