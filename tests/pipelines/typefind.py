# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files of RVL, found out by decodebin, uridecodebin, playbin and gst-discoverer; and what is no RVL."""
import struct
import tempfile
import unittest
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstPbutils", "1.0")
from gi.repository import Gst, GstPbutils  # noqa: E402

Gst.init(None)

LINES = {  # {} is the file; all end in raw depth
    "decodebin": "filesrc location={} ! decodebin ! {}",
    "decodebin, pushed": "filesrc location={} ! queue ! decodebin ! {}",
    "uridecodebin": "uridecodebin uri=file://{} ! {}",
    "uridecodebin3": "uridecodebin3 uri=file://{} ! {}",
    "playbin": 'playbin uri=file://{} video-sink="{}"',
}
OUT = "appsink name=out sync=false caps=video/x-raw,format=GRAY16_LE"


def run(line):
    """The buffers of a line, and the error that ended it."""
    pipeline = Gst.parse_launch(line)
    out = pipeline.get_by_name("out") or pipeline.get_property("video-sink")
    pipeline.set_state(Gst.State.PLAYING)
    buffers = []
    bus = pipeline.get_bus()
    while True:
        sample = out.emit("try-pull-sample", Gst.SECOND // 10)
        if sample is not None:
            buffer = sample.get_buffer()
            buffers.append(buffer.extract_dup(0, buffer.get_size()))
        error = bus.pop_filtered(Gst.MessageType.ERROR)
        if error is not None or (sample is None and out.get_property("eos")):
            pipeline.set_state(Gst.State.NULL)
            return buffers, error and error.parse_error()[0].message


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="depth-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def frames(self, count, size="width=101,height=37"):
        """RVL frames, and their samples."""
        source = f"depthtestsrc num-buffers={count} sensor=stereo ! video/x-raw,{size}"
        encoded, _ = run(f"{source} ! rvldepthenc ! appsink name=out sync=false")
        raw, _ = run(f"{source} ! {OUT}")
        return encoded, raw

    def file(self, data, name="depth.rvl"):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def check(self, data, raw, name="depth.rvl"):
        path = self.file(data, name)
        for element, line in LINES.items():
            with self.subTest(element, name=name):
                buffers, error = run(line.format(path, OUT))
                self.assertIsNone(error)
                self.assertEqual(buffers, raw)

    def test_one_frame(self):
        (frame,), raw = self.frames(1)
        self.check(frame, raw)
        self.check(frame, raw, "no-extension")

    def test_large_frame(self):
        (frame,), raw = self.frames(1, "width=640,height=480")
        self.check(frame, raw)

    def test_frames_one_after_the_other(self):
        frames, raw = self.frames(40)
        self.check(b"".join(frames), raw)

    def test_rtabmap(self):
        (frame,), raw = self.frames(1)
        width, height = struct.unpack_from("<II", frame, 12)
        self.check(b"DEPTHRVL" + struct.pack("<II", width, height) + frame[20:], raw)

    def test_discoverer(self):
        frames, _ = self.frames(2)
        for data in frames[0], b"".join(frames):
            info = GstPbutils.Discoverer.new(20 * Gst.SECOND).discover_uri(f"file://{self.file(data)}")
            (stream,) = info.get_video_streams()
            self.assertEqual((stream.get_width(), stream.get_height()), (101, 37))
            self.assertEqual(stream.get_caps().get_structure(0).get_name(), "image/x-rvl")

    def test_what_is_no_rvl(self):
        (frame,), _ = self.frames(1)
        other = bytes(bytearray(frame[:12])) + struct.pack("<II", 4, 3)
        for name, data in {
            "cut": frame[: len(frame) // 2],
            "header alone": frame[:20],
            "zeros": bytes(5000),
            "ones": b"\xff" * 5000,
            "a small picture and much else": other + b"\x11" * 5000,
            "text": b"depth,meter\n" * 500,
        }.items():
            with self.subTest(name):
                buffers, error = run(LINES["decodebin"].format(self.file(data), OUT))
                self.assertEqual(buffers, [])
                self.assertIsNotNone(error)


if __name__ == "__main__":
    unittest.main(verbosity=2)
