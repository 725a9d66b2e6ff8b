/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include "rerun/measure.h"
#include "rvl/rvl.h"

/* Between two frames that are decoded only to be measured. */
#define INTERVAL GST_SECOND

void
rerun_measure_clear (RerunMeasure * self)
{
  png16_decoder_free (self->png);
  g_free (self->pixels);
  memset (self, 0, sizeof *self);
}

static gboolean
decode_rvl (RerunMeasure * self, const RerunFrame * frame, gdouble meter)
{
  const guint8 *data = frame->data;
  gsize stride = frame->width * sizeof (guint16);
  RvlHeader header;

  if (!rvl_header_read (data, frame->size, &header, NULL)
      || !rvl_decode (data + RVL_HEADER_SIZE, frame->size - RVL_HEADER_SIZE,
          self->pixels, stride, frame->width, frame->height, NULL))
    return FALSE;
  rvl_dequantise (self->pixels, stride, frame->width, frame->height, &header,
      meter);
  return TRUE;
}

static gboolean
decode_png (RerunMeasure * self, const RerunFrame * frame, gdouble meter)
{
  Png16Error error;

  if (self->png == NULL)
    self->png = png16_decoder_new ();
  return self->png != NULL && png16_decode (self->png, frame->data,
      frame->size, self->pixels, frame->width * sizeof (guint16), frame->width,
      frame->height, &error);
}

static const guint16 *
measure_pixels (RerunMeasure * self, RerunMedia media,
    const RerunFrame * frame, gdouble meter)
{
  gsize size = (gsize) frame->width * frame->height * sizeof (guint16);
  gboolean ok;

  if (media == RERUN_MEDIA_RAW)
    return (const guint16 *) frame->data;
  if (self->size < size) {
    self->pixels = g_realloc (self->pixels, size);
    self->size = size;
  }
  ok = media == RERUN_MEDIA_RVL ? decode_rvl (self, frame, meter) :
      decode_png (self, frame, meter);
  return ok ? self->pixels : NULL;
}

static void
measure_frame (RerunMeasure * self, RerunMedia media,
    const RerunFrame * frame, gdouble meter)
{
  gint64 now = frame->times[RERUN_PTS];
  gint64 since = now - self->measured_at;
  const guint16 *pixels;

  /* going backwards is a seek */
  if (self->range.valid && media != RERUN_MEDIA_RAW && since >= 0
      && since < (gint64) INTERVAL)
    return;
  pixels = measure_pixels (self, media, frame, meter);
  if (pixels == NULL)
    return;
  self->measured_at = now;
  depth_range_update (&self->range, pixels, frame->width * sizeof (guint16),
      frame->width, frame->height, since / (gdouble) GST_SECOND);
}

void
rerun_measure_range (RerunMeasure * self, RerunMedia media,
    const RerunFrame * frame, GstDepthValues * values)
{
  measure_frame (self, media, frame, values->meter);
  if (self->range.valid)
    gst_depth_values_measured (values, self->range.min, self->range.max);
}
