/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-rvldepthdec
 * @title: rvldepthdec
 * @short_description: decodes lossless depth
 * @see_also: rvldepthenc, depthcolormap
 *
 * Decodes RVL (`image/x-rvl`: the header of ROS 2, or RTAB-Map's, then the stream),
 * 16-bit grey PNG, and 16-bit binary PGM to GRAY16_LE. The frame's own header gives
 * its size. ROS's `compressedDepth` payloads are read in RVL and PNG; frames that are
 * inverse-depth quantised become depth units. `depth-meter`, `depth-range` and
 * `depth-pinhole` of the input's caps and its metadata go through; what only the caps
 * say becomes metadata, too.
 *
 * A damaged frame is dropped, and the stream goes on. The first of several is a
 * warning message; #GstVideoDecoder:max-errors says when it is an error. At the end
 * of a stream in which no frame could be used there is an error, too. A PNG that is
 * not 16-bit grey is one at once.
 *
 * Frames come one in a buffer, or in pieces of a file.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=1 ! rvldepthenc ! filesink location=depth.rvl
 * ]| A frame as a file: what Rerun and ROS 2 call compressed depth.
 * |[
 * gst-launch-1.0 filesrc location=depth.rvl ! image/x-rvl,depth-meter=1000/1 ! rvldepthdec ! depthcolormap ! pngenc ! filesink location=depth.png
 * ]| A stored frame as a picture.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rvldepth/gstrvldepthdec.h"

#include <gst/video/video.h>
#include <string.h>

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthframe.h"
#include "depth/gstdepthmeta.h"
#include "depth/gstdepthreport.h"
#include "depth/gstdepthstream.h"
#include "depthpicture/depthpicture.h"
#include "rvldepth/gstrvlkernel.h"

GST_DEBUG_CATEGORY_STATIC (rvldepthdec_debug);
#define GST_CAT_DEFAULT rvldepthdec_debug

enum
{
  PROP_0,
  PROP_METER,
};

struct _GstRvlDepthDec
{
  GstVideoDecoder parent;

  GstDepthStream depth;         /* has the property meter */

  /* of the input */
  GstVideoCodecState *input;    /* NULL: no caps, the data say what it is */
  gboolean detected;            /* of input without caps: format is known */
  DepthPictureFormat format;
  DepthPictureSplitter splitter;
  GstDepthReport report;

  /* of the output */
  gboolean negotiated;
  GstVideoInfo info;
  gdouble meter;

  DepthPictureDecoder *decoder;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/x-rvl; image/png; image/x-portable-graymap"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, format = (string) GRAY16_LE, "
        "width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], "
        "framerate = (fraction) [ 0, max ]"));

#define parent_class gst_rvl_depth_dec_parent_class
G_DEFINE_TYPE_WITH_CODE (GstRvlDepthDec, gst_rvl_depth_dec,
    GST_TYPE_VIDEO_DECODER,
    GST_DEBUG_CATEGORY_INIT (rvldepthdec_debug, "rvldepthdec", 0,
        "RVL and PNG depth decoder"));
/* A rank holds for all caps of an element: this one is below those of pngdec and
 * pnmdec, and image/x-rvl has no other decoder. */
GST_ELEMENT_REGISTER_DEFINE (rvldepthdec, "rvldepthdec",
    GST_RANK_SECONDARY - 1, GST_TYPE_RVL_DEPTH_DEC);

static const struct
{
  const gchar *media_type;
  DepthPictureFormat format;
} media_types[] = {
  {"image/x-rvl", DEPTH_PICTURE_RVL},
  {"image/png", DEPTH_PICTURE_PNG},
  {"image/x-portable-graymap", DEPTH_PICTURE_PGM},
};

static DepthPictureFormat
caps_format (const GstCaps * caps)
{
  GstStructure *fields = gst_caps_get_structure (caps, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (media_types); i++) {
    if (gst_structure_has_name (fields, media_types[i].media_type))
      return media_types[i].format;
  }
  g_assert_not_reached ();
}

