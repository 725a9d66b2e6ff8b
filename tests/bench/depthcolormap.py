#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""depthcolormap beside what others colour depth with: one thread, 1280x720, automatic range.

depthcolormap.py BUILD-FOLDER/tests/bench/bench-depthcolormap
Peers are OpenCV (opencv-python-headless) and librealsense's colorizer
(pyrealsense2) where this Python has them, and coloreffects of GStreamer.
"""
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WIDTH, HEIGHT, RUNS = 1280, 720, 20


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "an unnamed processor"


def best(colour, frames):
    """Nanoseconds a pixel, from the best of several runs of each frame."""
    total = 0
    for frame in frames:
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            colour(frame)
            times.append(time.perf_counter() - start)
        total += min(times)
    return total * 1e9 / len(frames) / (WIDTH * HEIGHT)


def opencv(frames):
    import cv2

    cv2.setNumThreads(1)

    def colour(frame):
        grey = cv2.convertScaleAbs(frame, alpha=255 / 5000)
        return cv2.applyColorMap(grey, cv2.COLORMAP_TURBO)

    return best(colour, frames)


def librealsense(frames):
    import pyrealsense2 as rs

    device = rs.software_device()
    sensor = device.add_sensor("Depth")
    stream = rs.video_stream()
    stream.type, stream.index, stream.uid = rs.stream.depth, 0, 0
    stream.width, stream.height, stream.fps, stream.bpp = WIDTH, HEIGHT, 30, 2
    stream.fmt = rs.format.z16
    intrinsics = stream.intrinsics
    intrinsics.width, intrinsics.height = WIDTH, HEIGHT
    stream.intrinsics = intrinsics
    profile = sensor.add_video_stream(stream).as_video_stream_profile()
    sensor.add_read_only_option(rs.option.depth_units, 0.001)
    queue = rs.frame_queue(1)
    sensor.open(profile)
    sensor.start(queue)

    def depth_frame(number, pixels):
        video = rs.software_video_frame()
        video.pixels, video.stride, video.bpp = pixels, 2 * WIDTH, 2
        video.timestamp, video.frame_number = number * 33.0, number
        video.profile, video.depth_units = profile, 0.001
        sensor.on_video_frame(video)
        return queue.wait_for_frame()

    depth = [depth_frame(i, pixels) for i, pixels in enumerate(frames[:8])]
    return best(rs.colorizer().process, depth)


def main(bench):
    results = []
    with tempfile.NamedTemporaryFile(suffix=".raw") as raw:
        done = subprocess.run([bench, raw.name], check=True, text=True, stdout=subprocess.PIPE)
        for line in done.stdout.splitlines():
            ns, name = line.split(" ", 1)
            results.append((float(ns), name))
        for name, peer in ("OpenCV convertScaleAbs, applyColorMap", opencv), ("librealsense colorizer", librealsense):
            try:
                import numpy as np

                frames = np.fromfile(raw.name, "<u2").reshape(-1, HEIGHT, WIDTH)
                results.append((peer(list(frames)), name))
            except ImportError as error:
                print(f"skipped: {name}: {error}")

    print(f"{cpu()}, one thread, {WIDTH}x{HEIGHT}, ns a pixel")
    for ns, name in results:
        print(f"{ns:6.2f}  {ns / results[0][0]:5.1f}x  {name}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
