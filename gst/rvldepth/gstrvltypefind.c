/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The typefinder of .rvl files. The header of ROS 2 has no magic number, so it is
 * believed only if the stream after it fits as well. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rvldepth/gstrvltypefind.h"

#include <math.h>
#include "rvl/rvl.h"

/* Bytes of the stream that are looked at where the file's length is not known. */
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

/* How sure the stream makes us: it has to end with the file. */
static guint
stream_probability (GstTypeFind * find, const RvlHeader * header)
{
  guint64 length = gst_type_find_get_length (find);
  guint64 size = length > 0 ? length - header->size : SOME_BYTES;
  const guint8 *stream = NULL;
  RvlScanner scanner;
  bool ended;
  gsize taken;

  if (length > 0 && (length <= header->size
          || size > rvl_max_size (header->width, header->height)))
    return 0;
  stream = gst_type_find_peek (find, header->size, size);
  if (stream == NULL)
    return 0;
  rvl_scan_begin (&scanner, header->width, header->height);
  taken = rvl_scan (&scanner, stream, size, &ended);
  if (scanner.damaged || (length > 0 && !ended))
    return 0;
  return ended && taken == size ? GST_TYPE_FIND_NEARLY_CERTAIN :
      GST_TYPE_FIND_POSSIBLE;
}

static void
find_rvl (GstTypeFind * find, gpointer user_data)
{
  const guint8 *data = gst_type_find_peek (find, 0, RVL_HEADER_SIZE);
  RvlHeader header;
  guint probability;

  if (data == NULL || !rvl_header_read (data, RVL_HEADER_SIZE, &header, NULL)
      || !header_plausible (data, &header))
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
