/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Furnishes the room, moves the people in it, and places the camera. */

#include "room.h"

#include <glib.h>

#include "noise.h"

/* Albedo in near infrared: paint and wood are bright, a switched-off screen
 * and black leather give almost nothing back. */
#define WALL 0.75f
#define WOOD 0.55f
#define CLOTH 0.45f
#define LEAF 0.5f
#define STEEL 0.3f
#define SCREEN 0.03f

/* What stands still: mm, x right, y up from the floor, z from below the
 * camera to the back wall; half sizes; degrees about the upright. */
typedef struct
{
  SolidShape shape;
  float albedo;
  float x, y, z, half_x, half_y, half_z, yaw;
} Furniture;

/* Cut out of the rock, each from the one before. */
static const Furniture hollows[] = {
  /* the room itself */
  {SOLID_BOX, WALL, 0, 1300, 2200, 2600, 1300, 3000, 0},
  /* a door, the corridor behind it */
  {SOLID_BOX, WALL, 1150, 1025, 5240, 450, 1025, 60, 0},
  {SOLID_BOX, WALL, 1600, 1250, 6790, 1500, 1250, 1500, 0},
  /* a window, and much outside */
  {SOLID_BOX, WALL, -1400, 1500, 5240, 700, 550, 60, 0},
  {SOLID_BOX, 0.2f, -20000, 10000, 25290, 20000, 12000, 20000, 0},
};

