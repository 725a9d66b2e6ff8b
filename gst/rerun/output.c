/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include "rerun/output.h"

/* Between two attempts to reach a server: grows from the first to the last. */
#define FIRST_RETRY_DELAY (100 * G_TIME_SPAN_MILLISECOND)
#define LAST_RETRY_DELAY (5 * G_TIME_SPAN_SECOND)

typedef struct
{
  RerunMessage *message;
  guint64 serial;
  guint64 nth;                  /* of the messages written since open() */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  rerun_message_unref (entry->message);
  g_free (entry);
}

/* --- what elements are told; never with the lock held ------------------------ */

static GList *
output_ref_elements (RerunOutput * self)
{
  GList *elements = NULL;

  g_mutex_lock (&self->lock);
  for (GList * link = self->users; link != NULL; link = link->next) {
    RerunUser *user = link->data;

    elements = g_list_prepend (elements, gst_object_ref (user->element));
  }
  g_mutex_unlock (&self->lock);
  return elements;
}

void
rerun_output_tell (RerunOutput * self, GstMessageType type,
    const gchar * format, ...)
{
  GList *elements = output_ref_elements (self);
  va_list arguments;
  gchar *text;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* of an INFO message, gst-launch-1.0 prints the debug text only */
  if (elements != NULL)
    gst_element_message_full (elements->data, type, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_WRITE, g_strdup (text),
        type == GST_MESSAGE_INFO ? g_strdup (text) : NULL,
        __FILE__, GST_FUNCTION, __LINE__);
  g_free (text);
  g_list_free_full (elements, gst_object_unref);
}

static void
output_tell_state (RerunOutput * self, const gchar * name, guint64 dropped)
{
  GList *elements = output_ref_elements (self);

  for (GList * link = elements; link != NULL; link = link->next)
    gst_element_post_message (link->data,
        gst_message_new_element (link->data, gst_structure_new (name,
                "uri", G_TYPE_STRING, self->address,
                "frames-dropped", G_TYPE_UINT64, dropped, NULL)));
  g_list_free_full (elements, gst_object_unref);
}

/* --- losing a server and getting it back; with the lock held ----------------- */

/* What was written, but not confirmed, is written again. */
static void
output_take_back (RerunOutput * self)
{
  Entry *entry;

  while ((entry = g_queue_pop_tail (&self->sent)) != NULL) {
    g_queue_push_head (&self->frames, entry);
    self->frames_written--;
  }
}

static void
output_tell_lost (RerunOutput * self, const GError * error)
{
  RerunOutage *outage = &self->outage;
  gboolean was_proven = outage->proven;
  gboolean first = !outage->said;

  outage->proven = FALSE;
  outage->said = TRUE;
  if (first)
    outage->dropped_before = self->frames_dropped;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  g_mutex_unlock (&self->lock);
  if (was_proven)
    output_tell_state (self, "rerunsink-disconnected", 0);
  if (first)
    rerun_output_tell (self, GST_MESSAGE_WARNING, "%s %s: %s; trying again "
        "until it is there", was_proven ? "lost" : "cannot reach",
        self->address, error->message);
  g_mutex_lock (&self->lock);
}

static void
output_lose (RerunOutput * self, GError * error)
{
  RerunOutage *outage = &self->outage;

  if (self->opened) {
    g_mutex_unlock (&self->lock);
    self->klass->close (self);
    g_mutex_lock (&self->lock);
  }
  self->opened = self->finished = self->finished_last = FALSE;
  output_take_back (self);
  outage->retry_at = g_get_monotonic_time () + outage->retry_delay;
  outage->retry_delay = MIN (2 * outage->retry_delay, LAST_RETRY_DELAY);
  output_tell_lost (self, error);
  g_error_free (error);
}

static void
output_tell_back (RerunOutput * self)
{
  RerunOutage *outage = &self->outage;
  gboolean was_away = outage->said;
  gboolean again = outage->ever;
  guint64 dropped = was_away ? self->frames_dropped - outage->dropped_before :
      0;

  outage->proven = outage->ever = TRUE;
  outage->said = FALSE;
  outage->retry_delay = FIRST_RETRY_DELAY;
  outage->reconnects += again;
  g_mutex_unlock (&self->lock);
  output_tell_state (self, again ? "rerunsink-reconnected" :
      "rerunsink-connected", dropped);
  if (was_away)
    rerun_output_tell (self, GST_MESSAGE_INFO, "connected to %s; %"
        G_GUINT64_FORMAT " frames were dropped meanwhile", self->address,
        dropped);
  g_mutex_lock (&self->lock);
}

