/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "rerun/vectors.h"

G_BEGIN_DECLS

/* A place to write to: a regular file, a named pipe, a device, or standard output,
 * whatever that is. Used by one thread at a time. */
typedef struct
{
  int fd;
  gboolean can_take_back;       /* what was written, as of a regular file */

  /*< private > */
  gboolean has_name;            /* when it was opened; regular files only */
  gboolean may_block;           /* a write of many bytes waits for its reader */
  gboolean is_socket;
  gboolean locked;
} RerunFile;

/**
 * rerun_file_open:
 * @location: "-" for standard output
 *
 * Opens @location, or creates it, and leaves it as it is. A named pipe without a
 * reader is an error, not a wait.
 */
gboolean rerun_file_open (RerunFile * self, const gchar * location,
    GError ** error);

/* Returns: a text that all names of the same file have in common */
gchar *rerun_file_identity (const RerunFile * self);

/* Locks a regular file against other programs of this kind, and empties it. */
gboolean rerun_file_take (RerunFile * self, GError ** error);

/**
 * rerun_file_write:
 * @written: (out): bytes that have left, also where this fails
 *
 * Writes all of @vectors, which are changed, or fails. A reader that takes nothing is
 * waited for until @cancellable is cancelled.
 */
gboolean rerun_file_write (RerunFile * self, RerunVectors * vectors,
    GCancellable * cancellable, gsize * written, GError ** error);

/* Whether a regular file that was written without a gap still ends with what was written
 * last. Else somebody else has cut it off, or added to it. */
gboolean rerun_file_check_size (RerunFile * self, GError ** error);

/* Whether it still is in a folder. */
gboolean rerun_file_check_name (RerunFile * self, GError ** error);

/* Whether all that was written is where the file is: some file systems tell of a full
 * disk only when a file is closed. */
gboolean rerun_file_check (RerunFile * self, GError ** error);

/* May be called again. */
gboolean rerun_file_close (RerunFile * self, GError ** error);

G_END_DECLS
