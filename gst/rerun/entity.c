/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all entities have in common. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/entity.h"

#include <math.h>
#include <string.h>

#include "rerun/debug.h"

GstFlowReturn
rerun_log (const RerunEntityContext * context, const RerunLog * log)
{
  const GError *error;
  guint output;

  switch (rerun_recording_log (context->path, log)) {
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

GstFlowReturn
rerun_log_text (const RerunEntityContext * context, RerunRowKind kind,
    const gchar * text, RerunLevel level, const gint64 * times)
{
  static const gchar *const levels[] = {
    [RERUN_LEVEL_CRITICAL] = "CRITICAL",
    [RERUN_LEVEL_ERROR] = "ERROR",
    [RERUN_LEVEL_WARN] = "WARN",
    [RERUN_LEVEL_INFO] = "INFO",
    [RERUN_LEVEL_DEBUG] = "DEBUG",
    [RERUN_LEVEL_TRACE] = "TRACE",
  };
  RerunValue values[2];
  RerunLog log = {
    .kind = kind,.times = times,.values = values,.n_values = 2
  };

  rerun_value_set (&values[0], &rrd_text_log[RRD_TEXT_LOG_TEXT], text,
      strlen (text));
  rerun_value_set (&values[1], &rrd_text_log[RRD_TEXT_LOG_LEVEL],
      levels[level], strlen (levels[level]));
  return rerun_log (context, &log);
}

GstFlowReturn
rerun_leave_out (const RerunEntityContext * context, const gint64 * times,
    gchar * why)
{
  gchar *text = g_strdup_printf ("frame left out: %s", why);
  GstFlowReturn flow = GST_FLOW_OK;

  if (context->settings->log_drops)
    flow = rerun_log_text (context, RERUN_ROW_ONCE, text, RERUN_LEVEL_WARN,
        times);
  gst_depth_report_bad (context->report, context->element, text);
  g_free (why);
  return flow;
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

static void
add_look (RerunLog * log, RerunValue * values, const RrdComponent * component,
    gboolean is_set, gconstpointer data, gsize size)
{
  if (component != NULL && is_set)
    rerun_value_set (&values[log->n_values++], component, data, size);
}

GstFlowReturn
rerun_entity_log_looks (RerunEntity * self, const RerunLooks * looks)
{
  const RerunSettings *settings = self->context->settings;
  guint8 colormap = settings->colormap;
  guint8 filter = settings->magnification_filter;
  gfloat ratio = settings->point_fill_ratio, order = settings->draw_order;
  gfloat opacity = settings->opacity;
  RerunValue values[5];
  RerunLog log = {
    .kind = RERUN_ROW_STATE,.slot = RERUN_SLOT_LOOKS,.values = values
  };

  if (self->has_looks)
    return GST_FLOW_OK;
  self->has_looks = TRUE;
  add_look (&log, values, looks->colormap, colormap != RERUN_NO_COLORMAP,
      &colormap, 1);
  add_look (&log, values, looks->point_fill_ratio,
      ratio != (gfloat) RERUN_NO_POINT_FILL_RATIO, &ratio, sizeof ratio);
  add_look (&log, values, looks->opacity,
      opacity != (gfloat) RERUN_NO_OPACITY, &opacity, sizeof opacity);
  add_look (&log, values, looks->draw_order,
      settings->draw_order != RERUN_NO_DRAW_ORDER, &order, sizeof order);
  add_look (&log, values, looks->magnification_filter,
      filter != RERUN_NO_MAGNIFICATION_FILTER, &filter, 1);
  return log.n_values > 0 ? rerun_log (self->context, &log) : GST_FLOW_OK;
}
