/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "rerun/message.h"

G_BEGIN_DECLS

/*
 * Where the messages of a recording go: a bounded queue, a thread that empties
 * it, and a class that knows how to write a message to a file or to a server.
 * Several elements may share one output.
 */
typedef struct _RerunOutput RerunOutput;

typedef enum
{
  RERUN_LEAKY_NO,               /* wait */
  RERUN_LEAKY_UPSTREAM,         /* drop the new frame */
  RERUN_LEAKY_DOWNSTREAM        /* drop the oldest ones */
} RerunLeaky;

/**
 * RerunQueueSettings:
 * @max_bytes: how much the queue holds, at least one frame
 * @leaky: what happens to frames when it is full; static data always goes in
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
 * @live: a server: after a failure the stream is opened anew. Without, the first
 *   failure is the last.
 * @open: begins a stream; all static data is written next
 * @write: writes one message
 * @wait: (nullable): called while there is nothing to write; returns when @wake
 *   is called, or the stream wants attention
 * @wake: (nullable): ends @wait; called by any thread, with the lock held
 * @finish: all that came has been written; with @last, nothing more will come
 * @close: (nullable): ends the stream, after any successful open()
 * @free: frees what the class added
 *
 * The output's thread calls all but wake(), never with a lock held. open(),
 * write() and finish() may block, but return soon once @cancellable is cancelled.
 * A live class confirms what the server got with rerun_output_confirm().
 */
typedef struct
{
  gboolean live;
    gboolean (*open) (RerunOutput * self, GError ** error);
    gboolean (*write) (RerunOutput * self, const RerunMessage * message,
      GError ** error);
    gboolean (*wait) (RerunOutput * self, GError ** error);
  void (*wake) (RerunOutput * self);
    gboolean (*finish) (RerunOutput * self, gboolean last, GError ** error);
  void (*close) (RerunOutput * self);
  void (*free) (RerunOutput * self);
} RerunOutputClass;

/* A live output's way through losses of its server. */
typedef struct
{
  gint64 retry_at;              /* monotonic time */
  gint64 retry_delay;
  gboolean said;                /* that the server is away */
  gboolean proven;              /* the server confirmed something */
  gboolean ever;                /* ... at any time */
  guint64 dropped_before;
  guint reconnects;
} RerunOutage;

/* The first member of the struct of every class. */
struct _RerunOutput
{
  const RerunOutputClass *klass;
  gchar *address;
  GCancellable *cancellable;

  /*< private > */
  RerunQueueSettings settings;
  GThread *thread;
  GMutex lock;                  /* guards what follows */
  GCond work;                   /* the thread waits for it */
  GCond progress;               /* all others do */

  GQueue frames;                /* of RerunEntry */
  GQueue sent;                  /* of RerunEntry: frames until confirmed */
  GQueue statics;               /* of RerunEntry: the newest of each slot */
  guint64 serial;               /* of the last message that was taken */
  guint64 static_serial;        /* of the last static message written */
  guint64 writing;              /* serial of the message in write(), or 0 */
  guint64 writes;               /* messages written since open() */
  guint frames_writing;         /* 1 if a frame is in write() */
  gsize queue_bytes;            /* of all frames that are held */
  guint64 frames_written;
  guint64 bytes_written;
  guint64 frames_dropped;

  GList *users;
  gboolean opened;
  gboolean waiting;             /* in wait() */
  gboolean finished;            /* finish() was called since the last message */
  gboolean finished_last;
  gboolean gave_up;             /* a drain timed out, nothing moved since */
  gboolean stopping;
  GError *failure;
  RerunOutage outage;
};

/* One element's use of an output. */
typedef struct
{
  RerunOutput *output;
  GstElement *element;          /* for its messages */
  gboolean flushing;
  gboolean ended;
} RerunUser;

/* For the classes: @self is zeroed memory, from g_malloc(). Takes @address. */
void rerun_output_init (RerunOutput * self, const RerunOutputClass * klass,
    gchar * address, const RerunQueueSettings * settings);

/* For the classes: @n bytes have left. */
void rerun_output_count_bytes (RerunOutput * self, gsize n);

/* For live classes: the server got the first @n of the messages that were
 * written since open(). */
void rerun_output_confirm (RerunOutput * self, guint64 n);

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

/* @element outlives the user. */
RerunUser *rerun_output_attach (RerunOutput * self, GstElement * element);

/* Returns: %TRUE if that was the last user: stop it. */
gboolean rerun_user_detach (RerunUser * user);

/**
 * rerun_user_push:
 *
 * Queues @message, of which it takes a reference. Waits for room where the
 * settings say so.
 *
 * Returns: %FALSE if the output failed, or with %G_IO_ERROR_CANCELLED if it would
 * have to wait while the user is flushing
 */
gboolean rerun_user_push (RerunUser * user, RerunMessage * message,
    GError ** error);

/* Counts @message, if it is a frame, as dropped instead of pushing it. */
void rerun_user_drop (RerunUser * user, RerunMessage * message);

/**
 * rerun_user_drain:
 *
 * The user has no more to push, for now: waits until all that was pushed so far
 * is written. The last of the users to drain waits for finish() too.
 *
 * Returns: %FALSE if the output failed, with %G_IO_ERROR_TIMED_OUT after a live
 * output's timeout, with %G_IO_ERROR_CANCELLED if the user is flushing
 */
gboolean rerun_user_drain (RerunUser * user, GError ** error);

/* While flushing, the user's push() and drain() do not wait. */
void rerun_user_set_flushing (RerunUser * user, gboolean flushing);

/* Counters under these names: frames-written, bytes-written, frames-queued,
 * queue-bytes, frames-dropped; of a live output also connected, reconnects. */
GstStructure *rerun_output_stats (RerunOutput * self);

G_END_DECLS
