#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# The main job on a fresh Debian 12: installs what the build needs, builds,
# records the synthetic depth camera (and real frames, where they are) and
# says what came out and how to look at it.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/try}

packages="gcc meson ninja-build pkg-config libgstreamer1.0-dev
  libgstreamer-plugins-base1.0-dev libpng-dev liblz4-dev libnghttp2-dev
  libxxhash-dev libdeflate-dev gstreamer1.0-tools gstreamer1.0-plugins-base
  gstreamer1.0-plugins-good glib-networking"

install_packages () {
  missing=
  for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
      missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  echo "Installing$missing"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $missing > /dev/null
}

build () {
  { [ -f build/build.ninja ] || meson setup build; } && ninja -C build
}

# record NAME FRAMES WIDTH HEIGHT PIPELINE...: frames of PIPELINE, losslessly,
# into NAME.rrd; says how large that is against the raw frames.
record () {
  name=$1; frames=$2 raw=$(($2 * $3 * $4 * 2)); shift 4
  gst-launch-1.0 -q "$@" ! rvldepthenc ! \
    rerunsink location="$out/$name.rrd" application-id=depth-try
  size=$(stat -c %s "$out/$name.rrd")
  echo "  $out/$name.rrd: $frames frames, $((size / 1000)) kB;" \
    "raw $((raw / 1000)) kB, $((raw * 10 / size / 10)).$((raw * 10 / size % 10)) times as large"
}

install_packages
mkdir -p "$out"
if ! build > "$out/build.log" 2>&1; then
  tail -n 20 "$out/build.log"
  echo "The build failed; all of its output is in $out/build.log"
  exit 1
fi
export GST_PLUGIN_PATH="$PWD/build/gst" GST_REGISTRY="$PWD/build/registry.bin"

echo "Recorded, lossless:"
record synthetic-camera 90 640 480 depthtestsrc num-buffers=90 sensor=stereo
real=../shared/data/realsense_d4xx_640x480
if [ -d "$real" ]; then
  record realsense 30 640 480 multifilesrc location="$real/%05d.png" \
    stop-index=29 caps=image/png,framerate=30/1,depth-meter=1000/1 ! \
    rvldepthdec
fi
gst-launch-1.0 -q depthtestsrc num-buffers=30 sensor=stereo ! \
  depthcolormap legend=true ! videoconvert ! pngenc snapshot=true ! \
  filesink location="$out/preview.png"
echo "Preview of one frame in the Viewer's colours: $out/preview.png"
echo
echo "Look at a recording in Rerun's Viewer (pip install rerun-sdk):"
echo "  rerun $out/synthetic-camera.rrd"
echo "Use the elements from this folder in your own pipelines:"
echo "  export GST_PLUGIN_PATH=$PWD/build/gst"
echo "  gst-inspect-1.0 rerunsink"
