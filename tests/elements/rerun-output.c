/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The queue and thread of an output, with a class that blocks and fails. */

#include <gst/check/gstcheck.h>
#include "rerun/output.h"

#define FRAME_BYTES 1000
#define MAX_ROW (FRAME_BYTES + sizeof (RerunRow))

/* --- an output that does as it is told --------------------------------------- */

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
  GArray *slots;                /* of what was written, in order */
  GArray *ids;
  gint finished;
  gint finished_last;
} Fake;

/* Speaks for the output. */
static GstElement *element;
/* and what that says */
static gboolean wants_to_go_on, is_ending;

static void make_schemas (void);
static void free_schemas (void);

static void
setup (void)
{
  element = gst_element_factory_make ("fakesink", NULL);
  wants_to_go_on = is_ending = FALSE;
  make_schemas ();
}

static void
teardown (void)
{
  gst_object_unref (element);
  free_schemas ();
}

/* What is left when the output is gone. */
static gint finished, finished_last;

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
  if (ok && (gint) self->slots->len == self->fail_at) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
    self->fail_at = -1;
    ok = FALSE;
  }
  if (ok) {
    self->since_open++;
    self->kept += self->keeps;
    g_array_append_val (self->slots, row->slot);
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

  g_array_unref (self->slots);
  g_array_unref (self->ids);
  g_array_unref (self->tries);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static const RerunOutputClass fake_class = {
  .open = fake_open,
  .write = fake_write,
  .flush = fake_flush,
  .finish = fake_finish,
  .close = fake_close,
  .free = fake_free,
};

static const RerunOutputClass live_fake_class = {
  .live = TRUE,
  .open = fake_open,
  .write = fake_write,
  .wait = fake_wait,
  .wake = fake_wake,
  .close = fake_close,
  .finish = fake_finish,
  .free = fake_free,
};

static Fake *
fake_new (const RerunOutputClass * klass, RerunLeaky leaky, guint n_frames)
{
  RerunQueueSettings settings = { 0, leaky, GST_CLOCK_TIME_NONE };
  Fake *self = g_new0 (Fake, 1);

  settings.max_bytes = n_frames * MAX_ROW;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->fail_at = -1;
  self->slots = g_array_new (FALSE, FALSE, sizeof (guint));
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

static const RerunUserClass user_class = { go_on, ask_is_ending };

/* For a drain, or a stop, that is to time out; else it takes what it takes. */
static void
fake_be_impatient (Fake * self, gboolean impatient)
{
  g_mutex_lock (&self->parent.lock);
  self->parent.settings.drain_timeout =
      impatient ? 100 * GST_MSECOND : GST_CLOCK_TIME_NONE;
  g_mutex_unlock (&self->parent.lock);
}

static RerunUser *
fake_attach (Fake * self)
{
  return rerun_output_attach (&self->parent, element, &user_class);
}

static void
fake_set_blocked (Fake * self, gboolean blocked)
{
  g_mutex_lock (&self->lock);
  self->blocked = blocked;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Until the thread hangs in write(). */
static void
fake_wait_writing (Fake * self)
{
  g_mutex_lock (&self->lock);
  while (!self->writing)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* --- messages ---------------------------------------------------------------- */

static guint8 picture[FRAME_BYTES];
static RerunIds ids;
static RrdSchema *schemas[2];   /* static, and on a timeline */

static void
make_schemas (void)
{
  const RrdComponent *component =
      &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB];
  RrdTimeline timeline = { "frame", RRD_SEQUENCE };

  rerun_ids_init (&ids);
  for (guint i = 0; i < 2; i++)
    schemas[i] = rrd_schema_new ("/depth", &timeline, i, &component, 1);
}

static void
free_schemas (void)
{
  rrd_schema_unref (schemas[0]);
  rrd_schema_unref (schemas[1]);
  rerun_ids_clear (&ids);
}

/* @number tells one from the other. */
static gboolean
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

static gboolean
push (RerunUser * user, guint slot, gint64 number, GError ** error)
{
  return push_kind (user, slot == 0 ? RERUN_ROW_FRAME : RERUN_ROW_STATE, slot,
      number, error);
}

static guint64
stat_of (Fake * fake, const gchar * name)
{
  GstStructure *stats = rerun_output_stats (&fake->parent);
  guint64 value = G_MAXUINT64;

  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

static guint64
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

static void
stop (Fake * fake, RerunUser * user)
{
  fail_unless (rerun_user_detach (user));
  fail_unless (rerun_output_stop (&fake->parent, NULL));
}

/* --- tests ------------------------------------------------------------------- */

static void
check_written (Fake * fake, guint index, guint64 id)
{
  assert_equals_uint64 (g_array_index (fake->ids, guint64, index), id);
}

GST_START_TEST (test_order)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 4);
  RerunUser *user = fake_attach (fake);

  /* all that was pushed before the thread runs; of states in a row, the newest */
  fail_unless (push (user, 0, 1, NULL));
  fail_unless (push (user, 0, 2, NULL));
  fail_unless (push (user, 7, 3, NULL));
  fail_unless (push (user, 8, 4, NULL));
  fail_unless (push (user, 7, 5, NULL));        /* instead of 3 */
  rerun_output_start (&fake->parent);
  for (guint64 i = 6; i < 100; i++)
    fail_unless (push (user, 0, i, NULL));
  fail_unless (rerun_user_drain (user, NULL));

  assert_equals_int (fake->ids->len, 98);
  check_written (fake, 0, 1);
  check_written (fake, 1, 2);
  check_written (fake, 2, 4);
  check_written (fake, 3, 5);
  for (guint i = 4; i < fake->ids->len; i++)
    check_written (fake, i, i + 2);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 96);
  assert_equals_uint64 (stat_of (fake, "queue-bytes"), 0);
  stop (fake, user);
}

GST_END_TEST;

/* Ten frames into a queue of three behind a writer that hangs with the first. */
static void
fill (Fake * fake, RerunUser * user)
{
  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fake_wait_writing (fake);
  for (guint64 i = 1; i < 10; i++) {
    fail_unless (push (user, 0, i, NULL));
    assert_equals_uint64 (balance (fake), i + 1);
    fail_unless (stat_of (fake, "queue-bytes") <= 3 * MAX_ROW);
  }
  fail_unless (stat_of (fake, "frames-dropped") > 0);
  fail_unless (push (user, 7, 100, NULL));
  fake_set_blocked (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (balance (fake), 10);
  assert_equals_uint64 (stat_of (fake, "frames-queued"), 0);
}

GST_START_TEST (test_leaky_upstream)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_UPSTREAM, 3);
  RerunUser *user = fake_attach (fake);
  guint n;

  fill (fake, user);
  n = stat_of (fake, "frames-written");
  fail_unless (n >= 3 && n < 10);
  /* the oldest ones, then the state */
  for (guint i = 0; i < n; i++)
    check_written (fake, i, i);
  check_written (fake, n, 100);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_leaky_downstream)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = fake_attach (fake);
  guint n;

  fill (fake, user);
  n = stat_of (fake, "frames-written");
  fail_unless (n >= 3 && n < 10);
  /* the one that was being written, then the newest ones */
  check_written (fake, 0, 0);
  for (guint i = 1; i < n; i++)
    check_written (fake, i, 10 - n + i);
  check_written (fake, n, 100);
  stop (fake, user);
}

