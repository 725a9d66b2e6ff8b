/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* 16 samples a step. */
#include "kernel.h"

#include "simd-avx2.h"
#include "stages.h"

#include "digits.h"
#include "encode.h"
#include "decode.h"

static bool
prepare (void)
{
  if (!__builtin_cpu_supports ("avx2") || !__builtin_cpu_supports ("bmi")
      || !__builtin_cpu_supports ("bmi2")
      || !__builtin_cpu_supports ("popcnt"))
    return false;
  rvl_tables_fill ();
  return true;
}

const RvlKernel rvl_avx2 = { "avx2", prepare, encode, decode };
