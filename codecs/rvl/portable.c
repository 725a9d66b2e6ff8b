/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel.h"

/* Nibbles on their way into little-endian words, first nibble on top. */
typedef struct
{
  uint8_t *out;
  uint64_t bits;
  unsigned count;               /* of bits, below 32 between values */
  size_t words;
} Writer;

static void
write_value (Writer * writer, uint32_t value)
{
  do {
    uint32_t more = value > 7 ? 8 : 0;

    writer->bits = writer->bits << 4 | more | (value & 7);
    writer->count += 4;
    value >>= 3;
    if (writer->count == 32) {
      store32 (writer->out + 4 * writer->words++, (uint32_t) writer->bits);
      writer->count = 0;
    }
  } while (value > 0);
}

static bool
is_depth (const Cursor * cursor)
{
  return load16 (cursor_sample (cursor)) != 0;
}

/* The samples from @cursor on that are depths, or that are none. */
static uint32_t
run_length (Cursor cursor, uint32_t left, bool depths)
{
  uint32_t length = 0;

  while (length < left && is_depth (&cursor) == depths) {
    cursor_take (&cursor, 1);
    length++;
  }
  return length;
}

static void
write_header (Writer * writer, Cursor cursor, uint32_t left)
{
  uint32_t zeros = run_length (cursor, left, false);

  write_value (writer, zeros);
  for (uint32_t todo = zeros; todo > 0;)
    todo -= cursor_take (&cursor, todo);
  write_value (writer, run_length (cursor, left - zeros, true));
}

static size_t
encode (const RvlPicture * picture, uint32_t first, uint32_t last,
    uint8_t * stream)
{
  Writer writer = { stream };
  Cursor cursor = cursor_make (picture, first);
  uint32_t left = picture_size (picture) - first;
  int32_t previous = 0;
  bool in_depths = false;

  for (uint32_t i = first; i > 0 && previous == 0; i--) {
    Cursor back = cursor_make (picture, i - 1);
    previous = load16 (cursor_sample (&back));
    in_depths = previous != 0 && i == first;
  }

  for (uint32_t i = first; i < last; i++, left--) {
    int32_t depth = load16 (cursor_sample (&cursor));
    int32_t difference = depth - previous;

    if (i == 0 || (in_depths && depth == 0))
      write_header (&writer, cursor, left);
    if (depth != 0) {
      write_value (&writer,
          ((uint32_t) difference << 1) ^ (uint32_t) (difference >> 31));
      previous = depth;
    }
    in_depths = depth != 0;
    cursor_take (&cursor, 1);
  }
  if (writer.count > 0)
    store32 (stream + 4 * writer.words,
        (uint32_t) (writer.bits << (32 - writer.count)));
  return 8 * writer.words + writer.count / 4;
}

static bool
decode (const uint8_t * stream, size_t size, const RvlPicture * picture)
{
  return rvl_decode_strictly (stream, size, picture, NULL);
}

static bool
always (void)
{
  return true;
}

const RvlKernel rvl_kernel_portable = { "portable", always, encode, decode };

const RvlKernel *
rvl_kernel (void)
{
  return &rvl_kernel_portable;
}
