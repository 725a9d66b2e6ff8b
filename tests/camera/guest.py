#!/usr/bin/python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""depthv4l2src with emulated cameras: runs in the guest of boot.sh, with Debian's Python. Recordings that the host judges go
to CAMERA_OUT, with what the camera sent beside them."""
import glob
import json
import os
import re
import stat
import subprocess
import sys
import time
import unittest
from pathlib import Path

import gi
import uvc
from pictures import picture
from realsense import lens

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

OUT = Path(os.environ["CAMERA_OUT"])
ROOT = Path(__file__).resolve().parents[2]
SMALL = "video/x-raw,width=424,height=240"
LONG = 60 * Gst.SECOND
NODES = "/sys/class/video4linux/video*"
ORBBEC = 0x2BC5


def wait_for(what):
    end = time.monotonic() + 60
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def in_a_row(numbers):
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def can_open():
    source = Gst.ElementFactory.make("depthv4l2src")
    ok = source.set_state(Gst.State.READY) == Gst.StateChangeReturn.SUCCESS
    source.set_state(Gst.State.NULL)
    return ok


def meta(buffer, name):
    """The fields of a custom meta, {} if there is none."""
    found = buffer.get_custom_meta(name)
    if found is None:
        return {}
    fields = found.get_structure()
    return {fields.nth_field_name(i): fields.get_value(fields.nth_field_name(i)) for i in range(fields.n_fields())}


class Frame:
    def __init__(self, sample):
        buffer = sample.get_buffer()
        self.caps = sample.get_caps().get_structure(0)
        self.data = buffer.extract_dup(0, buffer.get_size())
        self.pts, self.duration, self.offset = buffer.pts, buffer.duration, buffer.offset
        self.discont = bool(buffer.get_flags() & Gst.BufferFlags.DISCONT)
        self.depth, self.pinhole = meta(buffer, "GstDepthMeta"), meta(buffer, "GstPinholeMeta")
        self.wall = buffer.get_reference_timestamp_meta(Gst.Caps.from_string("timestamp/x-unix")).timestamp
        self.number = int.from_bytes(self.data[:2], "little")
        self.memory = buffer.peek_memory(0).allocator.mem_type

    @property
    def size(self):
        return self.caps.get_value("width"), self.caps.get_value("height")

    @property
    def meter(self):
        value = self.caps.get_value("depth-meter")
        return value and value.num / value.denom


class Run:
    """A pipeline `depthv4l2src ... ! ... ! appsink`."""

    def __init__(self, source="", filter=SMALL, sink="sync=false"):
        self.pipeline = Gst.parse_launch(f"depthv4l2src name=source {source} ! capsfilter name=filter caps=\"{filter}\" ! appsink name=sink {sink}")
        self.source, self.filter, self.sink = map(self.pipeline.get_by_name, ("source", "filter", "sink"))
        self.bus = self.pipeline.get_bus()

    def __enter__(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        return self

    def __exit__(self, *_):
        self.pipeline.set_state(Gst.State.NULL)

    def sample(self):
        sample = self.sink.emit("try-pull-sample", LONG)
        if sample is None:
            raise AssertionError(f"no frame: {self.texts(Gst.MessageType.ERROR)}")
        return sample

    def frames(self, count):
        return [Frame(self.sample()) for _ in range(count)]

    def message(self, kind):
        message = self.bus.timed_pop_filtered(LONG, kind)
        if message is None:
            raise AssertionError(f"no {kind}")
        return message

    def error(self):
        return self.message(Gst.MessageType.ERROR).parse_error()[0]

    def texts(self, kind):
        """Messages that are there, as (text, debug)."""
        parse = {Gst.MessageType.ERROR: "parse_error", Gst.MessageType.WARNING: "parse_warning", Gst.MessageType.INFO: "parse_info"}[kind]
        found = []
        while message := self.bus.pop_filtered(kind):
            error, debug = getattr(message, parse)()
            found.append((error.message, debug))
        return found


class Camera(unittest.TestCase):
    def setUp(self):
        self.cameras = []

    def tearDown(self):
        for camera in self.cameras:
            self.unplug(camera)
        wait_for(lambda: not glob.glob(NODES))

    def plug(self, **arguments):
        before = len(glob.glob(NODES))
        camera = uvc.Camera(**arguments)
        camera.plug_in(len(self.cameras))
        self.cameras.append(camera)
        # a node for pictures and one for metadata, each of which devtmpfs has at once
        wait_for(lambda: len(glob.glob(NODES)) == before + 2 * len(camera.streams))
        return camera

    def unplug(self, camera):
        if not camera.gone:
            camera.unplug()

    def check(self, frame):
        """The frame is what the camera sent."""
        self.assertEqual(frame.data == picture(frame.number, *frame.size), True, f"frame {frame.number} is not what was sent")

    def checked(self, frames):
        numbers = []
        for frame in frames:
            self.check(frame)
            numbers.append(frame.number)
        return numbers

    def launch(self, line, folder="/run", **changed):
        """gst-launch-1.0, with the leak tracer as gate."""
        environment = {**os.environ, "GST_TRACERS": "leaks", "G_DEBUG": "fatal-warnings", "LC_ALL": "C", **changed}
        return subprocess.run(line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)

    def must(self, line, **arguments):
        done = self.launch(line, **arguments)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
        self.assertNotRegex(done.stdout + done.stderr, "WARNING|ERROR|CRITICAL|AddressSanitizer|runtime error")
        return done.stdout

    def assertPinhole(self, frame, expected):
        names = "fx", "fy", "cx", "cy", "width", "height"
        self.assertEqual(set(frame.pinhole), set(names))
        for name, value in zip(names, (*expected, *frame.size)):
            self.assertAlmostEqual(frame.pinhole[name], value, places=3, msg=name)


class Recordings(Camera):
    """gst-launch-1.0, as a user has it."""

    def record(self, camera, name, line):
        self.must(f"{line} location={OUT / name}.rrd")
        offset = time.time_ns() - time.monotonic_ns()
        (OUT / f"{name}.json").write_text(json.dumps({"sent": camera.sent, "wall": offset, "product": camera.product}))

    def test_default(self):
        camera = self.plug(streams=[{}, {"formats": {"Y800": [(640, 480)]}}], unit={})
        self.record(camera, "default", "gst-launch-1.0 -e depthv4l2src num-buffers=6 ! rvldepthenc ! rerunsink")

    def test_d405_at_90(self):
        camera = self.plug(product=0x0B5B, unit={"unit": 100})
        self.record(
            camera, "d405", "gst-launch-1.0 -e depthv4l2src num-buffers=30 ! video/x-raw,width=424,height=240,framerate=90/1 ! rvldepthenc ! rerunsink"
        )

    def test_documented_lines(self):
        """What the documentation says of cameras runs, with an end after a few frames."""
        self.plug(streams=[{}, {"formats": {"Y800": [(640, 480)]}}, {"formats": {"YUY2": [(640, 480)]}}], unit={})
        texts = [(ROOT / f"docs/{name}.md").read_text() for name in ("depthv4l2src", "cameras", "recipes")]
        lines = [line for text in texts for line in re.findall(r"^(gst-launch-1.0 (?:.*\\\n)*.*)$", text, re.M)]
        source = (ROOT / "gst/camera/gstdepthv4l2src.c").read_text()
        lines += [re.sub(r"^ \* ?", "", line, flags=re.M) for line in re.findall(r"\|\[<!-- camera -->\n(.*?)\]\|", source, re.S)]
        lines = [line for line in lines if "v4l2src" in line]
        self.assertGreater(len(lines), 5)
        for line in lines:
            line = re.sub(r"\b((?:depth)?v4l2src)\b", r"\1 num-buffers=5", line).replace("autovideosink", "fakesink")
            with self.subTest(line):
                # GStreamer's own v4l2src leaks
                self.must(line, **({"GST_TRACERS": ""} if " v4l2src" in line else {}))

    def test_report(self):
        self.plug(streams=[{"formats": {"Z16 ": [(640, 480)]}}], unit={})
        text = self.must(f"sh {ROOT}/docs/camera-report.sh")
        (OUT / "report.txt").write_text(text)
        for part in "8086:0b07", "Z16", "640x480", "RealSense D435", "uvcvideo", "depth units per metre", "384", "640x480, stride":
            self.assertIn(part, text)

    def test_monitor_tool(self):
        self.plug(streams=[{}, {"formats": {"Y800": [(640, 480)]}}], unit={})
        text = self.must("gst-device-monitor-1.0 Source/Video")
        self.assertIn("depthv4l2src device=/dev/video0", text)
        self.assertNotIn("depthv4l2src device=/dev/video2", text)
        self.assertRegex(text, r"caps *: *video/x-raw, format=GRAY16_LE, width=424, height=240.*90/1")


class Formats(Camera):
    def test_sizes_and_rates(self):
        self.plug(unit={})
        for (width, height), rate in zip(uvc.SIZES, uvc.RATES):
            with self.subTest(f"{width}x{height} at {rate}"), Run(filter=f"video/x-raw,width={width},height={height},framerate={rate}/1") as run:
                frames = run.frames(3)
                self.assertEqual((frames[0].offset, frames[0].discont), (0, True))
                while len(frames) < 12 and not in_a_row(self.checked(frames)[-3:]):
                    frames += run.frames(1)  # a busy machine may be too slow for the emulation
                self.assertTrue(in_a_row(self.checked(frames)[-3:]), [f.number for f in frames])
                self.assertTrue(in_a_row([f.offset for f in frames[-3:]]))
                self.assertEqual([f.discont for f in frames[-2:]], [False, False])
                self.assertEqual(frames[0].duration, Gst.SECOND // rate)
                self.assertEqual(frames[0].meter, 1000)
                self.assertPinhole(frames[0], lens(width, height))
                self.assertEqual(frames[0].depth, {"meter": 1000, "range-min": 300, "range-max": 3000})

    def test_default_size(self):
        for sizes, expected in (uvc.SIZES, (848, 480)), ([(320, 240), (1280, 720), (640, 480)], (640, 480)), ([(320, 240), (480, 270)], (320, 240)):
            with self.subTest(sizes):
                camera = self.plug(streams=[{"formats": {"Z16 ": sizes}, "rates": [90, 30, 6]}])
                with Run(filter="video/x-raw") as run:
                    frame = run.frames(1)[0]
                self.assertEqual((frame.size, frame.duration), (expected, Gst.SECOND // 30))
                self.unplug(camera)
                wait_for(lambda: not glob.glob(NODES))

    def test_y16(self):
        """A camera that is not known: nothing is said of it, and the properties say it."""
        self.plug(vendor=ORBBEC, product=0x0669, streams=[{"formats": {"Y16 ": [(424, 240), (101, 37)]}}])
        with Run() as run:
            frame = run.frames(1)[0]
        self.assertEqual((frame.meter, frame.depth, frame.pinhole), (None, {}, {}))
        self.check(frame)
        with Run('meter=2000 pinhole="<400, 401.5, 212, 120>" invalid=65535') as run:
            frame = run.frames(1)[0]
        self.assertEqual((frame.meter, frame.depth["meter"], frame.depth["range-max"]), (2000, 2000, 0))
        self.assertPinhole(frame, (400, 401.5, 212, 120))
        sent = picture(frame.number, 424, 240)
        self.assertIn(b"\xff\xff", [sent[i : i + 2] for i in range(0, 8, 2)])
        samples = [sent[i : i + 2] for i in range(0, len(sent), 2)]
        self.assertEqual(frame.data == b"".join(b"\0\0" if sample == b"\xff\xff" else sample for sample in samples), True)
        # a stride that is not GStreamer's: of whole rows for who does not know GstVideoMeta, as this appsink
        with Run(filter="video/x-raw,width=101") as run:
            frame = run.frames(1)[0]
        sent = picture(frame.number, 101, 37)
        self.assertEqual(frame.data, b"".join(sent[202 * y : 202 * y + 202] + bytes(2) for y in range(37)))

    def test_first_that_gives_depth(self):
        """Z16 before Y16, whoever was plugged in first; a RealSense's Y16 is its infrared picture."""
        self.plug(vendor=ORBBEC, product=0x0669, streams=[{"formats": {"Y16 ": [(424, 240)]}}])
        self.plug(streams=[{"formats": {"Y16 ": [(424, 240)]}}])
        with Run() as run:
            self.assertEqual(run.frames(1)[0].meter, None)
        self.plug(product=0x0B5C, unit={})
        with Run() as run:
            frame = run.frames(1)[0]
        self.assertEqual(frame.depth, {"meter": 1000, "range-min": 600, "range-max": 6000})
        with Run("device=/dev/video2") as run:
            self.assertIn("gives no depth", run.error().message)

    def test_dmabuf(self):
        self.plug(unit={})
        with Run(filter="video/x-raw(memory:DMABuf),width=424,height=240") as run:
            frames = run.frames(12)
        self.assertEqual({frame.memory for frame in frames}, {"dmabuf"})
        self.assertEqual(self.checked(frames), list(range(12)))


