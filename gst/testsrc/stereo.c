/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stereo camera like Intel's RealSense D435 (datasheet: D400 series):
 * baseline 50 mm, disparity in steps of 1/32 pixel, 126 pixels at most. Depth
 * is measured at the left imager. What follows from that:
 * - depth takes only the values baseline * focal * 32 / n, in steps that grow
 *   with its square, and so does its noise;
 * - what the right imager does not see has no depth: a shadow to the left of
 *   near things, as wide as the difference of the disparities, and a band at
 *   the left side of the frame;
 * - blocks are matched, not pixels: near things grow a little over their
 *   edges, edges and surfaces without texture have holes of a block's size;
 * - far away a wrong match by a step or two is a wrong depth of many metres,
 *   up to 65535. */

#include "camera.h"

#define BASELINE 50.0f          /* mm */
#define STEPS 32.0f             /* a pixel of disparity */
#define MAX_DISPARITY 126.0f    /* pixels */

/* Noise of a disparity in steps, on a textured surface. */
#define SMOOTH_NOISE 1.2f
#define WHITE_NOISE 0.1f

/* Inverse depths that differ by more than this part are an edge. */
#define EDGE 1.06f

/* How sure a match is, in deviations of the coarse noise: bright surfaces give
 * the projected dots back, far ones less so; below 0 there is none. */
#define SURE 1.3f
#define SURE_OF_ALBEDO 2.6f
#define UNSURE_OF_DISTANCE 2.2f /* over the pixels of disparity */
#define UNSURE_OF_EDGES 2.3f

/* Disparity in pixels. Blocks on an edge match the near side of it. */
static void
match_blocks (Camera * camera, const float *restrict inverse)
{
  const float *nearest = camera->nearest, *farthest = camera->farthest;
  const float scale = (float) camera->lens.focal * BASELINE;
  float *restrict disparity = camera->disparity;
  uint32_t width = camera->lens.width, x;

  for (x = 0; x < width; x++) {
    float near_by = nearest[x], here = inverse[x];

    disparity[x] = scale * (near_by > farthest[x] * EDGE ? near_by : here);
  }
}

/* What the right imager sees comes farther and farther left there, from right
 * to left; for each pixel, how far it has come. */
static void
find_shadows (const float *restrict disparity, int32_t width,
    float *restrict limit)
{
  float leftmost = (float) width;
  int32_t x;

  for (x = width - 1; x >= 0; x--) {
    float there = (float) x - disparity[x];

    limit[x] = leftmost;
    leftmost = there < leftmost ? there : leftmost;
  }
}

void
stereo_expose_row (Camera * camera, const CameraRow * rows, uint64_t frame,
    uint32_t y, float *restrict depth)
{
  const float *albedo = rows[CAMERA_REACH].albedo;
  const float *white = white_noise_row (&camera->white, 0, frame, y);
  const float *fine = camera->fine_row, *coarse = camera->coarse_row;
  const float *nearest = camera->nearest, *farthest = camera->farthest;
  const float *disparity = camera->disparity, *limit = camera->limit;
  const float numerator = (float) camera->lens.focal * BASELINE * STEPS;
  int32_t width = (int32_t) camera->lens.width, x;

  camera_find_edges (camera, rows);
  match_blocks (camera, rows[CAMERA_REACH].inverse);
  find_shadows (disparity, width, camera->limit);
  smooth_noise_row (&camera->fine, frame, y, camera->fine_row);
  smooth_noise_row (&camera->coarse, frame, y, camera->coarse_row);
  for (x = 0; x < width; x++) {
    float pixels = disparity[x], there = (float) x - pixels;
    float noisy = pixels * STEPS + fine[x] * SMOOTH_NOISE +
        white[x] * WHITE_NOISE;
    float steps = (float) (int32_t) (noisy + 0.5f);
    float sure = SURE + SURE_OF_ALBEDO * albedo[x] + coarse[x] +
        0.3f * fine[x] - UNSURE_OF_DISTANCE / pixels -
        (nearest[x] > farthest[x] * EDGE ? UNSURE_OF_EDGES : 0.0f);
    /* the noise frays the border of a shadow, by a few pixels into it */
    float deep = coarse[x] > 0.0f ? coarse[x] : 0.0f;
    bool found = (sure > 0.0f) & (steps >= 1.0f) & (pixels < MAX_DISPARITY)
        & (there < limit[x] + deep) & (there >= -deep);

    depth[x] = found ? numerator / steps : 0.0f;
  }
}
