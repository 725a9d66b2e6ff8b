/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What each result means, in words. */

#include "rrd/rrd.h"

const char *
rrd_result_text (RrdResult result)
{
  static const char *const texts[] = {
    [RRD_OK] = "no error",
    [RRD_NO_MEMORY] = "out of memory",
    [RRD_TOO_LARGE] = "too large for a Rerun chunk (2 GiB)",
    [RRD_BAD_VALUE] = "a value of the wrong size",
    [RRD_WRITE_FAILED] = "writing failed",
  };

  return texts[result];
}
