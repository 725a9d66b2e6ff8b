/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding as all kernels share it, in steps over a part of the stream:
 *
 *   words  -> tokens   16 bits each, little-endian
 *   tokens -> runs     headers are listed, and become differences of 0
 *   tokens -> depths   sums of the differences
 *   runs   -> samples
 *
 * Include it behind
 *
 *   typedef ... Splitter;
 *   void splitter_start (Splitter *)
 *   uint16_t *make_tokens (Splitter *, LongTokens *, const uint8_t *words,
 *       uint16_t *tokens)
 *     PART_WORDS of them; may write 64 tokens too much; what it keeps of a
 *     token that goes on is in the splitter
 *   bool make_depths (const uint16_t *tokens, unsigned n, uint16_t previous,
 *       uint8_t *depths)
 *     may read and write up to 64 too much; false if a depth is below 0 or
 *     above 65535
 */
#pragma once

#include "long-tokens.h"

#define TOO_MUCH 64

typedef struct
{
  uint32_t zeros, depths;       /* the depths are in this part */
  unsigned first;               /* token of the depths */
} Run;

typedef struct
{
  const uint8_t *stream;
  size_t words;                 /* left of it */
  Cursor cursor;
  uint32_t left;                /* samples behind the last header */
  uint32_t more;                /* depths of the last run, not decoded yet */
  uint16_t previous;
  bool half_header;             /* the last part ended within one */
  uint64_t zeros;               /* its first half */

  unsigned tokens, runs;
  Splitter splitter;
  LongTokens longs;
  _Alignas (64) uint16_t token[PART_NIBBLES + TOO_MUCH];
  uint8_t depth[2 * (PART_NIBBLES + TOO_MUCH)];
  Run run[PART_NIBBLES / 2 + 2];
} Decoder;

/* The tokens of the next part; false if the stream has no more. */
static bool
decoder_read (Decoder *decoder)
{
  size_t words = decoder->words < PART_WORDS ? decoder->words : PART_WORDS;
  const uint8_t *part = decoder->stream;
  uint8_t last[4 * PART_WORDS];
  const uint16_t *end;

  if (words == 0)
    return false;
  if (words < PART_WORDS) {
    /* A nibble of 8 ends no token. */
    memset (last, 0x88, sizeof last);
    memcpy (last, part, 4 * words);
    part = last;
  }
  decoder->stream += 4 * words;
  decoder->words -= words;

  long_tokens_start (&decoder->longs, decoder->token);
  end = make_tokens (&decoder->splitter, &decoder->longs, part,
      decoder->token);
  long_tokens_end (&decoder->longs);
  decoder->tokens = (unsigned) (end - decoder->token);
  return true;
}

static inline uint64_t
decoder_take_count (Decoder * decoder, unsigned index)
{
  uint64_t count = load16 (decoder->token + index);

  decoder->token[index] = 0;
  if (__builtin_expect (index >= decoder->longs.next->index, 0))
    count = long_tokens_take (&decoder->longs, index, count);
  return count;
}

static inline void
decoder_add_run (Decoder * decoder, uint32_t zeros, uint32_t depths,
    unsigned *index)
{
  uint32_t here = decoder->tokens - *index;

  if (here > depths)
    here = depths;
  decoder->run[decoder->runs++] = (Run) {
  zeros, here, *index};
  decoder->more = depths - here;
  *index += here;
}

/* Lists the runs of the part; false if they do not fit the picture. Tokens
 * behind the picture are dropped. */
static bool
decoder_find_runs (Decoder * decoder)
{
  unsigned index = 0;

  decoder->runs = 0;
  if (decoder->more > 0)
    decoder_add_run (decoder, 0, decoder->more, &index);

  while (index < decoder->tokens && decoder->left > 0) {
    uint64_t zeros = decoder->zeros, depths;

    if (!decoder->half_header)
      zeros = decoder_take_count (decoder, index++);
    decoder->half_header = index == decoder->tokens;
    if (decoder->half_header) {
      decoder->zeros = zeros;
      break;
    }
    depths = decoder_take_count (decoder, index++);
    if (zeros > decoder->left || depths > decoder->left - zeros
        || (zeros | depths) == 0)
      return false;
    decoder->left -= (uint32_t) (zeros + depths);
    decoder_add_run (decoder, (uint32_t) zeros, (uint32_t) depths, &index);
  }
  decoder->tokens = index;
  return true;
}

