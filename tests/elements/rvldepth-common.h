/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The encoder or the decoder in a harness. The codecs have their own tests; here
 * they judge what comes out, and make what goes in. */

#include "depthbuffers.h"

typedef enum
{ RVL, PNG } Kind;

extern const gchar *const media_types[];        /* of a Kind */

/* What the element of the harness has posted. */
extern GstBus *bus;

GstHarness *harness_new (const gchar * launch, const gchar * sink_caps);

/* Downstream takes any caps; @src_caps: NULL is none yet. */
GstHarness *decoder_new (const gchar * launch, const gchar * src_caps);

void harness_free (GstHarness * h);

/* A flush, with @frame pushed while it lasts. */
void flush_at (GstHarness * h, GstBuffer * frame);

/* The frame @number of 30 a second. */
GstBuffer *encoded_new (Kind kind, const guint16 * samples, guint width,
    guint height, guint number);
void assert_encoded (GstBuffer * buffer, Kind kind, const guint16 * samples,
    guint width, guint height);

/* @in is pushed, and comes out as these samples. */
void assert_decoded (GstHarness * h, GstBuffer * in, const guint16 * samples);

/* The next frame that has come out has these samples. */
void assert_pulled (GstHarness * h, const guint16 * samples);
