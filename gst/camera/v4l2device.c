/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opens a node, says whether it is a depth camera, and words what went wrong. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/v4l2device.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <string.h>

#include "camera/v4l2calls.h"

/* Of all files here; the classes of the element and of the device provider
 * initialise it. */
GST_DEBUG_CATEGORY (gst_depth_v4l2_src_debug);
#define GST_CAT_DEFAULT gst_depth_v4l2_src_debug

/* More than any camera has: an end to what a driver might count for ever. */
#define MAX_FORMATS 256

#define LIST "\"v4l2-ctl --list-devices\" lists the cameras that are there"

static const struct
{
  gint number;
  GstResourceError code;
  const gchar *remedy;
} errors[] = {
  {ENOENT, GST_RESOURCE_ERROR_NOT_FOUND, "there is no such node; " LIST},
  {ENODEV, GST_RESOURCE_ERROR_NOT_FOUND, "the camera is not plugged in; " LIST},
  {ENXIO, GST_RESOURCE_ERROR_NOT_FOUND, "the camera is not plugged in; " LIST},
  {EACCES, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "no permission; become a member "
        "of the video group (\"sudo usermod -aG video USER\") and log in again"},
  {EPERM, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "no permission; become a member "
        "of the video group (\"sudo usermod -aG video USER\") and log in again"},
  {EBUSY, GST_RESOURCE_ERROR_BUSY, "another program uses the camera; "
        "\"fuser -v /dev/video*\" names it"},
  {ENOSPC, GST_RESOURCE_ERROR_SETTINGS, "the USB bus has not enough room for "
        "it; take a smaller size or rate, or another USB port"},
  {ENOTTY, GST_RESOURCE_ERROR_NOT_FOUND, "it is not a video device; " LIST},
  {ENOMEM, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "there is not enough memory"},
};

void
v4l2_set_error (GError ** error, const gchar * path, const gchar * doing,
    gint number)
{
  GstResourceError code = GST_RESOURCE_ERROR_FAILED;
  const gchar *remedy = "unplug the camera and plug it in again";

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++) {
    if (errors[i].number == number) {
      code = errors[i].code;
      remedy = errors[i].remedy;
    }
  }
  g_set_error (error, GST_RESOURCE_ERROR, code, "Cannot %s %s: %s (%s)", doing,
      path, remedy, g_strerror (number));
}

gint
v4l2_device_ioctl (V4l2Device * device, gulong request, gpointer argument)
{
  return v4l2_calls->ioctl (device->fd, request, argument) < 0 ? errno : 0;
}

static gchar *
to_utf8 (const guint8 * text, gsize room)
{
  gchar *terminated = g_strndup ((const gchar *) text, room);
  gchar *valid = g_utf8_make_valid (terminated, -1);

  g_free (terminated);
  return valid;
}

static gboolean
is_capture (guint32 capabilities)
{
  const guint32 needed = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;

  return (capabilities & needed) == needed;
}

/* Z16 if the node has it, else Y16 where that may be depth, else 0. */
static guint32
find_depth_format (V4l2Device * device)
{
  gboolean y16 = FALSE;

  for (guint i = 0; i < MAX_FORMATS; i++) {
    struct v4l2_fmtdesc format = {
      .index = i,.type = V4L2_BUF_TYPE_VIDEO_CAPTURE
    };

    if (v4l2_device_ioctl (device, VIDIOC_ENUM_FMT, &format) != 0)
      break;
    if (format.pixelformat == V4L2_PIX_FMT_Z16)
      return V4L2_PIX_FMT_Z16;
    y16 |= format.pixelformat == V4L2_PIX_FMT_Y16;
  }
  if (y16 && !(device->family != NULL && device->family->y16_is_infrared))
    return V4L2_PIX_FMT_Y16;
  return 0;
}

static gboolean
identify (V4l2Device * device, GError ** error)
{
  struct v4l2_capability capability;
  guint16 vendor = 0, product = 0;
  gint number;

  memset (&capability, 0, sizeof capability);
  number = v4l2_device_ioctl (device, VIDIOC_QUERYCAP, &capability);
  if (number != 0) {
    v4l2_set_error (error, device->path, "use", number);
    return FALSE;
  }
  device->card = to_utf8 (capability.card, sizeof capability.card);
  device->bus = to_utf8 (capability.bus_info, sizeof capability.bus_info);
  if (v4l2_calls->usb_ids (device->path, &vendor, &product))
    device->family = camera_family_find (vendor, product);
  if (is_capture (capability.capabilities & V4L2_CAP_DEVICE_CAPS ?
          capability.device_caps : capability.capabilities))
    device->pixelformat = find_depth_format (device);
  GST_DEBUG ("%s is \"%s\" at %s, USB id %04x:%04x, %s, depth format %"
      GST_FOURCC_FORMAT, device->path, device->card, device->bus, vendor,
      product, device->family != NULL ? device->family->name : "not known",
      GST_FOURCC_ARGS (device->pixelformat));
  if (device->pixelformat == 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "%s (%s) gives no depth: it has neither the format Z16 nor Y16. One "
        "camera has several nodes; \"gst-device-monitor-1.0 Source/Video\" "
        "lists those that give depth", device->path, device->card);
    return FALSE;
  }
  return TRUE;
}

V4l2Device *
v4l2_device_open (const gchar * path, GError ** error)
{
  V4l2Device *device;
  gint fd = v4l2_calls->open (path);

  if (fd < 0) {
    v4l2_set_error (error, path, "open", errno);
    return NULL;
  }
  device = g_new0 (V4l2Device, 1);
  device->path = g_strdup (path);
  device->fd = fd;
  if (!identify (device, error))
    g_clear_pointer (&device, v4l2_device_free);
  return device;
}

/* A camera that may not be opened is a better hint than none at all. */
static void
set_no_camera (GError ** error, GError * forbidden)
{
  if (forbidden != NULL)
    g_propagate_error (error, g_error_copy (forbidden));
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "No depth camera was found: no video node has the format Z16 or Y16; "
        LIST ", and device=/dev/videoN names one");
}

V4l2Device *
v4l2_device_open_first (GError ** error)
{
  GStrv nodes = v4l2_calls->list_nodes ();
  V4l2Device *y16 = NULL, *found = NULL;
  GError *forbidden = NULL;

  for (guint i = 0; nodes[i] != NULL && found == NULL; i++) {
    GError *problem = NULL;
    V4l2Device *device = v4l2_device_open (nodes[i], &problem);

    if (device == NULL) {
      GST_DEBUG ("%s", problem->message);
      if (forbidden == NULL && g_error_matches (problem, GST_RESOURCE_ERROR,
              GST_RESOURCE_ERROR_NOT_AUTHORIZED))
        forbidden = g_steal_pointer (&problem);
      g_clear_error (&problem);
    } else if (device->pixelformat == V4L2_PIX_FMT_Z16) {
      found = device;
    } else if (y16 == NULL) {
      y16 = device;
    } else {
      v4l2_device_free (device);
    }
  }
  if (found == NULL)
    found = g_steal_pointer (&y16);
  if (found == NULL)
    set_no_camera (error, forbidden);
  g_clear_pointer (&y16, v4l2_device_free);
  g_clear_error (&forbidden);
  g_strfreev (nodes);
  return found;
}

void
v4l2_device_free (V4l2Device * device)
{
  v4l2_calls->close (device->fd);
  g_free (device->path);
  g_free (device->card);
  g_free (device->bus);
  g_free (device);
}
