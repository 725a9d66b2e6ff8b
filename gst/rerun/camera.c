/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An entity's camera: Pinhole and Transform3D. Both are logged in time and never as
 * static data, which would hold for all frames before a change, too. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/camera.h"

#include <string.h>
#include "depth/gstdepthnumbers.h"

#include "rerun/debug.h"

#define REPEAT_INTERVAL ((gint64) GST_SECOND)

void
rerun_camera_find (const RerunCamera * self,
    const RerunEntityContext * context, GstBuffer * buffer, guint width,
    guint height, RerunCameraState * state)
{
  const GstPinholeInfo *last = &self->said.pinhole;
  GstPinholeInfo *info = &state->pinhole;

  memset (state, 0, sizeof *state);
  state->pose = context->pose;
  info->width = width;
  info->height = height;
  if (gst_depth_pinhole_get_property (&context->settings->pinhole, info)
      || gst_depth_stream_get_pinhole (context->depth, buffer, width, height,
          info))
    return;
  if (last->width == width && last->height == height)
    *info = *last;
}

static gboolean
same_pose (const RerunPose * a, const RerunPose * b)
{
  return a->has_translation == b->has_translation
      && a->has_rotation == b->has_rotation
      && memcmp (a->translation, b->translation, sizeof a->translation) == 0
      && memcmp (a->rotation, b->rotation, sizeof a->rotation) == 0;
}

gboolean
rerun_camera_holds (const RerunCamera * self, const RerunCameraState * state,
    gint64 time)
{
  return self->has_said && time >= self->time
      && (guint64) time - (guint64) self->time < REPEAT_INTERVAL
      && gst_depth_pinhole_equal (&state->pinhole, &self->said.pinhole)
      && same_pose (&state->pose, &self->said.pose);
}

static guint
fill_pinhole (const RerunCamera * self, const GstPinholeInfo * info,
    RerunCameraMemory * memory, RerunValue * row)
{
  const gfloat matrix[9] = {
    info->fx, 0, 0, 0, info->fy, 0, info->cx, info->cy, 1
  };
  gboolean hidden = info->fx == 0;

  if (hidden && !self->hides_pinhole)
    return 0;
  memcpy (memory->matrix, matrix, sizeof matrix);
  memory->resolution[0] = info->width;
  memory->resolution[1] = info->height;
  rerun_value_set (&row[0], &rrd_pinhole[RRD_PINHOLE_IMAGE_FROM_CAMERA],
      hidden ? (gconstpointer) rrd_empty : memory->matrix,
      hidden ? 0 : sizeof memory->matrix);
  rerun_value_set (&row[1], &rrd_pinhole[RRD_PINHOLE_RESOLUTION],
      hidden ? (gconstpointer) rrd_empty : memory->resolution,
      hidden ? 0 : sizeof memory->resolution);
  return 2;
}

static guint
fill_pose (const RerunPose * pose, RerunCameraMemory * memory, RerunValue * row)
{
  guint n = 0;

  memcpy (memory->translation, pose->translation, sizeof memory->translation);
  memcpy (memory->rotation, pose->rotation, sizeof memory->rotation);
  if (pose->has_translation)
    rerun_value_set (&row[n++], &rrd_transform3d[RRD_TRANSFORM3D_TRANSLATION],
        memory->translation, sizeof memory->translation);
  if (pose->has_rotation)
    rerun_value_set (&row[n++], &rrd_transform3d[RRD_TRANSFORM3D_QUATERNION],
        memory->rotation, sizeof memory->rotation);
  return n;
}

static gboolean
claim (const RerunEntityContext * context, const RerunCameraState * state)
{
  GError *error = NULL;

  if (rerun_path_claim_camera (context->path, state->pinhole.fx > 0,
          state->pose.has_translation || state->pose.has_rotation, &error))
    return TRUE;
  GST_ELEMENT_ERROR (context->element, LIBRARY, SETTINGS, ("%s",
          error->message), (NULL));
  g_error_free (error);
  return FALSE;
}

gboolean
rerun_camera_take (RerunCamera * self, const RerunEntityContext * context,
    const RerunCameraState * state, gint64 time, RerunCameraMemory * memory,
    RerunValue * row, guint * n)
{
  const GstPinholeInfo *pinhole = &state->pinhole;

  if (!claim (context, state))
    return FALSE;
  if (!gst_depth_pinhole_equal (pinhole, &self->said.pinhole))
    GST_DEBUG_OBJECT (context->element, "intrinsics are fx %g, fy %g, cx %g, "
        "cy %g of %ux%u", pinhole->fx, pinhole->fy, pinhole->cx, pinhole->cy,
        pinhole->width, pinhole->height);
  self->hides_pinhole |= self->said.pinhole.fx > 0 && pinhole->fx == 0;
  self->said = *state;
  self->has_said = TRUE;
  self->time = time;
  *n = fill_pinhole (self, pinhole, memory, row);
  *n += fill_pose (&state->pose, memory, row + *n);
  return TRUE;
}

GstFlowReturn
rerun_camera_log (RerunCamera * self, RerunEntity * entity, GstBuffer * buffer,
    guint width, guint height, const gint64 * times)
{
  RerunCameraState state;
  RerunCameraMemory memory;
  RerunValue row[RERUN_N_CAMERA_VALUES];
  RerunLog log = {
    .kind = RERUN_ROW_STATE,.slot = RERUN_SLOT_STATE,.times = times,
    .values = row
  };

  rerun_camera_find (self, entity->context, buffer, width, height, &state);
  if (rerun_camera_holds (self, &state, times[RERUN_PTS]))
    return GST_FLOW_OK;
  if (!rerun_camera_take (self, entity->context, &state, times[RERUN_PTS],
          &memory, row, &log.n_values))
    return GST_FLOW_ERROR;
  return log.n_values > 0 ? rerun_log (entity->context, &log) : GST_FLOW_OK;
}
