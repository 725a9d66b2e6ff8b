/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/output.h"
#include "rerun/uri.h"

G_BEGIN_DECLS

/*
 * A recording as Rerun knows it, an application id and a recording id, and the
 * outputs that it goes to. Elements of one process that name the same recording
 * share it, those that name the same file or server share that output too.
 */
typedef struct _RerunRecording RerunRecording;

/**
 * rerun_recording_join:
 * @application_id: allowed by Rerun
 * @recording_id: (nullable): NULL: a new one, or that of the recording that
 *   runs already with @application_id and no id given
 * @entity_path: where this element will log to, in the stored form
 *
 * Returns: NULL with @error if another element of the recording logs to
 * @entity_path
 */
RerunRecording *rerun_recording_join (const gchar * application_id,
    const gchar * recording_id, const gchar * entity_path, GError ** error);

/* The counterpart of join, after all users were closed. */
void rerun_recording_leave (RerunRecording * self, const gchar * entity_path);

const gchar *rerun_recording_get_id (RerunRecording * self);

/* A new id of a row or a chunk, ascending. */
RrdTuid rerun_recording_next_id (RerunRecording * self);

/* A new slot for static data, see RerunMessage. */
guint rerun_recording_next_slot (RerunRecording * self);

/**
 * rerun_recording_use_file:
 * @element: the one that will use it, for messages
 * @location: a file, or "-"
 * @compression: of a file that is not open yet
 * @settings: likewise
 *
 * Returns: NULL with @error if @location cannot be written, or belongs to
 * another recording
 */
RerunUser *rerun_recording_use_file (RerunRecording * self,
    GstElement * element, const gchar * location, RrdCompression compression,
    const RerunQueueSettings * settings, GError ** error);

/**
 * rerun_recording_use_server:
 * @element: the one that will use it, for messages
 * @uri: taken
 * @spawn: of a server that is not in use yet: see rerun_grpc_output_new()
 * @settings: likewise
 */
RerunUser *rerun_recording_use_server (RerunRecording * self,
    GstElement * element, RerunUri * uri, gboolean spawn,
    const RerunQueueSettings * settings);

/**
 * rerun_recording_close:
 *
 * Ends @user's use of its output; the last one closes that, which may take its
 * drain-timeout.
 *
 * Returns: %FALSE with @error if something was not written
 */
gboolean rerun_recording_close (RerunRecording * self, RerunUser * user,
    GError ** error);

G_END_DECLS
