/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The output that is a file: rows as messages, gathered where they are small, and the
 * footer. */

#define _GNU_SOURCE             /* fallocate */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <fcntl.h>
#include <unistd.h>

#include "rerun/output-file.h"
#include "rerun/output-private.h"

/* Disk space is taken so far ahead of the writes, which saves them a third of their
 * time. */
#define AHEAD (8 << 20)

/* Of small rows that are kept. */
#define GATHER_TIME (100 * G_TIME_SPAN_MILLISECOND)
#define GATHER_BYTES (256 * 1024)

typedef struct
{
  RerunOutput parent;
  RerunFile file;
  const RrdStore *store;
  RerunIds *ids;
  RrdCompression compression;

  GPtrArray *kept;              /* of RerunRow */
  gsize kept_bytes;
  gboolean keeps_state;

  guint64 end;                  /* of the last complete message */
  guint64 frames;               /* complete ones */
  guint64 reserved;             /* disk space after it, up to here */
  gboolean has_footer;
  RrdManifest *manifest;
  ArrowBytes head;
  ArrowBytes scratch;
} FileOutput;

static gboolean
set_result_error (GError ** error, RrdResult result)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      rrd_result_text (result));
  return FALSE;
}

/* What the user wants to know of a file that failed: how much of it is good. */
static gboolean
set_write_error (FileOutput * self, GError * why, GError ** error)
{
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, why);
    return FALSE;
  }
  g_set_error (error, why->domain, why->code, "%s; %" G_GUINT64_FORMAT
      " frames, %" G_GUINT64_FORMAT
      " bytes in all, were written before and can be read", why->message,
      self->frames, self->end);
  g_error_free (why);
  return FALSE;
}

static gboolean
write_vectors (FileOutput * self, GOutputVector * pieces, gsize n,
    GError ** error)
{
  RerunVectors vectors = { pieces, n };
  GError *why = NULL;
  gsize written;
  gboolean ok = rerun_file_write (&self->file, &vectors,
      self->parent.cancellable, &written, &why);

  rerun_output_count_bytes (&self->parent, written);
  return ok || set_write_error (self, why, error);
}

static gboolean
write_bytes (FileOutput * self, const void *data, gsize size, GError ** error)
{
  GOutputVector piece = { data, size };

  return write_vectors (self, &piece, 1, error);
}

/* self->head, then the spans. */
static gboolean
write_message (FileOutput * self, const RrdSpan * spans, gsize n_spans,
    GError ** error)
{
  GOutputVector *pieces = g_new (GOutputVector, n_spans + 1);
  gboolean ok;

  pieces[0].buffer = self->head.data;
  pieces[0].size = self->head.size;
  for (gsize i = 0; i < n_spans; i++) {
    pieces[i + 1].buffer = spans[i].data;
    pieces[i + 1].size = spans[i].size;
  }
  ok = write_vectors (self, pieces, n_spans + 1, error);
  g_free (pieces);
  return ok;
}

/* Takes back what follows the last complete message. A pipe's reader has to
 * live with it. */
static void
take_back (FileOutput * self)
{
  if (self->file.can_take_back && ftruncate (self->file.fd, self->end) == 0)
    lseek (self->file.fd, self->end, SEEK_SET);
  self->has_footer = FALSE;
  self->reserved = 0;
}

/* Where that cannot be, writes find their space themselves, or fail. */
static void
reserve_ahead (FileOutput * self)
{
#ifdef HAVE_FALLOCATE
  guint64 start = MAX (self->reserved, self->end);

  if (!self->file.can_take_back || self->reserved >= self->end + AHEAD / 2)
    return;
  self->reserved =
      fallocate (self->file.fd, FALLOC_FL_KEEP_SIZE, start, AHEAD) == 0 ?
      start + AHEAD : G_MAXUINT64;
#endif
}

/* Cut off where the file ends anyway, it has no space after that. */
static void
release_reserved (FileOutput * self)
{
  off_t size = lseek (self->file.fd, 0, SEEK_CUR);
  G_GNUC_UNUSED int kept;

  if (self->file.can_take_back && self->reserved > 0 && size >= 0)
    kept = ftruncate (self->file.fd, size);
  self->reserved = 0;
}

