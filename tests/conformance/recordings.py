# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every kind of file that rerunsink writes: whole for Rerun's tools, with each thing logged once, when and where it should be."""
import itertools
import subprocess

import gi
import numpy as np
from common import SHARED, Gst, Recording, Test, made_frames, main, png_decode, record, rvl_decode, shared

gi.require_version("GstVideo", "1.0")
from gi.repository import GstVideo  # noqa: E402

SOURCE = "depthtestsrc num-buffers={} pattern=random ! video/x-raw,width={},height={}"
ENCODED = {"rvl": "rvldepthenc ! image/x-rvl", "png": "rvldepthenc ! image/png", "raw": "identity"}
BLOB = {"rvl": "EncodedDepthImage:blob", "png": "EncodedDepthImage:blob", "raw": "DepthImage:buffer"}


def run(line, seconds=60):
    """Runs a pipeline to its end."""
    pipeline = Gst.parse_launch(line)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(seconds * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message and message.type == Gst.MessageType.EOS, message and message.parse_error()


def written(sink):
    """Frames in the file."""
    return sink.get_property("stats").get_value("location-frames-written")


class Recordings(Test):
    def read(self, name="a.rrd"):
        """A recording that is whole: its footer, and what Rerun's tools say."""
        path = self.folder / name
        self.verify(path)
        recording = Recording(path)
        self.assertTrue(recording.footer)
        return recording

    def test_every_combination_is_whole(self):
        timelines = "pts", "frame", "log-time+capture-time+pts+frame"
        for codec, compression, times, count in itertools.product(ENCODED, ("none", "lz4"), timelines, (1, 40)):
            with self.subTest(f"{codec} {compression} {times} {count}"):
                run(
                    f"{SOURCE.format(count, 21, 5)} ! {ENCODED[codec]} ! "
                    f"rerunsink location={self.folder}/a.rrd compression={compression} timelines={times}"
                )
                recording = self.read()
                self.assertEqual(len(recording.column(BLOB[codec])), count)
                self.assertEqual({message[2] for message in recording.messages}, {{"none": 1, "lz4": 2}[compression]})
                for ids in [message[6] for message in recording.messages], recording.column("rerun.controls.RowId"):
                    self.assertEqual(len(ids), len(set(ids)))
                expected = {name.replace("-", "_") for name in times.split("+")}
                for row in recording.rows:
                    here = {"log_time", "capture_time", "pts", "frame"} & row.keys()
                    self.assertEqual(here, set() if row["static"] else expected)

    def test_each_field_is_logged_where_it_belongs(self):
        """Once what holds for all of the recording; with each frame what it means; in between, once a second, what rarely changes."""
        run(
            f"depthtestsrc num-buffers=100 ! video/x-raw,width=32,height=24,framerate=30/1 ! rvldepthenc ! rerunsink location={self.folder}/a.rrd "
            "colormap=viridis"
        )
        recording = self.read()
        static = [key for row in recording.rows if row["static"] for key in row if ":" in key]
        self.assertEqual(sorted(static), ["EncodedDepthImage:colormap", "RecordingInfo:start_time"])
        names = "blob", "media_type", "meter"
        for row in recording.pictures():
            self.assertEqual(sorted(key for key in row if ":" in key), [f"EncodedDepthImage:{name}" for name in names])
        self.assertEqual([row["frame"] for row in recording.states()], [0, 30, 60, 90])
        for row in recording.states():
            self.assertEqual(
                sorted(key for key in row if ":" in key),
                ["EncodedDepthImage:depth_range", "Pinhole:image_from_camera", "Pinhole:resolution"],
            )
        self.assertEqual(len(recording.stores), 1)

    def test_little_is_added_to_the_frames(self):
        """Times, unit, type and what is said once a second: 4.5 kB, 2 % of frames of 228 kB."""
        run(f"{SOURCE.format(90, 346, 240)},framerate=30/1 ! rvldepthenc ! rerunsink location={self.folder}/a.rrd compression=none")
        blobs = sum(map(len, self.read().blobs()))
        self.assertGreater(blobs, 90 * 190_000)
        self.assertLess((self.folder / "a.rrd").stat().st_size, blobs * 1.022)

    def test_raw_frames_with_padding_between_their_rows(self):
        """As cameras and pools lay them out: the frame's video meta says where the rows are, not the caps."""
        frame = made_frames(1, 16, 6)[0]
        for offset, stride in (0, 64), (16, 32), (4, 40):
            with self.subTest(offset=offset, stride=stride):
                data = np.full(offset + 6 * stride, 0xA5, np.uint8)
                for y, row in enumerate(frame):
                    data[offset + y * stride :][:32] = row.view(np.uint8)
                buffer = Gst.Buffer.new_wrapped(data.tobytes())
                places = [offset, 0, 0, 0], [stride, 0, 0, 0]
                GstVideo.buffer_add_video_meta_full(buffer, 0, GstVideo.VideoFormat.GRAY16_LE, 16, 6, 1, *places)
                pipeline = Gst.parse_launch(
                    "appsrc name=source caps=video/x-raw,format=GRAY16_LE,width=16,height=6,framerate=30/1 ! "
                    f"rerunsink location={self.folder}/a.rrd"
                )
                pipeline.set_state(Gst.State.PLAYING)
                pipeline.get_by_name("source").emit("push-buffer", buffer)
                pipeline.get_by_name("source").emit("end-of-stream")
                pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
                pipeline.set_state(Gst.State.NULL)
                (logged,) = self.read().column("DepthImage:buffer")
                self.assertEqual(bytes(logged[0]), frame.tobytes())

    def test_stopped_without_eos(self):
        pipeline = Gst.parse_launch(f"{SOURCE.format(-1, 16, 12)} ! rvldepthenc ! rerunsink location={self.folder}/a.rrd name=sink")
        pipeline.set_state(Gst.State.PLAYING)
        while pipeline.get_by_name("sink").get_property("stats").get_value("frames") < 20:
            pass
        pipeline.set_state(Gst.State.NULL)
        self.assertGreaterEqual(len(self.read().blobs()), 20)

    def test_without_a_frame(self):
        run(f"{SOURCE.format(1, 8, 4)} ! identity drop-probability=1 ! rvldepthenc ! rerunsink location={self.folder}/a.rrd")
        self.assertEqual(self.read().blobs(), [])

    def test_started_twice(self):
        """A stopped pipeline that plays again writes a whole file again, and another recording."""
        pipeline = Gst.parse_launch(f"{SOURCE.format(5, 16, 12)} ! rvldepthenc ! rerunsink location={self.folder}/a.rrd")
        stores = []
        for _ in range(2):
            pipeline.set_state(Gst.State.PLAYING)
            pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
            pipeline.set_state(Gst.State.NULL)
            recording = self.read()
            self.assertEqual(recording.frames(), [0, 1, 2, 3, 4])
            stores += recording.stores
        self.assertNotEqual(*stores)

    def test_standard_output(self):
        path = self.folder / "a.rrd"
        with open(path, "wb") as out:
            line = f"gst-launch-1.0 -q {SOURCE.format(5, 16, 12)} ! rvldepthenc ! rerunsink location=-"
            subprocess.run(line.split(), stdout=out, check=True, timeout=60)
        self.assertEqual(self.read().frames(), [0, 1, 2, 3, 4])

    def test_a_rig_is_one_recording(self):
        sink = f"rerunsink application-id=rig recording-id=one location={self.folder}/a.rrd"
        run(
            f"{SOURCE.format(30, 33, 7)},framerate=30/1 ! rvldepthenc ! {sink} entity-path=rig/left "
            f"{SOURCE.format(20, 16, 12)},framerate=20/1 ! rvldepthenc ! image/png ! {sink} entity-path=rig/right"
        )
        recording = self.read()
        self.assertEqual(len(recording.stores), 1)
        left, right = (recording.blobs(f"/rig/{side}") for side in ("left", "right"))
        self.assertEqual((len(left), len(right)), (30, 20))
        self.assertEqual(rvl_decode(left[-1]).shape, (7, 33))
        self.assertEqual(png_decode(right[-1]).shape, (12, 16))
        for entity, count in ("/rig/left", 30), ("/rig/right", 20):
            self.assertEqual(recording.frames(entity), list(range(count)))

    def test_the_range_again_only_when_it_moved_by_a_tenth(self):
        path = self.folder / "a.rrd"
        frames = made_frames(9, 16, 12)
        pipeline = Gst.parse_launch(
            "appsrc name=source format=time caps=video/x-raw,format=GRAY16_LE,width=16,height=12,framerate=30/1 ! "
            f"rvldepthenc meter=1000 ! rerunsink name=sink location={path} near=1 far=4"
        )
        source, sink = pipeline.get_by_name("source"), pipeline.get_by_name("sink")
        pipeline.set_state(Gst.State.PLAYING)
        for i, far in enumerate([4, 4, 4.1, 4.2, 4, 5, 5, 5.1, 3]):
            sink.set_property("far", far)
            buffer = Gst.Buffer.new_wrapped(frames[i].tobytes())
            buffer.pts = i * Gst.SECOND
            source.emit("push-buffer", buffer)
            while written(sink) <= i:
                pass  # else newer static data replaces what waits to be written
        source.emit("end-of-stream")
        pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        pipeline.set_state(Gst.State.NULL)
        fars = [4000, 4000, 4000, 4000, 4000, 5000, 5000, 5000, 3000]
        ranges = self.read().column("EncodedDepthImage:depth_range")
        self.assertEqual(ranges, [[[1000, far]] for far in fars])

    def test_another_size_and_camera_in_mid_stream(self):
        run(
            f"concat name=c ! rvldepthenc ! rerunsink location={self.folder}/a.rrd "
            "depthtestsrc num-buffers=3 ! video/x-raw,width=64,height=48 ! c. "
            "depthtestsrc num-buffers=2 ! video/x-raw,width=33,height=5 ! c."
        )
        recording = self.read()
        self.assertEqual([rvl_decode(blob).shape for blob in recording.blobs()], 3 * [(48, 64)] + 2 * [(5, 33)])
        self.assertEqual(recording.frames(), [0, 1, 2, 3, 4])
        self.assertEqual(recording.column("Pinhole:resolution")[-1], [[33, 5]])

    @shared
    def test_encoded_pictures_pass_through(self):
        """A folder of PNG files of another unit, as TUM ships them: the same bytes, the unit of the caps."""
        paths = sorted((SHARED / "data/3dmatch_640x480").glob("*.png"))[:3]
        run(
            f"multifilesrc location={paths[0].parent}/%05d.png stop-index=2 caps=image/png,framerate=30/1,depth-meter=5000/1 ! "
            f"rerunsink location={self.folder}/a.rrd near=0.5 far=5"
        )
        recording = self.read()
        self.assertEqual(recording.blobs(), [path.read_bytes() for path in paths])
        self.assertEqual(recording.column("EncodedDepthImage:meter"), 3 * [[5000]])
        self.assertEqual(recording.column("EncodedDepthImage:depth_range"), [[[2500, 25000]]])

    def test_measured_range_fits_the_frames(self):
        """Nothing says a range: what is logged leaves out a far pixel and holds nearly all the others."""
        frame = np.tile(np.arange(1000, 2000, dtype="<u2"), (64, 1))
        frame[0, 0], frame[10:20] = 65535, 0
        for codec in ENCODED:
            with self.subTest(codec):
                record(f"{ENCODED[codec]} ! rerunsink location={self.folder}/a.rrd", 5 * [frame])
                recording = self.read()
                prefix = BLOB[codec].split(":")[0]
                ((low, high),) = recording.column(f"{prefix}:depth_range")[0]
                self.assertTrue(1000 <= low <= 1100 and 1900 <= high <= 2100, (low, high))


main()
