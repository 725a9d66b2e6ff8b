/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Time-based ids, which ascend whatever the wall clock does. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/ids.h"

#include <time.h>

void
rerun_ids_init (RerunIds * self)
{
  g_mutex_init (&self->lock);
  self->last.time_ns = 0;
  self->last.inc = ((guint64) g_random_int () << 32 | g_random_int ()) >> 1;
}

void
rerun_ids_clear (RerunIds * self)
{
  g_mutex_clear (&self->lock);
}

RrdTuid
rerun_ids_next (RerunIds * self)
{
  struct timespec now;
  guint64 now_ns;
  RrdTuid id;

  clock_gettime (CLOCK_REALTIME, &now);
  now_ns = now.tv_sec * G_GUINT64_CONSTANT (1000000000) + now.tv_nsec;
  g_mutex_lock (&self->lock);
  self->last.time_ns = MAX (self->last.time_ns, now_ns);
  self->last.inc++;
  id = self->last;
  g_mutex_unlock (&self->lock);
  return id;
}
