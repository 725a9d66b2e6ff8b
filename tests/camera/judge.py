# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What RealSense's own library reads from the camera that is plugged in, as a line of JSON: the unit in metres, and the
intrinsics of each size. Exits with 77 where the library is not there."""
import json
import sys

try:
    import pyrealsense2 as rs
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

device = rs.context().query_devices()[0]
sensor = device.first_depth_sensor()
lenses = {}
for profile in sensor.get_stream_profiles():
    if profile.stream_type() == rs.stream.depth:
        video = profile.as_video_stream_profile()
        lens = video.get_intrinsics()
        lenses[f"{video.width()}x{video.height()}"] = lens.fx, lens.fy, lens.ppx, lens.ppy
print(json.dumps({"unit": sensor.get_depth_scale(), "lenses": lenses}))
