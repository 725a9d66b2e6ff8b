#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""CPU time of depthv4l2src beside that of v4l2-ctl, which does as little with a frame as can be done: both read the emulated
camera in the guest of tests/camera/boot.sh. The scheduler's own count of a process that runs is read at two frames, so that
what it takes to start does not count.

camera.py BUILD     BUILD is an optimised build with the plugin"""
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST, FRAMES = 10, 60
SIZES = [(424, 240), (640, 480), (1280, 720)]
CAPS = "video/x-raw,width={width},height={height},framerate=90/1"
READERS = {
    "v4l2-ctl --stream-mmap": "v4l2-ctl -d /dev/video0 --set-fmt-video=width={width},height={height} --stream-mmap=8",
    "depthv4l2src ! fakesink": f"gst-launch-1.0 -q depthv4l2src ! {CAPS} ! fakesink",
    "the same with invalid=65535": f"gst-launch-1.0 -q depthv4l2src invalid=65535 ! {CAPS} ! fakesink",
}


def cpu_time(process):
    """Nanoseconds that all threads of a process have run."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{process.pid}/task").glob("*/schedstat"))


def measure():
    sys.path.insert(0, str(ROOT / "tests/camera"))
    import uvc
    from guest import NODES, glob, wait_for

    camera = uvc.Camera(streams=[{"formats": {"Z16 ": SIZES}, "rates": [90]}])
    camera.plug_in()
    wait_for(lambda: glob.glob(NODES))
    print(f"{'microseconds of CPU time a frame':34}" + "".join(f"{width:>10}x{height}" for width, height in SIZES))
    for name, line in READERS.items():
        row = ""
        for width, height in SIZES:
            begin = len(camera.sent) + FIRST
            with subprocess.Popen(shlex.split(line.format(width=width, height=height)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                wait_for(lambda: len(camera.sent) >= begin)
                before, number = cpu_time(process), len(camera.sent)
                wait_for(lambda: len(camera.sent) >= number + FRAMES)
                row += f"{(cpu_time(process) - before) / (len(camera.sent) - number) / 1000:14.0f}"
                process.terminate()
        print(f"{name:34}{row}", flush=True)
    camera.unplug()


def main():
    if sys.argv[1] == "--guest":
        measure()
        return
    build = Path(sys.argv[1]).resolve()
    out = build / "bench" / "camera"
    out.mkdir(parents=True, exist_ok=True)
    environment = {"GST_PLUGIN_PATH": build / "gst", "GST_REGISTRY": out / "registry.bin", "CAMERA_OUT": out}
    subprocess.run(["gst-inspect-1.0", "depthv4l2src"], env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
    assignments = " ".join(f"{name}={value}" for name, value in environment.items())
    command = f"env {assignments} GST_REGISTRY_UPDATE=no /usr/bin/python3 -B {__file__} --guest"
    sys.exit(subprocess.run([ROOT / "tests/camera/boot.sh", ROOT / "build/guest", out, command]).returncode)


main()
