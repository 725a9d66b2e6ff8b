/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening, locking and writing of files, pipes, sockets and devices, so that no write
 * waits longer than it is wanted. */

#define _GNU_SOURCE             /* O_CLOEXEC, F_DUPFD_CLOEXEC */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#ifdef HAVE_FLOCK
#include <sys/file.h>
#endif
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "rerun/file.h"

/* What poll() promises that a pipe takes: POSIX's smallest PIPE_BUF. */
#define SMALL_WRITE 512

/* writev() takes no more at once. */
#define MAX_VECTORS 1024

/* GIO relies on it, too. */
G_STATIC_ASSERT (sizeof (GOutputVector) == sizeof (struct iovec)
    && G_STRUCT_OFFSET (GOutputVector, buffer) ==
    G_STRUCT_OFFSET (struct iovec, iov_base)
    && G_STRUCT_OFFSET (GOutputVector, size) ==
    G_STRUCT_OFFSET (struct iovec, iov_len));

#ifndef HAVE_FLOCK
enum
{
  LOCK_EX = 2,
  LOCK_NB = 4,
  LOCK_UN = 8
};

/* Without it, two programs can write the same file. */
static int
flock (int fd, int operation)
{
  return 0;
}
#endif

static gboolean
fail (GError ** error, int code, const gchar * what)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code),
      what != NULL ? what : g_strerror (code));
  return FALSE;
}

/* Standard output belongs to others, too: pipes and devices are opened anew, so that
 * they can be made non-blocking for us alone. Where there is no /proc, they stay as
 * they are. */
static int
open_stdout (gboolean * reopened)
{
  struct stat info;
  int fd = -1;

  if (fstat (STDOUT_FILENO, &info) == 0
      && (S_ISFIFO (info.st_mode) || S_ISCHR (info.st_mode)))
    fd = open ("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  *reopened = fd >= 0;
  return fd >= 0 ? fd : fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
}

static const gchar *
open_problem (int code, const gchar * location)
{
  struct stat info;

  if (code != ENXIO || stat (location, &info) != 0)
    return NULL;
  if (S_ISSOCK (info.st_mode))
    return "this is a socket; name a file, or a pipe made by mkfifo";
  return S_ISFIFO (info.st_mode) ? "nobody reads this named pipe; start its "
      "reader before" : NULL;
}

gboolean
rerun_file_open (RerunFile * self, const gchar * location, GError ** error)
{
  gboolean is_stdout = strcmp (location, "-") == 0, nonblocking = TRUE;
  struct stat info;

  memset (self, 0, sizeof *self);
  self->fd = is_stdout ? open_stdout (&nonblocking) : open (location,
      O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0666);
  if (self->fd < 0)
    return fail (error, errno, open_problem (errno, location));
  if (fstat (self->fd, &info) == 0) {
    self->can_take_back = !is_stdout && S_ISREG (info.st_mode);
    self->has_name = self->can_take_back && info.st_nlink > 0;
    self->is_socket = S_ISSOCK (info.st_mode);
    self->may_block = !nonblocking && !S_ISREG (info.st_mode);
  }
  return TRUE;
}

gchar *
rerun_file_identity (const RerunFile * self)
{
  struct stat info = { 0, };

  fstat (self->fd, &info);
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
      (guint64) info.st_dev, (guint64) info.st_ino);
}

gboolean
rerun_file_take (RerunFile * self, GError ** error)
{
  if (!self->can_take_back)
    return TRUE;
  /* file systems without locks go without */
  self->locked = flock (self->fd, LOCK_EX | LOCK_NB) == 0;
  if (!self->locked && errno == EWOULDBLOCK)
    return fail (error, EWOULDBLOCK, "another program is writing it");
  if (ftruncate (self->fd, 0) != 0)
    return fail (error, errno, NULL);
  return TRUE;
}

static gboolean
wait_writable (RerunFile * self, GCancellable * cancellable, GError ** error)
{
  GPollFD fds[2] = { {self->fd, G_IO_OUT, 0} };

  g_cancellable_make_pollfd (cancellable, &fds[1]);
  g_poll (fds, 2, -1);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* As much as goes without waiting, after poll() where that cannot be had otherwise. */
static gssize
write_some (RerunFile * self, RerunVectors * vectors)
{
  struct iovec *iov = (struct iovec *) vectors->next;
  struct msghdr message = {
    .msg_iov = iov,.msg_iovlen = MIN (vectors->n, MAX_VECTORS)
  };

  if (self->is_socket)
    return sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (self->may_block)
    return write (self->fd, iov->iov_base, MIN (iov->iov_len, SMALL_WRITE));
  return writev (self->fd, iov, message.msg_iovlen);
}

gboolean
rerun_file_write (RerunFile * self, RerunVectors * vectors,
    GCancellable * cancellable, gsize * written, GError ** error)
{
  *written = 0;
  while (vectors->n > 0) {
    gssize n;

    if (self->may_block && !self->is_socket
        && !wait_writable (self, cancellable, error))
      return FALSE;
    n = write_some (self, vectors);
    if (n >= 0) {
      *written += n;
      rerun_vectors_advance (vectors, n);
    } else if (errno == EAGAIN) {
      if (!wait_writable (self, cancellable, error))
        return FALSE;
    } else if (errno != EINTR) {
      return fail (error, errno, NULL);
    }
  }
  return TRUE;
}

gboolean
rerun_file_check_size (RerunFile * self, GError ** error)
{
  off_t written, size;

  if (!self->can_take_back)
    return TRUE;
  written = lseek (self->fd, 0, SEEK_CUR);
  size = lseek (self->fd, 0, SEEK_END);
  if (size == written)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "somebody else has "
      "changed the size of the file while it was written, from %"
      G_GINT64_FORMAT " to %" G_GINT64_FORMAT " bytes", (gint64) written,
      (gint64) size);
  return FALSE;
}

gboolean
rerun_file_check_name (RerunFile * self, GError ** error)
{
  struct stat info;

  if (!self->has_name || fstat (self->fd, &info) != 0 || info.st_nlink > 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
      "somebody else has removed the file while it was written");
  return FALSE;
}

/* Closing one of two descriptors of a file writes back what network file systems still
 * hold, and says whether that worked. */
gboolean
rerun_file_check (RerunFile * self, GError ** error)
{
  int fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);

  if (fd >= 0 && close (fd) != 0 && errno != EINTR)
    return fail (error, errno, NULL);
  return TRUE;
}

/* A child of this process may have the file open still: it is not to keep the lock. */
gboolean
rerun_file_close (RerunFile * self, GError ** error)
{
  int fd = self->fd;

  self->fd = -1;
  if (fd < 0)
    return TRUE;
  if (self->locked)
    flock (fd, LOCK_UN);
  if (close (fd) != 0 && errno != EINTR)
    return fail (error, errno, NULL);
  return TRUE;
}
