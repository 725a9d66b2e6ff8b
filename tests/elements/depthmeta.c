/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The metas, and what filters and codecs make of them. Built with the sources under
 * test, beside the plugin that has them too: each finds the metas registered that the
 * other brought. */

#include "depthbuffers.h"

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthmeta.h"
#include "depth/gstdepthnumbers.h"

#include <math.h>

static const GstDepthInfo depth = { 5000, 500, 20000 };
static const GstPinholeInfo camera = { 525, 520, 319.5, 239.5, 640, 480 };

static void
setup (void)
{
  fail_unless (gst_depth_meta_load ());
}

GST_START_TEST (test_registered_once)
{
  const GstMetaInfo *info = gst_meta_get_info (GST_DEPTH_META_NAME);

  fail_unless (info != NULL && gst_meta_info_is_custom (info));
  fail_unless (gst_meta_get_info (GST_PINHOLE_META_NAME) != NULL);
  gst_depth_register_metas ();
  gst_depth_register_metas ();
  fail_unless (gst_meta_get_info (GST_DEPTH_META_NAME) == info);
}

GST_END_TEST;

GST_START_TEST (test_set_and_get)
{
  GstBuffer *buffer = gst_buffer_new ();
  GstDepthInfo d = { 1, 2, 3 };
  GstPinholeInfo p = { 1, 2, 3, 4, 5, 6 };
  guint n = 0;
  gpointer state = NULL;

  fail_if (gst_depth_meta_get_info (buffer, &d));
  fail_if (gst_pinhole_meta_get_info (buffer, &p));
  fail_unless (d.meter == 0 && d.range_max == 0 && p.fx == 0 && p.width == 0);

  /* the second time changes what is there */
  for (guint i = 0; i < 2; i++) {
    fail_unless (gst_depth_meta_set_info (buffer, &depth));
    fail_unless (gst_pinhole_meta_set_info (buffer, &camera));
  }
  while (gst_buffer_iterate_meta (buffer, &state))
    n++;
  fail_unless_equals_int (n, 2);
  fail_unless (gst_depth_meta_get_info (buffer, &d));
  fail_unless (gst_pinhole_meta_get_info (buffer, &p));
  fail_unless (memcmp (&d, &depth, sizeof (d)) == 0);
  fail_unless (memcmp (&p, &camera, sizeof (p)) == 0);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

/* Bindings choose other types for whole numbers, and may leave fields away. */
GST_START_TEST (test_fields_of_bindings)
{
  GstBuffer *buffer = gst_buffer_new ();
  GstStructure *fields;
  GstDepthInfo d;
  GstPinholeInfo p;

  fields = gst_custom_meta_get_structure (gst_buffer_add_custom_meta (buffer,
          GST_DEPTH_META_NAME));
  gst_structure_set (fields, "meter", G_TYPE_INT, 5000, "range-max",
      G_TYPE_INT64, (gint64) 9000, "range-min", G_TYPE_STRING, "near", NULL);
  fail_unless (gst_depth_meta_get_info (buffer, &d));
  fail_unless (d.meter == 5000 && d.range_min == 0 && d.range_max == 9000);

  fields = gst_custom_meta_get_structure (gst_buffer_add_custom_meta (buffer,
          GST_PINHOLE_META_NAME));
  gst_structure_set (fields, "fx", G_TYPE_FLOAT, 2.5f, "width", G_TYPE_INT, 64,
      "height", G_TYPE_INT, -3, NULL);
  fail_unless (gst_pinhole_meta_get_info (buffer, &p));
  fail_unless (p.fx == 2.5 && p.fy == 0 && p.width == 64 && p.height == 0);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

GST_START_TEST (test_copies)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100, NULL), *copy, *part;
  GstPinholeInfo p;
  GstStructure *fields;

  gst_pinhole_meta_set_info (buffer, &camera);
  gst_depth_meta_set_info (buffer, &depth);
  fields = gst_custom_meta_get_structure (gst_buffer_get_custom_meta (buffer,
          GST_PINHOLE_META_NAME));
  gst_structure_set (fields, "serial", G_TYPE_STRING, "A1", NULL);
  copy = gst_buffer_copy (buffer);
  part = gst_buffer_copy_region (copy, GST_BUFFER_COPY_ALL, 10, 20);
  gst_buffer_unref (buffer);
  gst_buffer_unref (copy);
  fail_unless (gst_pinhole_meta_get_info (part, &p));
  fail_unless (memcmp (&p, &camera, sizeof (p)) == 0);
  fields = gst_custom_meta_get_structure (gst_buffer_get_custom_meta (part,
          GST_PINHOLE_META_NAME));
  fail_unless_equals_string (gst_structure_get_string (fields, "serial"), "A1");
  fail_unless (gst_buffer_get_custom_meta (part, GST_DEPTH_META_NAME));
  gst_buffer_unref (part);
}

