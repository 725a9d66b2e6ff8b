/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What nghttp2 wants to be sent, collected for one call into the socket. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/grpc-staging.h"

#include <string.h>

void
rerun_grpc_staging_add (RerunGrpcStaging * self, gconstpointer data, gsize size)
{
  self->vectors[self->n].buffer = data;
  self->vectors[self->n++].size = size;
}

gboolean
rerun_grpc_staging_add_copy (RerunGrpcStaging * self, gconstpointer data,
    gsize size, gsize n_more)
{
  guint8 *to = self->control + self->used;

  if (self->n + 1 + n_more > RERUN_GRPC_MAX_VECTORS
      || size > RERUN_GRPC_CONTROL_SIZE - self->used)
    return FALSE;
  memcpy (to, data, size);
  self->used += size;
  rerun_grpc_staging_add (self, to, size);
  return TRUE;
}

void
rerun_grpc_staging_advance (RerunGrpcStaging * self, gsize n)
{
  RerunVectors left = { self->vectors + self->first, self->n - self->first };

  rerun_vectors_advance (&left, n);
  self->first = self->n - left.n;
  if (left.n == 0)
    self->first = self->n = self->used = 0;
}
