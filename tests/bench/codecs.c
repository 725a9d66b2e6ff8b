/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our codecs beside their peers on the same frames in the same process. Codecs take
 * turns on each frame and each keeps its best time of it: the machine may be
 * shared. Arguments: a CSV file to write.
 */
#include "codec.h"
#include "timing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 15
#define ENOUGH_SECONDS 0.1      /* for a slow codec on one frame */

typedef struct
{
  double bytes, encoding, decoding;
} Result;

/* Sums of logarithms. */
typedef struct
{
  double ratio, encoding, decoding;     /* MB/s */
} Mean;

void
codecs_add (Codecs * codecs, Codec codec)
{
  if (codecs->n < MAX_CODECS)
    codecs->codec[codecs->n++] = codec;
}

static double
shorter (double a, double b)
{
  return a < b ? a : b;
}

static void
fail (const Codec * codec, const FrameSet * set)
{
  fprintf (stderr, "%s does not give a frame of %s back\n", codec->name,
      set->name);
  exit (1);
}

/* One codec, one frame, once: times into best, the size returned. */
static size_t
measure_once (const Codec * codec, void *state, const Frame * frame,
    uint8_t * data, size_t room, Frame * copy, Result * best)
{
  double start = timing_thread (), middle;
  size_t size = codec->encode (state, frame, data, room);

  middle = timing_thread ();
  if (size == 0 || !codec->decode (state, data, size, copy))
    return 0;
  best->decoding = shorter (best->decoding, timing_thread () - middle);
  best->encoding = shorter (best->encoding, middle - start);
  return size;
}

static void
measure_frame (const Codecs * codecs, void **states, const FrameSet * set,
    const Frame * frame, Result * results)
{
  size_t room = 4 * frame_bytes (frame) + 65536;
  uint8_t *data = malloc (room);
  Frame copy = *frame;
  Result best[MAX_CODECS];
  double spent[MAX_CODECS] = { 0 };

  copy.pixels = malloc (frame_bytes (frame));
  for (unsigned run = 0; run < RUNS; run++) {
    for (unsigned i = 0; i < codecs->n; i++) {
      const Codec *codec = &codecs->codec[i];
      double start = timing_thread ();

      if (run == 0)
        best[i] = (Result) { 0, 1e9, 1e9 };
      if (spent[i] > ENOUGH_SECONDS)
        continue;
      memset (copy.pixels, 0xa5, frame_bytes (frame));
      best[i].bytes = measure_once (codec, states[i], frame, data, room,
          &copy, &best[i]);
      if (best[i].bytes == 0 || (!codec->decodes_only
              && memcmp (copy.pixels, frame->pixels, frame_bytes (frame))))
        fail (codec, set);
      spent[i] += timing_thread () - start;
    }
  }
  for (unsigned i = 0; i < codecs->n; i++) {
    results[i].bytes += best[i].bytes;
    results[i].encoding += best[i].encoding;
    results[i].decoding += best[i].decoding;
  }
  free (copy.pixels);
  free (data);
}

static void
print_row (FILE * csv, const char *set, const Codec * codec, const Mean * mean,
    const Mean * ros)
{
  double ns_encode = 2e3 / mean->encoding, ns_decode = 2e3 / mean->decoding;

  printf ("  %-22s %6.2f", codec->name, mean->ratio);
  if (codec->decodes_only)
    printf ("%27s", "");
  else
    printf (" %8.0f %7.2f %8.2fx", mean->encoding, ns_encode,
        mean->encoding / ros->encoding);
  printf (" %8.0f %7.2f %8.2fx\n", mean->decoding, ns_decode,
      mean->decoding / ros->decoding);
  fprintf (csv, "\"%s\",\"%s\",%.4f,", set, codec->name, mean->ratio);
  if (codec->decodes_only)
    fprintf (csv, ",,,");
  else
    fprintf (csv, "%.1f,%.4f,%.3f,", mean->encoding, ns_encode,
        mean->encoding / ros->encoding);
  fprintf (csv, "%.1f,%.4f,%.3f\n", mean->decoding, ns_decode,
      mean->decoding / ros->decoding);
}

static void
print_title (const char *title)
{
  printf ("\n%s\n  %-22s %6s %8s %7s %9s %8s %7s %9s\n", title, "", "ratio",
      "enc MB/s", "ns/px", "x ROS", "dec MB/s", "ns/px", "x ROS");
}

static void
measure_set (const Codecs * codecs, const FrameSet * set, FILE * csv,
    Mean * means)
{
  const Frame *first = &set->frame[0];
  Result results[MAX_CODECS] = { {0} };
  void *states[MAX_CODECS];
  char title[256];
  Mean ros;

  for (unsigned i = 0; i < codecs->n; i++)
    states[i] = codecs->codec[i].open (codecs->codec[i].argument,
        first->width, first->height);
  for (unsigned i = 0; i < set->n; i++)
    measure_frame (codecs, states, set, &set->frame[i], results);

  snprintf (title, sizeof (title), "%s, %u frames", set->name, set->n);
  print_title (title);
  for (unsigned i = 0; i < codecs->n; i++) {
    double raw = (double) set->n * frame_bytes (first);
    Mean mean = { raw / results[i].bytes, raw / results[i].encoding / 1e6,
      raw / results[i].decoding / 1e6
    };

    if (i == 0)
      ros = mean;
    print_row (csv, set->name, &codecs->codec[i], &mean, &ros);
    means[i].ratio += log (mean.ratio);
    means[i].encoding += log (mean.encoding);
    means[i].decoding += log (mean.decoding);
    codecs->codec[i].close (states[i]);
  }
}

static void
print_means (const Codecs * codecs, const Mean * sums, unsigned sets,
    FILE * csv)
{
  Mean ros;
  char title[64];

  snprintf (title, sizeof (title), "geometric mean of the %u sets", sets);
  print_title (title);
  for (unsigned i = 0; i < codecs->n; i++) {
    Mean mean = { exp (sums[i].ratio / sets), exp (sums[i].encoding / sets),
      exp (sums[i].decoding / sets)
    };

    if (i == 0)
      ros = mean;
    print_row (csv, "geometric mean", &codecs->codec[i], &mean, &ros);
  }
}

int
main (int argc, char **argv)
{
  const char *path = argc > 1 ? argv[1] : "codecs.csv";
  FILE *csv = fopen (path, "w");
  Frames frames = frames_load ();
  Mean means[MAX_CODECS] = { {0} };
  Codecs codecs = {.n = 0 };

  if (csv == NULL) {
    perror (path);
    return 1;
  }
  if (frames.n == 0)
    frames_add_synthetic (&frames, 640, 480);
  codecs_add_plain (&codecs);
  codecs_add_ours (&codecs);
  codecs_add_rerun (&codecs);
  codecs_add_libraries (&codecs);
  codecs_add_ffv1 (&codecs);

  printf ("%s, one thread, CPU time\n", timing_cpu ());
  fprintf (csv, "set,codec,ratio,encode MB/s,encode ns/pixel,encode x ROS,"
      "decode MB/s,decode ns/pixel,decode x ROS\n");
  for (unsigned i = 0; i < frames.n; i++)
    measure_set (&codecs, &frames.set[i], csv, means);
  print_means (&codecs, means, frames.n, csv);
  fclose (csv);
  frames_free (&frames);
  return 0;
}
