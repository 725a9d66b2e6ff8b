/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls, and main.c where that is not there. Aborts on a fault. */
int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

/* Some sound input: as many different ones as the target likes to have. */
size_t fuzz_seed (unsigned number, uint8_t * data, size_t room);
