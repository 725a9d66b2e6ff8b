/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rerun/settings.h"
#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthparam.h"
#include "colormap/colormap.h"

/* --- enums and flags --------------------------------------------------------- */

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

static GType
compression_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    {RRD_COMPRESSION_NONE, "No compression", "none"},
    {RRD_COMPRESSION_LZ4, "LZ4", "lz4"},
    {0, NULL, NULL}
  };

  return enum_get_type (&type, "GstDepthRerunSinkCompression", values);
}

static GType
magnification_filter_get_type (void)
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

static GType
leaky_get_type (void)
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

/* The Viewer's colour maps, with "none" before them. */
static GType
colormap_get_type (void)
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

#define ALL_TIMELINES ((1 << RERUN_N_TIMELINES) - 1)

static GType
timelines_get_type (void)
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

/* --- the properties ---------------------------------------------------------- */

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | \
    GST_PARAM_MUTABLE_READY)

static GParamSpec *
spec_location (void)
{
  return g_param_spec_string ("location", "Location",
      "The recording file (.rrd) to write, - = standard output", NULL, FLAGS);
}

static GParamSpec *
spec_uri (void)
{
  return g_param_spec_string ("uri", "URI",
      "The Rerun server or Viewer to stream to, rerun+http://HOST:PORT/proxy "
      "(rerun+https or rerun with TLS); neither uri nor location set = "
      RERUN_DEFAULT_URI, NULL, FLAGS);
}

static GParamSpec *
spec_spawn_viewer (void)
{
  return g_param_spec_boolean ("spawn-viewer", "Spawn Viewer",
      "Start the rerun program found in PATH if nothing listens at uri", FALSE,
      FLAGS);
}

static GParamSpec *
spec_application_id (void)
{
  return g_param_spec_string ("application-id", "Application ID",
      "What Rerun lists the recording under: 1 to 180 letters, digits, spaces "
      "and _-[]:, not set = the program's name", NULL, FLAGS);
}

static GParamSpec *
spec_recording_id (void)
{
  return g_param_spec_string ("recording-id", "Recording ID",
      "Rerunsinks and files with the same application and recording ID are one "
      "recording, not set = a new UUID for all rerunsinks that run together",
      NULL, FLAGS);
}

static GParamSpec *
spec_entity_path (void)
{
  return g_param_spec_string ("entity-path", "Entity Path",
      "Where in the recording the frames are logged, as camera/depth", "depth",
      FLAGS);
}

static GParamSpec *
spec_compression (void)
{
  return g_param_spec_enum ("compression", "Compression",
      "How the messages of a file are compressed", compression_get_type (),
      RRD_COMPRESSION_LZ4, FLAGS);
}

static GParamSpec *
spec_max_queue_bytes (void)
{
  return g_param_spec_uint64 ("max-queue-bytes", "Max Queue Bytes",
      "How much is held for a server that does not keep up, at least one frame",
      0, G_MAXUINT64, 64 * 1024 * 1024, FLAGS);
}

static GParamSpec *
spec_leaky (void)
{
  return g_param_spec_enum ("leaky", "Leaky",
      "What happens to frames when max-queue-bytes are held for a server",
      leaky_get_type (), RERUN_LEAKY_DOWNSTREAM, FLAGS);
}

static GParamSpec *
spec_drain_timeout (void)
{
  return g_param_spec_uint64 ("drain-timeout", "Drain Timeout",
      "How long EOS and stopping wait for a server, and stopping for a pipe that "
      "takes nothing any more, in ns", 0, G_MAXUINT64, 2 * GST_SECOND, FLAGS);
}

static GParamSpec *
spec_pinhole (void)
{
  return gst_depth_param_numbers ("pinhole", "Pinhole",
      "The camera's intrinsics <fx, fy, cx, cy> in pixels, for the 3D view, "
      "empty = from GstPinholeMeta if the frames have it", FLAGS);
}

static GParamSpec *
spec_timelines (void)
{
  return g_param_spec_flags ("timelines", "Timelines",
      "The timelines that frames are logged on", timelines_get_type (),
      ALL_TIMELINES, FLAGS);
}

static GParamSpec *
spec_colormap (void)
{
  return g_param_spec_enum ("colormap", "Colormap",
      "The colours that the Viewer shows depth in, none = not logged",
      colormap_get_type (), RERUN_NO_COLORMAP, FLAGS);
}

