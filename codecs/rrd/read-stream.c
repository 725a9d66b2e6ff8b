/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stream, message by message. Source: crates/store/re_log_encoding/src/rrd/
 * {frames,decoder/state_machine}.rs.
 */
#include <string.h>

#include "message.h"
#include "read-message.h"

#define STREAM_FOOTER_SIZE 32

enum
{
  MESSAGE_SET_STORE_INFO = 1,
  MESSAGE_ARROW_MSG = 2,
  MESSAGE_BLUEPRINT_ACTIVATION = 3
};

typedef enum
{
  BEFORE_STREAM,
  BETWEEN_MESSAGES,
  AFTER_END,
  BROKEN
} State;

/* The bytes at hand. */
typedef struct
{
  const uint8_t *data;
  size_t size;
  bool at_end;
} Input;

/* --- what every step may say --- */

static size_t
fail (RrdScan * scan, RrdEvent * event)
{
  event->kind = RRD_EVENT_BAD_STREAM;
  scan->state = BROKEN;
  return 0;
}

static size_t
done (RrdEvent * event)
{
  event->kind = RRD_EVENT_DONE;
  return 0;
}

/* Whether the next @wants bytes are there; if not, what that means. */
static bool
has (RrdScan * scan, const Input * input, size_t wants, RrdEvent * event)
{
  scan->wants = wants;
  if (input->size >= wants)
    return true;
  event->kind = input->at_end ? RRD_EVENT_CUT_OFF : RRD_EVENT_MORE;
  if (input->at_end)
    arrow_refuse (&event->error, scan->offset,
        "the recording stops %zu bytes into a message of %zu bytes",
        input->size, wants);
  return false;
}

/* --- the header of a stream --- */

static bool
check_magic (const uint8_t * data, uint64_t offset, RrdReadError * error)
{
  if (memcmp (data, "RRF2", 4) == 0)
    return true;
  if (memcmp (data, "RRF0", 4) == 0 || memcmp (data, "RRF1", 4) == 0)
    return arrow_refuse (error, offset, "a recording of a Rerun before 0.23 "
        "(%.4s), which newer ones can not read", (const char *) data);
  if (memcmp (data, "RRF", 3) == 0)
    return arrow_refuse (error, offset, "a recording of a newer format (%.4s) "
        "than this reader knows (RRF2)", (const char *) data);
  return arrow_refuse (error, offset,
      "no Rerun recording%s: it begins with the "
      "bytes %02x %02x %02x %02x where RRF2 should be",
      offset ? " after the end of one" : "", data[0], data[1], data[2],
      data[3]);
}

static bool
check_version (const uint8_t * version, uint64_t offset, RrdReadError * error)
{
  if (version[0] > 0)
    return arrow_refuse (error, offset, "a recording of Rerun %d.%d.%d, which "
        "is newer than this reader knows (0.x)", version[0], version[1],
        version[2]);
  if (version[1] < 23)
    return arrow_refuse (error, offset, "a recording of Rerun %d.%d.%d, which "
        "is older than any that can be read (0.23)", version[0], version[1],
        version[2]);
  return true;
}

/* Compression and serializer. Each message says its own compression. */
static bool
check_options (const uint8_t * options, uint64_t offset, RrdReadError * error)
{
  enum
  { LZ4 = 1, PROTOBUF = 2 };

  if (options[0] > LZ4)
    return arrow_refuse (error, offset,
        "unknown compression %d, neither none (0) nor LZ4 (1)", options[0]);
  if (options[1] != PROTOBUF)
    return arrow_refuse (error, offset + 1,
        "unknown serializer %d, not protobuf (2)", options[1]);
  return true;
}

static size_t
stream_header (RrdScan * scan, const Input * input, RrdEvent * event)
{
  if (input->size == 0 && input->at_end && scan->offset > 0)
    return done (event);
  if (input->size == 0 && input->at_end) {
    arrow_refuse (&event->error, 0, "no Rerun recording: it is empty");
    return fail (scan, event);
  }
  /* What is no recording says so, however short it is. */
  if (input->size >= 4 && !check_magic (input->data, scan->offset,
          &event->error))
    return fail (scan, event);
  if (!has (scan, input, RRD_STREAM_HEADER_SIZE, event))
    return 0;
  if (!check_version (input->data + 4, scan->offset + 4, &event->error)
      || !check_options (input->data + 8, scan->offset + 8, &event->error))
    return fail (scan, event);
  event->kind = RRD_EVENT_STREAM_HEADER;
  memcpy (event->version, input->data + 4, sizeof event->version);
  scan->state = BETWEEN_MESSAGES;
  scan->is_closed = false;
  return RRD_STREAM_HEADER_SIZE;
}

