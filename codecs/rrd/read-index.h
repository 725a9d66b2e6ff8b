/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The index of one recording: a manifest's record batch, a row a chunk. It has
 * many columns, most of them sparse: only what is asked for is read, some rows at
 * a time.
 */
#pragma once

#include "arrow/read-error.h"
#include "rrd/read.h"

/* Bytes of a file, or of memory: of a file where `memory` is NULL. */
typedef struct
{
  RrdReadAt read;
  void *user;
  uint64_t start;               /* in the file */
  uint64_t size;
  uint8_t *memory;
} RrdSource;

/* False: @error says why. */
bool rrd_source_read (const RrdSource * source, uint64_t at, void *to,
    size_t size, RrdReadError * error);

/* What a column says of a chunk. */
typedef enum
{
  RRD_INDEX_OTHER,
  RRD_INDEX_ENTITY_PATH,
  RRD_INDEX_CHUNK_ID,
  RRD_INDEX_IS_STATIC,
  RRD_INDEX_N_ROWS,
  RRD_INDEX_OFFSET,
  RRD_INDEX_SIZE,
  RRD_INDEX_UNCOMPRESSED_SIZE,
  RRD_INDEX_N_FIXED,            /* of timelines and components: */
  RRD_INDEX_START,
  RRD_INDEX_END,
  RRD_INDEX_COMPONENT_ROWS,
  RRD_INDEX_HAS_STATIC
} RrdIndexRole;

/* A column, and the rows of it that are in memory. */
typedef struct
{
  RrdIndexRole role;
  const ArrowColumn *column;
  ArrowSpan timeline;           /* empty: of none */
  ArrowSpan component;          /* likewise */
  bool is_loaded;
  uint64_t first;               /* row */
  uint8_t *values;
  uint8_t *validity;
} RrdIndexColumn;

struct _RrdIndex
{
  ArrowSpan store_memory;
  RrdStoreId store;
  RrdSource source;             /* the Arrow stream */
  uint64_t end;                 /* of the chunks in the file */
  uint8_t *schema;              /* the schema message */
  ArrowTable table;
  uint64_t body;                /* of the record batch, in the source */
  RrdIndexColumn *columns;
  size_t fixed[RRD_INDEX_N_FIXED];      /* columns */
  uint8_t *paths;               /* bytes of entity paths, from paths_first on */
  size_t paths_capacity;
  uint64_t paths_first;
  uint64_t paths_size;
  RrdReadError error;
  bool failed;
};

/*
 * @store_id are bytes of a StoreId, @stream is the Arrow stream; the memory of
 * both is the index's from now on. Chunks lie before @end of the file. NULL:
 * @error says why.
 */
RrdIndex *rrd_index_new (ArrowSpan store_id, const RrdSource * stream,
    uint64_t end, RrdReadError * error);
void rrd_index_free (RrdIndex * index);
