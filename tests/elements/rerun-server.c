/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE             /* memmem */
#include <string.h>
#include <sys/socket.h>
#include <nghttp2/nghttp2.h>

#include "rerun-server.h"

struct _RerunServer
{
  ServerOptions options;
  GSocket *listener;
  guint port;
  GThread *thread;
  GCancellable *cancellable;

  GMutex lock;
  GCond cond;
  ServerBehaviour behaviour;
  guint connections;
  guint ended;                  /* calls that the client ended */
  GPtrArray *messages;          /* of GBytes */
  GPtrArray *frames;            /* those with a picture */
};

/* One connection; of the server's thread. */
typedef struct
{
  RerunServer *server;
  GSocketConnection *socket;
  GIOStream *stream;
  nghttp2_session *session;
  gint32 call;
  GByteArray *data;             /* of the call, not a whole message yet */
  guint messages;
  gboolean over;
  gboolean hung;
  gboolean pushes;
} Client;

static ServerBehaviour
behaviour (Client * self)
{
  ServerBehaviour now;

  g_mutex_lock (&self->server->lock);
  now = self->server->behaviour;
  g_mutex_unlock (&self->server->lock);
  return now;
}

/* --- replies ----------------------------------------------------------------- */

static nghttp2_nv
pair (const gchar * name, const gchar * value)
{
  nghttp2_nv nv = {
    (uint8_t *) name, (uint8_t *) value, strlen (name), strlen (value),
    NGHTTP2_NV_FLAG_NONE
  };

  return nv;
}

/* Headers that end the call. */
static void
reply (Client * self, const gchar * http_status, gint grpc_status)
{
  gchar *status = g_strdup_printf ("%d", grpc_status);
  nghttp2_nv headers[] = {
    pair (":status", http_status), pair ("content-type", "application/grpc"),
    pair ("grpc-status", status), pair ("grpc-message", "no%20such%20luck")
  };

  nghttp2_submit_response (self->session, self->call, headers,
      grpc_status < 0 ? 2 : 4, NULL);
  g_free (status);
}

/* The same on a stream that the client has not asked for. nghttp2 would not send it to
 * who does not take pushes. */
static void
push_reply (Client * self)
{
  static const gchar frames[] =
      /* PUSH_PROMISE, END_HEADERS, on stream 1, of stream 2: GET http://a/ */
      "\0\0\x0a\x05\x04\0\0\0\x01\0\0\0\x02\x82\x86\x84\x01\x01" "a"
      /* HEADERS, END_HEADERS, END_STREAM, on stream 2: 200, grpc-status: 0 */
      "\0\0\x10\x01\x05\0\0\0\x02\x88\x00\x0bgrpc-status\x01" "0";

  g_output_stream_write_all (g_io_stream_get_output_stream (self->stream),
      frames, sizeof frames - 1, NULL, self->server->cancellable, NULL);
}

static void
answer_ping (Client * self, const nghttp2_ping * ping)
{
  static const uint8_t other[8] = "another";
  const uint8_t *answer = ping->opaque_data;

  if (behaviour (self) == SERVER_PUSHES_END)
    return;
  if (behaviour (self) == SERVER_ANSWERS_OTHERS)
    answer = other;
  nghttp2_submit_ping (self->session, NGHTTP2_FLAG_ACK, answer);
}

static void
reset_connection (Client * self)
{
  struct linger now = { 1, 0 };

  setsockopt (g_socket_get_fd (g_socket_connection_get_socket (self->socket)),
      SOL_SOCKET, SO_LINGER, &now, sizeof now);
  self->over = TRUE;
}

/* --- messages ---------------------------------------------------------------- */

static gboolean
has_picture (GBytes * message)
{
  static const gchar *const names[] = {
    "Image:blob",               /* depth or not */
    "VideoStream:sample",
  };
  gsize size;
  gconstpointer data = g_bytes_get_data (message, &size);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    if (memmem (data, size, names[i], strlen (names[i])) != NULL)
      return TRUE;
  }
  return FALSE;
}

static void
add_message (Client * self, const guint8 * data, gsize size)
{
  RerunServer *server = self->server;
  GBytes *message = g_bytes_new (data, size);

  g_mutex_lock (&server->lock);
  g_ptr_array_add (server->messages, message);
  if (has_picture (message))
    g_ptr_array_add (server->frames, message);
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
  self->messages++;
}

