# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Video of a real encoder (the argument names its codec): what our pipeline logs equals what Rerun's official SDK logs of the
same samples, and the Viewer shows it in its colours. The pictures stay in build/pictures, to be looked at."""
import re
import shutil
import subprocess
import sys

import numpy as np
import rerun as rr
import rerun.blueprint as rrb
from common import FPS, RERUN, T0, Gst, Recording, Test, main, play, pts, skip
from servers import wait
from viewing import Window, difference, hidden_panels, keep, shown

ENTITY = "rig/colour"
N = 45
KEY_DISTANCE = 15
SIZE = 320, 240
# Seven bars, as videotestsrc has them.
BARS = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191)]
# The encoder, and what shows its video.
CODECS = {
    "h264": (rr.VideoCodec.H264, f"x264enc bframes=0 key-int-max={KEY_DISTANCE} option-string=scenecut=0", "ffmpeg"),
    "h265": (rr.VideoCodec.H265, f"x265enc tune=zerolatency key-int-max={KEY_DISTANCE} option-string=scenecut=0 ! h265parse config-interval=-1", "ffmpeg"),
    "av1": (rr.VideoCodec.AV1, f"av1enc usage-profile=realtime cpu-used=8 keyframe-max-dist={KEY_DISTANCE}", None),
    "vp8": (rr.VideoCodec.VP8, f"vp8enc deadline=1 keyframe-max-dist={KEY_DISTANCE}", "ffmpeg"),
    "vp9": (rr.VideoCodec.VP9, f"vp9enc deadline=1 keyframe-max-dist={KEY_DISTANCE}", "ffmpeg"),
}
NAME = sys.argv.pop(1)
CODEC, ENCODER, SHOWN_BY = CODECS[NAME]
if not Gst.ElementFactory.find(ENCODER.split()[0]):
    skip(f"there is no {ENCODER.split()[0]}")


def encode():
    """(caps, [(bytes, whether a decoder can begin there by the buffer's flags)])"""
    width, height = SIZE
    pipeline = Gst.parse_launch(
        f"videotestsrc num-buffers={N} pattern=smpte75 ! timeoverlay ! video/x-raw,format=I420,width={width},height={height},framerate={FPS}/1,colorimetry=bt709 ! "
        f"{ENCODER} ! appsink name=sink sync=false"
    )
    sink, samples, caps = pipeline.get_by_name("sink"), [], None
    pipeline.set_state(Gst.State.PLAYING)
    while sample := sink.emit("pull-sample"):
        buffer, caps = sample.get_buffer(), sample.get_caps()
        samples.append((buffer.extract_dup(0, buffer.get_size()), not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)))
    pipeline.set_state(Gst.State.NULL)
    return caps, samples


def sdk_record(path, samples, recording):
    stream = rr.RecordingStream("golden", recording_id=recording)
    stream.save(path)
    stream.log(ENTITY, rr.VideoStream(CODEC), static=True)
    for i, (sample, is_key) in enumerate(samples):
        stream.set_time("frame", sequence=i)
        stream.set_time("pts", duration=np.timedelta64(pts(i), "ns"))
        stream.set_time("capture_time", timestamp=np.datetime64(T0 + pts(i), "ns"))
        stream.log(ENTITY, rr.VideoStream.from_fields(sample=sample, is_keyframe=is_key))
    stream.flush()
    stream.disconnect()
    return path


# What an encoder or a parser may be told that Rerun does not take, and what the one error has to name.
REFUSED = {
    "h264": [
        ("x264enc", ["B-frames", "bframes=0", "tune=zerolatency"]),
        ("x264enc bframes=0 ! h264parse ! video/x-h264,stream-format=avc", ["alignment=au", "h264parse"]),
        ("x264enc bframes=0 ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=nal", ["alignment=au", "h264parse"]),
        ("x264enc bframes=0 ! qtmux ! qtdemux", ["byte-stream", "h264parse"]),
    ],
    "h265": [
        ("x265enc", ["B-frames", "tune=zerolatency"]),
        ("x265enc tune=zerolatency ! h265parse ! video/x-h265,stream-format=hvc1", ["alignment=au", "h265parse"]),
    ],
}
# Between an encoder and the sink: what others do to the form of a stream, and parsers and payloaders undo.
THROUGH = {
    "h264": ["rtph264pay ! rtph264depay", "rtph264pay ! rtph264depay ! queue", "h264parse ! video/x-h264,stream-format=avc ! h264parse", "mpegtsmux ! tsdemux"],
    "h265": ["rtph265pay ! rtph265depay", "h265parse ! video/x-h265,stream-format=hvc1 ! h265parse"],
    "av1": ["av1parse"],
    "vp8": ["rtpvp8pay ! rtpvp8depay", "webmmux ! matroskademux"],
    "vp9": ["rtpvp9pay ! rtpvp9depay", "webmmux ! matroskademux ! vp9parse"],
}


class Video(Test):
    @classmethod
    def setUpClass(cls):
        cls.caps, cls.samples = encode()

    def ours(self, recording="video"):
        path = self.folder / "ours.rrd"
        play(f"rerunsink location={path} application-id=golden recording-id={recording} entity-path={ENTITY}", self.caps, [s for s, _ in self.samples])
        return path

    def test_as_the_sdk(self):
        ours = self.ours()
        self.verify(ours, judges=[RERUN])  # 0.31's program does not know VideoStream:is_keyframe
        theirs = sdk_record(self.folder / "sdk.rrd", self.samples, "video")
        self.assertEqual(self.difference(ours, theirs), "")
        # and it would have found one
        changed = list(self.samples)
        changed[KEY_DISTANCE] = changed[KEY_DISTANCE][0], False
        other = sdk_record(self.folder / "other.rrd", changed, "video")
        self.assertNotEqual(self.difference(ours, other), "")

    def test_rows(self):
        rows = [row for row in Recording(self.ours()).rows if "VideoStream:sample" in row]
        self.assertEqual([bytes(row["VideoStream:sample"][0]) for row in rows], [sample for sample, _ in self.samples])
        self.assertEqual([row["frame"] for row in rows if row["VideoStream:is_keyframe"] == [True]], [*range(0, N, KEY_DISTANCE)])
        self.assertEqual([row["pts"] for row in rows], [pts(i) for i in range(N)])

    def launch(self, encoder, count=10):
        width, height = SIZE
        path = self.folder / "launched.rrd"
        source = f"videotestsrc num-buffers={count} ! video/x-raw,format=I420,width={width},height={height}"
        line = f"gst-launch-1.0 -q {source} ! {encoder} ! rerunsink location={path}"
        return path, subprocess.run(line.split(), capture_output=True, text=True, timeout=60)

    def test_refused(self):
        for encoder, words in REFUSED.get(NAME, ()):
            with self.subTest(encoder):
                _, done = self.launch(encoder)
                self.assertGreater(done.returncode, 0)
                errors = re.findall(r"ERROR: from element \S*GstDepthRerunSink\S* (.*)", done.stderr + done.stdout)
                self.assertEqual(len(errors), 1, done.stderr + done.stdout)
                for word in words:
                    self.assertIn(word, errors[0])

    def test_through(self):
        for tail in THROUGH[NAME]:
            with self.subTest(tail):
                path, done = self.launch(f"{ENCODER} ! {tail}")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn("WARNING", done.stderr + done.stdout)
                self.assertEqual(len(Recording(path).column("VideoStream:sample")), 10)

    def test_in_the_viewer(self):
        if SHOWN_BY and not shutil.which(SHOWN_BY):
            self.skipTest(f"there is no {SHOWN_BY}")
        ours = self.picture(self.ours(), f"video-{NAME}")
        theirs = self.picture(sdk_record(self.folder / "sdk.rrd", self.samples, "video"), f"video-{NAME}-sdk")
        self.assertLess(difference(ours, theirs), 0.002)
        ys, xs = np.nonzero(shown(ours))
        left, right, middle = xs.min(), xs.max() + 1, (ys.min() + ys.max()) // 2
        self.assertAlmostEqual((right - left) / (ys.max() + 1 - ys.min()), SIZE[0] / SIZE[1], delta=0.02)
        for i, colour in enumerate(BARS):
            seen = ours[middle, left + (right - left) * (2 * i + 1) // 14]
            self.assertLess(np.abs(seen.astype(int) - colour).max(), 16, f"bar {i}: {seen}")

    def picture(self, path, name):
        """The 2D view of a frame between two key frames."""
        for _ in range(3):  # see viewer.py
            blueprint = self.folder / "layout.rbl"
            view = rrb.Spatial2DView(origin=ENTITY)
            aside = rrb.DataframeView(origin=ENTITY)  # under the Viewer's own messages
            rrb.Blueprint(rrb.Horizontal(view, aside), *hidden_panels(), auto_layout=False, auto_views=False).save("golden", blueprint)
            with Window(blueprint, path, size="1200x480") as window:
                wait(lambda: window.frames() == (0, N - 1), "the frames")
                window.go_to(KEY_DISTANCE + 3)
                shots = window.shots({"2D": str(view.id)})
            if shots:
                keep(shots, name)
                return shots["2D"]
        self.fail("the Viewer does not show it")


main()
