/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PNG's row filters (ISO/IEC 15948, 9.2) for pixels of two bytes. A filter works on
 * bytes, each with the byte of the same significance to its left, so bytes may be
 * swapped to PNG's order before it or after it.
 *
 * Vectors of 16 bytes are the compilers' own: SSE2, NEON, or whatever is there.
 */
#include "png16/internal.h"

#include <string.h>

typedef uint8_t Bytes __attribute__((vector_size (16)));
typedef uint16_t Words __attribute__((vector_size (16)));

/* GCC has clang's name from version 12 on. */
#if defined __clang__ || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector (a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle (a, b, (Bytes) { __VA_ARGS__ })
#endif

static inline Bytes
load (const uint8_t * p)
{
  Bytes v;

  memcpy (&v, p, sizeof (v));
  return v;
}

static inline void
store (uint8_t * p, Bytes v)
{
  memcpy (p, &v, sizeof (v));
}

static inline Bytes
swap (Bytes v)
{
  Words w = (Words) v;

  return (Bytes) (w << 8 | w >> 8);
}

/* What filter expects at byte i, from the bytes to the left and above. */
static inline uint8_t
predict (Png16Filter filter, uint8_t left, uint8_t above, uint8_t corner)
{
  int to_left = above - corner, to_above = left - corner;
  int to_corner = to_left + to_above;

  switch (filter) {
    case PNG16_SUB:
      return left;
    case PNG16_UP:
      return above;
    case PNG16_AVERAGE:
      return (left + above) / 2;
    case PNG16_PAETH:
      to_left = to_left < 0 ? -to_left : to_left;
      to_above = to_above < 0 ? -to_above : to_above;
      to_corner = to_corner < 0 ? -to_corner : to_corner;
      if (to_left <= to_above && to_left <= to_corner)
        return left;
      return to_above <= to_corner ? above : corner;
    default:
      return 0;
  }
}

/* One byte after the other, from byte i to the end of the row. */
static inline void
unfilter_bytes (Png16Filter filter, const uint8_t * filtered,
    const uint8_t * above, size_t i, size_t size, uint8_t * row)
{
  for (; i < size; i++) {
    uint8_t left = i >= 2 ? row[i - 2] : 0;
    uint8_t corner = above && i >= 2 ? above[i - 2] : 0;

    row[i] = filtered[i ^ 1]
        + predict (filter, left, above ? above[i] : 0, corner);
  }
}

static void
unfilter_none (const uint8_t * filtered, size_t size, uint8_t * row)
{
  size_t i = 0;

  for (; i + sizeof (Bytes) <= size; i += sizeof (Bytes))
    store (row + i, swap (load (filtered + i)));
  unfilter_bytes (PNG16_NONE, filtered, NULL, i, size, row);
}

static void
unfilter_up (const uint8_t * filtered, const uint8_t * above, size_t size,
    uint8_t * row)
{
  size_t i = 0;

  for (; i + sizeof (Bytes) <= size; i += sizeof (Bytes))
    store (row + i, swap (load (filtered + i)) + load (above + i));
  unfilter_bytes (PNG16_UP, filtered, above, i, size, row);
}

/* Sums of 1, 2, 4 and 8 pixels, then all that came before. */
static void
unfilter_sub (const uint8_t * filtered, size_t size, uint8_t * row)
{
  const Bytes zero = { 0 };
  Bytes before = zero;
  size_t i = 0;

  for (; i + sizeof (Bytes) <= size; i += sizeof (Bytes)) {
    Bytes sum = swap (load (filtered + i));

    sum += SHUFFLE (zero, sum, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29);
    sum += SHUFFLE (zero, sum, 12, 13, 14, 15, 16, 17, 18, 19,
        20, 21, 22, 23, 24, 25, 26, 27);
    sum += SHUFFLE (zero, sum, 8, 9, 10, 11, 12, 13, 14, 15,
        16, 17, 18, 19, 20, 21, 22, 23);
    store (row + i, sum + before);
    before += (Bytes) ((Words) zero + ((Words) sum)[7]);
  }
  unfilter_bytes (PNG16_SUB, filtered, NULL, i, size, row);
}

void
png16_unfilter_row (Png16Filter filter, const uint8_t * filtered,
    const uint8_t * above, size_t size, uint8_t * row)
{
  switch (filter) {
    case PNG16_UP:
      if (above)
        unfilter_up (filtered, above, size, row);
      else
        unfilter_none (filtered, size, row);
      break;
    case PNG16_SUB:
      unfilter_sub (filtered, size, row);
      break;
    case PNG16_AVERAGE:
      unfilter_bytes (PNG16_AVERAGE, filtered, above, 0, size, row);
      break;
    case PNG16_PAETH:
      unfilter_bytes (PNG16_PAETH, filtered, above, 0, size, row);
      break;
    default:
      unfilter_none (filtered, size, row);
  }
}

/* filtered = row - other, where other is another row or this one a pixel before. */
static void
subtract (const uint8_t * row, const uint8_t * other, size_t size,
    uint8_t * filtered)
{
  size_t i = 0;

  for (; i + sizeof (Bytes) <= size; i += sizeof (Bytes))
    store (filtered + i, swap (load (row + i) - load (other + i)));
  for (; i < size; i++)
    filtered[i ^ 1] = row[i] - other[i];
}

void
png16_filter_row (Png16Filter filter, const uint8_t * row,
    const uint8_t * above, size_t size, uint8_t * filtered)
{
  if (filter == PNG16_SUB) {
    filtered[0] = row[1];
    filtered[1] = row[0];
    subtract (row + 2, row, size - 2, filtered + 2);
  } else if (filter == PNG16_UP && above) {
    subtract (row, above, size, filtered);
  } else {
    unfilter_none (row, size, filtered);
  }
}
