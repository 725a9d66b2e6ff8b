/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Writer of vector kernels: tokens become nibbles, one a byte, and those
 * words. Both steps work at full width, whatever the runs are. Include it after
 *
 *   uint8_t *tokens_to_nibbles (const Tokens *, uint8_t *to)
 *     of all tokens; may write 64 bytes too much
 *   void make_words (const uint8_t *nibbles, size_t n, uint8_t *to)
 *     n is a multiple of 64; the nibbles are aligned to 64
 */
#pragma once

#include "tokens.h"

typedef struct
{
  uint8_t *stream, *out;
  size_t nibbles;

  /* Nine for a token of 26 bits; less than 64 are left from before. */
  _Alignas (64) uint8_t nibble[9 * TOKENS + 64 + 64];
} Writer;

static inline void
writer_start (Writer * writer, uint8_t * stream)
{
  writer->stream = writer->out = stream;
  writer->nibbles = 0;
}

static __attribute__((noinline)) void
writer_put (Writer * writer, const Tokens * tokens)
{
  uint8_t *end = tokens_to_nibbles (tokens, writer->nibble + writer->nibbles);
  size_t nibbles = (size_t) (end - writer->nibble), full = nibbles / 64 * 64;

  make_words (writer->nibble, full, writer->out);
  writer->out += full / 2;
  writer->nibbles = nibbles - full;
  memcpy (writer->nibble, writer->nibble + full, 64);
}

static inline size_t
writer_end (Writer * writer)
{
  _Alignas (64) uint8_t words[32];

  memset (writer->nibble + writer->nibbles, 0, 64 - writer->nibbles);
  make_words (writer->nibble, 64, words);
  memcpy (writer->out, words, (writer->nibbles + 7) / 8 * 4);
  return 2 * (size_t) (writer->out - writer->stream) + writer->nibbles;
}
