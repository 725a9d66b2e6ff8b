/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Splitter of vector kernels: nibbles become bytes first, so that vectors
 * can look back from any place. In a byte are a nibble's three bits of value,
 * and the top bit is set if it is not its token's last.
 *
 *   void split_words (const uint8_t *words, uint8_t *nibbles)
 *     PART_WORDS of them; the nibbles are aligned to 64
 *   uint16_t *find_tokens (LongTokens *, const uint8_t *nibbles,
 *       uint16_t *tokens)
 *     PART_NIBBLES of them, and NIBBLES_BEFORE may be read before them
 */
#pragma once

#include "long-tokens.h"

#define NIBBLES_BEFORE 64

typedef struct
{
  _Alignas (64) uint8_t nibble[NIBBLES_BEFORE + PART_NIBBLES];
} Splitter;

static uint64_t
longest_value (const uint8_t * last)
{
  uint64_t value = *last & 7;

  for (int i = 1; last[-i] & 0x80; i++) {
    if (i == 11)
      return NO_TOKEN;
    value = (value << 3 | (last[-i] & 7)) & UINT32_MAX;
  }
  return value;
}

/* Any token, by the place of its last nibble. */
static uint64_t
long_token (const uint8_t * nibbles, unsigned place)
{
  /* The last nibble is in the top byte, the token begins above the highest
   * other one that does not go on. */
  uint64_t eight = load64 (nibbles + place - 7);
  uint64_t stops = ~eight & UINT64_C (0x0080808080808080);
  uint64_t value = eight & UINT64_C (0x0707070707070707);

  if (stops == 0)
    return longest_value (nibbles + place);
  value >>= 64 - __builtin_clzll (stops);
  value = (value | value >> 5) & UINT64_C (0x003f003f003f003f);
  value = (value | value >> 10) & UINT64_C (0x00000fff00000fff);
  return (value | value >> 20) & UINT64_C (0xffffff);
}

static void split_words (const uint8_t * words, uint8_t * nibbles);
static uint16_t *find_tokens (LongTokens * longs, const uint8_t * nibbles,
    uint16_t * tokens);

static void
splitter_start (Splitter * splitter)
{
  memset (splitter->nibble, 0, NIBBLES_BEFORE);
}

static uint16_t *
make_tokens (Splitter * splitter, LongTokens * longs, const uint8_t * words,
    uint16_t * tokens)
{
  uint8_t *nibbles = splitter->nibble + NIBBLES_BEFORE;

  split_words (words, nibbles);
  tokens = find_tokens (longs, nibbles, tokens);
  memcpy (splitter->nibble, splitter->nibble + PART_NIBBLES, NIBBLES_BEFORE);
  return tokens;
}
