/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The loop that ROS uses for RVL, as the peer of ours: one nibble after the other. */

#include "ros-loop.h"

#include <string.h>

typedef struct
{
  uint8_t *at;
  uint32_t word;
  int nibbles;
} Sink;

static void
put_value (Sink * sink, uint32_t value)
{
  do {
    uint32_t nibble = value & 7;

    if (value >>= 3)
      nibble |= 8;
    sink->word = sink->word << 4 | nibble;
    if (++sink->nibbles == 8) {
      memcpy (sink->at, &sink->word, 4);
      sink->at += 4;
      sink->nibbles = 0;
      sink->word = 0;
    }
  } while (value);
}

size_t
ros_encode (const uint16_t * pixels, size_t count, uint8_t * stream)
{
  Sink sink = { stream, 0, 0 };
  const uint16_t *end = pixels + count;
  int previous = 0;

  while (pixels != end) {
    uint32_t zeros = 0, depths = 0;

    for (; pixels != end && !*pixels; pixels++)
      zeros++;
    put_value (&sink, zeros);
    for (const uint16_t * p = pixels; p != end && *p; p++)
      depths++;
    put_value (&sink, depths);
    for (uint32_t i = 0; i < depths; i++) {
      int current = *pixels++;
      int difference = current - previous;

      put_value (&sink, ((uint32_t) difference << 1)
          ^ (uint32_t) (difference >> 31));
      previous = current;
    }
  }
  if (sink.nibbles) {
    sink.word <<= 4 * (8 - sink.nibbles);
    memcpy (sink.at, &sink.word, 4);
    sink.at += 4;
  }
  return (size_t) (sink.at - stream);
}

typedef struct
{
  const uint8_t *at;
  uint32_t word;
  int nibbles;
} Source;

static uint32_t
get_value (Source * source)
{
  uint32_t nibble, value = 0;
  int shift = 0;

  do {
    if (!source->nibbles) {
      memcpy (&source->word, source->at, 4);
      source->at += 4;
      source->nibbles = 8;
    }
    nibble = source->word >> 28;
    value |= (nibble & 7) << shift;
    source->word <<= 4;
    source->nibbles--;
    shift += 3;
  } while (nibble & 8);
  return value;
}

void
ros_decode (const uint8_t * stream, uint16_t * pixels, size_t count)
{
  Source source = { stream, 0, 0 };
  uint16_t current, previous = 0;

  while (count) {
    uint32_t zeros = get_value (&source), depths;

    count -= zeros;
    for (; zeros; zeros--)
      *pixels++ = 0;
    depths = get_value (&source);
    count -= depths;
    for (; depths; depths--) {
      uint32_t zigzag = get_value (&source);

      current = (uint16_t) (previous + ((zigzag >> 1) ^ -(zigzag & 1)));
      *pixels++ = current;
      previous = current;
    }
  }
}