GST_END_TEST;

typedef struct
{
  RerunUser *user;
  gint pushed;
  GError *error;
} Pusher;

static gpointer
push_until_error (gpointer data)
{
  Pusher *pusher = data;

  while (push (pusher->user, 0, g_atomic_int_get (&pusher->pushed),
          &pusher->error))
    g_atomic_int_inc (&pusher->pushed);
  return NULL;
}

static void
wait_for_frames (Fake * fake, guint64 n)
{
  while (stat_of (fake, "frames-queued") < n)
    g_thread_yield ();
}

GST_START_TEST (test_full_waits_and_flushes)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  Pusher pusher = { user, 0, NULL };
  GThread *thread;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  thread = g_thread_new ("pusher", push_until_error, &pusher);
  wait_for_frames (fake, 3);
  rerun_user_set_flushing (user, TRUE);
  g_thread_join (thread);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR,
          G_IO_ERROR_CANCELLED));
  g_clear_error (&pusher.error);
  /* what was not taken is dropped, and counted */
  assert_equals_uint64 (balance (fake), pusher.pushed + 1);
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 1);

  /* and on it goes, where there is room even while flushing */
  fake_set_blocked (fake, FALSE);
  while (stat_of (fake, "frames-queued") > 0)
    g_thread_yield ();
  fail_unless (push (user, 0, 98, NULL));
  rerun_user_set_flushing (user, FALSE);
  fail_unless (push (user, 0, 99, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), pusher.pushed + 2);
  stop (fake, user);
}

