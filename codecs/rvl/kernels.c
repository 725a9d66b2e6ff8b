/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Chooses the fastest kernel that this machine can run. */

#include "kernel.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const RvlKernel *const all[] = {
#ifdef HAVE_RVL_AVX512
  &rvl_avx512,
#endif
#ifdef HAVE_RVL_AVX2
  &rvl_avx2,
#endif
#ifdef HAVE_RVL_SSSE3
  &rvl_ssse3,
#endif
#ifdef HAVE_RVL_NEON
  &rvl_neon,
#endif
  &rvl_portable,
};

#define N_KERNELS (sizeof all / sizeof *all)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const RvlKernel *usable[N_KERNELS + 1];
static const RvlKernel *chosen;

static void
choose (void)
{
  const char *wish = getenv ("RVL_KERNEL");
  unsigned n = 0;

  for (unsigned i = 0; i < N_KERNELS; i++)
    if (all[i]->prepare ())
      usable[n++] = all[i];

  chosen = usable[0];
  for (unsigned i = 0; wish && i < n; i++)
    if (strcmp (wish, usable[i]->name) == 0)
      chosen = usable[i];
}

const RvlKernel *const *
rvl_kernels (void)
{
  pthread_once (&once, choose);
  return usable;
}

const RvlKernel *
rvl_kernel (void)
{
  pthread_once (&once, choose);
  return chosen;
}

const char *
rvl_kernel_name (void)
{
  return rvl_kernel ()->name;
}

void
rvl_kernel_names (const char *names[RVL_MAX_KERNELS])
{
  const RvlKernel *const *kernels = rvl_kernels ();
  unsigned n = 0;

  for (; kernels[n]; n++)
    names[n] = kernels[n]->name;
  names[n] = NULL;
}
