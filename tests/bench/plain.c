/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two ends of the scale: ROS's loop and memcpy. */
#include "codec.h"
#include "ros-loop.h"

#include <string.h>

static void *
open_nothing (int argument, uint32_t width, uint32_t height)
{
  static char nothing;

  return &nothing;
}

static void
close_nothing (void *state)
{
}

static size_t
encode_ros (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  return ros_encode (frame->pixels, frame_pixels (frame), data);
}

static bool
decode_ros (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  ros_decode (data, frame->pixels, frame_pixels (frame));
  return true;
}

static size_t
encode_copy (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  memcpy (data, frame->pixels, frame_bytes (frame));
  return frame_bytes (frame);
}

static bool
decode_copy (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  memcpy (frame->pixels, data, size);
  return true;
}

void
codecs_add_plain (Codecs * codecs)
{
  codecs_add (codecs, (Codec) {
      "ROS's RVL loop", 0, open_nothing, close_nothing, encode_ros,
        decode_ros});
  codecs_add (codecs, (Codec) {
      "memcpy", 0, open_nothing, close_nothing, encode_copy, decode_copy});
}
