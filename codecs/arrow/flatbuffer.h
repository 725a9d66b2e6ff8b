/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A writer of flatbuffers (https://flatbuffers.dev/internals), front to back:
 * a table first, then what it refers to, whose place is filled in afterwards.
 * References point forward, as the format wants them; vtables lie before their
 * tables.
 *
 * All positions are bytes from the start of @bytes. The flatbuffer begins at a
 * multiple of 8, so that alignment in it is alignment of positions.
 */
#pragma once

#include "arrow/arrow.h"

/* One field of a table: `size` 1, 2, 4 or 8 bytes, 0 = the field is left out.
 * A reference has 4 bytes and the value 0 until flatbuffer_link(). */
typedef struct
{
  uint8_t size;
  uint64_t value;
} FlatbufferField;

#define FLATBUFFER_REFERENCE { 4, 0 }
#define FLATBUFFER_MAX_FIELDS 7

/* Appends a table. @at receives each field's position, 0 for those left out. */
size_t flatbuffer_table (ArrowBytes * bytes, const FlatbufferField * fields,
    size_t n_fields, size_t at[FLATBUFFER_MAX_FIELDS]);

size_t flatbuffer_string (ArrowBytes * bytes, const char *text);

/* Appends a vector of @n references, to be linked: the first one is 4 bytes
 * after the returned position, the others follow. */
size_t flatbuffer_references (ArrowBytes * bytes, size_t n);

/* Appends a vector of @n structs of zeros, of @size bytes (a multiple of 8)
 * each: the first one is 4 bytes after the returned position. */
size_t flatbuffer_structs (ArrowBytes * bytes, size_t n, size_t size);

/* Makes the reference at @from point to @to. */
void flatbuffer_link (ArrowBytes * bytes, size_t from, size_t to);
