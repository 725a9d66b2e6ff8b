/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties that keep what they are given, for the element to refuse by name.
 * GObject's own would bend a wrong value silently into a right one, or warn the
 * application on its standard error. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A double; @least, @most: what it may be, for documentation. */
GParamSpec *gst_depth_param_double (const gchar * name, const gchar * nick,
    const gchar * blurb, gdouble least, gdouble most, gdouble value,
    GParamFlags flags);

/* A GstValueArray of numbers, of which any kind counts: gst-launch-1.0 writes
 * doubles, bindings whole numbers as integers. */
GParamSpec *gst_depth_param_numbers (const gchar * name, const gchar * nick,
    const gchar * blurb, GParamFlags flags);

G_END_DECLS
