/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The encoder or the decoder in a harness. */

#include "rvldepth-common.h"

#include "png16/png16.h"
#include "rvl/rvl.h"

#include <string.h>

const gchar *const media_types[] = { "image/x-rvl", "image/png" };

GstBus *bus;

GstHarness *
harness_new (const gchar * launch, const gchar * sink_caps)
{
  GstHarness *h = gst_harness_new_parse (launch);

  bus = watch (h->element);
  gst_harness_set_sink_caps_str (h, sink_caps);
  return h;
}

GstHarness *
decoder_new (const gchar * launch, const gchar * src_caps)
{
  GstHarness *h = harness_new (launch, "ANY");

  if (src_caps != NULL)
    gst_harness_set_src_caps_str (h, src_caps);
  return h;
}

void
harness_free (GstHarness * h)
{
  unwatch (h->element, bus);
  gst_harness_teardown (h);
}

void
flush_at (GstHarness * h, GstBuffer * frame)
{
  GstSegment segment;

  fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
  fail_unless_equals_int (gst_harness_push (h, frame), GST_FLOW_FLUSHING);
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

GstBuffer *
encoded_new (Kind kind, const guint16 * samples, guint width, guint height,
    guint number)
{
  gsize size = RVL_HEADER_SIZE + 3 * (gsize) width * height + 8
      + png16_max_size (width, height);
  guint8 *data = g_malloc (size);
  RvlHeader header = {.width = width,.height = height };
  Png16Encoder *encoder = png16_encoder_new ();
  GstBuffer *buffer;

  if (kind == RVL) {
    rvl_header_write (&header, data);
    size = RVL_HEADER_SIZE + rvl_encode (samples, 2 * width, width, height,
        data + RVL_HEADER_SIZE);
  } else {
    size = png16_encode (encoder, samples, 2 * width, width, height, 1, data,
        size);
    fail_unless (size > 0);
  }
  png16_encoder_free (encoder);
  buffer = gst_buffer_new_memdup (data, size);
  g_free (data);
  GST_BUFFER_PTS (buffer) = number * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return buffer;
}

void
assert_encoded (GstBuffer * buffer, Kind kind, const guint16 * samples,
    guint width, guint height)
{
  guint16 *decoded = g_new (guint16, (gsize) width * height);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  if (kind == RVL) {
    RvlHeader header;

    fail_unless (rvl_header_read (map.data, map.size, &header, NULL));
    fail_unless (header.a == 0 && header.b == 0);
    fail_unless (header.width == width && header.height == height);
    fail_unless (rvl_decode (map.data + RVL_HEADER_SIZE,
            map.size - RVL_HEADER_SIZE, decoded, 2 * width, width, height,
            NULL));
  } else {
    Png16Decoder *decoder = png16_decoder_new ();
    Png16Error error;

    fail_unless (png16_decode (decoder, map.data, map.size, decoded,
            2 * width, width, height, &error), "%s", error.what);
    png16_decoder_free (decoder);
  }
  gst_buffer_unmap (buffer, &map);
  fail_unless (memcmp (decoded, samples, 2 * (gsize) width * height) == 0);
  g_free (decoded);
}

void
assert_pulled (GstHarness * h, const guint16 * samples)
{
  GstBuffer *out = gst_harness_try_pull (h);
  GstCaps *caps;

  fail_unless (out != NULL);
  caps = out_caps (h);
  assert_samples (out, caps, samples);
  gst_caps_unref (caps);
  gst_buffer_unref (out);
}

void
assert_decoded (GstHarness * h, GstBuffer * in, const guint16 * samples)
{
  fail_unless_equals_int (gst_harness_push (h, in), GST_FLOW_OK);
  assert_pulled (h, samples);
}
