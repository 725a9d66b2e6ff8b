/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/message.h"

RerunMessage *
rerun_message_new (guint slot, RrdChunk * chunk, GstBuffer * buffer,
    const GstMapInfo * map)
{
  RerunMessage *message = g_atomic_rc_box_new0 (RerunMessage);

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
  return g_atomic_rc_box_acquire (message);
}

static void
message_clear (gpointer data)
{
  RerunMessage *message = data;

  rrd_chunk_free (message->chunk);
  if (message->buffer != NULL) {
    gst_buffer_unmap (message->buffer, &message->map);
    gst_buffer_unref (message->buffer);
  }
}

void
rerun_message_unref (RerunMessage * message)
{
  g_atomic_rc_box_release_full (message, message_clear);
}
