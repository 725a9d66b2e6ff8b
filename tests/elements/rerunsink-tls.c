/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rerunsink and a server with TLS. */

#include <string.h>

#include "rerun-live.h"
#include "test-certificate.h"

static GTlsCertificate *
test_certificate (void)
{
  GTlsCertificate *certificate =
      g_tls_certificate_new_from_pem (TEST_CERTIFICATE, -1, NULL);

  fail_unless (certificate != NULL);
  return certificate;
}

/* Makes the certificate one that is trusted in this process. The database reads
 * @path when it is used. */
static void
trust (GTlsCertificate * certificate, const gchar * path)
{
  gchar *pem;
  GTlsDatabase *database;

  g_object_get (certificate, "certificate-pem", &pem, NULL);
  fail_unless (g_file_set_contents (path, pem, -1, NULL));
  database = g_tls_file_database_new (path, NULL);
  fail_unless (database != NULL);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
  g_object_unref (database);
  g_free (pem);
}

GST_START_TEST (test_tls)
{
  ServerOptions options = { 0, };
  RerunServer *server;
  GstBus *bus;
  GstHarness *h;

  options.certificate = test_certificate ();
  trust (options.certificate, location);
  server = rerun_server_new (&options);
  h = live_new (uri_of (server), &bus, NULL);
  push (h, 0, 100);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_frames (server, 0, 100);
  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
  rerun_server_free (server);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  g_object_unref (options.certificate);
}

GST_END_TEST;

static const struct
{
  ServerBehaviour behaviour;
  const gchar *said;
} bad_tls[] = {
  {SERVER_GOOD, "certificate"}, /* that nobody trusts */
  {SERVER_CLOSES, "cannot reach"},
  {SERVER_GARBAGE, "cannot reach"},
  {SERVER_HTTP1, "cannot reach"},
  {SERVER_SILENT, NULL},
  {SERVER_DRIPS_TLS, NULL},
};

/* A server that lets TLS begin and never end. */
GST_START_TEST (test_tls_drips)
{
  ServerOptions options = {.behaviour = SERVER_DRIPS_TLS };
  RerunServer *server;
  GstBus *bus;
  GstHarness *h;
  gint64 since;

  options.certificate = test_certificate ();
  server = rerun_server_new (&options);
  h = live_new (uri_of (server), &bus, "drain-timeout", (guint64) 0, NULL);
  push (h, 0, 20);
  since = g_get_monotonic_time ();
  wait_for_text (bus, GST_MESSAGE_WARNING, "did not agree on TLS in time");
  fail_unless (g_get_monotonic_time () - since < 10 * G_TIME_SPAN_SECOND);
  rerun_server_wait_connections (server, 2);
  check_balance (h, 20);
  harness_stop (h);
  gst_object_unref (bus);
  rerun_server_free (server);
  g_object_unref (options.certificate);
}

GST_END_TEST;

GST_START_TEST (test_tls_fails)
{
  ServerOptions options = {.behaviour = bad_tls[__i__].behaviour };
  RerunServer *server;
  GstBus *bus;
  GstHarness *h;
  gint64 since;

  options.certificate = test_certificate ();
  server = rerun_server_new (&options);
  h = live_new (uri_of (server), &bus, "drain-timeout", 20 * GST_MSECOND, NULL);
  if (bad_tls[__i__].said != NULL)
    wait_for_text (bus, GST_MESSAGE_WARNING, bad_tls[__i__].said);
  since = g_get_monotonic_time ();
  push (h, 0, 20);
  gst_harness_push_event (h, gst_event_new_eos ());
  check_balance (h, 20);
  harness_stop (h);
  check_nobody_waited (since);
  gst_object_unref (bus);
  rerun_server_free (server);
  g_object_unref (options.certificate);
}

GST_END_TEST;

static Suite *
rerunsink_tls_suite (void)
{
  Suite *s = suite_create ("rerunsink-tls");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, live_teardown);
  tcase_add_test (tc, test_tls);
  tcase_add_test (tc, test_tls_drips);
  tcase_add_loop_test (tc, test_tls_fails, 0, G_N_ELEMENTS (bad_tls));
  return s;
}

int
main (int argc, char **argv)
{
  gst_check_init (&argc, &argv);
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_print ("GIO has no TLS: that is glib-networking\n");
    return 77;
  }
  return gst_check_run_suite (rerunsink_tls_suite (), "rerunsink-tls",
      __FILE__);
}
