/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tokens of five nibbles or more are rare, and made one by one. They fit the 16
 * bits of the others or are kept aside here. */

#include "kernel.h"

#include <limits.h>

/* One of more than 11 nibbles is no error before it is needed. */
#define NO_TOKEN UINT64_MAX

#define LONG_TOKENS 512

typedef struct
{
  unsigned index;
  uint64_t value;
} LongToken;

typedef struct
{
  const uint16_t *first;        /* token of all */
  unsigned n;
  LongToken *next;              /* to be taken as a count */
  LongToken token[LONG_TOKENS];
} LongTokens;

static inline void
long_tokens_start (LongTokens * longs, const uint16_t * first)
{
  longs->first = first;
  longs->n = 0;
  longs->next = longs->token;
}

static inline void
long_tokens_end (LongTokens * longs)
{
  longs->token[longs->n].index = UINT_MAX;
}

/* What no shortcut is worth for. */
static __attribute__((noinline)) void
put_longest_token (LongTokens * longs, const uint8_t * last, uint16_t * token)
{
  uint64_t value = *last & 7;

  for (int i = 1; last[-i] & 0x80; i++) {
    if (i == 11) {
      value = NO_TOKEN;
      break;
    }
    value = (value << 3 | (last[-i] & 7)) & UINT32_MAX;
  }
  *token = (uint16_t) value;
  if (value > 0xffff)
    longs->token[longs->n++] = (LongToken) {
    (unsigned) (token - longs->first), value};
}

/* Writes the token whose last nibble is given. */
static inline void
put_long_token (LongTokens * longs, const uint8_t * last, uint16_t * token)
{
  /* The last nibble is in the top byte, the token begins above the highest
   * other one that does not go on. */
  uint64_t nibbles = load64 (last - 7);
  uint64_t stops = ~nibbles & UINT64_C (0x0080808080808080);
  uint64_t bits = nibbles & UINT64_C (0x0707070707070707);

  if (stops == 0) {
    put_longest_token (longs, last, token);
    return;
  }
  bits >>= 64 - __builtin_clzll (stops);
  bits = (bits | bits >> 5) & UINT64_C (0x003f003f003f003f);
  bits = (bits | bits >> 10) & UINT64_C (0x00000fff00000fff);
  bits = (bits | bits >> 20) & 0xffffff;
  if (bits > 0xffff)
    put_longest_token (longs, last, token);
  *token = (uint16_t) bits;
}

/* What the token at @index is, of which @value are the low 16 bits. As a
 * difference it counts as 0 from now on. */
static __attribute__((noinline)) uint64_t
long_tokens_take (LongTokens * longs, unsigned index, uint64_t value)
{
  while (longs->next->index < index)
    longs->next++;
  if (longs->next->index == index) {
    value = longs->next->value;
    longs->next->value = 0;
  }
  return value;
}
