/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-rvldepthdec
 * @title: rvldepthdec
 * @see_also: rvldepthenc, depthcolormap
 *
 * Decodes RVL (`image/x-rvl`: ROS 2's header, then the stream, also
 * inverse-depth quantised frames) and 16-bit grey PNG to GRAY16_LE. The frame's
 * own header gives its size. `depth-meter` of the input's caps and its metadata
 * go through.
 *
 * A damaged frame is dropped with a warning, and the stream goes on;
 * #GstVideoDecoder:max-errors says when it does not. A PNG that is not 16-bit
 * grey is an error.
 *
 * RVL has no end marker: a buffer is a frame. PNG may come in pieces.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=1 ! rvldepthenc ! filesink location=depth.rvl
 * ]| A frame as a file: what Rerun and ROS 2 call compressed depth.
 * |[
 * gst-launch-1.0 filesrc location=depth.rvl blocksize=-1 ! image/x-rvl,depth-meter=1000/1 ! rvldepthdec ! depthcolormap ! pngenc ! filesink location=depth.png
 * ]| A stored frame as a picture.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rvldepth/gstrvldepthdec.h"

#include <gst/video/video.h>
#include <string.h>

#include "depth/gstdepth.h"
#include "depth/gstdepthframe.h"
#include "png16/png16.h"
#include "rvl/rvl.h"

GST_DEBUG_CATEGORY_STATIC (rvldepthdec_debug);
#define GST_CAT_DEFAULT rvldepthdec_debug

enum
{
  PROP_0,
  PROP_METER,
};

/* An encoded frame. */
typedef struct
{
  const guint8 *data;
  gsize size;
  guint32 width, height;
  RvlHeader rvl;
  Png16Header png;
} Picture;

/* Both return NULL, or what is wrong and at which byte, to be freed. */
typedef struct
{
  const gchar *media_type;
  gchar *(*read_header) (Picture * picture);
  gchar *(*decode) (GstRvlDepthDec * self, const Picture * picture,
      guint16 * pixels, gsize stride);
} Codec;

struct _GstRvlDepthDec
{
  GstVideoDecoder parent;

  GstDepthRule rule;            /* has the property meter */

  /* of the input */
  GstVideoCodecState *input;    /* NULL: no caps */
  const Codec *codec;           /* NULL: no caps, look at the data */
  const Codec *found;           /* in input that has no caps, NULL: not yet */
  Png16Splitter splitter;

  /* of the output */
  gboolean negotiated;
  GstVideoInfo info;
  gdouble meter;

