/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read alike in several places. */
#pragma once

#include "read-protobuf.h"
#include "rrd/read.h"

/* A StoreId; @origin is its place for errors. */
bool rrd_read_store_id (ArrowSpan bytes, uint64_t origin, RrdStoreId * id,
    RrdReadError * error);

/* A SetStoreInfo. */
bool rrd_read_store_info (ArrowSpan bytes, uint64_t origin, RrdStoreId * id,
    RrdReadError * error);

/* An ArrowMsg. */
bool rrd_read_arrow_msg (ArrowSpan bytes, uint64_t origin,
    RrdChunkMessage * message, RrdReadError * error);

/* Fills in the compression and the size of what @payload holds, after a look at
 * whether it can be. */
bool rrd_check_compression (uint64_t compression, uint64_t size,
    ArrowSpan payload, uint64_t origin, RrdCompression * known,
    size_t *known_size, RrdReadError * error);

/* @size bytes, all of them, from one LZ4 block. */
bool rrd_decompress (ArrowSpan payload, void *to, size_t size,
    RrdReadError * error);

/* An id as Arrow has it: 16 bytes, big-endian. */
RrdTuid rrd_load_tuid (const uint8_t * from);
