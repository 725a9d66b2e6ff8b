/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/replay-session.h"

G_BEGIN_DECLS

/* Whether the seek is of a kind that the recording can do. */
gboolean replay_seek_can_be (const ReplaySession * self, GstEvent * event);

/* Takes the segment that a seek asks for, and goes on there. Returns: %FALSE: it cannot
 * be, or the flow of the file says why */
gboolean replay_seek (ReplaySession * self, GstEvent * event);

G_END_DECLS