GST_END_TEST;

static gpointer
drain_until_error (gpointer data)
{
  Pusher *pusher = data;

  rerun_user_drain (pusher->user, &pusher->error);
  return NULL;
}

GST_START_TEST (test_drain_flushes)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  Pusher pusher = { user, 0, NULL };
  GThread *thread;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  thread = g_thread_new ("drainer", drain_until_error, &pusher);
  fake_wait_writing (fake);
  rerun_user_set_flushing (user, TRUE);
  g_thread_join (thread);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR,
          G_IO_ERROR_CANCELLED));
  g_clear_error (&pusher.error);
  fake_set_blocked (fake, FALSE);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_failure)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  RerunUser *other = fake_attach (fake);
  GError *error = NULL;
  Pusher pusher = { user, 0, NULL };

  fake->fail_at = 5;
  rerun_output_start (&fake->parent);
  push_until_error (&pusher);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&pusher.error);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 5);
  assert_equals_uint64 (balance (fake), pusher.pushed + 1);

  /* everybody hears of it, at every call */
  fail_if (rerun_user_drain (other, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&error);
  fail_if (rerun_user_detach (other));
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&error);
  assert_equals_int (finished, 0);
}

GST_END_TEST;

static void
stop_while_hanging (const RerunOutputClass * klass)
{
  Fake *fake = fake_new (klass, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  GError *error = NULL;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fail_unless (push (user, 0, 1, NULL));
  fake_wait_writing (fake);
  fake_be_impatient (fake, TRUE);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  fail_unless (g_str_has_prefix (error->message, "2 frames"), "%s",
      error->message);
  g_clear_error (&error);
}

GST_START_TEST (test_stop_hanging)
{
  stop_while_hanging (&fake_class);
  stop_while_hanging (&live_fake_class);
}

GST_END_TEST;

GST_START_TEST (test_drain_hanging_live)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  GError *error = NULL;

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  g_clear_error (&error);
  fake_be_impatient (fake, FALSE);
  fake_set_blocked (fake, FALSE);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_finish)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *a = fake_attach (fake);
  RerunUser *b = fake_attach (fake);

  rerun_output_start (&fake->parent);
  fail_unless (push (a, 0, 0, NULL));
  fail_unless (rerun_user_drain (a, NULL));
  assert_equals_int (finished, 0);      /* b may have more */
  fail_unless (rerun_user_drain (b, NULL));
  assert_equals_int (finished, 1);
  fail_unless (push (a, 0, 1, NULL));   /* a seek back, say */
  fail_unless (rerun_user_drain (a, NULL));
  assert_equals_int (finished, 2);
  assert_equals_int (finished_last, 0);
  fail_if (rerun_user_detach (a));
  stop (fake, b);
  assert_equals_int (finished_last, 1);
}

GST_END_TEST;

/* --- a server that goes and comes back --------------------------------------- */

