/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Depth frames in memory of every shape, and back. Samples are as GRAY16_LE
 * has them, without padding. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#define FRAME (GST_SECOND / 30)

/* Widths and heights that a kernel or a header might get wrong. */
#define N_FRAME_SIZES 11
extern const guint frame_sizes[N_FRAME_SIZES][2];

typedef enum
{ RAMP, RANDOM, HOLES, CONSTANT, EXTREMES, EMPTY, N_PATTERNS } Pattern;

guint16 *samples_new (guint width, guint height, Pattern pattern);

typedef struct
{
  gsize offset;                 /* of the first row */
  gsize padding;                /* bytes a row beyond GStreamer's own */
  guint memories;               /* at least 1 */
} Layout;

/* The frame @number of 30 a second; @layout: NULL is GStreamer's own. */
GstBuffer *frame_new (const guint16 * samples, guint width, guint height,
    const Layout * layout, guint number);
void assert_samples (GstBuffer * buffer, GstCaps * caps,
    const guint16 * samples);

/* GRAY16_LE at 30 frames a second; @fields: more of it, with a comma before. */
void push_caps (GstHarness * h, guint width, guint height,
    const gchar * fields);

/* What the element has sent downstream. */
GstCaps *out_caps (GstHarness * h);
void assert_caps (GstHarness * h, const gchar * superset);

/* A number of an array in caps; 0: there is none. */
gdouble caps_number (GstCaps * caps, const gchar * field, guint i);

/* Downstream's pool, whose rows have padding on all sides. It lives as long as
 * the harness. */
GstBufferPool *offer_padded_pool (GstHarness * h);

/* What an element posts from now on. */
GstBus *watch (GstElement * element);
void unwatch (GstElement * element, GstBus * bus);

/* Messages of @type that an element has posted since the last call. The text
 * of the first one is kept in @text (may be NULL). */
guint count_messages (GstBus * bus, GstMessageType type, gchar ** text);

/* Exactly one message, with these words. */
void assert_message (GstBus * bus, GstMessageType type, const gchar * word,
    const gchar * word2);

/* Caps that are refused get one error a run, though they come again with the
 * buffer; another one where others were taken meanwhile. */
void assert_refused (GstHarness * h, GstBus * bus, const gchar * text,
    const gchar * word, const gchar * word2, const gchar * taken);

/* An element that does not start, and says in one error why. */
void assert_bad_property (const gchar * launch, const gchar * word,
    const gchar * word2);