static gboolean
check_name (FileOutput * self, GError ** error)
{
  GError *why = NULL;

  if (rerun_file_check_name (&self->file, &why))
    return TRUE;
  g_set_error (error, why->domain, why->code, "%s; its %" G_GUINT64_FORMAT
      " frames are lost", why->message, self->frames);
  g_error_free (why);
  return FALSE;
}

static gboolean
file_open (RerunOutput * output, GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  uint8_t header[RRD_STREAM_HEADER_SIZE];

  rrd_stream_header (self->compression, header);
  if (self->manifest == NULL || !rrd_file_store_info (self->store, &self->head))
    return set_result_error (error, RRD_NO_MEMORY);
  if (!write_bytes (self, header, sizeof header, error)
      || !write_bytes (self, self->head.data, self->head.size, error)) {
    take_back (self);
    return FALSE;
  }
  self->end = sizeof header + self->head.size;
  return TRUE;
}

static gboolean
write_uncompressed (FileOutput * self, const RrdChunk * chunk, gsize * size,
    GError ** error)
{
  if (!rrd_file_head (self->store, chunk, &self->head))
    return set_result_error (error, RRD_NO_MEMORY);
  *size = self->head.size + chunk->size;
  return write_message (self, chunk->spans, chunk->n_spans, error);
}

static gboolean
write_lz4 (FileOutput * self, const RrdChunk * chunk, gsize * size,
    GError ** error)
{
  RrdSpan payload;
  RrdResult result = rrd_file_lz4 (self->store, chunk, &self->scratch,
      &self->head, &payload);

  if (result == RRD_TOO_LARGE)
    return write_uncompressed (self, chunk, size, error);
  if (result != RRD_OK)
    return set_result_error (error, result);
  *size = self->head.size + payload.size;
  return write_message (self, &payload, 1, error);
}

static gboolean
write_chunk (FileOutput * self, const RrdChunk * chunk, guint frames,
    GError ** error)
{
  gsize size = 0;
  gboolean ok;

  /* what is written after a cut would hide it */
  if (!rerun_file_check_size (&self->file, error))
    return FALSE;
  if (self->has_footer)
    take_back (self);
  reserve_ahead (self);
  if (self->compression == RRD_COMPRESSION_LZ4)
    ok = write_lz4 (self, chunk, &size, error);
  else
    ok = write_uncompressed (self, chunk, &size, error);
  if (ok && !rrd_manifest_add (self->manifest, chunk, self->end, size))
    ok = set_result_error (error, RRD_NO_MEMORY);
  if (ok) {
    self->end += size;
    self->frames += frames;
    GST_LOG ("%s: chunk of %" G_GSIZE_FORMAT " bytes, ends at %"
        G_GUINT64_FORMAT, self->parent.address, size, self->end);
  } else {
    take_back (self);
  }
  return ok;
}

/* The kept rows of one schema, from number @first on. Frees and clears them. */
static gboolean
write_gathered (FileOutput * self, guint first, GError ** error)
{
  RerunRow **kept = (RerunRow **) self->kept->pdata;
  RerunRow **rows = g_new (RerunRow *, self->kept->len);
  RrdTuid id = rerun_ids_next (self->ids);
  RrdSchema *schema = kept[first]->schema;
  guint n = 0, frames = 0;
  RrdResult result;
  RrdChunk *chunk;
  gboolean ok = FALSE;

  for (guint i = first; i < self->kept->len; i++) {
    if (kept[i] == NULL || kept[i]->schema != schema)
      continue;
    frames += rerun_row_is_frame (kept[i]);
    rows[n++] = g_steal_pointer (&kept[i]);
  }
  chunk = rerun_rows_make_chunk (rows, n, &id, &result);
  if (chunk == NULL)
    set_result_error (error, result);
  else
    ok = write_chunk (self, chunk, frames, error);
  if (ok)
    rerun_output_count_kept (&self->parent, frames);
  rrd_chunk_free (chunk);
  for (guint i = 0; i < n; i++)
    rerun_row_unref (rows[i]);
  g_free (rows);
  return ok;
}

static gboolean
file_flush (RerunOutput * output, GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  gboolean ok = TRUE;

  for (guint i = 0; i < self->kept->len && ok; i++) {
    if (self->kept->pdata[i] != NULL)
      ok = write_gathered (self, i, error);
  }
  g_ptr_array_set_size (self->kept, 0);
  self->kept_bytes = 0;
  self->keeps_state = FALSE;
  rerun_output_set_flush_at (output, 0);
  return ok;
}