static void
output_release_sent (RerunOutput * self)
{
  Entry *entry = g_queue_pop_head (&self->sent);

  self->queue_bytes -= entry->message->size;
  entry_free (entry);
}

void
rerun_output_confirm (RerunOutput * self, guint64 n)
{
  Entry *entry;

  g_mutex_lock (&self->lock);
  while ((entry = g_queue_peek_head (&self->sent)) != NULL && entry->nth <= n)
    output_release_sent (self);
  self->gave_up = FALSE;
  if (!self->outage.proven)
    output_tell_back (self);
  g_cond_broadcast (&self->progress);
  g_mutex_unlock (&self->lock);
}

/* --- what the thread does; the functions below are called with the lock held,
 * which they drop around the calls into the class ----------------------------- */

/* A file has no second chance. */
static void
output_fail (RerunOutput * self, GError * error)
{
  if (self->klass->live) {
    output_lose (self, error);
    return;
  }
  self->failure = error;
  self->frames_dropped += g_queue_get_length (&self->frames);
  g_queue_clear_full (&self->frames, entry_free);
  self->queue_bytes = 0;
  g_cond_broadcast (&self->progress);
}

static void
output_open (RerunOutput * self)
{
  GError *error = NULL;
  gboolean ok;

  g_mutex_unlock (&self->lock);
  ok = self->klass->open (self, &error);
  g_mutex_lock (&self->lock);
  if (!ok) {
    output_fail (self, error);
    return;
  }
  self->opened = TRUE;
  self->static_serial = 0;
  self->writes = 0;
}

/* Static data goes before the frames that came before it: it holds at all
 * times anyway. */
static Entry *
output_next_static (RerunOutput * self)
{
  for (GList * link = self->statics.head; link != NULL; link = link->next) {
    Entry *entry = link->data;

    if (entry->serial > self->static_serial)
      return entry;
  }
  return NULL;
}

static gboolean
output_write (RerunOutput * self, Entry * entry)
{
  GError *error = NULL;
  gboolean ok;

  self->writing = entry->serial;
  self->frames_writing = entry->message->slot == 0;
  g_mutex_unlock (&self->lock);
  ok = self->klass->write (self, entry->message, &error);
  g_mutex_lock (&self->lock);
  self->writing = self->frames_writing = 0;
  if (ok) {
    entry->nth = ++self->writes;
    self->gave_up = FALSE;
  } else {
    /* a live output writes it again */
    if (self->klass->live && entry->message->slot == 0)
      g_queue_push_head (&self->frames, entry);
    output_fail (self, error);
  }
  return ok;
}

static void
output_write_static (RerunOutput * self, Entry * entry)
{
  Entry now = { rerun_message_ref (entry->message), entry->serial, 0 };

  if (output_write (self, &now)) {
    self->static_serial = now.serial;
    g_cond_broadcast (&self->progress);
  }
  rerun_message_unref (now.message);
}

static void
output_free_frame (RerunOutput * self, Entry * entry)
{
  g_mutex_unlock (&self->lock);
  entry_free (entry);
  g_mutex_lock (&self->lock);
}

static void
output_write_frame (RerunOutput * self)
{
  Entry *entry = g_queue_pop_head (&self->frames);
  gboolean live = self->klass->live;
  gboolean ok = output_write (self, entry);

  if (ok && live) {
    self->frames_written++;
    g_queue_push_tail (&self->sent, entry);
  } else if (ok) {
    self->frames_written++;
    self->queue_bytes -= entry->message->size;
    output_free_frame (self, entry);
  } else if (!live) {
    self->frames_dropped++;
    output_free_frame (self, entry);
  }
  g_cond_broadcast (&self->progress);
}

static gboolean
output_all_ended (RerunOutput * self)
{
  for (GList * link = self->users; link != NULL; link = link->next) {
    RerunUser *user = link->data;

    if (!user->ended)
      return FALSE;
  }
  return TRUE;
}

