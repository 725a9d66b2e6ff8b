/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema of a whole recording. */
#include <stdlib.h>
#include <string.h>

#include "footer.h"

#define N_METADATA (RRD_COMPONENT_METADATA + 2)

/* A field, and what it points to. */
typedef struct
{
  ArrowMetadata metadata[N_METADATA];
  ArrowField item;
  ArrowType list;
  char *name;
} Memory;

typedef struct
{
  ArrowField *fields;
  Memory *memory;
  size_t n;
} Fields;

/* The name of a component's column: the recording's properties have one of
 * their own. */
static char *
column_name (const char *entity_path, const char *component)
{
  const char *prefix =
      strcmp (entity_path, RRD_PROPERTIES_PATH) ? entity_path : "property";
  size_t length = strlen (prefix);
  char *name = malloc (length + 1 + strlen (component) + 1);

  if (name) {
    memcpy (name, prefix, length);
    name[length] = ':';
    strcpy (name + length + 1, component);
  }
  return name;
}

static bool
is_sibling (const RrdSchema * a, const RrdSchema * b,
    const RrdComponent * component)
{
  return strcmp (a->entity_path, b->entity_path) == 0
      && rrd_find_component (b, component) != RRD_NO_INDEX;
}

/* Whether any chunk has the component of this entity as static data. */
static bool
is_static (const RrdManifest * manifest, const RrdSchema * schema,
    const RrdComponent * component)
{
  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++) {
    const RrdSchema *other = rrd_manifest_schema (manifest, i);
    if (other->n_timelines == 0 && is_sibling (schema, other, component))
      return true;
  }
  return false;
}

static bool
add_component (Fields * fields, const RrdManifest * manifest, size_t index,
    const RrdComponent * component)
{
  const RrdSchema *schema = rrd_manifest_schema (manifest, index);
  Memory *memory = &fields->memory[fields->n];
  ArrowField *field = &fields->fields[fields->n];

  for (size_t i = 0; i < index; i++)
    if (is_sibling (schema, rrd_manifest_schema (manifest, i), component))
      return true;
  *field = rrd_component_field (component, memory->metadata, &memory->item,
      &memory->list);
  memory->name = column_name (schema->entity_path, component->name);
  field->name = memory->name;
  memory->metadata[field->n_metadata++] =
      (ArrowMetadata) { "rerun:entity_path", schema->entity_path };
  if (is_static (manifest, schema, component))
    memory->metadata[field->n_metadata++] =
        (ArrowMetadata) { "rerun:is_static", "true" };
  fields->n++;
  return memory->name != NULL;
}

static void
add_timeline (Fields * fields, const RrdManifest * manifest, size_t index,
    const RrdTimeline * timeline)
{
  for (size_t i = 0; i < index; i++)
    if (rrd_find_timeline (rrd_manifest_schema (manifest, i), timeline)
        != RRD_NO_INDEX)
      return;
  fields->fields[fields->n] =
      rrd_time_field (timeline, fields->memory[fields->n].metadata);
  fields->n++;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (((const ArrowField *) a)->name,
      ((const ArrowField *) b)->name);
}

static bool
fill (Fields * fields, const RrdManifest * manifest)
{
  bool ok = true;

  fields->fields[fields->n++] = rrd_row_id_field;
  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++) {
    const RrdSchema *schema = rrd_manifest_schema (manifest, i);
    for (size_t t = 0; t < schema->n_timelines; t++)
      add_timeline (fields, manifest, i, &schema->timelines[t]);
    for (size_t c = 0; ok && c < schema->n_components; c++)
      ok = add_component (fields, manifest, i, schema->components[c]);
  }
  if (ok)
    qsort (fields->fields, fields->n, sizeof *fields->fields, compare_names);
  return ok;
}

bool
rrd_append_recording_schema (ArrowBytes * bytes, const RrdManifest * manifest)
{
  size_t at_most = 1;
  Fields fields = { 0 };

  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++) {
    const RrdSchema *schema = rrd_manifest_schema (manifest, i);
    at_most += schema->n_timelines + schema->n_components;
  }
  fields.fields = malloc (at_most * sizeof *fields.fields);
  fields.memory = calloc (at_most, sizeof *fields.memory);
  bool ok = fields.fields && fields.memory && fill (&fields, manifest);
  if (ok)
    arrow_append_schema (bytes, fields.fields, fields.n, NULL, 0);
  for (size_t i = 0; fields.memory && i < at_most; i++)
    free (fields.memory[i].name);
  free (fields.memory);
  free (fields.fields);
  return ok && !bytes->failed;
}
