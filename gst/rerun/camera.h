/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/entity.h"

G_BEGIN_DECLS

/* The intrinsics of a camera, and where it is. */
typedef struct
{
  GstPinholeInfo pinhole;       /* fx 0: none */
  RerunPose pose;
} RerunCameraState;

/**
 * RerunCamera:
 *
 * What was logged of an entity's camera: before the first frame that it holds for, on
 * every change, and again every second, for who joins late a server that has dropped
 * old data. Of the streaming thread; all zero at the start.
 */
typedef struct
{
  RerunCameraState said;
  gboolean hides_pinhole;       /* there was one of a picture of another size */
  gboolean hides_translation, hides_rotation;   /* there was one */
  gboolean has_said;
  gint64 time;                  /* running time */
} RerunCamera;

/* Memory for the values of a row. */
typedef struct
{
  gfloat matrix[9];
  gfloat resolution[2];
  gfloat translation[3];
  gfloat rotation[4];
} RerunCameraMemory;

#define RERUN_N_CAMERA_VALUES 4

/* What holds for a picture of @width x @height pixels: the properties, then the
 * metadata of @buffer. Intrinsics that nothing is said of any more still hold, but not
 * for a picture of another size. */
void rerun_camera_find (const RerunCamera * self,
    const RerunEntityContext * context, GstBuffer * buffer, guint width,
    guint height, RerunCameraState * state);

/* Whether @state was logged, not too long before @time. */
gboolean rerun_camera_holds (const RerunCamera * self,
    const RerunCameraState * state, gint64 time);

/**
 * rerun_camera_take:
 * @memory: keeps the values
 * @row: (out): at most %RERUN_N_CAMERA_VALUES
 * @n: (out): how many there are
 *
 * Notes that @state is logged at @time.
 *
 * Returns: %FALSE if an error was posted: the entity lies in the picture of another
 */
gboolean rerun_camera_take (RerunCamera * self,
    const RerunEntityContext * context, const RerunCameraState * state,
    gint64 time, RerunCameraMemory * memory, RerunValue * row, guint * n);

/* All of the above, for pictures and video: a row of its own where it is needed. */
GstFlowReturn rerun_camera_log (RerunCamera * self, RerunEntity * entity,
    GstBuffer * buffer, guint width, guint height, const gint64 * times);

G_END_DECLS
