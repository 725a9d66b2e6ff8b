/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Encoded pictures that are passed on as they are: their size, and whether they are all
 * there. Nothing is decoded, nothing allocated.
 *
 *   JPEG  ITU-T T.81, annex B: markers
 *   PNG   ISO/IEC 15948: chunks and their checksums
 *   TIFF  revision 6.0, section 2: the first image file directory
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  STILL_JPEG,
  STILL_PNG,
  STILL_TIFF,
  STILL_N
} StillFormat;

typedef struct
{
  uint32_t width, height;
  bool grey16;                  /* a PNG of 16-bit grey */
} StillHeader;

/* What is wrong with a picture, and at which byte. */
typedef struct
{
  char what[96];
  size_t offset;
} StillError;

/* False: data is no such picture, or lacks its beginning or its end. */
bool still_read (StillFormat format, const uint8_t * data, size_t size,
    StillHeader * header, StillError * error);
