/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the runs begin and end. Include it behind
 *
 *   uint64_t depth_mask (const uint8_t *samples)
 *     64 samples: bit i is set if sample i is not 0
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
  uint32_t edge[EDGES + 64 + 2];
} Edges;

static inline uint64_t
short_depth_mask (const uint8_t *samples, unsigned count)
{
  uint8_t block[128] = { 0 };

  memcpy (block, samples, 2 * count);
  return depth_mask (block);
}

/* Anything if there is none. */
static inline uint32_t
lowest_bit (uint64_t bits)
{
  return (uint32_t) __builtin_ctzll (bits | UINT64_C (1) << 63);
}

static inline void
edges_scan_block (Edges *edges)
{
  const uint8_t *samples = cursor_sample (&edges->cursor);
  uint32_t left = cursor_left (&edges->cursor);
  unsigned count = left < 64 ? left : 64;
  uint64_t mask = count == 64 ? depth_mask (samples)
      : short_depth_mask (samples, count);
  uint64_t changes = mask ^ (mask << 1 | edges->in_depths);
  uint32_t *edge = edges->edge + edges->n;

  changes &= UINT64_MAX >> (64 - count);
  /* Most blocks have no more than four, and no branch tells how many. */
  for (unsigned i = 0; i < 4; i++) {
    *edge = edges->position + lowest_bit (changes);
    edge += changes != 0;
    changes &= changes - 1;
  }
  for (; changes; changes &= changes - 1)
    *edge++ = edges->position + lowest_bit (changes);

  edges->n = (unsigned) (edge - edges->edge);
  edges->in_depths = mask >> (count - 1) & 1;
  edges->position += cursor_take (&edges->cursor, count);
}

/* Looks ahead until there are two edges at least; the picture's end counts as
 * any number of them. */
static __attribute__((noinline)) void
edges_scan (Edges *edges)
{
  edges->n -= edges->next;
  memmove (edges->edge, edges->edge + edges->next,
      edges->n * sizeof *edges->edge);
  edges->next = 0;

  while (edges->n < EDGES && edges->position < edges->end
      && (edges->n < 2 || edges->position < edges->last))
    edges_scan_block (edges);
  if (edges->position == edges->end) {
    edges->edge[edges->n++] = edges->end;
    edges->edge[edges->n++] = edges->end;
  }
}

static inline uint32_t
edges_next (Edges *edges)
{
  if (edges->next == edges->n)
    edges_scan (edges);
  return edges->edge[edges->next++];
}

static inline void
edges_start (Edges *edges, Cursor cursor, uint32_t first, uint32_t last)
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
depth_before (const RvlPicture *picture, uint32_t position)
{
  uint16_t depth = 0;

  while (position > 0 && depth == 0) {
    Cursor cursor = cursor_make (picture, --position);
    depth = load16 (cursor_sample (&cursor));
  }
  return depth;
}
