/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tokens of five nibbles or more are rare, and made one by one. They fit the 16
 * bits of the others or are kept aside here. */

#include "kernel.h"

#include <limits.h>

/* One of more than 11 nibbles is no error before it is needed. */
#define NO_TOKEN UINT64_MAX

/* What is decoded at once. */
#define PART_WORDS 384
#define PART_NIBBLES (8 * PART_WORDS)

/* Bytes in front of it that may be read: the words before, or zeros. */
#define BEFORE 16

#define LONG_TOKENS (PART_NIBBLES / 5 + 64)

typedef struct
{
  unsigned index;
  uint64_t value;
} LongToken;

typedef struct
{
  const uint16_t *first;        /* token of all */
  unsigned n;
  LongToken *next;              /* that is not taken */
  LongToken token[LONG_TOKENS];
} LongTokens;

static inline void
long_tokens_end (LongTokens * longs)
{
  longs->token[longs->n].index = UINT_MAX;
}

static inline void
long_tokens_start (LongTokens * longs, const uint16_t * first)
{
  longs->first = first;
  longs->n = 0;
  longs->next = longs->token;
  long_tokens_end (longs);
}

/* Any token of five nibbles or more, NO_TOKEN too. */
static inline void
long_tokens_put (LongTokens * longs, uint16_t * token, uint64_t value)
{
  store16 (token, (uint16_t) value);
  if (__builtin_expect (value > 0xffff, 0))
    longs->token[longs->n++] = (LongToken) {
    (unsigned) (token - longs->first), value};
}

/* Those that are left, when the tokens moved down. */
static inline void
long_tokens_move (LongTokens * longs, unsigned by)
{
  const LongToken *from = longs->next, *end = longs->token + longs->n;
  LongToken *to = longs->token;

  for (; from < end; from++)
    *to++ = (LongToken) {
    from->index - by, from->value};
  longs->n = (unsigned) (to - longs->token);
  longs->next = longs->token;
}
