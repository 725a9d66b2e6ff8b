/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/output-private.h"

/* --- entries ----------------------------------------------------------------- */

void
rerun_entry_free (gpointer data)
{
  RerunEntry *entry = data;

  rerun_message_unref (entry->message);
  g_free (entry);
}

/* Static data goes before the frames that came before it: it holds at all
 * times anyway. */
RerunEntry *
rerun_output_next_static (RerunOutput * self)
{
  for (GList * link = self->statics.head; link != NULL; link = link->next) {
    RerunEntry *entry = link->data;

    if (entry->serial > self->static_serial)
      return entry;
  }
  return NULL;
}

void
rerun_output_release_sent (RerunOutput * self)
{
  RerunEntry *entry = g_queue_pop_head (&self->sent);

  self->queue_bytes -= entry->message->size;
  rerun_entry_free (entry);
}

void
rerun_output_wake (RerunOutput * self)
{
  g_cond_signal (&self->work);
  if (self->waiting)
    self->klass->wake (self);
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

gboolean
rerun_output_wants_finish (RerunOutput * self)
{
  if (self->users == NULL)
    return !self->finished_last;
  return !self->finished && output_all_ended (self);
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
  self->outage.retry_delay = RERUN_FIRST_RETRY_DELAY;
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
  self->thread = g_thread_new ("rerun-output", rerun_output_thread, self);
}

static void
output_free (RerunOutput * self)
{
  self->klass->free (self);
  g_queue_clear_full (&self->frames, rerun_entry_free);
  g_queue_clear_full (&self->sent, rerun_entry_free);
  g_queue_clear_full (&self->statics, rerun_entry_free);
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
  RerunEntry *entry = g_queue_peek_head (queue);

  return entry == NULL || entry->serial > serial;
}

/* Whether all messages up to @serial are written and, if that can be known, have
 * arrived, or were dropped. */
static gboolean
output_settled (RerunOutput * self, guint64 serial)
{
  RerunEntry *fixed = rerun_output_next_static (self);

  if (!output_is_after (&self->frames, serial)
      || !output_is_after (&self->sent, serial)
      || (self->writing != 0 && self->writing <= serial))
    return FALSE;
  /* static data without frames is not worth waiting for a server */
  if (self->klass->live && !self->opened)
    return TRUE;
  return (fixed == NULL || fixed->serial > serial)
      && !rerun_output_wants_finish (self);
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
  rerun_output_wake (self);
  output_drain_last (self);
  if (self->failure != NULL)
    failure = g_error_copy (self->failure);
  else if (!self->gave_up && !output_settled (self, self->serial))
    failure = output_unwritten_error (self);
  self->stopping = TRUE;
  rerun_output_wake (self);
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
  rerun_output_wake (self);
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
output_failed (RerunOutput * self, GError ** error)
{
  if (self->failure == NULL)
    return FALSE;
  g_propagate_error (error, g_error_copy (self->failure));
  return TRUE;
}

/* Asked before each wait: what needs none is done in spite of a flush. */
static gboolean
user_interrupted (RerunUser * user, GError ** error)
{
  if (output_failed (user->output, error))
    return TRUE;
  if (user->flushing)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "flushing");
  return user->flushing;
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
    rerun_output_release_sent (self);
}

static void
output_drop_oldest (RerunOutput * self)
{
  RerunEntry *entry = g_queue_pop_head (&self->frames);

  self->queue_bytes -= entry->message->size;
  self->frames_dropped++;
  rerun_entry_free (entry);
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
        if (user_interrupted (user, error))
          return FALSE;
        g_cond_wait (&self->progress, &self->lock);
        output_release_for (self, size);
      }
      return !output_failed (self, error);
  }
  g_assert_not_reached ();
}

static void
output_take (RerunOutput * self, GQueue * queue, RerunMessage * message)
{
  RerunEntry *entry = g_new (RerunEntry, 1);

  entry->message = rerun_message_ref (message);
  entry->serial = ++self->serial;
  g_queue_push_tail (queue, entry);
}

static void
output_take_static (RerunOutput * self, RerunMessage * message)
{
  for (GList * link = self->statics.head; link != NULL; link = link->next) {
    RerunEntry *entry = link->data;

    if (entry->message->slot == message->slot) {
      rerun_entry_free (entry);
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

  if (output_failed (self, error))
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
  rerun_output_wake (self);
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

void
rerun_user_drop (RerunUser * user, RerunMessage * message)
{
  g_mutex_lock (&user->output->lock);
  user->output->frames_dropped += message->slot == 0;
  g_mutex_unlock (&user->output->lock);
}

static gboolean
user_wait_settled (RerunUser * user, GError ** error)
{
  RerunOutput *self = user->output;
  gint64 deadline = output_deadline (self);
  guint64 serial = self->serial;

  while (TRUE) {
    if (self->failure == NULL && output_settled (self, serial))
      return TRUE;
    if (user_interrupted (user, error))
      return FALSE;
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
  rerun_output_wake (user->output);
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
