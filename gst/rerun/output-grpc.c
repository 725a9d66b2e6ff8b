/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The output that is a Rerun server or Viewer: rows as messages of a gRPC call. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/grpc-call.h"
#include "rerun/output-grpc.h"
#include "rerun/viewer.h"

/* Source: rerun's crates/store/re_protos, sdk_comms.proto. */
#define METHOD "/rerun.sdk_comms.v1alpha1.MessageProxyService/WriteMessages"

typedef struct
{
  RerunOutput parent;
  RerunUri *uri;
  const RrdStore *store;
  gboolean spawn;
  GMainContext *context;
  gulong cancel_id;
  RerunGrpcCall *call;
  guint64 before;               /* messages of the call that were not write()'s */
  guint64 confirmed;            /* messages, as far as it was told */
  ArrowBytes head;
} GrpcOutput;

static void
on_cancelled (GCancellable * cancellable, gpointer context)
{
  g_main_context_wakeup (context);
}

static gboolean
set_result_error (GError ** error, RrdResult result)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      rrd_result_text (result));
  return FALSE;
}

/* Called before anything else is done, and while a message has not wholly left: what has
 * arrived by then is in the queue of what was sent. */
static void
confirm (GrpcOutput * self)
{
  guint64 confirmed = rerun_grpc_call_get_confirmed (self->call);

  if (confirmed <= self->confirmed)
    return;
  self->confirmed = confirmed;
  rerun_output_confirm (&self->parent, confirmed - self->before);
}

/* A server may take its time for a message: what came before is confirmed meanwhile. */
static gboolean
send_message (GrpcOutput * self, const RrdSpan * spans, gsize n_spans,
    GError ** error)
{
  gboolean done = FALSE;

  rerun_grpc_call_begin_message (self->call, spans, n_spans);
  while (rerun_grpc_call_send (self->call, &done, error)) {
    if (done)
      return TRUE;
    confirm (self);
  }
  return FALSE;
}

static gboolean
send_store_info (GrpcOutput * self, GError ** error)
{
  RrdSpan span;

  if (!rrd_grpc_store_info (self->store, &self->head))
    return set_result_error (error, RRD_NO_MEMORY);
  span.data = self->head.data;
  span.size = self->head.size;
  self->before = self->confirmed = 1;
  return send_message (self, &span, 1, error);
}

static gboolean
grpc_close (RerunOutput * output, GError ** error)
{
  GrpcOutput *self = (GrpcOutput *) output;

  g_clear_pointer (&self->call, rerun_grpc_call_close);
  return TRUE;
}

/* Once: who closes the Viewer does not want it back. */
static void
spawn_viewer (GrpcOutput * self)
{
  GError *error = NULL;

  self->spawn = FALSE;
  if (rerun_viewer_spawn (self->uri, &error))
    rerun_output_tell (&self->parent, GST_MESSAGE_INFO, "started rerun, the "
        "Viewer, to listen at %s", self->uri->text);
  else
    rerun_output_tell (&self->parent, GST_MESSAGE_WARNING, "%s",
        error->message);
  g_clear_error (&error);
}

static gboolean
grpc_open (RerunOutput * output, GError ** error)
{
  GrpcOutput *self = (GrpcOutput *) output;
  GError *why = NULL;

  self->call = rerun_grpc_call_open (self->uri, METHOD, self->context,
      output->cancellable, &why);
  if (self->call == NULL) {
    if (self->spawn
        && g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
      spawn_viewer (self);
    g_propagate_error (error, why);
    return FALSE;
  }
  if (send_store_info (self, error))
    return TRUE;
  grpc_close (output, NULL);
  return FALSE;
}

static gboolean
grpc_write (RerunOutput * output, RerunRow * row, gboolean * kept,
    GError ** error)
{
  GrpcOutput *self = (GrpcOutput *) output;
  RrdResult result;
  const RrdChunk *chunk = rerun_row_get_chunk (row, &result);
  RrdSpan *spans;

  confirm (self);
  if (chunk == NULL)
    return set_result_error (error, result);
  if (!rrd_grpc_head (self->store, chunk, &self->head))
    return set_result_error (error, RRD_NO_MEMORY);
  spans = g_newa (RrdSpan, chunk->n_spans + 1);
  spans[0].data = self->head.data;
  spans[0].size = self->head.size;
  for (gsize i = 0; i < chunk->n_spans; i++)
    spans[i + 1] = chunk->spans[i];
  if (!send_message (self, spans, chunk->n_spans + 1, error))
    return FALSE;
  rerun_output_count_bytes (output, self->head.size + chunk->size);
  return TRUE;
}

static gboolean
grpc_wait (RerunOutput * output, GError ** error)
{
  GrpcOutput *self = (GrpcOutput *) output;

  confirm (self);
  return rerun_grpc_call_wait (self->call, error);
}

static void
grpc_wake (RerunOutput * output)
{
  g_main_context_wakeup (((GrpcOutput *) output)->context);
}

/* With the reply, the server has taken everything. */
static gboolean
grpc_finish (RerunOutput * output, gboolean last, GError ** error)
{
  GrpcOutput *self = (GrpcOutput *) output;

  confirm (self);
  return !last || rerun_grpc_call_end (self->call, error);
}

static void
grpc_free (RerunOutput * output)
{
  GrpcOutput *self = (GrpcOutput *) output;

  g_cancellable_disconnect (output->cancellable, self->cancel_id);
  g_main_context_unref (self->context);
  arrow_bytes_clear (&self->head);
  rerun_uri_free (self->uri);
}

static const RerunOutputClass grpc_class = {
  .live = TRUE,
  .open = grpc_open,
  .write = grpc_write,
  .wait = grpc_wait,
  .wake = grpc_wake,
  .finish = grpc_finish,
  .close = grpc_close,
  .free = grpc_free,
};

RerunOutput *
rerun_grpc_output_new (RerunUri * uri, const RrdStore * store, gboolean spawn,
    const RerunQueueSettings * settings)
{
  GrpcOutput *self = g_new0 (GrpcOutput, 1);

  self->uri = uri;
  self->store = store;
  self->spawn = spawn;
  self->context = g_main_context_new ();
  rerun_output_init (&self->parent, &grpc_class, g_strdup (uri->text),
      settings);
  self->cancel_id = g_cancellable_connect (self->parent.cancellable,
      G_CALLBACK (on_cancelled), self->context, NULL);
  return &self->parent;
}
