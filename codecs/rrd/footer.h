/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two tables of a footer. Source: crates/store/re_log_encoding/src/rrd/
 * footer/{builders,raw_rrd_manifest}.rs and re_sorbet/src/schema_builder.rs.
 */
#pragma once

#include "manifest.h"

/* Appends the schema of the whole recording, its fields sorted by name. */
bool rrd_append_recording_schema (ArrowBytes * bytes,
    const RrdManifest * manifest);

#define RRD_NO_INDEX SIZE_MAX

/* Where a schema has a timeline, or a component, of this name; RRD_NO_INDEX:
 * nowhere. */
size_t rrd_find_timeline (const RrdSchema * schema,
    const RrdTimeline * timeline);
size_t rrd_find_component (const RrdSchema * schema,
    const RrdComponent * component);

/* The value of a column in an entry; false: null. @timeline and @component are
 * places in the entry's schema, or RRD_NO_INDEX. */
typedef bool (*RrdColumnValue) (const RrdEntry * entry, size_t timeline,
    size_t component, uint64_t * value);

/* What a column of the manifest is about: NULL where nothing. */
typedef struct
{
  const RrdTimeline *timeline;
  const RrdComponent *component;
  RrdColumnValue value;         /* none for entity paths and chunk ids */
} RrdColumn;

typedef ArrowMetadata RrdColumnMetadata[4];

/* All columns, and their Arrow fields. */
typedef struct
{
  size_t n;
  RrdColumn *columns;
  ArrowField *fields;
  RrdColumnMetadata *metadata;
} RrdColumns;

/* False: out of memory. */
bool rrd_columns_init (RrdColumns * columns, const RrdManifest * manifest);
void rrd_columns_clear (RrdColumns * columns);
