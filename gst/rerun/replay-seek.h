/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/replay-session.h"

G_BEGIN_DECLS

/* Takes the segment that a seek asks for, and goes on there. Returns: %FALSE: it cannot
 * be, or the flow of the file says why */
gboolean replay_seek (ReplaySession * self, GstEvent * event);

G_END_DECLS
