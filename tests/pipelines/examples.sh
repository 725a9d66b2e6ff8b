#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples as a user builds and runs them: against what "meson
# install" installs, through pkg-config. Arguments: source and build folder.
set -eu
source=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

meson install -C "$build" --no-rebuild --quiet --destdir "$work/root"
pc=$(find "$work/root" -name gst-rvldepth-1.0.pc)
sed -i "s|^prefix=|&$work/root|" "$pc"
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs gst-rvldepth-1.0 gstreamer-app-1.0)

# The compiler's caution is about our header, not about GStreamer's.
strict="-Wall -Wextra -Werror -Wno-unused-parameter"
${CC:-cc} -std=c99 $strict "$source/docs/examples/depthmeta.c" $flags \
  -o "$work/depthmeta"
if command -v "${CXX:-c++}" >/dev/null; then
  printf '#include <gst/rvldepth/depthmeta.h>\nint main () { return 0; }\n' \
    >"$work/header.cc"
  ${CXX:-c++} -std=c++11 $strict "$work/header.cc" $flags -o "$work/header"
fi

cat >"$work/expected" <<'TEXT'
5000 units a metre, 0.4 to 4 m
fx 25, fy 25, cx 15.75, cy 11.75 at 32x24
TEXT
"$work/depthmeta" >"$work/c"
diff "$work/expected" "$work/c"

# Python's bindings keep objects until exit, which the leak gate would count.
env -u GST_TRACERS "${PYTHON:-/usr/bin/python3}" \
  "$source/docs/examples/depthmeta.py" >"$work/python"
diff "$work/expected" "$work/python"

env -u GST_TRACERS "${PYTHON:-/usr/bin/python3}" \
  "$source/docs/examples/record-from-python.py" --frames 5 "$work/ramp.rrd"
[ "$(tail -c 12 "$work/ramp.rrd" | head -c 8)" = RRF2FOOT ]
