# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rerunsink to a Rerun server on this machine, beside the official Python SDK, and a
camera's pipeline while the server hangs, beside fakesink.

Arguments: the programs of recording.c and live.c, a Python with rerun-sdk, a CSV file to
write, then frames' files (RVL, 640x480).
"""
import csv
import glob
import os
import signal
import socket
import statistics
import subprocess
import sys
import time

FRAMES = 2000
RUNS = 3
HERE = os.path.dirname(os.path.abspath(__file__))
# Frames wait in memory: reading files beside the sink would be measured, too.
CAMERA = ("multifilesrc location={}/%05d.rvl loop=true num-buffers={} "
          "caps=image/x-rvl,width=640,height=480,framerate={}/1,depth-meter=1000/1 "
          "! queue max-size-buffers=1000 max-size-bytes=0 max-size-time=0 ! {} name=sink")


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class Server:
    """Rerun's own, as a proxy that forgets what is old. Its address, in a with block."""

    def __init__(self, python):
        root = os.path.dirname(os.path.dirname(os.path.abspath(python)))
        self.program = glob.glob(root + "/lib/python*/site-packages/**/rerun_cli/rerun",
                                 recursive=True)[0]

    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [self.program, "--serve-grpc", "--bind", "127.0.0.1", "--port", str(self.port),
             "--server-memory-limit", "100MB"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with socket.socket() as client:
            while client.connect_ex(("127.0.0.1", self.port)):
                time.sleep(0.05)
        self.uri = f"rerun+http://127.0.0.1:{self.port}/proxy"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if "model name" in line), "?")


def mean_size(paths):
    return statistics.mean(os.path.getsize(path) for path in paths)


def numbers(text):
    return [float(field) for field in text.split()]


def stream(python, command):
    """CPU us a frame, peak MB, growth, seconds: medians of some runs, each to a new server."""
    results = []
    for _ in range(RUNS):
        with Server(python) as server:
            line = [server.uri if part == "URI" else part for part in command]
            results.append(numbers(subprocess.run(line, check=True, capture_output=True,
                                                  text=True).stdout))
    return [statistics.median(column) for column in zip(*results)]


def throughput(recording, python, frames):
    size = mean_size(frames)
    ours = stream(python, [recording, str(FRAMES), "image/x-rvl", "640", "480", "none", "URI"]
                  + frames)
    theirs = stream(python, [python, os.path.join(HERE, "sdk.py"), str(FRAMES),
                             "application/rvl", "URI"] + frames)
    print(f"\n{FRAMES} encoded frames of {size / 1e3:.0f} kB to a server, until delivered")
    print(f"  {'':24} {'CPU us a frame':>15} {'MB/s':>8} {'peak MB':>8}")
    for name, (cpu, peak, _, seconds) in ("rerunsink", ours), ("Rerun's Python SDK", theirs):
        rate = (FRAMES - 200) * size / seconds / 1e6
        print(f"  {name:24} {cpu:15.1f} {rate:8.0f} {peak:8.1f}")
        yield [name, cpu, rate, peak]
    print(f"  rerunsink: 1/{theirs[0] / ours[0]:.1f} of the SDK's CPU time, "
          f"{theirs[3] / ours[3]:.1f} times its throughput")


def camera(live, python, folder, sink, hang, frames, fps):
    """Frames a second, peak MB, latencies; the server hangs after the first frames."""
    with Server(python) as server:
        line = CAMERA.format(folder, frames, fps, sink.format(uri=server.uri))
        process = subprocess.Popen([live, line, "20", str(fps)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        if hang:
            server.process.send_signal(signal.SIGSTOP)
        out, _ = process.communicate("\n")
        return numbers(out)


def main():
    recording, live, python, path = sys.argv[1:5]
    print(processor())
    rows = list(throughput(recording, python, sys.argv[5:]))

    sink, folder = "rerunsink uri={uri}", os.path.dirname(sys.argv[5])
    print("\nencoded frames at 90 Hz for 6 s, the server hangs")
    for name, text in ("fakesink", "fakesink sync=false"), ("leaky=downstream", sink):
        fps, peak, *_ = camera(live, python, folder, text, True, 540, 90)
        print(f"  {name:24} {fps:8.2f} frames/s {peak:8.1f} MB at most")
        rows.append([f"{name}, server hangs", "", "", peak, fps])

    print("\nfrom render() to the last byte in the socket, encoded frames at 60 Hz")
    _, _, median, late = camera(live, python, folder, sink, False, 400, 60)
    print(f"  median {median:.0f} us, nine of ten within {late:.0f} us")
    rows.append(["latency", "", "", "", "", median, late])

    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["what", "CPU us a frame", "MB/s", "peak MB", "frames/s", "median us",
                         "nine of ten us"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
