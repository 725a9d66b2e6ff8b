/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
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
typedef struct _RerunGrpcCall RerunGrpcCall;

/**
 * rerun_grpc_call_open:
 * @path: /package.Service/Method
 * @context: what waiting is done in: wake it to end rerun_grpc_call_wait()
 * @cancellable: ends whatever waits, wakes @context too
 *
 * Connects and begins the call. Returns when the server has proven that it speaks
 * HTTP/2. One deadline, of some seconds, holds for this and the first message, until
 * it has left.
 */
RerunGrpcCall *rerun_grpc_call_open (const RerunUri * uri, const gchar * path,
    GMainContext * context, GCancellable * cancellable, GError ** error);

/* Begins a message, its length before it included in @spans, which stay where they are
 * until it has left. Nothing is copied but by TLS. */
void rerun_grpc_call_begin_message (RerunGrpcCall * self,
    const RrdSpan * spans, gsize n_spans);

/* Sends some of it, after waiting where nothing goes. @done: the last byte has left */
gboolean rerun_grpc_call_send (RerunGrpcCall * self, gboolean * done,
    GError ** error);

/* Lets the server speak, and waits until it does or the context is woken up.
 * Returns: %FALSE if the call or the server is gone; look for what is confirmed
 * before each call, a server that says goodbye confirms what it has got */
gboolean rerun_grpc_call_wait (RerunGrpcCall * self, GError ** error);

/* Messages that the server is known to have got, of those sent. */
guint64 rerun_grpc_call_get_confirmed (RerunGrpcCall * self);

/* Ends the stream of messages and waits for the server's reply. */
gboolean rerun_grpc_call_end (RerunGrpcCall * self, GError ** error);

void rerun_grpc_call_close (RerunGrpcCall * self);

G_END_DECLS
