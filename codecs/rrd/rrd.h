/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Rerun reads: chunks of rows of components on an entity path, framed as
 * messages of a recording file (.rrd) or of a gRPC stream, and the footer of a
 * file.
 *
 * Source: Rerun's docs/content/concepts/logging-and-ingestion/rrd-format.md,
 * crates/store/re_sorbet (the Arrow side of a chunk), re_protos (the protobuf
 * messages) and re_log_encoding (the framing). We write sorbet 0.1.3 and stream
 * version 0.31.4, which Rerun 0.31 and later read without a word.
 *
 * How the parts fit:
 *
 *   RrdSchema   an entity path, its timelines and components: made once
 *   RrdChunk    rows of one schema, as the spans of an Arrow IPC stream
 *   RrdStore    a recording: application id and recording id
 *   message     a chunk framed for one output: a head, then the chunk's spans
 *   RrdManifest the index of a file, written as its footer
 *
 * RrdSchema, RrdChunk and RrdStore do not change once made: any thread may use
 * them. Numbers are in the host's byte order in the arguments and little-endian
 * in what is written.
 */
#pragma once

#include "arrow/arrow.h"

typedef enum
{
  RRD_OK,
  RRD_NO_MEMORY,
  RRD_TOO_LARGE,                /* over what 32-bit Arrow offsets, or LZ4, hold */
  RRD_BAD_VALUE,                /* a value's size is not its component's, or
                                 * there are no rows */
  RRD_WRITE_FAILED              /* the caller's write function said so */
} RrdResult;

/* A text for people: "out of memory", ... */
const char *rrd_result_text (RrdResult result);

/* Bytes of somebody else. */
typedef struct
{
  const void *data;
  size_t size;
} RrdSpan;

/* A time-based unique id, of rows, chunks and messages: the wall clock in ns
 * since the Unix epoch, and a number that starts random (63 bits) and counts up
 * with each id. */
typedef struct
{
  uint64_t time_ns;
  uint64_t inc;
} RrdTuid;

/* --- names ------------------------------------------------------------- */

/* A text that is not allowed: what is wrong, at which byte. */
typedef struct
{
  const char *what;
  size_t offset;
} RrdNameError;

#define RRD_APPLICATION_ID_MAX 180

/* Whether readers take @id as it is: 1 to 180 ASCII letters, digits, and
 * "_- []:". @error may be NULL. */
bool rrd_application_id_check (const char *id, RrdNameError * error);

/* Whether @id can be a recording id: text in UTF-8, not empty, without control
 * characters. @error may be NULL. */
bool rrd_recording_id_check (const char *id, RrdNameError * error);

/* Writes @name as an allowed application id: every other character becomes '-',
 * what is too long is cut, an empty name is "unknown". */
void rrd_application_id_sanitise (const char *name,
    char id[RRD_APPLICATION_ID_MAX + 1]);

/*
 * Turns an entity path as users write it into the stored form: a leading
 * slash, no trailing one, no doubled ones, every part escaped ("world/my
 * camera" becomes "/world/my\ camera"). What Rerun's own SDK takes is taken, and
 * read alike, but these are refused: an empty path, the root "/", a path that
 * begins with "__" (Rerun's own namespace), unknown escapes, text that is not
 * UTF-8.
 *
 * Returns: the path, to be freed with free(); NULL: not allowed (@error says
 * why; it may be NULL), or out of memory.
 */
char *rrd_entity_path_normalise (const char *path, RrdNameError * error);

/* --- archetypes -------------------------------------------------------- */

/*
 * A component of an archetype. A value of it is bytes of exactly this form:
 *
 *   UInt8, Int64, Float32   one such number
 *   Bool                    a byte, 0 or 1
 *   FixedSizeList           `size` such numbers in a row
 *   List of UInt8           any bytes: referenced, never copied
 *   Utf8                    the text, no NUL
 *   Struct                  the fields in a row, without padding; a nullable
 *                           field that is 0 is null
 */
typedef struct
{
  const char *archetype;        /* rerun.archetypes.EncodedDepthImage */
  const char *name;             /* EncodedDepthImage:blob */
  const char *type_name;        /* rerun.components.Blob */
  const ArrowType *type;
} RrdComponent;

