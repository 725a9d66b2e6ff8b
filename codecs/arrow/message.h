/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Message table around every header (format/Message.fbs). */
#pragma once

#include "arrow/arrow.h"

/* MessageHeader, a union. */
enum
{
  MESSAGE_SCHEMA = 1,
  MESSAGE_DICTIONARY_BATCH = 2,
  MESSAGE_RECORD_BATCH = 3
};

/* An open message: its start, and the positions of what comes later. */
typedef struct
{
  size_t start;
  size_t header;                /* the reference to the header's table */
  size_t body_size;
} ArrowMessage;

ArrowMessage arrow_message_begin (ArrowBytes * bytes, int header_type);

/* Pads the flatbuffer and fills in its size. */
void arrow_message_end (ArrowBytes * bytes, const ArrowMessage * message);
