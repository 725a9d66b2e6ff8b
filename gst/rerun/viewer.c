/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starting Rerun's Viewer. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include <unistd.h>
#include "rerun/viewer.h"

/* What the Viewer and its server may take, of the machine's memory. */
#define MEMORY_LIMIT "25%"

/* Ctrl-C in our terminal is not meant for the Viewer, nor are the signals that
 * our thread blocks. */
static void
leave_session (gpointer data)
{
  sigset_t none;

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  setsid ();
}

gboolean
rerun_viewer_spawn (const RerunUri * uri, GError ** error)
{
  gchar *port = g_strdup_printf ("%u", uri->port);
  const gchar *argv[] = {
    "rerun", "--port", port, "--memory-limit", MEMORY_LIMIT,
    "--server-memory-limit", MEMORY_LIMIT, "--expect-data-soon", NULL
  };
  GError *why = NULL;
  GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL;

  /* the reader of a pipe would wait for the Viewer's end */
  if (!isatty (STDERR_FILENO))
    flags |= G_SPAWN_STDERR_TO_DEV_NULL;
  g_spawn_async (NULL, (gchar **) argv, NULL, flags, leave_session, NULL, NULL,
      &why);
  g_free (port);
  if (why == NULL)
    return TRUE;
  g_set_error (error, why->domain, why->code, "spawn-viewer: the program rerun "
      "cannot be started (%s): install it (pip install rerun-sdk, or cargo "
      "install rerun-cli) where PATH finds it", why->message);
  g_error_free (why);
  return FALSE;
}
