/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an Arrow stream: it is refused, at a byte of it, or all that can be
 * read of the table lies in it.
 */
#include "fuzz.h"
#include "../codecs/rrd-sample.h"
#include "arrow/read.h"

#define MANY 200                /* values of a column that are looked at */

static void
check (bool ok)
{
  if (!ok)
    abort ();
}

typedef struct
{
  const uint8_t *data;
  size_t size;
} Input;

static void
check_inside (const Input * input, ArrowSpan span)
{
  if (span.size == 0)
    return;
  check (span.data >= input->data
      && span.size <= (size_t) (input->data + input->size - span.data));
}

static void
check_texts (const Input * input, const ArrowKeyValues * pairs)
{
  ArrowSpan key, value, found;

  for (size_t i = 0; i < pairs->n && i < MANY; i++) {
    arrow_key_value (pairs, i, &key, &value);
    check (key.data && value.data);
    check_inside (input, key);
    check_inside (input, value);
    check (arrow_utf8_size (value.data, value.size) == value.size);
  }
  arrow_find_value (pairs, "rerun:kind", &found);
}

static void
check_value (const Input * input, const ArrowColumn * column, size_t i)
{
  size_t first, n;

  check_inside (input, arrow_bytes (column, i));
  check_inside (input, arrow_values (column, i, 1));
  arrow_int (column, i);
  arrow_uint (column, i);
  arrow_float (column, i);
  arrow_bool (column, i);
  if (!arrow_list (column, i, &first, &n))
    return;
  const ArrowColumn *items = arrow_child (column, 0);
  check (first <= items->length && n <= items->length - first);
  check_inside (input, arrow_values (items, first, n));
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  const Input input = { data, size };
  ArrowTable table = { 0 };
  ArrowReadError error = { "", UINT64_MAX };

  if (!arrow_table_read (&table, data, size, &error)) {
    check (error.what[0] && error.offset <= size);
    check (arrow_utf8_size (error.what, strlen (error.what))
        == strlen (error.what));
    check (table.n_all == 0);
  }
  check_texts (&input, &table.metadata);
  for (size_t c = 0; c < table.n_all; c++) {
    const ArrowColumn *column = &table.columns[c];
    check (arrow_next_column (column) <= table.columns + table.n_all);
    check_inside (&input, column->name);
    check_texts (&input, &column->metadata);
    for (size_t i = 0; i < column->length && i < MANY; i++)
      check_value (&input, column, i);
  }
  arrow_table_clear (&table);
  return 0;
}

/* --- seeds --- */

/* All components of the tables: every type that is written. */
static const RrdComponent *const components[] = {
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_BLOB],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_MEDIA_TYPE],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_METER],
  &rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_DEPTH_RANGE],
  &rrd_depth_image[RRD_DEPTH_IMAGE_FORMAT],
  &rrd_pinhole[RRD_PINHOLE_CAMERA_XYZ],
  &rrd_recording_info[RRD_RECORDING_INFO_START_TIME],
};

#define N_COMPONENTS (sizeof components / sizeof *components)
#define MAX_ROWS 9

static RrdChunk *
make_chunk (unsigned number)
{
  static const uint8_t bytes[64] = "a text, a blob, or any other value";
  static const RrdTuid ids[MAX_ROWS];
  static const int64_t times[2 * MAX_ROWS] = { 1, 2, 3 };
  size_t n_rows = 1 + number % MAX_ROWS, n = 1 + number / 2 % N_COMPONENTS;
  RrdSpan values[N_COMPONENTS * MAX_ROWS];
  RrdSchema *schema = rrd_schema_new ("/a", sample_timelines,
      number % 3 ? 2 : 0, components, n);
  RrdResult result;

  for (size_t i = 0; i < n * n_rows; i++) {
    const ArrowType *type = components[i / n_rows]->type;
    size_t width = arrow_type_width (type);
    values[i].data = (i + number) % 5 ? bytes : NULL;
    values[i].size = width ? width : i % sizeof bytes;
  }
  const RrdRows rows = { n_rows, ids, times, values };
  RrdChunk *chunk = rrd_chunk_new (schema, ids, &rows, 0, &result);
  check (chunk != NULL);
  rrd_schema_unref (schema);
  return chunk;
}

size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  RrdChunk *chunk = make_chunk (number);
  size_t size = 0;

  check (chunk->size <= room);
  for (size_t i = 0; i < chunk->n_spans; i++) {
    memcpy (data + size, chunk->spans[i].data, chunk->spans[i].size);
    size += chunk->spans[i].size;
  }
  rrd_chunk_free (chunk);
  return size;
}
