/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The typefinder of recordings: RRF and a digit. What rrddemux cannot play, as a newer
 * format, it refuses with the reason. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/gstrrdtypefind.h"

#include <string.h>

static void
find_rrd (GstTypeFind * find, gpointer user_data)
{
  const guint8 *data = gst_type_find_peek (find, 0, 4);

  if (data != NULL && memcmp (data, "RRF", 3) == 0 && g_ascii_isdigit (data[3]))
    gst_type_find_suggest_empty_simple (find, GST_TYPE_FIND_MAXIMUM,
        GST_RRD_CAPS);
}

gboolean
gst_rrd_type_find_register (GstPlugin * plugin)
{
  GstCaps *caps = gst_caps_new_empty_simple (GST_RRD_CAPS);
  gboolean ok = gst_type_find_register (plugin, GST_RRD_CAPS,
      GST_RANK_PRIMARY, find_rrd, "rrd,rbl", caps, NULL, NULL);

  gst_caps_unref (caps);
  return ok;
}
