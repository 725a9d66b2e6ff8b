/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Protobuf messages, field by field. */
#include "read-protobuf.h"

enum
{
  WIRE_VARINT = 0,
  WIRE_FIXED64 = 1,
  WIRE_BYTES = 2,
  WIRE_FIXED32 = 5
};

/* Returns its bytes; 0: damaged. */
static size_t
read_varint (const uint8_t * data, size_t available, uint64_t * value)
{
  *value = 0;
  for (size_t i = 0; i < available && i < 10; i++) {
    *value |= (uint64_t) (data[i] & 127) << 7 * i;
    if (data[i] < 128)
      return i + 1;
  }
  return 0;
}

size_t
protobuf_read_head (const uint8_t * data, size_t available, uint64_t * number,
    uint64_t * value, uint64_t * size)
{
  uint64_t key;
  size_t head = read_varint (data, available, &key), more = 0;

  *value = *size = 0;
  *number = key >> 3;
  if (head == 0 || *number == 0)
    return 0;
  data += head;
  available -= head;
  switch (key & 7) {
    case WIRE_VARINT:
      more = read_varint (data, available, value);
      break;
    case WIRE_BYTES:
      more = read_varint (data, available, size);
      break;
    case WIRE_FIXED64:
      more = available < 8 ? 0 : 8;
      *value = more ? arrow_load_u64 (data) : 0;
      break;
    case WIRE_FIXED32:
      more = available < 4 ? 0 : 4;
      *value = more ? arrow_load_u32 (data) : 0;
      break;
  }
  return more ? head + more : 0;
}

ProtobufReader
protobuf_reader (ArrowSpan message, uint64_t origin, ArrowReadError * error)
{
  ProtobufReader reader = {
    message.data, message.size, 0, origin, error, false
  };

  return reader;
}

bool
protobuf_read (ProtobufReader * reader, ProtobufField * field)
{
  uint64_t size;
  size_t left = reader->size - reader->at, head;

  if (left == 0)
    return false;
  head = protobuf_read_head (reader->data + reader->at, left, &field->number,
      &field->value, &size);
  if (head == 0 || size > left - head) {
    reader->failed = true;
    return arrow_refuse (reader->error, reader->origin + reader->at,
        "a damaged protobuf message");
  }
  field->bytes =
      (ArrowSpan) { reader->data + reader->at + head, (size_t) size };
  reader->at += head + (size_t) size;
  return true;
}
