/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Depth: EncodedDepthImage of what comes encoded, DepthImage of raw frames. Each row
 * says what its samples mean; the range and the camera's intrinsics are states. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthreader.h"
#include "depth/gstdepthtracker.h"
#include "rerun/camera.h"
#include "rerun/entity.h"
#include "rerun/picture.h"
#include "rerun/recoder.h"
#include "still/still.h"

#include "rerun/debug.h"

/* Above this share of the range that was logged, an end of it has moved. */
#define RANGE_TOLERANCE 0.1
/* Between two frames that are decoded only to be measured. */
#define MEASURE_INTERVAL GST_SECOND

/* How a frame's picture is stored. */
typedef struct
{
  const gchar *media_type;      /* of the caps */
  enum
  { RAW, PICTURE_OF_OURS, TIFF } storage;
  DepthPictureFormat format;    /* of pictures of ours */
} Media;

static const Media medias[] = {
  {"image/x-rvl", PICTURE_OF_OURS, DEPTH_PICTURE_RVL},
  {"image/png", PICTURE_OF_OURS, DEPTH_PICTURE_PNG},
  {"image/tiff", TIFF},
  {"video/x-raw", RAW},
};

/* Rerun's names of encoded pictures. */
static const gchar *const rerun_media_types[DEPTH_PICTURE_N] = {
  [DEPTH_PICTURE_RVL] = "application/rvl",
  [DEPTH_PICTURE_PNG] = "image/png",
};

/* The components of both archetypes, which have the same order. */
enum
{
  PICTURE = RRD_ENCODED_DEPTH_IMAGE_BLOB,
  TYPE = RRD_ENCODED_DEPTH_IMAGE_MEDIA_TYPE,
  METER = RRD_ENCODED_DEPTH_IMAGE_METER,
  COLORMAP = RRD_ENCODED_DEPTH_IMAGE_COLORMAP,
  DEPTH_RANGE = RRD_ENCODED_DEPTH_IMAGE_DEPTH_RANGE,
  POINT_FILL_RATIO = RRD_ENCODED_DEPTH_IMAGE_POINT_FILL_RATIO,
  DRAW_ORDER = RRD_ENCODED_DEPTH_IMAGE_DRAW_ORDER,
  MAGNIFICATION_FILTER = RRD_ENCODED_DEPTH_IMAGE_MAGNIFICATION_FILTER,
};

G_STATIC_ASSERT (PICTURE == (int) RRD_DEPTH_IMAGE_BUFFER
    && TYPE == (int) RRD_DEPTH_IMAGE_FORMAT
    && METER == (int) RRD_DEPTH_IMAGE_METER
    && MAGNIFICATION_FILTER == (int) RRD_DEPTH_IMAGE_MAGNIFICATION_FILTER
    && (int) RRD_ENCODED_DEPTH_IMAGE_N == (int) RRD_DEPTH_IMAGE_N);

#define LOOKS(table) { \
  .colormap = &table[COLORMAP], \
  .point_fill_ratio = &table[POINT_FILL_RATIO], \
  .draw_order = &table[DRAW_ORDER], \
  .magnification_filter = &table[MAGNIFICATION_FILTER] \
}

/* Of encoded pictures, and of raw ones. */
static const RerunLooks looks[] = {
  LOOKS (rrd_encoded_depth_image),
  LOOKS (rrd_depth_image),
};

/* Whether a stream's frames are quantised, as their headers say. */
typedef struct
{
  gboolean known;
  gboolean quantised;
  gboolean doubtful;            /* the last frame said otherwise */
} Quantisation;

typedef struct
{
  RerunEntity parent;
  const Media *media;
  const RrdComponent *components;
  GstVideoInfo info;            /* of raw frames */
  GstDepthReader reader;
  RerunRecoder recoder;
  GstDepthTracker tracker;
  Quantisation quantisation;
  gboolean warned_measure;

  /* what was logged */
  RerunCamera camera;
  gdouble meter, range_min, range_max;
  gboolean has_range;
} DepthEntity;

