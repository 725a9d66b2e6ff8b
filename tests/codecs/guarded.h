/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Memory between two pages that must not be touched: what reads or writes one
 * byte too far dies. */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct
{
  uint8_t *first;               /* after the first guard */
  size_t size, page;
} Guarded;

static inline void
guarded_open (Guarded * guarded, size_t size)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  uint8_t *all;

  size = (size + page - 1) / page * page;
  all = mmap (NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
      0);
  assert (all != MAP_FAILED);
  mprotect (all + page, size, PROT_READ | PROT_WRITE);
  *guarded = (Guarded) { all + page, size, page };
}

/* Room for @size bytes right before the second guard, or right after the
 * first one. */
static inline uint8_t *
guarded_place (const Guarded * guarded, size_t size, bool at_end)
{
  assert (size <= guarded->size);
  return at_end ? guarded->first + guarded->size - size : guarded->first;
}

static inline void
guarded_close (Guarded * guarded)
{
  munmap (guarded->first - guarded->page, guarded->size + 2 * guarded->page);
}
