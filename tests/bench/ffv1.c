/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* FFV1 of 16-bit grey by libavcodec, intra frames, one thread. */
#include "codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_AVCODEC
#include <libavcodec/avcodec.h>

typedef struct
{
  AVCodecContext *encoder, *decoder;
  AVFrame *picture;
  AVPacket *packet;
} Ffv1;

static AVCodecContext *
open_context (const AVCodec * codec, uint32_t width, uint32_t height)
{
  AVCodecContext *context = avcodec_alloc_context3 (codec);

  context->width = width;
  context->height = height;
  context->pix_fmt = AV_PIX_FMT_GRAY16LE;
  context->time_base = (AVRational) { 1, 30 };
  context->thread_count = 1;
  context->gop_size = 1;
  if (avcodec_open2 (context, codec, NULL) < 0)
    avcodec_free_context (&context);
  return context;
}

static void *
open_ffv1 (int argument, uint32_t width, uint32_t height)
{
  Ffv1 *self = calloc (1, sizeof (Ffv1));

  av_log_set_level (AV_LOG_ERROR);
  self->encoder = open_context (avcodec_find_encoder (AV_CODEC_ID_FFV1), width,
      height);
  self->decoder = open_context (avcodec_find_decoder (AV_CODEC_ID_FFV1), width,
      height);
  self->picture = av_frame_alloc ();
  self->packet = av_packet_alloc ();
  return self;
}

static void
close_ffv1 (void *state)
{
  Ffv1 *self = state;

  avcodec_free_context (&self->encoder);
  avcodec_free_context (&self->decoder);
  av_frame_free (&self->picture);
  av_packet_free (&self->packet);
  free (self);
}

static size_t
encode_ffv1 (void *state, const Frame * frame, uint8_t * data, size_t room)
{
  Ffv1 *self = state;
  size_t size;

  self->picture->format = AV_PIX_FMT_GRAY16LE;
  self->picture->width = frame->width;
  self->picture->height = frame->height;
  self->picture->data[0] = (uint8_t *) frame->pixels;
  self->picture->linesize[0] = 2 * frame->width;
  if (avcodec_send_frame (self->encoder, self->picture) < 0
      || avcodec_receive_packet (self->encoder, self->packet) < 0)
    return 0;
  size = self->packet->size;
  memcpy (data, self->packet->data, size);
  memset (data + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
  av_packet_unref (self->packet);
  self->picture->data[0] = NULL;
  return size;
}

static bool
decode_ffv1 (void *state, const uint8_t * data, size_t size, Frame * frame)
{
  Ffv1 *self = state;

  self->packet->data = (uint8_t *) data;
  self->packet->size = size;
  if (avcodec_send_packet (self->decoder, self->packet) < 0
      || avcodec_receive_frame (self->decoder, self->picture) < 0)
    return false;
  for (uint32_t y = 0; y < frame->height; y++)
    memcpy (frame->pixels + (size_t) y * frame->width,
        self->picture->data[0] + y * self->picture->linesize[0],
        2 * frame->width);
  av_frame_unref (self->picture);
  return true;
}

void
codecs_add_ffv1 (Codecs * codecs)
{
  codecs_add (codecs, (Codec) {
      "FFV1", 0, open_ffv1, close_ffv1, encode_ffv1, decode_ffv1});
}
#else
void
codecs_add_ffv1 (Codecs * codecs)
{
  printf ("skipped: libavcodec was not found\n");
}
#endif