static RerunEntity *
depth_new (const RerunEntityContext * context)
{
  DepthEntity *self = g_new0 (DepthEntity, 1);

  gst_depth_tracker_reset (&self->tracker, GST_CLOCK_TIME_NONE);
  return &self->parent;
}

static void
depth_free (RerunEntity * entity)
{
  DepthEntity *self = (DepthEntity *) entity;

  gst_depth_reader_clear (&self->reader);
  rerun_recoder_clear (&self->recoder);
  g_free (self);
}

static const Media *
find_media (const GstCaps * caps)
{
  GstStructure *fields = gst_caps_get_structure (caps, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (medias); i++) {
    if (gst_structure_has_name (fields, medias[i].media_type))
      return &medias[i];
  }
  g_assert_not_reached ();
}

static gboolean
depth_set_caps (RerunEntity * entity, GstCaps * caps)
{
  DepthEntity *self = (DepthEntity *) entity;
  const RerunEntityContext *context = entity->context;
  const Media *media = find_media (caps);

  if ((media->storage == RAW && !gst_depth_caps_get_raw_info (&self->info,
              context->element, caps))
      || !gst_depth_stream_set_caps (context->depth, caps))
    return FALSE;
  self->media = media;
  self->components =
      media->storage == RAW ? rrd_depth_image : rrd_encoded_depth_image;
  gst_depth_reader_clear (&self->reader);
  return TRUE;
}

static gboolean
range_holds (DepthEntity * self, const GstDepthValues * values)
{
  gdouble tolerance = RANGE_TOLERANCE * (self->range_max - self->range_min);

  if (values->need_measure)
    return TRUE;
  return self->has_range && values->meter == self->meter
      && fabs (values->range_min - self->range_min) <= tolerance
      && fabs (values->range_max - self->range_max) <= tolerance;
}

static void
take_range (DepthEntity * self, const GstDepthValues * values)
{
  if (!range_holds (self, values)) {
    self->has_range = TRUE;
    self->range_min = values->range_min;
    self->range_max = values->range_max;
    GST_DEBUG_OBJECT (self->parent.context->element, "range is %g to %g, at %g "
        "depth units per metre", values->range_min, values->range_max,
        values->meter);
  } else if (values->meter != self->meter) {
    self->has_range = FALSE;    /* it was of another unit */
  }
  self->meter = values->meter;
}

/* The range and the camera are one row. */
static GstFlowReturn
log_state (DepthEntity * self, const GstDepthValues * values,
    const RerunCameraState * camera, const gint64 * times)
{
  RerunCameraMemory memory;
  RerunValue row[RERUN_N_CAMERA_VALUES + 1];
  gdouble range[2];
  RerunLog log = {
    .kind = RERUN_ROW_STATE,.slot = RERUN_SLOT_STATE,.times = times,
    .values = row
  };

  if (range_holds (self, values)
      && rerun_camera_holds (&self->camera, camera, times[RERUN_PTS]))
    return GST_FLOW_OK;
  take_range (self, values);
  if (!rerun_camera_take (&self->camera, self->parent.context, camera,
          times[RERUN_PTS], &memory, row, &log.n_values))
    return GST_FLOW_ERROR;
  if (self->has_range) {
    range[0] = self->range_min;
    range[1] = self->range_max;
    rerun_value_set (&row[log.n_values++], &self->components[DEPTH_RANGE],
        range, sizeof range);
  }
  return log.n_values > 0 ? rerun_log (self->parent.context, &log) :
      GST_FLOW_OK;
}

