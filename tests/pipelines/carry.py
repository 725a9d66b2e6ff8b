# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lines of docs/carry.md on this machine: each sender in a process of its own, each receiver here. Frames arrive with the
bits and the meaning that they were sent with. And files of RVL, as GStreamer finds out what they are."""
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

Gst.init(None)

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 30  # that are looked at
SENT = 3 * FRAMES
SOURCE = "depthtestsrc sensor=stereo"
EXPECTED = {"depth-meter": "1000/1", "depth-range": "< 0.59999999999999998, 6 >"}
LIMIT = 60  # seconds without a frame


def lines_of_page():
    """By heading of docs/carry.md: [sender, receiver], as they stand."""
    sections = re.split(r"^## ", (ROOT / "docs/carry.md").read_text(), flags=re.MULTILINE)[1:]
    found = {section.split("\n")[0]: re.findall(r"^(?:gst-launch-1.0 (?:-e )?|(?=python3 ))(.*)$", section, re.MULTILINE) for section in sections}
    return {heading: lines for heading, lines in found.items() if lines}


def bits(sample):
    buffer = sample.get_buffer()
    return buffer.extract_dup(0, buffer.get_size())


def meta(buffer, name):
    found = buffer.get_custom_meta(name)
    if found is None:
        return None
    fields = found.get_structure()
    return {fields.nth_field_name(i): fields.get_value(fields.nth_field_name(i)) for i in range(fields.n_fields())}


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def play(line, wanted, limit=LIMIT):
    """Runs a line; its last element gives way to one that hands the frames over. Yields once when it plays, then samples
    until there are as many as wanted, until its end, an error, or a time without a frame."""
    pipeline = Gst.parse_launch(line.rsplit(" ! ", 1)[0] + " ! rvldepthdec ! appsink name=out sync=false")
    try:
        if pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE:
            raise RuntimeError(pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error())
        yield None
        out = pipeline.get_by_name("out")
        for _ in range(wanted):
            sample = out.emit("try-pull-sample", limit * Gst.SECOND)
            if sample is None:
                return
            yield sample
    finally:
        pipeline.set_state(Gst.State.NULL)


def have(line):
    """Whether this GStreamer has what a line needs."""
    try:
        Gst.parse_launch(line)
        return True
    except Exception as error:
        print(f"not run: {error}")
        return False


class Carry(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lines = lines_of_page()
        cls.sent = [bits(sample) for sample in list(play(f"{SOURCE} num-buffers={SENT} ! rvldepthenc ! fakesink", SENT))[1:]]

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="depth-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def pair(self, heading, port=0, more=0):
        """The lines of the page with a port, a folder and frames of this test."""
        source = f"{SOURCE} num-buffers={FRAMES + more}"
        replacements = {
            r"5004": str(port),
            r"/tmp/depth\b": f"{self.folder}/socket",
            r"location=(\w+\.\w+)": rf"location={self.folder}/\1",
            r"depthtestsrc is-live=true": f"{source} is-live=true",
            r"depthtestsrc num-buffers=30": source,
        }
        lines = self.lines[heading]
        for old, new in replacements.items():
            lines = [re.sub(old, new, line) for line in lines]
        return lines

    def start(self, *command, **more):
        process = subprocess.Popen(command, env=dict(os.environ, GST_TRACERS=""), **more)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        return process

    def send(self, line):
        return self.start("gst-launch-1.0", "-q", *shlex.split(line))

    def over_network(self, heading, kind=socket.SOCK_STREAM, more=0):
        sender, receiver = self.pair(heading, free_port(kind), more)
        receiving = play(receiver, FRAMES)
        self.addCleanup(receiving.close)
        next(receiving)  # it listens
        self.send(sender)
        return list(receiving)

    def in_file(self, heading):
        sender, receiver = self.pair(heading)
        self.assertEqual(self.send(sender).wait(60), 0)
        return list(play(receiver, FRAMES))[1:]

    def check(self, samples, skipped=0, delta=1000):
        """All frames in order but for some at the beginning, their times to `delta` ns."""
        self.assertEqual(len(samples), FRAMES)
        first = samples[0].get_buffer().pts
        for i, sample in enumerate(samples):
            with self.subTest(frame=i):
                self.assertEqual(bits(sample), self.sent[skipped + i])
                self.check_meaning(sample)
                self.assertAlmostEqual(sample.get_buffer().pts - first, i * Gst.SECOND // 30, delta=delta)

    def check_meaning(self, sample):
        text = sample.get_caps().to_string()
        for field, value in EXPECTED.items():
            self.assertRegex(text, rf"{field}=\(\w+\){re.escape(value)}")
        self.assertEqual(meta(sample.get_buffer(), "GstDepthMeta"), {"meter": 1000, "range-min": 600, "range-max": 6000})
        camera = meta(sample.get_buffer(), "GstPinholeMeta")
        numbers = [float(n) for n in re.search(r"depth-pinhole=\(double\)< (.*?) >", text)[1].split(", ")]
        self.assertEqual([camera[name] for name in ("fx", "fy", "cx", "cy", "width", "height")], numbers)
        self.assertEqual(numbers[4:], [640, 480])

    def test_udp(self):
        """What arrives is whole and in order. How much that is depends on the system: tests/bench/udp.py."""
        samples = self.over_network("RTP over UDP", socket.SOCK_DGRAM, more=SENT - FRAMES)
        numbers = [self.sent.index(bits(sample)) for sample in samples]
        self.assertTrue(numbers, "nothing came")
        self.assertEqual(numbers, sorted(set(numbers)))
        for sample in samples:
            self.check_meaning(sample)

    def test_udp_receiver_that_comes_late(self):
        """The caps come again every second."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.bind(("127.0.0.1", 0))
            first.settimeout(LIMIT)
            sender, receiver = self.pair("RTP over UDP", first.getsockname()[1], 10000)
            self.send(sender)
            first.recv(2000)
        samples = list(play(receiver, 5))[1:]
        self.assertEqual(len(samples), 5)
        for sample in samples:
            self.check_meaning(sample)

    def test_tcp(self):
        self.check(self.over_network("TCP"))

    def test_srt(self):
        """At the end of the sender what is under way is lost, so it goes on a little longer."""
        self.check(self.over_network("SRT", more=300))

    def test_shared_memory(self):
        sender, receiver = self.pair("Processes of one machine")
        process = self.send(sender)
        while not (self.folder / "socket").exists():
            self.assertIsNone(process.poll(), "the sender ended")
            try:
                process.wait(0.01)
            except subprocess.TimeoutExpired:
                pass
        self.check(list(play(receiver, FRAMES))[1:])

    def test_rtsp(self):
        try:
            gi.require_version("GstRtspServer", "1.0")
        except ValueError as error:
            self.skipTest(error)
        server, receiver = self.pair("RTSP")
        process = self.start(sys.executable, ROOT / server.split()[1], f"{SOURCE} is-live=true", "0", stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        url = process.stdout.readline().strip()
        samples = list(play(receiver.replace("rtsp://127.0.0.1:8554/depth", url), FRAMES))[1:]
        self.check(samples, self.sent.index(bits(samples[0])), 10 * Gst.MSECOND)  # estimated by what has arrived

    def test_gdp_file(self):
        self.check(self.in_file("A gdp file"))

    def test_mov(self):
        self.check(self.in_file("A lossless .mov"))

    def test_matroska(self):
        sender, _ = self.pair("Raw depth in Matroska")
        if not have(sender):
            self.skipTest("matroskamux has no GRAY16_LE before GStreamer 1.24")
        self.check(self.in_file("Raw depth in Matroska"), delta=Gst.MSECOND)

    def test_every_line_is_run(self):
        tested = {"RTP over UDP", "TCP", "SRT", "RTSP", "Processes of one machine", "A gdp file", "A lossless .mov", "Raw depth in Matroska"}
        self.assertEqual(set(self.lines), tested)
        for heading, lines in self.lines.items():
            self.assertEqual(len(lines), 2, heading)


if __name__ == "__main__":
    unittest.main(verbosity=2)
