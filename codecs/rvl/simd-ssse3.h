/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* SSSE3 as stages.h wants it: vectors of 16 bytes. */
#pragma once

#include <tmmintrin.h>

#define LANES 8
#define HALVES 1

typedef __m128i Vector;
typedef __m128i Half;

#define words(value) _mm_set1_epi16 ((short) (value))
#define bytes(value) _mm_set1_epi8 ((char) (value))
#define and _mm_and_si128
#define or _mm_or_si128
#define xor _mm_xor_si128
#define and_not(a, b) _mm_andnot_si128 (b, a)
#define add8 _mm_add_epi8
#define add16 _mm_add_epi16
#define sub16 _mm_sub_epi16
#define saturating_sub16 _mm_subs_epi16
#define left16 _mm_slli_epi16
#define right16 _mm_srli_epi16
#define signs16(v) _mm_srai_epi16 (v, 15)
#define above8 _mm_cmpgt_epi8
#define above16 _mm_cmpgt_epi16
#define is_zero16(v) _mm_cmpeq_epi16 (v, _mm_setzero_si128 ())
#define shift_bytes _mm_slli_si128
#define shuffle _mm_shuffle_epi8
#define low_pairs8 _mm_unpacklo_epi8
#define high_pairs8 _mm_unpackhi_epi8
#define low_pairs16 _mm_unpacklo_epi16
#define high_pairs16 _mm_unpackhi_epi16
#define maddubs _mm_maddubs_epi16
#define narrow _mm_packus_epi16
#define narrow_flags _mm_packs_epi16
#define in_order(v) (v)
#define top_bits8(v) ((uint32_t) _mm_movemask_epi8 (v))
#define half(v, which) (v)
#define half_shuffle _mm_shuffle_epi8
#define in_all_halves(row) (row)
/* Of 16 bits. */
#define count_ones(mask) \
    (rvl_tables.ones[(mask) & 255] + rvl_tables.ones[(mask) >> 8])

static inline Vector
load (const void *p)
{
  return _mm_loadu_si128 (p);
}

static inline void
store (void *p, Vector v)
{
  _mm_storeu_si128 (p, v);
}

static inline Half
load_half (const void *p)
{
  return _mm_loadu_si128 (p);
}

static inline void
store_half (void *p, Half v)
{
  _mm_storeu_si128 (p, v);
}

static inline void
store_pairs (uint8_t * to, Vector low, Vector high)
{
  store (to, low);
  store (to + 16, high);
}

/* By the top bit of each byte. */
static inline Vector
pick (Vector flags, Vector yes, Vector no)
{
  Vector mask = _mm_cmpgt_epi8 (_mm_setzero_si128 (), flags);

  return _mm_or_si128 (_mm_and_si128 (mask, yes), _mm_andnot_si128 (mask, no));
}

static inline bool
any_bits (Vector v)
{
  return _mm_movemask_epi8 (_mm_cmpeq_epi8 (v, _mm_setzero_si128 ())) != 0xffff;
}

/* Of 16-bit lanes. */
static inline bool
top_bits (Vector v)
{
  return (_mm_movemask_epi8 (v) & 0xaaaa) != 0;
}

/* The sums on top of those before them; @before becomes the last one, in all
 * lanes. */
static inline Vector
add_before (Vector sums, Vector * before)
{
  Vector all = add16 (sums, *before);

  *before = shuffle (all, words (0x0f0e));
  return all;
}
