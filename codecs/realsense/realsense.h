/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a RealSense D400 camera says of itself: the commands and answers of its
 * USB extension unit, and the tables that the answers hold. Bytes in, numbers
 * out; who sends the bytes is another's business.
 *
 * Layouts: realsenseai/librealsense, src/hw-monitor.cpp and
 * src/platform/uvc-option.cpp (messages), src/ds/ds-private.h (opcodes, header,
 * resolutions, depth table), src/ds/d400/d400-private.h (table 25). All numbers
 * are little-endian but for the version in a table's header. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The extension unit and the one control of it that takes commands. */
#define REALSENSE_UNIT_ID 3
#define REALSENSE_SELECTOR 1
/* Bytes of a command and of an answer. */
#define REALSENSE_MESSAGE_SIZE 1024

typedef enum
{
  /* Calibration table; the parameter is its number. */
  REALSENSE_GET_TABLE = 0x15,
  /* A control of the advanced mode; the parameter is its number. */
  REALSENSE_GET_ADVANCED = 0x2c,
  /* Whether the advanced mode is on: one byte. */
  REALSENSE_ADVANCED_MODE = 0x30,
  /* Intrinsics by size, since firmware 5.11.9.5. */
  REALSENSE_GET_INTRINSICS = 0x7e,
} RealsenseOpcode;

/* Parameter of REALSENSE_GET_TABLE: the stereo pair's coefficients. */
#define REALSENSE_COEFFICIENTS 25
/* Parameter of REALSENSE_GET_ADVANCED: the depth unit and what belongs to it. */
#define REALSENSE_DEPTH_TABLE 9

/* In pixels of the size that was asked for; 0, 0 is the centre of the first
 * pixel. The depth picture is rectified, so there is no distortion. */
typedef struct
{
  double fx, fy;
  double cx, cy;
} RealsenseIntrinsics;

/* Writes a command. */
void realsense_command (uint8_t message[REALSENSE_MESSAGE_SIZE],
    RealsenseOpcode opcode, uint32_t parameter);

/* Finds the data in an answer. @data points into @message.
 * Returns: false, and why in @problem, if the camera refused the command or the
 * answer is not one. */
bool realsense_answer (const uint8_t message[REALSENSE_MESSAGE_SIZE],
    RealsenseOpcode opcode, const uint8_t ** data, size_t *size,
    const char **problem);

/* Intrinsics for a size: of REALSENSE_GET_INTRINSICS, and of
 * REALSENSE_COEFFICIENTS. Returns: false, and why in @problem, if the data are
 * damaged, do not have the size, or have numbers that cannot be. */
bool realsense_listed_intrinsics (const uint8_t * data, size_t size,
    uint32_t width, uint32_t height, RealsenseIntrinsics * intrinsics,
    const char **problem);
bool realsense_table_intrinsics (const uint8_t * data, size_t size,
    uint32_t width, uint32_t height, RealsenseIntrinsics * intrinsics,
    const char **problem);

/* Micrometres of a depth unit, 1 to 1000000, of REALSENSE_DEPTH_TABLE. */
bool realsense_depth_unit (const uint8_t * data, size_t size,
    uint32_t * micrometres, const char **problem);
