/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/uri.h"

G_BEGIN_DECLS

/* Starts the rerun program found in PATH, to listen at @uri. It lives on without us.
 * Returns: %FALSE with @error, which says what to do */
gboolean rerun_viewer_spawn (const RerunUri * uri, GError ** error);

G_END_DECLS
