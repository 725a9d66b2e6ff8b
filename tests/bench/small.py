# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An hour of small frames: what the Viewer's memory and the file cost, beside the same recording after `rerun rrd optimize`.

Run by a Python with rerun-sdk. Arguments: a folder for files, and optionally the number of frames.
"""
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "conformance"))
from common import RERUN  # noqa: E402
from viewing import Window  # noqa: E402

LINE = "gst-launch-1.0 -q depthtestsrc pattern=random num-buffers={} ! video/x-raw,width=48,height=32,framerate=30/1 ! rvldepthenc ! rerunsink location={}"


def loaded(path, frames):
    """MB of memory of a Viewer that has all frames."""
    with Window(path, size="400x300") as window:
        while not window.frames() or window.frames()[1] < frames - 1 or window.state().loading:
            time.sleep(0.2)
        time.sleep(10)  # what it does after loading
        return resident(window.process.pid)


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        (line,) = [line for line in status if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1e3


def main():
    folder, frames = Path(sys.argv[1]), int((sys.argv[2:] or ["108000"])[0])
    ours, optimized = folder / "small.rrd", folder / "small-optimized.rrd"
    subprocess.run(LINE.format(frames, ours).split(), check=True)
    subprocess.run([RERUN, "rrd", "optimize", ours, "-o", optimized], check=True, stderr=subprocess.DEVNULL)
    print(f"{frames} frames of {os.path.getsize(ours) / frames / 1e3:.1f} kB")
    print("file             size/MB  Viewer/MB")
    sizes, memories = [], []
    for path in ours, optimized:
        sizes.append(os.path.getsize(path) / 1e6)
        memories.append(loaded(path, frames))
        print(f"{path.stem:16} {sizes[-1]:7.1f} {memories[-1]:10.0f}", flush=True)
    print(f"as written / optimized: size {sizes[0] / sizes[1]:.3f}, memory {memories[0] / memories[1]:.2f}")


main()
