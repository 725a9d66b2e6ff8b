/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-rvldepthenc
 * @title: rvldepthenc
 * @short_description: encodes depth without loss
 * @see_also: rvldepthdec, rerunsink
 *
 * Encodes 16-bit depth video losslessly, all 65536 values: to RVL
 * (`image/x-rvl`, as ROS 2 and Rerun read it) or to 16-bit grey PNG
 * (`image/png`), by what downstream takes, RVL first. RVL is several times
 * faster, PNG a little smaller and read by everything.
 *
 * Each frame is encoded for itself and leaves at once. It says what its
 * numbers mean: the caps have `depth-meter`, depth units per metre, and each
 * frame has a `GstDepthMeta` with the unit and the range of useful depth. What
 * the input does not say about the range is measured. A range and intrinsics that
 * do not change from frame to frame stand in the caps, too, as `depth-range` and
 * `depth-pinhole`.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=30 ! rvldepthenc ! gdppay ! filesink location=depth.gdp
 * ]| A second of depth into a file, with times and units.
 * |[
 * gst-launch-1.0 depthtestsrc num-buffers=3 ! rvldepthenc ! image/png ! multifilesink location=depth-%03d.png
 * ]| A PNG file a frame.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rvldepth/gstrvldepthenc.h"

#include <gst/video/video.h>
#include <string.h>

#include "depth/gstdepthcaps.h"
#include "depth/gstdepthmeta.h"
#include "depth/gstdepthreader.h"
#include "depth/gstdepthtracker.h"
#include "png16/png16.h"
#include "rvl/rvl.h"
#include "rvldepth/bandpool.h"
#include "rvldepth/gstrvlkernel.h"

GST_DEBUG_CATEGORY_STATIC (rvldepthenc_debug);
#define GST_CAT_DEFAULT rvldepthenc_debug

#define DEFAULT_COMPRESSION_LEVEL 1
#define DEFAULT_N_THREADS 0

/* Below this, one thread takes a few milliseconds at most. */
#define THREADS_MIN_PIXELS 2000000
#define AUTOMATIC_MAX_THREADS 4

/* The pool's memory, and frames that it has whatever their size: those that
 * downstream has in work. */
#define POOL_SIZE (32 << 20)
#define POOL_MIN_FRAMES 4

enum
{
  PROP_0,
  PROP_METER,
  PROP_NEAR,
  PROP_FAR,
  PROP_INVALID,
  PROP_COMPRESSION_LEVEL,
  PROP_N_THREADS,
};

typedef struct
{
  const gchar *media_type;
    gsize (*max_size) (GstRvlDepthEnc * self, guint32 width, guint32 height);
  /* Returns the bytes written, 0 if it failed. */
    gsize (*encode) (GstRvlDepthEnc * self, const GstDepthFrame * frame,
      guint8 * data, gsize size);
} Codec;

struct _GstRvlDepthEnc
{
  GstVideoEncoder parent;

  GstDepthStream depth;         /* has the properties meter, near, far, invalid */
  GstDepthReader reader;

  /* properties, guarded by the object lock */
  gint compression_level;
  guint n_threads;

  /* of the stream */
  GstVideoCodecState *state;
  const Codec *codec;
  gdouble out_meter;            /* in the output caps, 0 = there are none */
  gboolean caps_are_new;        /* of the input: no frame has come since */
  GstDepthFields fields;        /* that all frames since had alike */
  GstBufferPool *pool;          /* of output frames, each of the largest size */
  guint8 *scratch;              /* a frame of that size, NULL: not needed yet */
  GstRvlBandPool *bands;
  Png16Encoder *png;
  GstDepthTracker tracker;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, format = (string) " GST_DEPTH_RAW_FORMATS
        ", " "width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], "
        "framerate = (fraction) [ 0, max ]"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/x-rvl, "
        "width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], "
        "framerate = (fraction) [ 0, max ]; "
        "image/png, "
        "width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], "
        "framerate = (fraction) [ 0, max ]"));

