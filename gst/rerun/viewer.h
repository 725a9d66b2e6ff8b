/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/output.h"
#include "rerun/uri.h"

G_BEGIN_DECLS

/* Starts the rerun program found in PATH, to listen at @uri, and tells the users
 * of @output, also if there is none. It lives on without us. */
void rerun_viewer_spawn (const RerunUri * uri, RerunOutput * output);

G_END_DECLS
