/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all elements share, as units of code: the rule of who wins, caps fields,
 * reading of samples, the range tracker, arrays of numbers, reports of bad frames. */

#include "depthbuffers.h"

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthmeta.h"
#include "depth/gstdepthnumbers.h"
#include "depth/gstdepthreader.h"
#include "depth/gstdepthreport.h"
#include "depth/gstdepthstream.h"
#include "depth/gstdepthtracker.h"

#include <math.h>

static GstElement *element;
static GstBus *bus;

static void
setup (void)
{
  gst_depth_register_metas ();
  /* one that has the properties */
  element = gst_element_factory_make ("rvldepthenc", NULL);
  bus = watch (element);
}

static void
teardown (void)
{
  unwatch (element, bus);
  gst_object_unref (element);
}

/* Zeros: not given. */
typedef struct
{
  gdouble meter, near_m, far_m; /* properties */
  GstDepthInfo meta;
  gdouble caps;
  gdouble measured_min, measured_max;
  gdouble want_meter, want_min, want_max;
  gboolean measures;
  gdouble caps_near_m, caps_far_m;
} Rule;

static const Rule rules[] = {
  /* the unit: property, metadata, caps, default */
  {2000, -1, -1, {3000, 0, 0}, 4000, 10, 20, 2000, 10, 20, TRUE},
  {0, -1, -1, {3000, 0, 0}, 4000, 10, 20, 3000, 10, 20, TRUE},
  {0, -1, -1, {0, 0, 0}, 4000, 10, 20, 4000, 10, 20, TRUE},
  {0, -1, -1, {0, 0, 0}, 0, 10, 20, 1000, 10, 20, TRUE},
  /* the range: properties in metres, metadata in depth units, measured */
  {2000, 0.5, 4, {0, 10, 20}, 0, 30, 40, 2000, 1000, 8000, FALSE},
  {0, 0.5, 4, {5000, 10, 20}, 0, 30, 40, 5000, 2500, 20000, FALSE},
  {0, 0, 4, {0, 10, 20}, 0, 30, 40, 1000, 0, 4000, FALSE},
  {0, -1, -1, {0, 10, 20}, 0, 30, 40, 1000, 10, 20, FALSE},
  {0, -1, -1, {0, 0, 20}, 0, 30, 40, 1000, 0, 20, FALSE},
  /* and the caps, in metres, after metadata and before a measurement */
  {0, -1, -1, {0, 0, 0}, 5000, 30, 40, 5000, 2500, 20000, FALSE, 0.5, 4},
  {2000, -1, -1, {0, 0, 0}, 5000, 30, 40, 2000, 1000, 8000, FALSE, 0.5, 4},
  {0, -1, -1, {0, 10, 20}, 0, 30, 40, 1000, 10, 20, FALSE, 0.5, 4},
  {0, -1, -1, {4000, 0, 0}, 0, 30, 40, 4000, 2000, 16000, FALSE, 0.5, 4},
  {0, 0.25, -1, {0, 0, 0}, 0, 30, 40, 1000, 250, 4000, FALSE, 0.5, 4},
  {0, 5, -1, {0, 0, 0}, 0, 30, 40, 1000, 5000, 6000, FALSE, 0.5, 4},
  {0, -1, -1, {0, 2000, 10}, 0, 30, 40, 1000, 500, 4000, FALSE, 0.5, 4},
  /* a range that cannot be is none */
  {0, -1, -1, {0, -5, 2000}, 0, 30, 40, 1000, 30, 40, TRUE},
  {0, -1, -1, {0, 2000, 10}, 0, 30, 40, 1000, 30, 40, TRUE},
  {0, -1, -1, {0, 10, INFINITY}, 0, 30, 40, 1000, 30, 40, TRUE},
  {0, -1, -1, {0, NAN, 2000}, 0, 30, 40, 1000, 30, 40, TRUE},
  /* each end for itself */
  {0, 0.5, -1, {0, 10, 2000}, 0, 30, 40, 1000, 500, 2000, FALSE},
  {0, -1, 1.5, {0, 10, 2000}, 0, 30, 40, 1000, 10, 1500, FALSE},
  {0, 0.5, -1, {0, 0, 0}, 0, 300, 4000, 1000, 500, 4000, TRUE},
  {0, -1, 1.5, {0, 0, 0}, 0, 300, 4000, 1000, 300, 1500, TRUE},
  /* nothing to measure yet */
  {0, -1, -1, {0, 0, 0}, 0, 0, 0, 1000, 0, 65535, TRUE},
  /* ends that cross: what was set stays */
  {0, 5, -1, {0, 10, 2000}, 0, 0, 0, 1000, 5000, 6000, FALSE},
  {0, -1, 0.2, {0, 300, 2000}, 0, 0, 0, 1000, 0, 200, FALSE},
  {0, 5, -1, {0, 0, 0}, 0, 300, 4000, 1000, 5000, 6000, TRUE},
  {0, -1, 0.2, {0, 0, 0}, 0, 300, 4000, 1000, 0, 200, TRUE},
};

