/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* How far the wall clock (Unix time) is ahead of another clock, followed slowly. All
 * zero at the start. */
typedef struct
{
  gboolean known;
  gint64 offset;                /* ns */
  gint64 measured_at;           /* ns of the other clock */
} RerunWallOffset;

/**
 * rerun_wall_offset_follow:
 * @measured: an offset that was read just now, ns
 * @error: by how much it may be wrong, ns
 * @now: of the other clock, ns
 *
 * A drift is followed by at most a thousandth of the time that passed, so that
 * capture times do not jitter; a step of the wall clock at once.
 */
void rerun_wall_offset_follow (RerunWallOffset * self, gint64 measured,
    gint64 error, gint64 now);

/* Returns: what to add to a time of @clock to get Unix time, ns. It is the same for
 * all who ask for the same clock. */
gint64 rerun_wall_clock_offset (GstClock * clock);

G_END_DECLS
