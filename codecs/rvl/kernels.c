/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Chooses the fastest kernel that this machine can run. */

#include "kernel.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>

static const RvlKernel *const all[] = {
#if defined __x86_64__ || defined __i386__
  &rvl_avx512,
  &rvl_avx2,
  &rvl_ssse3,
#elif defined __aarch64__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  &rvl_neon,
#endif
  &rvl_portable,
};

#define N_KERNELS (sizeof all / sizeof *all)

static once_flag once = ONCE_FLAG_INIT;
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
  call_once (&once, choose);
  return usable;
}

const RvlKernel *
rvl_kernel (void)
{
  call_once (&once, choose);
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
