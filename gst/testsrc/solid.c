/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Projects solids into the picture, and fills their spans. */

#include "solid.h"

#include <float.h>
#include <math.h>

/* Nearer corners are taken as behind the camera. */
#define NEAREST_CORNER 10.0

/* Nothing is nearer than a plane through the eye would be. */
#define LEAST_DISTANCE 1e-6

/* An affine function along a row: at + step * (x - x0). */
typedef struct
{
  float at, step;
} Ramp;

static double
affine_at (Affine a, uint32_t x, uint32_t y)
{
  return a.c + a.x * x + a.y * y;
}

static Ramp
affine_ramp (Affine a, uint32_t x, uint32_t y)
{
  Ramp ramp = { (float) affine_at (a, x, y), (float) a.x };

  return ramp;
}

static Affine
affine_scaled (Affine a, double scale)
{
  Affine scaled = { a.c * scale, a.x * scale, a.y * scale };

  return scaled;
}

/* Component of the camera ray of unit depth along a direction. */
static Affine
ray_along (const Lens * lens, const Pose * pose, Vector direction)
{
  Affine ray;

  ray.x = vector_dot (pose->axes.x, direction) / lens->focal;
  ray.y = vector_dot (pose->axes.y, direction) / lens->focal;
  ray.c = vector_dot (pose->axes.z, direction) - ray.x * lens->cx -
      ray.y * lens->cy;
  return ray;
}

static uint32_t
clamp_pixel (double value, uint32_t size)
{
  return value <= 0.0 ? 0 : value >= size ? size : (uint32_t) value;
}

/* The pixels that the eight corners around the solid enclose, and one more on
 * each side. */
static bool
find_pixels (const Solid * solid, const Lens * lens, const Pose * pose,
    SolidView * view)
{
  Vector from_eye = vector_sub (solid->centre, pose->eye);
  double left = DBL_MAX, right = -DBL_MAX, top = DBL_MAX, bottom = -DBL_MAX;
  int i;

  view->x0 = view->y0 = 0;
  view->x1 = lens->width;
  view->y1 = lens->height;
  for (i = 0; i < 8; i++) {
    Vector p = from_eye;
    double x, y, z;

    p = vector_add_scaled (p, solid->axes.x, i & 1 ? solid->half.x :
        -solid->half.x);
    p = vector_add_scaled (p, solid->axes.y, i & 2 ? solid->half.y :
        -solid->half.y);
    p = vector_add_scaled (p, solid->axes.z, i & 4 ? solid->half.z :
        -solid->half.z);
    z = vector_dot (p, pose->axes.z);
    if (z < NEAREST_CORNER)
      return true;
    x = vector_dot (p, pose->axes.x) / z * lens->focal + lens->cx;
    y = vector_dot (p, pose->axes.y) / z * lens->focal + lens->cy;
    left = x < left ? x : left;
    right = x > right ? x : right;
    top = y < top ? y : top;
    bottom = y > bottom ? y : bottom;
  }
  view->x0 = clamp_pixel (left - 1.0, lens->width);
  view->x1 = clamp_pixel (right + 2.0, lens->width);
  view->y0 = clamp_pixel (top - 1.0, lens->height);
  view->y1 = clamp_pixel (bottom + 2.0, lens->height);
  return view->x0 < view->x1 && view->y0 < view->y1;
}

/* The two planes of an axis, +1 and -1 in units of the solid. A plane that
 * the eye is outside of is a front, another one a back. */
static void
add_slab (SolidView * view, Affine ray, double eye)
{
  int sign;

  for (sign = -1; sign <= 1; sign += 2) {
    double inside = 1.0 - sign * eye;

    if (inside < 0.0)
      view->front[view->n_front++] = affine_scaled (ray, sign / inside);
    else
      view->back[view->n_back++] = affine_scaled (ray,
          sign / (inside < LEAST_DISTANCE ? LEAST_DISTANCE : inside));
  }
}

/* For the ray eye + depth * ray in units of the solid, |...|^2 = 1 is a
 * quadratic equation in 1 / depth:  c / depth^2 - 2 b / depth + |ray|^2 = 0. */