static GstBus *
listen (void)
{
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (element, bus);
  return bus;
}

/* The next message is of this kind, and if it has fields, has this name. */
static guint64
expect (GstBus * bus, GstMessageType type, const gchar * name)
{
  GstMessage *message = gst_bus_timed_pop (bus, GST_CLOCK_TIME_NONE);
  guint64 dropped = 0;

  assert_equals_int (GST_MESSAGE_TYPE (message), type);
  if (type == GST_MESSAGE_ELEMENT) {
    const GstStructure *fields = gst_message_get_structure (message);

    assert_equals_string (gst_structure_get_name (fields), name);
    assert_equals_string (gst_structure_get_string (fields, "uri"), "fake");
    fail_unless (gst_structure_get_uint64 (fields, "frames-dropped", &dropped));
  }
  gst_message_unref (message);
  return dropped;
}

static void
expect_nothing (GstBus * bus)
{
  fail_if (gst_bus_have_pending (bus));
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
}

GST_START_TEST (test_comes_later)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GstBus *bus = listen ();

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  expect (bus, GST_MESSAGE_WARNING, NULL);      /* once */
  fail_unless (push (user, 7, 100, NULL));
  for (guint64 i = 0; i < 10; i++)
    fail_unless (push (user, 0, i, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, NULL));
  fake_be_impatient (fake, FALSE);
  assert_equals_uint64 (balance (fake), 10);
  g_mutex_lock (&fake->lock);
  fake->away = FALSE;
  g_mutex_unlock (&fake->lock);
  assert_equals_uint64 (expect (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-connected"), stat_of (fake, "frames-dropped"));
  expect (bus, GST_MESSAGE_INFO, NULL);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (balance (fake), 10);
  check_written (fake, 0, 100);
  check_written (fake, fake->ids->len - 1, 9);
  stop (fake, user);
  expect_nothing (bus);
}

GST_END_TEST;

GST_START_TEST (test_reconnect)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GstBus *bus = listen ();

  fail_unless (push (user, 7, 100, NULL));
  fail_unless (push (user, 8, 101, NULL));
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 3; i++)
    fail_unless (push (user, 0, i, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-connected");

  /* two are written but not confirmed, the third is lost on the way */
  g_mutex_lock (&fake->lock);
  fake->silent = TRUE;
  fake->fail_at = 7;
  g_mutex_unlock (&fake->lock);
  for (guint64 i = 3; i < 6; i++)
    fail_unless (push (user, 0, i, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-disconnected");
  expect (bus, GST_MESSAGE_WARNING, NULL);
  g_mutex_lock (&fake->lock);
  fake->silent = FALSE;
  g_mutex_unlock (&fake->lock);
  fail_unless (push (user, 0, 6, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-reconnected");
  expect (bus, GST_MESSAGE_INFO, NULL);

  /* all states again, then what was not confirmed, in order */
  assert_equals_int (fake->ids->len, 7 + 2 + 4);
  check_written (fake, 7, 100);
  check_written (fake, 8, 101);
  for (guint i = 0; i < 4; i++)
    check_written (fake, 9 + i, 3 + i);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 7);
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 0);
  assert_equals_uint64 (stat_of (fake, "queue-bytes"), 0);
  stop (fake, user);
  expect_nothing (bus);
}

GST_END_TEST;

/* A sink that starts again and again, as in a rig that plays on: what is kept for a new
 * server is the newest of each, not one for each start. */
GST_START_TEST (test_states_are_bounded)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunOutput *output = &fake->parent;
  RerunUser *user;

  rerun_output_start (output);
  user = fake_attach (fake);
  for (guint64 i = 0; i < 300; i++) {
    RerunUser *other = fake_attach (fake);

    fail_unless (push (other, 7, 1000 + i, NULL));
    fail_unless (push (other, 8, 2000 + i, NULL));
    fail_unless (push (other, 0, i, NULL));
    fail_unless (rerun_user_drain (other, NULL));
    fail_if (rerun_user_detach (other));
  }
  g_mutex_lock (&output->lock);
  assert_equals_int (g_queue_get_length (&output->states), 2);
  assert_equals_int (g_queue_get_length (&output->queue), 0);
  assert_equals_int (g_queue_get_length (&output->sent), 0);
  g_mutex_unlock (&output->lock);
  stop (fake, user);
}

GST_END_TEST;

static void
set_silent (Fake * fake, gboolean silent)
{
  g_mutex_lock (&fake->lock);
  fake->silent = silent;
  g_mutex_unlock (&fake->lock);
}

static void
wait_for_stat (Fake * fake, const gchar * name, guint64 value)
{
  while (stat_of (fake, name) != value)
    g_thread_yield ();
}

/* Until so many rows have been written, whatever became of them. */
static void
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

/* What was written, but is not confirmed, is held in the bound too, and is the first
 * to go. It counts as written when it is confirmed, and not before. */
GST_START_TEST (test_unconfirmed_is_bounded)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);

  fake->silent = TRUE;
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 10; i++) {
    fail_unless (push (user, 0, i, NULL));
    fail_unless (stat_of (fake, "queue-bytes") <= 3 * MAX_ROW);
    assert_equals_uint64 (balance (fake), i + 1);
  }
  wait_for_writes (fake, 10);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 0);
  assert_equals_uint64 (stat_of (fake, "frames-queued"), 10);
  fail_unless (stat_of (fake, "frames-unconfirmed") >= 6);
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 0);
  fail_unless (stat_of (fake, "queue-bytes") > 0);
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, NULL));

  set_silent (fake, FALSE);
  fake_be_impatient (fake, FALSE);
  fail_unless (push (user, 0, 10, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), 11);
  assert_equals_uint64 (stat_of (fake, "frames-unconfirmed"), 0);
  stop (fake, user);
}

