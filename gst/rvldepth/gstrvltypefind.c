/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The typefinder of .rvl files. The header of ROS 2 has no magic number, so it is
 * believed only if the stream after it fits as well. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rvldepth/gstrvltypefind.h"

#include <math.h>
#include "rvl/rvl.h"

/* Bytes of the stream that are looked at where the file's length is not known, a power
 * of two. */
#define SOME_BYTES 4096

static gboolean
header_plausible (const guint8 * data, const RvlHeader * header)
{
  guint32 format = GST_READ_UINT32_LE (data);

  if (header->size != RVL_HEADER_SIZE)
    return TRUE;                /* RTAB-Map's has a magic number */
  if (format != 0 && format != G_MAXUINT32)
    return FALSE;
  return (header->a == 0 && header->b == 0)
      || (isfinite (header->a) && isfinite (header->b) && header->a > 1e-3);
}

static gboolean
read_plausible (const guint8 * data, RvlHeader * header)
{
  return rvl_header_read (data, RVL_HEADER_SIZE, header, NULL)
      && header_plausible (data, header);
}

/* Frames one after the other, all of one size. */
static gboolean
another_follows (const guint8 * data, gsize size, const RvlHeader * header)
{
  RvlHeader next;

  return size >= RVL_HEADER_SIZE && read_plausible (data, &next)
      && next.width == header->width && next.height == header->height;
}

/* What can be seen of the stream, not more than @most bytes. Nobody says the length of
 * what is pushed. */
static gsize
visible_size (GstTypeFind * find, guint64 offset, gsize most)
{
  guint64 length = gst_type_find_get_length (find);
  gsize size = 0;

  if (length > 0)
    return MIN (length - MIN (length, offset), most);
  for (gsize step = SOME_BYTES; step > 0; step /= 2) {
    if (size + step <= MIN (most, SOME_BYTES)
        && gst_type_find_peek (find, offset, size + step) != NULL)
      size += step;
  }
  return size;
}

/* How sure the stream makes us: it has to end with the file, or before another
 * frame. */
static guint
stream_probability (GstTypeFind * find, const RvlHeader * header)
{
  guint64 length = gst_type_find_get_length (find);
  gsize most = rvl_max_size (header->width, header->height) + RVL_HEADER_SIZE;
  gsize size = visible_size (find, header->size, most), taken;
  const guint8 *stream = NULL;
  RvlScanner scanner;
  bool ended;

  if (size > 0)
    stream = gst_type_find_peek (find, header->size, size);
  if (stream == NULL)
    return 0;
  rvl_scan_begin (&scanner, header->width, header->height);
  taken = rvl_scan (&scanner, stream, size, &ended);
  if (scanner.damaged)
    return 0;
  if (!ended)
    return length == 0 && size == SOME_BYTES ? GST_TYPE_FIND_POSSIBLE : 0;
  if (taken == size)
    return GST_TYPE_FIND_NEARLY_CERTAIN;
  if (another_follows (stream + taken, size - taken, header))
    return GST_TYPE_FIND_LIKELY;
  return size < most ? GST_TYPE_FIND_POSSIBLE : 0;
}

static void
find_rvl (GstTypeFind * find, gpointer user_data)
{
  const guint8 *data = gst_type_find_peek (find, 0, RVL_HEADER_SIZE);
  RvlHeader header;
  guint probability;

  if (data == NULL || !read_plausible (data, &header))
    return;
  probability = stream_probability (find, &header);
  if (probability > 0)
    gst_type_find_suggest_empty_simple (find, probability, "image/x-rvl");
}

gboolean
gst_rvl_type_find_register (GstPlugin * plugin)
{
  GstCaps *caps = gst_caps_new_empty_simple ("image/x-rvl");
  gboolean ok = gst_type_find_register (plugin, "image/x-rvl",
      GST_RANK_SECONDARY, find_rvl, "rvl", caps, NULL, NULL);

  gst_caps_unref (caps);
  return ok;
}