/* Input in bytes, from a file: not cut into frames. What was looked at goes to the
 * frame, so that no byte is looked at twice. */
static GstFlowReturn
gst_rvl_depth_dec_parse (GstVideoDecoder * decoder, GstVideoCodecFrame * frame,
    GstAdapter * adapter, gboolean at_eos)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);
  gsize size = gst_adapter_available (adapter), taken;
  DepthPicturePiece piece;

  if (size == 0 || (!self->detected && !at_eos
          && size < DEPTH_PICTURE_DETECT_SIZE))
    return GST_VIDEO_DECODER_FLOW_NEED_DATA;
  if (!self->detected)
    self->format = depth_picture_detect (gst_adapter_map (adapter, size), size);
  self->detected = TRUE;
  taken = depth_picture_split (&self->splitter, self->format,
      gst_adapter_map (adapter, size), size, at_eos, &piece);
  gst_adapter_unmap (adapter);

  if (piece == DEPTH_PICTURE_SKIP) {
    GST_DEBUG_OBJECT (self, "%" G_GSIZE_FORMAT " bytes belong to no picture",
        taken);
    gst_adapter_flush (adapter, taken);
    return GST_FLOW_OK;
  }
  gst_video_decoder_add_to_frame (decoder, taken);
  if (piece == DEPTH_PICTURE_END)
    return gst_video_decoder_have_frame (decoder);
  return piece == DEPTH_PICTURE_PART ? GST_FLOW_OK :
      GST_VIDEO_DECODER_FLOW_NEED_DATA;
}

/* A header may be damaged as well, so a size that is new is believed only
 * when the whole frame has been decoded. */
static gboolean
try_decode (GstRvlDepthDec * self, const DepthPicture * picture,
    const GstMapInfo * map, DepthPictureError * error)
{
  gsize stride = 2 * (gsize) picture->width;
  guint16 *pixels = g_try_malloc (stride * picture->height);
  gboolean ok;

  if (pixels == NULL) {
    g_snprintf (error->what, sizeof (error->what), "no memory for %ux%u",
        picture->width, picture->height);
    error->offset = 0;
    return FALSE;
  }
  ok = depth_picture_decode (self->decoder, picture, map->data, map->size,
      pixels, stride, 1, error);
  g_free (pixels);
  return ok;
}

static GstFlowReturn
negotiate (GstRvlDepthDec * self, const DepthPicture * picture, gdouble meter)
{
  GstVideoDecoder *decoder = GST_VIDEO_DECODER (self);
  GstVideoCodecState *state = gst_video_decoder_set_output_state (decoder,
      GST_VIDEO_FORMAT_GRAY16_LE, picture->width, picture->height,
      self->input);
  GstDepthFields fields = gst_depth_stream_get_caps_fields (&self->depth,
      picture->width, picture->height);

  self->info = state->info;
  state->caps = gst_video_info_to_caps (&state->info);
  gst_depth_caps_set_meter (state->caps, meter);
  gst_depth_caps_set_fields (state->caps, &fields);
  GST_DEBUG_OBJECT (self, "decoding to %" GST_PTR_FORMAT, state->caps);
  gst_video_codec_state_unref (state);

  self->meter = meter;
  self->negotiated = gst_video_decoder_negotiate (decoder);
  if (self->negotiated)
    return GST_FLOW_OK;
  return GST_PAD_IS_FLUSHING (GST_VIDEO_DECODER_SRC_PAD (self)) ?
      GST_FLOW_FLUSHING : GST_FLOW_NOT_NEGOTIATED;
}

