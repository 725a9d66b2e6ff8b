# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The main job: a camera, a running Viewer and a file; the Viewer is killed and started again, its picture comes back, the file has every frame."""
import shutil
import signal
import subprocess

import numpy as np
from common import Recording, Test, main, sdk_record
from servers import PATIENCE, address, free_port, wait
from viewing import ENTITY, Window, difference, keep, shown

LINE = "depthtestsrc is-live=true ! rvldepthenc ! rerunsink uri={} location={}"
SIZE = "1280x800"


class LiveViewer(Test):
    def views(self, window):
        """{class: id} of the views that the Viewer makes by itself, once it shows data and has nothing to complain of."""
        views = window.state().views
        return {v.view_class: v.view_id for v in views} if len(views) == 2 and not any(v.reports for v in views) else None

    def shot(self, window):
        """{class: pixels}, None while the Viewer still makes its layout."""
        try:
            return (ids := self.views(window)) and {view: window.picture(view_id) for view, view_id in ids.items()}
        except ConnectionError:  # the view is there no more
            return None

    def pictures(self, window, name):
        """Of each view, with many colours."""
        taken = wait(lambda: (t := self.shot(window)) and all(shown(picture).mean() > 0.1 for picture in t.values()) and t, "pictures")
        keep(taken, name)
        for view, picture in taken.items():
            colours = picture[shown(picture)]
            self.assertGreater(min(np.ptp(colours, axis=0)), 100, f"{view} has few colours")

    def test_main_job(self):
        port, path = free_port(), self.folder / "run.rrd"
        first = Window(port=port, size=SIZE)
        self.addCleanup(first.kill)
        line = [shutil.which("gst-launch-1.0"), "-e", *LINE.format(address(port), path).split()]
        run = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        self.pictures(first, "live-first")
        first.kill()
        with Window(port=port, size=SIZE) as second:
            self.pictures(second, "live-again")
            run.send_signal(signal.SIGINT)
            said, _ = run.communicate(timeout=PATIENCE)
            last = self.judge(Recording(path), said)
            wait(lambda: second.frames()[1] == last, "the last frame")
            live = self.still(second, "live-last")
        with Window(self.last_frame_by_sdk(Recording(path)), size=SIZE) as third:
            self.assertLess(difference(live, self.still(third, "live-sdk")), 0.002)

    def last_frame_by_sdk(self, recording):
        (matrix,), (size,) = recording.column("Pinhole:image_from_camera")[-1], recording.column("Pinhole:resolution")[-1]
        fields = {name: recording.column(f"EncodedDepthImage:{name}")[-1][0] for name in ("meter", "depth_range")}
        fields |= dict.fromkeys(("colormap", "point_fill_ratio", "draw_order", "magnification_filter"))
        pinhole = matrix[0], matrix[4], matrix[6], matrix[7], *size
        blobs = recording.blobs()[-1:]
        return sdk_record(self.folder / "sdk.rrd", "rvl", blobs, recording="sdk", entity=ENTITY, pinhole=pinhole, **fields)

    def still(self, window, name):
        """The last frame in 2D, without the right side, which the Viewer's notices cover. The 3D view's eye depends on what came first."""
        last = None

        def same():
            nonlocal last
            before, last = last, self.shot(window)
            return before and last and difference(before["2D"], last["2D"]) == 0

        wait(same, "a picture that stands still")
        keep({"2D": last["2D"]}, name)
        return last["2D"][:, : last["2D"].shape[1] * 3 // 4]

    def judge(self, recording, said):
        """Every frame is in the file, one warning told of the outage, and one line of the Viewer's return."""
        frames, pts = recording.frames(), [row["pts"] for row in recording.pictures()]
        self.assertEqual(frames, list(range(len(frames))))
        self.assertEqual({round(step * 30 / 1e9) for step in np.diff(pts)}, {1}, "a frame is missing")
        self.assertTrue(recording.footer)
        self.assertEqual(said.count("WARNING: from element"), 1, said)
        self.assertRegex(said, "lost rerun.http://127.0.0.1:")
        self.assertIn("connected to rerun+http://127.0.0.1:", said)
        self.assertNotIn("not delivered", said)
        return frames[-1]


main()
