/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Video in an output's queue: a frame that is not a key frame is worth nothing without
 * those before it, so what is dropped is dropped up to the next key frame. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/output-private.h"


/* A schema whose rows are frames of a video. */
typedef struct
{
  RrdSchema *schema;
  gboolean broken;              /* at the end of the queue, until a key frame comes */
} Video;

static Video *
find_video (RerunOutput * self, RrdSchema * schema)
{
  for (GList * link = self->videos; link != NULL; link = link->next) {
    Video *video = link->data;

    if (video->schema == schema)
      return video;
  }
  return NULL;
}

static Video *
add_video (RerunOutput * self, RrdSchema * schema)
{
  Video *video = g_new0 (Video, 1);

  video->schema = rrd_schema_ref (schema);
  self->videos = g_list_prepend (self->videos, video);
  return video;
}

gboolean
rerun_video_may_push (RerunOutput * self, RerunRow * row)
{
  Video *video;

  if (row->kind != RERUN_ROW_KEY && row->kind != RERUN_ROW_DELTA)
    return TRUE;
  video = find_video (self, row->schema);
  if (video == NULL)
    video = add_video (self, row->schema);
  if (row->kind == RERUN_ROW_KEY)
    video->broken = FALSE;
  return !video->broken;
}

void
rerun_video_break (RerunOutput * self, RrdSchema * schema)
{
  Video *video = find_video (self, schema);

  if (video != NULL)
    video->broken = TRUE;
}

typedef struct
{
  RrdSchema *schema;
  gboolean has_key;
} Search;

/* The deltas of a video before its first key frame. */
static gboolean
is_before_key (RerunRow * row, gpointer data)
{
  Search *search = data;

  if (row->schema != search->schema)
    return FALSE;
  search->has_key |= row->kind == RERUN_ROW_KEY;
  return !search->has_key && row->kind == RERUN_ROW_DELTA;
}

static void
begin_with_key (RerunOutput * self, Video * video)
{
  Search search = { video->schema, FALSE };

  rerun_queue_drop_if (self, is_before_key, &search);
  if (!search.has_key)
    video->broken = TRUE;
}

void
rerun_video_drop_dependent (RerunOutput * self, RrdSchema * schema)
{
  Video *video = find_video (self, schema);

  if (video != NULL)
    begin_with_key (self, video);
}

void
rerun_video_begin (RerunOutput * self)
{
  for (GList * link = self->videos; link != NULL; link = link->next)
    begin_with_key (self, link->data);
}

static void
video_free (gpointer data)
{
  Video *video = data;

  rrd_schema_unref (video->schema);
  g_free (video);
}

void
rerun_video_free_all (RerunOutput * self)
{
  g_list_free_full (self->videos, video_free);
}