/* --- messages --- */

static void
read_payload (RrdScan * scan, uint64_t kind, ArrowSpan payload,
    RrdEvent * event)
{
  uint64_t origin = scan->offset + RRD_MESSAGE_HEADER_SIZE;
  bool ok = true;

  switch (kind) {
    case RRD_MESSAGE_END:
      event->kind = RRD_EVENT_END;
      scan->state = AFTER_END;
      scan->is_closed = true;
      break;
    case MESSAGE_SET_STORE_INFO:
      event->kind = RRD_EVENT_STORE_INFO;
      ok = rrd_read_store_info (payload, origin, &event->store, &event->error);
      break;
    case MESSAGE_ARROW_MSG:
      event->kind = RRD_EVENT_CHUNK;
      ok = rrd_read_arrow_msg (payload, origin, &event->chunk, &event->error);
      break;
    default:
      event->kind = RRD_EVENT_BLUEPRINT_ACTIVATION;
  }
  if (!ok)
    event->kind = RRD_EVENT_BAD_MESSAGE;
}

static size_t
message (RrdScan * scan, const Input * input, RrdEvent * event)
{
  if (input->size == 0 && input->at_end)
    return done (event);
  if (input->size >= 4 && memcmp (input->data, "RRF2", 4) == 0)
    return stream_header (scan, input, event);
  if (!has (scan, input, RRD_MESSAGE_HEADER_SIZE, event))
    return 0;

  uint64_t kind = arrow_load_u64 (input->data);
  uint64_t size = arrow_load_u64 (input->data + 8);
  if (kind > MESSAGE_BLUEPRINT_ACTIVATION
      || size > RRD_MESSAGE_SIZE_MAX - RRD_MESSAGE_HEADER_SIZE) {
    arrow_refuse (&event->error, scan->offset,
        "no message of a recording begins here");
    return fail (scan, event);
  }
  if (!has (scan, input, RRD_MESSAGE_HEADER_SIZE + (size_t) size, event))
    return 0;
  read_payload (scan, kind, (ArrowSpan) {
      input->data + RRD_MESSAGE_HEADER_SIZE, (size_t) size}, event);
  return RRD_MESSAGE_HEADER_SIZE + (size_t) size;
}

/* A footer follows, or none where the writer is old or the stream has no chunks.
 * Then another stream may. */
static size_t
after_end (RrdScan * scan, const Input * input, RrdEvent * event)
{
  if (input->size == 0 && input->at_end)
    return done (event);
  bool is_stream = input->size >= 4 && memcmp (input->data, "RRF2", 4) == 0;
  if (!(is_stream && input->at_end)
      && !has (scan, input, STREAM_FOOTER_SIZE, event))
    return 0;
  scan->state = BEFORE_STREAM;
  if (input->size < STREAM_FOOTER_SIZE
      || memcmp (input->data + 20, "RRF2FOOT", 8) != 0)
    return stream_header (scan, input, event);
  event->kind = RRD_EVENT_FOOTER;
  return STREAM_FOOTER_SIZE;
}

size_t
rrd_scan_next (RrdScan * scan, const void *data, size_t size, bool at_end,
    RrdEvent * event)
{
  const Input input = { data, size, at_end };
  size_t taken = 0;

  memset (event, 0, sizeof *event);
  event->offset = scan->offset;
  switch (scan->state) {
    case BEFORE_STREAM:
      taken = stream_header (scan, &input, event);
      break;
    case BETWEEN_MESSAGES:
      taken = message (scan, &input, event);
      break;
    case AFTER_END:
      taken = after_end (scan, &input, event);
      break;
    default:
      arrow_refuse (&event->error, scan->offset,
          "nothing can be read after damage");
      event->kind = RRD_EVENT_BAD_STREAM;
  }
  scan->offset += taken;
  return taken;
}
