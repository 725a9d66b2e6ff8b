/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of an index, read when they are asked for. */
#include <stdlib.h>

#include "message.h"
#include "read-index.h"
#include "read-message.h"

/* Rows of a column that are read at once, a multiple of 8. */
#define WINDOW_ROWS 512

/* Bytes of entity paths that are read at once. */
#define PATHS_SIZE (64 * 1024)

/* What can not be read fails once and for all. */
static bool
remember (RrdIndex * index, bool ok)
{
  index->failed |= !ok;
  return ok;
}

/* Bytes of one row's value; 0: a bit. */
static size_t
value_width (const RrdIndexColumn * column)
{
  return column->column->type == ARROW_TYPE_UTF8 ? 4 : column->column->width;
}

static bool
read_body (RrdIndex * index, const ArrowBuffer * buffer, uint64_t at,
    uint8_t * to, uint64_t size)
{
  return rrd_source_read (&index->source, index->body + buffer->offset + at,
      to, (size_t) size, &index->error);
}

/* Memory for a window, of a column that is read for the first time. */
static bool
prepare (RrdIndex * index, RrdIndexColumn * column)
{
  size_t width = value_width (column);

  if (column->values)
    return true;
  column->validity = malloc (WINDOW_ROWS / 8);
  column->values = malloc (width ? (WINDOW_ROWS + 1) * width : WINDOW_ROWS / 8);
  return (column->values && column->validity)
      || arrow_refuse (&index->error, 0, "out of memory");
}

static bool
load_window (RrdIndex * index, RrdIndexColumn * column, uint64_t first)
{
  const ArrowColumn *arrow = column->column;
  bool is_path = arrow->type == ARROW_TYPE_UTF8;
  size_t width = value_width (column);
  uint64_t left = arrow->length - first;
  uint64_t n = left < WINDOW_ROWS ? left : WINDOW_ROWS;
  uint64_t bits = (n + 7) / 8;
  uint64_t at = width ? first * width : first / 8;
  uint64_t size = width ? (n + is_path) * width : bits;

  column->is_loaded = false;
  if (!prepare (index, column)
      || !read_body (index, is_path ? &arrow->offsets : &arrow->values, at,
          column->values, size))
    return false;
  if (arrow->n_nulls && !read_body (index, &arrow->validity, first / 8,
          column->validity, bits))
    return false;
  column->first = first;
  column->is_loaded = true;
  return true;
}

/* Where the value of row @i is; NULL: null, or it can not be read. */
static const uint8_t *
find (RrdIndex * index, size_t number, uint64_t i)
{
  RrdIndexColumn *column = &index->columns[number];
  size_t width = value_width (column);

  if (index->failed || i >= column->column->length)
    return NULL;
  if (!column->is_loaded || i < column->first
      || i - column->first >= WINDOW_ROWS)
    remember (index, load_window (index, column,
            i / WINDOW_ROWS * WINDOW_ROWS));
  if (index->failed)
    return NULL;
  uint64_t row = i - column->first;
  if (column->column->n_nulls && !(column->validity[row / 8] >> row % 8 & 1))
    return NULL;
  return column->values + (width ? row * width : row / 8);
}

static bool
get_bit (RrdIndex * index, size_t number, uint64_t i)
{
  const uint8_t *value = find (index, number, i);

  return value && (*value >> i % 8 & 1);
}

static uint64_t
get_u64 (RrdIndex * index, size_t number, uint64_t i)
{
  const uint8_t *value = find (index, number, i);

  return value ? arrow_load_u64 (value) : 0;
}

static RrdTuid
get_id (RrdIndex * index, uint64_t i)
{
  const uint8_t *value = find (index, index->fixed[RRD_INDEX_CHUNK_ID], i);
  const RrdTuid none = { 0, 0 };

  return value ? rrd_load_tuid (value) : none;
}

static bool
reserve_paths (RrdIndex * index, uint64_t size)
{
  if (size <= index->paths_capacity)
    return true;
  uint8_t *paths = realloc (index->paths, (size_t) size);
  if (!paths)
    return arrow_refuse (&index->error, 0,
        "the index has an entity path of %llu bytes, too many",
        (unsigned long long) size);
  index->paths = paths;
  index->paths_capacity = (size_t) size;
  return true;
}

