# SPDX-FileCopyrightText: the gst-rvldepth authors
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


def outside(number):
    """What the Viewer shows around a frame: no map has these colours."""
    return [255, 0, 255 - number]


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

    def viewers(self, frames, name):
        """{number: pixels}, of the Viewer's picture of each frame one pixel for each of the frame's, taken in its middle."""
        recording, picture = self.folder / "frames.rrd", PICTURES / f"{name}.png"
        stream = rr.RecordingStream("colours")
        # The Viewer's notices cover the right side.
        views = [rrb.Spatial2DView(origin=f"{number}", background=outside(number)) for number in frames]
        layout = rrb.Horizontal(rrb.Grid(*views), rrb.TextDocumentView(origin="nothing"), column_shares=[4, 1])
        stream.save(recording, default_blueprint=rrb.Blueprint(layout, collapse_panels=True))
        for number, frame in frames.items():
            stream.log(f"{number}", rr.DepthImage(frame, meter=1000, depth_range=[NEAR, FAR], colormap=number), static=True)
        stream.disconnect()
        PICTURES.mkdir(exist_ok=True)
        command = [RERUN, "--headless", "--port", "auto", "--renderer", "vulkan", "--screenshot-to", picture, "--window-size", "1800x1000"]
        for _ in range(5):
            subprocess.run([*command, recording], check=True, timeout=120, capture_output=True)
            image = np.array(Image.open(picture).convert("RGB")).astype(int)
            try:
                return {number: self.sample(image, number, frame.shape) for number, frame in frames.items()}
            except IndexError:  # taken before the Viewer had drawn it all
                continue
        self.fail("the Viewer does not show all frames")

    def sample(self, image, number, shape):
        first_and_end = self.extent((image == outside(number)).all(-1))
        y, x = (first + (np.arange(size) + 0.5) * (end - first) / size for size, (first, end) in zip(shape, first_and_end))
        return image[np.ix_(y.astype(int), x.astype(int))]

    def extent(self, outside):
        """Rows and columns of the frame, which stands in the middle of what is outside of it."""
        rows, columns = (np.flatnonzero(outside.any(axis)) for axis in (1, 0))
        view = ~outside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        inside = [np.flatnonzero(view[:, view.shape[1] // 2]), np.flatnonzero(view[view.shape[0] // 2])]
        return [(first[0] + part[0], first[0] + part[-1] + 1) for first, part in zip((rows, columns), inside)]

    def compare(self, frames, name):
        for number, theirs in self.viewers(frames, name).items():
            with self.subTest(MAPS[number - 1]):
                ours = self.ours(frames[number], MAPS[number - 1])
                seen = frames[number] > 0  # the Viewer has no colour of its own for "no depth"
                difference = np.abs(ours - theirs)[seen]
                print(MAPS[number - 1], "largest difference", difference.max(), "mean", difference.mean().round(3))
                self.assertLessEqual(difference.max(), 2)
                self.assertGreater(len(np.unique(ours[seen], axis=0)), 100)

    def test_maps(self):
        self.compare({number: ramp() for number in range(1, 10)}, "colormaps")

    def test_real_frame(self):
        self.compare({5: real_frames(1)[0]}, "colormap-real")


main()
