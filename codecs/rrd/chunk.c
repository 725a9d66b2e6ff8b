/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes a chunk of some rows: its head, its body, and the extents of its times. */

#include "chunk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"

/* A chunk is one allocation: the chunk, extents, spans, own bytes. */
typedef struct
{
  RrdChunk chunk;
  int64_t extents[];
} Chunk;

/* The head, ready but for the nodes and buffers. */
static void
write_head (uint8_t * head, const RrdSchema * schema, const RrdTuid * id,
    uint64_t now_ns, size_t n_rows, size_t body_size)
{
  const ArrowBatchLayout *layout = &schema->layout;
  uint8_t *batch = head + schema->batch;
  char text[RRD_CHUNK_ID_SIZE + 1];

  memcpy (head, schema->head.data, schema->head.size);
  snprintf (text, sizeof text, "chunk_%016" PRIX64 "%016" PRIx64, id->time_ns,
      id->inc);
  memcpy (head + schema->chunk_id, text, RRD_CHUNK_ID_SIZE);
  snprintf (text, sizeof text, "%010" PRIu64 ".%09" PRIu64,
      now_ns / 1000000000 % 10000000000, now_ns % 1000000000);
  memcpy (head + schema->stamp, text, RRD_STAMP_SIZE);
  arrow_store_u64 (batch + layout->n_rows, n_rows);
  arrow_store_u64 (batch + layout->body_size, body_size);
}

/* Widens {least, greatest} of all timelines by the times of a row. */
static void
widen (int64_t * extent, const RrdSchema * schema, const RrdRows * rows,
    size_t row, bool first)
{
  for (size_t i = 0; i < schema->n_timelines; i++, extent += 2) {
    int64_t time = rows->times[i * rows->n_rows + row];
    if (first || time < extent[0])
      extent[0] = time;
    if (first || time > extent[1])
      extent[1] = time;
  }
}

static void
measure_extents (int64_t * extents, const RrdSchema * schema,
    const RrdRows * rows)
{
  memset (extents, 0, rrd_n_extents (schema) * sizeof *extents);
  for (size_t row = 0; row < rows->n_rows; row++) {
    widen (extents + rrd_extent_index (schema, 0, RRD_ALL_ROWS), schema, rows,
        row, row == 0);
    for (size_t i = 0; i < schema->n_components; i++) {
      if (!rows->values[i * rows->n_rows + row].data)
        continue;
      widen (extents + rrd_extent_index (schema, 0, i), schema, rows, row,
          extents[i] == 0);
      extents[i]++;
    }
  }
}

static void
write_stream (RrdBody * body, const RrdSchema * schema, const RrdRows * rows)
{
  body->n_own = schema->head.size;
  rrd_body_write (body, schema, rows);
  rrd_body_own (body, arrow_end, ARROW_END_SIZE);
  rrd_body_end_span (body);
}

static Chunk *
allocate (const RrdSchema * schema, const RrdBody * counted)
{
  size_t extents = rrd_n_extents (schema) * sizeof (int64_t);
  size_t spans = counted->n_spans * sizeof (RrdSpan);

  return malloc (sizeof (Chunk) + extents + spans + counted->n_own);
}

RrdChunk *
rrd_chunk_new (RrdSchema * schema, const RrdTuid * id, const RrdRows * rows,
    uint64_t now_ns, RrdResult * result)
{
  RrdBody counted = { 0 };
  Chunk *chunk = NULL;

  if (rows->n_rows > 0)
    write_stream (&counted, schema, rows);
  if (rows->n_rows == 0 || counted.bad_value)
    *result = RRD_BAD_VALUE;
  else if (counted.too_large)
    *result = RRD_TOO_LARGE;
  else
    *result = (chunk = allocate (schema, &counted)) ? RRD_OK : RRD_NO_MEMORY;
  if (!chunk)
    return NULL;

  RrdSpan *spans = (RrdSpan *) (chunk->extents + rrd_n_extents (schema));
  uint8_t *own = (uint8_t *) (spans + counted.n_spans);
  RrdBody body = {
    .own = own,
    .spans = spans,
    .node = own + schema->batch + schema->layout.nodes,
    .buffer = own + schema->batch + schema->layout.buffers,
  };
  write_head (own, schema, id, now_ns, rows->n_rows, counted.size);
  write_stream (&body, schema, rows);
  measure_extents (chunk->extents, schema, rows);
  chunk->chunk.schema = rrd_schema_ref (schema);
  chunk->chunk.id = *id;
  chunk->chunk.n_rows = rows->n_rows;
  chunk->chunk.size = schema->head.size + counted.size + ARROW_END_SIZE;
  chunk->chunk.n_spans = counted.n_spans;
  chunk->chunk.spans = spans;
  chunk->chunk.extents = chunk->extents;
  return &chunk->chunk;
}

void
rrd_chunk_free (RrdChunk * chunk)
{
  if (chunk)
    rrd_schema_unref (chunk->schema);
  free (chunk);
}
