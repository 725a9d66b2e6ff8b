/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Out of memory, at every allocation in turn: an error, no crash, no leak (the
 * linker routes the codecs' allocations through here).
 */
#include <gst/check/gstcheck.h>

#include <stdlib.h>

#include "rrd-lz4-index.h"
#include "rrd/read.h"

void *__real_malloc (size_t size);
void *__real_calloc (size_t n, size_t size);
void *__real_realloc (void *memory, size_t size);
void __real_free (void *memory);
void *__wrap_malloc (size_t size);
void *__wrap_calloc (size_t n, size_t size);
void *__wrap_realloc (void *memory, size_t size);
void __wrap_free (void *memory);

static gint left;               /* allocations until one fails */
static gint live;               /* allocations not freed */

static gboolean
may_allocate (void)
{
  return left-- != 0;
}

void *
__wrap_malloc (size_t size)
{
  void *memory = may_allocate ()? __real_malloc (size) : NULL;

  live += memory != NULL;
  return memory;
}

void *
__wrap_calloc (size_t n, size_t size)
{
  void *memory = may_allocate ()? __real_calloc (n, size) : NULL;

  live += memory != NULL;
  return memory;
}

void *
__wrap_realloc (void *old, size_t size)
{
  void *memory = may_allocate ()? __real_realloc (old, size) : NULL;

  live += memory != NULL && old == NULL;
  return memory;
}

void
__wrap_free (void *memory)
{
  live -= memory != NULL;
  __real_free (memory);
}

typedef struct
{
  RrdStore *store;
  RrdManifest *manifest;
  RrdSchema *schema;
  RrdChunk *chunk;
  ArrowBytes head;
  ArrowBytes scratch;
  gchar *path;
} Everything;

static bool
ignore (void *user, const void *data, size_t size)
{
  return true;
}

/* The whole interface; false: some of it was out of memory. */
static gboolean
use_all (Everything * all)
{
  static const RrdTuid id = { 1, 2 };
  static const RrdTimeline timelines[] = {
    {"pts", RRD_DURATION}, {"frame", RRD_SEQUENCE}
  };
  static const gint64 times[] = { 1, 2 };
  const RrdComponent *components[] = { &rrd_encoded_depth_image[0] };
  const RrdSpan value = { "blob", 4 };
  const RrdRows rows = { 1, &id, times, &value };
  RrdSpan payload;
  RrdResult result = RRD_OK;

  if (!(all->path = rrd_entity_path_normalise ("a b", NULL))
      || !(all->store = rrd_store_new ("app", "recording", &id))
      || !(all->manifest = rrd_manifest_new ())
      || !(all->schema =
          rrd_schema_new (all->path, timelines, 2, components, 1)))
    return FALSE;
  all->chunk = rrd_chunk_new (all->schema, &id, &rows, 0, &result);
  fail_unless_equals_int (all->chunk != NULL, result == RRD_OK);
  if (!all->chunk) {
    fail_unless_equals_int (result, RRD_NO_MEMORY);
    return FALSE;
  }
  if (!rrd_file_store_info (all->store, &all->head)
      || !rrd_grpc_store_info (all->store, &all->head)
      || !rrd_file_head (all->store, all->chunk, &all->head)
      || !rrd_grpc_head (all->store, all->chunk, &all->head)
      || rrd_file_lz4 (all->store, all->chunk, &all->scratch, &all->head,
          &payload) != RRD_OK
      || !rrd_manifest_add (all->manifest, all->chunk, 0, 100))
    return FALSE;
  result = rrd_manifest_write (all->manifest, all->store, 0, ignore, NULL);
  fail_unless (result == RRD_OK || result == RRD_NO_MEMORY);
  return result == RRD_OK;
}

static void
free_all (Everything * all)
{
  free (all->path);
  rrd_chunk_free (all->chunk);
  rrd_schema_unref (all->schema);
  rrd_manifest_free (all->manifest);
  rrd_store_free (all->store);
  arrow_bytes_clear (&all->head);
  arrow_bytes_clear (&all->scratch);
}

GST_START_TEST (test_out_of_memory)
{
  gint n_failures = 0;
  gboolean ok;

  do {
    Everything all = { 0 };
    live = 0;
    left = n_failures++;
    ok = use_all (&all);
    left = -1;
    free_all (&all);
    fail_unless_equals_int (live, 0);
  } while (!ok);
  GST_INFO ("%d allocations", n_failures);
  fail_unless (n_failures > 30);
}

GST_END_TEST;

/* --- reading --- */

static gboolean
read_chunks (const ArrowBytes * file)
{
  RrdChunkView view = { 0 };
  RrdScan scan = { 0 };
  RrdEvent event;
  gsize at = 0;
  gboolean ok = TRUE;

  do {
    at += rrd_scan_next (&scan, file->data + at, file->size - at, TRUE, &event);
    if (event.kind == RRD_EVENT_CHUNK) {
      RrdReadError error = { "", 0 };
      ok = rrd_chunk_view_read (&view, event.chunk.payload.data,
          event.chunk.size, &error);
      if (!ok)
        fail_unless_equals_string (error.what, "out of memory");
    }
  } while (ok && event.kind != RRD_EVENT_DONE);
  rrd_chunk_view_clear (&view);
  return ok;
}

static bool
read_file (void *user, uint64_t offset, void *to, size_t size)
{
  const ArrowBytes *file = user;

  memcpy (to, file->data + offset, size);
  return true;
}

static gboolean
read_index (const ArrowBytes * file)
{
  RrdReadError error = { "", 0 };
  RrdFooter *footer;
  RrdIndexChunk chunk;
  gboolean ok = rrd_footer_read (file->size, read_file, (void *) file, &footer,
      &error) == RRD_FOOTER_OK;

  if (ok)
    ok = rrd_index_chunk (rrd_footer_index (footer, 0), 0, &chunk, &error);
  if (!ok)
    fail_unless (strstr (error.what, "out of memory")
        || strstr (error.what, "too many"), "%s", error.what);
  rrd_footer_free (footer);
  return ok;
}

GST_START_TEST (test_reading_out_of_memory)
{
  Sample sample;
  gint n_failures = 0;
  gboolean ok;

  left = -1;
  sample_open (&sample, RRD_COMPRESSION_NONE, "memory");
  sample_camera (&sample, "/a", 4, 2, 20);
  sample_close (&sample);
  ArrowBytes compressed = compress_index (&sample.file, 0);
  do {
    live = 0;
    left = n_failures++;
    ok = read_chunks (&sample.file) && read_index (&sample.file)
        && read_index (&compressed);
    left = -1;
    fail_unless_equals_int (live, 0);
  } while (!ok);
  GST_INFO ("%d allocations", n_failures);
  fail_unless (n_failures > 20);
  arrow_bytes_clear (&compressed);
  arrow_bytes_clear (&sample.file);
}

GST_END_TEST;

static Suite *
memory_suite (void)
{
  Suite *s = suite_create ("rrd-memory");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_out_of_memory);
  tcase_add_test (tc, test_reading_out_of_memory);
  return s;
}

GST_CHECK_MAIN (memory);