static void
take_messages (Client * self)
{
  while (self->data->len >= 5) {
    guint8 *data = self->data->data;
    guint32 size = (guint32) data[1] << 24 | data[2] << 16 | data[3] << 8 |
        data[4];

    if (self->data->len < 5 + size)
      return;
    g_assert (data[0] == 0);
    add_message (self, data + 5, size);
    g_byte_array_remove_range (self->data, 0, 5 + size);
  }
}

/* What happens after some messages. */
static void
misbehave (Client * self)
{
  if (self->messages < self->server->options.after)
    return;
  switch (behaviour (self)) {
    case SERVER_RESETS_CALL:
      nghttp2_submit_rst_stream (self->session, NGHTTP2_FLAG_NONE, self->call,
          NGHTTP2_ENHANCE_YOUR_CALM);
      break;
    case SERVER_GOES_AWAY:
      nghttp2_submit_goaway (self->session, NGHTTP2_FLAG_NONE, self->call,
          NGHTTP2_ENHANCE_YOUR_CALM, (const uint8_t *) "closing time", 12);
      break;
    case SERVER_GOES_AWAY_MUTE:
      nghttp2_submit_goaway (self->session, NGHTTP2_FLAG_NONE, self->call,
          NGHTTP2_INTERNAL_ERROR, NULL, 0);
      break;
    case SERVER_LEAVES:
      nghttp2_submit_shutdown_notice (self->session);
      nghttp2_submit_ping (self->session, NGHTTP2_FLAG_NONE, NULL);
      rerun_server_set_behaviour (self->server, SERVER_GOOD);
      break;
    case SERVER_ENDS:
      reply (self, "200", 0);
      break;
    case SERVER_PUSHES:
      self->pushes = TRUE;
      break;
    case SERVER_STOPS_READING:
      self->hung = TRUE;
      break;
    default:
      break;
  }
}

/* --- HTTP/2 ------------------------------------------------------------------ */

static ssize_t
on_send (nghttp2_session * session, const uint8_t * data, size_t length,
    int flags, void *user)
{
  Client *self = user;

  return g_output_stream_write_all (g_io_stream_get_output_stream
      (self->stream), data, length, NULL, self->server->cancellable, NULL) ?
      (ssize_t) length : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int
on_data (nghttp2_session * session, uint8_t flags, int32_t stream,
    const uint8_t * data, size_t length, void *user)
{
  Client *self = user;

  if (self->messages >= self->server->options.after
      && behaviour (self) == SERVER_RESETS) {
    reset_connection (self);
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  g_byte_array_append (self->data, data, length);
  take_messages (self);
  if (self->messages < self->server->options.after
      || behaviour (self) != SERVER_WINDOW_ZERO)
    nghttp2_session_consume (session, stream, length);
  misbehave (self);
  return 0;
}

static int
on_frame (nghttp2_session * session, const nghttp2_frame * frame, void *user)
{
  Client *self = user;

  if (frame->hd.type == NGHTTP2_HEADERS) {
    self->call = frame->hd.stream_id;
    if (behaviour (self) == SERVER_REFUSES)
      reply (self, "200", self->server->options.status);
    else if (behaviour (self) == SERVER_NOT_FOUND)
      reply (self, "404", -1);
  }
  if (frame->hd.type == NGHTTP2_PING && !(frame->hd.flags & NGHTTP2_FLAG_ACK))
    answer_ping (self, &frame->ping);
  /* who leaves has said so before that */
  if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK))
    nghttp2_submit_goaway (session, NGHTTP2_FLAG_NONE, self->call,
        NGHTTP2_NO_ERROR, NULL, 0);
  if (frame->hd.type == NGHTTP2_DATA
      && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) {
    g_mutex_lock (&self->server->lock);
    self->server->ended++;
    g_mutex_unlock (&self->server->lock);
    if (behaviour (self) == SERVER_PUSHES_END)
      self->pushes = TRUE;
    else if (behaviour (self) < SERVER_ANSWERS_OTHERS)
      reply (self, "200", 0);
  }
  return 0;
}