GST_END_TEST;

GST_START_TEST (test_frame_pinhole)
{
  static const GstPinholeInfo bad[] = { {0, 520, 319, 239, 640, 480},
  {525, -520, 319, 239, 640, 480}, {NAN, 520, 319, 239, 640, 480},
  {INFINITY, 520, 319, 239, 640, 480}, {525, INFINITY, 319, 239, 640, 480},
  {525, 520, INFINITY, 239, 640, 480}, {525, 520, 319, 239, 0, 0}
  };
  GstBuffer *buffer = gst_buffer_new ();
  GstPinholeInfo p;

  fail_if (gst_depth_pinhole_get_meta (buffer, 640, 480, &p));
  gst_pinhole_meta_set_info (buffer, &camera);
  fail_unless (gst_depth_pinhole_get_meta (buffer, 640, 480, &p));
  fail_unless (memcmp (&p, &camera, sizeof (p)) == 0);
  fail_if (gst_depth_pinhole_get_meta (buffer, 640, 360, &p));
  fail_if (gst_depth_pinhole_get_meta (buffer, 320, 480, &p));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    gst_pinhole_meta_set_info (buffer, &bad[i]);
    fail_if (gst_depth_pinhole_get_meta (buffer, 640, 480, &p));
  }
  gst_buffer_unref (buffer);
}

GST_END_TEST;

/* Through videoscale; of a picture of another size: nothing arrives. */
GST_START_TEST (test_scaled)
{
  GstHarness *h = gst_harness_new ("videoscale");
  guint16 *samples = samples_new (640, 480, HOLES);

  gst_harness_set_sink_caps_str (h, "video/x-raw,width=320,height=240");
  push_caps (h, 640, 480, "");
  for (guint i = 0; i < 2; i++) {
    GstBuffer *buffer = frame_new (samples, 640, 480, NULL, i);
    GstPinholeInfo p = camera;
    GstCustomMeta *meta;

    p.height = i == 0 ? 480 : 479;
    gst_pinhole_meta_set_info (buffer, &p);
    meta = gst_buffer_get_custom_meta (buffer, GST_PINHOLE_META_NAME);
    gst_structure_set (gst_custom_meta_get_structure (meta), "serial",
        G_TYPE_STRING, "A1", NULL);
    buffer = gst_harness_push_and_pull (h, buffer);
    meta = gst_buffer_get_custom_meta (buffer, GST_PINHOLE_META_NAME);
    fail_unless ((meta != NULL) == (i == 0));
    if (meta != NULL)
      fail_unless_equals_string (gst_structure_get_string
          (gst_custom_meta_get_structure (meta), "serial"), "A1");
    gst_buffer_unref (buffer);
  }
  g_free (samples);
  gst_harness_teardown (h);
}

GST_END_TEST;

typedef struct
{
  const gchar *launch;
  gboolean depth;               /* the meta arrives */
  gboolean meter;               /* depth-meter of the caps arrives */
  guint since;                  /* minor version from which intrinsics arrive,
                                 * 0 = always, NEVER */
  GstPinholeInfo camera;
} Path;

#define NEVER G_MAXUINT
#define SAME { 525, 520, 319.5, 239.5, 640, 480 }

