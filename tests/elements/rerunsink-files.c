/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rerunsink and files, pipes and sockets that do not take what they should. */

#define _GNU_SOURCE             /* RTLD_NEXT, gettid */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rerun-common.h"

/* --- a file system that does what it is told ------------------------------ */

/* The plugin, too, calls these instead of the C library's. */

static gint close_fails;
static gint slow_open;          /* 1: open() of a slow.rrd waits, 2: one does */

static gboolean
is_location (int fd)
{
  struct stat its, there;

  return fstat (fd, &its) == 0 && stat (location, &there) == 0
      && its.st_dev == there.st_dev && its.st_ino == there.st_ino;
}

int
close (int fd)
{
  static int (*real) (int);
  gboolean fails = g_atomic_int_get (&close_fails) && is_location (fd);
  int result;

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "close");
  result = real (fd);
  if (!fails)
    return result;
  errno = EDQUOT;
  return -1;
}

/* With _FILE_OFFSET_BITS, the linker knows it as open64(). */
int
open (const char *path, int flags, ...)
{
  static int (*real) (const char *, int, ...);
  va_list arguments;
  int mode = 0;

  va_start (arguments, flags);
  if (flags & O_CREAT)
    mode = va_arg (arguments, int);
  va_end (arguments);
  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "open64");
  if (g_str_has_suffix (path, "slow.rrd")
      && g_atomic_int_compare_and_exchange (&slow_open, 1, 2)) {
    while (g_atomic_int_get (&slow_open) != 0)
      g_thread_yield ();
  }
  return real (path, flags, mode);
}

/* --- files ---------------------------------------------------------------- */

/* Its name stays when it is closed. */
static gchar *
make_socket (void)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/socket", folder);
  fail_unless (bind (fd, (struct sockaddr *) &address, sizeof address) == 0);
  close (fd);
  return g_strdup (address.sun_path);
}

GST_START_TEST (test_location_cannot_be_written)
{
  gchar *nowhere = g_build_filename (folder, "no", "such", "folder", NULL);
  gchar *fifo = g_build_filename (folder, "fifo", NULL);
  gchar *socket = make_socket ();
  const struct
  {
    const gchar *location, *said;
  } bad[] = { {folder, "directory"}, {nowhere, "No such file"},
  {fifo, "nobody reads this named pipe"}, {socket, "this is a socket"}
  };

  fail_unless (mkfifo (fifo, 0600) == 0);       /* nobody reads it */
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstBus *bus;
    GstElement *sink = sink_new (&bus);

    g_object_set (sink, "location", bad[i].location, NULL);
    assert_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
        GST_STATE_CHANGE_FAILURE);
    check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", bad[i].location,
            bad[i].said));
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_element_set_bus (sink, NULL);
    gst_object_unref (sink);
    gst_object_unref (bus);
  }
  g_unlink (fifo);
  g_unlink (socket);
  g_free (fifo);
  g_free (socket);
  g_free (nowhere);
}

GST_END_TEST;

GST_START_TEST (test_file_of_another_program)
{
  static const gchar theirs[] = "what another program wrote";
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  gchar *contents;
  gint fd;

  fail_unless (g_file_set_contents (location, theirs, -1, NULL));
  fd = open (location, O_RDONLY);
  fail_unless (flock (fd, LOCK_EX) == 0);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location,
          "another program"));
  fail_unless (g_file_get_contents (location, &contents, NULL, NULL));
  assert_equals_string (contents, theirs);
  g_free (contents);
  close (fd);

  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  gst_element_set_state (sink, GST_STATE_NULL);
  check_recording (location, 0, TRUE);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

static void
set_state (GstElement * sink, GstState state)
{
  fail_if (gst_element_set_state (sink, state) == GST_STATE_CHANGE_FAILURE);
}

static void
sink_free (GstElement * sink, GstBus * bus)
{
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

/* A child of the application has the file open, but not its lock. */
GST_START_TEST (test_child_of_the_application)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  gint fds[2];
  gchar byte;
  pid_t child;

  fail_unless (pipe (fds) == 0);
  set_state (sink, GST_STATE_PAUSED);
  child = fork ();
  if (child == 0) {
    while (read (fds[0], &byte, 1) != 1);
    _exit (0);
  }
  set_state (sink, GST_STATE_NULL);
  set_state (sink, GST_STATE_PAUSED);
  set_state (sink, GST_STATE_NULL);
  check_silent (bus);
  check_recording (location, 0, TRUE);
  fail_unless (write (fds[1], "", 1) == 1);
  fail_unless (waitpid (child, NULL, 0) == child);
  close (fds[0]);
  close (fds[1]);
  sink_free (sink, bus);
}

GST_END_TEST;

