# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/examples/record-from-python.py with RealSense's own package: a recording that its software device made has its
frames, times, unit and intrinsics in Rerun's."""
import os
import subprocess
import sys
from pathlib import Path
from time import sleep

import numpy as np
from common import Recording, Test, main, rvl_decode, skip

try:
    import pyrealsense2 as rs
except ImportError as error:
    skip(error)

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/record-from-python.py"
WIDTH, HEIGHT, COUNT = 64, 48, 6
LENS = 50.5, 51.25, 31.5, 23.75
T0 = 1_760_000_000_000  # ms


def pixels(i):
    return (np.arange(WIDTH * HEIGHT, dtype=np.uint32).reshape(HEIGHT, WIDTH) * (21 + i) % 65536).astype("<u2")


def time(i):
    """In ms: a camera that is not quite as fast as it says."""
    return T0 + 33.5 * i


def depth_stream():
    lens = rs.intrinsics()
    lens.width, lens.height, lens.model, lens.coeffs = WIDTH, HEIGHT, rs.distortion.none, [0] * 5
    lens.fx, lens.fy, lens.ppx, lens.ppy = LENS
    stream = rs.video_stream()
    stream.type, stream.index, stream.uid, stream.fmt = rs.stream.depth, 0, 0, rs.format.z16
    stream.width, stream.height, stream.fps, stream.bpp, stream.intrinsics = WIDTH, HEIGHT, 30, 2, lens
    return stream


def record(path, domain):
    device = rs.software_device()
    sensor = device.add_sensor("Stereo Module")
    profile = sensor.add_video_stream(depth_stream(), True)
    sensor.add_read_only_option(rs.option.depth_units, 0.0001)
    recorder = rs.recorder(str(path), device)
    recorded, queue = recorder.query_sensors()[0], rs.frame_queue(COUNT)
    recorded.open(recorded.get_stream_profiles()[0])
    recorded.start(queue)
    held = []  # a frame that is let go of may be gone before the recorder has written it
    for i in range(COUNT):
        sleep(1 / 30)  # the pace of a camera: the recording is played at the pace it was made at
        frame = rs.software_video_frame()
        frame.pixels, frame.stride, frame.bpp, frame.frame_number = pixels(i), 2 * WIDTH, 2, i
        frame.timestamp, frame.domain, frame.profile = time(i), domain, profile.as_video_stream_profile()
        sensor.on_video_frame(frame)
        held.append(queue.wait_for_frame())
    recorded.stop()
    recorded.close()


class RealSense(Test):
    def rows(self, domain):
        source, path = self.folder / "camera.db3", self.folder / "out.rrd"
        # in a process of its own, whose end closes the file
        subprocess.run([sys.executable, __file__, source, domain.name], check=True)
        environment = {name: value for name, value in os.environ.items() if name not in ("GST_TRACERS", "G_DEBUG")}
        subprocess.run([sys.executable, EXAMPLE, "--file", source, path], check=True, env=environment, timeout=120)
        recording = Recording(path)
        for i, blob in enumerate(recording.blobs()):
            np.testing.assert_array_equal(rvl_decode(blob), pixels(i))
        self.assertEqual([row["pts"] for row in recording.pictures()], [33_500_000 * i for i in range(COUNT)])
        self.assertEqual(recording.column("EncodedDepthImage:meter")[0], [10000])
        fx, fy, cx, cy = LENS
        self.assertEqual(np.ravel(recording.column("Pinhole:image_from_camera")[0]).tolist(), [fx, 0, 0, 0, fy, 0, cx, cy, 1])
        return recording

    def test_wall_clock(self):
        recording = self.rows(rs.timestamp_domain.global_time)
        self.assertEqual([row["capture_time"] for row in recording.pictures()], [T0 * 1_000_000 + 33_500_000 * i for i in range(COUNT)])

    def test_own_clock(self):
        """The camera's clock is not the wall's, so it says nothing of the time of capture."""
        recording = self.rows(rs.timestamp_domain.hardware_clock)
        self.assertNotIn(T0 * 1_000_000, recording.column("capture_time"))


if len(sys.argv) == 3:
    record(sys.argv[1], getattr(rs.timestamp_domain, sys.argv[2]))
else:
    main()
