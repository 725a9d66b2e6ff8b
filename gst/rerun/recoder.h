/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/picture.h"

G_BEGIN_DECLS

/*
 * Decodes encoded pictures, to look at them or to write them again in a way that Rerun
 * reads: its Viewer knows neither RTAB-Map's header, nor quantised PNG, nor a second
 * sample that means no depth. Of the streaming thread; all zero at the start.
 */
typedef struct
{
  /*< private > */
  DepthPictureDecoder *decoder;
  guint16 *pixels;
  gsize size;
} RerunRecoder;

/**
 * rerun_recoder_decode:
 * @meter: depth units per metre, for what is quantised; 0: samples as they are
 *
 * Returns: (nullable): rows without padding, valid until the next call; NULL with @why
 */
const guint16 *rerun_recoder_decode (RerunRecoder * self,
    const RerunPicture * picture, gdouble meter, gchar ** why);

/* Whether Rerun reads @picture in another way than it is meant. */
gboolean rerun_recoder_is_needed (const RerunPicture * picture,
    guint16 invalid);

/**
 * rerun_recoder_recode:
 * @invalid: a sample that means no depth and becomes 0; 0 = none
 *
 * Writes @picture as RVL, with the same samples, quantised or not.
 *
 * Returns: %FALSE with @why
 */
gboolean rerun_recoder_recode (RerunRecoder * self, RerunPicture * picture,
    guint16 invalid, gchar ** why);

void rerun_recoder_clear (RerunRecoder * self);

G_END_DECLS