/* One file by two names: two streams of one recording. */
GST_START_TEST (test_symlink)
{
  gchar *path = g_build_filename (folder, "link.rrd", NULL);
  GstBus *bus, *other_bus;
  GstElement *sink = sink_new (&bus), *other = sink_new (&other_bus);

  fail_unless (symlink (location, path) == 0);
  g_object_set (sink, "recording-id", "rig", "entity-path", "left", NULL);
  g_object_set (other, "location", path, "entity-path", "right",
      "recording-id", __i__ == 0 ? "rig" : "another", NULL);
  set_state (sink, GST_STATE_PAUSED);
  if (__i__ == 0) {
    set_state (other, GST_STATE_PAUSED);
    check_silent (other_bus);
  } else {
    assert_equals_int (gst_element_set_state (other, GST_STATE_PAUSED),
        GST_STATE_CHANGE_FAILURE);
    check_said (other_bus, GST_MESSAGE_ERROR, WORDS ("location", path, "rig"));
  }
  sink_free (other, other_bus);
  sink_free (sink, bus);
  check_recording (location, 0, TRUE);
  g_unlink (path);
  g_free (path);
}

GST_END_TEST;

/* A file system that says only at the end that the data did not arrive. */
GST_START_TEST (test_close_fails)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  for (guint n = 0; n < 10; n++)
    gst_harness_push (h, rvl_buffer (n));
  g_atomic_int_set (&close_fails, 1);
  if (__i__ == 0)
    gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  g_atomic_int_set (&close_fails, 0);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location, "quota"));
  gst_object_unref (bus);
}

GST_END_TEST;

static void
push_and_settle (GstHarness * h, guint first, guint last)
{
  for (guint n = first; n < last; n++)
    gst_harness_push (h, rvl_buffer (n));
  while (stat_of (h->element, "location-frames-queued") > 0)
    g_thread_yield ();
}

/* Somebody else removes the file while it is written: before EOS, before it stops
 * without EOS, after EOS. */
GST_START_TEST (test_removed)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  push_and_settle (h, 0, 10);
  if (__i__ == 2)
    gst_harness_push_event (h, gst_event_new_eos ());
  check_silent (bus);
  fail_unless (g_unlink (location) == 0);
  if (__i__ == 0)
    gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location,
          "somebody else has removed the file", "10 frames"));
  gst_object_unref (bus);
}

GST_END_TEST;

/* Or cuts it off: before more frames, before EOS, after EOS. */
GST_START_TEST (test_cut_off)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);

  push_and_settle (h, 0, 10);
  if (__i__ == 2)
    gst_harness_push_event (h, gst_event_new_eos ());
  check_silent (bus);
  fail_unless (truncate (location, 100) == 0);
  if (__i__ == 0)
    push_and_settle (h, 10, 20);
  if (__i__ < 2)
    gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location,
          "somebody else has changed the size of the file", "to 100 bytes"));
  gst_object_unref (bus);
}

GST_END_TEST;

/* A file that never had a name is no file that was removed. */
GST_START_TEST (test_no_name)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  int fd = open (location, O_RDWR | O_CREAT, 0600);
  gchar *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  fail_unless (fd >= 0);
  fail_unless (g_unlink (location) == 0);
  g_object_set (sink, "location", path, NULL);
  set_state (sink, GST_STATE_PAUSED);
  sink_free (sink, bus);
  close (fd);
  g_free (path);
}

GST_END_TEST;

static gpointer
start_slowly (gpointer sink)
{
  set_state (sink, GST_STATE_PAUSED);
  return NULL;
}

/* A disk that takes its time does not hold up a recording on another. */
GST_START_TEST (test_slow_disk)
{
  gchar *path = g_build_filename (folder, "slow.rrd", NULL);
  GstBus *bus, *other_bus;
  GstElement *slow = sink_new (&bus), *other = sink_new (&other_bus);
  GThread *thread;

  g_object_set (slow, "location", path, "recording-id", "slow", NULL);
  set_state (other, GST_STATE_PAUSED);
  g_atomic_int_set (&slow_open, 1);
  thread = g_thread_new ("start", start_slowly, slow);
  while (g_atomic_int_get (&slow_open) != 2)
    g_thread_yield ();
  set_state (other, GST_STATE_NULL);
  set_state (other, GST_STATE_PAUSED);
  assert_equals_int (g_atomic_int_get (&slow_open), 2);
  g_atomic_int_set (&slow_open, 0);
  g_thread_join (thread);
  check_silent (bus);
  check_silent (other_bus);
  sink_free (slow, bus);
  sink_free (other, other_bus);
  check_recording (path, 0, TRUE);
  g_unlink (path);
  g_free (path);
}

