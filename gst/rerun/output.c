/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An output's life, and its users' side: pushing, waiting, draining. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/output-private.h"

GST_DEBUG_CATEGORY (rerun_output_debug);

/* How often who waits for room looks whether the stream is ending. */
#define LOOK_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

void
rerun_output_wake (RerunOutput * self)
{
  g_cond_signal (&self->work);
  if (self->waiting)
    self->klass->wake (self);
}

static gboolean
all_users_ended (RerunOutput * self)
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
  if (self->state == RERUN_OUTPUT_FAILED)
    return FALSE;
  if (self->users == NULL)
    return self->state != RERUN_OUTPUT_ENDED;
  return self->state != RERUN_OUTPUT_FINISHED
      && self->state != RERUN_OUTPUT_ENDED && all_users_ended (self);
}

void
rerun_output_init (RerunOutput * self, const RerunOutputClass * klass,
    gchar * address, const RerunQueueSettings * settings)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (rerun_output_debug, "rerunoutput", 0,
        "queues, files and servers of rerunsink");
    g_once_init_leave (&once, 1);
  }
  self->klass = klass;
  self->address = address;
  self->settings = *settings;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->work);
  g_cond_init (&self->progress);
  g_queue_init (&self->queue);
  g_queue_init (&self->sent);
  g_queue_init (&self->states);
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
  g_queue_clear_full (&self->queue, rerun_entry_free);
  g_queue_clear_full (&self->sent, rerun_entry_free);
  g_queue_clear_full (&self->states, rerun_state_free);
  rerun_video_free_all (self);
  g_clear_error (&self->failure);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->work);
  g_cond_clear (&self->progress);
  g_free (self->address);
  g_free (self);
}

/* Who waits for a server does not wait for its turn to be asked. */
static void
retry_now (RerunOutput * self)
{
  self->outage.retry_at = 0;
  self->outage.retry_delay = RERUN_FIRST_RETRY_DELAY;
  rerun_output_wake (self);
}

static gint64
drain_deadline (RerunOutput * self)
{
  return g_get_monotonic_time () +
      (gint64) MIN (self->settings.drain_timeout / GST_USECOND,
      (guint64) G_MAXINT64 / 2);
}

/* Frames that users do not know yet to be undelivered. */
static gboolean
has_news (RerunOutput * self)
{
  return rerun_queue_outstanding (self) > 0 && self->serial > self->reported;
}

/* Waits for everything. An output that is not live has time as long as it
 * writes something. */
static void
drain_last (RerunOutput * self)
{
  gint64 deadline = drain_deadline (self);

  if (self->klass->live && rerun_queue_outstanding (self) > 0
      && !has_news (self))
    return;
  while (self->failure == NULL && !rerun_queue_settled (self, self->serial)) {
    if (!g_cond_wait_until (&self->progress, &self->lock, deadline))
      break;
    if (!self->klass->live)
      deadline = drain_deadline (self);
  }
}

static GError *
undelivered_error (RerunOutput * self)
{
  gchar *before = self->frames_dropped == 0 ? g_strdup ("") :
      g_strdup_printf ("; %" G_GUINT64_FORMAT " frames were dropped before",
      self->frames_dropped);
  GError *error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
      "%" G_GUINT64_FORMAT " frames (%" G_GSIZE_FORMAT " bytes) were not "
      "delivered to %s within drain-timeout, %" GST_TIME_FORMAT "%s",
      rerun_queue_outstanding (self), self->queue_bytes, self->address,
      GST_TIME_ARGS (self->settings.drain_timeout), before);

  self->reported = self->serial;
  g_free (before);
  return error;
}

