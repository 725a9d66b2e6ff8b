/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* This project's codecs: each RVL kernel of this machine, PNG at some levels. */
#include "codec.h"
#include "png16/png16.h"
#include "rvl/kernel.h"

#include <stdio.h>
#include <stdlib.h>

static RvlPicture
picture_of (const Frame * frame)
{
  return picture_make (frame->pixels, 2 * frame->width, frame->width,
      frame->height);
}

static void *
open_kernel (int argument, uint32_t width, uint32_t height)
{
  return (void *) rvl_kernels ()[argument];
}

static void
close_kernel (void *state)
{
}

static size_t
encode_rvl (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  const RvlKernel *kernel = state;
  RvlPicture picture = picture_of (frame);

  return (kernel->encode (&picture, 0, frame_pixels (frame), data) + 7) / 8 * 4;
}

static bool
decode_rvl (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  const RvlKernel *kernel = state;
  RvlPicture picture = picture_of (frame);

  return kernel->decode (data, size, &picture);
}

typedef struct
{
  Png16Encoder *encoder;
  Png16Decoder *decoder;
  int level;
} Png;

static void *
open_png (int argument, uint32_t width, uint32_t height)
{
  Png *png = malloc (sizeof (Png));

  *png = (Png) { png16_encoder_new (), png16_decoder_new (), argument };
  return png;
}

static void
close_png (void *state)
{
  Png *png = state;

  png16_encoder_free (png->encoder);
  png16_decoder_free (png->decoder);
  free (png);
}

static size_t
encode_png (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  Png *png = state;

  return png16_encode (png->encoder, frame->pixels, 2 * frame->width,
      frame->width, frame->height, png->level, data, room);
}

static bool
decode_png (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  Png *png = state;
  Png16Error error;

  return png16_decode (png->decoder, data, size, frame->pixels,
      2 * frame->width, frame->width, frame->height, &error);
}

void
codecs_add_ours (Codecs * codecs)
{
  static const int levels[] = { 0, 1, 6 };

  for (int i = 0; rvl_kernels ()[i]; i++) {
    Codec codec = { "", i, open_kernel, close_kernel, encode_rvl, decode_rvl };

    snprintf (codec.name, sizeof (codec.name), "our RVL, %s",
        rvl_kernels ()[i]->name);
    codecs_add (codecs, codec);
  }
  for (unsigned i = 0; i < sizeof (levels) / sizeof (levels[0]); i++) {
    Codec codec =
        { "", levels[i], open_png, close_png, encode_png, decode_png };

    snprintf (codec.name, sizeof (codec.name), "our PNG, level %d", levels[i]);
    codecs_add (codecs, codec);
  }
}
