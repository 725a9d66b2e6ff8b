/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The archetypes, as tables. Source: Rerun's crates/build/re_type_definitions,
 * checked against what its SDK writes.
 */
#include "rrd/rrd.h"

#include <string.h>

static const ArrowType boolean = { ARROW_BOOL, 0, NULL, 0 };
static const ArrowType uint8 = { ARROW_UINT8, 0, NULL, 0 };
static const ArrowType uint32 = { ARROW_UINT32, 0, NULL, 0 };
static const ArrowType int64 = { ARROW_INT64, 0, NULL, 0 };
static const ArrowType float32 = { ARROW_FLOAT32, 0, NULL, 0 };
static const ArrowType float64 = { ARROW_FLOAT64, 0, NULL, 0 };
static const ArrowType utf8 = { ARROW_UTF8, 0, NULL, 0 };

#define ITEM(type) { { "item", &type, false, NULL, 0 } }

static const ArrowField uint8_item[] = ITEM (uint8);
static const ArrowField float32_item[] = ITEM (float32);
static const ArrowField float64_item[] = ITEM (float64);

static const ArrowType blob = { ARROW_LIST, 0, uint8_item, 1 };
static const ArrowType uint8_x3 = { ARROW_FIXED_SIZE_LIST, 3, uint8_item, 1 };
static const ArrowType vec2 = { ARROW_FIXED_SIZE_LIST, 2, float32_item, 1 };
static const ArrowType vec3 = { ARROW_FIXED_SIZE_LIST, 3, float32_item, 1 };
static const ArrowType vec4 = { ARROW_FIXED_SIZE_LIST, 4, float32_item, 1 };
static const ArrowType mat3x3 = { ARROW_FIXED_SIZE_LIST, 9, float32_item, 1 };
static const ArrowType range = { ARROW_FIXED_SIZE_LIST, 2, float64_item, 1 };

static const ArrowField image_format_fields[] = {
  {"width", &uint32, false, NULL, 0},
  {"height", &uint32, false, NULL, 0},
  {"pixel_format", &uint8, true, NULL, 0},
  {"color_model", &uint8, true, NULL, 0},
  {"channel_datatype", &uint8, true, NULL, 0},
};

static const ArrowType image_format = {
  ARROW_STRUCT, 0, image_format_fields, 5
};

#define COMPONENT(archetype, name, type_name, type) { \
  "rerun.archetypes." archetype, archetype ":" name, \
  "rerun.components." type_name, &type \
}

/* What both kinds of depth image have. */
#define DEPTH_COMPONENT(field, name, type_name, type) \
  [RRD_ENCODED_DEPTH_IMAGE_##field] = \
    COMPONENT ("EncodedDepthImage", name, type_name, type)

const RrdComponent rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_N] = {
  DEPTH_COMPONENT (BLOB, "blob", "Blob", blob),
  DEPTH_COMPONENT (MEDIA_TYPE, "media_type", "MediaType", utf8),
  DEPTH_COMPONENT (METER, "meter", "DepthMeter", float32),
  DEPTH_COMPONENT (COLORMAP, "colormap", "Colormap", uint8),
  DEPTH_COMPONENT (DEPTH_RANGE, "depth_range", "ValueRange", range),
  DEPTH_COMPONENT (POINT_FILL_RATIO, "point_fill_ratio", "FillRatio", float32),
  DEPTH_COMPONENT (DRAW_ORDER, "draw_order", "DrawOrder", float32),
  DEPTH_COMPONENT (MAGNIFICATION_FILTER, "magnification_filter",
      "MagnificationFilter", uint8),
};

