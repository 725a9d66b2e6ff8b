/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps that encode.h and decode.h want, for instruction sets that shuffle bytes by
 * a table, whatever their width. Include it after one of the simd-*.h. Where a vector
 * has two halves, most instructions work on each half by itself. */
#pragma once

#include "nibbles.h"
#include "put-edges.h"
#include "tables.h"
#include "tokens.h"

/* The row of the eight bits from @place on. Before C23, a table that is not const is
 * no argument for one that is. */
static inline Half
table_row (uint8_t table[256][16], uint32_t bits, int place)
{
  uint32_t offset = place < 4 ? bits << (4 - place) : bits >> (place - 4);

  return load_half ((const uint8_t *) table + (offset & 0xff0));
}

static inline unsigned
ones_below (uint32_t bits, int place)
{
  return place == 0 ? 0 : count_ones (bits & ((1u << place) - 1));
}

/* 1 <= n <= LANES */
static inline Vector
first_lanes (Vector v, unsigned n)
{
  static const uint16_t lanes[2 * LANES] = {
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
#if HALVES == 2
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff
#endif
  };

  return and (v, load (lanes + LANES - n));
}

/* The bytes of each four swapped: of words, the first nibbles come first. */
static inline Vector
swap_words (Vector v)
{
  static const uint8_t swap[16] = {
    3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12
  };

  return shuffle (v, in_all_halves (load_half (swap)));
}

/* ---- encoding ---- */

static inline uint64_t
depth_mask (const uint8_t * samples)
{
  uint64_t mask = 0;

  for (unsigned i = 0; i < 64; i += 2 * LANES) {
    Vector a = is_zero16 (load (samples + 2 * i));
    Vector b = is_zero16 (load (samples + 2 * i + 2 * LANES));

    mask |= (uint64_t) top_bits8 (in_order (narrow_flags (a, b))) << i;
  }
  return ~mask;
}

static inline Vector
differences (const uint8_t * samples, uint16_t * tokens)
{
  Vector now = load (samples), before = load (samples - 2);
  Vector d = sub16 (now, before);

  store (tokens, xor (add16 (d, d), signs16 (d)));
  /* A sum of different signs that has the wrong one. */
  return and_not (xor (now, before), xor (now, d));
}

/* Keeps the first byte of each of eight pairs, and the second where a bit is set,
 * of those from @place on. */
static inline void
put_pairs (uint8_t * to, Half pairs, uint32_t mask, int place)
{
  store_half (to, half_shuffle (pairs, table_row (rvl_tables.keep_seconds,
              mask, place)));
}

/* Keeps one to three bytes of each of four quadruples: four bits tell of which
 * the second, and four of which the third too. */
static inline uint8_t *
put_quadruples (uint8_t * to, Half quadruples, uint32_t mask)
{
  store_half (to, half_shuffle (quadruples, table_row (rvl_tables.keep_thirds,
              mask, 0)));
  return to + 4 + count_ones (mask);
}

/* The lower two digits, in one byte each; the first goes on if it shall. */
static inline Vector
two_digits (Vector token, Vector more)
{
  Vector first = or (and (token, words (63)), and (more, words (64)));

  return or (first, and (left16 (token, 2), words (0x3f00)));
}

/* Tokens below 4096. */
static inline uint8_t *
put_short (uint8_t * to, Vector token)
{
  Vector more = above16 (token, words (63));
  Vector pairs = two_digits (token, more);
  uint32_t mask = top_bits8 (narrow_flags (more, words (0)));

  for (int i = 0; i < HALVES; i++)
    put_pairs (to + 8 * i + ones_below (mask, 16 * i), half (pairs, i), mask,
        16 * i);
  return to + LANES + count_ones (mask);
}