static void
set_number (GstDepthStream * stream, const gchar * name, gdouble number)
{
  GParamSpec *pspec = g_param_spec_ref_sink (g_param_spec_double (name, name,
          name, -G_MAXDOUBLE, G_MAXDOUBLE, 0, G_PARAM_READWRITE));
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, number);
  gst_depth_stream_set_property (stream, &value, pspec);
  g_value_unset (&value);
  g_param_spec_unref (pspec);
}

GST_START_TEST (test_rule)
{
  const Rule *r = &rules[__i__];
  GstBuffer *buffer = gst_buffer_new ();
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-raw");
  GstDepthFields fields = { r->caps_near_m, r->caps_far_m };
  GstDepthStream stream;
  GstDepthValues values;

  gst_depth_stream_init (&stream, element);
  set_number (&stream, "meter", r->meter);
  set_number (&stream, "near", r->near_m);
  set_number (&stream, "far", r->far_m);
  fail_unless (gst_depth_stream_check (&stream));
  if (r->caps != 0)
    gst_depth_caps_set_meter (caps, r->caps);
  gst_depth_caps_set_fields (caps, &fields);
  fail_unless (gst_depth_stream_set_caps (&stream, caps));
  if (r->meta.meter != 0 || r->meta.range_max != 0)
    gst_depth_meta_set_info (buffer, &r->meta);

  for (guint i = 0; i < 3; i++) {
    gst_depth_stream_resolve (&stream, buffer, FALSE, &values);
    fail_unless (values.need_measure == r->measures);
    if (values.need_measure && r->measured_max > 0)
      gst_depth_values_measured (&values, r->measured_min, r->measured_max);
    fail_unless (values.meter == r->want_meter && values.range_min ==
        r->want_min && values.range_max == r->want_max, "%d: %g, %g to %g",
        __i__, values.meter, values.range_min, values.range_max);
  }
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL),
      r->meter == 0 && r->meta.meter == 0 && r->caps == 0);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

/* A frame that says metres itself needs no unit: no word of a default. */
GST_START_TEST (test_frame_in_metres)
{
  GstDepthStream stream;
  GstDepthValues values;

  gst_depth_stream_init (&stream, element);
  fail_unless (gst_depth_stream_check (&stream));
  gst_depth_stream_resolve (&stream, NULL, TRUE, &values);
  fail_unless (values.meter == 1000);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_INFO, NULL), 0);
}

GST_END_TEST;

/* While it runs, the end that was set last stays, and the other one, moved, reads
 * back as it is used. */
GST_START_TEST (test_ends_that_cross)
{
  static const struct
  {
    gdouble near_m, far_m;      /* in use */
    const gchar *name;
    gdouble set;
    gdouble want_near, want_far;
  } table[] = {
    {1, 3, "near", 5, 5, 6},
    {1, 3, "near", 3, 3, 4},
    {4, 8, "far", 3, 0, 3},
    {1, 3, "near", 2, 2, 3},
    {1, -1, "near", 5, 5, -1},
    {1, 3, "far", -1, 1, -1},
    {1, 3, "far", 0, 1, 3},
    {1, 3, "near", -2, 1, 3},
    {1, 3, "near", NAN, 1, 3},
  };
  GstDepthStream stream;
  GstDepthValues values;

  gst_depth_stream_init (&stream, element);
  gst_element_set_state (element, GST_STATE_READY);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    stream.near_m = table[i].near_m;
    stream.far_m = table[i].far_m;
    set_number (&stream, table[i].name, table[i].set);
    fail_unless (stream.near_m == table[i].want_near
        && stream.far_m == table[i].want_far, "%u: %g, %g", i, stream.near_m,
        stream.far_m);
    gst_depth_stream_resolve (&stream, NULL, TRUE, &values);
    if (stream.far_m > 0)
      fail_unless (values.range_min == 1000 * stream.near_m
          && values.range_max == 1000 * stream.far_m);
  }
  /* the three that are refused */
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 3);

  /* two that are set one after the other, in either order */
  set_number (&stream, "near", 5);
  set_number (&stream, "far", 8);
  fail_unless (stream.near_m == 5 && stream.far_m == 8);
  set_number (&stream, "far", 3);
  set_number (&stream, "near", 1);
  fail_unless (stream.near_m == 1 && stream.far_m == 3);
  gst_element_set_state (element, GST_STATE_NULL);
}

