/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel itself: system calls, and what sysfs says of a node. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/v4l2calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CLASS_FOLDER "/sys/class/video4linux"

static gint
call_open (const gchar * path)
{
  return open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static gint
call_ioctl (gint fd, gulong request, gpointer argument)
{
  gint result;

  do {
    result = ioctl (fd, request, argument);
  } while (result < 0 && errno == EINTR);
  return result;
}

static gpointer
call_map (gint fd, gsize length, gint64 offset)
{
  return mmap (NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
}

static gint
compare_numbers (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const gchar *const *first = a, *const *second = b;

  return atoi (*first + strlen ("/dev/video"))
      - atoi (*second + strlen ("/dev/video"));
}

static GStrv
list_nodes (void)
{
  GPtrArray *nodes = g_ptr_array_new ();
  GDir *folder = g_dir_open (CLASS_FOLDER, 0, NULL);
  const gchar *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    if (g_str_has_prefix (name, "video") && g_ascii_isdigit (name[5]))
      g_ptr_array_add (nodes, g_strconcat ("/dev/", name, NULL));
  }
  g_clear_pointer (&folder, g_dir_close);
  g_qsort_with_data (nodes->pdata, nodes->len, sizeof (gpointer),
      compare_numbers, NULL);
  g_ptr_array_add (nodes, NULL);
  return (GStrv) g_ptr_array_free (nodes, FALSE);
}

static gboolean
read_id (const gchar * folder, const gchar * name, guint16 * id)
{
  gchar *path = g_build_filename (folder, name, NULL), *text = NULL;
  gboolean found = g_file_get_contents (path, &text, NULL, NULL);

  if (found)
    *id = (guint16) strtoul (text, NULL, 16);
  g_free (text);
  g_free (path);
  return found;
}

/* The node's device is a USB interface, the folder above it the USB device. A
 * path may be a link, as those of /dev/v4l/by-id. */
static gboolean
usb_ids (const gchar * path, guint16 * vendor, guint16 * product)
{
  gchar *node = realpath (path, NULL);
  gchar *name = g_path_get_basename (node != NULL ? node : path);
  gchar *link = g_build_filename (CLASS_FOLDER, name, "device", NULL);
  gchar *interface = realpath (link, NULL);
  gchar *usb = interface != NULL ? g_path_get_dirname (interface) : NULL;
  gboolean found = usb != NULL && read_id (usb, "idVendor", vendor)
      && read_id (usb, "idProduct", product);

  g_free (usb);
  free (interface);
  g_free (link);
  g_free (name);
  free (node);
  return found;
}

static const V4l2Calls kernel = {
  .open = call_open,
  .close = close,
  .ioctl = call_ioctl,
  .map = call_map,
  .unmap = munmap,
  .list_nodes = list_nodes,
  .usb_ids = usb_ids,
};

const V4l2Calls *v4l2_calls = &kernel;
