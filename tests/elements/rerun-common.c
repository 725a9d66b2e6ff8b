/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE             /* memmem */
#include <string.h>
#include <sys/stat.h>
#include <glib/gstdio.h>
#include <lz4.h>

#include "png16/png16.h"
#include "rvl/rvl.h"

#include "rerun-common.h"
#include "../codecs/arrow-reader.h"

gchar *folder;
gchar *location;

void
folder_setup (void)
{
  folder = g_dir_make_tmp ("rerunsink-XXXXXX", NULL);
  fail_unless (folder != NULL);
  location = g_build_filename (folder, "test.rrd", NULL);
}

void
folder_teardown (void)
{
  g_unlink (location);
  g_rmdir (folder);
  g_free (location);
  g_free (folder);
}

GstElement *
sink_new (GstBus ** bus)
{
  GstElement *sink = gst_element_factory_make ("rerunsink", NULL);

  fail_unless (sink != NULL);
  *bus = gst_bus_new ();
  gst_element_set_bus (sink, *bus);
  g_object_set (sink, "location", location, "compression", 1, NULL);
  return sink;
}

GstHarness *
harness_new (const gchar * caps, GstBus ** bus)
{
  GstElement *sink = sink_new (bus);
  GstHarness *h = gst_harness_new_with_element (sink, "sink", NULL);

  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, caps);
  return h;
}

gboolean
thread_sleeps (gint thread_id)
{
  gchar *path = g_strdup_printf ("/proc/self/task/%d/stat", thread_id);
  gchar *text;
  gboolean result;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  result = strstr (text, ") S ") != NULL;
  g_free (text);
  g_free (path);
  return result;
}

void
draw (guint16 * pixels, guint seed)
{
  GRand *rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < WIDTH * HEIGHT; i++) {
    /* the macro may take its argument twice */
    guint16 sample = g_rand_int (rand);

    pixels[i] = GUINT16_TO_LE (sample);
  }
  pixels[0] = 0;
  pixels[1] = 65535;
  g_rand_free (rand);
}

GstBuffer *
with_pts (GstBuffer * buffer, guint n)
{
  GST_BUFFER_PTS (buffer) = n * 33 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 33 * GST_MSECOND;
  return buffer;
}

GstBuffer *
rvl_buffer (guint n)
{
  guint16 pixels[WIDTH * HEIGHT];
  RvlHeader header = { 0, 0, WIDTH, HEIGHT };
  guint8 *data = g_malloc (RVL_HEADER_SIZE + rvl_max_size (WIDTH, HEIGHT));
  gsize size;

  draw (pixels, n);
  rvl_header_write (&header, data);
  size = rvl_encode (pixels, 2 * WIDTH, WIDTH, HEIGHT, data + RVL_HEADER_SIZE);
  return with_pts (gst_buffer_new_wrapped (data, RVL_HEADER_SIZE + size), n);
}

GstBuffer *
png_buffer (guint n)
{
  guint16 pixels[WIDTH * HEIGHT];
  gsize room = png16_max_size (WIDTH, HEIGHT);
  guint8 *data = g_malloc (room);
  Png16Encoder *encoder = png16_encoder_new ();
  gsize size;

  draw (pixels, n);
  size = png16_encode (encoder, pixels, 2 * WIDTH, WIDTH, HEIGHT, 1, data,
      room);
  png16_encoder_free (encoder);
  return with_pts (gst_buffer_new_wrapped (data, size), n);
}

/* A field of a protobuf message: a number, or bytes. */
typedef struct
{
  guint number;
  guint64 value;
  const guint8 *bytes;
} Field;

static guint64
read_varint (const guint8 ** at, const guint8 * end)
{
  guint64 value = 0;
  guint shift = 0;

  do {
    fail_unless (*at < end && shift < 64);
    value |= (guint64) (**at & 127) << shift;
    shift += 7;
  } while (*(*at)++ & 128);
  return value;
}

static gboolean
next_field (const guint8 ** at, const guint8 * end, Field * field)
{
  guint64 tag;

  if (*at == end)
    return FALSE;
  tag = read_varint (at, end);
  field->number = tag >> 3;
  field->bytes = NULL;
  if ((tag & 7) == 1) {
    *at += 8;
  } else {
    field->value = read_varint (at, end);
    if ((tag & 7) == 2) {
      field->bytes = *at;
      *at += field->value;
    }
  }
  fail_unless (*at <= end);
  return TRUE;
}

/* The Arrow IPC stream of an ArrowMsg, to be freed. */
static guint8 *
read_arrow (const guint8 * data, gsize length, gsize * size)
{
  const guint8 *at = data, *end = data + length;
  Field field = { 0, }, payload = { 0, };
  gboolean compressed = FALSE;
  guint8 *arrow;

  while (next_field (&at, end, &field)) {
    compressed |= field.number == 2 && field.value == 2;
    if (field.number == 3)
      *size = field.value;
    if (field.number == 5)
      payload = field;
  }
  fail_unless (payload.bytes != NULL);
  if (!compressed)
    *size = payload.value;
  arrow = g_malloc (*size);
  if (!compressed)
    return memcpy (arrow, payload.bytes, *size);
  assert_equals_int (LZ4_decompress_safe ((const char *) payload.bytes,
          (char *) arrow, payload.value, *size), *size);
  return arrow;
}

