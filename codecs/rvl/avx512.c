/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AVX-512 with VBMI2, which compresses bytes: 32 samples a step. */
#include "nibbles.h"
#include "tokens.h"

#include <immintrin.h>

#define LANES 32
typedef __m512i Vector;

static bool
prepare (void)
{
  return __builtin_cpu_supports ("avx512f")
      && __builtin_cpu_supports ("avx512bw")
      && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512vbmi")
      && __builtin_cpu_supports ("avx512vbmi2")
      && __builtin_cpu_supports ("bmi2") && __builtin_cpu_supports ("popcnt");
}

static inline Vector
load (const void *p)
{
  return _mm512_loadu_si512 (p);
}

static inline __m256i
half (Vector v, const int which)
{
  return which ? _mm512_extracti64x4_epi64 (v, 1) : _mm512_castsi512_si256 (v);
}

static inline Vector
words (int value)
{
  return _mm512_set1_epi16 ((short) value);
}

static inline Vector
bytes (int value)
{
  return _mm512_set1_epi8 ((char) value);
}

static inline unsigned
ones (uint64_t mask)
{
  return (unsigned) _mm_popcnt_u64 (mask);
}

/* ---- encoding ---- */

static inline uint64_t
depth_mask (const uint8_t * samples)
{
  Vector a = load (samples), b = load (samples + 64);

  return _mm512_test_epi16_mask (a, a)
      | (uint64_t) _mm512_test_epi16_mask (b, b) << 32;
}

static inline uint32_t *
put_edges (uint32_t * edge, uint32_t position, uint64_t changes)
{
  static const uint8_t places[64] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
    48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
  };
  Vector kept = _mm512_maskz_compress_epi8 (changes, load (places));
  unsigned n = ones (changes);

  for (unsigned i = 0;; i += 16) {
    __m128i sixteen = _mm512_castsi512_si128 (kept);

    _mm512_storeu_si512 (edge + i,
        _mm512_add_epi32 (_mm512_cvtepu8_epi32 (sixteen),
            _mm512_set1_epi32 ((int) position)));
    if (i + 16 >= n)
      return edge + n;
    kept = _mm512_shuffle_i64x2 (kept, kept, 0x39);
  }
}

static inline Vector
differences (const uint8_t * samples, uint16_t * tokens)
{
  Vector now = load (samples), before = load (samples - 2);
  Vector d = _mm512_sub_epi16 (now, before);

  _mm512_storeu_si512 (tokens, _mm512_xor_si512 (_mm512_add_epi16 (d, d),
          _mm512_srai_epi16 (d, 15)));
  /* A sum of different signs that has the wrong one. */
  return _mm512_andnot_si512 (_mm512_xor_si512 (now, d),
      _mm512_xor_si512 (now, before));
}

static inline bool
any_bits (Vector v)
{
  return _mm512_test_epi16_mask (v, v) != 0;
}

static inline bool
top_bits (Vector v)
{
  return _mm512_movepi16_mask (v) != 0;
}

static inline Vector
either (Vector a, Vector b)
{
  return _mm512_or_si512 (a, b);
}

static inline Vector
first_lanes (Vector v, unsigned n)
{
  return _mm512_maskz_mov_epi16 (_bzhi_u32 (UINT32_MAX, n), v);
}

static inline uint8_t *
put_bytes (uint8_t * to, Vector v, uint64_t keep)
{
  _mm512_storeu_si512 (to, _mm512_maskz_compress_epi8 (keep, v));
  return to + ones (keep);
}

/* Tokens below 64: one nibble or two. */
static inline uint8_t *
put_short (uint8_t * to, Vector token)
{
  Vector low = _mm512_and_si512 (token, words (7));
  Vector high = _mm512_and_si512 (_mm512_slli_epi16 (token, 5),
      words (0x0700));
  Vector pair = _mm512_or_si512 (low, high);
  uint64_t second = _mm512_test_epi8_mask (pair, words (0x0700));

  pair = _mm512_mask_add_epi8 (pair, second >> 1, pair, bytes (8));
  return put_bytes (to, pair, second | UINT64_C (0x5555555555555555));
}

/* Tokens below 2048: one to four nibbles. */
static inline uint8_t *
put_long (uint8_t * to, __m256i token)
{
  /* The eight bits from bits 0, 3, 6 and 9 of each token: a nibble's three, and
   * all that are above them. */
  const Vector shifts = _mm512_set1_epi64 (0x2926232009060300);
  Vector quadruple = _mm512_multishift_epi64_epi8 (shifts,
      _mm512_cvtepu16_epi32 (token));
  uint64_t more = _mm512_test_epi8_mask (quadruple, quadruple)
      & UINT64_C (0xeeeeeeeeeeeeeeee);

  quadruple = _mm512_and_si512 (quadruple, bytes (7));
  quadruple = _mm512_mask_add_epi8 (quadruple, more >> 1, quadruple, bytes (8));
  return put_bytes (to, quadruple, more | UINT64_C (0x1111111111111111));
}

