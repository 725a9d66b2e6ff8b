/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RVL codec against rvl-reference.c. RVL_KERNEL names the kernel to test;
 * nothing here needs GStreamer, so that it also runs for other machines. */
#include "frames.h"
#include "guarded.h"
#include "rvl-reference.h"
#include "rvl/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SKIPPED 77

#define CHECK(condition) do { \
  if (!(condition)) { \
    fprintf (stderr, "%s:%d: %s: not (%s)\n", __FILE__, __LINE__, \
        subject, #condition); \
    abort (); \
  } \
} while (0)

/* What is being tested, for the message. */
static char subject[200];

static Guarded pixels_room, stream_room;

/* Of the cases that are many, one in so many is tested. */
static unsigned step = 1;

static uint32_t
next_random (void)
{
  static uint64_t state = 1;

  state =
      state * UINT64_C (6364136223846793005) + UINT64_C (1442695040888963407);
  return state >> 33;
}

static void
set_sample (void *samples, size_t i, unsigned value)
{
  uint8_t *bytes = (uint8_t *) samples + 2 * i;

  bytes[0] = value & 255;
  bytes[1] = value >> 8;
}

/* ---- one picture, in every way ---- */

typedef struct
{
  const uint8_t *samples;       /* rows without padding */
  uint32_t width, height;
  const uint8_t *stream;        /* what they shall be */
  size_t size;
} Case;

static size_t
row_size (const Case * c)
{
  return 2 * (size_t) c->width;
}

static size_t
picture_bytes (const Case * c, size_t stride)
{
  return c->width && c->height ? stride * (c->height - 1) + row_size (c) : 0;
}

static void
spread_rows (const Case * c, uint8_t * to, size_t stride)
{
  memset (to, 0xa5, picture_bytes (c, stride));
  for (uint32_t y = 0; y < c->height; y++)
    memcpy (to + y * stride, c->samples + y * row_size (c), row_size (c));
}

static void
check_encode (const Case * c, size_t stride, bool at_end)
{
  size_t room = rvl_max_size (c->width, c->height);
  uint8_t *pixels = guarded_place (&pixels_room, picture_bytes (c, stride),
      at_end);
  uint8_t *stream = guarded_place (&stream_room, room, at_end);
  size_t size;

  spread_rows (c, pixels, stride);
  memset (stream, 0x5a, room);
  size = rvl_encode ((uint16_t *) pixels, stride, c->width, c->height, stream);
  CHECK (size == c->size);
  CHECK (memcmp (stream, c->stream, size) == 0);
}

static void
check_bands (const Case * c, size_t stride, unsigned n)
{
  size_t room = rvl_bands_max_size (c->width, c->height, n);
  uint8_t *pixels = guarded_place (&pixels_room, picture_bytes (c, stride),
      true);
  uint8_t *stream = guarded_place (&stream_room, room, true);
  RvlBands bands;

  spread_rows (c, pixels, stride);
  memset (stream, 0x5a, room);
  rvl_bands_plan (&bands, (uint16_t *) pixels, stride, c->width, c->height, n,
      stream);
  /* in any order; in theirs, bands may be joined before the last is encoded */
  for (unsigned i = 0; i < bands.n; i++) {
    rvl_bands_encode (&bands, n % 2 ? (i + 1) % bands.n : i);
    if (n % 2 == 0)
      rvl_bands_join_next (&bands);
  }
  CHECK (rvl_bands_join (&bands) == c->size);
  CHECK (memcmp (stream, c->stream, c->size) == 0);
}

static void
check_decode (const Case * c, size_t stride, bool at_end)
{
  size_t bytes = picture_bytes (c, stride);
  uint8_t *pixels = guarded_place (&pixels_room, bytes, at_end);
  uint8_t *stream = guarded_place (&stream_room, c->size, at_end);
  RvlError error;

  memset (pixels, 0x5a, bytes);
  memcpy (stream, c->stream, c->size);
  CHECK (rvl_decode (stream, c->size, (uint16_t *) pixels, stride, c->width,
          c->height, &error));
  for (uint32_t y = 0; y < c->height; y++) {
    uint8_t *row = pixels + y * stride;

    CHECK (memcmp (row, c->samples + y * row_size (c), row_size (c)) == 0);
    for (size_t x = row_size (c); x < stride && y * stride + x < bytes; x++)
      CHECK (row[x] == 0x5a);
  }
}

