/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader of protobuf messages (https://protobuf.dev/programming-guides/encoding). */
#pragma once

#include "arrow/read-error.h"

typedef struct
{
  uint64_t number;
  uint64_t value;               /* of a number */
  ArrowSpan bytes;              /* of a message, a text or bytes */
} ProtobufField;

typedef struct
{
  const uint8_t *data;
  size_t size;
  size_t at;
  uint64_t origin;              /* of the first byte, for errors */
  ArrowReadError *error;
  bool failed;
} ProtobufReader;

ProtobufReader protobuf_reader (ArrowSpan message, uint64_t origin,
    ArrowReadError * error);

/* False: there is no field left, or it is damaged (reader->failed). */
bool protobuf_read (ProtobufReader * reader, ProtobufField * field);

/* The same for what is not in memory. Reads what comes before a field's bytes at
 * @data, at most PROTOBUF_HEAD_MAX bytes, and returns how many those are; 0:
 * damaged. @size is how many bytes follow that belong to the field. */
#define PROTOBUF_HEAD_MAX 20
size_t protobuf_read_head (const uint8_t * data, size_t available,
    uint64_t * number, uint64_t * value, uint64_t * size);
