/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a recording: in pieces it is the same as in one, and all rows of
 * its chunks can be read. The first byte says how large the pieces are.
 */
#include "fuzz.h"
#include "../codecs/rrd-sample.h"
#include "rrd/read.h"

#define MANY 200                /* rows and values that are looked at */
#define MAX_CHUNK (1 << 20)     /* bytes that one is decompressed to */

static void
check (bool ok)
{
  if (!ok)
    abort ();
}

static const struct
{
  const RrdComponent *components;
  size_t n;
} tables[] = {
  {rrd_encoded_depth_image, RRD_ENCODED_DEPTH_IMAGE_N},
  {rrd_depth_image, RRD_DEPTH_IMAGE_N},
  {rrd_pinhole, RRD_PINHOLE_N},
  {rrd_recording_info, RRD_RECORDING_INFO_N},
};

static void
check_error (const RrdReadError * error)
{
  size_t size = strlen (error->what);

  check (size > 0 && arrow_utf8_size (error->what, size) == size);
}

/* Returns a sum of all bytes, so that they are read. */
static unsigned
read_values (const RrdValues * values, size_t n_rows)
{
  uint8_t own[RRD_VALUE_SIZE_MAX];
  unsigned sum = 0;
  size_t first, n;

  for (size_t row = 0; row < n_rows && row < MANY; row++) {
    if (!rrd_values_row (values, row, &first, &n))
      continue;
    for (size_t i = 0; i < n && i < MANY; i++) {
      ArrowSpan value = rrd_values_get (values, first + i, own);
      for (size_t j = 0; j < value.size; j++)
        sum += value.data[j];
    }
  }
  return sum;
}

static unsigned
read_view (const RrdChunkView * view)
{
  RrdValues values;
  RrdReadError error;
  unsigned sum = 0;
  int64_t time;

  check (arrow_utf8_size (view->entity_path.data, view->entity_path.size)
      == view->entity_path.size);
  for (size_t row = 0; row < view->n_rows && row < MANY; row++) {
    sum += (unsigned) rrd_chunk_view_row_id (view, row).inc;
    for (size_t t = 0; t < view->n_timelines; t++)
      sum += rrd_time_column_get (&view->timelines[t], row, &time);
  }
  for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
    for (size_t c = 0; c < tables[t].n; c++) {
      if (!rrd_chunk_view_find (view, &tables[t].components[c], &values,
              &error))
        check_error (&error);
      else if (values.rows)
        sum += read_values (&values, view->n_rows);
    }
  }
  return sum;
}

static unsigned
read_chunk (const RrdChunkMessage * message, RrdChunkView * view)
{
  const uint8_t *arrow = message->payload.data;
  uint8_t *memory = NULL;
  RrdReadError error = { "", 0 };
  unsigned sum = 0;
  bool ok = true;

  if (message->compression == RRD_COMPRESSION_LZ4) {
    if (message->size > MAX_CHUNK)
      return 0;
    arrow = memory = malloc (message->size + !message->size);
    ok = rrd_chunk_message_decompress (message, memory, &error);
  }
  ok = ok && rrd_chunk_view_read (view, arrow, message->size, &error);
  if (ok)
    sum = read_view (view);
  else
    check_error (&error);
  free (memory);
  return sum;
}

/* Reads a stream of which no more than @piece bytes more come at once. Returns a
 * sum of what was read. */
static unsigned
read_stream (const uint8_t * data, size_t size, size_t piece, bool chunks)
{
  RrdChunkView view = { 0 };
  RrdScan scan = { 0 };
  RrdEvent event;
  size_t at = 0, there = 0;
  unsigned sum = 0;

  do {
    size_t taken = rrd_scan_next (&scan, data + at, there - at, there == size,
        &event);
    check (taken <= there - at && event.offset == at);
    at += taken;
    check (scan.offset == at);
    if (event.kind == RRD_EVENT_MORE) {
      check (taken == 0 && there < size && scan.wants > there - at);
      there += size - there < piece ? size - there : piece;
      continue;
    }
    sum = sum * 31 + event.kind;
    if (event.kind == RRD_EVENT_BAD_MESSAGE
        || event.kind == RRD_EVENT_BAD_STREAM
        || event.kind == RRD_EVENT_CUT_OFF) {
      check_error (&event.error);
      check (event.error.offset <= size);
    }
    if (event.kind == RRD_EVENT_CHUNK && chunks)
      sum += read_chunk (&event.chunk, &view);
  } while (event.kind < RRD_EVENT_BAD_STREAM);
  rrd_chunk_view_clear (&view);
  return sum;
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  if (size == 0)
    return 0;
  size_t piece = 1 + data[0] % 64 * (data[0] % 8);
  if (read_stream (data + 1, size - 1, SIZE_MAX, false)
      != read_stream (data + 1, size - 1, piece, false))
    abort ();
  read_stream (data + 1, size - 1, SIZE_MAX, true);
  return 0;
}

size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  Sample sample;

  sample_open (&sample, number % 2 ? RRD_COMPRESSION_NONE
      : RRD_COMPRESSION_LZ4, "seed");
  sample_camera (&sample, "/depth", 1 + number % 4, 1 + number % 3,
      number % 50);
  size_t size = sample.file.size;
  sample_close (&sample);
  if (number % 5 == 0)
    size = sample.file.size;    /* with the footer, which is long */
  check (size < room);
  data[0] = (uint8_t) number;
  memcpy (data + 1, sample.file.data, size);
  arrow_bytes_clear (&sample.file);
  return 1 + size;
}
