# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real Viewer's picture of our recordings: 2D view, point cloud, table. The pictures stay in build/pictures, to be looked at."""
import subprocess

import numpy as np
import rerun as rr
from common import Recording, Test, made_surfaces, main, real_frames, record, rvl_decode, sdk_record
from servers import Saver, Server, wait
from viewing import ENTITY, Window, difference, keep, layout, overlap, shown

PINHOLE = (615.0, 615.0, 320.0, 240.0, 640, 480)
SINK = (
    f"rerunsink application-id=pictures recording-id=one entity-path={ENTITY} colormap=turbo point-fill-ratio=0.8 draw-order=-10 "
    "magnification-filter=nearest"
)
RIGHT = dict(meter=1000, near=0.3, far=4, pinhole='"<615.0, 615.0, 320.0, 240.0>"')
WRONG = {  # a property that differs: the views that have to show it
    "near": (0.8, ["2D", "3D"]),
    "far": (5, ["2D", "3D"]),
    "meter": (500, ["3D"]),
    "pinhole": ('"<500.0, 615.0, 320.0, 240.0>"', ["3D"]),
}


class Viewer(Test):
    def picture(self, recording, name, views=("2D", "3D", "table"), frame=None):
        """{view: pixels} as soon as they stand still, with nothing that the Viewer complains of; of the last frame, or of one with a number."""
        for _ in range(3):  # a Viewer that has the recording before the layout sometimes ignores the layout
            shots = self.one_viewer(recording, views, frame)
            if shots:
                keep(shots, name)
                return shots
        self.fail("the Viewer does not show it")

    def one_viewer(self, recording, views, frame):
        blueprint = self.folder / "layout.rbl"
        ids = layout(blueprint)
        with Window(blueprint, recording) as window:
            if frame is not None:
                wait(lambda: window.frames() and window.frames()[1] >= frame, "the frame")
                window.go_to(frame)
            return window.shots({view: ids[view] for view in views})

    def record(self, frames, name, **properties):
        path = self.folder / f"{name}.rrd"
        text = " ".join(f"{key}={value}" for key, value in properties.items())
        record(f"rvldepthenc ! {SINK} location={path} {text}", frames)
        return path

    def same(self, ours, theirs):
        for view in ours:
            with self.subTest(view):
                self.assertLess(difference(ours[view], theirs[view]), 0.002)

    def cloud(self, frame, meter, pinhole):
        """A recording of the points that a depth frame means, in metres, computed here."""
        path = self.folder / "points.rrd"
        fx, fy, cx, cy, width, height = pinhole
        z = frame / meter
        v, u = np.indices(z.shape)
        points = np.stack([(u - cx) * z / fx, (v - cy) * z / fy, z], -1)[z > 0]
        stream = rr.RecordingStream("pictures", recording_id="one")
        stream.save(path)
        camera = rr.Pinhole(focal_length=(fx, fy), principal_point=(cx, cy), resolution=(width, height))
        stream.log(ENTITY, camera, static=True)
        stream.log("points", rr.Points3D(points, radii=0.004, colors=[255, 255, 255]), static=True)
        stream.disconnect()
        return path

    def test_real_frames(self):
        frames = real_frames(3, stand_in=made_surfaces)
        ours = self.picture(self.record(frames, "real", **RIGHT), "real")
        blobs = Recording(self.folder / "real.rrd").blobs()
        sdk = sdk_record(self.folder / "sdk.rrd", "rvl", blobs, application="pictures", recording="one", entity=ENTITY, pinhole=PINHOLE)
        self.same(ours, self.picture(sdk, "real-sdk"))
        points = self.picture(self.cloud(frames[-1], 1000, PINHOLE), "real-points", ["3D"])
        right = overlap(ours["3D"], points["3D"])
        self.assertGreater(right, 0.8)
        for name, (value, views) in WRONG.items():
            with self.subTest(name):
                wrong = self.picture(self.record(frames, name, **{**RIGHT, name: value}), f"wrong-{name}", views)
                for view in views:
                    self.assertGreater(difference(wrong[view], ours[view]), 0.02)
                if name in ("meter", "pinhole"):
                    self.assertLess(overlap(wrong["3D"], points["3D"]), right - 0.2)

    def test_depthtestsrc_with_no_property_set(self):
        """Unit, range and intrinsics come from the source's metadata: colours use the whole scale, points lie where they mean."""
        path = self.folder / "scene.rrd"
        command = f"gst-launch-1.0 -q depthtestsrc num-buffers=3 ! rvldepthenc ! rerunsink location={path} application-id=pictures recording-id=one"
        subprocess.run(command.split(), check=True, timeout=60)
        recording = Recording(path)
        ours = self.picture(path, "scene")
        flat = ours["2D"][shown(ours["2D"])]
        self.assertGreater(shown(ours["2D"]).mean(), 0.5)
        self.assertGreater(min(np.ptp(flat, axis=0)), 100)
        (matrix,), (size,) = recording.column("Pinhole:image_from_camera")[0], recording.column("Pinhole:resolution")[0]
        frame = rvl_decode(recording.blobs()[-1])
        self.assertEqual(size, [*frame.shape[::-1]])
        points = self.picture(self.cloud(frame, 1000, (matrix[0], matrix[4], matrix[6], matrix[7], *size)), "scene-points", ["3D"])
        self.assertGreater(overlap(ours["3D"], points["3D"]), 0.8)

    def test_change_in_mid_stream(self):
        """Another unit, size, range and camera from the fifth frame on: before and after, everything is right, in one recording."""
        path = self.folder / "change.rrd"
        cameras = {1000: ("ideal", 640, 480), 4000: ("stereo", 320, 240)}
        sources = " ".join(
            f"depthtestsrc num-buffers=4 sensor={sensor} ! video/x-raw,width={width},height={height} ! rvldepthenc meter={unit} ! c."
            for unit, (sensor, width, height) in cameras.items()
        )
        command = f"gst-launch-1.0 -q concat name=c ! rerunsink location={path} application-id=pictures recording-id=one {sources}"
        subprocess.run(command.split(), check=True, timeout=60)
        recording = Recording(path)
        for number, (unit, (_, width, height)) in zip((2, 6), cameras.items()):
            with self.subTest(unit):
                frame = rvl_decode(recording.blobs()[number])
                self.assertEqual(frame.shape, (height, width))
                self.assertEqual(recording.pictures()[number]["EncodedDepthImage:meter"], [unit])
                state = [row for row in recording.states() if row["frame"] <= number][-1]
                (matrix,), (size,), (extent,) = (state[name] for name in ("Pinhole:image_from_camera", "Pinhole:resolution", "EncodedDepthImage:depth_range"))
                self.assertEqual(size, [width, height])
                pinhole = matrix[0], matrix[4], matrix[6], matrix[7], *size
                ours = self.picture(path, f"change-{unit}", ["2D", "3D"], number)
                sdk = sdk_record(
                    self.folder / "sdk.rrd",
                    "rvl",
                    recording.blobs()[number : number + 1],
                    application="pictures",
                    recording="one",
                    entity=ENTITY,
                    pinhole=pinhole,
                    meter=unit,
                    depth_range=extent,
                    **dict.fromkeys(("colormap", "point_fill_ratio", "draw_order", "magnification_filter")),
                )
                self.same(ours, self.picture(sdk, f"change-{unit}-sdk", ["2D", "3D"]))
                points = self.picture(self.cloud(frame, unit, pinhole), f"change-{unit}-points", ["3D"])
                self.assertGreater(overlap(ours["3D"], points["3D"]), 0.8)

    def test_late_at_a_server_that_has_dropped_its_oldest_data(self):
        """The unit, the intrinsics and the range come again: of what a late Viewer gets, points are where they should be."""
        server = Server(self, "--serve-grpc", "--server-memory-limit", "20MB")
        path = self.folder / "all.rrd"
        sink = f"rerunsink uri={server.uri} leaky=no location={path} application-id=pictures recording-id=one drain-timeout={60 * 10**9}"
        command = f"gst-launch-1.0 -q depthtestsrc num-buffers=300 sensor=ideal ! rvldepthenc ! {sink}"
        subprocess.run(command.split(), check=True, timeout=120)
        late = Saver(self, "late", connect=server.uri)
        arrived = late.wait_for(lambda recording: recording.frames() and recording.frames()[-1] == 299)
        self.assertGreater(arrived.frames()[0], 100, "the server has dropped nothing")
        whole = Recording(path)
        (matrix,), (size,) = (whole.states()[-1][name] for name in ("Pinhole:image_from_camera", "Pinhole:resolution"))
        points = self.cloud(rvl_decode(whole.blobs()[-1]), 1000, (matrix[0], matrix[4], matrix[6], matrix[7], *size))
        right = self.picture(points, "late-points", ["3D"])
        shown_late = self.picture(late.path, "late", ["3D"])
        self.assertGreater(overlap(shown_late["3D"], right["3D"]), 0.8)


main()
