/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/file.h"
#include "rerun/output.h"

G_BEGIN_DECLS

/**
 * rerun_file_output_new:
 * @file: open, and taken; the output closes it
 * @location: its name, for messages
 * @store: the recording; outlives the output
 * @ids: for chunks; outlive the output
 *
 * A recording file, or a stream of one into a pipe. Whatever ends the process, a file
 * is readable up to its last complete message. It has its footer while all users have
 * drained, and loses it when one of them goes on; a pipe gets it at the end.
 *
 * Small rows are gathered, several in a chunk, for at most a tenth of a second: a chunk
 * takes some 16 kB of the Viewer's memory. Larger ones are written at once, after the
 * states that were gathered before them.
 */
RerunOutput *rerun_file_output_new (const RerunFile * file,
    const gchar * location, const RrdStore * store, RerunIds * ids,
    RrdCompression compression, const RerunQueueSettings * settings);

G_END_DECLS
