/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/recording.h"

G_BEGIN_DECLS

/*
 * What elements of this process share: recordings and their outputs. Any thread may
 * call any function; files are opened and outputs closed without the registry's lock.
 */
typedef struct
{
  gchar *application_id;
  gchar *id;
  RrdStore *store;
  RerunIds ids;

  /*< private > */
  gchar *asked_id;              /* NULL: none was given */
  RerunRow *properties;         /* what every recording begins with */
  GList *entities;              /* of RerunEntityRecord */
  GList *places;                /* the outputs */
  guint n_used;                 /* entities in use */
} RerunRecording;

/* What a recording remembers of an entity as long as it runs. */
typedef struct
{
  gchar *path;
  const gchar *kind;            /* interned; NULL: nothing was logged */
  guint first_slot;
  gchar *user;                  /* the element that uses it; NULL: none */
  gboolean has_pinhole, has_pose;
  RerunDrops drops;
} RerunEntityRecord;

/* See rerun_recording_join(). */
RerunRecording *rerun_registry_join (const gchar * application_id,
    const gchar * recording_id, const gchar * entity_path,
    const gchar * user, RerunEntityRecord ** entity, GError ** error);
void rerun_registry_leave (RerunRecording * recording,
    RerunEntityRecord * entity);

/* See rerun_path_get_kind(). */
const gchar *rerun_registry_get_kind (RerunEntityRecord * entity);
void rerun_registry_set_kind (RerunEntityRecord * entity, const gchar * kind);

/* See rerun_path_claim_camera(). */
gboolean rerun_registry_claim_camera (RerunRecording * recording,
    RerunEntityRecord * entity, gboolean * pinhole, gboolean * pose,
    GError ** error);

/* See rerun_path_use_file() and rerun_path_use_server(). */
RerunUser *rerun_registry_use_file (RerunRecording * recording,
    GstElement * element, const RerunUserClass * klass,
    const gchar * location, RrdCompression compression,
    const RerunQueueSettings * settings, GError ** error);
RerunUser *rerun_registry_use_server (RerunRecording * recording,
    GstElement * element, const RerunUserClass * klass, RerunUri * uri,
    gboolean spawn, const RerunQueueSettings * settings);

/* Ends @user's use of its output; the last one closes that. Returns: %FALSE with
 * @error if something was not written */
gboolean rerun_registry_close (RerunRecording * recording, RerunUser * user,
    GError ** error);

G_END_DECLS
