/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "rerun/memory.h"
#include "rerun/stream.h"

/* Above this share of the logged range, an end of it has moved. */
#define RANGE_TOLERANCE 0.1

typedef struct
{
  const RrdComponent *components;
  const gchar *media_type;      /* NULL: each frame says its format */
} Media;

static const Media medias[RERUN_N_MEDIA] = {
  [RERUN_MEDIA_RVL] = {rrd_encoded_depth_image, "application/rvl"},
  [RERUN_MEDIA_PNG] = {rrd_encoded_depth_image, "image/png"},
  [RERUN_MEDIA_RAW] = {rrd_depth_image, NULL},
};

/* Both archetypes have the same order. */
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
  N_COMPONENTS = RRD_ENCODED_DEPTH_IMAGE_N
};

G_STATIC_ASSERT (PICTURE == (int) RRD_DEPTH_IMAGE_BUFFER
    && TYPE == (int) RRD_DEPTH_IMAGE_FORMAT
    && METER == (int) RRD_DEPTH_IMAGE_METER
    && MAGNIFICATION_FILTER == (int) RRD_DEPTH_IMAGE_MAGNIFICATION_FILTER
    && N_COMPONENTS == (int) RRD_DEPTH_IMAGE_N);

static const RrdTimeline timelines[RERUN_N_TIMELINES] = {
  [RERUN_LOG_TIME] = {"log_time", RRD_TIMESTAMP},
  [RERUN_CAPTURE_TIME] = {"capture_time", RRD_TIMESTAMP},
  [RERUN_PTS] = {"pts", RRD_DURATION},
  [RERUN_FRAME] = {"frame", RRD_SEQUENCE},
};

struct _RerunStream
{
  RerunRecording *recording;
  gchar *entity_path;
  RerunMedia media;
  RerunStreamOptions options;
  RrdSchema *schema;            /* of frames */
  guint fields_slot;
  guint pinhole_slot;

  /* what was logged */
  gboolean has_fields;
  gboolean has_range;
  gdouble meter, range_min, range_max;
  GstPinholeInfo pinhole;
};

static RrdSchema *
stream_frame_schema (RerunStream * self)
{
  const Media *media = &medias[self->media];
  const RrdComponent *components[] = {
    &media->components[PICTURE], &media->components[TYPE]
  };
  RrdTimeline wanted[RERUN_N_TIMELINES];
  gsize n = 0;

  for (guint i = 0; i < RERUN_N_TIMELINES; i++) {
    if (self->options.timelines & (1 << i))
      wanted[n++] = timelines[i];
  }
  return rerun_need (rrd_schema_new (self->entity_path, wanted, n, components,
          media->media_type != NULL ? 1 : 2));
}

RerunStream *
rerun_stream_new (RerunRecording * recording, const gchar * entity_path,
    RerunMedia media, const RerunStreamOptions * options)
{
  RerunStream *self = g_new0 (RerunStream, 1);

  self->recording = recording;
  self->entity_path = g_strdup (entity_path);
  self->media = media;
  self->options = *options;
  self->schema = stream_frame_schema (self);
  self->fields_slot = rerun_recording_next_slot (recording);
  self->pinhole_slot = rerun_recording_next_slot (recording);
  return self;
}

void
rerun_stream_free (RerunStream * self)
{
  rrd_schema_unref (self->schema);
  g_free (self->entity_path);
  g_free (self);
}

RerunMedia
rerun_stream_get_media (RerunStream * self)
{
  return self->media;
}

static RrdSpan
span (gconstpointer data, gsize size)
{
  RrdSpan span = { data, size };

  return span;
}

/* One row. */
static RrdChunk *
stream_chunk (RerunStream * self, RrdSchema * schema, const gint64 * times,
    const RrdSpan * values, RrdResult * result)
{
  RrdTuid row = rerun_recording_next_id (self->recording);
  RrdTuid id = rerun_recording_next_id (self->recording);
  RrdRows rows = {
    .n_rows = 1,.row_ids = &row,.times = times,.values = values
  };

  return rrd_chunk_new (schema, &id, &rows, row.time_ns, result);
}

/* Those of @values that have data, as a static message. */
static RerunMessage *
stream_static (RerunStream * self, guint slot, const RrdComponent * table,
    const RrdSpan * values, gsize n_values)
{
  const RrdComponent *components[RRD_MAX_COMPONENTS];
  RrdSpan logged[RRD_MAX_COMPONENTS];
  RrdSchema *schema;
  RrdChunk *chunk;
  RrdResult result;
  gsize n = 0;

  for (gsize i = 0; i < n_values; i++) {
    if (values[i].data != NULL) {
      components[n] = &table[i];
      logged[n++] = values[i];
    }
  }
  schema = rerun_need (rrd_schema_new (self->entity_path, NULL, 0, components,
          n));
  chunk = rerun_need (stream_chunk (self, schema, NULL, logged, &result));
  rrd_schema_unref (schema);
  return rerun_message_new (slot, chunk, NULL, NULL);
}

