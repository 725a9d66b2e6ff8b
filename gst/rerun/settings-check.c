/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What settings mean, and what they must not be. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/settings.h"

#include <math.h>
#include <stdlib.h>
#include "depth/gstdepthnumbers.h"
#include "rerun/pose.h"

gchar *
rerun_settings_application_id (const RerunSettings * self)
{
  gchar id[RRD_APPLICATION_ID_MAX + 1];

  if (self->application_id != NULL)
    return g_strdup (self->application_id);
  rrd_application_id_sanitise (g_get_prgname () != NULL ? g_get_prgname () : "",
      id);
  return g_strdup (id);
}

RerunUri *
rerun_settings_uri (const RerunSettings * self)
{
  if (self->uri == NULL && self->location != NULL)
    return NULL;
  return rerun_uri_parse (self->uri != NULL ? self->uri : RERUN_DEFAULT_URI,
      NULL);
}

gchar *
rerun_settings_entity_path (const RerunSettings * self)
{
  char *path = rrd_entity_path_normalise (self->entity_path, NULL);
  gchar *copy = g_strdup (path);

  free (path);
  return copy;
}

static gchar *
pinhole_problem (const RerunSettings * self)
{
  return gst_depth_pinhole_problem (&self->pinhole);
}

static gchar *
translation_problem (const RerunSettings * self)
{
  return rerun_pose_translation_problem (&self->translation);
}

static gchar *
rotation_problem (const RerunSettings * self)
{
  return rerun_pose_rotation_problem (&self->rotation);
}

static gchar *
entity_path_problem (const RerunSettings * self)
{
  const gchar *given = self->entity_path != NULL ? self->entity_path : "";
  RrdNameError why;
  char *path = rrd_entity_path_normalise (given, &why);

  if (path != NULL) {
    free (path);
    return NULL;
  }
  return g_strdup_printf ("entity-path is \"%s\": %s at byte %" G_GSIZE_FORMAT
      "; allowed are names with slashes between them, as camera/depth", given,
      why.what, why.offset);
}

static gchar *
application_id_problem (const RerunSettings * self)
{
  RrdNameError why;

  if (self->application_id == NULL
      || rrd_application_id_check (self->application_id, &why))
    return NULL;
  return g_strdup_printf ("application-id is \"%s\": %s at byte %"
      G_GSIZE_FORMAT "; allowed are 1 to 180 letters, digits, spaces and "
      "_-[]:", self->application_id, why.what, why.offset);
}

static gchar *
recording_id_problem (const RerunSettings * self)
{
  RrdNameError why;

  if (self->recording_id == NULL
      || rrd_recording_id_check (self->recording_id, &why))
    return NULL;
  return g_strdup_printf ("recording-id is \"%s\": %s at byte %"
      G_GSIZE_FORMAT "; allowed is any text in UTF-8 without control "
      "characters, or not to set it", self->recording_id, why.what, why.offset);
}

static gchar *
stream_problem (const RerunSettings * self)
{
  if (self->timelines == 0)
    return g_strdup ("timelines is empty; allowed is at least one of log-time, "
        "capture-time, pts and frame");
  if (self->point_fill_ratio != RERUN_NO_POINT_FILL_RATIO
      && !(isfinite ((gfloat) self->point_fill_ratio)
          && self->point_fill_ratio >= 0))
    return g_strdup_printf ("point-fill-ratio is %g; allowed is -1 (not "
        "logged) or at least 0", self->point_fill_ratio);
  if (self->opacity != RERUN_NO_OPACITY
      && !(self->opacity >= 0 && self->opacity <= 1))
    return g_strdup_printf ("opacity is %g; allowed is -1 (not logged) or 0 to "
        "1", self->opacity);
  if (self->draw_order != RERUN_NO_DRAW_ORDER
      && !isfinite ((gfloat) self->draw_order))
    return g_strdup_printf ("draw-order is %g; allowed is -inf (not logged) "
        "or a finite number", self->draw_order);
  return NULL;
}

static gchar *
location_problem (const RerunSettings * self)
{
  if (self->location == NULL || *self->location != '\0')
    return NULL;
  return g_strdup ("location is \"\"; allowed is the name of a file, or - for "
      "standard output");
}

static gchar *
uri_problem (const RerunSettings * self)
{
  const gchar *text = self->uri != NULL ? self->uri : RERUN_DEFAULT_URI;
  GError *error = NULL;
  RerunUri *uri = rerun_uri_parse (text, &error);
  gchar *problem = NULL;

  if (uri == NULL) {
    problem = g_strdup (error->message);
    g_error_free (error);
    return problem;
  }
  if (self->spawn_viewer && (uri->tls || !rerun_uri_is_local (uri)))
    problem =
        g_strdup_printf ("spawn-viewer is true and uri is \"%s\"; allowed "
        "is rerun+http and this machine, as " RERUN_DEFAULT_URI, text);
  rerun_uri_free (uri);
  return problem;
}

/* What others give may be in any encoding; messages are UTF-8. */
gchar *
rerun_settings_problem (const RerunSettings * self)
{
  static gchar *(*const problems[]) (const RerunSettings *) = {
    location_problem, uri_problem, application_id_problem,
    recording_id_problem, entity_path_problem, pinhole_problem,
    translation_problem, rotation_problem, stream_problem
  };

  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++) {
    gchar *problem = problems[i] (self);

    if (problem != NULL) {
      gchar *text = g_utf8_make_valid (problem, -1);

      g_free (problem);
      return text;
    }
  }
  return NULL;
}