static GParamSpec *
spec_point_fill_ratio (void)
{
  return g_param_spec_float ("point-fill-ratio", "Point Fill Ratio",
      "Radius of the points in the 3D view, 1 = neighbours touch, "
      "-1 = not logged", -INFINITY, INFINITY, RERUN_NO_POINT_FILL_RATIO,
      FLAGS | G_PARAM_LAX_VALIDATION);
}

static GParamSpec *
spec_draw_order (void)
{
  return g_param_spec_float ("draw-order", "Draw Order",
      "What lies above in the 2D view: higher numbers, -inf = not logged",
      -INFINITY, INFINITY, RERUN_NO_DRAW_ORDER, FLAGS | G_PARAM_LAX_VALIDATION);
}

static GParamSpec *
spec_magnification_filter (void)
{
  return g_param_spec_enum ("magnification-filter", "Magnification Filter",
      "How the Viewer enlarges the picture, none = not logged "
      "(Viewers before 0.31 refuse it)", magnification_filter_get_type (),
      RERUN_NO_MAGNIFICATION_FILTER, FLAGS);
}

typedef struct
{
  GParamSpec *(*spec) (void);
  gsize offset;
} Property;

#define OFFSET(member) G_STRUCT_OFFSET (RerunSettings, member)

static const Property properties[] = {
  {spec_location, OFFSET (location)},
  {spec_uri, OFFSET (uri)},
  {spec_spawn_viewer, OFFSET (spawn_viewer)},
  {spec_application_id, OFFSET (application_id)},
  {spec_recording_id, OFFSET (recording_id)},
  {spec_entity_path, OFFSET (entity_path)},
  {spec_pinhole, OFFSET (pinhole)},
  {spec_colormap, OFFSET (stream.colormap)},
  {spec_point_fill_ratio, OFFSET (stream.point_fill_ratio)},
  {spec_draw_order, OFFSET (stream.draw_order)},
  {spec_magnification_filter, OFFSET (stream.magnification_filter)},
  {spec_timelines, OFFSET (stream.timelines)},
  {spec_compression, OFFSET (compression)},
  {spec_max_queue_bytes, OFFSET (max_queue_bytes)},
  {spec_leaky, OFFSET (leaky)},
  {spec_drain_timeout, OFFSET (drain_timeout)},
};

/* The class owns them. */
static GParamSpec *specs[G_N_ELEMENTS (properties)];

guint
rerun_settings_install (GObjectClass * klass, guint first)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++) {
    specs[i] = properties[i].spec ();
    g_object_class_install_property (klass, first++, specs[i]);
  }
  return first;
}

static void
set_string (gchar ** member, const GValue * value)
{
  g_free (*member);
  *member = g_value_dup_string (value);
}

void
rerun_settings_set (RerunSettings * self, guint id, const GValue * value)
{
  gpointer member = (guint8 *) self + properties[id].offset;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value))) {
    case G_TYPE_STRING:
      set_string (member, value);
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
    case G_TYPE_FLOAT:
      *(gfloat *) member = g_value_get_float (value);
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
    case G_TYPE_FLOAT:
      g_value_set_float (value, *(const gfloat *) member);
      break;
    case G_TYPE_UINT64:
      g_value_set_uint64 (value, *(const guint64 *) member);
      break;
    default:
      g_value_copy (member, value);
      break;
  }
}

void
rerun_settings_init (RerunSettings * self)
{
  memset (self, 0, sizeof *self);
  g_value_init (&self->pinhole, GST_TYPE_ARRAY);
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    rerun_settings_set (self, i, g_param_spec_get_default_value (specs[i]));
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
}

/* --- what they mean, and what they must not be ------------------------------- */

gchar *
rerun_settings_application_id (const RerunSettings * self)
{
  gchar id[RRD_APPLICATION_ID_MAX + 1];

  if (self->application_id != NULL)
    return g_strdup (self->application_id);
  rrd_application_id_sanitise (g_get_prgname () != NULL ? g_get_prgname () : "",
      id);
  return g_strdup (id);
}

RerunUri *
rerun_settings_uri (const RerunSettings * self)
{
  if (self->uri == NULL && self->location != NULL)
    return NULL;
  return rerun_uri_parse (self->uri != NULL ? self->uri : RERUN_DEFAULT_URI,
      NULL);
}

