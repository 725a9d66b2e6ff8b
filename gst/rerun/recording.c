/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Logging: values become a row, the row goes to all outputs of a path. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/recording.h"
#include "rerun/registry.h"

#include <string.h>

struct _RerunPath
{
  RerunRecording *recording;
  RerunEntityRecord *entity;
  GstElement *element;
  const RerunUserClass *klass;
  guint timelines;              /* flags */
  RerunUser *outputs[RERUN_N_OUTPUTS];  /* NULL: none */
  GList *schemas;               /* of Schema: those that were logged */
  GError *failure;
  guint failed_output;
};

/* A schema, and what it was made of. */
typedef struct
{
  RrdSchema *schema;
  gboolean is_static;
  guint n;
  const RrdComponent *components[RRD_MAX_COMPONENTS];
} Schema;

/* The prefixes of the outputs' statistics: the properties that name them. */
static const gchar *const output_names[RERUN_N_OUTPUTS] = {
  [RERUN_FILE] = "location",
  [RERUN_SERVER] = "uri",
};

RerunPath *
rerun_recording_join (const gchar * application_id,
    const gchar * recording_id, const gchar * entity_path, guint timelines,
    GstElement * element, const RerunUserClass * klass, GError ** error)
{
  RerunEntityRecord *entity;
  RerunRecording *recording = rerun_registry_join (application_id,
      recording_id, entity_path, GST_OBJECT_NAME (element), &entity, error);
  RerunPath *self;

  if (recording == NULL)
    return NULL;
  self = g_new0 (RerunPath, 1);
  self->recording = recording;
  self->entity = entity;
  self->element = element;
  self->klass = klass;
  self->timelines = timelines;
  return self;
}

static void
schema_free (gpointer data)
{
  Schema *schema = data;

  rrd_schema_unref (schema->schema);
  g_free (schema);
}

void
rerun_recording_leave (RerunPath * path, RerunFailed failed)
{
  for (guint i = 0; i < RERUN_N_OUTPUTS; i++) {
    GError *error = NULL;

    if (path->outputs[i] == NULL
        || rerun_registry_close (path->recording, path->outputs[i], &error))
      continue;
    failed (path->element, i, error);
    g_error_free (error);
  }
  rerun_registry_leave (path->recording, path->entity);
  g_list_free_full (path->schemas, schema_free);
  g_clear_error (&path->failure);
  g_free (path);
}

gboolean
rerun_path_use_file (RerunPath * self, const gchar * location,
    RrdCompression compression, const RerunQueueSettings * settings,
    GError ** error)
{
  self->outputs[RERUN_FILE] = rerun_registry_use_file (self->recording,
      self->element, self->klass, location, compression, settings, error);
  return self->outputs[RERUN_FILE] != NULL;
}

void
rerun_path_use_server (RerunPath * self, RerunUri * uri, gboolean spawn,
    const RerunQueueSettings * settings)
{
  self->outputs[RERUN_SERVER] = rerun_registry_use_server (self->recording,
      self->element, self->klass, uri, spawn, settings);
}

const gchar *
rerun_path_get_text (RerunPath * self)
{
  return self->entity->path;
}

const gchar *
rerun_path_get_recording_id (RerunPath * self)
{
  return self->recording->id;
}

gboolean
rerun_path_has_server (RerunPath * self)
{
  return self->outputs[RERUN_SERVER] != NULL;
}

const gchar *
rerun_path_get_kind (RerunPath * self)
{
  return rerun_registry_get_kind (self->entity);
}

void
rerun_path_set_kind (RerunPath * self, const gchar * kind)
{
  rerun_registry_set_kind (self->entity, kind);
}

gboolean
rerun_path_claim_camera (RerunPath * self, gboolean * pinhole, gboolean * pose,
    GError ** error)
{
  return rerun_registry_claim_camera (self->recording, self->entity, pinhole,
      pose, error);
}

static gboolean
schema_is (const Schema * schema, gboolean is_static,
    const RrdComponent * const *components, guint n)
{
  return schema->n == n && schema->is_static == is_static
      && memcmp (schema->components, components, n * sizeof *components) == 0;
}

static RrdSchema *
make_schema (RerunPath * self, gboolean is_static,
    const RrdComponent * const *components, guint n)
{
  RrdTimeline timelines[RERUN_N_TIMELINES];
  gsize n_timelines = 0;

  for (guint i = 0; i < RERUN_N_TIMELINES && !is_static; i++) {
    if (self->timelines & (1 << i))
      timelines[n_timelines++] = rerun_timelines[i];
  }
  return rrd_schema_new (self->entity->path, timelines, n_timelines, components,
      n);
}

