/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tokens of five nibbles or more are rare, and made one by one. They fit the 16
 * bits of the others or are kept aside here. */

#include "kernel.h"

#include <limits.h>

/* One of more than 11 nibbles is no error before it is needed. */
#define NO_TOKEN UINT64_MAX

/* What is decoded at once. */
#define PART_WORDS 192
#define PART_NIBBLES (8 * PART_WORDS)

#define LONG_TOKENS (PART_NIBBLES / 5 + 2)

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

/* Any token of five nibbles or more, NO_TOKEN too. */
static inline void
long_tokens_put (LongTokens *longs, uint16_t *token, uint64_t value)
{
  store16 (token, (uint16_t) value);
  if (__builtin_expect (value > 0xffff, 0))
    longs->token[longs->n++] = (LongToken) {
    (unsigned) (token - longs->first), value};
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
