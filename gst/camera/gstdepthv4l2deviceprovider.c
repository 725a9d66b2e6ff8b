/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lists depth cameras: what gst-device-monitor-1.0 shows. With GUdev it also
 * says when one is plugged in or out. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/gstdepthv4l2deviceprovider.h"

#ifdef HAVE_GUDEV
#include <gudev/gudev.h>
#endif

#include "camera/v4l2calls.h"
#include "camera/v4l2device.h"
#include "camera/v4l2formats.h"

GST_DEBUG_CATEGORY_EXTERN (gst_depth_v4l2_src_debug);
#define GST_CAT_DEFAULT gst_depth_v4l2_src_debug

struct _GstDepthV4l2Device
{
  GstDevice parent;

  gchar *path;
};

struct _GstDepthV4l2DeviceProvider
{
  GstDeviceProvider parent;

  /* with GUdev, from start to stop */
  GThread *thread;
  GMainLoop *loop;
};

G_DEFINE_TYPE (GstDepthV4l2Device, gst_depth_v4l2_device, GST_TYPE_DEVICE);

G_DEFINE_TYPE_WITH_CODE (GstDepthV4l2DeviceProvider,
    gst_depth_v4l2_device_provider, GST_TYPE_DEVICE_PROVIDER,
    GST_DEBUG_CATEGORY_INIT (gst_depth_v4l2_src_debug, "depthv4l2src", 0,
        "depth camera source"));
GST_DEVICE_PROVIDER_REGISTER_DEFINE (depthv4l2deviceprovider,
    "depthv4l2deviceprovider", GST_RANK_PRIMARY,
    GST_TYPE_DEPTH_V4L2_DEVICE_PROVIDER);

/* --- a camera ---------------------------------------------------------------- */

static GstElement *
gst_depth_v4l2_device_create_element (GstDevice * device, const gchar * name)
{
  GstElement *element = gst_element_factory_make ("depthv4l2src", name);

  if (element != NULL)
    g_object_set (element, "device", GST_DEPTH_V4L2_DEVICE (device)->path,
        NULL);
  return element;
}

static void
gst_depth_v4l2_device_finalize (GObject * object)
{
  g_free (GST_DEPTH_V4L2_DEVICE (object)->path);
  G_OBJECT_CLASS (gst_depth_v4l2_device_parent_class)->finalize (object);
}

static void
gst_depth_v4l2_device_class_init (GstDepthV4l2DeviceClass * klass)
{
  GST_DEVICE_CLASS (klass)->create_element =
      gst_depth_v4l2_device_create_element;
  G_OBJECT_CLASS (klass)->finalize = gst_depth_v4l2_device_finalize;
}

static void
gst_depth_v4l2_device_init (GstDepthV4l2Device * self)
{
}

/* Returns: (nullable): %NULL if the node gives no depth */
static GstDevice *
new_device (const gchar * path)
{
  GError *problem = NULL;
  V4l2Device *opened = v4l2_device_open (path, &problem);
  GstDepthV4l2Device *device;
  GstStructure *properties;
  GstCaps *caps;

  if (opened == NULL) {
    GST_DEBUG ("%s", problem->message);
    g_error_free (problem);
    return NULL;
  }
  caps = v4l2_formats_probe (opened);
  properties = gst_structure_new ("depthv4l2-properties",
      "device.api", G_TYPE_STRING, "v4l2",
      "device.path", G_TYPE_STRING, opened->path,
      "device.bus_path", G_TYPE_STRING, opened->bus,
      "device.family", G_TYPE_STRING,
      opened->family != NULL ? opened->family->name : "not known", NULL);
  device = g_object_new (GST_TYPE_DEPTH_V4L2_DEVICE,
      "display-name", opened->card, "device-class", "Video/Source",
      "caps", caps, "properties", properties, NULL);
  device->path = g_strdup (path);
  gst_structure_free (properties);
  gst_caps_unref (caps);
  v4l2_device_free (opened);
  return GST_DEVICE (device);
}

/* --- all cameras ------------------------------------------------------------- */

static GList *
gst_depth_v4l2_device_provider_probe (GstDeviceProvider * provider)
{
  GStrv nodes = v4l2_calls->list_nodes ();
  GList *devices = NULL;

  for (guint i = 0; nodes[i] != NULL; i++) {
    GstDevice *device = new_device (nodes[i]);

    if (device != NULL)
      devices = g_list_append (devices, gst_object_ref_sink (device));
  }
  g_strfreev (nodes);
  return devices;
}

