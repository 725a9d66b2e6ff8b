/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/gstdepthreader.h"
#include "depthpicture/depthpicture.h"
#include "rerun/row.h"

G_BEGIN_DECLS

typedef enum
{
  RERUN_PICTURE_OK,
  RERUN_PICTURE_DAMAGED,        /* this one */
  RERUN_PICTURE_WRONG           /* all of them will be so */
} RerunPictureState;

/**
 * RerunPicture:
 * @data: as it is logged; raw rows without padding
 * @header: of an encoded one
 * @width: in pixels
 * @height: in pixels
 * @mapped: the memory that @data is in
 *
 * A depth picture in a buffer.
 */
typedef struct
{
  const guint8 *data;
  gsize size;
  DepthPicture header;
  guint width, height;
  RerunMapped mapped;
} RerunPicture;

/**
 * rerun_picture_map_encoded:
 * @own: copy the picture, so that @buffer need not be kept
 * @why: (out): what is wrong with the picture, if it is
 *
 * Maps a picture and reads its header; of a PNG, its checksums too.
 */
RerunPictureState rerun_picture_map_encoded (RerunPicture * self,
    GstBuffer * buffer, DepthPictureFormat format, gboolean own, gchar ** why);

/**
 * rerun_picture_map_raw:
 * @frame: mapped, of @buffer; unmapped here, or kept with the picture
 * @info: of the caps
 *
 * Rows with padding, and what a #GstDepthReader has converted, are copied.
 */
RerunPictureState rerun_picture_map_raw (RerunPicture * self,
    GstBuffer * buffer, GstDepthFrame * frame, const GstVideoInfo * info,
    gboolean own, gchar ** why);

/* @self has other bytes from now on, which are taken. */
void rerun_picture_replace (RerunPicture * self, GBytes * bytes);

G_END_DECLS
