/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Seconds of a steady clock. */
double timing_now (void);

/* Seconds that this thread had a processor. */
double timing_thread (void);

/* The processor's name, as the system tells it. */
const char *timing_cpu (void);
