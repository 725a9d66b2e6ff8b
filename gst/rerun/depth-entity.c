/* SPDX-License-Identifier: LGPL-2.1-or-later */

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
#include "rerun/entity.h"
#include "rerun/picture.h"
#include "rerun/recoder.h"

#include "rerun/debug.h"

/* Above this share of the range that was logged, an end of it has moved. */
#define RANGE_TOLERANCE 0.1
/* Between two frames that are decoded only to be measured. */
#define MEASURE_INTERVAL GST_SECOND
/* States are said again, for who joins late a server that has dropped old data. */
#define REPEAT_INTERVAL ((gint64) GST_SECOND)

enum
{
  SLOT_LOOKS,
  SLOT_STATE,
};

/* How a frame's picture is stored. */
typedef struct
{
  const gchar *media_type;      /* of the caps */
  gboolean raw;
  DepthPictureFormat format;
} Media;

static const Media medias[] = {
  {"image/x-rvl", FALSE, DEPTH_PICTURE_RVL},
  {"image/png", FALSE, DEPTH_PICTURE_PNG},
  {"video/x-raw", TRUE},
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
  gboolean has_looks;
  gboolean has_state;
  gint64 state_time;            /* running time */
  gdouble meter, range_min, range_max;
  gboolean has_range;
  GstPinholeInfo pinhole;       /* fx 0: none */
  gboolean hides_pinhole;       /* there was one of a picture of another size */
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

  if ((media->raw && !gst_depth_caps_get_raw_info (&self->info,
              context->element, caps))
      || !gst_depth_stream_set_caps (context->depth, caps))
    return FALSE;
  self->media = media;
  self->components = media->raw ? rrd_depth_image : rrd_encoded_depth_image;
  gst_depth_reader_clear (&self->reader);
  return TRUE;
}

static void
set_value (RerunValue * value, const RrdComponent * component,
    gconstpointer data, gsize size)
{
  value->component = component;
  value->value.data = data;
  value->value.size = size;
}

/* Static data, once: what holds for the whole recording. */
static GstFlowReturn
log_looks (DepthEntity * self)
{
  const RerunSettings *settings = self->parent.context->settings;
  const RrdComponent *table = self->components;
  guint8 colormap = settings->colormap;
  guint8 filter = settings->magnification_filter;
  gfloat ratio = settings->point_fill_ratio, order = settings->draw_order;
  RerunValue values[4];
  RerunLog log = {
    .kind = RERUN_ROW_STATE,.slot = SLOT_LOOKS,.values = values
  };

  if (self->has_looks)
    return GST_FLOW_OK;
  self->has_looks = TRUE;
  if (colormap != RERUN_NO_COLORMAP)
    set_value (&values[log.n_values++], &table[COLORMAP], &colormap, 1);
  if (ratio != RERUN_NO_POINT_FILL_RATIO)
    set_value (&values[log.n_values++], &table[POINT_FILL_RATIO], &ratio, 4);
  if (settings->draw_order != RERUN_NO_DRAW_ORDER)
    set_value (&values[log.n_values++], &table[DRAW_ORDER], &order, 4);
  if (filter != RERUN_NO_MAGNIFICATION_FILTER)
    set_value (&values[log.n_values++], &table[MAGNIFICATION_FILTER], &filter,
        1);
  return log.n_values > 0 ? rerun_entity_log (&self->parent, NULL, &log) :
      GST_FLOW_OK;
}

static gboolean
same_pinhole (const GstPinholeInfo * a, const GstPinholeInfo * b)
{
  return a->fx == b->fx && a->fy == b->fy && a->cx == b->cx
      && a->cy == b->cy && a->width == b->width && a->height == b->height;
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

/* Whether what was logged holds for the frame, and is not too long ago. */
static gboolean
state_holds (DepthEntity * self, const GstDepthValues * values,
    const GstPinholeInfo * pinhole, gint64 time)
{
  return self->has_state && time >= self->state_time
      && time - self->state_time < REPEAT_INTERVAL
      && range_holds (self, values) && same_pinhole (pinhole, &self->pinhole);
}

static void
take_state (DepthEntity * self, const GstDepthValues * values,
    const GstPinholeInfo * pinhole, gint64 time)
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
  if (!same_pinhole (pinhole, &self->pinhole))
    GST_DEBUG_OBJECT (self->parent.context->element, "intrinsics are fx %g, fy "
        "%g, cx %g, cy %g of %ux%u", pinhole->fx, pinhole->fy, pinhole->cx,
        pinhole->cy, pinhole->width, pinhole->height);
  self->meter = values->meter;
  self->pinhole = *pinhole;
  self->has_state = TRUE;
  self->state_time = time;
}

