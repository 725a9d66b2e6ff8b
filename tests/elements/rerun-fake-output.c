/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An output that does as it is told: it blocks, fails and keeps. */

#include "rerun-fake-output.h"

GstElement *element;
gboolean wants_to_go_on, is_ending;

gint finished, finished_last;

static guint8 picture[FRAME_BYTES];
static RerunIds ids;
static RrdSchema *schemas[2];   /* static, and on a timeline */

void
setup (void)
{
  const RrdComponent *component =
      &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB];
  RrdTimeline timeline = { "frame", RRD_SEQUENCE };

  element = gst_element_factory_make ("fakesink", NULL);
  wants_to_go_on = is_ending = FALSE;
  rerun_ids_init (&ids);
  for (guint i = 0; i < 2; i++)
    schemas[i] = rrd_schema_new ("/depth", &timeline, i, &component, 1);
}

void
teardown (void)
{
  rrd_schema_unref (schemas[0]);
  rrd_schema_unref (schemas[1]);
  rerun_ids_clear (&ids);
  gst_object_unref (element);
}

static gboolean
fake_open (RerunOutput * output, GError ** error)
{
  Fake *self = (Fake *) output;
  gint64 now = g_get_monotonic_time ();
  gboolean ok;

  g_mutex_lock (&self->lock);
  g_array_append_val (self->tries, now);
  g_cond_broadcast (&self->cond);
  ok = !self->away;
  self->since_open = 0;
  self->opened += ok;
  g_mutex_unlock (&self->lock);
  if (!ok)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED,
        "nobody there");
  return ok;
}

static gboolean
fake_block (Fake * self, GError ** error)
{
  while (self->blocked
      && !g_cancellable_is_cancelled (self->parent.cancellable))
    g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () +
        G_TIME_SPAN_MILLISECOND);
  return !g_cancellable_set_error_if_cancelled (self->parent.cancellable,
      error);
}

static gboolean
fake_write (RerunOutput * output, RerunRow * row, gboolean * kept,
    GError ** error)
{
  Fake *self = (Fake *) output;
  gboolean ok;

  g_mutex_lock (&self->lock);
  self->writing = TRUE;
  g_cond_broadcast (&self->cond);
  ok = fake_block (self, error);
  self->writing = FALSE;
  if (ok && (gint) self->ids->len == self->fail_at) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
    self->fail_at = -1;
    ok = FALSE;
  }
  if (ok) {
    self->since_open++;
    self->kept += self->keeps;
    g_array_append_val (self->ids, row->times[0]);
    *kept = self->keeps;
  }
  g_mutex_unlock (&self->lock);
  return ok;
}