gboolean
rerun_output_stop (RerunOutput * self, GError ** error)
{
  GError *failure = NULL;

  g_mutex_lock (&self->lock);
  GST_DEBUG ("%s: stopping, with %" G_GUINT64_FORMAT " frames to deliver",
      self->address, rerun_queue_outstanding (self));
  retry_now (self);
  drain_last (self);
  if (self->failure == NULL && has_news (self))
    failure = undelivered_error (self);
  self->stopping = TRUE;
  rerun_output_wake (self);
  g_mutex_unlock (&self->lock);

  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  if (self->failure != NULL && failure == NULL)
    failure = g_error_copy (self->failure);
  GST_INFO ("%s: closed, %" G_GUINT64_FORMAT " frames written, %"
      G_GUINT64_FORMAT " dropped, %" G_GUINT64_FORMAT " not delivered",
      self->address, self->frames_written, self->frames_dropped,
      rerun_queue_outstanding (self));
  output_free (self);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

RerunUser *
rerun_output_attach (RerunOutput * self, GstElement * element,
    const RerunUserClass * klass)
{
  RerunUser *user = g_new0 (RerunUser, 1);

  user->output = self;
  user->element = element;
  user->klass = klass;
  g_mutex_lock (&self->lock);
  self->users = g_list_prepend (self->users, user);
  if (self->state == RERUN_OUTPUT_FINISHED || self->state == RERUN_OUTPUT_ENDED)
    self->state = RERUN_OUTPUT_OPEN;
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
  if (flushing)
    user->give_way_at = 0;
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
  RerunOutput *self = user->output;
  gboolean go_on;

  if (output_failed (self, error))
    return TRUE;
  if (!user->flushing)
    return FALSE;
  g_mutex_unlock (&self->lock);
  go_on = user->klass->go_on (user->element);
  g_mutex_lock (&self->lock);
  if (!go_on)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "flushing");
  return !go_on;
}

/* When the end of the stream has waited for a frame as long as for a server, the frame
 * gives way. */
static gboolean
user_gives_way (RerunUser * user)
{
  RerunOutput *self = user->output;
  gint64 now = g_get_monotonic_time ();
  gboolean ending;

  g_mutex_unlock (&self->lock);
  ending = user->klass->is_ending (user->element);
  g_mutex_lock (&self->lock);
  if (!ending)
    user->give_way_at = 0;
  else if (user->give_way_at == 0)
    user->give_way_at = drain_deadline (self);
  return ending && now >= user->give_way_at;
}

static gboolean
user_wait_for_room (RerunUser * user, gsize size, GError ** error)
{
  RerunOutput *self = user->output;
  /* an end that frames before this one have waited for is not waited for anew */
  gboolean gives_way = user->give_way_at != 0 && user_gives_way (user);

  while (!rerun_queue_has_room (self, size)) {
    if (user_interrupted (user, error))
      return FALSE;
    if (gives_way) {
      GST_INFO ("%s: the stream ends, the frame that waits gives way",
          self->address);
      return FALSE;
    }
    g_cond_wait_until (&self->progress, &self->lock,
        g_get_monotonic_time () + LOOK_INTERVAL);
    rerun_queue_release_for (self, size);
    gives_way = !rerun_queue_has_room (self, size) && self->klass->live
        && user_gives_way (user);
  }
  return !output_failed (self, error);
}

/* FALSE: the new frame is to be dropped, or with @error set, not taken. */
static gboolean
user_make_room (RerunUser * user, RerunRow * row, GError ** error)
{
  RerunOutput *self = user->output;

  if (!rerun_video_may_push (self, row))
    return FALSE;
  rerun_queue_release_for (self, row->size);
  switch (self->settings.leaky) {
    case RERUN_LEAKY_DOWNSTREAM:
      rerun_queue_drop_for (self, row->size);
      /* what was dropped may have been what this one needs */
      return rerun_video_may_push (self, row);
    case RERUN_LEAKY_NO:
      return user_wait_for_room (user, row->size, error);
    default:
      return rerun_queue_has_room (self, row->size);
  }
}

static void
drop_new (RerunOutput * self, RerunRow * row)
{
  if (!rerun_row_is_frame (row))
    return;
  self->frames_dropped++;
  rerun_row_note_drop (row);
  rerun_video_break (self, row->schema);
  GST_LOG ("%s: a new frame is dropped, the %" G_GUINT64_FORMAT "th",
      self->address, self->frames_dropped);
}

