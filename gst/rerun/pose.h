/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where an entity's camera is in the space of its parent, as Transform3D has it. */
typedef struct
{
  gboolean has_translation, has_rotation;
  gfloat translation[3];        /* metres */
  gfloat rotation[4];           /* a unit quaternion x y z w */
} RerunPose;

/* Both return: (nullable): what is wrong with the property of that name, as a sentence
 * that names its value and what is allowed; empty is right */
gchar *rerun_pose_translation_problem (const GValue * array);
gchar *rerun_pose_rotation_problem (const GValue * array);

/* Of properties that are right. Rotations become unit quaternions. */
void rerun_pose_get (RerunPose * self, const GValue * translation,
    const GValue * rotation);

G_END_DECLS
