/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Commands, answers and tables of RealSense D400 cameras. */

#include "realsense/realsense.h"

#include <libdeflate.h>
#include <string.h>

/* A command: u16 length of what follows the first four bytes, u16 magic, u32
 * opcode, four u32 parameters. */
#define COMMAND_LENGTH 20
#define COMMAND_MAGIC 0xcdab

/* An answer: the opcode again, or an error code; data; their length. */
#define ANSWER_DATA 4
#define ANSWER_LENGTH (REALSENSE_MESSAGE_SIZE - 4)

/* A table: u16 version, u16 type, u32 size, u32 parameter, u32 CRC-32 of all
 * that follows. */
#define HEADER_TYPE 2
#define HEADER_SIZE 4
#define HEADER_CRC 12
#define HEADER_LENGTH 16

/* Table 25 after its header: four matrices of 9 floats, baseline, distortion
 * model, 88 bytes reserved, then {fx, fy, cx, cy} for each resolution. */
#define COEFFICIENTS_RESOLUTIONS (HEADER_LENGTH + 4 * 36 + 4 + 4 + 88)

/* An item of REALSENSE_GET_INTRINSICS: u16 width, height, {fx, fy, cx, cy}. */
#define ITEM_LENGTH 20

#define FOUR_FLOATS 16

/* Sizes of table 25, in its order; the gaps are reserved. */
static const struct
{
  uint16_t width, height;
} resolutions[] = {
  {1920, 1080}, {1280, 720}, {640, 480}, {848, 480}, {640, 360}, {424, 240},
  {320, 240}, {480, 270}, {1280, 800}, {960, 540}, {0, 0}, {0, 0},
  {640, 400}, {576, 576}, {720, 720}, {1152, 1152},
};

#define N_RESOLUTIONS (sizeof resolutions / sizeof *resolutions)

static uint16_t
read_u16 (const uint8_t * p)
{
  return (uint16_t) (p[0] | p[1] << 8);
}

static uint32_t
read_u32 (const uint8_t * p)
{
  return read_u16 (p) | (uint32_t) read_u16 (p + 2) << 16;
}

static float
read_float (const uint8_t * p)
{
  uint32_t bits = read_u32 (p);
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static void
write_u32 (uint8_t * p, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    p[i] = (uint8_t) (value >> 8 * i);
}

static bool
refuse (const char **problem, const char *why)
{
  *problem = why;
  return false;
}

void
realsense_command (uint8_t message[REALSENSE_MESSAGE_SIZE],
    RealsenseOpcode opcode, uint32_t parameter)
{
  memset (message, 0, REALSENSE_MESSAGE_SIZE);
  write_u32 (message, COMMAND_LENGTH | (uint32_t) COMMAND_MAGIC << 16);
  write_u32 (message + 4, opcode);
  write_u32 (message + 8, parameter);
}

bool
realsense_answer (const uint8_t message[REALSENSE_MESSAGE_SIZE],
    RealsenseOpcode opcode, const uint8_t ** data, size_t *size,
    const char **problem)
{
  uint32_t length = read_u32 (message + ANSWER_LENGTH);

  if (read_u32 (message) != (uint32_t) opcode)
    return refuse (problem, "the camera refuses the command");
  if (length > ANSWER_LENGTH - ANSWER_DATA)
    return refuse (problem, "the answer is longer than a message");
  *data = message + ANSWER_DATA;
  *size = length;
  return true;
}

/* NaN fails every comparison. */
static bool
between (double value, double least, double most)
{
  return value >= least && value <= most;
}

static bool
read_intrinsics (const uint8_t * p, uint32_t width, uint32_t height,
    RealsenseIntrinsics * intrinsics, const char **problem)
{
  RealsenseIntrinsics read = {
    read_float (p), read_float (p + 4), read_float (p + 8), read_float (p + 12)
  };

  if (!between (read.fx, width * 0.1, width * 10.0)
      || !between (read.fy, width * 0.1, width * 10.0))
    return refuse (problem, "the focal length is not a tenth to ten times the "
        "width");
  if (!between (read.cx, 0, width) || !between (read.cy, 0, height))
    return refuse (problem, "the principal point is outside the picture");
  *intrinsics = read;
  return true;
}

bool
realsense_listed_intrinsics (const uint8_t * data, size_t size, uint32_t width,
    uint32_t height, RealsenseIntrinsics * intrinsics, const char **problem)
{
  for (size_t at = 0; at + ITEM_LENGTH <= size; at += ITEM_LENGTH) {
    const uint8_t *item = data + at;

    if (read_u16 (item) == width && read_u16 (item + 2) == height)
      return read_intrinsics (item + 4, width, height, intrinsics, problem);
  }
  return refuse (problem, "the list does not have this size");
}

static bool
check_table (const uint8_t * data, size_t size, const char **problem)
{
  if (size < COEFFICIENTS_RESOLUTIONS + N_RESOLUTIONS * FOUR_FLOATS)
    return refuse (problem, "the table is too short");
  if (read_u16 (data + HEADER_TYPE) != REALSENSE_COEFFICIENTS)
    return refuse (problem, "the table is another one");
  if (read_u32 (data + HEADER_SIZE) > size - HEADER_LENGTH)
    return refuse (problem, "the table says that it is longer than the answer");
  if (read_u32 (data + HEADER_CRC) != libdeflate_crc32 (0, data + HEADER_LENGTH,
          size - HEADER_LENGTH))
    return refuse (problem, "the table's checksum is wrong");
  return true;
}

bool
realsense_table_intrinsics (const uint8_t * data, size_t size, uint32_t width,
    uint32_t height, RealsenseIntrinsics * intrinsics, const char **problem)
{
  if (!check_table (data, size, problem))
    return false;
  for (size_t i = 0; i < N_RESOLUTIONS; i++) {
    if (width != 0 && resolutions[i].width == width
        && resolutions[i].height == height)
      return read_intrinsics (data + COEFFICIENTS_RESOLUTIONS + i * FOUR_FLOATS,
          width, height, intrinsics, problem);
  }
  return refuse (problem, "the table does not have this size");
}

bool
realsense_depth_unit (const uint8_t * data, size_t size, uint32_t * micrometres,
    const char **problem)
{
  uint32_t unit;

  if (size < 4)
    return refuse (problem, "the depth table is too short");
  unit = read_u32 (data);
  if (unit < 1 || unit > 1000000)
    return refuse (problem, "the depth unit is not 1 to 1000000 micrometres");
  *micrometres = unit;
  return true;
}
