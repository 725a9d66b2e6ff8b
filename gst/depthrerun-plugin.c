/* SPDX-License-Identifier: LGPL-2.1-or-later */

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

static gboolean
plugin_init (GstPlugin * plugin)
{
  gst_depth_register_metas ();
  return GST_ELEMENT_REGISTER (rerunsink, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, depthrerun,
    "Depth video into recordings and live viewers of Rerun",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
