/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tracker of the useful range: what one frame says, and what a stream makes of
 * it.
 *
 * A frame says three numbers for each end: where the end is, and the two bounds
 * between which it may lie. All of them come from percentiles of a few thousand
 * samples. The near end is percentile 1. The far end is percentile 99, but not
 * beyond Tukey's upper fence of the logarithm, Q3 * (Q3 / Q1)^1.5: a stereo camera
 * sees noise far behind the scene, which would take most of the colours. At most
 * a tenth of the samples lies beyond the far end.
 *
 * Each number is the median of the last three frames, so that one frame of garbage
 * is never seen. An end of the range stays where it is while it lies between its
 * bounds: the far tail of a stereo camera's picture is thin, and percentile 99
 * alone jumps by metres from frame to frame. When the frames have disagreed for a
 * while, the end goes to where they say: at once if the scene changed, unnoticeably
 * if it drifted.
 */
#include "range/range.h"

#include <math.h>
#include <string.h>

/* 48 x 48 points cost less than a tenth of the fastest encoding at 640x480. */
#define MAX_SAMPLES 2304
#define SIDE_SAMPLES 48

/* Frames with fewer samples of depth than this part of all say nothing. */
#define MIN_PART 256

/* Time that frames must disagree, then that a change of scene takes. */
#define HOLD_SECONDS 0.5
#define CHANGE_SECONDS 0.4
#define UNKNOWN_SECONDS (1 / 30.)
#define MAX_SECONDS 1.

/* Parts of the range: what is no disagreement, what is no change of scene but
 * drift, and a drift's step a frame. The steepest colour maps turn that step into
 * one of 255 levels. */
#define TOLERANCE 0.03
#define DRIFT 0.1
#define DRIFT_STEP 0.001

/* The fence is steady from frame to frame, but not exactly: its bounds. */
#define FENCE_BOUND 1.1

/* What a frame says of the two ends. */
enum
{ NEAR_LOW, NEAR, NEAR_HIGH, FAR_LOW, FAR, FAR_HIGH };

/* The percentiles that it is made of. */
enum
{ P0_3, P1, P2_5, Q1, Q3, P90, P97_5, P99, P99_7, N_PERCENTILES };

static const double ranks[N_PERCENTILES] =
    { 0.003, 0.01, 0.025, 0.25, 0.75, 0.9, 0.975, 0.99, 0.997 };

/* Samples ordered by their high byte: those of h from start[h] to start[h + 1]. */
typedef struct
{
  uint16_t samples[MAX_SAMPLES];
  uint16_t start[257];
} Buckets;

