/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the runs begin and end. Include it after
 *
 *   uint64_t depth_mask (const uint8_t *samples)
 *     64 samples: bit i is set if sample i is not 0
 *   uint32_t *put_edges (uint32_t *edge, uint32_t position, uint64_t changes)
 *     position + i for each set bit i; may write 16 too much
 */
#pragma once

#include "kernel.h"

#define EDGES 256

/* Positions where zeros and depths take turns. They are found ahead of the
 * samples' encoding, a few hundred at once. */
typedef struct
{
  Cursor cursor;                /* the next samples to look at */
  uint32_t position;
  uint32_t last, end;           /* of the band, of the picture */
  bool in_depths;               /* the sample before is one */
  unsigned next, n;
  uint32_t edge[EDGES + 64 + 16];
} Edges;

static inline uint64_t
short_depth_mask (const uint8_t * samples, unsigned count)
{
  uint8_t block[128] = { 0 };

  memcpy (block, samples, 2 * count);
  return depth_mask (block);
}

/* To the end of the row at most, and until there are enough. */
static inline void
edges_scan_row (Edges * edges)
{
  const uint8_t *samples = cursor_sample (&edges->cursor);
  uint32_t left = cursor_left (&edges->cursor), position = edges->position;
  const uint32_t *two = edges->edge + 2, *enough = edges->edge + EDGES;
  uint32_t *edge = edges->edge + edges->n;
  uint64_t before = edges->in_depths;

  while (left > 0 && edge < enough && (edge < two || position < edges->last)) {
    unsigned count = left < 64 ? left : 64;
    uint64_t mask = count == 64 ? depth_mask (samples)
        : short_depth_mask (samples, count);
    uint64_t changes = mask ^ (mask << 1 | before);

    edge = put_edges (edge, position, changes & UINT64_MAX >> (64 - count));
    before = mask >> (count - 1) & 1;
    position += count;
    samples += 2 * count;
    left -= count;
  }
  edges->n = (unsigned) (edge - edges->edge);
  edges->in_depths = before;
  cursor_take (&edges->cursor, position - edges->position);
  edges->position = position;
}

/* Looks ahead until there are two edges at least; the picture's end counts as
 * any number of them. */
static __attribute__((noinline)) void
edges_scan (Edges * edges)
{
  edges->n -= edges->next;
  memmove (edges->edge, edges->edge + edges->next,
      edges->n * sizeof *edges->edge);
  edges->next = 0;

  while (edges->n < EDGES && edges->position < edges->end
      && (edges->n < 2 || edges->position < edges->last))
    edges_scan_row (edges);
  if (edges->position == edges->end) {
    edges->edge[edges->n++] = edges->end;
    edges->edge[edges->n++] = edges->end;
  }
}

static inline uint32_t
edges_next (Edges * edges)
{
  if (edges->next == edges->n)
    edges_scan (edges);
  return edges->edge[edges->next++];
}

static inline void
edges_start (Edges * edges, Cursor cursor, uint32_t first, uint32_t last)
{
  edges->cursor = cursor;
  edges->position = first;
  edges->last = last;
  edges->end = picture_size (cursor.picture);
  edges->in_depths = false;
  edges->next = edges->n = 0;
  if (first > 0) {
    Cursor before = cursor_make (cursor.picture, first - 1);

    edges->in_depths = load16 (cursor_sample (&before)) != 0;
  }
}

/* The last depth before a position, 0 if there is none. */
static uint16_t
depth_before (const RvlPicture * picture, uint32_t position)
{
  uint16_t depth = 0;

  while (position > 0 && depth == 0) {
    Cursor cursor = cursor_make (picture, --position);
    depth = load16 (cursor_sample (&cursor));
  }
  return depth;
}
