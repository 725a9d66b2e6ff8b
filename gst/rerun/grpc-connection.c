/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A connection by GIO, with TLS or without, that one thread reads and writes. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "rerun/grpc-connection.h"

struct _RerunGrpcConnection
{
  GMainContext *context;
  GSocketConnection *socket;
  GIOStream *stream;            /* the socket's, or TLS on it */
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GSource *readable;
  GSource *timer;
};

static gboolean
go_on (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
go_on_stream (GObject * stream, gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* What GIO does for us until the connection stands. A timeout of the socket would begin
 * anew with each byte that comes, so that all of it has one deadline here. */
typedef struct
{
  GMainContext *context;
  GCancellable *outer;          /* who called */
  GCancellable *cancellable;    /* by that, and by the deadline; in this thread only */
  gint64 until;
  GSource *deadline;
  GAsyncResult *result;
} Opening;

static gboolean
on_deadline (gpointer data)
{
  return G_SOURCE_REMOVE;
}

static void
opening_begin (Opening * self, GMainContext * context, gint64 until,
    GCancellable * outer)
{
  self->context = context;
  self->outer = outer;
  self->cancellable = g_cancellable_new ();
  self->until = until;
  self->deadline = g_timeout_source_new (G_MAXUINT);
  g_source_set_callback (self->deadline, on_deadline, NULL, NULL);
  g_source_set_ready_time (self->deadline, until);
  g_source_attach (self->deadline, context);
  g_main_context_push_thread_default (context);
}

static void
opening_end (Opening * self)
{
  g_main_context_pop_thread_default (self->context);
  g_source_destroy (self->deadline);
  g_source_unref (self->deadline);
  g_object_unref (self->cancellable);
}

static void
on_result (GObject * source, GAsyncResult * result, gpointer opening)
{
  ((Opening *) opening)->result = g_object_ref (result);
}

/* Of the call that was begun with on_result(). */
static GAsyncResult *
opening_wait (Opening * self)
{
  while (self->result == NULL) {
    if (g_cancellable_is_cancelled (self->outer)
        || g_get_monotonic_time () >= self->until)
      g_cancellable_cancel (self->cancellable);
    g_main_context_iteration (self->context, TRUE);
  }
  return g_steal_pointer (&self->result);
}

/* Takes @why: the deadline cancels, too. */
static void
opening_fail (Opening * self, GError * why, const gchar * too_late,
    GError ** error)
{
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      && !g_cancellable_is_cancelled (self->outer)) {
    g_clear_error (&why);
    why = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, too_late);
  }
  g_propagate_error (error, why);
}

static GSocketConnection *
connect_socket (Opening * opening, const RerunUri * uri, GError ** error)
{
  GSocketClient *client = g_socket_client_new ();
  GSocketConnection *connection;
  GAsyncResult *result;
  GError *why = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, uri->host, uri->port,
      opening->cancellable, on_result, opening);
  result = opening_wait (opening);
  connection = g_socket_client_connect_to_host_finish (client, result, &why);
  g_object_unref (result);
  g_object_unref (client);
  if (connection == NULL)
    opening_fail (opening, why, "no connection was accepted in time", error);
  /* a frame leaves at once */
  if (connection != NULL)
    g_socket_set_option (g_socket_connection_get_socket (connection),
        IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  return connection;
}

static gboolean
check_protocol (GTlsConnection * tls, GError ** error)
{
  const gchar *protocol = g_tls_connection_get_negotiated_protocol (tls);
  gchar *text;

  if (protocol == NULL || g_str_equal (protocol, "h2"))
    return TRUE;
  text = g_utf8_make_valid (protocol, -1);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "the server speaks %s, not HTTP/2", text);
  g_free (text);
  return FALSE;
}

static gboolean
shake_hands (Opening * opening, GTlsConnection * tls, GError ** error)
{
  GError *why = NULL;
  GAsyncResult *result;

  g_tls_connection_handshake_async (tls, G_PRIORITY_DEFAULT,
      opening->cancellable, on_result, opening);
  result = opening_wait (opening);
  if (!g_tls_connection_handshake_finish (tls, result, &why))
    opening_fail (opening, why, "the server takes connections, but did not "
        "agree on TLS in time", error);
  g_object_unref (result);
  return why == NULL && check_protocol (tls, error);
}

