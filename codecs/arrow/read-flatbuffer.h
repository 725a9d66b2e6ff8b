/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reader of flatbuffers (https://flatbuffers.dev/internals) that checks each
 * offset, size and alignment before it follows it. All positions are bytes from
 * the start of the flatbuffer, which is where alignment counts from.
 *
 * Tables and texts may be referred to from several places, so that a small
 * flatbuffer can unfold to any size: `work_left` bounds what is looked at.
 *
 * All functions but the last two return false if something is wrong; the
 * reader's error then says what.
 */
#pragma once

#include "arrow/read.h"

typedef struct
{
  const uint8_t *data;
  size_t size;
  uint64_t origin;              /* of its first byte, for errors */
  size_t work_left;             /* bytes to look at */
  ArrowReadError *error;        /* may be NULL */
} FlatbufferReader;

FlatbufferReader flatbuffer_reader (const uint8_t * data, size_t size,
    uint64_t origin, ArrowReadError * error);

/* A table that was looked at, and its vtable. */
typedef struct
{
  size_t at;
  size_t size;
  size_t vtable;
  size_t vtable_size;
} FlatbufferTable;

typedef struct
{
  size_t first;                 /* element */
  size_t n;
} FlatbufferVector;

bool flatbuffer_root (FlatbufferReader * reader, FlatbufferTable * root);

/* A number of @size bytes; @fallback if the table lacks it. */
bool flatbuffer_read_uint (FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id, size_t size,
    uint64_t fallback, uint64_t * value);

/* A table that has to be there. */
bool flatbuffer_read_table (FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id, FlatbufferTable * child);

/* A vector of elements of @size bytes; none if the table lacks it. */
bool flatbuffer_read_vector (FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id, size_t size,
    FlatbufferVector * vector);

/* The table that element @i of a vector of references refers to. */
bool flatbuffer_read_element (FlatbufferReader * reader,
    const FlatbufferVector * vector, size_t i, FlatbufferTable * table);

/* A text, which is UTF-8; empty if the table lacks it. */
bool flatbuffer_read_string (FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id, ArrowSpan * text);

/* Whether a table has the field. */
bool flatbuffer_has (const FlatbufferReader * reader,
    const FlatbufferTable * table, unsigned id);

/* Says what is wrong at a position; returns false. */
bool flatbuffer_refuse (FlatbufferReader * reader, size_t at, const char *what);
