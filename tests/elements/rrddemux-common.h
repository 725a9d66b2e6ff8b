/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun-common.h"

/* What the tests of rrddemux share: a recording in memory before it, and pads after it
 * that keep what comes. */

/* What came on a pad of the demuxer, under the player's lock. */
typedef struct
{
  GstPad *from, *pad;           /* the demuxer's, and the one linked to it */
  gchar *id;                    /* end of the stream id: "a/b:TextLog" */
  gchar *title;                 /* in the tags */
  GstCaps *caps;
  GstSegment segment;
  GPtrArray *buffers;           /* since the last flush */
  GArray *gaps;                 /* of the times at which they end */
  guint segments, flushes, eos, segments_done;
} PlayedStream;

typedef struct
{
  GstElement *demux;
  GstBus *bus;
  GstPad *source;
  GBytes *data;
  GMutex lock;
  GCond changed;
  GPtrArray *streams;           /* in the order of their pads */
  guint errors, warnings, segment_starts, segment_dones;
  guint late_pads;              /* after no-more-pads */
  gboolean no_more_pads;
} Player;

/* The file @location, as it is and without its End message and footer. */
GBytes *recording_load (void);
GBytes *recording_without_footer (GBytes * data);
GBytes *recording_cut (GBytes * data, gsize size);
/* @size bytes at @offset are others. */
GBytes *recording_patch (GBytes * data, gsize offset, gconstpointer bytes,
    gsize size);

/* Takes @data. Properties of the demuxer follow, NULL at the end, all as text. */
Player *player_new (GBytes * data, const gchar * property, ...);
void player_free (Player * self);

/* Begins to play, in pull mode; the demuxer's thread does the work. */
void player_start (Player * self);
/* Waits until all pads have had @n EOS or segment-done events, or an error came. */
void player_wait (Player * self, guint n);
/* From start to end in pull mode; in push mode in pieces of @piece bytes. */
void player_pull (Player * self);
void player_push (Player * self, gsize piece);
/* In pull mode where @piece is 0. */
void player_play (Player * self, gsize piece);

/* Sends a seek up the first pad. */
gboolean player_seek (Player * self, gdouble rate, GstSeekFlags flags,
    GstClockTime start, GstClockTime stop);
guint player_n_ends (Player * self);
/* The stream "entity:Archetype". */
PlayedStream *player_find (Player * self, const gchar * id);

/* The bytes of both are the same. */
void check_same_bytes (GstBuffer * a, GstBuffer * b);

/* A stop, so that all that was pushed is in the file. */
void record_end (GstHarness * h);
/* @n frames of @make in @location; a recording-id "r". Properties of the sink follow,
 * as text. */
typedef GstBuffer *(*MakeBuffer) (guint n);
GstHarness *record_start (const gchar * caps, const gchar * property, ...);
void record (const gchar * caps, MakeBuffer make, guint n,
    const gchar * entity_path);
GstBuffer *text_line (guint n);
