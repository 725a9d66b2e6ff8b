/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The distance of a pipeline's clock to the wall clock: one number a clock, shared by
 * all sinks that use it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/wall-clock.h"

#include <time.h>

/* Beyond this, somebody has set the wall clock. */
#define MAX_DRIFT (10 * GST_MSECOND)
/* Two clocks drift apart by less than a ten-thousandth. */
#define SLEW 1000
/* Between two looks at the wall clock. */
#define INTERVAL (100 * GST_MSECOND)

/* Readings until one is good enough: another program may run between two clocks. */
#define MAX_READINGS 10
#define GOOD_READING (20 * GST_USECOND)

void
rerun_wall_offset_follow (RerunWallOffset * self, gint64 measured,
    gint64 error, gint64 now)
{
  gint64 wrong = measured - self->offset;
  gint64 most = ABS (now - self->measured_at) / SLEW;

  if (!self->known || ABS (wrong) > (gint64) MAX_DRIFT + error)
    self->offset = measured;
  else
    self->offset += CLAMP (wrong, -most, most);
  self->known = TRUE;
  self->measured_at = now;
}

static gint64
unix_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return now.tv_sec * (gint64) GST_SECOND + now.tv_nsec;
}

/* The wall clock is read between two readings of the other one, which say by how much
 * the result may be wrong. */
static void
measure (GstClock * clock, RerunWallOffset * self)
{
  gint64 best = G_MAXINT64, offset = 0, now = 0;

  for (guint i = 0; i < MAX_READINGS && best > (gint64) GOOD_READING; i++) {
    gint64 before = gst_clock_get_time (clock);
    gint64 wall = unix_time ();
    gint64 after = gst_clock_get_time (clock);

    if (after - before < best) {
      best = after - before;
      now = before + best / 2;
      offset = wall - now;
    }
  }
  rerun_wall_offset_follow (self, offset, best / 2, now);
}

gint64
rerun_wall_clock_offset (GstClock * clock)
{
  static GMutex lock;
  static GQuark quark;
  RerunWallOffset *self;
  gint64 now = gst_clock_get_time (clock), offset;

  g_mutex_lock (&lock);
  if (quark == 0)
    quark = g_quark_from_static_string ("rerunsink-wall-offset");
  self = g_object_get_qdata (G_OBJECT (clock), quark);
  if (self == NULL) {
    self = g_new0 (RerunWallOffset, 1);
    g_object_set_qdata_full (G_OBJECT (clock), quark, self, g_free);
  }
  if (!self->known || ABS (now - self->measured_at) >= (gint64) INTERVAL)
    measure (clock, self);
  offset = self->offset;
  g_mutex_unlock (&lock);
  return offset;
}
