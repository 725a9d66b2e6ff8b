/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first byte says which format the others are read as. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "still/still.h"

/* The format, then a picture of 5x3 in few bytes. */
static const uint8_t jpeg[] = {
  STILL_JPEG, 0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0, 3, 0,
  5, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2, 0x12, 0xFF, 0xD9
};

static const uint8_t tiff[] = {
  STILL_TIFF, 'I', 'I', '*', 0, 8, 0, 0, 0, 4, 0,
  0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0, 1, 1, 4, 0, 1, 0, 0, 0, 3, 0, 0, 0,
  17, 1, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 1, 3, 0, 1, 0, 0, 0, 30, 0, 0, 0
};

size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  const uint8_t *seed = number % 2 == 0 ? jpeg : tiff;
  size_t size = number % 2 == 0 ? sizeof jpeg : sizeof tiff;

  if (size > room)
    return 0;
  memcpy (data, seed, size);
  return size;
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  StillHeader header;
  StillError error;

  if (size > 0 && still_read (data[0] % STILL_N, data + 1, size - 1, &header,
          &error) && (header.width == 0 || header.height == 0))
    abort ();
  return 0;
}
