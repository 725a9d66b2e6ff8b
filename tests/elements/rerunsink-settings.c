/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties of rerunsink that cannot be what they are set to. */

#include <string.h>

#include "rerun-common.h"

GST_START_TEST (test_bad_property)
{
  static const struct
  {
    const gchar *name;
    const gchar *value;
    const gchar *said;          /* besides the name */
    const gchar *allowed;
  } bad[] = {
    {"meter", "0.001", "0.001", "1000"},
    {"meter", "nan", "nan", "1 to 1000000"},
    {"near", "-2", "-2", "automatic"},
    {"far", "0", "0", "above near"},
    {"near", "1e308", "1e+308", "0 to 65535"},
    {"pinhole", "<1e300,600,3,4>", "e+300", "above 0"},
    {"pinhole", "<1e-60,600,3,4>", "e-61", "above 0"},
    {"entity-path", "", "\"\"", "camera/depth"},
    {"entity-path", "/", "\"/\"", "camera/depth"},
    {"entity-path", "__properties", "__properties", "camera/depth"},
    {"application-id", "gst-1.0", "gst-1.0", "letters, digits"},
    {"application-id", "", "\"\"", "1 to 180"},
    {"recording-id", "", "\"\"", "any text"},
    {"recording-id", "a\001b", "recording-id", "UTF-8"},
    {"recording-id", "a\377", "recording-id", "UTF-8"},
    {"location", "", "\"\"", "standard output"},
    {"pinhole", "<1,2,3>", "1, (double)2, (double)3", "fx, fy, cx, cy"},
    {"pinhole", "<0,600,3,4>", "600", "above 0"},
    {"timelines", "0", "empty", "log-time"},
    {"point-fill-ratio", "-0.5", "-0.5", "-1 (not logged)"},
  };
  GstBus *bus;
  GstElement *sink = sink_new (&bus);

  if (g_str_equal (bad[__i__].name, "recording-id"))
    g_object_set (sink, "recording-id", bad[__i__].value, NULL);
  else
    gst_util_set_object_arg (G_OBJECT (sink), bad[__i__].name,
        bad[__i__].value);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, WORDS (bad[__i__].name,
          bad[__i__].said, bad[__i__].allowed));
  fail_if (g_file_test (location, G_FILE_TEST_EXISTS));
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

/* What cannot be written as a text, or takes two. */
static void
check_numbers_refused (const gchar * name, gdouble value,
    const gchar * other_name, gdouble other_value, const gchar * said)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);

  g_object_set (sink, name, value, other_name, other_value, NULL);
  assert_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  check_said (bus, GST_MESSAGE_ERROR, WORDS (name, said, "allowed"));
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_START_TEST (test_bad_numbers)
{
  check_numbers_refused ("near", 2.5, "far", 2.5, "far is 2.5");
  check_numbers_refused ("draw-order", G_MAXDOUBLE, "near", -1, "e+308");
  check_numbers_refused ("point-fill-ratio", G_MAXDOUBLE, "near", -1, "e+308");
}

GST_END_TEST;

GST_START_TEST (test_set_while_running)
{
  GstBus *bus;
  GstHarness *h = harness_new (RVL_CAPS, &bus);
  gchar *after;

  g_object_set (h->element, "location", "/elsewhere", NULL);
  check_said (bus, GST_MESSAGE_WARNING, WORDS ("location", "READY"));
  g_object_get (h->element, "location", &after, NULL);
  assert_equals_string (after, location);
  g_free (after);
  harness_stop (h);
  gst_object_unref (bus);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rerunsink_settings_suite (void)
{
  Suite *s = suite_create ("rerunsink-settings");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_add_loop_test (tc, test_bad_property, 0, 20);
  tcase_add_test (tc, test_bad_numbers);
  tcase_add_test (tc, test_set_while_running);
  return s;
}

GST_CHECK_MAIN (rerunsink_settings);