  Png16Decoder *png;
  GstPadChainFunction parent_chain;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/x-rvl; image/png"));

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
/* A rank holds for all caps of an element: one below pngdec's leaves it every
 * PNG, and image/x-rvl has no other decoder. */
GST_ELEMENT_REGISTER_DEFINE (rvldepthdec, "rvldepthdec", GST_RANK_PRIMARY - 1,
    GST_TYPE_RVL_DEPTH_DEC);

static gchar *
problem_at (const gchar * what, gsize offset)
{
  return g_strdup_printf ("%s at byte %" G_GSIZE_FORMAT, what, offset);
}

static gchar *
rvl_header (Picture * picture)
{
  RvlError error;

  if (!rvl_header_read (picture->data, picture->size, &picture->rvl, &error))
    return problem_at (error.what, error.offset);
  picture->width = picture->rvl.width;
  picture->height = picture->rvl.height;
  return NULL;
}

static gchar *
rvl_picture (GstRvlDepthDec * self, const Picture * picture, guint16 * pixels,
    gsize stride)
{
  RvlError error;

  if (rvl_decode (picture->data + RVL_HEADER_SIZE,
          picture->size - RVL_HEADER_SIZE, pixels, stride, picture->width,
          picture->height, &error))
    return NULL;
  return problem_at (error.what, RVL_HEADER_SIZE + error.offset);
}

static gchar *
png_header (Picture * picture)
{
  Png16Error error;

  if (!png16_read_header (picture->data, picture->size, &picture->png, &error))
    return problem_at (error.what, error.offset);
  picture->width = picture->png.width;
  picture->height = picture->png.height;
  return NULL;
}

static gchar *
png_picture (GstRvlDepthDec * self, const Picture * picture, guint16 * pixels,
    gsize stride)
{
  Png16Error error;

  if (png16_decode (self->png, picture->data, picture->size, pixels, stride,
          picture->width, picture->height, &error))
    return NULL;
  return problem_at (error.what, error.offset);
}

enum
{
  RVL,
  PNG,
};

static const Codec codecs[] = {
  [RVL] = {"image/x-rvl", rvl_header, rvl_picture},
  [PNG] = {"image/png", png_header, png_picture},
};

/* ISO/IEC 15948, 5.2. */
static const guint8 png_signature[8] =
    { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

static const Codec *
detect_codec (const guint8 * data, gsize size)
{
  gboolean png = size >= sizeof (png_signature)
      && memcmp (data, png_signature, sizeof (png_signature)) == 0;

  return &codecs[png ? PNG : RVL];
}

/* What was looked at goes to the frame, so that no byte is looked at twice. */
static GstFlowReturn
parse_png (GstRvlDepthDec * self, GstAdapter * adapter, gsize size,
    gboolean at_eos)
{
  GstVideoDecoder *decoder = GST_VIDEO_DECODER (self);
  Png16Piece piece;
  gsize taken = png16_split (&self->splitter, gst_adapter_map (adapter, size),
      size, at_eos, &piece);

  gst_adapter_unmap (adapter);
  if (piece == PNG16_SKIP) {
    gst_adapter_flush (adapter, taken);
    return GST_FLOW_OK;
  }
  gst_video_decoder_add_to_frame (decoder, taken);
  return piece == PNG16_END ? gst_video_decoder_have_frame (decoder)
      : GST_VIDEO_DECODER_FLOW_NEED_DATA;
}

/* Input in bytes, from a file: not cut into frames. */
static GstFlowReturn
gst_rvl_depth_dec_parse (GstVideoDecoder * decoder, GstVideoCodecFrame * frame,
    GstAdapter * adapter, gboolean at_eos)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);
  gsize size = gst_adapter_available (adapter);
  const Codec *codec = self->codec != NULL ? self->codec : self->found;

  if (size == 0 || (codec == NULL && size < sizeof (png_signature) && !at_eos))
    return GST_VIDEO_DECODER_FLOW_NEED_DATA;
  if (codec == NULL)
    codec = self->found = detect_codec (gst_adapter_map (adapter, size), size);
  if (codec == &codecs[PNG])
    return parse_png (self, adapter, size, at_eos);

  gst_video_decoder_add_to_frame (decoder, size);
  return gst_video_decoder_have_frame (decoder);
}

/* A header may be damaged as well, so a size that is new is believed only
 * when the whole frame has been decoded. */
static gchar *
try_decode (GstRvlDepthDec * self, const Codec * codec, const Picture * picture)
{
  gsize stride = 2 * (gsize) picture->width;
  guint16 *pixels = g_try_malloc (stride * picture->height);
  gchar *problem;

  if (pixels == NULL)
    return g_strdup_printf ("no memory for %ux%u", picture->width,
        picture->height);
  problem = codec->decode (self, picture, pixels, stride);
  g_free (pixels);
  return problem;
}

static GstFlowReturn
negotiate (GstRvlDepthDec * self, const Picture * picture, gdouble meter)
{
  GstVideoDecoder *decoder = GST_VIDEO_DECODER (self);
  GstVideoCodecState *state = gst_video_decoder_set_output_state (decoder,
      GST_VIDEO_FORMAT_GRAY16_LE, picture->width, picture->height,
      self->input);

  self->info = state->info;
  state->caps = gst_video_info_to_caps (&state->info);
  gst_depth_caps_set_meter (state->caps, meter);
  gst_video_codec_state_unref (state);

  self->meter = meter;
  self->negotiated = gst_video_decoder_negotiate (decoder);
  if (self->negotiated)
    return GST_FLOW_OK;
  return GST_PAD_IS_FLUSHING (GST_VIDEO_DECODER_SRC_PAD (self)) ?
      GST_FLOW_FLUSHING : GST_FLOW_NOT_NEGOTIATED;
}

