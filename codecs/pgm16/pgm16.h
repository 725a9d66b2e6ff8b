/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading of 16-bit grey pictures in Netpbm's binary PGM ("P5"): two bytes a sample,
 * the high one first. Format: https://netpbm.sourceforge.net/doc/pgm.html
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PGM16_MAX_SIDE 65535
#define PGM16_MAX_PIXELS (1 << 26)

/* No header that is read here is longer, comments included. */
#define PGM16_MAX_HEADER 4096

typedef struct
{
  uint32_t width, height;
  uint32_t max_value;           /* 255 or less: samples of one byte, no depth */
  size_t offset;                /* of the first sample */
} Pgm16Header;

typedef struct
{
  const char *what;             /* what is wrong, in words */
  size_t offset;                /* at which byte of the data */
  bool cut_off;                 /* the header may go on after the data */
} Pgm16Error;

/* False: this is no header of a binary PGM, or of a larger picture than allowed. */
bool pgm16_read_header (const uint8_t * data, size_t size,
    Pgm16Header * header, Pgm16Error * error);

/* Bytes that the whole file has. */
size_t pgm16_size (const Pgm16Header * header);

/* Writes the samples as they are, whatever the largest value is, little-endian,
 * rows `stride` bytes apart. @data has pgm16_size () bytes. */
void pgm16_decode (const Pgm16Header * header, const uint8_t * data,
    uint16_t * pixels, size_t stride);
