/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Little-endian loads and stores at any address: compilers make one
 * instruction of each. */

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LE16(x) __builtin_bswap16 (x)
#define LE32(x) __builtin_bswap32 (x)
#define LE64(x) __builtin_bswap64 (x)
#else
#define LE16(x) (x)
#define LE32(x) (x)
#define LE64(x) (x)
#endif

static inline uint16_t
load16 (const void *p)
{
  uint16_t x;
  memcpy (&x, p, sizeof x);
  return LE16 (x);
}

static inline uint32_t
load32 (const void *p)
{
  uint32_t x;
  memcpy (&x, p, sizeof x);
  return LE32 (x);
}

static inline uint64_t
load64 (const void *p)
{
  uint64_t x;
  memcpy (&x, p, sizeof x);
  return LE64 (x);
}

static inline void
store16 (void *p, uint16_t x)
{
  x = LE16 (x);
  memcpy (p, &x, sizeof x);
}

static inline void
store32 (void *p, uint32_t x)
{
  x = LE32 (x);
  memcpy (p, &x, sizeof x);
}

static inline void
store64 (void *p, uint64_t x)
{
  x = LE64 (x);
  memcpy (p, &x, sizeof x);
}