GST_END_TEST;

/* --- full disks and pipes ------------------------------------------------- */

GST_START_TEST (test_file_size_limit)
{
  struct rlimit limit, before;
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  GstFlowReturn flow = GST_FLOW_OK;
  Recording recording;
  guint64 written;
  gchar *there;
  guint n;

  fail_unless (getrlimit (RLIMIT_FSIZE, &before) == 0);
  limit.rlim_cur = 1000000;
  limit.rlim_max = before.rlim_max;
  fail_unless (setrlimit (RLIMIT_FSIZE, &limit) == 0);
  for (n = 0; n < 10000 && flow == GST_FLOW_OK; n++)
    flow = gst_harness_push (h, rvl_buffer (n));
  assert_equals_int (flow, GST_FLOW_ERROR);
  assert_equals_int (gst_harness_push (h, rvl_buffer (n)), GST_FLOW_ERROR);
  written = stat_of (h->element, "location-frames-written");
  /* where the row of its intrinsics fails, a frame is not taken at all */
  fail_unless (stat_of (h->element, "frames") >= n - 1
      && stat_of (h->element, "frames") <= n + 1);
  assert_equals_uint64 (stat_of (h->element, "frames"),
      written + stat_of (h->element, "location-frames-dropped"));
  harness_stop (h);
  fail_unless (setrlimit (RLIMIT_FSIZE, &before) == 0);
  recording_read (&recording, location);
  fail_unless (recording.complete && recording.frames > 0);
  assert_equals_uint64 (recording.frames, written);
  there = g_strdup_printf (" %u frames, %" G_GSIZE_FORMAT " bytes in all, were "
      "written before and can be read", recording.frames, recording.size);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location,
          "too large", there));
  g_free (there);
  fail_unless (recording.size > 700000);
  g_free (recording.data);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A named pipe that is open for reading. */
static gint
make_fifo (void)
{
  gint fd;

  fail_unless (mkfifo (location, 0600) == 0);
  fd = open (location, O_RDONLY | O_NONBLOCK);
  fail_unless (fd >= 0);
  return fd;
}

/* A thread that pushes frames into a sink. */
typedef struct
{
  GstHarness *h;
  guint n;                      /* frames, then EOS */
  gint id;                      /* of the thread, 0: not running yet */
} Pusher;

static gpointer
push_frames (gpointer data)
{
  Pusher *pusher = data;
  GstFlowReturn flow = GST_FLOW_OK;

  g_atomic_int_set (&pusher->id, gettid ());
  for (guint n = 0; n < pusher->n && flow == GST_FLOW_OK; n++)
    flow = gst_harness_push (pusher->h, rvl_buffer (n));
  if (flow == GST_FLOW_OK)
    gst_harness_push_event (pusher->h, gst_event_new_eos ());
  return GINT_TO_POINTER (flow);
}

/* Until more than a pipe takes has come, and the thread waits. */
static void
wait_until_full (Pusher * pusher)
{
  while (g_atomic_int_get (&pusher->id) == 0
      || stat_of (pusher->h->element, "location-queue-bytes") < 1000000
      || !thread_sleeps (pusher->id))
    g_thread_yield ();
}

static gpointer
read_to_the_end (gpointer data)
{
  static guint8 bytes[65536];
  gint fd = GPOINTER_TO_INT (data);

  fcntl (fd, F_SETFL, 0);
  while (read (fd, bytes, sizeof bytes) > 0);
  return NULL;
}

/* PAUSED comes while a frame, or EOS, waits; PLAYING goes on with it. */
GST_START_TEST (test_pause_while_a_pipe_is_full)
{
  gint fd = make_fifo ();
  GstBus *bus;
  Pusher pusher = {.h = harness_new (RVL_CAPS, &bus),
    .n = __i__ == 0 ? 3000 : 1000
  };
  GstElement *sink = pusher.h->element;
  GThread *writer = g_thread_new ("push", push_frames, &pusher), *reader;

  wait_until_full (&pusher);
  gst_element_set_state (sink, GST_STATE_PAUSED);
  assert_equals_int (gst_element_get_state (sink, NULL, NULL, 5 * GST_SECOND),
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  reader = g_thread_new ("read", read_to_the_end, GINT_TO_POINTER (fd));
  assert_equals_int (GPOINTER_TO_INT (g_thread_join (writer)), GST_FLOW_OK);
  assert_equals_uint64 (stat_of (sink, "location-frames-written"), pusher.n);
  harness_stop (pusher.h);
  g_thread_join (reader);
  check_silent (bus);
  gst_object_unref (bus);
  close (fd);
}

GST_END_TEST;

static GstHarness *
impatient_new (const gchar * where, GstBus ** bus)
{
  GstElement *sink = sink_new (bus);
  GstHarness *h;

  g_object_set (sink, "location", where, "drain-timeout", 100 * GST_MSECOND,
      NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, RVL_CAPS);
  return h;
}

/* A stream that waits for a reader can be flushed, and stopped. */
static void
check_nobody_reads (const gchar * where)
{
  GstBus *bus;
  Pusher pusher = {.h = impatient_new (where, &bus),.n = G_MAXUINT };
  GThread *thread = g_thread_new ("push", push_frames, &pusher);

  wait_until_full (&pusher);
  gst_harness_push_event (pusher.h, gst_event_new_flush_start ());
  assert_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_FLUSHING);
  check_silent (bus);
  harness_stop (pusher.h);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", where, "frames",
          "drain-timeout"));
  gst_object_unref (bus);
}

