/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/session.h"

G_BEGIN_DECLS

/* Plays the pictures of a row while playing backwards: of video a whole group, from its
 * key frame up to the row. */
GstFlowReturn replay_reverse_push_row (ReplaySession * self,
    ReplayEntity * entity, const ReplayChunk * chunk, const ReplayRow * row,
    GstClockTime clock);

G_END_DECLS
