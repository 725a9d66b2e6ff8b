/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "still/still.h"

/* Returns false. */
bool still_fail (StillError * error, size_t offset, const char *what);

bool still_read_jpeg (const uint8_t * data, size_t size, StillHeader * header,
    StillError * error);
bool still_read_tiff (const uint8_t * data, size_t size, StillHeader * header,
    StillError * error);