static gboolean
keep (FileOutput * self, RerunRow * row, GError ** error)
{
  if (self->kept_bytes + row->size > GATHER_BYTES
      && !file_flush (&self->parent, error))
    return FALSE;
  if (self->kept->len == 0)
    rerun_output_set_flush_at (&self->parent,
        g_get_monotonic_time () + GATHER_TIME);
  g_ptr_array_add (self->kept, rerun_row_ref (row));
  self->kept_bytes += row->size;
  self->keeps_state |= row->kind == RERUN_ROW_STATE;
  return TRUE;
}

static gboolean
file_write (RerunOutput * output, RerunRow * row, gboolean * kept,
    GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  const RrdChunk *chunk;
  RrdResult result;

  *kept = rerun_row_is_small (row);
  if (*kept)
    return keep (self, row, error);
  /* who reads the file from its start on knows what holds for a picture before it */
  if (self->keeps_state && !file_flush (output, error))
    return FALSE;
  chunk = rerun_row_get_chunk (row, &result);
  if (chunk == NULL)
    return set_result_error (error, result);
  return write_chunk (self, chunk, rerun_row_is_frame (row), error);
}

typedef struct
{
  FileOutput *self;
  GError **error;
} FooterWrite;

static bool
footer_write (void *user, const void *data, size_t size)
{
  FooterWrite *footer = user;

  return write_bytes (footer->self, data, size, footer->error);
}

static gboolean
write_footer (FileOutput * self, GError ** error)
{
  FooterWrite footer = { self, error };
  RrdResult result = rrd_manifest_write (self->manifest, self->store,
      self->end, footer_write, &footer);

  self->has_footer = result == RRD_OK;
  release_reserved (self);
  if (self->has_footer) {
    GST_INFO ("%s: footer of %" G_GUINT64_FORMAT " frames written after %"
        G_GUINT64_FORMAT " bytes", self->parent.address, self->frames,
        self->end);
    return TRUE;
  }
  take_back (self);
  return result == RRD_WRITE_FAILED ? FALSE : set_result_error (error, result);
}

static gboolean
file_finish (RerunOutput * output, gboolean last, GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  GError *why = NULL;

  if (!file_flush (output, error))
    return FALSE;
  if (self->has_footer || (!self->file.can_take_back && !last))
    return TRUE;
  if (!rerun_file_check_size (&self->file, error) || !check_name (self, error)
      || !write_footer (self, error))
    return FALSE;
  return rerun_file_check (&self->file, &why)
      || set_write_error (self, why, error);
}

static gboolean
file_close (RerunOutput * output, GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  gboolean ok = rerun_file_check_size (&self->file, error)
      && check_name (self, error);
  GError *why = NULL;

  release_reserved (self);
  if (rerun_file_close (&self->file, &why))
    return ok;
  if (ok)
    return set_write_error (self, why, error);
  g_error_free (why);
  return FALSE;
}

static void
file_free (RerunOutput * output)
{
  FileOutput *self = (FileOutput *) output;

  rerun_file_close (&self->file, NULL);
  g_ptr_array_unref (self->kept);
  rrd_manifest_free (self->manifest);
  arrow_bytes_clear (&self->head);
  arrow_bytes_clear (&self->scratch);
}

static const RerunOutputClass file_class = {
  .open = file_open,
  .write = file_write,
  .flush = file_flush,
  .finish = file_finish,
  .close = file_close,
  .free = file_free,
};

static void
unref_row (gpointer row)
{
  if (row != NULL)
    rerun_row_unref (row);
}

RerunOutput *
rerun_file_output_new (const RerunFile * file, const gchar * location,
    const RrdStore * store, RerunIds * ids, RrdCompression compression,
    const RerunQueueSettings * settings)
{
  RerunQueueSettings queue = *settings;
  FileOutput *self = g_new0 (FileOutput, 1);

  /* a file takes everything in the end, or fails */
  if (file->can_take_back)
    queue.drain_timeout = GST_CLOCK_TIME_NONE;
  self->file = *file;
  self->store = store;
  self->ids = ids;
  self->compression = compression;
  self->kept = g_ptr_array_new_with_free_func (unref_row);
  self->manifest = rrd_manifest_new ();
  rerun_output_init (&self->parent, &file_class,
      g_filename_display_name (location), &queue);
  return &self->parent;
}