/* Confirms, then waits to be woken. */
static gboolean
fake_wait (RerunOutput * output, GError ** error)
{
  Fake *self = (Fake *) output;
  gboolean silent;

  g_mutex_lock (&self->lock);
  silent = self->silent;
  g_mutex_unlock (&self->lock);
  if (!silent)
    rerun_output_confirm (output, self->since_open);
  g_mutex_lock (&self->lock);
  while (!self->woken)
    g_cond_wait (&self->cond, &self->lock);
  self->woken = FALSE;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
fake_wake (RerunOutput * output)
{
  Fake *self = (Fake *) output;

  g_mutex_lock (&self->lock);
  self->woken = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gboolean
fake_close (RerunOutput * output, GError ** error)
{
  Fake *self = (Fake *) output;

  if (self->close_fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "quota");
  return !self->close_fails;
}

static gboolean
fake_flush (RerunOutput * output, GError ** error)
{
  Fake *self = (Fake *) output;
  guint kept;

  g_mutex_lock (&self->lock);
  kept = self->kept;
  self->kept = 0;
  self->flushed++;
  g_mutex_unlock (&self->lock);
  rerun_output_count_kept (output, kept);
  rerun_output_set_flush_at (output, 0);
  return TRUE;
}

static gboolean
fake_finish (RerunOutput * output, gboolean last, GError ** error)
{
  finished++;
  finished_last += last;
  return ((Fake *) output)->kept == 0 || fake_flush (output, error);
}

static void
fake_free (RerunOutput * output)
{
  Fake *self = (Fake *) output;

  g_array_unref (self->ids);
  g_array_unref (self->tries);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

const RerunOutputClass fake_class = {
  .open = fake_open,
  .write = fake_write,
  .flush = fake_flush,
  .finish = fake_finish,
  .close = fake_close,
  .free = fake_free,
};

const RerunOutputClass live_fake_class = {
  .live = TRUE,
  .open = fake_open,
  .write = fake_write,
  .wait = fake_wait,
  .wake = fake_wake,
  .close = fake_close,
  .finish = fake_finish,
  .free = fake_free,
};

Fake *
fake_new (const RerunOutputClass * klass, RerunLeaky leaky, guint n_frames)
{
  RerunQueueSettings settings = { 0, leaky, GST_CLOCK_TIME_NONE };
  Fake *self = g_new0 (Fake, 1);

  settings.max_bytes = n_frames * MAX_ROW;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->fail_at = -1;
  self->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->tries = g_array_new (FALSE, FALSE, sizeof (gint64));
  rerun_output_init (&self->parent, klass, g_strdup ("fake"), &settings);
  finished = finished_last = 0;
  return self;
}

static gboolean
go_on (GstElement * user)
{
  return wants_to_go_on;
}

static gboolean
ask_is_ending (GstElement * user)
{
  return is_ending;
}

const RerunUserClass user_class = { go_on, ask_is_ending };

void
fake_be_impatient (Fake * self, gboolean impatient)
{
  g_mutex_lock (&self->parent.lock);
  self->parent.settings.drain_timeout =
      impatient ? 100 * GST_MSECOND : GST_CLOCK_TIME_NONE;
  g_mutex_unlock (&self->parent.lock);
}

RerunUser *
fake_attach (Fake * self)
{
  return rerun_output_attach (&self->parent, element, &user_class);
}

void
fake_set_blocked (Fake * self, gboolean blocked)
{
  g_mutex_lock (&self->lock);
  self->blocked = blocked;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
fake_wait_writing (Fake * self)
{
  g_mutex_lock (&self->lock);
  while (!self->writing)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

gboolean
push_kind (RerunUser * user, RerunRowKind kind, guint slot, gint64 number,
    GError ** error)
{
  RrdSpan value = { picture, sizeof picture };
  RrdResult result;
  RerunRow *row = rerun_row_new (kind, schemas[1], &ids, &number, &value, NULL,
      &result);
  gboolean ok;

  fail_unless (row != NULL);
  row->slot = slot;
  ok = rerun_user_push (user, row, error);
  rerun_row_unref (row);
  return ok;
}

gboolean
push (RerunUser * user, guint slot, gint64 number, GError ** error)
{
  return push_kind (user, slot == 0 ? RERUN_ROW_FRAME : RERUN_ROW_STATE, slot,
      number, error);
}

guint64
stat_of (Fake * fake, const gchar * name)
{
  GstStructure *stats = rerun_output_stats (&fake->parent);
  guint64 value = G_MAXUINT64;

  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

guint64
balance (Fake * fake)
{
  GstStructure *stats = rerun_output_stats (&fake->parent);
  guint64 written, dropped, queued;

  gst_structure_get (stats, "frames-written", G_TYPE_UINT64, &written,
      "frames-dropped", G_TYPE_UINT64, &dropped,
      "frames-queued", G_TYPE_UINT64, &queued, NULL);
  gst_structure_free (stats);
  return written + dropped + queued;
}

void
stop (Fake * fake, RerunUser * user)
{
  fail_unless (rerun_user_detach (user));
  fail_unless (rerun_output_stop (&fake->parent, NULL));
}

void
check_written (Fake * fake, guint index, guint64 id)
{
  assert_equals_uint64 (g_array_index (fake->ids, guint64, index), id);
}

void
wait_for_stat (Fake * fake, const gchar * name, guint64 value)
{
  while (stat_of (fake, name) != value)
    g_thread_yield ();
}

void
wait_for_writes (Fake * fake, guint n)
{
  guint written = 0;

  while (written < n) {
    g_mutex_lock (&fake->lock);
    written = fake->ids->len;
    g_mutex_unlock (&fake->lock);
    g_thread_yield ();
  }
}
