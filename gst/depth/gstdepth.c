/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one rule for unit and range: property, metadata, caps, measured,
 * default. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepth.h"

#include <math.h>
#include <string.h>

#define CAPS_FIELD "depth-meter"

/* From metres to micrometres. Sensors have 100 (centimetres) to 10000; beyond this
 * a fraction of 32-bit numbers would not hold a meter as exactly as the metadata. */
#define MIN_METER 1
#define MAX_METER 1000000
#define METER_RANGE "1 to 1000000"

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

static const Property properties[] = {
  {"meter", "Meter",
        "Depth units per metre (1000 = millimetres, 5000 = TUM RGB-D), "
        "0 = from the stream",
        "0 (from the stream) or " METER_RANGE, 0, MIN_METER, MAX_METER,
      G_STRUCT_OFFSET (GstDepthRule, meter), GST_DEPTH_HAS_METER},
  {"near", "Near",
        "Nearest useful depth in metres, -1 = automatic (from the metadata, "
        "else measured)",
        "-1 (automatic) or at least 0, and below far", -1, 0, G_MAXDOUBLE,
      G_STRUCT_OFFSET (GstDepthRule, near_m), GST_DEPTH_HAS_RANGE},
  {"far", "Far",
        "Farthest useful depth in metres, -1 = automatic (from the metadata, "
        "else measured)",
        "-1 (automatic) or at least 0, and above near", -1, 0, G_MAXDOUBLE,
      G_STRUCT_OFFSET (GstDepthRule, far_m), GST_DEPTH_HAS_RANGE},
};

#define VALUE(rule, property) \
  (*(gdouble *) ((guint8 *) (rule) + (property)->offset))

static G_DEFINE_QUARK (gst - depth - refused - caps, refused_caps);

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

static gchar *
rule_problem (const GstDepthRule * rule)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++) {
    gdouble value = VALUE (rule, &properties[i]);

    if (!property_valid (&properties[i], value))
      return property_problem (&properties[i], value);
  }
  if (rule->far_m == 0)
    return g_strdup ("far is 0; allowed is -1 (automatic) or above near");
  if (rule->near_m >= 0 && rule->far_m >= 0 && rule->near_m >= rule->far_m)
    return g_strdup_printf ("near is %g and far is %g; allowed is near below "
        "far, in metres", rule->near_m, rule->far_m);
  return NULL;
}

void
gst_depth_rule_init (GstDepthRule * rule)
{
  memset (rule, 0, sizeof (*rule));
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    VALUE (rule, &properties[i]) = properties[i].automatic;
}

void
gst_depth_rule_install_properties (GObjectClass * klass, guint first,
    GstDepthProperties which, GParamFlags flags)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++) {
    const Property *p = &properties[i];

    if (!(p->group & which))
      continue;
    /* Wide and lax, so that GObject does not bend a wrong value silently into
     * a right one, or warn the application: we refuse it by name. */
    g_object_class_install_property (klass, first++,
        g_param_spec_double (p->name, p->nick, p->blurb, -INFINITY, INFINITY,
            p->automatic, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
            G_PARAM_LAX_VALIDATION | flags));
  }
}

static const Property *
find_property (GParamSpec * pspec)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    if (strcmp (properties[i].name, pspec->name) == 0)
      return &properties[i];
  g_return_val_if_reached (NULL);
}

void
gst_depth_rule_set_property (GstDepthRule * rule, GstElement * element,
    const GValue * value, GParamSpec * pspec)
{
  const Property *property = find_property (pspec);
  gdouble number = g_value_get_double (value);
  gboolean keep;

  GST_OBJECT_LOCK (element);
  keep = property_valid (property, number)
      || GST_STATE (element) == GST_STATE_NULL;
  if (keep)
    VALUE (rule, property) = number;
  GST_OBJECT_UNLOCK (element);

  if (!keep) {
    gchar *problem = property_problem (property, number);

    GST_ELEMENT_WARNING (element, LIBRARY, SETTINGS, ("%s", problem),
        ("the value before it stays"));
    g_free (problem);
  }
}

void
gst_depth_rule_get_property (GstDepthRule * rule, GstElement * element,
    GValue * value, GParamSpec * pspec)
{
  GST_OBJECT_LOCK (element);
  g_value_set_double (value, VALUE (rule, find_property (pspec)));
  GST_OBJECT_UNLOCK (element);
}

gboolean
gst_depth_rule_check (GstDepthRule * rule, GstElement * element)
{
  gchar *problem;

  GST_OBJECT_LOCK (element);
  problem = rule_problem (rule);
  GST_OBJECT_UNLOCK (element);

  rule->caps_meter = 0;
  rule->said_default = rule->said_bad_meta = FALSE;
  g_object_set_qdata (G_OBJECT (element), refused_caps_quark (), NULL);
  if (problem == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS, ("%s", problem), (NULL));
  g_free (problem);
  return FALSE;
}

