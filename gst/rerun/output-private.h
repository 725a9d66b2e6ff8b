/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/output.h"

G_BEGIN_DECLS

/* What the two sides of an output, its users and its thread, share. All is called
 * with the output's lock held. */

/* Between two attempts to reach a server: grows from the first to the last. */
#define RERUN_FIRST_RETRY_DELAY (100 * G_TIME_SPAN_MILLISECOND)
#define RERUN_LAST_RETRY_DELAY (5 * G_TIME_SPAN_SECOND)

/* A message in a queue. */
typedef struct
{
  RerunMessage *message;
  guint64 serial;
  guint64 nth;                  /* of the messages written since open() */
} RerunEntry;

void rerun_entry_free (gpointer entry);

/* The thread has something to look at. */
void rerun_output_wake (RerunOutput * self);

/* Returns: the first static message that the stream does not have yet, or NULL */
RerunEntry *rerun_output_next_static (RerunOutput * self);

/* Returns: %TRUE if all users have ended, and finish() was not told yet */
gboolean rerun_output_wants_finish (RerunOutput * self);

/* Lets go of the oldest frame that was sent and is not confirmed. */
void rerun_output_release_sent (RerunOutput * self);

/* Of a GThread. */
gpointer rerun_output_thread (gpointer output);

G_END_DECLS
