/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/gstdepthstream.h"
#include "png16/png16.h"
#include "range/range.h"
#include "rerun/frame.h"

G_BEGIN_DECLS

/* The range of frames that nothing says a range of. Encoded ones are decoded
 * for it, one a second. All zero at the start. Streaming thread only. */
typedef struct
{
  DepthRange range;
  gint64 measured_at;           /* running time */
  Png16Decoder *png;
  guint16 *pixels;
  gsize size;
} RerunMeasure;

void rerun_measure_clear (RerunMeasure * self);

/* Fills the range of @values if it is known. @values' meter holds for @frame. */
void rerun_measure_range (RerunMeasure * self, RerunMedia media,
    const RerunFrame * frame, GstDepthValues * values);

G_END_DECLS
