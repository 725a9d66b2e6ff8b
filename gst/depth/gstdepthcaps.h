/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What caps of depth say, and how caps that cannot be are refused. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define GST_DEPTH_CAPS_METER "depth-meter"

/* Raw depth. Big-endian samples are swapped while they are read. */
#define GST_DEPTH_RAW_FORMATS "{ GRAY16_LE, GRAY16_BE }"

/* Caps field depth-meter: depth units per metre, a fraction; a double, float
 * or integer written by hand is read as well. */
gboolean gst_depth_caps_get_meter (const GstCaps * caps, gdouble * meter);
void gst_depth_caps_set_meter (GstCaps * caps, gdouble meter);

/**
 * gst_depth_caps_refuse:
 * @problem: (transfer full): what is wrong with @caps
 *
 * Posts one element error, also where upstream pushes the same caps again with
 * its next buffer.
 *
 * Returns: %FALSE
 */
gboolean gst_depth_caps_refuse (GstElement * element, const GstCaps * caps,
    gchar * problem);

/* Others were taken: the same caps refused again are worth a new error. */
void gst_depth_caps_accepted (GstElement * element);

/**
 * gst_depth_caps_get_raw_info:
 *
 * What @caps of raw depth say. Caps without a size, and interlaced video, are
 * refused with one element error.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean gst_depth_caps_get_raw_info (GstVideoInfo * info,
    GstElement * element, const GstCaps * caps);

/* Returns: how long a frame lasts by the framerate, GST_CLOCK_TIME_NONE if that is
 * not known */
GstClockTime gst_depth_caps_get_duration (const GstVideoInfo * info);

G_END_DECLS
