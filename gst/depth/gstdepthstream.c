/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties meter, near, far and invalid, and the rule that takes unit and range
 * of a frame from them, from metadata, caps and measurements. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthstream.h"
#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthparam.h"
#include "depth/gstdepthdebug.h"

#include <math.h>
#include <string.h>

/* From metres to micrometres. Sensors have 100 (centimetres) to 10000; beyond this
 * a fraction of 32-bit numbers would not hold a meter as exactly as the metadata. */
#define MIN_METER 1
#define MAX_METER 1000000
#define METER_RANGE "1 to 1000000"

/* Of samples of 16 bits, where a depth unit is a metre. */
#define MAX_METRES 65535

typedef struct
{
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  const gchar *allowed;
  gdouble automatic;            /* the value that leaves it to the stream */
  gdouble least, most;
  gsize offset;
  GstDepthProperties group;
} Property;

enum
{
  METER,
  NEAR,
  FAR,
  INVALID,
};

static const Property properties[] = {
  [METER] = {"meter", "Meter",
        "Depth units per metre (1000 = millimetres, 5000 = TUM RGB-D), "
        "0 = as the stream or the camera says",
        "0 (as the stream or the camera says) or " METER_RANGE, 0, MIN_METER,
        MAX_METER,
      G_STRUCT_OFFSET (GstDepthStream, meter), GST_DEPTH_HAS_METER},
  [NEAR] = {"near", "Near",
        "Nearest useful depth in metres, -1 = automatic (from the stream, "
        "else measured)",
        "-1 (automatic) or 0 to 65535, and below far", -1, 0, MAX_METRES,
      G_STRUCT_OFFSET (GstDepthStream, near_m), GST_DEPTH_HAS_RANGE},
  [FAR] = {"far", "Far",
        "Farthest useful depth in metres, -1 = automatic (from the stream, "
        "else measured)",
        "-1 (automatic) or 0 to 65535, and above near", -1, 0, MAX_METRES,
      G_STRUCT_OFFSET (GstDepthStream, far_m), GST_DEPTH_HAS_RANGE},
  [INVALID] = {"invalid", "Invalid",
        "A sample that means no depth, as 0 does (65535 of some cameras), "
        "-1 = none", "-1 (none) or 0 to 65535", GST_DEPTH_NO_INVALID, 0, 65535,
      G_STRUCT_OFFSET (GstDepthStream, invalid), GST_DEPTH_HAS_INVALID},
};

#define VALUE(self, property) \
  (*(gdouble *) ((guint8 *) (self) + (property)->offset))

static gboolean
property_valid (const Property * property, gdouble value)
{
  return value == property->automatic
      || (value >= property->least && value <= property->most);
}

/* The mistake behind a number below 1 is metres per depth unit. */
static const gchar *
meter_remedy (gdouble meter)
{
  return meter > 0 && meter < 1 ? ": it is depth units per metre, so "
      "millimetres are 1000, not 0.001" : "";
}

static gboolean
meter_valid (gdouble meter)
{
  return meter >= MIN_METER && meter <= MAX_METER;
}

static gchar *
property_problem (const Property * property, gdouble value)
{
  return g_strdup_printf ("%s is %.10g%s; allowed is %s", property->name, value,
      property->group == GST_DEPTH_HAS_METER ? meter_remedy (value) : "",
      property->allowed);
}

static gboolean
ends_cross (const GstDepthStream * self)
{
  return self->near_m >= 0 && self->far_m >= 0 && self->near_m >= self->far_m;
}

static gchar *
stream_problem (const GstDepthStream * self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++) {
    gdouble value = VALUE (self, &properties[i]);

    if (!property_valid (&properties[i], value))
      return property_problem (&properties[i], value);
  }
  if (self->far_m == 0)
    return g_strdup ("far is 0; allowed is -1 (automatic) or above near");
  if (ends_cross (self))
    return g_strdup_printf ("near is %g and far is %g; allowed is near below "
        "far, in metres", self->near_m, self->far_m);
  return NULL;
}

void
gst_depth_stream_init (GstDepthStream * self, GstElement * element)
{
  memset (self, 0, sizeof (*self));
  self->element = element;
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    VALUE (self, &properties[i]) = properties[i].automatic;
}

static GParamSpec *
property_spec (const Property * p, GParamFlags flags)
{
  flags |= G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  if (p->group == GST_DEPTH_HAS_INVALID)
    return g_param_spec_int (p->name, p->nick, p->blurb, p->automatic, p->most,
        p->automatic, flags);
  return gst_depth_param_double (p->name, p->nick, p->blurb,
      MIN (p->automatic, p->least), p->most, p->automatic, flags);
}

guint
gst_depth_stream_install_properties (GObjectClass * klass, guint first,
    GstDepthProperties which, GParamFlags flags)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++) {
    if (properties[i].group & which)
      g_object_class_install_property (klass, first++,
          property_spec (&properties[i], flags));
  }
  return first;
}

static const Property *
find_property (GParamSpec * pspec)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    if (strcmp (properties[i].name, pspec->name) == 0)
      return &properties[i];
  g_return_val_if_reached (NULL);
}