static void
check_case (const Case * c)
{
  static const size_t padding[] = { 0, 2, 7, 64 };

  for (unsigned i = 0; i < 4; i++) {
    size_t stride = row_size (c) + padding[i];

    if (i > 0 && c->height < 2)
      break;
    for (int at_end = 0; at_end < 2; at_end++) {
      check_encode (c, stride, at_end);
      check_decode (c, stride, at_end);
    }
    check_bands (c, stride, 1 + next_random () % 9);
  }
}

static void
check_picture (const void *samples, uint32_t width, uint32_t height)
{
  size_t count = (size_t) width * height;
  uint8_t *stream = malloc (rvl_max_size (width, height));
  Case c = { samples, width, height, stream,
    rvl_reference_encode (samples, count, stream)
  };

  check_case (&c);
  free (stream);
}

/* ---- pictures ---- */

static const struct
{
  uint32_t width, height;
  uint16_t samples[12];
  const char *stream;
} vectors[] = {
  {4, 2, {0}, "00000081"},
  {1, 1, {0}, "00000010"},
  {1, 1, {1}, "00002001"},
  {1, 1, {65535}, "f3ffef01"},
  {4, 2, {1000, 1001, 1002, 1003, 0, 500, 500, 500},
      "22f38a0410df3d2100000000"},
  {5, 1, {0, 1200, 1201, 0, 800}, "21d48c120010cc19"},
  {8, 1, {0, 0, 0, 100, 101, 99, 0, 0}, "3232893300000000"},
  {6, 1, {0, 1, 2, 1, 1, 1}, "00102215"},
  {4, 1, {32767, 32768, 1, 40000}, "f1ffef041effff2d0020cbf9"},
  {6, 1, {1, 65535, 1, 65535, 1, 65535},
      "ffff2c063cffff3bff3bffffffff3cff00000030"},
  {9, 1, {4, 8, 40, 73, 329, 586, 2634, 4683, 20000},
      "181818098818a8818818881a" "1a88a8810000b7de"},
};

static size_t
from_hex (const char *hex, uint8_t * bytes)
{
  size_t size = strlen (hex) / 2;

  for (size_t i = 0; i < size; i++) {
    unsigned byte;

    sscanf (hex + 2 * i, "%2x", &byte);
    bytes[i] = (uint8_t) byte;
  }
  return size;
}

static void
test_vectors (void)
{
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    uint32_t count = vectors[i].width * vectors[i].height;
    uint8_t samples[24], stream[64], again[64];
    Case c = { samples, vectors[i].width, vectors[i].height, stream,
      from_hex (vectors[i].stream, stream)
    };

    snprintf (subject, sizeof subject, "vector %zu", i);
    for (uint32_t j = 0; j < count; j++)
      set_sample (samples, j, vectors[i].samples[j]);
    CHECK (rvl_reference_encode (samples, count, again) == c.size);
    CHECK (memcmp (again, stream, c.size) == 0);
    check_case (&c);
  }
}

/* 70 zeros, then 1234: a run of zeros that needs three nibbles. */
static void
test_vector_of_71 (void)
{
  uint8_t samples[2 * 71] = { 0 }, stream[8];
  Case c = { samples, 71, 1, stream, from_hex ("e4cc11e8", stream) };

  snprintf (subject, sizeof subject, "vector of 71 samples");
  set_sample (samples, 70, 1234);
  check_case (&c);
}

typedef unsigned (*Pattern) (size_t i);

static unsigned
ramp (size_t i)
{
  return i & 0xffff;
}

static unsigned
noise (size_t i)
{
  return next_random () & 0xffff;
}

static unsigned
any_code (size_t i)
{
  return next_random () % 65536 >> next_random () % 17;
}

static unsigned
extremes (size_t i)
{
  return i % 2 ? 65535 : 1;
}

static unsigned
salt (size_t i)
{
  return i % 2 ? 65535 : 0;
}

static unsigned
nothing (size_t i)
{
  return 0;
}

