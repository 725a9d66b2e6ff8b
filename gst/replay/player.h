/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/index.h"

G_BEGIN_DECLS

/**
 * ReplayPlayer:
 * @direction: 1 forwards, -1 backwards
 * @only: (nullable): the entity whose rows are wanted
 *
 * Goes through the rows of all chunks in the order of their times.
 */
typedef struct
{
  ReplayIndex *index;
  gint direction;
  const ReplayEntity *only;
  GArray *cursors;              /* chunks that have begun */
  GArray *by_end;               /* numbers of entries, by their end */
  guint next;                   /* the first that has not, in the order of playing */
} ReplayPlayer;

void replay_player_init (ReplayPlayer * self, ReplayIndex * index);
void replay_player_clear (ReplayPlayer * self);

/* The next row is the first at @time or after it, backwards: before it. */
void replay_player_seek (ReplayPlayer * self, gint64 time, gint direction);

/**
 * replay_player_next:
 * @chunk: (out) (transfer full): where the row is
 *
 * Returns: %GST_FLOW_EOS: there are no more; or what the file says
 */
GstFlowReturn replay_player_next (ReplayPlayer * self, ReplayEntity ** entity,
    ReplayChunk ** chunk, ReplayRow * row);

G_END_DECLS
