/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bytes that grow, and little-endian stores into them. */

#include "arrow/arrow.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 256

static bool
reserve (ArrowBytes * bytes, size_t size)
{
  if (bytes->failed)
    return false;
  if (size <= bytes->capacity - bytes->size)
    return true;

  size_t capacity = bytes->capacity ? bytes->capacity : CAPACITY_MIN;
  while (capacity - bytes->size < size && capacity <= SIZE_MAX / 2)
    capacity *= 2;
  uint8_t *data = capacity - bytes->size < size ? NULL
      : realloc (bytes->data, capacity);
  if (!data) {
    bytes->failed = true;
    return false;
  }
  bytes->data = data;
  bytes->capacity = capacity;
  return true;
}

uint8_t *
arrow_bytes_extend (ArrowBytes * bytes, size_t size)
{
  if (!reserve (bytes, size))
    return NULL;
  uint8_t *to = bytes->data + bytes->size;
  bytes->size += size;
  return to;
}

void
arrow_bytes_append (ArrowBytes * bytes, const void *data, size_t size)
{
  uint8_t *to = arrow_bytes_extend (bytes, size);
  if (to && size)
    memcpy (to, data, size);
}

void
arrow_bytes_clear (ArrowBytes * bytes)
{
  free (bytes->data);
  *bytes = (ArrowBytes) { 0 };
}

void
arrow_store_u32 (uint8_t * to, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    to[i] = (uint8_t) (value >> 8 * i);
}

void
arrow_store_u64 (uint8_t * to, uint64_t value)
{
  for (int i = 0; i < 8; i++)
    to[i] = (uint8_t) (value >> 8 * i);
}
