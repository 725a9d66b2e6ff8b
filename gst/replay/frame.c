/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* From a picture in a recording to caps and a buffer. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/frame.h"

#include <math.h>
#include <string.h>

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthstream.h"
#include "depthpicture/depthpicture.h"
#include "rerun/raw-picture.h"
#include "still/still.h"

#include "replay/debug.h"

/* --- pictures with a header --- */

typedef gboolean (*ReadHeader) (ReplayFrame * self, gchar ** why);

static gboolean
refuse_header (gchar ** why, const gchar * what, gsize offset)
{
  *why = g_strdup_printf ("%s, at byte %" G_GSIZE_FORMAT, what, offset);
  return FALSE;
}

/* Quantised samples are metres when they are decoded: of these the recording says a
 * unit of 1 a metre, in which no decoder can write them as integers. */
static void
use_millimetres (ReplayFrame * self)
{
  if (self->format.meter == 0)
    return;
  self->scale = GST_DEPTH_DEFAULT_METER / self->format.meter;
  self->format.meter = GST_DEPTH_DEFAULT_METER;
}

static gboolean
read_rvl (ReplayFrame * self, gchar ** why)
{
  DepthPicture picture;
  DepthPictureError error;

  if (!depth_picture_read (&picture, DEPTH_PICTURE_RVL, self->bytes.data,
          self->bytes.size, &error))
    return refuse_header (why, error.what, error.offset);
  self->format.width = picture.width;
  self->format.height = picture.height;
  if (picture.a != 0)
    use_millimetres (self);
  return TRUE;
}

static gboolean
read_png (ReplayFrame * self, gchar ** why)
{
  Png16Header header;
  Png16Error error;

  if (!png16_read_header (self->bytes.data, self->bytes.size, &header, &error))
    return refuse_header (why, error.what, error.offset);
  self->format.width = header.width;
  self->format.height = header.height;
  return TRUE;
}

static gboolean
read_still (ReplayFrame * self, StillFormat format, gchar ** why)
{
  StillHeader header;
  StillError error;

  if (!still_read (format, self->bytes.data, self->bytes.size, &header, &error))
    return refuse_header (why, error.what, error.offset);
  self->format.width = header.width;
  self->format.height = header.height;
  return TRUE;
}

static gboolean
read_jpeg (ReplayFrame * self, gchar ** why)
{
  return read_still (self, STILL_JPEG, why);
}

static gboolean
read_tiff (ReplayFrame * self, gchar ** why)
{
  return read_still (self, STILL_TIFF, why);
}

/* Rerun's media types; the first bytes where a recording does not say. */
static const struct
{
  const gchar *name, *caps;
  const gchar *magic;
  gsize magic_size;
  ReadHeader read;
} medias[] = {
  {"application/rvl", "image/x-rvl", NULL, 0, read_rvl},
  {"image/png", "image/png", "\x89PNG", 4, read_png},
  {"image/tiff", "image/tiff", "II*\0", 4, read_tiff},
  {"image/tiff", "image/tiff", "MM\0*", 4, read_tiff},
  {"image/jpeg", "image/jpeg", "\xff\xd8\xff", 3, read_jpeg},
};

static gboolean
is_media (gsize i, const ReplayValue * type, ArrowSpan bytes)
{
  if (type->is_known)
    return type->size == strlen (medias[i].name)
        && memcmp (type->data, medias[i].name, type->size) == 0;
  return medias[i].magic != NULL && bytes.size >= medias[i].magic_size
      && memcmp (bytes.data, medias[i].magic, medias[i].magic_size) == 0;
}

static gboolean
read_encoded (ReplayFrame * self, gchar ** why)
{
  const ReplayValue *type = &self->entity->values[self->archetype->type];

  for (gsize i = 0; i < G_N_ELEMENTS (medias); i++) {
    if (is_media (i, type, self->bytes)) {
      self->format.media_type = medias[i].caps;
      return medias[i].read (self, why);
    }
  }
  if (type->is_known)
    *why = g_strdup_printf ("its media type is %.*s; application/rvl, "
        "image/png, image/tiff and image/jpeg can be played",
        (int) arrow_utf8_size (type->data, type->size),
        (const gchar *) type->data);
  else
    *why = g_strdup ("the recording does not say its media type");
  return FALSE;
}

/* --- raw pictures --- */

static const gchar *
datatype_name (guint8 datatype)
{
  static const gchar *const integers[] = {
    [6] = "8-bit", "signed 8-bit", "16-bit", "signed 16-bit", "32-bit",
    "signed 32-bit", "64-bit", "signed 64-bit"
  };
  static const gchar *const floats[] = {
    "16-bit float", "32-bit float", "64-bit float"
  };

  if (datatype >= 6 && datatype < G_N_ELEMENTS (integers))
    return integers[datatype];
  return datatype >= 33 && datatype <= 35 ? floats[datatype - 33] : "unknown";
}