static const Furniture furniture[] = {
  /* window cross */
  {SOLID_BOX, WOOD, -1400, 1500, 5220, 20, 550, 20, 0},
  {SOLID_BOX, WOOD, -1400, 1550, 5220, 700, 20, 20, 0},
  /* picture between window and door, switched-off screen on the left wall */
  {SOLID_BOX, WOOD, 0, 1650, 5190, 380, 300, 15, 0},
  {SOLID_BOX, SCREEN, -2570, 1350, 2900, 30, 380, 650, 0},
  {SOLID_BOX, WOOD, -2380, 280, 2900, 210, 280, 900, 0},
  /* rug */
  {SOLID_CYLINDER, CLOTH, 0, 6, 2900, 1500, 6, 950, 0},
  /* sofa: seat, back, arms, cushions */
  {SOLID_BOX, CLOTH, -1250, 220, 4550, 850, 220, 420, 0},
  {SOLID_BOX, CLOTH, -1250, 450, 4880, 850, 450, 110, 0},
  {SOLID_BOX, CLOTH, -2200, 320, 4550, 100, 320, 430, 0},
  {SOLID_BOX, CLOTH, -300, 320, 4550, 100, 320, 430, 0},
  {SOLID_ELLIPSOID, CLOTH, -1800, 600, 4680, 260, 190, 100, 15},
  {SOLID_ELLIPSOID, CLOTH, -750, 600, 4680, 250, 190, 110, -20},
  /* round table with vase, mug and bowl */
  {SOLID_CYLINDER, WOOD, 0, 470, 2900, 520, 20, 520, 0},
  {SOLID_CYLINDER, STEEL, 0, 230, 2900, 45, 220, 45, 0},
  {SOLID_CYLINDER, STEEL, 0, 25, 2900, 260, 12, 260, 0},
  {SOLID_ELLIPSOID, WALL, 180, 620, 2980, 90, 140, 90, 0},
  {SOLID_CYLINDER, WALL, 180, 760, 2980, 40, 50, 40, 0},
  {SOLID_CYLINDER, WALL, -210, 540, 2700, 42, 50, 42, 0},
  {SOLID_ELLIPSOID, WOOD, -80, 520, 3080, 130, 60, 130, 0},
  /* chair on the left: seat, back, four legs */
  {SOLID_BOX, WOOD, -1250, 450, 1650, 220, 20, 220, 0},
  {SOLID_BOX, WOOD, -1450, 720, 1650, 18, 250, 220, 0},
  {SOLID_BOX, WOOD, -1450, 225, 1450, 20, 225, 20, 0},
  {SOLID_BOX, WOOD, -1450, 225, 1850, 20, 225, 20, 0},
  {SOLID_BOX, WOOD, -1050, 225, 1450, 20, 225, 20, 0},
  {SOLID_BOX, WOOD, -1050, 225, 1850, 20, 225, 20, 0},
  /* desk at the lower right, near the camera: top, legs, mug, globe, books */
  {SOLID_BOX, WOOD, 900, 760, 1000, 400, 18, 250, -8},
  {SOLID_BOX, STEEL, 540, 370, 960, 18, 370, 18, 0},
  {SOLID_BOX, STEEL, 1260, 370, 1040, 18, 370, 18, 0},
  {SOLID_CYLINDER, WALL, 640, 826, 900, 42, 48, 42, 0},
  {SOLID_CYLINDER, STEEL, 1000, 788, 1100, 70, 10, 70, 0},
  {SOLID_ELLIPSOID, CLOTH, 1000, 898, 1100, 100, 100, 100, 0},
  {SOLID_BOX, CLOTH, 760, 793, 1080, 110, 15, 75, 20},
  {SOLID_BOX, WALL, 765, 820, 1075, 100, 12, 70, 5},
  /* cabinet on the right, bin on the left */
  {SOLID_BOX, WOOD, 1450, 400, 1750, 300, 400, 250, 25},
  {SOLID_ELLIPSOID, STEEL, 1450, 930, 1750, 130, 130, 130, 0},
  {SOLID_CYLINDER, SCREEN, -650, 170, 1450, 130, 170, 130, 0},
  /* floor lamp */
  {SOLID_CYLINDER, STEEL, 250, 15, 4850, 150, 15, 150, 0},
  {SOLID_CYLINDER, STEEL, 250, 750, 4850, 12, 750, 12, 0},
  {SOLID_CYLINDER, CLOTH, 250, 1450, 4850, 190, 140, 190, 0},
  /* shelf on the right wall: back, sides, boards */
  {SOLID_BOX, WOOD, 2580, 950, 3500, 20, 950, 700, 0},
  {SOLID_BOX, WOOD, 2400, 950, 2800, 200, 950, 15, 0},
  {SOLID_BOX, WOOD, 2400, 950, 4200, 200, 950, 15, 0},
  {SOLID_BOX, WOOD, 2400, 60, 3500, 200, 15, 700, 0},
  {SOLID_BOX, WOOD, 2400, 530, 3500, 200, 15, 700, 0},
  {SOLID_BOX, WOOD, 2400, 1000, 3500, 200, 15, 700, 0},
  {SOLID_BOX, WOOD, 2400, 1470, 3500, 200, 15, 700, 0},
  {SOLID_BOX, WOOD, 2400, 1900, 3500, 200, 15, 700, 0},
  /* flower pot */
  {SOLID_CYLINDER, WOOD, 2150, 200, 4750, 190, 200, 190, 0},
  /* beams under the ceiling */
  {SOLID_BOX, WOOD, 0, 2540, 1800, 2600, 60, 60, 0},
  {SOLID_BOX, WOOD, 0, 2540, 3600, 2600, 60, 60, 0},
};

static Solid *
add_solid (Room * room, SolidShape shape, float albedo)
{
  Solid *solid;

  g_assert (room->n_solids < ROOM_MAX_SOLIDS);
  solid = &room->solids[room->n_solids++];
  solid->shape = shape;
  solid->hollow = false;
  solid->albedo = albedo;
  solid->axes = axes_turned (0, 0);
  return solid;
}

static void
add_furniture (Room * room, const Furniture * piece, bool hollow)
{
  Solid *solid = add_solid (room, piece->shape, piece->albedo);

  solid->hollow = hollow;
  solid->centre = vector (piece->x, piece->y, piece->z);
  solid->half = vector (piece->half_x, piece->half_y, piece->half_z);
  solid->axes = axes_turned (ANGLE_DEGREES (piece->yaw), 0);
}

/* A number of the seed, from least to most. */
static double
pick (const Room * room, uint64_t what, uint64_t which, double least,
    double most)
{
  uint64_t bits = noise_hash (room->seed, 'r', what, which);

  return least + (most - least) * (double) (bits >> 40) / 16777215.0;
}

