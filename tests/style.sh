#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The style gate: GStreamer's gst-indent on every .c file, no tabs, an SPDX
# line everywhere. Arguments: files to look at; none: all that git tracks.
# With --fix the files are rewritten instead.
set -eu
cd "$(dirname "$0")/.."

# GStreamer's gst-indent runs indent twice: its output is stable only then.
gst_indent () {
  indent --braces-on-if-line --case-brace-indentation0 --case-indentation2 \
    --braces-after-struct-decl-line --line-length80 --no-tabs --cuddle-else \
    --dont-line-up-parentheses --continuation-indentation4 \
    --honour-newlines --tab-size8 --indent-level2 --leave-preprocessor-space \
    "$@"
}

fix=no
if [ "${1:-}" = --fix ]; then fix=yes; shift; fi
[ $# -gt 0 ] || set -- $(git ls-files '*.c' '*.h')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

for file; do
  if grep -qP '\t' "$file"; then echo "$file: has tabs"; bad=1; fi
  if ! grep -q SPDX-License-Identifier "$file"; then echo "$file: no SPDX line"; bad=1; fi
  case $file in *.c) ;; *) continue ;; esac
  gst_indent "$file" -o "$work/once.c"
  gst_indent "$work/once.c" -o "$work/twice.c"
  if [ $fix = yes ]; then
    cmp -s "$file" "$work/twice.c" || cp "$work/twice.c" "$file"
  elif ! diff -u "$file" "$work/twice.c"; then
    bad=1
  fi
done
exit $bad