/* The rows of a chunk, and what they are by the columns that the schema names. */
static void
count_rows (Recording * self, const guint8 * data, gsize length)
{
  gsize size = 0;
  guint8 *arrow = read_arrow (data, length, &size);
  Message schema = read_message (arrow, size);
  Message batch = read_message (schema.next, size - (schema.next - arrow));
  guint64 rows = batch_rows (&batch);

  if (memmem (schema.flat, schema.flat_size, "rerun:index_name", 16) == NULL)
    self->static_rows += rows;
  else if (memmem (schema.flat, schema.flat_size, ":blob", 5)
      || memmem (schema.flat, schema.flat_size, ":buffer", 7)
      || memmem (schema.flat, schema.flat_size, ":sample", 7))
    self->frames += rows;
  else
    self->states += rows;
  g_free (arrow);
}

void
recording_read (Recording * self, const gchar * path)
{
  gchar *data;
  gsize size;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));
  recording_take (self, data, size);
}

void
recording_take (Recording * self, gchar * data, gsize size)
{
  gsize at = 12;

  memset (self, 0, sizeof *self);
  self->data = data;
  self->size = size;
  fail_unless (self->size >= at && memcmp (self->data, "RRF2", 4) == 0);
  while (self->size - at >= 16 && self->ends == 0) {
    guint64 kind, length;

    memcpy (&kind, self->data + at, 8);
    memcpy (&length, self->data + at + 8, 8);
    kind = GUINT64_FROM_LE (kind);
    length = GUINT64_FROM_LE (length);
    if (length > self->size - at - 16)
      break;
    self->store_infos += kind == 1;
    self->chunks += kind == 2;
    if (kind == 2)
      count_rows (self, (guint8 *) self->data + at + 16, length);
    self->ends += kind == 0;
    at += 16 + length;
  }
  self->footer = self->ends == 1 && self->size == at + 32
      && memcmp (self->data + at + 20, "RRF2FOOT", 8) == 0;
  self->complete = at == self->size || self->footer;
}

guint
recording_count (Recording * self, gconstpointer bytes, gsize size)
{
  const gchar *at = self->data;
  guint n = 0;

  while ((at = memmem (at, self->data + self->size - at, bytes, size)) != NULL) {
    n++;
    at++;
  }
  return n;
}

guint
recording_count_int64 (Recording * self, gint64 value)
{
  value = GINT64_TO_LE (value);
  return recording_count (self, &value, sizeof value);
}

guint
recording_count_floats (Recording * self, const gfloat * values, gsize n)
{
  guint32 *bits = g_memdup2 (values, n * sizeof *values);
  guint found;

  for (gsize i = 0; i < n; i++)
    bits[i] = GUINT32_TO_LE (bits[i]);
  found = recording_count (self, bits, n * sizeof *bits);
  g_free (bits);
  return found;
}

/* What was reserved for more frames is free again. */
static void
check_disk_space (const gchar * path)
{
  struct stat info;

  fail_unless (stat (path, &info) == 0);
  fail_if (512 * (guint64) info.st_blocks > (guint64) info.st_size + (1 << 17));
}

void
check_recording (const gchar * path, guint frames, gboolean footer)
{
  Recording recording;

  recording_read (&recording, path);
  assert_equals_int (recording.store_infos, 1);
  assert_equals_int (recording.frames, frames);
  assert_equals_int (recording.footer, footer);
  fail_unless (recording.complete);
  g_free (recording.data);
  if (footer)
    check_disk_space (path);
}

void
harness_stop (GstHarness * h)
{
  gst_element_set_state (h->element, GST_STATE_NULL);
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
}

guint64
stat_of (GstElement * sink, const gchar * name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

/* The texts of all messages of a kind, one after the other. */
static gchar *
texts (GstBus * bus, GstMessageType type, guint * n)
{
  GString *all = g_string_new (NULL);
  GstMessage *message;

  *n = 0;
  while ((message = gst_bus_pop_filtered (bus, type)) != NULL) {
    GError *error = NULL;

    if (type == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    else
      gst_message_parse_warning (message, &error, NULL);
    g_string_append (all, error->message);
    g_error_free (error);
    gst_message_unref (message);
    (*n)++;
  }
  return g_string_free (all, FALSE);
}

void
check_said (GstBus * bus, GstMessageType type, const gchar * const *words)
{
  guint n;
  gchar *text = texts (bus, type, &n);

  fail_unless (n == 1, "%u messages: %s", n, text);
  for (; *words != NULL; words++)
    fail_unless (strstr (text, *words) != NULL, "no \"%s\" in: %s", *words,
        text);
  g_free (text);
}

void
check_silent (GstBus * bus)
{
  guint n;
  gchar *text = texts (bus, GST_MESSAGE_ERROR, &n);

  fail_unless (n == 0, "%s", text);
  g_free (text);
  text = texts (bus, GST_MESSAGE_WARNING, &n);
  fail_unless (n == 0, "%s", text);
  g_free (text);
}
