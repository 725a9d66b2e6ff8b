/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One streaming call: what nghttp2 is told and asked, and when a silent server is
 * gone. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>
#include <nghttp2/nghttp2.h>

#include "rerun/grpc-call.h"
#include "rerun/grpc-connection.h"
#include "rerun/grpc-staging.h"

/* To connect, for TLS, for the first words of the server, and until it has taken the
 * first message, in all; then for each message until the server has shown that it takes
 * more than the first. After that, it may be as slow as it likes. */
#define OPEN_TIMEOUT (8 * G_TIME_SPAN_SECOND)
/* A ping tells that what was sent before it has arrived, and that the server is
 * there: soon where something is not confirmed, else now and then. */
#define PING_SOON (100 * G_TIME_SPAN_MILLISECOND)
#define PING_IDLE (3 * G_TIME_SPAN_SECOND)
/* A server that does not answer a ping that long, and takes nothing of what was sent
 * before it, is gone. */
#define PING_TIMEOUT (5 * G_TIME_SPAN_SECOND)

#define FRAME_HEADER_SIZE 9
/* How long a server that says goodbye has for its reply. */
#define GOODBYE_TIMEOUT (500 * G_TIME_SPAN_MILLISECOND)

GST_DEBUG_CATEGORY_STATIC (rerun_grpc_debug);
#define GST_CAT_DEFAULT rerun_grpc_debug

struct _RerunGrpcCall
{
  RerunGrpcConnection *connection;
  GCancellable *cancellable;
  nghttp2_session *session;
  gint32 stream;
  RerunGrpcStaging staging;

  /* the message that is being sent */
  const RrdSpan *spans;
  gsize n_spans;
  gsize size, offset;
  gboolean ending;

  guint64 sent, pinged, confirmed;      /* messages */
  guint64 ping;                 /* number of the last one, its payload */
  gint64 open_until;            /* monotonic time, as the next two */
  gint64 last_ping;
  gint64 last_taken;
  gboolean ping_out;

  /* what the server said */
  gboolean greeted;
  gboolean goodbye;             /* it takes no new calls, but this one to its end */
  gboolean ended;
  gint http_status;
  gint grpc_status;             /* -1: none */
  gchar *grpc_message;
  gchar *complaint;             /* nghttp2's, about what the server sent */
  GError *failure;
};

/* What a server says, for people and for GStreamer, whatever bytes it sent. */
static gchar *
text_of_server (gconstpointer data, gsize size)
{
  return data != NULL ? g_utf8_make_valid (data, size) : g_strdup ("");
}

static ssize_t
on_send (nghttp2_session * session, const uint8_t * data, size_t length,
    int flags, void *user)
{
  RerunGrpcCall *self = user;

  return rerun_grpc_staging_add_copy (&self->staging, data, length, 0) ?
      (ssize_t) length : NGHTTP2_ERR_WOULDBLOCK;
}

/* Adds @size bytes of the message to what is staged. */
static void
stage_message (RerunGrpcCall * self, gsize size)
{
  gsize skip = self->offset;

  self->offset += size;
  for (gsize i = 0; size > 0; i++) {
    const RrdSpan *span = &self->spans[i];
    gsize n;

    if (skip >= span->size) {
      skip -= span->size;
      continue;
    }
    n = MIN (size, span->size - skip);
    rerun_grpc_staging_add (&self->staging, (const guint8 *) span->data + skip,
        n);
    size -= n;
    skip = 0;
  }
}

static int
on_send_data (nghttp2_session * session, nghttp2_frame * frame,
    const uint8_t * header, size_t length, nghttp2_data_source * source,
    void *user)
{
  RerunGrpcCall *self = user;

  if (!rerun_grpc_staging_add_copy (&self->staging, header, FRAME_HEADER_SIZE,
          self->n_spans))
    return NGHTTP2_ERR_WOULDBLOCK;
  stage_message (self, length);
  return 0;
}

static ssize_t
on_read_data (nghttp2_session * session, int32_t stream, uint8_t * data,
    size_t length, uint32_t * flags, nghttp2_data_source * source, void *user)
{
  RerunGrpcCall *self = user;

  if (self->offset < self->size) {
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    return MIN (length, self->size - self->offset);
  }
  if (!self->ending)
    return NGHTTP2_ERR_DEFERRED;
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  return 0;
}