static unsigned
constant (size_t i)
{
  return 777;
}

static unsigned
surface (size_t i)
{
  return 2000 + i / 3 % 500 + next_random () % 4;
}

static unsigned
surface_with_holes (size_t i)
{
  static size_t hole;

  if (next_random () % 40 == 0)
    hole = i + next_random () % 30;
  return i < hole ? 0 : surface (i);
}

/* Near the ends of the range, where sums of 16 bits wrap. */
static unsigned
near_zero (size_t i)
{
  return 1 + next_random () % 6;
}

static unsigned
near_the_top (size_t i)
{
  return 65535 - next_random () % 6;
}

static unsigned
saturated (size_t i)
{
  return next_random () % 20 == 0 ? 65535 : surface_with_holes (i);
}

static const struct
{
  const char *name;
  Pattern sample;
} patterns[] = {
  {"ramp", ramp}, {"noise", noise}, {"any code", any_code},
  {"extremes", extremes}, {"salt", salt}, {"nothing", nothing},
  {"constant", constant}, {"surface", surface},
  {"surface with holes", surface_with_holes}, {"near zero", near_zero},
  {"near the top", near_the_top}, {"saturated", saturated},
};

#define N_PATTERNS (sizeof patterns / sizeof *patterns)

static void
check_pattern (unsigned pattern, uint32_t width, uint32_t height)
{
  size_t count = (size_t) width * height;
  uint8_t *samples = malloc (2 * count + 1);

  snprintf (subject, sizeof subject, "%s %ux%u", patterns[pattern].name,
      width, height);
  for (size_t i = 0; i < count; i++)
    set_sample (samples, i, patterns[pattern].sample (i));
  check_picture (samples, width, height);
  free (samples);
}

static void
test_patterns (void)
{
  static const uint32_t sides[][2] = {
    {0, 0}, {0, 5}, {5, 0}, {1, 1}, {1, 300}, {7, 31}, {16, 16}, {63, 5},
    {64, 5}, {65, 5}, {127, 3}, {129, 3}, {333, 33}, {640, 48}, {1021, 67}
  };

  for (unsigned p = 0; p < N_PATTERNS; p++)
    for (unsigned i = 0; i < sizeof sides / sizeof *sides; i++)
      check_pattern (p, sides[i][0], sides[i][1]);
}

static void
test_lengths (void)
{
  for (uint32_t length = 0; length <= 4096; length += step)
    check_pattern (length % N_PATTERNS, length, 1);
}

/* Every value after every other distance. */
static void
test_values (void)
{
  uint8_t *samples = malloc (2 * 2 * 65536);

  snprintf (subject, sizeof subject, "every value");
  for (unsigned i = 0; i < 65536; i++) {
    set_sample (samples, 2 * i, i);
    set_sample (samples, 2 * i + 1, i * 40503 & 0xffff);
  }
  check_picture (samples, 512, 256);
  free (samples);
}

/* A run of zeros and a run of depths of about every length, so that they start
 * and end everywhere in a kernel's blocks. */
static void
test_runs (void)
{
  uint8_t *samples = malloc (2 * 600);

  for (unsigned zeros = 0; zeros < 200; zeros += step) {
    for (unsigned depths = 0; depths < 200; depths += 1 + depths / 40) {
      uint32_t count = zeros + depths + next_random () % 100;

      snprintf (subject, sizeof subject, "%u zeros, %u depths", zeros, depths);
      for (uint32_t i = 0; i < count; i++)
        set_sample (samples, i, i < zeros || i >= zeros + depths ? 0
            : 1 + any_code (i) % 65535);
      check_picture (samples, count, 1);
    }
  }
  free (samples);
}

/* Counts that do not fit 16 bits. */
static void
test_long_runs (void)
{
  static const uint32_t runs[] = { 4095, 4096, 32768, 65535, 65536, 300000 };
  uint8_t *samples = malloc (2 * 1000 * 1000);

  for (unsigned i = 0; i < 36; i += step) {
    uint32_t zeros = runs[i / 6], depths = runs[i % 6];

    snprintf (subject, sizeof subject, "%u zeros, %u depths", zeros, depths);
    for (uint32_t j = 0; j < 900 * 1000; j++)
      set_sample (samples, j, j % (zeros + depths) < zeros ? 0 : 1 + j % 4099);
    check_picture (samples, 900, 1000);
  }
  free (samples);
}

