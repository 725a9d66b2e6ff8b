/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* 8 samples a step. Every 64-bit Arm has NEON. */
#include "kernel.h"

#include "simd-neon.h"
#include "stages.h"

#include "digits.h"
#include "encode.h"
#include "decode.h"

static bool
prepare (void)
{
  rvl_tables_fill ();
  return true;
}

const RvlKernel rvl_neon = { "neon", prepare, encode, decode };