class Numbers(Camera):
    """The unit and the intrinsics."""

    def first_frame(self, **unit):
        product = unit.pop("product", 0x0B07)
        camera = self.plug(product=product, streams=[{"formats": {"Z16 ": [(424, 240)]}}], unit=unit)
        with Run() as run:
            frame = run.frames(1)[0]
            said = run.texts(Gst.MessageType.INFO)
        self.unplug(camera)
        wait_for(lambda: not glob.glob(NODES))
        return frame, said

    def test_units(self):
        for expected, unit in (2000, {"unit": 500}), (1000, {"unit": None}), (10000, {"unit": None, "product": 0x0B5B}), (20000, {"unit": 50, "product": 0x0B5B}):
            with self.subTest(unit):
                frame, said = self.first_frame(**unit)
                self.assertEqual((frame.meter, frame.depth["meter"], said), (expected, expected, []))

    def test_list_before_table(self):
        frame, said = self.first_frame(listed=True)
        self.assertPinhole(frame, lens(424, 240, 0.75))
        self.assertEqual(said, [])

    def test_wrong_answers(self):
        """What cannot be read is one message a matter, and the frames come."""
        table = ["intrinsics"]
        both = ["depth unit", "intrinsics"]
        for change, what in {"checksum": table, "length": table, "short": table, "nan": table, "refuse": both, "stall": both, "timeout": both}.items():
            with self.subTest(change):
                frame, said = self.first_frame(change=change)
                self.check(frame)
                self.assertEqual((frame.meter, frame.pinhole), (1000, {}))
                self.assertEqual([re.search("does not say its (.*):", text)[1] for text, _ in said], what, said)

    def test_librealsense(self):
        """The maker's own library reads the same numbers."""
        judge = Path(__file__).with_name("judge.py")
        for unit in {}, {"unit": 250, "listed": True}:
            with self.subTest(unit):
                camera = self.plug(streams=[{"formats": {"Z16 ": uvc.SIZES}, "rates": [30]}], unit=unit)
                done = subprocess.run([os.environ["JUDGE_PYTHON"], judge], capture_output=True, text=True, timeout=200)
                if done.returncode == 77:
                    self.skipTest(done.stdout)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                wait_for(can_open)  # the library hands the camera back to the kernel's driver
                judged = json.loads(done.stdout.splitlines()[-1])
                self.assertEqual(len(judged["lenses"]), len(uvc.SIZES))
                for size, expected in judged["lenses"].items():
                    width, height = size.split("x")
                    with Run(filter=f"video/x-raw,width={width},height={height}") as run:
                        frame = run.frames(1)[0]
                    self.assertPinhole(frame, expected)
                    self.assertAlmostEqual(1 / frame.meter, judged["unit"], places=8)
                self.unplug(camera)
                wait_for(lambda: not glob.glob(NODES))


