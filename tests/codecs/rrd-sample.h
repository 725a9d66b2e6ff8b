/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recordings in memory, made by codecs/rrd: for tests of the reader, and seeds of
 * fuzz targets. Plain C; what is out of memory aborts.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "rrd/rrd.h"

typedef struct
{
  ArrowBytes file;
  RrdCompression compression;
  RrdStore *store;
  RrdManifest *manifest;
  ArrowBytes head, scratch;
  RrdTuid id;                   /* of the next row or chunk */
} Sample;

static inline void
sample_check (bool ok)
{
  if (!ok)
    abort ();
}

static inline RrdTuid
sample_next_id (Sample * sample)
{
  sample->id.time_ns += 1000;
  sample->id.inc++;
  return sample->id;
}

/* The header and the name of a recording. */
static inline void
sample_open (Sample * sample, RrdCompression compression,
    const char *recording_id)
{
  *sample = (Sample) {
    .compression = compression,.id = { 0x18c0000000000000, 0x123456789abcdef0 }
  };
  RrdTuid id = sample_next_id (sample);
  sample->store = rrd_store_new ("a sample", recording_id, &id);
  sample->manifest = rrd_manifest_new ();
  sample_check (sample->store && sample->manifest);
  rrd_stream_header (compression, arrow_bytes_extend (&sample->file,
          RRD_STREAM_HEADER_SIZE));
  sample_check (rrd_file_store_info (sample->store, &sample->head));
  arrow_bytes_append (&sample->file, sample->head.data, sample->head.size);
}

/* Appends rows as one chunk; @times and @values as in RrdRows. Returns where its
 * message begins. */
static inline size_t
sample_rows (Sample * sample, RrdSchema * schema, size_t n_rows,
    const int64_t * times, const RrdSpan * values)
{
  RrdTuid *row_ids = malloc (n_rows * sizeof *row_ids);
  RrdTuid id = sample_next_id (sample);
  RrdRows rows = { n_rows, row_ids, times, values };
  size_t start = sample->file.size;
  RrdSpan payload;
  RrdResult result;

  for (size_t i = 0; i < n_rows; i++)
    row_ids[i] = sample_next_id (sample);
  RrdChunk *chunk = rrd_chunk_new (schema, &id, &rows, id.time_ns, &result);
  sample_check (chunk != NULL);
  if (sample->compression == RRD_COMPRESSION_LZ4) {
    sample_check (rrd_file_lz4 (sample->store, chunk, &sample->scratch,
            &sample->head, &payload) == RRD_OK);
    arrow_bytes_append (&sample->file, sample->head.data, sample->head.size);
    arrow_bytes_append (&sample->file, payload.data, payload.size);
  } else {
    sample_check (rrd_file_head (sample->store, chunk, &sample->head));
    arrow_bytes_append (&sample->file, sample->head.data, sample->head.size);
    for (size_t i = 0; i < chunk->n_spans; i++)
      arrow_bytes_append (&sample->file, chunk->spans[i].data,
          chunk->spans[i].size);
  }
  sample_check (rrd_manifest_add (sample->manifest, chunk, start,
          sample->file.size - start));
  rrd_chunk_free (chunk);
  free (row_ids);
  return start;
}

static inline bool
sample_append (void *user, const void *data, size_t size)
{
  arrow_bytes_append (user, data, size);
  return true;
}

/* The footer; the file is left to the caller. */
static inline void
sample_close (Sample * sample)
{
  sample_check (rrd_manifest_write (sample->manifest, sample->store,
          sample->file.size, sample_append, &sample->file) == RRD_OK);
  sample_check (!sample->file.failed);
  rrd_manifest_free (sample->manifest);
  rrd_store_free (sample->store);
  arrow_bytes_clear (&sample->head);
  arrow_bytes_clear (&sample->scratch);
}

/* --- a small recording --- */

static const RrdTimeline sample_timelines[] = {
  {"pts", RRD_DURATION}, {"frame", RRD_SEQUENCE}
};

/* A camera of @n_frames frames of @blob_size bytes: static fields, then @n_rows
 * frames a chunk, every fourth without a range. */
static inline void
sample_camera (Sample * sample, const char *path, size_t n_frames,
    size_t n_rows, size_t blob_size)
{
  static const float meter = 1000;
  static const double range[] = { 300, 4000 };
  const RrdComponent *fields[] = {
    &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_MEDIA_TYPE],
    &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_METER]
  };
  const RrdComponent *frames[] = {
    &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB],
    &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_DEPTH_RANGE]
  };
  const RrdSpan field_values[] = {
    {"application/rvl", 15}, {&meter, sizeof meter}
  };
  RrdSchema *schema = rrd_schema_new (path, NULL, 0, fields, 2);
  uint8_t *blobs = malloc (n_rows * blob_size + 1);
  int64_t *times = malloc (2 * n_rows * sizeof *times);
  RrdSpan *values = malloc (2 * n_rows * sizeof *values);

  sample_check (schema && blobs && times && values);
  sample_rows (sample, schema, 1, NULL, field_values);
  rrd_schema_unref (schema);
  schema = rrd_schema_new (path, sample_timelines, 2, frames, 2);
  for (size_t first = 0; first < n_frames; first += n_rows) {
    for (size_t i = 0; i < n_rows; i++) {
      uint8_t *blob = blobs + i * blob_size;
      memset (blob, (int) (first + i), blob_size);
      times[i] = (int64_t) (first + i) * 33333333;
      times[n_rows + i] = (int64_t) (first + i);
      values[i] = (RrdSpan) { blob, blob_size };
      values[n_rows + i] =
          (RrdSpan) { (first + i) % 4 == 3 ? NULL : range, sizeof range };
    }
    sample_rows (sample, schema, n_rows, times, values);
  }
  rrd_schema_unref (schema);
  free (blobs);
  free (times);
  free (values);
}