GST_END_TEST;

/* A server that dies has lost what it did not confirm: what is not held any more is
 * dropped and told, to the frame; the rest is written again. */
GST_START_TEST (test_lost_with_the_server)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GstBus *bus = listen ();
  guint64 lost;

  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  expect (bus, GST_MESSAGE_ELEMENT, "rerunsink-connected");
  set_silent (fake, TRUE);
  for (guint64 i = 1; i < 20; i++)
    fail_unless (push (user, 0, i, NULL));
  wait_for_writes (fake, 20);
  lost = stat_of (fake, "frames-unconfirmed");
  fail_unless (lost >= 16);
  g_mutex_lock (&fake->lock);
  fake->fail_at = 20;
  g_mutex_unlock (&fake->lock);
  fail_unless (push (user, 0, 20, NULL));
  assert_equals_uint64 (expect (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-disconnected"), stat_of (fake, "frames-dropped"));
  expect (bus, GST_MESSAGE_WARNING, NULL);
  lost = stat_of (fake, "frames-dropped");
  fail_unless (lost >= 16);
  set_silent (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (expect (bus, GST_MESSAGE_ELEMENT,
          "rerunsink-reconnected"), lost);
  expect (bus, GST_MESSAGE_INFO, NULL);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 21 - lost);
  assert_equals_uint64 (balance (fake), 21);
  stop (fake, user);
  expect_nothing (bus);
}

GST_END_TEST;

/* D12: one user's drain that timed out is not the others'. */
GST_START_TEST (test_others_play_on)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *a = fake_attach (fake), *b = fake_attach (fake);
  GError *error = NULL;

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 3; i++)
    fail_unless (push (i % 2 ? a : b, 0, i, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (a, &error));
  fail_unless (g_str_has_prefix (error->message, "3 frames"), "%s",
      error->message);
  g_clear_error (&error);
  fail_if (rerun_user_detach (a));
  for (guint64 i = 3; i < 10; i++)
    fail_unless (push (b, 0, i, NULL));
  fail_unless (rerun_user_detach (b));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_str_has_prefix (error->message, "10 frames"), "%s",
      error->message);
  g_clear_error (&error);
}

