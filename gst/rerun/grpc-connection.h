/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "rerun/uri.h"

G_BEGIN_DECLS

/* A TCP connection, with TLS where the URI says so, used by one thread, which
 * waits in a main context of its own. */
typedef struct _RerunGrpcConnection RerunGrpcConnection;

/**
 * rerun_grpc_connection_open:
 * @context: what rerun_grpc_connection_wait() waits in
 * @until: of the monotonic clock
 * @cancellable: wakes @context up
 *
 * Connects, and shakes hands for TLS, @until at most, or until @cancellable is
 * cancelled.
 */
RerunGrpcConnection *rerun_grpc_connection_open (const RerunUri * uri,
    GMainContext * context, gint64 until, GCancellable * cancellable,
    GError ** error);
void rerun_grpc_connection_close (RerunGrpcConnection * self);

/* Sends what goes without waiting. Returns: the bytes, 0 if none, -1 with
 * @error */
gssize rerun_grpc_connection_send (RerunGrpcConnection * self,
    const GOutputVector * vectors, gsize n_vectors, GError ** error);

/* Reads what there is. Returns: the bytes, 0 if none, -1 with @error, as at the
 * end of the stream */
gssize rerun_grpc_connection_receive (RerunGrpcConnection * self, guint8 * data,
    gsize size, GError ** error);

/* Waits until there is something to read, room to send if that is wanted, until
 * @until of the monotonic clock, or until the context is woken up. */
void rerun_grpc_connection_wait (RerunGrpcConnection * self, gboolean for_room,
    gint64 until);

G_END_DECLS
