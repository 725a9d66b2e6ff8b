/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Encodes the bands of a picture on threads that wait for the next one. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rvldepth/bandpool.h"

#include <gst/gst.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (rvl_bands_debug);
#define GST_CAT_DEFAULT rvl_bands_debug

/* Bands take unequal time; threads that are done early take another one. */
#define BANDS_PER_THREAD 4

/* Some 50 microseconds: a pause takes 40 to 140 cycles. */
#define SPINS 2000

struct GstRvlBandPool
{
  guint n_threads;
  guint n_bands;
  GThreadPool *workers;         /* NULL: the caller is the only thread */

  RvlBands bands;               /* of the picture in work */
  gint next_band;               /* atomic */
  gint bands_left;              /* atomic: not encoded yet */
  gint encoded[RVL_MAX_BANDS];  /* atomic */
  GMutex joining;

  GMutex lock;
  GCond done;
};

/* As far as bands are ready, and no other thread is at it. */
static void
join_bands (GstRvlBandPool * pool)
{
  if (!g_mutex_trylock (&pool->joining))
    return;
  while (pool->bands.joined < pool->n_bands
      && g_atomic_int_get (&pool->encoded[pool->bands.joined]))
    rvl_bands_join_next (&pool->bands);
  g_mutex_unlock (&pool->joining);
}

/* A worker that wakes up late finds no band left, or helps with the next picture:
 * nobody waits for it. */
static void
encode_bands (GstRvlBandPool * pool)
{
  gint i;

  while ((i = g_atomic_int_add (&pool->next_band, 1)) < (gint) pool->n_bands) {
    rvl_bands_encode (&pool->bands, i);
    g_atomic_int_set (&pool->encoded[i], TRUE);
    join_bands (pool);
    if (g_atomic_int_dec_and_test (&pool->bands_left)) {
      g_mutex_lock (&pool->lock);
      g_cond_signal (&pool->done);
      g_mutex_unlock (&pool->lock);
    }
  }
}

static void
work (gpointer task, gpointer user_data)
{
  encode_bands (user_data);
}

/* Tells the processor that this thread waits, so that the other one of its core, which
 * may be who it waits for, gets on faster. */
static inline void
relax (void)
{
#if defined __x86_64__ || defined __i386__
  __builtin_ia32_pause ();
#elif defined __aarch64__
  __asm__ volatile ("yield");
#endif
}

/* What is left is a part of a band at most: less than it takes to sleep and be
 * woken. */
static void
wait_for_bands (GstRvlBandPool * pool)
{
  for (guint i = 0; i < SPINS; i++) {
    if (g_atomic_int_get (&pool->bands_left) == 0)
      return;
    relax ();
  }
  g_mutex_lock (&pool->lock);
  while (g_atomic_int_get (&pool->bands_left) > 0)
    g_cond_wait (&pool->done, &pool->lock);
  g_mutex_unlock (&pool->lock);
}

static void
start_workers (GstRvlBandPool * pool, guint n)
{
  GError *error = NULL;

  pool->workers = g_thread_pool_new (work, pool, n, TRUE, &error);
  if (error == NULL)
    return;
  GST_WARNING ("one thread only: %s", error->message);
  g_clear_error (&error);
  if (pool->workers != NULL)
    g_thread_pool_free (pool->workers, TRUE, TRUE);
  pool->workers = NULL;
}

static void
init_debug (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (rvl_bands_debug, "rvlbands", 0,
        "threads that share a frame of rvldepthenc");
    g_once_init_leave (&once, 1);
  }
}

GstRvlBandPool *
gst_rvl_band_pool_new (guint n_threads)
{
  GstRvlBandPool *pool = g_new0 (GstRvlBandPool, 1);

  init_debug ();
  g_mutex_init (&pool->joining);
  g_mutex_init (&pool->lock);
  g_cond_init (&pool->done);
  if (n_threads > 1)
    start_workers (pool, n_threads - 1);
  pool->n_threads = pool->workers != NULL ? n_threads : 1;
  pool->n_bands = MIN (pool->n_threads * BANDS_PER_THREAD, RVL_MAX_BANDS);
  GST_INFO ("%u threads", pool->n_threads);
  return pool;
}

void
gst_rvl_band_pool_free (GstRvlBandPool * pool)
{
  if (pool->workers != NULL)
    g_thread_pool_free (pool->workers, FALSE, TRUE);
  g_mutex_clear (&pool->joining);
  g_mutex_clear (&pool->lock);
  g_cond_clear (&pool->done);
  g_free (pool);
}

guint
gst_rvl_band_pool_get_n_threads (GstRvlBandPool * pool)
{
  return pool->n_threads;
}

gsize
gst_rvl_band_pool_max_size (GstRvlBandPool * pool, guint32 width,
    guint32 height)
{
  return pool->workers != NULL
      ? rvl_bands_max_size (width, height, pool->n_bands)
      : rvl_max_size (width, height);
}

gsize
gst_rvl_band_pool_encode (GstRvlBandPool * pool, const guint16 * pixels,
    gsize stride, guint32 width, guint32 height, guint8 * stream)
{
  if (pool->workers == NULL)
    return rvl_encode (pixels, stride, width, height, stream);

  rvl_bands_plan (&pool->bands, pixels, stride, width, height, pool->n_bands,
      stream);
  memset (pool->encoded, 0, sizeof (pool->encoded));
  g_atomic_int_set (&pool->bands_left, pool->n_bands);
  g_atomic_int_set (&pool->next_band, 0);
  for (guint i = 1; i < pool->n_threads; i++)
    g_thread_pool_push (pool->workers, pool, NULL);
  encode_bands (pool);
  GST_LOG ("%d bands are with other threads",
      g_atomic_int_get (&pool->bands_left));
  wait_for_bands (pool);
  return rvl_bands_join (&pool->bands);
}