/* --- the picture's fields ---------------------------------------------------- */

static RerunMessage *
stream_log_fields (RerunStream * self)
{
  const RerunStreamOptions *options = &self->options;
  const gchar *media_type = medias[self->media].media_type;
  gfloat meter = self->meter;
  gdouble range[2] = { self->range_min, self->range_max };
  guint8 colormap = options->colormap;
  guint8 filter = options->magnification_filter;
  RrdSpan values[N_COMPONENTS] = { {NULL, 0}, };

  if (media_type != NULL)
    values[TYPE] = span (media_type, strlen (media_type));
  values[METER] = span (&meter, sizeof meter);
  if (self->has_range)
    values[DEPTH_RANGE] = span (range, sizeof range);
  if (colormap != RERUN_NO_COLORMAP)
    values[COLORMAP] = span (&colormap, 1);
  if (options->point_fill_ratio != RERUN_NO_POINT_FILL_RATIO)
    values[POINT_FILL_RATIO] = span (&options->point_fill_ratio, 4);
  if (options->draw_order != RERUN_NO_DRAW_ORDER)
    values[DRAW_ORDER] = span (&options->draw_order, 4);
  if (filter != RERUN_NO_MAGNIFICATION_FILTER)
    values[MAGNIFICATION_FILTER] = span (&filter, 1);
  return stream_static (self, self->fields_slot,
      medias[self->media].components, values, N_COMPONENTS);
}

static gboolean
stream_range_holds (RerunStream * self, const GstDepthValues * values)
{
  gdouble tolerance = RANGE_TOLERANCE * (self->range_max - self->range_min);

  if (values->need_measure)
    return TRUE;
  return self->has_range
      && fabs (values->range_min - self->range_min) <= tolerance
      && fabs (values->range_max - self->range_max) <= tolerance;
}

RerunMessage *
rerun_stream_fields (RerunStream * self, const GstDepthValues * values)
{
  if (self->has_fields && values->meter == self->meter
      && stream_range_holds (self, values))
    return NULL;
  self->has_fields = TRUE;
  self->meter = values->meter;
  if (!values->need_measure) {
    self->has_range = TRUE;
    self->range_min = values->range_min;
    self->range_max = values->range_max;
  }
  return stream_log_fields (self);
}

/* --- the camera -------------------------------------------------------------- */

static gboolean
same_pinhole (const GstPinholeInfo * a, const GstPinholeInfo * b)
{
  return a->fx == b->fx && a->fy == b->fy && a->cx == b->cx
      && a->cy == b->cy && a->width == b->width && a->height == b->height;
}

RerunMessage *
rerun_stream_pinhole (RerunStream * self, const GstPinholeInfo * info)
{
  gfloat matrix[9] = {
    info->fx, 0, 0, 0, info->fy, 0, info->cx, info->cy, 1
  };
  gfloat resolution[2] = { info->width, info->height };
  RrdSpan values[RRD_PINHOLE_N] = { {NULL, 0}, };

  if (same_pinhole (&self->pinhole, info))
    return NULL;
  self->pinhole = *info;
  values[RRD_PINHOLE_IMAGE_FROM_CAMERA] = span (matrix, sizeof matrix);
  values[RRD_PINHOLE_RESOLUTION] = span (resolution, sizeof resolution);
  return stream_static (self, self->pinhole_slot, rrd_pinhole, values,
      RRD_PINHOLE_N);
}

/* --- a frame ----------------------------------------------------------------- */

RerunMessage *
rerun_stream_frame (RerunStream * self, RerunFrame * frame, RrdResult * result)
{
  guint8 format[RRD_IMAGE_FORMAT_SIZE];
  RrdSpan values[] = {
    {frame->data, frame->size}, {format, sizeof format}
  };
  gint64 times[RERUN_N_TIMELINES];
  RrdChunk *chunk;
  gsize n = 0;

  for (guint i = 0; i < RERUN_N_TIMELINES; i++) {
    if (self->options.timelines & (1 << i))
      times[n++] = frame->times[i];
  }
  rrd_image_format_u16 (frame->width, frame->height, format);
  chunk = stream_chunk (self, self->schema, times, values, result);
  if (chunk == NULL) {
    rerun_frame_unmap (frame);
    return NULL;
  }
  return rerun_message_new (0, chunk, frame->buffer, &frame->map);
}