static gchar *
decode (GstRvlDepthDec * self, const Codec * codec, const Picture * picture,
    GstBuffer * output)
{
  GstDepthFrame frame;
  gchar *problem;

  if (!gst_depth_frame_map (&frame, &self->info, output, GST_MAP_WRITE,
          &problem))
    return problem;
  problem = codec->decode (self, picture, frame.pixels, frame.stride);
  if (problem == NULL && picture->rvl.a != 0)
    rvl_dequantise (frame.pixels, frame.stride, picture->width,
        picture->height, &picture->rvl, self->meter);
  gst_depth_frame_clear_padding (&frame, &self->info);
  gst_depth_frame_unmap (&frame);
  return problem;
}

/* The unit in the metadata is that of the caps; the range stays. */
static void
copy_depth_meta (GstRvlDepthDec * self, GstVideoCodecFrame * frame)
{
  GstDepthInfo info;

  if (!gst_buffer_get_depth_info (frame->input_buffer, &info))
    return;
  info.meter = self->meter;
  gst_buffer_set_depth_info (frame->output_buffer, &info);
}

static gchar *
check_picture (const Codec * codec, Picture * picture)
{
  return picture->size == 0 ? g_strdup ("the frame is empty")
      : codec->read_header (picture);
}

/* *@problem: why the frame is to be dropped. */
static GstFlowReturn
decode_frame (GstRvlDepthDec * self, GstVideoCodecFrame * frame,
    Picture * picture, gchar ** problem)
{
  const Codec *codec = self->codec != NULL ? self->codec
      : detect_codec (picture->data, picture->size);
  gboolean resized;
  GstDepthValues values;
  GstFlowReturn flow = GST_FLOW_OK;

  if ((*problem = check_picture (codec, picture)) != NULL)
    return GST_FLOW_OK;
  if (codec == &codecs[PNG] && !picture->png.grey16) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("The picture is %s PNG; depth needs 16-bit grey PNG",
            picture->png.name), (NULL));
    return GST_FLOW_ERROR;
  }

  resized = !self->negotiated
      || picture->width != (guint) GST_VIDEO_INFO_WIDTH (&self->info)
      || picture->height != (guint) GST_VIDEO_INFO_HEIGHT (&self->info);
  if (resized && (*problem = try_decode (self, codec, picture)) != NULL)
    return GST_FLOW_OK;

  gst_depth_rule_resolve (&self->rule, GST_ELEMENT (self),
      frame->input_buffer, &values);
  if (resized || values.meter != self->meter)
    flow = negotiate (self, picture, values.meter);
  if (flow == GST_FLOW_OK)
    flow = gst_video_decoder_allocate_output_frame (GST_VIDEO_DECODER (self),
        frame);
  if (flow == GST_FLOW_OK)
    *problem = decode (self, codec, picture, frame->output_buffer);
  return flow;
}

/* Says what is wrong with the frame; an error if there were too many. */
static GstFlowReturn
report_damage (GstRvlDepthDec * self, GstVideoCodecFrame * frame,
    const gchar * problem)
{
  GstFlowReturn flow = GST_FLOW_OK;
  const gchar *remedy = self->codec == &codecs[RVL]
      && !gst_video_decoder_get_packetized (GST_VIDEO_DECODER (self)) ?
      " (a buffer must hold a whole RVL frame: filesrc needs blocksize=-1)" :
      "";

  GST_VIDEO_DECODER_ERROR (self, 1, STREAM, DECODE, ("Frame %u is damaged: "
          "%s%s", frame->system_frame_number, problem, remedy), (NULL), flow);
  if (flow == GST_FLOW_OK)
    GST_ELEMENT_WARNING (self, STREAM, DECODE, ("Frame %u dropped: %s%s",
            frame->system_frame_number, problem, remedy), (NULL));
  return flow;
}

static GstFlowReturn
gst_rvl_depth_dec_handle_frame (GstVideoDecoder * decoder,
    GstVideoCodecFrame * frame)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);
  Picture picture = { NULL, };
  GstMapInfo map;
  GstFlowReturn flow;
  gchar *problem = NULL;

  if (gst_buffer_map (frame->input_buffer, &map, GST_MAP_READ)) {
    picture.data = map.data;
    picture.size = map.size;
    flow = decode_frame (self, frame, &picture, &problem);
    gst_buffer_unmap (frame->input_buffer, &map);
  } else {
    GST_ELEMENT_ERROR (self, RESOURCE, READ,
        ("The buffer's memory cannot be mapped"), (NULL));
    flow = GST_FLOW_ERROR;
  }

  if (flow == GST_FLOW_OK && problem == NULL) {
    copy_depth_meta (self, frame);
    return gst_video_decoder_finish_frame (decoder, frame);
  }
  if (problem != NULL)
    flow = report_damage (self, frame, problem);
  g_free (problem);
  gst_video_decoder_drop_frame (decoder, frame);
  return flow;
}

