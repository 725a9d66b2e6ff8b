/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The body of a chunk's record batch, written twice by the same calls: once
 * only to count, once for real.
 */
#pragma once

#include "schema.h"

typedef struct
{
  uint8_t *own;                 /* the chunk's own bytes; NULL: only count */
  size_t n_own;
  size_t first_own;             /* of those not in a span yet */
  RrdSpan *spans;
  size_t n_spans;
  size_t size;                  /* of the body so far, spans of others included */
  size_t buffer_start;
  uint8_t *node;                /* the next to fill in, of the message */
  uint8_t *buffer;
  bool too_large;               /* for 32-bit offsets */
  bool bad_value;
} RrdBody;

/* The arrays of all rows, in the order of the schema's fields. */
void rrd_body_write (RrdBody * body, const RrdSchema * schema,
    const RrdRows * rows);

/* Appends bytes of the chunk's own that lie outside of any buffer. */
void rrd_body_own (RrdBody * body, const void *data, size_t size);

/* Puts the chunk's own bytes since the last span into one. */
void rrd_body_end_span (RrdBody * body);
