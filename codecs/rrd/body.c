/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layouts: the Arrow columnar format, "Physical memory layout". */
#include "body.h"

#include <string.h>

#define IS_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* The values of an array: those of @n rows that are there, or one field of each
 * if they are structs. */
typedef struct
{
  const RrdSpan *rows;
  size_t n_rows;
  size_t n;                     /* rows that have one */
  size_t field;                 /* bytes before the field */
} Values;

/* --- bytes --- */

static bool
account (RrdBody * body, size_t size)
{
  if (body->too_large || size > INT32_MAX - body->size)
    body->too_large = true;
  else
    body->size += size;
  return !body->too_large;
}

void
rrd_body_own (RrdBody * body, const void *data, size_t size)
{
  if (body->own && size)
    memcpy (body->own + body->n_own, data, size);
  body->n_own += size;
}

static void
append (RrdBody * body, const void *data, size_t size)
{
  if (account (body, size))
    rrd_body_own (body, data, size);
}

/* Numbers of @width bytes each. */
static void
append_numbers (RrdBody * body, const void *data, size_t size, size_t width)
{
  const uint8_t *from = data;

  if (!IS_BIG_ENDIAN || width == 1) {
    append (body, data, size);
    return;
  }
  for (size_t i = 0; i < size; i += width)
    for (size_t j = width; j-- > 0;)
      append (body, from + i + j, 1);
}

static void
append_u32 (RrdBody * body, size_t value)
{
  uint8_t four[4];

  arrow_store_u32 (four, (uint32_t) value);
  append (body, four, sizeof four);
}

static void
append_u64_big_endian (RrdBody * body, uint64_t value)
{
  uint8_t eight[8];

  for (int i = 0; i < 8; i++)
    eight[i] = (uint8_t) (value >> (56 - 8 * i));
  append (body, eight, sizeof eight);
}

/* Bits on their way into bytes, the least significant one first. */
typedef struct
{
  size_t n;
  uint8_t byte;
} Bits;

static void
append_bit (RrdBody * body, Bits * bits, bool bit)
{
  bits->byte |= (uint8_t) (bit << bits->n % 8);
  if (++bits->n % 8)
    return;
  append (body, &bits->byte, 1);
  bits->byte = 0;
}

static void
end_bits (RrdBody * body, const Bits * bits)
{
  if (bits->n % 8)
    append (body, &bits->byte, 1);
}

static void
append_span (RrdBody * body, const RrdSpan * span)
{
  if (span->size == 0 || !account (body, span->size))
    return;
  rrd_body_end_span (body);
  if (body->spans)
    body->spans[body->n_spans] = *span;
  body->n_spans++;
}

void
rrd_body_end_span (RrdBody * body)
{
  if (body->n_own == body->first_own)
    return;
  if (body->spans) {
    body->spans[body->n_spans].data = body->own + body->first_own;
    body->spans[body->n_spans].size = body->n_own - body->first_own;
  }
  body->n_spans++;
  body->first_own = body->n_own;
}

/* --- nodes and buffers --- */

static void
add_node (RrdBody * body, size_t n, size_t n_nulls)
{
  if (!body->own)
    return;
  arrow_store_u64 (body->node, n);
  arrow_store_u64 (body->node + 8, n_nulls);
  body->node += 16;
}

static void
begin_buffer (RrdBody * body)
{
  body->buffer_start = body->size;
}

static void
end_buffer (RrdBody * body)
{
  static const uint8_t padding[7];

  if (body->own) {
    arrow_store_u64 (body->buffer, body->buffer_start);
    arrow_store_u64 (body->buffer + 8, body->size - body->buffer_start);
    body->buffer += 16;
  }
  append (body, padding, -body->size % 8);
}

static void
no_validity (RrdBody * body)
{
  begin_buffer (body);
  end_buffer (body);
}

/* --- arrays --- */

const uint8_t rrd_empty[1];

static bool
has_instance (const RrdSpan * row)
{
  return row->data && row->data != rrd_empty;
}

/* The next row from @i that has a value; n_rows: none. */
static size_t
next_row (const Values * values, size_t i)
{
  while (i < values->n_rows && !has_instance (&values->rows[i]))
    i++;
  return i;
}

#define FOR_EACH_VALUE(i, values) \
  for (size_t i = next_row (values, 0); i < (values)->n_rows; \
      i = next_row (values, i + 1))

static const uint8_t *
value_data (const Values * values, size_t row)
{
  return (const uint8_t *) values->rows[row].data + values->field;
}

static void
write_numbers (RrdBody * body, const ArrowType * type, const Values * values)
{
  size_t size = arrow_type_width (type);
  const ArrowType *number =
      type->kind == ARROW_FIXED_SIZE_LIST ? type->fields[0].type : type;

  begin_buffer (body);
  FOR_EACH_VALUE (i, values)
      append_numbers (body, value_data (values, i), size,
      arrow_type_width (number));
  end_buffer (body);
}

static void
write_fixed_size_list (RrdBody * body, const ArrowType * type,
    const Values * values)
{
  add_node (body, values->n * type->size, 0);
  no_validity (body);
  write_numbers (body, type, values);
}

/* Texts and blobs: where each begins. Returns their size. */
static size_t
write_offsets (RrdBody * body, const Values * values)
{
  size_t size = 0;

  begin_buffer (body);
  append_u32 (body, 0);
  FOR_EACH_VALUE (i, values) {
    if (values->rows[i].size > INT32_MAX - size) {
      body->too_large = true;
      break;
    }
    size += values->rows[i].size;
    append_u32 (body, size);
  }
  end_buffer (body);
  return size;
}

