# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What users get for bad input: one message that names what is wrong, the value and the remedy; never a crash, a hang or silence."""
import io
import os
import re
import shlex
import struct
import subprocess

import numpy as np
from common import Gst, Test, main, made_frames
from PIL import Image

# An error of an element of ours: gst-launch-1.0 may add what follows from it.
OURS = re.compile(r"ERROR: from element \S+Gst(?:Depth|Rvl)")
SOURCE = "depthtestsrc num-buffers=3 ! video/x-raw,width=32,height=24"
ENCODE = f"{SOURCE} ! rvldepthenc"
JPEG = "videotestsrc num-buffers=3 ! jpegenc"
REFUSED = [  # pipeline, what its error has to name
    (f"{SOURCE} ! rvldepthenc meter=0.001 ! fakesink", ["meter", "0.001", "1000"]),
    (f"{SOURCE} ! rvldepthenc meter=-5 ! fakesink", ["meter", "-5"]),
    (f"{SOURCE} ! rvldepthenc meter=inf ! fakesink", ["meter", "inf"]),
    (f"{SOURCE} ! rvldepthenc near=4 far=0.3 ! fakesink", ["near", "far", "4", "0.3"]),
    (f"{SOURCE} ! rvldepthenc near=2 far=2 ! fakesink", ["near", "far", "2"]),
    (f"{ENCODE} ! rvldepthdec meter=0.001 ! fakesink", ["meter", "0.001", "1000"]),
    (f"{SOURCE} ! depthcolormap near=4 far=0.3 ! fakesink", ["near", "far", "4", "0.3"]),
    (f"{ENCODE} ! rerunsink location=a.rrd meter=0.001", ["meter", "0.001", "1000"]),
    (f"{ENCODE} ! rerunsink location=a.rrd meter=nan", ["meter", "nan"]),
    (f"{ENCODE} ! rerunsink location=a.rrd near=4 far=0.3", ["near", "far", "4", "0.3"]),
    (f"{ENCODE} ! rerunsink location=a.rrd entity-path=/", ["entity-path", "/"]),
    (f"{ENCODE} ! rerunsink location=a.rrd entity-path=__properties/depth", ["entity-path", "__properties/depth"]),
    (f"{ENCODE} ! rerunsink location=a.rrd application-id=a.b", ["application-id", "a.b", "letters"]),
    (f"{ENCODE} ! rerunsink location=a.rrd application-id={'a' * 181}", ["application-id", "180"]),
    (f"{ENCODE} ! rerunsink location=nowhere/a.rrd", ["nowhere/a.rrd", "No such file"]),
    (f"{ENCODE} ! rerunsink location=/dev", ["/dev", "directory"]),
    (f'{ENCODE} ! rerunsink location=a.rrd pinhole="<1.0,2.0,3.0>"', ["pinhole", "fx, fy, cx, cy", "3"]),
    (f'{ENCODE} ! rerunsink location=a.rrd rotation="<0,0,0,0>"', ["rotation", "0", "not zero"]),
    (f'{ENCODE} ! rerunsink location=a.rrd translation="<0,inf,0>"', ["translation", "inf", "metres"]),
    (f"{ENCODE} ! rerunsink location=a.rrd opacity=2", ["opacity", "2", "0 to 1"]),
    (f"{ENCODE} ! rerunsink name=one location=a.rrd {ENCODE} ! rerunsink name=two location=a.rrd", ["one", "two", "/depth"]),
    (
        f"{JPEG} ! rerunsink location=a.rrd entity-path=rig pinhole=\"<9,9,9,9>\" {JPEG} ! rerunsink location=a.rrd entity-path=rig/b translation=\"<1,0,0>\"",
        ["/rig,", "/rig/b", "side by side"],
    ),
    (f'{ENCODE} ! rerunsink location=a.rrd pinhole="<0.0,600.0,320.0,240.0>"', ["pinhole", "0"]),
]


def rvl(pixels, width, height):
    """An RVL blob of frames without zeros and with deltas of one nibble."""
    nibbles = [0]
    count = width * height
    while count > 7:
        nibbles.append(count & 7 | 8)
        count >>= 3
    nibbles += [count, 2, *[0] * (width * height - 1)]
    nibbles += [0] * (-len(nibbles) % 8)
    words = [sum(n << 28 - 4 * i for i, n in enumerate(nibbles[k : k + 8])) for k in range(0, len(nibbles), 8)]
    return struct.pack("<iffII", 0, 0, 0, width, height) + struct.pack(f"<{len(words)}I", *words)


def png(image):
    out = io.BytesIO()
    Image.fromarray(image).save(out, "png")
    return out.getvalue()


GOOD = {"image/x-rvl": rvl(1, 32, 24), "image/png": png(made_frames(1, 32, 24)[0])}
GREY8 = png(np.zeros((24, 32), np.uint8))
COLOUR = png(np.zeros((24, 32, 3), np.uint8))


