/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/chunk.h"

G_BEGIN_DECLS

/* What a component of an entity says at the time that is played. */
typedef struct
{
  gboolean is_known;
  gboolean is_static;           /* beats what has a time, as in Rerun */
  gboolean is_settled;          /* @row is the newest that says something of it */
  ReplayRow row;
  gsize size;
  guint8 data[RRD_VALUE_SIZE_MAX];
} ReplayValue;

/**
 * ReplayEntity:
 * @path: in the stored form, "/camera/depth"
 * @components: all that it has in the recording, as far as is known
 * @values: of each component; of most entities nothing is ever known
 */
typedef struct _ReplayEntity ReplayEntity;
struct _ReplayEntity
{
  guint index;
  gchar *path;
  ReplayEntity *parent;         /* nearest entity above it, or NULL */
  guint64 components;
  const ReplayValue *values;

  /*< private > */
  ReplayValue *own;             /* @values, if there are any */
};

/* The entities of a recording; in @by_path those below one come right after it. */
typedef struct
{
  GPtrArray *all;
  GTree *by_path;
} ReplayEntities;

void replay_entities_init (ReplayEntities * self);
void replay_entities_clear (ReplayEntities * self);
ReplayEntity *replay_entities_get (ReplayEntities * self, ArrowSpan path);

/* Returns: (transfer none): the values, to be changed */
ReplayValue *replay_entity_write (ReplayEntity * self);

/* Nothing but what is static is known any more. */
void replay_entity_forget (ReplayEntity * self);
void replay_entities_forget (ReplayEntities * self);

/* Takes what a row says, @time being that of the row. */
void replay_entities_apply (ReplayEntities * self, ReplayEntity * entity,
    const ReplayChunk * chunk, const ReplayRow * row, gboolean is_static);

/* Takes what a row says of one component. */
void replay_entity_take (ReplayEntity * self, const ReplayChunk * chunk,
    const ReplayRow * row, ReplayComponent component, gboolean is_static);

/* Returns: the entity, or the nearest one above it, that has intrinsics; NULL: none */
ReplayEntity *replay_entity_get_camera (ReplayEntity * self);

G_END_DECLS
