/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include "rerun/output-private.h"

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
  RerunEntry *entry;

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
  outage->retry_delay = MIN (2 * outage->retry_delay, RERUN_LAST_RETRY_DELAY);
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
  outage->retry_delay = RERUN_FIRST_RETRY_DELAY;
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

void
rerun_output_confirm (RerunOutput * self, guint64 n)
{
  RerunEntry *entry;

  g_mutex_lock (&self->lock);
  while ((entry = g_queue_peek_head (&self->sent)) != NULL && entry->nth <= n)
    rerun_output_release_sent (self);
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
  g_queue_clear_full (&self->frames, rerun_entry_free);
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

static gboolean
output_write (RerunOutput * self, RerunEntry * entry)
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
output_write_static (RerunOutput * self, RerunEntry * entry)
{
  RerunEntry now = { rerun_message_ref (entry->message), entry->serial, 0 };

  if (output_write (self, &now)) {
    self->static_serial = now.serial;
    g_cond_broadcast (&self->progress);
  }
  rerun_message_unref (now.message);
}

static void
output_free_frame (RerunOutput * self, RerunEntry * entry)
{
  g_mutex_unlock (&self->lock);
  rerun_entry_free (entry);
  g_mutex_lock (&self->lock);
}

static void
output_write_frame (RerunOutput * self)
{
  RerunEntry *entry = g_queue_pop_head (&self->frames);
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
      rerun_output_release_sent (self);
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

/* One step; FALSE: the end. */
static gboolean
output_step (RerunOutput * self)
{
  gint64 retry_at = self->outage.retry_at;
  RerunEntry *entry;

  if (self->stopping)
    return FALSE;
  if (self->failure != NULL)
    output_idle (self);
  else if (!self->opened && g_get_monotonic_time () < retry_at)
    g_cond_wait_until (&self->work, &self->lock, retry_at);
  else if (!self->opened)
    output_open (self);
  else if ((entry = rerun_output_next_static (self)) != NULL)
    output_write_static (self, entry);
  else if (!g_queue_is_empty (&self->frames))
    output_write_frame (self);
  else if (rerun_output_wants_finish (self))
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

gpointer
rerun_output_thread (gpointer data)
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
