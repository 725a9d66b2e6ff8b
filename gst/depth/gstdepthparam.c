/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two kinds of GParamSpec without validation. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthparam.h"

/* Says that nothing had to be changed. */
static gboolean
take_any (GParamSpec * pspec, GValue * value)
{
  return FALSE;
}

static void
class_init (gpointer klass, gpointer data)
{
  G_PARAM_SPEC_CLASS (klass)->value_validate = take_any;
}

/* Another plugin of ours may have registered it before. */
static GType
lax_type (const gchar * name, GType parent)
{
  GType type = g_type_from_name (name);
  GTypeQuery query;
  GTypeInfo info = { 0, };

  if (type != 0)
    return type;
  g_type_query (parent, &query);
  info.class_size = query.class_size;
  info.instance_size = query.instance_size;
  info.class_init = class_init;
  return g_type_register_static (parent, name, &info, 0);
}

GParamSpec *
gst_depth_param_double (const gchar * name, const gchar * nick,
    const gchar * blurb, gdouble least, gdouble most, gdouble value,
    GParamFlags flags)
{
  GParamSpecDouble *spec =
      g_param_spec_internal (lax_type ("GstDepthParamDouble",
          G_TYPE_PARAM_DOUBLE), name, nick, blurb, flags);

  spec->minimum = least;
  spec->maximum = most;
  spec->default_value = value;
  return G_PARAM_SPEC (spec);
}

GParamSpec *
gst_depth_param_numbers (const gchar * name, const gchar * nick,
    const gchar * blurb, GParamFlags flags)
{
  GstParamSpecArray *spec =
      g_param_spec_internal (lax_type ("GstDepthParamNumbers",
          GST_TYPE_PARAM_ARRAY_LIST), name, nick, blurb, flags);

  /* what gst-launch-1.0 reads */
  spec->element_spec = g_param_spec_double ("number", "Number", "A number",
      -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
  g_param_spec_ref_sink (spec->element_spec);
  return G_PARAM_SPEC (spec);
}
