/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Lets decodebin and the like know image/x-rvl by its bytes. */
gboolean gst_rvl_type_find_register (GstPlugin * plugin);

G_END_DECLS
