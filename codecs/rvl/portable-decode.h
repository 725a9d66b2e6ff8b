/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of decode.h in plain C. */
#pragma once

#include "long-tokens.h"

/* ---- words to tokens: three nibbles at once ----
 *
 * Groups of three are looked up wherever tokens begin and end. What a group has
 * of a token that goes on is added below the first token of the next group, so
 * that no look-up waits for the one before. */

/* Up to three tokens that end in the group, 16 bits each; above them the value so
 * far of the one that goes on, and what its next nibbles count: 1, 8 or 64; at
 * the top how many tokens. Without an end: only the value so far. */
#define GROUP_CARRY(group) ((group) >> 48 & 63)
#define GROUP_SCALE(group) ((group) >> 54 & 127)
#define GROUP_TOKENS(group) ((unsigned) ((group) >> 62))

static uint64_t groups[16 * 16 * 16];

static uint64_t
make_group (unsigned nibbles)
{
  uint64_t group = 0, value = 0, scale = 1;
  unsigned tokens = 0;

  for (int i = 8; i >= 0; i -= 4) {
    value += (nibbles >> i & 7) * scale;
    scale *= 8;
    if (!(nibbles >> i & 8)) {
      group |= value << 16 * tokens++;
      value = 0;
      scale = 1;
    }
  }
  return tokens == 0 ? value
      : group | value << 48 | scale << 54 | (uint64_t) tokens << 62;
}

static void
fill_groups (void)
{
  for (unsigned i = 0; i < 16 * 16 * 16; i++)
    groups[i] = make_group (i);
}

/* The token that goes on. */
typedef struct
{
  uint64_t carry;               /* its value so far */
  unsigned scale;               /* of its next nibbles; 0: above 32768 */
  unsigned bits;                /* so far, where scale is 0 */
} Splitter;

static void
splitter_start (Splitter * splitter)
{
  *splitter = (Splitter) { 0, 1, 0 };
}

/* Any group, nibble by nibble. */
static __attribute__((noinline)) uint16_t *
split_longest (Splitter * splitter, LongTokens * longs, unsigned nibbles,
    uint16_t * token)
{
  unsigned bits = splitter->scale == 0 ? splitter->bits
      : (unsigned) __builtin_ctz (splitter->scale);
  uint64_t value = splitter->carry;

  for (int i = 8; i >= 0; i -= 4) {
    /* What is too long stays so, however long it is. */
    if (bits < 33)
      value |= (uint64_t) (nibbles >> i & 7) << bits;
    if (bits < 36)
      bits += 3;
    if (!(nibbles >> i & 8)) {
      long_tokens_put (longs, token++, bits > 33 ? NO_TOKEN
          : value & UINT32_MAX);
      value = bits = 0;
    }
  }
  *splitter = (Splitter) { value, bits > 15 ? 0 : 1u << bits, bits };
  return token;
}

/* A group that is part of a token of more than five nibbles. */
static inline uint16_t *
split_long (Splitter * splitter, LongTokens * longs, unsigned nibbles,
    uint16_t * token)
{
  uint64_t group = groups[nibbles];
  Splitter copy;

  if (GROUP_TOKENS (group) == 0 && splitter->scale - 1 < 64) {
    splitter->carry += group * splitter->scale;
    splitter->scale *= 512;
    return token;
  }
  if (GROUP_TOKENS (group) > 0 && splitter->scale > 0) {
    store64 (token, group);
    long_tokens_put (longs, token, splitter->carry
        + (group & 0xffff) * splitter->scale);
    splitter->carry = GROUP_CARRY (group);
    splitter->scale = GROUP_SCALE (group);
    return token + GROUP_TOKENS (group);
  }
  /* A copy, so that the splitter itself can stay in registers. */
  copy = *splitter;
  token = split_longest (&copy, longs, nibbles, token);
  *splitter = copy;
  return token;
}

static inline uint16_t *
split_group (Splitter * splitter, LongTokens * longs, unsigned nibbles,
    uint16_t * token)
{
  uint64_t group = groups[nibbles];

  if (__builtin_expect (GROUP_TOKENS (group) == 0
          || splitter->scale - 1 > 63, 0))
    return split_long (splitter, longs, nibbles, token);

  store64 (token, group);
  store16 (token, (uint16_t) (splitter->carry
          + (uint16_t) group * splitter->scale));
  splitter->carry = GROUP_CARRY (group);
  splitter->scale = GROUP_SCALE (group);
  return token + GROUP_TOKENS (group);
}

static uint16_t *
make_tokens (Splitter * splitter, LongTokens * longs, const uint8_t * words,
    uint16_t * token)
{
  Splitter state = *splitter;

  for (unsigned i = 0; i < PART_WORDS; i += 3, words += 12) {
    uint64_t first = (uint64_t) load32 (words) << 32 | load32 (words + 4);
    uint64_t last = first << 32 | load32 (words + 8);

    for (int j = 52; j > 0; j -= 12)
      token = split_group (&state, longs, first >> j & 4095, token);
    for (int j = 24; j >= 0; j -= 12)
      token = split_group (&state, longs, last >> j & 4095, token);
  }
  *splitter = state;
  return token;
}

/* ---- tokens to depths: four sums at once ---- */

#ifndef EACH
#define EACH UINT64_C (0x0001000100010001)
#endif

/* EACH, but compilers make shifts and sums of a constant's multiplication. */
static inline uint64_t
each (void)
{
  uint64_t value = EACH;

  __asm__ ("" : "+r" (value));
  return value;
}

/* The sums of one to four differences, side by side in 16 bits each, of which a
 * negative one borrows from the next: on top of a depth they are depths again,
 * which don't. */
static inline uint64_t
sum_up_four (uint64_t tokens, uint64_t times)
{
  uint64_t odd = tokens & EACH, half = tokens >> 1 & 0x7fff * EACH;

  /* Half of an even token; of an odd one, that minus the token. */
  return (half - (((odd << 16) - odd) & tokens)) * times;
}

#define BLOCK 16

typedef uint32_t Depth;

static inline Depth
depth_make (uint16_t depth)
{
  return depth;
}

static bool
sum_up_each (const uint16_t * tokens, unsigned n, Depth * before,
    uint8_t * depths)
{
  int32_t depth = (int32_t) before[0];
  uint32_t all = 0;

  for (unsigned i = 0; i < n; i++) {
    int32_t token = load16 (tokens + i);

    depth += (token >> 1) ^ -(token & 1);
    all |= (uint32_t) depth;
    store16 (depths + 2 * i, (uint16_t) depth);
  }
  *before = (Depth) depth;
  return all <= 65535;
}

/* From below 32768 no difference of 16 bits wraps around to below 32768: where
 * no depth has its top bit set, all are right. */
static inline bool
sum_up (const uint16_t * tokens, unsigned n, Depth * before, uint8_t * depths,
    const bool check)
{
  static const uint16_t lanes[2 * BLOCK] = {
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff
  };
  uint64_t last = *before, all = 0, times = each ();

  if (check)
    return sum_up_each (tokens, n, before, depths);
  for (unsigned i = 0; i < BLOCK; i += 4) {
    uint64_t sums = sum_up_four (load64 (tokens + i)
        & load64 (lanes + BLOCK - n + i), times);
    uint64_t four = sums + last * times;

    all |= four;
    store64 (depths + 2 * i, four);
    /* The last sum alone, where no other can borrow from it. */
    last += ((sums + 0x8000 * EACH) >> 48) - 0x8000;
  }
  if (all & 0x8000 * EACH)
    return false;
  *before = (Depth) last;
  return true;
}
