/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding as all kernels share it, a part of the stream at a time:
 *
 *   words  -> tokens   16 bits each, little-endian
 *   tokens -> samples  blocks of zeros and of depths, which are sums
 *
 * Include it after
 *
 *   typedef ... Splitter;
 *   void splitter_start (Splitter *)
 *   uint16_t *make_tokens (Splitter *, LongTokens *, const uint8_t *words,
 *       uint16_t *tokens)
 *     PART_WORDS of them; may read BEFORE bytes in front of them, and write 64
 *     tokens too much; what it keeps of a token that goes on is in the splitter
 *   BLOCK
 *     depths that are summed up at once
 *   typedef ... Depth;
 *   Depth depth_make (uint16_t)
 *   bool sum_up (const uint16_t *tokens, unsigned n, Depth *before,
 *       uint8_t *depths, const bool check)
 *     1 to BLOCK tokens; may read and write BLOCK of them; *before becomes the
 *     last depth. With check: false if a depth is below 0 or above 65535.
 *     Without: *before is below 32768, and false if a depth is not.
 */
#pragma once

#include "long-tokens.h"

/* What a block wants to see: a header, and the depths after it. */
#define AHEAD (BLOCK + 2)

typedef struct
{
  const uint8_t *stream;
  size_t words;                 /* left of it */
  Cursor cursor;
  uint32_t left;                /* samples, from the cursor on */
  uint32_t depths;              /* of them, before the next header */
  uint16_t previous;

  unsigned next, tokens;
  Splitter splitter;
  LongTokens longs;
  _Alignas (64) uint16_t token[AHEAD + PART_NIBBLES + 64];
} Decoder;

/* Are there tokens to be read before a block is decoded? */
static inline bool
decoder_is_short (const Decoder * decoder)
{
  return decoder->tokens - decoder->next < AHEAD && decoder->words > 0;
}

/* The tokens of the next part, after those that are left. */
static void
decoder_read (Decoder * decoder, bool first)
{
  size_t words = decoder->words < PART_WORDS ? decoder->words : PART_WORDS;
  const uint8_t *part = decoder->stream;
  unsigned left = decoder->tokens - decoder->next;
  uint8_t copy[BEFORE + 4 * PART_WORDS];

  memmove (decoder->token, decoder->token + decoder->next, 2 * left);
  long_tokens_move (&decoder->longs, decoder->next);
  decoder->next = 0;

  if (first || words < PART_WORDS) {
    /* A nibble of 0 ends a token, one of 8 ends none. */
    memset (copy, 0, BEFORE);
    memset (copy + BEFORE, 0x88, 4 * PART_WORDS);
    memcpy (copy + BEFORE, part, 4 * words);
    if (!first)
      memcpy (copy, part - BEFORE, BEFORE);
    part = copy + BEFORE;
  }
  decoder->stream += 4 * words;
  decoder->words -= words;
  decoder->tokens = (unsigned) (make_tokens (&decoder->splitter,
          &decoder->longs, part, decoder->token + left) - decoder->token);
  long_tokens_end (&decoder->longs);
}

/* Tokens up to the next that does not fit 16 bits. */
static inline unsigned
decoder_plain_tokens (const Decoder * decoder)
{
  unsigned wide = decoder->longs.next->index;

  return (wide < decoder->tokens ? wide : decoder->tokens) - decoder->next;
}

/* Writes whole blocks, of which what is too much is written over later, up to
 * the end of the row, of the plain tokens, or of what sum_up () can do. No branch
 * depends on how long a run is: the block is of the run that goes on, or after a
 * header. */
static inline void
decoder_put_blocks (Decoder * decoder, const bool check)
{
  uint32_t room = cursor_left (&decoder->cursor);
  uint32_t rows = decoder->left - room, run = decoder->depths;
  unsigned left = decoder_plain_tokens (decoder);
  const uint16_t *token = decoder->token + decoder->next;
  uint8_t *sample = cursor_sample (&decoder->cursor);
  Depth before = depth_make (decoder->previous);

  while (left >= AHEAD) {
    uint32_t zeros = load16 (token), depths = load16 (token + 1), n;
    unsigned header = run == 0 ? 2 : 0;

    zeros = header ? zeros : 0;
    depths = header ? depths : run;
    n = depths < BLOCK ? depths : BLOCK;
    if (zeros + BLOCK >= room || zeros + depths > room + rows || n == 0)
      break;
    memset (sample, 0, 2 * BLOCK);
    for (uint32_t i = BLOCK; i < zeros; i += BLOCK)
      memset (sample + 2 * i, 0, 2 * BLOCK);
    if (!sum_up (token + header, n, &before, sample + 2 * zeros, check))
      break;

    run = depths - n;
    token += header + n;
    left -= header + n;
    sample += 2 * (zeros + n);
    room -= zeros + n;
  }

  if (sample == cursor_sample (&decoder->cursor))
    return;
  decoder->previous = load16 (sample - 2);
  decoder->next = (unsigned) (token - decoder->token);
  decoder->depths = run;
  decoder->left = room + rows;
  decoder->cursor.x = decoder->cursor.picture->width - room;
}

