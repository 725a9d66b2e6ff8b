# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rrddemux: what it plays of a recording of ours, logged again, is the same recording; recordings of Rerun's SDKs and tools; decodebin and the
discoverer; what it says of files that it can not play."""
import re
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
from common import T0, VENV, Gst, Test, main, program, pts, record, rerun
from PIL import Image

HERE = Path(__file__).parent
TIMES = "timelines=pts+capture-time+frame"  # log_time is when it was logged


def sdks():
    """The Python of each SDK that is there: build/venv, build/venv-0.31, and any other build/venv-VERSION."""
    return [venv / "bin/python" for venv in sorted(VENV.parent.glob(VENV.name + "*")) if program(venv)]


class Played:
    """Runs `SOURCE ! rrddemux PROPERTIES` to its end: buffers by entity path, warnings, an error. @seek: a rate, start and stop to begin with."""

    def __init__(self, source, properties="", seek=None):
        self.frames, self.caps, self.warnings, self.error, self.late = {}, {}, [], None, []
        self.complete = threading.Event()  # no more pads
        self.pipeline = Gst.parse_launch(f"{source} ! rrddemux name=demux {properties}")
        demux = self.pipeline.get_by_name("demux")
        demux.connect("pad-added", self.add)
        demux.connect("no-more-pads", lambda demux: self.complete.set())
        if seek:
            self.pipeline.set_state(Gst.State.PAUSED)
            assert self.complete.wait(60)
            rate, start, stop = seek
            assert demux.get_static_pad("src_0").send_event(Gst.Event.new_seek(
                rate, Gst.Format.TIME, Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE, Gst.SeekType.SET, start, Gst.SeekType.SET, stop))
        self.pipeline.set_state(Gst.State.PLAYING)
        self.wait()
        self.pipeline.set_state(Gst.State.NULL)

    def add(self, demux, pad):
        sink = Gst.ElementFactory.make("appsink")
        for name, value in (("sync", False), ("emit-signals", True), ("async", False)):
            sink.set_property(name, value)
        path = pad.get_sticky_event(Gst.EventType.STREAM_START, 0).parse_stream_start()
        key = path.split("/", 1)[1] if "/" in path else path
        self.frames[key] = []
        if self.complete.is_set():
            self.late.append(key)
        sink.connect("new-sample", self.take, key)
        self.pipeline.add(sink)
        pad.link(sink.get_static_pad("sink"))
        sink.sync_state_with_parent()

    def take(self, sink, key):
        sample = sink.emit("pull-sample")
        buffer = sample.get_buffer()
        self.caps.setdefault(key, sample.get_caps().get_structure(0).copy())
        frame = {"pts": buffer.pts, "bytes": buffer.extract_dup(0, buffer.get_size()), "caps": sample.get_caps().to_string()}
        for name in "GstDepthMeta", "GstPinholeMeta":
            meta = buffer.get_custom_meta(name)
            if meta is not None:
                fields = meta.get_structure()
                frame[name] = {fields.nth_field_name(i): fields.get_value(fields.nth_field_name(i)) for i in range(fields.n_fields())}
        reference = buffer.get_reference_timestamp_meta(Gst.Caps.from_string("timestamp/x-unix"))
        frame["capture_time"] = reference.timestamp if reference else None
        self.frames[key].append(frame)
        return Gst.FlowReturn.OK

    def wait(self):
        bus = self.pipeline.get_bus()
        kinds = Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING
        while True:
            message = bus.timed_pop_filtered(60 * Gst.SECOND, kinds)
            if message is None:
                raise TimeoutError
            if message.type == Gst.MessageType.WARNING:
                self.warnings.append(message.parse_warning()[0].message)
                continue
            if message.type == Gst.MessageType.ERROR:
                self.error = message.parse_error()[0].message
            return

    def stream(self, path):
        (key,) = [key for key in self.frames if key.split(":")[0] == path]
        return self.frames[key]


def launch(line):
    pipeline = Gst.parse_launch(line)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message is not None and message.type == Gst.MessageType.EOS, message and message.parse_error()


def frames(n, width=40, height=30):
    noise = np.random.default_rng(3)
    made = [noise.integers(0, 65536, (height, width)).astype("<u2") for _ in range(n)]
    made[0][0, :2] = 0, 65535
    return made


class Copies(Test):
    """rerunsink, rrddemux, rerunsink: the same."""

    def copy(self, original, streams, source="filesrc location", extra=""):
        """Plays @original into another recording with the same ids and entity paths: {pad: (entity, what comes before the sink, properties of it)}."""
        copy = self.folder / f"copy-{original.stem}.rrd"
        copy.unlink(missing_ok=True)
        tails = " ".join(f"d.src_{pad} ! queue ! {before} rerunsink application-id=a recording-id=r location={copy} {TIMES} entity-path={entity} {more}"
                         for pad, (entity, before, more) in streams.items())
        launch(f"{source}={original} ! rrddemux name=d {extra} {tails}")
        return copy

    def check(self, tail, more="", n=40):
        original = self.folder / "original.rrd"
        original.unlink(missing_ok=True)
        record(f"{tail} rerunsink application-id=a recording-id=r location={original} {TIMES} entity-path=depth {more}", frames(n))
        for compression in "", "optimized":
            played = original
            if compression:
                played = self.folder / "optimized.rrd"
                self.must("rrd", "optimize", original, "-o", played)
            self.assertEqual(self.difference(original, self.copy(played, {0: ("depth", "", "")})), "")

    def test_rvl(self):
        self.check("rvldepthenc !")

    def test_rvl_unit_range_and_intrinsics(self):
        self.check("rvldepthenc meter=5000 near=0.2 far=4 !", more="pinhole=<40.5,41.5,19.5,14.5>")

    def test_png(self):
        self.check("rvldepthenc ! image/png !")

    def test_raw_depth(self):
        self.check("")

    def test_odd_raw_depth(self):
        original = self.folder / "original.rrd"
        record(f"rerunsink application-id=a recording-id=r location={original} {TIMES} entity-path=depth", frames(5, 41, 3))
        self.assertEqual(self.difference(original, self.copy(original, {0: ("depth", "", "")})), "")

    def test_pictures(self):
        for tail in ["jpegenc !", "pngenc ! image/png !"] + [f"video/x-raw,format={f} !" for f in ("RGB", "BGR", "RGBA", "BGRA", "GRAY8", "NV12", "I420", "YUY2")]:
            with self.subTest(tail):
                original = self.folder / "pictures.rrd"
                original.unlink(missing_ok=True)
                launch(f"videotestsrc num-buffers=5 ! video/x-raw,width=36,height=20 ! videoconvert ! {tail} identity ! "
                       f"rerunsink archetype=image application-id=a recording-id=r location={original} timelines=pts+frame entity-path=colour")
                copy = self.copy(original, {0: ("colour", "", "archetype=image timelines=pts+frame")})
                self.assertEqual(self.difference(original, copy), "")

    def test_video(self):
        if Gst.ElementFactory.find("x264enc") is None:
            self.skipTest("there is no x264enc")
        original = self.folder / "video.rrd"
        launch(f"videotestsrc num-buffers=50 ! video/x-raw,width=64,height=48 ! x264enc key-int-max=10 tune=zerolatency ! h264parse config-interval=-1 ! "
               f"rerunsink application-id=a recording-id=r location={original} timelines=pts+frame entity-path=video")
        copy = self.copy(original, {0: ("video", "h264parse config-interval=-1 !", "timelines=pts+frame")})
        self.assertEqual(self.difference(original, copy), "")
        played = Played(f"filesrc location={original}")
        self.assertEqual(len(played.stream("video")), 50)

    def test_video_backwards(self):
        """A decoder gives the same pictures, from the last to the first."""
        original = self.folder / "backwards.rrd"
        launch(f"videotestsrc num-buffers=50 pattern=ball ! video/x-raw,width=64,height=48 ! vp8enc keyframe-max-dist=12 deadline=1 ! rerunsink location={original}")
        forwards, backwards = self.decode(original, 1), self.decode(original, -1)
        self.assertEqual(len(forwards), 50)
        self.assertEqual(backwards, forwards[::-1])

    def decode(self, path, rate):
        pipeline = Gst.parse_launch(f"filesrc location={path} ! rrddemux ! vp8dec ! appsink name=sink sync=false")
        sink = pipeline.get_by_name("sink")
        pipeline.set_state(Gst.State.PAUSED)
        self.assertEqual(pipeline.get_state(60 * Gst.SECOND)[0], Gst.StateChangeReturn.SUCCESS)
        pipeline.seek(rate, Gst.Format.TIME, Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE, Gst.SeekType.SET, 0, Gst.SeekType.NONE if rate > 0 else Gst.SeekType.SET, -1)
        pipeline.set_state(Gst.State.PLAYING)
        pictures = []
        while sample := sink.emit("pull-sample"):
            buffer = sample.get_buffer()
            pictures.append((buffer.pts, hash(buffer.extract_dup(0, buffer.get_size()))))
        pipeline.set_state(Gst.State.NULL)
        return pictures

    def test_rig(self):
        """Several entities of one file, interleaved, a text every now and then."""
        original, n = self.folder / "rig.rrd", 60
        sink = f"rerunsink application-id=a recording-id=r location={original} timelines=pts+frame"
        text = self.folder / "text.srt"
        text.write_text("".join(f"{i}\n00:00:0{i},000 --> 00:00:0{i},500\nline {i}\n\n" for i in range(2)))
        launch(f"depthtestsrc num-buffers={n} ! video/x-raw,width=64,height=48 ! rvldepthenc ! {sink} entity-path=rig/depth "
               f"videotestsrc num-buffers={n} ! video/x-raw,width=64,height=48 ! jpegenc ! {sink} entity-path=rig/colour "
               f"filesrc location={text} ! subparse ! text/x-raw,format=utf8 ! {sink} entity-path=rig/text")
        played = Played(f"filesrc location={original}")
        self.assertEqual({key.split(":")[0]: len(value) for key, value in played.frames.items()}, {"rig/depth": n, "rig/colour": n, "rig/text": 2})
        pads = {int(i): key.split(":")[0] for i, key in enumerate(played.frames)}
        copy = self.copy(original, {i: (path, "", "timelines=pts+frame") for i, path in pads.items()})
        self.assertEqual(self.difference(original, copy), "")

    def test_metadata(self):
        for width, height in (40, 30), (400, 300):  # small rows are gathered in files, large ones not
            with self.subTest(width):
                self.check_metadata(width, height)

    def check_metadata(self, width, height):
        original = self.folder / f"depth{width}.rrd"
        record(f"rvldepthenc meter=5000 near=0.2 far=4 ! rerunsink location={original} pinhole=<40.5,41.5,19.5,14.5> entity-path=a/b", frames(4, width, height))
        for source in f"filesrc location={original}", f"filesrc location={original} ! queue":
            played = Played(source).stream("a/b")
            self.assertEqual([f["pts"] for f in played], [pts(i) for i in range(4)])
            self.assertEqual([f["capture_time"] for f in played], [T0 + pts(i) for i in range(4)])
            for frame in played:
                self.assertIn("depth-meter=(fraction)5000/1", frame["caps"])
                self.assertEqual(frame["GstDepthMeta"], {"meter": 5000, "range-min": 1000, "range-max": 20000})
                self.assertEqual(frame["GstPinholeMeta"], {"fx": 40.5, "fy": 41.5, "cx": 19.5, "cy": 14.5, "width": width, "height": height})

    def fields(self, source, path="depth"):
        """What the caps of the stream say, the last and the first."""
        said = [re.findall(r"(depth-range|depth-pinhole)=\(double\)< ([^>]*) >", f["caps"]) for f in Played(source).stream(path)]
        return [{name: [float(number) for number in numbers.split(",")] for name, numbers in fields} for fields in (said[-1], said[0])]

    def test_caps_say_what_is_fixed(self):
        """For what comes after it and loses metadata."""
        both = {"depth-range": [0.2, 4], "depth-pinhole": [40.5, 41.5, 19.5, 14.5, 40, 30]}
        moving = [np.full((30, 40), 500 + 100 * i, "<u2") for i in range(60)]  # its range is measured
        for n, (frame, tail, sink, expected) in enumerate([
            (frames(70), "rvldepthenc near=0.2 far=4 !", "pinhole=<40.5,41.5,19.5,14.5>", both),
            (frames(70), "rvldepthenc near=0.2 far=4 meter=5000 !", "", {"depth-range": [0.2, 4]}),
            (frames(70), "", "near=0.2 far=4 pinhole=<40.5,41.5,19.5,14.5>", both),
            (moving, "rvldepthenc !", "pinhole=<40.5,41.5,19.5,14.5>", {"depth-pinhole": both["depth-pinhole"]}),
            (moving, "rvldepthenc ! image/png !", "", {}),
        ]):
            original = self.folder / f"fixed{n}.rrd"
            record(f"{tail} rerunsink location={original} {sink}", frame)
            with self.subTest(tail + sink):
                self.assertEqual(self.fields(f"filesrc location={original}"), [expected] * 2)
                self.assertEqual(self.fields(f"filesrc location={original} ! queue"), [{}] * 2)  # a pipe does not know what comes

    def test_moving_range_in_a_mov(self):
        """qtmux takes no other caps in mid-stream."""
        original, mov = self.folder / "moving.rrd", self.folder / "moving.mov"
        record(f"rvldepthenc ! rerunsink location={original}", [np.full((30, 40), 500 + 100 * i, "<u2") for i in range(60)])
        launch(f"filesrc location={original} ! rrddemux ! rvldepthdec ! rvldepthenc ! image/png ! qtmux ! filesink location={mov}")

    def test_pictures_of_another_timeline(self):
        """Each is on one that the other is not on: what is not played is counted."""
        path = self.folder / "two.rrd"
        for entity, timeline, n in ("a", "pts", 5), ("b", "frame", 7):
            record(f"rvldepthenc ! rerunsink location={self.folder}/{entity}.rrd application-id=x recording-id=r entity-path={entity} timelines={timeline}", frames(n))
        self.must("rrd", "merge", self.folder / "a.rrd", self.folder / "b.rrd", "-o", path)
        cut = self.folder / "cut.rrd"
        cut.write_bytes(path.read_bytes()[:-8])
        for source in f"filesrc location={path}", f"filesrc location={cut}", f"filesrc location={path} ! queue":
            for properties, entity, n, left in ("", "a", 5, 7), ("timeline=frame", "b", 7, 5), ("entity-path=a", "a", 5, 0):
                with self.subTest(source + properties):
                    played = Played(source, properties)
                    self.assertEqual({key.split(":")[0]: len(value) for key, value in played.frames.items()}, {entity: n})
                    said = [w for w in played.warnings if "not on the timeline" in w]
                    self.assertEqual([w.split()[0] for w in said], [str(left)] if left else [])

    def test_first_picture_is_damaged(self):
        """The pad is there all the same before there are no more."""
        path = self.folder / "damaged.rrd"
        record(f"rvldepthenc ! rerunsink location={path} compression=none entity-path=a", frames(9))
        data = bytearray(path.read_bytes())
        header = np.array([40, 30], "<u4").tobytes()  # of RVL: width, height
        at = data.index(header)
        data[at:at + 8] = bytes(8)
        path.write_bytes(data)
        played = Played(f"filesrc location={path}")
        self.assertEqual((len(played.stream("a")), played.late), (8, []))

    def test_pixels(self):
        original, made = self.folder / "depth.rrd", frames(6)
        record(f"rvldepthenc ! rerunsink location={original}", made)
        pipeline = Gst.parse_launch(f"uridecodebin uri=file://{original} ! appsink name=sink sync=false")
        pipeline.set_state(Gst.State.PLAYING)
        for frame in made:
            sample = pipeline.get_by_name("sink").emit("pull-sample")
            buffer = sample.get_buffer()
            self.assertEqual(buffer.extract_dup(0, buffer.get_size()), frame.tobytes())
        self.assertIsNone(pipeline.get_by_name("sink").emit("pull-sample"))
        pipeline.set_state(Gst.State.NULL)

    def test_discoverer(self):
        original = self.folder / "depth.rrd"
        record(f"rvldepthenc ! rerunsink location={original} entity-path=a/b", frames(31))
        done = subprocess.run(["gst-discoverer-1.0", "-v", original], capture_output=True, text=True, timeout=60)
        for expected in "Duration: 0:00:01.000000000", "Seekable: yes", "image/x-rvl", "title: /a/b", "application/x-rerun-rrd":
            self.assertIn(expected, done.stdout + done.stderr)

    def test_pipe(self):
        """The same pictures, in the same order."""
        original = self.folder / "depth.rrd"
        record(f"rvldepthenc ! rerunsink location={original}", frames(31))
        file, pipe = Played(f"filesrc location={original}"), Played(f"filesrc location={original} blocksize=1000 ! queue")
        self.assertEqual([(f["pts"], f["bytes"]) for f in file.stream("depth")], [(f["pts"], f["bytes"]) for f in pipe.stream("depth")])
        self.assertEqual(len(pipe.stream("depth")), 31)


class Sdk(Test):
    def check(self, path, n=6):
        played = Played(f"filesrc location={path}", "recording-id=one timeline=camera_time")
        self.assertIsNone(played.error)
        png = (self.folder / "depth.png").read_bytes()
        depth = played.stream("world/camera/png")
        self.assertEqual([f["pts"] for f in depth], [100_000_000 * i for i in range(n)])
        self.assertEqual({f["bytes"] for f in depth}, {png})
        meters = [f.get("GstDepthMeta", {}).get("meter") for f in depth]
        self.assertEqual(meters, [1000, 1000, 1000, 1003, None, 3000])  # a clear, then another unit
        self.assertEqual([f.get("GstDepthMeta", {}).get("range-max") for f in depth], [2000, 2000, 2000, 2003, None, 0])
        self.assertTrue(all(f["GstPinholeMeta"] == {"fx": 6.5, "fy": 5.5, "cx": 3, "cy": 2, "width": 7, "height": 5} for f in depth))
        for i, f in enumerate(played.stream("raw")):
            samples = np.frombuffer(f["bytes"], "<u2").reshape(5, 8)[:, :7]
            self.assertTrue(np.array_equal(samples, (np.arange(35).reshape(5, 7) * 1873 + 251 * i).astype("u2")))
            self.assertIn("depth-meter=(fraction)5000/1", f["caps"])
        self.assertEqual([f["bytes"] for f in played.stream("log")], [b"line %d" % i for i in range(n)])
        self.assertEqual(len(played.stream("rgb")), n)
        self.assertEqual([(f["pts"], f["bytes"]) for f in played.stream("still")], [(0, png)])
        self.assertNotIn("float", {key.split(":")[0] for key in played.frames})
        self.assertIn("its samples are 32-bit float", played.warnings[0])
        self.check_from(path, (-1, 0, 550_000_000), list(reversed(meters)))
        self.check_from(path, (-1, 0, 450_000_000), [None, 1003, 1000, 1000, 1000])
        self.check_from(path, (1, 400_000_000, 10**10), meters[4:])

    def check_from(self, path, seek, meters):
        """After a seek the same holds for a picture as when it is played from the start: a clear counts."""
        played = Played(f"filesrc location={path}", "recording-id=one timeline=camera_time", seek)
        self.assertEqual([f.get("GstDepthMeta", {}).get("meter") for f in played.stream("world/camera/png")], meters, seek)

    def make(self, python):
        path = self.folder / f"{python.parent.parent.name}.rrd"
        Image.fromarray(frames(1, 7, 5)[0]).save(self.folder / "depth.png")
        done = subprocess.run([python, HERE / "sdk-pictures.py", path, "one", self.folder / "depth.png"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def test_sdks(self):
        for python in sdks():
            with self.subTest(python.parent.parent.name):
                self.check(self.make(python))

    def test_optimized(self):
        for python in sdks():
            with self.subTest(python.parent.parent.name):
                optimized = self.folder / "optimized.rrd"
                self.must("rrd", "optimize", self.make(python), "-o", optimized)
                self.check(optimized)

    def test_several_recordings(self):
        path = self.make(sdks()[0])
        other = self.folder / "other.rrd"
        record(f"rvldepthenc ! rerunsink location={other} recording-id=two", frames(3))
        both = self.folder / "both.rrd"
        both.write_bytes(path.read_bytes() + other.read_bytes())
        merged = self.folder / "merged.rrd"
        self.must("rrd", "merge", path, other, "-o", merged)
        for file in both, merged:
            with self.subTest(file.name):
                self.check(file)
                self.assertEqual(len(Played(f"filesrc location={file}", "recording-id=two").stream("depth")), 3)

    def test_any_recording(self):
        """What holds no pictures that can be decoded, and every Arrow type: messages, but no crash."""
        for python in sdks():
            path = self.folder / "any.rrd"
            done = subprocess.run([python, HERE / "sdk-recording.py", path, "one"], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            played = Played(f"filesrc location={path}")
            self.assertIn("rig/colour", {key.split(":")[0] for key in played.frames})


# Depth of several units at each time, clears, intrinsics far above and between: logged from the deepest entity up, and the other way round.
LOOKUPS = """
import sys, numpy as np, rerun as rr
s = rr.RecordingStream("a", recording_id="r")
s.save(sys.argv[1])
paths = ["/".join("abcdef"[:n]) for n in range(1, 7)]
for i in range(60):
    s.set_time("frame", sequence=i)
    for path in paths if i % 2 else paths[::-1]:
        if i % 7 == len(path) % 7:
            s.log(path, rr.Pinhole(image_from_camera=[[5 + i, 0, 2], [0, 5, 2], [0, 0, 1]], width=4, height=3))
        if i % 11 == len(path) % 11:
            s.log(path, rr.Clear(recursive=i % 2 == 0))
    s.log("a", rr.Clear(recursive=False))
    for meter in 1000, 2000, None:
        s.log(paths[-1], rr.DepthImage(np.full((3, 4), i, "u2"), meter=meter))
        s.log("a.b", rr.DepthImage(np.full((3, 4), i, "u2"), meter=meter))
