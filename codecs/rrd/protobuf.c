/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes the fields of protobuf messages. */

#include "protobuf.h"

enum
{
  WIRE_VARINT = 0,
  WIRE_FIXED64 = 1,
  WIRE_BYTES = 2
};

static void
varint (ArrowBytes * bytes, uint64_t value)
{
  uint8_t to[10];
  size_t size = 0;

  for (; value > 127; value >>= 7)
    to[size++] = (uint8_t) (value | 128);
  to[size++] = (uint8_t) value;
  arrow_bytes_append (bytes, to, size);
}

void
protobuf_uint (ArrowBytes * bytes, unsigned field, uint64_t value)
{
  varint (bytes, field << 3 | WIRE_VARINT);
  varint (bytes, value);
}

void
protobuf_fixed64 (ArrowBytes * bytes, unsigned field, uint64_t value)
{
  uint8_t eight[8];

  varint (bytes, field << 3 | WIRE_FIXED64);
  arrow_store_u64 (eight, value);
  arrow_bytes_append (bytes, eight, sizeof eight);
}

void
protobuf_bytes_head (ArrowBytes * bytes, unsigned field, uint64_t size)
{
  varint (bytes, field << 3 | WIRE_BYTES);
  varint (bytes, size);
}

void
protobuf_bytes (ArrowBytes * bytes, unsigned field, const void *data,
    size_t size)
{
  protobuf_bytes_head (bytes, field, size);
  arrow_bytes_append (bytes, data, size);
}
