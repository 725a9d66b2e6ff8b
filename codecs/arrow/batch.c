/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record batch message (format/Message.fbs). */
#include "flatbuffer.h"
#include "message.h"

void
arrow_append_batch (ArrowBytes * bytes, size_t n_nodes, size_t n_buffers,
    ArrowBatchLayout * layout)
{
  /* length, nodes, buffers */
  static const FlatbufferField table[] = {
    {8, 0}, FLATBUFFER_REFERENCE, FLATBUFFER_REFERENCE
  };
  size_t at[FLATBUFFER_MAX_FIELDS];
  ArrowMessage message = arrow_message_begin (bytes, MESSAGE_RECORD_BATCH);

  flatbuffer_link (bytes, message.header,
      flatbuffer_table (bytes, table, 3, at));
  size_t nodes = flatbuffer_structs (bytes, n_nodes, 16);
  flatbuffer_link (bytes, at[1], nodes);
  size_t buffers = flatbuffer_structs (bytes, n_buffers, 16);
  flatbuffer_link (bytes, at[2], buffers);
  arrow_message_end (bytes, &message);

  layout->n_rows = at[0] - message.start;
  layout->body_size = message.body_size - message.start;
  layout->nodes = nodes + 4 - message.start;
  layout->buffers = buffers + 4 - message.start;
}