static uint32_t
at_most (uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

/* Takes samples on a grid whose rows are shifted against each other, so that no
 * vertical structure falls between them. Returns how many points it has; those
 * with depth are in samples. */
static unsigned int
collect (const uint8_t * rows, size_t stride, uint32_t width, uint32_t height,
    uint16_t invalid, uint16_t * samples, unsigned int *n_samples)
{
  uint32_t n_rows = at_most (height, MAX_SAMPLES / at_most (width,
          SIDE_SAMPLES));
  uint32_t n_columns = at_most (width, MAX_SAMPLES / at_most (n_rows,
          SIDE_SAMPLES));
  uint64_t step = ((uint64_t) width << 16) / n_columns;
  unsigned int n = 0;

  n_rows = at_most (n_rows, MAX_SAMPLES / n_columns);
  for (uint32_t i = 0; i < n_rows; i++) {
    const uint8_t *row = rows + (uint64_t) i * height / n_rows * stride;
    uint64_t x = (i * 0x9e37 & 0xffff) * step >> 16;

    for (uint32_t j = 0; j < n_columns; j++, x += step) {
      const uint8_t *p = row + (x >> 16) * 2;
      uint16_t sample = p[0] | p[1] << 8;

      samples[n] = sample;
      /* neither 0 nor 65535 */
      n += (uint16_t) (sample - 1) < 65534 && sample != invalid;
    }
  }
  *n_samples = n;
  return n_rows * n_columns;
}

static void
sort_by_high_byte (const uint16_t * samples, unsigned int n, Buckets * buckets)
{
  uint16_t at[256], sum = 0;

  memset (at, 0, sizeof (at));
  for (unsigned int i = 0; i < n; i++)
    at[samples[i] >> 8]++;
  for (unsigned int h = 0; h < 256; h++) {
    buckets->start[h] = sum;
    sum += at[h];
    at[h] = buckets->start[h];
  }
  buckets->start[256] = n;
  for (unsigned int i = 0; i < n; i++)
    buckets->samples[at[samples[i] >> 8]++] = samples[i];
}

/* The sample that index others are not larger than. */
static uint16_t
nth_sample (const Buckets * buckets, unsigned int index)
{
  uint16_t counts[256];
  unsigned int h = 0, low = 0, seen;

  while (buckets->start[h + 1] <= index)
    h++;
  memset (counts, 0, sizeof (counts));
  for (unsigned int i = buckets->start[h]; i < buckets->start[h + 1]; i++)
    counts[buckets->samples[i] & 0xff]++;
  for (seen = buckets->start[h] + counts[0]; seen <= index; seen += counts[low])
    low++;
  return h << 8 | low;
}

static uint16_t
smaller (uint16_t a, double b)
{
  return b < a ? (uint16_t) b : a;
}

/* The far end and its bounds. */
static void
find_far (const uint16_t * percentiles, uint16_t * ends)
{
  double q1 = percentiles[Q1], q3 = percentiles[Q3];
  double p90 = percentiles[P90];
  double fence = fmax (p90, q3 * pow (q3 / q1, 1.5));

  ends[FAR_LOW] = smaller (percentiles[P97_5], fmax (p90, fence / FENCE_BOUND));
  ends[FAR] = smaller (percentiles[P99], fence);
  ends[FAR_HIGH] = smaller (percentiles[P99_7], fence * FENCE_BOUND);
}

/* False: the frame says nothing. */
static bool
measure (const uint16_t * pixels, size_t stride, uint32_t width,
    uint32_t height, uint16_t invalid, uint16_t * ends)
{
  uint16_t samples[MAX_SAMPLES + 1], percentiles[N_PERCENTILES];
  Buckets buckets;
  unsigned int n, points;

  if (width == 0 || height == 0)
    return false;
  points = collect ((const uint8_t *) pixels, stride, width, height, invalid,
      samples, &n);
  if (n == 0 || n < points / MIN_PART)
    return false;
  sort_by_high_byte (samples, n, &buckets);
  for (unsigned int i = 0; i < N_PERCENTILES; i++)
    percentiles[i] = nth_sample (&buckets, lround (ranks[i] * (n - 1)));
  ends[NEAR_LOW] = percentiles[P0_3];
  ends[NEAR] = percentiles[P1];
  ends[NEAR_HIGH] = percentiles[P2_5];
  find_far (percentiles, ends);
  return true;
}

static uint16_t
median (uint16_t a, uint16_t b, uint16_t c)
{
  uint16_t low = a < b ? a : b;
  uint16_t high = a < b ? b : a;

  return c < low ? low : c > high ? high : c;
}

static void
end_update (DepthRangeEnd * end, const uint16_t * said, double span,
    double seconds)
{
  double tolerance = fmax (TOLERANCE * span, 1);
  double step;

  if (end->target >= said[0] - tolerance && end->target <= said[2] + tolerance)
    end->outside = 0;
  else
    end->outside += seconds;

  if (end->outside >= HOLD_SECONDS) {
    double distance = fabs (said[1] - end->value);

    end->outside = 0;
    end->target = said[1];
    end->speed = distance > DRIFT * span ? distance / CHANGE_SECONDS : 0;
  }
  step = fmax (end->speed * seconds, DRIFT_STEP * fmax (span, 1));
  end->value = end->value < end->target ?
      fmin (end->value + step, end->target) :
      fmax (end->value - step, end->target);
}

bool
depth_range_update (DepthRange * range, const uint16_t * pixels, size_t stride,
    uint32_t width, uint32_t height, double seconds)
{
  uint16_t *newest = range->frames[range->next];
  uint16_t said[DEPTH_RANGE_ENDS];
  double span;

  if (!measure (pixels, stride, width, height, range->invalid, newest))
    return range->valid;
  range->next = (range->next + 1) % DEPTH_RANGE_FRAMES;
  if (!range->valid) {
    for (unsigned int i = 1; i < DEPTH_RANGE_FRAMES; i++)
      memcpy (range->frames[i], newest, sizeof (range->frames[i]));
    range->near.value = range->near.target = newest[NEAR];
    range->far.value = range->far.target = newest[FAR];
    range->valid = true;
  }
  for (unsigned int i = 0; i < DEPTH_RANGE_ENDS; i++)
    said[i] = median (range->frames[0][i], range->frames[1][i],
        range->frames[2][i]);

  seconds = seconds > 0 ? fmin (seconds, MAX_SECONDS) : UNKNOWN_SECONDS;
  /* the smaller one of now and then: an end that was good enough for a deep scene
   * is not for a shallow one */
  span = fmin (range->far.target - range->near.target, said[FAR] - said[NEAR]);
  end_update (&range->near, said + NEAR_LOW, span, seconds);
  end_update (&range->far, said + FAR_LOW, span, seconds);
  range->min = range->near.value;
  range->max = fmax (range->far.value, range->min + 1);
  return true;
}
