/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recordings of Rerun, read: files (.rrd) and streams of them. rrd.h writes them
 * and names the sources of the format; recordings of Rerun 0.28 to 0.41 were
 * tried.
 *
 * How the parts fit:
 *
 *   RrdScan          a stream from its start, message by message
 *   RrdFooter        the end of a file: an index of its chunks, for random access
 *   RrdChunkMessage  a chunk as it lies there: whose it is, how it is compressed
 *   RrdChunkView     its rows: times, and values of components
 *
 * Everything is a view: it points into the bytes that it was made from, which
 * have to outlive it and need no alignment. Memory and work are bounded by the
 * bytes that are there, never by numbers in them. Nothing here has a lock: each
 * object is used by one thread at a time.
 */
#pragma once

#include "arrow/read.h"
#include "rrd/rrd.h"

/* What is wrong, and at which byte: of the stream, or of what was given. */
typedef ArrowReadError RrdReadError;

/* --- recordings -------------------------------------------------------- */

typedef enum
{
  RRD_STORE_UNKNOWN,
  RRD_STORE_RECORDING,
  RRD_STORE_BLUEPRINT           /* the Viewer's layout: all that an .rbl has */
} RrdStoreKind;

/* The names of a recording, UTF-8. */
typedef struct
{
  RrdStoreKind kind;
  ArrowSpan application_id;
  ArrowSpan recording_id;
} RrdStoreId;

bool rrd_store_id_equal (const RrdStoreId * a, const RrdStoreId * b);

/* --- chunks in messages ------------------------------------------------ */

/* No message is larger: what claims to be is damaged. */
#define RRD_MESSAGE_SIZE_MAX UINT32_MAX

typedef struct
{
  RrdStoreId store;
  RrdCompression compression;
  ArrowSpan payload;            /* as it lies there */
  size_t size;                  /* of the Arrow stream that it is or holds */
} RrdChunkMessage;

/* Reads the payload of a message that holds a chunk: what a chunk's place in an
 * RrdIndex points to. */
bool rrd_chunk_message_read (RrdChunkMessage * message, const void *data,
    size_t size, RrdReadError * error);

/* Decompresses a payload of RRD_COMPRESSION_LZ4 into @arrow, message->size bytes
 * of the caller's. That number is a claim, but no larger than LZ4 can make of the
 * payload. */
bool rrd_chunk_message_decompress (const RrdChunkMessage * message,
    void *arrow, RrdReadError * error);

/* --- a stream ---------------------------------------------------------- */

typedef enum
{
  RRD_EVENT_MORE,               /* the next message is scan->wants bytes long */
  RRD_EVENT_STREAM_HEADER,      /* also of further streams in the same file */
  RRD_EVENT_STORE_INFO,         /* a recording or blueprint is announced */
  RRD_EVENT_CHUNK,
  RRD_EVENT_BLUEPRINT_ACTIVATION,
  RRD_EVENT_END,                /* the writer has closed the stream */
  RRD_EVENT_FOOTER,             /* where the index is: RrdFooter reads it */
  RRD_EVENT_BAD_MESSAGE,        /* a message is damaged: read on after it */
  RRD_EVENT_BAD_STREAM,         /* nothing can be read from here on */
  RRD_EVENT_CUT_OFF,            /* the data ends inside of a message */
  RRD_EVENT_DONE                /* the data ends after a message */
} RrdEventKind;

typedef struct
{
  RrdEventKind kind;
  uint64_t offset;              /* of the message in the stream */
  uint8_t version[4];           /* STREAM_HEADER: of Rerun, {0, 41, 0, 0} */
  RrdStoreId store;             /* STORE_INFO */
  RrdChunkMessage chunk;        /* CHUNK */
  RrdReadError error;           /* BAD_MESSAGE, BAD_STREAM, CUT_OFF */
} RrdEvent;

/* All zero at the start of a stream. */
typedef struct
{
  uint64_t offset;              /* bytes taken so far */
  size_t wants;                 /* bytes that the next message needs */
  bool is_closed;               /* its writer wrote an End */
  int state;
} RrdScan;

/*
 * Looks at the next bytes of the stream, and returns how many of them @event is
 * about. The others must be given again, with more after them if the event is
 * RRD_EVENT_MORE: then none are taken. @at_end: nothing comes after @data.
 *
 * Needs a whole message in memory, and has no memory of its own. Several streams
 * one after the other, in one file, are read as one.
 */
size_t rrd_scan_next (RrdScan * scan, const void *data, size_t size,
    bool at_end, RrdEvent * event);

/* --- rows -------------------------------------------------------------- */

typedef struct
{
  ArrowSpan name;
  RrdTimeKind kind;
  const ArrowColumn *times;
} RrdTimeColumn;

/* Texts are empty where the recording does not say. */
typedef struct
{
  ArrowSpan archetype;          /* rerun.archetypes.EncodedDepthImage */
  ArrowSpan name;               /* EncodedDepthImage:blob */
  ArrowSpan type_name;          /* rerun.components.Blob */
  const ArrowColumn *rows;
} RrdComponentColumn;

/* The rows of a chunk. All zero is an empty one. The owner frees it with
 * rrd_chunk_view_clear(). */
typedef struct
{
  ArrowSpan entity_path;        /* in the stored form, UTF-8 */
  RrdTuid id;
  size_t n_rows;
  size_t n_timelines;           /* none: the rows are static */
  RrdTimeColumn *timelines;
  size_t n_components;
  RrdComponentColumn *components;

  const ArrowColumn *row_ids;
  ArrowTable table;
  size_t capacity;
} RrdChunkView;

