/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each frame is seen as six percentiles of a few thousand samples, each of them the
 * median of three frames: one frame of garbage is never seen.
 *
 * An end of the range stays where it is as long as it lies between its two
 * outer percentiles: the far end of a stereo camera's picture has a long thin tail,
 * where percentile 99 alone jumps by metres from frame to frame. Where frames have
 * disagreed for a while, it goes to percentile 1 or 99: at once if the scene
 * changed, unnoticeably if it drifted.
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

enum
{ NEAR_LOW, NEAR, NEAR_HIGH, FAR_LOW, FAR, FAR_HIGH };

static const double ranks[DEPTH_RANGE_RANKS] =
    { 0.003, 0.01, 0.025, 0.975, 0.99, 0.997 };

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
    uint16_t * samples, unsigned int *n_samples)
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
      n += (uint16_t) (sample - 1) < 65534;     /* neither 0 nor 65535 */
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

static bool
measure (const uint16_t * pixels, size_t stride, uint32_t width,
    uint32_t height, uint16_t * percentiles)
{
  uint16_t samples[MAX_SAMPLES + 1];
  Buckets buckets;
  unsigned int n, points;

  if (width == 0 || height == 0)
    return false;
  points = collect ((const uint8_t *) pixels, stride, width, height, samples,
      &n);
  if (n == 0 || n < points / MIN_PART)
    return false;
  sort_by_high_byte (samples, n, &buckets);
  for (unsigned int i = 0; i < DEPTH_RANGE_RANKS; i++)
    percentiles[i] = nth_sample (&buckets, lround (ranks[i] * (n - 1)));
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
end_update (DepthRangeEnd * end, const uint16_t * percentiles, double span,
    double seconds)
{
  double tolerance = fmax (TOLERANCE * span, 1);
  double step;

  if (end->target >= percentiles[0] - tolerance
      && end->target <= percentiles[2] + tolerance)
    end->outside = 0;
  else
    end->outside += seconds;

  if (end->outside >= HOLD_SECONDS) {
    double distance = fabs (percentiles[1] - end->value);

    end->outside = 0;
    end->target = percentiles[1];
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
  uint16_t percentiles[DEPTH_RANGE_RANKS];
  double span;

  if (!measure (pixels, stride, width, height, newest))
    return range->valid;
  range->next = (range->next + 1) % DEPTH_RANGE_FRAMES;
  if (!range->valid) {
    for (unsigned int i = 1; i < DEPTH_RANGE_FRAMES; i++)
      memcpy (range->frames[i], newest, sizeof (range->frames[i]));
    range->near.value = range->near.target = newest[NEAR];
    range->far.value = range->far.target = newest[FAR];
    range->valid = true;
  }
  for (unsigned int i = 0; i < DEPTH_RANGE_RANKS; i++)
    percentiles[i] = median (range->frames[0][i], range->frames[1][i],
        range->frames[2][i]);

  seconds = seconds > 0 ? fmin (seconds, MAX_SECONDS) : UNKNOWN_SECONDS;
  /* the smaller one of now and then: an end that was good enough for a deep scene
   * is not for a shallow one */
  span = fmin (range->far.target - range->near.target,
      percentiles[FAR] - percentiles[NEAR]);
  end_update (&range->near, percentiles + NEAR_LOW, span, seconds);
  end_update (&range->far, percentiles + FAR_LOW, span, seconds);
  range->min = range->near.value;
  range->max = fmax (range->far.value, range->min + 1);
  return true;
}
