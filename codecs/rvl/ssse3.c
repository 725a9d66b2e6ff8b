/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* 8 samples a step. */
#include "kernel.h"

#include "simd-ssse3.h"
#include "stages.h"

#include "digits.h"
#include "encode.h"
#include "decode.h"

static bool
prepare (void)
{
  if (!__builtin_cpu_supports ("ssse3"))
    return false;
  rvl_tables_fill ();
  return true;
}

const RvlKernel rvl_ssse3 = { "ssse3", prepare, encode, decode };
