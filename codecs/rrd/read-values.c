/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of components, in the form that rrd.h has them in. */
#include <string.h>

#include "arrow/read-error.h"
#include "rrd/read.h"

#define IS_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* --- types --- */

static bool
is_number (const ArrowType * type, const ArrowColumn * column)
{
  static const struct
  {
    uint8_t type, width;
    bool is_signed;
  } numbers[] = {
    [ARROW_BOOL] = {ARROW_TYPE_BOOL, 0, false},
    [ARROW_UINT8] = {ARROW_TYPE_INT, 1, false},
    [ARROW_UINT32] = {ARROW_TYPE_INT, 4, false},
    [ARROW_UINT64] = {ARROW_TYPE_INT, 8, false},
    [ARROW_INT64] = {ARROW_TYPE_INT, 8, true},
    [ARROW_FLOAT32] = {ARROW_TYPE_FLOAT, 4, false},
    [ARROW_FLOAT64] = {ARROW_TYPE_FLOAT, 8, false},
  };

  return type->kind < sizeof numbers / sizeof *numbers
      && numbers[type->kind].type == column->type
      && numbers[type->kind].width == column->width
      && numbers[type->kind].is_signed == column->is_signed;
}

static bool
is_text (const ArrowColumn * column)
{
  return column->type == ARROW_TYPE_UTF8
      || column->type == ARROW_TYPE_LARGE_UTF8
      || column->type == ARROW_TYPE_UTF8_VIEW;
}

/* Blobs are lists of bytes, or binary. */
static bool
is_blob (const ArrowType * type, const ArrowColumn * column)
{
  if (type->fields[0].type->kind != ARROW_UINT8)
    return false;
  if (column->type == ARROW_TYPE_LIST || column->type == ARROW_TYPE_LARGE_LIST)
    return is_number (type->fields[0].type, arrow_child (column, 0));
  return column->type == ARROW_TYPE_BINARY
      || column->type == ARROW_TYPE_LARGE_BINARY
      || column->type == ARROW_TYPE_BINARY_VIEW;
}

/* The field of a struct; NULL: there is none of this name. */
static const ArrowColumn *
find_field (const ArrowColumn * column, const char *name)
{
  const ArrowColumn *field = column + 1;

  for (size_t i = 0; i < column->n_children; i++) {
    if (arrow_span_is (field->name, name))
      return field;
    field = arrow_next_column (field);
  }
  return NULL;
}

/* Fields may have another order, and be more; what may be null may be missing. */
static bool
is_struct (const ArrowType * type, const ArrowColumn * column)
{
  if (column->type != ARROW_TYPE_STRUCT)
    return false;
  for (size_t i = 0; i < type->n_fields; i++) {
    const ArrowField *field = &type->fields[i];
    const ArrowColumn *found = find_field (column, field->name);
    if (found ? !is_number (field->type, found) : !field->nullable)
      return false;
  }
  return true;
}

static bool
is_type (const ArrowType * type, const ArrowColumn * column)
{
  switch (type->kind) {
    case ARROW_UTF8:
      return is_text (column);
    case ARROW_LIST:
      return is_blob (type, column);
    case ARROW_STRUCT:
      return is_struct (type, column);
    case ARROW_FIXED_SIZE_LIST:
      return column->type == ARROW_TYPE_FIXED_SIZE_LIST
          && column->width == type->size
          && is_number (type->fields[0].type, arrow_child (column, 0));
    default:
      return is_number (type, column);
  }
}

/* --- where values are --- */

static bool
is_list (const ArrowColumn * rows)
{
  return rows->type == ARROW_TYPE_LIST || rows->type == ARROW_TYPE_LARGE_LIST;
}

/* A column that is no list has one value a row. */
static const ArrowColumn *
instances (const ArrowColumn * rows)
{
  return is_list (rows) ? arrow_child (rows, 0) : rows;
}

