/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pictures: EncodedImage of what comes encoded, Image of raw frames, both with the
 * camera that took them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "depth/gstdepthcaps.h"
#include "rerun/camera.h"
#include "rerun/raw-picture.h"
#include "still/still.h"

#include "rerun/debug.h"

static const struct
{
  const gchar *media_type;      /* of the caps, and Rerun's */
  StillFormat format;
} encoded[] = {
  {"image/jpeg", STILL_JPEG},
  {"image/png", STILL_PNG},
};

typedef struct
{
  const RrdComponent *picture, *type;
  RerunLooks looks;
} Archetype;

static const Archetype image = {
  &rrd_image[RRD_IMAGE_BUFFER], &rrd_image[RRD_IMAGE_FORMAT],
  {
        .opacity = &rrd_image[RRD_IMAGE_OPACITY],
        .draw_order = &rrd_image[RRD_IMAGE_DRAW_ORDER],
        .magnification_filter = &rrd_image[RRD_IMAGE_MAGNIFICATION_FILTER],
      }
};

static const Archetype encoded_image = {
  &rrd_encoded_image[RRD_ENCODED_IMAGE_BLOB],
  &rrd_encoded_image[RRD_ENCODED_IMAGE_MEDIA_TYPE],
  {
        .opacity = &rrd_encoded_image[RRD_ENCODED_IMAGE_OPACITY],
        .draw_order = &rrd_encoded_image[RRD_ENCODED_IMAGE_DRAW_ORDER],
        .magnification_filter =
        &rrd_encoded_image[RRD_ENCODED_IMAGE_MAGNIFICATION_FILTER],
      }
};

typedef struct
{
  RerunEntity parent;
  RerunCamera camera;
  const Archetype *archetype;
  StillFormat format;           /* of encoded ones */
  GstVideoInfo info;            /* of raw ones */
  gboolean told_colours;
  guint8 image_format[RRD_IMAGE_FORMAT_SIZE];
  RrdSpan type;                 /* the media type, or the image format */
  gint width, height;           /* by the caps; 0: they do not say */
} ImageEntity;

/* A picture in a buffer. */
typedef struct
{
  RerunMapped mapped;
  RrdSpan span;
  guint width, height;
} Picture;

static RerunEntity *
image_new (const RerunEntityContext * context)
{
  ImageEntity *self = g_new0 (ImageEntity, 1);

  return &self->parent;
}

static void
image_free (RerunEntity * entity)
{
  g_free (entity);
}

static gboolean
refuse_caps (ImageEntity * self, GstCaps * caps, const gchar * why)
{
  return gst_depth_caps_refuse (self->parent.context->element, caps,
      g_strdup (why));
}

/* Said once: a camera rarely has a choice, and the picture is nearly right. */
static void
tell_colours (ImageEntity * self)
{
  const gchar *shown = rerun_raw_picture_shown_as (&self->info);

  if (shown == NULL || self->told_colours)
    return;
  self->told_colours = TRUE;
  GST_ELEMENT_INFO (self->parent.context->element, STREAM, FORMAT,
      ("Rerun shows %s as %s, which this is not: colours will be a little off; "
          "videoconvert ! video/x-raw,format=RGB before rerunsink makes them "
          "exact", GST_VIDEO_INFO_NAME (&self->info), shown), (NULL));
}

static gboolean
set_raw_caps (ImageEntity * self, GstCaps * caps)
{
  RrdPixels pixels;

  if (!gst_video_info_from_caps (&self->info, caps)
      || GST_VIDEO_INFO_WIDTH (&self->info) < 1
      || GST_VIDEO_INFO_HEIGHT (&self->info) < 1)
    return refuse_caps (self, caps,
        "Caps of raw pictures need format, width and height, from 1 pixel on");
  if (GST_VIDEO_INFO_INTERLACE_MODE (&self->info) ==
      GST_VIDEO_INTERLACE_MODE_ALTERNATE)
    return refuse_caps (self, caps, "interlace-mode is alternate, a field a "
        "buffer; pictures must be whole: put deinterlace before rerunsink");
  pixels = rerun_raw_picture_get_pixels (&self->info);
  rrd_image_format (pixels, GST_VIDEO_INFO_WIDTH (&self->info),
      GST_VIDEO_INFO_HEIGHT (&self->info), self->image_format);
  tell_colours (self);
  self->archetype = &image;
  self->type = (RrdSpan) { self->image_format, sizeof self->image_format };
  return TRUE;
}

