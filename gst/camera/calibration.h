/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a camera says of its unit and its intrinsics, beside the pictures. */

#pragma once

#include "camera/v4l2device.h"
#include "depth/gstdepthmeta.h"

G_BEGIN_DECLS

typedef struct _Calibration Calibration;

/* Asks the camera, if its family is one that answers. Waits two seconds at most
 * for a camera that does not. */
Calibration *calibration_read (V4l2Device * device);
void calibration_free (Calibration * calibration);

/* Depth units per metre: what the camera said, else what its family has, else 0.
 * @problem: (out) (nullable) (transfer full): why the camera did not say it,
 * %NULL if it did or if nobody asked it */
gdouble calibration_meter (const Calibration * calibration, gchar ** problem);

/* Useful depth in metres. Returns: %FALSE if it is not known */
gboolean calibration_range (const Calibration * calibration, gdouble * near_m,
    gdouble * far_m);

/* Intrinsics of one size. Returns: %FALSE, and why in @problem as above */
gboolean calibration_pinhole (const Calibration * calibration, guint width,
    guint height, GstPinholeInfo * info, gchar ** problem);

G_END_DECLS
