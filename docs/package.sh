#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the Debian packages of the committed tree into build/packages, or the
# folder that is named: sh docs/package.sh [FOLDER]. Installs what that needs.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/packages}
mkdir -p "$out"
out=$(cd "$out" && pwd)

log=$out/build.log

# quietly WHAT COMMAND...: what it prints is shown only where it fails.
quietly () {
  what=$1; shift
  "$@" > "$log" 2>&1 && return
  tail -n 20 "$log"
  echo "$what failed; all of its output is in $log"
  exit 1
}

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages () {
  dpkg-query -W debhelper lintian > /dev/null 2>&1 &&
    (cd "$tree" && dpkg-checkbuilddeps) 2> /dev/null && return
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends dpkg-dev debhelper lintian
  as_root env DEBIAN_FRONTEND=noninteractive apt-get build-dep -y -q \
    --no-install-recommends "$tree"
}

build () {
  cd "$tree" && DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -us -uc -b
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/gst-rvldepth
mkdir "$tree"
git archive HEAD | tar x -C "$tree"
cp -r "$tree/docs/debian" "$tree/debian"

echo "Building Debian packages"
quietly "Installing what the build needs" install_packages
(quietly "The build" build)
lintian --allow-root --fail-on error,warning "$work"/*.changes
cp "$work"/*.deb "$out"
ls "$out"/*.deb
echo "Install them: sudo apt install $out/gstreamer1.0-*.deb"
