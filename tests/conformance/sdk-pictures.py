# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures logged by Rerun's official SDK, of any version from 0.28:

    sdk-pictures.py OUT.rrd RECORDING-ID PNG [JPEG]

Depth as 16-bit PNG (the file given) and raw, float depth, colours; some of what holds for them static, some in other rows, some
only once; intrinsics on the entity above; a static picture, text, a clear, a blueprint in the same file."""
import sys
from pathlib import Path

import numpy as np
import rerun as rr
import rerun.blueprint as rrb

N = 6
PERIOD = 100_000_000
T0 = 1_760_000_000_000_000_000


def at(stream, i):
    stream.reset_time()
    stream.set_time("step", sequence=i)
    stream.set_time("camera_time", timestamp=np.datetime64(T0 + i * PERIOD, "ns"))


def frame(i):
    return (np.arange(35, dtype=np.uint16).reshape(5, 7) * 1873 + 251 * i).astype(np.uint16)


def main():
    png = Path(sys.argv[3]).read_bytes()
    stream = rr.RecordingStream("pictures", recording_id=sys.argv[2])
    stream.save(sys.argv[1])
    stream.send_blueprint(rrb.Spatial2DView(origin="/"))
    stream.log("world/camera/png", rr.EncodedDepthImage.from_fields(media_type="image/png"), static=True)
    stream.log("still", rr.EncodedImage(contents=png, media_type="image/png"), static=True)
    for i in reversed(range(N)):  # not in the order of time
        at(stream, i)
        if i == 0:
            stream.log("world/camera", rr.Pinhole(focal_length=(6.5, 5.5), principal_point=(3, 2), width=7, height=5))
        if i in (0, 3):
            stream.log("world/camera/png", rr.EncodedDepthImage.from_fields(meter=1000.0 + i, depth_range=[100.0, 2000.0 + i]))
        stream.log("world/camera/png", rr.EncodedDepthImage.from_fields(blob=png))
        stream.log("raw", rr.DepthImage(frame(i), meter=5000.0))
        stream.log("float", rr.DepthImage(frame(i).astype(np.float32), meter=1.0))
        stream.log("rgb", rr.Image(np.repeat(frame(i).astype(np.uint8)[:, :, None], 3, 2)))
        stream.log("log", rr.TextLog(f"line {i}"))
        if len(sys.argv) > 4:
            stream.log("jpeg", rr.EncodedImage(path=sys.argv[4]))
    at(stream, 4)
    stream.log("world/camera/png", rr.Clear(recursive=False))
    at(stream, 5)
    stream.log("world/camera/png", rr.EncodedDepthImage.from_fields(meter=3000.0))


main()
