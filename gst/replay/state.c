/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds at the time that is played: the newest value of each component, where
 * nothing static says otherwise. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/state.h"

#include <string.h>

static const ReplayValue no_values[REPLAY_N_COMPONENTS];

static void
free_entity (gpointer data)
{
  ReplayEntity *self = data;

  g_free (self->own);
  g_free (self->path);
  g_free (self);
}

/* --- the tree of entities --- */

/* A path, and all that is below it, before any other. */
static gint
compare_paths (gconstpointer a, gconstpointer b, gpointer user)
{
  const guint8 *x = a, *y = b;

  while (*x != '\0' && *x == *y)
    x++, y++;
  if (*x == *y)
    return 0;
  return *x == '\0' || (*x == '/' && *y != '\0') ? -1 :
      *y == '\0' || *y == '/' ? 1 : *x - *y;
}

void
replay_entities_init (ReplayEntities * self)
{
  self->all = g_ptr_array_new_with_free_func (free_entity);
  self->by_path = g_tree_new_full (compare_paths, NULL, NULL, NULL);
}

void
replay_entities_clear (ReplayEntities * self)
{
  g_clear_pointer (&self->by_path, g_tree_unref);
  g_clear_pointer (&self->all, g_ptr_array_unref);
}

/* Whether @path lies below @above. */
static gboolean
is_below (const gchar * path, const gchar * above)
{
  gsize n = strcmp (above, "/") == 0 ? 0 : strlen (above);

  return strncmp (path, above, n) == 0 && path[n] == '/';
}

/* The next entity in the tree that is below @entity; NULL: there are no more. */
static ReplayEntity *
next_below (const ReplayEntity * entity, GTreeNode ** node)
{
  ReplayEntity *next;

  *node = g_tree_node_next (*node);
  next = *node != NULL ? g_tree_node_value (*node) : NULL;
  return next != NULL && is_below (next->path, entity->path) ? next : NULL;
}

/* What comes right before it in the tree is the entity above it, or has that above
 * itself, too. */
static void
find_relatives (ReplayEntity * entity, GTreeNode * node)
{
  GTreeNode *before = g_tree_node_previous (node);
  ReplayEntity *above = before != NULL ? g_tree_node_value (before) : NULL;
  ReplayEntity *below;

  while (above != NULL && !is_below (entity->path, above->path))
    above = above->parent;
  entity->parent = above;
  while ((below = next_below (entity, &node)) != NULL) {
    if (below->parent == above)
      below->parent = entity;
  }
}

ReplayEntity *
replay_entities_get (ReplayEntities * self, ArrowSpan path)
{
  gchar *text = replay_text (path);
  ReplayEntity *entity = g_tree_lookup (self->by_path, text);

  if (entity != NULL) {
    g_free (text);
    return entity;
  }
  entity = g_new0 (ReplayEntity, 1);
  entity->path = text;
  entity->index = self->all->len;
  entity->values = no_values;
  find_relatives (entity, g_tree_insert_node (self->by_path, text, entity));
  g_ptr_array_add (self->all, entity);
  return entity;
}

/* --- values --- */

ReplayValue *
replay_entity_write (ReplayEntity * self)
{
  if (self->own == NULL)
    self->values = self->own = g_new0 (ReplayValue, REPLAY_N_COMPONENTS);
  return self->own;
}

/* @row: that cleared it, NULL = none did */
static void
forget (ReplayEntity * entity, const ReplayRow * row)
{
  for (guint i = 0; i < REPLAY_N_COMPONENTS && entity->own != NULL; i++) {
    ReplayValue *value = &entity->own[i];

    if (value->is_static)
      continue;
    value->is_known = FALSE;
    value->is_settled = row != NULL;
    if (row != NULL)
      value->row = *row;
  }
}

void
replay_entity_forget (ReplayEntity * self)
{
  forget (self, NULL);
}

void
replay_entities_forget (ReplayEntities * self)
{
  for (guint i = 0; i < self->all->len; i++)
    forget (self->all->pdata[i], NULL);
}

void
replay_entity_take (ReplayEntity * self, const ReplayChunk * chunk,
    const ReplayRow * row, ReplayComponent component, gboolean is_static)
{
  ReplayValue *value = &replay_entity_write (self)[component];
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
  value->row = *row;
  value->size = value->is_known ? span.size : 0;
  if (value->is_known)
    memcpy (value->data, span.data, span.size);
}

static void
clear (ReplayEntities * self, ReplayEntity * entity, const ReplayRow * row,
    gboolean is_recursive)
{
  GTreeNode *node = g_tree_lookup_node (self->by_path, entity->path);
  ReplayEntity *below;

  forget (entity, row);
  while (is_recursive && (below = next_below (entity, &node)) != NULL)
    forget (below, row);
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
