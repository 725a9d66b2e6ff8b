/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* From tokens to nibbles where no instruction compresses: by way of digits of
 * six bits, one a byte, least significant first, 64 added to all but a token's
 * last. Most tokens are one digit, and a digit is one nibble or two.
 *
 * Include it, after
 *
 *   uint8_t *make_digits (const uint16_t *tokens, unsigned n, uint8_t *to)
 *     n is a multiple of TOKENS_STEP; may write 64 bytes too much
 *   uint8_t *make_nibbles (const uint8_t *digits, size_t n, uint8_t *to)
 *     n is a multiple of DIGITS_STEP; may write 64 bytes too much
 */
#pragma once

#include "tokens.h"

#define DIGITS_STEP 32

static inline uint8_t *
put_wide_digits (uint32_t value, uint8_t * to)
{
  for (; value >= 64; value >>= 6)
    *to++ = 64 | (value & 63);
  *to++ = (uint8_t) value;
  return to;
}

static inline uint8_t *
tokens_to_nibbles (const Tokens * tokens, uint8_t * to)
{
  _Alignas (64) uint8_t digit[5 * TOKENS + 64];
  uint8_t *end = put_tokens (tokens, digit, make_digits, put_wide_digits);
  size_t n = (size_t) (end - digit);
  size_t all = (n + DIGITS_STEP - 1) / DIGITS_STEP * DIGITS_STEP;

  /* What is added is one nibble a digit. */
  memset (end, 0, DIGITS_STEP);
  return make_nibbles (digit, all, to) - (all - n);
}

#include "nibble-writer.h"
