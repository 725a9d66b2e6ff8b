/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Wall-clock and CPU time of the process and of a thread. */

#include "timing.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

double
timing_now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

double
timing_thread (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

const char *
timing_cpu (void)
{
  static char line[256];
  FILE *file = fopen ("/proc/cpuinfo", "r");
  char *name = NULL;

  while (file && !name && fgets (line, sizeof line, file))
    if (strncmp (line, "model name", 10) == 0 && (name = strchr (line, ':')))
      line[strcspn (line, "\n")] = 0;
  if (file)
    fclose (file);
  return name ? name + 2 : "an unnamed processor";
}
