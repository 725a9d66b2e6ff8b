/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE             /* RTLD_NEXT */

/*
 * GLib's locks are made of futexes, which ThreadSanitizer does not see, nor C11's
 * call_once(): it would take everything that they guard for a race. Linked into a
 * test, these take their place, made of what it does see. Only what GStreamer and
 * we use.
 */

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>
#include <gst/gst.h>

static void *
made (gpointer * place, void *fresh, void (*discard) (void *))
{
  void *expected = NULL;

  if (__atomic_compare_exchange_n (place, &expected, fresh, FALSE,
          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return fresh;
  discard (fresh);
  return expected;
}

static void
discard_mutex (void *mutex)
{
  pthread_mutex_destroy (mutex);
  free (mutex);
}

static pthread_mutex_t *
mutex_of (gpointer * place, int type)
{
  pthread_mutex_t *mutex = __atomic_load_n (place, __ATOMIC_ACQUIRE);
  pthread_mutexattr_t attributes;

  if (mutex != NULL)
    return mutex;
  mutex = malloc (sizeof *mutex);
  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_settype (&attributes, type);
  pthread_mutex_init (mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
  return made (place, mutex, discard_mutex);
}

#define MUTEX(mutex) mutex_of (&(mutex)->p, PTHREAD_MUTEX_NORMAL)
#define RECURSIVE(mutex) mutex_of (&(mutex)->p, PTHREAD_MUTEX_RECURSIVE)

static void
clear_mutex (gpointer * place)
{
  if (*place != NULL)
    discard_mutex (*place);
  *place = NULL;
}

void
g_mutex_init (GMutex * mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex * mutex)
{
  clear_mutex (&mutex->p);
}

void
g_mutex_lock (GMutex * mutex)
{
  pthread_mutex_lock (MUTEX (mutex));
}

gboolean
g_mutex_trylock (GMutex * mutex)
{
  return pthread_mutex_trylock (MUTEX (mutex)) == 0;
}

void
g_mutex_unlock (GMutex * mutex)
{
  pthread_mutex_unlock (MUTEX (mutex));
}

void
g_rec_mutex_init (GRecMutex * mutex)
{
  mutex->p = NULL;
}

void
g_rec_mutex_clear (GRecMutex * mutex)
{
  clear_mutex (&mutex->p);
}

void
g_rec_mutex_lock (GRecMutex * mutex)
{
  pthread_mutex_lock (RECURSIVE (mutex));
}

gboolean
g_rec_mutex_trylock (GRecMutex * mutex)
{
  return pthread_mutex_trylock (RECURSIVE (mutex)) == 0;
}

void
g_rec_mutex_unlock (GRecMutex * mutex)
{
  pthread_mutex_unlock (RECURSIVE (mutex));
}

static void
discard_cond (void *cond)
{
  pthread_cond_destroy (cond);
  free (cond);
}

static pthread_cond_t *
cond_of (GCond * place)
{
  pthread_cond_t *cond = __atomic_load_n (&place->p, __ATOMIC_ACQUIRE);
  pthread_condattr_t attributes;

  if (cond != NULL)
    return cond;
  cond = malloc (sizeof *cond);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
  return made (&place->p, cond, discard_cond);
}

void
g_cond_init (GCond * cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond * cond)
{
  if (cond->p != NULL)
    discard_cond (cond->p);
  cond->p = NULL;
}

void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  pthread_cond_wait (cond_of (cond), MUTEX (mutex));
}

gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end)
{
  struct timespec until = { end / 1000000, end % 1000000 * 1000 };

  return pthread_cond_timedwait (cond_of (cond), MUTEX (mutex),
      &until) != ETIMEDOUT;
}

void
g_cond_signal (GCond * cond)
{
  pthread_cond_signal (cond_of (cond));
}

void
g_cond_broadcast (GCond * cond)
{
  pthread_cond_broadcast (cond_of (cond));
}

/* In glibc both flags are an int that is 0 before. */
void
call_once (once_flag * flag, void (*function) (void))
{
  pthread_once ((pthread_once_t *) flag, function);
}

/* What follows hands things over by locks and counters inside GLib and GStreamer, which
 * are not replaced: the sanitizer is told of it. */
void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define UNSEEN __attribute__((no_sanitize_thread))
#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

typedef struct
{
  GFunc function;
  gpointer user_data;
} Pool;

static void
run_task (gpointer task, gpointer user_data)
{
  Pool *pool = user_data;

  __tsan_acquire (task);
  pool->function (task, pool->user_data);
  __tsan_release (pool);
}

GThreadPool *
g_thread_pool_new (GFunc function, gpointer user_data, gint max_threads,
    gboolean exclusive, GError ** error)
{
  Pool *pool = malloc (sizeof *pool);

  *pool = (Pool) { function, user_data };
  return REAL (g_thread_pool_new) (run_task, pool, max_threads, exclusive,
      error);
}

gboolean
g_thread_pool_push (GThreadPool * pool, gpointer task, GError ** error)
{
  __tsan_release (task);
  return REAL (g_thread_pool_push) (pool, task, error);
}

/* Its last thread frees the pool. Ours is never freed: few are made. */
UNSEEN void
g_thread_pool_free (GThreadPool * pool, gboolean immediate, gboolean wait)
{
  Pool *ours = pool->user_data;

  REAL (g_thread_pool_free) (pool, immediate, wait);
  __tsan_acquire (ours);
}

void
g_async_queue_push (GAsyncQueue * queue, gpointer data)
{
  __tsan_release (data);
  REAL (g_async_queue_push) (queue, data);
}

static gpointer
taken (gpointer data)
{
  if (data != NULL)
    __tsan_acquire (data);
  return data;
}

gpointer
g_async_queue_pop (GAsyncQueue * queue)
{
  return taken (REAL (g_async_queue_pop) (queue));
}

gpointer
g_async_queue_try_pop (GAsyncQueue * queue)
{
  return taken (REAL (g_async_queue_try_pop) (queue));
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue * queue, guint64 timeout)
{
  return taken (REAL (g_async_queue_timeout_pop) (queue, timeout));
}

/* Whoever lets go last may free what all others have written before. */
void
g_object_unref (gpointer object)
{
  __tsan_release (object);
  __tsan_acquire (object);
  REAL (g_object_unref) (object);
}

void
gst_mini_object_unref (GstMiniObject * object)
{
  __tsan_release (object);
  __tsan_acquire (object);
  REAL (gst_mini_object_unref) (object);
}
