/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Application ids and entity paths, against what Rerun's own parser does. */
#include <gst/check/gstcheck.h>

#include <stdlib.h>

#include "rrd/rrd.h"

GST_START_TEST (test_application_id)
{
  static const struct
  {
    const gchar *id;
    gint offset;                /* of what is wrong, -1: nothing */
    const gchar *sanitised;
  } cases[] = {
    {"golden", -1, "golden"},
    {"aZ09_- []:", -1, "aZ09_- []:"},
    {"", 0, "unknown"},
    {"gst-launch-1.0", 12, "gst-launch-1-0"},
    {"a(b)", 1, "a-b-"},
    {"caf\xc3\xa9", 3, "caf--"},
    {"a/b", 1, "a-b"},
    {"a\nb", 1, "a-b"},
  };
  gchar id[RRD_APPLICATION_ID_MAX + 1];
  RrdNameError error;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    bool ok = rrd_application_id_check (cases[i].id, &error);
    fail_unless_equals_int (ok, cases[i].offset < 0);
    if (!ok)
      fail_unless_equals_int (error.offset, cases[i].offset);
    fail_unless_equals_int (rrd_application_id_check (cases[i].id, NULL), ok);
    rrd_application_id_sanitise (cases[i].id, id);
    fail_unless_equals_string (id, cases[i].sanitised);
    fail_unless (rrd_application_id_check (id, NULL));
  }
}

GST_END_TEST;

GST_START_TEST (test_application_id_length)
{
  gchar name[200], id[RRD_APPLICATION_ID_MAX + 1];
  RrdNameError error;

  memset (name, 'a', sizeof name);
  name[180] = 0;
  fail_unless (rrd_application_id_check (name, &error));
  name[180] = 'a';
  name[181] = 0;
  fail_if (rrd_application_id_check (name, &error));
  fail_unless_equals_int (error.offset, 180);
  rrd_application_id_sanitise (name, id);
  fail_unless_equals_int (strlen (id), 180);
}

GST_END_TEST;

GST_START_TEST (test_entity_path)
{
  static const struct
  {
    const gchar *path, *stored;
  } cases[] = {
    {"depth", "/depth"},
    {"/depth", "/depth"},
    {"world/camera/depth", "/world/camera/depth"},
    {"//world///camera//", "/world/camera"},
    {"a-b_c.d/42", "/a-b_c.d/42"},
    {"my camera", "/my\\ camera"},
    {"my\\ camera", "/my\\ camera"},
    {"rig/left (2)!", "/rig/left\\ \\(2\\)\\!"},
    {"foo/bar:baz", "/foo/bar\\:baz"},
    {"foo/#bar/baz", "/foo/\\#bar/baz"},
    {"a\\/b/c", "/a\\/b/c"},
    {"a\nb\tc\rd", "/a\\nb\\tc\\rd"},
    {"a\\nb\\tc\\rd", "/a\\nb\\tc\\rd"},
    {"a\001b", "/a\\u{0001}b"},
    {"a\177b", "/a\\u{007F}b"},
    {"Hall\xc3\xa5", "/Hall\xc3\xa5"},
    {"Hall\\u{00e5}", "/Hall\\u{00E5}"},
    {"\xe2\x98\xae/\xf0\x9f\x98\x80", "/\xe2\x98\xae/\xf0\x9f\x98\x80"},
    {"a\xc2\xa0" "b", "/a\\u{00A0}b"},
    {"\\u{0041}", "/A"},
    {"a\\\\", "/a\\u{005C}"},
    {"a\\\\/b", "/a\\u{005C}\\/b"},
    {"a\\u{005C}/b", "/a\\u{005C}/b"},
    {"a/__b", "/a/__b"},
    {"_a", "/_a"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    RrdNameError error = { NULL, 0 };
    gchar *stored = rrd_entity_path_normalise (cases[i].path, &error);
    fail_unless (stored != NULL, "%s %s", cases[i].path, error.what);
    fail_unless_equals_string (stored, cases[i].stored);
    /* The stored form is stored as it is. */
    gchar *again = rrd_entity_path_normalise (stored, NULL);
    fail_unless_equals_string (again, stored);
    free (stored);
    free (again);
  }
}

GST_END_TEST;

GST_START_TEST (test_entity_path_refused)
{
  static const struct
  {
    const gchar *path;
    gsize offset;
    const gchar *what;
  } cases[] = {
    {"", 0, "names no entity"},
    {"///", 0, "names no entity"},
    {"__properties", 0, "begins with __"},
    {"//__x/y", 2, "begins with __"},
    {"\\_\\_x", 0, "begins with __"},
    {"C:\\Users", 2, "unknown escape"},
    {"a/b\\", 3, "ends in a backslash"},
    {"ab\\u{12}", 2, "escape that is not like"},
    {"\\u{D800}", 0, "escape that is not like"},
    {"\\u{0000}", 0, "escape that is not like"},
    {"\\u", 0, "escape that is not like"},
    {"\\u{00e5", 0, "escape that is not like"},
    {"\\u{ 0e5}", 0, "escape that is not like"},
    {"ab\xff", 2, "is not UTF-8"},
    {"ab\x80", 2, "is not UTF-8"},
    {"ab\xc3", 2, "is not UTF-8"},
    {"ab\xc3/", 2, "is not UTF-8"},
    {"a\xc0\xaf", 1, "is not UTF-8"},
    {"a\xe0\x80\xaf", 1, "is not UTF-8"},
    {"a\xed\xa0\x80", 1, "is not UTF-8"},
    {"a\xf4\x90\x80\x80", 1, "is not UTF-8"},
    {"a\xf8\x88\x80\x80\x80", 1, "is not UTF-8"},
    {"a\\\xc3\xa9", 1, "unknown escape"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    RrdNameError error = { NULL, 0 };
    gchar *stored = rrd_entity_path_normalise (cases[i].path, &error);
    fail_unless (stored == NULL, "%s became %s", cases[i].path, stored);
    fail_unless (strstr (error.what, cases[i].what) != NULL, "%s: %s",
        cases[i].path, error.what);
    fail_unless_equals_int (error.offset, cases[i].offset);
    fail_unless (rrd_entity_path_normalise (cases[i].path, NULL) == NULL);
  }
}

GST_END_TEST;

static Suite *
names_suite (void)
{
  Suite *s = suite_create ("rrd-names");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_application_id);
  tcase_add_test (tc, test_application_id_length);
  tcase_add_test (tc, test_entity_path);
  tcase_add_test (tc, test_entity_path_refused);
  return s;
}

GST_CHECK_MAIN (names);