/* The range and the intrinsics: before the first frame that they hold for, on every
 * change, and once a second. */
static GstFlowReturn
log_state (DepthEntity * self, const GstDepthValues * values,
    const GstPinholeInfo * pinhole, const gint64 * times)
{
  RerunPinholeValues memory;
  RerunValue row[1 + RERUN_N_PINHOLE_VALUES];
  gdouble range[2];
  RerunLog log = {
    .kind = RERUN_ROW_STATE,.slot = SLOT_STATE,.times = times,.values = row
  };

  if (state_holds (self, values, pinhole, times[RERUN_PTS]))
    return GST_FLOW_OK;
  self->hides_pinhole |= self->pinhole.fx > 0 && pinhole->fx == 0;
  take_state (self, values, pinhole, times[RERUN_PTS]);
  if (self->has_range) {
    range[0] = self->range_min;
    range[1] = self->range_max;
    set_value (&row[log.n_values++], &self->components[DEPTH_RANGE], range,
        sizeof range);
  }
  if (self->pinhole.fx > 0 || self->hides_pinhole) {
    rerun_pinhole_values (pinhole, &memory, row + log.n_values);
    log.n_values += RERUN_N_PINHOLE_VALUES;
  }
  return log.n_values > 0 ? rerun_entity_log (&self->parent, NULL, &log) :
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

  set_value (&values[0], &self->components[PICTURE], picture->data,
      picture->size);
  if (self->media->raw) {
    rrd_image_format (RRD_PIXELS_DEPTH16, picture->width, picture->height,
        format);
    set_value (&values[1], &self->components[TYPE], format, sizeof format);
  } else {
    const gchar *type = rerun_media_types[picture->header.format];

    set_value (&values[1], &self->components[TYPE], type, strlen (type));
  }
  set_value (&values[2], &self->components[METER], &meter_value,
      sizeof meter_value);
  return rerun_entity_log (&self->parent, NULL, &log);
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
  if (self->media->raw)
    gst_depth_tracker_measure (&self->tracker,
        (const guint16 *) picture->data, 2 * (gsize) picture->width,
        picture->width, picture->height, MAX (time, 0), invalid, values->meter);
  else
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

/* What nothing is said of any more still holds, but not for a picture of another
 * size. */
static void
find_pinhole (DepthEntity * self, GstBuffer * buffer,
    const RerunPicture * picture, GstPinholeInfo * info)
{
  const RerunSettings *settings = self->parent.context->settings;

  memset (info, 0, sizeof *info);
  info->width = picture->width;
  info->height = picture->height;
  if (gst_depth_pinhole_get_property (&settings->pinhole, info)
      || gst_depth_pinhole_get_meta (buffer, picture->width, picture->height,
          info))
    return;
  if (self->pinhole.width == picture->width
      && self->pinhole.height == picture->height)
    *info = self->pinhole;
  else
    memset (info, 0, sizeof *info);
}

/* Takes @why. */
static GstFlowReturn
refuse (DepthEntity * self, RerunPictureState state, gchar * why)
{
  const RerunEntityContext *context = self->parent.context;

  if (state == RERUN_PICTURE_DAMAGED) {
    gst_depth_report_bad (context->report, context->element,
        g_strdup_printf ("frame left out: %s", why));
    g_free (why);
    return GST_FLOW_OK;
  }
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

static GstFlowReturn
depth_log (RerunEntity * entity, GstBuffer * buffer, const gint64 * times)
{
  DepthEntity *self = (DepthEntity *) entity;
  guint16 invalid = gst_depth_stream_get_invalid (entity->context->depth);
  RerunPicture picture;
  RerunPictureState state;
  GstDepthValues values;
  GstPinholeInfo pinhole;
  GstFlowReturn flow;
  gchar *why;

  state = self->media->raw ? map_raw (self, buffer, invalid, &picture, &why) :
      map_encoded (self, buffer, invalid, &picture, &why);
  if (state != RERUN_PICTURE_OK)
    return refuse (self, state, why);
  find_values (self, buffer, &picture, times[RERUN_PTS], invalid, &values);
  find_pinhole (self, buffer, &picture, &pinhole);
  if (picture.header.a != 0)
    convert_to_metres (&values);

  flow = log_looks (self);
  if (flow == GST_FLOW_OK)
    flow = log_state (self, &values, &pinhole, times);
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
