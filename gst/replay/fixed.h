/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/gstdepthcaps.h"
#include "replay/frame.h"
#include "replay/index.h"

G_BEGIN_DECLS

/**
 * replay_fixed_find:
 * @frame: of depth, which was read; of other streams there is nothing to say
 *
 * Looks up which of the frame's range and intrinsics are those of all frames of the
 * stream: static ones, and in a file those that each row repeats. To find that out it
 * reads some megabytes of rows at most; what is not known after these counts as not
 * fixed.
 */
void replay_fixed_find (ReplayIndex * index, const ReplayFrame * frame,
    GstDepthFields * fields);

G_END_DECLS