GST_END_TEST;

/* What was told at the drain is neither waited for nor told again. */
GST_START_TEST (test_told_once)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *user = fake_attach (fake);

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fake_be_impatient (fake, TRUE);
  fail_if (rerun_user_drain (user, NULL));
  fake_be_impatient (fake, FALSE);
  stop (fake, user);
}

GST_END_TEST;

/* Only states: there is nothing to tell of. */
GST_START_TEST (test_no_frames_not_delivered)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *user = fake_attach (fake);

  fake->silent = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 7, 0, NULL));
  wait_for_writes (fake, 1);
  fake_be_impatient (fake, TRUE);
  fail_unless (rerun_user_drain (user, NULL));
  stop (fake, user);
}

GST_END_TEST;

/* D13: who drains does not wait for the next try. */
GST_START_TEST (test_drain_asks_at_once)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 100);
  RerunUser *user = fake_attach (fake);

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  g_mutex_lock (&fake->parent.lock);
  while (fake->parent.outage.retry_at == 0)
    g_cond_wait_until (&fake->parent.progress, &fake->parent.lock,
        g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND);
  /* in the middle of the longest pause that there is */
  fake->parent.outage.retry_at = G_MAXINT64;
  g_mutex_unlock (&fake->parent.lock);
  g_mutex_lock (&fake->lock);
  fake->away = FALSE;
  g_mutex_unlock (&fake->lock);
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), 1);
  stop (fake, user);
}

GST_END_TEST;

/* D14: the end of the stream waits drain-timeout for a frame that waits. */
GST_START_TEST (test_the_end_has_its_way)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);

  fake->away = TRUE;
  fake_be_impatient (fake, TRUE);
  rerun_output_start (&fake->parent);
  is_ending = TRUE;
  for (guint64 i = 0; i < 10; i++)
    fail_unless (push (user, 0, i, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 7);
  assert_equals_uint64 (balance (fake), 10);
  fail_if (rerun_user_drain (user, NULL));
  stop (fake, user);
}

GST_END_TEST;

/* An element that is only paused goes on where it was. */
GST_START_TEST (test_goes_on_after_a_pause)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 3);
  RerunUser *user = fake_attach (fake);
  Pusher pusher = { user, 0, NULL };
  GThread *thread;

  wants_to_go_on = TRUE;
  fake->blocked = TRUE;
  fake->fail_at = 20;           /* to end the thread */
  rerun_output_start (&fake->parent);
  thread = g_thread_new ("pusher", push_until_error, &pusher);
  wait_for_frames (fake, 3);
  rerun_user_set_flushing (user, TRUE);
  rerun_user_set_flushing (user, FALSE);
  fake_set_blocked (fake, FALSE);
  g_thread_join (thread);
  fail_unless (g_error_matches (pusher.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&pusher.error);
  for (guint i = 0; i < 20; i++)
    check_written (fake, i, i);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, NULL));
}

GST_END_TEST;

/* --- rows that are kept -------------------------------------------------------- */

