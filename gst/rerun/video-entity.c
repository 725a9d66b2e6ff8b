/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Encoded video: VideoStream, whose codec is said once, and whose samples are the units
 * as they come. What a decoder needs to begin is looked up in their bytes: a parser
 * clears GST_BUFFER_FLAG_DELTA_UNIT for every I picture, and a stream without parser
 * for every buffer. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/video/video.h>

#include "depth/gstdepthcaps.h"
#include "rerun/camera.h"
#include "videounit/videounit.h"

#include "rerun/debug.h"

/* A stream that has had no key frame for so long may never have one. */
#define LONG_WAIT ((gint64) 5 * GST_SECOND)

static const RerunLooks looks = {
  .opacity = &rrd_video_stream[RRD_VIDEO_STREAM_OPACITY],
  .draw_order = &rrd_video_stream[RRD_VIDEO_STREAM_DRAW_ORDER],
};

/* What Rerun wants of a codec, and what helps where it is not so. */
typedef struct
{
  const gchar *media_type;
  VideoUnitCodec unit;
  guint32 codec;                /* Rerun's number */
  const gchar *stream_format, *alignment;       /* NULL: there is only one */
  const gchar *parser;          /* NULL: none is needed */
  const gchar *headers;         /* what a decoder needs with a key frame, or NULL */
  const gchar *headers_remedy;
  const gchar *order_remedy;
} Codec;

static const Codec codecs[] = {
  {"video/x-h264", VIDEO_UNIT_H264, RRD_VIDEO_H264, "byte-stream", "au",
        "h264parse", "SPS and PPS",
        "h264parse config-interval=-1 writes them before each key frame",
      "x264enc bframes=0 or tune=zerolatency, a camera's Baseline profile"},
  {"video/x-h265", VIDEO_UNIT_H265, RRD_VIDEO_H265, "byte-stream", "au",
        "h265parse", "VPS, SPS and PPS",
        "h265parse config-interval=-1 writes them before each key frame",
      "x265enc tune=zerolatency or option-string=bframes=0"},
  {"video/x-av1", VIDEO_UNIT_AV1, RRD_VIDEO_AV1, "obu-stream", "tu",
        "av1parse", "a sequence header",
        "the encoder has to repeat it before each key frame",
      "an encoder setting for low delay"},
  {"video/x-vp8", VIDEO_UNIT_VP8, RRD_VIDEO_VP8, NULL, NULL, NULL, NULL, NULL,
      "an encoder setting for low delay"},
  {"video/x-vp9", VIDEO_UNIT_VP9, RRD_VIDEO_VP9, NULL, "super-frame",
      "vp9parse", NULL, NULL, "an encoder setting for low delay"},
};

typedef struct
{
  RerunEntity parent;
  RerunCamera camera;
  const Codec *codec;
  gint width, height;           /* by the caps; 0: they do not say */
  gboolean has_codec;           /* it was logged */

  gboolean has_key;             /* a decoder has something to begin with */
  gint64 last_time;             /* running time of the latest frame of those since */
  gboolean warned_bare;

  /* units left out while there is no key frame */
  guint64 skipped;
  gint64 skipped_from;
  gboolean warned_skipped;
} VideoEntity;

static RerunEntity *
video_new (const RerunEntityContext * context)
{
  VideoEntity *self = g_new0 (VideoEntity, 1);

  return &self->parent;
}

static void
video_free (RerunEntity * entity)
{
  g_free (entity);
}

/* A seek: decoders begin anew. */
static void
video_flush (RerunEntity * entity)
{
  VideoEntity *self = (VideoEntity *) entity;

  self->has_key = self->warned_skipped = FALSE;
  self->skipped = 0;
}

static const Codec *
find_codec (const GstStructure * fields)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (gst_structure_has_name (fields, codecs[i].media_type))
      return &codecs[i];
  }
  g_assert_not_reached ();
}

static gboolean
field_is (const GstStructure * fields, const gchar * name, const gchar * wanted)
{
  const gchar *has = gst_structure_get_string (fields, name);

  return wanted == NULL || has == NULL || g_str_equal (has, wanted);
}

static gboolean
refuse_form (VideoEntity * self, GstCaps * caps)
{
  const Codec *codec = self->codec;

  return gst_depth_caps_refuse (self->parent.context->element, caps,
      g_strdup_printf ("Rerun does not read this form of %s, but %s%s"
          "alignment=%s: put %s before this element", codec->media_type,
          codec->stream_format != NULL ? codec->stream_format : "",
          codec->stream_format != NULL ? ", " : "", codec->alignment,
          codec->parser));
}

static gboolean
refuse_no_size (VideoEntity * self, GstCaps * caps)
{
  const gchar *parser = self->codec->parser;

  return gst_depth_caps_refuse (self->parent.context->element, caps,
      g_strconcat ("pinhole is of a picture whose width and height the caps do "
          "not say", parser != NULL ? ": put a parser before this element, " :
          NULL, parser, NULL));
}

