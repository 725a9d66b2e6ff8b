/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of many chunks in the order of their times. Chunks of several entities overlap in
 * time; a chunk is read when its turn comes. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/player.h"

#include <stdlib.h>
#include <string.h>

/* A chunk, and its row that comes next. */
typedef struct
{
  guint entry;
  guint next;                   /* of the chunk's rows */
  ReplayRow row;
} Cursor;

void
replay_player_init (ReplayPlayer * self, ReplayIndex * index)
{
  memset (self, 0, sizeof *self);
  self->index = index;
  self->cursors = g_array_new (FALSE, FALSE, sizeof (Cursor));
}

void
replay_player_clear (ReplayPlayer * self)
{
  g_clear_pointer (&self->cursors, g_array_unref);
  g_clear_pointer (&self->by_end, g_array_unref);
}

/* --- order --- */

static gint
compare_ends (gconstpointer a, gconstpointer b, gpointer index)
{
  guint i = *(const guint32 *) a, j = *(const guint32 *) b;
  gint64 x = replay_index_entry (index, i)->end;
  gint64 y = replay_index_entry (index, j)->end;

  if (x != y)
    return x < y ? -1 : 1;
  return i < j ? -1 : i > j;
}

static void
sort_by_end (ReplayPlayer * self)
{
  guint n = self->index->entries->len;

  if (self->by_end != NULL)
    return;
  self->by_end = g_array_sized_new (FALSE, FALSE, sizeof (guint32), n);
  for (guint32 i = 0; i < n; i++)
    g_array_append_val (self->by_end, i);
  g_array_sort_with_data (self->by_end, compare_ends, self->index);
}

/* The number of the entry that comes next. Returns: %FALSE if all have begun */
static gboolean
get_next (const ReplayPlayer * self, guint * entry)
{
  if (self->direction > 0) {
    *entry = self->next;
    return self->next < self->index->entries->len;
  }
  if (self->next == 0)
    return FALSE;
  *entry = g_array_index (self->by_end, guint32, self->next - 1);
  return TRUE;
}

/* Whether @a is played before @b. */
static gboolean
is_before (const ReplayPlayer * self, gint64 a, gint64 b)
{
  return self->direction > 0 ? a < b : a > b;
}

/* --- cursors --- */

/* Begins with an entry's first row at @time or after it, in the order of playing. */
static void
open_entry (ReplayPlayer * self, guint entry, gint64 time)
{
  const ReplayEntry *it = replay_index_entry (self->index, entry);
  Cursor cursor = {.entry = entry };
  const ReplayChunk *chunk;
  guint n;

  if (self->only != NULL && it->entity != self->only->index)
    return;
  chunk = replay_index_load (self->index, it);
  if (chunk == NULL)
    return;
  for (n = 0; n < chunk->n_rows; n++) {
    cursor.next = self->direction > 0 ? n : chunk->n_rows - 1 - n;
    cursor.row = chunk->rows[cursor.next];
    if (!is_before (self, cursor.row.time, time))
      break;
  }
  if (n < chunk->n_rows)
    g_array_append_val (self->cursors, cursor);
}

static guint
find_first (const ReplayPlayer * self)
{
  guint best = 0;

  for (guint i = 1; i < self->cursors->len; i++) {
    const Cursor *a = &g_array_index (self->cursors, Cursor, i);
    const Cursor *b = &g_array_index (self->cursors, Cursor, best);

    if (self->direction * replay_row_compare (&a->row, &b->row) < 0)
      best = i;
  }
  return best;
}

/* Opens all chunks that may have a row that comes next. */
static GstFlowReturn
open_due (ReplayPlayer * self)
{
  const ReplayIndex *index = self->index;
  guint i;

  while (get_next (self, &i)) {
    const ReplayEntry *entry = replay_index_entry (index, i);
    gint64 time = self->direction > 0 ? entry->start : entry->end;

    if (self->cursors->len > 0) {
      const Cursor *first = &g_array_index (self->cursors, Cursor,
          find_first (self));

      if (is_before (self, first->row.time, time))
        break;
    }
    self->next += self->direction;
    open_entry (self, i, time);
    if (index->file.flow != GST_FLOW_OK)
      return index->file.flow;
  }
  return GST_FLOW_OK;
}

static void
advance (ReplayPlayer * self, guint i, const ReplayChunk * chunk)
{
  Cursor *cursor = &g_array_index (self->cursors, Cursor, i);
  gboolean is_last = self->direction > 0 ?
      cursor->next + 1 >= chunk->n_rows : cursor->next == 0;

  if (is_last) {
    g_array_remove_index_fast (self->cursors, i);
  } else {
    cursor->next += self->direction;
    cursor->row = chunk->rows[cursor->next];
  }
}

void
replay_player_seek (ReplayPlayer * self, gint64 time, gint direction)
{
  ReplayIndex *index = self->index;

  g_array_set_size (self->cursors, 0);
  self->direction = direction;
  if (direction > 0) {
    self->next = replay_index_find (index, time);
    for (guint i = 0; i < self->next; i++) {
      if (replay_index_entry (index, i)->end >= time)
        open_entry (self, i, time);
    }
    return;
  }
  sort_by_end (self);
  self->next = self->by_end->len;
  for (; self->next > 0; self->next--) {
    guint i = g_array_index (self->by_end, guint32, self->next - 1);
    const ReplayEntry *entry = replay_index_entry (index, i);

    if (entry->end < time)
      break;
    if (entry->start < time)
      open_entry (self, i, time - 1);
  }
}

GstFlowReturn
replay_player_next (ReplayPlayer * self, ReplayEntity ** entity,
    ReplayChunk ** chunk, ReplayRow * row)
{
  ReplayIndex *index = self->index;

  while (TRUE) {
    GstFlowReturn flow = open_due (self);
    const ReplayEntry *entry;
    Cursor *cursor;
    guint i;

    if (flow != GST_FLOW_OK)
      return flow;
    if (self->cursors->len == 0)
      return GST_FLOW_EOS;
    i = find_first (self);
    cursor = &g_array_index (self->cursors, Cursor, i);
    entry = replay_index_entry (index, cursor->entry);
    *chunk = replay_index_load (index, entry);
    if (*chunk == NULL && index->file.flow != GST_FLOW_OK)
      return index->file.flow;
    if (*chunk == NULL) {
      g_array_remove_index_fast (self->cursors, i);
      continue;
    }
    *row = cursor->row;
    *entity = replay_index_entity (index, entry);
    replay_chunk_ref (*chunk);
    advance (self, i, *chunk);
    return GST_FLOW_OK;
  }
}