GST_START_TEST (test_pipe_that_nobody_reads)
{
  gint fd = make_fifo ();

  check_nobody_reads (location);
  close (fd);
}

GST_END_TEST;

GST_START_TEST (test_pipe_that_closes)
{
  gint fd = make_fifo ();
  GstBus *bus;
  Pusher pusher = {.h = harness_new (RVL_CAPS, &bus),.n = G_MAXUINT };
  GThread *thread = g_thread_new ("push", push_frames, &pusher);

  wait_until_full (&pusher);
  close (fd);
  assert_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), GST_FLOW_ERROR);
  harness_stop (pusher.h);
  check_said (bus, GST_MESSAGE_ERROR, WORDS ("location", location));
  gst_object_unref (bus);
}

GST_END_TEST;

/* Makes a pipe or a socket standard output. */
static void
replace_stdout (gboolean socket, gint * reading_end, gint * before)
{
  gint fds[2];

  fail_unless ((socket ? socketpair (AF_UNIX, SOCK_STREAM, 0, fds) :
          pipe (fds)) == 0);
  fflush (stdout);
  *before = dup (1);
  fail_unless (dup2 (fds[1], 1) == 1);
  close (fds[1]);
  *reading_end = fds[0];
}

static void
restore_stdout (gint before)
{
  fail_unless (dup2 (before, 1) == 1);
  close (before);
}

GST_START_TEST (test_standard_output_that_nobody_reads)
{
  gint fd, before;

  replace_stdout (__i__ == 1, &fd, &before);
  check_nobody_reads ("-");
  restore_stdout (before);
  close (fd);
}

GST_END_TEST;

static gpointer
read_all (gpointer data)
{
  GByteArray *all = g_byte_array_new ();
  guint8 some[4096];
  gssize n;

  while ((n = read (GPOINTER_TO_INT (data), some, sizeof some)) > 0)
    g_byte_array_append (all, some, n);
  return all;
}

GST_START_TEST (test_standard_output)
{
  gint fd, before;
  GstBus *bus;
  GstHarness *h;
  GThread *thread;
  GByteArray *all;

  replace_stdout (__i__ == 1, &fd, &before);
  thread = g_thread_new ("read", read_all, GINT_TO_POINTER (fd));
  h = impatient_new ("-", &bus);
  for (guint n = 0; n < 100; n++)
    fail_unless_equals_int (gst_harness_push (h, rvl_buffer (n)), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  harness_stop (h);
  restore_stdout (before);

  all = g_thread_join (thread);
  close (fd);
  fail_unless (g_file_set_contents (location, (gchar *) all->data, all->len,
          NULL));
  g_byte_array_unref (all);
  check_recording (location, 100, TRUE);
  check_silent (bus);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rerunsink_files_suite (void)
{
  Suite *s = suite_create ("rerunsink-files");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_test (tc, test_location_cannot_be_written);
  tcase_add_test (tc, test_file_of_another_program);
  tcase_add_test (tc, test_child_of_the_application);
  tcase_add_loop_test (tc, test_symlink, 0, 2);
  tcase_add_loop_test (tc, test_removed, 0, 3);
  tcase_add_loop_test (tc, test_cut_off, 0, 3);
  tcase_add_test (tc, test_no_name);
  tcase_add_loop_test (tc, test_close_fails, 0, 2);
  tcase_add_test (tc, test_slow_disk);
  tcase_add_test (tc, test_file_size_limit);
  tcase_add_loop_test (tc, test_pause_while_a_pipe_is_full, 0, 2);
  tcase_add_test (tc, test_pipe_that_nobody_reads);
  tcase_add_test (tc, test_pipe_that_closes);
  tcase_add_loop_test (tc, test_standard_output_that_nobody_reads, 0, 2);
  tcase_add_loop_test (tc, test_standard_output, 0, 2);
  return s;
}

GST_CHECK_MAIN (rerunsink_files);
