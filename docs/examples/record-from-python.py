#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Record depth frames that a camera's own Python package gives.

record-from-python.py [--camera realsense|none] [--file RECORDING] [--frames N] OUT.rrd

With pyrealsense2: a RealSense camera, or what one recorded (--file, .db3 or
.bag); or (none) a moving ramp: put your own generator beside these two. It says
the size, the unit and the intrinsics once, then yields the time and one
contiguous array of unsigned 16-bit pixels a frame. Times are the camera's own,
in nanoseconds; since 1970 if its clock is set to the wall clock.
"""
import argparse
import array
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

FPS = 30


def realsense(file):
    import pyrealsense2 as rs

    pipeline = rs.pipeline()
    config = rs.config()
    if file:
        config.enable_device_from_file(file, repeat_playback=False)
    else:
        config.enable_stream(rs.stream.depth, 640, 480, rs.format.z16, FPS)
    # keeps all frames until they are taken, where wait_for_frames() has the newest
    queue = rs.frame_queue(100, keep_frames=True)
    profile = pipeline.start(config, queue)
    scale = profile.get_device().first_depth_sensor().get_depth_scale()
    stream = profile.get_stream(rs.stream.depth).as_video_stream_profile()
    lens = stream.get_intrinsics()
    yield stream.width(), stream.height(), round(1 / scale), (lens.fx, lens.fy, lens.ppx, lens.ppy)
    while True:
        found, frame = queue.try_wait_for_frame(5000)
        if not found:
            return
        depth = frame.as_frameset().get_depth_frame() if frame.is_frameset() else frame.as_depth_frame()
        since_1970 = depth.get_frame_timestamp_domain() != rs.timestamp_domain.hardware_clock
        # milliseconds as a double: good for microseconds
        yield round(depth.get_timestamp() * 1000) * 1000, since_1970, bytes(depth.get_data())


def ramp(file):
    width, height = 320, 240
    yield width, height, 1000, (300.0, 300.0, 160.0, 120.0)
    number = 0
    while True:
        pixels = array.array("H", (500 + 20 * y + (x + number) % 97 for y in range(height) for x in range(width)))
        if sys.byteorder == "big":
            pixels.byteswap()
        yield number * Gst.SECOND // FPS, False, pixels.tobytes()
        number += 1


CAMERAS = {"realsense": realsense, "none": ramp}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--camera", choices=CAMERAS, default="none")
    parser.add_argument("--file", help="play this recording of a RealSense")
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("out")
    options = parser.parse_args()

    Gst.init(None)
    frames = realsense(options.file) if options.file else CAMERAS[options.camera](None)
    width, height, meter, (fx, fy, cx, cy) = next(frames)
    pipeline = Gst.parse_launch(
        f"appsrc name=source format=time block=true max-buffers=4 "
        f"caps=video/x-raw,format=GRAY16_LE,width={width},height={height},framerate=0/1,depth-meter={meter}/1 ! "
        f"rvldepthenc ! rerunsink name=sink pinhole=<{fx},{fy},{cx},{cy}>"
    )
    pipeline.get_by_name("sink").set_property("location", options.out)
    source = pipeline.get_by_name("source")
    pipeline.set_state(Gst.State.PLAYING)

    first = None
    for _, (time, since_1970, frame) in zip(range(options.frames), frames):
        first = time if first is None else first
        buffer = Gst.Buffer.new_wrapped(frame)
        buffer.pts = time - first
        if since_1970:
            buffer.add_reference_timestamp_meta(Gst.Caps.from_string("timestamp/x-unix"), time, Gst.CLOCK_TIME_NONE)
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
