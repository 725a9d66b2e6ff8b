/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the URI of a Rerun server. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gio/gio.h>
#include "rerun/uri.h"

/* Source: rerun's crates/store/re_uri, scheme.rs and origin.rs. */
#define LOCAL_PORT 9876

const gchar *const rerun_uri_schemes[] = {
  "rerun", "rerun+http", "rerun+https", NULL
};

static gboolean
host_is_local (const gchar * host)
{
  GInetAddress *address = g_inet_address_new_from_string (host);
  gboolean local = g_strcmp0 (host, "localhost") == 0;

  if (address != NULL) {
    local = g_inet_address_get_is_loopback (address);
    g_object_unref (address);
  }
  return local;
}

gboolean
rerun_uri_is_local (const RerunUri * uri)
{
  return host_is_local (uri->host);
}

gchar *
rerun_uri_authority (const RerunUri * uri)
{
  return g_strdup_printf (strchr (uri->host, ':') != NULL ? "[%s]:%u" :
      "%s:%u", uri->host, uri->port);
}

static guint16
default_port (const gchar * host, gboolean tls)
{
  if (host_is_local (host))
    return LOCAL_PORT;
  return tls ? 443 : 80;
}

static gboolean
uri_is_proxy (GUri * uri)
{
  const gchar *host = g_uri_get_host (uri);

  return host != NULL && *host != '\0' && g_uri_get_port (uri) != 0
      && g_strv_contains (rerun_uri_schemes, g_uri_get_scheme (uri))
      && (g_str_equal (g_uri_get_path (uri), "/proxy")
      || g_str_equal (g_uri_get_path (uri), "/proxy/"));
}

static RerunUri *
uri_from_parts (GUri * parts)
{
  RerunUri *uri = g_new0 (RerunUri, 1);
  const gchar *scheme = g_uri_get_scheme (parts);
  gchar *authority;

  uri->host = g_strdup (g_uri_get_host (parts));
  uri->tls = !g_str_equal (scheme, "rerun+http");
  uri->port = g_uri_get_port (parts) > 0 ? g_uri_get_port (parts) :
      default_port (uri->host, uri->tls);
  authority = rerun_uri_authority (uri);
  uri->text = g_strdup_printf ("%s://%s/proxy", scheme, authority);
  g_free (authority);
  return uri;
}

RerunUri *
rerun_uri_parse (const gchar * text, GError ** error)
{
  GUri *parts = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  RerunUri *uri = NULL;

  if (parts != NULL && uri_is_proxy (parts))
    uri = uri_from_parts (parts);
  else
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "uri is \"%s\"; allowed is rerun+http://HOST:PORT/proxy, or "
        "rerun+https or rerun for TLS", text);
  g_clear_pointer (&parts, g_uri_unref);
  return uri;
}

void
rerun_uri_free (RerunUri * uri)
{
  g_free (uri->host);
  g_free (uri->text);
  g_free (uri);
}
