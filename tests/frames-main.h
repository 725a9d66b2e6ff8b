/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The main() of a test that has a part of its own for the frames of real cameras: with
 * the argument "frames" that part alone runs, or is skipped where there are none. */

#include <gst/check/gstcheck.h>

#define SKIPPED 77

/* In ../shared, which not everybody has. */
static inline gchar *
real_frame_path (const gchar * folder, guint number)
{
  const gchar *shared = g_getenv ("DEPTH_SHARED");

  return g_strdup_printf ("%s/data/%s/%05u.png", shared ? shared : "", folder,
      number);
}

static inline int
run_suites (int argc, char **argv, Suite * (*plain) (void),
    Suite * (*frames) (void), const gchar * name, const gchar * file)
{
  gboolean wanted = argc > 1 && g_str_equal (argv[1], "frames");
  gchar *path = real_frame_path ("realsense_d4xx_640x480", 1);
  gboolean there = g_file_test (path, G_FILE_TEST_EXISTS);

  g_free (path);
  gst_check_init (&argc, &argv);
  if (!wanted)
    return gst_check_run_suite (plain (), name, file);
  if (there)
    return gst_check_run_suite (frames (), name, file);
  g_print ("skipped: there are no frames below DEPTH_SHARED\n");
  return SKIPPED;
}

#define MAIN_WITH_FRAMES(name) \
  int \
  main (int argc, char **argv) \
  { \
    return run_suites (argc, argv, name##_suite, name##_frames_suite, #name, \
        __FILE__); \
  }
