/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "rerun/uri.h"
#include "rrd/rrd.h"

G_BEGIN_DECLS

/*
 * One gRPC call that streams messages to a server: HTTP/2 on a connection of its
 * own. Used by one thread.
 *
 * Source: gRPC's doc/PROTOCOL-HTTP2.md, RFC 9113.
 */
typedef struct _RerunCall RerunCall;

/**
 * rerun_call_open:
 * @path: /package.Service/Method
 * @context: what waiting is done in: wake it to end rerun_call_wait()
 * @cancellable: ends whatever waits, wakes @context too
 *
 * Connects and begins the call. Returns when the server has proven that it speaks
 * HTTP/2.
 */
RerunCall *rerun_call_open (const RerunUri * uri, const gchar * path,
    GMainContext * context, GCancellable * cancellable, GError ** error);

/* Sends a message, its length before it included in @spans, and waits until the
 * last byte has left. Nothing is copied but by TLS. */
gboolean rerun_call_send (RerunCall * self, const RrdSpan * spans,
    gsize n_spans, GError ** error);

/* Lets the server speak, and waits until it does or the context is woken up.
 * Returns: %FALSE if the call or the server is gone */
gboolean rerun_call_wait (RerunCall * self, GError ** error);

/* Messages that the server is known to have got, of those sent. */
guint64 rerun_call_get_confirmed (RerunCall * self);

/* Ends the stream of messages and waits for the server's reply. */
gboolean rerun_call_end (RerunCall * self, GError ** error);

void rerun_call_close (RerunCall * self);

G_END_DECLS
