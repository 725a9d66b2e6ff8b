/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chunks of a picture, one after another: ISO/IEC 15948, 5. */
#include "png16/internal.h"

#include <libdeflate.h>
#include <stdio.h>
#include <string.h>

/* Length and type before a chunk's body, CRC of type and body after it. */
enum
{ BEFORE = 8, AFTER = 4 };

static bool
fail (Png16Error * error, size_t offset, const char *what, const uint8_t * type)
{
  snprintf (error->what, sizeof (error->what), "%s %.4s", what,
      (const char *) type);
  error->offset = offset;
  return false;
}

bool
png16_next_chunk (Png16Chunk * chunk, const uint8_t * data, size_t size,
    Png16Error * error)
{
  size_t at = chunk->type ? chunk->end : PNG16_SIGNATURE_SIZE;
  const uint8_t *type = data + at + 4;

  if (size - at < BEFORE + AFTER)
    return png16_fail (error, size, "the data ends before its last chunk");
  if (!png16_is_letters (type))
    return png16_fail (error, at + 4, "this is no type of a chunk");
  chunk->type = type;
  chunk->body = data + at + BEFORE;
  chunk->size = png16_read_be32 (data + at);
  chunk->critical = !(type[0] & 0x20);
  if (chunk->size > size - at - (BEFORE + AFTER))
    return fail (error, size, "the data ends in chunk", type);
  chunk->end = at + BEFORE + chunk->size + AFTER;
  if (chunk->critical && libdeflate_crc32 (0, type, 4 + chunk->size)
      != png16_read_be32 (chunk->body + chunk->size))
    return fail (error, chunk->end - AFTER, "wrong checksum of chunk", type);
  return true;
}

bool
png16_check (const uint8_t * data, size_t size, Png16Error * error)
{
  Png16Chunk chunk = { NULL };
  bool picture = false;

  do {
    if (!png16_next_chunk (&chunk, data, size, error))
      return false;
    picture |= memcmp (chunk.type, "IDAT", 4) == 0;
  } while (memcmp (chunk.type, "IEND", 4) != 0);
  return picture || png16_fail (error, size, "there is no picture (IDAT)");
}
