/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The prefix and the Message table around every header (format/Message.fbs). */
#include "read-message.h"

#include "read-error.h"

#define CONTINUATION 0xffffffffu
#define METADATA_V5 4

bool
arrow_read_prefix (const uint8_t * data, uint64_t origin, size_t *head_size,
    ArrowReadError * error)
{
  if (arrow_load_u32 (data) != CONTINUATION)
    return arrow_refuse (error, origin, "no Arrow message begins here");
  uint32_t size = arrow_load_u32 (data + 4);
  if (size % 8 || size > INT32_MAX)
    return arrow_refuse (error, origin + 4,
        "an Arrow message whose head has %u bytes", size);
  *head_size = ARROW_PREFIX_SIZE + (size_t) size;
  return true;
}

/* version, header_type, header, bodyLength */
static bool
read_table (ArrowMessageView * message)
{
  FlatbufferReader *flat = &message->flatbuffer;
  FlatbufferTable root;
  uint64_t version, type, body_size;

  if (!flatbuffer_root (flat, &root)
      || !flatbuffer_read_uint (flat, &root, 0, 2, 0, &version)
      || !flatbuffer_read_uint (flat, &root, 1, 1, 0, &type)
      || !flatbuffer_read_table (flat, &root, 2, &message->header)
      || !flatbuffer_read_uint (flat, &root, 3, 8, 0, &body_size))
    return false;
  if (version != METADATA_V5)
    return flatbuffer_refuse (flat, root.at,
        "an Arrow message of another metadata version than V5");
  if (type == 0)
    return flatbuffer_refuse (flat, root.at, "an Arrow message of no type");
  if (body_size > INT64_MAX)
    return flatbuffer_refuse (flat, root.at,
        "an Arrow message whose body has less than 0 bytes");
  message->type = (int) type;
  message->body_size = body_size;
  return true;
}

bool
arrow_read_message (const uint8_t * data, size_t size, uint64_t origin,
    ArrowMessageView * message, ArrowReadError * error)
{
  *message = (ArrowMessageView) {
    .flatbuffer = {.origin = origin,.error = error }
  };
  if (size < ARROW_PREFIX_SIZE)
    return arrow_refuse (error, origin, "an Arrow message is cut off");
  if (!arrow_read_prefix (data, origin, &message->head_size, error))
    return false;
  if (message->head_size > size)
    return arrow_refuse (error, origin,
        "an Arrow message is cut off: its head has %zu bytes, %zu are there",
        message->head_size, size);
  if (message->head_size == ARROW_PREFIX_SIZE)
    return true;
  message->flatbuffer = flatbuffer_reader (data + ARROW_PREFIX_SIZE,
      message->head_size - ARROW_PREFIX_SIZE, origin + ARROW_PREFIX_SIZE,
      error);
  return read_table (message);
}
