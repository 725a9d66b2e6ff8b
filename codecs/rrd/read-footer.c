/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a file, read: a stream footer says where the RrdFooter is, whose
 * manifests become indexes. Source: crates/store/re_log_encoding/src/rrd/
 * {frames,footer_reader}.rs.
 */
#include <stdlib.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "message.h"
#include "read-index.h"
#include "read-message.h"

#define CHECKSUM_SEED 7850921
#define STREAM_FOOTER_SIZE 32
#define STORE_ID_SIZE_MAX (64 * 1024)
#define PIECE_SIZE (64 * 1024)

struct _RrdFooter
{
  RrdIndex **indexes;
  size_t n_indexes;
};

/* A message that is not in memory, or a part of it, and where its chunks end. */
typedef struct
{
  RrdSource source;
  uint64_t end;
  RrdReadError *error;
} Part;

/* --- protobuf in a file --- */

/* The field at *at, and *at to the one after it. Its bytes are @part. False:
 * none is left, or *failed. */
static bool
next_field (const Part * message, uint64_t * at, uint64_t * number,
    uint64_t * value, Part * part, bool *failed)
{
  uint8_t head[PROTOBUF_HEAD_MAX];
  uint64_t left = message->source.size - *at, size;
  size_t n = left < sizeof head ? (size_t) left : sizeof head, head_size;

  if (n == 0)
    return false;
  *failed = true;
  if (!rrd_source_read (&message->source, *at, head, n, message->error))
    return false;
  head_size = protobuf_read_head (head, n, number, value, &size);
  if (head_size == 0 || size > left - head_size)
    return arrow_refuse (message->error, message->source.start + *at,
        "the index of the recording is damaged");
  *part = *message;
  part->source.start += *at + head_size;
  part->source.size = size;
  *at += head_size + size;
  *failed = false;
  return true;
}

/* The bytes of a part, to be freed; NULL: no memory, or too many. */
static uint8_t *
load (const Part * part, uint64_t most)
{
  uint64_t size = part->source.size;
  uint8_t *bytes = NULL;

  if (size <= most)
    bytes = malloc (size ? (size_t) size : 1);
  if (!bytes) {
    arrow_refuse (part->error, part->source.start,
        "a part of the index has %llu bytes, too many",
        (unsigned long long) size);
  } else if (!rrd_source_read (&part->source, 0, bytes, (size_t) size,
          part->error)) {
    free (bytes);
    bytes = NULL;
  }
  return bytes;
}

/* --- manifests --- */

/* Replaces a compressed stream by what it holds, in memory. */
static bool
decompress (Part * stream, uint64_t compression, uint64_t size)
{
  RrdSource *source = &stream->source;
  ArrowSpan payload = { NULL, (size_t) source->size };
  RrdCompression known;
  size_t known_size;

  if (source->size > SIZE_MAX
      || !rrd_check_compression (compression, size, payload, source->start,
          &known, &known_size, stream->error))
    return false;
  if (known == RRD_COMPRESSION_NONE)
    return true;
  uint8_t *memory = NULL, *compressed = NULL;
  if (known_size > RRD_INDEX_SIZE_MAX)
    return arrow_refuse (stream->error, source->start,
        "the index has %zu bytes " "uncompressed, more than %d", known_size,
        RRD_INDEX_SIZE_MAX);
  compressed = load (stream, RRD_INDEX_SIZE_MAX);
  if (!compressed)
    return false;
  memory = malloc (known_size ? known_size : 1);
  payload.data = compressed;
  bool ok = memory ? rrd_decompress (payload, memory, known_size,
      stream->error) : arrow_refuse (stream->error, 0, "out of memory");
  free (compressed);
  if (!ok) {
    free (memory);
    return false;
  }
  source->memory = memory;
  source->size = known_size;
  return true;
}

/* A DataframePart. */
static bool
read_data (const Part * data, Part * stream)
{
  enum
  { PAYLOAD = 2, COMPRESSION = 3, UNCOMPRESSED_SIZE = 4 };
  uint64_t at = 0, number, value, compression = 0, size = 0;
  bool failed = false;
  Part part;

  *stream = *data;
  stream->source.size = 0;
  while (next_field (data, &at, &number, &value, &part, &failed)) {
    if (number == PAYLOAD)
      *stream = part;
    else if (number == COMPRESSION)
      compression = value;
    else if (number == UNCOMPRESSED_SIZE)
      size = value;
  }
  return !failed && decompress (stream, compression, size);
}