static void
write_texts (RrdBody * body, const Values * values)
{
  write_offsets (body, values);
  begin_buffer (body);
  FOR_EACH_VALUE (i, values)
      append (body, values->rows[i].data, values->rows[i].size);
  end_buffer (body);
}

static void
write_blobs (RrdBody * body, const Values * values)
{
  size_t size = write_offsets (body, values);

  add_node (body, size, 0);
  no_validity (body);
  begin_buffer (body);
  FOR_EACH_VALUE (i, values)
      append_span (body, &values->rows[i]);
  end_buffer (body);
}

static bool
is_zero (const uint8_t * data, size_t size)
{
  while (size && *data == 0)
    data++, size--;
  return size == 0;
}

/* A bit a value, 0 = null. Returns the number of nulls. */
static size_t
write_nulls_of_zeros (RrdBody * body, size_t width, const Values * values)
{
  Bits bits = { 0 };
  size_t n_nulls = 0;

  begin_buffer (body);
  FOR_EACH_VALUE (i, values) {
    bool null = is_zero (value_data (values, i), width);
    n_nulls += null;
    append_bit (body, &bits, !null);
  }
  end_bits (body, &bits);
  end_buffer (body);
  return n_nulls;
}

static void
write_booleans (RrdBody * body, const Values * values)
{
  Bits bits = { 0 };

  begin_buffer (body);
  FOR_EACH_VALUE (i, values)
      append_bit (body, &bits, *value_data (values, i) != 0);
  end_bits (body, &bits);
  end_buffer (body);
}

static void
write_struct (RrdBody * body, const ArrowType * type, const Values * values)
{
  Values field = *values;

  for (size_t i = 0; i < type->n_fields; i++) {
    size_t width = arrow_type_width (type->fields[i].type);
    uint8_t *node = body->node;

    add_node (body, values->n, 0);
    if (!type->fields[i].nullable)
      no_validity (body);
    else {
      size_t n_nulls = write_nulls_of_zeros (body, width, &field);
      if (body->own)
        arrow_store_u64 (node + 8, n_nulls);
    }
    write_numbers (body, type->fields[i].type, &field);
    field.field += width;
  }
}

/* One value of the component an instance. */
static void
write_instances (RrdBody * body, const ArrowType * type, const Values * values)
{
  add_node (body, values->n, 0);
  no_validity (body);
  switch (type->kind) {
    case ARROW_UTF8:
      write_texts (body, values);
      break;
    case ARROW_LIST:
      write_blobs (body, values);
      break;
    case ARROW_FIXED_SIZE_LIST:
      write_fixed_size_list (body, type, values);
      break;
    case ARROW_STRUCT:
      write_struct (body, type, values);
      break;
    case ARROW_BOOL:
      write_booleans (body, values);
      break;
    default:
      write_numbers (body, type, values);
  }
}

/* --- columns --- */

static void
write_row_ids (RrdBody * body, const RrdRows * rows)
{
  add_node (body, rows->n_rows, 0);
  no_validity (body);
  begin_buffer (body);
  for (size_t i = 0; i < rows->n_rows; i++) {
    append_u64_big_endian (body, rows->row_ids[i].time_ns);
    append_u64_big_endian (body, rows->row_ids[i].inc);
  }
  end_buffer (body);
}

static void
write_times (RrdBody * body, const int64_t * times, size_t n)
{
  add_node (body, n, 0);
  no_validity (body);
  begin_buffer (body);
  append_numbers (body, times, n * sizeof *times, sizeof *times);
  end_buffer (body);
}

static void
write_validity (RrdBody * body, const Values * values, size_t n_nulls)
{
  Bits bits = { 0 };

  begin_buffer (body);
  for (size_t i = 0; i < values->n_rows && n_nulls > 0; i++)
    append_bit (body, &bits, values->rows[i].data != NULL);
  end_bits (body, &bits);
  end_buffer (body);
}

/* The bytes of a value; 0: any number. */
static size_t
value_size (const ArrowType * type)
{
  return type->kind == ARROW_BOOL ? 1 : arrow_type_width (type);
}

/* A list a row: of one instance, or none, or null. */
static void
write_component (RrdBody * body, const ArrowType * type, const RrdSpan * rows,
    size_t n_rows)
{
  Values values = { rows, n_rows, 0, 0 };
  size_t size = value_size (type), n = 0, n_nulls = 0;

  FOR_EACH_VALUE (i, &values) {
    values.n++;
    body->bad_value |= size && rows[i].size != size;
  }
  if (body->bad_value)
    return;
  for (size_t i = 0; i < n_rows; i++)
    n_nulls += rows[i].data == NULL;
  add_node (body, n_rows, n_nulls);
  write_validity (body, &values, n_nulls);
  begin_buffer (body);
  append_u32 (body, 0);
  for (size_t i = 0; i < n_rows; i++)
    append_u32 (body, n += has_instance (&rows[i]));
  end_buffer (body);
  write_instances (body, type, &values);
}

void
rrd_body_write (RrdBody * body, const RrdSchema * schema, const RrdRows * rows)
{
  write_row_ids (body, rows);
  for (size_t i = 0; i < schema->n_timelines; i++)
    write_times (body, rows->times + i * rows->n_rows, rows->n_rows);
  for (size_t i = 0; i < schema->n_components; i++)
    write_component (body, schema->components[i]->type,
        rows->values + i * rows->n_rows, rows->n_rows);
}
