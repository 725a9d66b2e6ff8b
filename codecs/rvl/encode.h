/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoding as all kernels share it:
 *
 *   samples -> tokens   headers and zig-zag differences, 16 bits each
 *   tokens  -> words
 *
 * Include it after
 *
 *   what edges.h wants
 *   LANES, Vector
 *   Vector differences (const uint8_t *samples, uint16_t *tokens)
 *     the zig-zag differences of LANES samples to those before them; lanes
 *     whose difference does not fit 16 bits have their top bit set in the
 *     result
 *   Vector or (Vector, Vector)
 *   Vector first_lanes (Vector, unsigned n)
 *     the others are 0
 *   bool top_bits (Vector)
 *   typedef ... Writer;
 *   void writer_start (Writer *, uint8_t *stream)
 *   void writer_put (Writer *, const Tokens *)
 *   size_t writer_end (Writer *)
 *     all nibbles
 */
#pragma once

#include "edges.h"
#include "tokens.h"

/* Of a run, at once. */
#define PIECE 1024

typedef struct
{
  Cursor cursor;
  uint32_t position;            /* of the cursor */
  uint32_t last;                /* of the band */
  uint16_t previous;            /* depth */
  Tokens tokens;
  Writer writer;
} Encoder;

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

static inline void
encoder_make_room (Encoder * encoder, unsigned tokens)
{
  if (encoder->tokens.n + tokens <= TOKENS)
    return;
  writer_put (&encoder->writer, &encoder->tokens);
  encoder->tokens.n = encoder->tokens.wides = 0;
}

static inline void
encoder_put_header (Encoder * encoder, uint32_t zeros, uint32_t depths)
{
  encoder_make_room (encoder, 2);
  tokens_add (&encoder->tokens, zeros);
  tokens_add (&encoder->tokens, depths);
}

/* Only the blocks that have some are worth a look at each sample. */
static __attribute__((noinline)) void
find_wides (Tokens * tokens, const uint8_t * samples, unsigned count)
{
  uint16_t unused[LANES];

  for (unsigned i = 0, n; i < count; i += n, samples += 2 * n) {
    n = count - i < LANES ? count - i : LANES;
    if (n == LANES && !top_bits (differences (samples, unused)))
      continue;
    for (unsigned j = 0; j < n; j++)
      tokens_check_wide (tokens, tokens->n + i + j,
          difference_at (samples + 2 * j));
  }
}

/* The differences of samples to those before them in memory. */
static inline void
put_differences (Tokens * tokens, const uint8_t * samples, unsigned count,
    uint32_t readable)
{
  uint16_t *token = tokens->token + tokens->n;
  const uint8_t *sample = samples;
  uint8_t copy[2 * LANES + 2];
  Vector wide = { 0 };
  unsigned rest = count;

  for (; rest > LANES; rest -= LANES) {
    wide = or (wide, differences (sample, token));
    sample += 2 * LANES;
    token += LANES;
  }
  if (readable - count + rest < LANES) {
    memcpy (copy, sample - 2, 2 * rest + 2);
    sample = copy + 2;
  }
  wide = or (wide, first_lanes (differences (sample, token), rest));

  if (__builtin_expect (top_bits (wide), 0))
    find_wides (tokens, samples, count);
  tokens->n += count;
}

/* Depths that follow each other in memory; @readable samples may be read. */
static inline void
encoder_put_depths (Encoder * encoder, const uint8_t * samples,
    uint32_t count, uint32_t readable)
{
  encoder_make_room (encoder, count);
  tokens_add (&encoder->tokens,
      zigzag ((int32_t) load16 (samples) - encoder->previous));
  if (count > 1)
    put_differences (&encoder->tokens, samples + 2, count - 1, readable - 1);
  encoder->previous = load16 (samples + 2 * (count - 1));
}

/* The depths from start to end, as far as they are in the band. */
static inline void
encoder_put_run (Encoder * encoder, uint32_t start, uint32_t end)
{
  Cursor *cursor = &encoder->cursor;

  if (end > encoder->last)
    end = encoder->last;

  while (start < end) {
    uint32_t most = end - start < PIECE ? end - start : PIECE;
    uint32_t readable, count;
    const uint8_t *samples;

    while (encoder->position < start)
      encoder->position += cursor_take (cursor, start - encoder->position);
    samples = cursor_sample (cursor);
    readable = cursor_left (cursor);
    count = cursor_take (cursor, most);
    encoder->position += count;
    start += count;
    encoder_put_depths (encoder, samples, count, readable);
  }
}

static size_t
encode (const RvlPicture * picture, uint32_t first, uint32_t last,
    uint8_t * stream)
{
  Cursor cursor = cursor_make (picture, first);
  uint32_t position = first;
  Encoder encoder;
  Edges edges;

  encoder.cursor = cursor;
  encoder.position = first;
  encoder.last = last;
  encoder.previous = depth_before (picture, first);
  encoder.tokens.n = encoder.tokens.wides = 0;
  writer_start (&encoder.writer, stream);
  edges_start (&edges, cursor, first, last);

  /* The header of the run that goes on here is in an earlier band. */
  if (first > 0) {
    if (!edges.in_depths)
      position = edges_next (&edges);
    encoder_put_run (&encoder, position, edges_next (&edges));
    position = edges.edge[edges.next - 1];
  }

  while (position < last) {
    uint32_t start = edges_next (&edges), end = edges_next (&edges);

    encoder_put_header (&encoder, start - position, end - start);
    encoder_put_run (&encoder, start, end);
    position = end;
  }
  writer_put (&encoder.writer, &encoder.tokens);
  return writer_end (&encoder.writer);
}
