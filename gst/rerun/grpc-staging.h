/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/vectors.h"

G_BEGIN_DECLS

/* Of one piece of a DATA frame: its header, and spans of the message. */
#define RERUN_GRPC_MAX_VECTORS 256
#define RERUN_GRPC_CONTROL_SIZE 16384

/* Bytes on their way into the socket: control frames and headers of DATA frames
 * copied, messages referenced. All zero is an empty one. */
typedef struct
{
  GOutputVector vectors[RERUN_GRPC_MAX_VECTORS];
  guint first, n;
  guint8 control[RERUN_GRPC_CONTROL_SIZE];
  gsize used;
} RerunGrpcStaging;

/* Whether nothing is on its way. */
static inline gboolean
rerun_grpc_staging_is_empty (const RerunGrpcStaging * self)
{
  return self->n == 0;
}

/* Adds bytes that stay where they are until they have left. */
void rerun_grpc_staging_add (RerunGrpcStaging * self, gconstpointer data,
    gsize size);

/* Returns: %FALSE if there is no room for a copy of @size bytes and @n_more vectors */
gboolean rerun_grpc_staging_add_copy (RerunGrpcStaging * self,
    gconstpointer data, gsize size, gsize n_more);

/* Leaves out the first @n bytes, which have left. */
void rerun_grpc_staging_advance (RerunGrpcStaging * self, gsize n);

G_END_DECLS
