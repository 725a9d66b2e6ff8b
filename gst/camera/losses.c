/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts lost and damaged frames, and says when to speak of them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/losses.h"

void
losses_restart (Losses * self)
{
  self->known = FALSE;
}

guint32
losses_sequence (Losses * self, guint32 sequence)
{
  guint32 missing = self->known ? sequence - self->next : 0;

  /* A number that goes back is a driver that counts anew. */
  if (missing > G_MAXINT32)
    missing = 0;
  self->known = TRUE;
  self->next = sequence + 1;
  self->lost += missing;
  return missing;
}

gboolean
losses_bad (Losses * self)
{
  gboolean first = !self->in_burst;

  self->lost++;
  self->in_burst = TRUE;
  self->good_in_a_row = 0;
  return first;
}

gboolean
losses_good (Losses * self, guint calm)
{
  gboolean more = self->told != self->lost;

  self->good++;
  self->told = self->lost;
  if (++self->good_in_a_row >= calm)
    self->in_burst = FALSE;
  return more;
}
