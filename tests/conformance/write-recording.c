/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes a recording with codecs/rrd alone, for Rerun's own tools to judge:
 *
 *   write-recording OUT.rrd none|lz4 ROWS BLOB...
 *
 * Frames of RVL with the fields, entity paths and times of the official golden
 * recordings (application id golden, recording id golden-rvl), ROWS frames a
 * chunk.
 *
 *   write-recording OUT.rrd none|lz4 all
 *
 * What those do not have: raw depth images, all fields of Pinhole and
 * RecordingInfo, a rig of two cameras, timelines that some chunks lack, rows
 * without a value, rows out of order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rrd/rrd.h"

typedef struct
{
  FILE *file;
  uint64_t offset;
  RrdCompression compression;
  RrdStore *store;
  RrdManifest *manifest;
  ArrowBytes head;
  ArrowBytes scratch;
  RrdTuid id;
} Recording;

static void
check (bool ok, const char *what)
{
  if (ok)
    return;
  fprintf (stderr, "%s\n", what);
  exit (1);
}

static bool
put (void *user, const void *data, size_t size)
{
  Recording *recording = user;

  recording->offset += size;
  return fwrite (data, 1, size, recording->file) == size;
}

static RrdTuid
next_id (Recording * recording)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  recording->id.time_ns =
      (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
  recording->id.inc++;
  return recording->id;
}

static void
put_chunk (Recording * recording, const RrdChunk * chunk)
{
  uint64_t start = recording->offset;
  RrdSpan payload;

  if (recording->compression == RRD_COMPRESSION_LZ4) {
    check (rrd_file_lz4 (recording->store, chunk, &recording->scratch,
            &recording->head, &payload) == RRD_OK, "no memory");
    put (recording, recording->head.data, recording->head.size);
    put (recording, payload.data, payload.size);
  } else {
    check (rrd_file_head (recording->store, chunk, &recording->head),
        "no memory");
    put (recording, recording->head.data, recording->head.size);
    for (size_t i = 0; i < chunk->n_spans; i++)
      put (recording, chunk->spans[i].data, chunk->spans[i].size);
  }
  check (rrd_manifest_add (recording->manifest, chunk, start,
          (size_t) (recording->offset - start)), "no memory");
}

/* Logs @n_rows rows; @times and @values as in RrdRows. */
static void
put_rows (Recording * recording, RrdSchema * schema, size_t n_rows,
    const int64_t * times, const RrdSpan * values)
{
  RrdTuid *row_ids = malloc (n_rows * sizeof *row_ids);
  RrdTuid id = next_id (recording);
  RrdResult result;

  for (size_t i = 0; i < n_rows; i++)
    row_ids[i] = next_id (recording);
  RrdRows rows = { n_rows, row_ids, times, values };
  RrdChunk *chunk = rrd_chunk_new (schema, &id, &rows, id.time_ns, &result);
  check (chunk != NULL, rrd_result_text (result));
  put_chunk (recording, chunk);
  rrd_chunk_free (chunk);
  free (row_ids);
}

static void
put_static (Recording * recording, const char *path, size_t n,
    const RrdComponent * const *components, const RrdSpan * values)
{
  RrdSchema *schema = rrd_schema_new (path, NULL, 0, components, n);

  check (schema != NULL, "no memory");
  put_rows (recording, schema, 1, NULL, values);
  rrd_schema_unref (schema);
}

#define VALUE(value) { &(value), sizeof (value) }

static void
open_recording (Recording * recording, const char *path,
    const char *compression, const char *application_id,
    const char *recording_id)
{
  uint8_t header[RRD_STREAM_HEADER_SIZE];
  bool lz4 = strcmp (compression, "lz4") == 0;

  recording->file = fopen (path, "wb");
  check (recording->file != NULL, "cannot open the file");
  recording->compression = lz4 ? RRD_COMPRESSION_LZ4 : RRD_COMPRESSION_NONE;
  recording->id.inc = 0x123456789abcdef0;
  RrdTuid id = next_id (recording);
  recording->store = rrd_store_new (application_id, recording_id, &id);
  recording->manifest = rrd_manifest_new ();
  check (recording->store && recording->manifest, "no memory");
  rrd_stream_header (recording->compression, header);
  put (recording, header, sizeof header);
  check (rrd_file_store_info (recording->store, &recording->head), "no memory");
  put (recording, recording->head.data, recording->head.size);
}

static void
put_start_time (Recording * recording)
{
  int64_t start_time = (int64_t) next_id (recording).time_ns;
  const RrdComponent *components[] = {
    &rrd_recording_info[RRD_RECORDING_INFO_START_TIME]
  };
  const RrdSpan values[] = { VALUE (start_time) };

  put_static (recording, RRD_PROPERTIES_PATH, 1, components, values);
}

