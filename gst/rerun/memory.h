/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For what is small and made by codecs/, which say NULL when there is no memory:
 * the program ends then, as it does where GLib has none. */
static inline gpointer
rerun_need (gpointer memory)
{
  if (memory == NULL)
    g_error ("out of memory");
  return memory;
}

G_END_DECLS
