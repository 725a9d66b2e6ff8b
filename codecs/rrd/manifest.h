/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the footer reads of a manifest: an entry a chunk. */
#pragma once

#include "chunk.h"

typedef struct
{
  RrdTuid id;
  uint64_t offset;              /* of the payload, after the message header */
  uint64_t size;                /* of the payload */
  uint64_t uncompressed_size;
  uint64_t n_rows;
  size_t schema_index;
  const RrdSchema *schema;
  /* All extents; or, of one row that has all components, its times. */
  const int64_t *extents;
  bool is_one_full_row;
} RrdEntry;

/* All zero: before the first entry. */
typedef struct
{
  const void *block;
  size_t at;
} RrdCursor;

size_t rrd_manifest_n_entries (const RrdManifest * manifest);

/* False: there is none left. */
bool rrd_manifest_next (const RrdManifest * manifest, RrdCursor * cursor,
    RrdEntry * entry);

/* The schemas of the entries, each once, and how many entries each has. */
size_t rrd_manifest_n_schemas (const RrdManifest * manifest);
const RrdSchema *rrd_manifest_schema (const RrdManifest * manifest,
    size_t index);
uint64_t rrd_manifest_schema_entries (const RrdManifest * manifest,
    size_t index);

/* How many rows have the component. */
uint64_t rrd_entry_rows (const RrdEntry * entry, size_t component);

/* {least, greatest} time of the rows that have the component (RRD_ALL_ROWS: of
 * all rows). */
void rrd_entry_extent (const RrdEntry * entry, size_t timeline,
    size_t component, int64_t extent[2]);