static GstFlowReturn
log_picture (DepthEntity * self, RerunPicture * picture, gdouble meter,
    const gint64 * times)
{
  guint8 format[RRD_IMAGE_FORMAT_SIZE];
  gfloat meter_value = meter;
  RerunValue values[3];
  RerunLog log = {
    .kind = RERUN_ROW_FRAME,.times = times,.values = values,.n_values = 3,
    .mapped = &picture->mapped
  };

  rerun_value_set (&values[0], &self->components[PICTURE], picture->data,
      picture->size);
  if (self->media->storage == RAW) {
    rrd_image_format (RRD_PIXELS_DEPTH16, picture->width, picture->height,
        format);
    rerun_value_set (&values[1], &self->components[TYPE], format,
        sizeof format);
  } else {
    const gchar *type = self->media->storage == TIFF ? "image/tiff" :
        rerun_media_types[picture->header.format];

    rerun_value_set (&values[1], &self->components[TYPE], type, strlen (type));
  }
  rerun_value_set (&values[2], &self->components[METER], &meter_value,
      sizeof meter_value);
  return rerun_log (self->parent.context, &log);
}

/* A damaged header may say of one frame that it is quantised, or that it is not. Two
 * frames in a row are a change of the stream. */
static gboolean
check_quantisation (Quantisation * self, gboolean quantised)
{
  gboolean ok = !self->known || self->quantised == quantised || self->doubtful;

  self->doubtful = !ok;
  if (ok) {
    self->known = TRUE;
    self->quantised = quantised;
  }
  return ok;
}

static void
measure_encoded (DepthEntity * self, const RerunPicture * picture,
    const GstDepthValues * values, GstClockTime time, guint16 invalid)
{
  const guint16 *pixels;
  gchar *why;

  if (!gst_depth_tracker_is_due (&self->tracker, values->meter, time,
          MEASURE_INTERVAL))
    return;
  pixels = rerun_recoder_decode (&self->recoder, picture, values->meter, &why);
  if (pixels != NULL) {
    gst_depth_tracker_measure (&self->tracker, pixels, 2 * picture->width,
        picture->width, picture->height, time, invalid, values->meter);
    return;
  }
  GST_WARNING_OBJECT (self->parent.context->element,
      "a frame cannot be measured: %s", why);
  g_free (why);
}

/* Encoded frames that nothing says a range of are decoded for it, one a second. */
static void
find_values (DepthEntity * self, GstBuffer * buffer,
    const RerunPicture * picture, gint64 time, guint16 invalid,
    GstDepthValues * values)
{
  gst_depth_stream_resolve (self->parent.context->depth, buffer,
      picture->header.a != 0, values);
  if (!values->need_measure)
    return;
  if (self->media->storage == RAW)
    gst_depth_tracker_measure (&self->tracker,
        (const guint16 *) picture->data, 2 * (gsize) picture->width,
        picture->width, picture->height, MAX (time, 0), invalid, values->meter);
  else if (self->media->storage == PICTURE_OF_OURS)
    measure_encoded (self, picture, values, MAX (time, 0), invalid);
  gst_depth_tracker_fill (&self->tracker, values);
}

/* What the Viewer makes metres of itself is in metres. */
static void
convert_to_metres (GstDepthValues * values)
{
  values->range_min /= values->meter;
  values->range_max /= values->meter;
  values->meter = 1;
}

/* Takes @why. */
static GstFlowReturn
refuse (DepthEntity * self, RerunPictureState state, const gint64 * times,
    gchar * why)
{
  const RerunEntityContext *context = self->parent.context;

  if (state == RERUN_PICTURE_DAMAGED)
    return rerun_leave_out (context, times, why);
  GST_ELEMENT_ERROR (context->element, STREAM, WRONG_TYPE, ("%s", why), (NULL));
  g_free (why);
  return GST_FLOW_ERROR;
}

static RerunPictureState
map_raw (DepthEntity * self, GstBuffer * buffer, guint16 invalid,
    RerunPicture * picture, gchar ** why)
{
  gboolean own = rerun_entity_has_to_copy (&self->parent, buffer);
  GstDepthFrame frame;

  if (!gst_depth_reader_map (&self->reader, self->parent.context->element,
          &frame, &self->info, buffer, invalid, why))
    return RERUN_PICTURE_WRONG;
  return rerun_picture_map_raw (picture, buffer, &frame, &self->info, own, why);
}