/* docs/metadata.md has this table in words. */
static const Path paths[] = {
  {"queue ! tee ! identity", TRUE, TRUE, 0, SAME},
  {"videorate ! video/x-raw,framerate=60/1 ! identity", TRUE, TRUE, 0, SAME},
  {"videoconvert ! video/x-raw,format=GRAY16_BE ! identity", TRUE, TRUE, 0,
      SAME},
  {"videoscale ! video/x-raw,width=320,height=240 ! identity", TRUE, TRUE, 22,
      {262.5, 260, 159.5, 119.5, 320, 240}},
  {"videoscale ! video/x-raw,width=1280,height=480 ! identity", TRUE, TRUE, 22,
      {1050, 520, 639.5, 239.5, 1280, 480}},
  {"videoscale ! video/x-raw,width=101,height=37 ! identity", TRUE, TRUE, 22,
      {525 * 101 / 640., 520 * 37 / 480., 50, 18, 101, 37}},
  /* borders above and below */
  {"videoscale ! video/x-raw,width=320,height=480,pixel-aspect-ratio=1/1 ! identity",
      TRUE, TRUE, 28, {262.5, 260, 159.5, 119.5 + 120, 320, 480}},
  {"videocrop left=100 top=20 right=40 bottom=60", TRUE, TRUE, 28,
      {525, 520, 219.5, 219.5, 500, 400}},
  {"videoflip video-direction=180", TRUE, TRUE, 28,
      {525, 520, 319.5, 239.5, 640, 480}},
  {"videoflip video-direction=90r", TRUE, TRUE, 28,
      {520, 525, 239.5, 319.5, 480, 640}},
  {"videoflip video-direction=horiz", TRUE, TRUE, NEVER, SAME},
  {"videobox left=8 top=8", TRUE, TRUE, 28,
      {525, 520, 311.5, 231.5, 632, 472}},
  {"rvldepthenc ! rvldepthdec", TRUE, TRUE, 0, SAME},
  {"rvldepthenc ! image/png ! rvldepthdec", TRUE, TRUE, 0, SAME},
  {"videoconvert ! video/x-raw,format=GRAY16_BE ! pngenc ! pngdec", TRUE,
      FALSE, 0, SAME},
  {"gdppay ! gdpdepay", FALSE, TRUE, NEVER, SAME},
  {"rvldepthenc ! gdppay ! gdpdepay ! rvldepthdec", TRUE, TRUE, 0, SAME},
  {"rvldepthenc ! image/png ! gdppay ! gdpdepay ! rvldepthdec", TRUE, TRUE, 0,
      SAME},
  /* in one process this keeps metadata without tags alone: of the two metas one */
  {"rvldepthenc ! rtpgstpay ! rtpgstdepay ! rvldepthdec", TRUE, TRUE, NEVER,
      SAME},
  {"rvldepthenc ! gdppay ! gdpdepay ! rvldepthdec ! videoscale ! video/x-raw,"
        "width=320,height=240 ! rvldepthenc ! gdppay ! gdpdepay ! rvldepthdec",
      TRUE, TRUE, 22, {262.5, 260, 159.5, 119.5, 320, 240}},
  {"depthcolormap", FALSE, FALSE, 0, SAME},
};

/* gdppay is of gst-plugins-bad, which a build does not need. */
static gboolean
is_installed (const Path * path)
{
  GstElementFactory *gdppay = gst_element_factory_find ("gdppay");
  gboolean installed = gdppay != NULL
      || strstr (path->launch, "gdppay") == NULL;

  if (!installed)
    g_print ("left out, as there is no gdppay: %s\n", path->launch);
  gst_clear_object (&gdppay);
  return installed;
}

static gboolean
near_to (const GstPinholeInfo * a, const GstPinholeInfo * b)
{
  return fabs (a->fx - b->fx) < 1e-3 && fabs (a->fy - b->fy) < 1e-3
      && fabs (a->cx - b->cx) < 1e-3 && fabs (a->cy - b->cy) < 1e-3
      && a->width == b->width && a->height == b->height;
}