/* All tokens: one to six nibbles, of eight bytes each. */
static inline uint8_t *
put_longest (uint8_t * to, __m128i token)
{
  const Vector shifts = _mm512_set1_epi64 (0x15120f0c09060300);
  Vector nibbles = _mm512_multishift_epi64_epi8 (shifts,
      _mm512_cvtepu16_epi64 (token));
  uint64_t more = _mm512_test_epi8_mask (nibbles, nibbles);

  /* A nibble is there if it or one above it is not 0. */
  more |= more >> 1 & UINT64_C (0x7f7f7f7f7f7f7f7f);
  more |= more >> 2 & UINT64_C (0x3f3f3f3f3f3f3f3f);
  more |= more >> 4 & UINT64_C (0x0f0f0f0f0f0f0f0f);
  more &= UINT64_C (0xfefefefefefefefe);
  nibbles = _mm512_and_si512 (nibbles, bytes (7));
  nibbles = _mm512_mask_add_epi8 (nibbles, more >> 1, nibbles, bytes (8));
  return put_bytes (to, nibbles, more | UINT64_C (0x0101010101010101));
}

static inline uint8_t *
put_half (uint8_t * to, __m256i token)
{
  if (_mm256_testz_si256 (token, _mm256_set1_epi16 ((short) 0xf800)))
    return put_long (to, token);
  to = put_longest (to, _mm256_castsi256_si128 (token));
  return put_longest (to, _mm256_extracti128_si256 (token, 1));
}

static inline uint8_t *
make_nibbles (const uint16_t * tokens, unsigned n, uint8_t * to)
{
  for (unsigned i = 0; i < n; i += LANES) {
    Vector token = load (tokens + i);

    if (_mm512_test_epi16_mask (token, words (0xffc0)) == 0) {
      to = put_short (to, token);
    } else {
      to = put_half (to, half (token, 0));
      to = put_half (to, half (token, 1));
    }
  }
  return to;
}

static inline uint8_t *
put_wide_nibbles (uint32_t value, uint8_t * to)
{
  for (; value >= 8; value >>= 3)
    *to++ = 8 | (value & 7);
  *to++ = (uint8_t) value;
  return to;
}

static inline uint8_t *
tokens_to_nibbles (const Tokens * tokens, uint8_t * to)
{
  return put_tokens (tokens, to, make_nibbles, put_wide_nibbles);
}

static inline __m256i
swap_words (__m256i v)
{
  return _mm256_shuffle_epi8 (v, _mm256_broadcastsi128_si256 (_mm_setr_epi8 (3,
              2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)));
}

/* First nibble on top of each pair, first pair on top of each word. */
static inline void
make_words (const uint8_t * nibbles, size_t n, uint8_t * to)
{
  for (size_t i = 0; i < n; i += 64) {
    Vector pairs = _mm512_maddubs_epi16 (load (nibbles + i), words (0x0110));

    _mm256_storeu_si256 ((__m256i *) (to + i / 2),
        swap_words (_mm512_cvtepi16_epi8 (pairs)));
  }
}


#include "nibble-writer.h"

#include "encode.h"

/* ---- decoding ---- */

/* A nibble's three bits, and the top bit set if it is not its token's last. */
static inline Vector
mark (Vector nibble)
{
  return _mm512_add_epi8 (nibble, bytes (0x78));
}

static void
split_words (const uint8_t * from, uint8_t * nibbles)
{
  for (size_t i = 0; i < PART_WORDS; i += 8) {
    __m256i pairs = swap_words (_mm256_loadu_si256 ((const __m256i *) (from
                + 4 * i)));
    Vector wide = _mm512_cvtepu8_epi16 (pairs);
    Vector nibble = _mm512_or_si512 (_mm512_srli_epi16 (wide, 4),
        _mm512_slli_epi16 (wide, 8));

    _mm512_store_si512 (nibbles + 8 * i,
        mark (_mm512_and_si512 (nibble, bytes (15))));
  }
}

/* The six bits of a nibble and the one before, or only the nibble's three where
 * that is another token's last. */
static inline Vector
digit_of (Vector nibble, Vector before, __mmask64 both)
{
  Vector high = _mm512_and_si512 (nibble, bytes (7));
  Vector low = _mm512_and_si512 (before, bytes (7));

  return _mm512_mask_add_epi8 (high, both, _mm512_slli_epi16 (high, 3), low);
}

/* Keeps the 16 bit values that end at one of 32 places: the last digit, moved by
 * the one or two nibbles before it, and those. */
