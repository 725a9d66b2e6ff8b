/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where pictures end in a stream of bytes, as in a file that holds several, or comes
 * in pieces. */
#include "depthpicture/depthpicture.h"

#include <string.h>

#include "pgm16/pgm16.h"
#include "rvl/rvl.h"

/* Whether these bytes are the header of the last picture again. */
static bool
is_same_header (const DepthPictureSplitter * splitter, const uint8_t * data,
    size_t size)
{
  return splitter->n_header > 0 && size >= splitter->n_header
      && memcmp (data, splitter->header, splitter->n_header) == 0;
}

/* Bytes before the next header that looks like the last one. */
static size_t
count_foreign (const DepthPictureSplitter * splitter, const uint8_t * data,
    size_t size, bool at_end)
{
  size_t n = 0;

  while (n < size && !is_same_header (splitter, data + n, size - n)
      && (at_end || size - n >= splitter->n_header))
    n++;
  return n;
}

/* Between two pictures. Where the bytes are no header, they follow the last picture
 * and are passed over up to the same header, or, before the first, are one damaged
 * picture. */
static size_t
begin_rvl (DepthPictureSplitter * splitter, const uint8_t * data, size_t size,
    bool at_end, DepthPicturePiece * piece)
{
  RvlHeader header;
  bool known = splitter->n_header > 0;

  if (rvl_header_read (data, size, &header, NULL) && (!splitter->skipping
          || is_same_header (splitter, data, size))) {
    splitter->skipping = false;
    splitter->n_header = header.size;
    memcpy (splitter->header, data, header.size);
    rvl_scan_begin (&splitter->scanner, header.width, header.height);
    splitter->in_rvl = true;
    *piece = DEPTH_PICTURE_PART;
    return header.size;
  }
  if (size < RVL_HEADER_SIZE && !at_end) {
    *piece = DEPTH_PICTURE_MORE;
    return 0;
  }
  splitter->skipping = known;
  *piece = known ? DEPTH_PICTURE_SKIP : DEPTH_PICTURE_END;
  return known ? count_foreign (splitter, data, size, at_end) : size;
}

/* By the runs of the stream. Each piece may be a file of its own: one that begins
 * with the header of the picture that has not ended cuts that off. */
static size_t
split_rvl (DepthPictureSplitter * splitter, const uint8_t * data, size_t size,
    bool at_end, DepthPicturePiece * piece)
{
  bool ended, cut_off = splitter->scanning
      && is_same_header (splitter, data, size);
  size_t taken = 0;

  if (!splitter->in_rvl)
    return begin_rvl (splitter, data, size, at_end, piece);
  if (!cut_off)
    taken = rvl_scan (&splitter->scanner, data, size, &ended);
  splitter->scanning = splitter->in_rvl =
      !(cut_off || ended || (at_end && taken == size));
  *piece = splitter->in_rvl ? DEPTH_PICTURE_MORE : DEPTH_PICTURE_END;
  return taken;
}

static size_t
split_png (DepthPictureSplitter * splitter, const uint8_t * data, size_t size,
    bool at_end, DepthPicturePiece * piece)
{
  static const DepthPicturePiece pieces[] = {
    [PNG16_MORE] = DEPTH_PICTURE_MORE,
    [PNG16_PART] = DEPTH_PICTURE_PART,
    [PNG16_END] = DEPTH_PICTURE_END,
    [PNG16_SKIP] = DEPTH_PICTURE_SKIP,
  };
  Png16Piece png;
  size_t taken = png16_split (&splitter->png, data, size, at_end, &png);

  *piece = pieces[png];
  return taken;
}

static size_t
count_space (const uint8_t * data, size_t size)
{
  size_t n = 0;

  while (n < size && (data[n] == ' ' || data[n] == '\n' || data[n] == '\r'))
    n++;
  return n;
}

/* By the size in the header. Without one, what is there is one damaged picture. */
static size_t
split_pgm (DepthPictureSplitter * splitter, const uint8_t * data, size_t size,
    bool at_end, DepthPicturePiece * piece)
{
  Pgm16Header header;
  Pgm16Error error;
  size_t taken;

  if (splitter->left == 0) {
    taken = count_space (data, size);
    *piece = DEPTH_PICTURE_SKIP;
    if (taken > 0)
      return taken;
    *piece = DEPTH_PICTURE_MORE;
    if (pgm16_read_header (data, size, &header, &error))
      splitter->left = pgm16_size (&header);
    else if (error.cut_off && !at_end)
      return 0;
    else
      splitter->left = size;
  }
  taken = size < splitter->left ? size : splitter->left;
  splitter->left -= taken;
  *piece = splitter->left == 0 || (at_end && taken == size) ?
      DEPTH_PICTURE_END : DEPTH_PICTURE_MORE;
  if (*piece == DEPTH_PICTURE_END)
    splitter->left = 0;
  return taken;
}

size_t
depth_picture_split (DepthPictureSplitter * splitter,
    DepthPictureFormat format, const uint8_t * data, size_t size, bool at_end,
    DepthPicturePiece * piece)
{
  static size_t (*const split[DEPTH_PICTURE_N]) (DepthPictureSplitter *,
      const uint8_t *, size_t, bool, DepthPicturePiece *) = {
    [DEPTH_PICTURE_RVL] = split_rvl,
    [DEPTH_PICTURE_PNG] = split_png,
    [DEPTH_PICTURE_PGM] = split_pgm,
  };

  return split[format] (splitter, data, size, at_end, piece);
}
