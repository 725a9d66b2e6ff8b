/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of a PGM, which is text, and the samples after it. */
#include "pgm16/pgm16.h"

static bool
fail (Pgm16Error * error, size_t offset, const char *what)
{
  error->what = what;
  error->offset = offset;
  error->cut_off = false;
  return false;
}

static bool
is_space (uint8_t c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* White space, and comments up to the ends of their lines. */
static size_t
skip_space (const uint8_t * data, size_t size, size_t at)
{
  while (at < size && (is_space (data[at]) || data[at] == '#')) {
    if (data[at] == '#')
      while (at < size && data[at] != '\n' && data[at] != '\r')
        at++;
    else
      at++;
  }
  return at;
}

/* A number of at most five digits, and at least one byte after it. */
static bool
read_number (const uint8_t * data, size_t size, size_t *at, uint32_t * number,
    Pgm16Error * error)
{
  size_t start = skip_space (data, size, *at);

  *number = 0;
  for (*at = start; *at < size && data[*at] >= '0' && data[*at] <= '9'; (*at)++) {
    if (*at - start == 5)
      return fail (error, start, "a number above 65535");
    *number = 10 * *number + (data[*at] - '0');
  }
  if (*at == size) {
    fail (error, size, "the data ends in the header");
    error->cut_off = size < PGM16_MAX_HEADER;
    return false;
  }
  if (*at == start || !(is_space (data[*at]) || data[*at] == '#'))
    return fail (error, *at, "this is no number");
  if (*number < 1 || *number > PGM16_MAX_SIDE)
    return fail (error, start, "a number that is not 1 to 65535");
  return true;
}

bool
pgm16_read_header (const uint8_t * data, size_t size, Pgm16Header * header,
    Pgm16Error * error)
{
  size_t at = 2;

  if (size > PGM16_MAX_HEADER)
    size = PGM16_MAX_HEADER;
  if (size >= 2 && data[0] == 'P' && data[1] == '2')
    return fail (error, 0, "a PGM in text (P2); a binary one (P5) is needed");
  if ((size >= 1 && data[0] != 'P') || (size >= 2 && data[1] != '5'))
    return fail (error, 0, "no PGM (P5)");
  if (size < 2) {
    fail (error, size, "the data ends in the header");
    error->cut_off = true;
    return false;
  }
  if (!read_number (data, size, &at, &header->width, error)
      || !read_number (data, size, &at, &header->height, error)
      || !read_number (data, size, &at, &header->max_value, error))
    return false;
  if ((uint64_t) header->width * header->height > PGM16_MAX_PIXELS)
    return fail (error, 2, "more than 2^26 pixels");
  header->offset = at + 1;      /* one byte of white space */
  return true;
}

size_t
pgm16_size (const Pgm16Header * header)
{
  size_t sample = header->max_value > 255 ? 2 : 1;

  return header->offset + sample * header->width * header->height;
}

void
pgm16_decode (const Pgm16Header * header, const uint8_t * data,
    uint16_t * pixels, size_t stride)
{
  const uint8_t *from = data + header->offset;

  for (uint32_t y = 0; y < header->height; y++) {
    uint8_t *row = (uint8_t *) pixels + y * stride;

    for (uint32_t x = 0; x < header->width; x++, from += 2) {
      row[2 * x] = from[1];
      row[2 * x + 1] = from[0];
    }
  }
}
