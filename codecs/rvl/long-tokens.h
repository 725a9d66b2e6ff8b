/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
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

/* Some nibbles among which such tokens end. */
typedef struct
{
  const uint8_t *nibbles;       /* as the kernel has them */
  uint16_t *token;              /* the first that ends there */
  uint64_t ends, longer;        /* by place: of tokens, of long ones */
} Crowd;

typedef struct
{
  const uint16_t *first;        /* token of all */
  unsigned n;
  LongToken *next;              /* that is not taken */
  LongToken token[LONG_TOKENS];
  unsigned crowds;
  Crowd crowd[PART_NIBBLES / 16 + 1];
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
  longs->crowds = 0;
  long_tokens_end (longs);
}

/* Any token of five nibbles or more, NO_TOKEN too. */
static inline void
long_tokens_put (LongTokens * longs, uint16_t * token, uint64_t value)
{
  store16 (token, (uint16_t) value);
  longs->token[longs->n] =
      (LongToken) { (unsigned) (token - longs->first), value };
  longs->n += value > 0xffff;
}

/* Those that are left, when the tokens moved down. */
static inline void
long_tokens_move (LongTokens * longs, unsigned by)
{
  const LongToken *from = longs->next, *end = longs->token + longs->n;
  LongToken *to = longs->token;

  for (; from < end; from++)
    *to++ = (LongToken) { from->index - by, from->value };
  longs->n = (unsigned) (to - longs->token);
  longs->next = longs->token;
}

/* Long tokens wait until all others of the part are made: no branch depends on
 * where they are. */
static inline void
long_tokens_wait (LongTokens * longs, const uint8_t * nibbles, uint16_t * token,
    uint64_t ends, uint64_t longer)
{
  longs->crowd[longs->crowds] = (Crowd) { nibbles, token, ends, longer };
  longs->crowds += longer != 0;
}

static inline void
long_tokens_put_waiting (LongTokens * longs,
    uint64_t (*long_token) (const uint8_t * nibbles, unsigned place))
{
  for (unsigned i = 0; i < longs->crowds; i++) {
    const Crowd *crowd = &longs->crowd[i];

    for (uint64_t bits = crowd->longer; bits; bits &= bits - 1) {
      unsigned place = (unsigned) __builtin_ctzll (bits);
      uint64_t below = (UINT64_C (1) << place) - 1;

      long_tokens_put (longs,
          crowd->token + __builtin_popcountll (crowd->ends & below),
          long_token (crowd->nibbles, place));
    }
  }
  longs->crowds = 0;
}