/* The largest stream of all: only longest codes, and headers that need a nibble
 * more than six for each of their zeros. */
static void
test_largest (void)
{
  const uint32_t width = 2048, height = 1024;
  uint8_t *samples = malloc (2 * width * height);

  snprintf (subject, sizeof subject, "the largest stream");
  for (uint32_t i = 0; i < width * height; i++)
    set_sample (samples, i, i % 32769 == 32768 ? 0 : extremes (i));
  check_picture (samples, width, height);
  free (samples);
}

static void
test_bands (void)
{
  const uint32_t width = 97, height = 53;
  uint8_t *samples = malloc (2 * width * height);
  uint8_t *stream = malloc (rvl_max_size (width, height));

  for (unsigned p = 0; p < N_PATTERNS; p++) {
    Case c = { samples, width, height, stream };

    for (uint32_t i = 0; i < width * height; i++)
      set_sample (samples, i, patterns[p].sample (i));
    c.size = rvl_reference_encode (samples, width * height, stream);
    for (unsigned n = 0; n <= RVL_MAX_BANDS + 1; n += step) {
      snprintf (subject, sizeof subject, "%s in %u bands", patterns[p].name, n);
      check_bands (&c, row_size (&c), n);
      check_bands (&c, row_size (&c) + 6, n);
    }
  }
  free (samples);
  free (stream);
}

static void
check_frames (const Frames * frames)
{
  for (unsigned i = 0; i < frames->n; i++) {
    for (unsigned j = 0; j < frames->set[i].n; j += step) {
      Frame *frame = &frames->set[i].frame[j];

      snprintf (subject, sizeof subject, "%s %u", frames->set[i].name, j);
      check_picture (frame->pixels, frame->width, frame->height);
    }
  }
}

/* ---- damaged streams ---- */

/* The same verdict and the same samples as the reference; returns the verdict. */
static bool
check_stream (const uint8_t * bytes, size_t size, uint32_t width,
    uint32_t height)
{
  size_t count = (size_t) width * height;
  size_t stride = 2 * (size_t) width + (size % 3 == 0 ? 10 : 0);
  Case c = { NULL, width, height };
  uint8_t *pixels = guarded_place (&pixels_room, picture_bytes (&c, stride),
      true);
  uint8_t *stream = guarded_place (&stream_room, size, true);
  uint8_t *expected = malloc (2 * count + 1);
  bool accepted = rvl_reference_decode (bytes, size, expected, count);
  RvlError error = { NULL, SIZE_MAX };

  memcpy (stream, bytes, size);
  CHECK (rvl_decode (stream, size, (uint16_t *) pixels, stride, width, height,
          &error) == accepted);
  if (accepted) {
    for (uint32_t y = 0; y < height; y++)
      CHECK (memcmp (pixels + y * stride, expected + y * row_size (&c),
              row_size (&c)) == 0);
  } else {
    CHECK (error.what != NULL);
    CHECK (error.offset <= size);
  }
  free (expected);
  return accepted;
}

static void
check_damage (unsigned pattern, uint32_t width, uint32_t height)
{
  size_t count = (size_t) width * height;
  uint8_t *samples = malloc (2 * count);
  uint8_t *stream = malloc (rvl_max_size (width, height) + 64);
  size_t size;

  for (size_t i = 0; i < count; i++)
    set_sample (samples, i, patterns[pattern].sample (i));
  size = rvl_reference_encode (samples, count, stream);

  for (size_t cut = 0; cut < size; cut += step) {
    snprintf (subject, sizeof subject, "%s %ux%u cut at %zu of %zu",
        patterns[pattern].name, width, height, cut, size);
    CHECK (!check_stream (stream, cut, width, height));
  }

  for (unsigned i = 0; i < 300; i++) {
    size_t at = next_random () % size;
    uint8_t whole = stream[at];

    snprintf (subject, sizeof subject, "%s %ux%u damaged at %zu",
        patterns[pattern].name, width, height, at);
    stream[at] ^= 1 << next_random () % 8;
    if (i % 2)
      stream[at] = next_random () & 255;
    check_stream (stream, size, width, height);
    stream[at] = whole;
  }

  /* What follows the last sample is no error, whatever it is. */
  memset (stream + size, 0xff, 64);
  snprintf (subject, sizeof subject, "%s with more after",
      patterns[pattern].name);
  CHECK (check_stream (stream, size + 1 + next_random () % 64, width, height));
  free (samples);
  free (stream);
}

