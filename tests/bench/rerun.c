/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rerun's own decoder, the crate re_rvl, from the library that run.sh built of it
 * and BENCH_RE_RVL names. */
#include "codec.h"
#include "rvl/rvl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* See re_rvl/lib.rs: it gives its pixels to nobody. */
typedef bool (*Decode) (const uint8_t * data, size_t size, size_t pixels);

static void *library;

static void *
open_rerun (int argument, uint32_t width, uint32_t height)
{
  return dlsym (library, "re_rvl_decode");
}

static void
close_rerun (void *state)
{
}

static size_t
encode_blob (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  RvlHeader header = { 0, 0, frame->width, frame->height };

  rvl_header_write (&header, data);
  return RVL_HEADER_SIZE + rvl_encode (frame->pixels, 2 * frame->width,
      frame->width, frame->height, data + RVL_HEADER_SIZE);
}

static bool
decode_rerun (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  return ((Decode) state) (data, size, frame_pixels (frame));
}

void
codecs_add_rerun (Codecs * codecs)
{
  static const Codec codec = { "Rerun's re_rvl", 0, open_rerun, close_rerun,
    encode_blob, decode_rerun, true
  };
  const char *path = getenv ("BENCH_RE_RVL");

  library = path ? dlopen (path, RTLD_NOW) : NULL;
  if (library)
    codecs_add (codecs, codec);
  else
    printf ("skipped: Rerun's re_rvl was not built\n");
}
