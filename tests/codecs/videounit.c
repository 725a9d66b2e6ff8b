/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where decoders can begin, in the first bytes of units as encoders write them, and in
 * damaged ones. */
#include "videounit/videounit.h"
#include "guarded.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define H264 VIDEO_UNIT_H264
#define H265 VIDEO_UNIT_H265
#define AV1 VIDEO_UNIT_AV1
#define VP8 VIDEO_UNIT_VP8
#define VP9 VIDEO_UNIT_VP9
#define DELTA VIDEO_UNIT_DELTA
#define B VIDEO_UNIT_B
#define KEY VIDEO_UNIT_KEY
#define BARE VIDEO_UNIT_BARE_KEY

static Guarded guarded;

static void
setup (void)
{
  guarded_open (&guarded, 4096);
}

static void
teardown (void)
{
  guarded_close (&guarded);
}

static gsize
parse_hex (const gchar * hex, guint8 * bytes)
{
  gsize n = 0;

  for (; *hex != '\0'; hex++) {
    if (*hex == ' ')
      continue;
    bytes[n++] = g_ascii_xdigit_value (hex[0]) << 4
        | g_ascii_xdigit_value (hex[1]);
    hex++;
  }
  return n;
}

/* Right before memory that must not be read. */
static gboolean
read_unit (VideoUnitCodec codec, const guint8 * bytes, gsize size,
    VideoUnitKind * kind, VideoUnitError * error)
{
  guint8 *data = guarded_place (&guarded, size, true);

  memcpy (data, bytes, size);
  memset (error, 0, sizeof *error);
  if (video_unit_read (codec, data, size, kind, error))
    return TRUE;
  fail_unless (error->what != NULL && error->offset <= size);
  return FALSE;
}

/* --- whole units --------------------------------------------------------------- */

static const struct
{
  VideoUnitCodec codec;
  const gchar *hex;
  VideoUnitKind kind;
} units[] = {
  /* x264: delimiter, SPS, PPS, SEI, IDR; delimiter, P */
  {H264, "00000001 0910 00000001 67640014 00000001 68ebcc 000001 0605 000001 6588",
      KEY},
  {H264, "00000001 0930 000001 419a3b10", DELTA},
  /* slice_type 6 and 1, a data partition A, 5 and 0, which mean P, and 7, which means I */
  {H264, "00000001 0950 000001 019e2b", B},
  {H264, "000001 41a0", B},
  {H264, "000001 029e", B},
  {H264, "000001 019a", DELTA},
  {H264, "000001 01c0", DELTA},
  {H264, "000001 0188", DELTA},
  {H264, "000001 039e", DELTA},
  {H264, "000001 01", DELTA},
  {H264, "00000001 6588", BARE},
  {H264, "000001 6742 000001 6588", BARE},
  {H264, "000001 68ce 000001 6588", BARE},
  /* other orders, more zeros, and nal_ref_idc of any value */
  {H264, "000001 68ce 000001 6742 000001 2588", KEY},
  {H264, "0000000000 01 6742 0000000000 01 68ce 0000 000001 65", KEY},
  /* parameter sets and an I picture that is not IDR; data partition A */
  {H264, "000001 6742 000001 68ce 000001 4188", DELTA},
  {H264, "000001 0288", DELTA},
  /* what looks like a parameter set comes after the slice */
  {H264, "000001 6588 000001 6742 000001 68ce", BARE},
  /* 1 within a parameter set is no start code */
  {H264, "000001 67420101000301 000001 68ce01 000001 65", KEY},
  /* x265: VPS, SPS, PPS, SEI, IDR_W_RADL; TRAIL_R; IDR_N_LP; CRA; BLA */
  {H265, "00000001 4001 00000001 4201 00000001 4401 000001 4e01 000001 2601",
      KEY},
  {H265, "00000001 0201d009", DELTA},
  /* RADL_N to RASL_R; what is beside them */
  {H265, "000001 0c01", B},
  {H265, "000001 1201", B},
  {H265, "000001 0a01", DELTA},
  {H265, "000001 1401", DELTA},
  {H265, "000001 4001 000001 4201 000001 4401 000001 2801", KEY},
  {H265, "000001 4001 000001 4201 000001 4401 000001 2a01", KEY},
  {H265, "000001 4001 000001 4201 000001 4401 000001 2001", KEY},
  {H265, "000001 4201 000001 4401 000001 2601", BARE},
  {H265, "000001 2601", BARE},
  {H265, "000001 4001 000001 4201 000001 4401 000001 0201", DELTA},
  /* libaom: delimiter, sequence header, frame; delimiter, frame */
  {AV1, "1200 0a0c000000043cffbf81b5f20080 320310aabb", KEY},
  {AV1, "1200 320339afb0", DELTA},
  {AV1, "1200 320310aabb", BARE},
  /* frame header and tile group; a size of two bytes; extension; no size at the end */
  {AV1, "0a0100 1a0110 2201ff", KEY},
  {AV1, "0a810000 1a0110", KEY},
  {AV1, "0e080100 36080110", KEY},
  {AV1, "0a0100 3010aa", KEY},
  /* metadata and padding before it; a key frame shown later, shown again; intra-only */
  {AV1, "1200 0a0100 2a0101 7a01ff 320110", KEY},
  {AV1, "0a0100 320100", DELTA},
  {AV1, "0a0100 320180", DELTA},
  {AV1, "0a0100 320150", DELTA},
  /* a still picture's header says nothing of its type */
  {AV1, "0a0118 3201f0", KEY},
  {VP8, "50 4200 9d012a 4001f000", KEY},
  {VP8, "b1 0200", DELTA},
  {VP9, "82 498342 2013f0", KEY},
  {VP9, "86 004092", DELTA},
  {VP9, "88", DELTA},
  /* profile 3 has one more bit */
  {VP9, "b0 24c1a1", KEY},
  {VP9, "b2", DELTA},
  {VP9, "b4", DELTA},
};

