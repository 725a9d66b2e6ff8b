/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

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

/* A component that has no value any more is empty: that hides those before. */
static guint
fill (RerunValue * value, const RrdComponent * component, gboolean has,
    gboolean hides, gconstpointer data, gsize size)
{
  if (has)
    rerun_value_set (value, component, data, size);
  else if (hides)
    rerun_value_set (value, component, rrd_empty, 0);
  return has || hides ? 1 : 0;
}

static guint
fill_values (const RerunCamera * self, const RerunCameraState * state,
    RerunCameraMemory * memory, RerunValue * row)
{
  const GstPinholeInfo *info = &state->pinhole;
  const RerunPose *pose = &state->pose;
  const gfloat matrix[9] = {
    info->fx, 0, 0, 0, info->fy, 0, info->cx, info->cy, 1
  };
  guint n = 0;

  memcpy (memory->matrix, matrix, sizeof matrix);
  memory->resolution[0] = info->width;
  memory->resolution[1] = info->height;
  memcpy (memory->translation, pose->translation, sizeof memory->translation);
  memcpy (memory->rotation, pose->rotation, sizeof memory->rotation);
  n += fill (&row[n], &rrd_pinhole[RRD_PINHOLE_IMAGE_FROM_CAMERA],
      info->fx > 0, self->hides_pinhole, memory->matrix, sizeof memory->matrix);
  n += fill (&row[n], &rrd_pinhole[RRD_PINHOLE_RESOLUTION], info->fx > 0,
      self->hides_pinhole, memory->resolution, sizeof memory->resolution);
  n += fill (&row[n], &rrd_transform3d[RRD_TRANSFORM3D_TRANSLATION],
      pose->has_translation, self->hides_translation, memory->translation,
      sizeof memory->translation);
  n += fill (&row[n], &rrd_transform3d[RRD_TRANSFORM3D_QUATERNION],
      pose->has_rotation, self->hides_rotation, memory->rotation,
      sizeof memory->rotation);
  return n;
}

/* What a sink that was stopped has logged of the entity still holds. */
static gboolean
claim (RerunCamera * self, const RerunEntityContext * context,
    const RerunCameraState * state)
{
  gboolean pinhole = state->pinhole.fx > 0;
  gboolean pose = state->pose.has_translation || state->pose.has_rotation;
  GError *error = NULL;

  if (rerun_path_claim_camera (context->path, &pinhole, &pose, &error)) {
    if (!self->has_said) {
      self->hides_pinhole = pinhole;
      self->hides_translation = self->hides_rotation = pose;
    }
    return TRUE;
  }
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

  if (!claim (self, context, state))
    return FALSE;
  if (!gst_depth_pinhole_equal (pinhole, &self->said.pinhole))
    GST_DEBUG_OBJECT (context->element, "intrinsics are fx %g, fy %g, cx %g, "
        "cy %g of %ux%u", pinhole->fx, pinhole->fy, pinhole->cx, pinhole->cy,
        pinhole->width, pinhole->height);
  self->hides_pinhole |= self->said.pinhole.fx > 0 && pinhole->fx == 0;
  self->hides_translation |= self->said.pose.has_translation;
  self->hides_rotation |= self->said.pose.has_rotation;
  self->said = *state;
  self->has_said = TRUE;
  self->time = time;
  *n = fill_values (self, state, memory, row);
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