static void
G_GNUC_PRINTF (2, 3)
call_fail (RerunGrpcCall * self, const gchar * format, ...)
{
  va_list arguments;

  if (self->failure != NULL)
    return;
  va_start (arguments, format);
  self->failure = g_error_new_valist (G_IO_ERROR, G_IO_ERROR_FAILED, format,
      arguments);
  va_end (arguments);
}

/* An orderly goodbye (RFC 9113, 6.8) lets calls that it has taken go on to their end.
 * gRPC servers send it without debug data: that is NULL. */
static void
on_goaway (RerunGrpcCall * self, const nghttp2_goaway * goaway)
{
  gchar *text;

  if (self->ending)
    return;
  if (goaway->error_code == NGHTTP2_NO_ERROR
      && goaway->last_stream_id >= self->stream) {
    self->goodbye = TRUE;
    return;
  }
  text = text_of_server (goaway->opaque_data, goaway->opaque_data_len);
  call_fail (self, "the server is going away (%s%s%s)",
      nghttp2_http2_strerror (goaway->error_code), *text != '\0' ? ": " : "",
      text);
  g_free (text);
}

static void
on_ping_answer (RerunGrpcCall * self, const nghttp2_ping * ping)
{
  if (!self->ping_out
      || memcmp (ping->opaque_data, &self->ping, sizeof self->ping) != 0) {
    GST_DEBUG ("the server answers a ping that was not sent");
    return;
  }
  self->ping_out = FALSE;
  self->confirmed = self->pinged;
  GST_LOG ("%" G_GUINT64_FORMAT " messages have arrived", self->confirmed);
}

