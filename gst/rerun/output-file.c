/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE             /* fallocate */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "rerun/memory.h"
#include "rerun/output-file.h"

/* Disk space is taken so far ahead of the writes, which saves them a third of their
 * time. */
#define AHEAD (8 << 20)

typedef struct
{
  RerunOutput parent;
  const RrdStore *store;
  RrdCompression compression;
  int fd;
  gboolean regular;             /* what was written can be taken back */
  guint64 end;                  /* of the last complete message */
  guint64 frames;               /* complete ones */
  guint64 reserved;             /* disk space behind it, up to here */
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

static gboolean
wait_writable (FileOutput * self, GError ** error)
{
  GPollFD fds[2] = { {self->fd, G_IO_OUT, 0} };
  GCancellable *cancellable = self->parent.cancellable;

  g_cancellable_make_pollfd (cancellable, &fds[1]);
  g_poll (fds, 2, -1);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
set_write_error (FileOutput * self, int code, GError ** error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
      "%s; %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " bytes in all, "
      "were written before and can be read", g_strerror (code), self->frames,
      self->end);
  return FALSE;
}

/* Leaves out the first @n bytes. */
static void
iov_advance (struct iovec **iov, int *n_iov, size_t n)
{
  while (*n_iov > 0 && n >= (*iov)->iov_len) {
    n -= (*iov)->iov_len;
    (*iov)++;
    (*n_iov)--;
  }
  if (*n_iov > 0) {
    (*iov)->iov_base = (guint8 *) (*iov)->iov_base + n;
    (*iov)->iov_len -= n;
  }
}

/* @iov is changed. */
static gboolean
write_iov (FileOutput * self, struct iovec *iov, int n_iov, GError ** error)
{
  while (n_iov > 0) {
    ssize_t n = writev (self->fd, iov, n_iov);

    if (n >= 0) {
      rerun_output_count_bytes (&self->parent, n);
      iov_advance (&iov, &n_iov, n);
    } else if (errno == EAGAIN) {
      if (!wait_writable (self, error))
        return FALSE;
    } else if (errno != EINTR) {
      return set_write_error (self, errno, error);
    }
  }
  return TRUE;
}

static gboolean
write_bytes (FileOutput * self, const void *data, gsize size, GError ** error)
{
  struct iovec iov = { (void *) data, size };

  return write_iov (self, &iov, 1, error);
}

/* Takes back what follows the last complete message. A pipe's reader has to
 * live with it. */
static void
take_back (FileOutput * self)
{
  if (self->regular && ftruncate (self->fd, self->end) == 0)
    lseek (self->fd, self->end, SEEK_SET);
  self->has_footer = FALSE;
  self->reserved = 0;
}

/* Where that cannot be, writes find their space themselves, or fail. */
static void
reserve_ahead (FileOutput * self)
{
  guint64 start = MAX (self->reserved, self->end);

  if (!self->regular || self->reserved >= self->end + AHEAD / 2)
    return;
  self->reserved =
      fallocate (self->fd, FALLOC_FL_KEEP_SIZE, start, AHEAD) == 0 ?
      start + AHEAD : G_MAXUINT64;
}

/* Cut off where the file ends anyway, it has no space behind it. */
static void
release_reserved (FileOutput * self)
{
  off_t size = lseek (self->fd, 0, SEEK_CUR);
  G_GNUC_UNUSED int kept;

  if (self->regular && self->reserved > 0 && size >= 0)
    kept = ftruncate (self->fd, size);
  self->reserved = 0;
}

static gboolean
file_open (RerunOutput * output, GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  uint8_t header[RRD_STREAM_HEADER_SIZE];

  rrd_stream_header (self->compression, header);
  if (!rrd_file_store_info (self->store, &self->head))
    return set_result_error (error, RRD_NO_MEMORY);
  if (!write_bytes (self, header, sizeof header, error)
      || !write_bytes (self, self->head.data, self->head.size, error)) {
    take_back (self);
    return FALSE;
  }
  self->end = sizeof header + self->head.size;
  return TRUE;
}

/* self->head, then the spans. */
static gboolean
write_message (FileOutput * self, const RrdSpan * spans, gsize n_spans,
    GError ** error)
{
  struct iovec *iov = g_newa (struct iovec, n_spans + 1);

  iov[0].iov_base = self->head.data;
  iov[0].iov_len = self->head.size;
  for (gsize i = 0; i < n_spans; i++) {
    iov[i + 1].iov_base = (void *) spans[i].data;
    iov[i + 1].iov_len = spans[i].size;
  }
  return write_iov (self, iov, n_spans + 1, error);
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
file_write (RerunOutput * output, const RerunMessage * message, GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  gsize size = 0;
  gboolean ok;

  if (self->has_footer)
    take_back (self);
  reserve_ahead (self);
  if (self->compression == RRD_COMPRESSION_LZ4)
    ok = write_lz4 (self, message->chunk, &size, error);
  else
    ok = write_uncompressed (self, message->chunk, &size, error);
  if (ok && !rrd_manifest_add (self->manifest, message->chunk, self->end, size))
    ok = set_result_error (error, RRD_NO_MEMORY);
  if (ok) {
    self->end += size;
    self->frames += message->slot == 0;
  } else {
    take_back (self);
  }
  return ok;
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
file_finish (RerunOutput * output, gboolean last, GError ** error)
{
  FileOutput *self = (FileOutput *) output;
  FooterWrite footer = { self, error };
  RrdResult result;

  if (self->has_footer || (!self->regular && !last))
    return TRUE;
  result = rrd_manifest_write (self->manifest, self->store, self->end,
      footer_write, &footer);
  self->has_footer = result == RRD_OK;
  release_reserved (self);
  if (self->has_footer)
    return TRUE;
  take_back (self);
  return result == RRD_WRITE_FAILED ? FALSE : set_result_error (error, result);
}

static void
file_free (RerunOutput * output)
{
  FileOutput *self = (FileOutput *) output;

  release_reserved (self);
  close (self->fd);
  rrd_manifest_free (self->manifest);
  arrow_bytes_clear (&self->head);
  arrow_bytes_clear (&self->scratch);
}

static const RerunOutputClass file_class = {
  .open = file_open,
  .write = file_write,
  .finish = file_finish,
  .free = file_free,
};

/* A pipe is opened anew, so that it can be made non-blocking for us alone. */
static int
open_stdout (void)
{
  struct stat info;

  if (fstat (STDOUT_FILENO, &info) == 0 && S_ISFIFO (info.st_mode)) {
    int fd = open ("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0)
      return fd;
  }
  return fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
}

/* Empties the file, unless another program is writing it: that one keeps a lock
 * on it, as we do from now on. File systems without locks go without. */
static gboolean
take_file (int fd)
{
  return !(flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      && ftruncate (fd, 0) == 0;
}

static int
open_location (const gchar * location, gboolean * regular, GError ** error)
{
  gboolean is_stdout = strcmp (location, "-") == 0;
  struct stat info;
  /* non-blocking: a named pipe without a reader is an error, not a wait */
  int fd = is_stdout ? open_stdout () : open (location,
      O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);

  *regular = fd >= 0 && !is_stdout && fstat (fd, &info) == 0
      && S_ISREG (info.st_mode);
  if (fd >= 0 && (!*regular || take_file (fd)))
    return fd;

  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno),
      errno == EWOULDBLOCK ? "another program is writing it" :
      g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

RerunOutput *
rerun_file_output_new (const gchar * location, const RrdStore * store,
    RrdCompression compression, const RerunQueueSettings * settings,
    GError ** error)
{
  RerunQueueSettings queue = *settings;
  gboolean regular;
  int fd = open_location (location, &regular, error);
  FileOutput *self;

  if (fd < 0)
    return NULL;
  /* a file takes everything in the end, or fails */
  if (regular)
    queue.drain_timeout = GST_CLOCK_TIME_NONE;
  self = g_new0 (FileOutput, 1);
  self->store = store;
  self->compression = compression;
  self->fd = fd;
  self->regular = regular;
  self->manifest = rerun_need (rrd_manifest_new ());
  rerun_output_init (&self->parent, &file_class, g_strdup (location), &queue);
  return &self->parent;
}
