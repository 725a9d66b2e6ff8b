/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_DEPTH_V4L2_DEVICE_PROVIDER \
  (gst_depth_v4l2_device_provider_get_type ())
G_DECLARE_FINAL_TYPE (GstDepthV4l2DeviceProvider,
    gst_depth_v4l2_device_provider, GST, DEPTH_V4L2_DEVICE_PROVIDER,
    GstDeviceProvider)

#define GST_TYPE_DEPTH_V4L2_DEVICE (gst_depth_v4l2_device_get_type ())
G_DECLARE_FINAL_TYPE (GstDepthV4l2Device, gst_depth_v4l2_device, GST,
    DEPTH_V4L2_DEVICE, GstDevice)

GST_DEVICE_PROVIDER_REGISTER_DECLARE (depthv4l2deviceprovider);

G_END_DECLS
