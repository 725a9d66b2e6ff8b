/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

/* What the tests of rerunsink share. */

#define WIDTH 101
#define HEIGHT 37
#define RVL_CAPS "image/x-rvl,depth-meter=1000/1"
#define RAW_CAPS "video/x-raw,format=GRAY16_LE,width=101,height=37," \
    "framerate=30/1,depth-meter=1000/1"

/* A picture that no other @seed gives, with all bits in use. */
void draw (guint16 * pixels, guint seed);

/* The picture @n, as the frame @n of 30 a second. */
GstBuffer *rvl_buffer (guint n);
GstBuffer *png_buffer (guint n);
GstBuffer *with_pts (GstBuffer * buffer, guint n);

/* A test's folder, and a file in it. */
extern gchar *folder, *location;

void folder_setup (void);
void folder_teardown (void);

/* A sink that writes @location, uncompressed, and the bus that has its messages. */
GstElement *sink_new (GstBus ** bus);
GstHarness *harness_new (const gchar * caps, GstBus ** bus);

/* Of a thread that waits, as the kernel sees it. */
gboolean thread_sleeps (gint thread_id);

/* A recording, read from a file. */
typedef struct
{
  gchar *data;
  gsize size;
  guint store_infos;
  guint chunks;
  guint static_rows;            /* the recording's own included */
  guint frames;                 /* rows with a picture */
  guint states;                 /* rows on a timeline without one */
  guint ends;
  gboolean complete;            /* nothing after the last message but a footer */
  gboolean footer;
} Recording;

void recording_read (Recording * self, const gchar * path);

/* The same of what is in memory. Takes @data. */
void recording_take (Recording * self, gchar * data, gsize size);

/* How often these bytes are in it. */
guint recording_count (Recording * self, gconstpointer bytes, gsize size);
guint recording_count_int64 (Recording * self, gint64 value);
guint recording_count_floats (Recording * self, const gfloat * values, gsize n);

void check_recording (const gchar * path, guint frames, gboolean footer);

/* Ends it; its messages stay on the bus. */
void harness_stop (GstHarness * h);

/* One of the counters of a rerunsink. */
guint64 stat_of (GstElement * sink, const gchar * name);

/* Exactly one message of a kind, and that has all of @words (NULL at the end). */
void check_said (GstBus * bus, GstMessageType type, const gchar * const *words);
#define WORDS(...) ((const gchar *const[]) { __VA_ARGS__, NULL })

/* Neither errors nor warnings. */
void check_silent (GstBus * bus);
