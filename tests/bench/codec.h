/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What codecs.c measures: one of ours, or one of a peer. */
#pragma once

#include "frames.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct
{
  char name[32];
  int argument;                 /* a level, or which kernel */

  /* All of one set are of this size; NULL: not to be had. */
  void *(*open) (int argument, uint32_t width, uint32_t height);
  void (*close) (void *state);

  /* The bytes written to data, which has room for whatever comes. */
  size_t (*encode) (void *state, const Frame * frame, uint8_t * data,
      size_t room);
  bool (*decode) (void *state, const uint8_t * data, size_t size,
      Frame * frame);
  bool decodes_only;            /* encode () is not its own, but is needed */
} Codec;

#define MAX_CODECS 40

typedef struct
{
  Codec codec[MAX_CODECS];
  unsigned n;
} Codecs;

void codecs_add (Codecs * codecs, Codec codec);

/* The first one is ROS's loop. */
void codecs_add_plain (Codecs * codecs);
void codecs_add_ours (Codecs * codecs);
void codecs_add_libraries (Codecs * codecs);
void codecs_add_ffv1 (Codecs * codecs);
void codecs_add_rerun (Codecs * codecs);

static inline size_t
frame_pixels (const Frame * frame)
{
  return (size_t) frame->width * frame->height;
}

static inline size_t
frame_bytes (const Frame * frame)
{
  return 2 * frame_pixels (frame);
}
