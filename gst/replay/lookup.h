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

/* Looks up what components of an entity say in rows up to @until: those of @components
 * that are not settled, or settled by a row after that. */
gboolean replay_index_settle (ReplayIndex * self, ReplayEntity * entity,
    guint64 components, const ReplayRow * until);

G_END_DECLS
