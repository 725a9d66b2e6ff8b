/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * 16-bit greyscale PNG, both ways: Portable Network Graphics Specification,
 * second edition (ISO/IEC 15948).
 *
 * Pixels are 16-bit samples in little-endian byte order whatever the host;
 * stride is the distance of two rows in bytes and at least 2 * width. A frame has
 * 1 to 65535 columns and rows and at most 2^26 pixels, as in RVL.
 *
 * An encoder or decoder keeps its buffers from one frame to the next: frames of
 * one size need no allocation. It is used by one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ISO/IEC 15948, 5.2: what every PNG begins with. */
#define PNG16_SIGNATURE_SIZE 8
extern const uint8_t png16_signature[PNG16_SIGNATURE_SIZE];

#define PNG16_MAX_SIDE 65535
#define PNG16_MAX_PIXELS (1 << 26)

typedef struct Png16Encoder Png16Encoder;
typedef struct Png16Decoder Png16Decoder;

typedef struct
{
  uint32_t width, height;
  uint8_t bit_depth, color_type;        /* as in IHDR */
  bool interlaced;
  bool grey16;                  /* what png16_decode takes */
  char name[40];                /* what it is: "8-bit RGB" */
} Png16Header;

typedef struct
{
  char what[96];                /* what is wrong, in words */
  size_t offset;                /* at which byte of the data */
} Png16Error;

/* NULL: out of memory. Free with png16_encoder_free, which takes NULL too. */
Png16Encoder *png16_encoder_new (void);
void png16_encoder_free (Png16Encoder * encoder);

/* No PNG that png16_encode writes is larger. */
size_t png16_max_size (uint32_t width, uint32_t height);

/* Level 0 (fastest) to 9 (smallest). The bytes written to png, which has room for
 * size bytes; 0: it is too small, the frame's size is not allowed or memory ran
 * out. */
size_t png16_encode (Png16Encoder * encoder, const uint16_t * pixels,
    size_t stride, uint32_t width, uint32_t height, int level, uint8_t * png,
    size_t size);

Png16Decoder *png16_decoder_new (void);
void png16_decoder_free (Png16Decoder * decoder);

/* Reads what a PNG is; true also for pictures that png16_decode does not take,
 * see grey16. False: no PNG, or larger than allowed. */
bool png16_read_header (const uint8_t * data, size_t size,
    Png16Header * header, Png16Error * error);

/* Whether a picture whose header was read is all there and undamaged, by the
 * checksums of its chunks and without decoding it. */
bool png16_check (const uint8_t * data, size_t size, Png16Error * error);

/* Writes the samples as stored, whatever gAMA, sBIT and the like say. Width and
 * height are those of the header. False: the picture is damaged or not 16-bit
 * greyscale, and the content of pixels is undefined. */
bool png16_decode (Png16Decoder * decoder, const uint8_t * data, size_t size,
    uint16_t * pixels, size_t stride, uint32_t width, uint32_t height,
    Png16Error * error);

/* ROS's compressedDepth puts 12 bytes before the signature: rvl_ros_png_read()
 * reads them. */
#define PNG16_ROS_HEADER_SIZE 12

/* Cuts a stream of bytes that holds one PNG after another, for instance a file of
 * them; all zero at its start. ROS's header belongs to its picture. */
typedef struct
{
  size_t size;                  /* of the picture so far, 0: between two */
  size_t start;                 /* of it: all before its first chunk */
  size_t left;                  /* bytes of its chunk that are still to come */
  size_t limit;                 /* that size may reach, by its header */
  bool passing;                 /* in a chunk that nobody needs */
  bool has_prefix;              /* pictures begin with ROS's header */
  bool lost;                    /* after damage: until the next signature */
} Png16Splitter;

typedef enum
{
  PNG16_MORE,                   /* the picture goes on after these bytes, more of
                                 * which are needed */
  PNG16_PART,                   /* the picture goes on after these bytes */
  PNG16_END,                    /* the picture ends here; it may be damaged */
  PNG16_SKIP                    /* the bytes are no part of a picture, or nothing
                                 * that decoding it needs */
} Png16Piece;

/* Looks at the next bytes of the stream, and returns how many of them are what
 * piece says. The others must be given again, with more after them if the piece is
 * PNG16_MORE. A few bytes between two pictures, and padding, are skipped. Of other
 * bytes that are no PNG, the first few are one damaged picture and the others
 * skipped. at_end: there is nothing after data. */
size_t png16_split (Png16Splitter * splitter, const uint8_t * data, size_t size,
    bool at_end, Png16Piece * piece);
