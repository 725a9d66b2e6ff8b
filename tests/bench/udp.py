#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How many frames arrive over UDP by size of the receiver's buffer: the lines of docs/carry.md on loopback, ten seconds each.

udp.py: needs GST_PLUGIN_PATH. Sizes above net.core.rmem_max are left out."""
import re
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pipelines"))
from carry import SOURCE, Gst, free_port, lines_of_page, play  # noqa: E402

FRAMES = 300
PICTURES = (640, 480), (1280, 720)
SIZES = 100000, 150000, 212992, 425984, 1000000, 4000000


def source(width, height):
    return f"{SOURCE} num-buffers={FRAMES} is-live=true ! video/x-raw,width={width},height={height}"


def largest_frame(picture):
    pipeline = Gst.parse_launch(f"{source(*picture)} ! rvldepthenc ! appsink name=out sync=false")
    pipeline.set_state(Gst.State.PLAYING)
    sizes = []
    while (sample := pipeline.get_by_name("out").emit("pull-sample")) is not None:
        sizes.append(sample.get_buffer().get_size())
    pipeline.set_state(Gst.State.NULL)
    return max(sizes)


def arrive(picture, size):
    port = str(free_port(socket.SOCK_DGRAM))
    sender, receiver = (line.replace("5004", port) for line in lines_of_page()["RTP over UDP"])
    sender = sender.replace("depthtestsrc is-live=true", source(*picture))
    receiving = play(re.sub(r"buffer-size=\d+", f"buffer-size={size}", receiver), FRAMES, 3)
    next(receiving)
    process = subprocess.Popen(["gst-launch-1.0", "-q", *sender.replace('"', "").split()])
    count = len(list(receiving))
    process.wait()
    return count


if __name__ == "__main__":
    most = int(Path("/proc/sys/net/core/rmem_max").read_text())
    print("net.core.rmem_max", most)
    for picture in PICTURES:
        print("{}x{}".format(*picture), "largest frame", largest_frame(picture), "bytes")
        for size in (size for size in SIZES if size <= most):
            print(f"  buffer-size {size}: {arrive(picture, size)} of {FRAMES} frames", flush=True)
