/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include "rrd/rrd.h"

G_BEGIN_DECLS

/* The ids of a recording's rows and chunks, ascending. Any thread may ask. */
typedef struct
{
  GMutex lock;
  RrdTuid last;
} RerunIds;

void rerun_ids_init (RerunIds * self);
void rerun_ids_clear (RerunIds * self);
RrdTuid rerun_ids_next (RerunIds * self);

G_END_DECLS
