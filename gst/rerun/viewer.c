/* SPDX-License-Identifier: LGPL-2.1-or-later */

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

void
rerun_viewer_spawn (const RerunUri * uri, RerunOutput * output)
{
  gchar *port = g_strdup_printf ("%u", uri->port);
  const gchar *argv[] = {
    "rerun", "--port", port, "--memory-limit", MEMORY_LIMIT,
    "--server-memory-limit", MEMORY_LIMIT, "--expect-data-soon", NULL
  };
  GError *error = NULL;
  GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL;
  gboolean ok;

  /* the reader of a pipe would wait for the Viewer's end */
  if (!isatty (STDERR_FILENO))
    flags |= G_SPAWN_STDERR_TO_DEV_NULL;
  ok = g_spawn_async (NULL, (gchar **) argv, NULL, flags, leave_session, NULL,
      NULL, &error);

  if (ok)
    rerun_output_tell (output, GST_MESSAGE_INFO, "started rerun, the Viewer, "
        "to listen at %s", uri->text);
  else
    rerun_output_tell (output, GST_MESSAGE_WARNING, "spawn-viewer: the program "
        "rerun cannot be started (%s): install it (pip install rerun-sdk, or "
        "cargo install rerun-cli) where PATH finds it", error->message);
  g_clear_error (&error);
  g_free (port);
}
