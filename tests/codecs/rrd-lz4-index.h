/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recordings whose index is compressed, as Rerun's SDK writes them since 0.31 and
 * we do not. Plain C. */
#pragma once

#include <lz4.h>
#include <xxhash.h>

#include "rrd-sample.h"
#include "rrd/protobuf.h"
#include "rrd/read-protobuf.h"

/* A stream footer after an RrdFooter that begins at @payload. */
static inline void
append_stream_footer (ArrowBytes * file, size_t payload)
{
  size_t size = file->size - payload;
  uint8_t *to = arrow_bytes_extend (file, 32);

  sample_check (to != NULL);
  arrow_store_u64 (to, payload);
  arrow_store_u64 (to + 8, size);
  arrow_store_u32 (to + 16, XXH32 (file->data + payload, size, 7850921));
  memcpy (to + 20, "RRF2FOOT\1\0\0\0", 12);
}

/* Field @number of a message, which has it. */
static inline ArrowSpan
message_field (ArrowSpan message, uint64_t number)
{
  ProtobufReader reader = protobuf_reader (message, 0, NULL);
  ProtobufField field = { 0 };

  while (protobuf_read (&reader, &field) && field.number != number);
  sample_check (field.number == number);
  return field.bytes;
}

/* The same file with its index compressed; @announced: what its size is said to
 * be, 0 = what it is. */
static inline ArrowBytes
compress_index (const ArrowBytes * file, uint64_t announced)
{
  size_t payload = (size_t) arrow_load_u64 (file->data + file->size - 32);
  const ArrowSpan footer = {
    file->data + payload, file->size - 32 - payload
  };
  const ArrowSpan old = message_field (footer, 1);
  const ArrowSpan stream = message_field (message_field (old, 4), 2);
  const ArrowSpan store = message_field (old, 1);
  ArrowBytes data = { 0 }, manifest = { 0 }, message = { 0 }, all = { 0 };
  int room = LZ4_compressBound ((int) stream.size);
  char *lz4 = malloc ((size_t) room);
  sample_check (lz4 != NULL);
  int size = LZ4_compress_default ((const char *) stream.data, lz4,
      (int) stream.size, room);

  protobuf_uint (&data, 1, 1);
  protobuf_bytes (&data, 2, lz4, (size_t) size);
  protobuf_uint (&data, 3, RRD_COMPRESSION_LZ4);
  protobuf_uint (&data, 4, announced ? announced : stream.size);
  protobuf_bytes (&manifest, 1, store.data, store.size);
  protobuf_bytes (&manifest, 4, data.data, data.size);
  protobuf_bytes (&message, 1, manifest.data, manifest.size);
  arrow_bytes_append (&all, file->data, payload - 8);
  arrow_store_u64 (arrow_bytes_extend (&all, 8), message.size);
  arrow_bytes_append (&all, message.data, message.size);
  append_stream_footer (&all, payload);
  arrow_bytes_clear (&data);
  arrow_bytes_clear (&manifest);
  arrow_bytes_clear (&message);
  free (lz4);
  return all;
}