/* The end that was not set just now gives way. Returns it, or NULL. */
static const gchar *
uncross_properties (GstDepthStream * self, const Property * set)
{
  if (!ends_cross (self))
    return NULL;
  if (set == &properties[NEAR]) {
    self->far_m = self->near_m + 1;
    return "far";
  }
  self->near_m = 0;
  return "near";
}

static gdouble
number_of (const GValue * value)
{
  return G_VALUE_HOLDS_INT (value) ? g_value_get_int (value) :
      g_value_get_double (value);
}

void
gst_depth_stream_set_property (GstDepthStream * self, const GValue * value,
    GParamSpec * pspec)
{
  const Property *property = find_property (pspec);
  gdouble number = number_of (value);
  const gchar *moved = NULL;
  gboolean running, keep;

  GST_OBJECT_LOCK (self->element);
  running = GST_STATE (self->element) != GST_STATE_NULL;
  keep = !running || (property_valid (property, number)
      && !(property == &properties[FAR] && number == 0));
  if (keep)
    VALUE (self, property) = number;
  if (keep && running)
    moved = uncross_properties (self, property);
  GST_OBJECT_UNLOCK (self->element);

  if (moved != NULL) {
    GST_INFO_OBJECT (self->element, "%s is %g now, so %s moved", property->name,
        number, moved);
    g_object_notify (G_OBJECT (self->element), moved);
  }
  if (!keep) {
    gchar *problem = property_problem (property, number);

    GST_ELEMENT_WARNING (self->element, LIBRARY, SETTINGS, ("%s", problem),
        ("the value before it stays"));
    g_free (problem);
  }
}

void
gst_depth_stream_get_property (GstDepthStream * self, GValue * value,
    GParamSpec * pspec)
{
  gdouble number;

  GST_OBJECT_LOCK (self->element);
  number = VALUE (self, find_property (pspec));
  GST_OBJECT_UNLOCK (self->element);
  if (G_VALUE_HOLDS_INT (value))
    g_value_set_int (value, number);
  else
    g_value_set_double (value, number);
}

guint16
gst_depth_stream_get_invalid (GstDepthStream * self)
{
  gdouble invalid;

  GST_OBJECT_LOCK (self->element);
  invalid = self->invalid;
  GST_OBJECT_UNLOCK (self->element);
  return invalid > 0 ? invalid : 0;
}

