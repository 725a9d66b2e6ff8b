# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What our pipeline logs equals what Rerun's official SDK logs of the same frames: fields, entity paths, times, bytes."""
import numpy as np
from common import SHARED, Recording, Test, main, png_decode, real_frames, record, rvl_decode, sdk_record, shared

ENTITY = "world/camera/depth"
PINHOLE = (615.0, 615.0, 320.0, 240.0, 640, 480)
OPTIONS = (
    f"application-id=golden entity-path={ENTITY} near=0.3 far=4 colormap=turbo point-fill-ratio=0.8 draw-order=-10 magnification-filter=nearest"
)
FIELDS = [
    f"EncodedDepthImage:{name}"
    for name in ("media_type", "meter", "depth_range", "colormap", "point_fill_ratio", "draw_order", "magnification_filter")
]


class Golden(Test):
    def ours(self, codec, more=""):
        """Our recording of three frames as codec."""
        path = self.folder / "ours.rrd"
        encoded = {"rvl": "image/x-rvl", "png": "image/png"}[codec]
        record(
            f"rvldepthenc meter=1000 ! {encoded} ! rerunsink location={path} recording-id=golden-{codec} {OPTIONS} {more}", real_frames(3)
        )
        self.verify(path)
        return path

    def golden(self, name):
        return Recording(SHARED / "golden" / name)

    @shared
    def test_rvl_equals_the_golden_recordings(self):
        """Byte for byte, and each value that they say of the frames, although they say some once and we say them again."""
        ours = Recording(self.ours("rvl"))
        for name in "rvl-0.31.4.rrd", "rvl-0.41.0.rrd":
            golden = self.golden(name)
            self.assertEqual(ours.blobs(), golden.blobs())
            for field in FIELDS:
                with self.subTest(f"{name} {field}"):
                    (value,) = golden.column(field, f"/{ENTITY}")
                    said = ours.column(field, f"/{ENTITY}")
                    self.assertEqual(said, len(said) * [value])
                    self.assertGreater(len(said), 0)
            for timeline in "frame", "pts", "capture_time":
                self.assertEqual([row[timeline] for row in ours.pictures()], [row[timeline] for row in golden.pictures()])

    @shared
    def test_png_equals_the_golden_recording_in_pixels(self):
        ours, golden = Recording(self.ours("png")).blobs(), self.golden("png-0.41.0.rrd").blobs()
        self.assertEqual(len(ours), len(golden))
        for a, b in zip(ours, golden):
            np.testing.assert_array_equal(png_decode(a), png_decode(b))

    def test_pinhole_and_both_codecs_equal_the_sdk(self):
        pinhole = 'pinhole="<%s, %s, %s, %s>"' % PINHOLE[:4]
        for codec, decode in ("rvl", rvl_decode), ("png", png_decode):
            with self.subTest(codec):
                ours = self.ours(codec, pinhole)
                blobs = Recording(ours).blobs()
                for blob, frame in zip(blobs, real_frames(3)):
                    np.testing.assert_array_equal(decode(blob), frame)
                theirs = sdk_record(self.folder / "sdk.rrd", codec, blobs, recording=f"golden-{codec}", pinhole=PINHOLE)
                self.assertEqual(self.difference(ours, theirs), "")

    def test_the_comparison_sees_what_is_wrong(self):
        ours = self.ours("rvl")
        blobs = Recording(ours).blobs()
        swapped = [blob[:20] + blob[:19:-1] for blob in blobs]
        wrong = {
            "a unit": (blobs, dict(meter=0.001)),
            "a range": (blobs, dict(depth_range=[0.3, 4.0])),
            "a nanosecond": (blobs, dict(shift=1)),
            "an entity": (blobs, dict(entity="world/camera/depth2")),
            "bytes": (swapped, {}),
            "a lost frame": (blobs[:-1], {}),
        }
        self.assertEqual(self.difference(ours, sdk_record(self.folder / "right.rrd", "rvl", blobs, recording="golden-rvl")), "")
        for what, (those, changed) in wrong.items():
            with self.subTest(what):
                theirs = sdk_record(self.folder / "wrong.rrd", "rvl", those, recording="golden-rvl", **changed)
                self.assertNotEqual(self.difference(ours, theirs), "")


main()
