/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Frames of depthtestsrc, and pipelines that play them. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#define CAPS "video/x-raw,format=GRAY16_LE"
#define WIDTH 640
#define HEIGHT 480
#define PIXELS (WIDTH * HEIGHT)

GstHarness *source_new (const gchar * properties, const gchar * caps);

/* A frame, when there is one: gst_harness_pull() gives up after a minute, in which an
 * emulated machine has not made a large one. The limit is the test's. */
GstBuffer *source_pull (GstHarness * h);

/* Samples of a buffer without padding, in the host's byte order. */
guint16 *samples_of (GstBuffer * buffer, guint width, guint height);

/* Frame @number of a source with these properties. */
guint16 *shoot (const gchar * properties, guint number, guint width,
    guint height);

/* Everything that a pipeline renders, in frames of 64x48 at 30 a second. */
typedef struct
{
  GstElement *pipeline;
  GPtrArray *buffers;
  GMutex lock;
  GCond cond;
} Player;

void player_init (Player * player, const gchar * source);
void player_clear (Player * player);
guint player_count (Player * player);
void player_forget (Player * player);

/* Until there are @n frames. */
void player_wait (Player * player, guint n);
void player_run_to_eos (Player * player);
void player_play (Player * player, gdouble rate, GstClockTime start,
    GstClockTime stop);
