/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sorbet, Rerun's metadata on Arrow fields. Source: crates/store/re_sorbet/src/
 * {row_id,index,component}_column_descriptor.rs. `rerun:is_sorted` is left out:
 * readers look for themselves then.
 */
#include "schema.h"

static const ArrowMetadata row_id_metadata[] = {
  {"rerun:kind", "control"},
  {"ARROW:extension:name", "rerun.datatypes.TUID"},
  {"ARROW:extension:metadata", "{\"namespace\":\"row\"}"},
};

const ArrowType rrd_row_id_type = { ARROW_FIXED_SIZE_BINARY, 16, NULL, 0 };

const ArrowField rrd_row_id_field = {
  "rerun.controls.RowId", &rrd_row_id_type, false, row_id_metadata, 3
};

const ArrowType *
rrd_time_type (RrdTimeKind kind)
{
  static const ArrowType types[] = {
    [RRD_SEQUENCE] = {ARROW_INT64, 0, NULL, 0},
    [RRD_DURATION] = {ARROW_DURATION_NS, 0, NULL, 0},
    [RRD_TIMESTAMP] = {ARROW_TIMESTAMP_NS, 0, NULL, 0},
  };

  return &types[kind];
}

ArrowField
rrd_time_field (const RrdTimeline * timeline,
    ArrowMetadata metadata[RRD_TIME_METADATA])
{
  ArrowField field = {
    timeline->name, rrd_time_type (timeline->kind), true, metadata,
    RRD_TIME_METADATA
  };

  metadata[0] = (ArrowMetadata) { "rerun:kind", "index" };
  metadata[1] = (ArrowMetadata) { "rerun:index_name", timeline->name };
  return field;
}

ArrowField
rrd_component_field (const RrdComponent * component,
    ArrowMetadata metadata[RRD_COMPONENT_METADATA], ArrowField * item,
    ArrowType * list)
{
  ArrowField field = {
    component->name, list, true, metadata, RRD_COMPONENT_METADATA
  };

  *item = (ArrowField) { "item", component->type, true, NULL, 0 };
  *list = (ArrowType) { ARROW_LIST, 0, item, 1 };
  metadata[0] = (ArrowMetadata) { "rerun:kind", "data" };
  metadata[1] = (ArrowMetadata) { "rerun:archetype", component->archetype };
  metadata[2] = (ArrowMetadata) { "rerun:component", component->name };
  metadata[3] =
      (ArrowMetadata) { "rerun:component_type", component->type_name };
  return field;
}
