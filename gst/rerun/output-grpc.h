/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/output.h"
#include "rerun/uri.h"

G_BEGIN_DECLS

/**
 * rerun_grpc_output_new:
 * @uri: of a Rerun server; taken
 * @store: the recording; outlives the output
 * @spawn: start the Viewer if nothing listens at @uri
 *
 * A Rerun server or Viewer. It need not be there.
 */
RerunOutput *rerun_grpc_output_new (RerunUri * uri, const RrdStore * store,
    gboolean spawn, const RerunQueueSettings * settings);

G_END_DECLS