#define parent_class gst_rvl_depth_enc_parent_class
G_DEFINE_TYPE_WITH_CODE (GstRvlDepthEnc, gst_rvl_depth_enc,
    GST_TYPE_VIDEO_ENCODER,
    GST_DEBUG_CATEGORY_INIT (rvldepthenc_debug, "rvldepthenc", 0,
        "RVL and PNG depth encoder"));
/* Below pngenc, which takes every PNG that encodebin asks for. */
GST_ELEMENT_REGISTER_DEFINE (rvldepthenc, "rvldepthenc", GST_RANK_SECONDARY,
    GST_TYPE_RVL_DEPTH_ENC);

static gsize
rvl_size (GstRvlDepthEnc * self, guint32 width, guint32 height)
{
  return RVL_HEADER_SIZE + gst_rvl_band_pool_max_size (self->bands, width,
      height);
}

static gsize
rvl_write (GstRvlDepthEnc * self, const GstDepthFrame * frame, guint8 * data,
    gsize size)
{
  RvlHeader header = {
    .width = GST_VIDEO_INFO_WIDTH (&self->state->info),
    .height = GST_VIDEO_INFO_HEIGHT (&self->state->info),
  };

  rvl_header_write (&header, data);
  return RVL_HEADER_SIZE + gst_rvl_band_pool_encode (self->bands,
      frame->pixels, frame->stride, header.width, header.height,
      data + RVL_HEADER_SIZE);
}

static gsize
png_size (GstRvlDepthEnc * self, guint32 width, guint32 height)
{
  return png16_max_size (width, height);
}

static gsize
png_write (GstRvlDepthEnc * self, const GstDepthFrame * frame, guint8 * data,
    gsize size)
{
  gint level;

  GST_OBJECT_LOCK (self);
  level = self->compression_level;
  GST_OBJECT_UNLOCK (self);
  return png16_encode (self->png, frame->pixels, frame->stride,
      GST_VIDEO_INFO_WIDTH (&self->state->info),
      GST_VIDEO_INFO_HEIGHT (&self->state->info), level, data, size);
}

/* The order is that of preference. */
static const Codec codecs[] = {
  {"image/x-rvl", rvl_size, rvl_write},
  {"image/png", png_size, png_write},
};

static GstCaps *
make_caps (GstRvlDepthEnc * self, const Codec * codec, gdouble meter)
{
  const GstVideoInfo *info = &self->state->info;
  GstCaps *caps = gst_caps_new_simple (codec->media_type,
      "width", G_TYPE_INT, GST_VIDEO_INFO_WIDTH (info),
      "height", G_TYPE_INT, GST_VIDEO_INFO_HEIGHT (info),
      "framerate", GST_TYPE_FRACTION, GST_VIDEO_INFO_FPS_N (info),
      GST_VIDEO_INFO_FPS_D (info), NULL);

  gst_depth_caps_set_meter (caps, meter);
  gst_depth_caps_set_fields (caps, &self->fields);
  return caps;
}

/* NULL if downstream takes nothing of this stream. */
static GstCaps *
choose_codec (GstRvlDepthEnc * self, gdouble meter)
{
  GstCaps *allowed =
      gst_pad_get_allowed_caps (GST_VIDEO_ENCODER_SRC_PAD (self));
  GstCaps *chosen = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (codecs) && chosen == NULL; i++) {
    GstCaps *caps = make_caps (self, &codecs[i], meter);

    if (allowed == NULL || gst_caps_can_intersect (allowed, caps)) {
      self->codec = &codecs[i];
      chosen = gst_caps_ref (caps);
    }
    gst_caps_unref (caps);
  }
  gst_clear_caps (&allowed);
  return chosen;
}

static gsize
max_size (GstRvlDepthEnc * self)
{
  return self->codec->max_size (self,
      GST_VIDEO_INFO_WIDTH (&self->state->info),
      GST_VIDEO_INFO_HEIGHT (&self->state->info));
}

static void
free_pool (GstRvlDepthEnc * self)
{
  g_clear_pointer (&self->scratch, g_free);
  if (self->pool == NULL)
    return;
  gst_buffer_pool_set_active (self->pool, FALSE);
  gst_clear_object (&self->pool);
}

