/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "arrow/read.h"

/* Fills @error (may be NULL), formatted as by printf and made UTF-8 whatever goes
 * into it. Returns false. */
bool arrow_refuse (ArrowReadError * error, uint64_t offset,
    const char *format, ...)
    __attribute__((format (printf, 3, 4), nonnull (3)));

/* For "%.*s": a text as arguments of printf, cut after a character where it is
 * long. */
#define ARROW_PRINT_MAX 64
#define ARROW_PRINT(span) \
  (int) arrow_utf8_size ((span).data, \
      (span).size < ARROW_PRINT_MAX ? (span).size : ARROW_PRINT_MAX), \
  (const char *) (span).data
