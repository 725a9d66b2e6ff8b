/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RrdChunk.extents, what a chunk's times are, in this order:
 *
 *   rows      of each component: those that have it
 *   {least, greatest} of each timeline over all rows
 *   the same over the rows that have the first component, the second, ...
 *
 * Those of a component in no row are undefined.
 */
#pragma once

#include "schema.h"

#define RRD_ALL_ROWS SIZE_MAX

/* Where the pair of a timeline and a component (or RRD_ALL_ROWS) begins. */
static inline size_t
rrd_extent_index (const RrdSchema * schema, size_t timeline, size_t component)
{
  size_t set = component == RRD_ALL_ROWS ? 0 : component + 1;

  return schema->n_components + 2 * (set * schema->n_timelines + timeline);
}

static inline size_t
rrd_n_extents (const RrdSchema * schema)
{
  return rrd_extent_index (schema, 0, schema->n_components);
}