GST_START_TEST (test_kept_rows)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);

  fake->keeps = TRUE;
  rerun_output_start (&fake->parent);
  rerun_output_set_flush_at (&fake->parent, G_MAXINT64);
  for (guint64 i = 0; i < 10; i++)
    fail_unless (push (user, 0, i, NULL));
  wait_for_writes (fake, 10);
  wait_for_stat (fake, "queue-bytes", 0);
  assert_equals_uint64 (stat_of (fake, "frames-written"), 0);
  assert_equals_uint64 (stat_of (fake, "frames-queued"), 10);
  g_mutex_lock (&fake->parent.lock);
  fake->parent.flush_at = 1;
  g_cond_signal (&fake->parent.work);
  g_mutex_unlock (&fake->parent.lock);
  wait_for_stat (fake, "frames-written", 10);
  assert_equals_uint64 (balance (fake), 10);
  assert_equals_int (fake->flushed, 1);

  /* the end flushes */
  fail_unless (push (user, 0, 10, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  assert_equals_uint64 (stat_of (fake, "frames-written"), 11);
  stop (fake, user);
}

GST_END_TEST;

/* What was kept when the disk was full is dropped, and counted so. */
GST_START_TEST (test_kept_rows_are_lost)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);

  fake->keeps = TRUE;
  fake->fail_at = 5;
  rerun_output_start (&fake->parent);
  rerun_output_set_flush_at (&fake->parent, G_MAXINT64);
  for (guint64 i = 0; i < 6; i++)
    fail_unless (push (user, 0, i, NULL));
  wait_for_stat (fake, "frames-dropped", 6);
  assert_equals_uint64 (balance (fake), 6);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, NULL));
}

GST_END_TEST;

/* D10 */
GST_START_TEST (test_close_fails)
{
  Fake *fake = fake_new (&fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);
  GError *error = NULL;

  fake->close_fails = TRUE;
  rerun_output_start (&fake->parent);
  fail_unless (push (user, 0, 0, NULL));
  fail_unless (rerun_user_drain (user, NULL));
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  g_clear_error (&error);
}

GST_END_TEST;

/* --- video --------------------------------------------------------------------- */

/* 'K': a key frame, 'd': one that needs those before. Numbered from @first. */
static void
push_video (RerunUser * user, const gchar * kinds, gint64 first)
{
  for (; *kinds != '\0'; kinds++)
    fail_unless (push_kind (user, *kinds == 'K' ? RERUN_ROW_FRAME :
            RERUN_ROW_DELTA, 0, first++, NULL));
}

static void
check_video (Fake * fake, guint from, const gint64 * numbers)
{
  for (; *numbers >= 0; numbers++)
    check_written (fake, from++, *numbers);
  assert_equals_int (fake->ids->len, from);
}

#define NUMBERS(...) ((const gint64[]) { __VA_ARGS__, -1 })

/* A full queue drops up to the next key frame. */
GST_START_TEST (test_video_drops_to_a_key_frame)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 5);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "K", 0);
  fake_wait_writing (fake);
  push_video (user, "ddKd", 1);
  push_video (user, "d", 5);    /* drops 1, so 2 as well */
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 2);
  fake_set_blocked (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 3, 4, 5));
  assert_equals_uint64 (balance (fake), 6);
  stop (fake, user);
}

GST_END_TEST;

/* Without a key frame in the queue, nothing is taken until one comes. */
GST_START_TEST (test_video_waits_for_a_key_frame)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "K", 0);
  fake_wait_writing (fake);
  push_video (user, "dddd", 1); /* the third drops all, and comes to nothing */
  push_video (user, "ddKd", 5);
  fake_set_blocked (fake, FALSE);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 7, 8));
  assert_equals_uint64 (balance (fake), 9);
  stop (fake, user);
}

GST_END_TEST;

/* A new frame that is dropped takes those that need it along, not those before. */
GST_START_TEST (test_video_leaky_upstream)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_UPSTREAM, 3);
  RerunUser *user = fake_attach (fake);

  fake->blocked = TRUE;
  rerun_output_start (&fake->parent);
  push_video (user, "K", 0);
  fake_wait_writing (fake);
  push_video (user, "ddd", 1);
  fake_set_blocked (fake, FALSE);
  wait_for_stat (fake, "frames-queued", 0);
  push_video (user, "dKd", 4);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 1, 2, 5, 6));
  stop (fake, user);
}

GST_END_TEST;