static GstBuffer *
through (const Path * path, GstCaps ** caps)
{
  GstHarness *h = gst_harness_new_parse (path->launch);
  guint16 *samples = samples_new (640, 480, HOLES);
  GstBuffer *in = frame_new (samples, 640, 480, NULL, 0), *out;

  gst_depth_meta_set_info (in, &depth);
  gst_pinhole_meta_set_info (in, &camera);
  gst_harness_set_sink_caps_str (h, "ANY");
  push_caps (h, 640, 480, ",depth-meter=(fraction)5000/1,"
      "depth-range=(double)<0.1,4>");
  fail_unless_equals_int (gst_harness_push (h, in), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  out = gst_harness_pull (h);
  *caps = gst_pad_get_current_caps (h->sinkpad);
  g_free (samples);
  gst_harness_teardown (h);
  return out;
}

GST_START_TEST (test_paths)
{
  const Path *path = &paths[__i__];
  GstCaps *caps;
  GstBuffer *out;
  GstDepthInfo d;
  GstPinholeInfo p;
  gdouble meter = 0;
  guint major, minor, micro, nano;
  gboolean arrives, copied;

  if (!is_installed (path))
    return;
  gst_version (&major, &minor, &micro, &nano);
  out = through (path, &caps);
  fail_unless (gst_depth_meta_get_info (out, &d) == path->depth, "%s",
      path->launch);
  if (path->depth)
    fail_unless (memcmp (&d, &depth, sizeof (d)) == 0, "%s", path->launch);
  fail_unless (gst_depth_caps_get_meter (caps, &meter) == path->meter, "%s",
      path->launch);
  fail_unless (!path->meter || meter == 5000);

  arrives = path->since != NEVER && minor >= path->since;
  /* videoscale of 1.20 copies intrinsics as they are: nobody takes them, as they
   * say that they are of another size */
  copied = g_str_has_prefix (path->launch, "videoscale") && minor < 22
      && path->since == 22;
  fail_unless (gst_pinhole_meta_get_info (out, &p) == (arrives || copied), "%s",
      path->launch);
  if (arrives || copied)
    fail_unless (near_to (&p, copied ? &camera : &path->camera),
        "%s: %g %g %g %g %ux%u", path->launch, p.fx, p.fy, p.cx, p.cy, p.width,
        p.height);
  gst_caps_unref (caps);
  gst_buffer_unref (out);
}

GST_END_TEST;

#ifdef HAVE_TESTSRC
/* Intrinsics of the source's caps, after elements that turn or cut the picture and
 * know nothing of them. */
static const struct
{
  const gchar *launch;
  guint since;                  /* minor version from which they arrive */
  gdouble cx;
} turns[] = {
  {"identity", 0, 319.5},
  {"videoflip video-direction=horiz", NEVER},
  {"videoflip video-direction=180", 28, 319.5},
  {"videocrop left=10 right=10", 28, 309.5},
  {"videobox left=9 right=-9", 28, 310.5},
};

GST_START_TEST (test_turned)
{
  gchar *launch =
      g_strdup_printf ("depthtestsrc num-buffers=1 ! %s ! rvldepthenc",
      turns[__i__].launch);
  GstHarness *h = gst_harness_new_parse (launch);
  GstDepthFields fields;
  GstBuffer *buffer;
  GstPinholeInfo p;
  GstCaps *caps;
  guint major, minor, micro, nano;
  gboolean arrives;

  gst_version (&major, &minor, &micro, &nano);
  arrives = turns[__i__].since != NEVER && minor >= turns[__i__].since;
  gst_harness_set_sink_caps_str (h, "image/x-rvl");
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (gst_depth_caps_get_fields (caps, &fields) == NULL);
  fail_unless (fields.near_m == 0.6 && fields.far_m == 6);
  fail_unless ((fields.pinhole.width > 0) == arrives, "%s", launch);
  fail_unless (gst_pinhole_meta_get_info (buffer, &p) == arrives);
  if (arrives) {
    fail_unless (gst_depth_pinhole_equal (&p, &fields.pinhole));
    fail_unless_equals_float (p.cx, turns[__i__].cx);
  }
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  g_free (launch);
}

GST_END_TEST;
#endif

#if !GST_CHECK_VERSION (1, 28, 0)
typedef struct
{
  const GstVideoInfo *in_info;
  GstVideoRectangle in_rectangle;
  const GstVideoInfo *out_info;
  GstVideoRectangle out_rectangle;
  gfloat matrix[3][3];
} GstVideoMetaTransformMatrix;
#endif

typedef struct
{
  guint width, height;          /* out */
  GstVideoRectangle in, out;
  gfloat matrix[3][3];
  gboolean possible;
  GstPinholeInfo camera;
} Map;

/* The matrix transform of GStreamer 1.28, whatever version this runs with. */
static const Map maps[] = {
  /* as it is, cropped, scaled with borders */
  {640, 480, {0, 0, 640, 480}, {0, 0, 640, 480},
      {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, TRUE, SAME},
  {500, 400, {100, 20, 500, 400}, {0, 0, 500, 400},
      {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, TRUE,
      {525, 520, 219.5, 219.5, 500, 400}},
  {320, 480, {0, 0, 640, 480}, {0, 120, 320, 240},
      {{.5, 0, 0}, {0, .5, 0}, {0, 0, 1}}, TRUE,
      {262.5, 260, 159.5, 239.5, 320, 480}},
  /* quarter turns and a half one */
  {480, 640, {0, 0, 640, 480}, {0, 0, 480, 640},
      {{0, -1, 479}, {1, 0, 0}, {0, 0, 1}}, TRUE,
      {520, 525, 479 - 239.5, 319.5, 480, 640}},
  {480, 640, {0, 0, 640, 480}, {0, 0, 480, 640},
      {{0, 1, 0}, {-1, 0, 639}, {0, 0, 1}}, TRUE,
      {520, 525, 239.5, 639 - 319.5, 480, 640}},
  {640, 480, {0, 0, 640, 480}, {0, 0, 640, 480},
      {{-1, 0, 639}, {0, -1, 479}, {0, 0, 1}}, TRUE,
      {525, 520, 319.5, 239.5, 640, 480}},
  /* scaled and turned */
  {240, 320, {0, 0, 640, 480}, {0, 0, 240, 320},
      {{0, -.5, 239}, {.5, 0, 0}, {0, 0, 1}}, TRUE,
      {260, 262.5, 239 - 119.5, 159.5, 240, 320}},
  /* mirrored, sheared, in perspective: no pinhole camera */
  {640, 480, {0, 0, 640, 480}, {0, 0, 640, 480},
      {{-1, 0, 639}, {0, 1, 0}, {0, 0, 1}}, FALSE, SAME},
  {480, 640, {0, 0, 640, 480}, {0, 0, 480, 640},
      {{0, 1, 0}, {1, 0, 0}, {0, 0, 1}}, FALSE, SAME},
  {640, 480, {0, 0, 640, 480}, {0, 0, 640, 480},
      {{1, .1, 0}, {0, 1, 0}, {0, 0, 1}}, FALSE, SAME},
  {640, 480, {0, 0, 640, 480}, {0, 0, 640, 480},
      {{1, 0, 0}, {0, 1, 0}, {.001, 0, 1}}, FALSE, SAME},
};

GST_START_TEST (test_matrix)
{
  const Map *map = &maps[__i__];
  GstBuffer *from = gst_buffer_new (), *to = gst_buffer_new ();
  GstVideoMetaTransformMatrix data;
  GstVideoInfo in, out;
  GstPinholeInfo p;
  GstMeta *meta;

  gst_video_info_set_format (&in, GST_VIDEO_FORMAT_GRAY16_LE, 640, 480);
  gst_video_info_set_format (&out, GST_VIDEO_FORMAT_GRAY16_LE, map->width,
      map->height);
  data.in_info = &in;
  data.out_info = &out;
  data.in_rectangle = map->in;
  data.out_rectangle = map->out;
  memcpy (data.matrix, map->matrix, sizeof (data.matrix));
  gst_pinhole_meta_set_info (from, &camera);
  meta = (GstMeta *) gst_buffer_get_custom_meta (from, GST_PINHOLE_META_NAME);
  fail_unless (meta->info->transform_func (to, meta, from,
          g_quark_from_string ("gst-video-matrix"), &data) == map->possible);
  fail_unless (gst_pinhole_meta_get_info (to, &p) == map->possible);
  fail_unless (!map->possible || near_to (&p, &map->camera), "%g %g %g %g",
      p.fx, p.fy, p.cx, p.cy);

  /* of another picture than the one that is transformed */
  gst_buffer_unref (to);
  to = gst_buffer_new ();
  gst_video_info_set_format (&in, GST_VIDEO_FORMAT_GRAY16_LE, 641, 480);
  fail_if (meta->info->transform_func (to, meta, from,
          g_quark_from_string ("gst-video-matrix"), &data));
  fail_if (gst_pinhole_meta_get_info (to, &p));
  gst_buffer_unref (to);
  gst_buffer_unref (from);
}

GST_END_TEST;

static Suite *
depthmeta_suite (void)
{
  Suite *suite = suite_create ("depthmeta");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, test_registered_once);
  tcase_add_test (tc, test_set_and_get);
  tcase_add_test (tc, test_fields_of_bindings);
  tcase_add_test (tc, test_copies);
  tcase_add_test (tc, test_frame_pinhole);
  tcase_add_test (tc, test_scaled);
  tcase_add_loop_test (tc, test_paths, 0, G_N_ELEMENTS (paths));
#ifdef HAVE_TESTSRC
  tcase_add_loop_test (tc, test_turned, 0, G_N_ELEMENTS (turns));
#endif
  tcase_add_loop_test (tc, test_matrix, 0, G_N_ELEMENTS (maps));
  return suite;
}

GST_CHECK_MAIN (depthmeta);