/* Has the texts from @first to @last in memory, and what comes after them. */
static bool
load_paths (RrdIndex * index, const ArrowBuffer * texts, uint64_t first,
    uint64_t last)
{
  uint64_t size = last - first;

  if (first >= index->paths_first
      && last <= index->paths_first + index->paths_size)
    return true;
  if (size < PATHS_SIZE)
    size = texts->size - first < PATHS_SIZE ? texts->size - first : PATHS_SIZE;
  index->paths_size = 0;
  if (!reserve_paths (index, size)
      || !read_body (index, texts, first, index->paths, size))
    return false;
  index->paths_first = first;
  index->paths_size = size;
  return true;
}

/* The text between two offsets at @offsets, in @path, which is empty before. */
static bool
read_path (RrdIndex * index, const uint8_t * offsets, ArrowSpan * path)
{
  const RrdIndexColumn *column =
      &index->columns[index->fixed[RRD_INDEX_ENTITY_PATH]];
  const ArrowBuffer *texts = &column->column->values;
  uint64_t first = arrow_load_u32 (offsets);
  uint64_t last = arrow_load_u32 (offsets + 4);

  if (last < first || last > texts->size)
    return arrow_refuse (&index->error, index->source.start,
        "the index has an entity path out of its texts");
  if (first == last)
    return true;
  if (!load_paths (index, texts, first, last))
    return false;
  path->data = index->paths + (first - index->paths_first);
  path->size = (size_t) (last - first);
  return arrow_utf8_size (path->data, path->size) == path->size
      || arrow_refuse (&index->error, index->source.start,
      "the index has an entity path that is not UTF-8");
}

static ArrowSpan
get_path (RrdIndex * index, uint64_t i)
{
  const uint8_t *offsets = find (index, index->fixed[RRD_INDEX_ENTITY_PATH], i);
  ArrowSpan path = { (const uint8_t *) "", 0 };

  if (offsets)
    remember (index, read_path (index, offsets, &path));
  return path;
}

bool
rrd_index_chunk (RrdIndex * index, uint64_t i, RrdIndexChunk * chunk,
    RrdReadError * error)
{
  const size_t *fixed = index->fixed;
  const uint64_t before = RRD_STREAM_HEADER_SIZE + RRD_MESSAGE_HEADER_SIZE;

  chunk->entity_path = get_path (index, i);
  chunk->id = get_id (index, i);
  chunk->is_static = get_bit (index, fixed[RRD_INDEX_IS_STATIC], i);
  chunk->n_rows = get_u64 (index, fixed[RRD_INDEX_N_ROWS], i);
  chunk->offset = get_u64 (index, fixed[RRD_INDEX_OFFSET], i);
  chunk->size = get_u64 (index, fixed[RRD_INDEX_SIZE], i);
  chunk->uncompressed_size =
      get_u64 (index, fixed[RRD_INDEX_UNCOMPRESSED_SIZE], i);
  if (index->failed) {
    if (error)
      *error = index->error;
    return false;
  }
  if (chunk->offset < before || chunk->offset > index->end
      || chunk->size > index->end - chunk->offset
      || chunk->size > RRD_MESSAGE_SIZE_MAX)
    return arrow_refuse (error, index->source.start,
        "the index has a chunk where none can be");
  return true;
}

bool
rrd_index_range (RrdIndex * index, const RrdIndexKey * key, uint64_t i,
    int64_t range[2])
{
  if (key->start == SIZE_MAX)
    return false;
  const uint8_t *start = find (index, key->start, i);
  const uint8_t *end = find (index, key->end, i);
  if (!start || !end)
    return false;
  range[0] = (int64_t) arrow_load_u64 (start);
  range[1] = (int64_t) arrow_load_u64 (end);
  return true;
}

uint64_t
rrd_index_rows (RrdIndex * index, const RrdIndexKey * key, uint64_t i)
{
  const RrdIndexColumn *column = &index->columns[key->rows];

  if (column->column->type == ARROW_TYPE_BOOL)
    return get_bit (index, key->rows, i);
  if (key->start != SIZE_MAX && !find (index, key->start, i))
    return 0;
  return get_u64 (index, key->rows, i);
}
