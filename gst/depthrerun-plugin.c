/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:plugin-depthrerun
 * @title: depthrerun
 * @short_description: depth and what goes with it, into recordings of Rerun
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthmeta.h"
#include "rerun/gstdepthrerunsink.h"
#include "replay/gstdepthrrddemux.h"
#include "replay/gstrrdtypefind.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
  gboolean ok = FALSE;

  gst_depth_register_metas ();
  ok |= GST_ELEMENT_REGISTER (rerunsink, plugin);
  ok |= GST_ELEMENT_REGISTER (rrddemux, plugin);
  ok |= gst_rrd_type_find_register (plugin);
  return ok;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, depthrerun,
    "Depth video into recordings and live viewers of Rerun, and out of them",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
