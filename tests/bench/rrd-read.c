/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All frames of a recording, read by codecs/rrd: rrd-read FILE scan|index. By scan
 * from its start to its end, by index each chunk that the index lists, in memory
 * that is used again for every chunk. Prints CPU microseconds a frame, peak memory
 * in MB, frames, their bytes, and seconds, as sdk-read.py does of Rerun's SDK.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rrd/read.h"
#include "timing.h"

typedef struct
{
  int file;
  uint64_t size;
  uint64_t offset;              /* of the scan */
  ArrowBytes bytes;             /* of a message */
  ArrowBytes arrow;             /* of a chunk that was compressed */
  RrdChunkView view;
  uint64_t n_frames, n_bytes;
} Reader;

static void
check (bool ok, const char *what)
{
  if (ok)
    return;
  fprintf (stderr, "%s\n", what);
  exit (1);
}

static bool
read_at (void *user, uint64_t offset, void *data, size_t size)
{
  Reader *reader = user;

  return pread (reader->file, data, size, (off_t) offset) == (ssize_t) size;
}

/* Memory for @size bytes, whatever was in it. */
static uint8_t *
room (ArrowBytes * bytes, size_t size)
{
  bytes->size = 0;
  uint8_t *data = arrow_bytes_extend (bytes, size);
  check (data != NULL, "out of memory");
  return data;
}

static void
count_frames (Reader * reader)
{
  static const RrdComponent *blob =
      &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB];
  uint8_t own[RRD_VALUE_SIZE_MAX];
  RrdReadError error;
  RrdValues values;
  size_t first, n;

  check (rrd_chunk_view_find (&reader->view, blob, &values, &error),
      error.what);
  for (size_t row = 0; values.rows && row < reader->view.n_rows; row++) {
    if (!rrd_values_row (&values, row, &first, &n))
      continue;
    reader->n_frames += n;
    for (size_t i = 0; i < n; i++)
      reader->n_bytes += rrd_values_get (&values, first + i, own).size;
  }
}

static void
read_chunk (Reader * reader, const RrdChunkMessage * message)
{
  const uint8_t *arrow = message->payload.data;
  RrdReadError error;
  bool ok = true;

  if (message->compression == RRD_COMPRESSION_LZ4) {
    uint8_t *to = room (&reader->arrow, message->size);
    ok = rrd_chunk_message_decompress (message, to, &error);
    arrow = to;
  }
  check (ok && rrd_chunk_view_read (&reader->view, arrow, message->size,
          &error), error.what);
  count_frames (reader);
}

/* Has what comes next in the file in memory: as much as the scan wants. */
static bool
fill (Reader * reader, size_t wants)
{
  uint64_t left = reader->size - reader->offset;
  size_t size = left < wants ? (size_t) left : wants;

  check (read_at (reader, reader->offset, room (&reader->bytes, size), size),
      "cannot read the file");
  return size == left;
}

static void
scan (Reader * reader)
{
  RrdScan scan = { 0 };
  RrdEvent event;
  bool at_end = fill (reader, RRD_STREAM_HEADER_SIZE);

  do {
    reader->offset += rrd_scan_next (&scan, reader->bytes.data,
        reader->bytes.size, at_end, &event);
    check (event.kind < RRD_EVENT_BAD_MESSAGE || event.kind == RRD_EVENT_DONE,
        event.error.what);
    if (event.kind == RRD_EVENT_CHUNK)
      read_chunk (reader, &event.chunk);
    at_end = fill (reader, event.kind == RRD_EVENT_MORE ? scan.wants : 16);
  } while (event.kind != RRD_EVENT_DONE);
}

static void
read_indexed (Reader * reader, RrdIndex * index)
{
  RrdIndexChunk chunk;
  RrdChunkMessage message;
  RrdReadError error;

  for (uint64_t i = 0; i < rrd_index_n_chunks (index); i++) {
    check (rrd_index_chunk (index, i, &chunk, &error), error.what);
    uint8_t *data = room (&reader->bytes, (size_t) chunk.size);
    check (read_at (reader, chunk.offset, data, (size_t) chunk.size),
        "cannot read the file");
    check (rrd_chunk_message_read (&message, data, (size_t) chunk.size,
            &error), error.what);
    read_chunk (reader, &message);
  }
}

static void
by_index (Reader * reader)
{
  RrdFooter *footer;
  RrdReadError error = { "no footer", 0 };

  check (rrd_footer_read (reader->size, read_at, reader, &footer, &error)
      == RRD_FOOTER_OK, error.what);
  for (size_t i = 0; i < rrd_footer_n_indexes (footer); i++)
    read_indexed (reader, rrd_footer_index (footer, i));
  rrd_footer_free (footer);
}

int
main (int argc, char **argv)
{
  Reader reader = { 0 };

  check (argc == 3, "usage: rrd-read FILE scan|index");
  reader.file = open (argv[1], O_RDONLY);
  check (reader.file >= 0, "cannot open the file");
  reader.size = (uint64_t) lseek (reader.file, 0, SEEK_END);
  double cpu = timing_process (), start = timing_now ();
  if (strcmp (argv[2], "index") == 0)
    by_index (&reader);
  else
    scan (&reader);
  cpu = timing_process () - cpu;
  check (reader.n_frames > 0, "no frames");
  printf ("%.2f %.1f %llu %llu %.3f\n", cpu * 1e6 / (double) reader.n_frames,
      timing_peak_memory (), (unsigned long long) reader.n_frames,
      (unsigned long long) reader.n_bytes, timing_now () - start);
  close (reader.file);
  rrd_chunk_view_clear (&reader.view);
  arrow_bytes_clear (&reader.bytes);
  arrow_bytes_clear (&reader.arrow);
  return 0;
}