static gboolean
read_raw_format (ReplayFrame * self, const RrdPixelFormat * pixels,
    gchar ** why)
{
  gboolean is_depth = self->archetype == &replay_archetypes[REPLAY_DEPTH_IMAGE];
  guint8 datatype = pixels->channel_datatype;

  if (!is_depth)
    self->format.raw =
        rerun_raw_picture_find_format (pixels, &self->format.limited);
  else if (datatype == rrd_pixel_formats[RRD_PIXELS_DEPTH16].channel_datatype)
    self->format.raw = GST_VIDEO_FORMAT_GRAY16_LE;
  if (self->format.raw != GST_VIDEO_FORMAT_UNKNOWN)
    return TRUE;
  if (is_depth)
    *why = g_strdup_printf ("its samples are %s; 16-bit depth can be played, "
        "others can be read with Rerun's SDK", datatype_name (datatype));
  else
    *why = g_strdup_printf ("its pixel format %d, colour model %d of %s "
        "samples can not be played; RGB, RGBA, BGR, BGRA, L, NV12, I420 and YUY2 can",
        pixels->pixel_format, pixels->color_model, datatype_name (datatype));
  return FALSE;
}

/* Planes without padding, one after the other. */
typedef struct
{
  gsize row, rows;
} Plane;

static gsize
get_packed_planes (const GstVideoInfo * info, Plane planes[])
{
  gsize size = 0;

  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    gint components[GST_VIDEO_MAX_COMPONENTS];
    gint first;

    gst_video_format_info_component (info->finfo, i, components);
    first = components[0];
    planes[i].row = (gsize) GST_VIDEO_FORMAT_INFO_SCALE_WIDTH (info->finfo,
        first, GST_VIDEO_INFO_WIDTH (info))
        * GST_VIDEO_FORMAT_INFO_PSTRIDE (info->finfo, first);
    planes[i].rows = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (info->finfo, first,
        GST_VIDEO_INFO_HEIGHT (info));
    size += planes[i].row * planes[i].rows;
  }
  return size;
}

static gboolean
get_info (const ReplayFormat * format, GstVideoInfo * info)
{
  if (!gst_video_info_set_format (info, format->raw, format->width,
          format->height))
    return FALSE;
  if (GST_VIDEO_FORMAT_INFO_IS_YUV (info->finfo)
      || GST_VIDEO_FORMAT_INFO_IS_GRAY (info->finfo)) {
    gboolean can_differ = format->raw != GST_VIDEO_FORMAT_NV12
        && format->raw != GST_VIDEO_FORMAT_YUY2;

    if (can_differ)
      info->colorimetry.range = format->limited ?
          GST_VIDEO_COLOR_RANGE_16_235 : GST_VIDEO_COLOR_RANGE_0_255;
  }
  return TRUE;
}

static gboolean
read_raw (ReplayFrame * self, gchar ** why)
{
  const ReplayValue *value = &self->entity->values[self->archetype->type];
  RrdPixelFormat pixels;
  Plane planes[GST_VIDEO_MAX_PLANES];
  GstVideoInfo info;
  guint32 size[2];
  gsize packed;

  if (!value->is_known || value->size != RRD_IMAGE_FORMAT_SIZE) {
    *why = g_strdup ("the recording does not say its format");
    return FALSE;
  }
  memcpy (size, value->data, sizeof size);
  memcpy (&pixels, value->data + sizeof size, sizeof pixels);
  if (!read_raw_format (self, &pixels, why))
    return FALSE;
  self->format.media_type = "video/x-raw";
  self->format.width = size[0];
  self->format.height = size[1];
  if (size[0] == 0 || size[1] == 0 || size[0] > G_MAXINT || size[1] > G_MAXINT
      || !get_info (&self->format, &info)) {
    *why = g_strdup_printf ("its size is %ux%u", size[0], size[1]);
    return FALSE;
  }
  packed = get_packed_planes (&info, planes);
  if (packed == self->bytes.size)
    return TRUE;
  *why = g_strdup_printf ("it has %" G_GSIZE_FORMAT " bytes; a picture of "
      "%ux%u in %s has %" G_GSIZE_FORMAT, self->bytes.size, size[0], size[1],
      gst_video_format_to_string (self->format.raw), packed);
  return FALSE;
}

/* --- video and text --- */

