/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an element knows of its stream of depth, and the one rule that says who wins:
 * a property that was set, then metadata, then caps, then what was measured, then
 * the default. */

#pragma once

#include <gst/video/video.h>
#include "depth/gstdepthcaps.h"

G_BEGIN_DECLS

#define GST_DEPTH_DEFAULT_METER 1000.0
#define GST_DEPTH_NO_INVALID -1

/**
 * GstDepthStream:
 * @element: whose stream it is; not referenced
 * @meter: property, depth units per metre, 0 = from the stream
 * @near_m: property, metres, -1 = automatic
 * @far_m: property, metres, -1 = automatic
 * @invalid: property, a second sample that means no depth, -1 = none
 *
 * One in the instance struct, made by gst_depth_stream_init(). The properties are
 * guarded by the element's object lock, the rest belongs to the streaming thread.
 */
typedef struct
{
  GstElement *element;
  gdouble meter;
  gdouble near_m;
  gdouble far_m;
  gdouble invalid;

  /*< private > */
  gdouble caps_meter;           /* 0 = the caps say nothing */
  GstDepthFields caps;
  gboolean warned_default;
  gboolean warned_meta;
} GstDepthStream;

/**
 * GstDepthValues:
 * @meter: depth units per metre, 1 to 1000000
 * @range_min: in depth units, below @range_max
 * @range_max: in depth units
 * @need_measure: nothing but a measurement can say one or both ends of the
 *   range: call gst_depth_values_measured() if there is one. Until then the
 *   unknown ends are 0 and 65535.
 *
 * What the rule says of one frame.
 */
typedef struct
{
  gdouble meter;
  gdouble range_min;
  gdouble range_max;
  gboolean need_measure;

  /*< private > */
  gboolean min_known, max_known;
  gboolean min_set, max_set;
} GstDepthValues;

/* Which properties an element has; they follow one another in its enum, in
 * this order: meter, near, far, invalid. */
typedef enum
{
  GST_DEPTH_HAS_METER = 1 << 0,
  GST_DEPTH_HAS_RANGE = 1 << 1,
  GST_DEPTH_HAS_INVALID = 1 << 2,
} GstDepthProperties;

void gst_depth_stream_init (GstDepthStream * self, GstElement * element);

/**
 * gst_depth_stream_install_properties:
 * @klass: the element's class
 * @first: id of the first of the properties
 * @which: which of them
 * @flags: when they may change: GST_PARAM_MUTABLE_READY, or
 *   GST_PARAM_MUTABLE_PLAYING (| GST_PARAM_CONTROLLABLE)
 *
 * Returns: the id after the last of them
 */
guint gst_depth_stream_install_properties (GObjectClass * klass, guint first,
    GstDepthProperties which, GParamFlags flags);

/**
 * gst_depth_stream_set_property:
 *
 * Takes the object lock. In state NULL, a value that cannot be is kept for
 * gst_depth_stream_check() to refuse. While the element runs it is refused with a
 * warning message; a near that is not below far moves far, and a far that is not
 * above near moves near, so that what reads back is what is in use.
 */
void gst_depth_stream_set_property (GstDepthStream * self,
    const GValue * value, GParamSpec * pspec);
void gst_depth_stream_get_property (GstDepthStream * self, GValue * value,
    GParamSpec * pspec);

/* Returns: property invalid, or 0, which means no depth anyway. Takes the object
 * lock. */
guint16 gst_depth_stream_get_invalid (GstDepthStream * self);

/**
 * gst_depth_stream_check:
 *
 * For change_state, before the element starts: refuses properties that cannot be
 * (meter not 1 to 1000000, near not below far, ...) with one element error that
 * names the property, its value and what is allowed.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean gst_depth_stream_check (GstDepthStream * self);

/**
 * gst_depth_stream_set_caps:
 *
 * New caps of the input, which nothing else refuses: reads depth-meter, depth-range
 * and depth-pinhole. A field that cannot be is refused with one element error.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean gst_depth_stream_set_caps (GstDepthStream * self,
    const GstCaps * caps);

/**
 * gst_depth_stream_resolve:
 * @buffer: (nullable): the frame, for its metadata
 * @in_metres: the frame itself says metres (quantised RVL): the default unit is
 *   not worth a message
 * @values: (out): meter and range of this frame
 *
 * The one rule. Each of meter, near and far is looked up for itself. Near and far
 * of the properties are metres and become depth units here; metadata is in depth
 * units already. Where the two ends cross, a property wins over the other end. That
 * the unit is the default is said once, as an INFO message.
 *
 * If @values->need_measure, measure the frame (only then: it costs time) and
 * call gst_depth_values_measured().
 */
void gst_depth_stream_resolve (GstDepthStream * self, GstBuffer * buffer,
    gboolean in_metres, GstDepthValues * values);

/* Returns: what the caps say beside the unit; intrinsics of a picture of another size
 * are left out */
GstDepthFields gst_depth_stream_get_caps_fields (GstDepthStream * self,
    guint width, guint height);

/**
 * gst_depth_stream_get_pinhole:
 * @info: (out): intrinsics of a picture of @width x @height pixels, zeros if there
 *   are none
 *
 * The rule for intrinsics, without a property: metadata, then caps. A frame that has
 * any metadata of ours has kept what it had from its source: where intrinsics are
 * missing in it, an element that mirrored or cropped it has dropped them, and those
 * of the caps, which no such element knows, are wrong too.
 *
 * Returns: %TRUE if they are known
 */
gboolean gst_depth_stream_get_pinhole (GstDepthStream * self,
    GstBuffer * buffer, guint width, guint height, GstPinholeInfo * info);

/* Returns: what caps may say beside the unit. The range is that of properties and caps:
 * a measured one, or one in metadata, moves while the camera does, and there are muxers
 * that do not take other caps in mid-stream. */
GstDepthFields gst_depth_stream_get_fixed_fields (GstDepthStream * self,
    const GstDepthValues * values, const GstPinholeInfo * pinhole);

/* Puts into the metadata of a frame what was found for it. */
void gst_depth_attach_metas (GstBuffer * buffer, const GstDepthValues * values,
    const GstPinholeInfo * pinhole);

/* Fills the ends of the range that nothing else said, in depth units. */
void gst_depth_values_measured (GstDepthValues * values, gdouble min,
    gdouble max);

G_END_DECLS