GST_END_TEST;

GST_START_TEST (test_caps_field)
{
  static const struct
  {
    const gchar *caps;
    gdouble meter;              /* 0: there is none */
  } table[] = {
    {"video/x-raw", 0},
    {"image/png,depth-meter=5000/1", 5000},
    {"image/png,depth-meter=(fraction)1/1000", 0.001},
    {"image/png,depth-meter=1000", 1000},
    {"image/png,depth-meter=(double)1000.5", 1000.5},
    {"image/png,depth-meter=(float)256", 256},
    {"image/png,depth-meter=(guint64)256", 256},
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    GstCaps *caps = gst_caps_from_string (table[i].caps);
    gdouble meter = 0;

    fail_unless (gst_depth_caps_get_meter (caps, &meter) ==
        (table[i].meter != 0));
    fail_unless (meter == table[i].meter, "%s: %g", table[i].caps, meter);
    gst_depth_caps_set_meter (caps, 10000.5);
    fail_unless (gst_depth_caps_get_meter (caps, &meter) && meter == 10000.5);
    gst_caps_unref (caps);
  }
}

GST_END_TEST;

/* As exactly as Rerun's 32-bit float holds them, and more. */
GST_START_TEST (test_caps_hold_any_meter)
{
  GstCaps *caps = gst_caps_new_empty_simple ("image/png");
  GRand *rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 10000; i++) {
    gdouble meter = i == 0 ? 1 : i == 1 ? 1000000 : i % 2 ?
        pow (10, g_rand_double_range (rand, 0, 6)) :
        1 / g_rand_double_range (rand, 0.000001, 1);
    gdouble got = 0;

    gst_depth_caps_set_meter (caps, meter);
    gst_depth_caps_get_meter (caps, &got);
    if (fabs (got - meter) > 1e-9 * meter)
      fail ("%.17g became %.17g", meter, got);
  }
  g_rand_free (rand);
  gst_caps_unref (caps);
}

GST_END_TEST;

/* Fields of any sort of numbers; a word in a problem, NULL: they are right. */
static const struct
{
  const gchar *caps;
  GstDepthFields want;
  const gchar *problem;
} fields_table[] = {
  {"image/png", {0}},
  {"image/png,depth-range=<0.3,10.5>", {0.3, 10.5}},
  {"image/png,depth-range=(double)<0,10.5>", {0, 10.5}},
  {"image/png,depth-range=<0,10>", {0, 10}},
  {"image/png,depth-pinhole=<525.5,525,319.5,239.5,640,480>",
      {0, 0, {525.5, 525, 319.5, 239.5, 640, 480}}},
  {"image/png,depth-range=10", {0}, "depth-range"},
  {"image/png,depth-range=near", {0}, "near"},
  {"image/png,depth-range=<10>", {0}, "depth-range"},
  {"image/png,depth-range=<1,2,3>", {0}, "depth-range"},
  {"image/png,depth-range=<4,0.5>", {0}, "below far"},
  {"image/png,depth-range=<4,4>", {0}, "below far"},
  {"image/png,depth-range=<-1.0,4>", {0}, "below far"},
  {"image/png,depth-range=<a,b>", {0}, "depth-range"},
  {"image/png,depth-pinhole=<525,525,319,239>", {0}, "width, height"},
  {"image/png,depth-pinhole=<0,525,319,239,640,480>", {0}, "above 0"},
  {"image/png,depth-pinhole=<525,525,319,239,0,480>", {0}, "depth-pinhole"},
  {"image/png,depth-pinhole=<5.0,5,3,2,640,1e300>", {0}, "depth-pinhole"},
  {"image/png,depth-pinhole=<525,525,319,239,640,-480>", {0}, "depth-pinhole"},
};