bool
rrd_chunk_view_find (const RrdChunkView * view, const RrdComponent * component,
    RrdValues * values, RrdReadError * error)
{
  *values = (RrdValues) { component, NULL };
  for (size_t i = 0; i < view->n_components && !values->rows; i++)
    if (arrow_span_is (view->components[i].name, component->name))
      values->rows = view->components[i].rows;
  if (!values->rows || is_type (component->type, instances (values->rows)))
    return true;
  arrow_refuse (error, 0, "%s of %.*s is of a type that this reader does not "
      "know (Arrow type %d)", component->name, ARROW_PRINT (view->entity_path),
      (int) instances (values->rows)->type);
  values->rows = NULL;
  return false;
}

bool
rrd_values_row (const RrdValues * values, size_t row, size_t *first, size_t *n)
{
  if (is_list (values->rows))
    return arrow_list (values->rows, row, first, n);
  *first = row;
  *n = arrow_is_valid (values->rows, row);
  return *n > 0;
}

/* --- values --- */

static void
copy_number (uint8_t * to, const uint8_t * from, size_t width)
{
  for (size_t i = 0; i < width; i++)
    to[i] = from[IS_BIG_ENDIAN ? width - 1 - i : i];
}

/* @n numbers in a row, in the host's byte order. */
static ArrowSpan
numbers (const ArrowColumn * column, size_t first, size_t n, uint8_t * own)
{
  ArrowSpan span = arrow_values (column, first, n);

  if (!IS_BIG_ENDIAN || column->width == 1)
    return span;
  if (span.size > RRD_VALUE_SIZE_MAX)
    return (ArrowSpan) {
    NULL, 0};
  for (size_t i = 0; i < span.size; i += column->width)
    copy_number (own + i, span.data + i, column->width);
  return (ArrowSpan) {
  own, span.size};
}

static ArrowSpan
boolean (const ArrowColumn * column, size_t index, uint8_t * own)
{
  own[0] = arrow_bool (column, index);
  return (ArrowSpan) {
  own, 1};
}

static ArrowSpan
number (const ArrowColumn * column, size_t index, uint8_t * own)
{
  return column->type == ARROW_TYPE_BOOL ? boolean (column, index, own)
      : numbers (column, index, 1, own);
}

static ArrowSpan
list (const ArrowColumn * column, size_t index, uint8_t * own)
{
  size_t first, n;

  if (!arrow_list (column, index, &first, &n))
    return arrow_bytes (column, index);
  return numbers (arrow_child (column, 0), first, n, own);
}

/* The fields in a row; null is 0. */
static ArrowSpan
structure (const ArrowType * type, const ArrowColumn * column, size_t index,
    uint8_t * own)
{
  size_t at = 0;

  for (size_t i = 0; i < type->n_fields; i++) {
    const ArrowField *field = &type->fields[i];
    const ArrowColumn *found = find_field (column, field->name);
    uint8_t value[RRD_VALUE_SIZE_MAX];
    size_t width = arrow_type_width (field->type);

    if (width > RRD_VALUE_SIZE_MAX - at)
      break;
    memset (own + at, 0, width);
    if (found && arrow_is_valid (found, index))
      memcpy (own + at, number (found, index, value).data, width);
    at += width;
  }
  return (ArrowSpan) {
  own, at};
}

ArrowSpan
rrd_values_get (const RrdValues * values, size_t index,
    uint8_t own[RRD_VALUE_SIZE_MAX])
{
  const ArrowColumn *column = instances (values->rows);
  const ArrowType *type = values->component->type;

  if (!arrow_is_valid (column, index))
    return (ArrowSpan) {
    NULL, 0};
  switch (type->kind) {
    case ARROW_UTF8:
      return arrow_bytes (column, index);
    case ARROW_LIST:
    case ARROW_FIXED_SIZE_LIST:
      return list (column, index, own);
    case ARROW_STRUCT:
      return structure (type, column, index, own);
    default:
      return number (column, index, own);
  }
}
