/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* depthcolormap in a harness, and what it makes of samples. Samples are in the
 * host's byte order, without padding. */

#include "depthbuffers.h"

#define SIDE 128                /* of a scene */

typedef struct
{
  const gchar *name;
  guint size, red, green, blue;
  gint alpha;                   /* -1: none, -2: a byte that says nothing */
  guint unused;
} Format;

#define N_FORMATS 6
extern const Format formats[N_FORMATS];

/* What the element of the harness has posted. */
extern GstBus *bus;

/* The same random numbers in every run. */
void setup (void);

GstHarness *harness_new (guint width, guint height, const gchar * format,
    const gchar * in_fields);
void harness_free (GstHarness * h);

/* The frame @number of 30 a second. */
GstBuffer *depth_new (const guint16 * samples, guint width, guint height,
    guint number);

/* A wall and a floor with a camera's noise; @seed: of the noise. */
void draw_scene (guint16 * samples, guint near, guint far, guint32 seed);

/* The picture of a frame. */
GstBuffer *colour_scene (GstHarness * h, const guint16 * samples, guint width,
    guint height, guint number);

/* The colours of one row of samples. */
void colour_row (GstHarness * h, const guint16 * samples, guint width,
    const Format * format, guint32 * colours);

/* 0xAARRGGBB; 0xff where there is no alpha. */
guint32 pixel_of (const guint8 * pixel, const Format * format);

/* The colour at @t, 0 to 1, of a map. */
guint32 expected (guint map, gboolean invert, gdouble t);

/* By how much two colours differ in the component that differs most. */
gint difference (guint32 a, guint32 b);
