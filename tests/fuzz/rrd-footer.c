/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the footer of a file: nothing outside of the file is read, and all
 * rows of its indexes can be. They get a stream footer that fits first, but for
 * one input in eight, which is a file as it stands.
 */
#include "fuzz.h"
#include "../codecs/rrd-lz4-index.h"
#include "rrd/read.h"

#define MANY 1000               /* chunks that are looked at */
#define BEFORE 28               /* bytes of a file before its RrdFooter, at least */

static void
check (bool ok)
{
  if (!ok)
    abort ();
}

static void
check_error (const RrdReadError * error)
{
  size_t size = strlen (error->what);

  check (size > 0 && arrow_utf8_size (error->what, size) == size);
}

static bool
read_at (void *user, uint64_t offset, void *to, size_t size)
{
  const ArrowBytes *file = user;

  check (offset <= file->size && size <= file->size - offset);
  memcpy (to, file->data + offset, size);
  return true;
}

/* A span as a string. */
#define TEXT_ROOM 64

static const char *
text_of (ArrowSpan span, char text[TEXT_ROOM])
{
  size_t size = span.size < TEXT_ROOM ? span.size : TEXT_ROOM - 1;

  memcpy (text, span.data ? span.data : (const uint8_t *) "", size);
  text[size] = 0;
  return text;
}

static void
read_keys (RrdIndex * index, uint64_t i)
{
  char timeline[TEXT_ROOM], name[TEXT_ROOM];
  RrdComponentColumn component;
  RrdIndexKey key;
  RrdTimeKind kind;
  ArrowSpan text;
  int64_t range[2];

  for (size_t t = 0; t < 8 && rrd_index_timeline (index, t, &text, &kind); t++) {
    text_of (text, timeline);
    for (size_t c = 0; c < 8 && rrd_index_component (index, c, &component); c++) {
      if (rrd_index_find (index, timeline, text_of (component.name, name),
              &key)) {
        rrd_index_range (index, &key, i, range);
        rrd_index_rows (index, &key, i);
      }
      if (rrd_index_find (index, NULL, name, &key))
        rrd_index_rows (index, &key, i);
    }
    if (rrd_index_find (index, timeline, NULL, &key))
      rrd_index_range (index, &key, i, range);
  }
}

static void
read_index (RrdIndex * index, size_t file_size)
{
  RrdIndexChunk chunk;
  RrdReadError error = { "", 0 };

  for (uint64_t i = 0; i < rrd_index_n_chunks (index) && i < MANY; i++) {
    if (!rrd_index_chunk (index, i, &chunk, &error))
      check_error (&error);
    else
      check (chunk.offset + chunk.size <= file_size
          && arrow_utf8_size (chunk.entity_path.data, chunk.entity_path.size)
          == chunk.entity_path.size);
    if (i % 16 == 0)
      read_keys (index, i);
  }
  if (rrd_index_error (index))
    check_error (rrd_index_error (index));
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  ArrowBytes file = { 0 };
  RrdReadError error = { "", 0 };
  RrdFooter *footer;

  if (size == 0)
    return 0;
  if (size % 8)
    check (arrow_bytes_extend (&file, BEFORE) != NULL);
  arrow_bytes_append (&file, data, size);
  if (size % 8) {
    memset (file.data, 0, BEFORE);
    append_stream_footer (&file, BEFORE);
  }
  switch (rrd_footer_read (file.size, read_at, &file, &footer, &error)) {
    case RRD_FOOTER_OK:
      for (size_t i = 0; i < rrd_footer_n_indexes (footer); i++)
        read_index (rrd_footer_index (footer, i), file.size);
      break;
    case RRD_FOOTER_BAD:
      check_error (&error);
      check (footer == NULL);
      break;
    default:
      check (footer == NULL);
  }
  rrd_footer_free (footer);
  arrow_bytes_clear (&file);
  return 0;
}

/* RrdFooters, with the index compressed or not; now and then a whole file. */
size_t
fuzz_seed (unsigned number, uint8_t * data, size_t room)
{
  Sample sample;
  size_t size, at;

  sample_open (&sample, RRD_COMPRESSION_LZ4, "seed");
  sample_camera (&sample, "/a", 1 + number % 30, 1 + number / 2 % 3, 1);
  sample_close (&sample);
  if (number % 3 == 0) {
    ArrowBytes compressed = compress_index (&sample.file, 0);
    arrow_bytes_clear (&sample.file);
    sample.file = compressed;
  }
  size = sample.file.size;
  at = (size_t) arrow_load_u64 (sample.file.data + size - 32);
  if (number % 7 == 0)
    at = 0;
  else
    size -= 32;
  size -= at;
  check (size <= room);
  memcpy (data, sample.file.data + at, size);
  arrow_bytes_clear (&sample.file);
  return size;
}