static void
test_damage (void)
{
  for (unsigned p = 0; p < N_PATTERNS; p++) {
    check_damage (p, 13, 11);
    check_damage (p, 64, 24);
    check_damage (p, 1600, 1);
  }
}

/* Streams of nibbles that look like codes, so that the decoder gets far. */
static void
test_random_streams (void)
{
  uint8_t stream[1200];
  unsigned accepted = 0;

  for (unsigned i = 0; i < 60000; i += step) {
    size_t size = next_random () % (i % 10 ? 80 : sizeof stream);
    unsigned mean = next_random () % 5;
    uint32_t width = 1 + next_random () % (i % 3 ? 12 : 200);
    uint32_t height = 1 + next_random () % 4;

    for (size_t j = 0; j < size; j++)
      stream[j] = next_random () & (next_random () % 5 < mean ? 0xff : 0x37);
    snprintf (subject, sizeof subject, "random stream %u", i);
    accepted += check_stream (stream, size, width, height);
  }
  printf ("random streams: %u were pictures\n", accepted);
}

/* Nibbles written by hand: what encoders do not write, but decoders take, and
 * what they do not take. */
static const struct
{
  const char *what;
  uint32_t count;
  const char *nibbles;
  bool accepted;
} by_hand[] = {
  {"no stream", 1, "", false},
  {"an empty run", 2, "00", false},
  {"an empty run after a run", 2, "10" "00", false},
  {"runs of zeros in pieces", 3, "10" "10" "10", true},
  {"runs of depths in pieces", 2, "012" "012", true},
  {"a depth of zero", 2, "0220", true},
  {"two more zeros than fit", 1, "3", false},
  {"more depths than fit", 1, "02", false},
  {"more zeros than 31 bits", 1, "88888888883", false},
  {"a code of eleven nibbles", 1, "0188888888880", true},
  {"a code of twelve nibbles", 1, "018888888888880", false},
  {"a count of eleven nibbles", 1, "98888888880" "0", true},
  {"bits above 32 are lost", 1, "01a8888888884", true},
  {"bit 31 of a difference stays: -1", 1, "01efffffffff3", false},
  {"bit 31 of a difference stays: 2 - 1", 2, "024" "efffffffff3", true},
  {"bit 31 of a difference stays: 0", 1, "01ffffffffff3", true},
  {"one below 0", 1, "011", false},
  {"65535", 1, "01efff" "f3", true},
  {"65536", 1, "01" "888884", false},
  {"65536 - 1", 2, "02" "888884" "1", false},
  {"up by 40000, then 25535", 2, "02" "88acb2" "efdbc1", true},
  {"up by 40000, then 30000", 2, "02" "88acb2" "8c9de1", false},
};

static size_t
from_nibbles (const char *nibbles, uint8_t * stream)
{
  size_t count = strlen (nibbles), size = (count + 7) / 8 * 4;

  memset (stream, 0, size);
  for (size_t i = 0; i < count; i++) {
    char digit[2] = { nibbles[i] };
    uint8_t nibble = (uint8_t) strtoul (digit, NULL, 16);

    stream[i / 8 * 4 + 3 - i % 8 / 2] |= i % 2 ? nibble : nibble << 4;
  }
  return size;
}

static void
test_by_hand (void)
{
  for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
    uint8_t stream[64];
    size_t size = from_nibbles (by_hand[i].nibbles, stream);

    snprintf (subject, sizeof subject, "%s", by_hand[i].what);
    CHECK (check_stream (stream, size, by_hand[i].count,
            1) == by_hand[i].accepted);
  }
}

