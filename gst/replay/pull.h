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

G_END_DECLS