static const struct
{
  guint32 codec;
  const gchar *media_type;
  VideoUnitCodec unit;
  const gchar *stream_format, *alignment;
} codecs[] = {
  {RRD_VIDEO_H264, "video/x-h264", VIDEO_UNIT_H264, "byte-stream", "au"},
  {RRD_VIDEO_H265, "video/x-h265", VIDEO_UNIT_H265, "byte-stream", "au"},
  {RRD_VIDEO_AV1, "video/x-av1", VIDEO_UNIT_AV1, "obu-stream", "tu"},
  {RRD_VIDEO_VP8, "video/x-vp8", VIDEO_UNIT_VP8, NULL, NULL},
  {RRD_VIDEO_VP9, "video/x-vp9", VIDEO_UNIT_VP9, NULL, "super-frame"},
};

/* Returns: an index into codecs; -1: unknown */
static gint
find_codec (const ReplayValue * value)
{
  guint32 codec = 0;

  if (value->is_known && value->size == sizeof codec)
    memcpy (&codec, value->data, sizeof codec);
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (codecs[i].codec == codec)
      return i;
  }
  return -1;
}

static gboolean
read_video (ReplayFrame * self, gchar ** why)
{
  const ReplayValue *value = &self->entity->values[self->archetype->type];
  gint i = find_codec (value);

  if (i < 0) {
    *why = g_strdup (value->is_known ?
        "its codec is none of H.264, H.265, AV1, VP8 and VP9" :
        "the recording does not say its codec");
    return FALSE;
  }
  self->format.media_type = codecs[i].media_type;
  self->format.codec = codecs[i].unit;
  return TRUE;
}

static gboolean
read_text (ReplayFrame * self, gchar ** why)
{
  self->format.media_type = "text/x-raw";
  if (arrow_utf8_size (self->bytes.data, self->bytes.size) == self->bytes.size)
    return TRUE;
  *why = g_strdup ("it is no UTF-8");
  return FALSE;
}

static const ReadHeader readers[REPLAY_N_ARCHETYPES] = {
  [REPLAY_ENCODED_DEPTH_IMAGE] = read_encoded,
  [REPLAY_DEPTH_IMAGE] = read_raw,
  [REPLAY_ENCODED_IMAGE] = read_encoded,
  [REPLAY_IMAGE] = read_raw,
  [REPLAY_VIDEO_STREAM] = read_video,
  [REPLAY_TEXT_LOG] = read_text,
};

/* --- frames --- */

static void
read_meter (ReplayFrame * self)
{
  ReplayComponent component = self->archetype->meter;
  const ReplayValue *value;
  gfloat meter;

  self->format.meter = 0;
  self->refused_meter = 0;
  if (component == REPLAY_NO_COMPONENT)
    return;
  value = &self->entity->values[component];
  if (!value->is_known || value->size != sizeof meter)
    return;
  memcpy (&meter, value->data, sizeof meter);
  if (meter >= 1 && meter <= 1000000)
    self->format.meter = meter;
  else
    self->refused_meter = meter;
}

gboolean
replay_frame_read (ReplayFrame * self, gchar ** why)
{
  memset (&self->format, 0, sizeof self->format);
  self->scale = 1;
  read_meter (self);
  return readers[self->archetype - replay_archetypes] (self, why);
}

GstCaps *
replay_format_get_caps (const ReplayFormat * self)
{
  GstCaps *caps;
  GstVideoInfo info;

  if (self->raw != GST_VIDEO_FORMAT_UNKNOWN && get_info (self, &info))
    caps = gst_video_info_to_caps (&info);
  else
    caps = gst_caps_new_empty_simple (self->media_type);
  if (self->raw == GST_VIDEO_FORMAT_UNKNOWN && self->width > 0)
    gst_caps_set_simple (caps, "width", G_TYPE_INT, (gint) self->width,
        "height", G_TYPE_INT, (gint) self->height, NULL);
  if (self->meter > 0)
    gst_depth_caps_set_meter (caps, self->meter);
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (strcmp (codecs[i].media_type, self->media_type) != 0)
      continue;
    if (codecs[i].stream_format != NULL)
      gst_caps_set_simple (caps, "stream-format", G_TYPE_STRING,
          codecs[i].stream_format, NULL);
    if (codecs[i].alignment != NULL)
      gst_caps_set_simple (caps, "alignment", G_TYPE_STRING,
          codecs[i].alignment, NULL);
  }
  if (strcmp (self->media_type, "text/x-raw") == 0)
    gst_caps_set_simple (caps, "format", G_TYPE_STRING, "utf8", NULL);
  return caps;
}

