/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes what all chunks of a schema share, once. */

#include "schema.h"

#include <stdlib.h>
#include <string.h>

#define SORBET_VERSION "0.1.3"

/* What each chunk has its own of, until it is filled in. */
static const char empty_chunk_id[] = "chunk_00000000000000000000000000000000";
static const char empty_stamp[] = "0000000000.000000000";

/* Where @text lies in the last bytes before @end. */
static size_t
find_before (const ArrowBytes * bytes, size_t end, const char *text)
{
  size_t at = end - strlen (text);

  while (memcmp (bytes->data + at, text, strlen (text)) != 0)
    at--;
  return at;
}

/* The schema message. What differs between chunks comes last in it. */
static void
append_schema_message (RrdSchema * schema)
{
  const ArrowMetadata metadata[] = {
    {"rerun:entity_path", schema->entity_path},
    {"sorbet:version", SORBET_VERSION},
    {"rerun:id", empty_chunk_id},
    {"rerun:timestamp_sdk_grpc_sink", empty_stamp},
    {"rerun:timestamp_sdk_ipc_encoded", empty_stamp},
  };
  ArrowField fields[1 + RRD_MAX_TIMELINES + RRD_MAX_COMPONENTS];
  ArrowMetadata time_metadata[RRD_MAX_TIMELINES][RRD_TIME_METADATA];
  ArrowMetadata component_metadata[RRD_MAX_COMPONENTS]
      [RRD_COMPONENT_METADATA];
  ArrowField items[RRD_MAX_COMPONENTS];
  ArrowType lists[RRD_MAX_COMPONENTS];
  size_t n = 0;

  fields[n++] = rrd_row_id_field;
  for (size_t i = 0; i < schema->n_timelines; i++)
    fields[n++] = rrd_time_field (&schema->timelines[i], time_metadata[i]);
  for (size_t i = 0; i < schema->n_components; i++)
    fields[n++] = rrd_component_field (schema->components[i],
        component_metadata[i], &items[i], &lists[i]);
  arrow_append_schema (&schema->head, fields, n, metadata, 5);
  if (schema->head.failed)
    return;

  size_t end = schema->head.size;
  schema->stamp = find_before (&schema->head, end, empty_stamp);
  schema->chunk_id = find_before (&schema->head, end, empty_chunk_id);
}

static void
append_batch_message (RrdSchema * schema)
{
  size_t n_nodes = 0, n_buffers = 0;

  arrow_type_count (&rrd_row_id_type, &n_nodes, &n_buffers);
  for (size_t i = 0; i < schema->n_timelines; i++)
    arrow_type_count (rrd_time_type (schema->timelines[i].kind), &n_nodes,
        &n_buffers);
  for (size_t i = 0; i < schema->n_components; i++) {
    const ArrowField item = { "item", schema->components[i]->type, true };
    const ArrowType list = { ARROW_LIST, 0, &item, 1 };
    arrow_type_count (&list, &n_nodes, &n_buffers);
  }
  schema->batch = schema->head.size;
  arrow_append_batch (&schema->head, n_nodes, n_buffers, &schema->layout);
}

static char *
copy_text (const char *text)
{
  char *copy = malloc (strlen (text) + 1);

  return copy ? strcpy (copy, text) : NULL;
}

RrdSchema *
rrd_schema_new (const char *entity_path, const RrdTimeline * timelines,
    size_t n_timelines, const RrdComponent * const *components,
    size_t n_components)
{
  RrdSchema *schema = NULL;
  bool ok;

  if (n_timelines <= RRD_MAX_TIMELINES && n_components <= RRD_MAX_COMPONENTS)
    schema = calloc (1, sizeof *schema);
  if (!schema)
    return NULL;
  atomic_init (&schema->references, 1);
  schema->entity_path = copy_text (entity_path);
  ok = schema->entity_path != NULL;
  for (; ok && schema->n_timelines < n_timelines; schema->n_timelines++) {
    RrdTimeline *timeline = &schema->timelines[schema->n_timelines];
    timeline->kind = timelines[schema->n_timelines].kind;
    timeline->name = copy_text (timelines[schema->n_timelines].name);
    ok = timeline->name != NULL;
  }
  for (size_t i = 0; i < n_components; i++)
    schema->components[i] = components[i];
  schema->n_components = n_components;
  if (ok) {
    append_schema_message (schema);
    append_batch_message (schema);
  }
  if (!ok || schema->head.failed) {
    rrd_schema_unref (schema);
    schema = NULL;
  }
  return schema;
}

size_t
rrd_schema_n_timelines (const RrdSchema * schema)
{
  return schema->n_timelines;
}

size_t
rrd_schema_n_components (const RrdSchema * schema)
{
  return schema->n_components;
}

RrdSchema *
rrd_schema_ref (RrdSchema * schema)
{
  atomic_fetch_add (&schema->references, 1);
  return schema;
}

void
rrd_schema_unref (RrdSchema * schema)
{
  if (!schema || atomic_fetch_sub (&schema->references, 1) > 1)
    return;
  for (size_t i = 0; i < schema->n_timelines; i++)
    free ((char *) schema->timelines[i].name);
  free (schema->entity_path);
  arrow_bytes_clear (&schema->head);
  free (schema);
}

bool
rrd_schema_equal (const RrdSchema * a, const RrdSchema * b)
{
  bool equal = a->n_timelines == b->n_timelines
      && a->n_components == b->n_components
      && strcmp (a->entity_path, b->entity_path) == 0;

  for (size_t i = 0; equal && i < a->n_timelines; i++)
    equal = a->timelines[i].kind == b->timelines[i].kind
        && strcmp (a->timelines[i].name, b->timelines[i].name) == 0;
  for (size_t i = 0; equal && i < a->n_components; i++)
    equal = a->components[i] == b->components[i];
  return equal;
}
