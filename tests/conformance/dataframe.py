# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The dataframe API of Rerun's Python SDK reads our recordings back: rows, timelines, fields, pixels."""
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import rerun as rr
from PIL import Image
from common import T0, Gst, Test, main, made_frames, png_decode, pts, real_frames, record, rvl_decode

EXAMPLES = Path(__file__).resolve().parents[2] / "docs/examples"
ENTITY = "/world/camera/depth"
LOOKS = {  # static column: the value logged by SINK
    "EncodedDepthImage:colormap": 5,
    "EncodedDepthImage:point_fill_ratio": 0.75,
    "EncodedDepthImage:draw_order": -10.0,
    "EncodedDepthImage:magnification_filter": 1,
}
STATE = {  # column: the value from the first frame on
    "EncodedDepthImage:depth_range": [300.0, 4000.0],
    "Pinhole:image_from_camera": [615.0, 0.0, 0.0, 0.0, 610.0, 0.0, 320.0, 240.0, 1.0],
    "Pinhole:resolution": [640.0, 480.0],
}
SINK = (
    "rerunsink application-id=dataframe recording-id=one entity-path=world/camera/depth near=0.3 far=4 colormap=turbo "
    'point-fill-ratio=0.75 draw-order=-10 magnification-filter=nearest pinhole="<615.0, 610.0, 320.0, 240.0>"'
)


