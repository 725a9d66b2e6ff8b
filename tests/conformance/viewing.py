# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real Viewer, without display and GPU, and its pictures. They stay in build/pictures, to be looked at."""
import io
import subprocess
import time

import numpy as np
import rerun.blueprint as rrb
from common import RERUN, VENV
from PIL import Image
from rerun.experimental import ViewerClient
from servers import PATIENCE, address, free_port

ENTITY = "depth"
PICTURES = VENV.parent / "pictures"


def hidden_panels():
    return [*(panel(state="hidden") for panel in (rrb.TopPanel, rrb.BlueprintPanel, rrb.SelectionPanel)), rrb.TimePanel(state="hidden", timeline="frame")]


def layout(path):
    """Writes a layout of three views and returns {name: id}."""
    eye = rrb.EyeControls3D(kind=rrb.Eye3DKind.Orbital, position=(-2.5, -2, -2), look_target=(0, 0.2, 2), eye_up=(0, -1, 0))
    table = rrb.archetypes.DataframeQuery(timeline="frame", apply_latest_at=True)
    views = {
        "2D": rrb.Spatial2DView(origin=ENTITY),
        "3D": rrb.Spatial3DView(eye_controls=eye, line_grid=False, background=[0, 0, 0]),
        "table": rrb.DataframeView(origin=ENTITY, query=table),
    }
    rrb.Blueprint(rrb.Horizontal(*views.values()), *hidden_panels(), auto_layout=False, auto_views=False).save("pictures", path)
    return {name: str(view.id) for name, view in views.items()}


class Window:
    """A Viewer that runs until the end of the `with` block, or kill()."""

    def __init__(self, *inputs, port=None, size="1800x500"):
        self.port = port or free_port()
        command = [RERUN, "--headless", "--bind", "127.0.0.1", "--port", self.port, "--renderer", "vulkan", "--window-size", size, *inputs]
        self.process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = self.connect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def connect(self):
        while self.process.poll() is None:
            try:
                client = ViewerClient(address(self.port))
                client.get_state()
                return client
            except (ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise RuntimeError(f"the Viewer ended with {self.process.returncode}")

    def ask(self, question, *arguments):
        """The Viewer draws in software: where other work keeps the processors busy, its answer may come too late."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return question(*arguments)
            except TimeoutError:
                if time.monotonic() > end:
                    raise

    def state(self):
        return self.ask(self.client.get_state)

    def picture(self, view=None):
        """Of one view, or of the whole window."""
        return load(self.ask(self.client.take_screenshot, view))

    def frames(self):
        """The first and last frame that the Viewer has of the stream, or None."""
        for recording in self.state().recordings:
            for timeline in recording.timelines:
                if timeline.name == "frame":
                    return timeline.start, timeline.end
        return None

    def go_to(self, frame):
        self.ask(lambda: self.client.set_time("frame", sequence=frame, play_state="paused"))

    def shots(self, ids):
        """The pictures of the views once two in a row are the same, None if that does not happen."""
        last, end = None, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            state = self.state()
            reports = {view.view_id: view.reports for view in state.views}
            if state.loading or not reports:
                time.sleep(0.1)
                continue
            if not reports.keys() >= {*ids.values()}:
                break
            now = {view: self.picture(view_id) for view, view_id in ids.items()}
            still = last and all(difference(now[view], last[view]) == 0 for view in ids)
            if still and not any(reports[view_id] for view_id in ids.values()) and all(shown(now[view]).mean() > 0.01 for view in ids):
                return now
            last = now
        print(f"not shown: {state}")
        return None


def keep(pictures, name):
    """Leaves {view: pixels} where they can be looked at."""
    PICTURES.mkdir(exist_ok=True)
    for view, image in pictures.items():
        Image.fromarray(image).save(PICTURES / f"{name}-{view}.png")


def load(png):
    return np.array(Image.open(io.BytesIO(png)).convert("RGB"))


def shown(picture):
    """Where a view shows something: what is brighter than the Viewer's own dark grey."""
    return picture.max(-1) > 60


def overlap(a, b):
    """Intersection over union of what two views show."""
    return (shown(a) & shown(b)).sum() / (shown(a) | shown(b)).sum()


def difference(a, b):
    """The share of pixels that differ visibly."""
    return (np.abs(a.astype(int) - b).max(-1) > 16).mean() if a.shape == b.shape else 1
