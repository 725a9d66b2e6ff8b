/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A depth picture in any of the formats that people have: RVL and PNG, as they are
 * and as ROS's compressedDepth wraps them, RTAB-Map's RVL, and PGM. Samples come out
 * as depth units, quantised ones too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "png16/png16.h"
#include "rvl/rvl.h"

typedef enum
{
  DEPTH_PICTURE_RVL,
  DEPTH_PICTURE_PNG,
  DEPTH_PICTURE_PGM,
  DEPTH_PICTURE_N
} DepthPictureFormat;

/* What is wrong with a picture, and at which byte. */
typedef struct
{
  char what[96];
  size_t offset;
} DepthPictureError;

/* A picture whose header was read. */
typedef struct
{
  DepthPictureFormat format;
  uint32_t width, height;
  /* a is not 0: inverse-depth quantised, metres = a / (sample - b) */
  float a, b;
  size_t offset;                /* of the RVL stream, the PNG's signature, the PGM */
  /* "8-bit RGB PNG": what it is where it is no depth at all; else empty */
  char wrong_kind[48];
} DepthPicture;

/* The format that data begins with: what is neither PNG nor PGM is taken for RVL,
 * which has no signature. So many bytes are enough to tell. */
#define DEPTH_PICTURE_DETECT_SIZE 20
DepthPictureFormat depth_picture_detect (const uint8_t * data, size_t size);

/* False: data is no picture of this format, or one larger than 2^26 pixels. */
bool depth_picture_read (DepthPicture * picture, DepthPictureFormat format,
    const uint8_t * data, size_t size, DepthPictureError * error);

/* Keeps memory from one picture to the next; one thread at a time. NULL: no
 * memory. Free takes NULL too. */
typedef struct DepthPictureDecoder DepthPictureDecoder;
DepthPictureDecoder *depth_picture_decoder_new (void);
void depth_picture_decoder_free (DepthPictureDecoder * decoder);

/* Writes the picture that was read of the same bytes: little-endian samples, rows
 * `stride` bytes apart. Quantised samples become depth units, @meter of them a
 * metre; what does not fit becomes 0, no depth. False: the picture is damaged, and
 * the pixels are undefined. */
bool depth_picture_decode (DepthPictureDecoder * decoder,
    const DepthPicture * picture, const uint8_t * data, size_t size,
    uint16_t * pixels, size_t stride, double meter, DepthPictureError * error);

/* Cuts a stream of bytes into pictures; all zero at its start. */
typedef struct
{
  Png16Splitter png;
  size_t left;                  /* of a PGM that has begun */

  bool in_rvl;                  /* after a header, before the end of its stream */
  bool scanning;                /* and after the first bytes of that */
  bool skipping;                /* bytes after a picture that are no header */
  RvlScanner scanner;
  uint8_t header[RVL_HEADER_SIZE];      /* of the last RVL picture */
  size_t n_header;
} DepthPictureSplitter;

typedef enum
{
  DEPTH_PICTURE_MORE,           /* the picture goes on after these bytes, more of
                                 * which are needed */
  DEPTH_PICTURE_PART,           /* the picture goes on after these bytes */
  DEPTH_PICTURE_END,            /* the picture ends here; it may be damaged */
  DEPTH_PICTURE_SKIP            /* the bytes are of no picture */
} DepthPicturePiece;

/* As png16_split(), for all formats. */
size_t depth_picture_split (DepthPictureSplitter * splitter,
    DepthPictureFormat format, const uint8_t * data, size_t size, bool at_end,
    DepthPicturePiece * piece);