/* Sets @problem if the frame is to be dropped. */
static void
decode_into (GstRvlDepthDec * self, const DepthPicture * picture,
    const GstMapInfo * map, GstBuffer * output, gchar ** problem)
{
  GstDepthFrame frame;
  DepthPictureError error;

  if (!gst_depth_frame_map (&frame, &self->info, output, GST_MAP_WRITE,
          problem))
    return;
  if (!depth_picture_decode (self->decoder, picture, map->data, map->size,
          frame.pixels, frame.stride, self->meter, &error))
    *problem = g_strdup_printf ("%s at byte %" G_GSIZE_FORMAT, error.what,
        error.offset);
  gst_depth_frame_clear_padding (&frame, &self->info);
  gst_depth_frame_unmap (&frame);
}

/* What came with the frame, or in the caps, goes on as metadata. The unit in it is
 * that of the output caps. */
static void
attach_metas (GstRvlDepthDec * self, GstVideoCodecFrame * frame,
    const GstDepthValues * values)
{
  GstDepthInfo info;
  GstPinholeInfo pinhole;

  gst_depth_stream_get_pinhole (&self->depth, frame->input_buffer,
      GST_VIDEO_INFO_WIDTH (&self->info), GST_VIDEO_INFO_HEIGHT (&self->info),
      &pinhole);
  if (gst_depth_meta_get_info (frame->input_buffer, &info)
      || !values->need_measure || pinhole.width > 0)
    gst_depth_attach_metas (frame->output_buffer, values, &pinhole);
}

static gboolean
is_resized (GstRvlDepthDec * self, const DepthPicture * picture)
{
  return !self->negotiated
      || picture->width != (guint) GST_VIDEO_INFO_WIDTH (&self->info)
      || picture->height != (guint) GST_VIDEO_INFO_HEIGHT (&self->info);
}

/* Reads the header; of a new size, the whole picture. */
static gboolean
check_picture (GstRvlDepthDec * self, const GstMapInfo * map,
    DepthPicture * picture, gchar ** problem)
{
  DepthPictureFormat format = self->input != NULL ? self->format :
      depth_picture_detect (map->data, map->size);
  DepthPictureError error;

  if (depth_picture_read (picture, format, map->data, map->size, &error)
      && (picture->wrong_kind[0] != '\0' || !is_resized (self, picture)
          || try_decode (self, picture, map, &error)))
    return TRUE;
  *problem = g_strdup_printf ("%s at byte %" G_GSIZE_FORMAT, error.what,
      error.offset);
  return FALSE;
}

/* Sets @problem if the frame is to be dropped. */
static GstFlowReturn
decode_frame (GstRvlDepthDec * self, GstVideoCodecFrame * frame,
    const GstMapInfo * map, gchar ** problem)
{
  DepthPicture picture;
  GstDepthValues values;
  GstFlowReturn flow = GST_FLOW_OK;

  if (!check_picture (self, map, &picture, problem))
    return GST_FLOW_OK;
  if (picture.wrong_kind[0] != '\0') {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("The picture is %s; depth needs 16-bit grey", picture.wrong_kind),
        (NULL));
    return GST_FLOW_ERROR;
  }
  gst_depth_stream_resolve (&self->depth, frame->input_buffer, picture.a != 0,
      &values);
  if (is_resized (self, &picture) || values.meter != self->meter)
    flow = negotiate (self, &picture, values.meter);
  if (flow == GST_FLOW_OK)
    flow = gst_video_decoder_allocate_output_frame (GST_VIDEO_DECODER (self),
        frame);
  if (flow == GST_FLOW_OK)
    decode_into (self, &picture, map, frame->output_buffer, problem);
  if (flow == GST_FLOW_OK && *problem == NULL)
    attach_metas (self, frame, &values);
  return flow;
}

/* Says what is wrong with the frame; an error if there were too many. */
static GstFlowReturn
report_damage (GstRvlDepthDec * self, guint number, const gchar * problem)
{
  GstFlowReturn flow = GST_FLOW_OK;

  GST_VIDEO_DECODER_ERROR (self, 1, STREAM, DECODE, ("Frame %u is damaged: %s",
          number, problem), (NULL), flow);
  if (flow == GST_FLOW_OK)
    gst_depth_report_bad (&self->report, GST_ELEMENT (self),
        g_strdup_printf ("Frame %u dropped: %s", number, problem));
  return flow;
}

