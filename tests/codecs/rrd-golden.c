/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recordings of Rerun's official SDK, read, decoded and compared with the frames
 * that they were made of: those of ../shared, which is not part of this project.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "png16/png16.h"
#include "rrd/read.h"
#include "rvl/rvl.h"

#define SKIPPED 77
#define N_FRAMES 3

static const Frame *frames;

static void
check (gboolean ok, const char *path, const char *what)
{
  if (ok)
    return;
  fprintf (stderr, "%s: %s\n", path, what);
  exit (1);
}

static gboolean
decode (ArrowSpan blob, const Frame * frame, guint16 * pixels)
{
  gsize stride = 2 * frame->width;
  RvlHeader header;
  Png16Error error;

  if (rvl_header_read (blob.data, blob.size, &header, NULL))
    return header.width == frame->width && header.height == frame->height
        && rvl_decode (blob.data + RVL_HEADER_SIZE, blob.size - RVL_HEADER_SIZE,
        pixels, stride, frame->width, frame->height, NULL);
  Png16Decoder *decoder = png16_decoder_new ();
  gboolean ok = png16_decode (decoder, blob.data, blob.size, pixels, stride,
      frame->width, frame->height, &error);
  png16_decoder_free (decoder);
  return ok;
}

static void
check_frames (const RrdChunkView * view, const char *path, guint * n)
{
  RrdReadError error = { "", 0 };
  RrdValues blobs;
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, many;

  check (rrd_chunk_view_find (view,
          &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB], &blobs,
          &error), path, error.what);
  for (gsize row = 0; blobs.rows && row < view->n_rows; row++) {
    if (!rrd_values_row (&blobs, row, &first, &many))
      continue;
    const Frame *frame = &frames[(*n)++];
    gsize size = 2 * (gsize) frame->width * frame->height;
    guint16 *pixels = g_malloc (size);
    check (*n <= N_FRAMES && many == 1, path, "too many frames");
    check (decode (rrd_values_get (&blobs, first, own), frame, pixels), path,
        "a frame can not be decoded");
    check (memcmp (pixels, frame->pixels, size) == 0, path, "other pixels");
    g_free (pixels);
  }
}

/* The meter of the recording, from static data. */
static void
check_meter (const RrdChunkView * view, const char *path, guint * n)
{
  RrdReadError error = { "", 0 };
  RrdValues meters;
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, many;
  gfloat meter;

  check (rrd_chunk_view_find (view,
          &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_METER], &meters,
          &error), path, error.what);
  if (!meters.rows || !rrd_values_row (&meters, 0, &first, &many))
    return;
  memcpy (&meter, rrd_values_get (&meters, first, own).data, sizeof meter);
  check (meter == 1000, path, "another meter");
  (*n)++;
}

static void
check_recording (const char *path)
{
  RrdChunkView view = { 0 };
  RrdScan scan = { 0 };
  RrdEvent event;
  guint n_frames = 0, n_meters = 0;
  gchar *data;
  gsize size, at = 0;

  check (g_file_get_contents (path, &data, &size, NULL), path,
      "can not be read");
  do {
    at += rrd_scan_next (&scan, data + at, size - at, TRUE, &event);
    if (event.kind != RRD_EVENT_CHUNK)
      continue;
    RrdReadError error = { "", 0 };
    guint8 *arrow = g_malloc (event.chunk.size);
    check (event.chunk.compression == RRD_COMPRESSION_LZ4
        && rrd_chunk_message_decompress (&event.chunk, arrow, &error)
        && rrd_chunk_view_read (&view, arrow, event.chunk.size, &error), path,
        error.what);
    check_frames (&view, path, &n_frames);
    check_meter (&view, path, &n_meters);
    g_free (arrow);
  } while (event.kind < RRD_EVENT_BAD_MESSAGE);
  check (event.kind == RRD_EVENT_DONE && scan.is_closed, path,
      event.error.what);
  check (n_frames == N_FRAMES && n_meters == 1, path, "something is missing");
  rrd_chunk_view_clear (&view);
  g_free (data);
}

int
main (void)
{
  const char *shared = g_getenv ("DEPTH_SHARED");
  gchar *folder = g_build_filename (shared ? shared : ".", "golden", NULL);
  GDir *dir = g_dir_open (folder, 0, NULL);
  Frames all = frames_load ();
  const gchar *name;
  guint n = 0;

  for (guint i = 0; i < all.n; i++)
    if (strcmp (all.set[i].name, "realsense_d4xx_640x480") == 0
        && all.set[i].n >= N_FRAMES)
      frames = all.set[i].frame;
  while (dir && frames && (name = g_dir_read_name (dir))) {
    if (g_str_has_suffix (name, ".rrd")) {
      gchar *path = g_build_filename (folder, name, NULL);
      check_recording (path);
      g_free (path);
      n++;
    }
  }
  if (n == 0)
    printf ("skipped: no recordings in %s, or not their frames\n", folder);
  if (dir)
    g_dir_close (dir);
  g_free (folder);
  frames_free (&all);
  return n ? 0 : SKIPPED;
}
