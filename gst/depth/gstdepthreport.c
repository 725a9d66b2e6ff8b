/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The messages about frames that are left out. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "depth/gstdepthreport.h"
#include "depth/gstdepthdebug.h"

#include <string.h>

#define MAX_SINGLE_MESSAGES 10

static gboolean
is_power_of_ten (guint64 n)
{
  while (n % 10 == 0)
    n /= 10;
  return n == 1;
}

void
gst_depth_report_good (GstDepthReport * self)
{
  self->good++;
  self->in_a_row = FALSE;
}

static gboolean
is_worth_a_message (const GstDepthReport * self)
{
  return is_power_of_ten (self->bad)
      || (!self->in_a_row && self->messages < MAX_SINGLE_MESSAGES);
}

static void
keep_first (GstDepthReport * self, gchar * problem)
{
  if (self->first == NULL)
    self->first = problem;
  else
    g_free (problem);
}

void
gst_depth_report_bad (GstDepthReport * self, GstElement * element,
    gchar * problem)
{
  self->bad++;
  GST_WARNING_OBJECT (element, "%s", problem);
  if (is_worth_a_message (self)) {
    self->messages++;
    self->told = self->bad;
    if (self->bad == 1)
      GST_ELEMENT_WARNING (element, STREAM, DECODE, ("%s", problem), (NULL));
    else
      GST_ELEMENT_WARNING (element, STREAM, DECODE, ("%s (%" G_GUINT64_FORMAT
              " such frames so far)", problem, self->bad), (NULL));
  }
  self->in_a_row = TRUE;
  keep_first (self, problem);
}

void
gst_depth_report_skip (GstDepthReport * self, gchar * problem)
{
  self->bad++;
  keep_first (self, problem);
}

void
gst_depth_report_told (GstDepthReport * self)
{
  self->told = self->bad;
}

gboolean
gst_depth_report_end (GstDepthReport * self, GstElement * element)
{
  if (self->bad > 0 && self->good == 0) {
    GST_ELEMENT_ERROR (element, STREAM, WRONG_TYPE,
        ("None of %" G_GUINT64_FORMAT " frames could be used. The first: %s",
            self->bad, self->first), (NULL));
    return FALSE;
  }
  if (self->bad > self->told)
    GST_ELEMENT_WARNING (element, STREAM, DECODE,
        ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " frames could not be "
            "used. The first: %s", self->bad, self->bad + self->good,
            self->first), (NULL));
  self->told = self->bad;
  return TRUE;
}

void
gst_depth_report_clear (GstDepthReport * self)
{
  g_free (self->first);
  memset (self, 0, sizeof (*self));
}
