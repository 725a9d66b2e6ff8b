/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* AVX-512 with VBMI2, which compresses bytes: 32 samples a step. */
#include "long-tokens.h"
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
      && __builtin_cpu_supports ("avx512bitalg")
      && __builtin_cpu_supports ("gfni") && __builtin_cpu_supports ("bmi")
      && __builtin_cpu_supports ("bmi2") && __builtin_cpu_supports ("popcnt");
}

static inline Vector
load (const void *p)
{
  return _mm512_loadu_si512 (p);
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
or (Vector a, Vector b)
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

/* Tokens below 2048: one to four nibbles. */
static inline uint8_t *
put_short (uint8_t * to, Vector token)
{
  /* The eight bits from bits 0, 3, 6 and 9 on of each token: a nibble's three, and
   * all that are above them. */
  const Vector shifts = _mm512_set1_epi64 (0x2926232009060300);
  Vector nibbles = _mm512_multishift_epi64_epi8 (shifts, token);
  uint64_t more = _mm512_test_epi8_mask (nibbles, nibbles)
      & UINT64_C (0xeeeeeeeeeeeeeeee);

  nibbles = _mm512_and_si512 (nibbles, bytes (7));
  nibbles = _mm512_mask_add_epi8 (nibbles, more >> 1, nibbles, bytes (8));
  return put_bytes (to, nibbles, more | UINT64_C (0x1111111111111111));
}

/* All tokens: one to six nibbles, of eight bytes each. */
static inline uint8_t *
put_long (uint8_t * to, __m128i token)
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

/* Tokens that are shorter still have no way of their own: how often it could be
 * taken is as often as a branch would be guessed wrong. */
static inline uint8_t *
make_nibbles (const uint16_t * tokens, unsigned n, uint8_t * to)
{
  for (unsigned i = 0; i < n; i += 16) {
    __m256i half = _mm256_loadu_si256 ((const __m256i *) (tokens + i));

    if (_mm256_testz_si256 (half, _mm256_set1_epi16 ((short) 0xf800))) {
      to = put_short (to, _mm512_cvtepu16_epi32 (half));
    } else {
      to = put_long (to, _mm256_castsi256_si128 (half));
      to = put_long (to, _mm256_extracti128_si256 (half, 1));
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

/* Which of the last 64 nibbles go on. */
typedef struct
{
  uint64_t on;
} Splitter;

static inline void
splitter_start (Splitter * splitter)
{
  splitter->on = 0;
}

/* Each nibble of four words in 16 bits, and above it the three before. */
static inline Vector
nibbles_of (const uint8_t * from)
{
  /* Each word twice, after the one before it: the 16 bits from bits 28, 24, 20
   * and 16 on, and those from bits 12, 8, 4 and 0 on. */
  const Vector pairs = _mm512_setr_epi32 (4, 3, 4, 3, 5, 4, 5, 4, 6, 5, 6, 5,
      7, 6, 7, 6);
  const Vector shifts = _mm512_broadcast_i32x4 (_mm_setr_epi8 (28, 36, 24, 32,
          20, 28, 16, 24, 12, 20, 8, 16, 4, 12, 0, 8));
  __m256i eight = _mm256_loadu_si256 ((const __m256i *) (from - BEFORE));

  return _mm512_multishift_epi64_epi8 (shifts,
      _mm512_permutexvar_epi32 (pairs, _mm512_castsi256_si512 (eight)));
}

/* What the tokens of one to four nibbles are that end with the lowest ones. */
static inline Vector
values_of (Vector nibbles)
{
  /* Of the two nibbles of a byte (low & 7) << 3 | (high & 7). */
  const Vector pairs = _mm512_set1_epi64 (0x1020400102040000);
  Vector all = _mm512_maddubs_epi16 (_mm512_gf2p8affine_epi64_epi8 (nibbles,
          pairs, 0), words (0x0140));
  /* The highest nibbles may be those of other tokens, from the first that does
   * not go on: they are the lowest bits of all twelve. */
  Vector stops = _mm512_andnot_si512 (nibbles, words (0x8880));
  Vector below = _mm512_andnot_si512 (stops,
      _mm512_add_epi16 (stops, words (-1)));
  Vector others = _mm512_andnot_si512 (_mm512_srai_epi16 (below, 4),
      words (0x7777));

  return _mm512_srlv_epi16 (all, _mm512_popcnt_epi16 (others));
}

/* Those of four words; returns which nibbles end one. */
static inline uint64_t
keep_tokens (uint16_t * to, const uint8_t * from)
{
  Vector nibbles = nibbles_of (from);
  __mmask32 ends = _mm512_testn_epi16_mask (nibbles, words (8));

  _mm512_storeu_si512 (to, _mm512_maskz_compress_epi16 (ends,
          values_of (nibbles)));
  return ends;
}

static inline uint64_t
reverse_nibbles (uint64_t nibbles)
{
  const uint64_t low = UINT64_C (0x0f0f0f0f0f0f0f0f);

  nibbles = __builtin_bswap64 (nibbles);
  return (nibbles & low) << 4 | (nibbles >> 4 & low);
}

/* Any token, by the place of its last nibble. */
static uint64_t
long_token (const uint8_t * words, unsigned place)
{
  const uint8_t *word = words + place / 8 * 4;
  unsigned shift = 28 - place % 8 * 4;
  uint64_t two = (uint64_t) load32 (word - 4) << 32 | load32 (word);
  uint64_t last = two >> shift | (uint64_t) load32 (word - 8) << 1 << (63 -
      shift);
  uint64_t stops = ~last & UINT64_C (0x8888888888888880);
  unsigned n = stops ? (unsigned) __builtin_ctzll (stops) / 4 : 16;

  if (n > 11)
    return NO_TOKEN;
  return _pext_u64 (reverse_nibbles (last) >> (64 - 4 * n),
      UINT64_C (0x7777777777777777)) & UINT32_MAX;
}

static uint16_t *
make_tokens (Splitter * splitter, LongTokens * longs, const uint8_t * from,
    uint16_t * to)
{
  uint64_t on = splitter->on;

  for (const uint8_t * end = from + 4 * PART_WORDS; from < end; from += 32) {
    uint64_t first = keep_tokens (to, from);
    uint64_t ends = first | keep_tokens (to + ones (first), from + 16) << 32;
    uint64_t before = on, longer = ends;

    on = ~ends;
    for (unsigned i = 1; i < 5; i++)
      longer &= on << i | before >> (64 - i);
    long_tokens_wait (longs, from, to, ends, longer);
    to += ones (ends);
  }
  splitter->on = on;
  long_tokens_put_waiting (longs, long_token);
  return to;
}

#define BLOCK LANES

static inline Vector
load_some (const uint16_t * tokens, int n)
{
  return _mm512_maskz_loadu_epi16 (_bzhi_u32 (UINT32_MAX, (unsigned) n),
      tokens);
}

typedef struct
{
  Vector before;                /* in all lanes: the depth before */
  Vector high;                  /* top bit: a depth had it */
  Vector wrong;                 /* not 0: a depth left its range */
} Sums;

/* The quarters' last sums onto those after: of the one before, then of the two
 * before. */
static inline Vector
add_quarters (Vector v)
{
  const Vector one = _mm512_set_epi64 (0x0017001700170017, 0x0017001700170017,
      0x000f000f000f000f, 0x000f000f000f000f, 0x0007000700070007,
      0x0007000700070007, 0, 0);
  const Vector two = _mm512_shuffle_i64x2 (one, one, 0x90);

  v = _mm512_mask_add_epi16 (v, 0xffffff00, v, _mm512_permutexvar_epi16 (one,
          v));
  return _mm512_mask_add_epi16 (v, 0xffff0000, v,
      _mm512_permutexvar_epi16 (two, v));
}

static inline void
add_up (Sums * sums, Vector token, uint8_t * depths, const bool check)
{
  Vector half = _mm512_srli_epi16 (token, 1);
  Vector difference = _mm512_mask_sub_epi16 (half,
      _mm512_test_epi16_mask (token, words (1)), words (-1), half);
  Vector v = difference, depth;

  v = _mm512_add_epi16 (v, _mm512_bslli_epi128 (v, 2));
  v = _mm512_add_epi16 (v, _mm512_bslli_epi128 (v, 4));
  v = _mm512_add_epi16 (v, _mm512_bslli_epi128 (v, 8));
  depth = _mm512_add_epi16 (add_quarters (v), sums->before);
  sums->before = _mm512_permutexvar_epi16 (words (LANES - 1), depth);
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
