#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# The style gate: GStreamer's gst-indent on every .c and .h file, no tabs, SPDX lines
# in every source. Arguments: .c and .h files to look at; none: all that git tracks.
# With --fix the files are rewritten instead.
set -eu
cd "$(dirname "$0")/.."

git rev-parse > /dev/null 2>&1 || {
  echo 'skipped: this is no git checkout, which says what the sources are'
  exit 77
}

# GStreamer's gst-indent runs indent twice: its output is stable only then.
gst_indent () {
  indent --braces-on-if-line --case-brace-indentation0 --case-indentation2 \
    --braces-after-struct-decl-line --line-length80 --no-tabs --cuddle-else \
    --dont-line-up-parentheses --continuation-indentation4 \
    --honour-newlines --tab-size8 --indent-level2 --leave-preprocessor-space \
    "$@"
}

# Some macros are no C to indent: while it runs, they look like what they stand for.
hide () {
  sed -z 's/=\s*(\([A-Z]\w*\)) {\s*\([^{};]*[^{}; \n]\)\s*};/= HIDDEN_\1_ (\2);/g' |
    sed -e 's/^G_\(BEGIN\|END\)_DECLS$/#define HIDDEN_\1/' \
    -e '/^G_DECLARE_/,/)$/ s/)$/);\n#define HIDDEN_NOTHING/' \
    -e 's/ G_GNUC_PRINTF (\([0-9, ]*\));$/;\n#define HIDDEN_PRINTF \1/' \
    -e 's/_Alignas (64)/HIDDEN_ALIGN/' \
    -e 's/__asm__ ("" : "+r" (value))/HIDDEN_ASM ()/' \
    -e 's/__attribute__((noinline))/HIDDEN_NOINLINE/'
}

show () {
  sed -e ':all;N;$!b all' \
    -e 's/;\n#define HIDDEN_PRINTF \([0-9, ]*\)/ G_GNUC_PRINTF (\1);/g' \
    -e 's/;\n#define HIDDEN_NOTHING//g' \
    -e 's/HIDDEN_\([A-Za-z0-9]*\)_ (\([^;]*\));/(\1) { \2 };/g' |
    sed -e 's/^#define HIDDEN_\(.*\)$/G_\1_DECLS/' \
      -e 's/HIDDEN_ALIGN/_Alignas (64)/' \
      -e 's/HIDDEN_ASM ()/__asm__ ("" : "+r" (value))/' \
      -e 's/HIDDEN_NOINLINE/__attribute__((noinline))/'
}

fix=no
if [ "${1:-}" = --fix ]; then fix=yes; shift; fi
[ $# -gt 0 ] || set -- $(git ls-files '*.c' '*.h')
sources=$(git ls-files '*.c' '*.h' '*.py' '*.sh' '*.rs' '*meson.build' '*.txt' .ci/run |
  grep -v requirements)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

for line in 'SPDX-FileCopyrightText: the gst-rvldepth authors' \
  'SPDX-License-Identifier: LGPL-2.1-or-later'; do
  for file in $(grep -L "$line" $sources); do
    echo "$file: lacks $line"
    bad=1
  done
done

for file; do
  if grep -qP '\t' "$file"; then echo "$file: has tabs"; bad=1; fi
  hide < "$file" > "$work/hidden.c"
  gst_indent "$work/hidden.c" -o "$work/once.c"
  gst_indent "$work/once.c" -o "$work/indented.c"
  show < "$work/indented.c" > "$work/twice.c"
  if [ $fix = yes ]; then
    cmp -s "$file" "$work/twice.c" || cp "$work/twice.c" "$file"
  elif ! diff -u "$file" "$work/twice.c"; then
    bad=1
  fi
done
exit $bad
