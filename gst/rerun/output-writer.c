/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An output's thread: opens, writes, waits, and comes back after losses. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include "rerun/output-private.h"


static GList *
ref_elements (RerunOutput * self)
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

/* Never with the lock held, as are all messages. */
void
rerun_output_tell (RerunOutput * self, GstMessageType type,
    const gchar * format, ...)
{
  GList *elements = ref_elements (self);
  va_list arguments;
  gchar *text;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  GST_INFO ("%s", text);
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
tell_connection (RerunOutput * self, const gchar * name, guint64 dropped)
{
  GList *elements = ref_elements (self);

  GST_INFO ("%s: %s, %" G_GUINT64_FORMAT " frames dropped", self->address, name,
      dropped);
  for (GList * link = elements; link != NULL; link = link->next)
    gst_element_post_message (link->data,
        gst_message_new_element (link->data, gst_structure_new (name,
                "uri", G_TYPE_STRING, self->address,
                "frames-dropped", G_TYPE_UINT64, dropped, NULL)));
  g_list_free_full (elements, gst_object_unref);
}

/* From here on, with the lock held, which is dropped around calls into the class and
 * around messages. */

static void
tell_lost (RerunOutput * self, const GError * error)
{
  RerunOutage *outage = &self->outage;
  guint64 dropped = self->frames_dropped - outage->dropped_before;
  gboolean was_proven = outage->proven;
  gboolean first = !outage->warned;

  outage->proven = outage->slow = FALSE;
  outage->warned = TRUE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  g_mutex_unlock (&self->lock);
  if (was_proven)
    tell_connection (self, "rerunsink-disconnected", dropped);
  if (first && dropped > 0)
    rerun_output_tell (self, GST_MESSAGE_WARNING, "%s %s: %s; %"
        G_GUINT64_FORMAT " frames that it did not confirm were dropped; trying "
        "again until it is there", was_proven ? "lost" : "cannot reach",
        self->address, error->message, dropped);
  else if (first)
    rerun_output_tell (self, GST_MESSAGE_WARNING, "%s %s: %s; trying again "
        "until it is there", was_proven ? "lost" : "cannot reach",
        self->address, error->message);
  g_mutex_lock (&self->lock);
}

static gboolean
close_stream (RerunOutput * self, GError ** error)
{
  gboolean ok = TRUE;

  g_mutex_unlock (&self->lock);
  if (self->klass->close != NULL)
    ok = self->klass->close (self, error);
  g_mutex_lock (&self->lock);
  return ok;
}

static void
lose_server (RerunOutput * self, GError * error)
{
  RerunOutage *outage = &self->outage;

  if (self->state != RERUN_OUTPUT_CLOSED)
    close_stream (self, NULL);
  self->state = RERUN_OUTPUT_CLOSED;
  rerun_queue_take_back (self);
  outage->retry_at = g_get_monotonic_time () + outage->retry_delay;
  GST_DEBUG ("%s: %s; trying again in %" G_GINT64_FORMAT " ms", self->address,
      error->message, outage->retry_delay / 1000);
  outage->retry_delay = MIN (2 * outage->retry_delay, RERUN_LAST_RETRY_DELAY);
  tell_lost (self, error);
  g_error_free (error);
}

static void
tell_back (RerunOutput * self)
{
  RerunOutage *outage = &self->outage;
  gboolean was_away = outage->warned;
  gboolean again = outage->ever;
  guint64 dropped = self->frames_dropped - outage->dropped_before;

  outage->dropped_before = self->frames_dropped;
  outage->proven = outage->ever = TRUE;
  outage->warned = FALSE;
  outage->retry_delay = RERUN_FIRST_RETRY_DELAY;
  outage->reconnects += again;
  g_mutex_unlock (&self->lock);
  tell_connection (self, again ? "rerunsink-reconnected" :
      "rerunsink-connected", dropped);
  if (was_away)
    rerun_output_tell (self, GST_MESSAGE_INFO, "connected to %s; %"
        G_GUINT64_FORMAT " frames were dropped meanwhile", self->address,
        dropped);
  g_mutex_lock (&self->lock);
}

static void
confirm (RerunOutput * self, guint64 n)
{
  RerunEntry *entry;

  while ((entry = g_queue_peek_head (&self->sent)) != NULL && entry->nth <= n) {
    g_queue_pop_head (&self->sent);
    if (entry->is_frame) {
      self->frames_sent--;
      self->frames_written++;
      if (entry->row != NULL)
        self->queue_bytes -= entry->row->size;
      else
        self->frames_unconfirmed--;
    }
    rerun_entry_free (entry);
  }
}

void
rerun_output_confirm (RerunOutput * self, guint64 n)
{
  g_mutex_lock (&self->lock);
  confirm (self, n);
  GST_LOG ("%s: confirmed %" G_GUINT64_FORMAT " rows, %" G_GUINT64_FORMAT
      " frames in all", self->address, n, self->frames_written);
  if (self->outage.proven)
    self->outage.dropped_before = self->frames_dropped;
  else
    tell_back (self);
  g_cond_broadcast (&self->progress);
  g_mutex_unlock (&self->lock);
}

void
rerun_output_set_flush_at (RerunOutput * self, gint64 time)
{
  g_mutex_lock (&self->lock);
  self->flush_at = time;
  g_mutex_unlock (&self->lock);
}

void
rerun_output_count_kept (RerunOutput * self, guint frames)
{
  g_mutex_lock (&self->lock);
  self->frames_kept -= frames;
  self->frames_queued -= frames;
  self->frames_written += frames;
  g_cond_broadcast (&self->progress);
  g_mutex_unlock (&self->lock);
}

/* A file has no second chance: what was not written by now never will be. */
static void
fail (RerunOutput * self, GError * error)
{
  if (self->klass->live) {
    lose_server (self, error);
    return;
  }
  GST_INFO ("%s: failed: %s", self->address, error->message);
  self->failure = error;
  self->state = RERUN_OUTPUT_FAILED;
  self->frames_dropped += self->frames_queued;
  self->frames_queued = self->frames_kept = 0;
  g_queue_clear_full (&self->queue, rerun_entry_free);
  g_queue_init (&self->queue);
  self->queue_bytes = 0;
  self->flush_at = 0;
  g_cond_broadcast (&self->progress);
}

static void
open_stream (RerunOutput * self)
{
  GError *error = NULL;
  gboolean ok;

  g_mutex_unlock (&self->lock);
  ok = self->klass->open (self, &error);
  g_mutex_lock (&self->lock);
  if (!ok) {
    fail (self, error);
    return;
  }
  GST_INFO ("%s: open, %" G_GUINT64_FORMAT " frames are waiting",
      self->address, self->frames_queued);
  self->state = RERUN_OUTPUT_OPEN;
  self->writes = 0;
  for (GList * link = self->states.head; link != NULL; link = link->next)
    ((RerunState *) link->data)->written = FALSE;
  rerun_video_begin (self);
}

static gboolean
write_row (RerunOutput * self, RerunRow * row, guint64 serial, gboolean * kept,
    GError ** error)
{
  gboolean ok;

  *kept = FALSE;
  self->writing = serial;
  g_mutex_unlock (&self->lock);
  ok = self->klass->write (self, row, kept, error);
  g_mutex_lock (&self->lock);
  self->writing = 0;
  self->writes += ok;
  return ok;
}

static void
write_state (RerunOutput * self, RerunState * state)
{
  RerunRow *row = rerun_row_ref (state->row);
  GError *error = NULL;
  gboolean kept;

  if (write_row (self, row, self->serial, &kept, &error))
    rerun_queue_keep_state (self, row, TRUE);
  else
    fail (self, error);
  rerun_row_unref (row);
  g_cond_broadcast (&self->progress);
}

static void
free_entry (RerunOutput * self, RerunEntry * entry)
{
  g_mutex_unlock (&self->lock);
  rerun_entry_free (entry);
  g_mutex_lock (&self->lock);
}

/* What becomes of a row of the queue that was written, or kept. */
static void
settle_entry (RerunOutput * self, RerunEntry * entry, gboolean kept)
{
  if (entry->row->kind == RERUN_ROW_STATE)
    rerun_queue_keep_state (self, entry->row, TRUE);
  if (self->klass->live && entry->row->kind != RERUN_ROW_ONCE) {
    entry->nth = self->writes;
    self->frames_queued -= entry->is_frame;
    self->frames_sent += entry->is_frame;
    g_queue_push_tail (&self->sent, entry);
    return;
  }
  if (kept && self->frames_kept == 0)
    self->kept_from = entry->serial;
  if (entry->is_frame) {
    self->queue_bytes -= entry->row->size;
    self->frames_kept += kept;
    self->frames_queued -= !kept;
    self->frames_written += !kept;
  }
  free_entry (self, entry);
}

static void
write_entry (RerunOutput * self)
{
  RerunEntry *entry = g_queue_pop_head (&self->queue);
  GError *error = NULL;
  gboolean kept;

  if (write_row (self, entry->row, entry->serial, &kept, &error)) {
    settle_entry (self, entry, kept);
  } else {
    g_queue_push_head (&self->queue, entry);
    fail (self, error);
  }
  g_cond_broadcast (&self->progress);
}

static void
flush (RerunOutput * self)
{
  GError *error = NULL;
  gboolean ok;

  g_mutex_unlock (&self->lock);
  ok = self->klass->flush (self, &error);
  g_mutex_lock (&self->lock);
  if (!ok)
    fail (self, error);
  g_cond_broadcast (&self->progress);
}

static void
finish (RerunOutput * self)
{
  gboolean last = self->users == NULL;
  GError *error = NULL;
  gboolean ok;

  self->writing = self->serial;
  self->state = last ? RERUN_OUTPUT_ENDED : RERUN_OUTPUT_FINISHED;
  g_mutex_unlock (&self->lock);
  ok = self->klass->finish (self, last, &error);
  g_mutex_lock (&self->lock);
  self->writing = 0;
  if (!ok)
    fail (self, error);
  else if (last)                /* a server has taken all with its reply */
    confirm (self, G_MAXUINT64);
  g_cond_broadcast (&self->progress);
}

static gboolean
is_open (RerunOutput * self)
{
  return self->state != RERUN_OUTPUT_CLOSED
      && self->state != RERUN_OUTPUT_FAILED;
}

static void
wait_for_work (RerunOutput * self)
{
  GError *error = NULL;
  gboolean ok;

  if (self->flush_at != 0) {
    g_cond_wait_until (&self->work, &self->lock, self->flush_at);
    return;
  }
  if (self->klass->wait == NULL || !is_open (self)) {
    g_cond_wait (&self->work, &self->lock);
    return;
  }
  self->waiting = TRUE;
  g_mutex_unlock (&self->lock);
  ok = self->klass->wait (self, &error);
  g_mutex_lock (&self->lock);
  self->waiting = FALSE;
  if (!ok)
    fail (self, error);
}

/* What is there to do, in the order of what comes first. */
static void
step (RerunOutput * self)
{
  gint64 now = g_get_monotonic_time ();
  RerunState *state;

  if (self->state == RERUN_OUTPUT_FAILED)
    wait_for_work (self);
  else if (self->state == RERUN_OUTPUT_CLOSED && now < self->outage.retry_at)
    g_cond_wait_until (&self->work, &self->lock, self->outage.retry_at);
  else if (self->state == RERUN_OUTPUT_CLOSED)
    open_stream (self);
  else if (self->flush_at != 0 && now >= self->flush_at)
    flush (self);
  else if ((state = rerun_queue_next_state (self)) != NULL)
    write_state (self, state);
  else if (!g_queue_is_empty (&self->queue))
    write_entry (self);
  else if (rerun_output_wants_finish (self))
    finish (self);
  else
    wait_for_work (self);
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

gpointer
rerun_output_thread (gpointer data)
{
  RerunOutput *self = data;
  GError *error = NULL;

  block_signals ();
  g_mutex_lock (&self->lock);
  while (!self->stopping)
    step (self);
  /* a failed file was opened, too */
  if (self->state != RERUN_OUTPUT_CLOSED && !close_stream (self, &error)) {
    if (self->failure == NULL && !self->klass->live)
      self->failure = g_steal_pointer (&error);
    g_clear_error (&error);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}
