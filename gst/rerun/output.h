/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "rerun/row.h"

G_BEGIN_DECLS

/*
 * Where the rows of a recording go: a bounded queue, a thread that empties it, and a
 * class that knows how to write a row to a file or to a server. Several elements may
 * share one output.
 *
 *                 open() worked          all users have ended: finish()
 *   CLOSED  ─────────────────────▶ OPEN ────────────────────────────────▶ FINISHED
 *     ▲  ▲                        │  │ ▲                                   │  │
 *     │  └─ open() failed: waits  │  │ └──────── a user pushes again ──────┘  │
 *     │     until retry_at        │  └── no users left: finish(last) ────▶ ENDED
 *     │                           │                                           │
 *     └────── the server was lost ┴───────────────────────────────────────────┘
 *
 * An output that is not live has no second chance: where a live one is CLOSED again,
 * it is FAILED for ever.
 *
 * Lock order: the registry's lock (registry.c), then an output's. Neither is held
 * while a class works, a message is posted or an element waits.
 */
typedef struct _RerunOutput RerunOutput;

typedef enum
{
  RERUN_OUTPUT_CLOSED,
  RERUN_OUTPUT_OPEN,
  RERUN_OUTPUT_FINISHED,
  RERUN_OUTPUT_ENDED,
  RERUN_OUTPUT_FAILED
} RerunOutputState;

typedef enum
{
  RERUN_LEAKY_NO,               /* wait */
  RERUN_LEAKY_UPSTREAM,         /* drop the new frame */
  RERUN_LEAKY_DOWNSTREAM        /* drop the oldest ones */
} RerunLeaky;

/**
 * RerunQueueSettings:
 * @max_bytes: how much the queue holds, at least one frame
 * @leaky: what happens to frames when it is full; other rows always go in
 * @drain_timeout: how long draining and stopping wait: for a live output in all;
 *   for another one only stopping does, as long as nothing is written
 */
typedef struct
{
  guint64 max_bytes;
  RerunLeaky leaky;
  GstClockTime drain_timeout;
} RerunQueueSettings;

/**
 * RerunOutputClass:
 * @live: a server: after a failure the stream is opened anew, and what it has got
 *   is known only when it confirms it, see rerun_output_confirm()
 * @open: begins a stream; all states are written next
 * @write: writes one row. If it only keeps the row (with a reference), to write it
 *   together with others, it sets @kept, and then rerun_output_set_flush_at().
 * @flush: (nullable): writes what was kept
 * @wait: (nullable): called while there is nothing to write; returns when @wake
 *   is called, or the stream wants attention
 * @wake: (nullable): ends @wait; called by any thread, with the lock held
 * @finish: all that came has been written; with @last, nothing more will come
 * @close: (nullable): ends the stream, after any open() that worked
 * @free: frees what the class added
 *
 * The output's thread calls all but wake(), never with a lock held. open(), write(),
 * flush() and finish() may block, but return soon once @cancellable is cancelled.
 */
typedef struct
{
  gboolean live;
    gboolean (*open) (RerunOutput * self, GError ** error);
    gboolean (*write) (RerunOutput * self, RerunRow * row, gboolean * kept,
      GError ** error);
    gboolean (*flush) (RerunOutput * self, GError ** error);
    gboolean (*wait) (RerunOutput * self, GError ** error);
  void (*wake) (RerunOutput * self);
    gboolean (*finish) (RerunOutput * self, gboolean last, GError ** error);
    gboolean (*close) (RerunOutput * self, GError ** error);
  void (*free) (RerunOutput * self);
} RerunOutputClass;

/* A live output's way through losses of its server. */
typedef struct
{
  gint64 retry_at;              /* monotonic time */
  gint64 retry_delay;
  gboolean warned;              /* that the server is away */
  gboolean proven;              /* the server confirmed something */
  gboolean ever;                /* ... at any time */
  gboolean slow;                /* users know that it takes too little */
  guint64 dropped_before;       /* frames, when the server last confirmed something */
  guint reconnects;
} RerunOutage;

/* The first member of the struct of every class. */
struct _RerunOutput
{
  const RerunOutputClass *klass;
  gchar *address;               /* UTF-8 */
  GCancellable *cancellable;

  /*< private > */
  RerunQueueSettings settings;
  GThread *thread;
  GMutex lock;                  /* guards what follows */
  GCond work;                   /* the thread waits for it */
  GCond progress;               /* all others do */

