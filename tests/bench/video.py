# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rerunsink beside the official Python SDK: H.264 of 8 Mbit/s, 1920x1080 at 30 frames a
second, into a file and to a Rerun server on this machine.

Arguments: the program of recording.c, a Python with rerun-sdk, a folder for files, a CSV
file to write.
"""
import csv
import os
import subprocess
import sys
from pathlib import Path

from live import HERE, mean_size, processor, stream
from recording import run

FRAMES = 2000
ENCODE = ("gst-launch-1.0 -q videotestsrc pattern=smpte num-buffers=120 "
          "! video/x-raw,format=I420,width=1920,height=1080,framerate=30/1 "
          "! x264enc bitrate=8000 vbv-buf-capacity=500 tune=zerolatency speed-preset=ultrafast "
          "key-int-max=30 ! multifilesink location={}/%05d.h264")
CAPS = "video/x-h264,stream-format=byte-stream,alignment=au"


def main():
    program, python, folder, path = sys.argv[1:5]
    units = Path(folder) / "h264"
    units.mkdir()
    subprocess.run(ENCODE.format(units).split(), check=True)
    frames = sorted(map(str, units.iterdir()))
    size = mean_size(frames)
    file = os.path.join(folder, "video.rrd")
    sdk = [python, os.path.join(HERE, "sdk.py"), str(FRAMES), "video/h264"]
    ours = [program, str(FRAMES), CAPS, "1920", "1080"]
    rows = []
    for where, measure in ("file", lambda line: run(file, line + [file] + frames)), \
            ("server", lambda line: stream(python, line + ["URI"] + frames)):
        for compression in ("none", "lz4") if where == "file" else ("none",):
            rows.append([where, f"rerunsink, compression={compression}",
                         *measure(ours + [compression])])
        rows.append([where, "Rerun's Python SDK", *measure(sdk)])
    os.remove(file)

    print(processor())
    print(f"\n{FRAMES} access units of H.264, {size / 1e3:.1f} kB each "
          f"({size * 8 * 30 / 1e6:.1f} Mbit/s at 30 a second)")
    print(f"  {'':8} {'':28} {'CPU us a frame':>15} {'of the SDK':>11} {'peak MB':>8}")
    peers = {where: cpu for where, name, cpu, *_ in rows if "SDK" in name}
    for where, name, cpu, peak, *_ in rows:
        print(f"  {where:8} {name:28} {cpu:15.1f} {f'1/{peers[where] / cpu:.1f}':>11} {peak:8.1f}")
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["where", "what", "CPU us a frame", "peak MB", "growth bytes a frame",
                         "seconds"])
        writer.writerows(rows)


main()
