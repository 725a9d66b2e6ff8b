/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include "depth/depthmeta.h"
#include "replay/state.h"
#include "videounit/videounit.h"

G_BEGIN_DECLS

/**
 * ReplayFormat:
 * @media_type: of the caps
 * @raw: of video/x-raw; %GST_VIDEO_FORMAT_UNKNOWN: encoded
 * @limited: the range of @raw is that of video
 * @width: in pixels, 0 = the stream itself says it
 * @meter: depth units per metre, 0 = not known
 * @codec: of video
 *
 * What a frame is: caps, before they are caps. Compared byte by byte.
 */
typedef struct
{
  const gchar *media_type;
  GstVideoFormat raw;
  gboolean limited;
  guint width, height;
  gdouble meter;
  VideoUnitCodec codec;
} ReplayFormat;

/**
 * ReplayFrame:
 * @bytes: of the picture, in the chunk
 * @scale: what the range is to be multiplied with
 * @refused_meter: a unit that can not be, as the 0.001 of Rerun's own snippets, 0 = none
 *
 * One picture of a row.
 */
typedef struct
{
  const ReplayArchetype *archetype;
  ReplayEntity *entity;
  ArrowSpan bytes;
  ReplayFormat format;
  gdouble scale;
  gdouble refused_meter;
} ReplayFrame;

/* Finds out what the frame's bytes are. Returns: %FALSE with @why */
gboolean replay_frame_read (ReplayFrame * self, gchar ** why);

/* What holds for the frame, which was read. Returns: %FALSE: nothing is known */
gboolean replay_frame_get_depth (const ReplayFrame * self, GstDepthInfo * info);
gboolean replay_frame_get_pinhole (const ReplayFrame * self,
    GstPinholeInfo * info);

/* Returns: (transfer full): caps, without framerate */
GstCaps *replay_format_get_caps (const ReplayFormat * self);

/* Returns: (transfer full) (nullable): the picture with its metadata, without times;
 * NULL with @why */
GstBuffer *replay_frame_get_buffer (const ReplayFrame * self,
    const ReplayChunk * chunk, gchar ** why);

/* Whether playing can begin with the frame, @row being its row. */
gboolean replay_frame_is_key (const ReplayArchetype * archetype,
    const ReplayEntity * entity, const ReplayChunk * chunk, guint row);

G_END_DECLS
