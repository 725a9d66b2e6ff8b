/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/gstdepthreport.h"
#include "replay/state.h"
#include "replay/wishes.h"

G_BEGIN_DECLS

/**
 * ReplayFile:
 * @flow: what the last pull said
 *
 * A file that the pad upstream gives any part of.
 */
typedef struct
{
  GstPad *pad;
  guint64 size;
  GstFlowReturn flow;
} ReplayFile;

/* A chunk of the recording, where it lies in the file. */
typedef struct
{
  guint64 offset;               /* of the payload of its message */
  gint64 start, end;            /* on the timeline */
  gint64 last_end;              /* the greatest end of all up to this one */
  guint32 size;
  guint32 components;
  guint32 entity;
} ReplayEntry;

/**
 * ReplayIndex:
 * @entries: #ReplayEntry, by their start
 * @statics: #ReplayEntry, in the order of the file
 * @timeline: which is played
 * @kind: of it
 * @timelines: (element-type utf8): all that were seen
 * @first, @last: times of the first and last picture
 * @untimed: rows with pictures that are on other timelines
 * @is_cut_off: the file has no end, all that is there is indexed
 *
 * Which chunks of a file are played. It keeps chunks that were read last, some
 * megabytes of them.
 */
typedef struct
{
  const ReplayWishes *wishes;
  ReplayFile file;
  ReplayStore store;
  ReplayEntities entities;
  GArray *entries;
  GArray *statics;
  gchar *timeline;
  RrdTimeKind kind;
  GPtrArray *timelines;
  gint64 first, last;
  guint64 untimed;

  /*< private > */
  GstElement *element;          /* for messages */
  GstDepthReport *report;
  GHashTable *chunks;           /* that are kept, by their offsets */
  GQueue cache;                 /* the same, the one that was used last first */
  gsize cached;
} ReplayIndex;

void replay_index_init (ReplayIndex * self, GstElement * element,
    const ReplayWishes * wishes, GstDepthReport * report);
void replay_index_clear (ReplayIndex * self);

/* --- for what fills an index --- */

/* Timelines that are played if nobody asks for another one, from the best on. */
#define REPLAY_N_PREFERRED 4
extern const gchar *const replay_preferred_timelines[REPLAY_N_PREFERRED];

/* An entry's start before the timeline is chosen. */
#define REPLAY_TIME_UNKNOWN G_MAXINT64

/* Returns: (transfer full) (nullable): fewer bytes at the end of the file */
GstBuffer *replay_file_pull (ReplayFile * file, guint64 offset, guint size);
void replay_index_note_timeline (ReplayIndex * self, ArrowSpan name);
void replay_index_choose (ReplayIndex * self, const gchar * timeline,
    RrdTimeKind kind);
void replay_index_add (ReplayIndex * self, ReplayEntry * entry,
    ReplayEntity * entity, gboolean is_static);
void replay_index_report_bad (ReplayIndex * self, guint64 offset,
    const RrdReadError * error);

/* @offset: from which on there is nothing more that can be read */
void replay_index_warn_cut_off (ReplayIndex * self, guint64 offset,
    const RrdReadError * error);

/* All chunks are known: puts them in order, and leaves those that are not needed. */
void replay_index_finish (ReplayIndex * self);

/* --- for what uses one --- */

/* Takes note of a chunk's timelines, and chooses the one that is played by the first
 * chunk with pictures. */
void replay_index_see (ReplayIndex * self, const ReplayChunk * chunk);

/* Counts @rows of an entity that are not on the timeline, if they would be played. */
void replay_index_count_untimed (ReplayIndex * self, const gchar * path,
    guint64 components, guint64 rows);

/* Returns: (transfer none): until the next call; NULL: it is damaged, or the flow of
 * the file says why. */
ReplayChunk *replay_index_load (ReplayIndex * self, const ReplayEntry * entry);

/* Returns: how many entries start before @time */
guint replay_index_find (const ReplayIndex * self, gint64 time);

static inline ReplayEntry *
replay_index_entry (const ReplayIndex * self, guint i)
{
  return &g_array_index (self->entries, ReplayEntry, i);
}

static inline ReplayEntity *
replay_index_entity (const ReplayIndex * self, const ReplayEntry * entry)
{
  return self->entities.all->pdata[entry->entity];
}

G_END_DECLS
