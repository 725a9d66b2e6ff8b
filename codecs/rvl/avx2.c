/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AVX2 (and the popcnt that comes with it): 16 samples a step. */
#include "long-tokens.h"
#include "tables.h"

#include <immintrin.h>

#define LANES 16
typedef __m256i Vector;

static bool
prepare (void)
{
  if (!__builtin_cpu_supports ("avx2") || !__builtin_cpu_supports ("popcnt"))
    return false;
  rvl_tables_fill ();
  return true;
}

static inline Vector
load (const void *p)
{
  return _mm256_loadu_si256 (p);
}

static inline __m128i
half (Vector v, const int which)
{
  return which ? _mm256_extracti128_si256 (v, 1) : _mm256_castsi256_si128 (v);
}

static inline __m128i
table_row (const uint8_t row[16])
{
  return _mm_loadu_si128 ((const __m128i *) row);
}

static inline uint64_t
depth_mask (const uint8_t * samples)
{
  const Vector zero = _mm256_setzero_si256 ();
  uint64_t mask = 0;

  for (unsigned i = 0; i < 2; i++) {
    Vector a = _mm256_cmpeq_epi16 (load (samples + 64 * i), zero);
    Vector b = _mm256_cmpeq_epi16 (load (samples + 64 * i + 32), zero);
    Vector bytes = _mm256_permute4x64_epi64 (_mm256_packs_epi16 (a, b), 0xd8);

    mask |= (uint64_t) ~ (uint32_t) _mm256_movemask_epi8 (bytes) << 32 * i;
  }
  return mask;
}

static inline Vector
differences (const uint8_t * samples, uint16_t * tokens)
{
  Vector now = load (samples), before = load (samples - 2);
  Vector d = _mm256_sub_epi16 (now, before);
  Vector zigzag = _mm256_xor_si256 (_mm256_add_epi16 (d, d),
      _mm256_srai_epi16 (d, 15));

  _mm256_storeu_si256 ((__m256i *) tokens, zigzag);
  /* A sum of different signs that has the wrong one. */
  return _mm256_andnot_si256 (_mm256_xor_si256 (now, d),
      _mm256_xor_si256 (now, before));
}

static inline bool
top_bits (Vector v)
{
  return !_mm256_testz_si256 (v, _mm256_set1_epi16 (INT16_MIN));
}

static inline bool
any_bits (Vector v)
{
  return !_mm256_testz_si256 (v, v);
}

static inline Vector
either (Vector a, Vector b)
{
  return _mm256_or_si256 (a, b);
}

static inline Vector
first_lanes (Vector v, unsigned n)
{
  static const uint16_t lanes[2 * LANES] = {
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff
  };

  return _mm256_and_si256 (v, load (lanes + LANES - n));
}

static inline Vector
words (int value)
{
  return _mm256_set1_epi16 ((short) value);
}

/* Keeps the first byte of each of eight pairs, and the second where the mask has
 * a bit. */
static inline uint8_t *
put_pairs (uint8_t * to, __m128i pairs, uint32_t mask)
{
  _mm_storeu_si128 ((__m128i *) to, _mm_shuffle_epi8 (pairs,
          table_row (rvl_tables.keep_seconds[mask])));
  return to + 8 + _mm_popcnt_u32 (mask);
}

static inline uint8_t *
put_quadruples (uint8_t * to, __m128i quadruples, uint32_t counts)
{
  _mm_storeu_si128 ((__m128i *) to, _mm_shuffle_epi8 (quadruples,
          table_row (rvl_tables.keep_counts[counts])));
  return to + rvl_tables.kept[counts];
}

/* Tokens below 4096: one or two digits. */
static inline uint8_t *
put_short (uint8_t * to, Vector token)
{
  Vector more = _mm256_cmpgt_epi16 (token, words (63));
  Vector first = _mm256_or_si256 (_mm256_and_si256 (token, words (63)),
      _mm256_and_si256 (more, words (64)));
  Vector second = _mm256_and_si256 (_mm256_slli_epi16 (token, 2),
      words (0x3f00));
  Vector pairs = _mm256_or_si256 (first, second);
  uint32_t mask = (uint32_t) _mm256_movemask_epi8 (_mm256_packs_epi16 (more,
          more));

  to = put_pairs (to, half (pairs, 0), mask & 255);
  return put_pairs (to, half (pairs, 1), mask >> 16 & 255);
}