static gboolean
same_fields (const GstDepthFields * a, const GstDepthFields * b)
{
  return a->near_m == b->near_m && a->far_m == b->far_m
      && gst_depth_pinhole_equal (&a->pinhole, &b->pinhole);
}

GST_START_TEST (test_range_and_pinhole_of_caps)
{
  GstCaps *caps = gst_caps_from_string (fields_table[__i__].caps);
  GstDepthStream stream;
  GstDepthFields fields;

  gst_depth_stream_init (&stream, element);
  if (fields_table[__i__].problem != NULL) {
    fail_if (gst_depth_stream_set_caps (&stream, caps));
    assert_message (bus, GST_MESSAGE_ERROR, fields_table[__i__].problem,
        "allowed is (double)<");
  } else {
    fail_unless (gst_depth_stream_set_caps (&stream, caps));
    fields = gst_depth_stream_get_caps_fields (&stream, 640, 480);
    fail_unless (same_fields (&fields, &fields_table[__i__].want));
  }
  gst_depth_caps_accepted (element);
  gst_caps_unref (caps);
}

GST_END_TEST;

/* As gdppay and rtpgstpay send them: every bit arrives. */
GST_START_TEST (test_fields_through_a_string)
{
  GRand *rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 1000; i++) {
    GstCaps *caps = gst_caps_new_empty_simple ("image/x-rvl"), *copy;
    gboolean whole = i % 3 == 0;
    gdouble f = g_rand_double_range (rand, 1, 4000);
    const GstDepthFields fields = { whole ? 0 : f / 5000, whole ? 4 : f,
      {whole ? 500 : f, f / 3, whole ? 0 : -f / 7, f / 9, 1 + i, 65535}
    };
    GstDepthFields got;
    gchar *text;

    gst_depth_caps_set_fields (caps, &fields);
    fail_unless (gst_caps_is_fixed (caps));
    text = gst_caps_to_string (caps);
    copy = gst_caps_from_string (text);
    fail_unless (gst_caps_is_equal (copy, caps), "%s", text);
    fail_unless (gst_depth_caps_get_fields (copy, &got) == NULL);
    fail_unless (same_fields (&got, &fields), "%s", text);
    got.far_m = 0;
    got.pinhole.width = 0;
    gst_depth_caps_set_fields (copy, &got);
    fail_unless_equals_int (gst_structure_n_fields (gst_caps_get_structure
            (copy, 0)), 0);
    g_free (text);
    gst_caps_unref (copy);
    gst_caps_unref (caps);
  }
  g_rand_free (rand);
}

GST_END_TEST;

/* Metadata, then caps; caps for their size, and for frames without metadata. */
GST_START_TEST (test_rule_of_pinholes)
{
  const GstPinholeInfo of_meta = { 1, 2, 3, 4, 640, 480 };
  const GstDepthFields of_caps = {.pinhole = {5, 6, 7, 8, 640, 480} };
  const GstDepthInfo depth = { 1000, 0, 0 };
  GstCaps *caps = gst_caps_new_empty_simple ("image/x-rvl");
  GstDepthStream stream;

  gst_depth_stream_init (&stream, element);
  gst_depth_caps_set_fields (caps, &of_caps);
  fail_unless (gst_depth_stream_set_caps (&stream, caps));
  for (guint i = 0; i < 8; i++) {
    gboolean has_depth = i & 1, has_pinhole = i & 2, other_size = i & 4;
    GstBuffer *buffer = gst_buffer_new ();
    GstPinholeInfo info;
    gdouble want = other_size ? 0 : has_pinhole ? 1 : has_depth ? 0 : 5;

    if (has_depth)
      gst_depth_meta_set_info (buffer, &depth);
    if (has_pinhole)
      gst_pinhole_meta_set_info (buffer, &of_meta);
    fail_unless (gst_depth_stream_get_pinhole (&stream, buffer, 640,
            other_size ? 240 : 480, &info) == (want > 0));
    fail_unless (info.fx == want && (info.width > 0) == (want > 0), "%u", i);
    gst_buffer_unref (buffer);
  }
  gst_caps_unref (caps);
}

GST_END_TEST;