static nghttp2_session *
session_new (Client * self)
{
  nghttp2_session_callbacks *callbacks;
  nghttp2_option *option;
  nghttp2_session *session;

  nghttp2_option_new (&option);
  nghttp2_option_set_no_auto_window_update (option, 1);
  nghttp2_option_set_no_auto_ping_ack (option, 1);
  nghttp2_session_callbacks_new (&callbacks);
  nghttp2_session_callbacks_set_send_callback (callbacks, on_send);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback (callbacks,
      on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback (callbacks, on_frame);
  nghttp2_session_server_new2 (&session, callbacks, self, option);
  nghttp2_session_callbacks_del (callbacks);
  nghttp2_option_del (option);
  return session;
}

static void
wait_for_end (Client * self)
{
  GPollFD fd;

  g_cancellable_make_pollfd (self->server->cancellable, &fd);
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (self->server->cancellable);
}

static void
submit_settings (Client * self)
{
  guint32 window = self->server->options.window;
  gboolean is_zero = behaviour (self) == SERVER_TAKES_NOTHING;
  nghttp2_settings_entry entry =
      { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, is_zero ? 0 : window };

  nghttp2_submit_settings (self->session, NGHTTP2_FLAG_NONE, &entry,
      is_zero || window != 0);
}

/* Was told so when it had nothing to read. */
static gboolean
is_told_to_stop_reading (Client * self)
{
  return behaviour (self) == SERVER_STOPS_READING
      && self->messages >= self->server->options.after;
}

static void
serve_http2 (Client * self)
{
  GInputStream *input = g_io_stream_get_input_stream (self->stream);
  guint8 data[65536];

  self->session = session_new (self);
  submit_settings (self);
  while (!self->over && nghttp2_session_send (self->session) == 0
      && (nghttp2_session_want_read (self->session)
          || nghttp2_session_want_write (self->session))) {
    gssize n;

    /* after the server has confirmed the client's settings, which forbid it */
    if (self->pushes)
      push_reply (self);
    n = g_input_stream_read (input, data, sizeof data,
        self->server->cancellable, NULL);
    if (is_told_to_stop_reading (self))
      wait_for_end (self);
    if (n <= 0 || nghttp2_session_mem_recv (self->session, data, n) < 0)
      break;
    if (self->hung)
      wait_for_end (self);
  }
  nghttp2_session_del (self->session);
}

/* --- connections ------------------------------------------------------------- */

/* Begins something that never ends. */
static void
serve_drops (Client * self, const gchar * begin, gsize size)
{
  GOutputStream *output = g_io_stream_get_output_stream (self->stream);
  GPollFD fd;

  g_output_stream_write_all (output, begin, size, NULL,
      self->server->cancellable, NULL);
  g_cancellable_make_pollfd (self->server->cancellable, &fd);
  while (g_output_stream_write_all (output, "", 1, NULL,
          self->server->cancellable, NULL))
    g_poll (&fd, 1, 100);
  g_cancellable_release_fd (self->server->cancellable);
}

/* Says something else than HTTP/2, and lets it be read. */
static void
serve_words (Client * self, const gchar * words)
{
  GInputStream *input = g_io_stream_get_input_stream (self->stream);
  guint8 data[4096];

  g_output_stream_write_all (g_io_stream_get_output_stream (self->stream),
      words, strlen (words), NULL, self->server->cancellable, NULL);
  while (g_input_stream_read (input, data, sizeof data,
          self->server->cancellable, NULL) > 0);
}

static void
serve (Client * self)
{
  switch (behaviour (self)) {
    case SERVER_CLOSES:
      break;
    case SERVER_SILENT:
      serve_words (self, "");
      break;
    case SERVER_HTTP1:
      serve_words (self, "HTTP/1.1 400 Bad Request\r\n\r\n");
      break;
    case SERVER_GARBAGE:
      serve_words (self, "\x01\x02\x03 something that is much longer than the "
          "header of a frame and not at all one \xff\xfe\xfd");
      break;
    case SERVER_DRIPS_TLS:
      serve_drops (self, "\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", 9);
      break;
    case SERVER_DRIPS:
      serve_drops (self, "\0\0\0\x04\0\0\0\0\0\0\x40\0\xfa\0\0\0\0\0", 18);
      break;
    default:
      serve_http2 (self);
      break;
  }
}

static GIOStream *
start_tls (RerunServer * self, GSocketConnection * socket)
{
  static const gchar *const protocols[] = { "h2", NULL };
  GError *error = NULL;
  GIOStream *tls = g_tls_server_connection_new (G_IO_STREAM (socket),
      self->options.certificate, &error);

  if (tls == NULL)
    g_error ("no TLS: %s", error->message);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  if (!g_tls_connection_handshake (G_TLS_CONNECTION (tls), self->cancellable,
          NULL))
    g_clear_object (&tls);
  return tls;
}

/* What misbehaves from the first byte on does so instead of TLS. */
static gboolean
speaks_tls (Client * self)
{
  ServerBehaviour now = behaviour (self);

  return self->server->options.certificate != NULL
      && (now == SERVER_GOOD || now > SERVER_DRIPS_TLS);
}

static void
serve_connection (RerunServer * self, GSocketConnection * socket)
{
  Client client = { self, socket, };

  client.stream = speaks_tls (&client) ? start_tls (self, socket) :
      g_object_ref (G_IO_STREAM (socket));
  if (client.stream == NULL)
    return;
  client.data = g_byte_array_new ();
  serve (&client);
  if (g_cancellable_is_cancelled (self->cancellable))
    reset_connection (&client);
  g_byte_array_unref (client.data);
  g_object_unref (client.stream);
}

static gpointer
server_thread (gpointer data)
{
  RerunServer *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->listener, self->cancellable, NULL))
      != NULL) {
    GSocketConnection *connection =
        g_socket_connection_factory_create_connection (socket);

    g_mutex_lock (&self->lock);
    self->connections++;
    g_cond_broadcast (&self->cond);
    g_mutex_unlock (&self->lock);
    serve_connection (self, connection);
    g_socket_close (socket, NULL);
    g_object_unref (connection);
    g_object_unref (socket);
  }
  return NULL;
}

