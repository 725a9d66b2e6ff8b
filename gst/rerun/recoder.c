/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Decoding of pictures that are logged encoded. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/recoder.h"

#include <string.h>
#include "rvl/rvl.h"

void
rerun_recoder_clear (RerunRecoder * self)
{
  depth_picture_decoder_free (self->decoder);
  g_free (self->pixels);
  memset (self, 0, sizeof *self);
}

/* A damaged header may claim any size, so memory is asked for, not taken. */
static gboolean
reserve (RerunRecoder * self, gsize size, gchar ** why)
{
  if (self->size < size) {
    g_free (self->pixels);
    self->pixels = g_try_malloc (size);
    self->size = self->pixels != NULL ? size : 0;
  }
  if (self->decoder == NULL)
    self->decoder = depth_picture_decoder_new ();
  if (self->pixels != NULL && self->decoder != NULL)
    return TRUE;
  *why = g_strdup_printf ("no memory for %" G_GSIZE_FORMAT " bytes of samples",
      size);
  return FALSE;
}

const guint16 *
rerun_recoder_decode (RerunRecoder * self, const RerunPicture * picture,
    gdouble meter, gchar ** why)
{
  gsize stride = 2 * (gsize) picture->width;
  DepthPicture header = picture->header;
  DepthPictureError error;

  if (!reserve (self, stride * picture->height, why))
    return NULL;
  if (meter == 0)
    header.a = 0;
  if (depth_picture_decode (self->decoder, &header, picture->data,
          picture->size, self->pixels, stride, meter, &error))
    return self->pixels;
  *why = g_strdup_printf ("%s at byte %" G_GSIZE_FORMAT, error.what,
      error.offset);
  return NULL;
}

gboolean
rerun_recoder_is_needed (const RerunPicture * picture, guint16 invalid)
{
  const DepthPicture *header = &picture->header;

  return invalid != 0 || (header->format == DEPTH_PICTURE_PNG && header->a != 0)
      || (header->format == DEPTH_PICTURE_RVL
      && header->offset != RVL_HEADER_SIZE);
}

static void
replace_invalid (guint16 * pixels, gsize n, guint16 invalid)
{
  invalid = GUINT16_TO_LE (invalid);
  for (gsize i = 0; i < n; i++) {
    if (pixels[i] == invalid)
      pixels[i] = 0;
  }
}

gboolean
rerun_recoder_recode (RerunRecoder * self, RerunPicture * picture,
    guint16 invalid, gchar ** why)
{
  RvlHeader header = {
    picture->header.a, picture->header.b, picture->width, picture->height
  };
  gsize size, stride = 2 * (gsize) picture->width;
  guint8 *data;

  if (rerun_recoder_decode (self, picture, 0, why) == NULL)
    return FALSE;
  if (invalid != 0)
    replace_invalid (self->pixels, (gsize) picture->width * picture->height,
        invalid);
  data = g_try_malloc (RVL_HEADER_SIZE + rvl_max_size (picture->width,
          picture->height));
  if (data == NULL) {
    *why = g_strdup ("no memory for the picture in RVL");
    return FALSE;
  }
  rvl_header_write (&header, data);
  size = RVL_HEADER_SIZE + rvl_encode (self->pixels, stride, picture->width,
      picture->height, data + RVL_HEADER_SIZE);
  rerun_picture_replace (picture, g_bytes_new_take (g_realloc (data, size),
          size));
  picture->header.format = DEPTH_PICTURE_RVL;
  picture->header.offset = RVL_HEADER_SIZE;
  return TRUE;
}
