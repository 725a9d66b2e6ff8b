/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Says which kernel does the work. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rvldepth/gstrvlkernel.h"
#include "rvl/rvl.h"

void
gst_rvl_kernel_report (GstElement * element, GstDebugCategory * category)
{
  const gchar *wish = g_getenv ("RVL_KERNEL"), *name = rvl_kernel_name ();
  const gchar *names[RVL_MAX_KERNELS];
  gchar *all;

  GST_CAT_INFO_OBJECT (category, element, "the RVL kernel is %s", name);
  if (wish == NULL || g_str_equal (wish, name))
    return;
  rvl_kernel_names (names);
  all = g_strjoinv (", ", (gchar **) names);
  GST_ELEMENT_WARNING (element, LIBRARY, SETTINGS,
      ("RVL_KERNEL of the environment is \"%s\"; this machine has %s; %s is used",
          wish, all, name), (NULL));
  g_free (all);
}
