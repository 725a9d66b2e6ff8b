/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames for benchmarks: real ones where they are, else made ones. */

#include "frames.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
store_le16 (uint16_t * pixel, unsigned value)
{
  uint8_t *bytes = (uint8_t *) pixel;

  bytes[0] = value & 255;
  bytes[1] = value >> 8;
}

static FrameSet *
add_set (Frames * frames, FrameSet set, const char *name)
{
  frames->set = realloc (frames->set, (frames->n + 1) * sizeof set);
  set.name = strdup (name);
  frames->set[frames->n] = set;
  return &frames->set[frames->n++];
}

static Frame *
add_frame (FrameSet * set, uint32_t width, uint32_t height)
{
  Frame *frame;

  set->frame = realloc (set->frame, (set->n + 1) * sizeof *frame);
  frame = &set->frame[set->n++];
  *frame = (Frame) { width, height, malloc (2 * (size_t) width * height) };
  return frame;
}

static int
ends_in_png (const struct dirent *entry)
{
  const char *dot = strrchr (entry->d_name, '.');

  return dot && strcmp (dot, ".png") == 0;
}

static int
is_visible (const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

#ifdef HAVE_PNG
#include <png.h>

static void
load_png (FrameSet * set, const char *path)
{
  FILE *file = fopen (path, "rb");
  png_structp png;
  png_infop info;

  if (file == NULL)
    return;
  png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  info = png_create_info_struct (png);
  png_init_io (png, file);
  png_read_info (png, info);
  if (png_get_bit_depth (png, info) == 16
      && png_get_color_type (png, info) == PNG_COLOR_TYPE_GRAY) {
    Frame *frame = add_frame (set, png_get_image_width (png, info),
        png_get_image_height (png, info));

    png_set_swap (png);
    for (uint32_t y = 0; y < frame->height; y++)
      png_read_row (png,
          (png_bytep) (frame->pixels + (size_t) y * frame->width), NULL);
  }
  png_destroy_read_struct (&png, &info, NULL);
  fclose (file);
}
#else
static void
load_png (FrameSet * set, const char *path)
{
}
#endif

static void
load_folder (Frames * frames, const char *data, const char *name)
{
  struct dirent **entry = NULL;
  char folder[4300], path[8600];
  FrameSet set = { NULL };
  int n;

  snprintf (folder, sizeof folder, "%s/%s", data, name);
  n = scandir (folder, &entry, ends_in_png, alphasort);
  for (int i = 0; i < n; i++) {
    snprintf (path, sizeof path, "%s/%s", folder, entry[i]->d_name);
    load_png (&set, path);
    free (entry[i]);
  }
  free (entry);
  if (set.n > 0)
    add_set (frames, set, name);
}

Frames
frames_load (void)
{
  const char *shared = getenv ("DEPTH_SHARED");
  struct dirent **entry = NULL;
  Frames frames = { NULL };
  char data[4000];
  int n;

  if (shared == NULL)
    return frames;
  snprintf (data, sizeof data, "%s/data", shared);
  n = scandir (data, &entry, is_visible, alphasort);
  for (int i = 0; i < n; i++) {
    load_folder (&frames, data, entry[i]->d_name);
    free (entry[i]);
  }
  free (entry);
  return frames;
}

static uint32_t
next_random (uint32_t * state)
{
  *state = *state * 1664525 + 1013904223;
  return *state >> 8;
}

/* A surface that slants by @slope millimetres in sixteen pixels, seen by a
 * stereo camera: the noise grows with the square of the distance. */
static unsigned
surface (uint32_t x, uint32_t y, unsigned distance, int slope,
    uint32_t * random)
{
  unsigned depth = distance + (unsigned) (slope * (int) (x + 2 * y)) / 16;
  unsigned noise = depth / 1000 * (depth / 1000) / 2 + 2;

  return depth + next_random (random) % noise;
}

static void
draw (Frame * frame, unsigned number)
{
  uint32_t random = number + 1;
  uint32_t tile = frame->width / 7 + 1;

  for (uint32_t y = 0; y < frame->height; y++) {
    uint32_t gap = 0;

    for (uint32_t x = 0; x < frame->width; x++) {
      unsigned box = (x + 5 * number) / tile * 3 + y / tile * 5;
      unsigned depth = surface (x, y, 600 + box * 701 % 4000, box % 5,
          &random);

      /* Holes: few on a surface, many along the edges of the boxes. */
      if (gap > 0)
        gap--;
      else if (next_random (&random) % ((x + 5 * number) % tile < 6 ? 4 : 90)
          == 0)
        gap = 1 + next_random (&random) % 24;
      store_le16 (frame->pixels + (size_t) y * frame->width + x,
          gap > 0 ? 0 : depth);
    }
  }
}

void
frames_add_synthetic (Frames * frames, uint32_t width, uint32_t height)
{
  FrameSet set = { NULL };
  char name[64];

  for (unsigned i = 0; i < 4; i++)
    draw (add_frame (&set, width, height), i);
  snprintf (name, sizeof name, "synthetic_%ux%u", width, height);
  add_set (frames, set, name);
}

/* One sample in @share is a depth of the slant below. */
static void
draw_sparse (Frame * frame, unsigned share)
{
  uint32_t random = share;

  for (uint32_t y = 0; y < frame->height; y++) {
    for (uint32_t x = 0; x < frame->width; x++) {
      unsigned depth = surface (x, y, 3000, 8, &random);

      store_le16 (frame->pixels + (size_t) y * frame->width + x,
          next_random (&random) % share ? 0 : depth);
    }
  }
}

static void
draw_random (Frame * frame)
{
  uint32_t random = 1;

  for (size_t i = 0; i < (size_t) frame->width * frame->height; i++)
    store_le16 (frame->pixels + i, next_random (&random) & 0xffff);
}

void
frames_add_hard (Frames * frames, uint32_t width, uint32_t height)
{
  FrameSet sparse = { NULL }, half = { NULL }, random = { NULL };

  draw_sparse (add_frame (&sparse, width, height), 20);
  draw_sparse (add_frame (&half, width, height), 2);
  draw_random (add_frame (&random, width, height));
  add_set (frames, sparse, "sparse");
  add_set (frames, half, "every other");
  add_set (frames, random, "random");
}

void
frames_free (Frames * frames)
{
  for (unsigned i = 0; i < frames->n; i++) {
    FrameSet *set = &frames->set[i];

    for (unsigned j = 0; j < set->n; j++)
      free (set->frame[j].pixels);
    free (set->frame);
    free (set->name);
  }
  free (frames->set);
  *frames = (Frames) { NULL };
}
