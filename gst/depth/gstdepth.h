/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all elements of depth share: units, range and intrinsics of a frame,
 * and the one rule that says who wins. */

#pragma once

#include <gst/video/video.h>
#include "depth/gstdepthmeta.h"

G_BEGIN_DECLS

#define GST_DEPTH_DEFAULT_METER 1000.0

/* Registers both metas, once a process. Called when the plugin is loaded. */
void gst_depth_register_metas (void);

/* For transform_meta: an element that attaches or drops GstDepthMeta itself
 * does not let its base class copy it. */
gboolean gst_depth_meta_is_depth (const GstMeta * meta);

/* Caps field depth-meter: depth units per metre, a fraction; a double, float
 * or integer written by hand is read as well. */
gboolean gst_depth_caps_get_meter (const GstCaps * caps, gdouble * meter);
void gst_depth_caps_set_meter (GstCaps * caps, gdouble meter);

/**
 * gst_depth_refuse_caps:
 * @problem: (transfer full): what is wrong with @caps
 *
 * Posts one element error, also where upstream pushes the same caps again with
 * its next buffer.
 *
 * Returns: %FALSE
 */
gboolean gst_depth_refuse_caps (GstElement * element, const GstCaps * caps,
    gchar * problem);

/**
 * gst_depth_raw_info_from_caps:
 *
 * What @caps of raw depth say. Caps without a size, and interlaced video, are
 * refused with one element error.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean gst_depth_raw_info_from_caps (GstVideoInfo * info,
    GstElement * element, const GstCaps * caps);

/**
 * GstDepthRule:
 * @meter: property, depth units per metre, 0 = from the stream
 * @near_m: property, metres, -1 = automatic
 * @far_m: property, metres, -1 = automatic
 * @caps_meter: what the caps say, 0 = nothing
 *
 * What an element knows before a frame comes. One in the instance struct,
 * made by gst_depth_rule_init(). The three properties are guarded by the
 * element's object lock, the rest belongs to the streaming thread.
 */
typedef struct
{
  gdouble meter;
  gdouble near_m;
  gdouble far_m;

  /*< private > */
  gdouble caps_meter;
  gboolean said_default;
  gboolean said_bad_meta;
} GstDepthRule;

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
 * this order: meter, near, far. */
typedef enum
{
  GST_DEPTH_HAS_METER = 1 << 0,
  GST_DEPTH_HAS_RANGE = 1 << 1,
} GstDepthProperties;

void gst_depth_rule_init (GstDepthRule * rule);

/**
 * gst_depth_rule_install_properties:
 * @klass: the element's class
 * @first: id of the first of the properties
 * @which: which of them
 * @flags: when they may change: GST_PARAM_MUTABLE_READY, or
 *   GST_PARAM_MUTABLE_PLAYING (| GST_PARAM_CONTROLLABLE)
 */
void gst_depth_rule_install_properties (GObjectClass * klass, guint first,
    GstDepthProperties which, GParamFlags flags);

/* For set_property and get_property: @pspec is one of the three. Both take
 * the object lock. A value that cannot be is kept for gst_depth_rule_check()
 * to refuse, or, while the element runs, is refused with a warning message. */
void gst_depth_rule_set_property (GstDepthRule * rule, GstElement * element,
    const GValue * value, GParamSpec * pspec);
void gst_depth_rule_get_property (GstDepthRule * rule, GstElement * element,
    GValue * value, GParamSpec * pspec);

/**
 * gst_depth_rule_check:
 *
 * For change_state, NULL to READY: refuses properties that cannot be (meter
 * not 1 to 1000000, near not below far, ...) with one element error that
 * names the property, its value and what is allowed.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean gst_depth_rule_check (GstDepthRule * rule, GstElement * element);

/**
 * gst_depth_rule_set_caps:
 *
 * New caps of the input, which nothing else refuses: reads depth-meter. A field
 * that cannot be is refused with one element error.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean gst_depth_rule_set_caps (GstDepthRule * rule, GstElement * element,
    const GstCaps * caps);

/**
 * gst_depth_rule_resolve:
 * @rule: properties and caps
 * @element: for messages and the object lock
 * @buffer: (nullable): the frame, for its metadata
 * @values: (out): meter and range of this frame
 *
 * The one rule: a property that was set, then metadata, then caps, then what
 * was measured, then the default (meter 1000, said once as an INFO message).
 * Each of meter, near and far is looked up for itself. Near and far of the
 * properties are metres and become depth units here; metadata is in depth
 * units already. Where the two ends cross, a property wins over the other end.
 *
 * If @values->need_measure, measure the frame (only then: it costs time) and
 * call gst_depth_values_measured().
 */
void gst_depth_rule_resolve (GstDepthRule * rule, GstElement * element,
    GstBuffer * buffer, GstDepthValues * values);

/* Fills the ends of the range that nothing else said, in depth units. */
void gst_depth_values_measured (GstDepthValues * values, gdouble min,
    gdouble max);

/**
 * gst_depth_frame_pinhole:
 * @buffer: a frame
 * @width: its width in pixels
 * @height: its height in pixels
 * @info: (out): intrinsics
 *
 * The metadata part of the rule for intrinsics: a property that was set goes
 * before it, and there is no other source.
 *
 * Returns: %TRUE if @buffer has intrinsics that hold for @width x @height
 */
gboolean gst_depth_frame_pinhole (GstBuffer * buffer, guint width,
    guint height, GstPinholeInfo * info);

G_END_DECLS