static void
close_recording (Recording * recording)
{
  check (rrd_manifest_write (recording->manifest, recording->store,
          recording->offset, put, recording) == RRD_OK, "no footer");
  check (fclose (recording->file) == 0, "cannot write the file");
  rrd_manifest_free (recording->manifest);
  rrd_store_free (recording->store);
  arrow_bytes_clear (&recording->head);
  arrow_bytes_clear (&recording->scratch);
}

/* --- like the golden recordings --- */

static void
put_golden_statics (Recording * recording)
{
  const float matrix[] = { 615, 0, 0, 0, 615, 0, 320, 240, 1 };
  const float resolution[] = { 640, 480 }, meter = 1000, fill = 0.8f;
  const float draw_order = -10;
  const double range[] = { 300, 4000 };
  const uint8_t turbo = 5, nearest = 1;
  static const char media_type[] = "application/rvl";
  const RrdComponent *pinhole[] = {
    &rrd_pinhole[RRD_PINHOLE_IMAGE_FROM_CAMERA],
    &rrd_pinhole[RRD_PINHOLE_RESOLUTION]
  };
  const RrdSpan pinhole_values[] = { VALUE (matrix), VALUE (resolution) };
  const RrdComponent *depth[RRD_ENCODED_DEPTH_IMAGE_N - 1];
  const RrdSpan depth_values[] = {
    {media_type, sizeof media_type - 1}, VALUE (meter), VALUE (turbo),
    VALUE (range), VALUE (fill), VALUE (draw_order), VALUE (nearest)
  };

  for (int i = 1; i < RRD_ENCODED_DEPTH_IMAGE_N; i++)
    depth[i - 1] = &rrd_encoded_depth_image[i];
  put_static (recording, "/world/camera", 2, pinhole, pinhole_values);
  put_static (recording, "/world/camera/depth", RRD_ENCODED_DEPTH_IMAGE_N - 1,
      depth, depth_values);
}

static RrdSpan
read_file (const char *path)
{
  FILE *file = fopen (path, "rb");
  size_t capacity = 1 << 24;
  void *data = malloc (capacity);

  check (file && data, "cannot read a blob");
  RrdSpan span = { data, fread (data, 1, capacity, file) };
  fclose (file);
  return span;
}

static const RrdTimeline timelines[] = {
  {"log_time", RRD_TIMESTAMP},
  {"capture_time", RRD_TIMESTAMP},
  {"pts", RRD_DURATION},
  {"frame", RRD_SEQUENCE},
};

#define N_TIMELINES 4
#define START_NS 1760000000000000000

static void
write_golden (Recording * recording, size_t rows_per_chunk, char **paths,
    size_t n)
{
  const RrdComponent *blob[] = {
    &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB]
  };
  RrdSchema *schema = rrd_schema_new ("/world/camera/depth", timelines,
      N_TIMELINES, blob, 1);
  int64_t *times = malloc (N_TIMELINES * rows_per_chunk * sizeof *times);
  RrdSpan *values = malloc (rows_per_chunk * sizeof *values);

  put_start_time (recording);
  put_golden_statics (recording);
  for (size_t first = 0; first < n; first += rows_per_chunk) {
    size_t n_rows = n - first < rows_per_chunk ? n - first : rows_per_chunk;
    for (size_t i = 0; i < n_rows; i++) {
      int64_t pts = (int64_t) (first + i) * 1000000000 / 30;
      times[i] = (int64_t) next_id (recording).time_ns;
      times[n_rows + i] = START_NS + pts;
      times[2 * n_rows + i] = pts;
      times[3 * n_rows + i] = (int64_t) (first + i);
      values[i] = read_file (paths[first + i]);
    }
    put_rows (recording, schema, n_rows, times, values);
    for (size_t i = 0; i < n_rows; i++)
      free ((void *) values[i].data);
  }
  rrd_schema_unref (schema);
  free (times);
  free (values);
}

/* --- all the rest --- */

#define WIDTH 5
#define HEIGHT 3

static void
put_recording_info (Recording * recording)
{
  int64_t start_time = START_NS;
  const RrdComponent *components[] = {
    &rrd_recording_info[RRD_RECORDING_INFO_START_TIME],
    &rrd_recording_info[RRD_RECORDING_INFO_NAME]
  };
  const RrdSpan values[] = { VALUE (start_time), {"everything", 10} };

  put_static (recording, RRD_PROPERTIES_PATH, 2, components, values);
}

