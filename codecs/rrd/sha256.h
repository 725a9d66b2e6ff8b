/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/* FIPS 180-4. */
void rrd_sha256 (const uint8_t * data, size_t size,
    uint8_t digest[SHA256_SIZE]);