/* EncodedDepthImage. meter is depth units per metre: 1000 for millimetres. */
enum
{
  RRD_ENCODED_DEPTH_IMAGE_BLOB, /* List of UInt8 */
  RRD_ENCODED_DEPTH_IMAGE_MEDIA_TYPE,   /* Utf8, "application/rvl", "image/png" */
  RRD_ENCODED_DEPTH_IMAGE_METER,        /* Float32 */
  RRD_ENCODED_DEPTH_IMAGE_COLORMAP,     /* UInt8, 1 to 9 */
  RRD_ENCODED_DEPTH_IMAGE_DEPTH_RANGE,  /* 2 Float64, native units */
  RRD_ENCODED_DEPTH_IMAGE_POINT_FILL_RATIO,     /* Float32 */
  RRD_ENCODED_DEPTH_IMAGE_DRAW_ORDER,   /* Float32 */
  /* UInt8, 1 nearest, 2 linear, 3 bicubic. Rerun 0.28 refuses a chunk that
   * has it: only when it was asked for. */
  RRD_ENCODED_DEPTH_IMAGE_MAGNIFICATION_FILTER,
  RRD_ENCODED_DEPTH_IMAGE_N
};
extern const RrdComponent rrd_encoded_depth_image[RRD_ENCODED_DEPTH_IMAGE_N];

/* DepthImage, a raw picture. */
enum
{
  RRD_DEPTH_IMAGE_BUFFER,       /* List of UInt8, rows without padding */
  RRD_DEPTH_IMAGE_FORMAT,       /* RRD_IMAGE_FORMAT_SIZE bytes */
  RRD_DEPTH_IMAGE_METER,        /* and so on as above */
  RRD_DEPTH_IMAGE_COLORMAP,
  RRD_DEPTH_IMAGE_DEPTH_RANGE,
  RRD_DEPTH_IMAGE_POINT_FILL_RATIO,
  RRD_DEPTH_IMAGE_DRAW_ORDER,
  RRD_DEPTH_IMAGE_MAGNIFICATION_FILTER,
  RRD_DEPTH_IMAGE_N
};
extern const RrdComponent rrd_depth_image[RRD_DEPTH_IMAGE_N];

/* Image, a raw picture of colours. */
enum
{
  RRD_IMAGE_BUFFER,             /* List of UInt8, rows and planes without padding */
  RRD_IMAGE_FORMAT,             /* RRD_IMAGE_FORMAT_SIZE bytes */
  RRD_IMAGE_OPACITY,            /* Float32, 0 to 1 */
  RRD_IMAGE_DRAW_ORDER,         /* Float32 */
  RRD_IMAGE_MAGNIFICATION_FILTER,       /* UInt8 */
  RRD_IMAGE_N
};
extern const RrdComponent rrd_image[RRD_IMAGE_N];

/* EncodedImage. */
enum
{
  RRD_ENCODED_IMAGE_BLOB,       /* List of UInt8 */
  RRD_ENCODED_IMAGE_MEDIA_TYPE, /* Utf8, "image/jpeg", "image/png" */
  RRD_ENCODED_IMAGE_OPACITY,    /* and so on as above */
  RRD_ENCODED_IMAGE_DRAW_ORDER,
  RRD_ENCODED_IMAGE_MAGNIFICATION_FILTER,
  RRD_ENCODED_IMAGE_N
};
extern const RrdComponent rrd_encoded_image[RRD_ENCODED_IMAGE_N];

/* How the samples of a raw picture lie. */
typedef enum
{
  RRD_PIXELS_DEPTH16,           /* of a DepthImage; the others are colours */
  RRD_PIXELS_L16,
  RRD_PIXELS_L8,
  RRD_PIXELS_RGB,
  RRD_PIXELS_RGBA,
  RRD_PIXELS_BGR,
  RRD_PIXELS_BGRA,
  RRD_PIXELS_I420_LIMITED,
  RRD_PIXELS_NV12,
  RRD_PIXELS_YUY2,
  RRD_PIXELS_L8_LIMITED,
  RRD_PIXELS_I420_FULL,
  RRD_PIXELS_N
} RrdPixels;

/* Rerun's numbers for it. Bytes, in the order of an ImageFormat; 0: none. */
typedef struct
{
  uint8_t pixel_format;
  uint8_t color_model;
  uint8_t channel_datatype;
} RrdPixelFormat;
extern const RrdPixelFormat rrd_pixel_formats[RRD_PIXELS_N];

/* The value of DepthImage:format and Image:format. */
#define RRD_IMAGE_FORMAT_SIZE 11
void rrd_image_format (RrdPixels pixels, uint32_t width, uint32_t height,
    uint8_t format[RRD_IMAGE_FORMAT_SIZE]);