"""


class Lookups(Test):
    def test_backwards(self):
        """What holds for a picture is the same as it is forwards."""
        path, optimized = self.folder / "lookups.rrd", self.folder / "optimized.rrd"
        subprocess.run([sdks()[0], "-c", LOOKUPS, path], check=True, timeout=120)
        self.must("rrd", "optimize", path, "-o", optimized)
        for recording in path, optimized:
            forwards, backwards = (Played(f"filesrc location={recording}", "timeline=frame", seek) for seek in (None, (-1, 0, -1)))
            self.assertEqual({key: len(value) for key, value in forwards.frames.items()}, {"a/b/c/d/e/f:DepthImage": 180, "a.b:DepthImage": 180})
            for key, frames in forwards.frames.items():
                self.assertEqual(backwards.frames[key], frames[::-1])


class Bad(Test):
    def error(self, data, properties=""):
        path = self.folder / "bad.rrd"
        path.write_bytes(data)
        for source in f"filesrc location={path}", f"filesrc location={path} ! queue":
            yield Played(source, properties).error

    def good(self):
        path = self.folder / "good.rrd"
        record(f"rvldepthenc ! rerunsink location={path} recording-id=r entity-path=a/b", frames(3))
        return path.read_bytes()

    def test_messages(self):
        good = self.good()
        newer, lz9 = bytearray(good), bytearray(good)
        newer[4:8] = 1, 2, 3, 0
        lz9[8] = 9
        for data, properties, expected in [
            (b"no recording at all, some text", "", "no Rerun recording"),
            (b"RRF9" + good[4:], "", "a newer format"),
            (bytes(newer), "", "Rerun 1.2.3, which is newer"),
            (bytes(lz9), "", "unknown compression 9"),
            (good, "timeline=x", 'no pictures on the timeline "x". It has: '),
            (good, "entity-path=x", "The recording has: /a/b"),
            (good, "recording-id=x", "It has: r"),
            (good[:12], "", "no recording"),
        ]:
            for error in self.error(data, properties):
                self.assertIn(expected, error or "", properties)

    def test_unit_that_cannot_be(self):
        """As Rerun's own snippets have it: metres per depth unit."""
        path = self.folder / "snippet.rrd"
        script = f"import rerun as rr, numpy as np; s = rr.RecordingStream('a'); s.save({str(path)!r}); s.log('d', rr.DepthImage(np.ones((3, 4), 'u2'), meter=0.001))"
        done = subprocess.run([sdks()[0], "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        for source in f"filesrc location={path}", f"filesrc location={path} ! queue":
            played = Played(source)
            self.assertNotIn("depth-meter", played.stream("d")[0]["caps"])
            self.assertIn("0.001 depth units per metre at /d", played.warnings[0])

    def test_blueprint(self):
        blueprint = self.folder / "layout.rbl"
        script = f"import rerun as rr, rerun.blueprint as b; b.Blueprint(b.Spatial2DView()).save('app', {str(blueprint)!r})"
        done = subprocess.run([sdks()[0], "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        for error in self.error(blueprint.read_bytes()):
            self.assertIn("A blueprint (.rbl)", error or "")

    def test_no_pictures(self):
        path = self.folder / "points.rrd"
        script = f"import rerun as rr; s = rr.RecordingStream('a'); s.save({str(path)!r}); s.log('p', rr.Points3D([[0, 0, 0]]))"
        done = subprocess.run([sdks()[0], "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        for error in self.error(path.read_bytes()):
            self.assertIn("no pictures, video or text", error or "")


main()