static GIOStream *
start_tls (Opening * opening, GSocketConnection * socket, const RerunUri * uri,
    GError ** error)
{
  static const gchar *const protocols[] = { "h2", NULL };
  GSocketConnectable *identity = g_network_address_new (uri->host, uri->port);
  GIOStream *tls = NULL;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "GIO has no TLS: install glib-networking");
  else
    tls = g_tls_client_connection_new (G_IO_STREAM (socket), identity, error);
  g_object_unref (identity);
  if (tls == NULL)
    return NULL;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  if (!shake_hands (opening, G_TLS_CONNECTION (tls), error))
    g_clear_object (&tls);
  return tls;
}

static RerunGrpcConnection *
connection_new (GSocketConnection * socket, GIOStream * stream,
    GMainContext * context)
{
  RerunGrpcConnection *self = g_new0 (RerunGrpcConnection, 1);

  self->context = g_main_context_ref (context);
  self->socket = socket;
  self->stream = stream;
  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  self->output =
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));
  self->readable = g_pollable_input_stream_create_source (self->input, NULL);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (go_on_stream), NULL,
      NULL);
  g_source_attach (self->readable, context);
  self->timer = g_timeout_source_new (G_MAXUINT);
  g_source_set_callback (self->timer, go_on, NULL, NULL);
  g_source_attach (self->timer, context);
  return self;
}

RerunGrpcConnection *
rerun_grpc_connection_open (const RerunUri * uri, GMainContext * context,
    gint64 until, GCancellable * cancellable, GError ** error)
{
  Opening opening = { 0, };
  GSocketConnection *socket;
  GIOStream *stream = NULL;

  opening_begin (&opening, context, until, cancellable);
  socket = connect_socket (&opening, uri, error);
  if (socket != NULL)
    stream = uri->tls ? start_tls (&opening, socket, uri, error) :
        g_object_ref (G_IO_STREAM (socket));
  opening_end (&opening);
  if (stream != NULL)
    return connection_new (socket, stream, context);
  g_clear_object (&socket);
  return NULL;
}

/* The socket goes without the goodbye of TLS, which a hung server would not
 * take. */
void
rerun_grpc_connection_close (RerunGrpcConnection * self)
{
  g_source_destroy (self->readable);
  g_source_unref (self->readable);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_socket_close (g_socket_connection_get_socket (self->socket), NULL);
  g_object_unref (self->stream);
  g_object_unref (self->socket);
  g_main_context_unref (self->context);
  g_free (self);
}

gssize
rerun_grpc_connection_send (RerunGrpcConnection * self,
    const GOutputVector * vectors, gsize n_vectors, GError ** error)
{
  gsize n = 0;

  if (g_pollable_output_stream_writev_nonblocking (self->output, vectors,
          n_vectors, &n, NULL, error) == G_POLLABLE_RETURN_FAILED)
    return -1;
  return n;
}

gssize
rerun_grpc_connection_receive (RerunGrpcConnection * self, guint8 * data,
    gsize size, GError ** error)
{
  GError *why = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (self->input, data, size,
      NULL, &why);

  if (n > 0)
    return n;
  if (n == 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
        "the server closed the connection");
    return -1;
  }
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    g_error_free (why);
    return 0;
  }
  g_propagate_error (error, why);
  return -1;
}

void
rerun_grpc_connection_wait (RerunGrpcConnection * self, gboolean for_room,
    gint64 until)
{
  GSource *room = NULL;

  if (for_room) {
    room = g_pollable_output_stream_create_source (self->output, NULL);
    g_source_set_callback (room, G_SOURCE_FUNC (go_on_stream), NULL, NULL);
    g_source_attach (room, self->context);
  }
  g_source_set_ready_time (self->timer, until);
  g_main_context_iteration (self->context, TRUE);
  if (room != NULL) {
    g_source_destroy (room);
    g_source_unref (room);
  }
}
