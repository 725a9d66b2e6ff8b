/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of formats. PNG is read by its own module. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#include "png16/png16.h"

bool
still_fail (StillError * error, size_t offset, const char *what)
{
  snprintf (error->what, sizeof error->what, "%s", what);
  error->offset = offset;
  return false;
}

static bool
read_png (const uint8_t * data, size_t size, StillHeader * header,
    StillError * error)
{
  Png16Header png;
  Png16Error fault;

  if (!png16_read_header (data, size, &png, &fault)
      || !png16_check (data, size, &fault))
    return still_fail (error, fault.offset, fault.what);
  header->width = png.width;
  header->height = png.height;
  header->grey16 = png.grey16;
  return true;
}

bool
still_read (StillFormat format, const uint8_t * data, size_t size,
    StillHeader * header, StillError * error)
{
  static bool (*const readers[STILL_N]) (const uint8_t * data, size_t size,
      StillHeader * header, StillError * error) = {
    [STILL_JPEG] = still_read_jpeg,
    [STILL_PNG] = read_png,
    [STILL_TIFF] = still_read_tiff,
  };

  memset (header, 0, sizeof *header);
  if (size == 0)
    return still_fail (error, 0, "the frame is empty");
  return readers[format] (data, size, header, error);
}