GST_START_TEST (test_kinds)
{
  guint8 bytes[256];
  gsize size = parse_hex (units[__i__].hex, bytes);
  VideoUnitKind kind;
  VideoUnitError error;

  fail_unless (read_unit (units[__i__].codec, bytes, size, &kind, &error),
      "%s: %s", units[__i__].hex, error.what);
  fail_unless (kind == units[__i__].kind, "%s: %d", units[__i__].hex, kind);
}

GST_END_TEST;

/* --- others -------------------------------------------------------------------- */

static const struct
{
  VideoUnitCodec codec;
  const gchar *hex;
  gsize offset;
} damaged[] = {
  {H264, "", 0},
  {H264, "00", 1},
  {H264, "000000", 3},
  {H264, "6588", 0},
  {H264, "00000020 65880000", 3},       /* a length before it: avc */
  {H264, "01 6588", 0},
  {H264, "000001", 3},
  {H264, "000001 6742 000001", 8},
  {H264, "000001 6742 000001 68ce", 10},        /* parameter sets alone */
  {H265, "00000020 2601", 3},
  {H265, "000001 4001", 5},
  {AV1, "", 0},
  {AV1, "92", 0},               /* the forbidden bit */
  {AV1, "1200", 2},             /* no frame */
  {AV1, "36", 1},
  {AV1, "32", 1},
  {AV1, "3280", 1},
  {AV1, "320410aa", 2},
  {AV1, "32ffffffffffffffff01", 1},
  {AV1, "3200", 2},
  {VP8, "50 42", 2},
  {VP8, "50 4200 9d01", 3},
  {VP8, "50 4200 9d012b", 3},
  {VP9, "", 0},
  {VP9, "42", 0},
  {VP9, "c2", 0},
};

GST_START_TEST (test_damaged)
{
  guint8 bytes[256];
  gsize size = parse_hex (damaged[__i__].hex, bytes);
  VideoUnitKind kind;
  VideoUnitError error;

  fail_if (read_unit (damaged[__i__].codec, bytes, size, &kind, &error),
      "%s", damaged[__i__].hex);
  fail_unless (error.offset == damaged[__i__].offset, "%s: %" G_GSIZE_FORMAT,
      damaged[__i__].hex, error.offset);
}

GST_END_TEST;

/* Any end is one that reads no byte too far. */
GST_START_TEST (test_cut)
{
  guint8 bytes[256];
  gsize size = parse_hex (units[__i__].hex, bytes);
  VideoUnitKind kind;
  VideoUnitError error;

  for (gsize n = 0; n < size; n++)
    read_unit (units[__i__].codec, bytes, n, &kind, &error);
}

GST_END_TEST;

static Suite *
videounit_suite (void)
{
  Suite *suite = suite_create ("videounit");
  TCase *tc = tcase_create ("general");

  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_kinds, 0, G_N_ELEMENTS (units));
  tcase_add_loop_test (tc, test_damaged, 0, G_N_ELEMENTS (damaged));
  tcase_add_loop_test (tc, test_cut, 0, G_N_ELEMENTS (units));
  suite_add_tcase (suite, tc);
  return suite;
}

GST_CHECK_MAIN (videounit);
