/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Rerun's Viewer and server on this machine. */
#define RERUN_DEFAULT_URI "rerun+http://127.0.0.1:9876/proxy"

typedef struct
{
  gchar *host;                  /* without brackets */
  guint16 port;
  gboolean tls;
  gchar *text;                  /* scheme://host:port/proxy */
} RerunUri;

/* The schemes, ending with NULL. */
extern const gchar *const rerun_uri_schemes[];

/* Returns: NULL with %GST_URI_ERROR_BAD_URI that says what is allowed */
RerunUri *rerun_uri_parse (const gchar * text, GError ** error);
void rerun_uri_free (RerunUri * uri);

/* host:port, with brackets where they are needed */
gchar *rerun_uri_authority (const RerunUri * uri);

/* Whether the host is this machine. */
gboolean rerun_uri_is_local (const RerunUri * uri);

G_END_DECLS
