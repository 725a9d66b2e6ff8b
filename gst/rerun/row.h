/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include "rerun/ids.h"

G_BEGIN_DECLS

/* Smaller ones are worth gathering, several rows in a chunk. */
#define RERUN_SMALL_ROW (64 * 1024)

/**
 * RerunRowKind:
 * @RERUN_ROW_ONCE: logged once, as a text
 * @RERUN_ROW_FRAME: a frame of a stream: counted, and dropped where a live output
 *   does not keep up
 * @RERUN_ROW_KEY: a key frame of a video: a frame that those after it need
 * @RERUN_ROW_DELTA: a frame that needs those before it, since the last key frame of
 *   the same schema
 * @RERUN_ROW_STATE: what holds from now on: said again to a server that comes back
 */
typedef enum
{
  RERUN_ROW_ONCE,
  RERUN_ROW_FRAME,
  RERUN_ROW_KEY,
  RERUN_ROW_DELTA,
  RERUN_ROW_STATE,
} RerunRowKind;

/* Frames of an entity that outputs dropped and nobody has told of yet: how many, and
 * the times of the first. Any thread may use it. */
typedef struct
{
  GMutex lock;
  guint n;
  gint64 times[RRD_MAX_TIMELINES];
} RerunDrops;

/* A picture that a row refers to: a buffer and its map. */
typedef struct
{
  GstBuffer *buffer;            /* NULL: none */
  GstMapInfo map;
} RerunMapped;

/**
 * RerunRow:
 * @kind: how outputs treat it
 * @slot: of a state: the newest one of each slot counts
 * @schema: entity path, timelines and components
 * @drops: (nullable): where it is noted if it is dropped; outlives all outputs
 * @id: of the row
 * @size: bytes of memory that it holds
 *
 * One row on its way to all outputs of a recording, and the picture that it refers
 * to, which stays mapped as long as the row lives. Counted references; unchanging,
 * any thread may read it.
 */
typedef struct
{
  RerunRowKind kind;
  guint slot;
  RrdSchema *schema;
  RerunDrops *drops;
  RrdTuid id;
  gsize size;
  gint64 times[RRD_MAX_TIMELINES];
  RrdSpan values[RRD_MAX_COMPONENTS];

  /*< private > */
  gint references;
  RrdTuid chunk_id;
  RrdChunk *chunk;              /* atomic; NULL: not made yet */
  RerunMapped mapped;
  guint8 own[];                 /* values that are not in the buffer */
} RerunRow;

/**
 * rerun_mapped_map:
 * @own: map a copy, so that @buffer need not be kept
 *
 * Where many rows hold the memory of @buffer already, it is a copy, too.
 *
 * Returns: %FALSE with @why: no memory for a copy, or @buffer cannot be read
 */
gboolean rerun_mapped_map (RerunMapped * mapped, GstBuffer * buffer,
    gboolean own, gchar ** why);
void rerun_mapped_unmap (RerunMapped * mapped);

/* Whether as many rows hold the memory of @buffer as may. */
gboolean rerun_mapped_is_full (GstBuffer * buffer);

/* Takes @buffer, which is ours, and maps it. Returns: %FALSE if it cannot be read */
gboolean rerun_mapped_take (RerunMapped * mapped, GstBuffer * buffer);

/* Takes @buffer, which is mapped with @map. */
void rerun_mapped_hold (RerunMapped * mapped, GstBuffer * buffer,
    const GstMapInfo * map);

/**
 * rerun_row_new:
 * @schema: of the row; a reference is taken
 * @times: one a timeline of @schema
 * @values: one a component of @schema. What is not within @mapped's bytes is copied.
 * @mapped: (nullable) (transfer full): what the others are in
 *
 * Returns: NULL with @result, and @mapped unmapped
 */
RerunRow *rerun_row_new (RerunRowKind kind, RrdSchema * schema,
    RerunIds * ids, const gint64 * times, const RrdSpan * values,
    RerunMapped * mapped, RrdResult * result);

RerunRow *rerun_row_ref (RerunRow * self);
void rerun_row_unref (RerunRow * self);

gboolean rerun_row_is_frame (const RerunRow * self);

/* A frame did not get to an output. */
void rerun_row_note_drop (const RerunRow * self);

/* Whether it goes into a chunk with others of its schema, in a file. */
gboolean rerun_row_is_small (const RerunRow * self);

/* A chunk of this row alone, the same for all who ask; it lives as long as the row.
 * Returns: NULL with @result */
const RrdChunk *rerun_row_get_chunk (RerunRow * self, RrdResult * result);

/* A chunk of @n rows of one schema, in their order; it refers to their values. To be
 * freed with rrd_chunk_free(). Returns: NULL with @result */
RrdChunk *rerun_rows_make_chunk (RerunRow ** rows, gsize n,
    const RrdTuid * chunk_id, RrdResult * result);

G_END_DECLS
