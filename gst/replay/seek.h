/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/session.h"

G_BEGIN_DECLS

/* Whether the seek is of a kind that can be done. */
gboolean replay_seek_can_be (GstEvent * event);

/* The time of the last row of a stream up to @time that playing can begin with. */
gboolean replay_seek_find_key (ReplaySession * self, ReplayStream * stream,
    gint64 time, gint64 * key);

/* Goes on with the first row of the segment. Returns: %FALSE: the flow of the file says
 * why */
gboolean replay_seek_restart (ReplaySession * self);

/* Takes the segment that a seek asks for, and goes on there. Returns: %FALSE: it cannot
 * be, or the flow of the file says why */
gboolean replay_seek (ReplaySession * self, GstEvent * event);

G_END_DECLS