static GSocket *
listen_on (guint * port)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  GInetAddress *loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  GSocketAddress *address = g_inet_socket_address_new (loopback, *port);
  GError *error = NULL;

  if (!g_socket_bind (socket, address, TRUE, &error)
      || !g_socket_listen (socket, &error))
    g_error ("%s", error->message);
  g_object_unref (address);
  g_object_unref (loopback);
  address = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_object_unref (address);
  return socket;
}

RerunServer *
rerun_server_new (const ServerOptions * options)
{
  RerunServer *self = g_new0 (RerunServer, 1);

  self->options = *options;
  self->behaviour = options->behaviour;
  self->port = options->port;
  self->listener = listen_on (&self->port);
  self->cancellable = g_cancellable_new ();
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify)
      g_bytes_unref);
  self->frames = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("server", server_thread, self);
  return self;
}

void
rerun_server_free (RerunServer * self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_socket_close (self->listener, NULL);
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->frames);
  g_ptr_array_unref (self->messages);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

guint
rerun_server_get_port (RerunServer * self)
{
  return self->port;
}

gchar *
rerun_server_get_uri (RerunServer * self)
{
  return g_strdup_printf ("%s://127.0.0.1:%u/proxy",
      self->options.certificate != NULL ? "rerun+https" : "rerun+http",
      self->port);
}

void
rerun_server_set_behaviour (RerunServer * self, ServerBehaviour behaviour)
{
  g_mutex_lock (&self->lock);
  self->behaviour = behaviour;
  g_mutex_unlock (&self->lock);
}

guint
rerun_server_get_connections (RerunServer * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->connections;
  g_mutex_unlock (&self->lock);
  return n;
}

guint
rerun_server_get_ended (RerunServer * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->ended;
  g_mutex_unlock (&self->lock);
  return n;
}

guint
rerun_server_wait_messages (RerunServer * self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->messages->len < n)
    g_cond_wait (&self->cond, &self->lock);
  n = self->messages->len;
  g_mutex_unlock (&self->lock);
  return n;
}

void
rerun_server_wait_connections (RerunServer * self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->connections < n)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
rerun_server_count_frames (RerunServer * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->frames->len;
  g_mutex_unlock (&self->lock);
  return n;
}

static GBytes *
get_message (RerunServer * self, GPtrArray * messages, guint i)
{
  GBytes *message;

  g_mutex_lock (&self->lock);
  g_assert (i < messages->len);
  message = g_bytes_ref (messages->pdata[i]);
  g_mutex_unlock (&self->lock);
  return message;
}

GBytes *
rerun_server_get_message (RerunServer * self, guint i)
{
  return get_message (self, self->messages, i);
}

GBytes *
rerun_server_get_frame (RerunServer * self, guint i)
{
  return get_message (self, self->frames, i);
}