gboolean
gst_depth_caps_get_meter (const GstCaps * caps, gdouble * meter)
{
  const GstStructure *fields = gst_caps_get_structure (caps, 0);

  if (!gst_structure_has_field (fields, CAPS_FIELD))
    return FALSE;
  *meter = gst_depth_meta_number_ (fields, CAPS_FIELD);
  return TRUE;
}

void
gst_depth_caps_set_meter (GstCaps * caps, gdouble meter)
{
  gint n, d;

  gst_util_double_to_fraction (meter, &n, &d);
  gst_caps_set_simple (caps, CAPS_FIELD, GST_TYPE_FRACTION, n, d, NULL);
}

gboolean
gst_depth_refuse_caps (GstElement * element, const GstCaps * caps,
    gchar * problem)
{
  /* A reference, so that the address is of no other caps. */
  if (g_object_get_qdata (G_OBJECT (element), refused_caps_quark ()) != caps) {
    g_object_set_qdata_full (G_OBJECT (element), refused_caps_quark (),
        gst_caps_ref ((GstCaps *) caps), (GDestroyNotify) gst_caps_unref);
    GST_ELEMENT_ERROR (element, STREAM, FORMAT, ("%s", problem),
        ("%" GST_PTR_FORMAT, caps));
  }
  g_free (problem);
  return FALSE;
}

gboolean
gst_depth_raw_info_from_caps (GstVideoInfo * info, GstElement * element,
    const GstCaps * caps)
{
  if (!gst_video_info_from_caps (info, caps))
    return gst_depth_refuse_caps (element, caps,
        g_strdup ("Caps of raw depth need format, width and height"));
  if (GST_VIDEO_INFO_IS_INTERLACED (info))
    return gst_depth_refuse_caps (element, caps,
        g_strdup_printf ("interlace-mode is %s; depth must be progressive",
            gst_video_interlace_mode_to_string (GST_VIDEO_INFO_INTERLACE_MODE
                (info))));
  return TRUE;
}

gboolean
gst_depth_rule_set_caps (GstDepthRule * rule, GstElement * element,
    const GstCaps * caps)
{
  gdouble meter;

  if (!gst_depth_caps_get_meter (caps, &meter))
    meter = 0;
  else if (!meter_valid (meter))
    return gst_depth_refuse_caps (element, caps,
        g_strdup_printf (CAPS_FIELD " of the caps is %.10g%s; allowed is a "
            "fraction of " METER_RANGE ", as 1000/1", meter,
            meter_remedy (meter)));
  rule->caps_meter = meter;
  g_object_set_qdata (G_OBJECT (element), refused_caps_quark (), NULL);
  return TRUE;
}

/* Metadata that cannot be is as if it were not there, said once. */
static void
read_meta (GstDepthRule * rule, GstElement * element, GstBuffer * buffer,
    GstDepthInfo * info)
{
  gboolean bad_meter, bad_range;

  if (!gst_buffer_get_depth_info (buffer, info))
    return;
  bad_meter = info->meter != 0 && !meter_valid (info->meter);
  bad_range = !(isfinite (info->range_min) && isfinite (info->range_max)
      && info->range_min >= 0 && info->range_min < info->range_max);

  if ((bad_meter || (bad_range && info->range_max != 0))
      && !rule->said_bad_meta) {
    rule->said_bad_meta = TRUE;
    GST_ELEMENT_WARNING (element, STREAM, FORMAT,
        (GST_DEPTH_META_NAME
            " says meter %.10g, range %g to %g%s; allowed is a " "meter of "
            METER_RANGE ", and range-min below range-max in depth units",
            info->meter, info->range_min, info->range_max,
            meter_remedy (info->meter)), ("what is wrong in it is not used"));
  }
  if (bad_meter)
    info->meter = 0;
  if (bad_range)
    info->range_min = info->range_max = 0;
}

static gdouble
default_meter (GstDepthRule * rule, GstElement * element)
{
  if (!rule->said_default) {
    rule->said_default = TRUE;
    GST_ELEMENT_INFO (element, STREAM, FORMAT,
        ("Nothing says the unit of depth: %g depth units per metre assumed",
            GST_DEPTH_DEFAULT_METER),
        ("%g depth units per metre assumed; set the property meter, or "
            CAPS_FIELD " in the caps", GST_DEPTH_DEFAULT_METER));
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
gst_depth_rule_resolve (GstDepthRule * rule, GstElement * element,
    GstBuffer * buffer, GstDepthValues * values)
{
  GstDepthInfo info = { 0, };
  gdouble meter, near_m, far_m;

  GST_OBJECT_LOCK (element);
  meter = rule->meter;
  near_m = rule->near_m;
  far_m = rule->far_m;
  GST_OBJECT_UNLOCK (element);

  if (buffer != NULL)
    read_meta (rule, element, buffer, &info);
  if (meter == 0)
    meter = info.meter;
  if (meter == 0)
    meter = rule->caps_meter;
  if (meter == 0)
    meter = default_meter (rule, element);

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
