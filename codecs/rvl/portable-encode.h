/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of encode.h in plain C: codes from tables, 64 bits at a time. */
#pragma once

#include "put-edges.h"
#include "tokens.h"

#define EACH UINT64_C (0x0001000100010001)

/* The nibbles of a value, or of two below 64, and in the low eight bits how
 * many bits they are. */
static uint32_t value_code[4096];
static uint32_t pair_code[64 * 64];

static uint32_t
make_code (uint32_t value)
{
  uint32_t nibbles = 0, bits = 0;

  do {
    nibbles = nibbles << 4 | (value > 7 ? 8 : 0) | (value & 7);
    bits += 4;
    value >>= 3;
  } while (value > 0);
  return nibbles << 8 | bits;
}

static void
fill_codes (void)
{
  for (uint32_t i = 0; i < 4096; i++) {
    uint32_t first, second;

    value_code[i] = make_code (i);
    first = make_code (i % 64);
    second = make_code (i / 64);
    pair_code[i] = ((first >> 8) << (second & 255) | second >> 8) << 8
        | ((first & 255) + (second & 255));
  }
}

/* Bit 16 * i + j to bit 4 * j + i. */
static inline uint64_t
interleave (uint64_t bits)
{
  uint64_t moved = 0;

  for (unsigned i = 0; i < 4; i++, bits >>= 16) {
    uint64_t b = bits & 0xffff;

    b = (b | b << 24) & UINT64_C (0x000000ff000000ff);
    b = (b | b << 12) & UINT64_C (0x000f000f000f000f);
    b = (b | b << 6) & UINT64_C (0x0303030303030303);
    b = (b | b << 3) & UINT64_C (0x1111111111111111);
    moved |= b << i;
  }
  return moved;
}

/* Four samples a step: adding 0x7fff carries into the top bit of those that are
 * not 0. */
static inline uint64_t
depth_mask (const uint8_t * samples)
{
  const uint64_t low = 0x7fff * EACH;
  uint64_t bits = 0;

  for (unsigned i = 0; i < 16; i++) {
    uint64_t four = load64 (samples + 8 * i);

    bits |= ((((four & low) + low) | four) >> 15 & EACH) << i;
  }
  /* Most blocks are all zeros or all depths. */
  return bits + 1 < 2 ? bits : interleave (bits);
}

/* ---- samples to tokens: four at once ---- */

#define LANES 4
typedef uint64_t Vector;

static inline Vector
differences (const uint8_t * samples, uint16_t * tokens)
{
  const uint64_t top = 0x8000 * EACH;
  uint64_t now = load64 (samples), before = load64 (samples - 2);
  /* Without borrowing from the next one. */
  uint64_t difference = ((now | top) - (before & ~top))
      ^ ((now ^ ~before) & top);
  uint64_t negative = difference >> 15 & EACH;

  store64 (tokens, (difference << 1 & 0xfffe * EACH)
      ^ ((negative << 16) - negative));
  /* A sum of different signs that has the wrong one. */
  return (now ^ before) & ~(now ^ difference);
}

static inline Vector
or (Vector a, Vector b)
{
  return a | b;
}

/* 1 <= n <= LANES */
static inline Vector
first_lanes (Vector v, unsigned n)
{
  return v & UINT64_MAX >> 16 * (LANES - n);
}

static inline bool
top_bits (Vector v)
{
  return (v & 0x8000 * EACH) != 0;
}

/* ---- tokens to words: codes from tables ---- */

/* Bits on their way into little-endian words, first nibble on top. */
typedef struct
{
  uint8_t *stream, *out;
  uint64_t bits;
  unsigned count;               /* of bits, below 32 after each put */
} Writer;

static inline void
writer_start (Writer * writer, uint8_t * stream)
{
  *writer = (Writer) { stream, stream, 0, 0 };
}

/* Up to 32 bits. Without a branch: a word that is not complete is written over
 * later. */
static inline void
put_bits (Writer * writer, uint64_t bits, unsigned count)
{
  writer->bits = writer->bits << count | bits;
  writer->count += count;
  store32 (writer->out, (uint32_t) (writer->bits >> (writer->count & 31)));
  writer->out += writer->count / 32 * 4;
  writer->count &= 31;
}

static inline void
put_two (Writer * writer, uint32_t a, uint32_t b)
{
  put_bits (writer, (uint64_t) (a >> 8) << (b & 63) | b >> 8,
      (a & 63) + (b & 63));
}

static inline void
put_value (Writer * writer, uint32_t value)
{
  for (; value >= 4096; value >>= 9)
    put_bits (writer, 0x888 | (value & 7) << 8 | (value & 070) << 1
        | (value & 0700) >> 6, 12);
  put_bits (writer, value_code[value] >> 8, value_code[value] & 63);
}

static inline void
put_values (Writer * writer, const uint16_t * token, unsigned n)
{
  for (; n >= 4; n -= 4, token += 4) {
    uint64_t four = load64 (token);

    if ((four & 0xffc0 * EACH) == 0) {
      uint64_t pairs = four | four >> 10;

      put_two (writer, pair_code[pairs & 4095], pair_code[pairs >> 32 & 4095]);
    } else if ((four & 0xf000 * EACH) == 0) {
      put_two (writer, value_code[four & 4095], value_code[four >> 16 & 4095]);
      put_two (writer, value_code[four >> 32 & 4095], value_code[four >> 48]);
    } else {
      for (unsigned i = 0; i < 4; i++)
        put_value (writer, load16 (token + i));
    }
  }
  for (; n > 0; n--)
    put_value (writer, load16 (token++));
}

static __attribute__((noinline)) void
writer_put (Writer * writer, const Tokens * tokens)
{
  /* A copy can stay in registers. */
  Writer copy = *writer;
  unsigned done = 0;

  for (unsigned i = 0; i < tokens->wides; i++) {
    const WideToken *wide = &tokens->wide[i];

    put_values (&copy, tokens->token + done, wide->index - done);
    put_value (&copy, wide->value);
    done = wide->index + 1;
  }
  put_values (&copy, tokens->token + done, tokens->n - done);
  *writer = copy;
}

static inline size_t
writer_end (Writer * writer)
{
  if (writer->count > 0)
    store32 (writer->out, (uint32_t) (writer->bits << (32 - writer->count)));
  return 2 * (size_t) (writer->out - writer->stream) + writer->count / 4;
}
