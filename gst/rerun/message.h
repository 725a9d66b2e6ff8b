/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include "rrd/rrd.h"

G_BEGIN_DECLS

/**
 * RerunMessage:
 * @slot: 0: a frame. Else static data, of which every output keeps the newest
 *   message of each slot, to send it again to a server that comes back
 * @chunk: what to write
 * @size: bytes of memory that it holds
 *
 * A chunk on its way to all outputs of a recording, and the picture that it
 * refers to, which stays mapped as long as the message lives. Counted
 * references; unchanging, any thread may read it.
 */
typedef struct
{
  guint slot;
  RrdChunk *chunk;
  gsize size;

  /*< private > */
  gint references;
  GstBuffer *buffer;
  GstMapInfo map;
} RerunMessage;

/* Takes @chunk, and @buffer with its @map, both of which may be NULL. */
RerunMessage *rerun_message_new (guint slot, RrdChunk * chunk,
    GstBuffer * buffer, const GstMapInfo * map);
RerunMessage *rerun_message_ref (RerunMessage * message);
void rerun_message_unref (RerunMessage * message);

G_END_DECLS
