/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of rerunsink's properties, and getting and setting them by it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/settings.h"

#include <math.h>
#include <string.h>

#include "depth/gstdepthparam.h"

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | \
    GST_PARAM_MUTABLE_READY)

/* What may change at any time. */
#define MUTABLE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | \
    GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE)

#define MAX_PROPERTIES 32

typedef struct
{
  GParamSpec *spec;             /* the class owns it */
  gsize offset;
} Property;

static Property properties[MAX_PROPERTIES];
static guint n_properties;

static void
add (gsize offset, GParamSpec * spec)
{
  g_assert (n_properties < MAX_PROPERTIES);
  properties[n_properties].spec = spec;
  properties[n_properties++].offset = offset;
}

#define ADD(member, spec) add (G_STRUCT_OFFSET (RerunSettings, member), spec)

static void
add_places (void)
{
  ADD (location, g_param_spec_string ("location", "Location",
          "The recording file (.rrd) to write, - = standard output", NULL,
          FLAGS));
  ADD (uri, g_param_spec_string ("uri", "URI",
          "The Rerun server or Viewer to stream to, rerun+http://HOST:PORT/"
          "proxy (rerun+https or rerun with TLS); neither uri nor location set "
          "= " RERUN_DEFAULT_URI, NULL, FLAGS));
  ADD (spawn_viewer, g_param_spec_boolean ("spawn-viewer", "Spawn Viewer",
          "Start the rerun program found in PATH if nothing listens at uri",
          FALSE, FLAGS));
  ADD (application_id, g_param_spec_string ("application-id", "Application ID",
          "What Rerun lists the recording under: 1 to 180 letters, digits, "
          "spaces and _-[]:, not set = the program's name", NULL, FLAGS));
  ADD (recording_id, g_param_spec_string ("recording-id", "Recording ID",
          "Rerunsinks and files with the same application and recording ID are "
          "one recording, not set = a new UUID for all rerunsinks that run "
          "together", NULL, FLAGS));
  ADD (entity_path, g_param_spec_string ("entity-path", "Entity Path",
          "Where in the recording the frames are logged, as camera/depth",
          "depth", FLAGS));
}

static void
add_looks (void)
{
  ADD (archetype, g_param_spec_enum ("archetype", "Archetype",
          "What 16-bit grey and PNG pictures are logged as",
          rerun_archetype_get_type (), RERUN_ARCHETYPE_AUTO, FLAGS));
  ADD (pinhole, gst_depth_param_numbers ("pinhole", "Pinhole",
          "The camera's intrinsics <fx, fy, cx, cy> in pixels, for the 3D view, "
          "empty = from the stream if it has them", FLAGS));
  ADD (translation, gst_depth_param_numbers ("translation", "Translation",
          "Where the camera is, <x, y, z> in metres, in the space of the entity's "
          "parent, empty = not logged", MUTABLE));
  ADD (rotation, gst_depth_param_numbers ("rotation", "Rotation",
          "How the camera is turned, a quaternion <x, y, z, w>, empty = not "
          "logged", MUTABLE));
  ADD (colormap, g_param_spec_enum ("colormap", "Colormap",
          "The colours that the Viewer shows depth in, none = not logged",
          rerun_colormap_get_type (), RERUN_NO_COLORMAP, FLAGS));
  ADD (point_fill_ratio, gst_depth_param_double ("point-fill-ratio",
          "Point Fill Ratio",
          "Radius of the points in the 3D view, 1 = neighbours touch, "
          "-1 = not logged", -1, G_MAXFLOAT, RERUN_NO_POINT_FILL_RATIO, FLAGS));
  ADD (opacity, gst_depth_param_double ("opacity", "Opacity",
          "Of pictures in the 2D view, 0 to 1, -1 = not logged", -1, 1,
          RERUN_NO_OPACITY, FLAGS));
  ADD (draw_order, gst_depth_param_double ("draw-order", "Draw Order",
          "What lies above in the 2D view: higher numbers, -inf = not logged",
          -INFINITY, G_MAXFLOAT, RERUN_NO_DRAW_ORDER, FLAGS));
  ADD (magnification_filter, g_param_spec_enum ("magnification-filter",
          "Magnification Filter",
          "How the Viewer enlarges the picture, none = not logged "
          "(Viewers before 0.31 refuse it)",
          rerun_magnification_filter_get_type (), RERUN_NO_MAGNIFICATION_FILTER,
          FLAGS));
}

static void
add_text (void)
{
  ADD (level, g_param_spec_enum ("level", "Level",
          "The level of the lines of a text stream", rerun_level_get_type (),
          RERUN_LEVEL_INFO, FLAGS));
  ADD (log_drops, g_param_spec_boolean ("log-drops", "Log Drops",
          "Log a line of text, as a warning, where frames are left out or "
          "dropped", FALSE, FLAGS));
}

