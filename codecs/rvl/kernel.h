/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A kernel is one .c file, compiled for its instruction set. It defines what the shared
 * headers want, and includes them in this order, since each uses what stands before it:
 *
 *   what                          who has it ready-made
 *   vectors: load, store, and,    simd-ssse3.h, simd-avx2.h, simd-neon.h
 *     or, add16, shuffle, ...
 *   the steps on them             stages.h; portable-encode.h and portable-decode.h do
 *                                   without vectors, avx512.c has its own
 *   Writer, for encoding          digits.h (of stages.h), nibble-writer.h
 *   encode ()                     encode.h: lists what it wants
 *   decode ()                     decode.h: lists what it wants
 *   prepare ()                    each kernel: asks the processor, fills its tables
 *
 * A row in kernels.c, by speed, makes it known; meson.build has its compiler flags.
 */
#pragma once

#include "picture.h"
#include "rvl.h"

/* One way to do the work, for one instruction set. All give the same bytes and
 * accept the same streams. */
typedef struct
{
  const char *name;

  /* Can this processor run it? Called once, and fills the kernel's tables. */
  bool (*prepare) (void);

  /* Writes the part of the stream that belongs to the samples from first on,
   * up to and without last: the zig-zag differences of those that are not 0,
   * and the headers of the runs that start there. Returns its nibbles; the
   * last word is filled up with zeros. */
  size_t (*encode) (const RvlPicture * picture, uint32_t first,
      uint32_t last, uint8_t * stream);

  /* False if the stream does not hold the picture; rvl_decode_strictly ()
   * then says why. */
  bool (*decode) (const uint8_t * stream, size_t size,
      const RvlPicture * picture);
} RvlKernel;

extern const RvlKernel rvl_avx512, rvl_avx2, rvl_ssse3, rvl_neon, rvl_portable;

/* The kernels that this machine can run, fastest first, then NULL. */
const RvlKernel *const *rvl_kernels (void);

/* The fastest of them, or the one that the environment's RVL_KERNEL names. */
const RvlKernel *rvl_kernel (void);

/* One nibble after the other, with Rerun's checks in Rerun's order. */
bool rvl_decode_strictly (const uint8_t * stream, size_t size,
    const RvlPicture * picture, RvlError * error);
