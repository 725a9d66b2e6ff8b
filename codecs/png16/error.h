/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "png16/png16.h"

/* Fills error and returns false. */
bool png16_fail (Png16Error * error, size_t offset, const char *what);

bool png16_check_header (const uint8_t * data, size_t size, uint32_t width,
    uint32_t height, Png16Header * header, Png16Error * error);
