/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depth/gstdepthreport.h"
#include "depth/gstdepthstream.h"
#include "rerun/pose.h"
#include "rerun/recording.h"
#include "rerun/settings.h"

G_BEGIN_DECLS

/*
 * What one stream logs on its entity path: which archetype of Rerun, which fields, and
 * when they are said again. A class for each kind of stream; all of them log through
 * their path, and know nothing of outputs.
 */
typedef struct _RerunEntity RerunEntity;

/* What an entity is made with; it outlives the entity. */
typedef struct
{
  GstElement *element;          /* for messages */
  RerunPath *path;
  const RerunSettings *settings;        /* of this run: they do not change */
  RerunPose pose;               /* that of the next buffer */
  GstDepthStream *depth;        /* meter, near, far, invalid */
  GstDepthReport *report;       /* of frames that are left out */
  RerunFailed failed;           /* posts what an output says */
} RerunEntityContext;

/**
 * RerunEntityClass:
 * @new: an entity of this class; gets its caps before the first buffer
 * @set_caps: new caps of the same kind. Returns: %FALSE if an error was posted
 * @log: logs one buffer. A bad one is reported, and %GST_FLOW_OK
 * @flush: (nullable): what comes next does not follow what came before
 * @free: frees all
 *
 * A class is in the table of kinds.c, with the caps that it logs.
 */
typedef struct
{
  RerunEntity *(*new) (const RerunEntityContext * context);
    gboolean (*set_caps) (RerunEntity * self, GstCaps * caps);
    GstFlowReturn (*log) (RerunEntity * self, GstBuffer * buffer,
      const gint64 * times);
  void (*flush) (RerunEntity * self);
  void (*free) (RerunEntity * self);
} RerunEntityClass;

/* The first member of the struct of every class. */
struct _RerunEntity
{
  const RerunEntityClass *klass;
  const RerunEntityContext *context;
  gboolean has_looks;           /* they were logged */
};

/* rerun_recording_log() for entities: posts errors, and says what streams do then. */
GstFlowReturn rerun_log (const RerunEntityContext * context,
    const RerunLog * log);

/* A TextLog on the entity. */
GstFlowReturn rerun_log_text (const RerunEntityContext * context,
    RerunRowKind kind, const gchar * text, RerunLevel level,
    const gint64 * times);

/* Reports a frame that is left out, and where log-drops asks for it, logs that.
 * @why: (transfer full): what is wrong with it */
GstFlowReturn rerun_leave_out (const RerunEntityContext * context,
    const gint64 * times, gchar * why);

/* A camera with few buffers would stop while a server's queue holds them. */
gboolean rerun_entity_has_to_copy (RerunEntity * self, GstBuffer * buffer);

/* Kinds of states, see RerunLog. */
enum
{
  RERUN_SLOT_LOOKS,
  RERUN_SLOT_STATE,
  RERUN_SLOT_CODEC,
};

/* The components that say how the Viewer shows an archetype; NULL: it has none. */
typedef struct
{
  const RrdComponent *colormap;
  const RrdComponent *point_fill_ratio;
  const RrdComponent *opacity;
  const RrdComponent *draw_order;
  const RrdComponent *magnification_filter;
} RerunLooks;

/* Logs those of them that were set: static data, once. */
GstFlowReturn rerun_entity_log_looks (RerunEntity * self,
    const RerunLooks * looks);

extern const RerunEntityClass rerun_depth_entity;
extern const RerunEntityClass rerun_image_entity;
extern const RerunEntityClass rerun_text_entity;
extern const RerunEntityClass rerun_video_entity;

G_END_DECLS