static int
on_frame (nghttp2_session * session, const nghttp2_frame * frame, void *user)
{
  RerunGrpcCall *self = user;

  /* the end of the reply is the end of the call, whatever we still have to say */
  if (frame->hd.stream_id == self->stream
      && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
    self->ended = TRUE;
  switch (frame->hd.type) {
    case NGHTTP2_SETTINGS:
      self->greeted = TRUE;
      break;
    case NGHTTP2_PING:
      if (frame->hd.flags & NGHTTP2_FLAG_ACK)
        on_ping_answer (self, &frame->ping);
      break;
    case NGHTTP2_WINDOW_UPDATE:
      self->last_taken = g_get_monotonic_time ();
      break;
    case NGHTTP2_GOAWAY:
      on_goaway (self, &frame->goaway);
      break;
  }
  return 0;
}

/* Returns: -1 for what is no number of a status */
static gint
read_status (const uint8_t * value)
{
  guint64 number;

  return g_ascii_string_to_unsigned ((const char *) value, 10, 0, 999, &number,
      NULL) ? (gint) number : -1;
}

static int
on_header (nghttp2_session * session, const nghttp2_frame * frame,
    const uint8_t * name, size_t name_length, const uint8_t * value,
    size_t value_length, uint8_t flags, void *user)
{
  RerunGrpcCall *self = user;

  if (frame->hd.stream_id != self->stream)
    return 0;
  /* both end with a zero */
  if (g_str_equal (name, ":status")) {
    self->http_status = read_status (value);
  } else if (g_str_equal (name, "grpc-status")) {
    self->grpc_status = read_status (value);
  } else if (g_str_equal (name, "grpc-message")) {
    gchar *text = g_uri_unescape_string ((const char *) value, NULL);

    g_free (self->grpc_message);
    self->grpc_message = text_of_server (text != NULL ? text :
        (const char *) value, -1);
    g_free (text);
  }
  return 0;
}

static int
on_stream_close (nghttp2_session * session, int32_t stream, uint32_t code,
    void *user)
{
  RerunGrpcCall *self = user;

  if (stream != self->stream)
    return 0;
  self->ended = TRUE;
  if (code != NGHTTP2_NO_ERROR)
    call_fail (self, "the server reset the call (%s)",
        nghttp2_http2_strerror (code));
  return 0;
}

static int
on_complaint (nghttp2_session * session, int code, const char *text,
    size_t length, void *user)
{
  RerunGrpcCall *self = user;

  g_free (self->complaint);
  self->complaint = text_of_server (text, length);
  return 0;
}

static const gchar *
grpc_status_name (gint status)
{
  static const gchar *const names[] = {
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"
  };

  return status < (gint) G_N_ELEMENTS (names) ? names[status] : "no known one";
}

/* The reply, as an error if it is none. */
static void
call_judge_reply (RerunGrpcCall * self)
{
  const gchar *text = self->grpc_message;

  if (self->http_status != 200)
    call_fail (self, "the server answers with HTTP status %d, not as a Rerun "
        "server", self->http_status);
  else if (self->grpc_status > 0)
    call_fail (self, "the server refuses: gRPC status %d, %s%s%s",
        self->grpc_status, grpc_status_name (self->grpc_status),
        text != NULL && *text != '\0' ? ": " : "", text != NULL ? text : "");
  else if (self->grpc_status < 0 || !self->ending)
    call_fail (self, "the server ended the call");
}

static gboolean
call_flush (RerunGrpcCall * self, gboolean * moved, GError ** error)
{
  RerunGrpcStaging *staging = &self->staging;

  while (!rerun_grpc_staging_is_empty (staging)) {
    gssize n = rerun_grpc_connection_send (self->connection,
        staging->vectors + staging->first, staging->n - staging->first, error);

    if (n <= 0)
      return n == 0;
    *moved = TRUE;
    rerun_grpc_staging_advance (staging, n);
  }
  return TRUE;
}

static void
call_fail_session (RerunGrpcCall * self, gint code)
{
  call_fail (self, "the server does not speak HTTP/2: %s",
      self->complaint != NULL ? self->complaint : nghttp2_strerror (code));
}

/* Sends until there is no more or no room in the socket. */
static gboolean
call_transmit (RerunGrpcCall * self, gboolean * moved, GError ** error)
{
  do {
    gint code = nghttp2_session_send (self->session);

    if (code != 0)
      call_fail_session (self, code);
    if (rerun_grpc_staging_is_empty (&self->staging))
      return TRUE;
    if (!call_flush (self, moved, error))
      return FALSE;
  } while (rerun_grpc_staging_is_empty (&self->staging));
  return TRUE;
}

static gboolean
call_receive (RerunGrpcCall * self, gboolean * moved, GError ** error)
{
  guint8 data[16384];
  gssize n = rerun_grpc_connection_receive (self->connection, data, sizeof data,
      error);
  gssize code;

  if (n <= 0)
    return n == 0;
  *moved = TRUE;
  code = nghttp2_session_mem_recv (self->session, data, n);
  if (code < 0)
    call_fail_session (self, code);
  return TRUE;
}

/* When the next ping is due. */
static gint64
call_next_ping (RerunGrpcCall * self)
{
  return self->last_ping + (self->sent > self->confirmed ? PING_SOON :
      PING_IDLE);
}

/* When an open ping becomes the end. Only room in a window counts beside its answer: on
 * a slow link, a ping waits behind data that the server is taking. */
static gint64
call_ping_deadline (RerunGrpcCall * self)
{
  return MAX (self->last_ping, self->last_taken) + PING_TIMEOUT;
}

static gboolean
call_is_opening (RerunGrpcCall * self)
{
  return self->confirmed <= 1;
}

/* When to look again, though nothing happens. */
static gint64
call_next_look (RerunGrpcCall * self)
{
  gint64 at = self->ping_out ? call_ping_deadline (self) :
      call_next_ping (self);

  return call_is_opening (self) ? MIN (at, self->open_until) : at;
}

static void
call_ping (RerunGrpcCall * self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->ping_out || now < call_next_ping (self))
    return;
  self->ping++;
  nghttp2_submit_ping (self->session, NGHTTP2_FLAG_NONE,
      (const uint8_t *) &self->ping);
  self->ping_out = TRUE;
  self->pinged = self->sent;
  self->last_ping = now;
}

