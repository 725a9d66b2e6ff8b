/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts what an array of a type has in a record batch. */

#include "arrow/arrow.h"

size_t
arrow_type_width (const ArrowType * type)
{
  static const uint8_t widths[] = {
    [ARROW_UINT8] = 1,[ARROW_UINT32] = 4,[ARROW_UINT64] = 8,
    [ARROW_INT64] = 8,[ARROW_FLOAT32] = 4,[ARROW_FLOAT64] = 8,
    [ARROW_TIMESTAMP_NS] = 8,[ARROW_DURATION_NS] = 8,[ARROW_STRUCT] = 0
  };
  size_t width = 0;

  if (type->kind == ARROW_FIXED_SIZE_BINARY)
    return type->size;
  if (type->kind == ARROW_FIXED_SIZE_LIST)
    return type->size * arrow_type_width (type->fields[0].type);
  if (type->kind != ARROW_STRUCT)
    return widths[type->kind];
  for (size_t i = 0; i < type->n_fields; i++)
    width += arrow_type_width (type->fields[i].type);
  return width;
}

void
arrow_type_count (const ArrowType * type, size_t *n_nodes, size_t *n_buffers)
{
  /* Validity; then offsets or values; Utf8 has both. */
  static const uint8_t buffers[] = {
    [ARROW_BOOL] = 2,[ARROW_UINT8] = 2,[ARROW_UINT32] = 2,[ARROW_UINT64] = 2,
    [ARROW_INT64] = 2,[ARROW_FLOAT32] = 2,[ARROW_FLOAT64] = 2,
    [ARROW_TIMESTAMP_NS] = 2,[ARROW_DURATION_NS] = 2,[ARROW_UTF8] = 3,
    [ARROW_FIXED_SIZE_BINARY] = 2,[ARROW_LIST] = 2,
    [ARROW_FIXED_SIZE_LIST] = 1,[ARROW_STRUCT] = 1
  };

  *n_nodes += 1;
  *n_buffers += buffers[type->kind];
  for (size_t i = 0; i < type->n_fields; i++)
    arrow_type_count (type->fields[i].type, n_nodes, n_buffers);
}
