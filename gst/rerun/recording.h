/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/output.h"
#include "rerun/times.h"
#include "rerun/uri.h"

G_BEGIN_DECLS

/*
 * A recording as Rerun knows it, an application id and a recording id, is shared by
 * all elements of the process that name it. An element has an entity path of it: where
 * it logs, and the outputs that it asked for. Elements that name the same file or
 * server share that output, too.
 *
 * Used by one thread at a time, but for the functions that say otherwise.
 */
typedef struct _RerunPath RerunPath;

enum
{
  RERUN_FILE,
  RERUN_SERVER,
  RERUN_N_OUTPUTS
};

typedef enum
{
  RERUN_LOG_OK,
  RERUN_LOG_STOPPED,            /* the element is to stop */
  RERUN_LOG_FAILED              /* see rerun_path_get_failure() */
} RerunLogResult;

/* A component and its value, see RrdComponent. */
typedef struct
{
  const RrdComponent *component;
  RrdSpan value;
} RerunValue;

static inline void
rerun_value_set (RerunValue * value, const RrdComponent * component,
    gconstpointer data, gsize size)
{
  value->component = component;
  value->value.data = data;
  value->value.size = size;
}

/**
 * RerunLog:
 * @kind: how outputs treat the row
 * @slot: of a state, 0 to RERUN_N_SLOTS - 1: the newest one of each counts
 * @times: (nullable): on all timelines; NULL: static data, which holds for the whole
 *   recording
 * @values: at most RRD_MAX_COMPONENTS; those without data are left out
 * @mapped: (nullable): memory that values are in; taken. Others are copied.
 *
 * What there is to log at one time.
 */
typedef struct
{
  RerunRowKind kind;
  guint slot;
  const gint64 *times;
  const RerunValue *values;
  guint n_values;
  RerunMapped *mapped;
} RerunLog;

#define RERUN_N_SLOTS 8

/**
 * rerun_recording_join:
 * @application_id: allowed by Rerun
 * @recording_id: (nullable): NULL: a new one, or that of the recording that
 *   runs already with @application_id and no id given
 * @entity_path: where the element will log to, in the stored form
 * @timelines: flags: those that rows are logged on
 * @element: for messages; outlives the path
 * @klass: what outputs ask the element
 *
 * Returns: NULL with @error if another element of the recording logs to @entity_path
 */
RerunPath *rerun_recording_join (const gchar * application_id,
    const gchar * recording_id, const gchar * entity_path, guint timelines,
    GstElement * element, const RerunUserClass * klass, GError ** error);

/* Called for an output that has not written all. */
typedef void (*RerunFailed) (GstElement * element, guint output,
    const GError * error);

/* The counterpart of join. Outputs that nobody uses any more are closed, which may
 * take their drain-timeouts. */
void rerun_recording_leave (RerunPath * path, RerunFailed failed);

/**
 * rerun_path_use_file:
 * @location: a file, or "-"
 * @compression: of a file that is not open yet
 * @settings: likewise
 *
 * Returns: %FALSE with @error if @location cannot be written, or belongs to
 * another recording
 */
gboolean rerun_path_use_file (RerunPath * self, const gchar * location,
    RrdCompression compression, const RerunQueueSettings * settings,
    GError ** error);

/**
 * rerun_path_use_server:
 * @uri: taken
 * @spawn: of a server that is not in use yet: see rerun_grpc_output_new()
 * @settings: likewise
 */
void rerun_path_use_server (RerunPath * self, RerunUri * uri, gboolean spawn,
    const RerunQueueSettings * settings);

const gchar *rerun_path_get_text (RerunPath * self);
const gchar *rerun_path_get_recording_id (RerunPath * self);

/* Whether one of its outputs is a server: what it logs may be held for long. */
gboolean rerun_path_has_server (RerunPath * self);

/**
 * rerun_path_get_kind:
 *
 * What an entity holds keeps its kind as long as the recording runs, also when the
 * element has left and joined again.
 *
 * Returns: (nullable): the kind that was set with the first frame
 */
const gchar *rerun_path_get_kind (RerunPath * self);
void rerun_path_set_kind (RerunPath * self, const gchar * kind);

/**
 * rerun_path_claim_camera:
 * @pinhole: (inout): whether intrinsics are logged now; whether they ever were before
 * @pose: (inout): likewise a pose
 *
 * Returns: %FALSE with @error if the entity is below another one with intrinsics, or
 *   above one that has any of both
 */
gboolean rerun_path_claim_camera (RerunPath * self, gboolean * pinhole,
    gboolean * pose, GError ** error);

/* Makes a row of @log and hands it to every output. */
RerunLogResult rerun_recording_log (RerunPath * path, const RerunLog * log);

/**
 * rerun_path_take_drops:
 * @seen: what the last call returned
 * @times: (out): of the first frame that was dropped
 *
 * Returns: how many frames were dropped since they were taken. They are taken if that is
 *   @seen: no more have come, and the gap has ended.
 */
guint rerun_path_take_drops (RerunPath * self, guint seen, gint64 * times);

/* After %RERUN_LOG_FAILED: why, and which output that was; %RERUN_N_OUTPUTS: the row
 * itself cannot be logged. */
const GError *rerun_path_get_failure (RerunPath * self, guint * output);

/* Waits until all that was logged is written, as rerun_user_drain(). */
RerunLogResult rerun_path_drain (RerunPath * self, guint output);

/* Any thread may call these two. */
void rerun_path_set_flushing (RerunPath * self, gboolean flushing);
void rerun_path_add_stats (RerunPath * self, GstStructure * stats);

G_END_DECLS