static inline uint16_t *
keep_tokens (uint16_t * to, __m256i digit, __m256i rest, uint32_t three,
    uint32_t four, uint32_t ends)
{
  Vector value = _mm512_cvtepu8_epi16 (digit);

  value = _mm512_mask_slli_epi16 (value, three, value, 3);
  value = _mm512_mask_slli_epi16 (value, four, value, 3);
  value = _mm512_add_epi16 (value, _mm512_maskz_cvtepu8_epi16 (three, rest));
  _mm512_storeu_si512 (to, _mm512_maskz_compress_epi16 (ends, value));
  return to + ones (ends);
}

static uint16_t *
find_tokens (LongTokens * longs, const uint8_t * nibbles, uint16_t * to)
{
  uint64_t on_before = (uint64_t) _mm512_movepi8_mask (load (nibbles - 64));

  for (size_t i = 0; i < PART_NIBBLES; i += 64) {
    const uint8_t *at = nibbles + i;
    Vector n0 = load (at), n1 = load (at - 1), n2 = load (at - 2);
    uint64_t on = (uint64_t) _mm512_movepi8_mask (n0), ends = ~on;
    uint64_t two = on << 1 | on_before >> 63;
    uint64_t three = two & (on << 2 | on_before >> 62);
    uint64_t four = three & (on << 3 | on_before >> 61);
    uint64_t longer = four & (on << 4 | on_before >> 60) & ends;
    Vector digit = digit_of (n0, n1, two);
    Vector rest;
    uint16_t *first = to;

    if ((three & ends) == 0) {
      Vector kept = _mm512_maskz_compress_epi8 (ends, digit);

      _mm512_storeu_si512 (to, _mm512_cvtepu8_epi16 (half (kept, 0)));
      _mm512_storeu_si512 (to + 32, _mm512_cvtepu8_epi16 (half (kept, 1)));
      to += ones (ends);
      on_before = on;
      continue;
    }
    rest = digit_of (n2, load (at - 3), four);

    to = keep_tokens (to, half (digit, 0), half (rest, 0), (uint32_t) three,
        (uint32_t) four, (uint32_t) ends);
    to = keep_tokens (to, half (digit, 1), half (rest, 1), three >> 32,
        four >> 32, ends >> 32);
    on_before = on;

    for (; longer; longer &= longer - 1) {
      unsigned place = (unsigned) __builtin_ctzll (longer);

      put_long_token (longs, at + place,
          first + ones (ends & ((UINT64_C (1) << place) - 1)));
    }
  }
  return to;
}

typedef struct
{
  Vector before;                /* in all lanes: the depth before */
  Vector high;                  /* top bit: a depth had it */
  Vector wrong;                 /* not 0: a depth left its range */
} Sums;

/* The quarters' totals, in all lanes of the quarters behind them. */
static inline Vector
totals_before (Vector totals)
{
  Vector one = _mm512_maskz_shuffle_i64x2 (0xfc, totals, totals, 0x90);
  Vector two = _mm512_maskz_shuffle_i64x2 (0xf0, totals, totals, 0x40);
  Vector three = _mm512_maskz_shuffle_i64x2 (0xc0, totals, totals, 0x00);

  return _mm512_add_epi16 (one, _mm512_add_epi16 (two, three));
}

static inline void
sum_up (Sums * sums, Vector token, uint8_t * depths, const bool check)
{
  Vector difference = _mm512_xor_si512 (_mm512_srli_epi16 (token, 1),
      _mm512_sub_epi16 (_mm512_setzero_si512 (),
          _mm512_and_si512 (token, words (1))));
  Vector v = difference, depth;

  v = _mm512_add_epi16 (v, _mm512_bslli_epi128 (v, 2));
  v = _mm512_add_epi16 (v, _mm512_bslli_epi128 (v, 4));
  v = _mm512_add_epi16 (v, _mm512_bslli_epi128 (v, 8));
  v = _mm512_add_epi16 (v, totals_before (_mm512_shuffle_epi8 (v,
              words (0x0f0e))));
  depth = _mm512_add_epi16 (sums->before, v);
  sums->before = _mm512_add_epi16 (sums->before,
      _mm512_permutexvar_epi16 (words (LANES - 1), v));
  sums->high = _mm512_or_si512 (sums->high, depth);
  if (check) {
    /* As signed numbers they saturate where the unsigned ones wrap. */
    Vector moved = _mm512_xor_si512 (depth, words (0x8000));

    sums->wrong = _mm512_or_si512 (sums->wrong,
        _mm512_xor_si512 (_mm512_sub_epi16 (moved, difference),
            _mm512_subs_epi16 (moved, difference)));
  }
  _mm512_storeu_si512 (depths, depth);
}

#include "sums.h"
#include "decode.h"

const RvlKernel rvl_avx512 = { "avx512", prepare, encode, decode };
