/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* AVX2 as stages.h wants it: vectors of two halves of 16 bytes. */
#pragma once

#include <immintrin.h>

#define LANES 16
#define HALVES 2

typedef __m256i Vector;
typedef __m128i Half;

#define words(value) _mm256_set1_epi16 ((short) (value))
#define bytes(value) _mm256_set1_epi8 ((char) (value))
#define and _mm256_and_si256
#define or _mm256_or_si256
#define xor _mm256_xor_si256
#define and_not(a, b) _mm256_andnot_si256 (b, a)
#define add8 _mm256_add_epi8
#define add16 _mm256_add_epi16
#define sub16 _mm256_sub_epi16
#define saturating_sub16 _mm256_subs_epi16
#define left16 _mm256_slli_epi16
#define right16 _mm256_srli_epi16
#define signs16(v) _mm256_srai_epi16 (v, 15)
#define above8 _mm256_cmpgt_epi8
#define above16 _mm256_cmpgt_epi16
#define is_zero16(v) _mm256_cmpeq_epi16 (v, _mm256_setzero_si256 ())
#define shift_bytes _mm256_slli_si256
#define shuffle _mm256_shuffle_epi8
#define low_pairs8 _mm256_unpacklo_epi8
#define high_pairs8 _mm256_unpackhi_epi8
#define low_pairs16 _mm256_unpacklo_epi16
#define high_pairs16 _mm256_unpackhi_epi16
#define maddubs _mm256_maddubs_epi16
#define narrow _mm256_packus_epi16
#define narrow_flags _mm256_packs_epi16
#define in_order(v) _mm256_permute4x64_epi64 (v, 0xd8)
#define pick(flags, yes, no) _mm256_blendv_epi8 (no, yes, flags)
#define top_bits8(v) ((uint32_t) _mm256_movemask_epi8 (v))
#define half_shuffle _mm_shuffle_epi8
#define in_all_halves(row) _mm256_broadcastsi128_si256 (row)
#define count_ones(mask) ((unsigned) _mm_popcnt_u32 (mask))

static inline Half
half (Vector v, const int which)
{
  return which ? _mm256_extracti128_si256 (v, 1) : _mm256_castsi256_si128 (v);
}

static inline Vector
load (const void *p)
{
  return _mm256_loadu_si256 (p);
}

static inline void
store (void *p, Vector v)
{
  _mm256_storeu_si256 (p, v);
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
  store (to, _mm256_permute2x128_si256 (low, high, 0x20));
  store (to + 32, _mm256_permute2x128_si256 (low, high, 0x31));
}

static inline bool
any_bits (Vector v)
{
  return !_mm256_testz_si256 (v, v);
}

/* Of 16-bit lanes. */
static inline bool
top_bits (Vector v)
{
  return !_mm256_testz_si256 (v, words (0x8000));
}

/* Each half's sums on top of those before them; @before becomes the last one, in
 * all lanes. */
static inline Vector
add_before (Vector sums, Vector * before)
{
  Vector last = shuffle (sums, words (0x0f0e));
  Vector lower = _mm256_permute2x128_si256 (last, last, 0x08);
  Vector other = _mm256_permute2x128_si256 (last, last, 0x01);
  Vector all = add16 (sums, add16 (*before, lower));

  *before = add16 (*before, add16 (last, other));
  return all;
}
