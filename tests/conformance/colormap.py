# SPDX-License-Identifier: LGPL-2.1-or-later
"""depthcolormap beside the real Viewer's picture of the same frame and range. The pictures stay in build/pictures, to be looked at."""
import subprocess

import numpy as np
import rerun as rr
import rerun.blueprint as rrb
from common import RERUN, VENV, Test, main, real_frames, record
from PIL import Image

PICTURES = VENV.parent / "pictures"
MAPS = ["grayscale", "inferno", "magma", "plasma", "turbo", "viridis", "cyan-to-yellow", "spectral", "twilight"]
NEAR, FAR = 500, 5000
OUTSIDE = [255, 0, 255]  # no map has this colour


def ramp():
    """Below, in and above the range, and the samples at its ends."""
    frame = np.linspace(NEAR - 100, FAR + 200, 64 * 48).round().astype("<u2")
    frame[:8] = [1, NEAR - 1, NEAR, NEAR + 1, FAR - 1, FAR, FAR + 1, 65535]
    return frame.reshape(48, 64)


class Colours(Test):
    def ours(self, frame, colormap):
        path = self.folder / "ours"
        height, width = frame.shape
        tail = f"depthcolormap near={NEAR / 1000} far={FAR / 1000} colormap={colormap} ! video/x-raw,format=RGBA ! filesink location={path}"
        record(tail, [frame])
        return np.fromfile(path, np.uint8).reshape(height, width, 4)[..., :3].astype(int)

    def viewers(self, frame, number):
        """One pixel of the Viewer's picture for each of the frame's, taken in its middle."""
        height, width = frame.shape
        recording, picture = self.folder / "frame.rrd", PICTURES / f"colormap-{number}-{width}x{height}.png"
        # The Viewer's notices cover the right side.
        views = rrb.Spatial2DView(origin="depth", background=OUTSIDE), rrb.TextDocumentView(origin="nothing")
        blueprint = rrb.Blueprint(rrb.Horizontal(*views, column_shares=[2, 1]), collapse_panels=True)
        stream = rr.RecordingStream("colours")
        stream.save(recording, default_blueprint=blueprint)
        stream.log("depth", rr.DepthImage(frame, meter=1000, depth_range=[NEAR, FAR], colormap=number), static=True)
        stream.disconnect()
        PICTURES.mkdir(exist_ok=True)
        command = [RERUN, "--headless", "--port", "auto", "--renderer", "vulkan", "--screenshot-to", picture, "--window-size", "1280x800"]
        subprocess.run([*command, recording], check=True, timeout=120, capture_output=True)

        image = np.array(Image.open(picture).convert("RGB")).astype(int)
        rows, columns = self.extent((image == OUTSIDE).all(-1))
        y = rows[0] + (np.arange(height) + 0.5) * (rows[1] - rows[0]) / height
        x = columns[0] + (np.arange(width) + 0.5) * (columns[1] - columns[0]) / width
        return image[np.ix_(y.astype(int), x.astype(int))]

    def extent(self, outside):
        """Rows and columns of the frame, which stands in the middle of what is outside of it."""
        rows, columns = (np.flatnonzero(outside.any(axis)) for axis in (1, 0))
        view = ~outside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        inside = [np.flatnonzero(view[:, view.shape[1] // 2]), np.flatnonzero(view[view.shape[0] // 2])]
        return [(first[0] + part[0], first[0] + part[-1] + 1) for first, part in zip((rows, columns), inside)]

    def compare(self, frame, number):
        ours, theirs = self.ours(frame, MAPS[number - 1]), self.viewers(frame, number)
        seen = frame > 0  # the Viewer has no colour of its own for "no depth"
        difference = np.abs(ours - theirs)[seen]
        print(MAPS[number - 1], "largest difference", difference.max(), "mean", difference.mean().round(3))
        self.assertLessEqual(difference.max(), 2)
        self.assertGreater(len(np.unique(ours[seen], axis=0)), 100)

    def test_maps(self):
        for number in range(1, 10):
            with self.subTest(MAPS[number - 1]):
                self.compare(ramp(), number)

    def test_real_frame(self):
        self.compare(real_frames(1)[0], 5)


main()
