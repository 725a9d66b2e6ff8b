/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds for the whole of a stream stands in its caps, which muxers and networks
 * keep, unlike metadata. It has to be known with the first frame: caps that change in
 * mid-stream are not for muxers. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/fixed.h"

#include <string.h>

#include "replay/debug.h"

/* Rows of range and intrinsics come once a second, in chunks of some 2 KiB: this is
 * a recording of two hours. A file of an SDK may have them in the chunks of its
 * pictures. */
#define LOOK_MAX (16 * 1024 * 1024)

typedef struct
{
  ReplayIndex *index;
  gsize bytes;                  /* that were looked at */
} Look;

static gboolean
says_same (const ReplayChunk * chunk, const ReplayValue * value,
    ReplayComponent component)
{
  guint8 own[RRD_VALUE_SIZE_MAX];
  ArrowSpan span = { NULL, 0 };
  gsize first, n;

  for (guint i = 0; i < chunk->n_rows; i++) {
    if (!replay_chunk_has (chunk, component, chunk->rows[i].row, &first, &n))
      continue;
    if (n > 0)
      span = replay_chunk_get (chunk, component, first, own);
    if (n == 0 || span.data == NULL || span.size != value->size
        || memcmp (span.data, value->data, span.size) != 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
can_be_cleared (const ReplayEntity * entity)
{
  for (; entity != NULL; entity = entity->parent) {
    if (entity->components & REPLAY_BIT (REPLAY_CLEAR))
      return TRUE;
  }
  return FALSE;
}

/* Whether the value that an entity has now is that of all times. */
static gboolean
is_fixed (Look * self, const ReplayEntity * entity, ReplayComponent component)
{
  const ReplayValue *value = &entity->values[component];
  const GArray *entries = self->index->entries;

  if (!value->is_known)
    return !(entity->components & REPLAY_BIT (component));
  if (value->is_static)
    return TRUE;
  if (self->index->file.pad == NULL || can_be_cleared (entity))
    return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    const ReplayEntry *entry = replay_index_entry (self->index, i);
    const ReplayChunk *chunk;

    if (entry->entity != entity->index
        || !(entry->components & REPLAY_BIT (component)))
      continue;
    self->bytes += entry->size;
    chunk = self->bytes <= LOOK_MAX ?
        replay_index_load (self->index, entry) : NULL;
    if (chunk == NULL || !says_same (chunk, value, component))
      return FALSE;
  }
  return TRUE;
}

/* Also that no entity between the pictures and their camera gets intrinsics later. */
static gboolean
pinhole_is_fixed (Look * self, const ReplayEntity * entity,
    const ReplayEntity * camera)
{
  for (; entity != camera; entity = entity->parent) {
    if (!is_fixed (self, entity, REPLAY_PINHOLE_MATRIX))
      return FALSE;
  }
  return is_fixed (self, camera, REPLAY_PINHOLE_MATRIX)
      && is_fixed (self, camera, REPLAY_PINHOLE_RESOLUTION);
}

void
replay_fixed_find (ReplayIndex * index, const ReplayFrame * frame,
    GstDepthFields * fields)
{
  Look look = { index, 0 };
  GstDepthInfo depth;
  GstPinholeInfo pinhole;

  memset (fields, 0, sizeof *fields);
  if (frame->archetype->range == REPLAY_NO_COMPONENT)
    return;
  if (replay_frame_get_depth (frame, &depth) && depth.meter > 0
      && depth.range_min >= 0 && depth.range_max > 0
      && is_fixed (&look, frame->entity, frame->archetype->range)) {
    fields->near_m = depth.range_min / depth.meter;
    fields->far_m = depth.range_max / depth.meter;
  }
  if (replay_frame_get_pinhole (frame, &pinhole)
      && pinhole_is_fixed (&look, frame->entity,
          replay_entity_get_camera (frame->entity)))
    fields->pinhole = pinhole;
  GST_DEBUG ("%s: %" G_GSIZE_FORMAT
      " bytes of rows looked at; fixed are a range of "
      "%g to %g m and intrinsics of %ux%u (0 = not)", frame->entity->path,
      look.bytes, fields->near_m, fields->far_m, fields->pinhole.width,
      fields->pinhole.height);
}
