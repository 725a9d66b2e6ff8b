/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong, in words that any program can show. */
#include "read-error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The bytes of the character at @text; 0: it is none, or not all there. */
static size_t
character_size (const uint8_t * text, size_t size)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  size_t n = text[0] < 0x80 ? 1 : text[0] < 0xc0 ? 0 : text[0] < 0xe0 ? 2
      : text[0] < 0xf0 ? 3 : text[0] < 0xf8 ? 4 : 0;
  uint32_t c = n < 2 ? text[0] : text[0] & (0x7f >> n);

  if (n > size)
    return 0;
  for (size_t i = 1; i < n; i++) {
    if ((text[i] & 0xc0) != 0x80)
      return 0;
    c = c << 6 | (text[i] & 0x3f);
  }
  if (n > 1 && (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)))
    return 0;
  return n;
}

size_t
arrow_utf8_size (const void *text, size_t size)
{
  const uint8_t *bytes = text;
  size_t at = 0, n;

  while (at < size && (n = character_size (bytes + at, size - at)) > 0)
    at += n;
  return at;
}

/* Puts '?' for each byte that is not UTF-8. */
static void
mend (char *text)
{
  size_t size = strlen (text), at;

  while ((at = arrow_utf8_size (text, size)) < size)
    text[at] = '?';
}

bool
arrow_refuse (ArrowReadError * error, uint64_t offset, const char *format, ...)
{
  va_list arguments;

  if (!error)
    return false;
  va_start (arguments, format);
  vsnprintf (error->what, sizeof error->what, format, arguments);
  va_end (arguments);
  mend (error->what);
  error->offset = offset;
  return false;
}
