/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* NEON of 64-bit Arm as stages.h wants it: vectors of 16 bytes. */
#pragma once

#include <arm_neon.h>

#define LANES 8
#define HALVES 1

typedef uint8x16_t Vector;
typedef uint8x16_t Half;

#define as16 vreinterpretq_u16_u8
#define as_s16 vreinterpretq_s16_u8
#define as_s8 vreinterpretq_s8_u8
#define from16 vreinterpretq_u8_u16
#define from_s16 vreinterpretq_u8_s16

#define words(value) from16 (vdupq_n_u16 ((uint16_t) (value)))
#define bytes(value) vdupq_n_u8 ((uint8_t) (value))
#define and vandq_u8
#define or vorrq_u8
#define xor veorq_u8
#define and_not vbicq_u8
#define add8 vaddq_u8
#define add16(a, b) from16 (vaddq_u16 (as16 (a), as16 (b)))
#define sub16(a, b) from16 (vsubq_u16 (as16 (a), as16 (b)))
#define saturating_sub16(a, b) from_s16 (vqsubq_s16 (as_s16 (a), as_s16 (b)))
#define left16(v, n) from16 (vshlq_n_u16 (as16 (v), n))
#define right16(v, n) from16 (vshrq_n_u16 (as16 (v), n))
#define signs16(v) from_s16 (vshrq_n_s16 (as_s16 (v), 15))
#define above8(a, b) vcgtq_s8 (as_s8 (a), as_s8 (b))
#define above16(a, b) from16 (vcgtq_s16 (as_s16 (a), as_s16 (b)))
#define is_zero16(v) from16 (vceqzq_u16 (as16 (v)))
#define shift_bytes(v, n) vextq_u8 (vdupq_n_u8 (0), v, 16 - (n))
#define shuffle vqtbl1q_u8
#define low_pairs8 vzip1q_u8
#define high_pairs8 vzip2q_u8
#define low_pairs16(a, b) from16 (vzip1q_u16 (as16 (a), as16 (b)))
#define high_pairs16(a, b) from16 (vzip2q_u16 (as16 (a), as16 (b)))
#define narrow vuzp1q_u8
#define narrow_flags vuzp1q_u8
#define in_order(v) (v)
#define half(v, which) (v)
#define half_shuffle vqtbl1q_u8
#define in_all_halves(row) (row)
/* Of 16 bits. */
#define count_ones(mask) \
    (rvl_tables.ones[(mask) & 255] + rvl_tables.ones[(mask) >> 8])
#define load_half load
#define store_half store

static inline Vector
load (const void *p)
{
  return vld1q_u8 (p);
}

static inline void
store (void *p, Vector v)
{
  vst1q_u8 (p, v);
}

static inline void
store_pairs (uint8_t * to, Vector low, Vector high)
{
  store (to, low);
  store (to + 16, high);
}

/* Each byte of a by the one of b, and the sums of two. */
static inline Vector
maddubs (Vector a, Vector b)
{
  return from16 (vpaddq_u16 (vmull_u8 (vget_low_u8 (a), vget_low_u8 (b)),
          vmull_high_u8 (a, b)));
}

/* By the top bit of each byte. */
static inline Vector
pick (Vector flags, Vector yes, Vector no)
{
  return vbslq_u8 (vreinterpretq_u8_s8 (vshrq_n_s8 (as_s8 (flags), 7)), yes,
      no);
}

/* As Intel's movemask. */
static inline uint32_t
top_bits8 (Vector v)
{
  static const int8_t places[16] = {
    -7, -6, -5, -4, -3, -2, -1, 0, -7, -6, -5, -4, -3, -2, -1, 0
  };
  Vector bits = vshlq_u8 (vandq_u8 (v, vdupq_n_u8 (0x80)), vld1q_s8 (places));

  return vaddv_u8 (vget_low_u8 (bits))
      | (uint32_t) vaddv_u8 (vget_high_u8 (bits)) << 8;
}

static inline bool
any_bits (Vector v)
{
  return vmaxvq_u8 (v) != 0;
}

/* Of 16-bit lanes. */
static inline bool
top_bits (Vector v)
{
  return vmaxvq_u16 (as16 (v)) >= 0x8000;
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