class Faults(Camera):
    """Linux 6.1.176 gives the frame after an empty one the number of that: the loss is seen a frame later than with 6.1.192."""

    def test_damaged_frames(self):
        faults = {2: "short", 3: "error", 4: "half", 7: "error", 10: "skip", 13: "empty"}
        self.plug(streams=[{"faults": faults}], unit={})
        with Run() as run:
            frames = run.frames(12)
            warnings = run.texts(Gst.MessageType.WARNING)
        good = [i for i in range(30) if i not in faults][:12]
        self.assertEqual(self.checked(frames), good)
        self.assertIn([f.number for f in frames if f.discont], ([0, 5, 8, 11, 14], [0, 5, 8, 12, 15]))
        self.assertEqual(len(warnings), 1, warnings)
        self.assertIn("damaged", warnings[0][0])

    def test_losses_are_counted(self):
        self.plug(streams=[{"faults": {1: "error", 2: "error", 5: "skip"}}], unit={})
        with Run() as run:
            frames = run.frames(5)
            counts = []
            while message := run.bus.pop_filtered(Gst.MessageType.QOS):
                counts.append(tuple(message.parse_qos_stats()[1:]))
        self.assertEqual(self.checked(frames), [0, 3, 4, 6, 7])
        offsets = [f.offset for f in frames]
        self.assertIn((offsets, counts), (([0, 3, 4, 6, 7], [(2, 2), (4, 3)]), ([0, 3, 4, 5, 7], [(2, 2), (5, 3)])))

    def test_stall(self):
        camera = self.plug(streams=[{"faults": {2: "stall"}}], unit={})
        with Run() as run:
            numbers = self.checked(run.frames(2))
            self.assertIn("No frame has come", run.message(Gst.MessageType.WARNING).parse_warning()[0].message)
            camera.streams[0].stalled = False
            numbers += self.checked(run.frames(2))
        self.assertEqual(numbers, [0, 1, 3, 4])

    def test_stop_while_stalled(self):
        self.plug(streams=[{"faults": {0: "stall"}}], unit={})
        with Run() as run:
            run.message(Gst.MessageType.STREAM_START)

    def test_unplug_while_streaming(self):
        self.plug(streams=[{"faults": {3: "unplug"}}], unit={})
        with Run() as run:
            error = run.error()
            self.assertTrue(error.matches(Gst.ResourceError.quark(), Gst.ResourceError.NOT_FOUND))
            self.assertIn("not plugged in", error.message)
            # a frame that was on its way is lost with the cable
            frames = []
            while sample := run.sink.emit("try-pull-sample", 0):
                frames.append(Frame(sample))
            self.assertEqual(self.checked(frames), list(range(len(frames))))
            self.assertGreater(len(frames), 0)
        wait_for(lambda: not glob.glob(NODES))
        self.plug(unit={})
        with run:
            self.assertEqual(self.checked(run.frames(2)), [0, 1])

    def test_unplug_keeps_the_recording(self):
        self.plug(streams=[{"faults": {6: "unplug"}}], unit={})
        done = self.launch(f"gst-launch-1.0 -e depthv4l2src ! {SMALL} ! rvldepthenc ! rerunsink location={OUT}/unplugged.rrd")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("not plugged in", done.stderr)
        self.assertNotRegex(done.stderr, "leak|CRITICAL|AddressSanitizer|runtime error")

    def test_unplug_while_negotiating(self):
        camera = self.plug(unit={})
        camera.unplug_at_commit = True
        with Run() as run:
            self.assertIn("/dev/video0", run.error().message)

    def test_busy(self):
        self.plug(unit={})
        with Run() as first:
            first.frames(1)
            with Run() as second:
                error = second.error()
                self.assertTrue(error.matches(Gst.ResourceError.quark(), Gst.ResourceError.BUSY))
                self.assertIn("another program", error.message)
            first.frames(2)

    def test_no_permission(self):
        self.plug(unit={})
        os.chmod(os.environ["GST_REGISTRY"], 0o644)
        os.chmod("/dev/video0", stat.S_IRUSR | stat.S_IWUSR)
        for device in "", "device=/dev/video0":
            with self.subTest(device):
                done = subprocess.run(["gst-launch-1.0", "depthv4l2src", *device.split(), "!", "fakesink"], user=65534, group=65534, extra_groups=[], env=dict(os.environ, GST_REGISTRY_FORK="no", HOME="/tmp"), capture_output=True, text=True)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("video group", done.stderr)

    def test_not_a_depth_camera(self):
        self.plug(streams=[{"formats": {"Y800": [(640, 480)]}}])
        for device, text in ("/dev/video0", "gives no depth"), ("/dev/video1", "gives no depth"), ("/dev/null", "not a video device"), ("/dev/video9", "no such node"):
            with self.subTest(device), Run(f"device={device}") as run:
                self.assertIn(text, run.error().message)
        with Run() as run:
            self.assertIn("No depth camera was found", run.error().message)

    def test_no_such_size(self):
        self.plug(unit={})
        for caps in "video/x-raw,width=425", "video/x-raw,framerate=31/1", "video/x-raw,depth-meter=999/1":
            with self.subTest(caps), Run(filter=caps) as run:
                self.assertIn("has no size and rate that the next element takes", run.error().message)


