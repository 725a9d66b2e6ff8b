/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Begins and ends an IPC message: its prefix, and the table around every header. */

#include "message.h"

#include <string.h>

#include "flatbuffer.h"

#define CONTINUATION 0xffffffffu
#define PREFIX_SIZE 8
#define METADATA_V5 4

const uint8_t arrow_end[ARROW_END_SIZE] = { 0xff, 0xff, 0xff, 0xff };

ArrowMessage
arrow_message_begin (ArrowBytes * bytes, int header_type)
{
  /* version, header_type, header, bodyLength */
  const FlatbufferField fields[] = {
    {2, METADATA_V5}, {1, (uint64_t) header_type}, FLATBUFFER_REFERENCE, {8, 0}
  };
  size_t at[FLATBUFFER_MAX_FIELDS];
  size_t start = bytes->size;

  uint8_t *prefix = arrow_bytes_extend (bytes, PREFIX_SIZE + 4);
  if (prefix)
    arrow_store_u32 (prefix, CONTINUATION);
  size_t root = flatbuffer_table (bytes, fields, 4, at);
  flatbuffer_link (bytes, start + PREFIX_SIZE, root);

  ArrowMessage message = { start, at[2], at[3] };
  return message;
}

void
arrow_message_end (ArrowBytes * bytes, const ArrowMessage * message)
{
  static const uint8_t padding[7];

  arrow_bytes_append (bytes, padding, -(bytes->size - message->start) % 8);
  if (!bytes->failed)
    arrow_store_u32 (bytes->data + message->start + 4,
        (uint32_t) (bytes->size - message->start - PREFIX_SIZE));
}