static gboolean
output_wants_finish (RerunOutput * self)
{
  if (self->users == NULL)
    return !self->finished_last;
  return !self->finished && output_all_ended (self);
}

static void
output_finish (RerunOutput * self)
{
  gboolean last = self->users == NULL;
  GError *error = NULL;
  gboolean ok;

  self->finished = TRUE;
  self->finished_last = last;
  self->writing = self->serial;
  g_mutex_unlock (&self->lock);
  ok = self->klass->finish (self, last, &error);
  g_mutex_lock (&self->lock);
  self->writing = 0;
  if (!ok)
    output_fail (self, error);
  else if (last)
    while (!g_queue_is_empty (&self->sent))
      output_release_sent (self);
  g_cond_broadcast (&self->progress);
}

static void
output_idle (RerunOutput * self)
{
  GError *error = NULL;
  gboolean ok;

  if (self->klass->wait == NULL || !self->opened) {
    g_cond_wait (&self->work, &self->lock);
    return;
  }
  self->waiting = TRUE;
  g_mutex_unlock (&self->lock);
  ok = self->klass->wait (self, &error);
  g_mutex_lock (&self->lock);
  self->waiting = FALSE;
  if (!ok)
    output_fail (self, error);
}

static void
output_wake (RerunOutput * self)
{
  g_cond_signal (&self->work);
  if (self->waiting)
    self->klass->wake (self);
}

/* One step; FALSE: the end. */
static gboolean
output_step (RerunOutput * self)
{
  gint64 retry_at = self->outage.retry_at;
  Entry *entry;

  if (self->stopping)
    return FALSE;
  if (self->failure != NULL)
    output_idle (self);
  else if (!self->opened && g_get_monotonic_time () < retry_at)
    g_cond_wait_until (&self->work, &self->lock, retry_at);
  else if (!self->opened)
    output_open (self);
  else if ((entry = output_next_static (self)) != NULL)
    output_write_static (self, entry);
  else if (!g_queue_is_empty (&self->frames))
    output_write_frame (self);
  else if (output_wants_finish (self))
    output_finish (self);
  else
    output_idle (self);
  return TRUE;
}

/* A pipe without a reader, or a limit on the size of files, shall be an error
 * of write(), not the end of the process. Both signals go to the thread that
 * writes. */
static void
block_signals (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGPIPE);
  sigaddset (&set, SIGXFSZ);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
}

static gpointer
output_thread (gpointer data)
{
  RerunOutput *self = data;

  block_signals ();
  g_mutex_lock (&self->lock);
  while (output_step (self));
  g_mutex_unlock (&self->lock);
  if (self->opened && self->klass->close != NULL)
    self->klass->close (self);
  return NULL;
}

/* --- life ------------------------------------------------------------------ */

void
rerun_output_init (RerunOutput * self, const RerunOutputClass * klass,
    gchar * address, const RerunQueueSettings * settings)
{
  self->klass = klass;
  self->address = address;
  self->settings = *settings;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->work);
  g_cond_init (&self->progress);
  g_queue_init (&self->frames);
  g_queue_init (&self->sent);
  g_queue_init (&self->statics);
  self->outage.retry_delay = FIRST_RETRY_DELAY;
}

void
rerun_output_count_bytes (RerunOutput * self, gsize n)
{
  g_mutex_lock (&self->lock);
  self->bytes_written += n;
  g_mutex_unlock (&self->lock);
}

void
rerun_output_start (RerunOutput * self)
{
  self->thread = g_thread_new ("rerun-output", output_thread, self);
}

static void
output_free (RerunOutput * self)
{
  self->klass->free (self);
  g_queue_clear_full (&self->frames, entry_free);
  g_queue_clear_full (&self->sent, entry_free);
  g_queue_clear_full (&self->statics, entry_free);
  g_clear_error (&self->failure);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->work);
  g_cond_clear (&self->progress);
  g_free (self->address);
  g_free (self);
}

static gboolean
output_is_after (GQueue * queue, guint64 serial)
{
  Entry *entry = g_queue_peek_head (queue);

  return entry == NULL || entry->serial > serial;
}

/* Whether all messages up to @serial are written and, if that can be known, have
 * arrived, or were dropped. */
