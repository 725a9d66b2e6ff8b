/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The messages of a stream, one by one. For a table whose body is in memory
 * arrow_table_read() does it all; a manifest is read from its file in parts.
 */
#pragma once

#include "arrow/read-flatbuffer.h"
#include "message.h"

#define ARROW_PREFIX_SIZE 8

/* A message without its body. */
typedef struct
{
  int type;                     /* MESSAGE_*; 0: the end of the stream */
  size_t head_size;             /* prefix and flatbuffer */
  uint64_t body_size;           /* what follows them */
  FlatbufferReader flatbuffer;
  FlatbufferTable header;
} ArrowMessageView;

/* The size of the head of the message whose first ARROW_PREFIX_SIZE bytes are in
 * @data: a multiple of 8, ARROW_PREFIX_SIZE for the end of the stream. */
bool arrow_read_prefix (const uint8_t * data, uint64_t origin,
    size_t *head_size, ArrowReadError * error);

/* Reads the head at @data, of @size bytes or less; @origin is its place for
 * errors. The flatbuffer keeps @error. */
bool arrow_read_message (const uint8_t * data, size_t size, uint64_t origin,
    ArrowMessageView * message, ArrowReadError * error);

/* Fills in the columns of @table, replacing what it has. */
bool arrow_read_schema (ArrowTable * table, ArrowMessageView * message);

/* Fills in the lengths and buffers of the columns of a schema. All buffers are
 * inside of the body and large enough for the lengths; what is in them is not
 * looked at. */
bool arrow_read_batch (ArrowTable * table, ArrowMessageView * message);

/* Gives the columns their body, after a look at all offsets in it; @origin is its
 * place for errors. */
bool arrow_read_body (ArrowTable * table, const uint8_t * body,
    uint64_t origin, ArrowReadError * error);
