/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* RVL: lossless run-length and variable-length coding of 16-bit depth.
 *
 * Format: A. D. Wilson, "Fast Lossless Depth Image Compression", ISS 2017, as
 * ROS 2's compressed_depth_image_transport writes it and Rerun reads it.
 *
 * Pictures are width x height 16-bit samples, little-endian whatever the host,
 * 0 = no depth. A row starts `stride` bytes after the one before it (at least
 * 2 * width); the padding is neither read nor written, and no pointer needs to
 * be aligned. Nothing here allocates, keeps state or starts threads, so every
 * function may be called from any number of threads at once.
 *
 * All memory is the caller's. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rerun decodes at most 2^26 pixels and its Viewer takes sides of at most
 * 65535. The stream itself only has the limit of pixels. */
#define RVL_MAX_PIXELS (UINT32_C (1) << 26)
#define RVL_MAX_SIDE 65535

/* What is wrong with data, and at which byte from its start. */
typedef struct
{
  const char *what;
  size_t offset;
} RvlError;

/* What does the work is chosen once: the fastest kernel that this machine can run, or
 * the one that the environment variable RVL_KERNEL names. Returns its name. */
const char *rvl_kernel_name (void);

/* The names of those that this machine can run, the fastest first, then NULL. */
#define RVL_MAX_KERNELS 8
void rvl_kernel_names (const char *names[RVL_MAX_KERNELS]);

/* ---- the bare stream ---- */

/* The most bytes a picture can take (a little more than 3 a pixel), 0 if it has
 * more than RVL_MAX_PIXELS. */
size_t rvl_max_size (uint32_t width, uint32_t height);

/* Writes the stream, for which there must be rvl_max_size () bytes, and
 * returns its size: a multiple of 4, 0 for a picture without pixels or with
 * more than RVL_MAX_PIXELS. */
size_t rvl_encode (const uint16_t * pixels, size_t stride,
    uint32_t width, uint32_t height, uint8_t * stream);

/* Accepts and rejects what Rerun's decoder does: bytes after the last pixel
 * are no error. On false, @error (may be NULL) says why, and the pixels are
 * undefined; nothing outside of them was written. */
bool rvl_decode (const uint8_t * stream, size_t size, uint16_t * pixels,
    size_t stride, uint32_t width, uint32_t height, RvlError * error);

/* Finds where a stream ends that comes in pieces, as from a file. */
typedef struct
{
  uint64_t left;                /* pixels that are still to come */
  uint64_t run;                 /* of zeros before this, or of depths to come */
  enum
  { RVL_ZEROS, RVL_NON_ZEROS, RVL_DEPTHS } expected;
  uint64_t value;               /* of the nibbles so far */
  unsigned shift;
  uint8_t word[4];              /* of which not all bytes have come */
  unsigned n;
  bool damaged;                 /* it ended because a decoder would give up */
} RvlScanner;

void rvl_scan_begin (RvlScanner * scanner, uint32_t width, uint32_t height);

/* Returns how many bytes of the next piece belong to the stream. @ended: it ends
 * there, or is damaged so that its end cannot be found. It looks at the runs only:
 * a stream with a value that does not fit ends like others. */
size_t rvl_scan (RvlScanner * scanner, const uint8_t * data, size_t size,
    bool *ended);

/* ---- the same bytes from several threads ----
 *
 *   RvlBands bands;
 *   rvl_bands_plan (&bands, pixels, stride, width, height, n, stream);
 *   for each i below bands.n, on any threads:  rvl_bands_encode (&bands, i);
 *   when all are done:                         size = rvl_bands_join (&bands);
 *
 * Bands take unequal time where parts of a picture are empty: a few bands a
 * thread, each thread taking the next one left, balance them at no cost.
 *
 * Joining moves bytes, which takes a tenth of the time of encoding them. Bands
 * may be joined, by one thread at a time, while others are being encoded:
 *   while (bands.joined < bands.n and that band is encoded)
 *     rvl_bands_join_next (&bands);
 */

#define RVL_MAX_BANDS 64

typedef struct
{
  uint32_t first;               /* pixels of the band, in raster order */
  uint32_t last;                /* (first included, last not) */
  size_t offset;                /* where its own stream starts */
  size_t nibbles;               /* and how long that is */
} RvlBand;

typedef struct
{
  const uint16_t *pixels;
  size_t stride;
  uint32_t width, height;
  uint8_t *stream;
  unsigned n;
  RvlBand band[RVL_MAX_BANDS];
  unsigned joined;              /* bands that are in their place */
  size_t nibbles;               /* and how long they are */
} RvlBands;

/* The bytes that @n bands need for the stream, which is all their memory. */
size_t rvl_bands_max_size (uint32_t width, uint32_t height, unsigned n);

/* Cuts a picture into 1 to RVL_MAX_BANDS bands (@n is clamped). Picture and
 * stream are borrowed until the bands are joined. */
void rvl_bands_plan (RvlBands * bands, const uint16_t * pixels, size_t stride,
    uint32_t width, uint32_t height, unsigned n, uint8_t * stream);

/* Encodes one band; touches no memory that another band writes. */
void rvl_bands_encode (RvlBands * bands, unsigned i);

/* Closes the gap before band number bands->joined, which is below bands->n. */
void rvl_bands_join_next (RvlBands * bands);

/* Closes the gaps that are left; returns the size of the stream. */
size_t rvl_bands_join (RvlBands * bands);

/* ---- the container of ROS 2, MCAP and Rerun: a header, then the stream ---- */

#define RVL_HEADER_SIZE 20

typedef struct
{
  float a, b;                   /* a = 0: samples are depth units; else metres
                                 * = a / (sample - b), for all samples but 0 */
  uint32_t width, height;
  size_t size;                  /* of the header that was read: the stream starts
                                 * there */
} RvlHeader;

/* Writes the 20 bytes that all of them read. */
void rvl_header_write (const RvlHeader * header, uint8_t data[RVL_HEADER_SIZE]);

/* Reads that header, or the one of RTAB-Map: "DEPTHRVL", width and height, which
 * Rerun does not read. False (and @error, may be NULL) if this is no header of a
 * picture that Rerun shows. */
bool rvl_header_read (const uint8_t * data, size_t size, RvlHeader * header,
    RvlError * error);

/* ROS puts the first RVL_ROS_HEADER_SIZE bytes of the header before a PNG as well.
 * Reads a and b from there; the other fields stay as they are. */
#define RVL_ROS_HEADER_SIZE 12
void rvl_ros_header_read (const uint8_t data[RVL_ROS_HEADER_SIZE],
    RvlHeader * header);

/* Turns quantised samples (header->a is not 0) into depth units, @meter of
 * them a metre, rounded. What is not a positive depth, or more than 65535
 * units, becomes 0. Does nothing if the samples are depth units already. */
void rvl_dequantise (uint16_t * pixels, size_t stride, uint32_t width,
    uint32_t height, const RvlHeader * header, double meter);
