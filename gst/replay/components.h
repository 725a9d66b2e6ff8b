/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a player looks for in a recording: archetypes that are streams, and the
 * components that say what their pictures mean. */

#pragma once

#include <glib.h>
#include "rrd/read.h"

G_BEGIN_DECLS

typedef enum
{
  REPLAY_ENCODED_DEPTH_BLOB,
  REPLAY_ENCODED_DEPTH_TYPE,
  REPLAY_ENCODED_DEPTH_METER,
  REPLAY_ENCODED_DEPTH_RANGE,
  REPLAY_DEPTH_BUFFER,
  REPLAY_DEPTH_FORMAT,
  REPLAY_DEPTH_METER,
  REPLAY_DEPTH_RANGE,
  REPLAY_ENCODED_IMAGE_BLOB,
  REPLAY_ENCODED_IMAGE_TYPE,
  REPLAY_IMAGE_BUFFER,
  REPLAY_IMAGE_FORMAT,
  REPLAY_VIDEO_SAMPLE,
  REPLAY_VIDEO_CODEC,
  REPLAY_VIDEO_IS_KEYFRAME,
  REPLAY_TEXT,
  REPLAY_PINHOLE_MATRIX,
  REPLAY_PINHOLE_RESOLUTION,
  REPLAY_CLEAR,
  REPLAY_N_COMPONENTS,
  REPLAY_NO_COMPONENT = REPLAY_N_COMPONENTS
} ReplayComponent;

extern const RrdComponent *const replay_components[REPLAY_N_COMPONENTS];

/* Sets of components. */
#define REPLAY_BIT(component) (G_GUINT64_CONSTANT (1) << (component))
#define REPLAY_PINHOLE \
  (REPLAY_BIT (REPLAY_PINHOLE_MATRIX) | REPLAY_BIT (REPLAY_PINHOLE_RESOLUTION))

/* What a stream is made of: @picture is a buffer of it, the others say what that
 * means; they may be REPLAY_NO_COMPONENT. */
typedef struct
{
  const gchar *name;
  ReplayComponent picture;
  ReplayComponent type;         /* media type, format or codec */
  ReplayComponent meter;
  ReplayComponent range;
} ReplayArchetype;

enum
{
  REPLAY_ENCODED_DEPTH_IMAGE,
  REPLAY_DEPTH_IMAGE,
  REPLAY_ENCODED_IMAGE,
  REPLAY_IMAGE,
  REPLAY_VIDEO_STREAM,
  REPLAY_TEXT_LOG,
  REPLAY_N_ARCHETYPES
};
extern const ReplayArchetype replay_archetypes[REPLAY_N_ARCHETYPES];

/* Pictures, video and text; what holds from its row on until the next says
 * otherwise. */
#define REPLAY_PICTURES \
  (REPLAY_BIT (REPLAY_ENCODED_DEPTH_BLOB) | REPLAY_BIT (REPLAY_DEPTH_BUFFER) \
      | REPLAY_BIT (REPLAY_ENCODED_IMAGE_BLOB) \
      | REPLAY_BIT (REPLAY_IMAGE_BUFFER) | REPLAY_BIT (REPLAY_VIDEO_SAMPLE) \
      | REPLAY_BIT (REPLAY_TEXT))
#define REPLAY_STATES \
  (((REPLAY_BIT (REPLAY_N_COMPONENTS) - 1) & ~REPLAY_PICTURES) \
      & ~(REPLAY_BIT (REPLAY_VIDEO_IS_KEYFRAME) | REPLAY_BIT (REPLAY_CLEAR)))

G_END_DECLS