/* Reads the Arrow stream of a chunk, and keeps the memory that @view has from the
 * last one. False: @error says why, and the view is empty. */
bool rrd_chunk_view_read (RrdChunkView * view, const void *arrow, size_t size,
    RrdReadError * error);
void rrd_chunk_view_clear (RrdChunkView * view);

RrdTuid rrd_chunk_view_row_id (const RrdChunkView * view, size_t row);

/* False: the row has no time there. */
bool rrd_time_column_get (const RrdTimeColumn * column, size_t row,
    int64_t * time);

/* The values that a chunk has of a component. */
typedef struct
{
  const RrdComponent *component;
  const ArrowColumn *rows;      /* NULL: the chunk has none */
} RrdValues;

/* False: it has some, of another type than @component's (@error says which). */
bool rrd_chunk_view_find (const RrdChunkView * view,
    const RrdComponent * component, RrdValues * values, RrdReadError * error);

/* The values of @row: @n of them from @first. False: nothing was logged there,
 * so what an earlier row says still holds. True and 0: it was cleared. */
bool rrd_values_row (const RrdValues * values, size_t row, size_t *first,
    size_t *n);

/* No value that is not a text or blob is larger. */
#define RRD_VALUE_SIZE_MAX 128

/*
 * A value, as bytes of the form that RrdComponent describes, numbers in the
 * host's byte order; a Bool is one byte, 0 or 1. They lie in the chunk, or in
 * @own where they are not in this form there, and have no alignment: copy them.
 * {NULL, 0}: null. Texts may be no UTF-8.
 */
ArrowSpan rrd_values_get (const RrdValues * values, size_t index,
    uint8_t own[RRD_VALUE_SIZE_MAX]);

/* --- footer ------------------------------------------------------------ */

/* Reads @size bytes at @offset of a file; false ends the reading. */
typedef bool (*RrdReadAt) (void *user, uint64_t offset, void *data,
    size_t size);

/* The indexes of a file: one a recording or blueprint. Rerun 0.28 and 0.31 list
 * chunks under the wrong one where a file has both: look into all of them, and at
 * RrdChunkMessage.store, which is right. */
typedef struct _RrdFooter RrdFooter;
typedef struct _RrdIndex RrdIndex;

typedef enum
{
  RRD_FOOTER_OK,
  RRD_FOOTER_NONE,              /* the writer did not close the file */
  RRD_FOOTER_BAD                /* @error says why */
} RrdFooterResult;

/*
 * Reads the footer of a file of @file_size bytes. A file without one, or with a
 * bad one, still reads from its start. @read is kept for the indexes, which read
 * what they need when it is needed: their memory does not grow with the file. An
 * index that the file has compressed is the exception, and is refused if it takes
 * more than RRD_INDEX_SIZE_MAX bytes.
 */
#define RRD_INDEX_SIZE_MAX (32 << 20)
RrdFooterResult rrd_footer_read (uint64_t file_size, RrdReadAt read,
    void *user, RrdFooter ** footer, RrdReadError * error);
void rrd_footer_free (RrdFooter * footer);

size_t rrd_footer_n_indexes (const RrdFooter * footer);
RrdIndex *rrd_footer_index (const RrdFooter * footer, size_t i);

const RrdStoreId *rrd_index_store (const RrdIndex * index);

/* A chunk, as its index describes it. */
typedef struct
{
  ArrowSpan entity_path;        /* until the next call with the index */
  RrdTuid id;
  bool is_static;
  uint64_t n_rows;
  uint64_t offset;              /* of the payload of its message in the file */
  uint64_t size;
  uint64_t uncompressed_size;   /* of the Arrow stream, as the writer knew it */
} RrdIndexChunk;

uint64_t rrd_index_n_chunks (const RrdIndex * index);

/* @i is below rrd_index_n_chunks(); rows are read fastest in their order. False:
 * @error says why. */
bool rrd_index_chunk (RrdIndex * index, uint64_t i, RrdIndexChunk * chunk,
    RrdReadError * error);

/* Timeline, or component, number @i of the index. False: there are no more. */
bool rrd_index_timeline (const RrdIndex * index, size_t i, ArrowSpan * name,
    RrdTimeKind * kind);
bool rrd_index_component (const RrdIndex * index, size_t i,
    RrdComponentColumn * component);

/* Columns of the index, to be looked up once. */
typedef struct
{
  size_t start;
  size_t end;
  size_t rows;
} RrdIndexKey;

/* @timeline NULL: static chunks. @component NULL: whole chunks, whatever their
 * components. False: no chunk has both. */
bool rrd_index_find (const RrdIndex * index, const char *timeline,
    const char *component, RrdIndexKey * key);

/* Whether chunk @i has rows of the timeline, with the component, and their least
 * and greatest times. False also where reading fails: rrd_index_error(). */
bool rrd_index_range (RrdIndex * index, const RrdIndexKey * key, uint64_t i,
    int64_t range[2]);

/* How many rows of chunk @i have both. Of a static chunk: 1 if any row has. */
uint64_t rrd_index_rows (RrdIndex * index, const RrdIndexKey * key, uint64_t i);

/* NULL: nothing has failed so far. */
const RrdReadError *rrd_index_error (const RrdIndex * index);
