/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Application ids and entity paths. Source: Rerun's crates/store/re_log_types/
 * src/app_id.rs and src/path/{parse_path,entity_path_part}.rs.
 */
#include "rrd/rrd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
refuse (RrdNameError * error, const char *what, size_t offset)
{
  if (error) {
    error->what = what;
    error->offset = offset;
  }
  return false;
}

static bool
is_ascii_alphanumeric (uint32_t c)
{
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
      || (c >= 'a' && c <= 'z');
}

static bool
is_ascii_punctuation (uint32_t c)
{
  return c > ' ' && c < 0x7f && !is_ascii_alphanumeric (c);
}

/* --- application ids --- */

static bool
is_application_id_char (char c)
{
  return is_ascii_alphanumeric ((unsigned char) c)
      || (c && strchr ("_- []:", c));
}

bool
rrd_application_id_check (const char *id, RrdNameError * error)
{
  size_t i = 0;

  while (is_application_id_char (id[i]))
    i++;
  if (id[i])
    return refuse (error,
        "only ASCII letters, digits, spaces and _-[]: are allowed", i);
  if (i == 0)
    return refuse (error, "is empty", 0);
  if (i > RRD_APPLICATION_ID_MAX)
    return refuse (error, "has more than 180 characters",
        RRD_APPLICATION_ID_MAX);
  return true;
}

void
rrd_application_id_sanitise (const char *name,
    char id[RRD_APPLICATION_ID_MAX + 1])
{
  size_t size = 0;

  for (; name[size] && size < RRD_APPLICATION_ID_MAX; size++)
    id[size] = is_application_id_char (name[size]) ? name[size] : '-';
  id[size] = 0;
  if (size == 0)
    strcpy (id, "unknown");
}

/* --- entity paths --- */

/* Unicode's White_Space after ASCII: to be escaped, since readers take it for
 * a mistake otherwise. */
static bool
is_wide_space (uint32_t c)
{
  return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a)
      || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f
      || c == 0x3000;
}

/* Reads one character, UTF-8 (RFC 3629), at *at. */
static bool
read_utf8 (const char *path, size_t *at, uint32_t * character,
    RrdNameError * error)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  const uint8_t *from = (const uint8_t *) path + *at;
  size_t size = from[0] < 0x80 ? 1 : from[0] < 0xc0 ? 0 : from[0] < 0xe0 ? 2
      : from[0] < 0xf0 ? 3 : from[0] < 0xf8 ? 4 : 0;
  uint32_t c = size < 2 ? from[0] : from[0] & (0x7f >> size);

  if (size == 0)
    return refuse (error, "is not UTF-8", *at);
  for (size_t i = 1; i < size; i++) {
    if ((from[i] & 0xc0) != 0x80)
      return refuse (error, "is not UTF-8", *at);
    c = c << 6 | (from[i] & 0x3f);
  }
  if (c < least[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
    return refuse (error, "is not UTF-8", *at);
  *character = c;
  *at += size;
  return true;
}

bool
rrd_recording_id_check (const char *id, RrdNameError * error)
{
  size_t at = 0;

  if (!id[0])
    return refuse (error, "is empty", 0);
  while (id[at]) {
    size_t start = at;
    uint32_t c = 0;

    if (!read_utf8 (id, &at, &c, error))
      return false;
    if (c < ' ' || (c >= 0x7f && c < 0xa0))
      return refuse (error, "has a control character", start);
  }
  return true;
}

/* Reads what follows "\u": "{262E}", always four digits. */
static bool
read_unicode_escape (const char *path, size_t *at, uint32_t * character,
    RrdNameError * error)
{
  const char *from = path + *at;
  char *end = NULL;

  if (strspn (from, "{") == 1
      && strspn (from + 1, "0123456789abcdefABCDEF") == 4 && from[5] == '}')
    *character = (uint32_t) strtoul (from + 1, &end, 16);
  if (!end || *character == 0 || (*character >= 0xd800 && *character <= 0xdfff))
    return refuse (error, "has an escape that is not like \\u{262E}", *at - 2);
  *at += 6;
  return true;
}

/* Reads what follows a backslash at *at - 1. */
static bool
read_escape (const char *path, size_t *at, uint32_t * character,
    RrdNameError * error)
{
  static const char letters[] = "nrt", meanings[] = "\n\r\t";
  char c = path[*at];
  const char *letter = c ? strchr (letters, c) : NULL;

  if (!c)
    return refuse (error, "ends in a backslash", *at - 1);
  *at += 1;
  if (c == 'u')
    return read_unicode_escape (path, at, character, error);
  if (letter)
    *character = (uint32_t) meanings[letter - letters];
  else if (c == ' ' || is_ascii_punctuation ((unsigned char) c))
    *character = (uint32_t) c;
  else
    return refuse (error, "has an unknown escape (a backslash itself is "
        "written \\\\)", *at - 2);
  return true;
}

/*
 * Writes a character of a part at @to, escaped, @source being how it is
 * written in UTF-8. A backslash never becomes "\\": Rerun takes the slash in
 * "\\/" for an escaped one.
 */
static char *
write_escaped (char *to, uint32_t c, const char *source, size_t source_size)
{
  static const char controls[] = "\n\r\t", letters[] = "nrt";
  const char *control = c < 0x80 ? strchr (controls, (int) c) : NULL;

  if (is_ascii_alphanumeric (c) || c == '_' || c == '-' || c == '.')
    *to++ = (char) c;
  else if (control)
    to += sprintf (to, "\\%c", letters[control - controls]);
  else if (c != '\\' && (c == ' ' || is_ascii_punctuation (c)))
    to += sprintf (to, "\\%c", (char) c);
  else if (c < 0x80 || is_wide_space (c) || *source == '\\')
    to += sprintf (to, "\\u{%04X}", (unsigned) c);
  else {
    memcpy (to, source, source_size);
    to += source_size;
  }
  return to;
}

static bool
normalise (const char *path, char *to, RrdNameError * error)
{
  bool in_part = false;

  for (size_t at = 0; path[at];) {
    uint32_t c;
    size_t start = at;

    if (path[at] == '/' && (at == 0 || path[at - 1] != '\\')) {
      in_part = false;
      at++;
      continue;
    }
    if (!in_part)
      *to++ = '/';
    in_part = true;
    if (path[at] == '\\' ? (at++, !read_escape (path, &at, &c, error))
        : !read_utf8 (path, &at, &c, error))
      return false;
    to = write_escaped (to, c, path + start, at - start);
  }
  *to = 0;
  return true;
}

char *
rrd_entity_path_normalise (const char *path, RrdNameError * error)
{
  /* The most that a byte becomes: a slash and "\u{0001}". */
  size_t length = strlen (path);
  char *stored = malloc (9 * length + 1);
  bool ok = stored || refuse (error, "out of memory", 0);

  ok = ok && normalise (path, stored, error);
  if (ok && !stored[0])
    ok = refuse (error, "names no entity", 0);
  if (ok && strncmp (stored, "/__", 3) == 0)
    ok = refuse (error, "begins with __, which is Rerun's own",
        strspn (path, "/"));
  if (!ok) {
    free (stored);
    stored = NULL;
  }
  return stored;
}
