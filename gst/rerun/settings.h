/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/stream.h"
#include "rerun/uri.h"

G_BEGIN_DECLS

/* The properties of rerunsink, but for those of gst_depth_rule. */
typedef struct
{
  gchar *location;
  gchar *uri;
  gboolean spawn_viewer;
  gchar *application_id;
  gchar *recording_id;
  gchar *entity_path;
  gint compression;             /* RrdCompression */
  guint64 max_queue_bytes;
  gint leaky;                   /* RerunLeaky */
  guint64 drain_timeout;
  GValue pinhole;               /* GstValueArray of doubles */
  RerunStreamOptions stream;
} RerunSettings;

void rerun_settings_init (RerunSettings * self);
void rerun_settings_clear (RerunSettings * self);

/* Properties with the ids from @first on. Returns: the id after the last. */
guint rerun_settings_install (GObjectClass * klass, guint first);

/* The ids count from 0 here. Guarded by the caller. */
void rerun_settings_set (RerunSettings * self, guint id, const GValue * value);
void rerun_settings_get (const RerunSettings * self, guint id, GValue * value);

/* Returns: (nullable): what cannot be, as a sentence that names the property,
 * its value and what is allowed */
gchar *rerun_settings_problem (const RerunSettings * self);

/* The id to use, from the property or the program's name. */
gchar *rerun_settings_application_id (const RerunSettings * self);

/* Where to stream to: NULL if only a file was asked for. */
RerunUri *rerun_settings_uri (const RerunSettings * self);

/* Returns: %TRUE if intrinsics were set */
gboolean rerun_settings_pinhole (const RerunSettings * self,
    GstPinholeInfo * info);

G_END_DECLS
