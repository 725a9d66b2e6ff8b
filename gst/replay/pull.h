/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/session.h"

G_BEGIN_DECLS

/* Finds what there is to play, and adds the pads. Returns: %FALSE with an error that was
 * posted, or with the flow of the file */
gboolean replay_pull_open (ReplaySession * self);

/* Plays the next row. Returns: %GST_FLOW_EOS: it was the last of the segment */
GstFlowReturn replay_pull_next (ReplaySession * self);

/* Looks up what rows up to @until say that holds for an entity's pictures: its own
 * components, and the intrinsics of those above it. Returns: %FALSE: the flow of the
 * file says why */
gboolean replay_pull_settle (ReplaySession * self, ReplayEntity * entity,
    const ReplayRow * until);

/* Goes on with the first row of the segment. Returns: %FALSE: likewise */
gboolean replay_pull_restart (ReplaySession * self);

G_END_DECLS
