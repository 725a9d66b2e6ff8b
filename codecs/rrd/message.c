/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages, framed for a file and for gRPC. Source: crates/store/re_protos/
 * proto/rerun/v1alpha1/{log_msg,common,sdk_comms}.proto and crates/store/
 * re_log_encoding/src/rrd/frames.rs.
 */
#include "message.h"

#include <lz4.h>
#include <stdlib.h>
#include <string.h>

#include "protobuf.h"
#include "schema.h"

/* Rerun 0.31.4, as the stream's version and as the store's. */
static const uint8_t version[] = { 0, 31, 4, 0 };

#define VERSION_BITS (31 << 8 | 4 << 16)

struct _RrdStore
{
  ArrowBytes id;                /* a StoreId */
  ArrowBytes info;              /* a SetStoreInfo */
};

static void
append_tuid (ArrowBytes * bytes, unsigned field, const RrdTuid * id)
{
  enum
  { TIME_NS = 1, INC = 2, SIZE = 18 };

  protobuf_bytes_head (bytes, field, SIZE);
  protobuf_fixed64 (bytes, TIME_NS, id->time_ns);
  protobuf_fixed64 (bytes, INC, id->inc);
}

/* --- the store --- */

static void
append_store_id (ArrowBytes * bytes, const char *application_id,
    const char *recording_id)
{
  enum
  { KIND = 1, RECORDING_ID = 2, APPLICATION_ID = 3, APPLICATION_ID_ID = 1 };
  enum
  { RECORDING = 1 };
  ArrowBytes application = { 0 };

  protobuf_uint (bytes, KIND, RECORDING);
  protobuf_bytes (bytes, RECORDING_ID, recording_id, strlen (recording_id));
  protobuf_bytes (&application, APPLICATION_ID_ID, application_id,
      strlen (application_id));
  protobuf_bytes (bytes, APPLICATION_ID, application.data, application.size);
  bytes->failed |= application.failed;
  arrow_bytes_clear (&application);
}

static void
append_set_store_info (ArrowBytes * bytes, const ArrowBytes * store_id,
    const RrdTuid * id)
{
  enum
  { ROW_ID = 1, INFO = 2 };
  enum
  { STORE_ID = 2, STORE_SOURCE = 5, STORE_VERSION = 6 };
  enum
  { KIND = 1, C_SDK = 1, CRATE_VERSION_BITS = 1 };
  ArrowBytes info = { 0 }, part = { 0 };

  protobuf_bytes (&info, STORE_ID, store_id->data, store_id->size);
  protobuf_uint (&part, KIND, C_SDK);
  protobuf_bytes (&info, STORE_SOURCE, part.data, part.size);
  part.size = 0;
  protobuf_uint (&part, CRATE_VERSION_BITS, VERSION_BITS);
  protobuf_bytes (&info, STORE_VERSION, part.data, part.size);
  append_tuid (bytes, ROW_ID, id);
  protobuf_bytes (bytes, INFO, info.data, info.size);
  bytes->failed |= info.failed || part.failed || store_id->failed;
  arrow_bytes_clear (&info);
  arrow_bytes_clear (&part);
}

RrdStore *
rrd_store_new (const char *application_id, const char *recording_id,
    const RrdTuid * id)
{
  RrdStore *store = calloc (1, sizeof *store);

  if (!store)
    return NULL;
  append_store_id (&store->id, application_id, recording_id);
  append_set_store_info (&store->info, &store->id, id);
  if (store->info.failed) {
    rrd_store_free (store);
    store = NULL;
  }
  return store;
}

void
rrd_store_free (RrdStore * store)
{
  if (!store)
    return;
  arrow_bytes_clear (&store->id);
  arrow_bytes_clear (&store->info);
  free (store);
}

void
rrd_append_store_id (ArrowBytes * bytes, unsigned field, const RrdStore * store)
{
  protobuf_bytes (bytes, field, store->id.data, store->id.size);
}

/* --- framing --- */

/* No frame is larger. */
#define FRAME_MAX 64

/* What messages of the two kinds are called in a file and in a LogMsg. */
typedef struct
{
  uint64_t file_kind;
  unsigned log_msg_field;
} Kind;

static const Kind set_store_info = { 1, 1 };
static const Kind arrow_msg = { 2, 2 };

void
rrd_file_message_header (uint64_t kind, uint64_t size,
    uint8_t header[RRD_MESSAGE_HEADER_SIZE])
{
  arrow_store_u64 (header, kind);
  arrow_store_u64 (header + 8, size);
}

static void
frame_for_file (ArrowBytes * frame, const Kind * kind, size_t size)
{
  uint8_t *header = arrow_bytes_extend (frame, RRD_MESSAGE_HEADER_SIZE);

  if (header)
    rrd_file_message_header (kind->file_kind, size, header);
}

/* A gRPC length-prefixed message that holds a WriteMessagesRequest. */
static void
frame_for_grpc (ArrowBytes * frame, const Kind * kind, size_t size)
{
  enum
  { PREFIX_SIZE = 5, LOG_MSG = 1 };
  uint8_t memory[FRAME_MAX];
  ArrowBytes log_msg = { memory, 0, sizeof memory, false };

  protobuf_bytes_head (&log_msg, kind->log_msg_field, size);
  arrow_bytes_extend (frame, PREFIX_SIZE);
  protobuf_bytes_head (frame, LOG_MSG, log_msg.size + size);
  arrow_bytes_append (frame, log_msg.data, log_msg.size);

  size_t request_size = frame->size - PREFIX_SIZE + size;
  frame->data[0] = 0;           /* not compressed */
  for (int i = 0; i < 4; i++)
    frame->data[1 + i] = (uint8_t) (request_size >> (24 - 8 * i));
}

