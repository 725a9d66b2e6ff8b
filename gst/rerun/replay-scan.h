/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/replay-index.h"

G_BEGIN_DECLS

/**
 * ReplayScan:
 * @wants: bytes that the next message needs
 * @version: of Rerun that wrote the file
 */
typedef struct
{
  RrdScan scan;
  gsize wants;
  guint8 version[4];
} ReplayScan;

/* Looks at the next message. Returns: %FALSE at the end, or with @error, or with the
 * flow of the file */
gboolean replay_scan_next (ReplayIndex * self, ReplayScan * scan,
    GError ** error);

G_END_DECLS
