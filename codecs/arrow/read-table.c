/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole stream, read. */
#include <stdlib.h>

#include "read-error.h"
#include "read-message.h"

typedef struct
{
  const uint8_t *data;
  size_t size;
  size_t at;
  ArrowReadError *error;
  ArrowMessageView message;
} Stream;

/* The end may be said or not. */
static bool
next_message (Stream * stream)
{
  ArrowMessageView *message = &stream->message;
  size_t left = stream->size - stream->at;

  if (left == 0) {
    *message = (ArrowMessageView) {
      .flatbuffer = {.origin = stream->at,.error = stream->error }
    };
    return true;
  }
  if (!arrow_read_message (stream->data + stream->at, left, stream->at,
          message, stream->error))
    return false;
  if (message->body_size > left - message->head_size)
    return arrow_refuse (stream->error, stream->at,
        "an Arrow message is cut off: its body has %llu bytes, %zu are there",
        (unsigned long long) message->body_size, left - message->head_size);
  stream->at += message->head_size + (size_t) message->body_size;
  return true;
}

static bool
read_table (ArrowTable * table, Stream * stream)
{
  ArrowMessageView *message = &stream->message;

  if (!next_message (stream) || !arrow_read_schema (table, message))
    return false;
  do {
    if (!next_message (stream))
      return false;
  } while (message->type == MESSAGE_DICTIONARY_BATCH);
  if (!arrow_read_batch (table, message))
    return false;
  uint64_t body = stream->at - message->body_size;
  if (!arrow_read_body (table, stream->data + body, body, stream->error)
      || !next_message (stream))
    return false;
  if (message->type != 0)
    return arrow_refuse (stream->error, message->flatbuffer.origin,
        "an Arrow stream of several record batches");
  return true;
}

bool
arrow_table_read (ArrowTable * table, const void *data, size_t size,
    ArrowReadError * error)
{
  Stream stream = {.data = data,.size = size,.error = error };
  bool ok = read_table (table, &stream);

  if (!ok)
    table->n_rows = table->n_columns = table->n_all = 0;
  return ok;
}

void
arrow_table_clear (ArrowTable * table)
{
  free (table->columns);
  *table = (ArrowTable) { 0 };
}