static bool
set_quadric (SolidView * view, const double *eye)
{
  uint32_t i;

  view->c = -1.0;
  view->b.c = view->b.x = view->b.y = 0.0;
  for (i = 0; i < view->n_round; i++) {
    view->c += eye[i] * eye[i];
    view->b.c -= eye[i] * view->ray[i].c;
    view->b.x -= eye[i] * view->ray[i].x;
    view->b.y -= eye[i] * view->ray[i].y;
  }
  return view->c > LEAST_DISTANCE;      /* else the eye is inside */
}

bool
solid_look (const Solid * solid, const Lens * lens, const Pose * pose,
    SolidView * view)
{
  /* the round axes of a cylinder come first */
  const Vector axes[3] = { solid->axes.x, solid->axes.z, solid->axes.y };
  const double half[3] = { solid->half.x, solid->half.z, solid->half.y };
  static const uint32_t n_round[] = {
    [SOLID_BOX] = 0,[SOLID_ELLIPSOID] = 3,[SOLID_CYLINDER] = 2
  };
  Vector eye = vector_sub (pose->eye, solid->centre);
  double local[3];
  uint32_t i;

  if (!find_pixels (solid, lens, pose, view))
    return false;
  view->shape = solid->shape;
  view->hollow = solid->hollow;
  view->albedo = solid->albedo;
  view->n_front = view->n_back = 0;
  view->n_round = n_round[solid->shape];
  for (i = 0; i < 3; i++) {
    local[i] = vector_dot (eye, axes[i]) / half[i];
    view->ray[i] = affine_scaled (ray_along (lens, pose, axes[i]),
        1.0 / half[i]);
    if (i >= view->n_round)
      add_slab (view, view->ray[i], local[i]);
  }
  return view->n_round == 0 || set_quadric (view, local);
}

/* Fronts and backs of a row; the missing ones never decide. */
typedef struct
{
  Ramp front[3];
  Ramp back[6];
} SlabRamps;

static SlabRamps
slab_ramps (const SolidView * view, uint32_t y)
{
  const Ramp never_front = { FLT_MAX, 0.0f }, never_back = { -FLT_MAX, 0.0f };
  SlabRamps ramps;
  uint32_t i;

  for (i = 0; i < 3; i++)
    ramps.front[i] = i >= view->n_front ? never_front :
        affine_ramp (view->front[i], view->x0, y);
  for (i = 0; i < 6; i++)
    ramps.back[i] = i >= view->n_back ? never_back :
        affine_ramp (view->back[i], view->x0, y);
  return ramps;
}

static inline float
least (float a, float b)
{
  return a < b ? a : b;
}

static inline float
greatest (float a, float b)
{
  return a > b ? a : b;
}

static inline float
ramp_at (Ramp ramp, float x)
{
  return ramp.at + ramp.step * x;
}

static inline float
enter (const SlabRamps * ramps, float x)
{
  return least (least (ramp_at (ramps->front[0], x),
          ramp_at (ramps->front[1], x)), ramp_at (ramps->front[2], x));
}

static inline float
leave (const SlabRamps * ramps, float x)
{
  float a = greatest (ramp_at (ramps->back[0], x), ramp_at (ramps->back[1],
          x));
  float b = greatest (ramp_at (ramps->back[2], x), ramp_at (ramps->back[3],
          x));
  float c = greatest (ramp_at (ramps->back[4], x), ramp_at (ramps->back[5],
          x));

  return greatest (greatest (a, b), c);
}

static void
draw_hollow (const SlabRamps * slabs, uint32_t n, float own,
    float *restrict inverse, float *restrict albedo)
{
  const SlabRamps ramps = *slabs;
  uint32_t i;

  for (i = 0; i < n; i++) {
    float x = (float) (int32_t) i;
    float in = enter (&ramps, x), out = leave (&ramps, x), old = inverse[i];
    bool hit = (in >= out) & (in >= old) & (out < old);

    inverse[i] = hit ? out : old;
    albedo[i] = hit ? own : albedo[i];
  }
}