/* Books from front to back along a board, until it is full. */
static void
add_books (Room * room, uint32_t board, double bottom)
{
  double z = 2830.0, end = 4170.0;
  uint32_t i;

  for (i = board * 100; i < board * 100 + 14; i++) {
    double thick = pick (room, 'b', i * 4, 15.0, 60.0);
    double tall = pick (room, 'b', i * 4 + 1, 110.0, 200.0);
    double deep = pick (room, 'b', i * 4 + 2, 90.0, 150.0);
    Solid *book;

    z += pick (room, 'b', i * 4 + 3, 0.0, 60.0);
    if (z + 2.0 * thick > end)
      return;
    book = add_solid (room, SOLID_BOX, (float) pick (room, 'a', i, 0.1, 0.8));
    book->half = vector (deep, tall, thick);
    book->centre = vector (2560.0 - deep, bottom + tall, z + thick);
    z += 2.0 * thick;
  }
}

/* Leaves around the top of the stem. */
static void
add_plant (Room * room)
{
  uint32_t i;

  for (i = 0; i < 16; i++) {
    uint32_t yaw = i * 0x10000000u;
    Solid *leaf = add_solid (room, SOLID_ELLIPSOID, LEAF);
    double out = pick (room, 'l', i * 3, 120.0, 260.0);
    double up = pick (room, 'l', i * 3 + 1, 450.0, 1300.0);

    leaf->axes = axes_turned (yaw,
        ANGLE_DEGREES (pick (room, 'l', i * 3 + 2, 10.0, 60.0)));
    leaf->half = vector (45.0, 12.0, 170.0);
    leaf->centre =
        vector_add_scaled (vector (2150.0, up, 4750.0), leaf->axes.z, out);
  }
}

void
room_init (Room * room, uint64_t seed)
{
  uint32_t i;

  room->seed = seed;
  room->n_solids = 0;
  for (i = 0; i < G_N_ELEMENTS (hollows); i++)
    add_furniture (room, &hollows[i], true);
  for (i = 0; i < G_N_ELEMENTS (furniture); i++)
    add_furniture (room, &furniture[i], false);
  add_books (room, 0, 75.0);
  add_books (room, 1, 545.0);
  add_books (room, 2, 1015.0);
  add_books (room, 3, 1485.0);
  add_plant (room);
  room->n_fixed = room->n_solids;
}

/* All movements are a whole number of turns in the loop; the seed says where
 * each one starts. */
static uint32_t
turned (const Room * room, uint32_t now, char what, uint32_t turns)
{
  return now * turns + (uint32_t) noise_hash (room->seed, 'm', what, 0);
}

static void
move_camera (Room * room, uint32_t now)
{
  uint32_t sway = turned (room, now, 'c', 1), bob = turned (room, now, 'd', 2);
  Axes axes = axes_turned (ANGLE_DEGREES (14.0 * angle_sin (sway)),
      ANGLE_DEGREES (-9.0 + 2.0 * angle_sin (bob)));

  room->camera.eye =
      vector (-350.0 * angle_sin (sway), 1350.0 + 60.0 * angle_cos (bob),
      -100.0 + 150.0 * angle_cos (sway));
  room->camera.axes = axes;
  room->camera.axes.y = vector (-axes.y.x, -axes.y.y, -axes.y.z);
}

/* A ball that bounces to and fro in front of the table. */
static void
add_ball (Room * room, uint32_t now)
{
  double hop = turned (room, now, 'h', 50) / 4294967296.0;
  Solid *ball = add_solid (room, SOLID_ELLIPSOID, WALL);

  ball->half = vector (120.0, 120.0, 120.0);
  ball->centre =
      vector (750.0 * angle_sin (turned (room, now, 'b', 6)),
      120.0 + 3600.0 * hop * (1.0 - hop), 1900.0);
}

/* A lamp that swings under the ceiling: wire and shade. */
static void
add_pendulum (Room * room, uint32_t now)
{
  Vector hook = vector (-500.0, 2600.0, 3000.0);
  Axes axes = axes_turned (turned (room, now, 'y', 1),
      ANGLE_DEGREES (16.0 * angle_sin (turned (room, now, 'p', 22))));
  Solid *wire = add_solid (room, SOLID_CYLINDER, STEEL);
  Solid *shade = add_solid (room, SOLID_ELLIPSOID, WALL);

  wire->axes = shade->axes = axes;
  wire->half = vector (8.0, 300.0, 8.0);
  wire->centre = vector_add_scaled (hook, axes.y, -300.0);
  shade->half = vector (190.0, 120.0, 190.0);
  shade->centre = vector_add_scaled (hook, axes.y, -700.0);
}