/* All tokens: one to three digits. */
static inline uint8_t *
put_long (uint8_t * to, Vector token)
{
  const Vector zero = _mm256_setzero_si256 ();
  Vector one = _mm256_cmpeq_epi16 (_mm256_srli_epi16 (token, 6), zero);
  Vector two = _mm256_cmpeq_epi16 (_mm256_srli_epi16 (token, 12), zero);
  Vector low = _mm256_or_si256 (_mm256_and_si256 (token, words (63)),
      _mm256_and_si256 (_mm256_slli_epi16 (token, 2), words (0x3f00)));
  Vector high = _mm256_srli_epi16 (token, 12);
  Vector count = _mm256_add_epi16 (words (2), _mm256_add_epi16 (one, two));
  uint64_t counts[2];
  Vector a, b;

  low = _mm256_or_si256 (low, _mm256_or_si256 (_mm256_andnot_si256 (one,
              words (0x40)), _mm256_andnot_si256 (two, words (0x4000))));
  a = _mm256_unpacklo_epi16 (low, high);
  b = _mm256_unpackhi_epi16 (low, high);

  /* The counts of four tokens into eight bits. */
  count = _mm256_madd_epi16 (count, _mm256_set1_epi32 (0x00040001));
  count = _mm256_madd_epi16 (_mm256_packs_epi32 (count, count),
      _mm256_set1_epi32 (0x00100001));
  counts[0] = (uint64_t) _mm256_extract_epi64 (count, 0);
  counts[1] = (uint64_t) _mm256_extract_epi64 (count, 2);

  to = put_quadruples (to, half (a, 0), (uint32_t) counts[0]);
  to = put_quadruples (to, half (b, 0), counts[0] >> 32);
  to = put_quadruples (to, half (a, 1), (uint32_t) counts[1]);
  return put_quadruples (to, half (b, 1), counts[1] >> 32);
}