/* All tokens. */
static inline uint8_t *
put_long (uint8_t * to, Vector token)
{
  Vector third = right16 (token, 12);
  Vector two = and_not (words (-1), is_zero16 (right16 (token, 6)));
  Vector three = and_not (words (-1), is_zero16 (third));
  Vector low = or (two_digits (token, two), and (three, words (0x4000)));
  Vector a = low_pairs16 (low, third), b = high_pairs16 (low, third);
  uint32_t mask = top_bits8 (narrow_flags (two, three));

  for (int i = 0; i < HALVES; i++, mask >>= 16) {
    to = put_quadruples (to, half (a, i), (mask & 15) | (mask >> 4 & 0xf0));
    to = put_quadruples (to, half (b, i), (mask >> 4 & 15)
        | (mask >> 8 & 0xf0));
  }
  return to;
}

static inline uint8_t *
make_digits (const uint16_t * tokens, unsigned n, uint8_t * to)
{
  for (unsigned i = 0; i < n; i += LANES) {
    Vector token = load (tokens + i);

    if (!any_bits (and (token, words (0xffc0)))) {
      store (to, in_order (narrow (token, token)));
      to += LANES;
    } else if (!any_bits (and (token, words (0xf000)))) {
      to = put_short (to, token);
    } else {
      to = put_long (to, token);
    }
  }
  return to;
}

static inline uint8_t *
make_nibbles (const uint8_t * digits, size_t n, uint8_t * to)
{
  for (size_t i = 0; i < n; i += 2 * LANES) {
    Vector digit = load (digits + i);
    Vector more = above8 (digit, bytes (7));
    Vector first = or (and (digit, bytes (7)), and (more, bytes (8)));
    Vector second = and (right16 (digit, 3), bytes (15));
    Vector a = low_pairs8 (first, second), b = high_pairs8 (first, second);
    uint32_t mask = top_bits8 (more);

    for (int j = 0; j < 2 * LANES; j += 8)
      put_pairs (to + j + ones_below (mask, j), half (j & 8 ? b : a, j / 16),
          mask, j);
    to += 2 * LANES + count_ones (mask);
  }
  return to;
}

static inline void
make_words (const uint8_t * nibbles, size_t n, uint8_t * to)
{
  /* First nibble of a pair on top. */
  const Vector weights = words (0x0110);

  for (size_t i = 0; i < n; i += 4 * LANES) {
    Vector a = maddubs (load (nibbles + i), weights);
    Vector b = maddubs (load (nibbles + i + 2 * LANES), weights);

    store (to + i / 2, swap_words (in_order (narrow (a, b))));
  }
}

/* ---- decoding ---- */

static void
split_words (const uint8_t * from, uint8_t * nibbles)
{
  for (size_t i = 0; i < 4 * PART_WORDS; i += 2 * LANES) {
    Vector pair = swap_words (load (from + i));
    Vector first = and (right16 (pair, 4), bytes (15));
    Vector second = and (pair, bytes (15));

    /* Moves the bit that says "more" to the top. */
    first = add8 (first, bytes (0x78));
    second = add8 (second, bytes (0x78));
    store_pairs (nibbles + 2 * i, low_pairs8 (first, second),
        high_pairs8 (first, second));
  }
}

/* The six bits of a nibble and the one before, or only the nibble's three if
 * that is another token's last. */
static inline Vector
digit_of (Vector nibble, Vector before)
{
  Vector high = and (nibble, bytes (7)), low = and (before, bytes (7));

  return pick (before, or (left16 (high, 3), low), high);
}

/* Keeps the 16-bit lanes where a bit is set, of those from @place on. */
static inline void
keep_tokens (uint16_t * to, Half tokens, uint32_t mask, int place)
{
  store_half (to, half_shuffle (tokens, table_row (rvl_tables.keep_pairs,
              mask, place)));
}

/* 16 bits of the tokens that end at some places. */
typedef struct
{
  Vector low, high;
} Values;

/* The last digit * (1, 8 or 64) + the one or two nibbles before. */
static inline Values
values_of (Vector digit, Vector rest, Vector three, Vector four)
{
  Vector weight = pick (four, bytes (64), pick (three, bytes (8), bytes (1)));

  rest = pick (three, rest, bytes (0));
  return (Values) {
  maddubs (low_pairs8 (digit, rest), low_pairs8 (weight, bytes (1))),
        maddubs (high_pairs8 (digit, rest), high_pairs8 (weight, bytes (1)))};
}

