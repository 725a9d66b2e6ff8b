/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/message.h"

RerunMessage *
rerun_message_new (guint slot, RrdChunk * chunk, GstBuffer * buffer,
    const GstMapInfo * map)
{
  RerunMessage *message = g_new0 (RerunMessage, 1);

  message->references = 1;
  message->slot = slot;
  message->chunk = chunk;
  message->size = chunk->size;
  message->buffer = buffer;
  if (buffer != NULL)
    message->map = *map;
  return message;
}

RerunMessage *
rerun_message_ref (RerunMessage * message)
{
  g_atomic_int_inc (&message->references);
  return message;
}

void
rerun_message_unref (RerunMessage * message)
{
  if (!g_atomic_int_dec_and_test (&message->references))
    return;
  rrd_chunk_free (message->chunk);
  if (message->buffer != NULL) {
    gst_buffer_unmap (message->buffer, &message->map);
    gst_buffer_unref (message->buffer);
  }
  g_free (message);
}