#undef DEPTH_COMPONENT
#define DEPTH_COMPONENT(field, name, type_name, type) \
  [RRD_DEPTH_IMAGE_##field] = COMPONENT ("DepthImage", name, type_name, type)

const RrdComponent rrd_depth_image[RRD_DEPTH_IMAGE_N] = {
  DEPTH_COMPONENT (BUFFER, "buffer", "ImageBuffer", blob),
  DEPTH_COMPONENT (FORMAT, "format", "ImageFormat", image_format),
  DEPTH_COMPONENT (METER, "meter", "DepthMeter", float32),
  DEPTH_COMPONENT (COLORMAP, "colormap", "Colormap", uint8),
  DEPTH_COMPONENT (DEPTH_RANGE, "depth_range", "ValueRange", range),
  DEPTH_COMPONENT (POINT_FILL_RATIO, "point_fill_ratio", "FillRatio", float32),
  DEPTH_COMPONENT (DRAW_ORDER, "draw_order", "DrawOrder", float32),
  DEPTH_COMPONENT (MAGNIFICATION_FILTER, "magnification_filter",
      "MagnificationFilter", uint8),
};

const RrdComponent rrd_image[RRD_IMAGE_N] = {
  [RRD_IMAGE_BUFFER] = COMPONENT ("Image", "buffer", "ImageBuffer", blob),
  [RRD_IMAGE_FORMAT] =
      COMPONENT ("Image", "format", "ImageFormat", image_format),
  [RRD_IMAGE_OPACITY] = COMPONENT ("Image", "opacity", "Opacity", float32),
  [RRD_IMAGE_DRAW_ORDER] =
      COMPONENT ("Image", "draw_order", "DrawOrder", float32),
  [RRD_IMAGE_MAGNIFICATION_FILTER] =
      COMPONENT ("Image", "magnification_filter", "MagnificationFilter", uint8),
};

const RrdComponent rrd_encoded_image[RRD_ENCODED_IMAGE_N] = {
  [RRD_ENCODED_IMAGE_BLOB] = COMPONENT ("EncodedImage", "blob", "Blob", blob),
  [RRD_ENCODED_IMAGE_MEDIA_TYPE] =
      COMPONENT ("EncodedImage", "media_type", "MediaType", utf8),
  [RRD_ENCODED_IMAGE_OPACITY] =
      COMPONENT ("EncodedImage", "opacity", "Opacity", float32),
  [RRD_ENCODED_IMAGE_DRAW_ORDER] =
      COMPONENT ("EncodedImage", "draw_order", "DrawOrder", float32),
  [RRD_ENCODED_IMAGE_MAGNIFICATION_FILTER] =
      COMPONENT ("EncodedImage", "magnification_filter", "MagnificationFilter",
      uint8),
};

const RrdComponent rrd_video_stream[RRD_VIDEO_STREAM_N] = {
  [RRD_VIDEO_STREAM_CODEC] =
      COMPONENT ("VideoStream", "codec", "VideoCodec", uint32),
  [RRD_VIDEO_STREAM_SAMPLE] =
      COMPONENT ("VideoStream", "sample", "VideoSample", blob),
  [RRD_VIDEO_STREAM_IS_KEYFRAME] =
      COMPONENT ("VideoStream", "is_keyframe", "IsKeyframe", boolean),
  [RRD_VIDEO_STREAM_OPACITY] =
      COMPONENT ("VideoStream", "opacity", "Opacity", float32),
  [RRD_VIDEO_STREAM_DRAW_ORDER] =
      COMPONENT ("VideoStream", "draw_order", "DrawOrder", float32),
};

const RrdComponent rrd_transform3d[RRD_TRANSFORM3D_N] = {
  [RRD_TRANSFORM3D_TRANSLATION] =
      COMPONENT ("Transform3D", "translation", "Translation3D", vec3),
  [RRD_TRANSFORM3D_QUATERNION] =
      COMPONENT ("Transform3D", "quaternion", "RotationQuat", vec4),
};

const RrdComponent rrd_text_log[RRD_TEXT_LOG_N] = {
  [RRD_TEXT_LOG_TEXT] = COMPONENT ("TextLog", "text", "Text", utf8),
  [RRD_TEXT_LOG_LEVEL] = COMPONENT ("TextLog", "level", "TextLogLevel", utf8),
};

const RrdComponent rrd_pinhole[RRD_PINHOLE_N] = {
  [RRD_PINHOLE_IMAGE_FROM_CAMERA] =
      COMPONENT ("Pinhole", "image_from_camera", "PinholeProjection", mat3x3),
  [RRD_PINHOLE_RESOLUTION] =
      COMPONENT ("Pinhole", "resolution", "Resolution", vec2),
  [RRD_PINHOLE_CAMERA_XYZ] =
      COMPONENT ("Pinhole", "camera_xyz", "ViewCoordinates", uint8_x3),
  [RRD_PINHOLE_IMAGE_PLANE_DISTANCE] =
      COMPONENT ("Pinhole", "image_plane_distance", "ImagePlaneDistance",
      float32),
};

const RrdComponent rrd_clear[RRD_CLEAR_N] = {
  [RRD_CLEAR_IS_RECURSIVE] =
      COMPONENT ("Clear", "is_recursive", "ClearIsRecursive", boolean),
};

const RrdComponent rrd_recording_info[RRD_RECORDING_INFO_N] = {
  [RRD_RECORDING_INFO_START_TIME] =
      COMPONENT ("RecordingInfo", "start_time", "Timestamp", int64),
  [RRD_RECORDING_INFO_NAME] = COMPONENT ("RecordingInfo", "name", "Name", utf8),
};

enum
{ L = 1, RGB, RGBA, BGR, BGRA };

enum
{ U8 = 6, U16 = 8 };

const RrdPixelFormat rrd_pixel_formats[RRD_PIXELS_N] = {
  [RRD_PIXELS_DEPTH16] = {0, 0, U16},
  [RRD_PIXELS_L16] = {0, L, U16},
  [RRD_PIXELS_L8] = {0, L, U8},
  [RRD_PIXELS_RGB] = {0, RGB, U8},
  [RRD_PIXELS_RGBA] = {0, RGBA, U8},
  [RRD_PIXELS_BGR] = {0, BGR, U8},
  [RRD_PIXELS_BGRA] = {0, BGRA, U8},
  [RRD_PIXELS_I420_LIMITED] = {20, 0, 0},
  [RRD_PIXELS_NV12] = {26, 0, 0},
  [RRD_PIXELS_YUY2] = {27, 0, 0},
  [RRD_PIXELS_L8_LIMITED] = {41, 0, 0},
  [RRD_PIXELS_I420_FULL] = {44, 0, 0},
};

void
rrd_image_format (RrdPixels pixels, uint32_t width, uint32_t height,
    uint8_t format[RRD_IMAGE_FORMAT_SIZE])
{
  memcpy (format, &width, 4);
  memcpy (format + 4, &height, 4);
  memcpy (format + 8, &rrd_pixel_formats[pixels], 3);
}