/* Sums up the tokens from *done to end, which fit 16 bits. */
static inline bool
decoder_sum_up (Decoder * decoder, unsigned *done, unsigned end)
{
  unsigned n = end - *done;
  uint8_t *depth = decoder->depth + 2 * *done;

  if (n == 0)
    return true;
  if (!make_depths (decoder->token + *done, n, decoder->previous, depth))
    return false;
  decoder->previous = load16 (depth + 2 * (n - 1));
  *done = end;
  return true;
}

static bool
decoder_make_depths (Decoder * decoder)
{
  unsigned done = 0;

  for (LongToken * next = decoder->longs.token; next->index < decoder->tokens;
      next++) {
    uint32_t zigzag = (uint32_t) next->value;
    int32_t depth;

    if (!decoder_sum_up (decoder, &done, next->index))
      return false;
    /* Rerun shifts the signed value: bit 31 stays. */
    depth = decoder->previous
        + (((int32_t) zigzag >> 1) ^ -(int32_t) (zigzag & 1));
    if (next->value == NO_TOKEN || depth < 0 || depth > 65535)
      return false;
    decoder->previous = (uint16_t) depth;
    store16 (decoder->depth + 2 * done++, decoder->previous);
  }
  return decoder_sum_up (decoder, &done, decoder->tokens);
}

/* Writes whole blocks of 32 samples, of which what is too much is written over
 * later. */
static inline void
put_run_in_blocks (uint8_t * to, const Run * run, const uint8_t * depths)
{
  memset (to, 0, 64);
  for (uint32_t i = 32; i < run->zeros; i += 32)
    memset (to + 2 * i, 0, 64);

  to += 2 * run->zeros;
  memcpy (to, depths, 64);
  for (uint32_t i = 32; i < run->depths; i += 32)
    memcpy (to + 2 * i, depths + 2 * i, 64);
}

/* No byte too much, and over the ends of rows. */
static __attribute__((noinline)) void
put_run_exactly (Cursor * cursor, const Run * run, const uint8_t * depths)
{
  uint32_t n;

  for (uint32_t todo = run->zeros; todo > 0; todo -= n) {
    uint8_t *to = cursor_sample (cursor);

    n = cursor_take (cursor, todo);
    memset (to, 0, 2 * (size_t) n);
  }
  for (uint32_t todo = run->depths; todo > 0; todo -= n) {
    uint8_t *to = cursor_sample (cursor);

    n = cursor_take (cursor, todo);
    memcpy (to, depths, 2 * (size_t) n);
    depths += 2 * n;
  }
}

static void
decoder_put_runs (Decoder * decoder)
{
  Cursor cursor = decoder->cursor;

  for (unsigned i = 0; i < decoder->runs; i++) {
    const Run *run = &decoder->run[i];
    const uint8_t *depths = decoder->depth + 2 * run->first;
    uint32_t left = cursor_left (&cursor);

    if (left > 32 && run->zeros + run->depths <= left - 32) {
      put_run_in_blocks (cursor_sample (&cursor), run, depths);
      cursor.x += run->zeros + run->depths;
    } else {
      put_run_exactly (&cursor, run, depths);
    }
  }
  decoder->cursor = cursor;
}

static bool
decode (const uint8_t * stream, size_t size, const RvlPicture * picture)
{
  Decoder decoder;

  decoder.stream = stream;
  decoder.words = size / 4;
  decoder.cursor = cursor_make (picture, 0);
  decoder.left = picture_size (picture);
  decoder.more = 0;
  decoder.previous = 0;
  decoder.half_header = false;
  splitter_start (&decoder.splitter);

  while (decoder.left > 0 || decoder.more > 0) {
    if (!decoder_read (&decoder) || !decoder_find_runs (&decoder)
        || !decoder_make_depths (&decoder))
      return false;
    decoder_put_runs (&decoder);
  }
  return true;
}