/* Returns: NULL if out of memory */
static RrdSchema *
get_schema (RerunPath * self, gboolean is_static,
    const RrdComponent * const *components, guint n)
{
  Schema *entry;
  RrdSchema *schema;

  for (GList * link = self->schemas; link != NULL; link = link->next) {
    entry = link->data;
    if (schema_is (entry, is_static, components, n))
      return entry->schema;
  }
  schema = make_schema (self, is_static, components, n);
  if (schema == NULL)
    return NULL;
  entry = g_new0 (Schema, 1);
  entry->schema = schema;
  entry->is_static = is_static;
  entry->n = n;
  memcpy (entry->components, components, n * sizeof *components);
  self->schemas = g_list_prepend (self->schemas, entry);
  return schema;
}

/* Those values that have data, and times on the timelines that were asked for. */
static RerunRow *
make_row (RerunPath * self, const RerunLog * log, RrdResult * result)
{
  const RrdComponent *components[RRD_MAX_COMPONENTS];
  RrdSpan values[RRD_MAX_COMPONENTS];
  gint64 times[RERUN_N_TIMELINES];
  RrdSchema *schema;
  guint n = 0, n_times = 0;

  for (guint i = 0; i < log->n_values; i++) {
    if (log->values[i].value.data == NULL)
      continue;
    components[n] = log->values[i].component;
    values[n++] = log->values[i].value;
  }
  for (guint i = 0; i < RERUN_N_TIMELINES && log->times != NULL; i++) {
    if (self->timelines & (1 << i))
      times[n_times++] = log->times[i];
  }
  *result = RRD_NO_MEMORY;
  schema = get_schema (self, log->times == NULL, components, n);
  if (schema == NULL)
    return NULL;
  return rerun_row_new (log->kind, schema, &self->recording->ids, times, values,
      log->mapped, result);
}

/* Takes @error. */
static RerunLogResult
fail (RerunPath * self, guint output, GError * error)
{
  gboolean stopped = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_clear_error (&self->failure);
  self->failure = error;
  self->failed_output = output;
  return stopped ? RERUN_LOG_STOPPED : RERUN_LOG_FAILED;
}

/* What stops the row on its way to one output stops it for the next. */
static RerunLogResult
push (RerunPath * self, RerunRow * row)
{
  RerunLogResult result = RERUN_LOG_OK;

  for (guint i = 0; i < RERUN_N_OUTPUTS; i++) {
    GError *error = NULL;

    if (self->outputs[i] == NULL)
      continue;
    if (result != RERUN_LOG_OK)
      rerun_user_drop (self->outputs[i], row);
    else if (!rerun_user_push (self->outputs[i], row, &error))
      result = fail (self, i, error);
  }
  return result;
}

RerunLogResult
rerun_recording_log (RerunPath * path, const RerunLog * log)
{
  RrdResult why;
  RerunRow *row = make_row (path, log, &why);
  RerunLogResult result;

  if (row == NULL) {
    if (log->mapped != NULL)
      rerun_mapped_unmap (log->mapped);
    return fail (path, RERUN_N_OUTPUTS, g_error_new_literal (G_IO_ERROR,
            G_IO_ERROR_FAILED, rrd_result_text (why)));
  }
  row->slot = path->entity->first_slot + log->slot;
  row->drops = &path->entity->drops;
  result = push (path, row);
  rerun_row_unref (row);
  return result;
}

guint
rerun_path_take_drops (RerunPath * self, guint seen, gint64 * times)
{
  RerunDrops *drops = &self->entity->drops;
  guint n, n_times = 0;

  g_mutex_lock (&drops->lock);
  n = drops->n;
  if (n == seen)
    drops->n = 0;
  for (guint i = 0; i < RERUN_N_TIMELINES; i++) {
    if (self->timelines & (1 << i))
      times[i] = drops->times[n_times++];
  }
  g_mutex_unlock (&drops->lock);
  return n;
}

const GError *
rerun_path_get_failure (RerunPath * self, guint * output)
{
  *output = self->failed_output;
  return self->failure;
}

RerunLogResult
rerun_path_drain (RerunPath * self, guint output)
{
  GError *error = NULL;

  if (self->outputs[output] == NULL
      || rerun_user_drain (self->outputs[output], &error))
    return RERUN_LOG_OK;
  return fail (self, output, error);
}

void
rerun_path_set_flushing (RerunPath * self, gboolean flushing)
{
  for (guint i = 0; i < RERUN_N_OUTPUTS; i++) {
    if (self->outputs[i] != NULL)
      rerun_user_set_flushing (self->outputs[i], flushing);
  }
}

/* In one level: Python cannot read a structure in a structure. */
void
rerun_path_add_stats (RerunPath * self, GstStructure * stats)
{
  for (guint i = 0; i < RERUN_N_OUTPUTS; i++) {
    GstStructure *of;

    if (self->outputs[i] == NULL)
      continue;
    of = rerun_output_stats (self->outputs[i]->output);
    for (gint n = 0; n < gst_structure_n_fields (of); n++) {
      const gchar *field = gst_structure_nth_field_name (of, n);
      gchar *name = g_strconcat (output_names[i], "-", field, NULL);

      gst_structure_set_value (stats, name, gst_structure_get_value (of,
              field));
      g_free (name);
    }
    gst_structure_free (of);
  }
}