class Streaming(Camera):
    def test_slow_downstream(self):
        """All frames are held, and still they come, and stay as they were."""
        self.plug(unit={})
        with Run() as run:
            samples = [run.sample() for _ in range(25)]
            memories = [Frame(sample).memory for sample in samples]
            self.assertEqual(self.checked(map(Frame, samples)), list(range(25)))
            # let go of all of them: frames of the driver again
            del samples
            numbers = self.checked(run.frames(10))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 10)))
        self.assertEqual(set(memories), {"SystemMemory"})

    def test_held_over_the_end(self):
        """A frame of a camera that is closed and unplugged is still one."""
        camera = self.plug(unit={})
        with Run() as run:
            samples = [run.sample() for _ in range(4)]
        del run
        self.unplug(camera)
        wait_for(lambda: not glob.glob(NODES))
        self.assertEqual(self.checked(map(Frame, samples)), [0, 1, 2, 3])

    def test_caps_change(self):
        self.plug(unit={})
        with Run() as run:
            held = [run.sample() for _ in range(3)]
            run.filter.set_property("caps", Gst.Caps.from_string("video/x-raw,width=640,height=480"))
            frames = []
            while not frames or frames[-1].size != (640, 480):
                frames += run.frames(1)
            frames += run.frames(2)
            self.checked([*map(Frame, held), *frames])
            self.assertEqual([f.discont for f in frames[-3:]], [True, False, False])
            self.assertPinhole(frames[-1], lens(640, 480))
            offsets = [f.offset for f in frames]
            self.assertEqual(offsets, sorted(set(offsets)))

    def test_pause(self):
        """What the camera took in a pause does not come."""
        camera = self.plug(unit={})
        with Run() as run:
            frames = run.frames(3)
            run.pipeline.set_state(Gst.State.PAUSED)
            before = len(camera.sent)
            wait_for(lambda: len(camera.sent) > before + 4)
            run.pipeline.set_state(Gst.State.PLAYING)
            while not frames[-1].discont or len(frames) < 4:
                frames += run.frames(1)
            frames += run.frames(2)
        self.checked(frames)
        resumed = max(i for i, f in enumerate(frames) if f.discont)
        before, after = [[f.pts for f in part] for part in (frames[:resumed], frames[resumed:])]
        self.assertEqual([before, after], [sorted(before), sorted(after)])
        # the pipeline's time stops a little before the camera's last frame is pushed
        self.assertGreater(after[0], before[-1] - frames[0].duration)
        offsets = [f.offset for f in frames]
        self.assertEqual(offsets, list(range(len(frames))))

    def test_colour_and_depth_have_one_clock(self):
        """Infrared by v4l2src, of the same camera: both have the kernel's time."""
        camera = self.plug(streams=[{}, {"formats": {"Y800": [(424, 240)]}}], unit={})
        pipeline = Gst.parse_launch(
            f"depthv4l2src ! {SMALL},framerate=15/1 ! appsink name=depth sync=false v4l2src device=/dev/video2 ! video/x-raw,format=GRAY8,framerate=15/1 ! appsink name=ir sync=false"
        )
        pipeline.set_state(Gst.State.PLAYING)
        base, times = pipeline.get_base_time(), []
        for name in "depth", "ir":
            sink = pipeline.get_by_name(name)
            times.append([sink.emit("try-pull-sample", LONG).get_buffer().pts for _ in range(4)])
        base = pipeline.get_base_time()
        pipeline.set_state(Gst.State.NULL)
        for stream, stamps in zip(camera.streams, times):
            sent = [entry for entry in camera.sent if entry["stream"] == stream.interface]
            for stamp in stamps[1:]:
                close = [e for e in sent if e["first"] <= stamp + base <= e["last"]]
                self.assertTrue(close, (stream.interface, stamp + base, sent))

    def test_thousand_state_changes(self):
        self.plug(streams=[{"formats": {"Z16 ": [(424, 240)]}, "rates": [90]}], unit={})
        run = Run()
        up_and_down = [getattr(Gst.State, name) for name in ("READY", "PAUSED", "PLAYING", "PAUSED", "PLAYING", "READY", "PAUSED", "NULL")]
        with run:
            run.frames(1)
        files = len(os.listdir("/proc/self/fd"))
        for i in range(1000 // len(up_and_down)):
            for state in up_and_down:
                self.assertNotEqual(run.pipeline.set_state(state), Gst.StateChangeReturn.FAILURE, i)
        self.assertEqual(run.texts(Gst.MessageType.ERROR), [])
        self.assertEqual(len(os.listdir("/proc/self/fd")), files)
        with run:
            self.checked(run.frames(2))

    def test_latency(self):
        self.plug(unit={})
        with Run(filter=SMALL + ",framerate=15/1") as run:
            run.frames(1)
            query = Gst.Query.new_latency()
            self.assertTrue(run.source.query(query))
        live, least, most = query.parse_latency()
        self.assertEqual((live, least), (True, Gst.SECOND // 15))
        self.assertEqual(most, 8 * (Gst.SECOND // 15))


class Monitor(Camera):
    def test_hot_plug(self):
        udevd = next(filter(os.path.exists, ["/lib/systemd/systemd-udevd", "/usr/lib/systemd/systemd-udevd"]), None)
        if udevd is None:
            self.skipTest("there is no udevd, whom GUdev listens to")
        subprocess.run([udevd, "--daemon"], check=True)
        monitor = Gst.DeviceMonitor()
        monitor.add_filter("Video/Source", Gst.Caps.from_string("video/x-raw,format=GRAY16_LE"))
        monitor.start()
        self.addCleanup(monitor.stop)
        self.assertEqual(monitor.get_devices(), [])
        camera = self.plug(name="Hot", unit={})
        added = monitor.get_bus().timed_pop_filtered(LONG, Gst.MessageType.DEVICE_ADDED)
        self.assertIsNotNone(added)
        device = added.parse_device_added()
        self.assertEqual(device.get_display_name(), "Hot")
        element = device.create_element(None)
        self.assertEqual((element.get_factory().get_name(), element.get_property("device")), ("depthv4l2src", "/dev/video0"))
        self.unplug(camera)
        removed = monitor.get_bus().timed_pop_filtered(LONG, Gst.MessageType.DEVICE_REMOVED)
        self.assertIsNotNone(removed)
        self.assertEqual(removed.parse_device_removed().get_display_name(), "Hot")


class Slowest(unittest.TextTestResult):
    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        print(f"    {time.monotonic() - self.began:.1f} s {test.id()}", flush=True)


if __name__ == "__main__":
    Gst.init(None)
    Path("/proc/sys/kernel/printk").write_text("1")
    unittest.main(testRunner=unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Slowest), defaultTest=os.environ.get("CAMERA_TESTS", "").split() or None)
