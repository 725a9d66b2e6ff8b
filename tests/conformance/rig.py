# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures, text and poses beside depth: what we log equals what Rerun's official SDK logs of the same bytes."""
import io
import subprocess

import numpy as np
import rerun as rr
from common import FPS, T0, Recording, Test, main, made_frames, play, pts
from PIL import Image
from rerun.encodings import PixelFormat

SIZE = WIDTH, HEIGHT = 64, 48
TRANSLATION, ROTATION = [0.015, -0.25, 3], [0.0, 0.6, 0.0, 0.8]
PINHOLE = (60.0, 61.0, 31.5, 23.5)
TIFF = {"kind": rr.EncodedDepthImage, "media_type": "image/tiff"}


def encode(picture, kind):
    out = io.BytesIO()
    Image.fromarray(picture).save(out, kind)
    return out.getvalue()


def colours(i):
    """A picture of colours, another one each time."""
    y, x = np.indices((HEIGHT, WIDTH))
    return np.stack([x * 4 % 256, y * 5 % 256, (x + y + 40 * i) % 256], -1).astype(np.uint8)


def noise(size, i):
    return np.random.default_rng(i).integers(0, 256, size, np.uint8).tobytes()


RAW = f"video/x-raw,width={WIDTH},height={HEIGHT},framerate={FPS}/1,format="
PIXELS = WIDTH * HEIGHT
# caps; bytes of frame i; what the SDK logs of them
STREAMS = {
    "jpeg": ("image/jpeg", lambda i: encode(colours(i), "jpeg"), lambda b: rr.EncodedImage(contents=b, media_type="image/jpeg")),
    "png": ("image/png", lambda i: encode(colours(i), "png"), lambda b: rr.EncodedImage(contents=b, media_type="image/png")),
    "grey-png": ("image/png", lambda i: encode(colours(i)[..., 0], "png"), lambda b: rr.EncodedImage(contents=b, media_type="image/png")),
    "tiff": (
        "image/tiff,depth-meter=1000/1",
        lambda i: encode(made_frames(i + 1, WIDTH, HEIGHT)[i], "tiff"),
        lambda b: rr.EncodedDepthImage.from_fields(blob=b, media_type="image/tiff", meter=1000),
    ),
    **{
        name: (RAW + caps, lambda i, n=n: noise(n, i), lambda b, options=options: rr.Image(bytes=b, width=WIDTH, height=HEIGHT, **options))
        for name, caps, n, options in (
            ("rgb", "RGB", 3 * PIXELS, dict(color_model="RGB", datatype=np.uint8)),
            ("bgr", "BGR", 3 * PIXELS, dict(color_model="BGR", datatype=np.uint8)),
            ("rgba", "RGBA", 4 * PIXELS, dict(color_model="RGBA", datatype=np.uint8)),
            ("bgra", "BGRA", 4 * PIXELS, dict(color_model="BGRA", datatype=np.uint8)),
            ("gray8", "GRAY8", PIXELS, dict(color_model="L", datatype=np.uint8)),
            ("nv12", "NV12", PIXELS * 3 // 2, dict(pixel_format=PixelFormat.NV12)),
            ("yuy2", "YUY2", PIXELS * 2, dict(pixel_format=PixelFormat.YUY2)),
            ("i420", "I420,colorimetry=bt601", PIXELS * 3 // 2, dict(pixel_format=PixelFormat.Y_U_V12_LimitedRange)),
            ("i420-full", "I420,colorimetry=1:4:0:0", PIXELS * 3 // 2, dict(pixel_format=PixelFormat.Y_U_V12_FullRange)),
        )
    },
    "infrared": (RAW + "GRAY16_LE", lambda i: noise(2 * PIXELS, i), lambda b: rr.Image(bytes=b, width=WIDTH, height=HEIGHT, color_model="L", datatype=np.uint16)),
    "text": ("text/x-raw,format=utf8", lambda i: f"{i} people, one \u00e4lter".encode(), lambda b: rr.TextLog(b.decode(), level="WARN")),
}
OPTIONS = {"infrared": "archetype=image", "text": "level=warn"}


class Rig(Test):
    def ours(self, name, caps, buffers, more=""):
        path = self.folder / "ours.rrd"
        play(f"rerunsink location={path} application-id=rig recording-id=one entity-path=rig/{name} {OPTIONS.get(name, '')} {more}", caps, buffers)
        self.verify(path)
        return path

    def theirs(self, name, buffers, archetype, states=(), static=None):
        """What the SDK logs; states before the first frame and once a second."""
        path = self.folder / "sdk.rrd"
        stream = rr.RecordingStream("rig", recording_id="one")
        stream.save(path)
        if static:
            stream.log(f"rig/{name}", static, static=True)
        for i, data in enumerate(buffers):
            stream.set_time("frame", sequence=i)
            stream.set_time("pts", duration=np.timedelta64(pts(i), "ns"))
            stream.set_time("capture_time", timestamp=np.datetime64(T0 + pts(i), "ns"))
            if states and i % FPS == 0:
                stream.log(f"rig/{name}", *states)
            stream.log(f"rig/{name}", archetype(data))
        stream.flush()
        stream.disconnect()
        return path

    def same(self, ours, theirs):
        self.assertEqual(self.difference(ours, theirs), "")

    def test_streams(self):
        for name, (caps, make, archetype) in STREAMS.items():
            with self.subTest(name):
                buffers = [make(i) for i in range(3)]
                ours = self.ours(name, caps, buffers, "timelines=capture-time+pts+frame")
                theirs = self.theirs(name, buffers, archetype)
                self.same(*(self.without_log_time(path) for path in (ours, theirs)))

    def without_log_time(self, path):
        """The SDK's log_time is when it logged."""
        out = path.with_name(f"{path.stem}-times.rrd")
        self.must("rrd", "filter", "--drop-timeline", "log_time", "--drop-timeline", "log_tick", path, "-o", out)
        return out

    def test_camera(self):
        """Intrinsics and pose once a second, looks once."""
        buffers = [encode(colours(i), "jpeg") for i in range(45)]
        pose = f'pinhole="<{",".join(map(str, PINHOLE))}>" translation="<0.015,-0.25,3>" rotation="<0,3,0,4>"'
        ours = self.ours("jpeg", STREAMS["jpeg"][0], buffers, f"{pose} opacity=0.5 draw-order=2 timelines=capture-time+pts+frame")
        states = (
            rr.Pinhole(focal_length=PINHOLE[:2], principal_point=PINHOLE[2:], resolution=SIZE),
            rr.Transform3D.from_fields(translation=TRANSLATION, quaternion=ROTATION),
        )
        looks = rr.EncodedImage.from_fields(opacity=0.5, draw_order=2)
        theirs = self.theirs("jpeg", buffers, STREAMS["jpeg"][2], states, looks)
        self.same(*(self.without_log_time(path) for path in (ours, theirs)))
        self.assertEqual([row["frame"] for row in Recording(ours).rows if row.get("Transform3D:translation")], [0, 30])

    def test_what_differs_is_found(self):
        """The comparison itself: another byte, another format."""
        caps, make, archetype = STREAMS["nv12"]
        buffers = [make(0)]
        ours = self.without_log_time(self.ours("nv12", caps, buffers, "timelines=capture-time+pts+frame"))
        for theirs in (
            self.theirs("nv12", [make(1)], archetype),
            self.theirs("nv12", buffers, lambda b: STREAMS["i420"][2](b)),
        ):
            self.assertNotEqual(self.difference(ours, self.without_log_time(theirs)), "")

    def test_sources_that_can_do_many_formats(self):
        for source, archetype in (
            ("videotestsrc", "Image:buffer"),
            ("videotestsrc ! videoconvert", "Image:buffer"),
            ("videotestsrc ! video/x-raw,format=Y444 ! videoconvert", "Image:buffer"),
            ("videotestsrc ! video/x-raw,format=I420,width=33,height=5 ! videoconvert", "Image:buffer"),
            ("videotestsrc ! jpegenc", "EncodedImage:blob"),
            ("videotestsrc ! pngenc", "EncodedImage:blob"),
            ("videotestsrc ! video/x-raw,format=GRAY16_LE", "DepthImage:buffer"),
        ):
            with self.subTest(source):
                path = self.folder / "many.rrd"
                source = source.replace("videotestsrc", "videotestsrc num-buffers=2")
                done = subprocess.run(f"gst-launch-1.0 -q {source} ! rerunsink location={path}".split(), capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.verify(path)
                self.assertEqual(len(Recording(path).column(archetype)), 2)


main()