gboolean
rerun_settings_pinhole (const RerunSettings * self, GstPinholeInfo * info)
{
  gdouble *numbers[] = { &info->fx, &info->fy, &info->cx, &info->cy };

  if (gst_value_array_get_size (&self->pinhole) != G_N_ELEMENTS (numbers))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *numbers[i] =
        g_value_get_double (gst_value_array_get_value (&self->pinhole, i));
  return TRUE;
}

static gchar *
pinhole_problem (const RerunSettings * self)
{
  GstPinholeInfo info;
  gchar *text, *problem;

  if (gst_value_array_get_size (&self->pinhole) == 0)
    return NULL;
  if (rerun_settings_pinhole (self, &info) && isfinite (info.fx)
      && isfinite (info.fy) && isfinite (info.cx) && isfinite (info.cy)
      && info.fx > 0 && info.fy > 0)
    return NULL;
  text = gst_value_serialize (&self->pinhole);
  problem = g_strdup_printf ("pinhole is %s; allowed is <fx, fy, cx, cy> in "
      "pixels, fx and fy above 0", text);
  g_free (text);
  return problem;
}

static gchar *
entity_path_problem (const RerunSettings * self)
{
  const gchar *given = self->entity_path != NULL ? self->entity_path : "";
  RrdNameError why;
  char *path = rrd_entity_path_normalise (given, &why);

  if (path != NULL) {
    free (path);
    return NULL;
  }
  return g_strdup_printf ("entity-path is \"%s\": %s at byte %" G_GSIZE_FORMAT
      "; allowed are names with slashes between them, as camera/depth", given,
      why.what, why.offset);
}

static gchar *
id_problem (const RerunSettings * self)
{
  RrdNameError why;

  if (self->recording_id != NULL && *self->recording_id == '\0')
    return g_strdup ("recording-id is \"\"; allowed is any text but that, or "
        "not to set it");
  if (self->application_id == NULL
      || rrd_application_id_check (self->application_id, &why))
    return NULL;
  return g_strdup_printf ("application-id is \"%s\": %s at byte %"
      G_GSIZE_FORMAT "; allowed are 1 to 180 letters, digits, spaces and "
      "_-[]:", self->application_id, why.what, why.offset);
}

static gchar *
stream_problem (const RerunSettings * self)
{
  const RerunStreamOptions *stream = &self->stream;

  if (stream->timelines == 0)
    return g_strdup ("timelines is empty; allowed is at least one of log-time, "
        "capture-time, pts and frame");
  if (stream->point_fill_ratio != RERUN_NO_POINT_FILL_RATIO
      && !(isfinite (stream->point_fill_ratio)
          && stream->point_fill_ratio >= 0))
    return g_strdup_printf ("point-fill-ratio is %g; allowed is -1 (not "
        "logged) or at least 0", stream->point_fill_ratio);
  if (stream->draw_order != RERUN_NO_DRAW_ORDER
      && !isfinite (stream->draw_order))
    return g_strdup_printf ("draw-order is %g; allowed is -inf (not logged) "
        "or a finite number", stream->draw_order);
  return NULL;
}

static gchar *
location_problem (const RerunSettings * self)
{
  if (self->location == NULL || *self->location != '\0')
    return NULL;
  return g_strdup ("location is \"\"; allowed is the name of a file, or - for "
      "standard output");
}

static gchar *
uri_problem (const RerunSettings * self)
{
  const gchar *text = self->uri != NULL ? self->uri : RERUN_DEFAULT_URI;
  GError *error = NULL;
  RerunUri *uri = rerun_uri_parse (text, &error);
  gchar *problem = NULL;

  if (uri == NULL) {
    problem = g_strdup (error->message);
    g_error_free (error);
    return problem;
  }
  if (self->spawn_viewer && (uri->tls || !rerun_uri_is_local (uri)))
    problem =
        g_strdup_printf ("spawn-viewer is true and uri is \"%s\"; allowed "
        "is rerun+http and this machine, as " RERUN_DEFAULT_URI, text);
  rerun_uri_free (uri);
  return problem;
}

gchar *
rerun_settings_problem (const RerunSettings * self)
{
  static gchar *(*const problems[]) (const RerunSettings *) = {
    location_problem, uri_problem, id_problem, entity_path_problem,
    pinhole_problem,
    stream_problem
  };

  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++) {
    gchar *problem = problems[i] (self);

    if (problem != NULL)
      return problem;
  }
  return NULL;
}
