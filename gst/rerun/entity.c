/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all entities have in common. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/entity.h"

#include <string.h>

#include "rerun/debug.h"

GstFlowReturn
rerun_entity_log (RerunEntity * self, const gchar * where, const RerunLog * log)
{
  const RerunEntityContext *context = self->context;
  const GError *error;
  guint output;

  switch (rerun_recording_log (self->context->path, where, log)) {
    case RERUN_LOG_OK:
      return GST_FLOW_OK;
    case RERUN_LOG_STOPPED:
      return GST_FLOW_FLUSHING;
    default:
      error = rerun_path_get_failure (context->path, &output);
      context->failed (context->element, output, error);
      return GST_FLOW_ERROR;
  }
}

gboolean
rerun_entity_has_to_copy (RerunEntity * self, GstBuffer * buffer)
{
  GstStructure *config;
  guint max = 0;

  if (!rerun_path_has_server (self->context->path) || buffer->pool == NULL)
    return FALSE;
  config = gst_buffer_pool_get_config (buffer->pool);
  gst_buffer_pool_config_get_params (config, NULL, NULL, NULL, &max);
  gst_structure_free (config);
  return max != 0;
}

void
rerun_pinhole_values (const GstPinholeInfo * info,
    RerunPinholeValues * memory, RerunValue values[RERUN_N_PINHOLE_VALUES])
{
  const gfloat matrix[9] = {
    info->fx, 0, 0, 0, info->fy, 0, info->cx, info->cy, 1
  };

  memcpy (memory->matrix, matrix, sizeof matrix);
  memory->resolution[0] = info->width;
  memory->resolution[1] = info->height;
  values[0].component = &rrd_pinhole[RRD_PINHOLE_IMAGE_FROM_CAMERA];
  values[0].value.data = memory->matrix;
  values[0].value.size = sizeof memory->matrix;
  values[1].component = &rrd_pinhole[RRD_PINHOLE_RESOLUTION];
  values[1].value.data = memory->resolution;
  values[1].value.size = sizeof memory->resolution;
  for (guint i = 0; i < RERUN_N_PINHOLE_VALUES && info->fx == 0; i++) {
    values[i].value.data = rrd_empty;
    values[i].value.size = 0;
  }
}
