/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/index.h"

G_BEGIN_DECLS

typedef gboolean (*ReplayMatch) (const ReplayChunk * chunk,
    const ReplayRow * row, gpointer user);

/**
 * ReplaySearch:
 * @until: not after it
 * @since: (nullable): not before it
 * @match: (nullable): what else the row has to be
 *
 * The newest row of an entity that has a component.
 */
typedef struct
{
  const ReplayEntity *entity;
  ReplayComponent component;
  ReplayRow until;
  const ReplayRow *since;
  ReplayMatch match;
  gpointer user;
} ReplaySearch;

/* Returns: (nullable): the chunk, and @best in it */
const ReplayEntry *replay_index_search (ReplayIndex * self,
    const ReplaySearch * search, ReplayRow * best);

/* The last row that there can be at @time. */
ReplayRow replay_row_last (gint64 time);

/* Looks up what rows up to @until say that holds for an entity's pictures: its own
 * components, and the intrinsics of those above it. Returns: %FALSE: the flow of the
 * file says why */
gboolean replay_index_settle_pictures (ReplayIndex * self,
    ReplayEntity * entity, const ReplayRow * until);

G_END_DECLS