static inline uint8_t *
make_digits (const uint16_t * tokens, unsigned n, uint8_t * to)
{
  for (unsigned i = 0; i < n; i += LANES) {
    Vector token = load (tokens + i);

    if (_mm256_testz_si256 (token, words (0xffc0))) {
      _mm_storeu_si128 ((__m128i *) to, _mm_packus_epi16 (half (token, 0),
              half (token, 1)));
      to += LANES;
    } else if (_mm256_testz_si256 (token, words (0xf000))) {
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
  for (size_t i = 0; i < n; i += 32) {
    const Vector seven = _mm256_set1_epi8 (7);
    Vector digit = load (digits + i);
    Vector more = _mm256_cmpgt_epi8 (digit, seven);
    Vector first = _mm256_or_si256 (_mm256_and_si256 (digit, seven),
        _mm256_and_si256 (more, _mm256_set1_epi8 (8)));
    Vector second = _mm256_and_si256 (_mm256_srli_epi16 (digit, 3),
        _mm256_set1_epi8 (15));
    Vector a = _mm256_unpacklo_epi8 (first, second);
    Vector b = _mm256_unpackhi_epi8 (first, second);
    uint32_t mask = (uint32_t) _mm256_movemask_epi8 (more);

    to = put_pairs (to, half (a, 0), mask & 255);
    to = put_pairs (to, half (b, 0), mask >> 8 & 255);
    to = put_pairs (to, half (a, 1), mask >> 16 & 255);
    to = put_pairs (to, half (b, 1), mask >> 24);
  }
  return to;
}

/* First nibble on top of each pair, first pair on top of each word. */
static inline void
make_words (const uint8_t * nibbles, size_t n, uint8_t * to)
{
  const Vector weights = words (0x0110);
  const Vector swap = _mm256_broadcastsi128_si256 (_mm_setr_epi8 (3, 2, 1, 0,
          7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));

  for (size_t i = 0; i < n; i += 64) {
    Vector a = _mm256_maddubs_epi16 (load (nibbles + i), weights);
    Vector b = _mm256_maddubs_epi16 (load (nibbles + i + 32), weights);
    Vector bytes = _mm256_permute4x64_epi64 (_mm256_packus_epi16 (a, b), 0xd8);

    _mm256_storeu_si256 ((__m256i *) (to + i / 2),
        _mm256_shuffle_epi8 (bytes, swap));
  }
}

#include "digits.h"
#include "vector-encode.h"

#include "encode.h"

static inline Vector
bytes (int value)
{
  return _mm256_set1_epi8 ((char) value);
}

/* A nibble's three bits, and the top bit set if it is not its token's last. */
static inline Vector
mark (Vector nibble)
{
  return _mm256_add_epi8 (nibble, bytes (0x78));
}

static inline void
split_words (const uint8_t * from, size_t n, uint8_t * nibbles)
{
  const Vector swap = _mm256_broadcastsi128_si256 (_mm_setr_epi8 (3, 2, 1, 0,
          7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));

  for (size_t i = 0; i < n; i += 8) {
    Vector pair = _mm256_shuffle_epi8 (load (from + 4 * i), swap);
    Vector first = mark (_mm256_and_si256 (_mm256_srli_epi16 (pair, 4),
            bytes (15)));
    Vector second = mark (_mm256_and_si256 (pair, bytes (15)));
    Vector a = _mm256_unpacklo_epi8 (first, second);
    Vector b = _mm256_unpackhi_epi8 (first, second);
    Vector *to = (Vector *) (nibbles + 8 * i);

    _mm256_store_si256 (to, _mm256_permute2x128_si256 (a, b, 0x20));
    _mm256_store_si256 (to + 1, _mm256_permute2x128_si256 (a, b, 0x31));
  }
}

static inline uint16_t *
keep_tokens (uint16_t * to, __m128i tokens, uint32_t mask)
{
  _mm_storeu_si128 ((__m128i *) to, _mm_shuffle_epi8 (tokens,
          table_row (rvl_tables.keep_pairs[mask])));
  return to + _mm_popcnt_u32 (mask);
}

/* The six bits of a nibble and the one before, or only the nibble's three if
 * that is another token's last. */
static inline Vector
digit_of (Vector nibble, Vector before)
{
  Vector high = _mm256_and_si256 (nibble, bytes (7));
  Vector low = _mm256_and_si256 (before, bytes (7));

  return _mm256_blendv_epi8 (high,
      _mm256_or_si256 (_mm256_slli_epi16 (high, 3), low), before);
}

/* At every place the value of a token that ends there, of which those that do
 * are kept: the last digit * (1, 8 or 64) + the one or two nibbles before. */
static inline uint16_t *
make_tokens (LongTokens * longs, const uint8_t * nibbles, size_t n,
    uint16_t * to)
{
  for (size_t i = 0; i < n; i += 32) {
    const uint8_t *at = nibbles + i;
    Vector n0 = load (at), n1 = load (at - 1), n2 = load (at - 2);
    Vector n3 = load (at - 3), n4 = load (at - 4);
    Vector three = _mm256_and_si256 (n1, n2);
    Vector four = _mm256_and_si256 (three, n3);
    Vector five = _mm256_and_si256 (four, n4);
    Vector digit = digit_of (n0, n1);
    Vector rest = _mm256_blendv_epi8 (bytes (0), digit_of (n2, n3), three);
    Vector weight = _mm256_blendv_epi8 (_mm256_blendv_epi8 (bytes (1),
            bytes (8), three), bytes (64), four);
    Vector a = _mm256_maddubs_epi16 (_mm256_unpacklo_epi8 (digit, rest),
        _mm256_unpacklo_epi8 (weight, bytes (1)));
    Vector b = _mm256_maddubs_epi16 (_mm256_unpackhi_epi8 (digit, rest),
        _mm256_unpackhi_epi8 (weight, bytes (1)));
    uint32_t ends = ~(uint32_t) _mm256_movemask_epi8 (n0);
    uint32_t longer = (uint32_t) _mm256_movemask_epi8 (five) & ends;
    uint16_t *first = to;

    to = keep_tokens (to, half (a, 0), ends & 255);
    to = keep_tokens (to, half (b, 0), ends >> 8 & 255);
    to = keep_tokens (to, half (a, 1), ends >> 16 & 255);
    to = keep_tokens (to, half (b, 1), ends >> 24);

    for (; longer; longer &= longer - 1) {
      unsigned place = (unsigned) __builtin_ctz (longer);

      put_long_token (longs, at + place, first
          + _mm_popcnt_u32 (ends & ((1u << place) - 1)));
    }
  }
  return to;
}

/* Each lane and those before it in its half. */
static inline Vector
half_sums (Vector v)
{
  v = _mm256_add_epi16 (v, _mm256_slli_si256 (v, 2));
  v = _mm256_add_epi16 (v, _mm256_slli_si256 (v, 4));
  return _mm256_add_epi16 (v, _mm256_slli_si256 (v, 8));
}

typedef struct
{
  Vector before;                /* in all lanes: the depth before */
  Vector high;                  /* top bit: a depth had it */
  Vector wrong;                 /* not 0: a depth left its range */
} Sums;

static inline void
sum_up (Sums * sums, Vector token, uint8_t * depths, const bool check)
{
  Vector difference = _mm256_xor_si256 (_mm256_srli_epi16 (token, 1),
      _mm256_sub_epi16 (_mm256_setzero_si256 (),
          _mm256_and_si256 (token, words (1))));
  Vector halves = half_sums (difference);
  Vector totals = _mm256_shuffle_epi8 (halves, words (0x0f0e));
  Vector lower = _mm256_permute2x128_si256 (totals, totals, 0x08);
  Vector other = _mm256_permute2x128_si256 (totals, totals, 0x01);
  Vector depth = _mm256_add_epi16 (halves,
      _mm256_add_epi16 (sums->before, lower));

  sums->before = _mm256_add_epi16 (sums->before,
      _mm256_add_epi16 (totals, other));
  sums->high = _mm256_or_si256 (sums->high, depth);
  if (check) {
    /* As signed numbers they saturate where the unsigned ones wrap. */
    Vector moved = _mm256_xor_si256 (depth, words (0x8000));

    sums->wrong = _mm256_or_si256 (sums->wrong,
        _mm256_xor_si256 (_mm256_sub_epi16 (moved, difference),
            _mm256_subs_epi16 (moved, difference)));
  }
  _mm256_storeu_si256 ((Vector *) depths, depth);
}

#include "sums.h"
#include "vector-decode.h"

const RvlKernel rvl_avx2 = { "avx2", prepare, encode, decode };
