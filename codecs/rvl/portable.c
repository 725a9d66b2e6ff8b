/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain C for any processor: codes from tables, 64 bits at a time. */
#include "kernel.h"

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

/* Bits on their way into little-endian words, first nibble on top. */
typedef struct
{
  uint8_t *stream, *out;
  uint64_t bits;
  unsigned count;               /* of bits, below 32 after each flush */
} Sink;

static inline void
sink_start (Sink * sink, uint8_t * stream)
{
  *sink = (Sink) {
  stream, stream, 0, 0};
}

static inline void
sink_put (Sink * sink, uint32_t code)
{
  sink->bits = sink->bits << (code & 63) | code >> 8;
  sink->count += code & 63;
}

/* Without a branch: a word that is not complete is written over later. */
static inline void
sink_flush (Sink * sink)
{
  store32 (sink->out, (uint32_t) (sink->bits >> (sink->count & 31)));
  sink->out += sink->count / 32 * 4;
  sink->count &= 31;
}

static inline void
sink_value (Sink * sink, uint32_t value)
{
  for (; value >= 4096; value >>= 9) {
    uint32_t nibbles = (value & 7) << 8 | (value & 070) << 1
        | (value & 0700) >> 6;

    sink_put (sink, (nibbles | 0x888) << 8 | 12);
    sink_flush (sink);
  }
  sink_put (sink, value_code[value]);
  sink_flush (sink);
}

static inline void
sink_header (Sink * sink, uint32_t zeros, uint32_t depths)
{
  sink_value (sink, zeros);
  sink_value (sink, depths);
}

static inline uint32_t
zigzag (int32_t difference)
{
  return (uint32_t) difference << 1 ^ (uint32_t) (difference >> 31);
}

static inline void
sink_depths (Sink * sink, const uint8_t * samples, uint32_t count,
    uint32_t readable, uint16_t previous)
{
  int32_t before = previous;

  for (; count >= 4; count -= 4, samples += 8) {
    uint64_t four = load64 (samples);
    int32_t a = four & 0xffff, b = four >> 16 & 0xffff;
    int32_t c = four >> 32 & 0xffff, d = four >> 48;
    uint32_t za = zigzag (a - before), zb = zigzag (b - a);
    uint32_t zc = zigzag (c - b), zd = zigzag (d - c);

    if ((za | zb | zc | zd) < 64) {
      sink_put (sink, pair_code[za | zb << 6]);
      sink_put (sink, pair_code[zc | zd << 6]);
      sink_flush (sink);
    } else {
      sink_value (sink, za);
      sink_value (sink, zb);
      sink_value (sink, zc);
      sink_value (sink, zd);
    }
    before = d;
  }
  for (; count > 0; count--, samples += 2) {
    int32_t depth = load16 (samples);

    sink_value (sink, zigzag (depth - before));
    before = depth;
  }
}

static inline size_t
sink_end (Sink * sink)
{
  if (sink->count > 0)
    store32 (sink->out, (uint32_t) (sink->bits << (32 - sink->count)));
  return 2 * (size_t) (sink->out - sink->stream) + sink->count / 4;
}

/* Four samples a step: adding 0x7fff carries into the top bit of those that are
 * not 0. */
static inline uint64_t
depth_mask (const uint8_t * samples)
{
  const uint64_t low = UINT64_C (0x7fff7fff7fff7fff);
  uint64_t mask = 0;

  for (unsigned i = 0; i < 16; i++) {
    uint64_t four = load64 (samples + 8 * i);
    uint64_t depths = (((four & low) + low) | four) & ~low;

    /* Bits 15, 31, 47, 63 to 0, 1, 2, 3. */
    mask |= (depths >> 15) * UINT64_C (0x1000200040008000) >> 60 << 4 * i;
  }
  return mask;
}

#include "encode.h"

#include "portable-decode.h"

#include "decode.h"

static bool
prepare (void)
{
  fill_codes ();
  fill_groups ();
  return true;
}

const RvlKernel rvl_portable = { "portable", prepare, encode, decode };