static void
test_errors (void)
{
  static const uint8_t stream[8] = { 0, 0, 0, 0x10, 0, 0, 0, 0 };
  uint16_t pixels[4];
  RvlError error;

  snprintf (subject, sizeof subject, "errors");
  CHECK (!rvl_decode (stream, 8, pixels, 8, 4, 1, &error));
  CHECK (strstr (error.what, "empty run") != NULL && error.offset == 0);
  CHECK (!rvl_decode (stream, 2, pixels, 8, 4, 1, &error));
  CHECK (strstr (error.what, "ends") != NULL && error.offset == 0);
  CHECK (!rvl_decode (stream, 0, pixels, 8, 4, 1, NULL));
  CHECK (!rvl_decode (stream, 8, pixels, 8, 65536, 65536, &error));
  CHECK (rvl_max_size (65536, 65536) == 0);
  CHECK (rvl_encode (pixels, 8, 65536, 65536, NULL) == 0);
}

/* ---- the container ---- */

static void
check_header (uint32_t width, uint32_t height, size_t size, bool accepted)
{
  RvlHeader header = { 1.5f, -2, width, height }, again;
  uint8_t *data = guarded_place (&stream_room, size, true);
  uint8_t bytes[RVL_HEADER_SIZE];
  RvlError error = { NULL, SIZE_MAX };

  snprintf (subject, sizeof subject, "header %ux%u of %zu", width, height,
      size);
  rvl_header_write (&header, bytes);
  memcpy (data, bytes, size < sizeof bytes ? size : sizeof bytes);
  CHECK (rvl_header_read (data, size, &again, &error) == accepted);
  if (accepted)
    CHECK (again.a == header.a && again.b == header.b && again.width == width
        && again.height == height);
  else
    CHECK (error.what && error.offset <= size);
}

static void
test_header (void)
{
  static const uint8_t blob[] = { 0, 0, 0, 0, 0, 0, 0x20, 0x41, 0, 0, 0x80,
    0x3f, 3, 0, 0, 0, 1, 0, 0, 0, 0xa1, 0x11, 0xa1, 0x01
  };
  RvlHeader header;
  uint8_t again[RVL_HEADER_SIZE], pixels[6];

  for (size_t size = 0; size < RVL_HEADER_SIZE + 2; size++)
    check_header (640, 480, size, size >= RVL_HEADER_SIZE);
  check_header (0, 1, 20, false);
  check_header (1, 0, 20, false);
  check_header (65535, 1, 20, true);
  check_header (65536, 1, 20, false);
  check_header (1, 65536, 20, false);
  check_header (8192, 8192, 20, true);
  check_header (8193, 8192, 20, false);
  check_header (UINT32_MAX, UINT32_MAX, 20, false);

  /* A quantised picture: 2.5 m, nothing, 1.1111 m. */
  CHECK (rvl_header_read (blob, sizeof blob, &header, NULL));
  CHECK (header.a == 10 && header.b == 1);
  rvl_header_write (&header, again);
  CHECK (memcmp (again, blob, sizeof again) == 0);
  CHECK (rvl_decode (blob + 20, 4, (uint16_t *) pixels, 6, 3, 1, NULL));
  rvl_dequantise ((uint16_t *) pixels, 6, 3, 1, &header, 1000);
  CHECK (pixels[0] + 256 * pixels[1] == 2500);
  CHECK (pixels[2] + 256 * pixels[3] == 0);
  CHECK (pixels[4] + 256 * pixels[5] == 1111);
}

