/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of a manifest: which there are, and what each says of a chunk. */
#include <stdlib.h>
#include <string.h>

#include "footer.h"

/* --- values --- */

static bool
is_static (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  *value = entry->schema->n_timelines == 0;
  return true;
}

static bool
n_rows (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  *value = entry->n_rows;
  return true;
}

static bool
byte_offset (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  *value = entry->offset;
  return true;
}

static bool
byte_size (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  *value = entry->size;
  return true;
}

static bool
byte_size_uncompressed (const RrdEntry * entry, size_t timeline,
    size_t component, uint64_t * value)
{
  *value = entry->uncompressed_size;
  return true;
}

static bool
has_static_data (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  *value = entry->schema->n_timelines == 0 && component != RRD_NO_INDEX;
  return true;
}

/* Timelines as a whole. */
static bool
start (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  int64_t extent[2];

  if (timeline == RRD_NO_INDEX)
    return false;
  rrd_entry_extent (entry, timeline, RRD_ALL_ROWS, extent);
  *value = (uint64_t) extent[0];
  return true;
}

static bool
end (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  int64_t extent[2];

  if (timeline == RRD_NO_INDEX)
    return false;
  rrd_entry_extent (entry, timeline, RRD_ALL_ROWS, extent);
  *value = (uint64_t) extent[1];
  return true;
}

/* A timeline and a component. */
static bool
component_rows (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  bool both = timeline != RRD_NO_INDEX && component != RRD_NO_INDEX;

  *value = both ? rrd_entry_rows (entry, component) : 0;
  return true;
}

static bool
component_start (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  int64_t extent[2];

  component_rows (entry, timeline, component, value);
  if (*value == 0)
    return false;
  rrd_entry_extent (entry, timeline, component, extent);
  *value = (uint64_t) extent[0];
  return true;
}

static bool
component_end (const RrdEntry * entry, size_t timeline, size_t component,
    uint64_t * value)
{
  int64_t extent[2];

  component_rows (entry, timeline, component, value);
  if (*value == 0)
    return false;
  rrd_entry_extent (entry, timeline, component, extent);
  *value = (uint64_t) extent[1];
  return true;
}

/* --- what there is --- */

size_t
rrd_find_timeline (const RrdSchema * schema, const RrdTimeline * timeline)
{
  for (size_t i = 0; timeline && i < schema->n_timelines; i++)
    if (strcmp (schema->timelines[i].name, timeline->name) == 0)
      return i;
  return RRD_NO_INDEX;
}

size_t
rrd_find_component (const RrdSchema * schema, const RrdComponent * component)
{
  for (size_t i = 0; component && i < schema->n_components; i++)
    if (strcmp (schema->components[i]->name, component->name) == 0)
      return i;
  return RRD_NO_INDEX;
}

/* Whether no schema before the one at @index has both. NULL: either. */
static bool
is_new (const RrdManifest * manifest, size_t index,
    const RrdTimeline * timeline, const RrdComponent * component)
{
  for (size_t i = 0; i < index; i++) {
    const RrdSchema *schema = rrd_manifest_schema (manifest, i);
    if ((!timeline || rrd_find_timeline (schema, timeline) != RRD_NO_INDEX)
        && (!component
            || rrd_find_component (schema, component) != RRD_NO_INDEX))
      return false;
  }
  return true;
}

/* --- the columns --- */

static const ArrowType utf8 = { ARROW_UTF8, 0, NULL, 0 };
static const ArrowType chunk_id = { ARROW_FIXED_SIZE_BINARY, 16, NULL, 0 };
static const ArrowType boolean = { ARROW_BOOL, 0, NULL, 0 };
static const ArrowType uint64 = { ARROW_UINT64, 0, NULL, 0 };

typedef struct
{
  const char *name;
  const ArrowType *type;
  RrdColumnValue value;
} Kind;

static const Kind of_chunks[] = {
  {"chunk_entity_path", &utf8, NULL},
  {"chunk_id", &chunk_id, NULL},
  {"chunk_is_static", &boolean, is_static},
  {"chunk_num_rows", &uint64, n_rows},
  {"chunk_byte_offset", &uint64, byte_offset},
  {"chunk_byte_size", &uint64, byte_size},
  {"chunk_byte_size_uncompressed", &uint64, byte_size_uncompressed},
};

/* No type: the timeline's. */
static const Kind of_components[] = {
  {"has_static_data", &boolean, has_static_data},
};

static const Kind of_timelines[] = {
  {"start", NULL, start},
  {"end", NULL, end},
};

static const Kind of_both[] = {
  {"start", NULL, component_start},
  {"end", NULL, component_end},
  {"num_rows", &uint64, component_rows},
};

#define N(kinds) (sizeof (kinds) / sizeof *(kinds))

/* "timeline:component:name", with '_' for what readers do not want in names
 * and none of them in front. */
