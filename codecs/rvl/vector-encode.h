/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoding in steps, of which all but the first work at full width whatever the
 * runs are:
 *
 *   samples -> tokens   headers and zig-zag differences, 16 bits each
 *   tokens  -> nibbles  one nibble a byte
 *   nibbles -> words
 *
 * Include it, and encode.h behind it, behind
 *
 *   LANES, Vector
 *   Vector differences (const uint8_t *samples, uint16_t *tokens)
 *     the zig-zag differences of LANES samples to those before them; lanes
 *     whose difference does not fit 16 bits have their top bit set in the
 *     result
 *   bool top_bits (Vector)
 *   Vector first_lanes (Vector, unsigned n)
 *     the others are 0
 *   Vector either (Vector, Vector)
 *   uint8_t *tokens_to_nibbles (Tokens *, uint8_t *to)
 *     of all tokens; may write 64 bytes too much
 *   void make_words (const uint8_t *nibbles, size_t n, uint8_t *to)
 *     n is a multiple of 64; the nibbles are aligned to 64
 */
#pragma once

#include "tokens.h"

typedef struct
{
  uint8_t *stream, *out;
  unsigned nibbles;
  Tokens tokens;

  /* Nine for a token of 26 bits; less than 64 are left from before. */
  _Alignas (64) uint8_t nibble[9 * TOKENS + 64 + 64];
} Sink;

static inline void
sink_start (Sink * sink, uint8_t * stream)
{
  sink->stream = sink->out = stream;
  sink->nibbles = 0;
  sink->tokens.n = sink->tokens.wides = 0;
}

static __attribute__((noinline)) void
sink_flush (Sink * sink)
{
  uint8_t *end = tokens_to_nibbles (&sink->tokens,
      sink->nibble + sink->nibbles);
  size_t nibbles = (size_t) (end - sink->nibble), full = nibbles / 64 * 64;

  make_words (sink->nibble, full, sink->out);
  sink->out += full / 2;
  sink->nibbles = (unsigned) (nibbles - full);
  memcpy (sink->nibble, sink->nibble + full, 64);
  sink->tokens.n = sink->tokens.wides = 0;
}

static inline void
sink_header (Sink * sink, uint32_t zeros, uint32_t depths)
{
  if (sink->tokens.n + 2 > TOKENS)
    sink_flush (sink);
  tokens_add (&sink->tokens, zeros);
  tokens_add (&sink->tokens, depths);
}

static inline uint32_t
zigzag (int32_t difference)
{
  return (uint32_t) difference << 1 ^ (uint32_t) (difference >> 31);
}

static inline uint32_t
difference_at (const uint8_t * sample)
{
  return zigzag ((int32_t) load16 (sample) - load16 (sample - 2));
}

static __attribute__((noinline)) void
find_wides (Tokens * tokens, const uint8_t * samples, unsigned count)
{
  for (unsigned i = 0; i < count; i++)
    tokens_check_wide (tokens, tokens->n + i, difference_at (samples + 2 * i));
}

/* The differences of samples to those before them in memory. */
static inline void
sink_differences (Sink * sink, const uint8_t * samples, unsigned count,
    uint32_t readable)
{
  uint16_t *token = sink->tokens.token + sink->tokens.n;
  const uint8_t *sample = samples;
  uint8_t copy[2 * LANES + 2];
  Vector wide = { 0 };
  unsigned rest = count;

  for (; rest > LANES; rest -= LANES) {
    wide = either (wide, differences (sample, token));
    sample += 2 * LANES;
    token += LANES;
  }
  if (readable - count + rest < LANES) {
    memcpy (copy, sample - 2, 2 * rest + 2);
    sample = copy + 2;
  }
  wide = either (wide, first_lanes (differences (sample, token), rest));

  if (__builtin_expect (top_bits (wide), 0))
    find_wides (&sink->tokens, samples, count);
  sink->tokens.n += count;
}

static inline void
sink_depths (Sink * sink, const uint8_t * samples, uint32_t count,
    uint32_t readable, uint16_t previous)
{
  if (sink->tokens.n + count > TOKENS)
    sink_flush (sink);
  tokens_add (&sink->tokens,
      zigzag ((int32_t) load16 (samples) - previous));
  if (count > 1)
    sink_differences (sink, samples + 2, count - 1, readable - 1);
}

static inline size_t
sink_end (Sink * sink)
{
  _Alignas (64) uint8_t words[32];

  sink_flush (sink);
  memset (sink->nibble + sink->nibbles, 0, 64 - sink->nibbles);
  make_words (sink->nibble, 64, words);
  memcpy (sink->out, words, (sink->nibbles + 7) / 8 * 4);
  return 2 * (size_t) (sink->out - sink->stream) + sink->nibbles;
}
