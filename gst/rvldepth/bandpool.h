/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* RVL encoding of one picture on several threads: the same bytes as on one. */

#pragma once

#include <glib.h>
#include "rvl/rvl.h"

typedef struct GstRvlBandPool GstRvlBandPool;

/* The caller of gst_rvl_band_pool_encode() is one of the threads; the others
 * live as long as the pool. */
GstRvlBandPool *gst_rvl_band_pool_new (guint n_threads);
void gst_rvl_band_pool_free (GstRvlBandPool * pool);
guint gst_rvl_band_pool_get_n_threads (GstRvlBandPool * pool);

/* As rvl_max_size() and rvl_encode(). One picture at a time. */
gsize gst_rvl_band_pool_max_size (GstRvlBandPool * pool, guint32 width,
    guint32 height);
gsize gst_rvl_band_pool_encode (GstRvlBandPool * pool, const guint16 * pixels,
    gsize stride, guint32 width, guint32 height, guint8 * stream);
