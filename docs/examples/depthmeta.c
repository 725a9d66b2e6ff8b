/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Says with each frame what its numbers mean, and reads it after a pipeline.
 *
 *   cc depthmeta.c $(pkg-config --cflags --libs gst-rvldepth-1.0 \
 *       gstreamer-app-1.0) -o depthmeta
 */

#include <gst/gst.h>
#include <gst/app/app.h>
#include <gst/rvldepth/depthmeta.h>

#define WIDTH 64
#define HEIGHT 48

/* What an application gets from a camera. */
static GstBuffer *
take_picture (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, WIDTH * HEIGHT * 2, NULL);
  GstDepthInfo depth = { 5000, 2000, 20000 };   /* 0.4 m to 4 m */
  GstPinholeInfo camera = { 50, 50, 32, 24, WIDTH, HEIGHT };
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size / 2; i++)
    GST_WRITE_UINT16_LE (map.data + 2 * i, 2000 + 5 * i);
  gst_buffer_unmap (buffer, &map);

  if (!gst_depth_meta_set_info (buffer, &depth)
      || !gst_pinhole_meta_set_info (buffer, &camera))
    g_error ("the rvldepth plugin is missing");
  return buffer;
}

static void
print_metadata (GstBuffer * buffer)
{
  GstDepthInfo depth;
  GstPinholeInfo camera;

  if (gst_depth_meta_get_info (buffer, &depth))
    g_print ("%g units a metre, %g to %g m\n", depth.meter,
        depth.range_min / depth.meter, depth.range_max / depth.meter);
  if (gst_pinhole_meta_get_info (buffer, &camera))
    g_print ("fx %g, fy %g, cx %g, cy %g at %ux%u\n", camera.fx, camera.fy,
        camera.cx, camera.cy, camera.width, camera.height);
}

int
main (int argc, char **argv)
{
  GstElement *pipeline, *src, *sink;
  GstSample *sample;
  GError *error = NULL;

  gst_init (&argc, &argv);
  /* Half the size: the intrinsics follow. */
  pipeline = gst_parse_launch ("appsrc name=src format=time caps=video/x-raw,"
      "format=GRAY16_LE,width=64,height=48,framerate=30/1 "
      "! rvldepthenc ! rvldepthdec ! videoscale method=nearest-neighbour "
      "! video/x-raw,width=32,height=24 ! appsink name=sink", &error);
  if (pipeline == NULL)
    g_error ("%s", error->message);
  src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_app_src_push_buffer (GST_APP_SRC (src), take_picture ());
  gst_app_src_end_of_stream (GST_APP_SRC (src));

  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL) {
    print_metadata (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (src);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return 0;
}