static void
call_check_time (RerunGrpcCall * self)
{
  gint64 now = g_get_monotonic_time ();

  if (call_is_opening (self) && now > self->open_until)
    call_fail (self, self->greeted ? "the server takes connections, but has "
        "taken no data for %d s" : "the server takes connections, but has "
        "said nothing for %d s", (gint) (OPEN_TIMEOUT / G_TIME_SPAN_SECOND));
  else if (self->ping_out && now > call_ping_deadline (self))
    call_fail (self, "the server has not answered for %d s",
        (gint) (PING_TIMEOUT / G_TIME_SPAN_SECOND));
}

static gboolean
call_check (RerunGrpcCall * self, GError ** error)
{
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  call_check_time (self);
  if (self->failure == NULL && self->ended)
    call_judge_reply (self);
  /* nghttp2 says goodbye by itself to those who break the rules */
  if (self->failure == NULL && !self->ended
      && !nghttp2_session_want_read (self->session))
    call_fail_session (self, NGHTTP2_ERR_PROTO);
  if (self->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->failure));
  return FALSE;
}

static gboolean
call_move (RerunGrpcCall * self, gboolean * moved, GError ** error)
{
  if (call_transmit (self, moved, error))
    return call_receive (self, moved, error);
  call_receive (self, moved, NULL);     /* the server may have said why */
  return FALSE;
}

/* Sends and receives what is possible; where nothing is, waits, @until at most. */
static gboolean
call_turn (RerunGrpcCall * self, gint64 until, GError ** error)
{
  gboolean moved = FALSE;

  call_ping (self);
  if (!call_move (self, &moved, error)) {
    /* its words say more than a broken pipe */
    if (self->failure != NULL || self->ended) {
      g_clear_error (error);
      return call_check (self, error);
    }
    return FALSE;
  }
  if (!moved)
    rerun_grpc_connection_wait (self->connection,
        !rerun_grpc_staging_is_empty (&self->staging),
        MIN (until, call_next_look (self)));
  return call_check (self, error);
}