static inline uint64_t
decoder_take_token (Decoder * decoder)
{
  unsigned index = decoder->next++;
  const LongToken *wide = decoder->longs.next;
  bool is_wide = index == wide->index;

  decoder->longs.next += is_wide;
  return is_wide ? wide->value : load16 (decoder->token + index);
}

/* A header and its zeros; false if they do not fit the picture. */
static bool
decoder_put_zeros (Decoder * decoder)
{
  uint64_t zeros, depths;

  if (decoder->tokens - decoder->next < 2)
    return false;
  zeros = decoder_take_token (decoder);
  depths = decoder_take_token (decoder);
  if (zeros > decoder->left || depths > decoder->left - zeros
      || (zeros | depths) == 0)
    return false;
  decoder->left -= (uint32_t) zeros;
  decoder->depths = (uint32_t) depths;
  while (zeros > 0) {
    uint8_t *to = cursor_sample (&decoder->cursor);
    uint32_t n = cursor_take (&decoder->cursor, (uint32_t) zeros);

    memset (to, 0, 2 * (size_t) n);
    zeros -= n;
  }
  return true;
}

/* One after the other, whether the differences fit 16 bits or not. */
static bool
decoder_sum_up_any (Decoder * decoder, unsigned n, uint8_t * depths)
{
  int32_t depth = decoder->previous;

  for (unsigned i = 0; i < n; i++) {
    uint64_t token = decoder_take_token (decoder);
    uint32_t zigzag = (uint32_t) token;

    /* Rerun shifts the signed value: bit 31 stays. */
    depth += ((int32_t) zigzag >> 1) ^ -(int32_t) (zigzag & 1);
    if (token == NO_TOKEN || depth < 0 || depth > 65535)
      return false;
    store16 (depths + 2 * i, (uint16_t) depth);
  }
  return true;
}

/* Some depths, and no byte too much. */
static bool
decoder_put_depths (Decoder * decoder)
{
  uint8_t depth[2 * BLOCK], *to = cursor_sample (&decoder->cursor);
  unsigned n = decoder->tokens - decoder->next;
  Depth before = depth_make (decoder->previous);

  if (n > decoder->depths)
    n = decoder->depths;
  if (n > cursor_left (&decoder->cursor))
    n = cursor_left (&decoder->cursor);
  if (n > BLOCK)
    n = BLOCK;
  if (n == 0)
    return false;
  if (n > decoder_plain_tokens (decoder)) {
    if (!decoder_sum_up_any (decoder, n, depth))
      return false;
  } else {
    if (!sum_up (decoder->token + decoder->next, n, &before, depth, true))
      return false;
    decoder->next += n;
  }
  cursor_take (&decoder->cursor, n);
  memcpy (to, depth, 2 * n);
  decoder->previous = load16 (depth + 2 * (n - 1));
  decoder->depths -= n;
  decoder->left -= n;
  return true;
}

/* What the blocks stopped at. */
static __attribute__((noinline)) bool
decoder_step (Decoder * decoder)
{
  if (decoder->depths == 0 && !decoder_put_zeros (decoder))
    return false;
  return decoder->depths == 0 || decoder_put_depths (decoder);
}

static bool
decode (const uint8_t * stream, size_t size, const RvlPicture * picture)
{
  Decoder decoder;

  decoder.stream = stream;
  decoder.words = size / 4;
  decoder.cursor = cursor_make (picture, 0);
  decoder.left = picture_size (picture);
  decoder.depths = 0;
  decoder.previous = 0;
  decoder.next = decoder.tokens = 0;
  splitter_start (&decoder.splitter);
  long_tokens_start (&decoder.longs, decoder.token);

  while (decoder.left > 0) {
    if (decoder_is_short (&decoder)) {
      decoder_read (&decoder, decoder.stream == stream);
      continue;
    }
    if (decoder.previous < 0x8000)
      decoder_put_blocks (&decoder, false);
    decoder_put_blocks (&decoder, true);
    if (!decoder_is_short (&decoder) && !decoder_step (&decoder))
      return false;
  }
  return true;
}
