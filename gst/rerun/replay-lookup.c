/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds at a time that was not reached row by row: after a seek, and backwards. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/replay-lookup.h"

#include "rerun/replay-debug.h"

/* --- values --- */

/* The newest row up to @time in a chunk. Returns: NULL: none has the component */
static const ReplayRow *
find_row (const ReplayChunk * chunk, const ReplaySearch * search)
{
  gsize first, n;

  for (guint i = chunk->n_rows; i > 0; i--) {
    const ReplayRow *row = &chunk->rows[i - 1];

    if (row->time <= search->time
        && replay_chunk_has (chunk, search->component, row->row, &first, &n)
        && (search->match == NULL || search->match (chunk, row, search->user)))
      return row;
  }
  return NULL;
}

/* What starts later, or ends earlier than what was found, is not read. */
const ReplayEntry *
replay_index_search (ReplayIndex * self, const ReplaySearch * search,
    ReplayRow * best)
{
  guint i = search->time == G_MAXINT64 ? self->entries->len :
      replay_index_find (self, search->time + 1);
  const ReplayEntry *found = NULL;

  for (; i > 0; i--) {
    const ReplayEntry *entry = replay_index_entry (self, i - 1);
    const ReplayRow *row;
    const ReplayChunk *chunk;

    if (found != NULL && entry->last_end < best->time)
      break;
    if (entry->entity != search->entity->index
        || !(entry->components & REPLAY_BIT (search->component))
        || (found != NULL && entry->end < best->time))
      continue;
    chunk = replay_index_load (self, entry);
    row = chunk != NULL ? find_row (chunk, search) : NULL;
    if (self->file.flow != GST_FLOW_OK)
      return NULL;
    if (row == NULL || (found != NULL && replay_row_compare (row, best) < 0))
      continue;
    found = entry;
    *best = *row;
  }
  return found;
}

static gboolean
is_recursive (const ReplayChunk * chunk, const ReplayRow * row, gpointer user)
{
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, n;
  ArrowSpan span = { NULL, 0 };

  if (replay_chunk_has (chunk, REPLAY_CLEAR, row->row, &first, &n) && n > 0)
    span = replay_chunk_get (chunk, REPLAY_CLEAR, first, own);
  return span.data != NULL && span.data[0];
}

/* Forgets a value that was cleared after @row: at the entity, or with all that is below
 * one above it. */
static void
clear (ReplayIndex * self, ReplayEntity * entity, ReplayValue * value,
    const ReplayRow * row, gint64 time)
{
  for (const ReplayEntity * above = entity; above != NULL;
      above = above->parent) {
    const ReplaySearch search = { above, REPLAY_CLEAR, time,
      above == entity ? NULL : is_recursive, NULL
    };
    ReplayRow cleared;

    if (!(above->components & REPLAY_BIT (REPLAY_CLEAR))
        || replay_index_search (self, &search, &cleared) == NULL
        || replay_row_compare (&cleared, row) <= 0)
      continue;
    value->is_known = FALSE;
    value->time = MAX (value->time, cleared.time);
  }
}

/* Returns: %FALSE if the file cannot be read */
static gboolean
settle (ReplayIndex * self, ReplayEntity * entity, ReplayComponent component,
    gint64 time)
{
  const ReplaySearch search = { entity, component, time, NULL, NULL };
  ReplayValue *value = &entity->values[component];
  const ReplayEntry *entry;
  const ReplayChunk *chunk;
  ReplayRow row;

  value->is_known = FALSE;
  value->is_settled = TRUE;
  value->time = G_MININT64;
  entry = replay_index_search (self, &search, &row);
  chunk = entry != NULL ? replay_index_load (self, entry) : NULL;
  if (chunk != NULL) {
    replay_entity_take (entity, chunk, &row, component, FALSE);
    clear (self, entity, value, &row, time);
  }
  return self->file.flow == GST_FLOW_OK;
}

gboolean
replay_index_settle (ReplayIndex * self, ReplayEntity * entity,
    guint64 components, gint64 time, gboolean inclusive)
{
  if (!inclusive && time == G_MININT64)
    return TRUE;
  time = inclusive ? time : time - 1;
  for (guint i = 0; i < REPLAY_N_COMPONENTS; i++) {
    const ReplayValue *value = &entity->values[i];

    if (!(components & entity->components & REPLAY_BIT (i))
        || value->is_static || (value->is_settled && value->time <= time))
      continue;
    if (!settle (self, entity, i, time))
      return FALSE;
  }
  return TRUE;
}