/* The value of a token of one to four nibbles at every place, of which those
 * are kept where one ends. Returns where a longer one does. */
static inline uint32_t
put_any_tokens (uint16_t * to, const uint8_t * at, uint32_t ends)
{
  Vector n0 = load (at), n1 = load (at - 1);
  Vector n2 = load (at - 2), n3 = load (at - 3);
  Vector three = and (n1, n2), four = and (three, n3);
  Values values = values_of (digit_of (n0, n1), digit_of (n2, n3), three,
      four);

  for (int j = 0; j < 2 * LANES; j += 8)
    keep_tokens (to + ones_below (ends, j),
        half (j & 8 ? values.high : values.low, j / 16), ends, j);
  return top_bits8 (and (four, load (at - 4))) & ends;
}

#if HALVES == 1
/* Tokens of one or two nibbles that end at eight places, by the nine bits that
 * say which go on, from the one before on: each token's nibbles in 16 bits. */
static inline void
put_pairs_of_nibbles (uint16_t * to, const uint8_t * at, uint32_t on)
{
  Vector nibbles = and (load (at - 1), bytes (7));

  store (to, maddubs (shuffle (nibbles,
              load (rvl_tables.nibble_pairs[on & 511])), words (0x0801)));
}

/* False if there are longer ones. @on says which nibbles go on, from two before
 * on. */
static inline bool
put_short_tokens (uint16_t * to, const uint8_t * at, uint32_t ends, uint32_t on)
{
  if (on & on >> 1 & ends)
    return false;
  put_pairs_of_nibbles (to, at, on >> 1);
  put_pairs_of_nibbles (to + count_ones (ends & 255), at + 8, on >> 9);
  return true;
}
#else
/* A wide vector has a long token too often for a branch to be worth it. */
static inline bool
put_short_tokens (uint16_t * to, const uint8_t * at, uint32_t ends, uint32_t on)
{
  return false;
}
#endif

static uint16_t *
find_tokens (LongTokens * longs, const uint8_t * nibbles, uint16_t * to)
{
  const uint32_t all = UINT32_MAX >> (32 - 2 * LANES);
  uint32_t on = top_bits8 (load (nibbles - 2 * LANES));

  for (size_t i = 0; i < PART_NIBBLES; i += 2 * LANES) {
    uint32_t before = on >> (2 * LANES - 2), ends;

    on = top_bits8 (load (nibbles + i));
    ends = on ^ all;
    if (!put_short_tokens (to, nibbles + i, ends, on << 2 | before))
      long_tokens_wait (longs, nibbles + i, to, ends,
          put_any_tokens (to, nibbles + i, ends));
    to += count_ones (ends);
  }
  long_tokens_put_waiting (longs, long_token);
  return to;
}

#define BLOCK 32

static inline Vector
load_some (const uint16_t * tokens, int n)
{
  static const uint16_t lanes[2 * BLOCK] = {
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff
  };

  return and (load (tokens), load (lanes + BLOCK - n));
}

typedef struct
{
  Vector before;                /* in all lanes: the depth before */
  Vector high;                  /* top bit: a depth had it */
  Vector wrong;                 /* not 0: a depth left its range */
} Sums;

static inline void
add_up (Sums * sums, Vector token, uint8_t * depths, const bool check)
{
  Vector difference = xor (right16 (token, 1),
      sub16 (words (0), and (token, words (1))));
  Vector v = difference, depth;

  v = add16 (v, shift_bytes (v, 2));
  v = add16 (v, shift_bytes (v, 4));
  v = add16 (v, shift_bytes (v, 8));
  depth = add_before (v, &sums->before);
  sums->high = or (sums->high, depth);
  if (check) {
    /* As signed numbers they saturate where the unsigned ones wrap. */
    Vector moved = xor (depth, words (0x8000));

    sums->wrong = or (sums->wrong, xor (sub16 (moved, difference),
            saturating_sub16 (moved, difference)));
  }
  store (depths, depth);
}

#include "sums.h"
