/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoding in four steps, of which the last three work at full width whatever
 * the runs are:
 *
 *   samples -> tokens   headers and zig-zag differences, 16 bits each
 *   tokens  -> digits   six bits of a token a byte, least significant first;
 *                       64 is added to all but the last. Most tokens are one.
 *   digits  -> nibbles  one nibble a byte
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
 *   uint8_t *make_digits (const uint16_t *tokens, unsigned n, uint8_t *to)
 *     n is a multiple of LANES; may write 64 bytes too much
 *   uint8_t *make_nibbles (const uint8_t *digits, size_t n, uint8_t *to)
 *     n is a multiple of 32; may write 64 bytes too much
 *   void make_words (const uint8_t *nibbles, size_t n, uint8_t *to)
 *     n is a multiple of 64; the nibbles are aligned to 64
 */
#pragma once

#include "kernel.h"

#define TOKENS 2048         /* room for a piece and a header, and more */

/* A token may be a count of 26 bits, but most are differences of up to 17. What
 * does not fit 16 bits is kept aside. */
typedef struct
{
  unsigned index;
  uint32_t value;
} WideToken;

typedef struct
{
  uint8_t *stream, *out;
  unsigned tokens, wides, digits, nibbles;
  uint16_t token[TOKENS + LANES];
  WideToken wide[TOKENS + 1];


  /* Five for a token of 26 bits, two for a digit; what does not fill a step
   * stays for the next time. */
  uint8_t digit[5 * TOKENS + 32 + 64];
  _Alignas (64) uint8_t nibble[10 * TOKENS + 64 + 64];
} Sink;

static inline void
sink_start (Sink * sink, uint8_t * stream)
{
  sink->stream = sink->out = stream;
  sink->tokens = sink->wides = sink->digits = sink->nibbles = 0;
}

static inline uint8_t *
put_token (uint8_t * to, uint32_t value)
{
  for (; value >= 64; value >>= 6)
    *to++ = 64 | (value & 63);
  *to++ = value;
  return to;
}

static inline uint8_t *
put_tokens (uint8_t * to, const uint16_t * token, unsigned n)
{
  unsigned full = n / LANES * LANES;

  to = make_digits (token, full, to);
  for (unsigned i = full; i < n; i++)
    to = put_token (to, token[i]);
  return to;
}

static void
sink_make_digits (Sink * sink)
{
  uint8_t *to = sink->digit + sink->digits;
  unsigned done = 0;

  for (unsigned i = 0; i < sink->wides; i++) {
    const WideToken *wide = &sink->wide[i];

    to = put_tokens (to, sink->token + done, wide->index - done);
    to = put_token (to, wide->value);
    done = wide->index + 1;
  }
  to = put_tokens (to, sink->token + done, sink->tokens - done);
  sink->digits = (unsigned) (to - sink->digit);
  sink->tokens = sink->wides = 0;
}

static void
sink_make_nibbles (Sink * sink)
{
  unsigned full = sink->digits / 32 * 32;
  uint8_t *end = make_nibbles (sink->digit, full,
      sink->nibble + sink->nibbles);

  sink->nibbles = (unsigned) (end - sink->nibble);
  sink->digits -= full;
  memcpy (sink->digit, sink->digit + full, 32);
}

static void
sink_make_words (Sink * sink)
{
  unsigned full = sink->nibbles / 64 * 64;

  make_words (sink->nibble, full, sink->out);
  sink->out += full / 2;
  sink->nibbles -= full;
  memcpy (sink->nibble, sink->nibble + full, 64);
}

static __attribute__((noinline)) void
sink_flush (Sink * sink)
{
  sink_make_digits (sink);
  sink_make_nibbles (sink);
  sink_make_words (sink);
}

static inline void
sink_token (Sink * sink, uint32_t value)
{
  if (__builtin_expect (value > 0xffff, 0))
    sink->wide[sink->wides++] = (WideToken) {
    sink->tokens, value};
  sink->token[sink->tokens++] = (uint16_t) value;
}

static inline void
sink_header (Sink * sink, uint32_t zeros, uint32_t depths)
{
  if (sink->tokens > TOKENS - 2)
    sink_flush (sink);
  sink_token (sink, zeros);
  sink_token (sink, depths);
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
find_wides (Sink * sink, const uint8_t * samples, unsigned count)
{
  for (unsigned i = 0; i < count; i++) {
    uint32_t value = difference_at (samples + 2 * i);

    if (value > 0xffff)
      sink->wide[sink->wides++] = (WideToken) {
      sink->tokens + i, value};
  }
}

/* The differences of samples to those before them in memory. */
static inline void
sink_differences (Sink * sink, const uint8_t * samples, unsigned count,
    uint32_t readable)
{
  uint16_t *token = sink->token + sink->tokens;
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
    find_wides (sink, samples, count);
  sink->tokens += count;
}

static inline void
sink_depths (Sink * sink, const uint8_t * samples, uint32_t count,
    uint32_t readable, uint16_t previous)
{
  if (sink->tokens + count > TOKENS)
    sink_flush (sink);
  sink_token (sink, zigzag ((int32_t) load16 (samples) - previous));
  if (count > 1)
    sink_differences (sink, samples + 2, count - 1, readable - 1);
}

static inline size_t
sink_end (Sink * sink)
{
  _Alignas (64) uint8_t words[32];
  uint8_t *to;

  sink_flush (sink);
  to = sink->nibble + sink->nibbles;
  for (unsigned i = 0; i < sink->digits; i++) {
    uint8_t digit = sink->digit[i];

    *to++ = digit > 7 ? 8 | (digit & 7) : digit;
    if (digit > 7)
      *to++ = digit >> 3;
  }
  sink->nibbles = (unsigned) (to - sink->nibble);
  sink_make_words (sink);

  memset (sink->nibble + sink->nibbles, 0, 64);
  make_words (sink->nibble, 64, words);
  memcpy (sink->out, words, (sink->nibbles + 7) / 8 * 4);
  return 2 * (size_t) (sink->out - sink->stream) + sink->nibbles;
}