static gboolean
output_settled (RerunOutput * self, guint64 serial)
{
  Entry *fixed = output_next_static (self);

  if (!output_is_after (&self->frames, serial)
      || !output_is_after (&self->sent, serial)
      || (self->writing != 0 && self->writing <= serial))
    return FALSE;
  /* static data without frames is not worth waiting for a server */
  if (self->klass->live && !self->opened)
    return TRUE;
  return (fixed == NULL || fixed->serial > serial)
      && !output_wants_finish (self);
}

static gint64
output_deadline (RerunOutput * self)
{
  return g_get_monotonic_time () +
      (gint64) MIN (self->settings.drain_timeout / GST_USECOND,
      (guint64) G_MAXINT64 / 2);
}

/* Waits for everything. An output that is not live has time as long as it
 * writes something. */
static void
output_drain_last (RerunOutput * self)
{
  gint64 deadline = output_deadline (self);

  while (self->failure == NULL && !self->gave_up
      && !output_settled (self, self->serial)) {
    if (!g_cond_wait_until (&self->progress, &self->lock, deadline))
      break;
    if (!self->klass->live)
      deadline = output_deadline (self);
  }
}

static guint64
output_frames_queued (RerunOutput * self)
{
  return self->frames.length + self->frames_writing;
}

static GError *
output_unwritten_error (RerunOutput * self)
{
  return g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
      "%" G_GUINT64_FORMAT " frames (%" G_GSIZE_FORMAT " bytes) were not "
      "delivered to %s within drain-timeout, %" GST_TIME_FORMAT,
      output_frames_queued (self) + self->sent.length, self->queue_bytes,
      self->address, GST_TIME_ARGS (self->settings.drain_timeout));
}

gboolean
rerun_output_stop (RerunOutput * self, GError ** error)
{
  GError *failure = NULL;

  g_mutex_lock (&self->lock);
  output_wake (self);
  output_drain_last (self);
  if (self->failure != NULL)
    failure = g_error_copy (self->failure);
  else if (!self->gave_up && !output_settled (self, self->serial))
    failure = output_unwritten_error (self);
  self->stopping = TRUE;
  output_wake (self);
  g_mutex_unlock (&self->lock);

  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  output_free (self);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

/* --- users ----------------------------------------------------------------- */

RerunUser *
rerun_output_attach (RerunOutput * self, GstElement * element)
{
  RerunUser *user = g_new0 (RerunUser, 1);

  user->output = self;
  user->element = element;
  g_mutex_lock (&self->lock);
  self->users = g_list_prepend (self->users, user);
  self->finished_last = FALSE;
  g_mutex_unlock (&self->lock);
  return user;
}

gboolean
rerun_user_detach (RerunUser * user)
{
  RerunOutput *self = user->output;
  gboolean last;

  g_mutex_lock (&self->lock);
  self->users = g_list_remove (self->users, user);
  last = self->users == NULL;
  output_wake (self);
  g_mutex_unlock (&self->lock);
  g_free (user);
  return last;
}

void
rerun_user_set_flushing (RerunUser * user, gboolean flushing)
{
  RerunOutput *self = user->output;

  g_mutex_lock (&self->lock);
  user->flushing = flushing;
  g_cond_broadcast (&self->progress);
  g_mutex_unlock (&self->lock);
}

static gboolean
user_interrupted (RerunUser * user, GError ** error)
{
  if (user->output->failure != NULL) {
    g_propagate_error (error, g_error_copy (user->output->failure));
    return TRUE;
  }
  if (user->flushing) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "flushing");
    return TRUE;
  }
  return FALSE;
}

static gboolean
output_has_room (RerunOutput * self, gsize size)
{
  return self->queue_bytes == 0
      || self->queue_bytes + size <= self->settings.max_bytes;
}

/* Frames that may have arrived are the first to go, and do not count as dropped. */
static void
output_release_for (RerunOutput * self, gsize size)
{
  while (!output_has_room (self, size) && !g_queue_is_empty (&self->sent))
    output_release_sent (self);
}

static void
output_drop_oldest (RerunOutput * self)
{
  Entry *entry = g_queue_pop_head (&self->frames);

  self->queue_bytes -= entry->message->size;
  self->frames_dropped++;
  entry_free (entry);
}

