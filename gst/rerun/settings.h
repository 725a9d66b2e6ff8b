/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/depthmeta.h"
#include "rerun/output.h"
#include "rerun/times.h"
#include "rerun/uri.h"

G_BEGIN_DECLS

/* Optional fields, logged where they are not these values. */
#define RERUN_NO_COLORMAP 0
#define RERUN_NO_POINT_FILL_RATIO -1.0
#define RERUN_NO_OPACITY -1.0
#define RERUN_NO_DRAW_ORDER -INFINITY
#define RERUN_NO_MAGNIFICATION_FILTER 0

/* What 16-bit grey is. */
typedef enum
{
  RERUN_ARCHETYPE_AUTO,         /* depth */
  RERUN_ARCHETYPE_DEPTH,
  RERUN_ARCHETYPE_IMAGE,
} RerunArchetype;

typedef enum
{
  RERUN_LEVEL_CRITICAL,
  RERUN_LEVEL_ERROR,
  RERUN_LEVEL_WARN,
  RERUN_LEVEL_INFO,
  RERUN_LEVEL_DEBUG,
  RERUN_LEVEL_TRACE,
} RerunLevel;

/* The properties of rerunsink, but for those of GstDepthStream. The element's own are
 * guarded by its object lock; a run has a copy that does not change. */
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
  guint timelines;              /* flags */
  gint archetype;               /* RerunArchetype */
  GValue pinhole;               /* GstValueArray of numbers */
  gint colormap;                /* Rerun's number, 1 to 9 */
  gdouble point_fill_ratio;
  GValue translation;           /* GstValueArray of numbers */
  GValue rotation;              /* likewise */
  gdouble opacity;
  gdouble draw_order;
  gint level;                   /* RerunLevel */
  gboolean log_drops;
  gint magnification_filter;    /* Rerun's number */
} RerunSettings;

/* After rerun_settings_install(). */
void rerun_settings_init (RerunSettings * self);
void rerun_settings_clear (RerunSettings * self);

/* @to is not initialised. */
void rerun_settings_copy (RerunSettings * to, const RerunSettings * from);

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

/* The entity path in the form that is stored. */
gchar *rerun_settings_entity_path (const RerunSettings * self);

/* Where to stream to: NULL if only a file was asked for. */
RerunUri *rerun_settings_uri (const RerunSettings * self);

/* The types of properties (settings-types.c). */
GType rerun_compression_get_type (void);
GType rerun_magnification_filter_get_type (void);
GType rerun_leaky_get_type (void);
GType rerun_colormap_get_type (void);
GType rerun_timelines_get_type (void);
GType rerun_archetype_get_type (void);
GType rerun_level_get_type (void);

G_END_DECLS
