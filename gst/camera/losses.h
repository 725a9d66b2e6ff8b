/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts the frames that a camera lost: gaps in the driver's sequence numbers,
 * and frames that came damaged. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 good;                 /* since the element started */
  guint64 lost;                 /* and damaged */

  /*< private > */
  gboolean known;               /* next is */
  guint32 next;                 /* sequence number to come */
  guint64 told;                 /* of lost */
  gboolean in_burst;
  guint good_in_a_row;
} Losses;

/* The driver starts to count at 0 again. */
void losses_restart (Losses * self);

/* Returns: how many frames are missing before the one with @sequence */
guint32 losses_sequence (Losses * self, guint32 sequence);

/* A damaged frame. Returns: %TRUE if it is the first of a burst: a burst ends
 * when @calm frames have come whole one after the other */
gboolean losses_bad (Losses * self);

/* A whole frame. Returns: %TRUE if frames were lost since the last whole one */
gboolean losses_good (Losses * self, guint calm);

G_END_DECLS
