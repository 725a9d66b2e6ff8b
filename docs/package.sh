#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the Debian packages of the committed tree into build/packages, or the
# folder that is named: sh docs/package.sh [FOLDER]. Installs what that needs.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/packages}
mkdir -p "$out"
out=$(cd "$out" && pwd)

install_packages () {
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  # these do not ask, and depend on what else they need
  dpkg-query -W dpkg-dev debhelper lintian > /dev/null 2>&1 &&
    dpkg-checkbuilddeps "$tree/debian/control" 2> /dev/null && return
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends dpkg-dev debhelper lintian > /dev/null
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get build-dep -y -qq \
    --no-install-recommends "$tree" > /dev/null
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/gst-rvldepth
mkdir "$tree"
git archive HEAD | tar x -C "$tree"
cp -r "$tree/docs/debian" "$tree/debian"

install_packages
log=$out/build.log
if ! (cd "$tree" && dpkg-buildpackage -us -uc -b) > "$log" 2>&1; then
  tail -n 20 "$log"
  echo "The build failed; all of its output is in $log"
  exit 1
fi
lintian --allow-root --fail-on error,warning "$work"/*.changes
cp "$work"/*.deb "$out"
ls "$out"/*.deb
echo "Install them: sudo apt install $out/gstreamer1.0-*.deb"