static RerunPictureState
map_encoded (DepthEntity * self, GstBuffer * buffer, guint16 invalid,
    RerunPicture * picture, gchar ** why)
{
  RerunPictureState state = rerun_picture_map_encoded (picture, buffer,
      self->media->format, FALSE, why);

  if (state != RERUN_PICTURE_OK)
    return state;
  if (!check_quantisation (&self->quantisation, picture->header.a != 0)) {
    *why = g_strdup_printf ("its header says that it is %s quantised, unlike "
        "the frames before it", picture->header.a != 0 ? "inverse-depth" :
        "not");
    goto damaged;
  }
  if (rerun_recoder_is_needed (picture, invalid)
      && !rerun_recoder_recode (&self->recoder, picture, invalid, why))
    goto damaged;
  return RERUN_PICTURE_OK;

damaged:
  rerun_mapped_unmap (&picture->mapped);
  return RERUN_PICTURE_DAMAGED;
}

/* Passed on as it is: samples may be floats, and nothing here reads them. */
static RerunPictureState
map_tiff (DepthEntity * self, GstBuffer * buffer, RerunPicture * picture,
    gchar ** why)
{
  StillHeader header;
  StillError error;

  memset (picture, 0, sizeof *picture);
  if (!rerun_mapped_map (&picture->mapped, buffer, FALSE, why))
    return RERUN_PICTURE_WRONG;
  picture->data = picture->mapped.map.data;
  picture->size = picture->mapped.map.size;
  if (!still_read (STILL_TIFF, picture->data, picture->size, &header, &error)) {
    *why = g_strdup_printf ("%s, at byte %" G_GSIZE_FORMAT, error.what,
        error.offset);
    rerun_mapped_unmap (&picture->mapped);
    return RERUN_PICTURE_DAMAGED;
  }
  picture->width = header.width;
  picture->height = header.height;
  return RERUN_PICTURE_OK;
}

static RerunPictureState
map (DepthEntity * self, GstBuffer * buffer, guint16 invalid,
    RerunPicture * picture, gchar ** why)
{
  switch (self->media->storage) {
    case RAW:
      return map_raw (self, buffer, invalid, picture, why);
    case TIFF:
      return map_tiff (self, buffer, picture, why);
    default:
      return map_encoded (self, buffer, invalid, picture, why);
  }
}

static GstFlowReturn
depth_log (RerunEntity * entity, GstBuffer * buffer, const gint64 * times)
{
  DepthEntity *self = (DepthEntity *) entity;
  guint16 invalid = gst_depth_stream_get_invalid (entity->context->depth);
  RerunPicture picture;
  RerunPictureState state;
  GstDepthValues values;
  RerunCameraState camera;
  GstFlowReturn flow;
  gchar *why;

  state = map (self, buffer, invalid, &picture, &why);
  if (state != RERUN_PICTURE_OK)
    return refuse (self, state, times, why);
  find_values (self, buffer, &picture, times[RERUN_PTS], invalid, &values);
  rerun_camera_find (&self->camera, entity->context, buffer, picture.width,
      picture.height, &camera);
  if (picture.header.a != 0)
    convert_to_metres (&values);

  flow = rerun_entity_log_looks (entity, &looks[self->media->storage == RAW]);
  if (flow == GST_FLOW_OK)
    flow = log_state (self, &values, &camera, times);
  if (flow == GST_FLOW_OK) {
    gst_depth_report_good (entity->context->report);
    return log_picture (self, &picture, values.meter, times);
  }
  rerun_mapped_unmap (&picture.mapped);
  return flow;
}

const RerunEntityClass rerun_depth_entity = {
  .new = depth_new,
  .set_caps = depth_set_caps,
  .log = depth_log,
  .free = depth_free,
};