/* --- samples ------------------------------------------------------------------ */

/* Rows of a buffer with padding, in either order, with a second invalid value. */
GST_START_TEST (test_reader)
{
  const Layout layout = { 6, 10, 2 };
  guint16 *samples = samples_new (101, 37, RANDOM), *swapped;
  GstDepthReader reader = { 0, };
  GstDepthFrame frame;
  GstVideoInfo info;
  GstBuffer *buffer;
  gchar *problem;

  samples[5] = GUINT16_TO_LE (65535);
  swapped = g_memdup2 (samples, 2 * 101 * 37);
  for (guint i = 0; __i__ & 1 && i < 101 * 37; i++)
    swapped[i] = GUINT16_SWAP_LE_BE (samples[i]);
  if (__i__ & 2)
    samples[5] = 0;
  buffer = frame_new (swapped, 101, 37, &layout, 0);
  gst_buffer_get_video_meta (buffer)->format = __i__ & 1 ?
      GST_VIDEO_FORMAT_GRAY16_BE : GST_VIDEO_FORMAT_GRAY16_LE;
  gst_video_info_set_format (&info, gst_buffer_get_video_meta (buffer)->format,
      101, 37);
  for (guint turn = 0; turn < 2; turn++) {
    fail_unless (gst_depth_reader_map (&reader, element, &frame, &info, buffer,
            __i__ & 2 ? 65535 : 0, &problem));
    fail_unless_equals_int (frame.converted, __i__ != 0);
    for (guint y = 0; y < 37; y++)
      fail_unless (memcmp ((guint8 *) frame.pixels + y * frame.stride,
              samples + y * 101, 202) == 0, "row %u", y);
    gst_depth_frame_unmap (&frame);
  }
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  gst_depth_reader_clear (&reader);
  gst_buffer_unref (buffer);
  g_free (samples);
  g_free (swapped);
}

GST_END_TEST;

/* C8: one warning that names both sizes and the likely reason. */
GST_START_TEST (test_buffer_larger_than_caps)
{
  static const struct
  {
    gsize size;
    const gchar *reason;
  } table[] = {
    {64 * 48 * 4, "32-bit"}, {64 * 48 * 8, "64-bit"}, {64 * 48 * 2 + 2,
        "padding"}
  };
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, table[__i__].size, NULL);
  GstDepthReader reader = { 0, };
  GstDepthFrame frame;
  GstVideoInfo info;
  gchar *problem, *text;

  gst_buffer_memset (buffer, 0, 1, table[__i__].size);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_GRAY16_LE, 64, 48);
  for (guint turn = 0; turn < 3; turn++) {
    fail_unless (gst_depth_reader_map (&reader, element, &frame, &info, buffer,
            0, &problem));
    gst_depth_frame_unmap (&frame);
  }
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, &text), 1);
  fail_unless (strstr (text, table[__i__].reason) != NULL, "%s", text);
  fail_unless (strstr (text, "6144") != NULL, "%s", text);
  g_free (text);
  gst_depth_reader_clear (&reader);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

/* --- the measured range -------------------------------------------------------- */

static void
measure (GstDepthTracker * tracker, guint sample, GstClockTime time,
    gdouble meter)
{
  guint16 pixels[64];

  for (guint i = 0; i < 64; i++)
    pixels[i] = GUINT16_TO_LE (sample + i);
  gst_depth_tracker_measure (tracker, pixels, 16, 8, 8, time, 0, meter);
}

/* A change of unit is followed with the first frame, and no range in old units is
 * given out for new ones. */
GST_START_TEST (test_tracker_follows_the_unit)
{
  GstDepthTracker tracker;
  GstDepthStream stream;
  GstDepthValues values;

  gst_depth_stream_init (&stream, element);
  gst_depth_tracker_reset (&tracker, FRAME);
  stream.meter = 1000;
  for (guint i = 0; i < 10; i++)
    measure (&tracker, 2000, i * FRAME, 1000);
  gst_depth_stream_resolve (&stream, NULL, FALSE, &values);
  gst_depth_tracker_fill (&tracker, &values);
  fail_unless (values.range_min >= 2000 && values.range_max < 2064);

  stream.meter = 5000;
  gst_depth_stream_resolve (&stream, NULL, FALSE, &values);
  gst_depth_tracker_fill (&tracker, &values);
  fail_unless (values.need_measure);
  fail_unless (gst_depth_tracker_is_due (&tracker, 5000, 10 * FRAME,
          GST_SECOND));
  measure (&tracker, 10000, 10 * FRAME, 5000);
  gst_depth_tracker_fill (&tracker, &values);
  fail_if (values.need_measure);
  fail_unless (values.range_min >= 10000 && values.range_max < 10064);
}