/* Frames by downstream's allocator, used again and again: memory from the heap
 * may come from the kernel and go back to it with each frame, which costs as much
 * as encoding. */
static gboolean
make_pool (GstRvlDepthEnc * self)
{
  GstAllocator *allocator;
  GstAllocationParams params;
  GstStructure *config;
  gsize size = max_size (self);

  free_pool (self);
  self->pool = gst_buffer_pool_new ();
  config = gst_buffer_pool_get_config (self->pool);
  gst_video_encoder_get_allocator (GST_VIDEO_ENCODER (self), &allocator,
      &params);
  gst_buffer_pool_config_set_params (config, NULL, size, 0,
      MAX (POOL_SIZE / size, POOL_MIN_FRAMES));
  gst_buffer_pool_config_set_allocator (config, allocator, &params);
  gst_clear_object (&allocator);
  return gst_buffer_pool_set_config (self->pool, config)
      && gst_buffer_pool_set_active (self->pool, TRUE);
}

/* Range and intrinsics stand in the output caps while all frames have the same.
 * Returns: %TRUE if that changed */
static gboolean
update_fields (GstRvlDepthEnc * self, const GstDepthFields * of_frame)
{
  if (!self->caps_are_new)
    return gst_depth_fields_keep_common (&self->fields, of_frame);
  self->caps_are_new = FALSE;
  self->fields = *of_frame;
  return TRUE;
}

/* The unit may come with the metadata of a frame, so the caps wait for it. */
static GstFlowReturn
update_caps (GstRvlDepthEnc * self, gdouble meter,
    const GstDepthFields * of_frame)
{
  GstVideoEncoder *encoder = GST_VIDEO_ENCODER (self);
  GstPad *srcpad = GST_VIDEO_ENCODER_SRC_PAD (self);
  gboolean changed = update_fields (self, of_frame);
  GstCaps *caps;

  if (!changed && self->out_meter == meter
      && !gst_pad_needs_reconfigure (srcpad))
    return GST_FLOW_OK;

  caps = choose_codec (self, meter);
  if (caps == NULL)
    goto refused;
  GST_DEBUG_OBJECT (self, "encoding to %" GST_PTR_FORMAT, caps);
  gst_video_codec_state_unref (gst_video_encoder_set_output_state (encoder,
          caps, self->state));
  if (!gst_video_encoder_negotiate (encoder))
    goto refused;
  if (!make_pool (self))
    goto no_pool;
  self->out_meter = meter;
  return GST_FLOW_OK;

no_pool:
  GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
      ("No memory to encode a frame"), (NULL));
  return GST_FLOW_ERROR;
refused:
  self->out_meter = 0;
  if (GST_PAD_IS_FLUSHING (srcpad))
    return GST_FLOW_FLUSHING;
  GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
      ("Downstream takes neither image/x-rvl nor image/png of %dx%d at %g "
          "depth units per metre", GST_VIDEO_INFO_WIDTH (&self->state->info),
          GST_VIDEO_INFO_HEIGHT (&self->state->info), meter), (NULL));
  return GST_FLOW_NOT_NEGOTIATED;
}

/* The base class calls this itself where downstream reconfigured while a frame was
 * in work: the next frame chooses again. */
static gboolean
gst_rvl_depth_enc_negotiate (GstVideoEncoder * encoder)
{
  GST_RVL_DEPTH_ENC (encoder)->out_meter = 0;
  return GST_VIDEO_ENCODER_CLASS (parent_class)->negotiate (encoder);
}