/* The Viewer stretches pictures to the size of the first of a stream. */
static void
set_size (VideoEntity * self, gint width, gint height)
{
  if (self->width > 0 && width > 0 && (width != self->width
          || height != self->height))
    GST_ELEMENT_WARNING (self->parent.context->element, STREAM, FORMAT,
        ("the size of the video changes from %dx%d to %dx%d: Rerun shows all of "
            "it in the first size; log another size to another entity-path, or "
            "scale before the encoder", self->width, self->height, width,
            height), (NULL));
  self->width = width;
  self->height = height;
}

static gboolean
video_set_caps (RerunEntity * entity, GstCaps * caps)
{
  VideoEntity *self = (VideoEntity *) entity;
  GstStructure *fields = gst_caps_get_structure (caps, 0);
  gint width = 0, height = 0;
  gboolean has_size = gst_structure_get_int (fields, "width", &width)
      && gst_structure_get_int (fields, "height", &height)
      && width > 0 && height > 0;

  if (!has_size)
    width = height = 0;
  self->codec = find_codec (fields);
  set_size (self, width, height);
  if (!field_is (fields, "stream-format", self->codec->stream_format)
      || !field_is (fields, "alignment", self->codec->alignment))
    return refuse_form (self, caps);
  if (!has_size
      && gst_value_array_get_size (&entity->context->settings->pinhole) > 0)
    return refuse_no_size (self, caps);
  return TRUE;
}

/* Static data, once. */
static GstFlowReturn
log_codec (VideoEntity * self)
{
  RerunValue value;
  RerunLog log = {
    .kind = RERUN_ROW_STATE,.slot = RERUN_SLOT_CODEC,.values = &value,
    .n_values = 1
  };

  if (self->has_codec)
    return GST_FLOW_OK;
  self->has_codec = TRUE;
  rerun_value_set (&value, &rrd_video_stream[RRD_VIDEO_STREAM_CODEC],
      &self->codec->codec, sizeof self->codec->codec);
  return rerun_log (self->parent.context, &log);
}

/* Takes @mapped. */
static GstFlowReturn
log_sample (VideoEntity * self, RerunMapped * mapped, gboolean is_key,
    const gint64 * times)
{
  guint8 keyframe = is_key;
  RerunValue values[2];
  RerunLog log = {
    .kind = is_key ? RERUN_ROW_KEY : RERUN_ROW_DELTA,.times = times,
    .values = values,.n_values = 2,.mapped = mapped
  };

  rerun_value_set (&values[0], &rrd_video_stream[RRD_VIDEO_STREAM_SAMPLE],
      mapped->map.data, mapped->map.size);
  rerun_value_set (&values[1], &rrd_video_stream[RRD_VIDEO_STREAM_IS_KEYFRAME],
      &keyframe, 1);
  return rerun_log (self->parent.context, &log);
}

/* What is wrong with frames that come too early, and what helps. Takes @what. */
static gchar *
describe_early (VideoEntity * self, gchar * what)
{
  const Codec *codec = self->codec;
  gchar *text = codec->headers == NULL ?
      g_strconcat (what, " the first key frame", NULL) :
      g_strconcat (what, " the first key frame with ", codec->headers, " (",
      codec->headers_remedy, ")", NULL);

  g_free (what);
  return text;
}

/* One warning for all of them. */
static GstFlowReturn
warn_skipped (VideoEntity * self, const gint64 * times)
{
  const RerunEntityContext *context = self->parent.context;
  GstFlowReturn flow = GST_FLOW_OK;
  gchar *text = describe_early (self, g_strdup_printf ("%" G_GUINT64_FORMAT
          " frames were left out, because no decoder can begin with them: they "
          "come before", self->skipped));

  self->warned_skipped = TRUE;
  GST_ELEMENT_WARNING (context->element, STREAM, DECODE, ("%s", text), (NULL));
  gst_depth_report_told (context->report);
  if (context->settings->log_drops)
    flow = rerun_log_text (context, RERUN_ROW_ONCE, text, RERUN_LEVEL_WARN,
        times);
  g_free (text);
  return flow;
}

/* Encoders that can make a key frame at once do so. */
static void
ask_for_key_frame (VideoEntity * self)
{
  GstPad *pad =
      gst_element_get_static_pad (self->parent.context->element, "sink");

  gst_pad_push_event (pad,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          0));
  gst_object_unref (pad);
}

static GstFlowReturn
skip (VideoEntity * self, const gint64 * times)
{
  gint64 time = times[RERUN_PTS];

  if (self->skipped++ == 0) {
    self->skipped_from = time;
    ask_for_key_frame (self);
  }
  gst_depth_report_skip (self->parent.context->report,
      describe_early (self, g_strdup ("frame left out: it comes before")));
  if (self->warned_skipped || time < self->skipped_from
      || (guint64) time - (guint64) self->skipped_from < LONG_WAIT)
    return GST_FLOW_OK;
  return warn_skipped (self, times);
}