GST_END_TEST;

GST_START_TEST (test_tracker_is_due)
{
  GstDepthTracker tracker;

  gst_depth_tracker_reset (&tracker, GST_CLOCK_TIME_NONE);
  fail_unless (gst_depth_tracker_is_due (&tracker, 1000, 0, GST_SECOND));
  measure (&tracker, 2000, 5 * GST_SECOND, 1000);
  fail_if (gst_depth_tracker_is_due (&tracker, 1000, 5 * GST_SECOND + FRAME,
          GST_SECOND));
  fail_unless (gst_depth_tracker_is_due (&tracker, 1000, 6 * GST_SECOND,
          GST_SECOND));
  fail_unless (gst_depth_tracker_is_due (&tracker, 1000, 4 * GST_SECOND,
          GST_SECOND));
  fail_unless (gst_depth_tracker_is_due (&tracker, 1000, GST_CLOCK_TIME_NONE,
          GST_SECOND));
}

GST_END_TEST;

GST_START_TEST (test_timer)
{
  GstDepthTimer timer;

  gst_depth_timer_reset (&timer, GST_CLOCK_TIME_NONE);
  fail_unless (gst_depth_timer_passed (&timer, GST_SECOND) == 0);
  fail_unless (gst_depth_timer_passed (&timer, 3 * GST_SECOND) == 2);
  fail_unless (gst_depth_timer_passed (&timer, GST_SECOND) == 0);
  fail_unless (gst_depth_timer_passed (&timer, GST_CLOCK_TIME_NONE) == 0);
  gst_depth_timer_reset (&timer, GST_SECOND / 2);
  fail_unless (gst_depth_timer_passed (&timer, GST_CLOCK_TIME_NONE) == 0.5);
}

GST_END_TEST;

/* --- numbers ------------------------------------------------------------------- */

static void
add_number (GValue * array, GType type, gdouble number)
{
  GValue as_double = G_VALUE_INIT, value = G_VALUE_INIT;

  g_value_init (&as_double, G_TYPE_DOUBLE);
  g_value_set_double (&as_double, number);
  g_value_init (&value, type);
  g_value_transform (&as_double, &value);
  gst_value_array_append_and_take_value (array, &value);
}

/* C16: any kind of number, as bindings have them. */
GST_START_TEST (test_numbers)
{
  static const GType types[] = { G_TYPE_DOUBLE, G_TYPE_INT, G_TYPE_FLOAT,
    G_TYPE_INT64, G_TYPE_UINT, G_TYPE_UINT64
  };
  GValue array = G_VALUE_INIT;
  GstPinholeInfo info = { 0, };

  g_value_init (&array, GST_TYPE_ARRAY);
  fail_unless (gst_depth_pinhole_problem (&array) == NULL);
  for (guint i = 0; i < 4; i++)
    add_number (&array, types[__i__], 600 + i);
  fail_unless (gst_depth_pinhole_problem (&array) == NULL);
  fail_unless (gst_depth_pinhole_get_property (&array, &info));
  fail_unless (info.fx == 600 && info.fy == 601 && info.cx == 602
      && info.cy == 603);
  g_value_unset (&array);
}

GST_END_TEST;

GST_START_TEST (test_bad_pinhole)
{
  static const struct
  {
    guint n;
    gdouble numbers[5];
  } table[] = {
    {3, {1, 2, 3}}, {5, {1, 2, 3, 4, 5}}, {4, {0, 2, 3, 4}}, {4, {1, -1, 3, 4}},
    {4, {1, NAN, 3, 4}}, {4, {1, 2, INFINITY, 4}}
  };
  GValue array = G_VALUE_INIT;
  gchar *problem;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (guint i = 0; i < table[__i__].n; i++)
    add_number (&array, G_TYPE_DOUBLE, table[__i__].numbers[i]);
  problem = gst_depth_pinhole_problem (&array);
  fail_unless (problem != NULL && strstr (problem, "allowed") != NULL);
  g_free (problem);
  g_value_unset (&array);
}

