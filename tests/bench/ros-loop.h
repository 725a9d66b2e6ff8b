/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The peer: the loop that the format's paper and ROS 2 run, one pixel, one
 * value and one nibble after the other. Samples are in the host's order; the
 * stream must be sound. */

#include <stddef.h>
#include <stdint.h>

size_t ros_encode (const uint16_t * pixels, size_t count, uint8_t * stream);
void ros_decode (const uint8_t * stream, uint16_t * pixels, size_t count);
