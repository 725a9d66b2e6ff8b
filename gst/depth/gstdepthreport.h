/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames that are left out, and the messages about them: one for the first of several
 * in a row; after ten such messages only when there are ten times as many, so that a
 * damaged stream does not flood the bus. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstDepthReport:
 * @good: frames that could be used
 * @bad: frames that were left out
 *
 * Of the streaming thread; all zero at the start of a stream.
 */
typedef struct
{
  guint64 good;
  guint64 bad;

  /*< private > */
  gboolean in_a_row;            /* the last one was bad */
  guint messages;
  guint64 told;                 /* bad ones by the last message */
  gchar *first;                 /* what was wrong with the first */
} GstDepthReport;

void gst_depth_report_good (GstDepthReport * self);

/* @problem: (transfer full): which frame is left out, and why */
void gst_depth_report_bad (GstDepthReport * self, GstElement * element,
    gchar * problem);

/* The same without a message, which follows for several at once: then told() is called.
 * @problem: (transfer full) */
void gst_depth_report_skip (GstDepthReport * self, gchar * problem);
void gst_depth_report_told (GstDepthReport * self);

/**
 * gst_depth_report_end:
 *
 * The end of the stream: says how many frames were left out where messages have
 * not told of all. Where none was usable that is an element error.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean gst_depth_report_end (GstDepthReport * self, GstElement * element);

void gst_depth_report_clear (GstDepthReport * self);

G_END_DECLS