/* Takes @buffer; NULL if that failed. */
static GstBuffer *
encode_to (GstRvlDepthEnc * self, const GstDepthFrame * pixels,
    GstBuffer * buffer)
{
  GstMapInfo map;
  gsize size = 0;

  if (gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    size = self->codec->encode (self, pixels, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  if (size > 0)
    gst_buffer_set_size (buffer, size);
  else
    gst_clear_buffer (&buffer);
  return buffer;
}

/* Memory of the frame's own size. */
static GstBuffer *
encode_exactly (GstRvlDepthEnc * self, const GstDepthFrame * pixels)
{
  GstAllocator *allocator;
  GstAllocationParams params;
  GstBuffer *buffer = NULL;
  gsize room = max_size (self), size = 0;

  if (self->scratch == NULL)
    self->scratch = g_try_malloc (room);
  if (self->scratch != NULL)
    size = self->codec->encode (self, pixels, self->scratch, room);
  if (size == 0)
    return NULL;
  gst_video_encoder_get_allocator (GST_VIDEO_ENCODER (self), &allocator,
      &params);
  buffer = gst_buffer_new_allocate (allocator, size, &params);
  gst_clear_object (&allocator);
  if (buffer != NULL)
    gst_buffer_fill (buffer, 0, self->scratch, size);
  return buffer;
}

/* Straight into memory of the pool. Where downstream holds all of that, in a
 * queue, frames are copied, so that they take no more memory than bytes. */
static GstFlowReturn
encode (GstRvlDepthEnc * self, GstVideoCodecFrame * frame,
    const GstDepthFrame * pixels)
{
  GstBufferPoolAcquireParams params = {
    .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT
  };
  GstBuffer *buffer = NULL;
  GstFlowReturn flow =
      gst_buffer_pool_acquire_buffer (self->pool, &buffer, &params);

  if (flow == GST_FLOW_OK)
    buffer = encode_to (self, pixels, buffer);
  else if (flow == GST_FLOW_EOS)
    buffer = encode_exactly (self, pixels);
  if (buffer == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("No memory to encode a frame"), (NULL));
    return GST_FLOW_ERROR;
  }
  frame->output_buffer = buffer;
  GST_LOG_OBJECT (self, "encoded to %" G_GSIZE_FORMAT " bytes",
      gst_buffer_get_size (buffer));
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_rvl_depth_enc_handle_frame (GstVideoEncoder * encoder,
    GstVideoCodecFrame * frame)
{
  GstRvlDepthEnc *self = GST_RVL_DEPTH_ENC (encoder);
  guint16 invalid = gst_depth_stream_get_invalid (&self->depth);
  GstDepthFrame pixels;
  GstDepthValues values;
  GstDepthFields fields;
  GstPinholeInfo pinhole;
  GstFlowReturn flow;
  gchar *problem;

  if (!gst_depth_reader_map (&self->reader, GST_ELEMENT (self), &pixels,
          &self->state->info, frame->input_buffer, invalid, &problem))
    goto bad_buffer;

  gst_depth_stream_resolve (&self->depth, frame->input_buffer, FALSE, &values);
  gst_depth_stream_get_pinhole (&self->depth, frame->input_buffer,
      GST_VIDEO_INFO_WIDTH (&self->state->info),
      GST_VIDEO_INFO_HEIGHT (&self->state->info), &pinhole);
  fields = gst_depth_stream_get_fixed_fields (&self->depth, &values, &pinhole);
  flow = update_caps (self, values.meter, &fields);
  if (flow == GST_FLOW_OK)
    flow = encode (self, frame, &pixels);
  /* Only now: encoding has brought the frame into the cache. */
  if (flow == GST_FLOW_OK && values.need_measure) {
    gst_depth_tracker_measure (&self->tracker, pixels.pixels, pixels.stride,
        GST_VIDEO_INFO_WIDTH (&self->state->info),
        GST_VIDEO_INFO_HEIGHT (&self->state->info), frame->pts, invalid,
        values.meter);
    gst_depth_tracker_fill (&self->tracker, &values);
  }
  gst_depth_frame_unmap (&pixels);
  if (flow != GST_FLOW_OK)
    goto failed;

  gst_depth_attach_metas (frame->output_buffer, &values, &pinhole);
  GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT (frame);
  return gst_video_encoder_finish_frame (encoder, frame);

bad_buffer:
  GST_ELEMENT_ERROR (self, STREAM, ENCODE, ("%s", problem), (NULL));
  g_free (problem);
  flow = GST_FLOW_ERROR;
failed:
  gst_video_codec_frame_unref (frame);
  return flow;
}

/* Our own GstDepthMeta is on the output already. */
static gboolean
gst_rvl_depth_enc_transform_meta (GstVideoEncoder * encoder,
    GstVideoCodecFrame * frame, GstMeta * meta)
{
  return !gst_depth_meta_stays_behind (meta)
      && GST_VIDEO_ENCODER_CLASS (parent_class)->transform_meta (encoder,
      frame, meta);
}

static void
make_band_pool (GstRvlDepthEnc * self, const GstVideoInfo * info)
{
  gsize pixels = (gsize) GST_VIDEO_INFO_WIDTH (info) *
      GST_VIDEO_INFO_HEIGHT (info);
  guint n;

  GST_OBJECT_LOCK (self);
  n = self->n_threads;
  GST_OBJECT_UNLOCK (self);
  if (n == 0)
    n = pixels < THREADS_MIN_PIXELS ? 1
        : MIN (g_get_num_processors (), AUTOMATIC_MAX_THREADS);
  if (self->bands != NULL && gst_rvl_band_pool_get_n_threads (self->bands) == n)
    return;
  g_clear_pointer (&self->bands, gst_rvl_band_pool_free);
  self->bands = gst_rvl_band_pool_new (n);
}

static gboolean
gst_rvl_depth_enc_set_format (GstVideoEncoder * encoder,
    GstVideoCodecState * state)
{
  GstRvlDepthEnc *self = GST_RVL_DEPTH_ENC (encoder);

  make_band_pool (self, &state->info);
  gst_depth_reader_clear (&self->reader);
  gst_depth_tracker_reset (&self->tracker,
      gst_depth_caps_get_duration (&state->info));
  g_clear_pointer (&self->state, gst_video_codec_state_unref);
  self->state = gst_video_codec_state_ref (state);
  self->out_meter = 0;
  return TRUE;
}

/* Here rather than in set_format, because the base class does not tell of caps
 * that differ in our fields only. */
static gboolean
check_caps (GstRvlDepthEnc * self, GstCaps * caps)
{
  GstElement *element = GST_ELEMENT (self);
  GstVideoInfo info;
  guint width, height;

  if (!gst_depth_caps_get_raw_info (&info, element, caps))
    return FALSE;
  width = GST_VIDEO_INFO_WIDTH (&info);
  height = GST_VIDEO_INFO_HEIGHT (&info);
  if (width * height > RVL_MAX_PIXELS)
    return gst_depth_caps_refuse (element, caps,
        g_strdup_printf ("Frames of %ux%u are too large; at most %u pixels are "
            "allowed", width, height, RVL_MAX_PIXELS));
  self->caps_are_new = TRUE;
  return gst_depth_stream_set_caps (&self->depth, caps);
}

/* In the order of who asks: pnmdec asks for both byte orders, the one that it writes
 * first, and writes that whatever it is given. */
static GstCaps *
gst_rvl_depth_enc_getcaps (GstVideoEncoder * encoder, GstCaps * filter)
{
  GstCaps *caps = gst_video_encoder_proxy_getcaps (encoder, NULL, filter);
  GstCaps *ordered;

  if (filter == NULL)
    return caps;
  ordered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return ordered;
}

static gboolean
gst_rvl_depth_enc_sink_event (GstVideoEncoder * encoder, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstCaps *caps;

    gst_event_parse_caps (event, &caps);
    if (!check_caps (GST_RVL_DEPTH_ENC (encoder), caps)) {
      gst_event_unref (event);
      return FALSE;
    }
  }
  return GST_VIDEO_ENCODER_CLASS (parent_class)->sink_event (encoder, event);
}

static gboolean
gst_rvl_depth_enc_start (GstVideoEncoder * encoder)
{
  GstRvlDepthEnc *self = GST_RVL_DEPTH_ENC (encoder);

  gst_rvl_kernel_report (GST_ELEMENT (self), GST_CAT_DEFAULT);
  self->png = png16_encoder_new ();
  return self->png != NULL;
}

static gboolean
gst_rvl_depth_enc_stop (GstVideoEncoder * encoder)
{
  GstRvlDepthEnc *self = GST_RVL_DEPTH_ENC (encoder);

  g_clear_pointer (&self->state, gst_video_codec_state_unref);
  g_clear_pointer (&self->bands, gst_rvl_band_pool_free);
  free_pool (self);
  g_clear_pointer (&self->png, png16_encoder_free);
  gst_depth_reader_clear (&self->reader);
  self->out_meter = 0;
  return TRUE;
}

static GstStateChangeReturn
gst_rvl_depth_enc_change_state (GstElement * element, GstStateChange transition)
{
  GstRvlDepthEnc *self = GST_RVL_DEPTH_ENC (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !gst_depth_stream_check (&self->depth))
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
gst_rvl_depth_enc_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstRvlDepthEnc *self = GST_RVL_DEPTH_ENC (object);

  switch (id) {
    case PROP_METER:
    case PROP_NEAR:
    case PROP_FAR:
    case PROP_INVALID:
      gst_depth_stream_set_property (&self->depth, value, pspec);
      return;
    default:
      break;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_COMPRESSION_LEVEL:
      self->compression_level = g_value_get_int (value);
      break;
    case PROP_N_THREADS:
      self->n_threads = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rvl_depth_enc_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstRvlDepthEnc *self = GST_RVL_DEPTH_ENC (object);

  switch (id) {
    case PROP_METER:
    case PROP_NEAR:
    case PROP_FAR:
    case PROP_INVALID:
      gst_depth_stream_get_property (&self->depth, value, pspec);
      return;
    default:
      break;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_COMPRESSION_LEVEL:
      g_value_set_int (value, self->compression_level);
      break;
    case PROP_N_THREADS:
      g_value_set_uint (value, self->n_threads);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rvl_depth_enc_class_init (GstRvlDepthEncClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstVideoEncoderClass *encoder_class = GST_VIDEO_ENCODER_CLASS (klass);

  object_class->set_property = gst_rvl_depth_enc_set_property;
  object_class->get_property = gst_rvl_depth_enc_get_property;

  gst_depth_stream_install_properties (object_class, PROP_METER,
      GST_DEPTH_HAS_METER | GST_DEPTH_HAS_RANGE | GST_DEPTH_HAS_INVALID,
      GST_PARAM_MUTABLE_READY);
  g_object_class_install_property (object_class, PROP_COMPRESSION_LEVEL,
      g_param_spec_int ("compression-level", "Compression Level",
          "Of PNG: 0 (fastest) to 9 (smallest)", 0, 9,
          DEFAULT_COMPRESSION_LEVEL, G_PARAM_READWRITE |
          G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (object_class, PROP_N_THREADS,
      g_param_spec_uint ("n-threads", "Number of Threads",
          "Threads that encode a frame to RVL, 0 = automatic (one below 2 "
          "megapixels); the bytes are the same whatever their number", 0,
          RVL_MAX_BANDS, DEFAULT_N_THREADS, G_PARAM_READWRITE |
          G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));

  gst_element_class_set_static_metadata (element_class, "RVL depth encoder",
      "Codec/Encoder/Image",
      "Encodes 16-bit depth losslessly to RVL or PNG", GST_PACKAGE_AUTHORS);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);

  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_change_state);
  encoder_class->start = GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_start);
  encoder_class->stop = GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_stop);
  encoder_class->set_format = GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_set_format);
  encoder_class->getcaps = GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_getcaps);
  encoder_class->negotiate = GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_negotiate);
  encoder_class->handle_frame =
      GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_handle_frame);
  encoder_class->transform_meta =
      GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_transform_meta);
  encoder_class->sink_event = GST_DEBUG_FUNCPTR (gst_rvl_depth_enc_sink_event);
}

static void
gst_rvl_depth_enc_init (GstRvlDepthEnc * self)
{
  GstPad *sinkpad = GST_VIDEO_ENCODER_SINK_PAD (self);

  gst_depth_stream_init (&self->depth, GST_ELEMENT (self));
  self->compression_level = DEFAULT_COMPRESSION_LEVEL;
  self->n_threads = DEFAULT_N_THREADS;

  /* Intersect: caps without a size come through to an error that says so. */
  GST_PAD_SET_ACCEPT_TEMPLATE (sinkpad);
  GST_PAD_SET_ACCEPT_INTERSECT (sinkpad);
}
