/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A time-of-flight camera like the Azure Kinect with its narrow field of view
 * (NFOV unbinned; hardware specification of the Azure Kinect DK):
 * - the light covers a hexagon: the corners of the frame have no depth;
 * - noise is a part of the depth, and grows as less light comes back: with
 *   the square of the distance, and from dark surfaces, which have holes;
 * - a pixel on an edge gets light from both sides: most of these are refused,
 *   some fly between the two. */

#include "camera.h"

/* Circumradius of the hexagon in focal lengths; its flat sides are above and
 * below. */
#define HEXAGON 0.663
#define HALF_SECANT 0.57735027  /* tan 30 degrees */

#define NEAREST 250.0f          /* mm */
#define FARTHEST 7400.0f

/* Light that comes back is 1 from a white wall at 1 m. Deviation of the noise
 * as a part of the depth: NOISE + DARK_NOISE / light. */
#define NOISE 0.00015f
#define DARK_NOISE 0.00002f
#define LEAST_LIGHT 0.011f

/* Inverse depths that differ by more than this part are an edge. */
#define EDGE 1.06f

/* The columns that are lit in row y: from first, to before end. */
static void
find_lit (const Lens * lens, uint32_t y, uint32_t * first, uint32_t * end)
{
  double dy = y - lens->cy;
  double reach = HEXAGON * lens->focal - HALF_SECANT * (dy < 0.0 ? -dy : dy);
  double left = lens->cx - reach, right = lens->cx + reach + 1.0;

  *first = left <= 0.0 ? 0 : left < lens->width ? (uint32_t) left : lens->width;
  *end = right <= *first ? *first :
      right < lens->width ? (uint32_t) right : lens->width;
}

void
tof_expose_row (Camera * camera, const CameraRow * rows, uint64_t frame,
    uint32_t y, float *restrict depth)
{
  const float *inverse = rows[CAMERA_REACH].inverse;
  const float *albedo = rows[CAMERA_REACH].albedo;
  const float *noise = white_noise_row (&camera->white, 0, frame, y);
  const float *chance = white_noise_row (&camera->white, 1, frame, y);
  const float *nearest = camera->nearest, *farthest = camera->farthest;
  uint32_t width = camera->lens.width, first, end, x;

  camera_find_edges (camera, rows);
  find_lit (&camera->lens, y, &first, &end);
  for (x = 0; x < first; x++)
    depth[x] = 0.0f;
  for (x = first; x < end; x++) {
    bool edge = nearest[x] > farthest[x] * EDGE;
    float part = 0.5f + 0.15f * chance[x];
    float mixed = nearest[x] + (farthest[x] - nearest[x]) * part;
    float true_depth = 1.0f / (edge ? mixed : inverse[x]);
    float light = albedo[x] * inverse[x] * inverse[x] * 1e6f;
    float deviation = true_depth * (NOISE + DARK_NOISE / light);
    float measured = true_depth + deviation * noise[x];
    bool found = (light * (1.0f + 0.1f * chance[x]) > LEAST_LIGHT)
        & (measured > NEAREST) & (measured < FARTHEST)
        & (!edge | (noise[x] > 1.3f));

    depth[x] = found ? measured : 0.0f;
  }
  for (x = end; x < width; x++)
    depth[x] = 0.0f;
}