def damaged(codec):
    good = GOOD[codec]
    yield "empty", b""
    yield "a byte", good[:1]
    yield "half a header", good[:10]
    yield "truncated", good[: len(good) * 2 // 3]
    if codec == "image/x-rvl":
        yield "width 0", good[:12] + struct.pack("<I", 0) + good[16:]
        yield "too large", good[:12] + struct.pack("<II", 65535, 65535) + good[20:]
        yield "codes without end", good[:20] + b"\xff" * (len(good) - 20)
        yield "a pair of no pixels", good[:20] + b"\0" * (len(good) - 20)
    else:
        yield "another signature", b"X" + good[1:]
        yield "changed in the middle", good[:60] + bytes(255 - b for b in good[60:70]) + good[70:]
        yield "a header that lies", good[:16] + struct.pack(">I", 2**31 - 1) + good[20:]


class BadInput(Test):
    def launch(self, line):
        done = subprocess.run(
            ["gst-launch-1.0", *shlex.split(line)], cwd=self.folder, capture_output=True, text=True, timeout=60, env=dict(os.environ, LC_ALL="C")
        )
        return done.returncode, done.stdout + done.stderr

    def test_properties(self):
        for line, words in REFUSED:
            with self.subTest(line.split("!", 2)[-1].strip()[:90]):
                status, output = self.launch(line)
                self.assertGreater(status, 0, output)  # below: killed by a signal
                self.assertEqual(len(OURS.findall(output)), 1, output)
                for word in words:
                    self.assertIn(word, output)

    def test_no_unit_anywhere_is_said_once(self):
        caps = "video/x-raw,format=GRAY16_LE,width=8,height=2,framerate=30/1"
        for sink in "rvldepthenc ! fakesink", "rerunsink location=a.rrd":
            with self.subTest(sink):
                status, output = self.launch(f"videotestsrc num-buffers=5 ! {caps} ! {sink}")
                self.assertEqual(status, 0, output)
                self.assertEqual(output.count("1000"), 1, output)
                self.assertIn("INFO", output)

    def run_frames(self, element, caps, frames):
        """Pushes buffers through `appsrc ! element ! appsink` and returns frames out, warnings, errors."""
        pipeline = Gst.parse_launch(f"appsrc name=in format=time caps={caps} ! {element} ! appsink name=out sync=false")
        source, sink = pipeline.get_by_name("in"), pipeline.get_by_name("out")
        pipeline.set_state(Gst.State.PLAYING)
        for i, frame in enumerate(frames):
            buffer = Gst.Buffer.new_wrapped(frame) if frame else Gst.Buffer.new()
            buffer.pts = i * 33_000_000
            source.emit("push-buffer", buffer)
        source.emit("end-of-stream")
        wanted = Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING
        count, warnings, errors = 0, [], []
        while sink.emit("try-pull-sample", 5 * Gst.SECOND):
            count += 1
        while True:
            message = pipeline.get_bus().timed_pop_filtered(5 * Gst.SECOND, wanted)
            self.assertIsNotNone(message, "neither EOS nor an error")
            if message.type == Gst.MessageType.EOS:
                break
            is_error = message.type == Gst.MessageType.ERROR
            parsed = message.parse_error() if is_error else message.parse_warning()
            (errors if is_error else warnings).append(f"{parsed[0].message} {parsed[1]}")
            if is_error:
                break
        pipeline.set_state(Gst.State.NULL)
        return count, warnings, errors

    def test_damaged_frames_are_dropped_with_a_warning(self):
        for codec, good in GOOD.items():
            for what, bad in damaged(codec):
                with self.subTest(f"{codec}, {what}"):
                    count, warnings, errors = self.run_frames("rvldepthdec", codec, [good, bad, good])
                    self.assertEqual((count, errors), (2, []))
                    self.assertEqual(len(warnings), 1, warnings)
                    self.assertRegex(warnings[0], r"byte \d+|\d+ bytes|\d+x\d+|empty")

    def test_pictures_that_are_not_depth(self):
        for what, bad, word in ("8 bits", GREY8, "8-bit"), ("colour", COLOUR, "RGB|colour|color"):
            with self.subTest(what):
                _, _, errors = self.run_frames("rvldepthdec", "image/png", [bad])
                self.assertEqual(len(errors), 1, errors)
                self.assertRegex(errors[0], word)
                self.assertRegex(errors[0], "16-bit gr[ae]y")

    def test_buffers_smaller_than_their_caps(self):
        caps = "video/x-raw,format=GRAY16_LE,width=32,height=24,framerate=30/1"
        for element in "rvldepthenc", "depthcolormap", f"tee name=t t. ! queue ! rerunsink location={self.folder}/a.rrd t. ! queue":
            with self.subTest(element):
                _, _, errors = self.run_frames(element, caps, [b"\0" * 100])
                self.assertEqual(len(errors), 1, errors)
                self.assertIn("100", errors[0])

    def test_streams_without_times(self):
        """A segment in bytes, as filesrc and fakesrc make it."""
        caps = "video/x-raw,format=GRAY16_LE,width=32,height=24,framerate=30/1"
        for element in "rvldepthenc ! fakesink", "rvldepthenc ! rvldepthdec ! fakesink", "depthcolormap ! fakesink", "rerunsink location=a.rrd":
            with self.subTest(element):
                status, output = self.launch(f"fakesrc num-buffers=3 sizetype=fixed sizemax=1536 ! {caps} ! {element}")
                self.assertGreaterEqual(status, 0, output)
                self.assertNotIn("CRITICAL", output)

    def test_caps_without_size(self):
        caps = "video/x-raw,format=GRAY16_LE,framerate=30/1"
        for element in "rvldepthenc", "depthcolormap", f"tee name=t t. ! rerunsink location={self.folder}/a.rrd t.":
            self.check_error(element, caps, "width and height")

    def test_interlaced(self):
        caps = "video/x-raw,format=GRAY16_LE,width=32,height=24,framerate=30/1,interlace-mode=interleaved"
        for element in "rvldepthenc", "depthcolormap", f"tee name=t t. ! rerunsink location={self.folder}/a.rrd t.":
            self.check_error(element, caps, "progressive")

    def check_error(self, element, caps, words):
        with self.subTest(element):
            _, _, errors = self.run_frames(element, caps, [b"\0" * 1536])
            self.assertEqual(len(errors), 1, errors)
            self.assertIn(words, errors[0])


main()