static GstFlowReturn
gst_rvl_depth_dec_handle_frame (GstVideoDecoder * decoder,
    GstVideoCodecFrame * frame)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);
  GstMapInfo map;
  GstFlowReturn flow;
  gchar *problem = NULL;

  if (gst_buffer_map (frame->input_buffer, &map, GST_MAP_READ)) {
    flow = decode_frame (self, frame, &map, &problem);
    gst_buffer_unmap (frame->input_buffer, &map);
  } else {
    GST_ELEMENT_ERROR (self, RESOURCE, READ,
        ("The buffer's memory cannot be mapped"), (NULL));
    flow = GST_FLOW_ERROR;
  }

  if (flow == GST_FLOW_OK && problem == NULL) {
    gst_depth_report_good (&self->report);
    return gst_video_decoder_finish_frame (decoder, frame);
  }
  if (problem != NULL)
    flow = report_damage (self, frame->system_frame_number, problem);
  g_free (problem);
  gst_video_decoder_drop_frame (decoder, frame);
  return flow;
}

static GstFlowReturn
gst_rvl_depth_dec_finish (GstVideoDecoder * decoder)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);
  gboolean ok = gst_depth_report_end (&self->report, GST_ELEMENT (self));

  gst_depth_report_clear (&self->report);
  return ok ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static gboolean
gst_rvl_depth_dec_transform_meta (GstVideoDecoder * decoder,
    GstVideoCodecFrame * frame, GstMeta * meta)
{
  return !gst_depth_meta_stays_behind (meta)
      && GST_VIDEO_DECODER_CLASS (parent_class)->transform_meta (decoder,
      frame, meta);
}

static gboolean
gst_rvl_depth_dec_set_format (GstVideoDecoder * decoder,
    GstVideoCodecState * state)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);

  if (!gst_depth_stream_set_caps (&self->depth, state->caps))
    return FALSE;
  g_clear_pointer (&self->input, gst_video_codec_state_unref);
  self->input = gst_video_codec_state_ref (state);
  self->format = caps_format (state->caps);
  self->detected = TRUE;
  self->negotiated = FALSE;
  return TRUE;
}

/* The default asks for what downstream has, so for a size; ours is in the
 * frames. */
static GstCaps *
gst_rvl_depth_dec_getcaps (GstVideoDecoder * decoder, GstCaps * filter)
{
  GstCaps *caps =
      gst_pad_get_pad_template_caps (GST_VIDEO_DECODER_SINK_PAD (decoder));

  if (filter != NULL) {
    GstCaps *both = gst_caps_intersect_full (filter, caps,
        GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (caps);
    caps = both;
  }
  return caps;
}

/* Time is what comes with frames, bytes are what comes from files. */
static gboolean
gst_rvl_depth_dec_sink_event (GstVideoDecoder * decoder, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    const GstSegment *segment;

    gst_event_parse_segment (event, &segment);
    gst_video_decoder_set_packetized (decoder,
        segment->format == GST_FORMAT_TIME);
  }
  return GST_VIDEO_DECODER_CLASS (parent_class)->sink_event (decoder, event);
}

/* Before the base class has it. Where input is bytes, that would collect an empty
 * buffer, an empty file, without a trace. Backwards, it collects what comes up to the
 * next discontinuity and turns that round, as a group of pictures needs it; here each
 * frame is one. */
