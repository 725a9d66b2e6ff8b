/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/output.h"

G_BEGIN_DECLS

/* What the files of an output share: its queue (output-queue.c), video in that
 * (output-video.c), its thread (output-writer.c), its users and its life (output.c).
 * All is called with the output's lock held. */

GST_DEBUG_CATEGORY_EXTERN (rerun_output_debug);
#define GST_CAT_DEFAULT rerun_output_debug

/* Between two attempts to reach a server: grows from the first to the last. */
#define RERUN_FIRST_RETRY_DELAY (100 * G_TIME_SPAN_MILLISECOND)
#define RERUN_LAST_RETRY_DELAY (5 * G_TIME_SPAN_SECOND)

/* A row in a queue. */
typedef struct
{
  RerunRow *row;                /* NULL: not held any more */
  gboolean is_frame;
  guint64 serial;
  guint64 nth;                  /* of the rows written since open() */
} RerunEntry;

void rerun_entry_free (gpointer entry);

/* A state that has left the queue. */
typedef struct
{
  RerunRow *row;
  gboolean written;             /* to the stream that is open now */
} RerunState;

void rerun_state_free (gpointer state);

/* Returns: the first state that the stream does not have yet, or NULL */
RerunState *rerun_queue_next_state (RerunOutput * self);

/* Keeps a state that leaves the queue, in the place of an older one of its slot. */
void rerun_queue_keep_state (RerunOutput * self, RerunRow * row,
    gboolean written);

void rerun_queue_push (RerunOutput * self, RerunRow * row);

/* Whether @size more bytes of frames may be held. */
gboolean rerun_queue_has_room (RerunOutput * self, gsize size);

/* Lets go of frames that were sent and are not confirmed, the oldest first, until
 * there is room for @size more bytes or there are no more of them. */
void rerun_queue_release_for (RerunOutput * self, gsize size);

/* Drops the oldest frames until there is room for @size more bytes. */
void rerun_queue_drop_for (RerunOutput * self, gsize size);

/* Drops those frames of the queue for which @drops says so. */
void rerun_queue_drop_if (RerunOutput * self,
    gboolean (*drops) (RerunRow * row, gpointer data), gpointer data);

/* What was sent and not confirmed goes back to the front of the queue; frames that
 * are not held any more are lost, and counted so. */
void rerun_queue_take_back (RerunOutput * self);

/* Whether all rows up to @serial are written and, if that can be known, have arrived,
 * or were dropped. */
gboolean rerun_queue_settled (RerunOutput * self, guint64 serial);

/* Frames that users have pushed, neither written nor dropped. */
guint64 rerun_queue_outstanding (RerunOutput * self);

/* Of video: whether @row may be shown after what the stream has. FALSE: it needs a
 * key frame first, and is to be dropped. */
gboolean rerun_video_may_push (RerunOutput * self, RerunRow * row);

/* A new frame of @schema was dropped: none that needs it may be pushed. */
void rerun_video_break (RerunOutput * self, RrdSchema * schema);

/* The oldest frame of @schema was dropped: those in the queue that need it go, too. */
void rerun_video_drop_dependent (RerunOutput * self, RrdSchema * schema);

/* A new stream begins: each video begins with a key frame. */
void rerun_video_begin (RerunOutput * self);

void rerun_video_free_all (RerunOutput * self);

/* The thread has something to look at. */
void rerun_output_wake (RerunOutput * self);

/* Returns: %TRUE if all users have ended, and finish() was not told yet */
gboolean rerun_output_wants_finish (RerunOutput * self);

/* Of a GThread. */
gpointer rerun_output_thread (gpointer output);

G_END_DECLS