typedef void (*FrameFor) (ArrowBytes * frame, const Kind * kind, size_t size);

/* Puts the frame of @message and @rest_size bytes more before @message. */
static bool
prepend_frame (ArrowBytes * message, FrameFor frame_for, const Kind * kind,
    size_t rest_size)
{
  uint8_t memory[FRAME_MAX];
  ArrowBytes frame = { memory, 0, sizeof memory, false };
  size_t size = message->size;

  frame_for (&frame, kind, size + rest_size);
  if (!arrow_bytes_extend (message, frame.size))
    return false;
  memmove (message->data + frame.size, message->data, size);
  memcpy (message->data, frame.data, frame.size);
  return true;
}

static void
restart (ArrowBytes * message)
{
  message->size = 0;
  message->failed = false;
}

void
rrd_stream_header (RrdCompression compression,
    uint8_t header[RRD_STREAM_HEADER_SIZE])
{
  enum
  { SERIALIZER_PROTOBUF = 2 };

  memcpy (header, "RRF2", 4);
  memcpy (header + 4, version, sizeof version);
  header[8] = compression == RRD_COMPRESSION_LZ4;
  header[9] = SERIALIZER_PROTOBUF;
  header[10] = header[11] = 0;
}

static bool
store_info (const RrdStore * store, FrameFor frame_for, ArrowBytes * message)
{
  restart (message);
  arrow_bytes_append (message, store->info.data, store->info.size);
  return prepend_frame (message, frame_for, &set_store_info, 0);
}

bool
rrd_file_store_info (const RrdStore * store, ArrowBytes * message)
{
  return store_info (store, frame_for_file, message);
}

bool
rrd_grpc_store_info (const RrdStore * store, ArrowBytes * message)
{
  return store_info (store, frame_for_grpc, message);
}

/* --- chunks --- */

/* An ArrowMsg up to its payload, which comes last. */
static bool
arrow_msg_head (const RrdStore * store, const RrdChunk * chunk,
    RrdCompression compression, size_t payload_size, FrameFor frame_for,
    ArrowBytes * head)
{
  enum
  { STORE_ID = 1, COMPRESSION = 2, UNCOMPRESSED_SIZE = 3, ENCODING = 4,
    PAYLOAD = 5, CHUNK_ID = 6, IS_STATIC = 7
  };
  enum
  { ARROW_IPC = 1 };

  restart (head);
  rrd_append_store_id (head, STORE_ID, store);
  protobuf_uint (head, COMPRESSION, compression);
  protobuf_uint (head, UNCOMPRESSED_SIZE, chunk->size);
  protobuf_uint (head, ENCODING, ARROW_IPC);
  append_tuid (head, CHUNK_ID, &chunk->id);
  protobuf_uint (head, IS_STATIC, chunk->schema->n_timelines == 0);
  protobuf_bytes_head (head, PAYLOAD, payload_size);
  return prepend_frame (head, frame_for, &arrow_msg, payload_size);
}

bool
rrd_file_head (const RrdStore * store, const RrdChunk * chunk,
    ArrowBytes * head)
{
  return arrow_msg_head (store, chunk, RRD_COMPRESSION_NONE, chunk->size,
      frame_for_file, head);
}

bool
rrd_grpc_head (const RrdStore * store, const RrdChunk * chunk,
    ArrowBytes * head)
{
  return arrow_msg_head (store, chunk, RRD_COMPRESSION_NONE, chunk->size,
      frame_for_grpc, head);
}

/* RVL has little left to compress: a third of LZ4's default time a frame, for
 * files that are a twentieth larger. */
#define LZ4_ACCELERATION 8

/* Copies all of @chunk, and makes room for it compressed after. */
static bool
gather (const RrdChunk * chunk, ArrowBytes * scratch)
{
  restart (scratch);
  arrow_bytes_extend (scratch, chunk->size
      + (size_t) LZ4_compressBound ((int) chunk->size));
  scratch->size = 0;
  for (size_t i = 0; i < chunk->n_spans; i++)
    arrow_bytes_append (scratch, chunk->spans[i].data, chunk->spans[i].size);
  return !scratch->failed;
}

RrdResult
rrd_file_lz4 (const RrdStore * store, const RrdChunk * chunk,
    ArrowBytes * scratch, ArrowBytes * head, RrdSpan * payload)
{
  if (chunk->size > LZ4_MAX_INPUT_SIZE)
    return RRD_TOO_LARGE;
  if (!gather (chunk, scratch))
    return RRD_NO_MEMORY;

  char *compressed = (char *) scratch->data + chunk->size;
  int size = LZ4_compress_fast ((char *) scratch->data, compressed,
      (int) chunk->size, LZ4_compressBound ((int) chunk->size),
      LZ4_ACCELERATION);
  payload->data = compressed;
  payload->size = (size_t) size;
  return arrow_msg_head (store, chunk, RRD_COMPRESSION_LZ4, payload->size,
      frame_for_file, head) ? RRD_OK : RRD_NO_MEMORY;
}