/* Once: who looks at the recording from there on sees nothing. */
static void
warn_bare (VideoEntity * self)
{
  if (self->warned_bare)
    return;
  self->warned_bare = TRUE;
  GST_ELEMENT_WARNING (self->parent.context->element, STREAM, DECODE,
      ("a key frame comes without %s: no decoder can begin there; %s",
          self->codec->headers, self->codec->headers_remedy), (NULL));
}

static GstFlowReturn
refuse_order (VideoEntity * self, GstBuffer * buffer, gint64 time)
{
  gchar *what = GST_BUFFER_PTS_IS_VALID (buffer) ?
      g_strdup_printf ("%" GST_TIME_FORMAT " comes after %" GST_TIME_FORMAT,
      GST_TIME_ARGS (time), GST_TIME_ARGS (self->last_time)) :
      g_strdup ("they have no PTS");

  GST_ELEMENT_ERROR (self->parent.context->element, STREAM, WRONG_TYPE,
      ("frames do not come in the order in which they are shown (B-frames: %s),"
          " and Rerun has no place for that: switch B-frames off at the encoder "
          "(%s)", what, self->codec->order_remedy), (NULL));
  g_free (what);
  return GST_FLOW_ERROR;
}

/* Whether times rise since the last key frame, or gap. Those made up do not count: of
 * frames without PTS, B-frames alone tell that the order is another one. */
static gboolean
check_order (VideoEntity * self, GstBuffer * buffer, VideoUnitKind kind,
    gint64 time)
{
  if (kind == VIDEO_UNIT_KEY || kind == VIDEO_UNIT_BARE_KEY
      || GST_BUFFER_IS_DISCONT (buffer))
    self->last_time = G_MININT64;
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return kind != VIDEO_UNIT_B;
  if (time < self->last_time)
    return FALSE;
  self->last_time = time;
  return TRUE;
}

/* What holds for the frames, before them. */
static GstFlowReturn
log_around (VideoEntity * self, GstBuffer * buffer, const gint64 * times)
{
  GstFlowReturn flow = log_codec (self);

  if (flow == GST_FLOW_OK)
    flow = rerun_entity_log_looks (&self->parent, &looks);
  if (flow == GST_FLOW_OK)
    flow = rerun_camera_log (&self->camera, &self->parent, buffer, self->width,
        self->height, times);
  return flow;
}

/* Takes @mapped. */
static GstFlowReturn
log_unit (VideoEntity * self, GstBuffer * buffer, RerunMapped * mapped,
    VideoUnitKind kind, const gint64 * times)
{
  GstFlowReturn flow = log_around (self, buffer, times);

  if (flow == GST_FLOW_OK && !self->has_key && self->skipped > 0
      && !self->warned_skipped)
    flow = warn_skipped (self, times);
  self->has_key = TRUE;
  if (kind == VIDEO_UNIT_BARE_KEY)
    warn_bare (self);
  if (flow == GST_FLOW_OK) {
    gst_depth_report_good (self->parent.context->report);
    return log_sample (self, mapped, kind == VIDEO_UNIT_KEY, times);
  }
  rerun_mapped_unmap (mapped);
  return flow;
}

static gchar *
describe_damage (VideoEntity * self, const VideoUnitError * error)
{
  return g_strdup_printf ("%s at byte %" G_GSIZE_FORMAT "%s%s", error->what,
      error->offset,
      self->codec->parser != NULL ? "; what cuts a stream into frames is " : "",
      self->codec->parser != NULL ? self->codec->parser : "");
}

static GstFlowReturn
video_log (RerunEntity * entity, GstBuffer * buffer, const gint64 * times)
{
  VideoEntity *self = (VideoEntity *) entity;
  RerunMapped mapped;
  VideoUnitKind kind;
  VideoUnitError error;
  GstFlowReturn flow = GST_FLOW_OK;
  gchar *why;

  if (!rerun_mapped_map (&mapped, buffer, rerun_entity_has_to_copy (entity,
              buffer), &why))
    return rerun_leave_out (entity->context, times, why);
  if (!video_unit_read (self->codec->unit, mapped.map.data, mapped.map.size,
          &kind, &error))
    flow = rerun_leave_out (entity->context, times,
        describe_damage (self, &error));
  else if (!self->has_key && kind != VIDEO_UNIT_KEY)
    flow = skip (self, times);
  else if (!check_order (self, buffer, kind, times[RERUN_PTS]))
    flow = refuse_order (self, buffer, times[RERUN_PTS]);
  else
    return log_unit (self, buffer, &mapped, kind, times);
  rerun_mapped_unmap (&mapped);
  return flow;
}

const RerunEntityClass rerun_video_entity = {
  .new = video_new,
  .set_caps = video_set_caps,
  .log = video_log,
  .flush = video_flush,
  .free = video_free,
};
