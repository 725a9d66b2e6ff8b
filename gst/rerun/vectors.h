/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Several pieces of memory that are written in a row. */
typedef struct
{
  GOutputVector *next;          /* the first that is not written whole */
  gsize n;                      /* how many there are from there on */
} RerunVectors;

/* Leaves out the first @size bytes, which were written. */
static inline void
rerun_vectors_advance (RerunVectors * self, gsize size)
{
  while (self->n > 0 && size >= self->next->size) {
    size -= self->next->size;
    self->next++;
    self->n--;
  }
  if (self->n > 0) {
    self->next->buffer = (const guint8 *) self->next->buffer + size;
    self->next->size -= size;
  }
}

G_END_DECLS
