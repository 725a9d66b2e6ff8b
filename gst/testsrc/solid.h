/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Convex solids and their picture in a pinhole camera, as inverse depth.
 *
 * Depth is measured along the optical axis, as RealSense and Kinect do. For a
 * camera ray (x, y, 1) * depth the inverse depth at which it meets a plane is
 * an affine function of the pixel, and that of a quadric a square root of a
 * quadratic one: a row of pixels costs a few multiplications each. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vector.h"

/* A pinhole camera: focal length in pixels (square pixels), principal point;
 * the centre of the first pixel is 0, 0. */
typedef struct
{
  double focal, cx, cy;
  uint32_t width, height;
} Lens;

/* Where the camera stands and how it is turned: x right, y down, z forward. */
typedef struct
{
  Vector eye;
  Axes axes;
} Pose;

typedef enum
{
  SOLID_BOX,
  SOLID_ELLIPSOID,
  SOLID_CYLINDER,               /* upright: along its y axis */
} SolidShape;

typedef struct
{
  SolidShape shape;
  bool hollow;                  /* a box cut out of the rock around the room */
  float albedo;                 /* part of the light that it gives back */
  Vector centre, half;          /* mm, half along each axis */
  Axes axes;
} Solid;

/* c + x * column + y * row */
typedef struct
{
  double c, x, y;
} Affine;

/* A solid as a camera sees it. */
typedef struct
{
  SolidShape shape;
  bool hollow;
  float albedo;
  uint32_t x0, x1, y0, y1;      /* the pixels it may cover, ends excluded */
  uint32_t n_front, n_back;
  Affine front[3];              /* a ray is inside from the least of these, */
  Affine back[6];               /* and leaves at the greatest of these */
  Affine ray[3];                /* quadrics: the ray in units of the solid */
  Affine b;
  double c;
  uint32_t n_round;             /* how many axes of it are round */
} SolidView;

/* Returns false if the camera does not see it. */
bool solid_look (const Solid * solid, const Lens * lens, const Pose * pose,
    SolidView * view);

/* Draws row y of the solid into inverse depth (1/mm, the greatest stays) and
 * albedo; y is within y0 and y1. A hollow must be drawn before what stands in
 * it. */
void solid_draw_row (const SolidView * view, uint32_t y, float *inverse,
    float *albedo);