static nghttp2_session *
session_new (RerunGrpcCall * self)
{
  nghttp2_session_callbacks *callbacks;
  nghttp2_session *session;

  nghttp2_session_callbacks_new (&callbacks);
  nghttp2_session_callbacks_set_send_callback (callbacks, on_send);
  nghttp2_session_callbacks_set_send_data_callback (callbacks, on_send_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback (callbacks, on_frame);
  nghttp2_session_callbacks_set_on_header_callback (callbacks, on_header);
  nghttp2_session_callbacks_set_on_stream_close_callback (callbacks,
      on_stream_close);
  nghttp2_session_callbacks_set_error_callback2 (callbacks, on_complaint);
  nghttp2_session_client_new (&session, callbacks, self);
  nghttp2_session_callbacks_del (callbacks);
  return session;
}

static nghttp2_nv
header (const gchar * name, const gchar * value)
{
  nghttp2_nv pair = {
    (uint8_t *) name, (uint8_t *) value, strlen (name), strlen (value),
    NGHTTP2_NV_FLAG_NONE
  };

  return pair;
}

static void
call_submit (RerunGrpcCall * self, const RerunUri * uri, const gchar * path)
{
  gchar *authority = rerun_uri_authority (uri);
  nghttp2_nv headers[] = {
    header (":method", "POST"),
    header (":scheme", uri->tls ? "https" : "http"),
    header (":authority", authority),
    header (":path", path),
    header ("content-type", "application/grpc"),
    header ("te", "trailers"),
    header ("user-agent", PACKAGE "/" VERSION),
  };
  nghttp2_settings_entry no_push = { NGHTTP2_SETTINGS_ENABLE_PUSH, 0 };
  nghttp2_data_provider provider = {.read_callback = on_read_data };

  nghttp2_submit_settings (self->session, NGHTTP2_FLAG_NONE, &no_push, 1);
  self->stream = nghttp2_submit_request (self->session, NULL, headers,
      G_N_ELEMENTS (headers), &provider, NULL);
  g_free (authority);
}

static gboolean
call_greet (RerunGrpcCall * self, GError ** error)
{
  while (!self->greeted) {
    if (!call_turn (self, G_MAXINT64, error))
      return FALSE;
  }
  return TRUE;
}

static void
init_debug (void)
{
  static gsize once;

  if (!g_once_init_enter (&once))
    return;
  GST_DEBUG_CATEGORY_INIT (rerun_grpc_debug, "rerungrpc", 0,
      "rerunsink's calls to Rerun servers");
  g_once_init_leave (&once, 1);
}

RerunGrpcCall *
rerun_grpc_call_open (const RerunUri * uri, const gchar * path,
    GMainContext * context, GCancellable * cancellable, GError ** error)
{
  gint64 open_until = g_get_monotonic_time () + OPEN_TIMEOUT;
  RerunGrpcConnection *connection;
  RerunGrpcCall *self;

  init_debug ();
  connection = rerun_grpc_connection_open (uri, context, open_until,
      cancellable, error);
  if (connection == NULL)
    return NULL;
  GST_DEBUG ("connected to %s", uri->text);
  self = g_new0 (RerunGrpcCall, 1);
  self->connection = connection;
  self->cancellable = g_object_ref (cancellable);
  self->grpc_status = -1;
  self->open_until = open_until;
  self->last_ping = g_get_monotonic_time ();
  self->session = session_new (self);
  call_submit (self, uri, path);
  if (call_greet (self, error))
    return self;
  rerun_grpc_call_close (self);
  return NULL;
}

/* Ends the call between two messages: the reply says that all have arrived. Then the
 * server is gone; who called learns that with the next call. */
static void
call_say_goodbye (RerunGrpcCall * self)
{
  gint64 until = g_get_monotonic_time () + GOODBYE_TIMEOUT;

  GST_DEBUG ("the server says goodbye after %" G_GUINT64_FORMAT " messages",
      self->sent);
  self->goodbye = FALSE;
  self->ending = TRUE;
  nghttp2_session_resume_data (self->session, self->stream);
  while (!self->ended && g_get_monotonic_time () < until
      && call_turn (self, until, NULL));
  if (self->ended && self->grpc_status == 0)
    self->confirmed = self->sent;
  call_fail (self, "the server says goodbye");
}

void
rerun_grpc_call_begin_message (RerunGrpcCall * self, const RrdSpan * spans,
    gsize n_spans)
{
  self->spans = spans;
  self->n_spans = n_spans;
  self->offset = self->size = 0;
  if (self->sent > 0)
    self->open_until = g_get_monotonic_time () + OPEN_TIMEOUT;
  for (gsize i = 0; i < n_spans; i++)
    self->size += spans[i].size;
  nghttp2_session_resume_data (self->session, self->stream);
}

gboolean
rerun_grpc_call_send (RerunGrpcCall * self, gboolean * done, GError ** error)
{
  if (!call_turn (self, G_MAXINT64, error))
    return FALSE;
  *done = self->offset == self->size
      && rerun_grpc_staging_is_empty (&self->staging);
  if (!*done)
    return TRUE;
  self->sent++;
  self->open_until = G_MAXINT64;
  if (self->goodbye)
    call_say_goodbye (self);
  return TRUE;
}

gboolean
rerun_grpc_call_wait (RerunGrpcCall * self, GError ** error)
{
  if (!call_turn (self, G_MAXINT64, error))
    return FALSE;
  if (self->goodbye)
    call_say_goodbye (self);
  return TRUE;
}

guint64
rerun_grpc_call_get_confirmed (RerunGrpcCall * self)
{
  return self->confirmed;
}

gboolean
rerun_grpc_call_end (RerunGrpcCall * self, GError ** error)
{
  self->ending = TRUE;
  nghttp2_session_resume_data (self->session, self->stream);
  while (!self->ended) {
    if (!call_turn (self, G_MAXINT64, error))
      return FALSE;
  }
  return TRUE;
}

void
rerun_grpc_call_close (RerunGrpcCall * self)
{
  nghttp2_session_del (self->session);
  rerun_grpc_connection_close (self->connection);
  g_object_unref (self->cancellable);
  g_clear_error (&self->failure);
  g_free (self->grpc_message);
  g_free (self->complaint);
  g_free (self);
}