  RerunOutputState state;
  GQueue queue;                 /* of RerunEntry: to be written */
  GQueue sent;                  /* of RerunEntry: until confirmed */
  GQueue states;                /* of RerunState: the newest of each slot that has
                                 * left the queue */
  guint64 serial;               /* of the last row that was taken */
  guint64 reported;             /* up to here, users know what was not delivered */
  guint64 writing;              /* serial of the row in write(), or 0 */
  guint64 writes;               /* rows written since open() */
  gint64 flush_at;              /* monotonic time, 0: nothing is kept */
  guint64 kept_from;            /* serial of the first row that is kept */
  gsize queue_bytes;            /* of all frames that are held */

  /* frames: where they are, and what became of them */
  guint64 frames_queued;        /* in the queue, being written, kept */
  guint64 frames_sent;          /* and not confirmed */
  guint64 frames_unconfirmed;   /* of these, those that are not held any more */
  guint64 frames_kept;          /* of those queued */
  guint64 frames_written;
  guint64 frames_dropped;
  guint64 bytes_written;

  GList *users;
  GList *videos;                /* see output-video.c */
  gboolean waiting;             /* in wait() */
  gboolean stopping;
  GError *failure;
  RerunOutage outage;
};

/**
 * RerunUserClass:
 * @go_on: a wait was interrupted by rerun_user_set_flushing(): waits until the
 *   element may go on. Returns: %FALSE if it is to stop
 * @is_ending: whether something waits for this wait to end: the end of the stream is
 *   on its way
 *
 * What an output asks the element that waits for it, never with a lock held.
 */
typedef struct
{
  gboolean (*go_on) (GstElement * element);
  gboolean (*is_ending) (GstElement * element);
} RerunUserClass;

/* One element's use of an output. */
typedef struct
{
  RerunOutput *output;
  GstElement *element;          /* outlives the user */
  const RerunUserClass *klass;
  gboolean flushing;
  gboolean ended;
  gint64 give_way_at;           /* monotonic time: the end that is on its way has
                                 * waited enough; 0: none is */
} RerunUser;

/* For the classes: @self is zeroed memory, from g_malloc(). Takes @address. */
void rerun_output_init (RerunOutput * self, const RerunOutputClass * klass,
    gchar * address, const RerunQueueSettings * settings);

/* For the classes: @n bytes have left. */
void rerun_output_count_bytes (RerunOutput * self, gsize n);

/* For live classes: the server got the first @n of the rows that were written since
 * open(). */
void rerun_output_confirm (RerunOutput * self, guint64 n);

/* For classes that keep rows: flush() is called at @time of the monotonic clock; 0:
 * nothing is kept. */
void rerun_output_set_flush_at (RerunOutput * self, gint64 time);

/* For classes that keep rows: @frames of them have been written. */
void rerun_output_count_kept (RerunOutput * self, guint frames);

/* For the classes: a warning or info message of the first user. */
void rerun_output_tell (RerunOutput * self, GstMessageType type,
    const gchar * format, ...) G_GNUC_PRINTF (3, 4);

/* Starts the thread. */
void rerun_output_start (RerunOutput * self);

/**
 * rerun_output_stop:
 *
 * For an output without users: waits as the settings say for what the queue
 * holds, ends the thread and frees the output.
 *
 * Returns: %FALSE if something was not written; @error says what
 */
gboolean rerun_output_stop (RerunOutput * self, GError ** error);

RerunUser *rerun_output_attach (RerunOutput * self, GstElement * element,
    const RerunUserClass * klass);

/* Returns: %TRUE if that was the last user: stop it. */
gboolean rerun_user_detach (RerunUser * user);

/**
 * rerun_user_push:
 *
 * Queues @row, of which it takes a reference. Waits for room where the settings say
 * so.
 *
 * Returns: %FALSE if the output failed, or with %G_IO_ERROR_CANCELLED if the element
 * is to stop; the frame is counted as dropped then
 */
gboolean rerun_user_push (RerunUser * user, RerunRow * row, GError ** error);

/* Counts @row, if it is a frame, as dropped instead of pushing it. */
void rerun_user_drop (RerunUser * user, RerunRow * row);

/**
 * rerun_user_drain:
 *
 * The user has no more to push, for now: waits until all that was pushed so far
 * is written. The last of the users to drain waits for finish() too.
 *
 * Returns: %FALSE if the output failed, with %G_IO_ERROR_TIMED_OUT if a live output
 * has not got all frames in time, with %G_IO_ERROR_CANCELLED if the element is to stop
 */
gboolean rerun_user_drain (RerunUser * user, GError ** error);

/* While flushing, the user's push() and drain() do not wait, but ask go_on(). */
void rerun_user_set_flushing (RerunUser * user, gboolean flushing);

/* Counters under these names: frames-written, bytes-written, frames-queued,
 * queue-bytes, frames-dropped; of a live output also frames-unconfirmed, connected,
 * reconnects. */
GstStructure *rerun_output_stats (RerunOutput * self);

G_END_DECLS
