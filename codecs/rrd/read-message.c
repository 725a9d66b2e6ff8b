/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages, read. Source: crates/store/re_protos/proto/rerun/v1alpha1/
 * {log_msg,common}.proto.
 */
#include "read-message.h"

#include <lz4.h>

/* No LZ4 block holds more than this many bytes a byte: a match's length grows by
 * 255 with each byte of it. */
#define LZ4_RATIO_MAX 255

static uint64_t
place (const ProtobufReader * reader, const ProtobufField * field)
{
  return reader->origin + (uint64_t) (field->bytes.data - reader->data);
}

/* --- ids --- */

static uint64_t
load_big_endian (const uint8_t * from)
{
  uint64_t value = 0;

  for (int i = 0; i < 8; i++)
    value = value << 8 | from[i];
  return value;
}

RrdTuid
rrd_load_tuid (const uint8_t * from)
{
  RrdTuid id = { load_big_endian (from), load_big_endian (from + 8) };

  return id;
}

/* --- stores --- */

bool
rrd_store_id_equal (const RrdStoreId * a, const RrdStoreId * b)
{
  return a->kind == b->kind
      && arrow_span_equal (a->application_id, b->application_id)
      && arrow_span_equal (a->recording_id, b->recording_id);
}

static bool
read_text (const ProtobufReader * reader, const ProtobufField * field,
    ArrowSpan * text)
{
  *text = field->bytes;
  return arrow_utf8_size (text->data, text->size) == text->size
      || arrow_refuse (reader->error, place (reader, field),
      "the name of a recording is not UTF-8");
}

static bool
read_application_id (ArrowSpan bytes, uint64_t origin, ArrowSpan * id,
    RrdReadError * error)
{
  enum
  { ID = 1 };
  ProtobufReader reader = protobuf_reader (bytes, origin, error);
  ProtobufField field;

  while (protobuf_read (&reader, &field))
    if (field.number == ID && !read_text (&reader, &field, id))
      return false;
  return !reader.failed;
}

bool
rrd_read_store_id (ArrowSpan bytes, uint64_t origin, RrdStoreId * id,
    RrdReadError * error)
{
  enum
  { KIND = 1, RECORDING_ID = 2, APPLICATION_ID = 3 };
  ProtobufReader reader = protobuf_reader (bytes, origin, error);
  ProtobufField field;

  *id = (RrdStoreId) {
    RRD_STORE_UNKNOWN, {
    bytes.data, 0}, {
  bytes.data, 0}};
  while (protobuf_read (&reader, &field)) {
    if (field.number == KIND)
      id->kind = field.value <= RRD_STORE_BLUEPRINT
          ? (RrdStoreKind) field.value : RRD_STORE_UNKNOWN;
    else if (field.number == RECORDING_ID
        && !read_text (&reader, &field, &id->recording_id))
      return false;
    else if (field.number == APPLICATION_ID
        && !read_application_id (field.bytes, place (&reader, &field),
            &id->application_id, error))
      return false;
  }
  return !reader.failed;
}

static bool
read_info (ArrowSpan bytes, uint64_t origin, RrdStoreId * id,
    RrdReadError * error)
{
  enum
  { STORE_ID = 2 };
  ProtobufReader reader = protobuf_reader (bytes, origin, error);
  ProtobufField field;
  bool found = false;

  while (protobuf_read (&reader, &field)) {
    if (field.number != STORE_ID)
      continue;
    if (!rrd_read_store_id (field.bytes, place (&reader, &field), id, error))
      return false;
    found = true;
  }
  return !reader.failed && (found
      || arrow_refuse (error, origin, "a recording without a name"));
}

