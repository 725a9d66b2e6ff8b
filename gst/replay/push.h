/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/session.h"

G_BEGIN_DECLS

/* Plays what is whole with these bytes. @buffer: (transfer full) */
GstFlowReturn replay_push_take (ReplaySession * self, GstBuffer * buffer);

/* What came so far does not go on: a recording begins anew. */
void replay_push_flush (ReplaySession * self);

/* Plays what is left: nothing comes any more. */
void replay_push_end (ReplaySession * self);

G_END_DECLS
