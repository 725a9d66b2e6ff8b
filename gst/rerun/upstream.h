/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * rerun_upstream_is_ending:
 * @pad: a sink pad whose streaming thread is waiting, in this call
 *
 * Returns: %TRUE if that keeps something upstream from ending the stream: an EOS event
 * waits in a queue, or somebody has asked a source for EOS and waits for its streaming
 * thread
 */
gboolean rerun_upstream_is_ending (GstPad * pad);

G_END_DECLS