gboolean
replay_frame_get_depth (const ReplayFrame * self, GstDepthInfo * info)
{
  const ReplayValue *value;
  gdouble range[2];

  *info = (GstDepthInfo) { self->format.meter, 0, 0 };
  if (self->archetype->range == REPLAY_NO_COMPONENT)
    return FALSE;
  value = &self->entity->values[self->archetype->range];
  if (value->is_known && value->size == sizeof range) {
    memcpy (range, value->data, sizeof range);
    if (isfinite (range[0]) && isfinite (range[1]) && range[0] < range[1]) {
      info->range_min = range[0] * self->scale;
      info->range_max = range[1] * self->scale;
    }
  }
  return info->meter > 0 || info->range_max > 0;
}

gboolean
replay_frame_get_pinhole (const ReplayFrame * self, GstPinholeInfo * info)
{
  ReplayEntity *camera = replay_entity_get_camera (self->entity);
  const ReplayValue *matrix, *resolution;
  gfloat m[9], size[2] = { self->format.width, self->format.height };

  if (camera == NULL || self->archetype == &replay_archetypes[REPLAY_TEXT_LOG])
    return FALSE;
  matrix = &camera->values[REPLAY_PINHOLE_MATRIX];
  resolution = &camera->values[REPLAY_PINHOLE_RESOLUTION];
  if (matrix->size != sizeof m)
    return FALSE;
  memcpy (m, matrix->data, sizeof m);
  if (resolution->is_known && resolution->size == sizeof size)
    memcpy (size, resolution->data, sizeof size);
  if (!(size[0] >= 1 && size[0] <= 65535 && size[1] >= 1 && size[1] <= 65535))
    return FALSE;
  *info = (GstPinholeInfo) { m[0], m[4], m[6], m[7], size[0], size[1] };
  return gst_depth_pinhole_valid (info);
}

/* Rows as GStreamer has them where the caps alone say how they lie. */
static GstBuffer *
copy_planes (const ReplayFrame * self, const GstVideoInfo * info)
{
  Plane planes[GST_VIDEO_MAX_PLANES];
  GstBuffer *buffer = gst_buffer_new_allocate (NULL,
      GST_VIDEO_INFO_SIZE (info), NULL);
  const guint8 *from = self->bytes.data;
  GstMapInfo map;

  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    gst_clear_buffer (&buffer);
    return NULL;
  }
  memset (map.data, 0, map.size);
  get_packed_planes (info, planes);
  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    guint8 *to = map.data + GST_VIDEO_INFO_PLANE_OFFSET (info, i);

    for (gsize y = 0; y < planes[i].rows; y++, from += planes[i].row)
      memcpy (to + y * GST_VIDEO_INFO_PLANE_STRIDE (info, i), from,
          planes[i].row);
  }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

GstBuffer *
replay_frame_get_buffer (const ReplayFrame * self, const ReplayChunk * chunk,
    gchar ** why)
{
  GstBuffer *buffer;
  GstVideoInfo info;
  GstDepthInfo depth;
  GstPinholeInfo pinhole;

  if (self->format.raw != GST_VIDEO_FORMAT_UNKNOWN
      && get_info (&self->format, &info)
      && GST_VIDEO_INFO_SIZE (&info) != self->bytes.size)
    buffer = copy_planes (self, &info);
  else
    buffer = replay_chunk_share (chunk, self->bytes);
  if (buffer == NULL) {
    *why = g_strdup_printf ("no memory for a picture of %" G_GSIZE_FORMAT
        " bytes", self->bytes.size);
    return NULL;
  }
  if (replay_frame_get_depth (self, &depth))
    gst_depth_meta_set_info (buffer, &depth);
  if (replay_frame_get_pinhole (self, &pinhole))
    gst_pinhole_meta_set_info (buffer, &pinhole);
  return buffer;
}

gboolean
replay_frame_is_key (const ReplayArchetype * archetype,
    const ReplayEntity * entity, const ReplayChunk * chunk, guint row)
{
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, n;
  ArrowSpan span;
  VideoUnitKind kind;
  VideoUnitError error;
  gint codec;

  if (archetype->picture != REPLAY_VIDEO_SAMPLE)
    return TRUE;
  if (replay_chunk_has (chunk, REPLAY_VIDEO_IS_KEYFRAME, row, &first, &n)
      && n > 0) {
    span = replay_chunk_get (chunk, REPLAY_VIDEO_IS_KEYFRAME, first, own);
    if (span.data != NULL)
      return span.data[0] != 0;
  }
  codec = find_codec (&entity->values[REPLAY_VIDEO_CODEC]);
  if (codec < 0 || !replay_chunk_has (chunk, REPLAY_VIDEO_SAMPLE, row, &first,
          &n) || n == 0)
    return FALSE;
  span = replay_chunk_get (chunk, REPLAY_VIDEO_SAMPLE, first, own);
  return video_unit_read (codecs[codec].unit, span.data, span.size, &kind,
      &error) && kind != VIDEO_UNIT_DELTA;
}