static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (user_data);
  GstVideoDecoder *decoder = GST_VIDEO_DECODER (self);
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (!gst_video_decoder_get_packetized (decoder)
      && gst_buffer_get_size (buffer) == 0) {
    gst_depth_report_bad (&self->report, GST_ELEMENT (self),
        g_strdup ("An empty file dropped: the frame is empty"));
    return GST_PAD_PROBE_DROP;
  }
  if (decoder->input_segment.rate < 0) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    GST_PAD_PROBE_INFO_DATA (info) = buffer;
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
gst_rvl_depth_dec_decide_allocation (GstVideoDecoder * decoder,
    GstQuery * query)
{
  GstBufferPool *pool;
  GstStructure *config;

  if (!GST_VIDEO_DECODER_CLASS (parent_class)->decide_allocation (decoder,
          query))
    return FALSE;
  if (!gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL))
    return TRUE;

  gst_query_parse_nth_allocation_pool (query, 0, &pool, NULL, NULL, NULL);
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_set_config (pool, config);
  gst_object_unref (pool);
  return TRUE;
}

static gboolean
gst_rvl_depth_dec_flush (GstVideoDecoder * decoder)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);

  self->detected = self->input != NULL;
  memset (&self->splitter, 0, sizeof (self->splitter));
  return TRUE;
}

static gboolean
gst_rvl_depth_dec_start (GstVideoDecoder * decoder)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);

  gst_rvl_kernel_report (GST_ELEMENT (self), GST_CAT_DEFAULT);
  self->decoder = depth_picture_decoder_new ();
  return self->decoder != NULL;
}

static gboolean
gst_rvl_depth_dec_stop (GstVideoDecoder * decoder)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);

  g_clear_pointer (&self->input, gst_video_codec_state_unref);
  g_clear_pointer (&self->decoder, depth_picture_decoder_free);
  gst_depth_report_clear (&self->report);
  self->detected = FALSE;
  memset (&self->splitter, 0, sizeof (self->splitter));
  self->negotiated = FALSE;
  return TRUE;
}

static GstStateChangeReturn
gst_rvl_depth_dec_change_state (GstElement * element, GstStateChange transition)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !gst_depth_stream_check (&self->depth))
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
gst_rvl_depth_dec_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (object);

  if (id == PROP_METER)
    gst_depth_stream_set_property (&self->depth, value, pspec);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_rvl_depth_dec_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (object);

  if (id == PROP_METER)
    gst_depth_stream_get_property (&self->depth, value, pspec);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_rvl_depth_dec_class_init (GstRvlDepthDecClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstVideoDecoderClass *decoder_class = GST_VIDEO_DECODER_CLASS (klass);

  object_class->set_property = gst_rvl_depth_dec_set_property;
  object_class->get_property = gst_rvl_depth_dec_get_property;
  gst_depth_stream_install_properties (object_class, PROP_METER,
      GST_DEPTH_HAS_METER, GST_PARAM_MUTABLE_READY);

  gst_element_class_set_static_metadata (element_class, "RVL depth decoder",
      "Codec/Decoder/Image",
      "Decodes RVL, 16-bit grey PNG and PGM to depth", GST_PACKAGE_AUTHORS);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);

  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_change_state);
  decoder_class->start = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_start);
  decoder_class->stop = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_stop);
  decoder_class->flush = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_flush);
  decoder_class->set_format = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_set_format);
  decoder_class->getcaps = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_getcaps);
  decoder_class->parse = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_parse);
  decoder_class->handle_frame =
      GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_handle_frame);
  decoder_class->finish = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_finish);
  decoder_class->decide_allocation =
      GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_decide_allocation);
  decoder_class->transform_meta =
      GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_transform_meta);
  decoder_class->sink_event = GST_DEBUG_FUNCPTR (gst_rvl_depth_dec_sink_event);
}

static void
gst_rvl_depth_dec_init (GstRvlDepthDec * self)
{
  GstPad *sinkpad = GST_VIDEO_DECODER_SINK_PAD (self);

  gst_depth_stream_init (&self->depth, GST_ELEMENT (self));
  gst_pad_add_probe (sinkpad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, self, NULL);
  gst_video_decoder_set_use_default_pad_acceptcaps (GST_VIDEO_DECODER (self),
      TRUE);
  GST_PAD_SET_ACCEPT_TEMPLATE (sinkpad);
}