static gboolean
user_take (RerunUser * user, RerunRow * row, GError ** error)
{
  RerunOutput *self = user->output;
  GError *why = NULL;

  if (output_failed (self, &why)
      || (rerun_row_is_frame (row) && !user_make_room (user, row, &why))) {
    drop_new (self, row);
    if (why == NULL)
      return TRUE;
    g_propagate_error (error, why);
    return FALSE;
  }
  rerun_queue_push (self, row);
  user->ended = FALSE;
  if (self->state == RERUN_OUTPUT_FINISHED)
    self->state = RERUN_OUTPUT_OPEN;
  rerun_output_wake (self);
  return TRUE;
}

/* Whether to say that a server which is there takes too little: once until it is
 * lost. */
static gboolean
server_is_slow (RerunOutput * self, guint64 dropped_before)
{
  RerunOutage *outage = &self->outage;

  if (self->frames_dropped == dropped_before || !outage->proven || outage->slow)
    return FALSE;
  outage->slow = TRUE;
  return TRUE;
}

gboolean
rerun_user_push (RerunUser * user, RerunRow * row, GError ** error)
{
  RerunOutput *self = user->output;
  guint64 dropped;
  gboolean ok, slow;

  g_mutex_lock (&self->lock);
  dropped = self->frames_dropped;
  ok = user_take (user, row, error);
  slow = server_is_slow (self, dropped);
  g_mutex_unlock (&self->lock);
  if (slow)
    rerun_output_tell (self, GST_MESSAGE_WARNING, "%s takes fewer frames than "
        "come: frames are dropped, and counted in stats", self->address);
  return ok;
}

void
rerun_user_drop (RerunUser * user, RerunRow * row)
{
  g_mutex_lock (&user->output->lock);
  drop_new (user->output, row);
  g_mutex_unlock (&user->output->lock);
}

static gboolean
user_wait_settled (RerunUser * user, GError ** error)
{
  RerunOutput *self = user->output;
  gint64 deadline = user->give_way_at != 0 ? user->give_way_at :
      drain_deadline (self);
  guint64 serial = self->serial;

  while (TRUE) {
    gboolean was_flushing = user->flushing;

    if (self->failure == NULL && rerun_queue_settled (self, serial))
      return TRUE;
    if (user_interrupted (user, error))
      return FALSE;
    if (was_flushing) {         /* it goes on after a pause */
      deadline = drain_deadline (self);
      continue;
    }
    if (!self->klass->live) {
      g_cond_wait (&self->progress, &self->lock);
    } else if (!g_cond_wait_until (&self->progress, &self->lock, deadline)) {
      if (rerun_queue_outstanding (self) == 0)
        return TRUE;
      g_propagate_error (error, undelivered_error (self));
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
  GST_DEBUG ("%s: draining", user->output->address);
  retry_now (user->output);
  ok = user_wait_settled (user, error);
  user->give_way_at = 0;
  g_mutex_unlock (&user->output->lock);
  return ok;
}

GstStructure *
rerun_output_stats (RerunOutput * self)
{
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  stats = gst_structure_new ("rerunsink-output",
      "frames-written", G_TYPE_UINT64, self->frames_written,
      "bytes-written", G_TYPE_UINT64, self->bytes_written,
      "frames-queued", G_TYPE_UINT64, rerun_queue_outstanding (self),
      "queue-bytes", G_TYPE_UINT64, (guint64) self->queue_bytes,
      "frames-dropped", G_TYPE_UINT64, self->frames_dropped, NULL);
  if (self->klass->live)
    gst_structure_set (stats, "frames-unconfirmed", G_TYPE_UINT64,
        self->frames_unconfirmed, "connected", G_TYPE_BOOLEAN,
        self->outage.proven, "reconnects", G_TYPE_UINT,
        self->outage.reconnects, NULL);
  g_mutex_unlock (&self->lock);
  return stats;
}
