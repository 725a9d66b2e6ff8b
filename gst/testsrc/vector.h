/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The little geometry that the room needs. Only + - * / and sqrt are used,
 * which IEEE 754 rounds alike on every machine, and no libm function, which
 * it does not: so a frame has the same bytes everywhere. The build turns the
 * contraction to fused multiply-add off (meson.build). */

#pragma once

#include <stdint.h>

typedef struct
{
  double x, y, z;
} Vector;

/* Three orthogonal unit vectors. */
typedef struct
{
  Vector x, y, z;
} Axes;

static inline Vector
vector (double x, double y, double z)
{
  Vector v = { x, y, z };

  return v;
}

static inline double
vector_dot (Vector a, Vector b)
{
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline Vector
vector_sub (Vector a, Vector b)
{
  return vector (a.x - b.x, a.y - b.y, a.z - b.z);
}

/* a + b * scale */
static inline Vector
vector_add_scaled (Vector a, Vector b, double scale)
{
  return vector (a.x + b.x * scale, a.y + b.y * scale, a.z + b.z * scale);
}

/* An angle is a uint32_t: 2^32 is one turn, and it wraps by itself. */
#define ANGLE_DEGREES(d) ((uint32_t) (int32_t) ((d) * (4294967296.0 / 360.0)))

/* Sine by its series on a quarter turn, within 4e-6. */
static inline double
angle_sin (uint32_t angle)
{
  double x = (int32_t) angle * (3.14159265358979323846 / 2147483648.0);
  double half = 1.57079632679489661923, s;

  if (x > half)
    x = 2.0 * half - x;
  else if (x < -half)
    x = -2.0 * half - x;
  s = x * x;
  return x * (1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 *
              (1.0 - s / 72.0))));
}

static inline double
angle_cos (uint32_t angle)
{
  return angle_sin (angle + 0x40000000u);
}

/* World axes: x right, y up, z away from the camera's usual place. Turned by
 * yaw about y, then by pitch about the turned x (positive pitch: z goes up). */
static inline Axes
axes_turned (uint32_t yaw, uint32_t pitch)
{
  double cy = angle_cos (yaw), sy = angle_sin (yaw);
  double cp = angle_cos (pitch), sp = angle_sin (pitch);
  Axes axes = {
    {cy, 0.0, -sy},
    {-sy * sp, cp, -cy * sp},
    {sy * cp, sp, cy * cp},
  };

  return axes;
}
