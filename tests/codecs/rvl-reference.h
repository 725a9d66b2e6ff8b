/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* RVL once more, as plainly as it can be said: the judge of the tests. Samples
 * are little-endian, without padding. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The stream's size; @stream may be NULL. */
size_t rvl_reference_encode (const void *samples, size_t count,
    uint8_t * stream);

/* What Rerun's decoder says of a stream. */
bool rvl_reference_decode (const uint8_t * stream, size_t size, void *samples,
    size_t count);
