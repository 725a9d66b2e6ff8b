/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The camera families that are known. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Who can say more of a camera than this table. */
typedef enum
{
  CAMERA_SAYS_NOTHING,
  CAMERA_SAYS_BY_REALSENSE_UNIT,        /* see realsense/realsense.h */
} CameraSays;

typedef struct
{
  guint16 vendor;               /* of USB */
  guint16 first, last;          /* products */
  const gchar *name;
  gdouble meter;                /* depth units per metre, unless it says */
  gdouble near_m, far_m;        /* useful depth in metres, 0 = not known */
  CameraSays says;
  gboolean y16_is_infrared;     /* depth is Z16 alone */
} CameraFamily;

/* Returns: (nullable): %NULL if the camera is none of them */
const CameraFamily *camera_family_find (guint16 vendor, guint16 product);

G_END_DECLS