static void
set_encoded_caps (ImageEntity * self, GstCaps * caps)
{
  GstStructure *fields = gst_caps_get_structure (caps, 0);
  gsize i = 0;

  while (!gst_structure_has_name (fields, encoded[i].media_type))
    i++;
  self->archetype = &encoded_image;
  self->format = encoded[i].format;
  self->type =
      (RrdSpan) { encoded[i].media_type, strlen (encoded[i].media_type) };
  self->width = self->height = 0;
  gst_structure_get_int (fields, "width", &self->width);
  gst_structure_get_int (fields, "height", &self->height);
}

static gboolean
image_set_caps (RerunEntity * entity, GstCaps * caps)
{
  ImageEntity *self = (ImageEntity *) entity;

  if (gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw"))
    return set_raw_caps (self, caps);
  set_encoded_caps (self, caps);
  return TRUE;
}

static gboolean
map_raw (ImageEntity * self, GstBuffer * buffer, Picture * picture,
    gchar ** why)
{
  picture->width = GST_VIDEO_INFO_WIDTH (&self->info);
  picture->height = GST_VIDEO_INFO_HEIGHT (&self->info);
  return rerun_raw_picture_map (&self->info, buffer,
      rerun_entity_has_to_copy (&self->parent, buffer), &picture->mapped,
      &picture->span, why);
}

static gboolean
check_size (ImageEntity * self, const StillHeader * header, gchar ** why)
{
  guint width = self->width, height = self->height;

  if ((width == 0 || header->width == width)
      && (height == 0 || header->height == height))
    return TRUE;
  *why = g_strdup_printf ("the picture is %ux%u, the caps say %ux%u",
      header->width, header->height, width, height);
  return FALSE;
}

/* In auto, a PNG of 16-bit grey is depth: one among others is a mistake. */
static gboolean
check_kind (ImageEntity * self, const StillHeader * header, gchar ** why)
{
  if (!header->grey16
      || self->parent.context->settings->archetype == RERUN_ARCHETYPE_IMAGE)
    return TRUE;
  *why = g_strdup ("the picture is 16-bit grey, those before it were not: set "
      "archetype to image, or log depth to another entity-path");
  return FALSE;
}

static gboolean
check_encoded (ImageEntity * self, Picture * picture, gchar ** why)
{
  StillHeader header;
  StillError error;

  if (!still_read (self->format, picture->span.data, picture->span.size,
          &header, &error)) {
    *why = g_strdup_printf ("%s, at byte %" G_GSIZE_FORMAT " of %"
        G_GSIZE_FORMAT, error.what, error.offset, picture->span.size);
    return FALSE;
  }
  picture->width = header.width;
  picture->height = header.height;
  return check_size (self, &header, why) && check_kind (self, &header, why);
}

static gboolean
map_encoded (ImageEntity * self, GstBuffer * buffer, Picture * picture,
    gchar ** why)
{
  RerunMapped *mapped = &picture->mapped;

  if (!rerun_mapped_map (mapped, buffer,
          rerun_entity_has_to_copy (&self->parent, buffer), why))
    return FALSE;
  picture->span = (RrdSpan) { mapped->map.data, mapped->map.size };
  if (check_encoded (self, picture, why))
    return TRUE;
  rerun_mapped_unmap (mapped);
  return FALSE;
}

static GstFlowReturn
log_picture (ImageEntity * self, Picture * picture, const gint64 * times)
{
  RerunValue values[2];
  RerunLog log = {
    .kind = RERUN_ROW_FRAME,.times = times,.values = values,.n_values = 2,
    .mapped = &picture->mapped
  };

  rerun_value_set (&values[0], self->archetype->picture, picture->span.data,
      picture->span.size);
  rerun_value_set (&values[1], self->archetype->type, self->type.data,
      self->type.size);
  return rerun_log (self->parent.context, &log);
}

static GstFlowReturn
image_log (RerunEntity * entity, GstBuffer * buffer, const gint64 * times)
{
  ImageEntity *self = (ImageEntity *) entity;
  const RerunEntityContext *context = entity->context;
  Picture picture;
  GstFlowReturn flow;
  gchar *why;

  if (!(self->archetype == &image ? map_raw (self, buffer, &picture, &why) :
          map_encoded (self, buffer, &picture, &why)))
    return rerun_leave_out (context, times, why);
  flow = rerun_entity_log_looks (entity, &self->archetype->looks);
  if (flow == GST_FLOW_OK)
    flow = rerun_camera_log (&self->camera, entity, buffer, picture.width,
        picture.height, times);
  if (flow == GST_FLOW_OK) {
    gst_depth_report_good (context->report);
    return log_picture (self, &picture, times);
  }
  rerun_mapped_unmap (&picture.mapped);
  return flow;
}

const RerunEntityClass rerun_image_entity = {
  .new = image_new,
  .set_caps = image_set_caps,
  .log = image_log,
  .free = image_free,
};
