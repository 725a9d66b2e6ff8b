# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real Viewer's picture of our recordings: 2D view, point cloud, table. The pictures stay in build/pictures, to be looked at."""
import subprocess

import numpy as np
import rerun as rr
from common import Recording, Test, made_surfaces, main, real_frames, record, rvl_decode, sdk_record
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
    def picture(self, recording, name, views=("2D", "3D", "table")):
        """{view: pixels} as soon as they stand still, with nothing that the Viewer complains of."""
        for _ in range(3):  # a Viewer that has the recording before the layout sometimes ignores the layout
            shots = self.one_viewer(recording, views)
            if shots:
                keep(shots, name)
                return shots
        self.fail("the Viewer does not show it")

    def one_viewer(self, recording, views):
        blueprint = self.folder / "layout.rbl"
        ids = layout(blueprint)
        with Window(blueprint, recording) as window:
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


main()
