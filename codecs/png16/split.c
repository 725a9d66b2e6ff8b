/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where PNGs end in a stream of bytes, by the lengths of their chunks. A signature
 * within one says that it was cut off and where the next begins, so damage costs
 * the damaged picture only. Chunks that decoding does not need (text, colour
 * profiles) are passed over, whatever their size. Each byte is looked at once.
 */
#include "png16/internal.h"

#include <string.h>

/* ISO/IEC 15948, 5.3: length and type before a chunk's body, CRC after it; 11.2.2,
 * 11.2.5: the first chunk and the last. */
static const uint8_t first[8] = { 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
static const uint8_t last[12] =
    { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };

/* No picture is smaller: signature, IHDR, one IDAT, IEND. */
enum
{ BEFORE = 8, AFTER = 4, SIZES = 8, HEADER_END = 33, SMALLEST = 57 };

typedef enum
{
  UNKNOWN,                      /* more bytes are needed */
  DAMAGED, CHUNK, ANCILLARY_CHUNK, LAST_CHUNK
} Found;

/* Where the first signature at or after from begins, size if there is none. */
static size_t
find_signature (const uint8_t * data, size_t size, size_t from)
{
  while (from + PNG16_SIGNATURE_SIZE <= size) {
    const uint8_t *found = memchr (data + from, png16_signature[0],
        size - PNG16_SIGNATURE_SIZE + 1 - from);

    if (found == NULL)
      break;
    if (memcmp (found, png16_signature, PNG16_SIGNATURE_SIZE) == 0)
      return found - data;
    from = found - data + 1;
  }
  return size;
}

/* The most that a picture may take without its ancillary chunks: twice what we
 * write, since other encoders may compress less into more chunks. A picture that may
 * not be ends after its header. */
static size_t
max_size (const uint8_t * sizes)
{
  uint32_t width = png16_read_be32 (sizes);
  uint32_t height = png16_read_be32 (sizes + 4);

  if (width < 1 || width > PNG16_MAX_SIDE || height < 1
      || height > PNG16_MAX_SIDE
      || (uint64_t) width * height > PNG16_MAX_PIXELS)
    return HEADER_END;
  return 2 * png16_max_size (width, height);
}

static Found
read_chunk (Png16Splitter * splitter, const uint8_t * chunk, size_t size)
{
  uint32_t length;

  if (size < BEFORE)
    return UNKNOWN;
  if (splitter->size == splitter->start) {
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
  if (!png16_is_letters (chunk + 4))
    return DAMAGED;
  if (chunk[4] & 0x20 && length <= INT32_MAX) {
    splitter->left = BEFORE + (size_t) length + AFTER;
    return ANCILLARY_CHUNK;
  }
  if (length > splitter->limit
      || splitter->size + BEFORE + length + AFTER > splitter->limit)
    return DAMAGED;
  splitter->left = BEFORE + length + AFTER;
  return CHUNK;
}

/* What may fill a block up: one byte again and again. Returns how often. */
static size_t
count_padding (const uint8_t * data, size_t size)
{
  size_t n = 1;

  while (n < size && data[n] == data[0])
    n++;
  return n;
}

/* Between two pictures: data does not begin with one. What is too short to be a
 * picture, and padding, is passed over; anything else was a picture before it was
 * damaged: its first bytes are returned as one, the others passed over. known: bytes
 * before the next picture, as far as can be seen. */
static size_t
pass_over (Png16Splitter * splitter, const uint8_t * data, size_t known,
    bool all_known, Png16Piece * piece)
{
  *piece = PNG16_MORE;
  if (known == 0 || (known < SMALLEST && !all_known && !splitter->lost))
    return 0;
  *piece = PNG16_SKIP;
  if (known < SMALLEST || splitter->lost)
    return known;
  if (count_padding (data, known) >= SMALLEST)
    return count_padding (data, known);
  splitter->lost = true;
  *piece = PNG16_END;
  return PNG16_SIGNATURE_SIZE;
}

/* Takes what is known to be of this picture. */
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

/* Bytes before the signature that belong to the next picture. */
static size_t
prefix_size (const Png16Splitter * splitter)
{
  return splitter->has_prefix ? PNG16_ROS_HEADER_SIZE : 0;
}

/* ROS writes 0 or -1 as the format. */
static bool
is_ros_header (const uint8_t * data)
{
  return memcmp (data, "\0\0\0\0", 4) == 0
      || memcmp (data, "\xff\xff\xff\xff", 4) == 0;
}

/* Whether a picture begins with the first byte, which is between two. next: where
 * the first signature is. */
static bool
begins (Png16Splitter * splitter, const uint8_t * data, size_t next)
{
  if (next == PNG16_ROS_HEADER_SIZE && !splitter->lost && is_ros_header (data))
    splitter->has_prefix = true;
  return next == 0 || next == prefix_size (splitter);
}

/* Bytes that lie before the next picture, whose signature is at next, or that do so
 * whatever follows. */
static size_t
known_size (const Png16Splitter * splitter, size_t size, size_t next,
    bool at_end, bool between)
{
  size_t prefix = prefix_size (splitter);
  size_t own = between || splitter->size >= splitter->start ? 0 :
      splitter->start - splitter->size;

  if (next < size)
    return next >= own + prefix ? next - prefix : next;
  if (at_end)
    return size;
  prefix += PNG16_SIGNATURE_SIZE - 1;
  return size > prefix ? size - prefix : 0;
}

/* From where on a signature is another picture's. */
static size_t
after_own (const Png16Splitter * splitter)
{
  size_t own = splitter->start - PNG16_SIGNATURE_SIZE;

  return splitter->size > 0 && splitter->size <= own ?
      own - splitter->size + 1 : 0;
}

/* Goes on in a chunk that nobody needs. */
static size_t
pass (Png16Splitter * splitter, size_t known, Png16Piece * piece)
{
  size_t taken = known < splitter->left ? known : splitter->left;

  splitter->left -= taken;
  splitter->passing = splitter->left > 0;
  *piece = PNG16_SKIP;
  return taken;
}

size_t
png16_split (Png16Splitter * splitter, const uint8_t * data, size_t size,
    bool at_end, Png16Piece * piece)
{
  bool between = splitter->size == 0;
  size_t next = find_signature (data, size, after_own (splitter)), known, taken;
  Found found;

  if (between && next < size && begins (splitter, data, next)) {
    splitter->start = splitter->left = next + PNG16_SIGNATURE_SIZE;
    splitter->lost = between = false;
    next = find_signature (data, size, next + 1);
  }
  known = known_size (splitter, size, next, at_end, between);
  if (between)
    return pass_over (splitter, data, known, next < size || at_end, piece);
  if (splitter->passing && known > 0)
    return pass (splitter, known, piece);

  taken = take (splitter, data, size, known, &found);
  if (found == ANCILLARY_CHUNK) {
    splitter->passing = true;
    *piece = PNG16_PART;
    return taken > 0 ? taken : pass (splitter, known, piece);
  }
  *piece = PNG16_MORE;
  if (found == UNKNOWN && next == size && !at_end)
    return taken;
  *piece = PNG16_END;
  splitter->size = 0;
  splitter->passing = false;
  splitter->lost = found == DAMAGED;
  if (found == DAMAGED)         /* with what is wrong, so that it can be named */
    return known - taken < BEFORE ? known : taken + BEFORE;
  return found == UNKNOWN ? known : taken;
}