static RrdIndex *
read_manifest (const Part * manifest)
{
  enum
  { STORE_ID = 1, DATA = 4 };
  uint64_t at = 0, number, value;
  bool failed = false, has_store = false, has_data = false;
  Part part, store = *manifest, data = *manifest, stream;

  while (next_field (manifest, &at, &number, &value, &part, &failed)) {
    if (number == STORE_ID) {
      store = part;
      has_store = true;
    } else if (number == DATA) {
      data = part;
      has_data = true;
    }
  }
  if (failed)
    return NULL;
  if (!has_store || !has_data) {
    arrow_refuse (manifest->error, manifest->source.start,
        "the index belongs to no recording, or is empty");
    return NULL;
  }
  uint8_t *store_id = load (&store, STORE_ID_SIZE_MAX);
  if (!store_id)
    return NULL;
  if (!read_data (&data, &stream)) {
    free (store_id);
    return NULL;
  }
  return rrd_index_new ((ArrowSpan) {
      store_id, (size_t) store.source.size}, &stream.source, manifest->end,
      manifest->error);
}

static bool
add_index (RrdFooter * footer, RrdIndex * index, RrdReadError * error)
{
  RrdIndex **indexes = NULL;

  if (!index)
    return false;
  indexes = realloc (footer->indexes,
      (footer->n_indexes + 1) * sizeof *indexes);
  if (!indexes) {
    rrd_index_free (index);
    return arrow_refuse (error, 0, "out of memory");
  }
  footer->indexes = indexes;
  indexes[footer->n_indexes++] = index;
  return true;
}

/* An RrdFooter. */
static bool
read_manifests (RrdFooter * footer, const Part * message)
{
  enum
  { MANIFESTS = 1 };
  uint64_t at = 0, number, value;
  bool failed = false;
  Part part;

  while (next_field (message, &at, &number, &value, &part, &failed))
    if (number == MANIFESTS
        && !add_index (footer, read_manifest (&part), message->error))
      return false;
  return !failed;
}

/* --- the stream footer --- */

static bool
check_checksum (const Part * message, uint32_t expected)
{
  XXH32_state_t checksum;
  uint8_t *piece = malloc (PIECE_SIZE);
  uint64_t left = message->source.size;
  bool ok = piece || arrow_refuse (message->error, 0, "out of memory");

  XXH32_reset (&checksum, CHECKSUM_SEED);
  while (ok && left > 0) {
    size_t n = left < PIECE_SIZE ? (size_t) left : PIECE_SIZE;
    ok = rrd_source_read (&message->source, message->source.size - left, piece,
        n, message->error);
    if (ok)
      XXH32_update (&checksum, piece, n);
    left -= n;
  }
  free (piece);
  return ok && (XXH32_digest (&checksum) == expected
      || arrow_refuse (message->error, message->source.start,
          "the checksum of the index is wrong"));
}

/* Whether the RrdFooter is where it has to be: right before the stream footer.
 * It is not in a file of several streams. */
static bool
check_place (const Part * message, uint64_t file_size)
{
  uint64_t end = file_size - STREAM_FOOTER_SIZE;
  const RrdSource *source = &message->source;

  return (source->start >= RRD_STREAM_HEADER_SIZE + RRD_MESSAGE_HEADER_SIZE
      && source->start <= end && source->size == end - source->start)
      || arrow_refuse (message->error, end, "the index is not where the footer "
      "says: this may be several recordings one after the other");
}

RrdFooterResult
rrd_footer_read (uint64_t file_size, RrdReadAt read, void *user,
    RrdFooter ** footer, RrdReadError * error)
{
  const RrdSource file = { read, user, 0, file_size, NULL };
  uint8_t tail[STREAM_FOOTER_SIZE];

  *footer = NULL;
  if (file_size < RRD_STREAM_HEADER_SIZE + RRD_MESSAGE_HEADER_SIZE
      + STREAM_FOOTER_SIZE)
    return RRD_FOOTER_NONE;
  if (!rrd_source_read (&file, file_size - sizeof tail, tail, sizeof tail,
          error))
    return RRD_FOOTER_BAD;
  if (memcmp (tail + 20, "RRF2FOOT\1\0\0\0", 12) != 0)
    return RRD_FOOTER_NONE;

  Part message = {
    {read, user, arrow_load_u64 (tail), arrow_load_u64 (tail + 8), NULL},
    arrow_load_u64 (tail) - RRD_MESSAGE_HEADER_SIZE, error
  };
  if (!check_place (&message, file_size)
      || !check_checksum (&message, arrow_load_u32 (tail + 16)))
    return RRD_FOOTER_BAD;
  *footer = calloc (1, sizeof **footer);
  if (!*footer) {
    arrow_refuse (error, 0, "out of memory");
    return RRD_FOOTER_BAD;
  }
  if (read_manifests (*footer, &message))
    return RRD_FOOTER_OK;
  rrd_footer_free (*footer);
  *footer = NULL;
  return RRD_FOOTER_BAD;
}

void
rrd_footer_free (RrdFooter * footer)
{
  if (!footer)
    return;
  for (size_t i = 0; i < footer->n_indexes; i++)
    rrd_index_free (footer->indexes[i]);
  free (footer->indexes);
  free (footer);
}

size_t
rrd_footer_n_indexes (const RrdFooter * footer)
{
  return footer->n_indexes;
}

RrdIndex *
rrd_footer_index (const RrdFooter * footer, size_t i)
{
  return footer->indexes[i];
}
