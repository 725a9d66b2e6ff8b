# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""CPU a frame of whole pipelines, by gst-launch-1.0: the CPU time of a long run less
that of a short one, so that what starting costs is not in it.

Arguments: a folder for files, a CSV file to write.
"""
import csv
import os
import re
import resource
import subprocess
import sys

RUNS = 3
SECONDS = 1.0                   # about as long as the longer run takes
FEEDS = ["depthtestsrc", "file"]
SIZES = [(640, 480), (1280, 720)]
GROWTH = [(160, 120), (320, 240), (640, 480), (1280, 720), (1920, 1080), (2560, 1440),
          (4096, 4096)]
KEPT = 4                        # frames of a file feed


def launch(line):
    """CPU seconds of one run."""
    for location in re.findall(r"location=(\S+\.rrd)", line):
        if os.path.exists(location):
            os.remove(location)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["gst-launch-1.0", "-q"] + line.split(), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def cpu_a_frame(line, guess):
    """line has {} where the number of frames goes; guess is in seconds a frame."""
    few = 10
    many = few + max(20, min(2000, int(SECONDS / guess)))
    times = [(launch(line.format(few)), launch(line.format(many))) for _ in range(RUNS)]
    return (min(t[1] for t in times) - min(t[0] for t in times)) / (many - few)


def raw_frames(folder, width, height):
    """Makes a few raw frames and returns the pattern of their names."""
    pattern = os.path.join(folder, f"{width}x{height}-%d.raw")
    if not os.path.exists(pattern % 0):
        launch(f"depthtestsrc num-buffers={KEPT} sensor=stereo "
               f"! video/x-raw,width={width},height={height},framerate=2/1 "
               f"! multifilesink location={pattern}")
    return pattern


def feed(kind, folder, width, height, fps=30):
    if kind == "depthtestsrc":
        return (f"depthtestsrc num-buffers={{}} "
                f"! video/x-raw,width={width},height={height},framerate={fps}/1")
    pattern = raw_frames(folder, width, height)
    return (f"multifilesrc num-buffers={{}} loop=true location={pattern} stop-index={KEPT - 1} "
            f"! rawvideoparse format=gray16-le width={width} height={height} framerate={fps}/1")


def sinks(folder):
    out = os.path.join(folder, "out.rrd")
    return [
        ("rvldepthenc", "rvldepthenc ! image/x-rvl ! fakesink"),
        ("RVL into a file", f"rvldepthenc ! rerunsink location={out} compression=none"),
        ("RVL into a file, LZ4", f"rvldepthenc ! rerunsink location={out} compression=lz4"),
        ("PNG into a file",
         f"rvldepthenc ! image/png ! rerunsink location={out} compression=none"),
    ]


def measure(kind, folder, width, height, chosen):
    """Rows: feed, size, what, ms a frame in all, of the feed, of the rest."""
    guess = width * height * (20e-9 if kind == "depthtestsrc" else 3e-9)
    source = feed(kind, folder, width, height)
    alone = cpu_a_frame(source + " ! fakesink", guess)
    for name, sink in chosen:
        cpu = cpu_a_frame(f"{source} ! {sink}", guess)
        yield [kind, f"{width}x{height}", name, cpu * 1e3, alone * 1e3, (cpu - alone) * 1e3,
               (cpu - alone) * 1e9 / (width * height)]


def show(row):
    kind, size, name, cpu, alone, rest, ns = row
    print(f"  {kind:13} {size:>10}  {name:22} {cpu:9.3f} {alone:9.3f} {rest:9.3f} {ns:9.2f}",
          flush=True)


def title(text):
    print(f"\n{text}\n  {'fed by':13} {'size':>10}  {'':22} {'in all':>9} {'feed':>9} "
          f"{'the rest':>9} {'ns/px':>9}")


def camera(folder, seconds=10, fps=90):
    """A camera in real time: the part of one core that recording takes."""
    source = feed("file", folder, 1280, 720, fps) + " ! clocksync"
    out = os.path.join(folder, "out.rrd")
    frames = fps * seconds
    alone = launch(f"{source} ! fakesink".format(frames))
    cpu = launch(f"{source} ! rvldepthenc ! rerunsink location={out} compression=none"
                 .format(frames))
    print(f"\n1280x720 at {fps} Hz for {seconds} s, RVL into a file: "
          f"{100 * cpu / seconds:.1f} % of a core, {100 * (cpu - alone) / seconds:.1f} % "
          "without reading the frames")
    return ["camera at 90 Hz", "1280x720", "RVL into a file"] + [
        1e3 * value / frames for value in (cpu, alone, cpu - alone)] + [
        1e9 * (cpu - alone) / frames / (1280 * 720)]


def main():
    folder, path = sys.argv[1:3]
    rows = []
    title("CPU ms a frame")
    for kind in FEEDS:
        for width, height in SIZES:
            for row in measure(kind, folder, width, height, sinks(folder)):
                rows.append(row)
                show(row)
    title("growth with size")
    for width, height in GROWTH:
        for row in measure("file", folder, width, height, sinks(folder)[1:2]):
            rows.append(["file, growth"] + row[1:])
            show(row)
        for i in range(KEPT) if (width, height) not in SIZES else []:
            os.remove(os.path.join(folder, f"{width}x{height}-{i}.raw"))
    rows.append(camera(folder))
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["fed by", "size", "what", "CPU ms a frame", "feed ms", "rest ms",
                         "rest ns a pixel"])
        writer.writerows(rows)


main()