GST_END_TEST;

GST_START_TEST (test_words_are_no_pinhole)
{
  GValue array = G_VALUE_INIT;
  gchar *problem;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (guint i = 0; i < 4; i++) {
    GValue word = G_VALUE_INIT;

    g_value_init (&word, G_TYPE_STRING);
    g_value_set_static_string (&word, "600");
    gst_value_array_append_and_take_value (&array, &word);
  }
  problem = gst_depth_pinhole_problem (&array);
  fail_unless (problem != NULL);
  g_free (problem);
  g_value_unset (&array);
}

GST_END_TEST;

/* --- reports ------------------------------------------------------------------- */

static guint
report (GstDepthReport * r, const gchar * frames)
{
  for (; *frames != '\0'; frames++) {
    if (*frames == '+')
      gst_depth_report_good (r);
    else
      gst_depth_report_bad (r, element, g_strdup_printf ("bad at %u",
              (guint) (r->good + r->bad)));
  }
  return count_messages (bus, GST_MESSAGE_WARNING, NULL);
}

/* The first of several in a row, then when there are ten times as many. */
GST_START_TEST (test_report)
{
  GstDepthReport r = { 0, };
  gchar *text;

  fail_unless_equals_int (report (&r, "+++-++"), 1);
  fail_unless_equals_int (report (&r, "-----+"), 1);
  fail_unless_equals_int (report (&r, "----"), 2);      /* the tenth, too */
  fail_unless (gst_depth_report_end (&r, element));
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, NULL), 0);
  for (guint i = 0; i < 89; i++)
    report (&r, "-");
  fail_unless_equals_int (report (&r, "-----"), 1);     /* the hundredth */
  fail_unless (gst_depth_report_end (&r, element));
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, &text), 1);
  fail_unless (strstr (text, "104 of") != NULL && strstr (text, "bad at 3"),
      "%s", text);
  g_free (text);
  gst_depth_report_clear (&r);
}

GST_END_TEST;

/* Every second frame, for long: no flood. */
GST_START_TEST (test_report_no_flood)
{
  GstDepthReport r = { 0, };
  guint n = 0;

  for (guint i = 0; i < 20000; i++)
    n += report (&r, "+-");
  fail_unless (n >= 10 && n < 20, "%u", n);
  gst_depth_report_clear (&r);
}

GST_END_TEST;

/* C4: nothing was usable. */
GST_START_TEST (test_report_none)
{
  GstDepthReport r = { 0, };
  gchar *text;

  fail_unless (gst_depth_report_end (&r, element));     /* nothing came */
  report (&r, "-----");
  fail_if (gst_depth_report_end (&r, element));
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_ERROR, &text), 1);
  fail_unless (strstr (text, "None of 5") && strstr (text, "bad at 0"), "%s",
      text);
  g_free (text);
  gst_depth_report_clear (&r);
}

GST_END_TEST;

static Suite *
depthstream_suite (void)
{
  Suite *suite = suite_create ("depthstream");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_rule, 0, G_N_ELEMENTS (rules));
  tcase_add_test (tc, test_frame_in_metres);
  tcase_add_test (tc, test_ends_that_cross);
  tcase_add_test (tc, test_caps_field);
  tcase_add_test (tc, test_caps_hold_any_meter);
  tcase_add_loop_test (tc, test_range_and_pinhole_of_caps, 0,
      G_N_ELEMENTS (fields_table));
  tcase_add_test (tc, test_fields_through_a_string);
  tcase_add_test (tc, test_rule_of_pinholes);
  tcase_add_loop_test (tc, test_reader, 0, 4);
  tcase_add_loop_test (tc, test_buffer_larger_than_caps, 0, 3);
  tcase_add_test (tc, test_tracker_follows_the_unit);
  tcase_add_test (tc, test_tracker_is_due);
  tcase_add_test (tc, test_timer);
  tcase_add_loop_test (tc, test_numbers, 0, 6);
  tcase_add_loop_test (tc, test_bad_pinhole, 0, 6);
  tcase_add_test (tc, test_words_are_no_pinhole);
  tcase_add_test (tc, test_report);
  tcase_add_test (tc, test_report_no_flood);
  tcase_add_test (tc, test_report_none);
  return suite;
}

GST_CHECK_MAIN (depthstream);