/* VideoStream: a codec for the whole stream, then samples. */
enum
{
  RRD_VIDEO_STREAM_CODEC,       /* UInt32, RRD_VIDEO_... */
  RRD_VIDEO_STREAM_SAMPLE,      /* List of UInt8, an access unit */
  RRD_VIDEO_STREAM_IS_KEYFRAME, /* Bool */
  RRD_VIDEO_STREAM_OPACITY,     /* Float32 */
  RRD_VIDEO_STREAM_DRAW_ORDER,  /* Float32 */
  RRD_VIDEO_STREAM_N
};
extern const RrdComponent rrd_video_stream[RRD_VIDEO_STREAM_N];

enum
{
  RRD_VIDEO_H264 = 0x61766331,  /* avc1 */
  RRD_VIDEO_H265 = 0x68657631,  /* hev1 */
  RRD_VIDEO_AV1 = 0x61763031,   /* av01 */
  RRD_VIDEO_VP8 = 0x76703038,   /* vp08 */
  RRD_VIDEO_VP9 = 0x76703039    /* vp09 */
};

/* Transform3D: where the entity is in that of its parent. */
enum
{
  RRD_TRANSFORM3D_TRANSLATION,  /* 3 Float32, metres */
  RRD_TRANSFORM3D_QUATERNION,   /* 4 Float32, x y z w */
  RRD_TRANSFORM3D_N
};
extern const RrdComponent rrd_transform3d[RRD_TRANSFORM3D_N];

enum
{
  RRD_TEXT_LOG_TEXT,            /* Utf8 */
  RRD_TEXT_LOG_LEVEL,           /* Utf8, CRITICAL, ERROR, WARN, INFO, DEBUG,
                                 * TRACE */
  RRD_TEXT_LOG_N
};
extern const RrdComponent rrd_text_log[RRD_TEXT_LOG_N];

enum
{
  RRD_PINHOLE_IMAGE_FROM_CAMERA,        /* 9 Float32, column by column:
                                         * fx 0 0, 0 fy 0, cx cy 1 */
  RRD_PINHOLE_RESOLUTION,       /* 2 Float32: width, height */
  RRD_PINHOLE_CAMERA_XYZ,       /* 3 UInt8: 3 2 5 = right, down, forward */
  RRD_PINHOLE_IMAGE_PLANE_DISTANCE,     /* Float32 */
  RRD_PINHOLE_N
};
extern const RrdComponent rrd_pinhole[RRD_PINHOLE_N];

/* Clear: nothing that was logged on the entity before holds from here on. */
enum
{
  RRD_CLEAR_IS_RECURSIVE,       /* Bool: nor on the entities below it */
  RRD_CLEAR_N
};
extern const RrdComponent rrd_clear[RRD_CLEAR_N];

/* Of the recording itself: static, on RRD_PROPERTIES_PATH, its first chunk. */
#define RRD_PROPERTIES_PATH "/__properties"
enum
{
  RRD_RECORDING_INFO_START_TIME,        /* Int64, ns since the Unix epoch */
  RRD_RECORDING_INFO_NAME,      /* Utf8 */
  RRD_RECORDING_INFO_N
};
extern const RrdComponent rrd_recording_info[RRD_RECORDING_INFO_N];

/* --- chunks ------------------------------------------------------------ */

typedef enum
{
  RRD_SEQUENCE,
  RRD_DURATION,                 /* ns */
  RRD_TIMESTAMP                 /* ns since the Unix epoch */
} RrdTimeKind;

typedef struct
{
  const char *name;
  RrdTimeKind kind;
} RrdTimeline;

#define RRD_MAX_TIMELINES 8
#define RRD_MAX_COMPONENTS 16

/* What all chunks of one kind have in common. Counted references. */
typedef struct _RrdSchema RrdSchema;

/*
 * @entity_path in the stored form; no @timelines: the chunks are static. Rows
 * that lack a timeline belong to a schema without it. One timeline name has one
 * kind in a whole recording. All texts are copied; components are not: they are
 * tables.
 *
 * Returns: NULL if out of memory or above the maxima; else one reference.
 */
RrdSchema *rrd_schema_new (const char *entity_path,
    const RrdTimeline * timelines, size_t n_timelines,
    const RrdComponent * const *components, size_t n_components);
size_t rrd_schema_n_timelines (const RrdSchema * schema);
size_t rrd_schema_n_components (const RrdSchema * schema);
RrdSchema *rrd_schema_ref (RrdSchema * schema);
void rrd_schema_unref (RrdSchema * schema);