static void
draw_box (const SlabRamps * slabs, uint32_t n, float own,
    float *restrict inverse, float *restrict albedo)
{
  const SlabRamps ramps = *slabs;
  uint32_t i;

  for (i = 0; i < n; i++) {
    float x = (float) (int32_t) i;
    float in = enter (&ramps, x), out = leave (&ramps, x), old = inverse[i];
    bool hit = (in >= out) & (in > old);

    inverse[i] = hit ? in : old;
    albedo[i] = hit ? own : albedo[i];
  }
}

/* A quadric along a row: the solution is (b +- sqrt (d)) / c, b affine and
 * d = b^2 - c |ray|^2 quadratic in x. */
typedef struct
{
  Ramp b;
  float d0, d1, d2, inverse_c;
} QuadricRamps;

static QuadricRamps
quadric_ramps (const SolidView * view, uint32_t y)
{
  double b = affine_at (view->b, view->x0, y);
  double d0 = b * b, d1 = 2.0 * b * view->b.x, d2 = view->b.x * view->b.x;
  QuadricRamps ramps;
  uint32_t i;

  for (i = 0; i < view->n_round; i++) {
    double ray = affine_at (view->ray[i], view->x0, y);

    d0 -= view->c * ray * ray;
    d1 -= view->c * 2.0 * ray * view->ray[i].x;
    d2 -= view->c * view->ray[i].x * view->ray[i].x;
  }
  ramps.b = affine_ramp (view->b, view->x0, y);
  ramps.d0 = (float) d0;
  ramps.d1 = (float) d1;
  ramps.d2 = (float) d2;
  ramps.inverse_c = (float) (1.0 / view->c);
  return ramps;
}

static void
draw_ellipsoid (const QuadricRamps * quadric, uint32_t n, float own,
    float *restrict inverse, float *restrict albedo)
{
  const QuadricRamps q = *quadric;
  uint32_t i;

  for (i = 0; i < n; i++) {
    float x = (float) (int32_t) i, old = inverse[i];
    float d = q.d0 + (q.d1 + q.d2 * x) * x;
    float in = (ramp_at (q.b, x) + sqrtf (greatest (d, 0.0f))) * q.inverse_c;
    bool hit = (d >= 0.0f) & (in > old);

    inverse[i] = hit ? in : old;
    albedo[i] = hit ? own : albedo[i];
  }
}

static void
draw_cylinder (const QuadricRamps * quadric, const SlabRamps * slabs,
    uint32_t n, float own, float *restrict inverse, float *restrict albedo)
{
  const QuadricRamps q = *quadric;
  /* one axis has planes: one front at most, two backs at most */
  const Ramp front = slabs->front[0];
  const Ramp back0 = slabs->back[0], back1 = slabs->back[1];
  uint32_t i;

  for (i = 0; i < n; i++) {
    float x = (float) (int32_t) i, old = inverse[i];
    float d = q.d0 + (q.d1 + q.d2 * x) * x;
    float b = ramp_at (q.b, x), root = sqrtf (greatest (d, 0.0f));
    float in = least ((b + root) * q.inverse_c, ramp_at (front, x));
    float out = greatest ((b - root) * q.inverse_c,
        greatest (ramp_at (back0, x), ramp_at (back1, x)));
    bool hit = (d >= 0.0f) & (in >= out) & (in > old);

    inverse[i] = hit ? in : old;
    albedo[i] = hit ? own : albedo[i];
  }
}

void
solid_draw_row (const SolidView * view, uint32_t y, float *inverse,
    float *albedo)
{
  uint32_t n = view->x1 - view->x0;
  SlabRamps slabs = slab_ramps (view, y);
  QuadricRamps quadric;

  inverse += view->x0;
  albedo += view->x0;
  if (view->n_round > 0)
    quadric = quadric_ramps (view, y);
  switch (view->shape) {
    case SOLID_BOX:
      if (view->hollow)
        draw_hollow (&slabs, n, view->albedo, inverse, albedo);
      else
        draw_box (&slabs, n, view->albedo, inverse, albedo);
      break;
    case SOLID_ELLIPSOID:
      draw_ellipsoid (&quadric, n, view->albedo, inverse, albedo);
      break;
    case SOLID_CYLINDER:
      draw_cylinder (&quadric, &slabs, n, view->albedo, inverse, albedo);
      break;
  }
}
