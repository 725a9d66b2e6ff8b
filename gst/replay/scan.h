/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/index.h"

G_BEGIN_DECLS

/* Fills an index from a file. Returns: %FALSE: @error says why, or the flow of the file
 * does */
gboolean replay_scan_read (ReplayIndex * self, GstPad * pad, GError ** error);

G_END_DECLS