static void
put_pinhole (Recording * recording)
{
  const float matrix[] = { 4, 0, 0, 0, 4, 0, 2.5, 1.5, 1 };
  const float resolution[] = { WIDTH, HEIGHT }, distance = 0.5f;
  const uint8_t xyz[] = { 3, 2, 5 };
  const RrdSpan values[] = {
    VALUE (matrix), VALUE (resolution), VALUE (xyz), VALUE (distance)
  };
  const RrdComponent *components[RRD_PINHOLE_N];

  for (int i = 0; i < RRD_PINHOLE_N; i++)
    components[i] = &rrd_pinhole[i];
  put_static (recording, "/rig/left", RRD_PINHOLE_N, components, values);
}

/* Three rows out of order, the second without a buffer, the third without a
 * draw order; all other fields in all rows. */
static void
put_raw_depth (Recording * recording)
{
  const uint16_t pixels[WIDTH * HEIGHT] = { 0, 1000, 65535, 1, 2 };
  uint8_t format[RRD_IMAGE_FORMAT_SIZE];
  const float meter = 1000, fill = 0.5f, draw_order = -20;
  const uint8_t turbo = 5, nearest = 1;
  const double range[] = { 100, 5000 };
  const RrdSpan row[RRD_DEPTH_IMAGE_N] = {
    VALUE (pixels), VALUE (format), VALUE (meter), VALUE (turbo),
    VALUE (range), VALUE (fill), VALUE (draw_order), VALUE (nearest)
  };
  const int64_t times[] = { 2, 0, 1, 200, 0, 100 };
  const RrdTimeline sequences[] = {
    {"frame", RRD_SEQUENCE}, {"pts", RRD_DURATION}
  };
  const RrdComponent *components[RRD_DEPTH_IMAGE_N];
  RrdSpan values[RRD_DEPTH_IMAGE_N][3];

  rrd_image_format (RRD_PIXELS_DEPTH16, WIDTH, HEIGHT, format);
  for (int i = 0; i < RRD_DEPTH_IMAGE_N; i++) {
    components[i] = &rrd_depth_image[i];
    for (int j = 0; j < 3; j++)
      values[i][j] = row[i];
  }
  values[RRD_DEPTH_IMAGE_BUFFER][1] = (RrdSpan) { NULL, 0 };
  values[RRD_DEPTH_IMAGE_DRAW_ORDER][2] = (RrdSpan) { NULL, 0 };
  RrdSchema *schema = rrd_schema_new ("/rig/left/raw", sequences, 2,
      components, RRD_DEPTH_IMAGE_N);
  check (schema != NULL, "no memory");
  put_rows (recording, schema, 3, times, values[0]);
  rrd_schema_unref (schema);
}

/* Frames of a second camera, whose path needs escapes, on other timelines: the
 * last one has neither pts nor a blob of any bytes. */
static void
put_second_camera (Recording * recording)
{
  static const char blob[] = "not RVL, but bytes", empty[] = "";
  const RrdComponent *components[] = {
    &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB],
    &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_DEPTH_RANGE]
  };
  const double range[] = { 1, 2 };
  const RrdSpan values[] = { {blob, sizeof blob}, VALUE (range) };
  const RrdSpan last[] = { {empty, 0}, VALUE (range) };
  char *path = rrd_entity_path_normalise ("rig/right (2)/d\xc3\xa9pth", NULL);
  RrdSchema *schema = rrd_schema_new (path, timelines + 1, 3, components, 2);
  RrdSchema *no_pts = rrd_schema_new (path, timelines + 3, 1, components, 2);

  check (path && schema && no_pts, "no memory");
  for (int64_t i = 0; i < 10; i++) {
    const int64_t times[] = { START_NS + i, i, i };
    put_rows (recording, schema, 1, times, values);
  }
  const int64_t frame = 10;
  put_rows (recording, no_pts, 1, &frame, last);
  put_static (recording, path, 1, &components[1], &values[1]);
  rrd_schema_unref (schema);
  rrd_schema_unref (no_pts);
  free (path);
}

int
main (int argc, char **argv)
{
  Recording recording = { 0 };

  check (argc > 3, "usage: write-recording OUT.rrd none|lz4 ROWS BLOB...|all");
  if (strcmp (argv[3], "all") == 0) {
    open_recording (&recording, argv[1], argv[2], "all [of] it", "all-1");
    put_recording_info (&recording);
    put_pinhole (&recording);
    put_raw_depth (&recording);
    put_second_camera (&recording);
  } else {
    open_recording (&recording, argv[1], argv[2], "golden", "golden-rvl");
    write_golden (&recording, (size_t) atoi (argv[3]), argv + 4,
        (size_t) argc - 4);
  }
  close_recording (&recording);
  return 0;
}
