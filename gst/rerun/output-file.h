/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/output.h"

G_BEGIN_DECLS

/**
 * rerun_file_output_new:
 * @location: a file, which is created or emptied, a named pipe, or "-" for
 *   standard output
 * @store: the recording; outlives the output
 *
 * A recording file. Whatever ends the process, it is readable up to its last
 * complete message. A file has its footer while all users have drained, and
 * loses it when one of them goes on; a pipe gets it at the end.
 *
 * Returns: NULL with @error if @location cannot be written
 */
RerunOutput *rerun_file_output_new (const gchar * location,
    const RrdStore * store, RrdCompression compression,
    const RerunQueueSettings * settings, GError ** error);

G_END_DECLS
