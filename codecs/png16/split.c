/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where PNGs end in a stream of bytes, by the lengths of their chunks. A signature
 * within one says that it was cut off and where the next begins, so damage costs
 * the damaged picture only. Each byte is looked at once.
 */
#include "png16/internal.h"

#include <string.h>

/* ISO/IEC 15948, 5.2: the signature; 5.3: length and type before a chunk's body,
 * CRC after it; 11.2.2, 11.2.5: the first chunk and the last. */
static const uint8_t signature[8] = { 137, 'P', 'N', 'G', 13, 10, 26, 10 };
static const uint8_t first[8] = { 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
static const uint8_t last[12] =
    { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };

enum
{ SIGNATURE = 8, BEFORE = 8, AFTER = 4, SIZES = 8, HEADER_END = 33 };

/* For chunks of text, colour profiles and the like. */
#define ANCILLARY_SIZE (1 << 20)

typedef enum
{
  UNKNOWN,                      /* more bytes are needed */
  DAMAGED, CHUNK, LAST_CHUNK
} Found;

/* Where the first signature at or after from begins, size if there is none. */
static size_t
find_signature (const uint8_t * data, size_t size, size_t from)
{
  while (from + SIGNATURE <= size) {
    const uint8_t *found = memchr (data + from, signature[0],
        size - SIGNATURE + 1 - from);

    if (found == NULL)
      break;
    if (memcmp (found, signature, SIGNATURE) == 0)
      return found - data;
    from = found - data + 1;
  }
  return size;
}

/* The most that a picture may take: twice what we write, since other encoders may
 * compress less into more chunks. One that may not be ends behind its header. */
static size_t
max_size (const uint8_t * sizes)
{
  uint32_t width = png16_read_be32 (sizes);
  uint32_t height = png16_read_be32 (sizes + 4);

  if (width < 1 || width > PNG16_MAX_SIDE || height < 1
      || height > PNG16_MAX_SIDE
      || (uint64_t) width * height > PNG16_MAX_PIXELS)
    return HEADER_END;
  return 2 * png16_max_size (width, height) + ANCILLARY_SIZE;
}

static Found
read_chunk (Png16Splitter * splitter, const uint8_t * chunk, size_t size)
{
  uint32_t length;

  if (size < BEFORE)
    return UNKNOWN;
  if (splitter->size == SIGNATURE) {
    if (memcmp (chunk, first, BEFORE) != 0)
      return DAMAGED;
    if (size < BEFORE + SIZES)
      return UNKNOWN;
    splitter->limit = max_size (chunk + BEFORE);
  }
  if (memcmp (chunk, last, BEFORE) == 0) {
    if (size < sizeof (last))
      return UNKNOWN;
    return memcmp (chunk, last, sizeof (last)) == 0 ? LAST_CHUNK : DAMAGED;
  }

  length = png16_read_be32 (chunk);
  if (!png16_is_letters (chunk + 4) || length > splitter->limit
      || splitter->size + BEFORE + length + AFTER > splitter->limit)
    return DAMAGED;
  splitter->left = BEFORE + length + AFTER;
  return CHUNK;
}

/* Between two pictures: data does not begin with a signature. */
static size_t
skip (Png16Splitter * splitter, size_t known, Png16Piece * piece)
{
  if (splitter->lost) {
    *piece = PNG16_SKIP;
    return known;
  }
  splitter->lost = true;
  *piece = PNG16_END;
  return known < SIGNATURE ? known : SIGNATURE;
}

/* Takes what is known to be before the next signature. */
static size_t
take (Png16Splitter * splitter, const uint8_t * data, size_t size,
    size_t known, Found * found)
{
  size_t taken = 0;

  do {
    size_t n = known - taken < splitter->left ? known - taken : splitter->left;

    taken += n;
    splitter->size += n;
    splitter->left -= n;
    if (taken == known)
      *found = UNKNOWN;
    else
      *found = read_chunk (splitter, data + taken, size - taken);
  } while (*found == CHUNK);
  return *found == LAST_CHUNK ? taken + sizeof (last) : taken;
}

size_t
png16_split (Png16Splitter * splitter, const uint8_t * data, size_t size,
    bool at_end, Png16Piece * piece)
{
  bool between = splitter->size == 0;
  size_t next = find_signature (data, size, between ? 1 : 0), known = next;
  size_t taken;
  Found found;

  *piece = PNG16_MORE;
  if (next == size && !at_end)
    known = size < SIGNATURE ? 0 : size - SIGNATURE + 1;
  if (known == 0 && next == size)
    return 0;
  if (between) {
    if (size < SIGNATURE || memcmp (data, signature, SIGNATURE) != 0)
      return skip (splitter, known, piece);
    splitter->left = SIGNATURE;
    splitter->lost = false;
  }

  taken = take (splitter, data, size, known, &found);
  if (found == UNKNOWN && next == size && !at_end)
    return taken;
  *piece = PNG16_END;
  splitter->size = 0;
  splitter->lost = found == DAMAGED;
  if (found == DAMAGED)         /* with what is wrong, so that it can be named */
    return known - taken < BEFORE ? known : taken + BEFORE;
  return found == UNKNOWN ? known : taken;
}
