/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What of a recording the user asks for. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/wishes.h"

#include <stdlib.h>
#include <string.h>

#include "rrd/rrd.h"

void
replay_wishes_clear (ReplayWishes * self)
{
  g_clear_pointer (&self->timeline, g_free);
  g_clear_pointer (&self->recording_id, g_free);
  g_clear_pointer (&self->asked_paths, g_free);
  g_clear_pointer (&self->entity_paths, g_strfreev);
}

/* Returns: (nullable): one path; NULL: there is none, or @problem says why */
static gchar *
read_path (const gchar * start, const gchar * end, gchar ** problem)
{
  gchar *part = g_strstrip (g_strndup (start, end - start));
  gchar *path = NULL;
  char *stored = NULL;
  RrdNameError error;

  if (*part != '\0')
    stored = rrd_entity_path_normalise (part, &error);
  if (stored != NULL)
    path = g_strdup (stored);
  else if (*part != '\0')
    *problem = g_strdup_printf ("entity-path \"%s\" %s", part, error.what);
  free (stored);
  g_free (part);
  return path;
}

gchar *
replay_wishes_set_paths (ReplayWishes * self, const gchar * text)
{
  GPtrArray *paths = g_ptr_array_new ();
  const gchar *start = text;
  gchar *problem = NULL;

  for (const gchar * c = text; c != NULL && problem == NULL; c++) {
    gchar *path;

    if (*c == '\\' && c[1] != '\0') {
      c++;
      continue;
    }
    if (*c != ',' && *c != '\0')
      continue;
    path = read_path (start, c, &problem);
    if (path != NULL)
      g_ptr_array_add (paths, path);
    if (*c == '\0')
      break;
    start = c + 1;
  }
  self->asked_paths = g_strdup (text);
  g_ptr_array_add (paths, NULL);
  if (paths->len > 1)
    self->entity_paths = (gchar **) g_ptr_array_free (paths, FALSE);
  else
    g_ptr_array_free (paths, TRUE);
  return problem;
}

gboolean
replay_wishes_entity (const ReplayWishes * self, const gchar * path)
{
  if (self->entity_paths == NULL)
    return TRUE;
  for (gchar ** wanted = self->entity_paths; *wanted != NULL; wanted++) {
    gsize n = strlen (*wanted);

    if (strncmp (path, *wanted, n) == 0 && (path[n] == '\0' || path[n] == '/'))
      return TRUE;
  }
  return FALSE;
}
