/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every RVL kernel of this machine beside the loop that ROS runs, on the same
 * frames in the same process. Codecs take turns on each frame, and each keeps
 * its best time of it: the machine may be shared. */
#include "frames.h"
#include "ros-loop.h"
#include "rvl/kernel.h"
#include "timing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CODECS 16
#define RUNS 25

typedef struct
{
  const char *name;
  const RvlKernel *kernel;      /* NULL: the loop */
  double encoding, decoding;    /* of one frame, in seconds */
  double set_encoding, set_decoding;
  double log_encode, log_decode;        /* sums of times ROS, all sets */
} Codec;

static size_t
frame_size (const Frame * frame)
{
  return (size_t) frame->width * frame->height;
}

static size_t
encode (const Codec * codec, const Frame * frame, uint8_t * stream)
{
  RvlPicture picture = picture_make (frame->pixels, 2 * frame->width,
      frame->width, frame->height);

  if (codec->kernel == NULL)
    return ros_encode (frame->pixels, frame_size (frame), stream);
  return (codec->kernel->encode (&picture, 0, frame_size (frame), stream) + 7)
      / 8 * 4;
}

static void
decode (const Codec * codec, const uint8_t * stream, size_t size,
    const Frame * frame, uint16_t * pixels)
{
  RvlPicture picture = picture_make (pixels, 2 * frame->width,
      frame->width, frame->height);

  if (codec->kernel == NULL)
    ros_decode (stream, pixels, frame_size (frame));
  else if (!codec->kernel->decode (stream, size, &picture))
    abort ();
}

static double
shorter (double a, double b)
{
  return a < b ? a : b;
}

/* Returns the size of the frame's stream. */
static size_t
measure_frame (const Frame * frame, Codec * codec, unsigned codecs)
{
  uint8_t *stream = malloc (rvl_max_size (frame->width, frame->height));
  uint16_t *pixels = malloc (2 * frame_size (frame));
  size_t size = 0;

  for (unsigned i = 0; i < codecs; i++)
    codec[i].encoding = codec[i].decoding = 1;
  for (unsigned run = 0; run < RUNS * codecs; run++) {
    Codec *c = &codec[run % codecs];
    double start = timing_now (), middle;

    size = encode (c, frame, stream);
    middle = timing_now ();
    decode (c, stream, size, frame, pixels);
    c->decoding = shorter (c->decoding, timing_now () - middle);
    c->encoding = shorter (c->encoding, middle - start);
  }
  free (stream);
  free (pixels);
  return size;
}

static void
measure_set (const FrameSet * set, Codec * codec, unsigned codecs)
{
  double pixels = 0, bytes = 0;

  for (unsigned i = 0; i < codecs; i++)
    codec[i].set_encoding = codec[i].set_decoding = 0;
  for (unsigned i = 0; i < set->n; i++) {
    pixels += frame_size (&set->frame[i]);
    bytes += measure_frame (&set->frame[i], codec, codecs);
    for (unsigned j = 0; j < codecs; j++) {
      codec[j].set_encoding += codec[j].encoding;
      codec[j].set_decoding += codec[j].decoding;
    }
  }

  printf ("%s, ratio %.2f\n", set->name, 2 * pixels / bytes);
  for (unsigned i = 0; i < codecs; i++) {
    double encode_ratio = codec[0].set_encoding / codec[i].set_encoding;
    double decode_ratio = codec[0].set_decoding / codec[i].set_decoding;

    printf ("  %-12s encode %5.2f ns/pixel %5.2fx    decode %5.2f %5.2fx\n",
        codec[i].name, codec[i].set_encoding / pixels * 1e9, encode_ratio,
        codec[i].set_decoding / pixels * 1e9, decode_ratio);
    codec[i].log_encode += log (encode_ratio);
    codec[i].log_decode += log (decode_ratio);
  }
}

int
main (void)
{
  Frames frames = frames_load ();
  Codec codec[MAX_CODECS] = { {"ROS's loop"} };
  unsigned codecs = 1, cameras;

  frames_add_synthetic (&frames, 640, 480);
  cameras = frames.n;
  frames_add_hard (&frames, 640, 480);
  for (const RvlKernel * const *k = rvl_kernels (); *k; k++)
    codec[codecs++] = (Codec) { (*k)->name, *k };

  printf ("RVL on %s, one thread; times ROS's loop (-O3, for this processor)\n",
      timing_cpu ());
  for (unsigned i = 0; i < cameras; i++)
    measure_set (&frames.set[i], codec, codecs);

  printf ("geometric mean of the %u sets\n", cameras);
  for (unsigned i = 1; i < codecs; i++)
    printf ("  %-12s encode %5.2fx    decode %5.2fx\n", codec[i].name,
        exp (codec[i].log_encode / cameras),
        exp (codec[i].log_decode / cameras));

  printf ("what hardly a camera makes\n");
  for (unsigned i = cameras; i < frames.n; i++)
    measure_set (&frames.set[i], codec, codecs);
  frames_free (&frames);
  return 0;
}