static char *
column_name (const RrdTimeline * timeline, const RrdComponent * component,
    const char *name)
{
  const char *parts[] = {
    timeline ? timeline->name : "", component ? component->name : "", name
  };
  size_t size = 3, used = 0;

  for (size_t i = 0; i < 3; i++)
    size += strlen (parts[i]);
  char *text = malloc (size);
  for (size_t i = 0; text && i < 3; i++) {
    if (used && parts[i][0])
      text[used++] = ':';
    for (const char *from = parts[i]; *from; from++) {
      char c = strchr (", -.\\", *from) ? '_' : *from;
      if (used || c != '_')
        text[used++] = c;
    }
  }
  if (text)
    text[used] = 0;
  return text;
}

static size_t
index_metadata (ArrowMetadata * metadata, const RrdColumn * column)
{
  size_t n = 0;

  if (column->timeline || column->component)
    metadata[n++] = (ArrowMetadata) { "rerun:index",
        column->timeline ? column->timeline->name : "rerun:static" };
  if (column->component) {
    metadata[n++] =
        (ArrowMetadata) { "rerun:archetype", column->component->archetype };
    metadata[n++] =
        (ArrowMetadata) { "rerun:component", column->component->name };
    metadata[n++] =
        (ArrowMetadata) { "rerun:component_type",
        column->component->type_name };
  }
  return n;
}

/* False: out of memory. */
static bool
add (RrdColumns * columns, const Kind * kinds, size_t n_kinds,
    const RrdTimeline * timeline, const RrdComponent * component)
{
  for (size_t i = 0; i < n_kinds; i++) {
    RrdColumn *column = &columns->columns[columns->n];
    ArrowMetadata *metadata = columns->metadata[columns->n];
    ArrowField *field = &columns->fields[columns->n];

    *column = (RrdColumn) { timeline, component, kinds[i].value };
    field->name = column_name (timeline, component, kinds[i].name);
    if (!field->name)
      return false;
    field->type = kinds[i].type ? kinds[i].type
        : rrd_time_type (timeline->kind);
    field->nullable = timeline != NULL;
    field->metadata = metadata;
    field->n_metadata = index_metadata (metadata, column);
    columns->n++;
  }
  return true;
}

static bool
add_of_components (RrdColumns * columns, const RrdManifest * manifest)
{
  bool ok = true;

  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++) {
    const RrdSchema *schema = rrd_manifest_schema (manifest, i);
    for (size_t c = 0; ok && c < schema->n_components; c++)
      if (is_new (manifest, i, NULL, schema->components[c]))
        ok = add (columns, of_components, N (of_components), NULL,
            schema->components[c]);
  }
  return ok;
}

static bool
add_of_timelines (RrdColumns * columns, const RrdManifest * manifest)
{
  bool ok = true;

  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++) {
    const RrdSchema *schema = rrd_manifest_schema (manifest, i);
    for (size_t t = 0; ok && t < schema->n_timelines; t++)
      if (is_new (manifest, i, &schema->timelines[t], NULL))
        ok = add (columns, of_timelines, N (of_timelines),
            &schema->timelines[t], NULL);
  }
  return ok;
}

static bool
add_of_both (RrdColumns * columns, const RrdManifest * manifest)
{
  bool ok = true;

  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++) {
    const RrdSchema *schema = rrd_manifest_schema (manifest, i);
    for (size_t t = 0; t < schema->n_timelines; t++)
      for (size_t c = 0; ok && c < schema->n_components; c++)
        if (is_new (manifest, i, &schema->timelines[t], schema->components[c]))
          ok = add (columns, of_both, N (of_both), &schema->timelines[t],
              schema->components[c]);
  }
  return ok;
}

/* No fewer than there will be. */
static size_t
count_at_most (const RrdManifest * manifest)
{
  size_t n = N (of_chunks);

  for (size_t i = 0; i < rrd_manifest_n_schemas (manifest); i++) {
    const RrdSchema *schema = rrd_manifest_schema (manifest, i);
    n += N (of_components) * schema->n_components
        + N (of_timelines) * schema->n_timelines
        + N (of_both) * schema->n_timelines * schema->n_components;
  }
  return n;
}

bool
rrd_columns_init (RrdColumns * columns, const RrdManifest * manifest)
{
  size_t n = count_at_most (manifest);

  columns->n = 0;
  columns->columns = malloc (n * sizeof *columns->columns);
  columns->fields = malloc (n * sizeof *columns->fields);
  columns->metadata = malloc (n * sizeof *columns->metadata);
  return columns->columns && columns->fields && columns->metadata
      && add (columns, of_chunks, N (of_chunks), NULL, NULL)
      && add_of_components (columns, manifest)
      && add_of_timelines (columns, manifest)
      && add_of_both (columns, manifest);
}

void
rrd_columns_clear (RrdColumns * columns)
{
  for (size_t i = 0; i < columns->n; i++)
    free ((char *) columns->fields[i].name);
  free (columns->columns);
  free (columns->fields);
  free (columns->metadata);
}