gboolean
gst_depth_stream_check (GstDepthStream * self)
{
  gchar *problem;

  GST_OBJECT_LOCK (self->element);
  problem = stream_problem (self);
  GST_OBJECT_UNLOCK (self->element);

  self->caps_meter = 0;
  memset (&self->caps, 0, sizeof self->caps);
  self->warned_default = self->warned_meta = FALSE;
  gst_depth_caps_accepted (self->element);
  if (problem == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (self->element, LIBRARY, SETTINGS, ("%s", problem), (NULL));
  g_free (problem);
  return FALSE;
}

gboolean
gst_depth_stream_set_caps (GstDepthStream * self, const GstCaps * caps)
{
  GstDepthFields fields;
  gchar *problem;
  gdouble meter;

  if (!gst_depth_caps_get_meter (caps, &meter))
    meter = 0;
  else if (!meter_valid (meter))
    return gst_depth_caps_refuse (self->element, caps,
        g_strdup_printf (GST_DEPTH_CAPS_METER " of the caps is %.10g%s; "
            "allowed is a fraction of " METER_RANGE ", as 1000/1", meter,
            meter_remedy (meter)));
  problem = gst_depth_caps_get_fields (caps, &fields);
  if (problem != NULL)
    return gst_depth_caps_refuse (self->element, caps, problem);
  GST_DEBUG_OBJECT (self->element, "the caps say %g depth units per metre, "
      "%g to %g m, intrinsics of %ux%u (0 = nothing)", meter, fields.near_m,
      fields.far_m, fields.pinhole.width, fields.pinhole.height);
  self->caps_meter = meter;
  self->caps = fields;
  gst_depth_caps_accepted (self->element);
  return TRUE;
}

/* Metadata that cannot be is as if it were not there, said once. */
static void
read_meta (GstDepthStream * self, GstBuffer * buffer, GstDepthInfo * info)
{
  gboolean bad_meter, bad_range;

  if (!gst_depth_meta_get_info (buffer, info))
    return;
  bad_meter = info->meter != 0 && !meter_valid (info->meter);
  bad_range = !(isfinite (info->range_min) && isfinite (info->range_max)
      && info->range_min >= 0 && info->range_min < info->range_max);

  if ((bad_meter || (bad_range && info->range_max != 0))
      && !self->warned_meta) {
    self->warned_meta = TRUE;
    GST_ELEMENT_WARNING (self->element, STREAM, FORMAT,
        (GST_DEPTH_META_NAME " says meter %.10g, range %g to %g%s; allowed is "
            "a meter of " METER_RANGE ", and range-min below range-max in "
            "depth units", info->meter, info->range_min, info->range_max,
            meter_remedy (info->meter)), ("what is wrong in it is not used"));
  }
  if (bad_meter)
    info->meter = 0;
  if (bad_range)
    info->range_min = info->range_max = 0;
}

static gdouble
default_meter (GstDepthStream * self, gboolean in_metres)
{
  if (!self->warned_default && !in_metres) {
    self->warned_default = TRUE;
    GST_ELEMENT_INFO (self->element, STREAM, FORMAT,
        ("Nothing says the unit of depth: %g depth units per metre assumed",
            GST_DEPTH_DEFAULT_METER),
        ("%g depth units per metre assumed; set the property meter, or "
            GST_DEPTH_CAPS_METER " in the caps", GST_DEPTH_DEFAULT_METER));
  }
  return GST_DEPTH_DEFAULT_METER;
}

/* The end that nobody set gives way: near to 0, far to a metre beyond near. */
static void
uncross (GstDepthValues * values)
{
  if (values->range_min < values->range_max)
    return;
  if (values->max_set && values->range_max > 0 && !values->min_set)
    values->range_min = 0;
  else
    values->range_max = values->range_min + values->meter;
}

void
gst_depth_stream_resolve (GstDepthStream * self, GstBuffer * buffer,
    gboolean in_metres, GstDepthValues * values)
{
  GstDepthInfo info = { 0, };
  gdouble meter, near_m, far_m;

  GST_OBJECT_LOCK (self->element);
  meter = self->meter;
  near_m = self->near_m;
  far_m = self->far_m;
  GST_OBJECT_UNLOCK (self->element);

  if (buffer != NULL)
    read_meta (self, buffer, &info);
  if (meter == 0)
    meter = info.meter;
  if (meter == 0)
    meter = self->caps_meter;
  if (meter == 0)
    meter = default_meter (self, in_metres);
  if (info.range_max == 0) {
    info.range_min = self->caps.near_m * meter;
    info.range_max = self->caps.far_m * meter;
  }

  values->meter = meter;
  values->min_set = near_m >= 0;
  values->max_set = far_m >= 0;
  values->min_known = values->min_set || info.range_max > 0;
  values->max_known = values->max_set || info.range_max > 0;
  values->range_min = values->min_set ? near_m * meter : info.range_min;
  values->range_max = values->max_set ? far_m * meter
      : values->max_known ? info.range_max : G_MAXUINT16;
  values->need_measure = !values->min_known || !values->max_known;
  uncross (values);
}

GstDepthFields
gst_depth_stream_get_caps_fields (GstDepthStream * self, guint width,
    guint height)
{
  GstDepthFields fields = self->caps;

  if (fields.pinhole.width != width || fields.pinhole.height != height)
    memset (&fields.pinhole, 0, sizeof fields.pinhole);
  return fields;
}

static gboolean
has_metas (GstBuffer * buffer)
{
  return gst_buffer_get_custom_meta (buffer, GST_DEPTH_META_NAME) != NULL
      || gst_buffer_get_custom_meta (buffer, GST_PINHOLE_META_NAME) != NULL;
}

gboolean
gst_depth_stream_get_pinhole (GstDepthStream * self, GstBuffer * buffer,
    guint width, guint height, GstPinholeInfo * info)
{
  if (has_metas (buffer)) {
    if (gst_depth_pinhole_get_meta (buffer, width, height, info))
      return TRUE;
    GST_LOG_OBJECT (self->element, "a frame has metadata and no intrinsics: "
        "those of the caps, if any, are not used");
  } else {
    *info = gst_depth_stream_get_caps_fields (self, width, height).pinhole;
    return info->width > 0;
  }
  memset (info, 0, sizeof *info);
  return FALSE;
}

GstDepthFields
gst_depth_stream_get_fixed_fields (GstDepthStream * self,
    const GstDepthValues * values, const GstPinholeInfo * pinhole)
{
  GstDepthFields fields = {
    values->min_set ? values->range_min / values->meter : self->caps.near_m,
    values->max_set ? values->range_max / values->meter : self->caps.far_m,
    *pinhole
  };
  gboolean is_known = self->caps.far_m > 0
      || (values->min_set && values->max_set);

  if (!is_known || fields.near_m >= fields.far_m)
    fields.near_m = fields.far_m = 0;
  return fields;
}

void
gst_depth_attach_metas (GstBuffer * buffer, const GstDepthValues * values,
    const GstPinholeInfo * pinhole)
{
  GstDepthInfo info = {.meter = values->meter };

  /* Not so while there was no depth to measure. */
  if (!values->need_measure) {
    info.range_min = values->range_min;
    info.range_max = values->range_max;
  }
  gst_depth_meta_set_info (buffer, &info);
  if (pinhole->width > 0)
    gst_pinhole_meta_set_info (buffer, pinhole);
}

void
gst_depth_values_measured (GstDepthValues * values, gdouble min, gdouble max)
{
  if (!values->min_known)
    values->range_min = min;
  if (!values->max_known)
    values->range_max = max;
  values->need_measure = FALSE;
  uncross (values);
}
