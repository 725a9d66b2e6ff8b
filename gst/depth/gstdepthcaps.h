/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What caps of depth say, and how caps that cannot be are refused. */

#pragma once

#include <gst/video/video.h>
#include "depth/depthmeta.h"

G_BEGIN_DECLS

#define GST_DEPTH_CAPS_METER "depth-meter"
#define GST_DEPTH_CAPS_RANGE "depth-range"
#define GST_DEPTH_CAPS_PINHOLE "depth-pinhole"

/* Raw depth. Big-endian samples are swapped while they are read. */
#define GST_DEPTH_RAW_FORMATS "{ GRAY16_LE, GRAY16_BE }"

/* Caps field depth-meter: depth units per metre, a fraction; a double, float
 * or integer written by hand is read as well. */
gboolean gst_depth_caps_get_meter (const GstCaps * caps, gdouble * meter);
void gst_depth_caps_set_meter (GstCaps * caps, gdouble meter);

/**
 * GstDepthFields:
 * @near_m: nearest useful depth, in metres
 * @far_m: farthest useful depth, in metres, 0 = range not known
 * @pinhole: intrinsics, and the size that they hold for; width 0 = not known
 *
 * What caps may say beside the unit, for carriers that lose metadata: depth-range,
 * an array of two doubles, and depth-pinhole, one of six: fx, fy, cx, cy, width,
 * height.
 */
typedef struct
{
  gdouble near_m, far_m;
  GstPinholeInfo pinhole;
} GstDepthFields;

/* Returns: (nullable) (transfer full): what is wrong with a field of @caps, as a
 * sentence; numbers of any type are read */
gchar *gst_depth_caps_get_fields (const GstCaps * caps,
    GstDepthFields * fields);

/* Writes what is known; a field of what is not known is removed. */
void gst_depth_caps_set_fields (GstCaps * caps, const GstDepthFields * fields);

/**
 * gst_depth_fields_keep_common:
 *
 * Forgets in @fields what differs in @others. Caps say only what is fixed for the
 * stream.
 *
 * Returns: %TRUE if something was forgotten
 */
gboolean gst_depth_fields_keep_common (GstDepthFields * fields,
    const GstDepthFields * others);

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
