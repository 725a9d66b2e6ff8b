#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Benchmarks, one command: sh tests/bench/run.sh [BUILD]. Makes BUILD (build-bench)
# an optimised build where it is none, and leaves tables, CSV files and a plot in
# BUILD/bench. Peers that are not there are left out, saying so; nothing is
# installed. For all of them: libpng-dev libzstd-dev liblz4-dev libavcodec-dev
# libavutil-dev, cargo, and a Python with rerun-sdk (tests/run.sh makes one in
# build/venv; DEPTH_VENV names another), and one with opencv-python-headless and
# pyrealsense2, named by BENCH_PYTHON.
set -eu
cd "$(dirname "$0")/../.."

build=$PWD/${1:-build-bench}
out=$build/bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -f "$build/build.ninja" ] || meson setup --buildtype=release "$build"
ninja -C "$build" tests/bench/bench-codecs tests/bench/bench-range \
  tests/bench/bench-encoder \
  tests/bench/bench-recording tests/bench/bench-rrd-read tests/bench/bench-rrd-play \
  tests/bench/bench-live \
  tests/bench/bench-depthcolormap \
  gst/libgstrvldepth.so gst/libgstdepthrerun.so
mkdir -p "$out"
export GST_PLUGIN_PATH="$build/gst" GST_REGISTRY="$out/registry.bin"

echo "--- Rerun's decoder"
if command -v cargo > /dev/null; then
  mkdir -p "$out/re_rvl"
  cp tests/bench/re_rvl/* "$out/re_rvl"
  if (cd "$out/re_rvl" && cargo build --quiet --release); then
    export BENCH_RE_RVL="$out/re_rvl/target/release/libbench_re_rvl.so"
  fi
else
  echo "skipped: cargo was not found"
fi

echo "--- frames"
mkdir -p "$work/data"
for folder in "${DEPTH_SHARED:-$PWD/../shared}"/data/*/; do
  [ ! -d "$folder" ] || ln -s "$(realpath "$folder")" "$work/data/"
done
for sensor in stereo tof; do
  folder=$work/data/depthtestsrc_${sensor}_640x480
  mkdir "$folder"
  gst-launch-1.0 -q depthtestsrc sensor=$sensor num-buffers=5 \
    ! video/x-raw,width=640,height=480,framerate=1/1 \
    ! rvldepthenc ! image/png ! multifilesink location="$folder/%05d.png"
done
export DEPTH_SHARED="$work"

echo "--- codecs"
"$build/tests/bench/bench-codecs" "$out/codecs.csv" | tee "$out/codecs.txt"

echo "--- preview"
"${BENCH_PYTHON:-python3}" tests/bench/depthcolormap.py \
  "$build/tests/bench/bench-depthcolormap" | tee "$out/preview.txt"

echo "--- measured range"
"$build/tests/bench/bench-range" | tee "$out/range.txt"

echo "--- encoder"
"$build/tests/bench/bench-encoder" | tee "$out/encoder.txt"

echo "--- recording"
frames=$(ls -d "$work"/data/realsense* 2> /dev/null ||
  echo "$work/data/depthtestsrc_stereo_640x480")
mkdir "$work/rvl"
gst-launch-1.0 -q multifilesrc location="$frames/%05d.png" \
  caps=image/png,framerate=30/1 ! rvldepthdec ! rvldepthenc ! image/x-rvl \
  ! multifilesink location="$work/rvl/%05d.rvl"
python=${DEPTH_VENV:-$PWD/build/venv}/bin/python
"$python" -c 'import rerun' 2> /dev/null || python=
python3 tests/bench/recording.py "$build/tests/bench/bench-recording" \
  "$python" "$work" "$out/recording.csv" "$work"/rvl/*.rvl |
  tee "$out/recording.txt"

echo "--- reading"
python3 tests/bench/rrd-read.py "$build/tests/bench/bench-rrd-read" \
  "$build/tests/bench/bench-rrd-play" "$build/tests/bench/bench-recording" \
  "$python" "$work" "$out/rrd-read.csv" "$work"/rvl/*.rvl | tee "$out/rrd-read.txt"

if [ "$python" ]; then
  echo "--- live"
  python3 tests/bench/live.py "$build/tests/bench/bench-recording" \
    "$build/tests/bench/bench-live" "$python" "$out/live.csv" \
    "$work"/rvl/*.rvl | tee "$out/live.txt"
  echo "--- rig"
  mkdir "$work/rig"
  python3 tests/bench/rig.py "$build/tests/bench/bench-recording" "$python" \
    "$work/rig" "$out/rig.csv" | tee "$out/rig.txt"
  echo "--- video"
  if gst-inspect-1.0 --exists x264enc; then
    python3 tests/bench/video.py "$build/tests/bench/bench-recording" \
      "$python" "$work" "$out/video.csv" | tee "$out/video.txt"
  else
    echo "skipped: x264enc was not found"
  fi
  echo "--- small frames"
  DEPTH_VENV=${DEPTH_VENV:-$PWD/build/venv} \
    "$python" tests/bench/small.py "$work" | tee "$out/small.txt"
fi

echo "--- pipelines"
python3 tests/bench/pipelines.py "$work" "$out/pipelines.csv" |
  tee "$out/pipelines.txt"

echo "--- heap"
python3 tests/bench/allocations.py "$work" | tee "$out/allocations.txt"

python3 tests/bench/plot.py "$out/plot.svg" "$out/codecs.csv" "$out/pipelines.csv"
echo "tables, CSV files and a plot are in $out"
