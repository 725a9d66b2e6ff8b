# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rerunsink beside the official Python SDK: JPEG of 1920x1080 into a file and to a Rerun
server on this machine; raw NV12 into a file; and what a rig of depth and JPEG costs.

Arguments: the program of recording.c, a Python with rerun-sdk, a folder for files, a CSV
file to write.
"""
import csv
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from live import HERE, mean_size, processor, stream
from recording import run

FRAMES = 1000
SECONDS = 10
JPEG = ("gst-launch-1.0 -q videotestsrc pattern=smpte num-buffers=4 ! video/x-raw,width=1920,height=1080,framerate=30/1 "
        "! jpegenc quality=90 ! multifilesink location={}/%05d.jpg")
DEPTH = ("gst-launch-1.0 -q depthtestsrc sensor=stereo num-buffers=4 ! video/x-raw,width=1280,height=720,framerate=30/1 "
         "! multifilesink location={}/%05d.raw")
# At a camera's rate; the frames come from files, and what reading them costs is measured alone.
FILES = ("multifilesrc location={folder}/depth/%05d.raw loop=true num-buffers={n} "
         "caps=video/x-raw,format=GRAY16_LE,width=1280,height=720,framerate=30/1,depth-meter=1000/1 ! identity sync=true ! {depth} "
         "multifilesrc location={folder}/jpeg/%05d.jpg loop=true num-buffers={n} "
         "caps=image/jpeg,width=1920,height=1080,framerate=30/1 ! identity sync=true ! {colour}")
SINK = "rerunsink location={folder}/rig.rrd entity-path=rig/"
NV12 = ("videotestsrc pattern=black num-buffers={} is-live=true ! video/x-raw,format=NV12,width=1280,height=720,framerate=20/1 "
        "! {}")


def jpeg(program, python, folder):
    frames = sorted(map(str, (folder / "jpeg").iterdir()))
    file = str(folder / "pictures.rrd")
    ours = [program, str(FRAMES), "image/jpeg", "1920", "1080"]
    sdk = [python, os.path.join(HERE, "sdk.py"), str(FRAMES), "image/jpeg"]
    for where, measure in ("file", lambda line: run(file, line + [file] + frames)), \
            ("server", lambda line: stream(python, line + ["URI"] + frames)):
        for compression in ("none", "lz4") if where == "file" else ("none",):
            yield [where, f"rerunsink, compression={compression}", *measure(ours + [compression])]
        yield [where, "Rerun's Python SDK", *measure(sdk)]
    os.remove(file)
    print(f"\n{FRAMES} JPEG of 1920x1080, {mean_size(frames) / 1e3:.0f} kB each")


def cpu(line):
    """% of a core."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(["gst-launch-1.0", "-q", *line.split()], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 100 * used / (time.monotonic() - start)


def rig(folder):
    n = 30 * SECONDS
    sink = SINK.format(folder=folder)
    whole = cpu(FILES.format(folder=folder, n=n, depth=f"rvldepthenc ! {sink}depth", colour=f"{sink}colour"))
    read = cpu(FILES.format(folder=folder, n=n, depth="fakesink", colour="fakesink"))
    print(f"\nDepth of 1280x720 as RVL and JPEG of 1920x1080, 30 a second each, into one file: {whole:.1f} % of a core, "
          f"of which reading the frames from files {read:.1f} %")
    return ["rig", "% of a core, with reading", whole], ["rig", "% of a core, reading alone", read]


def heap(line, n):
    command = ["valgrind", "--fair-sched=yes", "gst-launch-1.0", "-q"] + line.split()
    out = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"total heap usage: .* frees, ([\d,]+) bytes", out)[1].replace(",", ""))


def nv12(folder):
    """Bytes of the heap a frame: fewer than a picture has, or it was copied."""
    if not shutil.which("valgrind"):
        print("skipped: valgrind was not found")
        return
    size = 1280 * 720 * 3 // 2
    for sink in "fakesink", f"rerunsink location={folder}/nv12.rrd compression=none":
        short, long = (heap(NV12.format(n, sink), n) for n in (30, 130))
        print(f"  {(long - short) / 100:9.0f} bytes of the heap a frame of NV12 of {size} bytes, {sink.split()[0]}")


def main():
    program, python, folder, path = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    for name, line in ("jpeg", JPEG), ("depth", DEPTH):
        (folder / name).mkdir()
        subprocess.run(line.format(folder / name).split(), check=True)
    print(processor())
    rows = list(jpeg(program, python, folder))
    print(f"  {'':8} {'':28} {'CPU us a frame':>15} {'of the SDK':>11} {'peak MB':>8}")
    peers = {where: cpu for where, name, cpu, *_ in rows if "SDK" in name}
    for where, name, used, peak, *_ in rows:
        print(f"  {where:8} {name:28} {used:15.1f} {f'1/{peers[where] / used:.1f}':>11} {peak:8.1f}")
    rows += rig(folder)
    nv12(folder)
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["where", "what", "CPU us a frame, or %", "peak MB", "growth bytes a frame", "seconds"])
        writer.writerows(rows)


main()
