# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a frame takes from the heap in steady state, counted by valgrind: a long run
less a short one.

Arguments: a folder for files.
"""
import re
import shutil
import subprocess
import sys

SHORT, LONG = 30, 130
# At a camera's rate: ahead of the writer, the encoder's pool would still grow.
SOURCE = ("depthtestsrc is-live=true num-buffers={} pattern=ramp "
          "! video/x-raw,width=320,height=240,framerate=20/1")


def heap(line, frames):
    """Allocations and bytes of one run."""
    command = ["valgrind", "--fair-sched=yes", "gst-launch-1.0", "-q"] + line.format(frames).split()
    out = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    match = re.search(r"total heap usage: ([\d,]+) allocs, [\d,]+ frees, ([\d,]+) bytes", out)
    return [int(number.replace(",", "")) for number in match.groups()]


def main():
    if not shutil.which("valgrind"):
        print("skipped: valgrind was not found")
        return
    out = f"{sys.argv[1]}/out.rrd"
    rest = ["fakesink", "rvldepthenc ! fakesink", "rvldepthenc ! image/png ! fakesink",
            "rvldepthenc ! rvldepthdec ! fakesink",
            "rvldepthenc ! image/png ! rvldepthdec ! fakesink",
            f"rvldepthenc ! rerunsink location={out} compression=none",
            f"rvldepthenc ! rerunsink location={out}", "depthcolormap ! fakesink"]
    # once for GStreamer's list of plugins
    heap(f"{SOURCE} ! fakesink", 1)
    print(f"  {'depthtestsrc, 320x240, then':62} {'a frame':>8} {'bytes':>9}")
    for line in rest:
        short, long = (heap(f"{SOURCE} ! {line}", frames) for frames in (SHORT, LONG))
        allocations, size = ((b - a) / (LONG - SHORT) for a, b in zip(short, long))
        print(f"  {line.replace(sys.argv[1] + '/', ''):62} {allocations:8.1f} {size:9.0f}",
              flush=True)


main()
