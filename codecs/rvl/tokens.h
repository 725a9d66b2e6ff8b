/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is to be encoded next: headers' counts and zig-zag differences, little-
 * endian. */

#include "kernel.h"

#define TOKENS 2048             /* room for a piece and a header, and more */
#define TOKENS_STEP 32          /* no kernel takes more at once */

/* A token may be a count of 26 bits, but most are differences of up to 17. Of
 * those that do not fit 16 bits only the place is among the others. */
typedef struct
{
  unsigned index;
  uint32_t value;
} WideToken;

typedef struct
{
  unsigned n, wides;
  WideToken wide[TOKENS];
  _Alignas (64) uint16_t token[TOKENS + TOKENS_STEP];
} Tokens;

static inline void
tokens_check_wide (Tokens * tokens, unsigned index, uint32_t value)
{
  if (__builtin_expect (value > 0xffff, 0))
    tokens->wide[tokens->wides++] = (WideToken) { index, value };
}

static inline void
tokens_add (Tokens * tokens, uint32_t value)
{
  tokens_check_wide (tokens, tokens->n, value);
  store16 (&tokens->token[tokens->n++], (uint16_t) value);
}

/* Tokens that fit 16 bits, by a function that takes a multiple of TOKENS_STEP of
 * them and makes one byte of a token of 0. */
static inline uint8_t *
put_in_steps (const uint16_t * token, unsigned n, uint8_t * to,
    uint8_t * (*put) (const uint16_t *, unsigned, uint8_t *))
{
  unsigned full = n / TOKENS_STEP * TOKENS_STEP, rest = n - full;
  uint16_t last[TOKENS_STEP] = { 0 };

  to = put (token, full, to);
  if (rest == 0)
    return to;
  memcpy (last, token + full, 2 * rest);
  return put (last, TOKENS_STEP, to) - (TOKENS_STEP - rest);
}

static inline uint8_t *
put_tokens (const Tokens * tokens, uint8_t * to,
    uint8_t * (*put) (const uint16_t *, unsigned, uint8_t *),
    uint8_t * (*put_wide) (uint32_t, uint8_t *))
{
  unsigned done = 0;

  for (unsigned i = 0; i < tokens->wides; i++) {
    const WideToken *wide = &tokens->wide[i];

    to = put_in_steps (tokens->token + done, wide->index - done, to, put);
    to = put_wide (wide->value, to);
    done = wide->index + 1;
  }
  return put_in_steps (tokens->token + done, tokens->n - done, to, put);
}
