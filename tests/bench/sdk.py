# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The official SDK writing what recording.c writes: the same frames, fields and
timelines. Prints CPU microseconds a frame, peak MB, growth in bytes a frame, seconds.

Arguments: frames, media type, file to write or rerun+http:// address, then the frames'
files.
"""
import resource
import sys
import time

import rerun as rr

WARM_UP = 200


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def memory(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field))


def depth(media_type):
    rr.log("depth", rr.EncodedDepthImage.from_fields(meter=1000.0, depth_range=[300, 5000]),
           static=True)
    return lambda blob: rr.EncodedDepthImage.from_fields(blob=blob, media_type=media_type)


def picture(media_type):
    return lambda blob: rr.EncodedImage(contents=blob, media_type=media_type)


def h264(media_type):
    rr.log("depth", rr.VideoStream(codec=rr.VideoCodec.H264), static=True)
    return lambda blob: rr.VideoStream.from_fields(sample=blob)


# What is logged once, and the archetype of a frame.
STREAMS = {"application/rvl": depth, "image/png": depth, "image/jpeg": picture,
           "video/h264": h264}


def log(blobs, archetype, first, last):
    for i in range(first, last):
        seconds = i / 30
        rr.set_time("frame", sequence=i)
        rr.set_time("pts", duration=seconds)
        rr.set_time("capture_time", timestamp=1.7e9 + seconds)
        rr.log("depth", archetype(blobs[i % len(blobs)]))


def main():
    frames, media_type, location = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    blobs = [open(path, "rb").read() for path in sys.argv[4:]]
    rr.init("bench")
    (rr.connect_grpc if location.startswith("rerun+http") else rr.save)(location)
    archetype = STREAMS[media_type](media_type)
    log(blobs, archetype, 0, WARM_UP)
    cpu, before, start = cpu_seconds(), memory("VmRSS:"), time.monotonic()
    log(blobs, archetype, WARM_UP, frames)
    rr.get_global_data_recording().flush()
    rr.disconnect()
    cpu, after = cpu_seconds() - cpu, memory("VmRSS:")
    print(f"{cpu * 1e6 / (frames - WARM_UP):.2f} {memory('VmHWM:') / 1024:.1f} "
          f"{(after - before) * 1024 / (frames - WARM_UP):.0f} {time.monotonic() - start:.3f}")


main()