/* The rows of a chunk, all arrays of the caller's. */
typedef struct
{
  size_t n_rows;                /* at least 1 */
  const RrdTuid *row_ids;       /* n_rows, ascending */
  const int64_t *times;         /* n_timelines x n_rows, a timeline after the
                                 * other, in the schema's order */
  const RrdSpan *values;        /* n_components x n_rows, a component after the
                                 * other; .data NULL: none in this row,
                                 * rrd_empty: an empty one, which hides those of
                                 * earlier rows */
} RrdRows;

extern const uint8_t rrd_empty[1];

/*
 * A chunk: `spans` in a row are its Arrow IPC stream of `size` bytes. Those that
 * are bytes of List of UInt8 values are the caller's and have to outlive the
 * chunk; the others are the chunk's own.
 */
typedef struct
{
  RrdSchema *schema;
  RrdTuid id;
  size_t n_rows;
  size_t size;
  size_t n_spans;
  const RrdSpan *spans;
  const int64_t *extents;       /* for the manifest */
} RrdChunk;

/*
 * Makes a chunk with one allocation. @now_ns, wall clock in ns since the Unix
 * epoch, goes into its metadata as the time it was handed to be sent, for the
 * Viewer's latency panel.
 *
 * Returns: NULL if @result says why; else a chunk, to be freed with
 * rrd_chunk_free().
 */
RrdChunk *rrd_chunk_new (RrdSchema * schema, const RrdTuid * id,
    const RrdRows * rows, uint64_t now_ns, RrdResult * result);
void rrd_chunk_free (RrdChunk * chunk);

/* --- messages ---------------------------------------------------------- */

typedef enum
{
  RRD_COMPRESSION_NONE = 1,
  RRD_COMPRESSION_LZ4 = 2
} RrdCompression;

/* A recording, as messages name it. */
typedef struct _RrdStore RrdStore;

/* @id identifies the message that announces the recording. NULL: no memory. */
RrdStore *rrd_store_new (const char *application_id, const char *recording_id,
    const RrdTuid * id);
void rrd_store_free (RrdStore * store);

#define RRD_STREAM_HEADER_SIZE 12

/* The first bytes of a file. */
void rrd_stream_header (RrdCompression compression,
    uint8_t header[RRD_STREAM_HEADER_SIZE]);

/*
 * The functions below replace what @message, or @head, holds and keep its
 * memory: an output has one ArrowBytes for all its messages. False: out of
 * memory.
 */

/* SetStoreInfo: goes before any chunk of the store. Whole messages. */
bool rrd_file_store_info (const RrdStore * store, ArrowBytes * message);
bool rrd_grpc_store_info (const RrdStore * store, ArrowBytes * message);

/* The bytes before @chunk's spans, which follow them uncompressed: of a file
 * message, and of a gRPC frame of MessageProxyService/WriteMessages. */
bool rrd_file_head (const RrdStore * store, const RrdChunk * chunk,
    ArrowBytes * head);
bool rrd_grpc_head (const RrdStore * store, const RrdChunk * chunk,
    ArrowBytes * head);

/* The same compressed with LZ4: @payload is what follows @head. It lies in
 * @scratch, memory that the caller keeps as it keeps @head, and is valid until
 * the next call with that. RRD_TOO_LARGE: over LZ4's limit of 2113929216 bytes;
 * send it uncompressed. */
RrdResult rrd_file_lz4 (const RrdStore * store, const RrdChunk * chunk,
    ArrowBytes * scratch, ArrowBytes * head, RrdSpan * payload);

/* --- footer ------------------------------------------------------------ */

/* The index of one recording in one file. Takes 40 bytes a chunk, and 8 a
 * timeline of it; chunks of several rows take more. */
typedef struct _RrdManifest RrdManifest;

RrdManifest *rrd_manifest_new (void);
void rrd_manifest_free (RrdManifest * manifest);

/* Notes that @chunk's message was written: at @offset of the file (where its
 * message header begins), @size bytes (header included). False: out of memory,
 * the manifest stays as it was. Keeps a reference to the schema. */
bool rrd_manifest_add (RrdManifest * manifest, const RrdChunk * chunk,
    uint64_t offset, size_t size);

/* Takes @size bytes that come next in the file; false ends the writing. */
typedef bool (*RrdWrite) (void *user, const void *data, size_t size);

/* Writes the end of a file, which is @offset bytes long so far: the End message
 * with the manifest of @store, and the stream footer. Nothing of the size of the
 * recording is allocated. Without chunks: an End message without a footer. */
RrdResult rrd_manifest_write (const RrdManifest * manifest,
    const RrdStore * store, uint64_t offset, RrdWrite write, void *user);
