# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""codecs/rrd and rrddemux beside the readers of Rerun's official SDK: the frames of a recording, from the page cache. Then
the memory that rrddemux takes for a recording of some gigabytes.

Arguments: the programs of rrd-read.c, rrd-play.c and recording.c, a Python with rerun-sdk or "", a folder for files, a
CSV file to write, then the frames' files (RVL, 640x480).
"""
import csv
import os
import statistics
import subprocess
import sys

FRAMES = 2000
MANY = 20000  # frames of a large recording
RUNS = 3
HERE = os.path.dirname(os.path.abspath(__file__))


def run(command):
    """CPU us a frame, peak MB, frames, bytes, seconds: the medians of some runs."""
    results = []
    for _ in range(RUNS):
        line = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        results.append([float(field) for field in line.splitlines()[-1].split()])
    return [statistics.median(column) for column in zip(*results)]


def write(program, python, path, kind, frames, count=FRAMES):
    if os.path.exists(path):
        os.remove(path)
    if kind == "SDK":
        command = [python, os.path.join(HERE, "sdk.py"), str(count), "application/rvl", path]
    else:
        command = [program, str(count), "image/x-rvl", "640", "480", kind, path]
    subprocess.run(command + frames, check=True, stdout=subprocess.DEVNULL)


def cut(path):
    """Takes the footer away, as where the program that wrote it was killed."""
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 100)


def large(player, writer, path, frames):
    write(writer, "", path, "none", frames, MANY)
    print(f"\nrrddemux, a recording of {os.path.getsize(path) / 1e9:.1f} GB, {MANY} frames")
    for name in "with a footer", "without one":
        cpu, peak, count, *_ = run([player, path])
        assert count == MANY, count
        print(f"  {name:22} {cpu:15.1f} CPU us a frame {peak:8.1f} peak MB")
        cut(path)


def main():
    reader, player, writer, python, folder, out = sys.argv[1:7]
    frames = sys.argv[7:]
    path, rows = os.path.join(folder, "recording.rrd"), []
    kinds = {"ours, not compressed": "none", "ours, LZ4": "lz4", "the SDK's, LZ4": "SDK"}
    if not python:
        print("skipped: rerun-sdk was not found (DEPTH_VENV)")
        kinds.pop("the SDK's, LZ4")
    for name, kind in kinds.items():
        write(writer, python, path, kind, frames)
        ways = {way: [reader, path, way] for way in ("scan", "index")}
        ways["rrddemux"] = [player, path]
        if python:
            sdk = [python, os.path.join(HERE, "sdk-read.py"), path]
            ways |= {f"SDK, {way}": [*sdk, way, "/depth"] for way in ("stream", "store", "dataframe")}
        found = [[name, way, *run(command)] for way, command in ways.items()]
        assert len({tuple(row[4:6]) for row in found}) == 1 and found[0][4] == FRAMES, found
        rows += found

    print(f"\n{FRAMES} frames of {rows[0][5] / FRAMES / 1000:.0f} kB read from a recording in the page cache")
    print(f"  {'recording':22} {'reader':16} {'CPU us a frame':>15} {'of the SDK':>11} {'peak MB':>8}")
    for row in rows:
        peers = [other[2] for other in rows if other[0] == row[0] and other[1].startswith("SDK")]
        part = f"1/{min(peers) / row[2]:.1f}" if peers and not row[1].startswith("SDK") else ""
        print(f"  {row[0]:22} {row[1]:16} {row[2]:15.1f} {part:>11} {row[3]:8.1f}")
    with open(out, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["recording", "reader", "CPU us a frame", "peak MB", "frames", "bytes", "seconds"])
        table.writerows(rows)
    large(player, writer, path, frames)
    os.remove(path)


main()
