/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The room: what stands in it, what moves, and where the camera is. */

#pragma once

#include "solid.h"

#define ROOM_MAX_SOLIDS 192

/* All that moves is where it was after this time: the scene is a loop. */
#define ROOM_LOOP_NS UINT64_C (60000000000)

/* Millimetres that enclose what the camera sees of the room: the range that
 * its metadata states. What is behind the door and the window is farther. */
#define ROOM_NEAR 600.0
#define ROOM_FAR 6000.0

typedef struct
{
  uint64_t seed;
  uint32_t n_fixed, n_solids;
  Solid solids[ROOM_MAX_SOLIDS];
  Pose camera;
} Room;

/* Sets up what does not move. The seed says which books stand on the shelf,
 * how the plant grew, and where all that moves is at the start. */
void room_init (Room * room, uint64_t seed);

/* Moves everything to a time. */
void room_move (Room * room, uint64_t time_ns);
