/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "replay/index.h"

G_BEGIN_DECLS

/* Returns: %FALSE if there is none that can be used. @version: of the writer */
gboolean replay_footer_read (ReplayIndex * self, const guint8 version[4]);

G_END_DECLS
