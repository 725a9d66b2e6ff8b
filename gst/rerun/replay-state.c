/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds at the time that is played: the newest value of each component, where
 * nothing static says otherwise. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/replay-state.h"

#include <string.h>

static void
free_entity (gpointer data)
{
  ReplayEntity *self = data;

  g_free (self->path);
  g_free (self);
}

void
replay_entities_init (ReplayEntities * self)
{
  self->all = g_ptr_array_new_with_free_func (free_entity);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
}

void
replay_entities_clear (ReplayEntities * self)
{
  g_clear_pointer (&self->by_path, g_hash_table_unref);
  g_clear_pointer (&self->all, g_ptr_array_unref);
}

/* Whether @path lies below @above. */
static gboolean
is_below (const gchar * path, const gchar * above)
{
  gsize n = strcmp (above, "/") == 0 ? 0 : strlen (above);

  return strncmp (path, above, n) == 0 && path[n] == '/' && path[n + 1] != '\0';
}

static gboolean
is_nearer (const ReplayEntity * a, const ReplayEntity * b)
{
  return b == NULL || strlen (a->path) > strlen (b->path);
}

static void
find_relatives (ReplayEntities * self, ReplayEntity * entity)
{
  for (guint i = 0; i < self->all->len; i++) {
    ReplayEntity *other = self->all->pdata[i];

    if (is_below (entity->path, other->path)
        && is_nearer (other, entity->parent))
      entity->parent = other;
    else if (is_below (other->path, entity->path)
        && is_nearer (entity, other->parent))
      other->parent = entity;
  }
}

ReplayEntity *
replay_entities_get (ReplayEntities * self, ArrowSpan path)
{
  gchar *text = replay_text (path);
  ReplayEntity *entity = g_hash_table_lookup (self->by_path, text);

  if (entity != NULL) {
    g_free (text);
    return entity;
  }
  entity = g_new0 (ReplayEntity, 1);
  entity->path = text;
  entity->index = self->all->len;
  find_relatives (self, entity);
  g_ptr_array_add (self->all, entity);
  g_hash_table_insert (self->by_path, text, entity);
  return entity;
}

static void
forget (ReplayEntity * entity, gboolean settled, gint64 time)
{
  for (guint i = 0; i < REPLAY_N_COMPONENTS; i++) {
    ReplayValue *value = &entity->values[i];

    if (value->is_static)
      continue;
    value->is_known = FALSE;
    value->is_settled = settled;
    value->time = time;
  }
}

void
replay_entities_forget (ReplayEntities * self)
{
  for (guint i = 0; i < self->all->len; i++)
    forget (self->all->pdata[i], FALSE, 0);
}

void
replay_entity_take (ReplayEntity * self, const ReplayChunk * chunk,
    const ReplayRow * row, ReplayComponent component, gboolean is_static)
{
  ReplayValue *value = &self->values[component];
  guint8 own[RRD_VALUE_SIZE_MAX];
  ArrowSpan span = { NULL, 0 };
  gsize first, n;

  if ((value->is_static && !is_static)
      || !replay_chunk_has (chunk, component, row->row, &first, &n))
    return;
  if (n > 0)
    span = replay_chunk_get (chunk, component, first, own);
  value->is_known = span.data != NULL && span.size <= sizeof value->data;
  value->is_static = is_static;
  value->is_settled = TRUE;
  value->time = row->time;
  value->size = value->is_known ? span.size : 0;
  if (value->is_known)
    memcpy (value->data, span.data, span.size);
}

static void
clear (ReplayEntities * self, ReplayEntity * entity, const ReplayRow * row,
    gboolean is_recursive)
{
  forget (entity, TRUE, row->time);
  for (guint i = 0; i < self->all->len && is_recursive; i++) {
    ReplayEntity *other = self->all->pdata[i];

    if (is_below (other->path, entity->path))
      forget (other, TRUE, row->time);
  }
}

void
replay_entities_apply (ReplayEntities * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, gboolean is_static)
{
  guint8 own[RRD_VALUE_SIZE_MAX];
  ArrowSpan span;
  gsize first, n;

  if (!is_static && replay_chunk_has (chunk, REPLAY_CLEAR, row->row, &first,
          &n) && n > 0) {
    span = replay_chunk_get (chunk, REPLAY_CLEAR, first, own);
    clear (self, entity, row, span.data != NULL && span.data[0]);
  }
  for (guint i = 0; i < REPLAY_N_COMPONENTS; i++) {
    if (chunk->components & REPLAY_STATES & REPLAY_BIT (i))
      replay_entity_take (entity, chunk, row, i, is_static);
  }
}

ReplayEntity *
replay_entity_get_camera (ReplayEntity * self)
{
  while (self != NULL && !self->values[REPLAY_PINHOLE_MATRIX].is_known)
    self = self->parent;
  return self;
}
