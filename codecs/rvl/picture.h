/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bytes.h"

#include <stddef.h>

/* The samples of a picture, numbered in raster order. Rows that follow each
 * other without padding count as one long row. */
typedef struct
{
  uint8_t *samples;
  size_t stride;
  uint32_t width, height;
} RvlPicture;

static inline RvlPicture
picture_make (const uint16_t * pixels, size_t stride, uint32_t width,
    uint32_t height)
{
  RvlPicture picture = { (uint8_t *) pixels, stride, width, height };

  if (stride == 2 * (size_t) width) {
    picture.width = width * height;
    picture.height = 1;
  }
  return picture;
}

static inline uint32_t
picture_size (const RvlPicture * picture)
{
  return picture->width * picture->height;
}

/* A sample's place. */
typedef struct
{
  const RvlPicture *picture;
  uint8_t *row;
  uint32_t x;
} Cursor;

static inline Cursor
cursor_make (const RvlPicture * picture, uint32_t position)
{
  uint32_t y = picture->width ? position / picture->width : 0;
  Cursor cursor = { picture, picture->samples + y * picture->stride,
    position - y * picture->width
  };

  return cursor;
}

static inline uint8_t *
cursor_sample (const Cursor * cursor)
{
  return cursor->row + 2 * (size_t) cursor->x;
}

static inline uint32_t
cursor_left (const Cursor * cursor)
{
  return cursor->picture->width - cursor->x;
}

/* The part of @count samples that is in this row; the cursor moves after it. */
static inline uint32_t
cursor_take (Cursor * cursor, uint32_t count)
{
  uint32_t left = cursor_left (cursor);

  if (count < left) {
    cursor->x += count;
    return count;
  }
  cursor->x = 0;
  cursor->row += cursor->picture->stride;
  return left;
}