bool
rrd_read_store_info (ArrowSpan bytes, uint64_t origin, RrdStoreId * id,
    RrdReadError * error)
{
  enum
  { INFO = 2 };
  ProtobufReader reader = protobuf_reader (bytes, origin, error);
  ProtobufField field;
  bool found = false;

  while (protobuf_read (&reader, &field)) {
    if (field.number != INFO)
      continue;
    if (!read_info (field.bytes, place (&reader, &field), id, error))
      return false;
    found = true;
  }
  return !reader.failed && (found
      || arrow_refuse (error, origin, "a recording without a name"));
}

/* --- compression --- */

bool
rrd_check_compression (uint64_t compression, uint64_t size, ArrowSpan payload,
    uint64_t origin, RrdCompression * known, size_t *known_size,
    RrdReadError * error)
{
  /* Not said: none. */
  if (compression == 0 || compression == RRD_COMPRESSION_NONE) {
    *known = RRD_COMPRESSION_NONE;
    *known_size = payload.size;
    return true;
  }
  if (compression != RRD_COMPRESSION_LZ4)
    return arrow_refuse (error, origin,
        "compression %llu, which is neither none (1) nor LZ4 (2)",
        (unsigned long long) compression);
  if (payload.size > INT32_MAX || size > INT32_MAX
      || size > (uint64_t) payload.size * LZ4_RATIO_MAX)
    return arrow_refuse (error, origin,
        "%zu bytes of LZ4 that claim to hold %llu", payload.size,
        (unsigned long long) size);
  *known = RRD_COMPRESSION_LZ4;
  *known_size = (size_t) size;
  return true;
}

bool
rrd_decompress (ArrowSpan payload, void *to, size_t size, RrdReadError * error)
{
  int n = LZ4_decompress_safe ((const char *) payload.data, to,
      (int) payload.size, (int) size);

  if (n < 0)
    return arrow_refuse (error, 0, "damaged LZ4");
  if ((size_t) n != size)
    return arrow_refuse (error, 0,
        "LZ4 that holds %d bytes where %zu were announced", n, size);
  return true;
}

/* --- chunks --- */

bool
rrd_read_arrow_msg (ArrowSpan bytes, uint64_t origin,
    RrdChunkMessage * message, RrdReadError * error)
{
  enum
  { STORE_ID = 1, COMPRESSION = 2, UNCOMPRESSED_SIZE = 3, ENCODING = 4,
    PAYLOAD = 5
  };
  enum
  { ARROW_IPC = 1 };
  ProtobufReader reader = protobuf_reader (bytes, origin, error);
  ProtobufField field;
  uint64_t compression = 0, size = 0, encoding = 0;
  bool has_store = false;

  *message = (RrdChunkMessage) {
    .payload = { bytes.data, 0 }
  };
  while (protobuf_read (&reader, &field)) {
    if (field.number == STORE_ID) {
      if (!rrd_read_store_id (field.bytes, place (&reader, &field),
              &message->store, error))
        return false;
      has_store = true;
    } else if (field.number == COMPRESSION)
      compression = field.value;
    else if (field.number == UNCOMPRESSED_SIZE)
      size = field.value;
    else if (field.number == ENCODING)
      encoding = field.value;
    else if (field.number == PAYLOAD)
      message->payload = field.bytes;
  }
  if (reader.failed)
    return false;
  if (!has_store)
    return arrow_refuse (error, origin, "a chunk that belongs to no recording");
  if (encoding != ARROW_IPC)
    return arrow_refuse (error, origin,
        "a chunk of encoding %llu, which is not Arrow IPC (1)",
        (unsigned long long) encoding);
  return rrd_check_compression (compression, size, message->payload, origin,
      &message->compression, &message->size, error);
}

bool
rrd_chunk_message_read (RrdChunkMessage * message, const void *data,
    size_t size, RrdReadError * error)
{
  return rrd_read_arrow_msg ((ArrowSpan) {
      data, size}
      , 0, message, error);
}

bool
rrd_chunk_message_decompress (const RrdChunkMessage * message, void *arrow,
    RrdReadError * error)
{
  return rrd_decompress (message->payload, arrow, message->size, error);
}
