/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A depth camera in the room: draws the scene row by row and puts a sensor's
 * noise, holes and edges on it. */

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "noise.h"
#include "room.h"

typedef enum
{
  SENSOR_IDEAL,
  SENSOR_STEREO,
  SENSOR_TOF,
} SensorKind;

/* Rows above and below that a sensor looks at, and columns on each side. */
#define CAMERA_REACH 2
#define CAMERA_ROWS (2 * CAMERA_REACH + 1)

typedef struct
{
  float *inverse;               /* inverse depth, 1/mm */
  float *albedo;
} CameraRow;

typedef struct _Camera Camera;

/* What a sensor makes of row y of a frame: depth in mm, 0 for none. Rows of
 * the scene reach CAMERA_REACH columns beyond both ends; row[CAMERA_REACH] is
 * the one to expose. Rows outside the frame repeat its first or last one. */
typedef void (*ExposeRow) (Camera * camera, const CameraRow * rows,
    uint64_t frame, uint32_t y, float *depth);

struct _Camera
{
  Lens lens;
  ExposeRow expose;
  WhiteNoise white;
  SmoothNoise fine, coarse;     /* cells of 8 and 16 pixels */
  float *fine_row, *coarse_row;
  float *nearest, *farthest;    /* inverse depth around each pixel */
  float *disparity, *limit, *depth;
  uint16_t *units;

  Room room;
  uint32_t n_views;
  SolidView views[ROOM_MAX_SOLIDS];
  CameraRow rows[CAMERA_ROWS];
};

/* The lens that a sensor has for frames of a size. */
void camera_lens (SensorKind kind, uint32_t width, uint32_t height,
    Lens * lens);

Camera *camera_new (SensorKind kind, uint64_t seed, uint32_t width,
    uint32_t height);
void camera_free (Camera * camera);

/* One frame of GRAY16_LE: of the scene at a time, with the noise of a frame
 * number. Neither pixels nor stride need be aligned. */
void camera_shoot (Camera * camera, uint64_t frame, uint64_t time_ns,
    uint8_t * pixels, size_t stride);

/* Greatest and least inverse depth of a cross around each pixel, its arms
 * CAMERA_REACH long, into camera->nearest and ->farthest: where they differ
 * much is an edge. */
void camera_find_edges (Camera * camera, const CameraRow * rows);

/* sensors */
void ideal_expose_row (Camera * camera, const CameraRow * rows,
    uint64_t frame, uint32_t y, float *depth);
void stereo_expose_row (Camera * camera, const CameraRow * rows,
    uint64_t frame, uint32_t y, float *depth);
void tof_expose_row (Camera * camera, const CameraRow * rows,
    uint64_t frame, uint32_t y, float *depth);