class Dataframe(Test):
    def dataset(self, path, entities="/world/**"):
        server = rr.server.Server(host="127.0.0.1", datasets={"ours": [path]})
        self.addCleanup(server.shutdown)
        self.client = server.client()  # a query needs it until its end
        return self.client.get_dataset("ours").filter_contents([entities])

    def record(self, encoding, frames):
        path = self.folder / "ours.rrd"
        record(f"{encoding} ! {SINK} location={path}", frames)
        self.verify(path)
        return self.dataset(path)

    def fields(self, dataset, media_type):
        table = dataset.reader(index=None).to_arrow_table()
        for name, value in LOOKS.items():
            with self.subTest(name):
                self.assertEqual(table[f"{ENTITY}:{name}"].to_pylist(), [[value]])
        table = dataset.reader(index="frame").to_arrow_table()
        frame = {"EncodedDepthImage:meter": 1000.0, "EncodedDepthImage:media_type": media_type}
        for name, value in frame.items():
            with self.subTest(name):
                self.assertEqual(table[f"{ENTITY}:{name}"].to_pylist(), table.num_rows * [[value]])
        table = dataset.reader(index="frame", fill_latest_at=True).to_arrow_table()
        for name, value in STATE.items():
            with self.subTest(name):
                self.assertEqual(table[f"{ENTITY}:{name}"].to_pylist(), table.num_rows * [[value]])

    def rows(self, dataset, frames, before):
        """The blobs, after a look at the times of every row on every timeline."""
        count = len(frames)
        expected = {
            "frame": list(range(count)),
            "pts": [pts(i) for i in range(count)],
            "capture_time": [T0 + pts(i) for i in range(count)],
        }
        for index in "frame", "pts", "capture_time", "log_time":
            with self.subTest(index):
                table = dataset.reader(index=index).to_arrow_table()
                self.assertEqual(table.num_rows, count)
                for name, values in expected.items():
                    self.assertEqual(table[name].cast("int64").to_pylist(), values)
                logged = table["log_time"].cast("int64").to_pylist()
                self.assertEqual(logged, sorted(logged))
                self.assertTrue(before <= logged[0] and logged[-1] <= time.time_ns(), logged)
        return [cell.values[0].values.to_numpy().tobytes() for cell in table[f"{ENTITY}:EncodedDepthImage:blob"]]

    def check(self, encoding, media_type, decode, frames):
        before = time.time_ns()
        dataset = self.record(f"rvldepthenc ! {encoding}", frames)
        self.fields(dataset, media_type)
        blobs = self.rows(dataset, frames, before)
        for blob, frame in zip(blobs, frames):
            np.testing.assert_array_equal(decode(blob), frame)

    def test_rvl(self):
        self.check("image/x-rvl", "application/rvl", rvl_decode, real_frames(3) + made_frames(1))

    def test_png(self):
        self.check("image/png", "image/png", png_decode, real_frames(3) + made_frames(1))

    def test_raw(self):
        frames = real_frames(2) + made_frames(1)
        dataset = self.record("identity", frames)
        table = dataset.reader(index="frame").to_arrow_table()
        self.assertEqual(table[f"{ENTITY}:DepthImage:meter"].to_pylist(), 3 * [[1000.0]])
        self.assertEqual(table[f"{ENTITY}:DepthImage:depth_range"].to_pylist()[0], [[300.0, 4000.0]])
        for cell, frame in zip(table[f"{ENTITY}:DepthImage:buffer"], frames):
            pixels = cell.values[0].values.to_numpy().view("<u2").reshape(frame.shape)
            np.testing.assert_array_equal(pixels, frame)

    def test_change_in_mid_stream(self):
        """Unit, size, range and intrinsics change with the fourth frame: whatever is asked for, before and after are right."""
        path = self.folder / "change.rrd"
        sources = " ".join(
            f"depthtestsrc num-buffers=3 ! video/x-raw,width={width},height={height} ! rvldepthenc meter={unit} near=0.2 far={far} ! c."
            for unit, width, height, far in ((1000, 64, 48, 4), (5000, 32, 24, 2))
        )
        pipeline = Gst.parse_launch(f"concat name=c ! rerunsink location={path} entity-path=world/camera/depth {sources}")
        pipeline.set_state(Gst.State.PLAYING)
        message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        pipeline.set_state(Gst.State.NULL)
        self.assertEqual(message.type, Gst.MessageType.EOS)
        self.verify(path)
        dataset = self.dataset(path)
        table = dataset.reader(index="frame", fill_latest_at=True).to_arrow_table()
        expected = {
            "EncodedDepthImage:meter": ([1000], [5000]),
            "EncodedDepthImage:depth_range": ([[200, 4000]], [[1000, 10000]]),
            "Pinhole:resolution": ([[64, 48]], [[32, 24]]),
        }
        for name, (before, after) in expected.items():
            with self.subTest(name):
                self.assertEqual(table[f"{ENTITY}:{name}"].to_pylist(), 3 * [before] + 3 * [after])
        sizes = [rvl_decode(cell.values[0].values.to_numpy().tobytes()).shape for cell in table[f"{ENTITY}:EncodedDepthImage:blob"]]
        self.assertEqual(sizes, 3 * [(48, 64)] + 3 * [(24, 32)])

    def test_what_only_the_caps_say(self):
        """Unit, range and intrinsics of a stream that has lost its metadata; of a picture of another size they do not hold."""
        fields = ",depth-meter=2000/1,depth-range=(double)<0.25,4>,depth-pinhole=(double)<615,610,320,240,{},480>"
        for width in 640, 641:
            with self.subTest(width):
                path = self.folder / f"{width}.rrd"
                tail = f"rvldepthenc ! gdppay ! gdpdepay ! rerunsink entity-path=world/camera/depth location={path}"
                record(tail, made_frames(2), fields.format(width))
                self.verify(path)
                table = self.dataset(path).reader(index="frame", fill_latest_at=True).to_arrow_table()
                self.assertEqual(table[f"{ENTITY}:EncodedDepthImage:meter"].to_pylist(), 2 * [[2000.0]])
                self.assertEqual(table[f"{ENTITY}:EncodedDepthImage:depth_range"].to_pylist(), 2 * [[[500.0, 8000.0]]])
                camera = f"{ENTITY}:Pinhole:image_from_camera"
                if width == 640:
                    self.assertEqual(table[camera].to_pylist(), 2 * [[STATE["Pinhole:image_from_camera"]]])
                else:
                    self.assertNotIn(camera, table.column_names)

    def test_times_from_names(self):
        """The example that records a folder of TUM's: the names are the times, to the nanosecond."""
        names = ["1305031102.160407", "1305031102.194330", "1305031103.5", "1305031099.000000001"]
        folder = self.folder / "depth"
        folder.mkdir()
        frames = made_frames(len(names))
        for name, frame in zip(names, frames):
            Image.fromarray(frame).save(folder / f"{name}.png")
        path = self.folder / "tum.rrd"
        example = [sys.executable, EXAMPLES / "folder-with-times.py", "--pinhole", "525", "525.5", "319.5", "239.5", folder, path]
        subprocess.run(example, check=True, timeout=60)
        self.verify(path)
        table = self.dataset(path, "/depth").reader(index="capture_time").to_arrow_table()
        times = [1305031099_000000001, 1305031102_160407000, 1305031102_194330000, 1305031103_500000000]
        self.assertEqual(table["capture_time"].cast("int64").to_pylist(), times)
        self.assertEqual(table["pts"].cast("int64").to_pylist(), [time - times[0] for time in times])
        self.assertEqual(table["/depth:EncodedDepthImage:meter"].to_pylist(), 4 * [[5000.0]])
        for cell, frame in zip(table["/depth:EncodedDepthImage:blob"], [frames[3], *frames[:3]]):
            np.testing.assert_array_equal(png_decode(cell.values[0].values.to_numpy().tobytes()), frame)

        (folder / "first.png").write_bytes(b"")
        done = subprocess.run(example, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("first.png: the name is not a time", done.stderr)

    def test_timelines_that_were_not_asked_for_are_absent(self):
        path = self.folder / "ours.rrd"
        record(f"rvldepthenc ! {SINK} timelines=pts+frame location={path}", real_frames(2))
        names = {column.name for column in self.dataset(path).schema().index_columns()}
        self.assertEqual(names, {"pts", "frame"})


main()