/* FALSE: the new frame is to be dropped, or with @error set, not taken. */
static gboolean
user_make_room (RerunUser * user, gsize size, GError ** error)
{
  RerunOutput *self = user->output;

  output_release_for (self, size);
  switch (self->settings.leaky) {
    case RERUN_LEAKY_UPSTREAM:
      return output_has_room (self, size);
    case RERUN_LEAKY_DOWNSTREAM:
      while (!output_has_room (self, size) && !g_queue_is_empty (&self->frames))
        output_drop_oldest (self);
      return TRUE;
    case RERUN_LEAKY_NO:
      while (!output_has_room (self, size)) {
        g_cond_wait (&self->progress, &self->lock);
        if (user_interrupted (user, error))
          return FALSE;
        output_release_for (self, size);
      }
      return TRUE;
  }
  g_assert_not_reached ();
}

static void
output_take (RerunOutput * self, GQueue * queue, RerunMessage * message)
{
  Entry *entry = g_new (Entry, 1);

  entry->message = rerun_message_ref (message);
  entry->serial = ++self->serial;
  g_queue_push_tail (queue, entry);
}

static void
output_take_static (RerunOutput * self, RerunMessage * message)
{
  for (GList * link = self->statics.head; link != NULL; link = link->next) {
    Entry *entry = link->data;

    if (entry->message->slot == message->slot) {
      entry_free (entry);
      g_queue_delete_link (&self->statics, link);
      break;
    }
  }
  output_take (self, &self->statics, message);
}

static gboolean
user_take (RerunUser * user, RerunMessage * message, GError ** error)
{
  RerunOutput *self = user->output;
  GError *interrupted = NULL;

  if (user_interrupted (user, error))
    return FALSE;
  if (message->slot != 0) {
    output_take_static (self, message);
  } else if (user_make_room (user, message->size, &interrupted)) {
    output_take (self, &self->frames, message);
    self->queue_bytes += message->size;
  } else if (interrupted != NULL) {
    g_propagate_error (error, interrupted);
    return FALSE;
  } else {
    self->frames_dropped++;
    return TRUE;
  }
  user->ended = FALSE;
  self->finished = FALSE;
  output_wake (self);
  return TRUE;
}

gboolean
rerun_user_push (RerunUser * user, RerunMessage * message, GError ** error)
{
  gboolean ok;

  g_mutex_lock (&user->output->lock);
  ok = user_take (user, message, error);
  g_mutex_unlock (&user->output->lock);
  return ok;
}

static gboolean
user_wait_settled (RerunUser * user, GError ** error)
{
  RerunOutput *self = user->output;
  gint64 deadline = output_deadline (self);
  guint64 serial = self->serial;

  while (TRUE) {
    if (user_interrupted (user, error))
      return FALSE;
    if (output_settled (self, serial))
      return TRUE;
    if (!self->klass->live) {
      g_cond_wait (&self->progress, &self->lock);
    } else if (!g_cond_wait_until (&self->progress, &self->lock, deadline)) {
      self->gave_up = TRUE;
      g_propagate_error (error, output_unwritten_error (self));
      return FALSE;
    }
  }
}

gboolean
rerun_user_drain (RerunUser * user, GError ** error)
{
  gboolean ok;

  g_mutex_lock (&user->output->lock);
  user->ended = TRUE;
  output_wake (user->output);
  ok = user_wait_settled (user, error);
  g_mutex_unlock (&user->output->lock);
  return ok;
}

/* --- figures --------------------------------------------------------------- */

GstStructure *
rerun_output_stats (RerunOutput * self)
{
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  stats = gst_structure_new ("rerunsink-output",
      "frames-written", G_TYPE_UINT64, self->frames_written,
      "bytes-written", G_TYPE_UINT64, self->bytes_written,
      "frames-queued", G_TYPE_UINT64, output_frames_queued (self),
      "queue-bytes", G_TYPE_UINT64, (guint64) self->queue_bytes,
      "frames-dropped", G_TYPE_UINT64, self->frames_dropped, NULL);
  if (self->klass->live)
    gst_structure_set (stats, "connected", G_TYPE_BOOLEAN,
        self->outage.proven, "reconnects", G_TYPE_UINT,
        self->outage.reconnects, NULL);
  g_mutex_unlock (&self->lock);
  return stats;
}
