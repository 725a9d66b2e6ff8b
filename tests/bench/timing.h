/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Seconds of a steady clock. */
double timing_now (void);

/* Seconds that this thread had a processor. */
double timing_thread (void);

/* Seconds that this process had a processor, in the kernel and out of it. */
double timing_process (void);

/* The most memory that this process had, in MB. */
double timing_peak_memory (void);

/* The processor's name, as the system tells it. */
const char *timing_cpu (void);
