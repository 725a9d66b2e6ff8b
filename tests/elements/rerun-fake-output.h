/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An output that does as it is told: it blocks, fails and keeps rows. */

#include <gst/check/gstcheck.h>

#include "rerun/output.h"

#define FRAME_BYTES 1000
#define MAX_ROW (FRAME_BYTES + sizeof (RerunRow))

typedef struct
{
  RerunOutput parent;
  GMutex lock;
  GCond cond;
  gboolean blocked;
  gboolean writing;
  gint fail_at;                 /* the write that fails, -1 = none */
  gboolean away;                /* open() fails */
  GArray *tries;                /* of open(): monotonic times */
  gboolean close_fails;
  gboolean silent;              /* nothing is confirmed */
  gboolean keeps;               /* rows are kept until flush() */
  guint kept;
  guint flushed;                /* times */
  gboolean woken;
  guint64 since_open;
  gint opened;
  GArray *ids;                  /* of what was written, in order */
} Fake;

/* Speaks for the output. */
extern GstElement *element;
/* and what that says */
extern gboolean wants_to_go_on, is_ending;

/* How often finish() was called, and how often with @last: what is left when the
 * output is gone. */
extern gint finished, finished_last;

extern const RerunOutputClass fake_class, live_fake_class;
extern const RerunUserClass user_class;

void setup (void);
void teardown (void);

/* With a queue for @n_frames. */
Fake *fake_new (const RerunOutputClass * klass, RerunLeaky leaky,
    guint n_frames);
RerunUser *fake_attach (Fake * self);

/* Detaches the only user, and stops. */
void stop (Fake * fake, RerunUser * user);

void fake_set_blocked (Fake * self, gboolean blocked);

/* Until the thread hangs in write(). */
void fake_wait_writing (Fake * self);

/* For a drain, or a stop, that is to time out; else it takes what it takes. */
void fake_be_impatient (Fake * self, gboolean impatient);

/* A row; @number tells one from the other. */
gboolean push_kind (RerunUser * user, RerunRowKind kind, guint slot,
    gint64 number, GError ** error);

/* A frame, or, with a slot, a state. */
gboolean push (RerunUser * user, guint slot, gint64 number, GError ** error);

guint64 stat_of (Fake * fake, const gchar * name);
void wait_for_stat (Fake * fake, const gchar * name, guint64 value);

/* Frames that were written, dropped or are queued: all that were pushed. */
guint64 balance (Fake * fake);

/* Until so many rows have been written, whatever became of them. */
void wait_for_writes (Fake * fake, guint n);

/* The row @index that was written has this number. */
void check_written (Fake * fake, guint index, guint64 id);
