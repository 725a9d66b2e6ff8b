/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The enums and flags that are types of properties. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/settings.h"

#include <gst/gst.h>
#include "colormap/colormap.h"

/* Registered at the first call, @type is 0 before. */
static GType
enum_get_type (gsize * type, const gchar * name, const GEnumValue * values)
{
  if (g_once_init_enter (type)) {
    GType made = g_enum_register_static (name, values);

    gst_type_mark_as_plugin_api (made, 0);
    g_once_init_leave (type, made);
  }
  return *type;
}

GType
rerun_compression_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    {RRD_COMPRESSION_NONE, "No compression", "none"},
    {RRD_COMPRESSION_LZ4, "LZ4", "lz4"},
    {0, NULL, NULL}
  };

  return enum_get_type (&type, "GstDepthRerunSinkCompression", values);
}

GType
rerun_magnification_filter_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    {RERUN_NO_MAGNIFICATION_FILTER, "Not logged: the Viewer decides", "none"},
    {1, "Nearest neighbour", "nearest"},
    {2, "Linear", "linear"},
    {3, "Bicubic", "bicubic"},
    {0, NULL, NULL}
  };

  return enum_get_type (&type, "GstDepthRerunSinkMagnificationFilter", values);
}

GType
rerun_leaky_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    {RERUN_LEAKY_NO, "Drop nothing: the stream waits", "no"},
    {RERUN_LEAKY_UPSTREAM, "Drop the new frame", "upstream"},
    {RERUN_LEAKY_DOWNSTREAM, "Drop the oldest frames", "downstream"},
    {0, NULL, NULL}
  };

  return enum_get_type (&type, "GstDepthRerunSinkLeaky", values);
}

GType
rerun_archetype_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    {RERUN_ARCHETYPE_AUTO, "16-bit grey is depth, other PNG are pictures",
        "auto"},
    {RERUN_ARCHETYPE_DEPTH, "Depth", "depth"},
    {RERUN_ARCHETYPE_IMAGE, "Pictures, as of infrared", "image"},
    {0, NULL, NULL}
  };

  return enum_get_type (&type, "GstDepthRerunSinkArchetype", values);
}

GType
rerun_level_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    {RERUN_LEVEL_CRITICAL, "Critical", "critical"},
    {RERUN_LEVEL_ERROR, "Error", "error"},
    {RERUN_LEVEL_WARN, "Warning", "warn"},
    {RERUN_LEVEL_INFO, "Information", "info"},
    {RERUN_LEVEL_DEBUG, "For debugging", "debug"},
    {RERUN_LEVEL_TRACE, "For tracing", "trace"},
    {0, NULL, NULL}
  };

  return enum_get_type (&type, "GstDepthRerunSinkLevel", values);
}

/* The Viewer's colour maps, with "none" before them. */
GType
rerun_colormap_get_type (void)
{
  static gsize type;
  static GEnumValue values[COLORMAP_COUNT + 2] = {
    {RERUN_NO_COLORMAP, "Not logged: the Viewer decides", "none"},
  };

  if (g_once_init_enter (&type)) {
    GType made;

    for (gint i = 0; i < COLORMAP_COUNT; i++) {
      values[i + 1].value = i + 1;
      values[i + 1].value_name = colormaps[i].title;
      values[i + 1].value_nick = colormaps[i].name;
    }
    made = g_enum_register_static ("GstDepthRerunSinkColormap", values);
    gst_type_mark_as_plugin_api (made, 0);
    g_once_init_leave (&type, made);
  }
  return type;
}

GType
rerun_timelines_get_type (void)
{
  static gsize type;
  static const GFlagsValue values[] = {
    {1 << RERUN_LOG_TIME, "log_time: wall clock when the frame came",
        "log-time"},
    {1 << RERUN_CAPTURE_TIME,
          "capture_time: wall clock when the frame was captured",
        "capture-time"},
    {1 << RERUN_PTS, "pts: running time", "pts"},
    {1 << RERUN_FRAME, "frame: count of frames", "frame"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType made = g_flags_register_static ("GstDepthRerunSinkTimelines", values);

    gst_type_mark_as_plugin_api (made, 0);
    g_once_init_leave (&type, made);
  }
  return type;
}