/* A stone that turns on a stand. */
static void
add_sculpture (Room * room, uint32_t now)
{
  Solid *stand = add_solid (room, SOLID_CYLINDER, STEEL);
  Solid *stone = add_solid (room, SOLID_BOX, WALL);

  stand->half = vector (130.0, 400.0, 130.0);
  stand->centre = vector (-2000.0, 400.0, 3950.0);
  stone->half = vector (170.0, 170.0, 170.0);
  stone->centre = vector (-2000.0, 1080.0, 3950.0);
  stone->axes = axes_turned (turned (room, now, 's', 6),
      turned (room, now, 't', 5));
}

/* A robot that sweeps the floor. */
static void
add_robot (Room * room, uint32_t now)
{
  uint32_t way = turned (room, now, 'v', 3);
  Solid *robot = add_solid (room, SOLID_CYLINDER, SCREEN);
  Solid *lid = add_solid (room, SOLID_CYLINDER, WALL);

  robot->half = vector (170.0, 45.0, 170.0);
  robot->centre =
      vector (400.0 + 900.0 * angle_sin (way), 50.0,
      3950.0 + 250.0 * angle_cos (way));
  lid->half = vector (60.0, 12.0, 60.0);
  lid->centre = robot->centre;
  lid->centre.y = 105.0;
}

/* A limb hangs from a joint and swings. */
static void
add_limb (Room * room, Vector joint, Axes axes, double length, double radius)
{
  Solid *limb = add_solid (room, SOLID_ELLIPSOID, CLOTH);

  limb->axes = axes;
  limb->half = vector (radius, length * 0.5, radius);
  limb->centre = vector_add_scaled (joint, axes.y, -0.5 * length);
}

/* Somebody who walks around the table. */
static void
add_walker (Room * room, uint32_t now)
{
  uint32_t way = turned (room, now, 'w', 3), step = turned (room, now, 'x', 48);
  double sine = angle_sin (way), cosine = angle_cos (way);
  double swing = 28.0 * angle_sin (step);
  Vector feet = vector (1150.0 * sine, 0.0, 2900.0 + 850.0 * cosine);
  /* forward is along the path: (cos, -sin) */
  uint32_t yaw = way + 0x40000000u;
  Axes axes = axes_turned (yaw, 0);
  Vector hip = feet, shoulder = feet, head = feet;
  Solid *solid;
  int side;

  hip.y = 880.0;
  shoulder.y = 1420.0;
  head.y = 1620.0;
  for (side = -1; side <= 1; side += 2) {
    add_limb (room, vector_add_scaled (hip, axes.x, side * 95.0),
        axes_turned (yaw, ANGLE_DEGREES (side * swing)), 900.0, 85.0);
    add_limb (room, vector_add_scaled (shoulder, axes.x, side * 240.0),
        axes_turned (yaw, ANGLE_DEGREES (-side * swing)), 680.0, 55.0);
  }
  solid = add_solid (room, SOLID_ELLIPSOID, CLOTH);
  solid->axes = axes;
  solid->half = vector (215.0, 340.0, 130.0);
  solid->centre = vector_add_scaled (hip, axes.y, 270.0);
  solid = add_solid (room, SOLID_ELLIPSOID, WALL);
  solid->axes = axes;
  solid->half = vector (85.0, 120.0, 100.0);
  solid->centre = head;
}

void
room_move (Room * room, uint64_t time_ns)
{
  /* both factors fit: the remainder is below 2^36, shifted by 28 bits */
  uint32_t now = (uint32_t) (((time_ns % ROOM_LOOP_NS) << 28) /
      (ROOM_LOOP_NS >> 4));

  room->n_solids = room->n_fixed;
  move_camera (room, now);
  add_ball (room, now);
  add_pendulum (room, now);
  add_sculpture (room, now);
  add_robot (room, now);
  add_walker (room, now);
}