static gboolean
gst_rvl_depth_dec_transform_meta (GstVideoDecoder * decoder,
    GstVideoCodecFrame * frame, GstMeta * meta)
{
  return !gst_depth_meta_is_depth (meta)
      && GST_VIDEO_DECODER_CLASS (parent_class)->transform_meta (decoder,
      frame, meta);
}

static gboolean
gst_rvl_depth_dec_set_format (GstVideoDecoder * decoder,
    GstVideoCodecState * state)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);
  GstStructure *caps = gst_caps_get_structure (state->caps, 0);

  if (!gst_depth_rule_set_caps (&self->rule, GST_ELEMENT (self), state->caps))
    return FALSE;
  g_clear_pointer (&self->input, gst_video_codec_state_unref);
  self->input = gst_video_codec_state_ref (state);
  self->codec = &codecs[gst_structure_has_name (caps, "image/png") ? PNG : RVL];
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

/* Where input is bytes, the base class would collect an empty buffer without a
 * trace: handled as a frame, it is reported. Backwards, it collects what comes
 * up to the next discontinuity and turns that round, as a group of pictures
 * needs it; here each frame is one. */
static GstFlowReturn
gst_rvl_depth_dec_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstVideoDecoder *decoder = GST_VIDEO_DECODER (parent);
  gboolean packetized = gst_video_decoder_get_packetized (decoder);
  GstFlowReturn flow;

  if (gst_buffer_get_size (buffer) == 0)
    gst_video_decoder_set_packetized (decoder, TRUE);
  if (decoder->input_segment.rate < 0) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  }
  flow = GST_RVL_DEPTH_DEC (parent)->parent_chain (pad, parent, buffer);
  gst_video_decoder_set_packetized (decoder, packetized);
  return flow;
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

  self->found = NULL;
  memset (&self->splitter, 0, sizeof (self->splitter));
  return TRUE;
}

static gboolean
gst_rvl_depth_dec_start (GstVideoDecoder * decoder)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);

  self->png = png16_decoder_new ();
  return self->png != NULL;
}

static gboolean
gst_rvl_depth_dec_stop (GstVideoDecoder * decoder)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (decoder);

  g_clear_pointer (&self->input, gst_video_codec_state_unref);
  g_clear_pointer (&self->png, png16_decoder_free);
  self->codec = self->found = NULL;
  memset (&self->splitter, 0, sizeof (self->splitter));
  self->negotiated = FALSE;
  return TRUE;
}

static GstStateChangeReturn
gst_rvl_depth_dec_change_state (GstElement * element, GstStateChange transition)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !gst_depth_rule_check (&self->rule, element))
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
gst_rvl_depth_dec_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (object);

  if (id == PROP_METER)
    gst_depth_rule_set_property (&self->rule, GST_ELEMENT (self), value, pspec);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_rvl_depth_dec_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstRvlDepthDec *self = GST_RVL_DEPTH_DEC (object);

  if (id == PROP_METER)
    gst_depth_rule_get_property (&self->rule, GST_ELEMENT (self), value, pspec);
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
  gst_depth_rule_install_properties (object_class, PROP_METER,
      GST_DEPTH_HAS_METER, GST_PARAM_MUTABLE_READY);

  gst_element_class_set_static_metadata (element_class, "RVL depth decoder",
      "Codec/Decoder/Image",
      "Decodes RVL and 16-bit grey PNG to depth", "gst-rvldepth");
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

  gst_depth_rule_init (&self->rule);
  self->parent_chain = GST_PAD_CHAINFUNC (sinkpad);
  gst_pad_set_chain_function (sinkpad, gst_rvl_depth_dec_chain);
  gst_video_decoder_set_use_default_pad_acceptcaps (GST_VIDEO_DECODER (self),
      TRUE);
  GST_PAD_SET_ACCEPT_TEMPLATE (sinkpad);
}