/* A new server begins with a key frame. */
GST_START_TEST (test_video_reconnects)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_NO, 100);
  RerunUser *user = fake_attach (fake);

  rerun_output_start (&fake->parent);
  push_video (user, "Kd", 0);
  fail_unless (rerun_user_drain (user, NULL));
  g_mutex_lock (&fake->lock);
  fake->fail_at = 2;
  g_mutex_unlock (&fake->lock);
  push_video (user, "d", 2);
  g_mutex_lock (&fake->lock);
  while (fake->opened < 2)
    g_cond_wait (&fake->cond, &fake->lock);
  g_mutex_unlock (&fake->lock);
  wait_for_stat (fake, "frames-queued", 0);
  push_video (user, "dKd", 3);
  fail_unless (rerun_user_drain (user, NULL));
  check_video (fake, 0, NUMBERS (0, 1, 4, 5));
  assert_equals_uint64 (stat_of (fake, "frames-dropped"), 2);
  stop (fake, user);
}

GST_END_TEST;

/* --- times ---------------------------------------------------------------------- */

/* 100 ms after the first failure, then twice as long each time. */
GST_START_TEST (test_delays_grow)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  gint64 delay = 100 * G_TIME_SPAN_MILLISECOND;

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  g_mutex_lock (&fake->lock);
  while (fake->tries->len < 5)
    g_cond_wait (&fake->cond, &fake->lock);
  for (guint i = 1; i < 5; i++) {
    gint64 *tries = &g_array_index (fake->tries, gint64, i);

    fail_unless (tries[0] - tries[-1] >= delay);
    delay *= 2;
  }
  g_mutex_unlock (&fake->lock);
  stop (fake, user);
}

GST_END_TEST;

GST_START_TEST (test_stop_while_away)
{
  Fake *fake = fake_new (&live_fake_class, RERUN_LEAKY_DOWNSTREAM, 3);
  RerunUser *user = rerun_output_attach (&fake->parent, element, &user_class);
  GError *error = NULL;

  fake->away = TRUE;
  rerun_output_start (&fake->parent);
  for (guint64 i = 0; i < 2; i++)
    fail_unless (push (user, 0, i, NULL));
  fake_be_impatient (fake, TRUE);
  fail_unless (rerun_user_detach (user));
  fail_if (rerun_output_stop (&fake->parent, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  g_clear_error (&error);
}

GST_END_TEST;

static Suite *
rerun_output_suite (void)
{
  Suite *s = suite_create ("rerun-output");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_order);
  tcase_add_test (tc, test_leaky_upstream);
  tcase_add_test (tc, test_leaky_downstream);
  tcase_add_test (tc, test_full_waits_and_flushes);
  tcase_add_test (tc, test_drain_flushes);
  tcase_add_test (tc, test_failure);
  tcase_add_test (tc, test_stop_hanging);
  tcase_add_test (tc, test_drain_hanging_live);
  tcase_add_test (tc, test_finish);
  tcase_add_test (tc, test_comes_later);
  tcase_add_test (tc, test_reconnect);
  tcase_add_test (tc, test_states_are_bounded);
  tcase_add_test (tc, test_unconfirmed_is_bounded);
  tcase_add_test (tc, test_lost_with_the_server);
  tcase_add_test (tc, test_others_play_on);
  tcase_add_test (tc, test_told_once);
  tcase_add_test (tc, test_no_frames_not_delivered);
  tcase_add_test (tc, test_drain_asks_at_once);
  tcase_add_test (tc, test_the_end_has_its_way);
  tcase_add_test (tc, test_goes_on_after_a_pause);
  tcase_add_test (tc, test_kept_rows);
  tcase_add_test (tc, test_kept_rows_are_lost);
  tcase_add_test (tc, test_close_fails);
  tcase_add_test (tc, test_video_drops_to_a_key_frame);
  tcase_add_test (tc, test_video_waits_for_a_key_frame);
  tcase_add_test (tc, test_video_leaky_upstream);
  tcase_add_test (tc, test_video_reconnects);
  tcase_add_test (tc, test_delays_grow);
  tcase_add_test (tc, test_stop_while_away);
  return s;
}

GST_CHECK_MAIN (rerun_output);
