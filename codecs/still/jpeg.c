/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* JPEG: the frame header, and the marker at the end. */
#include "internal.h"


/* The second byte of a marker; the first is 0xFF. */
enum
{
  TEM = 0x01,
  SOF0 = 0xC0,
  DHT = 0xC4,
  JPG = 0xC8,
  DAC = 0xCC,
  SOF15 = 0xCF,
  RST0 = 0xD0,
  RST7 = 0xD7,
  SOI = 0xD8,
  EOI = 0xD9,
  SOS = 0xDA,
};

static unsigned
load_u16 (const uint8_t * data)
{
  return (unsigned) (data[0] << 8 | data[1]);
}

static bool
is_frame_header (unsigned marker)
{
  return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG
      && marker != DAC;
}

static bool
has_no_segment (unsigned marker)
{
  return marker == TEM || (marker >= RST0 && marker <= RST7);
}

static bool
read_frame_header (const uint8_t * data, size_t size, size_t at,
    StillHeader * header, StillError * error)
{
  if (size - at < 9)
    return still_fail (error, size, "the JPEG ends in its frame header");
  header->height = load_u16 (data + at + 5);
  header->width = load_u16 (data + at + 7);
  return (header->width > 0 && header->height > 0)
      || still_fail (error, at + 5, "the JPEG says no width or height");
}

/* Segment after segment, up to the first scan, which begins at @scan. */
static bool
read_headers (const uint8_t * data, size_t size, StillHeader * header,
    size_t *scan, StillError * error)
{
  size_t at = 2;
  bool has_frame_header = false;

  while (at < size && size - at >= 4) {
    unsigned marker = data[at + 1];

    if (data[at] != 0xFF)
      return still_fail (error, at, "there is no JPEG marker (FF) where the "
          "next segment begins");
    if (is_frame_header (marker)) {
      if (!read_frame_header (data, size, at, header, error))
        return false;
      has_frame_header = true;
    }
    if ((marker == SOS || marker == EOI) && !has_frame_header)
      return still_fail (error, at, "there is no JPEG frame header (SOF)");
    if (marker == EOI)
      break;
    if (marker == SOS) {
      *scan = at + 2;
      return true;
    }
    if (marker == 0xFF)         /* fill */
      at += 1;
    else if (has_no_segment (marker))
      at += 2;
    else
      at += 2 + load_u16 (data + at + 2);
  }
  return still_fail (error, at < size ? at : size, has_frame_header ?
      "there is no scan (SOS) in the JPEG" :
      "the JPEG ends before its frame header");
}

/* In a scan no FF D9 can be but the end, and cameras fill up their buffers after it. */
static bool
has_end (const uint8_t * data, size_t scan, size_t size)
{
  for (size_t at = size; at >= scan + 2; at--) {
    if (data[at - 2] == 0xFF && data[at - 1] == EOI)
      return true;
  }
  return false;
}

bool
still_read_jpeg (const uint8_t * data, size_t size, StillHeader * header,
    StillError * error)
{
  size_t scan = 0;

  if (size < 2 || data[0] != 0xFF || data[1] != SOI)
    return still_fail (error, 0, "a JPEG begins with FF D8, this does not");
  return read_headers (data, size, header, &scan, error)
      && (has_end (data, scan, size)
      || still_fail (error, size, "the end of the JPEG (FF D9) is missing"));
}
