/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/gstdepthstream.h"
#include "rerun/frame.h"
#include "rerun/recording.h"

G_BEGIN_DECLS

/* Optional fields, logged where they are not these values. */
#define RERUN_NO_COLORMAP 0
#define RERUN_NO_POINT_FILL_RATIO -1.0f
#define RERUN_NO_DRAW_ORDER -INFINITY
#define RERUN_NO_MAGNIFICATION_FILTER 0

typedef struct
{
  guint timelines;              /* flags */
  gint colormap;                /* Rerun's number, 1 to 9 */
  gfloat point_fill_ratio;
  gfloat draw_order;
  gint magnification_filter;    /* Rerun's number */
} RerunStreamOptions;

/*
 * One stream of depth frames on an entity of a recording: what is logged of it,
 * as messages. Used by one thread at a time.
 */
typedef struct _RerunStream RerunStream;

/* @entity_path in the stored form. */
RerunStream *rerun_stream_new (RerunRecording * recording,
    const gchar * entity_path, RerunMedia media,
    const RerunStreamOptions * options);
void rerun_stream_free (RerunStream * self);

RerunMedia rerun_stream_get_media (RerunStream * self);

/**
 * rerun_stream_fields:
 * @values: meter and range of the frame to come
 *
 * Returns: static data to be logged before that frame; NULL if what was logged
 * holds: the range, until an end of it moves by a tenth
 */
RerunMessage *rerun_stream_fields (RerunStream * self,
    const GstDepthValues * values);

/* Returns: static data to be logged, NULL if @info was logged already. */
RerunMessage *rerun_stream_pinhole (RerunStream * self,
    const GstPinholeInfo * info);

/**
 * rerun_stream_frame:
 * @frame: mapped; it is unmapped with the message
 *
 * Returns: NULL with @result, and @frame unmapped
 */
RerunMessage *rerun_stream_frame (RerunStream * self, RerunFrame * frame,
    RrdResult * result);

G_END_DECLS
