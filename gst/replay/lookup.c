/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds at a time that was not reached row by row: after a seek, and backwards. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/lookup.h"

#include "replay/debug.h"

ReplayRow
replay_row_last (gint64 time)
{
  const ReplayRow row = { time, {G_MAXUINT64, G_MAXUINT64}, G_MAXUINT, TRUE };

  return row;
}

/* The newest row of those in a chunk. Returns: NULL: none has the component */
static const ReplayRow *
find_row (const ReplayChunk * chunk, const ReplaySearch * search)
{
  gsize first, n;

  for (guint i = chunk->n_rows; i > 0; i--) {
    const ReplayRow *row = &chunk->rows[i - 1];

    if (search->since != NULL && replay_row_compare (row, search->since) < 0)
      break;
    if (replay_row_compare (row, &search->until) <= 0
        && replay_chunk_has (chunk, search->component, row->row, &first, &n)
        && (search->match == NULL || search->match (chunk, row, search->user)))
      return row;
  }
  return NULL;
}

/* The first time that is of use: where @best was found, no earlier one. */
static gint64
get_since (const ReplaySearch * search, const ReplayEntry * found,
    const ReplayRow * best)
{
  if (found != NULL)
    return best->time;
  return search->since != NULL ? search->since->time : G_MININT64;
}

/* What starts later, or ends earlier than what is of use, is not read. */
const ReplayEntry *
replay_index_search (ReplayIndex * self, const ReplaySearch * search,
    ReplayRow * best)
{
  guint i = search->until.time == G_MAXINT64 ? self->entries->len :
      replay_index_find (self, search->until.time + 1);
  const ReplayEntry *found = NULL;

  for (; i > 0; i--) {
    const ReplayEntry *entry = replay_index_entry (self, i - 1);
    const ReplayRow *row;
    const ReplayChunk *chunk;
    gint64 since = get_since (search, found, best);

    if (entry->last_end < since)
      break;
    if (entry->entity != search->entity->index
        || !(entry->components & REPLAY_BIT (search->component))
        || entry->end < since)
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
    const ReplayRow * row, const ReplayRow * until)
{
  for (const ReplayEntity * above = entity; above != NULL;
      above = above->parent) {
    const ReplaySearch search = { above, REPLAY_CLEAR, *until, row,
      above == entity ? NULL : is_recursive, NULL
    };
    ReplayRow cleared;

    if (!(above->components & REPLAY_BIT (REPLAY_CLEAR))
        || replay_index_search (self, &search, &cleared) == NULL
        || replay_row_compare (&cleared, row) <= 0)
      continue;
    value->is_known = FALSE;
    if (replay_row_compare (&cleared, &value->row) > 0)
      value->row = cleared;
  }
}

/* Returns: %FALSE if the file cannot be read */
static gboolean
settle (ReplayIndex * self, ReplayEntity * entity, ReplayComponent component,
    const ReplayRow * until)
{
  const ReplaySearch search = { entity, component, *until, NULL, NULL, NULL };
  ReplayValue *value = &replay_entity_write (entity)[component];
  const ReplayEntry *entry;
  const ReplayChunk *chunk;
  ReplayRow row;

  value->is_known = FALSE;
  value->is_settled = TRUE;
  value->row = (ReplayRow) { .time = G_MININT64 };
  entry = replay_index_search (self, &search, &row);
  chunk = entry != NULL ? replay_index_load (self, entry) : NULL;
  if (chunk != NULL) {
    replay_entity_take (entity, chunk, &row, component, FALSE);
    clear (self, entity, value, &row, until);
  }
  return self->file.flow == GST_FLOW_OK;
}

/* Returns: likewise */
static gboolean
settle_entity (ReplayIndex * self, ReplayEntity * entity,
    guint64 components, const ReplayRow * until)
{
  for (guint i = 0; i < REPLAY_N_COMPONENTS; i++) {
    const ReplayValue *value = &entity->values[i];

    if (!(components & entity->components & REPLAY_BIT (i))
        || value->is_static || (value->is_settled
            && replay_row_compare (&value->row, until) <= 0))
      continue;
    if (!settle (self, entity, i, until))
      return FALSE;
  }
  return TRUE;
}

gboolean
replay_index_settle_pictures (ReplayIndex * self, ReplayEntity * entity,
    const ReplayRow * until)
{
  guint64 components = REPLAY_STATES;

  for (; entity != NULL; entity = entity->parent) {
    if (!settle_entity (self, entity, components, until))
      return FALSE;
    components = REPLAY_PINHOLE;
  }
  return TRUE;
}
