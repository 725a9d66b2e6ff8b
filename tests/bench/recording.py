# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rerunsink beside the official Python SDK: the same encoded frames into a file.

Arguments: the program of recording.c, a Python with rerun-sdk or "", a folder for
files, a CSV file to write, then the frames' files (RVL, 640x480).
"""
import csv
import os
import statistics
import subprocess
import sys

FRAMES = 2000
RUNS = 3


def run(out, command):
    """CPU us a frame, peak MB, growth in bytes a frame, seconds: the medians of some runs."""
    results = []
    for _ in range(RUNS):
        if os.path.exists(out):
            os.remove(out)
        line = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        results.append([float(field) for field in line.split()])
    return [statistics.median(column) for column in zip(*results)]


def main():
    program, python, folder, path = sys.argv[1:5]
    frames = sys.argv[5:]
    out = os.path.join(folder, "recording.rrd")
    rows = []
    for compression in "none", "lz4":
        rows.append([f"rerunsink, compression={compression}"] + run(
            out, [program, str(FRAMES), "image/x-rvl", "640", "480", compression, out] + frames))
    if python:
        sdk = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sdk.py")
        rows.append(["Rerun's Python SDK, LZ4"] + run(
            out, [python, sdk, str(FRAMES), "application/rvl", out] + frames))
    else:
        print("skipped: rerun-sdk was not found (DEPTH_VENV)")
    os.remove(out)

    print(f"\n{FRAMES} encoded frames into a file")
    print(f"  {'':28} {'CPU us a frame':>15} {'of the SDK':>11} {'peak MB':>8} {'bytes a frame':>14}")
    peer = rows[-1][1] if python else None
    for name, cpu, peak, growth, _ in rows:
        part = f"1/{peer / cpu:.1f}" if peer else ""
        print(f"  {name:28} {cpu:15.1f} {part:>11} {peak:8.1f} {growth:14.0f}")
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["what", "CPU us a frame", "peak MB", "growth bytes a frame", "seconds"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