/* RTAB-Map's header: no room for quantisation, otherwise the same. */
static void
test_header_of_others (void)
{
  static const uint8_t blob[] = { 'D', 'E', 'P', 'T', 'H', 'R', 'V', 'L',
    5, 0, 0, 0, 1, 0, 0, 0, 0x21, 0xd4, 0x8c, 0x12, 0x00, 0x10, 0xcc, 0x19
  };
  RvlHeader header;
  RvlError error = { NULL, SIZE_MAX };
  uint8_t pixels[10], wrong[24];

  CHECK (rvl_header_read (blob, sizeof blob, &header, NULL));
  CHECK (header.a == 0 && header.b == 0 && header.size == 16);
  CHECK (header.width == 5 && header.height == 1);
  CHECK (rvl_decode (blob + 16, 8, (uint16_t *) pixels, 10, 5, 1, NULL));
  CHECK (pixels[2] + 256 * pixels[3] == 1200);
  for (size_t size = 0; size < 16; size++)
    CHECK (!rvl_header_read (blob, size, &header, &error)
        && error.offset == size);

  memcpy (wrong, blob, sizeof wrong);
  wrong[8] = 0;
  CHECK (!rvl_header_read (wrong, sizeof wrong, &header, &error));
  CHECK (error.offset == 8 && strstr (error.what, "width") != NULL);
  memcpy (wrong, "RVL1\5\0\0\0\1\0\0\0", 12);
  CHECK (!rvl_header_read (wrong, sizeof wrong, &header, &error));
  CHECK (error.offset == 0 && strstr (error.what, "kornia") != NULL);
}

static void
check_dequantised (float a, float b, double meter, unsigned sample,
    unsigned depth)
{
  RvlHeader header = { a, b, 1, 2 };
  uint8_t pixels[8];

  snprintf (subject, sizeof subject, "%u of a %g, b %g, %g units a metre",
      sample, a, b, meter);
  memset (pixels, 0x5a, sizeof pixels);
  set_sample (pixels, 0, sample);
  set_sample (pixels, 2, sample);
  rvl_dequantise ((uint16_t *) pixels, 4, 1, 2, &header, meter);
  CHECK (pixels[0] + 256u * pixels[1] == depth);
  CHECK (pixels[4] + 256u * pixels[5] == depth);
  CHECK (pixels[2] == 0x5a && pixels[6] == 0x5a);
}

static void
test_dequantise (void)
{
  check_dequantised (0, 5, 1000, 1234, 1234);
  check_dequantised (10, 1, 1000, 0, 0);
  check_dequantised (10, 1, 1000, 1, 0);
  check_dequantised (10, 2, 1000, 1, 0);
  check_dequantised (10, 1, 1000, 2, 10000);
  check_dequantised (100, 1, 1000, 2, 0);
  check_dequantised (10, 1, 5000, 5, 12500);
  check_dequantised (10, 1, 1000, 65535, 0);
  check_dequantised (10, 1, 10000, 65535, 2);
  check_dequantised (__builtin_nanf (""), 1, 1000, 7, 0);
  check_dequantised (10, __builtin_nanf (""), 1000, 7, 0);
}

/* Of real cameras. False: there are none. */
static bool
test_real_frames (void)
{
  Frames frames = frames_load ();
  bool any = frames.n > 0;

  check_frames (&frames);
  frames_free (&frames);
  return any;
}

static void
test_made_frames (void)
{
  Frames frames = { 0 };

  frames_add_synthetic (&frames, 640, 480);
  check_frames (&frames);
  frames_free (&frames);
}

static void
test_all (void)
{
  test_vectors ();
  test_vector_of_71 ();
  test_patterns ();
  test_lengths ();
  test_values ();
  test_runs ();
  test_long_runs ();
  test_largest ();
  test_bands ();
  test_made_frames ();
  test_damage ();
  test_random_streams ();
  test_by_hand ();
  test_errors ();
  test_header ();
  test_header_of_others ();
  test_dequantise ();
}

/* With the argument "frames", on the frames of real cameras alone. */
int
main (int argc, char **argv)
{
  bool any = true;
  const char *wish = getenv ("RVL_KERNEL");

  if (wish && strcmp (wish, rvl_kernel ()->name) != 0) {
    printf ("this machine can not run the kernel %s\n", wish);
    return SKIPPED;
  }
  if (getenv ("DEPTH_TEST_LIGHT"))
    step = 7;
  printf ("kernel %s, every %u. case\n", rvl_kernel ()->name, step);
  guarded_open (&pixels_room, 32 << 20);
  guarded_open (&stream_room, 32 << 20);

  if (argc > 1 && strcmp (argv[1], "frames") == 0)
    any = test_real_frames ();
  else
    test_all ();

  guarded_close (&pixels_room);
  guarded_close (&stream_room);
  if (!any)
    printf ("skipped: no frames below DEPTH_SHARED, or no libpng\n");
  return any ? 0 : SKIPPED;
}
