/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A writer of protobuf messages (https://protobuf.dev/programming-guides/encoding). */
#pragma once

#include "arrow/arrow.h"

void protobuf_uint (ArrowBytes * bytes, unsigned field, uint64_t value);
void protobuf_fixed64 (ArrowBytes * bytes, unsigned field, uint64_t value);

/* A message, a text or bytes. */
void protobuf_bytes (ArrowBytes * bytes, unsigned field, const void *data,
    size_t size);

/* Only the tag and the size of one: @size bytes are to follow. */
void protobuf_bytes_head (ArrowBytes * bytes, unsigned field, uint64_t size);
