/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Draws the scene row by row, and adds what a sensor does to it. */

#include "camera.h"

#include <float.h>
#include <glib.h>
#include <string.h>

/* Focal length in pixels of a frame of width x height, as the camera gives
 * it; frames of another shape see at most what that one sees. */
static const struct
{
  double focal, width, height;
  ExposeRow expose;
} sensors[] = {
  [SENSOR_IDEAL] = {384.0, 640.0, 480.0, ideal_expose_row},
  [SENSOR_STEREO] = {384.0, 640.0, 480.0, stereo_expose_row},
  [SENSOR_TOF] = {504.0, 640.0, 576.0, tof_expose_row},
};

void
camera_lens (SensorKind kind, uint32_t width, uint32_t height, Lens * lens)
{
  double by_width = width / sensors[kind].width;
  double by_height = height / sensors[kind].height;

  lens->focal = sensors[kind].focal * MAX (by_width, by_height);
  lens->cx = (width - 1) * 0.5;
  lens->cy = (height - 1) * 0.5;
  lens->width = width;
  lens->height = height;
}

Camera *
camera_new (SensorKind kind, uint64_t seed, uint32_t width, uint32_t height)
{
  Camera *camera = g_new0 (Camera, 1);
  /* whole cells of the coarsest noise */
  gsize row = ((gsize) width + 15) / 16 * 16;
  int i;

  camera_lens (kind, width, height, &camera->lens);
  camera->expose = sensors[kind].expose;
  white_noise_init (&camera->white, noise_hash (seed, 'w', 0, 0), width);
  smooth_noise_init (&camera->fine, noise_hash (seed, 'f', 0, 0), width, 8, 2);
  smooth_noise_init (&camera->coarse, noise_hash (seed, 'c', 0, 0), width, 16,
      12);
  camera->fine_row = g_new (float, row);
  camera->coarse_row = g_new (float, row);
  camera->nearest = g_new (float, row);
  camera->farthest = g_new (float, row);
  camera->disparity = g_new (float, row);
  camera->limit = g_new (float, row);
  camera->depth = g_new (float, row);
  camera->units = g_new (uint16_t, row);
  for (i = 0; i < CAMERA_ROWS; i++) {
    camera->rows[i].inverse = g_new (float, row + 2 * CAMERA_REACH);
    camera->rows[i].inverse += CAMERA_REACH;
    camera->rows[i].albedo = g_new (float, row);
  }
  room_init (&camera->room, seed);
  return camera;
}

void
camera_free (Camera * camera)
{
  int i;

  white_noise_clear (&camera->white);
  smooth_noise_clear (&camera->fine);
  smooth_noise_clear (&camera->coarse);
  g_free (camera->fine_row);
  g_free (camera->coarse_row);
  g_free (camera->nearest);
  g_free (camera->farthest);
  g_free (camera->disparity);
  g_free (camera->limit);
  g_free (camera->depth);
  g_free (camera->units);
  for (i = 0; i < CAMERA_ROWS; i++) {
    g_free (camera->rows[i].inverse - CAMERA_REACH);
    g_free (camera->rows[i].albedo);
  }
  g_free (camera);
}

static void
look (Camera * camera, uint64_t time_ns)
{
  Room *room = &camera->room;
  uint32_t i;

  room_move (room, time_ns);
  camera->n_views = 0;
  for (i = 0; i < room->n_solids; i++) {
    if (solid_look (&room->solids[i], &camera->lens, &room->camera,
            &camera->views[camera->n_views]))
      camera->n_views++;
  }
}

static void
draw_row (Camera * camera, uint32_t y)
{
  CameraRow row = camera->rows[y % CAMERA_ROWS];
  uint32_t width = camera->lens.width, i;

  /* rock, until the room is cut out of it */
  for (i = 0; i < width; i++)
    row.inverse[i] = FLT_MAX;
  for (i = 0; i < camera->n_views; i++) {
    const SolidView *view = &camera->views[i];

    if (y >= view->y0 && y < view->y1)
      solid_draw_row (view, y, row.inverse, row.albedo);
  }
  for (i = 1; i <= CAMERA_REACH; i++) {
    row.inverse[-(int) i] = row.inverse[0];
    row.inverse[width - 1 + i] = row.inverse[width - 1];
  }
}

static void
round_row (const float *restrict depth, uint32_t width,
    uint16_t * restrict units)
{
  uint32_t i;

  for (i = 0; i < width; i++) {
    float value = depth[i] < 65535.0f ? depth[i] : 65535.0f;
    uint16_t rounded = (uint16_t) (int32_t) (value + 0.5f);

    units[i] = GUINT16_TO_LE (rounded);
  }
}

void
camera_shoot (Camera * camera, uint64_t frame, uint64_t time_ns,
    uint8_t * pixels, size_t stride)
{
  int64_t last = (int64_t) camera->lens.height - 1, drawn = -1, y;
  CameraRow rows[CAMERA_ROWS];
  int i;

  look (camera, time_ns);
  for (y = 0; y <= last; y++) {
    while (drawn < MIN (y + CAMERA_REACH, last))
      draw_row (camera, (uint32_t)++ drawn);
    for (i = 0; i < CAMERA_ROWS; i++) {
      int64_t near_y = CLAMP (y + i - CAMERA_REACH, 0, last);

      rows[i] = camera->rows[near_y % CAMERA_ROWS];
    }
    camera->expose (camera, rows, frame, (uint32_t) y, camera->depth);
    round_row (camera->depth, camera->lens.width, camera->units);
    memcpy (pixels + (size_t) y * stride, camera->units,
        camera->lens.width * sizeof *camera->units);
  }
}

static inline float
greatest (float a, float b)
{
  return a > b ? a : b;
}

static inline float
least (float a, float b)
{
  return a < b ? a : b;
}

void
camera_find_edges (Camera * camera, const CameraRow * rows)
{
  const float *a = rows[0].inverse, *b = rows[1].inverse;
  const float *c = rows[2].inverse, *d = rows[3].inverse;
  const float *e = rows[4].inverse;
  float *restrict nearest = camera->nearest;
  float *restrict farthest = camera->farthest;
  int32_t width = (int32_t) camera->lens.width, i;

  G_STATIC_ASSERT (CAMERA_REACH == 2);
  for (i = 0; i < width; i++) {
    float up_max = greatest (a[i], b[i]), up_min = least (a[i], b[i]);
    float down_max = greatest (d[i], e[i]), down_min = least (d[i], e[i]);
    float left_max = greatest (c[i - 2], c[i - 1]);
    float left_min = least (c[i - 2], c[i - 1]);
    float right_max = greatest (c[i + 1], c[i + 2]);
    float right_min = least (c[i + 1], c[i + 2]);

    nearest[i] = greatest (greatest (greatest (up_max, down_max),
            greatest (left_max, right_max)), c[i]);
    farthest[i] = least (least (least (up_min, down_min),
            least (left_min, right_min)), c[i]);
  }
}

void
ideal_expose_row (Camera * camera, const CameraRow * rows, uint64_t frame,
    uint32_t y, float *restrict depth)
{
  const float *inverse = rows[CAMERA_REACH].inverse;
  uint32_t width = camera->lens.width, i;

  for (i = 0; i < width; i++)
    depth[i] = 1.0f / inverse[i];
}
