/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records in blocks of memory: a recording grows by what a chunk needs. */
#include "manifest.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

#define BLOCK_SIZE (64 * 1024)

/* A record; its extents follow. */
typedef struct
{
  RrdTuid id;
  uint64_t offset;
  uint32_t size;
  uint32_t uncompressed_size;
  uint32_t n_rows;
  uint32_t schema_index:31;
  uint32_t is_one_full_row:1;
} Record;

typedef struct _Block Block;

struct _Block
{
  Block *next;
  size_t used;
  uint64_t data[BLOCK_SIZE / sizeof (uint64_t)];
};

typedef struct
{
  RrdSchema *schema;
  uint64_t n_entries;
} Used;

struct _RrdManifest
{
  Block *first;
  Block *last;
  size_t n_entries;
  Used *schemas;
  size_t n_schemas;
};

RrdManifest *
rrd_manifest_new (void)
{
  return calloc (1, sizeof (RrdManifest));
}

void
rrd_manifest_free (RrdManifest * manifest)
{
  if (!manifest)
    return;
  for (Block * block = manifest->first, *next; block; block = next) {
    next = block->next;
    free (block);
  }
  for (size_t i = 0; i < manifest->n_schemas; i++)
    rrd_schema_unref (manifest->schemas[i].schema);
  free (manifest->schemas);
  free (manifest);
}

/* --- adding --- */

static Used *
find_schema (RrdManifest * manifest, RrdSchema * schema)
{
  for (size_t i = 0; i < manifest->n_schemas; i++)
    if (manifest->schemas[i].schema == schema)
      return &manifest->schemas[i];
  for (size_t i = 0; i < manifest->n_schemas; i++)
    if (rrd_schema_equal (manifest->schemas[i].schema, schema))
      return &manifest->schemas[i];

  Used *schemas = realloc (manifest->schemas,
      (manifest->n_schemas + 1) * sizeof *schemas);
  if (!schemas)
    return NULL;
  manifest->schemas = schemas;
  schemas[manifest->n_schemas].schema = rrd_schema_ref (schema);
  schemas[manifest->n_schemas].n_entries = 0;
  return &schemas[manifest->n_schemas++];
}

/* Memory for a record of @size bytes. */
static void *
allocate (RrdManifest * manifest, size_t size)
{
  Block *block = manifest->last;

  if (!block || size > BLOCK_SIZE - block->used) {
    block = malloc (sizeof *block);
    if (!block)
      return NULL;
    block->next = NULL;
    block->used = 0;
    if (manifest->last)
      manifest->last->next = block;
    else
      manifest->first = block;
    manifest->last = block;
  }
  void *record = (uint8_t *) block->data + block->used;
  block->used += size;
  return record;
}

static bool
is_one_full_row (const RrdChunk * chunk)
{
  bool full = chunk->n_rows == 1;

  for (size_t i = 0; full && i < chunk->schema->n_components; i++)
    full = chunk->extents[i] == 1;
  return full;
}

static size_t
n_extents (const RrdSchema * schema, bool is_one_full_row)
{
  return is_one_full_row ? schema->n_timelines : rrd_n_extents (schema);
}

bool
rrd_manifest_add (RrdManifest * manifest, const RrdChunk * chunk,
    uint64_t offset, size_t size)
{
  bool full = is_one_full_row (chunk);
  size_t n = n_extents (chunk->schema, full);
  Used *used = find_schema (manifest, chunk->schema);
  Record *record = NULL;

  if (used)
    record = allocate (manifest, sizeof *record + n * sizeof (int64_t));
  if (!record)
    return false;
  record->id = chunk->id;
  record->offset = offset + RRD_MESSAGE_HEADER_SIZE;
  record->size = (uint32_t) (size - RRD_MESSAGE_HEADER_SIZE);
  record->uncompressed_size = (uint32_t) chunk->size;
  record->n_rows = (uint32_t) chunk->n_rows;
  record->schema_index = (uint32_t) (used - manifest->schemas);
  record->is_one_full_row = full;
  int64_t *extents = (int64_t *) (record + 1);
  for (size_t i = 0; i < n; i++)
    extents[i] = chunk->extents[full ? rrd_extent_index (chunk->schema, i,
            RRD_ALL_ROWS) : i];
  used->n_entries++;
  manifest->n_entries++;
  return true;
}

/* --- reading --- */

size_t
rrd_manifest_n_entries (const RrdManifest * manifest)
{
  return manifest->n_entries;
}

size_t
rrd_manifest_n_schemas (const RrdManifest * manifest)
{
  return manifest->n_schemas;
}

const RrdSchema *
rrd_manifest_schema (const RrdManifest * manifest, size_t index)
{
  return manifest->schemas[index].schema;
}

uint64_t
rrd_manifest_schema_entries (const RrdManifest * manifest, size_t index)
{
  return manifest->schemas[index].n_entries;
}

bool
rrd_manifest_next (const RrdManifest * manifest, RrdCursor * cursor,
    RrdEntry * entry)
{
  const Block *block = cursor->block ? cursor->block : manifest->first;

  if (block && cursor->at == block->used) {
    block = block->next;
    cursor->at = 0;
  }
  if (!block)
    return false;
  const Record *record =
      (const Record *) ((const uint8_t *) block->data + cursor->at);
  entry->id = record->id;
  entry->offset = record->offset;
  entry->size = record->size;
  entry->uncompressed_size = record->uncompressed_size;
  entry->n_rows = record->n_rows;
  entry->schema_index = record->schema_index;
  entry->schema = manifest->schemas[record->schema_index].schema;
  entry->extents = (const int64_t *) (record + 1);
  entry->is_one_full_row = record->is_one_full_row;
  cursor->block = block;
  cursor->at += sizeof *record
      + n_extents (entry->schema, entry->is_one_full_row) * sizeof (int64_t);
  return true;
}

uint64_t
rrd_entry_rows (const RrdEntry * entry, size_t component)
{
  return entry->is_one_full_row ? 1 : (uint64_t) entry->extents[component];
}

void
rrd_entry_extent (const RrdEntry * entry, size_t timeline, size_t component,
    int64_t extent[2])
{
  if (entry->is_one_full_row)
    extent[0] = extent[1] = entry->extents[timeline];
  else
    memcpy (extent, entry->extents + rrd_extent_index (entry->schema, timeline,
            component), 2 * sizeof *extent);
}
