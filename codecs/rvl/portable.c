/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain C for any processor. */
#include "kernel.h"

#include "portable-encode.h"
#include "encode.h"
#include "portable-decode.h"
#include "decode.h"

static bool
prepare (void)
{
  fill_codes ();
  fill_groups ();
  return true;
}

const RvlKernel rvl_portable = { "portable", prepare, encode, decode };
