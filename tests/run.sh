#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs every test: sh tests/run.sh, on a Debian 12. Installs what the tests
# need, builds with gcc and clang, and ends with the line
#   N passed, N failed, N skipped
# and an exit status that is 0 only where nothing failed.
set -u
cd "$(dirname "$0")/.."

packages='git gcc clang meson ninja-build pkg-config indent
  valgrind ca-certificates libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-gtk3
  gstreamer1.0-x glib-networking ffmpeg
  libpng-dev libdeflate-dev liblz4-dev libnghttp2-dev libxxhash-dev
  libgudev-1.0-dev libopenni2-0 gstreamer1.0-plugins-base-apps qemu-system-x86
  busybox-static cpio kmod udev v4l-utils gtk-doc-tools
  python3-venv python3-gi python3-gst-1.0 gir1.2-gst-plugins-base-1.0
  gir1.2-gst-rtsp-server-1.0 gir1.2-gtk-3.0 xvfb mesa-vulkan-drivers
  libvulkan1 qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
  gcc-s390x-linux-gnu libc6-dev-s390x-cross'
jobs=$(nproc)
passed=0 failed=0 skipped=0
failures=                       # a line each, said again at the end

# failure WHAT
failure () {
  echo "FAILED: $1"
  failures="${failures}FAILED: $1
"
  failed=$((failed + 1))
}

# One step that passes, is skipped or fails as a whole: step NAME COMMAND...
step () {
  name=$1; shift
  echo "--- $name"
  "$@"
  case $? in
    0) passed=$((passed + 1)); return 0 ;;
    77) skipped=$((skipped + 1)); return 1 ;;
  esac
  failure "$name"; return 1
}

# A line "RESULT test" for each test of a build: results BUILD
results () {
  sed -nE 's/^\{"name": "([^"]*)".*"result": "([^"]*)".*/\2 \1/p' \
    "$1"/meson-logs/testlog*.json 2>/dev/null
}

# What the checks that failed say: why BUILD
why () {
  grep -hE ':[FE]:[^ ]+:[^ ]+:[0-9]+: |^[A-Za-z.]*Error: ' \
    "$1"/meson-logs/testlog*.txt | head -n 40
}

# The tests of one build: suite NAME BUILD MESON-TEST-ARGUMENTS...
suite () {
  name=$1 build=$2; shift 2
  echo "--- $name"
  rm -f "$build"/meson-logs/testlog*
  meson test -C "$build" --no-rebuild --num-processes "$jobs" \
    --print-errorlogs "$@"
  status=$?
  good=$(results "$build" | grep -cE '^(OK|EXPECTEDFAIL) ')
  skips=$(results "$build" | grep -c '^SKIP ')
  bad=$(results "$build" | grep -vE '^(OK|EXPECTEDFAIL|SKIP) ' |
    sed 's/.* //')
  for test in $bad; do
    failure "$name: $test"
  done
  [ -z "$bad" ] || failures="$failures$(why "$build")
"
  if [ -z "$bad" ] && { [ "$good" -eq 0 ] || [ "$status" -ne 0 ]; }; then
    failure "$name: no test passed, or meson test itself failed"
  fi
  echo "$name: $good passed, $(echo $bad | wc -w) failed, $skips skipped"
  passed=$((passed + good)) skipped=$((skipped + skips))
}

# GStreamer's list of plugins, made before the tests: other people's plugins
# leak and race while they are looked at, and the scanner itself is not
# instrumented: scan BUILD SANITIZER-LIBRARY
scan () {
  rm -f "$1/tests/registry.bin"
  GST_REGISTRY=$PWD/$1/tests/registry.bin GST_PLUGIN_PATH=$PWD/$1/gst \
    ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=report_bugs=0 \
    LD_PRELOAD=$(gcc -print-file-name="$2") setarch -R \
    gst-inspect-1.0 rvldepth
}

installed () {
  for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
      grep -q 'ok installed' || return 1
  done
}

install_packages () {
  installed && return
  sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo apt-get update -q &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
      --no-install-recommends $packages
}

# python_env FOLDER REQUIREMENTS: made again only where what it needs changed.
python_env () {
  cmp -s "$2" "$1/requirements.txt" && return
  rm -rf "$1"
  # gi, the bindings to GStreamer, comes from Debian
  /usr/bin/python3 -m venv --system-site-packages "$1" &&
    "$1/bin/pip" install -q --ignore-installed -r "$2" &&
    cp "$2" "$1/requirements.txt"
}

# build FOLDER COMPILER MESON-OPTIONS...
build () {
  folder=$1 compiler=$2; shift 2
  again=; [ ! -f "$folder/build.ninja" ] || again=--reconfigure
  CC=$compiler meson setup $again "$folder" -Dwerror=true "$@" &&
    ninja -C "$folder" -j "$jobs"
}

finish () {
  printf %s "$failures"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]; exit
}

step 'Debian packages' install_packages || finish
mkdir -p build
step 'Python environment' python_env build/venv tests/requirements.txt
step 'Python environment with the oldest Rerun' \
  python_env build/venv-0.31 tests/requirements-0.31.txt
step 'style' sh tests/style.sh

if step 'build with gcc' build build gcc; then
  suite 'all tests' build
  suite 'codecs under valgrind' build --setup valgrind --suite codecs
fi
if step 'build with sanitizers' \
    build build-sanitize gcc -Db_sanitize=address,undefined; then
  scan build-sanitize libasan.so
  suite 'C tests under sanitizers' build-sanitize --setup sanitize \
    --suite codecs --suite elements --suite pipelines --suite fuzz
fi
if step 'build with the thread sanitizer' \
    build build-threads gcc -Db_sanitize=thread; then
  scan build-threads libtsan.so
  suite 'what has threads under the thread sanitizer' build-threads \
    --setup threads rerun-output rerun-output-outage rerun-output-video \
    rerunsink rerunsink-live rerunsink-pictures rerunsink-rig \
    rerunsink-servers rerunsink-stress rerunsink-video rrddemux-seek \
    rrddemux-streams depthstream depthmeta \
    depthv4l2src rvldepthenc rvldepthenc-metadata rvldepthenc-negotiation
fi
if step 'build with clang' build build-clang clang; then
  suite 'codecs built by clang' build-clang --suite codecs
fi
finish
