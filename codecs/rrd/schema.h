/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a chunk needs of its schema. */
#pragma once

#include <stdatomic.h>

#include "rrd/rrd.h"

/* The time of a stamp, "seconds.nanoseconds". */
#define RRD_STAMP_SIZE 20

/* "chunk_" and 32 hexadecimal digits. */
#define RRD_CHUNK_ID_SIZE 38

struct _RrdSchema
{
  atomic_int references;
  char *entity_path;
  size_t n_timelines;
  RrdTimeline timelines[RRD_MAX_TIMELINES];
  size_t n_components;
  const RrdComponent *components[RRD_MAX_COMPONENTS];

  /* The head of every chunk: a schema message and a record batch message, and
   * where in it lies what differs between chunks. */
  ArrowBytes head;
  size_t chunk_id;
  size_t stamp;                 /* of both times that the SDK would say */
  size_t batch;
  ArrowBatchLayout layout;      /* in bytes from `batch` */
};

/* Whether chunks of both look alike but for their rows. */
bool rrd_schema_equal (const RrdSchema * a, const RrdSchema * b);

/* Row ids. */
extern const ArrowType rrd_row_id_type;

/* Times of a timeline. */
const ArrowType *rrd_time_type (RrdTimeKind kind);

/* The Arrow field of row ids. */
extern const ArrowField rrd_row_id_field;

/* That of a timeline: @metadata is memory for it. */
#define RRD_TIME_METADATA 2
ArrowField rrd_time_field (const RrdTimeline * timeline,
    ArrowMetadata metadata[RRD_TIME_METADATA]);

/* That of a component, without its place: @item and @list are memory for its
 * type, a list of instances. */
#define RRD_COMPONENT_METADATA 4
ArrowField rrd_component_field (const RrdComponent * component,
    ArrowMetadata metadata[RRD_COMPONENT_METADATA], ArrowField * item,
    ArrowType * list);
