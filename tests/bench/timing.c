/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Wall-clock and CPU time of the process and of a thread; the process's memory. */

#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

double
timing_process (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
      + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

double
timing_peak_memory (void)
{
  FILE *status = fopen ("/proc/self/status", "r");
  char line[256];
  double megabytes = 0;

  while (status && fgets (line, sizeof line, status))
    if (strncmp (line, "VmHWM:", 6) == 0)
      megabytes = atol (line + 6) / 1024.;
  if (status)
    fclose (status);
  return megabytes;
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
