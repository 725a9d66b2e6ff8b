#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records a folder of 16-bit PNG whose names are seconds since 1970, as TUM's.

folder-with-times.py [--meter 5000] [--pinhole FX FY CX CY] FOLDER OUT.rrd

The time in a name, as 1305031102.160407.png, is the frame's capture_time. The files
go into the recording as they are.
"""
import argparse
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

UNIX = "timestamp/x-unix"


def nanoseconds(path):
    try:
        return int(Decimal(path.stem) * Gst.SECOND)  # a double is too coarse
    except InvalidOperation:
        sys.exit(f"{path}: the name is not a time in seconds, as 1305031102.160407.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meter", type=int, default=5000, help="depth units per metre, 5000 = TUM")
    parser.add_argument("--pinhole", type=float, nargs=4, metavar=("FX", "FY", "CX", "CY"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("out")
    options = parser.parse_args()
    files = sorted((nanoseconds(path), path) for path in options.folder.glob("*.png"))
    if not files:
        sys.exit(f"{options.folder}: no file ends in .png")

    Gst.init(None)
    pipeline = Gst.parse_launch(
        f"appsrc name=source format=time block=true max-buffers=4 "
        f"caps=image/png,framerate=0/1,depth-meter={options.meter}/1 ! rerunsink name=sink"
    )
    sink = pipeline.get_by_name("sink")
    sink.set_property("location", options.out)
    if options.pinhole:
        sink.set_property("pinhole", Gst.ValueArray(options.pinhole))
    pipeline.set_state(Gst.State.PLAYING)

    source = pipeline.get_by_name("source")
    for time, path in files:
        buffer = Gst.Buffer.new_wrapped(path.read_bytes())
        buffer.pts = time - files[0][0]
        buffer.add_reference_timestamp_meta(Gst.Caps.from_string(UNIX), time, Gst.CLOCK_TIME_NONE)
        if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
            break
    source.emit("end-of-stream")

    message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    failed = message.type == Gst.MessageType.ERROR
    if failed:
        print(message.parse_error()[0].message, file=sys.stderr)
    pipeline.set_state(Gst.State.NULL)
    return failed


sys.exit(main())
