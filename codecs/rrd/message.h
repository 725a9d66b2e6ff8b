/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the footer shares with other messages. */
#pragma once

#include "rrd/rrd.h"

#define RRD_MESSAGE_HEADER_SIZE 16
#define RRD_MESSAGE_END 0

void rrd_file_message_header (uint64_t kind, uint64_t size,
    uint8_t header[RRD_MESSAGE_HEADER_SIZE]);

/* Appends a StoreId as a field of a protobuf message. */
void rrd_append_store_id (ArrowBytes * bytes, unsigned field,
    const RrdStore * store);