#ifdef HAVE_GUDEV
static GstDevice *
find_device (GstDeviceProvider * provider, const gchar * path)
{
  GstDevice *found = NULL;

  GST_OBJECT_LOCK (provider);
  for (GList * item = provider->devices; item != NULL; item = item->next) {
    if (g_str_equal (GST_DEPTH_V4L2_DEVICE (item->data)->path, path))
      found = gst_object_ref (item->data);
  }
  GST_OBJECT_UNLOCK (provider);
  return found;
}

static void
node_changed (GUdevClient * client, const gchar * action, GUdevDevice * node,
    GstDeviceProvider * provider)
{
  const gchar *path = g_udev_device_get_device_file (node);
  GstDevice *device;

  if (path == NULL)
    return;
  device = find_device (provider, path);
  if (g_str_equal (action, "remove") && device != NULL) {
    gst_device_provider_device_remove (provider, device);
  } else if (g_str_equal (action, "add") && device == NULL) {
    GstDevice *added = new_device (path);

    if (added != NULL)
      gst_device_provider_device_add (provider, added);
  }
  gst_clear_object (&device);
}

typedef struct
{
  GstDepthV4l2DeviceProvider *self;
  GMutex lock;
  GCond changed;
  gboolean ready;
} Start;

/* GUdev speaks in the main context of the thread that made its client. */
static gpointer
watch_nodes (gpointer data)
{
  static const gchar *subsystems[] = { "video4linux", NULL };
  Start *start = data;
  GstDeviceProvider *provider = GST_DEVICE_PROVIDER (start->self);
  GMainLoop *loop = start->self->loop;
  GMainContext *context = g_main_loop_get_context (loop);
  GUdevClient *client;
  GList *devices;

  g_main_context_push_thread_default (context);
  client = g_udev_client_new (subsystems);
  g_signal_connect (client, "uevent", G_CALLBACK (node_changed), provider);
  devices = gst_depth_v4l2_device_provider_probe (provider);
  for (GList * item = devices; item != NULL; item = item->next)
    gst_device_provider_device_add (provider, item->data);
  g_list_free_full (devices, gst_object_unref);

  g_mutex_lock (&start->lock);
  start->ready = TRUE;
  g_cond_signal (&start->changed);
  g_mutex_unlock (&start->lock);

  g_main_loop_run (loop);
  g_object_unref (client);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Returns when all cameras that are there have been added. */
static gboolean
gst_depth_v4l2_device_provider_start (GstDeviceProvider * provider)
{
  GstDepthV4l2DeviceProvider *self = GST_DEPTH_V4L2_DEVICE_PROVIDER (provider);
  GMainContext *context = g_main_context_new ();
  Start start = {.self = self };

  self->loop = g_main_loop_new (context, FALSE);
  g_main_context_unref (context);
  g_mutex_init (&start.lock);
  g_cond_init (&start.changed);
  self->thread = g_thread_new ("depth-cameras", watch_nodes, &start);
  g_mutex_lock (&start.lock);
  while (!start.ready)
    g_cond_wait (&start.changed, &start.lock);
  g_mutex_unlock (&start.lock);
  g_mutex_clear (&start.lock);
  g_cond_clear (&start.changed);
  return TRUE;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* Quits in the loop: one that does not run yet would not notice. */
static void
gst_depth_v4l2_device_provider_stop (GstDeviceProvider * provider)
{
  GstDepthV4l2DeviceProvider *self = GST_DEPTH_V4L2_DEVICE_PROVIDER (provider);
  GSource *source = g_idle_source_new ();

  g_source_set_callback (source, quit, self->loop, NULL);
  g_source_attach (source, g_main_loop_get_context (self->loop));
  g_source_unref (source);
  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}
#endif

static void
gst_depth_v4l2_device_provider_class_init (GstDepthV4l2DeviceProviderClass *
    klass)
{
  GstDeviceProviderClass *provider_class = GST_DEVICE_PROVIDER_CLASS (klass);

  gst_device_provider_class_set_static_metadata (provider_class,
      "Depth cameras", "Source/Video",
      "Lists depth cameras of the kernel's own driver", GST_PACKAGE_AUTHORS);
  provider_class->probe = gst_depth_v4l2_device_provider_probe;
#ifdef HAVE_GUDEV
  provider_class->start = gst_depth_v4l2_device_provider_start;
  provider_class->stop = gst_depth_v4l2_device_provider_stop;
#endif
}

static void
gst_depth_v4l2_device_provider_init (GstDepthV4l2DeviceProvider * self)
{
}