static void
add_outputs (void)
{
  ADD (timelines, g_param_spec_flags ("timelines", "Timelines",
          "The timelines that frames are logged on",
          rerun_timelines_get_type (), RERUN_ALL_TIMELINES, FLAGS));
  ADD (compression, g_param_spec_enum ("compression", "Compression",
          "How the messages of a file are compressed",
          rerun_compression_get_type (), RRD_COMPRESSION_LZ4, FLAGS));
  ADD (max_queue_bytes, g_param_spec_uint64 ("max-queue-bytes",
          "Max Queue Bytes", "How much is held for a server that does not keep "
          "up, at least one frame", 0, G_MAXUINT64, 64 * 1024 * 1024, FLAGS));
  ADD (leaky, g_param_spec_enum ("leaky", "Leaky",
          "What happens to frames when max-queue-bytes are held for a server",
          rerun_leaky_get_type (), RERUN_LEAKY_DOWNSTREAM, FLAGS));
  ADD (drain_timeout, g_param_spec_uint64 ("drain-timeout", "Drain Timeout",
          "How long EOS and stopping wait for a server, and stopping for a pipe "
          "that takes nothing any more, in ns", 0, G_MAXUINT64, 2 * GST_SECOND,
          FLAGS));
}

guint
rerun_settings_install (GObjectClass * klass, guint first)
{
  n_properties = 0;
  add_places ();
  add_looks ();
  add_text ();
  add_outputs ();
  for (guint i = 0; i < n_properties; i++)
    g_object_class_install_property (klass, first++, properties[i].spec);
  return first;
}

void
rerun_settings_set (RerunSettings * self, guint id, const GValue * value)
{
  gpointer member = (guint8 *) self + properties[id].offset;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value))) {
    case G_TYPE_STRING:
      g_free (*(gchar **) member);
      *(gchar **) member = g_value_dup_string (value);
      break;
    case G_TYPE_BOOLEAN:
      *(gboolean *) member = g_value_get_boolean (value);
      break;
    case G_TYPE_ENUM:
      *(gint *) member = g_value_get_enum (value);
      break;
    case G_TYPE_FLAGS:
      *(guint *) member = g_value_get_flags (value);
      break;
    case G_TYPE_DOUBLE:
      *(gdouble *) member = g_value_get_double (value);
      break;
    case G_TYPE_UINT64:
      *(guint64 *) member = g_value_get_uint64 (value);
      break;
    default:
      g_value_copy (value, member);
      break;
  }
}

void
rerun_settings_get (const RerunSettings * self, guint id, GValue * value)
{
  gconstpointer member = (const guint8 *) self + properties[id].offset;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value))) {
    case G_TYPE_STRING:
      g_value_set_string (value, *(gchar * const *) member);
      break;
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(const gboolean *) member);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *(const gint *) member);
      break;
    case G_TYPE_FLAGS:
      g_value_set_flags (value, *(const guint *) member);
      break;
    case G_TYPE_DOUBLE:
      g_value_set_double (value, *(const gdouble *) member);
      break;
    case G_TYPE_UINT64:
      g_value_set_uint64 (value, *(const guint64 *) member);
      break;
    default:
      g_value_copy (member, value);
      break;
  }
}

static void
init_values (RerunSettings * self)
{
  memset (self, 0, sizeof *self);
  g_value_init (&self->pinhole, GST_TYPE_ARRAY);
  g_value_init (&self->translation, GST_TYPE_ARRAY);
  g_value_init (&self->rotation, GST_TYPE_ARRAY);
}

void
rerun_settings_init (RerunSettings * self)
{
  init_values (self);
  for (guint i = 0; i < n_properties; i++)
    rerun_settings_set (self, i,
        g_param_spec_get_default_value (properties[i].spec));
}

void
rerun_settings_copy (RerunSettings * to, const RerunSettings * from)
{
  init_values (to);
  for (guint i = 0; i < n_properties; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (properties[i].spec));
    rerun_settings_get (from, i, &value);
    rerun_settings_set (to, i, &value);
    g_value_unset (&value);
  }
}

void
rerun_settings_clear (RerunSettings * self)
{
  g_free (self->location);
  g_free (self->uri);
  g_free (self->application_id);
  g_free (self->recording_id);
  g_free (self->entity_path);
  g_value_unset (&self->pinhole);
  g_value_unset (&self->translation);
  g_value_unset (&self->rotation);
  memset (self, 0, sizeof *self);
}
