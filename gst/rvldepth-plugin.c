/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:plugin-rvldepth
 * @title: rvldepth
 * @short_description: lossless depth video, depth cameras and a preview
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifdef HAVE_CAMERA
#include "camera/gstdepthv4l2deviceprovider.h"
#include "camera/gstdepthv4l2src.h"
#endif
#include "colormap/gstdepthcolormap.h"
#include "depth/gstdepthmeta.h"
#include "rvldepth/gstrvldepthdec.h"
#include "rvldepth/gstrvldepthenc.h"
#include "rvldepth/gstrvltypefind.h"
#ifdef HAVE_TESTSRC
#include "testsrc/gstdepthtestsrc.h"
#endif

static gboolean
plugin_init (GstPlugin * plugin)
{
  gboolean ok = FALSE;

  gst_depth_register_metas ();
  ok |= GST_ELEMENT_REGISTER (depthcolormap, plugin);
  ok |= GST_ELEMENT_REGISTER (rvldepthdec, plugin);
  ok |= GST_ELEMENT_REGISTER (rvldepthenc, plugin);
  ok |= gst_rvl_type_find_register (plugin);

#ifdef HAVE_TESTSRC
  ok |= GST_ELEMENT_REGISTER (depthtestsrc, plugin);
#endif
#ifdef HAVE_CAMERA
  ok |= GST_ELEMENT_REGISTER (depthv4l2src, plugin);
  ok |= GST_DEVICE_PROVIDER_REGISTER (depthv4l2deviceprovider, plugin);
#endif

  return ok;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, rvldepth,
    "Depth video: lossless RVL and PNG, depth cameras, colour preview",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
