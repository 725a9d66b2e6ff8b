/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include "replay/components.h"

G_BEGIN_DECLS

/* Which recording of a file is played: the one with an id, or the first. */
typedef struct
{
  const gchar *wanted;          /* recording id, NULL: the first */
  gboolean is_known;
  gchar *application_id, *recording_id; /* of the one that is played */
  GPtrArray *others;            /* recording ids that were seen */
} ReplayStore;

void replay_store_init (ReplayStore * self, const gchar * wanted);
void replay_store_clear (ReplayStore * self);

/* Whether @store is the recording that is played; the first that can be is. */
gboolean replay_store_is (ReplayStore * self, const RrdStoreId * store);

/**
 * ReplayRow:
 * @time: on the timeline that is played
 * @id: of the row
 * @row: in the chunk
 * @has_picture: among rows of one time, these come last: what the others say
 *   holds for them
 */
typedef struct
{
  gint64 time;
  RrdTuid id;
  guint row;
  gboolean has_picture;
} ReplayRow;

gint replay_row_compare (gconstpointer a, gconstpointer b);

/**
 * ReplayChunk:
 * @components: those of replay_components that it has
 * @untimed: rows that are not on the timeline that is played
 *
 * A chunk in memory. Counted references.
 */
typedef struct
{
  RrdChunkView view;
  guint64 components;
  ReplayRow *rows;              /* in the order in which they are played */
  guint n_rows;
  guint untimed;

  /*< private > */
  gint references;
  GstBuffer *arrow;
  GstMapInfo map;
  RrdValues values[REPLAY_N_COMPONENTS];
} ReplayChunk;

/**
 * replay_chunk_new:
 * @payload: (transfer full): bytes that begin with those of @message
 * @error: (out): which of its bytes are wrong
 *
 * Returns: NULL with @error
 */
ReplayChunk *replay_chunk_new (GstBuffer * payload,
    const RrdChunkMessage * message, gsize offset, RrdReadError * error);
ReplayChunk *replay_chunk_ref (ReplayChunk * self);
void replay_chunk_unref (ReplayChunk * self);

gsize replay_chunk_get_size (const ReplayChunk * self);

/* Lists the rows that have a time on @timeline; NULL: all, as a static chunk has
 * them. */
void replay_chunk_use_timeline (ReplayChunk * self, const gchar * timeline);

/* Returns: NULL if the chunk is not on @timeline */
const RrdTimeColumn *replay_chunk_find_timeline (const ReplayChunk * self,
    const gchar * timeline);

/* The values that a row has of a component: see rrd_values_row() and
 * rrd_values_get(). */
gboolean replay_chunk_has (const ReplayChunk * self, ReplayComponent component,
    guint row, gsize * first, gsize * n);
ArrowSpan replay_chunk_get (const ReplayChunk * self,
    ReplayComponent component, gsize index, guint8 own[RRD_VALUE_SIZE_MAX]);

/* Returns: (transfer full) (nullable): a buffer of bytes of the chunk, which stay where
 * they are if they are most of it; NULL: no memory */
GstBuffer *replay_chunk_share (const ReplayChunk * self, ArrowSpan bytes);

/* Returns: (transfer full): @text, in valid UTF-8 whatever the file says */
gchar *replay_text (ArrowSpan text);

G_END_DECLS
